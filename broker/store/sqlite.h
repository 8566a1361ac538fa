// SPDX-License-Identifier: Apache-2.0
// Private to the SQLite backend: the handle, statements, the schema, checkpoints.
//
// DESIGN: the redo log is what makes a transaction durable: one write and one fdatasync for all it changed. The
// database is what can be asked: several transactions gather in one of SQLite's, so that a page they all touch is
// written once, and its commits wait for no disk (synchronous=NORMAL: after a power cut it is whole, as of some
// commit). What it lacks then, the redo log tells it again at the next start; `applied` says from where. Bytes of
// policy events are in event files, named by their rows.
//
// The writing handle owns one connection, each reader one of its own, the checkpoint thread one. The thread makes the
// database durable behind the commits, which is what frees the redo log, and copies SQLite's own log (WAL) back.
#ifndef GW_STORE_SQLITE_H
#define GW_STORE_SQLITE_H

#include "store/event_files.h"
#include "store/redo.h"
#include "store/store_ops.h"

#include <sqlite3.h>
#include <stdarg.h>

enum {
    GW_SQLITE_SCHEMA = 2,                  // user_version; raised with a new step in sqlite_schema.c
    GW_SQLITE_APPLICATION_ID = 0x67767772, // "gvwr"
    GW_SQLITE_PAGE_BYTES = 4096,
    GW_SQLITE_EVENT_MAX_BYTES = 64 * 1024 * 1024,
    GW_SQLITE_CHANGES_MAX_BYTES = 512 * 1024 * 1024,
    GW_SQLITE_BUSY_MS = 5000, // for a lock held by another process's recovery or close
};

// Statements are named here and written in sqlite_stmt.c. Those of events exist once per stream: NAME + stream - 1.
enum gw_sqlite_stmt {
    ST_BEGIN,
    ST_COMMIT,
    ST_SAVEPOINT,
    ST_RELEASE,
    ST_UNDO,
    ST_TAIL_PUT,
    ST_APPLIED_PUT,
    ST_APPLIED_GET,
    ST_FIRST_PUT,
    ST_RENEW,
    ST_FORGET_AGENTS,
    ST_CLAIM_NEXT,
    ST_CLAIM_FIRST,
    ST_AGENT_GET,
    ST_AGENT_PUT,
    ST_LEASE_GET,
    ST_LEASE_PUT,
    ST_LEASES,
    ST_SOURCE_GET,
    ST_SOURCE_PUT,
    ST_SOURCES,
    ST_TARGET_GET,
    ST_TARGET_PUT,
    ST_TARGETS,
    ST_TARGET_HOSTS,
    ST_DOCUMENT_GET,
    ST_DOCUMENT_PUT,
    ST_ALIAS_GET,
    ST_ALIAS_PUT,
    ST_BASELINE_GET,
    ST_BASELINE_PUT,
    ST_EVENT_PUT,
    ST_EVENT_PUT_END = ST_EVENT_PUT + 2,
    ST_EVENTS,
    ST_EVENTS_END = ST_EVENTS + 2,
    ST_EVENTS_BACK,
    ST_EVENTS_BACK_END = ST_EVENTS_BACK + 2,
    ST_EVENT_GET,
    ST_EVENT_GET_END = ST_EVENT_GET + 2,
    ST_TRIM,
    ST_TRIM_END = ST_TRIM + 2,
    ST_BOUNDS,
    ST_RUN_GET,
    ST_RUN_PUT,
    ST_LETTER_PUT,
    ST_LETTERS,
    ST_LETTERS_TRIM,
    ST_CONSUMER_GET,
    ST_CONSUMER_PUT,
    ST_CONSUMERS,
    ST_COUNT,
};

struct gw_sqlite_checkpoint;

// How far a transaction has come: what an undo goes back to.
struct gw_sqlite_mark {
    uint64_t last[GW_STREAMS]; // tail of each stream
    uint64_t events_end;
    size_t changes;
    uint32_t unneeded; // event files below this number hold nothing any more
};

struct gw_sqlite {
    struct gw_store base;
    sqlite3 *db;
    char *path;
    sqlite3_stmt *statements[ST_COUNT];
    struct gw_event_files *files;
    struct gw_buf event; // read from a file last

    // The writing handle's.
    uint64_t max_bytes;
    uint64_t last[GW_STREAMS], shown[GW_STREAMS]; // tails: now, and in the database
    struct gw_redo *redo;
    struct gw_redo_owner owner;
    uint64_t next_generation;           // of the owner, once this transaction is committed; 0: the same
    struct gw_buf changes;              // of this transaction, for the redo log
    struct gw_buf sealed;               // of the one before, which is on its way there,
    struct gw_sqlite_mark sealed_begun; // and what was when it began
    bool unsettled;                     // it may still be on its way
    uint32_t unneeded;                  // event files below it
    struct gw_sqlite_mark begun, saved; // of the transaction, of its savepoint
    uint64_t secured, applied;          // transactions on disk; those that readers see
    bool gathering;                     // secured ones are in SQLite's open transaction
    bool behind;                        // SQLite lost secured ones: they have to be replayed
    bool replaying;
    struct gw_sqlite_checkpoint *checkpoint;
};

static inline struct gw_sqlite *gw_sqlite_of(struct gw_store *store)
{
    return (struct gw_sqlite *)store;
}

// sqlite_stmt.c -----------------------------------------------------------------------------------

// A code and reason for what SQLite answered on this connection.
int gw_sqlite_fail(sqlite3 *db, int sqlite_rc, const char *what);
int gw_sqlite_exec(sqlite3 *db, const char *sql);
// The prepared statement with ?1, ?2 … bound by `types`: t text (NULL binds NULL), i int64_t, u uint64_t, d gw_id
// pointer (none binds NULL), s gw_span, h 32 bytes, p a place (0 binds NULL). Bound memory is borrowed until the
// statement is reset.
int gw_sqlite_use(struct gw_sqlite *store, int which, sqlite3_stmt **ret_statement, const char *types, ...);
// Step to the next row: 1 a row, 0 the end, or a failure; the last two reset it.
int gw_sqlite_step(sqlite3_stmt *statement);
// As use, for a statement without rows, and run it; what it changed is noted for the redo log. `ret_changes` may be
// NULL.
int gw_sqlite_write(struct gw_sqlite *store, int which, int *ret_changes, const char *types, ...);

// Columns of the row a statement stands on. With an arena they are copies, and `full` says that it had no room; without
// one they are borrowed until the next step.
struct gw_sqlite_row {
    sqlite3_stmt *statement;
    struct gw_arena *arena;
    bool full;
};
const char *gw_sqlite_text(struct gw_sqlite_row *row, int column);
struct gw_span gw_sqlite_span(struct gw_sqlite_row *row, int column);
struct gw_id gw_sqlite_id(const struct gw_sqlite_row *row, int column);
int64_t gw_sqlite_int(const struct gw_sqlite_row *row, int column);
void gw_sqlite_digest(const struct gw_sqlite_row *row, int column, uint8_t out[GW_SHA256_BYTES]);

// sqlite_schema.c ---------------------------------------------------------------------------------

// Bring an open connection's file to GW_SQLITE_SCHEMA (writing), or check that it is there (reading).
int gw_sqlite_schema(sqlite3 *db, bool read_only);

// sqlite_redo.c -----------------------------------------------------------------------------------

// Note a change for the redo log: a statement that was run, or the bytes of an event.
int gw_sqlite_redo_note(struct gw_sqlite *store, int which, const char *types, va_list *args);
int gw_sqlite_redo_note_event(struct gw_sqlite *store, uint64_t place, struct gw_span event);
// Inside a transaction: change everything again that was noted, or write the events' bytes alone.
int gw_sqlite_redo_apply(struct gw_sqlite *store, struct gw_span changes, bool events_only);

// sqlite_transaction.c ----------------------------------------------------------------------------

// Bring the database to what the redo log holds: at the start, and after it lost its open transaction.
int gw_sqlite_catch_up(struct gw_sqlite *store);

// sqlite_checkpoint.c -----------------------------------------------------------------------------

int gw_sqlite_checkpoint_new(struct gw_sqlite *store, struct gw_sqlite_checkpoint **ret_checkpoint);
struct gw_sqlite_checkpoint *gw_sqlite_checkpoint_free(struct gw_sqlite_checkpoint *checkpoint);
// Between transactions: when the log has grown past its ceiling under steady load, make it start over.
void gw_sqlite_checkpoint_ease(struct gw_sqlite_checkpoint *checkpoint);
// The database holds every transaction up to `number`, and needs no event file below `unneeded`.
void gw_sqlite_checkpoint_shown(struct gw_sqlite_checkpoint *checkpoint, uint64_t number, uint32_t unneeded);
// What was shown is durable when it returns, and no longer held by the redo log.
int gw_sqlite_checkpoint_wait(struct gw_sqlite_checkpoint *checkpoint);
// The same without a thread beside it: before there is one, or after.
int gw_sqlite_make_durable(struct gw_sqlite *store);

// sqlite_transaction.c, sqlite_write.c, sqlite_read.c: the functions of the ops table
// ---------------------------------------

int gw_sqlite_open_db(const char *path, int flags, sqlite3 **ret_db);

int gw_sqlite_begin(struct gw_store *store);
int gw_sqlite_commit(struct gw_store *store);
int gw_sqlite_secure(struct gw_store *store);
int gw_sqlite_seal(struct gw_store *store);
int gw_sqlite_settle(struct gw_store *store);
void gw_sqlite_unseal(struct gw_store *store);
void gw_sqlite_rollback(struct gw_store *store);
int gw_sqlite_savepoint(struct gw_store *store);
int gw_sqlite_release(struct gw_store *store);
int gw_sqlite_undo(struct gw_store *store);
int gw_sqlite_claim(struct gw_store *, const struct gw_id *, uint64_t, enum gw_store_claim *);
int gw_sqlite_agent_put(struct gw_store *, const struct gw_store_agent *);
int gw_sqlite_lease_put(struct gw_store *, const struct gw_store_lease *);
int gw_sqlite_source_put(struct gw_store *, const struct gw_store_source *);
int gw_sqlite_target_put(struct gw_store *, const struct gw_store_target *);
int gw_sqlite_document_put(struct gw_store *, const struct gw_store_document *);
int gw_sqlite_alias_put(struct gw_store *, const char *, const struct gw_id *);
int gw_sqlite_baseline_put(struct gw_store *, const struct gw_id *, struct gw_span);
int gw_sqlite_append(struct gw_store *, const struct gw_store_event *, enum gw_store_append *);
// Which event files the rows from `before` on do not need, into store->unneeded.
int gw_sqlite_find_unneeded(struct gw_sqlite *store, uint64_t before);
int gw_sqlite_trim(struct gw_store *, Gw__Stream, uint64_t);
int gw_sqlite_renew(struct gw_store *, uint64_t);
int gw_sqlite_run_put(struct gw_store *, const struct gw_store_run *);
int gw_sqlite_letter_put(struct gw_store *, const struct gw_store_letter *);
int gw_sqlite_letters_trim(struct gw_store *, const char *, uint64_t);
int gw_sqlite_consumer_put(struct gw_store *, const struct gw_store_consumer *);

int gw_sqlite_agent_get(struct gw_store *, struct gw_arena *, const struct gw_id *, struct gw_store_agent *);
int gw_sqlite_lease_get(struct gw_store *, struct gw_arena *, const char *, struct gw_store_lease *);
int gw_sqlite_leases(struct gw_store *, gw_store_lease_fn *, void *);
int gw_sqlite_source_get(struct gw_store *, struct gw_arena *, const char *, struct gw_store_source *);
int gw_sqlite_sources(struct gw_store *, gw_store_source_fn *, void *);
int gw_sqlite_target_get(struct gw_store *, struct gw_arena *, const char *, struct gw_store_target *);
int gw_sqlite_targets(struct gw_store *, const char *, const char *, gw_store_target_fn *, void *);
int gw_sqlite_target_hosts(struct gw_store *, gw_store_host_fn *, void *);
int gw_sqlite_document_get(struct gw_store *, struct gw_arena *, const struct gw_id *, struct gw_store_document *);
int gw_sqlite_alias_get(struct gw_store *, const char *, struct gw_id *);
int gw_sqlite_baseline_get(struct gw_store *, struct gw_arena *, const struct gw_id *, struct gw_span *);
int gw_sqlite_events(struct gw_store *, Gw__Stream, uint64_t, uint64_t, bool, gw_store_event_fn *, void *);
int gw_sqlite_event_get(struct gw_store *, struct gw_arena *, const struct gw_id *, struct gw_store_event *);
int gw_sqlite_stored_bounds(struct gw_store *, Gw__Stream, uint64_t *, uint64_t *);
int gw_sqlite_bounds(struct gw_store *, Gw__Stream, uint64_t *, uint64_t *);
int gw_sqlite_run_get(struct gw_store *, struct gw_arena *, const char *, struct gw_store_run *);
int gw_sqlite_letters(struct gw_store *, gw_store_letter_fn *, void *);
int gw_sqlite_consumer_get(struct gw_store *, struct gw_arena *, const char *, struct gw_store_consumer *);
int gw_sqlite_consumers(struct gw_store *, gw_store_consumer_fn *, void *);

// sqlite_care.c -----------------------------------------------------------------------------------

int gw_sqlite_check(struct gw_store *store, struct gw_store_damage *ret_damage);
int gw_sqlite_backup(struct gw_store *store, const char *path);

#endif
