// SPDX-License-Identifier: Apache-2.0
// The tables, as steps from one schema version to the next. A step that was released never changes: add one.
#include "sqlite.h"

#include <stdio.h>
#include <string.h>

// clang-format off
// Documents are found by the hash of their URL (their id), so that only moved ones need an alias. Events of the three
// streams are kept apart: each appends at its table's end.
#define EVENTS_TABLE(name) \
    "CREATE TABLE " name " (seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, previous BLOB, stored_ms INTEGER NOT NULL," \
    " sha256 BLOB NOT NULL, event BLOB NOT NULL) STRICT;"
#define PLACE_COLUMNS(name) \
    "ALTER TABLE " name " ADD COLUMN place INTEGER; ALTER TABLE " name " ADD COLUMN bytes INTEGER;"

static const char *const steps[GW_SQLITE_SCHEMA] = {
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "INSERT INTO meta VALUES ('store_id', lower(hex(randomblob(16)))), ('generation', '1');"
    "CREATE TABLE streams (stream INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL) STRICT;"
    "INSERT INTO streams VALUES (1, 1, 0), (2, 1, 0), (3, 1, 0);"
    "CREATE TABLE agents (incarnation BLOB PRIMARY KEY, node TEXT NOT NULL, acked_msgno INTEGER,"
    " seen_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE leases (host TEXT PRIMARY KEY, epoch INTEGER NOT NULL, holder BLOB) STRICT, WITHOUT ROWID;"
    "CREATE TABLE sources (id TEXT PRIMARY KEY, definition BLOB NOT NULL, health BLOB NOT NULL,"
    " removed INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE targets (url TEXT PRIMARY KEY, host TEXT NOT NULL, source_id TEXT NOT NULL, purpose INTEGER NOT NULL,"
    " epoch INTEGER NOT NULL, fetched_ms INTEGER NOT NULL, target BLOB NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE INDEX targets_of_host ON targets (host);"
    "CREATE INDEX targets_of_source ON targets (source_id);"
    "CREATE TABLE documents (id BLOB PRIMARY KEY, url TEXT NOT NULL, source_id TEXT NOT NULL, state INTEGER NOT NULL,"
    " revision INTEGER NOT NULL, event_id BLOB, digest BLOB NOT NULL, extractor INTEGER NOT NULL,"
    " epoch INTEGER NOT NULL, fetched_ms INTEGER NOT NULL, first_seen_ms INTEGER NOT NULL, rebased INTEGER NOT NULL)"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE aliases (url TEXT PRIMARY KEY, document_id BLOB NOT NULL REFERENCES documents) STRICT, WITHOUT ROWID;"
    "CREATE TABLE baselines (document_id BLOB PRIMARY KEY REFERENCES documents, content BLOB NOT NULL) STRICT;"
    EVENTS_TABLE("policy_events") EVENTS_TABLE("source_events") EVENTS_TABLE("coverage_events")
    "CREATE TABLE runs (source_id TEXT PRIMARY KEY, status TEXT NOT NULL, from_ms INTEGER NOT NULL,"
    " to_ms INTEGER NOT NULL, polls INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE letters (id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, incarnation BLOB,"
    " msgno INTEGER NOT NULL, stored_ms INTEGER NOT NULL, reason TEXT NOT NULL, bytes BLOB NOT NULL) STRICT;"
    "CREATE INDEX letters_of_kind ON letters (kind);"
    "CREATE TABLE consumers (name TEXT PRIMARY KEY, stream INTEGER NOT NULL, filter TEXT NOT NULL, seq INTEGER NOT NULL,"
    " seen_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;",
    // Since then the bytes of policy events lie in event files: `event` is empty and `place` says where. What was
    // applied from the redo log, and where the next event goes, change with every commit. Nobody used that index.
    PLACE_COLUMNS("policy_events") PLACE_COLUMNS("source_events") PLACE_COLUMNS("coverage_events")
    "CREATE TABLE applied (one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER NOT NULL,"
    " events_end INTEGER NOT NULL) STRICT;"
    "INSERT INTO applied VALUES (1, 0, 4294967296);"
    "DROP INDEX targets_of_source;",
};
// clang-format on

static int pragma(sqlite3 *db, const char *text, int64_t *ret_value)
{
    sqlite3_stmt *statement;
    int rc = sqlite3_prepare_v2(db, text, -1, &statement, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(statement);
    if (rc == SQLITE_ROW)
        *ret_value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return rc == SQLITE_ROW ? GW_OK : gw_sqlite_fail(db, rc, text);
}

static int advance(sqlite3 *db, int64_t version)
{
    int rc = gw_sqlite_exec(db, "BEGIN IMMEDIATE");
    if (rc != GW_OK)
        return rc;
    for (; version < GW_SQLITE_SCHEMA && rc == GW_OK; version++)
        rc = gw_sqlite_exec(db, steps[version]);
    char text[96];
    snprintf(text, sizeof text, "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
             GW_SQLITE_APPLICATION_ID, GW_SQLITE_SCHEMA);
    if (rc == GW_OK)
        rc = gw_sqlite_exec(db, text);
    if (rc != GW_OK)
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return rc;
}

int gw_sqlite_schema(sqlite3 *db, bool read_only)
{
    int64_t version = 0, application = 0, tables = 0;
    int rc = pragma(db, "PRAGMA user_version", &version);
    if (rc == GW_OK)
        rc = pragma(db, "PRAGMA application_id", &application);
    if (rc == GW_OK)
        rc = pragma(db, "SELECT count(*) FROM sqlite_schema", &tables);
    if (rc != GW_OK)
        return rc;
    const char *path = sqlite3_db_filename(db, "main");
    bool fresh = tables == 0 && version == 0;
    if (!fresh && application != GW_SQLITE_APPLICATION_ID)
        return gw_fail(GW_ECORRUPT, "store: %s: a database, but not of govwire", path);
    if (version > GW_SQLITE_SCHEMA)
        return gw_fail(GW_EVERSION, "store: %s: schema %d was made by a newer govwire; this one knows up to %d", path,
                       (int)version, GW_SQLITE_SCHEMA);
    if (version == GW_SQLITE_SCHEMA)
        return GW_OK;
    if (read_only && fresh)
        return gw_fail(GW_ENOTFOUND, "store: %s: empty", path);
    if (read_only)
        return gw_fail(GW_EVERSION, "store: %s: schema %d is older than this govwire; a start of the broker renews it",
                       path, (int)version);
    return advance(db, version);
}
