// SPDX-License-Identifier: Apache-2.0
// Looking whether the file is whole, and copying it while it is written to.
#include "sqlite.h"

#include "base/fs.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int gw_sqlite_check(struct gw_store *base, struct gw_store_damage *ret_damage)
{
    struct gw_sqlite *store = gw_sqlite_of(base);
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(store->db, "PRAGMA integrity_check(1)", -1, &statement, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(statement);
    const char *said = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0) : NULL;
    if (said && !gw_str_eq(said, "ok") && ret_damage->bad++ == 0)
        snprintf(ret_damage->first, sizeof ret_damage->first, "%.200s", said);
    rc = rc == SQLITE_ROW ? GW_OK : gw_sqlite_fail(store->db, rc, "integrity_check");
    sqlite3_finalize(statement);
    return rc;
}

static int sync_file(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0) {
        int rc = gw_fail_errno("%s", path);
        if (fd >= 0)
            close(fd);
        return rc;
    }
    close(fd);
    return GW_OK;
}

// In one step, which is one reading transaction: a copy in pieces begins anew with every commit beside it.
static int copy_to(struct gw_sqlite *store, sqlite3 *copy)
{
    sqlite3_backup *backup = sqlite3_backup_init(copy, "main", store->db, "main");
    if (!backup)
        return gw_sqlite_fail(copy, sqlite3_errcode(copy), "backup");
    int rc = sqlite3_backup_step(backup, -1);
    sqlite3_backup_finish(backup);
    return rc == SQLITE_DONE ? GW_OK : gw_sqlite_fail(copy, rc, "backup");
}

// A backup is one file: the events that lie in files of their own move into their rows.
static int gather_events(struct gw_sqlite *store, sqlite3 *copy)
{
    sqlite3_stmt *rows = NULL, *put = NULL;
    int rc = sqlite3_prepare_v2(copy, "SELECT seq, place, bytes FROM policy_events WHERE place IS NOT NULL", -1, &rows,
                                NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_prepare_v2(copy, "UPDATE policy_events SET event = ?2, place = NULL, bytes = NULL WHERE seq = ?1",
                                -1, &put, NULL);
    int failed = GW_OK;
    while (rc == SQLITE_OK && failed == GW_OK && sqlite3_step(rows) == SQLITE_ROW) {
        failed = gw_event_files_read(store->files, (uint64_t)sqlite3_column_int64(rows, 1),
                                     (size_t)sqlite3_column_int64(rows, 2), &store->event);
        sqlite3_bind_int64(put, 1, sqlite3_column_int64(rows, 0));
        sqlite3_bind_blob64(put, 2, gw_buf_str(&store->event), store->event.bytes, SQLITE_STATIC);
        if (failed == GW_OK)
            sqlite3_step(put);
        rc = sqlite3_reset(put);
    }
    sqlite3_finalize(put);
    int ended = sqlite3_finalize(rows);
    if (failed != GW_OK)
        return failed;
    rc = rc == SQLITE_OK ? ended : rc;
    return rc == SQLITE_OK ? GW_OK : gw_sqlite_fail(copy, rc, "backup");
}

// Its event files are its own, and nothing of the redo log beside this store is meant for it.
static int gather(struct gw_sqlite *store, sqlite3 *copy)
{
    int rc = gw_sqlite_exec(copy, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN");
    if (rc == GW_OK)
        rc = gather_events(store, copy);
    if (rc == GW_OK)
        rc = gw_sqlite_exec(copy, "UPDATE applied SET events_end = 4294967296; COMMIT; PRAGMA journal_mode = WAL");
    return rc;
}

int gw_sqlite_backup(struct gw_store *base, const char *path)
{
    struct gw_sqlite *store = gw_sqlite_of(base);
    sqlite3 *copy = NULL;
    struct gw_buf part = GW_BUF(64 * 1024);
    if (gw_fs_exists(path))
        return gw_fail(GW_EEXIST, "%s: is there already", path);
    gw_buf_printf(&part, "%s.part", path);
    int rc = gw_fs_remove(gw_buf_str(&part));
    if (rc == GW_OK)
        rc = gw_sqlite_open_db(gw_buf_str(&part), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &copy);
    if (rc == GW_OK)
        rc = gw_event_files_hold(store->files);
    if (rc == GW_OK)
        rc = copy_to(store, copy);
    if (rc == GW_OK)
        rc = gather(store, copy);
    sqlite3_close(copy);
    if (rc == GW_OK)
        rc = sync_file(gw_buf_str(&part));
    if (rc == GW_OK && rename(gw_buf_str(&part), path) != 0)
        rc = gw_fail_errno("%s", path);
    if (rc != GW_OK)
        (void)!gw_fs_remove(gw_buf_str(&part));
    gw_buf_fini(&part);
    return rc;
}
