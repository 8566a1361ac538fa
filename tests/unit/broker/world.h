// SPDX-License-Identifier: Apache-2.0
// A small broker for tests: a memory store with one source, one leased host, and an agent that publishes.
#ifndef GW_TESTS_BROKER_WORLD_H
#define GW_TESTS_BROKER_WORLD_H

#include "broker/intake.h"

#include "base/buf.h"

enum { WORLD_NOW = 1700000000 };
#define WORLD_HOST "a.example:443"
#define WORLD_LIST "https://a.example/list"
#define WORLD_PAGE "https://a.example/1"

struct world {
    struct gw_store *store;
    struct gw_arena *arena;
    struct gw_origin origin; // epoch 5; msgno counts by itself
    struct gw_intake result; // of the last message
};

int world_set_up(void **state); // cmocka's; *state is a struct world
int world_tear_down(void **state);

// An observation in the arena, all that intake asks for set: `fetched_ms` counts up by itself.
Gw__Observation *world_observation(struct world *w, const char *url, Gw__Purpose purpose);
Gw__Observation *world_article(struct world *w, const char *url, const char *title, const char *body);
Gw__Observation *world_list(struct world *w, const char *const *urls);
// Commit it as the next message. The outcome, or a failure of the store; a message that failed was buried.
int world_publish(struct world *w, Gw__Observation *observation);
// Publishes an article of this title and body and fails unless the outcome is that.
void world_read(struct world *w, const char *url, const char *title, const char *body, enum gw_outcome expected);

// "1 published r1; 2 revised r2 minor; " of a stream; "1 source broken(not_found); "; "1 run ok 3; ".
void world_events(struct world *w, Gw__Stream stream, struct gw_buf *out);
void world_check_events(struct world *w, Gw__Stream stream, const char *expected);
const Gw__Event *world_event(struct world *w, Gw__Stream stream, uint64_t seq);
// The stored target of an article URL, or NULL.
const Gw__Target *world_target(struct world *w, const char *url);
size_t world_letters(struct world *w, const char *kind);

#endif
