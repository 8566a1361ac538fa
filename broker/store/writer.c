// SPDX-License-Identifier: Apache-2.0
#include "writer.h"

#include "base/clock.h"
#include "base/log.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    DEFAULT_MAX_WORK = 8192,
    DEFAULT_MAX_BYTES = 128 * 1024 * 1024,
    GROUP_WORK = 512,              // beyond that the first of a group waits longer than the commit is worth
    GROUP_BYTES = 4 * 1024 * 1024, // likewise
    UNSEEN_MS = 50,     // readers see what was stored this much later at most, while groups follow each other
    CAREFUL_MS = 10000, // after a message that failed others may: doing a group again costs more than savepoints
    RETRY_MS = 1000,
};

struct queue {
    struct gw_work *first, **last;
};

static void queue_init(struct queue *queue)
{
    *queue = (struct queue){.last = &queue->first};
}

static void queue_add(struct queue *queue, struct gw_work *work)
{
    work->next = NULL;
    *queue->last = work;
    queue->last = &work->next;
}

// ---- port

struct gw_port {
    uv_async_t async;
    pthread_mutex_t lock;
    struct queue finished;
};

static void hand_back(struct gw_port *port)
{
    pthread_mutex_lock(&port->lock);
    struct gw_work *work = port->finished.first;
    queue_init(&port->finished);
    pthread_mutex_unlock(&port->lock);
    while (work) {
        struct gw_work *next = work->next; // done may free it
        work->done(work);
        work = next;
    }
}

static void on_finished(uv_async_t *async)
{
    hand_back(async->data);
}

struct gw_port *gw_port_new(uv_loop_t *loop)
{
    struct gw_port *port = calloc(1, sizeof *port);
    gw_assert(port);
    gw_assert(uv_async_init(loop, &port->async, on_finished) == 0);
    port->async.data = port;
    pthread_mutex_init(&port->lock, NULL);
    queue_init(&port->finished);
    return port;
}

static void on_port_closed(uv_handle_t *handle)
{
    struct gw_port *port = handle->data;
    pthread_mutex_destroy(&port->lock);
    free(port);
}

struct gw_port *gw_port_free(struct gw_port *port)
{
    if (port) {
        hand_back(port);
        uv_close((uv_handle_t *)&port->async, on_port_closed);
    }
    return NULL;
}

static void finish(struct gw_work *work)
{
    struct gw_port *port = work->port;
    pthread_mutex_lock(&port->lock);
    queue_add(&port->finished, work);
    pthread_mutex_unlock(&port->lock);
    uv_async_send(&port->async);
}

// ---- writer

struct gw_writer {
    struct gw_store *store;
    struct gw_writer_options options;
    pthread_t thread, settler;
    pthread_mutex_t lock;
    pthread_cond_t wake, settle, settled;
    // the thread's
    int64_t careful_until_ms;            // each message in a savepoint
    int64_t unseen_since_ms;             // readers do not see what was secured since; 0: they see all
    struct gw_work *sealed, *sealed_end; // a group that is the settler's while it is SETTLING,
    bool lost;                           // and has to be done again when that failed
    // under lock
    struct queue waiting;
    size_t waiting_work, waiting_bytes;
    bool stop;
    enum { NOTHING, SETTLING, SETTLED } settling;
    int settle_rc; // once SETTLED
    char settle_reason[200];
    bool settler_stops;
    int trouble;
    char trouble_reason[200];
    uint64_t commits, work;
};

static bool is_temporary(int rc)
{
    return gw_rc_class(rc) == GW_CLASS_RETRY;
}

static void note(struct gw_work *work, int rc)
{
    work->rc = rc;
    snprintf(work->reason, sizeof work->reason, "%s", rc == GW_OK ? "" : gw_reason());
}

static bool is_stores(int rc)
{
    return is_temporary(rc) || rc == GW_ECORRUPT;
}

// In a savepoint of its own. A failure returned is one of the store; one of the message alone ends in its grave.
static int do_one(struct gw_store *store, struct gw_work *work)
{
    int rc = gw_store_savepoint(store);
    if (rc != GW_OK)
        return rc;
    rc = work->apply(store, work);
    note(work, rc);
    if (rc == GW_OK)
        return gw_store_release(store);
    if (is_stores(rc))
        return rc;
    rc = gw_store_undo(store);
    if (rc == GW_OK && work->bury)
        rc = work->bury(store, work);
    return rc;
}

// All of `group` up to `end`, without a savepoint, which would copy each page that a message touches. A failure is the
// store's, or one message's: then *ret_message is set, and all of it has to be done again.
static int do_together(struct gw_store *store, struct gw_work *group, const struct gw_work *end, bool *ret_message)
{
    int rc = GW_OK;
    for (; rc == GW_OK && group != end; group = group->next) {
        rc = group->apply(store, group);
        note(group, rc);
    }
    *ret_message = rc != GW_OK && !is_stores(rc);
    return rc;
}

static int do_apart(struct gw_store *store, struct gw_work *group, const struct gw_work *end)
{
    int rc = GW_OK;
    for (; rc == GW_OK && group != end; group = group->next)
        rc = do_one(store, group);
    return rc;
}

static void set_trouble(struct gw_writer *w, int rc)
{
    pthread_mutex_lock(&w->lock);
    bool news = rc != w->trouble;
    w->trouble = rc;
    snprintf(w->trouble_reason, sizeof w->trouble_reason, "%s", rc == GW_OK ? "" : gw_reason());
    pthread_mutex_unlock(&w->lock);
    if (!news)
        return;
    if (rc == GW_OK)
        gw_info("store", "recovered", "taking messages again");
    else if (is_temporary(rc))
        gw_warn("store", gw_rc_name(rc), "%s; nothing is acknowledged, trying again each second", gw_reason());
    else
        gw_error("store", gw_rc_name(rc), "%s; stopping, nothing more is acknowledged", gw_reason());
}

static void tell_readers(struct gw_writer *w)
{
    if (w->options.committed)
        w->options.committed(w->options.arg);
}

// Give the group's work up to (not including) `end` back, as done or with the failure that met all of it.
static void give_back(struct gw_writer *w, struct gw_work *group, const struct gw_work *end, int failure)
{
    size_t work = 0, bytes = 0;
    for (const struct gw_work *g = group; g != end; g = g->next) {
        work++;
        bytes += g->bytes;
    }
    pthread_mutex_lock(&w->lock);
    w->waiting_work -= work;
    w->waiting_bytes -= bytes;
    w->work += work;
    w->commits += failure == GW_OK;
    pthread_mutex_unlock(&w->lock);
    while (group != end) {
        struct gw_work *next = group->next;
        if (failure != GW_OK)
            note(group, failure);
        finish(group);
        group = next;
    }
}

// ---- the settler: waits for the disk while the next group is applied

static void *settle_all(void *arg)
{
    struct gw_writer *w = arg;
    pthread_setname_np(pthread_self(), "gw-settler");
    pthread_mutex_lock(&w->lock);
    for (;;) {
        while (w->settling != SETTLING && !w->settler_stops)
            pthread_cond_wait(&w->settle, &w->lock);
        if (w->settling != SETTLING)
            break;
        pthread_mutex_unlock(&w->lock);
        int rc = gw_store_settle(w->store);
        if (rc == GW_OK)
            give_back(w, w->sealed, w->sealed_end, GW_OK);
        pthread_mutex_lock(&w->lock);
        w->settling = SETTLED;
        w->settle_rc = rc;
        snprintf(w->settle_reason, sizeof w->settle_reason, "%s", rc == GW_OK ? "" : gw_reason());
        pthread_cond_signal(&w->settled);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

static void hand_over(struct gw_writer *w, struct gw_work *group, struct gw_work *end)
{
    w->sealed = group;
    w->sealed_end = end;
    pthread_mutex_lock(&w->lock);
    w->settling = SETTLING;
    pthread_cond_signal(&w->settle);
    pthread_mutex_unlock(&w->lock);
}

// Until the disk has what was handed over. A failure is its; then that is lost and has to be done again.
static int join(struct gw_writer *w)
{
    pthread_mutex_lock(&w->lock);
    while (w->settling == SETTLING)
        pthread_cond_wait(&w->settled, &w->lock);
    int rc = w->settling == SETTLED ? w->settle_rc : GW_OK;
    if (rc != GW_OK)
        gw_fail(rc, "%s", w->settle_reason);
    w->lost |= rc != GW_OK;
    w->settling = NOTHING;
    pthread_mutex_unlock(&w->lock);
    return rc;
}

// Undo what is open and what was lost; the work that has to be done again, before `group`.
static struct gw_work *take_back(struct gw_writer *w, struct gw_work *group)
{
    (void)!join(w);
    gw_store_rollback(w->store);
    if (!w->lost)
        return group;
    gw_store_unseal(w->store);
    w->lost = false;
    struct gw_work *last = w->sealed;
    while (last->next != w->sealed_end)
        last = last->next;
    last->next = group;
    return w->sealed;
}

// ---- groups

// On its way to the disk; or there, and before readers, too, if some of the work wants that, or it is time.
static int end_group(struct gw_writer *w, struct gw_work *group, struct gw_work *end)
{
    bool early = !w->trouble;
    for (const struct gw_work *work = group; work != end; work = work->next)
        early &= work->early;
    int64_t now_ms = gw_clock_boot_ms();
    int rc = join(w);
    if (rc != GW_OK)
        return rc;
    if (early && (!w->unseen_since_ms || now_ms - w->unseen_since_ms < UNSEEN_MS)) {
        rc = gw_store_seal(w->store);
        if (rc != GW_OK)
            return rc;
        w->unseen_since_ms = w->unseen_since_ms ? w->unseen_since_ms : now_ms;
        hand_over(w, group, end);
        return GW_OK;
    }
    rc = gw_store_commit(w->store);
    if (rc != GW_OK)
        return rc;
    w->unseen_since_ms = 0;
    tell_readers(w);
    set_trouble(w, GW_OK);
    give_back(w, group, end, GW_OK);
    return GW_OK;
}

static struct gw_work *end_of_group(struct gw_work *group)
{
    size_t bytes = 0;
    for (int n = 0; group && n < GROUP_WORK && bytes < GROUP_BYTES; n++, group = group->next)
        bytes += group->bytes;
    return group;
}

// One transaction over the head of the group; `ret_rest` is what it leaves for the next.
static int do_group(struct gw_writer *w, struct gw_work *group, struct gw_work **ret_rest)
{
    struct gw_work *end = *ret_rest = end_of_group(group);
    bool message = gw_clock_boot_ms() < w->careful_until_ms;
    int rc = gw_store_begin(w->store);
    if (rc == GW_OK && !message)
        rc = do_together(w->store, group, end, &message);
    if (rc != GW_OK && message) {
        w->careful_until_ms = gw_clock_boot_ms() + CAREFUL_MS;
        rc = join(w);
        if (rc != GW_OK)
            return rc;
        gw_store_rollback(w->store);
        rc = gw_store_begin(w->store);
    }
    if (rc == GW_OK && message)
        rc = do_apart(w->store, group, end);
    return rc == GW_OK ? end_group(w, group, end) : rc;
}

// Under lock.
static void wait_a_while(struct gw_writer *w)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += RETRY_MS / 1000;
    if (!w->stop)
        pthread_cond_timedwait(&w->wake, &w->lock, &until);
}

// After a failure of the store: what is to be tried again, after a while; NULL: nothing, all was given back.
static struct gw_work *recover(struct gw_writer *w, struct gw_work *group, int rc)
{
    set_trouble(w, rc); // before the rollback says something else
    group = take_back(w, group);
    pthread_mutex_lock(&w->lock);
    bool again = is_temporary(rc) && !w->stop;
    if (again)
        wait_a_while(w);
    pthread_mutex_unlock(&w->lock);
    if (again)
        return group;
    gw_fail(rc, "%s", w->trouble_reason);
    give_back(w, group, NULL, rc);
    return NULL;
}

static void do_all(struct gw_writer *w, struct gw_work *group)
{
    while (group) {
        struct gw_work *rest = NULL;
        bool over = w->trouble && !is_temporary(w->trouble);
        int rc = over ? gw_fail(w->trouble, "%s", w->trouble_reason) : do_group(w, group, &rest);
        group = rc == GW_OK ? rest : recover(w, group, rc);
    }
}

// Nothing follows for now: let readers see what was only secured. A failure is tried again, here or with the next
// group.
static void show(struct gw_writer *w)
{
    int rc = join(w);
    if (rc != GW_OK) {
        do_all(w, recover(w, NULL, rc));
        return;
    }
    rc = gw_store_begin(w->store);
    if (rc == GW_OK)
        rc = gw_store_commit(w->store);
    if (rc != GW_OK) {
        gw_warn("store", gw_rc_name(rc), "%s; what was stored since is not to be seen yet", gw_reason());
        gw_store_rollback(w->store);
        return;
    }
    w->unseen_since_ms = 0;
    tell_readers(w);
}

// Under lock, which is given up while it works.
static void rest(struct gw_writer *w)
{
    if (w->unseen_since_ms) {
        pthread_mutex_unlock(&w->lock);
        show(w);
        pthread_mutex_lock(&w->lock);
    }
    if (!w->waiting.first && !w->stop && w->unseen_since_ms)
        wait_a_while(w);
    else if (!w->waiting.first && !w->stop)
        pthread_cond_wait(&w->wake, &w->lock);
}

static void *run(void *arg)
{
    struct gw_writer *w = arg;
    pthread_setname_np(pthread_self(), "gw-writer");
    pthread_mutex_lock(&w->lock);
    for (;;) {
        while (!w->waiting.first && !w->stop)
            rest(w);
        struct gw_work *group = w->waiting.first;
        queue_init(&w->waiting);
        if (!group)
            break; // stopped, and nothing is left
        pthread_mutex_unlock(&w->lock);
        do_all(w, group);
        pthread_mutex_lock(&w->lock);
    }
    pthread_mutex_unlock(&w->lock);
    if (w->unseen_since_ms)
        show(w);
    return NULL;
}

struct gw_writer *gw_writer_new(struct gw_store *store, const struct gw_writer_options *options)
{
    struct gw_writer *w = calloc(1, sizeof *w);
    gw_assert(w);
    w->store = store;
    w->options = *options;
    if (!w->options.max_work)
        w->options.max_work = DEFAULT_MAX_WORK;
    if (!w->options.max_bytes)
        w->options.max_bytes = DEFAULT_MAX_BYTES;
    queue_init(&w->waiting);
    pthread_mutex_init(&w->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&w->wake, &monotonic);
    pthread_cond_init(&w->settle, NULL);
    pthread_cond_init(&w->settled, NULL);
    pthread_condattr_destroy(&monotonic);
    gw_assert(pthread_create(&w->settler, NULL, settle_all, w) == 0);
    gw_assert(pthread_create(&w->thread, NULL, run, w) == 0);
    return w;
}

struct gw_writer *gw_writer_free(struct gw_writer *w)
{
    if (!w)
        return NULL;
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    pthread_mutex_lock(&w->lock);
    w->settler_stops = true;
    pthread_cond_signal(&w->settle);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->settler, NULL);
    pthread_cond_destroy(&w->wake);
    pthread_cond_destroy(&w->settle);
    pthread_cond_destroy(&w->settled);
    pthread_mutex_destroy(&w->lock);
    free(w);
    return NULL;
}

int gw_writer_put(struct gw_writer *w, struct gw_work *work)
{
    gw_assert(work->apply && work->done && work->port);
    pthread_mutex_lock(&w->lock);
    int rc = GW_OK;
    if (w->trouble && !is_temporary(w->trouble))
        rc = gw_fail(w->trouble, "%s", w->trouble_reason);
    else if (w->waiting_work >= w->options.max_work || w->waiting_bytes + work->bytes > w->options.max_bytes)
        rc = gw_fail(GW_EAGAIN, "store: %zu messages wait to be written", w->waiting_work);
    if (rc == GW_OK) {
        queue_add(&w->waiting, work);
        w->waiting_work++;
        w->waiting_bytes += work->bytes;
        pthread_cond_signal(&w->wake);
    }
    pthread_mutex_unlock(&w->lock);
    return rc;
}

int gw_writer_trouble(struct gw_writer *w, char *reason, size_t bytes)
{
    pthread_mutex_lock(&w->lock);
    int rc = w->trouble;
    snprintf(reason, bytes, "%s", w->trouble_reason);
    pthread_mutex_unlock(&w->lock);
    return rc;
}

void gw_writer_count(struct gw_writer *w, uint64_t *ret_commits, uint64_t *ret_work)
{
    pthread_mutex_lock(&w->lock);
    *ret_commits = w->commits;
    *ret_work = w->work;
    pthread_mutex_unlock(&w->lock);
}
