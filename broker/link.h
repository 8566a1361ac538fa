// SPDX-License-Identifier: Apache-2.0
// The broker's side of the agents' conversation (CONVERSATION.md, "Link"): sessions, credit, leases, and the way of
// each message to the writer thread and back.
#ifndef GW_BROKER_LINK_H
#define GW_BROKER_LINK_H

#include "board.h"
#include "store/writer.h"
#include "wire/gate.h"

#include "schema/link.pb-c.h"

#include <uv.h>

struct gw_broker_link;

struct gw_broker_link_options {
    const char *endpoints[2]; // where to listen; NULL ends
    struct gw_gate *gate;     // of those endpoints that are tcp; NULL: they are plain
    struct gw_refusals *refusals;
    struct gw_store *store; // only to open a reader of it
    struct gw_writer *writer;
    struct gw_board *board;
    // The loop: what became of gw_broker_link_ask(), in parts; one of them is the last.
    void (*answer)(void *arg, uint64_t number, const Gw__Answer *answer);
    // May be NULL. What follows the log is too far behind it: agents get no more credit until it has come nearer.
    bool (*is_behind)(void *arg);
    // The store is damaged: nothing more can be done here.
    void (*broken)(void *arg, int rc);
    void *arg;
};

// Binds at once. GW_EEXIST: an endpoint is taken.
GW_MUST_CHECK int gw_broker_link_new(uv_loop_t *loop, const struct gw_broker_link_options *options,
                                     struct gw_broker_link **ret_link);
// Tells its agents that it stops, and listens no more. Works that are at the writer come back to a link that ignores
// them: call it before the writer is freed, and gw_broker_link_free after.
void gw_broker_link_stop(struct gw_broker_link *link);
struct gw_broker_link *gw_broker_link_free(struct gw_broker_link *link);

// A source was added, changed or removed, and that is committed: tell every agent.
void gw_broker_link_source_changed(struct gw_broker_link *link, const char *source_id);
// Any thread, until it is freed: an errand for the agents. A link that stops may leave it unanswered.
void gw_broker_link_ask(struct gw_broker_link *link, uint64_t number, Gw__Errand errand, const char *subject);
// Where it listens, as bound.
const char *gw_broker_link_endpoint(const struct gw_broker_link *link, size_t i);

#endif
