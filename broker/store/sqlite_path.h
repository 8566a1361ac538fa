// SPDX-License-Identifier: Apache-2.0
// SQLite takes paths of at most 512 bytes; DIR may be deeper. A longer path is opened as /proc/self/fd/N/NAME, where N
// is the directory, through a VFS that leaves it so.
#ifndef GW_STORE_SQLITE_PATH_H
#define GW_STORE_SQLITE_PATH_H

#include "base/err.h"

#include <sqlite3.h>

// sqlite3_open_v2 for a path of any length; an SQLite result code, and like there a handle that says what is wrong. Any
// thread.
GW_MUST_CHECK int gw_sqlite_open_path(const char *path, int flags, sqlite3 **ret_db);

#endif
