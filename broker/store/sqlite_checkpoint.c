// SPDX-License-Identifier: Apache-2.0
// Copying the write-ahead log back into the database, beside the commits instead of inside them. An inline checkpoint
// costs the commit that meets it tens of milliseconds; a passive one on its own connection costs it nothing but disk.
#include "sqlite.h"

#include "base/log.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum {
    WAKE_PAGES = 4 * 1024 * 1024 / GW_SQLITE_PAGE_BYTES,
    CEILING_PAGES = 128 * 1024 * 1024 / GW_SQLITE_PAGE_BYTES,
    EASE_WAIT_MS = 200,
};

struct gw_sqlite_checkpoint {
    sqlite3 *writer, *db;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    // under lock
    int log_pages; // as of the last commit
    int ease_at;   // the log is that long when the writer makes the next gap
    bool due, stop;
};

static int committed(void *arg, sqlite3 *db, const char *name, int pages)
{
    (void)db;
    (void)name;
    struct gw_sqlite_checkpoint *c = arg;
    pthread_mutex_lock(&c->lock);
    c->log_pages = pages;
    if (pages >= WAKE_PAGES && !c->due) {
        c->due = true;
        pthread_cond_signal(&c->wake);
    }
    pthread_mutex_unlock(&c->lock);
    return SQLITE_OK;
}

static void *run(void *arg)
{
    struct gw_sqlite_checkpoint *c = arg;
    pthread_mutex_lock(&c->lock);
    for (;;) {
        while (!c->due && !c->stop)
            pthread_cond_wait(&c->wake, &c->lock);
        if (c->stop)
            break;
        pthread_mutex_unlock(&c->lock);
        int in_log = 0, copied = 0;
        int rc = sqlite3_wal_checkpoint_v2(c->db, NULL, SQLITE_CHECKPOINT_PASSIVE, &in_log, &copied);
        if (rc != SQLITE_OK && rc != SQLITE_BUSY)
            gw_warn("store", "checkpoint", "%s; the log stays, trying again with the next commits",
                    sqlite3_errmsg(c->db));
        pthread_mutex_lock(&c->lock);
        c->due = false; // the next commit sets it again while the log is long
    }
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

int gw_sqlite_checkpoint_new(sqlite3 *writer, const char *path, struct gw_sqlite_checkpoint **ret_checkpoint)
{
    struct gw_sqlite_checkpoint *c = calloc(1, sizeof *c);
    gw_assert(c);
    int rc = gw_sqlite_open_db(path, SQLITE_OPEN_READWRITE, NULL, &c->db);
    if (rc != GW_OK) {
        free(c);
        return rc;
    }
    c->writer = writer;
    c->ease_at = CEILING_PAGES;
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->wake, NULL);
    sqlite3_wal_hook(writer, committed, c);
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
    sqlite3_wal_hook(c->writer, NULL, NULL);
    sqlite3_close(c->db);
    pthread_cond_destroy(&c->wake);
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
    sqlite3_busy_timeout(c->writer, EASE_WAIT_MS);
    int rc = sqlite3_wal_checkpoint_v2(c->writer, NULL, SQLITE_CHECKPOINT_RESTART, NULL, NULL);
    sqlite3_busy_timeout(c->writer, GW_SQLITE_BUSY_MS);
    gw_debug("store", "log-restart", "rc=%d", rc);
    pthread_mutex_lock(&c->lock);
    // A reader may hold the log, or a pass be under way: then again only after as much more.
    c->ease_at = rc == SQLITE_OK ? CEILING_PAGES : c->log_pages + CEILING_PAGES / 2;
    pthread_mutex_unlock(&c->lock);
}
