// SPDX-License-Identifier: Apache-2.0
#include "indexer.h"

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
    BATCH = 500, // events in one transaction
    ARENA_BYTES = 64 * 1024 * 1024,
    RETRY_S = 5,
    NICE = 10, // indexing costs more than storing; what is behind the log must not hold it up
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
    // under lock
    bool poked, stop;
    uint64_t indexed;
    uint64_t lag;
};

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

// The next batch; *ret_more says that the log goes on behind it.
static int index_batch(struct gw_indexer *x, bool *ret_more)
{
    uint64_t first, last, indexed;
    int rc = x->index ? GW_OK : gw_index_open(x->path, &x->identity, false, &x->index);
    if (rc == GW_OK)
        rc = gw_index_last(x->index, &indexed);
    if (rc == GW_OK)
        rc = gw_store_bounds(x->reader, GW__STREAM__STREAM_POLICY, &first, &last);
    if (rc != GW_OK)
        return rc;
    uint64_t from = indexed + 1 > first ? indexed + 1 : first, to = from + BATCH - 1 < last ? from + BATCH - 1 : last;
    struct batch b = {.indexer = x, .last = indexed};
    if (from <= to) {
        rc = gw_index_begin(x->index);
        if (rc == GW_OK)
            rc = gw_store_events(x->reader, GW__STREAM__STREAM_POLICY, from, to, false, add, &b);
        if (rc == GW_OK)
            rc = b.rc;
        if (rc == GW_OK)
            rc = gw_index_commit(x->index, b.last);
        if (rc != GW_OK)
            return rc;
    }
    pthread_mutex_lock(&x->lock);
    x->indexed = b.last;
    x->lag = b.last < last ? last - b.last : 0;
    pthread_mutex_unlock(&x->lock);
    *ret_more = b.last < last;
    return GW_OK;
}

// Trouble with the index is never trouble of the broker: it is closed, made anew if damaged, and tried again.
static void recover(struct gw_indexer *x, int rc)
{
    gw_warn("search", gw_rc_name(rc), "%s, trying again in %ds", gw_reason(), RETRY_S);
    if (x->index)
        gw_index_rollback(x->index);
    x->index = gw_index_close(x->index);
    if (rc == GW_ECORRUPT && gw_index_remove(x->path) != GW_OK)
        gw_warn("search", "remove", "%s", gw_reason());
}

static void *run(void *arg)
{
    struct gw_indexer *x = arg;
    bool more = true;
    if (setpriority(PRIO_PROCESS, (id_t)gettid(), NICE) != 0) // Linux: of this thread alone
        gw_debug("search", "priority", "%s", strerror(errno));
    pthread_mutex_lock(&x->lock);
    while (!x->stop) {
        x->poked = false;
        pthread_mutex_unlock(&x->lock);
        int rc = index_batch(x, &more);
        if (rc != GW_OK)
            recover(x, rc);
        pthread_mutex_lock(&x->lock);
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += RETRY_S;
        while (!x->stop && !x->poked && !(rc == GW_OK && more))
            if (rc == GW_OK)
                pthread_cond_wait(&x->wake, &x->lock);
            else if (pthread_cond_timedwait(&x->wake, &x->lock, &until) != 0)
                break;
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

void gw_indexer_poke(struct gw_indexer *x)
{
    pthread_mutex_lock(&x->lock);
    x->poked = true;
    pthread_cond_signal(&x->wake);
    pthread_mutex_unlock(&x->lock);
}

uint64_t gw_indexer_indexed(struct gw_indexer *x)
{
    pthread_mutex_lock(&x->lock);
    uint64_t indexed = x->indexed;
    pthread_mutex_unlock(&x->lock);
    return indexed;
}

uint64_t gw_indexer_lag(struct gw_indexer *x)
{
    pthread_mutex_lock(&x->lock);
    uint64_t lag = x->lag;
    pthread_mutex_unlock(&x->lock);
    return lag;
}
