// SPDX-License-Identifier: Apache-2.0
// SQLite's settings of the whole process, made before its first use.
#ifndef GW_STORE_SQLITE_ONCE_H
#define GW_STORE_SQLITE_ONCE_H

// Any thread, before each opening of a database; does its work the first time.
void gw_sqlite_once(void);

#endif
