// SPDX-License-Identifier: Apache-2.0
// Finding events, newest first, always complete: what the index does not know yet is looked through.
#ifndef GW_SEARCH_SEARCH_H
#define GW_SEARCH_SEARCH_H

#include "index.h"

// True goes on.
typedef bool gw_search_fn(uint64_t seq, const Gw__Event *event, void *arg);

struct gw_search {
    struct gw_store *store;
    struct gw_index *index; // NULL: everything is looked through
    const struct gw_query *query;
    Gw__Stream stream;      // the index is of the policy stream and serves no other
    struct gw_arena *arena; // of one event at a time
};

// Every match of the query, until fn says stop. GW_ECORRUPT: an event does not decode. A failing index is left out.
GW_MUST_CHECK int gw_search_run(const struct gw_search *search, gw_search_fn *fn, void *arg);

#endif
