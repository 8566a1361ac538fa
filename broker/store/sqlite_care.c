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
        rc = gw_sqlite_open_db(gw_buf_str(&part), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL, &copy);
    if (rc == GW_OK)
        rc = copy_to(store, copy);
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
