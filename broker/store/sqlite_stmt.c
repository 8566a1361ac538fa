// SPDX-License-Identifier: Apache-2.0
// Every statement in one table, prepared on first use, and the few helpers that bind, step and read them.
#include "sqlite.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TARGET_COLUMNS "url, host, source_id, purpose, epoch, fetched_ms, target"
#define EVENT_COLUMNS  "seq, id, previous, stored_ms, sha256, event, place, bytes"

// %s is the stream's table in those that exist once per stream.
static const char *const sql[ST_COUNT] = {
    [ST_BEGIN] = "BEGIN IMMEDIATE",
    [ST_COMMIT] = "COMMIT",
    [ST_SAVEPOINT] = "SAVEPOINT message",
    [ST_RELEASE] = "RELEASE message",
    [ST_UNDO] = "ROLLBACK TO message",
    [ST_TAIL_PUT] = "UPDATE streams SET last = ?2 WHERE stream = ?1",
    [ST_APPLIED_PUT] = "UPDATE applied SET number = ?1, events_end = ?2",
    [ST_APPLIED_GET] = "SELECT number, events_end FROM applied",
    [ST_FIRST_PUT] = "UPDATE streams SET first = ?2 WHERE stream = ?1",
    [ST_RENEW] = "UPDATE meta SET value = ?1 WHERE key = 'generation'",
    [ST_FORGET_AGENTS] = "UPDATE agents SET acked_msgno = NULL",
    [ST_CLAIM_NEXT] = "UPDATE agents SET acked_msgno = ?2 WHERE incarnation = ?1 AND acked_msgno = ?2 - 1",
    [ST_CLAIM_FIRST] = "INSERT INTO agents (incarnation, node, acked_msgno, seen_ms) VALUES (?1, '', ?2, 0)"
                       " ON CONFLICT DO UPDATE SET acked_msgno = excluded.acked_msgno",
    [ST_AGENT_GET] = "SELECT node, acked_msgno, seen_ms FROM agents WHERE incarnation = ?1",
    [ST_AGENT_PUT] = "INSERT INTO agents (incarnation, node, seen_ms) VALUES (?1, ?2, ?3)"
                     " ON CONFLICT DO UPDATE SET node = excluded.node, seen_ms = excluded.seen_ms",
    [ST_LEASE_GET] = "SELECT host, epoch, holder FROM leases WHERE host = ?1",
    [ST_LEASE_PUT] = "INSERT INTO leases (host, epoch, holder) VALUES (?1, ?2, ?3)"
                     " ON CONFLICT DO UPDATE SET epoch = excluded.epoch, holder = excluded.holder",
    [ST_LEASES] = "SELECT host, epoch, holder FROM leases ORDER BY host",
    [ST_SOURCE_GET] = "SELECT id, definition, health, removed FROM sources WHERE id = ?1",
    [ST_SOURCE_PUT] =
        "INSERT INTO sources (id, definition, health, removed) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE"
        " SET definition = excluded.definition, health = excluded.health, removed = excluded.removed",
    [ST_SOURCES] = "SELECT id, definition, health, removed FROM sources ORDER BY id",
    [ST_TARGET_GET] = "SELECT " TARGET_COLUMNS " FROM targets WHERE url = ?1",
    [ST_TARGET_PUT] =
        "INSERT INTO targets (" TARGET_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE"
        " SET host = excluded.host, source_id = excluded.source_id, purpose = excluded.purpose, epoch = excluded.epoch,"
        " fetched_ms = excluded.fetched_ms, target = excluded.target",
    [ST_TARGETS] = "SELECT " TARGET_COLUMNS " FROM targets WHERE host = ?1 AND url > ?2 ORDER BY url",
    // One seek per host, not a scan of all targets.
    [ST_TARGET_HOSTS] = "WITH RECURSIVE hosts(host) AS (SELECT min(host) FROM targets UNION ALL"
                        " SELECT (SELECT min(t.host) FROM targets t WHERE t.host > hosts.host) FROM hosts"
                        " WHERE hosts.host IS NOT NULL) SELECT host FROM hosts WHERE host IS NOT NULL",
    [ST_DOCUMENT_GET] = "SELECT url, source_id, state, revision, event_id, digest, extractor, epoch, fetched_ms,"
                        " first_seen_ms, rebased FROM documents WHERE id = ?1",
    [ST_DOCUMENT_PUT] =
        "INSERT INTO documents (id, url, source_id, state, revision, event_id, digest, extractor, epoch, fetched_ms,"
        " first_seen_ms, rebased) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT DO UPDATE SET"
        " state = excluded.state, revision = excluded.revision, event_id = excluded.event_id,"
        " digest = excluded.digest, extractor = excluded.extractor, epoch = excluded.epoch,"
        " fetched_ms = excluded.fetched_ms, rebased = excluded.rebased",
    [ST_ALIAS_GET] = "SELECT document_id FROM aliases WHERE url = ?1",
    [ST_ALIAS_PUT] = "INSERT INTO aliases (url, document_id) VALUES (?1, ?2)"
                     " ON CONFLICT DO UPDATE SET document_id = excluded.document_id",
    [ST_BASELINE_GET] = "SELECT content FROM baselines WHERE document_id = ?1",
    [ST_BASELINE_PUT] = "INSERT INTO baselines (document_id, content) VALUES (?1, ?2)"
                        " ON CONFLICT DO UPDATE SET content = excluded.content",
    [ST_EVENT_PUT] = "INSERT INTO %s (" EVENT_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
                     " ON CONFLICT (id) DO NOTHING",
    [ST_EVENTS] = "SELECT " EVENT_COLUMNS " FROM %s WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq",
    [ST_EVENTS_BACK] = "SELECT " EVENT_COLUMNS " FROM %s WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq DESC",
    [ST_EVENT_GET] = "SELECT " EVENT_COLUMNS " FROM %s WHERE id = ?1",
    [ST_TRIM] = "DELETE FROM %s WHERE seq < ?1",
    [ST_BOUNDS] = "SELECT first, last FROM streams WHERE stream = ?1",
    [ST_RUN_GET] = "SELECT source_id, status, from_ms, to_ms, polls FROM runs WHERE source_id = ?1",
    [ST_RUN_PUT] = "INSERT INTO runs (source_id, status, from_ms, to_ms, polls) VALUES (?1, ?2, ?3, ?4, ?5)"
                   " ON CONFLICT DO UPDATE SET status = excluded.status, from_ms = excluded.from_ms,"
                   " to_ms = excluded.to_ms, polls = excluded.polls",
    [ST_LETTER_PUT] = "INSERT INTO letters (kind, incarnation, msgno, stored_ms, reason, bytes)"
                      " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [ST_LETTERS] = "SELECT id, kind, incarnation, msgno, stored_ms, reason, bytes FROM letters ORDER BY id",
    [ST_LETTERS_TRIM] = "DELETE FROM letters WHERE kind = ?1 AND id <="
                        " (SELECT id FROM letters WHERE kind = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
    [ST_CONSUMER_GET] = "SELECT name, stream, filter, seq, seen_ms FROM consumers WHERE name = ?1",
    [ST_CONSUMER_PUT] = "INSERT INTO consumers (name, stream, filter, seq, seen_ms) VALUES (?1, ?2, ?3, ?4, ?5)"
                        " ON CONFLICT DO UPDATE SET stream = excluded.stream, filter = excluded.filter,"
                        " seq = excluded.seq, seen_ms = excluded.seen_ms",
    [ST_CONSUMERS] = "SELECT name, stream, filter, seq, seen_ms FROM consumers ORDER BY name",
};

// In order of Gw__Stream, from 1.
static const char *const stream_tables[] = {"policy_events", "source_events", "coverage_events"};

static const char *text_of(int which, char *out, size_t bytes)
{
    for (int stream = 0; stream < (int)GW_COUNT(stream_tables); stream++) {
        int base = which - stream;
        bool per_stream = base == ST_EVENT_PUT || base == ST_EVENTS || base == ST_EVENTS_BACK || base == ST_EVENT_GET ||
                          base == ST_TRIM;
        if (per_stream) {
            snprintf(out, bytes, sql[base], stream_tables[stream]);
            return out;
        }
    }
    return sql[which];
}

int gw_sqlite_fail(sqlite3 *db, int sqlite_rc, const char *what)
{
    static const struct {
        int sqlite_rc;
        enum gw_rc rc;
    } codes[] = {
        {SQLITE_FULL, GW_ENOSPC},   {SQLITE_IOERR, GW_EIO},       {SQLITE_CANTOPEN, GW_EIO},
        {SQLITE_PERM, GW_EIO},      {SQLITE_READONLY, GW_EIO},    {SQLITE_BUSY, GW_EAGAIN},
        {SQLITE_LOCKED, GW_EAGAIN}, {SQLITE_NOMEM, GW_EAGAIN},    {SQLITE_CORRUPT, GW_ECORRUPT},
        {SQLITE_TOOBIG, GW_ELIMIT}, {SQLITE_NOTADB, GW_ECORRUPT}, {SQLITE_PROTOCOL, GW_EAGAIN},
    };
    enum gw_rc rc = GW_EBUG;
    for (size_t i = 0; i < GW_COUNT(codes); i++)
        if (codes[i].sqlite_rc == (sqlite_rc & 0xff))
            rc = codes[i].rc;
    if (rc == GW_EIO && db && sqlite3_system_errno(db) == ENOSPC)
        rc = GW_ENOSPC;
    return gw_fail(rc, "store: %s: %s", what, db ? sqlite3_errmsg(db) : sqlite3_errstr(sqlite_rc));
}

int gw_sqlite_exec(sqlite3 *db, const char *text)
{
    int rc = sqlite3_exec(db, text, NULL, NULL, NULL);
    return rc == SQLITE_OK ? GW_OK : gw_sqlite_fail(db, rc, text);
}

static int prepare(struct gw_sqlite *store, int which)
{
    if (store->statements[which])
        return GW_OK;
    char text[640];
    const char *sql_text = text_of(which, text, sizeof text);
    int rc = sqlite3_prepare_v3(store->db, sql_text, -1, SQLITE_PREPARE_PERSISTENT, &store->statements[which], NULL);
    return rc == SQLITE_OK ? GW_OK : gw_sqlite_fail(store->db, rc, sql_text);
}

static int bind_one(sqlite3_stmt *statement, int at, char type, va_list *args)
{
    switch (type) {
    case 't': {
        const char *text = va_arg(*args, const char *);
        return text ? sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC) : sqlite3_bind_null(statement, at);
    }
    case 'i':
        return sqlite3_bind_int64(statement, at, va_arg(*args, int64_t));
    case 'u':
        return sqlite3_bind_int64(statement, at, (int64_t)va_arg(*args, uint64_t));
    case 'p': {
        uint64_t place = va_arg(*args, uint64_t);
        return place ? sqlite3_bind_int64(statement, at, (int64_t)place) : sqlite3_bind_null(statement, at);
    }
    case 'd': {
        const struct gw_id *id = va_arg(*args, const struct gw_id *);
        return gw_id_is_none(id) ? sqlite3_bind_null(statement, at)
                                 : sqlite3_bind_blob(statement, at, id->at, GW_ID_BYTES, SQLITE_STATIC);
    }
    case 's': {
        struct gw_span span = va_arg(*args, struct gw_span);
        return sqlite3_bind_blob64(statement, at, span.at ? span.at : "", span.bytes, SQLITE_STATIC);
    }
    case 'h':
        return sqlite3_bind_blob(statement, at, va_arg(*args, const uint8_t *), GW_SHA256_BYTES, SQLITE_STATIC);
    default:
        return SQLITE_MISUSE;
    }
}

static int use(struct gw_sqlite *store, int which, sqlite3_stmt **ret_statement, const char *types, va_list *args)
{
    int rc = prepare(store, which);
    if (rc != GW_OK)
        return rc;
    sqlite3_stmt *statement = store->statements[which];
    for (int at = 1; *types && rc == SQLITE_OK; types++, at++)
        rc = bind_one(statement, at, *types, args);
    if (rc != SQLITE_OK)
        return gw_sqlite_fail(store->db, rc, sqlite3_sql(statement));
    *ret_statement = statement;
    return GW_OK;
}

int gw_sqlite_use(struct gw_sqlite *store, int which, sqlite3_stmt **ret_statement, const char *types, ...)
{
    va_list args;
    va_start(args, types);
    int rc = use(store, which, ret_statement, types, &args);
    va_end(args);
    return rc;
}

int gw_sqlite_step(sqlite3_stmt *statement)
{
    int rc = sqlite3_step(statement);
    if (rc == SQLITE_ROW)
        return 1;
    if (rc != SQLITE_DONE)
        rc = gw_sqlite_fail(sqlite3_db_handle(statement), rc, sqlite3_sql(statement));
    sqlite3_reset(statement);
    return rc == SQLITE_DONE ? 0 : rc;
}

int gw_sqlite_write(struct gw_sqlite *store, int which, int *ret_changes, const char *types, ...)
{
    sqlite3_stmt *statement = NULL;
    va_list args;
    va_start(args, types);
    int rc = use(store, which, &statement, types, &args);
    va_end(args);
    if (rc != GW_OK)
        return rc;
    rc = gw_sqlite_step(statement);
    gw_assert(rc != 1);
    if (rc != GW_OK)
        return rc;
    int changes = sqlite3_changes(store->db);
    if (ret_changes)
        *ret_changes = changes;
    if (changes == 0)
        return GW_OK;
    va_start(args, types);
    rc = gw_sqlite_redo_note(store, which, types, &args);
    va_end(args);
    return rc;
}

const char *gw_sqlite_text(struct gw_sqlite_row *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row->statement, column);
    if (!text || !row->arena)
        return text ? text : "";
    size_t bytes = (size_t)sqlite3_column_bytes(row->statement, column);
    const char *copy = gw_arena_strndup(row->arena, text, bytes);
    row->full |= !copy;
    return copy;
}

struct gw_span gw_sqlite_span(struct gw_sqlite_row *row, int column)
{
    struct gw_span span = {sqlite3_column_blob(row->statement, column),
                           (size_t)sqlite3_column_bytes(row->statement, column)};
    if (row->arena && span.bytes) {
        span.at = gw_arena_strndup(row->arena, span.at, span.bytes);
        row->full |= !span.at;
    }
    return span;
}

struct gw_id gw_sqlite_id(const struct gw_sqlite_row *row, int column)
{
    struct gw_id id = {0};
    if (sqlite3_column_bytes(row->statement, column) == GW_ID_BYTES)
        memcpy(id.at, sqlite3_column_blob(row->statement, column), GW_ID_BYTES);
    return id;
}

int64_t gw_sqlite_int(const struct gw_sqlite_row *row, int column)
{
    return sqlite3_column_int64(row->statement, column);
}

void gw_sqlite_digest(const struct gw_sqlite_row *row, int column, uint8_t out[GW_SHA256_BYTES])
{
    memset(out, 0, GW_SHA256_BYTES);
    if (sqlite3_column_bytes(row->statement, column) == GW_SHA256_BYTES)
        memcpy(out, sqlite3_column_blob(row->statement, column), GW_SHA256_BYTES);
}
