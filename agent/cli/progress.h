// SPDX-License-Identifier: Apache-2.0
// How far long work is, on stderr: one line that is written over on a terminal, else a line every ten seconds.
#ifndef GW_CLI_PROGRESS_H
#define GW_CLI_PROGRESS_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

struct gw_progress {
    const char *what, *unit; // "reindex", "events"
    int64_t began_ms, shown_ms;
    bool terminal;
};

struct gw_progress gw_progress_begin(const char *what, const char *unit);
// `done` of `total`; cheap enough to be called for every item.
void gw_progress_show(struct gw_progress *progress, uint64_t done, uint64_t total);
void gw_progress_end(struct gw_progress *progress); // takes the line away

// "40 s", "12 min", "3 h 20 min": what is left when `done` of `total` took `spent_ms`; nothing is added when nobody can
// know yet.
void gw_time_left(struct gw_buf *out, uint64_t done, uint64_t total, int64_t spent_ms);

#endif
