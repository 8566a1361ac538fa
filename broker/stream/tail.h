// SPDX-License-Identifier: Apache-2.0
// The newest events of one stream in memory, packed once for all consumers that live at the end of the log. The log in
// the store is the truth; this only spares reading it once per consumer.
#ifndef GW_STREAM_TAIL_H
#define GW_STREAM_TAIL_H

#include "base/arena.h"
#include "store/store.h"
#include "wire/frame.h"

enum { GW_TAIL_EVENTS = 1024, GW_TAIL_BYTES = 16 * 1024 * 1024 };

struct gw_tail_entry {
    struct gw_buf frame;  // DELIVER with prev_seq = seq - 1
    struct gw_span event; // in the frame
};

struct gw_tail {
    Gw__Stream stream;
    uint64_t first, last; // seq of the entries; first == last + 1 when empty
    size_t bytes;
    struct gw_tail_entry entries[GW_TAIL_EVENTS]; // at seq % GW_TAIL_EVENTS
};

void gw_tail_init(struct gw_tail *tail, Gw__Stream stream);
void gw_tail_fini(struct gw_tail *tail);
// Forget the entries and stand at `last`.
void gw_tail_reset(struct gw_tail *tail, uint64_t last);
// Read what the store has behind the tail's end, at most `max` events; *ret_more: there is more.
GW_MUST_CHECK int gw_tail_read(struct gw_tail *tail, struct gw_store *reader, size_t max, bool *ret_more);
// NULL: not in memory (any more).
const struct gw_tail_entry *gw_tail_get(const struct gw_tail *tail, uint64_t seq);

#endif
