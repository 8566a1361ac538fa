// SPDX-License-Identifier: Apache-2.0
#include "leases.h"

#include "model/url.h"
#include "wire/frame.h"

#include "schema/source.pb-c.h"

#include <stdlib.h>
#include <string.h>

enum { ARENA_BYTES = 4 * 1024 * 1024 };

void gw_host_table_fini(struct gw_host_table *table)
{
    struct gw_leased_host *host, *next;
    HASH_ITER(hh, table->hosts, host, next)
    {
        HASH_DEL(table->hosts, host);
        free(host->key);
        free(host);
    }
}

struct gw_leased_host *gw_leased_host_find(struct gw_host_table *table, const char *key)
{
    struct gw_leased_host *host;
    HASH_FIND_STR(table->hosts, key, host);
    return host;
}

struct gw_leased_host *gw_leased_host_add(struct gw_host_table *table, const char *key)
{
    struct gw_leased_host *host = gw_leased_host_find(table, key);
    if (host)
        return host;
    host = calloc(1, sizeof *host);
    gw_assert(host);
    host->key = strdup(key);
    gw_assert(host->key);
    HASH_ADD_KEYPTR(hh, table->hosts, host->key, strlen(host->key), host);
    table->free++;
    return host;
}

void gw_leased_host_set(struct gw_host_table *table, struct gw_leased_host *host, uint32_t epoch,
                        const struct gw_id *holder, int64_t now_ms)
{
    table->free -= gw_id_is_none(&host->holder);
    table->free += gw_id_is_none(holder);
    host->epoch = epoch;
    host->holder = *holder;
    host->until_ms = now_ms + GW_GRANT_TTL_MS + GW_GRANT_MARGIN_MS;
}

struct loading {
    struct gw_host_table *table;
    struct gw_arena *arena;
    int64_t now_ms;
};

static bool load_lease(const struct gw_store_lease *lease, void *arg)
{
    struct loading *l = arg;
    gw_leased_host_set(l->table, gw_leased_host_add(l->table, lease->host), lease->epoch, &lease->holder, l->now_ms);
    return true;
}

static bool load_target_host(const char *host, void *arg)
{
    struct loading *l = arg;
    gw_leased_host_add(l->table, host);
    return true;
}

static bool load_source(const struct gw_store_source *row, void *arg)
{
    struct loading *l = arg;
    ProtobufCMessage *message;
    gw_arena_reset(l->arena);
    if (row->removed || gw_message_unpack(&gw__source__descriptor, row->definition.at, row->definition.bytes, l->arena,
                                          &message) != GW_OK)
        return true;
    const char *host = gw_url_host_key(l->arena, ((const Gw__Source *)message)->url);
    if (host)
        gw_leased_host_add(l->table, host);
    return true;
}

int gw_host_table_load(struct gw_host_table *table, struct gw_store *store, int64_t now_ms)
{
    struct loading l = {.table = table, .arena = gw_arena_new(ARENA_BYTES), .now_ms = now_ms};
    int rc = gw_store_leases(store, load_lease, &l);
    if (rc == GW_OK)
        rc = gw_store_target_hosts(store, load_target_host, &l);
    if (rc == GW_OK)
        rc = gw_store_sources(store, load_source, &l);
    gw_arena_free(l.arena);
    return rc;
}

// ---- inside a transaction

int gw_grant(struct gw_store *store, struct gw_arena *arena, const char *host, const struct gw_id *incarnation,
             uint32_t *ret_epoch)
{
    struct gw_store_lease lease = {.host = host};
    int rc = gw_store_lease_get(store, arena, host, &lease);
    if (rc != GW_OK && rc != GW_ENOTFOUND)
        return rc;
    *ret_epoch = 0;
    if (!gw_id_is_none(&lease.holder) && !gw_id_eq(&lease.holder, incarnation))
        return GW_OK;
    lease.epoch++;
    lease.holder = *incarnation;
    rc = gw_store_lease_put(store, &lease);
    if (rc == GW_OK)
        *ret_epoch = lease.epoch;
    return rc;
}

int gw_release(struct gw_store *store, struct gw_arena *arena, const char *host, uint32_t epoch)
{
    struct gw_store_lease lease;
    int rc = gw_store_lease_get(store, arena, host, &lease);
    if (rc == GW_ENOTFOUND || (rc == GW_OK && lease.epoch != epoch))
        return GW_OK; // it was granted anew meanwhile
    if (rc != GW_OK)
        return rc;
    memset(&lease.holder, 0, sizeof lease.holder);
    return gw_store_lease_put(store, &lease);
}
