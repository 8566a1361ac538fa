// SPDX-License-Identifier: Apache-2.0
#include "sqlite_log_vfs.h"

#include "sqlite_path.h"

#include <stdlib.h>
#include <string.h>

enum {
    BUFFER_BYTES = 1024 * 1024,
    PIECE_BYTES = 64 * 1024, // SQLite's own VFS takes less than 128 KiB at once
};

// What SQLite's own VFS makes of the file lies behind it in the same memory.
struct log_file {
    sqlite3_file base;
    char *buffer; // what was written last and has not reached the file
    int bytes;
    int lost;         // why a piece did not reach the file, until a sync has said so
    sqlite3_int64 at; // its place
};

static sqlite3_vfs *below;

static sqlite3_file *real_of(sqlite3_file *file)
{
    return (sqlite3_file *)((struct log_file *)file + 1);
}

static int flush(sqlite3_file *file)
{
    struct log_file *log = (struct log_file *)file;
    if (!log->bytes)
        return SQLITE_OK;
    sqlite3_file *real = real_of(file);
    int rc = SQLITE_OK;
    for (int done = 0, n; done < log->bytes && rc == SQLITE_OK; done += n) {
        n = log->bytes - done < PIECE_BYTES ? log->bytes - done : PIECE_BYTES;
        rc = real->pMethods->xWrite(real, log->buffer + done, n, log->at + done);
    }
    log->bytes = 0;
    if (rc != SQLITE_OK)
        log->lost = rc;
    return rc;
}

static int log_write(sqlite3_file *file, const void *data, int bytes, sqlite3_int64 at)
{
    struct log_file *log = (struct log_file *)file;
    sqlite3_file *real = real_of(file);
    if (log->bytes && (at != log->at + log->bytes || log->bytes + bytes > BUFFER_BYTES)) {
        int rc = flush(file);
        if (rc != SQLITE_OK)
            return rc;
    }
    if (bytes > PIECE_BYTES)
        return real->pMethods->xWrite(real, data, bytes, at);
    if (!log->bytes)
        log->at = at;
    memcpy(log->buffer + log->bytes, data, (size_t)bytes);
    log->bytes += bytes;
    return SQLITE_OK;
}

static int log_read(sqlite3_file *file, void *data, int bytes, sqlite3_int64 at)
{
    int rc = flush(file);
    return rc == SQLITE_OK ? real_of(file)->pMethods->xRead(real_of(file), data, bytes, at) : rc;
}

static int log_sync(sqlite3_file *file, int flags)
{
    struct log_file *log = (struct log_file *)file;
    flush(file);
    int rc = log->lost;
    log->lost = SQLITE_OK;
    return rc == SQLITE_OK ? real_of(file)->pMethods->xSync(real_of(file), flags) : rc;
}

static int log_truncate(sqlite3_file *file, sqlite3_int64 bytes)
{
    int rc = flush(file);
    return rc == SQLITE_OK ? real_of(file)->pMethods->xTruncate(real_of(file), bytes) : rc;
}

static int log_size(sqlite3_file *file, sqlite3_int64 *ret_bytes)
{
    int rc = flush(file);
    return rc == SQLITE_OK ? real_of(file)->pMethods->xFileSize(real_of(file), ret_bytes) : rc;
}

static int log_close(sqlite3_file *file)
{
    int flushed = flush(file), rc = real_of(file)->pMethods->xClose(real_of(file));
    free(((struct log_file *)file)->buffer);
    return flushed != SQLITE_OK ? flushed : rc;
}

static int log_lock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int log_unlock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int log_reserved(sqlite3_file *file, int *ret_reserved)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), ret_reserved);
}

static int log_control(sqlite3_file *file, int what, void *arg)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), what, arg);
}

static int log_sector(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int log_traits(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static const sqlite3_io_methods log_methods = {
    .iVersion = 1, // a log is never mapped or shared through its own handle
    .xClose = log_close,
    .xRead = log_read,
    .xWrite = log_write,
    .xTruncate = log_truncate,
    .xSync = log_sync,
    .xFileSize = log_size,
    .xLock = log_lock,
    .xUnlock = log_unlock,
    .xCheckReservedLock = log_reserved,
    .xFileControl = log_control,
    .xSectorSize = log_sector,
    .xDeviceCharacteristics = log_traits,
};

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *ret_flags)
{
    (void)vfs;
    struct log_file *log = (struct log_file *)file;
    if (!(flags & SQLITE_OPEN_WAL))
        return below->xOpen(below, name, file, flags, ret_flags);
    *log = (struct log_file){.buffer = malloc(BUFFER_BYTES)};
    gw_assert(log->buffer);
    int rc = below->xOpen(below, name, real_of(file), flags, ret_flags);
    if (rc == SQLITE_OK)
        log->base.pMethods = &log_methods;
    else
        free(log->buffer);
    return rc;
}

void gw_sqlite_log_vfs_add(void)
{
    static sqlite3_vfs vfs;
    below = sqlite3_vfs_find(NULL);
    gw_assert(below);
    vfs = *below;
    vfs.zName = GW_SQLITE_LOG_VFS;
    vfs.szOsFile = below->szOsFile + (int)sizeof(struct log_file);
    vfs.xOpen = open_file;
    vfs.xFullPathname = gw_sqlite_full_path;
    sqlite3_vfs_register(&vfs, 0);
}
