// SPDX-License-Identifier: Apache-2.0
// The thread that keeps the index behind the log: reads what was committed and adds it, in the background.
#ifndef GW_SEARCH_INDEXER_H
#define GW_SEARCH_INDEXER_H

#include "index.h"

struct gw_indexer;

struct gw_indexer_options {
    const char *path;       // of the index
    struct gw_store *store; // only to open a reader of it
};

GW_MUST_CHECK int gw_indexer_new(const struct gw_indexer_options *options, struct gw_indexer **ret_indexer);
struct gw_indexer *gw_indexer_free(struct gw_indexer *indexer);
// Any thread: the log goes up to `last` now.
void gw_indexer_poke(struct gw_indexer *indexer, uint64_t last);
// Any thread: the events up to here are in the index.
uint64_t gw_indexer_indexed(struct gw_indexer *indexer);
// Any thread: how many events it is behind.
uint64_t gw_indexer_lag(struct gw_indexer *indexer);

#endif
