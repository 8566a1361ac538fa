// SPDX-License-Identifier: Apache-2.0
// The SQLite backend's life and its ops table. sqlite.h has the design; PRAGMAs that matter for durability stand here.
#include "sqlite.h"
#include "sqlite_path.h"

#include "base/log.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int gw_sqlite_open_db(const char *path, int flags, sqlite3 **ret_db)
{
    sqlite3 *db = NULL;
    int rc = gw_sqlite_open_path(path, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, &db);
    if (rc == SQLITE_OK) {
        sqlite3_extended_result_codes(db, 1);
        sqlite3_busy_timeout(db, GW_SQLITE_BUSY_MS);
        rc = sqlite3_exec(db, "PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF", NULL, NULL, NULL);
    }
    if (rc != SQLITE_OK) {
        rc = gw_sqlite_fail(db, rc, path);
        sqlite3_close(db);
        return rc;
    }
    *ret_db = db;
    return GW_OK;
}

static int set_up_database(struct gw_sqlite *store)
{
    char text[320];
    snprintf(text, sizeof text,
             "PRAGMA page_size = %d; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;"
             "PRAGMA wal_autocheckpoint = 0; PRAGMA secure_delete = OFF; PRAGMA cache_size = -65536; PRAGMA "
             "journal_size_limit = 67108864",
             GW_SQLITE_PAGE_BYTES);
    int rc = gw_sqlite_exec(store->db, text);
    if (rc == GW_OK)
        rc = gw_sqlite_schema(store->db, false);
    if (rc == GW_OK && store->max_bytes) {
        snprintf(text, sizeof text, "PRAGMA max_page_count = %llu",
                 (unsigned long long)(store->max_bytes / GW_SQLITE_PAGE_BYTES));
        rc = gw_sqlite_exec(store->db, text);
    }
    return rc;
}

// The counters are what gives out `seq`, so they must agree with the rows before the first append.
static int read_tails(struct gw_sqlite *store)
{
    static const char *const newest[GW_STREAMS] = {
        [GW__STREAM__STREAM_POLICY] = "SELECT max(seq) FROM policy_events",
        [GW__STREAM__STREAM_SOURCE] = "SELECT max(seq) FROM source_events",
        [GW__STREAM__STREAM_COVERAGE] = "SELECT max(seq) FROM coverage_events",
    };
    for (int stream = 1; stream < GW_STREAMS; stream++) {
        uint64_t first, last, found = 0;
        int rc = gw_sqlite_stored_bounds(&store->base, (Gw__Stream)stream, &first, &last);
        if (rc != GW_OK)
            return rc;
        sqlite3_stmt *statement = NULL;
        rc = sqlite3_prepare_v2(store->db, newest[stream], -1, &statement, NULL);
        if (rc == SQLITE_OK && (rc = sqlite3_step(statement)) == SQLITE_ROW)
            found = (uint64_t)sqlite3_column_int64(statement, 0);
        sqlite3_finalize(statement);
        if (rc != SQLITE_ROW)
            return gw_sqlite_fail(store->db, rc, newest[stream]);
        if (found > last || (found != last && first <= last))
            return gw_fail(GW_ECORRUPT, "store: %s: stream %d ends at %llu, its counter says %llu", store->path, stream,
                           (unsigned long long)found, (unsigned long long)last);
        store->last[stream] = store->shown[stream] = last;
    }
    return GW_OK;
}

static int read_applied(struct gw_sqlite *store, uint64_t *ret_events_end)
{
    sqlite3_stmt *statement = NULL;
    int rc = gw_sqlite_use(store, ST_APPLIED_GET, &statement, "");
    if (rc == GW_OK)
        rc = gw_sqlite_step(statement);
    if (rc != 1)
        return rc == 0 ? gw_fail(GW_ECORRUPT, "store: %s: it does not say what was applied", store->path) : rc;
    store->applied = (uint64_t)sqlite3_column_int64(statement, 0);
    *ret_events_end = (uint64_t)sqlite3_column_int64(statement, 1);
    sqlite3_reset(statement);
    return gw_place_file(*ret_events_end) ? GW_OK : gw_fail(GW_ECORRUPT, "store: %s: events end nowhere", store->path);
}

static int identify(struct gw_store *base, struct gw_store_identity *ret_identity)
{
    struct gw_sqlite *store = gw_sqlite_of(base);
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(store->db,
                                "SELECT (SELECT value FROM meta WHERE key = 'store_id'),"
                                " (SELECT value FROM meta WHERE key = 'generation')",
                                -1, &statement, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(statement);
    const char *id = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0) : NULL;
    uint64_t generation = rc == SQLITE_ROW ? (uint64_t)sqlite3_column_int64(statement, 1) : 0;
    if (rc != SQLITE_ROW) {
        rc = gw_sqlite_fail(store->db, rc, "identity");
    } else if (!id || strlen(id) != 32 || generation == 0) {
        rc = gw_fail(GW_ECORRUPT, "store: %s: it has no identity", store->path);
    } else {
        *ret_identity = (struct gw_store_identity){.generation = generation, .schema = GW_SQLITE_SCHEMA};
        memcpy(ret_identity->store_id, id, 33);
        rc = GW_OK;
    }
    sqlite3_finalize(statement);
    return rc;
}

static int open_redo(struct gw_sqlite *store)
{
    struct gw_store_identity identity;
    char path[PATH_MAX];
    int rc = identify(&store->base, &identity);
    if (rc != GW_OK)
        return rc;
    store->owner.generation = identity.generation;
    memcpy(store->owner.store, identity.store_id, sizeof store->owner.store);
    if (snprintf(path, sizeof path, "%s-redo", store->path) >= (int)sizeof path)
        return gw_fail(GW_ELIMIT, "%s: path too long", store->path);
    return gw_redo_open(path, &store->owner, &store->redo);
}

static bool is_needed(uint32_t number, void *arg)
{
    return number >= ((const struct gw_sqlite *)arg)->unneeded;
}

// The first event says which files are needed; those before it were left by a process that died while removing them.
static int sweep_events(struct gw_sqlite *store)
{
    uint64_t first, last;
    int rc = gw_sqlite_stored_bounds(&store->base, GW__STREAM__STREAM_POLICY, &first, &last);
    if (rc == GW_OK)
        rc = gw_sqlite_find_unneeded(store, first);
    return rc == GW_OK ? gw_event_files_sweep(store->files, is_needed, store) : rc;
}

// From here on the database holds all that was ever acknowledged, for good, and the redo log nothing.
static int take_over(struct gw_sqlite *store)
{
    uint64_t events_end = 0;
    int rc = read_applied(store, &events_end);
    if (rc == GW_OK)
        rc = gw_event_files_start(store->files, events_end);
    if (rc == GW_OK)
        rc = gw_sqlite_catch_up(store);
    if (rc == GW_OK)
        rc = sweep_events(store);
    if (rc == GW_OK)
        rc = gw_sqlite_make_durable(store);
    return rc == GW_OK ? gw_redo_reset(store->redo, &store->owner, store->applied) : rc;
}

static int set_up_writer(struct gw_sqlite *store)
{
    int rc = set_up_database(store);
    if (rc == GW_OK)
        rc = open_redo(store); // from here on it is ours alone
    if (rc == GW_OK)
        rc = read_tails(store);
    if (rc == GW_OK)
        rc = take_over(store);
    return rc == GW_OK ? gw_sqlite_checkpoint_new(store, &store->checkpoint) : rc;
}

// Leave nothing for the next start to do. What fails to come into the database is still in the redo log.
static void settle(struct gw_sqlite *store)
{
    int rc = GW_OK;
    if (store->gathering && (rc = gw_sqlite_begin(&store->base)) == GW_OK)
        rc = gw_sqlite_commit(&store->base);
    store->checkpoint = gw_sqlite_checkpoint_free(store->checkpoint); // whatever it was syncing is synced
    if (rc == GW_OK && !store->behind)
        rc = gw_sqlite_make_durable(store);
    if (rc == GW_OK && !store->behind)
        rc = gw_redo_reset(store->redo, &store->owner, store->applied);
    if (rc != GW_OK)
        gw_warn("store", "close", "%s; the next start will put it right", gw_reason());
}

static void close_handle(struct gw_store *base)
{
    struct gw_sqlite *store = gw_sqlite_of(base);
    if (store->checkpoint)
        settle(store);
    for (size_t i = 0; i < ST_COUNT; i++)
        sqlite3_finalize(store->statements[i]);
    int rc = sqlite3_close(store->db);
    gw_assert(rc == SQLITE_OK);
    gw_event_files_free(store->files);
    gw_redo_free(store->redo);
    gw_buf_fini(&store->event);
    gw_buf_fini(&store->changes);
    gw_buf_fini(&store->sealed);
    free(store->path);
    free(store);
}

static struct gw_sqlite *new_handle(const char *path, bool reader, uint64_t max_bytes)
{
    struct gw_sqlite *store = calloc(1, sizeof *store);
    char files[PATH_MAX];
    gw_assert(store);
    store->base = (struct gw_store){.ops = &gw_store_sqlite, .reader = reader};
    store->path = strdup(path);
    gw_assert(store->path);
    store->max_bytes = max_bytes;
    store->event = GW_BUF(GW_SQLITE_EVENT_MAX_BYTES);
    store->changes = store->sealed = GW_BUF(GW_SQLITE_CHANGES_MAX_BYTES);
    snprintf(files, sizeof files, "%s-events", path);
    store->files = gw_event_files_new(files);
    return store;
}

static int open_handle(const char *path, bool reader, uint64_t max_bytes, struct gw_store **ret_store)
{
    struct stat info;
    if (strlen(path) > PATH_MAX - 64)
        return gw_fail(GW_ELIMIT, "%s: path too long", path);
    if (reader && stat(path, &info) != 0)
        return errno == ENOENT ? gw_fail(GW_ENOTFOUND, "store: %s: no store here yet", path)
                               : gw_fail_errno("%s", path);
    struct gw_sqlite *store = new_handle(path, reader, max_bytes);
    int rc = reader ? gw_sqlite_open_db(path, SQLITE_OPEN_READONLY, &store->db)
                    : gw_sqlite_open_db(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &store->db);
    if (rc == GW_OK)
        rc = reader ? gw_sqlite_schema(store->db, true) : set_up_writer(store);
    if (rc != GW_OK) {
        int code = store->db ? sqlite3_errcode(store->db) : SQLITE_OK;
        if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT)
            rc = gw_fail(GW_ECORRUPT, "%s: damaged, or no store (%s): put a backup in its place", path,
                         sqlite3_errmsg(store->db));
        close_handle(&store->base);
        return rc;
    }
    *ret_store = &store->base;
    return GW_OK;
}

// What a process that died had secured but not shown comes into the database by opening it for writing. Where that
// cannot be done (a read-only file system) one reads what is there.
static void recover_left(const char *path)
{
    char redo[PATH_MAX];
    struct gw_store *store;
    if (snprintf(redo, sizeof redo, "%s-redo", path) < (int)sizeof redo && gw_redo_is_left(redo) &&
        open_handle(path, false, 0, &store) == GW_OK)
        close_handle(store);
}

static int open_store(const struct gw_store_options *options, struct gw_store **ret_store)
{
    if (options->read_only)
        recover_left(options->path);
    return open_handle(options->path, options->read_only, options->max_bytes, ret_store);
}

static int open_reader(const struct gw_store *store, struct gw_store **ret_reader)
{
    return open_handle(((const struct gw_sqlite *)store)->path, true, 0, ret_reader);
}

const struct gw_store_ops gw_store_sqlite = {
    .name = "sqlite",
    .open = open_store,
    .reader = open_reader,
    .close = close_handle,
    .identify = identify,
    .begin = gw_sqlite_begin,
    .commit = gw_sqlite_commit,
    .secure = gw_sqlite_secure,
    .seal = gw_sqlite_seal,
    .settle = gw_sqlite_settle,
    .unseal = gw_sqlite_unseal,
    .rollback = gw_sqlite_rollback,
    .savepoint = gw_sqlite_savepoint,
    .release = gw_sqlite_release,
    .undo = gw_sqlite_undo,
    .claim = gw_sqlite_claim,
    .agent_get = gw_sqlite_agent_get,
    .agent_put = gw_sqlite_agent_put,
    .lease_get = gw_sqlite_lease_get,
    .lease_put = gw_sqlite_lease_put,
    .leases = gw_sqlite_leases,
    .source_get = gw_sqlite_source_get,
    .source_put = gw_sqlite_source_put,
    .sources = gw_sqlite_sources,
    .target_get = gw_sqlite_target_get,
    .target_put = gw_sqlite_target_put,
    .targets = gw_sqlite_targets,
    .target_hosts = gw_sqlite_target_hosts,
    .document_get = gw_sqlite_document_get,
    .document_put = gw_sqlite_document_put,
    .alias_get = gw_sqlite_alias_get,
    .alias_put = gw_sqlite_alias_put,
    .baseline_get = gw_sqlite_baseline_get,
    .baseline_put = gw_sqlite_baseline_put,
    .append = gw_sqlite_append,
    .events = gw_sqlite_events,
    .event_get = gw_sqlite_event_get,
    .bounds = gw_sqlite_bounds,
    .trim = gw_sqlite_trim,
    .run_get = gw_sqlite_run_get,
    .run_put = gw_sqlite_run_put,
    .letter_put = gw_sqlite_letter_put,
    .letters = gw_sqlite_letters,
    .letters_trim = gw_sqlite_letters_trim,
    .consumer_get = gw_sqlite_consumer_get,
    .consumer_put = gw_sqlite_consumer_put,
    .consumers = gw_sqlite_consumers,
    .check = gw_sqlite_check,
    .backup = gw_sqlite_backup,
    .renew = gw_sqlite_renew,
};
