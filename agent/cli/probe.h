// SPDX-License-Identifier: Apache-2.0
// Looks at sources by the very programs that watch them: a real agent with a real collector in a directory of its own,
// whose broker is played here. It gives the agent one source, and more as the answers suggest; of one list it has the
// first row's page read too. One agent means one pace per host, however many looks.
#ifndef GW_CLI_PROBE_H
#define GW_CLI_PROBE_H

#include "base/arena.h"
#include "base/err.h"
#include "schema/observation.pb-c.h"
#include "schema/source.pb-c.h"

#include <stdbool.h>
#include <stddef.h>

enum { GW_PROBE_LOOKS = 24 };

struct gw_look {
    const Gw__Source *source;
    const Gw__Observation *list;    // NULL: not yet
    const Gw__Observation *article; // of the first row; NULL: it was not asked for, or never read
};

struct gw_probe;

// Called after each list: may add looks and ask for an article. The probe ends when nothing more is asked.
typedef void gw_probe_fn(struct gw_probe *probe, const struct gw_look *look, void *arg);

struct gw_looks {
    struct gw_look looks[GW_PROBE_LOOKS];
    size_t count;
};

// What is found lives in `arena`; the first look has its list. on_list NULL: the first row of the first list is read.
// GW_ENOTFOUND: a program is missing; GW_EIO; GW_EAGAIN: interrupted, or the agent ended before it had polled.
GW_MUST_CHECK int gw_probe_run(struct gw_arena *arena, const Gw__Source *source, gw_probe_fn *on_list, void *arg,
                               struct gw_looks *ret_looks);

// For on_list. A further source, with an id of its own; false: there were enough.
bool gw_probe_add(struct gw_probe *probe, const Gw__Source *source);
// Read the page of the first row of this look's list.
void gw_probe_read(struct gw_probe *probe, const struct gw_look *look);
const struct gw_looks *gw_probe_looks(const struct gw_probe *probe);

#endif
