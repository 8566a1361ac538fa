// SPDX-License-Identifier: Apache-2.0
// The hosts, and which of them we hold. A lease is over `ttl` after its GRANT arrived, counted on CLOCK_BOOTTIME by us,
// so that a broker that is away, or a machine that slept, can only make us stop early.
#ifndef GW_AGENT_LEASES_H
#define GW_AGENT_LEASES_H

#include "agent/host.h"
#include "base/keyed.h"

enum {
    GW_LEASE_RENEW_MS = 4000,
    GW_LEASE_ASK_AGAIN_MS = 3000, // a LEASE_REQ without an answer is repeated
};

struct gw_leases {
    struct gw_keyed hosts; // struct gw_host by key
};

// Life. _fini frees the hosts; their tasks must be gone from the schedule before.
void gw_leases_init(struct gw_leases *leases);
void gw_leases_fini(struct gw_leases *leases);

// Use. The host of this key, made when unknown.
struct gw_host *gw_host_get(struct gw_leases *leases, const char *key);
struct gw_host *gw_host_find(struct gw_leases *leases, const char *key); // NULL when unknown
void gw_lease_asked(struct gw_host *host, int64_t now_ms);
// A GRANT: new (its targets follow) or renewed (same epoch: the end moves). False: an older epoch, ignored.
bool gw_lease_granted(struct gw_host *host, uint32_t epoch, uint32_t ttl_ms, int64_t now_ms);
void gw_lease_filled(struct gw_host *host); // its last target arrived
void gw_lease_lost(struct gw_host *host);   // revoked, or over
// A new session: whatever we hold has to be asked for again. Until its own end a lease still covers requests of jobs
// that are under way.
void gw_leases_stale(struct gw_leases *leases);
// Give up the leases whose time is over; returns how many.
uint32_t gw_leases_expire(struct gw_leases *leases, int64_t now_ms);

// Inspect
bool gw_lease_holds(const struct gw_host *host, int64_t now_ms);  // new jobs are allowed
bool gw_lease_covers(const struct gw_host *host, int64_t now_ms); // requests of running jobs are
bool gw_lease_to_ask(const struct gw_host *host, int64_t now_ms);
uint32_t gw_leases_held(const struct gw_leases *leases);

#endif
