// SPDX-License-Identifier: Apache-2.0
// From a transaction's begin to its place on disk and before readers.
#include "sqlite.h"

#include "base/log.h"

#include <string.h>

// Above this the redo log is emptied before more is written to it.
enum { HELD_MOST_BYTES = 128 * 1024 * 1024 };

// ---- marks

static void set_mark(const struct gw_sqlite *store, struct gw_sqlite_mark *mark)
{
    memcpy(mark->last, store->last, sizeof mark->last);
    mark->events_end = gw_event_files_end(store->files);
    mark->changes = store->changes.bytes;
    mark->unneeded = store->unneeded;
}

static void go_back_to(struct gw_sqlite *store, const struct gw_sqlite_mark *mark)
{
    memcpy(store->last, mark->last, sizeof store->last);
    gw_event_files_undo(store->files, mark->events_end);
    gw_buf_truncate(&store->changes, mark->changes);
    store->changes.full = false;
    store->unneeded = mark->unneeded;
}

// ---- SQLite's transaction

static void end_without(struct gw_sqlite *store)
{
    if (!sqlite3_get_autocommit(store->db)) // a full disk or an I/O error has rolled back already
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    store->behind |= store->gathering;
    store->gathering = false;
}

// Commit what was gathered, so that readers see it. A failure loses nothing: all of it can be replayed.
static int show(struct gw_sqlite *store)
{
    int rc = GW_OK;
    for (uint64_t stream = 1; stream < GW_STREAMS && rc == GW_OK; stream++)
        if (store->last[stream] != store->shown[stream])
            rc = gw_sqlite_write(store, ST_TAIL_PUT, NULL, "uu", stream, store->last[stream]);
    if (rc == GW_OK)
        rc = gw_sqlite_write(store, ST_APPLIED_PUT, NULL, "uu", store->secured, gw_event_files_end(store->files));
    if (rc == GW_OK)
        rc = gw_sqlite_write(store, ST_COMMIT, NULL, "");
    if (rc != GW_OK) {
        end_without(store);
        return rc;
    }
    store->gathering = false;
    store->applied = store->secured;
    memcpy(store->shown, store->last, sizeof store->shown);
    if (store->checkpoint)
        gw_sqlite_checkpoint_shown(store->checkpoint, store->applied, store->unneeded);
    return GW_OK;
}

// The kernel may have written the database back before the event files: then rows are there and their bytes are not.
static int replay_one(uint64_t number, struct gw_span changes, void *arg)
{
    struct gw_sqlite *store = arg;
    if (number <= store->applied)
        return gw_sqlite_redo_apply(store, changes, true);
    if (number != store->secured + 1)
        return gw_fail(GW_ECORRUPT, "store: %s: its redo log begins at transaction %llu, and %llu was the last applied",
                       store->path, (unsigned long long)number, (unsigned long long)store->applied);
    store->secured = number;
    return gw_sqlite_redo_apply(store, changes, false);
}

int gw_sqlite_catch_up(struct gw_sqlite *store)
{
    store->secured = store->applied;
    memcpy(store->last, store->shown, sizeof store->last);
    int rc = gw_sqlite_write(store, ST_BEGIN, NULL, "");
    if (rc != GW_OK)
        return rc;
    store->gathering = store->replaying = true;
    rc = gw_redo_replay(store->redo, replay_one, store);
    store->replaying = false;
    if (rc != GW_OK) {
        end_without(store);
        return rc;
    }
    rc = show(store);
    store->behind = rc != GW_OK;
    return rc;
}

// ---- the store's

static int make_room(struct gw_sqlite *store)
{
    if (gw_redo_held(store->redo) < HELD_MOST_BYTES)
        return GW_OK;
    int rc = store->gathering ? show(store) : GW_OK;
    return rc == GW_OK ? gw_sqlite_checkpoint_wait(store->checkpoint) : rc;
}

// What may wait for the disk, or move what is on its way there, is done while nothing is.
static int prepare(struct gw_sqlite *store)
{
    int rc = store->behind ? gw_sqlite_catch_up(store) : GW_OK;
    if (rc == GW_OK)
        rc = make_room(store);
    if (rc == GW_OK)
        gw_event_files_turn(store->files);
    return rc;
}

int gw_sqlite_begin(struct gw_store *base)
{
    struct gw_sqlite *store = gw_sqlite_of(base);
    int rc = store->unsettled ? GW_OK : prepare(store);
    if (rc != GW_OK)
        return rc;
    set_mark(store, &store->begun);
    if (store->gathering)
        return GW_OK;
    gw_sqlite_checkpoint_ease(store->checkpoint);
    return gw_sqlite_write(store, ST_BEGIN, NULL, "");
}

int gw_sqlite_seal(struct gw_store *base)
{
    struct gw_sqlite *store = gw_sqlite_of(base);
    struct gw_buf spare = store->sealed;
    gw_buf_reset(&spare);
    store->sealed = store->changes;
    store->changes = spare;
    store->sealed_begun = store->begun;
    gw_event_files_seal(store->files);
    store->gathering = store->unsettled = true;
    return GW_OK;
}

int gw_sqlite_settle(struct gw_store *base)
{
    struct gw_sqlite *store = gw_sqlite_of(base);
    if (store->sealed.bytes == 0)
        return GW_OK;
    struct gw_span changes = {store->sealed.data, store->sealed.bytes};
    int rc = gw_event_files_flush(store->files);
    return rc == GW_OK ? gw_redo_append(store->redo, changes, &store->secured) : rc;
}

void gw_sqlite_unseal(struct gw_store *base)
{
    struct gw_sqlite *store = gw_sqlite_of(base);
    end_without(store);
    gw_event_files_drop(store->files);
    gw_buf_reset(&store->sealed);
    go_back_to(store, &store->sealed_begun);
    store->unsettled = false;
}

int gw_sqlite_secure(struct gw_store *base)
{
    int rc = gw_sqlite_seal(base);
    if (rc == GW_OK)
        rc = gw_sqlite_settle(base);
    if (rc != GW_OK)
        gw_sqlite_unseal(base);
    gw_sqlite_of(base)->unsettled = false;
    return rc;
}

// Changes of the generation before must never be replayed into this one.
static int change_owner(struct gw_sqlite *store)
{
    store->owner.generation = store->next_generation;
    store->next_generation = 0;
    int rc = gw_sqlite_checkpoint_wait(store->checkpoint);
    return rc == GW_OK ? gw_redo_reset(store->redo, &store->owner, store->applied) : rc;
}

int gw_sqlite_commit(struct gw_store *base)
{
    struct gw_sqlite *store = gw_sqlite_of(base);
    int rc = gw_sqlite_secure(base);
    if (rc != GW_OK)
        return rc;
    // It counts now, whatever becomes of the database: the next begin replays it.
    if (show(store) != GW_OK)
        gw_warn("store", "behind", "%s; what was stored is safe in the redo log", gw_reason());
    else if (store->next_generation)
        return change_owner(store);
    return GW_OK;
}

void gw_sqlite_rollback(struct gw_store *base)
{
    struct gw_sqlite *store = gw_sqlite_of(base);
    end_without(store);
    go_back_to(store, &store->begun);
    store->next_generation = 0;
    store->unsettled = false; // it returned before, well or not
}

int gw_sqlite_savepoint(struct gw_store *base)
{
    struct gw_sqlite *store = gw_sqlite_of(base);
    set_mark(store, &store->saved);
    return gw_sqlite_write(store, ST_SAVEPOINT, NULL, "");
}

int gw_sqlite_release(struct gw_store *base)
{
    return gw_sqlite_write(gw_sqlite_of(base), ST_RELEASE, NULL, "");
}

int gw_sqlite_undo(struct gw_store *base)
{
    struct gw_sqlite *store = gw_sqlite_of(base);
    go_back_to(store, &store->saved);
    int rc = gw_sqlite_write(store, ST_UNDO, NULL, "");
    return rc == GW_OK ? gw_sqlite_write(store, ST_RELEASE, NULL, "") : rc;
}
