// SPDX-License-Identifier: Apache-2.0
// The query language of INTERFACE.md: compiled once, one matcher for search, live and replay.
#ifndef GW_MODEL_QUERY_H
#define GW_MODEL_QUERY_H

#include "base/err.h"
#include "schema/event.pb-c.h"

#include <stdbool.h>

struct gw_query;

// GW_EINVAL: "column N: reason (did you mean …?)". The empty query matches everything. Bounded: 4 KiB, 64 terms,
// depth 16.
GW_MUST_CHECK int gw_query_new(const char *text, struct gw_query **ret_query);
struct gw_query *gw_query_free(struct gw_query *query);
bool gw_query_match(const struct gw_query *query, const Gw__Event *event);

#endif
