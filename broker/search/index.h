// SPDX-License-Identifier: Apache-2.0
// The text index of the policy stream: which events may match a query.
//
// DESIGN: a file of its own beside the store, behind the log: it holds the terms (terms.h) of the events 1..last and
// nothing else, belongs to one store id and generation, and can be thrown away at any time. What it selects is matched
// again by the query itself, so it may say too much, never too little.
//
// The log is cut into segments (segment.h) that are written once, batch by batch, and merged eight to one into longer
// ones up to 64 Ki events; a search reads them from the newest. SQLite is the file around them: its transactions make a
// batch and its merges one step for readers in other processes, and keep what a power cut leaves whole. FTS5, which was
// here before, took nine times the work: it sorts through a hash of strings what is sorted here by radix, and merges
// six times what is merged twice here.
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

// Writing. A batch is one transaction: the events from..last in order, of which some may be left out. GW_ECORRUPT: make
// it anew.
GW_MUST_CHECK int gw_index_begin(struct gw_index *index, uint64_t from);
GW_MUST_CHECK int gw_index_add(struct gw_index *index, uint64_t seq, const Gw__Event *event);
GW_MUST_CHECK int gw_index_forget(struct gw_index *index, uint64_t before); // nobody asks for those any more
GW_MUST_CHECK int gw_index_commit(struct gw_index *index, uint64_t last);
void gw_index_rollback(struct gw_index *index);

// Events up to here are in it.
GW_MUST_CHECK int gw_index_last(struct gw_index *index, uint64_t *ret_last);
// Consecutive events that may match. False stops.
typedef bool gw_index_run_fn(uint64_t first, uint64_t last, void *arg);
// Every event from..upto that may match, the newest first. fn may use any other handle. GW_ECORRUPT: the index is
// damaged; what it gave holds.
GW_MUST_CHECK int gw_index_find(struct gw_index *index, const struct gw_query *query, uint64_t from, uint64_t upto,
                                gw_index_run_fn *fn, void *arg);

#endif
