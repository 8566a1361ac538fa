// SPDX-License-Identifier: Apache-2.0
// The form of a segment: for each term of a stretch of the log the places of the events that have it.
//
// DESIGN: entries in order of term, in blocks that fit a page of the file:
//
//     block  = check:u64 first-term:u64 *entry           ; little-endian; check is the XXH3 of what follows
//     entry  = (step << 1):varint place:varint           ; of one place
//            / (step << 1 | 1):varint bytes:varint list
//     list   = place:varint *(distance - 1):varint
//
// A step leads from the term before (from first-term); a term with many places has several entries.
#ifndef GW_SEARCH_SEGMENT_H
#define GW_SEARCH_SEGMENT_H

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

enum {
    GW_SEGMENT_BLOCK_BYTES = 16300, // of a page of 16 KiB, so that a row needs no second one
    GW_SEGMENT_LIST_BYTES = 1024,
};

// ---- writing

// Of a block whose first term is `term`.
typedef int gw_segment_block_fn(uint64_t term, struct gw_span block, void *arg);

struct gw_segment_writer {
    gw_segment_block_fn *fn;
    void *arg;
    size_t block_bytes, list_bytes; // 0: none begun
    uint64_t first_term, last_term; // of the block's entries
    uint64_t term;                  // of the list
    uint32_t first_place, last_place;
    uint8_t block[GW_SEGMENT_BLOCK_BYTES];
    uint8_t list[GW_SEGMENT_LIST_BYTES];
};

void gw_segment_writer_init(struct gw_segment_writer *writer, gw_segment_block_fn *fn, void *arg);
// In order of term, then of place. Fails as fn does.
GW_MUST_CHECK int gw_segment_put(struct gw_segment_writer *writer, uint64_t term, uint32_t place);
GW_MUST_CHECK int gw_segment_end(struct gw_segment_writer *writer);

// ---- reading

// One entry of a block.
struct gw_segment_entry {
    uint64_t term;
    const uint8_t *at, *block_end; // behind it
    const uint8_t *list, *list_end;
};
// Before the first entry of a block. GW_ECORRUPT.
GW_MUST_CHECK int gw_segment_open(struct gw_span block, struct gw_segment_entry *ret_entry);
// The next one, in place. GW_ENOTFOUND: that was the last; GW_ECORRUPT.
GW_MUST_CHECK int gw_segment_next(struct gw_segment_entry *entry);
// Its places in order: *place is UINT32_MAX before the first. False: no more.
bool gw_segment_place(struct gw_segment_entry *entry, uint32_t *place);

#endif
