// SPDX-License-Identifier: Apache-2.0
// Documents and their revisions: is what was read new, the same, or changed - and which events does that make.
//
// DESIGN: a document is known by the URL it was first seen under, and by every URL that permanently redirects there or
// from there. Its identity is the hash of that first URL, its revisions count from 1, and an event's id follows from
// both, so that a repetition can never make a second event. Digests of content decide (content.h); a digest made by
// another version of the extractor is never compared: a newer one re-baselines, an older one changes nothing.
// Everything runs inside the caller's transaction.
#ifndef GW_BROKER_REGISTRY_H
#define GW_BROKER_REGISTRY_H

#include "base/arena.h"
#include "schema/observation.pb-c.h"
#include "schema/source.pb-c.h"
#include "store/store.h"

// Where an observation came from.
struct gw_origin {
    const char *node;
    struct gw_id incarnation;
    uint64_t msgno;
    const char *host;
    uint32_t epoch;
};

enum gw_verdict {
    GW_VERDICT_NONE,      // nothing to judge: not a document
    GW_VERDICT_PUBLISHED, // unknown until now
    GW_VERDICT_REVISED,   // its content changed, or its state
    GW_VERDICT_UNCHANGED,
    GW_VERDICT_REBASED, // another extractor reads it differently
    GW_VERDICT_LATE,    // known, and this observation may not change it
};

struct gw_reading {
    const Gw__Observation *observation; // with a document
    const uint8_t *digest;              // of its content, GW_SHA256_BYTES
    const char *url;                    // canonical
    const Gw__Source *source;           // its definition
    const struct gw_origin *origin;
    int64_t first_seen_ms;
    bool late;
};

// GW_ELIMIT: the event would be over the frame limit, or out of arena; GW_ECORRUPT: a stored event does not decode.
GW_MUST_CHECK int gw_registry_read(struct gw_store *store, struct gw_arena *arena, const struct gw_reading *reading,
                                   enum gw_verdict *ret_verdict);

#endif
