// SPDX-License-Identifier: Apache-2.0
#include "leases.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

static const char *host_key(const void *host)
{
    return ((const struct gw_host *)host)->key;
}

void gw_leases_init(struct gw_leases *leases)
{
    *leases = (struct gw_leases){.hosts = {.key = host_key}};
}

void gw_leases_fini(struct gw_leases *leases)
{
    struct gw_host *host;
    for (uint32_t at = 0; (host = gw_keyed_next(&leases->hosts, &at));) {
        gw_heap_fini(&host->queue.lists);
        gw_heap_fini(&host->queue.articles);
        free(host->robots.text);
        free(host);
    }
    gw_keyed_fini(&leases->hosts);
}

struct gw_host *gw_host_find(struct gw_leases *leases, const char *key)
{
    return gw_keyed_find(&leases->hosts, key);
}

struct gw_host *gw_host_get(struct gw_leases *leases, const char *key)
{
    struct gw_host *host = gw_host_find(leases, key);
    if (host)
        return host;
    size_t key_bytes = strlen(key) + 1;
    host = calloc(1, sizeof *host + key_bytes);
    gw_assert(host);
    memcpy(host->key, key, key_bytes);
    gw_keyed_add(&leases->hosts, host);
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
    struct gw_host *host;
    for (uint32_t at = 0; (host = gw_keyed_next(&leases->hosts, &at));)
        host->lease.state = GW_LEASE_NONE;
}

uint32_t gw_leases_expire(struct gw_leases *leases, int64_t now_ms)
{
    uint32_t lost = 0;
    struct gw_host *host;
    for (uint32_t at = 0; (host = gw_keyed_next(&leases->hosts, &at));)
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
    const struct gw_host *host;
    for (uint32_t at = 0; (host = gw_keyed_next(&leases->hosts, &at));)
        held += host->lease.state >= GW_LEASE_FILLING;
    return held;
}
