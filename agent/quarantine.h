// SPDX-License-Identifier: Apache-2.0
// Pages (and frames) that could not be taken, kept with their bytes and the reason, for a person to look at.
//
// DESIGN: DIR/state/quarantine/ID/ holds `bytes` and `meta.json`; ID is the time and the first bytes' digest, so that
// names sort by age. An entry is written beside and renamed, durable before anything names it. Above `max_bytes` the
// oldest go first, and are counted.
#ifndef GW_AGENT_QUARANTINE_H
#define GW_AGENT_QUARANTINE_H

#include "base/buf.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

enum { GW_QUARANTINE_ID_BYTES = 40 };

struct gw_quarantine_entry {
    char id[GW_QUARANTINE_ID_BYTES];
    const char *url;       // "" for frames
    const char *source_id; // likewise
    const char *content_type;
    const char *reason; // one word: "reader_crash", "outbox_damaged"
    const char *detail; // a sentence
    int64_t when_ms;
    const void *bytes;
    size_t length;
};

// Keep it. `entry->id` is filled; ret_dropped (may be NULL): how many old ones went.
GW_MUST_CHECK int gw_quarantine_add(const char *dir, uint64_t max_bytes, struct gw_quarantine_entry *entry,
                                    uint32_t *ret_dropped);

// One entry's meta.json into out. GW_ENOTFOUND; GW_EINVAL: not an id.
GW_MUST_CHECK int gw_quarantine_meta(const char *dir, const char *id, struct gw_buf *out);
GW_MUST_CHECK int gw_quarantine_bytes(const char *dir, const char *id, struct gw_buf *out);
GW_MUST_CHECK int gw_quarantine_drop(const char *dir, const char *id);
// Calls fn for each id, oldest first, until it returns non-zero (which is returned). No directory: none.
typedef int gw_quarantine_fn(const char *id, void *arg);
GW_MUST_CHECK int gw_quarantine_each(const char *dir, gw_quarantine_fn *fn, void *arg);

#endif
