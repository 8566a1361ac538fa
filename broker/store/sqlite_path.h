// SPDX-License-Identifier: Apache-2.0
// SQLite takes paths of at most 512 bytes; DIR may be deeper. A longer path is opened as /proc/self/fd/N/NAME, where N
// is the directory, through a VFS that leaves it so.
#ifndef GW_STORE_SQLITE_PATH_H
#define GW_STORE_SQLITE_PATH_H

#include "base/err.h"

#include <sqlite3.h>

// sqlite3_open_v2 for a path of any length; an SQLite result code, and like there a handle that says what is wrong.
// `vfs` NULL: SQLite's own; any other must have gw_sqlite_full_path. Any thread.
GW_MUST_CHECK int gw_sqlite_open_path(const char *path, int flags, const char *vfs, sqlite3 **ret_db);
// xFullPathname of a VFS: the default resolves the link, which gives the long path again.
int gw_sqlite_full_path(sqlite3_vfs *vfs, const char *name, int bytes, char *out);

#endif
