// SPDX-License-Identifier: Apache-2.0
// How long until the next look: polls, back-off, revisits. Pure arithmetic in milliseconds.
#ifndef GW_AGENT_INTERVAL_H
#define GW_AGENT_INTERVAL_H

#include "schema/observation.pb-c.h"
#include "schema/source.pb-c.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    GW_POLL_START_MS = 30 * 60 * 1000,
    GW_POLL_MIN_MS = 5 * 60 * 1000,
    GW_POLL_MAX_MS = 6 * 60 * 60 * 1000,
    GW_BACKOFF_START_MS = 60 * 1000,
    GW_BACKOFF_MAX_MS = 6 * 60 * 60 * 1000,
    GW_BLOCKED_MS = 4 * 60 * 60 * 1000, // challenge, robots, refused: hours, not minutes
};

// Adaptive polling. `interval_ms` is what the list was last polled at (0: not yet); `news` says whether that brought
// new rows. Halves on news, grows by a quarter without: it settles at about half the time between two news.
uint32_t gw_interval_poll(uint32_t interval_ms, bool news);
// ±10 %, so that sources added together do not stay together. `random` is any 32 random bits.
int64_t gw_interval_jitter(int64_t interval_ms, uint32_t random);
// After `failures` in a row (>= 1) of this kind: exponential for temporary ones, hours for being blocked.
int64_t gw_interval_backoff(Gw__Failure failure, uint32_t failures);
// The next reading of an article first seen `age_ms` ago, from now; < 0: never again. `changed`: the last reading found
// other content than the one before, so look again soon.
int64_t gw_interval_revisit(const Gw__Source *source, int64_t age_ms, bool changed);
// Worth a second try within the hour: the server, the network or the moment is to blame, not the page.
bool gw_failure_is_temporary(Gw__Failure failure);
// INTERFACE.md's name of a failure: "timeout", "server_error"; "" for none.
const char *gw_failure_reason(Gw__Failure failure);

#endif
