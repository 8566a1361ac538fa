// SPDX-License-Identifier: Apache-2.0
// SQLite's VFS with one difference: what a commit writes to the log goes to the file in one piece, not page by page.
//
// For a connection with synchronous=FULL and no other: there each commit syncs the log before anybody is told of its
// frames, and that is when they leave the buffer. Until then only the connection itself may want them, and its own
// reads flush first. A write that fails fails whatever made it happen, and the next sync besides: no commit can succeed
// without its frames, whoever got the failure. At worst the next group is tried twice.
#ifndef GW_STORE_SQLITE_LOG_VFS_H
#define GW_STORE_SQLITE_LOG_VFS_H

#define GW_SQLITE_LOG_VFS "govwire-log"

// Once per process, before a connection names it.
void gw_sqlite_log_vfs_add(void);

#endif
