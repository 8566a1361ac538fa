// SPDX-License-Identifier: Apache-2.0
#include "leases.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

void gw_leases_fini(struct gw_leases *leases)
{
    struct gw_host *host, *next;
    HASH_ITER(hh, leases->hosts, host, next)
    {
        HASH_DEL(leases->hosts, host);
        gw_heap_fini(&host->queue.lists);
        gw_heap_fini(&host->queue.articles);
        free(host->robots.text);
        free(host->key);
        free(host);
    }
}

struct gw_host *gw_host_find(struct gw_leases *leases, const char *key)
{
    struct gw_host *host;
    HASH_FIND_STR(leases->hosts, key, host);
    return host;
}

struct gw_host *gw_host_get(struct gw_leases *leases, const char *key)
{
    struct gw_host *host = gw_host_find(leases, key);
    if (host)
        return host;
    host = calloc(1, sizeof *host);
    gw_assert(host);
    host->key = strdup(key);
    gw_assert(host->key);
    HASH_ADD_KEYPTR(hh, leases->hosts, host->key, strlen(host->key), host);
    return host;
}

void gw_lease_asked(struct gw_host *host, int64_t now_ms)
{
    host->asks++;
    host->lease.state = GW_LEASE_ASKED;
    host->lease.asked_ms = now_ms;
}

bool gw_lease_granted(struct gw_host *host, uint32_t epoch, uint32_t ttl_ms, int64_t now_ms)
{
    struct gw_lease *lease = &host->lease;
    if (epoch < lease->epoch)
        return false;
    bool renewed = epoch == lease->epoch && lease->state >= GW_LEASE_FILLING;
    lease->epoch = epoch;
    lease->until_ms = now_ms + ttl_ms;
    if (!renewed)
        lease->state = GW_LEASE_FILLING;
    host->asks = 0;
    return true;
}

void gw_lease_filled(struct gw_host *host)
{
    if (host->lease.state == GW_LEASE_FILLING)
        host->lease.state = GW_LEASE_HELD;
}

void gw_lease_lost(struct gw_host *host)
{
    host->lease.state = GW_LEASE_NONE;
    host->lease.until_ms = 0;
}

void gw_leases_stale(struct gw_leases *leases)
{
    for (struct gw_host *host = leases->hosts; host; host = host->hh.next)
        host->lease.state = GW_LEASE_NONE;
}

uint32_t gw_leases_expire(struct gw_leases *leases, int64_t now_ms)
{
    uint32_t lost = 0;
    for (struct gw_host *host = leases->hosts; host; host = host->hh.next)
        if (host->lease.state >= GW_LEASE_FILLING && now_ms >= host->lease.until_ms) {
            gw_lease_lost(host);
            lost++;
        }
    return lost;
}

bool gw_lease_covers(const struct gw_host *host, int64_t now_ms)
{
    return now_ms < host->lease.until_ms - GW_PERMIT_LEASE_MARGIN_MS;
}

bool gw_lease_holds(const struct gw_host *host, int64_t now_ms)
{
    return host->lease.state == GW_LEASE_HELD && gw_lease_covers(host, now_ms);
}

bool gw_lease_to_ask(const struct gw_host *host, int64_t now_ms)
{
    const struct gw_lease *lease = &host->lease;
    if (!host->wanted || lease->state >= GW_LEASE_FILLING)
        return false;
    return lease->state == GW_LEASE_NONE || now_ms - lease->asked_ms >= GW_LEASE_ASK_AGAIN_MS;
}

uint32_t gw_leases_held(const struct gw_leases *leases)
{
    uint32_t held = 0;
    for (const struct gw_host *host = leases->hosts; host; host = host->hh.next)
        held += host->lease.state >= GW_LEASE_FILLING;
    return held;
}
