// SPDX-License-Identifier: Apache-2.0
// The shortest edit between two sequences of numbers (paragraph hashes), within a bound on the work.
#ifndef GW_BROKER_DIFF_H
#define GW_BROKER_DIFF_H

#include "base/arena.h"

#include <stdint.h>

// a[a_at .. a_at + a_count) became b[b_at .. b_at + b_count); either count may be 0.
struct gw_hunk {
    size_t a_at, a_count, b_at, b_count;
};

// Hunks in order, in the arena. Past the bound the part between the common ends is one hunk. NULL with *ret_count > 0
// never happens; out of arena gives that one hunk, or NULL and 0 when there is no room even for it.
struct gw_hunk *gw_diff(struct gw_arena *arena, const uint64_t *a, size_t a_count, const uint64_t *b, size_t b_count,
                        size_t *ret_count);

#endif
