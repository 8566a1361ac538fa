// SPDX-License-Identifier: Apache-2.0
// DESIGN: what is behind the log must not hold it up, and indexing an event costs several times what storing it does.
// So while many come it waits, between two batches and without any lock; but not for ever: once it is far behind it
// goes on beside them, at a low priority, and the broker lets agents wait before its bound is reached. (A scheduling
// class that only gets what is left over would do that without a rule of ours, but it could be stopped inside of
// SQLite, with a lock that the writer needs.)
#include "indexer.h"

#include "base/clock.h"
#include "base/log.h"
#include "wire/frame.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum {
    BATCH = 1024, // events in one transaction
    ARENA_BYTES = 64 * 1024 * 1024,
    RETRY_MS = 5000,
    NICE = 10,
    LOOK_MS = 50,        // a rate is that of at least this time
    RUSH_PER_S = 1000,   // events; it waits when more come,
    CALM_MS = 300,       // until they did not for so long (what is committed shows in lumps),
    LAG_PATIENT = 90000, // or until it is nearly as many behind as it may be
};

struct gw_indexer {
    char *path;
    struct gw_store *reader;
    struct gw_store_identity identity;
    struct gw_index *index; // the thread's; NULL when it has to be opened
    struct gw_arena *arena;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool poked, stop;       // under lock
    uint64_t indexed, last; // atomic: who asks must not wait for a thread of low priority
    // The thread's: where the log ended when it last looked at its rate.
    uint64_t seen;
    int64_t seen_ms; // 0: not yet
    int64_t calm_ms; // from then on, unless more come
};

enum next { SLEEP, GO_ON, WAIT };

struct batch {
    struct gw_indexer *indexer;
    uint64_t last;
    int rc;
};

static bool add(const struct gw_store_event *row, void *arg)
{
    struct batch *b = arg;
    ProtobufCMessage *message;
    gw_arena_reset(b->indexer->arena);
    if (gw_message_unpack(&gw__event__descriptor, row->event.at, row->event.bytes, b->indexer->arena, &message) ==
        GW_OK)
        b->rc = gw_index_add(b->indexer->index, row->seq, (const Gw__Event *)message);
    else
        gw_warn("search", "undecodable", "event %" PRIu64 ": %s, left out of the index", row->seq, gw_reason());
    b->last = row->seq;
    return b->rc == GW_OK;
}

static int add_batch(struct gw_indexer *x, uint64_t from, uint64_t to, uint64_t *ret_last)
{
    struct batch b = {.indexer = x, .last = from - 1};
    int rc = gw_index_begin(x->index);
    if (rc == GW_OK)
        rc = gw_store_events(x->reader, GW__STREAM__STREAM_POLICY, from, to, false, add, &b);
    if (rc == GW_OK)
        rc = b.rc;
    if (rc == GW_OK)
        rc = gw_index_commit(x->index, b.last);
    *ret_last = b.last;
    return rc;
}

// Whether so much comes now that indexing has to wait.
static bool must_wait(struct gw_indexer *x, uint64_t indexed, uint64_t last, int64_t now_ms)
{
    int64_t ms = now_ms - x->seen_ms;
    if (ms >= LOOK_MS) {
        if (x->seen_ms && (last - x->seen) * 1000 > RUSH_PER_S * (uint64_t)ms)
            x->calm_ms = now_ms + CALM_MS;
        x->seen = last;
        x->seen_ms = now_ms;
    }
    return now_ms < x->calm_ms && last - indexed < LAG_PATIENT;
}

static void tell(struct gw_indexer *x, uint64_t indexed)
{
    __atomic_store_n(&x->indexed, indexed, __ATOMIC_RELAXED);
}

// The next batch, if this is the time for it.
static int index_batch(struct gw_indexer *x, enum next *ret_next)
{
    uint64_t first, last, indexed;
    int rc = x->index ? GW_OK : gw_index_open(x->path, &x->identity, false, &x->index);
    if (rc == GW_OK)
        rc = gw_index_last(x->index, &indexed);
    if (rc == GW_OK)
        rc = gw_store_bounds(x->reader, GW__STREAM__STREAM_POLICY, &first, &last);
    if (rc != GW_OK)
        return rc;
    if (last > __atomic_load_n(&x->last, __ATOMIC_RELAXED))
        __atomic_store_n(&x->last, last, __ATOMIC_RELAXED);
    uint64_t from = indexed + 1 > first ? indexed + 1 : first, to = from + BATCH - 1 < last ? from + BATCH - 1 : last;
    bool waits = must_wait(x, indexed, last, gw_clock_boot_ms());
    if (!waits && from <= to)
        rc = add_batch(x, from, to, &indexed);
    if (rc != GW_OK)
        return rc;
    tell(x, indexed);
    *ret_next = waits ? WAIT : to < last ? GO_ON : SLEEP;
    return GW_OK;
}

// Trouble with the index is never trouble of the broker: it is closed, made anew if damaged, and tried again.
static void recover(struct gw_indexer *x, int rc)
{
    gw_warn("search", gw_rc_name(rc), "%s, trying again in %ds", gw_reason(), RETRY_MS / 1000);
    if (x->index)
        gw_index_rollback(x->index);
    x->index = gw_index_close(x->index);
    if (rc == GW_ECORRUPT && gw_index_remove(x->path) != GW_OK)
        gw_warn("search", "remove", "%s", gw_reason());
}

static struct timespec in_ms(long ms)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_nsec += ms % 1000 * 1000000;
    at.tv_sec += ms / 1000 + at.tv_nsec / 1000000000;
    at.tv_nsec %= 1000000000;
    return at;
}

// Under lock. What comes within a moment is done together, for a batch of one event costs nearly as much as one of ten.
static void rest(struct gw_indexer *x, int rc, enum next next)
{
    bool fine = rc == GW_OK;
    if (fine && next == GO_ON)
        return;
    struct timespec until = in_ms(fine ? LOOK_MS : RETRY_MS);
    while (!x->stop && (fine || !x->poked) && pthread_cond_timedwait(&x->wake, &x->lock, &until) == 0)
        continue;
    while (!x->stop && !x->poked && fine && next == SLEEP)
        pthread_cond_wait(&x->wake, &x->lock);
}

static void *run(void *arg)
{
    struct gw_indexer *x = arg;
    if (setpriority(PRIO_PROCESS, (id_t)gettid(), NICE) != 0) // Linux: of this thread alone
        gw_debug("search", "priority", "%s", strerror(errno));
    pthread_mutex_lock(&x->lock);
    while (!x->stop) {
        enum next next = SLEEP;
        x->poked = false;
        pthread_mutex_unlock(&x->lock);
        int rc = index_batch(x, &next);
        if (rc != GW_OK)
            recover(x, rc);
        pthread_mutex_lock(&x->lock);
        rest(x, rc, next);
    }
    pthread_mutex_unlock(&x->lock);
    return NULL;
}

int gw_indexer_new(const struct gw_indexer_options *options, struct gw_indexer **ret_indexer)
{
    struct gw_indexer *x = calloc(1, sizeof *x);
    gw_assert(x);
    int rc = gw_store_reader(options->store, &x->reader);
    if (rc == GW_OK)
        rc = gw_store_identify(x->reader, &x->identity);
    if (rc != GW_OK) {
        gw_store_close(x->reader);
        free(x);
        return rc;
    }
    x->path = strdup(options->path);
    gw_assert(x->path);
    x->arena = gw_arena_new(ARENA_BYTES);
    // How far it is shows at once, not only after the first batch.
    if (gw_index_open(x->path, &x->identity, false, &x->index) != GW_OK ||
        gw_index_last(x->index, &x->indexed) != GW_OK)
        gw_warn("search", "index", "%s, trying again", gw_reason());
    pthread_mutex_init(&x->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&x->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    gw_assert(pthread_create(&x->thread, NULL, run, x) == 0);
    pthread_setname_np(x->thread, "gw-index");
    *ret_indexer = x;
    return GW_OK;
}

struct gw_indexer *gw_indexer_free(struct gw_indexer *x)
{
    if (!x)
        return NULL;
    pthread_mutex_lock(&x->lock);
    x->stop = true;
    pthread_cond_signal(&x->wake);
    pthread_mutex_unlock(&x->lock);
    pthread_join(x->thread, NULL);
    gw_index_close(x->index);
    gw_store_close(x->reader);
    gw_arena_free(x->arena);
    pthread_cond_destroy(&x->wake);
    pthread_mutex_destroy(&x->lock);
    free(x->path);
    free(x);
    return NULL;
}

void gw_indexer_poke(struct gw_indexer *x, uint64_t last)
{
    __atomic_store_n(&x->last, last, __ATOMIC_RELAXED);
    pthread_mutex_lock(&x->lock);
    if (!x->poked)
        pthread_cond_signal(&x->wake);
    x->poked = true;
    pthread_mutex_unlock(&x->lock);
}

uint64_t gw_indexer_indexed(struct gw_indexer *x)
{
    return __atomic_load_n(&x->indexed, __ATOMIC_RELAXED);
}

uint64_t gw_indexer_lag(struct gw_indexer *x)
{
    uint64_t indexed = gw_indexer_indexed(x), last = __atomic_load_n(&x->last, __ATOMIC_RELAXED);
    return indexed < last ? last - indexed : 0;
}
