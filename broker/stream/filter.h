// SPDX-License-Identifier: Apache-2.0
// What consumers ask for, judged once per event however many ask for it.
//
// DESIGN: consumers of one filter share it; an event under judgement is decoded, and its texts are brought into compare
// form, when the first filter asks for that, and never twice.
#ifndef GW_STREAM_FILTER_H
#define GW_STREAM_FILTER_H

#include "base/arena.h"
#include "model/query.h"

// An event under judgement.
struct gw_judging {
    struct gw_arena *arena;
    uint64_t number; // of this judging; 0: none yet
    struct gw_span event;
    bool decoded, broken;
    struct gw_query_subject subject;
};
void gw_judging_init(struct gw_judging *judging, struct gw_arena *arena); // the arena is its own from now on
void gw_judging_fini(struct gw_judging *judging);
// From now on about these bytes, which stay the caller's.
void gw_judging_begin(struct gw_judging *judging, struct gw_span event);

struct gw_filter;
struct gw_filters {
    struct gw_filter *all;
};

// The filter of this text, made or shared; free it with gw_filter_close(). As gw_query_new().
GW_MUST_CHECK int gw_filter_open(struct gw_filters *filters, const char *text, struct gw_filter **ret_filter);
struct gw_filter *gw_filter_close(struct gw_filters *filters, struct gw_filter *filter); // accepts NULL, returns NULL
// An event that does not decode cannot be judged; it is wanted, so that the consumer sees it rather than a hole.
bool gw_filter_wants(struct gw_filter *filter, struct gw_judging *judging);

#endif
