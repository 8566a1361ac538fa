// SPDX-License-Identifier: Apache-2.0
// The text index of the policy stream: which events may hold these words.
//
// DESIGN: a file of its own beside the store, behind the log: it holds the terms of the events 1..last and nothing
// else, belongs to one store id and generation, and can be thrown away at any time. What it selects is matched again by
// the query itself, so it may say too much, never too little.
#ifndef GW_SEARCH_INDEX_H
#define GW_SEARCH_INDEX_H

#include "model/query.h"
#include "store/store.h"

struct gw_index;

// Life. Writing: made when missing, begun anew when it is another store's or damaged. Reading: GW_ENOTFOUND when there
// is none for this store.
GW_MUST_CHECK int gw_index_open(const char *path, const struct gw_store_identity *identity, bool read_only,
                                struct gw_index **ret_index);
struct gw_index *gw_index_close(struct gw_index *index); // accepts NULL, returns NULL
// Remove the files of an index that nobody has open.
GW_MUST_CHECK int gw_index_remove(const char *path);

// Writing. A batch is one transaction; events in order, each the next after `last`.
GW_MUST_CHECK int gw_index_begin(struct gw_index *index);
GW_MUST_CHECK int gw_index_add(struct gw_index *index, uint64_t seq, const Gw__Event *event);
GW_MUST_CHECK int gw_index_commit(struct gw_index *index, uint64_t last);
void gw_index_rollback(struct gw_index *index);

// Events up to here are in it.
GW_MUST_CHECK int gw_index_last(struct gw_index *index, uint64_t *ret_last);
// An FTS5 expression that every match of the query satisfies, appended to out; false: the index cannot help.
bool gw_index_expression(const struct gw_query *query, struct gw_buf *out);
// At most `max` seqs <= `upto` that may match, the newest first.
GW_MUST_CHECK int gw_index_find(struct gw_index *index, const char *expression, uint64_t upto, uint64_t *ret_seqs,
                                size_t max, size_t *ret_count);

#endif
