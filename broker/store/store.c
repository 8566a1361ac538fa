// SPDX-License-Identifier: Apache-2.0
// The way in: picks the backend, and holds callers to the order of transactions, so that a backend need not.
#include "store.h"

#include "store_ops.h"

#include <stdio.h>
#include <string.h>

static const struct gw_store_ops *const backends[] = {&gw_store_memory, &gw_store_sqlite};

int gw_store_open(const struct gw_store_options *options, struct gw_store **ret_store)
{
    for (size_t i = 0; i < GW_COUNT(backends); i++)
        if (gw_str_eq(backends[i]->name, options->backend))
            return backends[i]->open(options, ret_store);
    return gw_fail(GW_EINVAL, "no store backend '%s'", options->backend);
}

int gw_store_reader(const struct gw_store *store, struct gw_store **ret_reader)
{
    return store->ops->reader(store, ret_reader);
}

struct gw_store *gw_store_close(struct gw_store *store)
{
    if (store) {
        gw_store_rollback(store);
        store->ops->close(store);
    }
    return NULL;
}

int gw_store_begin(struct gw_store *store)
{
    gw_assert(!store->reader && store->state == GW_STORE_IDLE);
    int rc = store->ops->begin(store);
    if (rc == GW_OK)
        store->state = GW_STORE_OPEN;
    return rc;
}

static int end_transaction(struct gw_store *store, int (*end)(struct gw_store *))
{
    gw_assert(store->state == GW_STORE_OPEN);
    int rc = end(store);
    if (rc == GW_OK)
        store->state = GW_STORE_IDLE;
    return rc;
}

int gw_store_commit(struct gw_store *store)
{
    return end_transaction(store, store->ops->commit);
}

int gw_store_secure(struct gw_store *store)
{
    return end_transaction(store, store->ops->secure);
}

int gw_store_seal(struct gw_store *store)
{
    return end_transaction(store, store->ops->seal);
}

int gw_store_settle(struct gw_store *store)
{
    return store->ops->settle(store);
}

void gw_store_unseal(struct gw_store *store)
{
    gw_assert(store->state == GW_STORE_IDLE);
    store->ops->unseal(store);
}

void gw_store_rollback(struct gw_store *store)
{
    if (store->state == GW_STORE_IDLE)
        return;
    store->ops->rollback(store);
    store->state = GW_STORE_IDLE;
}

int gw_store_savepoint(struct gw_store *store)
{
    gw_assert(store->state == GW_STORE_OPEN);
    int rc = store->ops->savepoint(store);
    if (rc == GW_OK)
        store->state = GW_STORE_SAVEPOINT;
    return rc;
}

static int end_savepoint(struct gw_store *store, int (*end)(struct gw_store *))
{
    gw_assert(store->state == GW_STORE_SAVEPOINT);
    int rc = end(store);
    if (rc == GW_OK)
        store->state = GW_STORE_OPEN;
    return rc;
}

int gw_store_release(struct gw_store *store)
{
    return end_savepoint(store, store->ops->release);
}

int gw_store_undo(struct gw_store *store)
{
    return end_savepoint(store, store->ops->undo);
}

int gw_store_append(struct gw_store *store, const struct gw_store_event *event, enum gw_store_append *ret_append)
{
    gw_assert(store->state != GW_STORE_IDLE);
    gw_assert(event->stream > GW__STREAM__STREAM_NONE && event->stream < GW_STREAMS && !gw_id_is_none(&event->id));
    struct gw_store_event sealed = *event;
    sealed.digest.bytes = GW_HASH128_BYTES;
    gw_hash128(event->event.at, event->event.bytes, sealed.digest.at);
    return store->ops->append(store, &sealed, ret_append);
}

int gw_store_events(struct gw_store *store, Gw__Stream stream, uint64_t from, uint64_t to, bool newest_first,
                    gw_store_event_fn *fn, void *arg)
{
    gw_assert(stream > GW__STREAM__STREAM_NONE && stream < GW_STREAMS);
    return store->ops->events(store, stream, from, to, newest_first, fn, arg);
}

int gw_store_bounds(struct gw_store *store, Gw__Stream stream, uint64_t *ret_first, uint64_t *ret_last)
{
    gw_assert(stream > GW__STREAM__STREAM_NONE && stream < GW_STREAMS);
    return store->ops->bounds(store, stream, ret_first, ret_last);
}

int gw_store_trim(struct gw_store *store, Gw__Stream stream, uint64_t before)
{
    uint64_t first, last;
    int rc = gw_store_bounds(store, stream, &first, &last);
    gw_assert(store->state != GW_STORE_IDLE);
    if (rc != GW_OK || before <= first)
        return rc;
    return store->ops->trim(store, stream, before > last + 1 ? last + 1 : before);
}

int gw_store_backup(struct gw_store *store, const char *path)
{
    if (!store->ops->backup)
        return gw_fail(GW_EINVAL, "a %s store has no backup", store->ops->name);
    return store->ops->backup(store, path);
}

// ---- verifying

enum { VERIFY_CHUNK = 1000 };

struct verifying {
    struct gw_store_damage *damage;
    uint64_t next, total;
    gw_store_progress_fn *progress;
    void *arg;
};

static void note_damage(struct gw_store_damage *damage, const char *format, unsigned long long seq, int stream)
{
    if (damage->bad++ == 0)
        snprintf(damage->first, sizeof damage->first, format, seq, stream);
}

static bool is_sound(const struct gw_store_event *event)
{
    uint8_t digest[GW_SHA256_BYTES];
    if (event->digest.bytes == GW_SHA256_BYTES)
        gw_sha256(event->event.at, event->event.bytes, digest);
    else
        gw_hash128(event->event.at, event->event.bytes, digest);
    size_t bytes = event->digest.bytes == GW_SHA256_BYTES ? GW_SHA256_BYTES : GW_HASH128_BYTES;
    return event->digest.bytes == bytes && memcmp(digest, event->digest.at, bytes) == 0;
}

static bool verify_event(const struct gw_store_event *event, void *arg)
{
    struct verifying *v = arg;
    if (event->seq != v->next)
        note_damage(v->damage, "event %llu of stream %d is missing", v->next, (int)event->stream);
    if (!is_sound(event))
        note_damage(v->damage, "event %llu of stream %d differs from its digest", event->seq, (int)event->stream);
    v->next = event->seq + 1;
    v->damage->events++;
    if (v->progress)
        v->progress(v->damage->events, v->total, v->arg);
    return true;
}

static int verify_stream(struct gw_store *store, Gw__Stream stream, struct verifying *v)
{
    uint64_t first, last;
    int rc = gw_store_bounds(store, stream, &first, &last);
    v->next = first;
    for (uint64_t from = first; rc == GW_OK && from <= last; from += VERIFY_CHUNK)
        rc = gw_store_events(store, stream, from, from + VERIFY_CHUNK - 1 < last ? from + VERIFY_CHUNK - 1 : last,
                             false, verify_event, v);
    if (rc == GW_OK && v->next != last + 1)
        note_damage(v->damage, "event %llu of stream %d is missing", v->next, (int)stream);
    return rc;
}

static int count_events(struct gw_store *store, uint64_t *ret_total)
{
    int rc = GW_OK;
    *ret_total = 0;
    for (Gw__Stream stream = 1; stream < GW_STREAMS && rc == GW_OK; stream++) {
        uint64_t first, last;
        rc = gw_store_bounds(store, stream, &first, &last);
        if (rc == GW_OK)
            *ret_total += last + 1 - first;
    }
    return rc;
}

int gw_store_verify(struct gw_store *store, gw_store_progress_fn *progress, void *arg,
                    struct gw_store_damage *ret_damage)
{
    struct verifying v = {.damage = ret_damage, .progress = progress, .arg = arg};
    *ret_damage = (struct gw_store_damage){0};
    int rc = store->ops->check ? store->ops->check(store, ret_damage) : GW_OK;
    if (rc == GW_OK)
        rc = count_events(store, &v.total);
    for (Gw__Stream stream = 1; stream < GW_STREAMS && rc == GW_OK; stream++)
        rc = verify_stream(store, stream, &v);
    if (rc == GW_ECORRUPT) { // too damaged to be read through is what was asked
        if (ret_damage->bad++ == 0)
            snprintf(ret_damage->first, sizeof ret_damage->first, "%s", gw_reason());
        rc = GW_OK;
    }
    return rc;
}

// The rest goes straight through: WRITES inside a transaction only, READS at any time.
#define READS(name, parameters, ...)                                                                                   \
    int gw_store_##name parameters                                                                                     \
    {                                                                                                                  \
        return store->ops->name(__VA_ARGS__);                                                                          \
    }
#define WRITES(name, parameters, ...)                                                                                  \
    int gw_store_##name parameters                                                                                     \
    {                                                                                                                  \
        gw_assert(store->state != GW_STORE_IDLE);                                                                      \
        return store->ops->name(__VA_ARGS__);                                                                          \
    }

// clang-format off
READS(identify, (struct gw_store *store, struct gw_store_identity *ret), store, ret)
WRITES(claim, (struct gw_store *store, const struct gw_id *incarnation, uint64_t msgno, enum gw_store_claim *ret), store, incarnation, msgno, ret)
READS(agent_get, (struct gw_store *store, struct gw_arena *arena, const struct gw_id *id, struct gw_store_agent *ret), store, arena, id, ret)
WRITES(agent_put, (struct gw_store *store, const struct gw_store_agent *row), store, row)
READS(lease_get, (struct gw_store *store, struct gw_arena *arena, const char *host, struct gw_store_lease *ret), store, arena, host, ret)
WRITES(lease_put, (struct gw_store *store, const struct gw_store_lease *row), store, row)
READS(leases, (struct gw_store *store, gw_store_lease_fn *fn, void *arg), store, fn, arg)
READS(source_get, (struct gw_store *store, struct gw_arena *arena, const char *id, struct gw_store_source *ret), store, arena, id, ret)
WRITES(source_put, (struct gw_store *store, const struct gw_store_source *row), store, row)
READS(sources, (struct gw_store *store, gw_store_source_fn *fn, void *arg), store, fn, arg)
READS(target_get, (struct gw_store *store, struct gw_arena *arena, const char *url, struct gw_store_target *ret), store, arena, url, ret)
WRITES(target_put, (struct gw_store *store, const struct gw_store_target *row), store, row)
READS(targets, (struct gw_store *store, const char *host, const char *after, gw_store_target_fn *fn, void *arg), store, host, after, fn, arg)
READS(target_hosts, (struct gw_store *store, gw_store_host_fn *fn, void *arg), store, fn, arg)
READS(document_get, (struct gw_store *store, struct gw_arena *arena, const struct gw_id *id, struct gw_store_document *ret), store, arena, id, ret)
WRITES(document_put, (struct gw_store *store, const struct gw_store_document *row), store, row)
READS(alias_get, (struct gw_store *store, const char *url, struct gw_id *ret), store, url, ret)
WRITES(alias_put, (struct gw_store *store, const char *url, const struct gw_id *id), store, url, id)
READS(baseline_get, (struct gw_store *store, struct gw_arena *arena, const struct gw_id *id, struct gw_span *ret), store, arena, id, ret)
WRITES(baseline_put, (struct gw_store *store, const struct gw_id *id, struct gw_span content), store, id, content)
READS(event_get, (struct gw_store *store, struct gw_arena *arena, const struct gw_id *id, struct gw_store_event *ret), store, arena, id, ret)
WRITES(renew, (struct gw_store *store, uint64_t generation), store, generation)
READS(run_get, (struct gw_store *store, struct gw_arena *arena, const char *source_id, struct gw_store_run *ret), store, arena, source_id, ret)
WRITES(run_put, (struct gw_store *store, const struct gw_store_run *row), store, row)
WRITES(letter_put, (struct gw_store *store, const struct gw_store_letter *row), store, row)
READS(letters, (struct gw_store *store, gw_store_letter_fn *fn, void *arg), store, fn, arg)
WRITES(letters_trim, (struct gw_store *store, const char *kind, uint64_t keep), store, kind, keep)
READS(consumer_get, (struct gw_store *store, struct gw_arena *arena, const char *name, struct gw_store_consumer *ret), store, arena, name, ret)
WRITES(consumer_put, (struct gw_store *store, const struct gw_store_consumer *row), store, row)
READS(consumers, (struct gw_store *store, gw_store_consumer_fn *fn, void *arg), store, fn, arg)
// clang-format on
