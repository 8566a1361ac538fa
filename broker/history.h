// SPDX-License-Identifier: Apache-2.0
// What happened to one document: its events, which hang together by `previous`.
#ifndef GW_BROKER_HISTORY_H
#define GW_BROKER_HISTORY_H

#include "store/store.h"

// Each event of the document at this URL, or that moved there, oldest first; what `fn` gives ends it when it is not
// GW_OK. The row lives in the arena, which is reset with each. GW_EINVAL: no URL; GW_ENOTFOUND: no document there.
typedef int gw_history_fn(const struct gw_store_event *row, void *arg);
GW_MUST_CHECK int gw_history(struct gw_store *store, struct gw_arena *arena, const char *url, gw_history_fn *fn,
                             void *arg);

#endif
