// SPDX-License-Identifier: Apache-2.0
// Inside of the index: its file, for those who write it (index.c) and read it (index_find.c).
#ifndef GW_SEARCH_INDEX_PARTS_H
#define GW_SEARCH_INDEX_PARTS_H

#include "index.h"
#include "terms.h"

#include <sqlite3.h>

enum gw_index_statement {
    GW_INDEX_LAST,
    GW_INDEX_SET_LAST,
    GW_INDEX_SEGMENTS, // from ?1 down
    GW_INDEX_ADD_SEGMENT,
    GW_INDEX_DROP_SEGMENT,
    GW_INDEX_ADD_BLOCK,
    GW_INDEX_DROP_BLOCKS,
    GW_INDEX_ADD_FENCE,
    GW_INDEX_DROP_FENCES,
    GW_INDEX_FENCE,
    GW_INDEX_BLOCKS,
    GW_INDEX_STATEMENTS,
};

// A stretch of the log; what it holds lies in the blocks of these numbers, in order of their terms.
struct gw_index_segment {
    uint64_t first, last;
    int64_t first_block, last_block; // none: last_block < first_block
};

struct gw_index {
    sqlite3 *db;
    sqlite3_stmt *statements[GW_INDEX_STATEMENTS];
    // the batch at hand
    struct gw_terms terms;
    uint64_t from, next;
};

int gw_index_fail(struct gw_index *index, int sqlite_rc, const char *what);
GW_MUST_CHECK int gw_index_exec(struct gw_index *index, const char *text);
GW_MUST_CHECK int gw_index_use(struct gw_index *index, enum gw_index_statement which, sqlite3_stmt **ret_statement);
// The newest segment that begins at `upto` or before. GW_ENOTFOUND.
GW_MUST_CHECK int gw_index_segment_at(struct gw_index *index, uint64_t upto, struct gw_index_segment *ret_segment);

#endif
