// SPDX-License-Identifier: Apache-2.0
#include "sqlite_once.h"

#include <pthread.h>
#include <sqlite3.h>

// Nobody asks for the figures, and counting them takes one lock of all threads at each allocation.
static void configure(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

void gw_sqlite_once(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, configure);
}
