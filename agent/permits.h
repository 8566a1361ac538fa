// SPDX-License-Identifier: Apache-2.0
// The one owner of politeness: when the next request to a host may leave. Times are CLOCK_BOOTTIME milliseconds.
//
// DESIGN: a request may leave anywhere within its permit, so the next permit begins `delay` after the end of the one
// before it, never after its beginning; the window is kept small for that reason. A permit that would end after the
// lease is not given. Pure arithmetic: the caller has the clock.
#ifndef GW_AGENT_PERMITS_H
#define GW_AGENT_PERMITS_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    GW_PERMIT_WINDOW_MS = 250,       // of a permit at a host with a delay
    GW_PERMIT_WINDOW_FREE_MS = 5000, // at a host without
    GW_PERMIT_LEASE_MARGIN_MS = 500, // a permit ends this long before its lease
    GW_CONNECTIONS_FREE = 8,         // at once to a host without delay; 1 otherwise
    GW_CRAWL_DELAY_MAX_MS = 300000,  // a longer Crawl-delay is read as this
};

struct gw_pace {
    int64_t next_ms;         // the next permit begins no earlier
    int64_t hold_ms;         // Retry-After or back-off: nothing before this
    uint32_t delay_ms;       // largest of the sources' delays on this host
    uint32_t crawl_delay_ms; // from robots.txt
};

// The delay that holds.
uint32_t gw_pace_delay_ms(const struct gw_pace *pace);
// Requests that may be under way at once.
uint32_t gw_pace_connections(const struct gw_pace *pace);
// The earliest moment a permit could begin.
int64_t gw_pace_free_ms(const struct gw_pace *pace);
// Take the next slot. GW_EAGAIN: it would not end before the lease; nothing was taken.
GW_MUST_CHECK int gw_pace_reserve(struct gw_pace *pace, int64_t now_ms, int64_t lease_end_ms,
                                  int64_t *ret_not_before_ms, int64_t *ret_not_after_ms);
// Nothing to this host before `until_ms` (never shortens an earlier hold).
void gw_pace_hold(struct gw_pace *pace, int64_t until_ms);

#endif
