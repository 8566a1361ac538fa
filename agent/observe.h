// SPDX-License-Identifier: Apache-2.0
// From what a collector saw to what is written down: the target after it, the source's state, and when to look again.
// Everything that follows from one observation goes into that observation, so that it is stored together or not at all.
#ifndef GW_AGENT_OBSERVE_H
#define GW_AGENT_OBSERVE_H

#include "agent/targets.h"

struct gw_observed {
    bool temporary;       // a second try soon may help
    bool understood;      // read, or unchanged since it was
    bool state_changed;   // of the source
    int64_t hold_host_ms; // nothing to this host for so long from now; 0: no matter
    uint32_t new_rows;    // rows we knew nothing of
};

// Complete `seen` (as it came from a collector) for `target`, whose source is `source`. What it adds lives in `arena`.
// Changes the watch's health and statistics; the target's own copy is the caller's to replace with seen->target, once
// it is written down.
void gw_observe(struct gw_arena *arena, struct gw_targets *targets, const struct gw_target *target,
                const Gw__Source *source, Gw__Observation *seen, int64_t now_ms, struct gw_observed *ret_observed);

#endif
