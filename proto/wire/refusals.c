// SPDX-License-Identifier: Apache-2.0
#include "refusals.h"

#include "base/clock.h"
#include "base/err.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

// Beyond so many peers at once the rest of a minute is told as one.
enum { PEERS_MAX = 1024, QUIET_MS = 60000, PEER_BYTES = 160, WHY_BYTES = 200 };

static const char *const names[GW_REFUSALS] = {
    [GW_REFUSED_HANDSHAKE] = "refused_handshakes", [GW_REFUSED_KEY] = "refused_keys",
    [GW_REFUSED_ROLE] = "refused_roles",           [GW_REFUSED_OWNER] = "refused_owners",
    [GW_REFUSED_VERSION] = "refused_versions",     [GW_REFUSED_FRAME] = "refused_frames",
    [GW_REFUSED_MUTED] = "refused_muted",
};

struct entry {
    char peer[PEER_BYTES]; // the key: its first byte is the kind
    char why[WHY_BYTES];
    int64_t told_ms;
    uint64_t held; // since then
    UT_hash_handle hh;
};

struct gw_refusals {
    gw_refusals_tell_fn *tell;
    void *arg;
    pthread_mutex_t lock;
    struct entry *entries;
    uint64_t counts[GW_REFUSALS];
};

struct gw_refusals *gw_refusals_new(gw_refusals_tell_fn *tell, void *arg)
{
    struct gw_refusals *refusals = calloc(1, sizeof *refusals);
    gw_assert(refusals);
    refusals->tell = tell;
    refusals->arg = arg;
    pthread_mutex_init(&refusals->lock, NULL);
    return refusals;
}

static void forget(struct gw_refusals *refusals, struct entry *entry)
{
    HASH_DEL(refusals->entries, entry);
    free(entry);
}

static void tell(struct gw_refusals *refusals, struct entry *entry, int64_t now_ms)
{
    refusals->tell(refusals->arg, (enum gw_refusal)(entry->peer[0] - 1), entry->peer + 1, entry->why, entry->held);
    entry->told_ms = now_ms;
    entry->held = 0;
}

struct gw_refusals *gw_refusals_free(struct gw_refusals *refusals)
{
    if (!refusals)
        return NULL;
    for (struct entry *e = refusals->entries, *next; e; e = next) {
        next = e->hh.next;
        if (e->held)
            tell(refusals, e, 0);
        forget(refusals, e);
    }
    pthread_mutex_destroy(&refusals->lock);
    free(refusals);
    return NULL;
}

void gw_refusals_note(struct gw_refusals *refusals, enum gw_refusal kind, const char *peer, const char *why)
{
    char key[PEER_BYTES];
    struct entry *entry;
    int64_t now_ms = gw_clock_boot_ms();
    snprintf(key, sizeof key, "%c%s", (char)(kind + 1), peer);
    pthread_mutex_lock(&refusals->lock);
    __atomic_add_fetch(&refusals->counts[kind], 1, __ATOMIC_RELAXED);
    HASH_FIND_STR(refusals->entries, key, entry);
    if (!entry && HASH_COUNT(refusals->entries) >= PEERS_MAX) {
        snprintf(key, sizeof key, "%ceverybody else", (char)(kind + 1));
        HASH_FIND_STR(refusals->entries, key, entry);
    }
    bool first = !entry;
    if (first) {
        entry = calloc(1, sizeof *entry);
        gw_assert(entry);
        memcpy(entry->peer, key, sizeof key);
        HASH_ADD_STR(refusals->entries, peer, entry);
    }
    entry->held++;
    snprintf(entry->why, sizeof entry->why, "%s", why);
    if (first || now_ms - entry->told_ms >= QUIET_MS)
        tell(refusals, entry, now_ms);
    pthread_mutex_unlock(&refusals->lock);
}

void gw_refusals_tick(struct gw_refusals *refusals)
{
    int64_t now_ms = gw_clock_boot_ms();
    pthread_mutex_lock(&refusals->lock);
    for (struct entry *e = refusals->entries, *next; e; e = next) {
        next = e->hh.next;
        if (now_ms - e->told_ms < QUIET_MS)
            continue;
        if (e->held)
            tell(refusals, e, now_ms);
        else
            forget(refusals, e);
    }
    pthread_mutex_unlock(&refusals->lock);
}

uint64_t gw_refusals_count(const struct gw_refusals *refusals, enum gw_refusal kind)
{
    return __atomic_load_n(&refusals->counts[kind], __ATOMIC_RELAXED);
}

const char *gw_refusal_name(enum gw_refusal kind)
{
    return names[kind];
}
