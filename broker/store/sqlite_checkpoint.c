// SPDX-License-Identifier: Apache-2.0
// Making the database durable behind the commits, and copying its write-ahead log back, on a thread and a connection of
// their own: inside the commits either would cost the one that meets it tens of milliseconds.
#include "sqlite.h"

#include "base/fs.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
    WAKE_PAGES = 4 * 1024 * 1024 / GW_SQLITE_PAGE_BYTES,
    CEILING_PAGES = 128 * 1024 * 1024 / GW_SQLITE_PAGE_BYTES,
    EASE_WAIT_MS = 200,
    HELD_WAKE_BYTES = 4 * 1024 * 1024, // of the redo log
};

struct gw_sqlite_checkpoint {
    struct gw_sqlite *store;
    sqlite3 *db;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake, rest;
    // under lock
    int log_pages; // as of the last commit
    int ease_at;   // the log is that long when the writer makes the next gap
    uint64_t shown;
    uint32_t unneeded, removed; // event files below
    bool due, stop;
    uint64_t begun, ended; // passes
    int failure;           // of the last one
    char reason[200];
};

static int committed(void *arg, sqlite3 *db, const char *name, int pages)
{
    (void)db;
    (void)name;
    struct gw_sqlite_checkpoint *c = arg;
    pthread_mutex_lock(&c->lock);
    c->log_pages = pages;
    pthread_mutex_unlock(&c->lock);
    return SQLITE_OK;
}

static int sync_log(const struct gw_sqlite *store)
{
    struct gw_buf path = GW_BUF(64 * 1024);
    gw_buf_printf(&path, "%s-wal", store->path);
    int fd = open(gw_buf_str(&path), O_RDWR | O_CLOEXEC), rc = GW_OK;
    if (fd < 0 && errno != ENOENT) // none: all of it is in the database, and was synced there
        rc = gw_fail_errno("%s", gw_buf_str(&path));
    if (fd >= 0 && fdatasync(fd) != 0)
        rc = gw_fail_errno("%s: sync", gw_buf_str(&path));
    if (fd >= 0)
        close(fd);
    gw_buf_fini(&path);
    return rc;
}

int gw_sqlite_make_durable(struct gw_sqlite *store)
{
    int rc = gw_event_files_sync(store->files);
    return rc == GW_OK ? sync_log(store) : rc;
}

// Under lock, which is given up while the disk works.
static void pass(struct gw_sqlite_checkpoint *c)
{
    uint64_t shown = c->shown;
    uint32_t unneeded = c->unneeded, number = c->removed;
    bool long_log = c->log_pages >= WAKE_PAGES;
    c->due = false;
    c->begun++;
    pthread_mutex_unlock(&c->lock);
    int rc = gw_sqlite_make_durable(c->store);
    if (rc == GW_OK) {
        gw_redo_release(c->store->redo, shown);
        gw_redo_prepare(c->store->redo);
    }
    for (; rc == GW_OK && number < unneeded; number++)
        rc = gw_event_files_remove(c->store->files, number);
    int in_log = 0, copied = 0;
    int code =
        long_log ? sqlite3_wal_checkpoint_v2(c->db, NULL, SQLITE_CHECKPOINT_PASSIVE, &in_log, &copied) : SQLITE_OK;
    if (code != SQLITE_OK && code != SQLITE_BUSY)
        gw_warn("store", "checkpoint", "%s; the log stays, trying again with the next commits", sqlite3_errmsg(c->db));
    pthread_mutex_lock(&c->lock);
    if (rc != GW_OK && rc != c->failure)
        gw_warn("store", "durable", "%s; the redo log stays, trying again with the next commits", gw_reason());
    c->failure = rc;
    snprintf(c->reason, sizeof c->reason, "%s", rc == GW_OK ? "" : gw_reason());
    c->removed = number;
    c->ended = c->begun;
    pthread_cond_broadcast(&c->rest);
}

static void *run(void *arg)
{
    struct gw_sqlite_checkpoint *c = arg;
    pthread_setname_np(pthread_self(), "gw-checkpoint");
    pthread_mutex_lock(&c->lock);
    while (!c->stop)
        if (c->due)
            pass(c);
        else
            pthread_cond_wait(&c->wake, &c->lock);
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

int gw_sqlite_checkpoint_new(struct gw_sqlite *store, struct gw_sqlite_checkpoint **ret_checkpoint)
{
    struct gw_sqlite_checkpoint *c = calloc(1, sizeof *c);
    gw_assert(c);
    int rc = gw_sqlite_open_db(store->path, SQLITE_OPEN_READWRITE, &c->db);
    if (rc != GW_OK) {
        free(c);
        return rc;
    }
    c->store = store;
    c->ease_at = CEILING_PAGES;
    c->removed = c->unneeded = store->unneeded;
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->wake, NULL);
    pthread_cond_init(&c->rest, NULL);
    sqlite3_wal_hook(store->db, committed, c);
    gw_assert(pthread_create(&c->thread, NULL, run, c) == 0);
    *ret_checkpoint = c;
    return GW_OK;
}

struct gw_sqlite_checkpoint *gw_sqlite_checkpoint_free(struct gw_sqlite_checkpoint *c)
{
    if (!c)
        return NULL;
    pthread_mutex_lock(&c->lock);
    c->stop = true;
    pthread_cond_signal(&c->wake);
    pthread_mutex_unlock(&c->lock);
    pthread_join(c->thread, NULL);
    sqlite3_wal_hook(c->store->db, NULL, NULL);
    sqlite3_close(c->db);
    pthread_cond_destroy(&c->wake);
    pthread_cond_destroy(&c->rest);
    pthread_mutex_destroy(&c->lock);
    free(c);
    return NULL;
}

// A passive checkpoint never finds the log at rest while commits keep coming, so the log only starts over in a gap.
// Past the ceiling the writer makes that gap: nearly all is copied by then, so little is left to wait for.
void gw_sqlite_checkpoint_ease(struct gw_sqlite_checkpoint *c)
{
    pthread_mutex_lock(&c->lock);
    bool over = c->log_pages > c->ease_at;
    pthread_mutex_unlock(&c->lock);
    if (!over)
        return;
    sqlite3_busy_timeout(c->store->db, EASE_WAIT_MS);
    int rc = sqlite3_wal_checkpoint_v2(c->store->db, NULL, SQLITE_CHECKPOINT_RESTART, NULL, NULL);
    sqlite3_busy_timeout(c->store->db, GW_SQLITE_BUSY_MS);
    gw_debug("store", "log-restart", "rc=%d", rc);
    pthread_mutex_lock(&c->lock);
    // A reader may hold the log, or a pass be under way: then again only after as much more.
    c->ease_at = rc == SQLITE_OK ? CEILING_PAGES : c->log_pages + CEILING_PAGES / 2;
    pthread_mutex_unlock(&c->lock);
}

void gw_sqlite_checkpoint_shown(struct gw_sqlite_checkpoint *c, uint64_t number, uint32_t unneeded)
{
    uint64_t held = gw_redo_held(c->store->redo);
    pthread_mutex_lock(&c->lock);
    c->shown = number;
    c->unneeded = unneeded;
    if (held >= HELD_WAKE_BYTES || c->log_pages >= WAKE_PAGES || c->unneeded > c->removed) {
        c->due = true;
        pthread_cond_signal(&c->wake);
    }
    pthread_mutex_unlock(&c->lock);
}

int gw_sqlite_checkpoint_wait(struct gw_sqlite_checkpoint *c)
{
    pthread_mutex_lock(&c->lock);
    uint64_t next = c->begun + 1; // the one under way may have begun before the last was shown
    c->due = true;
    pthread_cond_signal(&c->wake);
    while (c->ended < next)
        pthread_cond_wait(&c->rest, &c->lock);
    int rc = c->failure == GW_OK ? GW_OK : gw_fail(c->failure, "%s", c->reason);
    pthread_mutex_unlock(&c->lock);
    return rc;
}
