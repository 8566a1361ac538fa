// SPDX-License-Identifier: Apache-2.0
// How the sources are: from the broker that runs on DIR, else what its store last knew.
#ifndef GW_CLI_STATES_H
#define GW_CLI_STATES_H

#include "base/arena.h"
#include "base/err.h"
#include "broker_talk.h"
#include "schema/link.pb-c.h"
#include "schema/stream.pb-c.h"
#include "store/store.h"

// A source: as its agent reports it, else as the store remembers it.
struct gw_source_state {
    const char *id;
    const Gw__SourceReport *report; // NULL: nobody reports it, and nothing is known of it
    Gw__SourceReport *stored; // that is the report, made of its targets: its last rows and its delay are not known
    const Gw__Health *health;
};

struct gw_states {
    struct gw_arena *arena, *answer;
    const Gw__Status *status; // NULL: nothing runs
    uint64_t seq;
    struct gw_source_state *rows;
    size_t count, capacity;
};

// By id; from a broker elsewhere, what its agents report. A directory where nothing has run yet has none. GW_EAGAIN:
// the broker does not answer; as gw_store_open.
GW_MUST_CHECK int gw_states_gather(const struct gw_broker_at *at, struct gw_states *ret_states);
void gw_states_fini(struct gw_states *states);

const struct gw_source_state *gw_states_find(const struct gw_states *states, const char *id); // NULL: unknown
// "ok", "new" … and "frozen_list" …, "" when there is none. NULL is a source that was never polled.
const char *gw_state_of(const struct gw_source_state *row);
const char *gw_reason_of(const struct gw_source_state *row);

#endif
