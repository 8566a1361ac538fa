// SPDX-License-Identifier: Apache-2.0
// The changes that a redo log brings back, behind its checksums: whatever they say, replaying them ends with GW_OK or a
// reason.
#include "base/fs.h"
#include "store/sqlite.h"

#include <stdio.h>
#include <stdlib.h>

static const uint64_t first_place = 1ull << 32;
static char dir[] = "/tmp/gw-fuzz-redo-XXXXXX";
static struct gw_sqlite *store;

static void close_store(void)
{
    gw_store_close(&store->base);
    (void)!gw_fs_remove(dir);
}

static void open_store(void)
{
    char path[64];
    struct gw_store *opened;
    gw_assert(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/store.db", dir);
    gw_assert(gw_store_open(&(struct gw_store_options){.backend = "sqlite", .path = path}, &opened) == GW_OK);
    store = gw_sqlite_of(opened);
    atexit(close_store);
}

static bool none(uint32_t number, void *arg)
{
    (void)number, (void)arg;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    if (!store)
        open_store();
    gw_assert(gw_sqlite_begin(&store->base) == GW_OK);
    store->replaying = true;
    int rc = gw_sqlite_redo_apply(store, (struct gw_span){(const char *)data, bytes}, bytes % 2);
    gw_assert(rc == GW_OK || *gw_reason());
    store->replaying = false;
    sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    gw_assert(gw_event_files_start(store->files, first_place) == GW_OK);
    gw_assert(gw_event_files_sweep(store->files, none, NULL) == GW_OK);
    return 0;
}
