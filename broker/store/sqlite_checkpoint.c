// SPDX-License-Identifier: Apache-2.0
// Copying the write-ahead log back into the database, beside the commits instead of inside them. An inline checkpoint
// costs the commit that meets it tens of milliseconds; a passive one on its own connection costs it nothing but disk.
//
// The log is let grow first: a page that many commits changed is then copied once. And it is kept to one size: writing
// over blocks that a file has already is several times as fast as making it longer, and that is what commits wait for.
// So when it is long, pass follows pass, each over what came during the one before, until hardly anything is left;
// then the writer, between two transactions, copies that little and begins the log anew.
#include "sqlite.h"

#include "base/log.h"

#include <pthread.h>
#include <stdlib.h>

enum {
    WAKE_PAGES = 32 * 1024 * 1024 / GW_SQLITE_PAGE_BYTES,
    LITTLE_PAGES = 1024 * 1024 / GW_SQLITE_PAGE_BYTES,
    CEILING_PAGES = 128 * 1024 * 1024 / GW_SQLITE_PAGE_BYTES, // begin anew, however much is left
    EASE_WAIT_MS = 200,
};

struct gw_sqlite_checkpoint {
    sqlite3 *writer, *db;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    // under lock
    int log_pages; // as of the last commit
    int due_at;    // a pass begins when the log is that long
    bool short_of; // little is left to copy
    bool stop;
};

static int committed(void *arg, sqlite3 *db, const char *name, int pages)
{
    (void)db;
    (void)name;
    struct gw_sqlite_checkpoint *c = arg;
    pthread_mutex_lock(&c->lock);
    c->log_pages = pages;
    if (pages >= c->due_at)
        pthread_cond_signal(&c->wake);
    pthread_mutex_unlock(&c->lock);
    return SQLITE_OK;
}

// One pass; how many pages of the log it left.
static int pass(struct gw_sqlite_checkpoint *c)
{
    int in_log = 0, copied = 0;
    int rc = sqlite3_wal_checkpoint_v2(c->db, NULL, SQLITE_CHECKPOINT_PASSIVE, &in_log, &copied);
    if (rc != SQLITE_OK && rc != SQLITE_BUSY)
        gw_warn("store", "checkpoint", "%s; the log stays, trying again as it grows", sqlite3_errmsg(c->db));
    return copied;
}

static void *run(void *arg)
{
    struct gw_sqlite_checkpoint *c = arg;
    pthread_mutex_lock(&c->lock);
    for (int before = 0;;) {
        while (c->log_pages < c->due_at && !c->stop)
            pthread_cond_wait(&c->wake, &c->lock);
        if (c->stop)
            break;
        pthread_mutex_unlock(&c->lock);
        int copied = pass(c);
        pthread_mutex_lock(&c->lock);
        int left = c->log_pages - copied;
        c->short_of = left <= LITTLE_PAGES;
        // At once again while that gains something; a reader that holds the log back is not helped by hurry.
        c->due_at = c->short_of || copied <= before ? c->log_pages + WAKE_PAGES / 4 : 0;
        before = copied;
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
    c->due_at = WAKE_PAGES;
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

void gw_sqlite_checkpoint_ease(struct gw_sqlite_checkpoint *c)
{
    pthread_mutex_lock(&c->lock);
    bool due = c->short_of || c->log_pages > CEILING_PAGES;
    pthread_mutex_unlock(&c->lock);
    if (!due)
        return;
    sqlite3_busy_timeout(c->writer, EASE_WAIT_MS);
    int rc = sqlite3_wal_checkpoint_v2(c->writer, NULL, SQLITE_CHECKPOINT_RESTART, NULL, NULL);
    sqlite3_busy_timeout(c->writer, GW_SQLITE_BUSY_MS);
    gw_debug("store", "log-restart", "rc=%d", rc);
    pthread_mutex_lock(&c->lock);
    c->short_of = false;
    c->log_pages = rc == SQLITE_OK ? 0 : CEILING_PAGES / 2; // a reader may hold it: again only after as much more
    c->due_at = rc == SQLITE_OK ? WAKE_PAGES : c->due_at;
    pthread_mutex_unlock(&c->lock);
}
