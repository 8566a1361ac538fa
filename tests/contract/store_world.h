// SPDX-License-Identifier: Apache-2.0
// A store of the backend under test for each test of the contract, and what they all say.
#ifndef GW_CONTRACT_STORE_WORLD_H
#define GW_CONTRACT_STORE_WORLD_H

#include "kit/check.h"

#include "store/store.h"

#define POLICY   GW__STREAM__STREAM_POLICY
#define SOURCE   GW__STREAM__STREAM_SOURCE
#define COVERAGE GW__STREAM__STREAM_COVERAGE

struct fixture {
    struct gw_store *store;
    struct gw_arena *arena;
};

extern const char *backend;                      // under test
extern char store_directory[64], store_path[96]; // of the running test

int set_up(void **state);
int tear_down(void **state);
#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
// The same tests on each backend; the number that failed.
int run_on_every_backend(const char *name, const struct CMUnitTest *tests, size_t count);
#define RUN_ON_EVERY_BACKEND(name, tests) run_on_every_backend(name, tests, sizeof(tests) / sizeof *(tests))

struct gw_store_options options_for(const char *name);
struct gw_id id_of(const char *name);
enum gw_store_append append(struct gw_store *store, Gw__Stream stream, const char *name);
void append_alone(struct gw_store *store, Gw__Stream stream, const char *name);
// "1=a 2=b " of a range.
bool list_event(const struct gw_store_event *event, void *arg);
void check_events(struct gw_store *store, Gw__Stream stream, uint64_t from, uint64_t to, bool newest_first,
                  const char *expected);
bool count_event(const struct gw_store_event *event, void *arg); // into a uint64_t
bool list_letter(const struct gw_store_letter *letter, void *arg);
void check_bounds(struct gw_store *store, Gw__Stream stream, uint64_t first, uint64_t last);

#endif
