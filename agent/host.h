// SPDX-License-Identifier: Apache-2.0
// One host ("name:port") as the agent sees it: its lease, its pace, its robots.txt, and what waits to be asked of it.
// Each part has its own file (leases, permits, schedule); this is only where they live together.
#ifndef GW_AGENT_HOST_H
#define GW_AGENT_HOST_H

#include "agent/heap.h"
#include "agent/permits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum gw_lease_state {
    GW_LEASE_NONE,    // not ours; wanted perhaps
    GW_LEASE_ASKED,   // LEASE_REQ is out
    GW_LEASE_FILLING, // granted; its targets are on their way
    GW_LEASE_HELD,    // granted, and we know its targets
};

struct gw_lease {
    enum gw_lease_state state;
    uint32_t epoch;
    int64_t until_ms; // CLOCK_BOOTTIME; the lease is over then, whatever the broker says
    int64_t asked_ms;
};

struct gw_queue {
    struct gw_heap_node wake; // in the schedule's heap while something may be asked later
    struct gw_heap lists, articles;
    uint32_t running;   // jobs
    uint32_t connected; // of those, still fetching
};

struct gw_robots {
    uint8_t *text; // as served; NULL when there is none
    uint32_t bytes, status;
    int64_t fetched_ms;     // Unix; 0: never fetched
    int64_t fresh_until_ms; // CLOCK_BOOTTIME
    bool ignored;           // no source asks for it
};

struct gw_host {
    bool wanted;         // something on it is to be asked for
    uint64_t last_msgno; // newest message made under its lease
    uint32_t asks;       // LEASE_REQs since it was last held
    struct gw_lease lease;
    struct gw_pace pace;
    struct gw_queue queue;
    struct gw_robots robots;
    char key[];
};

#endif
