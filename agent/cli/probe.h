// SPDX-License-Identifier: Apache-2.0
// One look at a source by the very programs that watch it: a real agent with a real collector in a directory of its
// own, whose broker is played here. It gives the agent one source, answers its list with a single target, and keeps
// what it is told instead of storing it.
#ifndef GW_CLI_PROBE_H
#define GW_CLI_PROBE_H

#include "base/arena.h"
#include "base/err.h"
#include "schema/observation.pb-c.h"
#include "schema/source.pb-c.h"

struct gw_probe {
    const Gw__Observation *list;    // NULL: the agent never got so far
    const Gw__Observation *article; // of the first row; NULL: there was none
};

// What is found lives in `arena`. GW_ENOTFOUND: a program is missing; GW_EIO; GW_EAGAIN: interrupted, or the agent
// ended before it had polled.
GW_MUST_CHECK int gw_probe_run(struct gw_arena *arena, const Gw__Source *source, struct gw_probe *ret_probe);

#endif
