// SPDX-License-Identifier: Apache-2.0
#include "index.h"

#include "base/fs.h"
#include "fts_tokenizer.h"
#include "store/sqlite_path.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FORMAT = 1, // user_version; an index of another is made anew
    BUSY_MS = 5000,
    EXPRESSION_DEPTH = GW_QUERY_MAX_DEPTH + 2,
};

enum { ADD, LAST, SET_LAST, FIND, STATEMENTS };
static const char *const sql[STATEMENTS] = {
    [ADD] = "INSERT INTO words (rowid, title, body) VALUES (?1, ?2, ?3)",
    [LAST] = "SELECT last FROM state",
    [SET_LAST] = "UPDATE state SET last = ?1",
    [FIND] = "SELECT rowid FROM words WHERE words MATCH ?1 AND rowid <= ?2 ORDER BY rowid DESC LIMIT ?3",
};

struct gw_index {
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENTS];
};

static int fail(struct gw_index *index, int rc, const char *what)
{
    int code = rc & 0xff;
    enum gw_rc gw = code == SQLITE_FULL                               ? GW_ENOSPC
                    : code == SQLITE_CORRUPT || code == SQLITE_NOTADB ? GW_ECORRUPT
                    : code == SQLITE_BUSY || code == SQLITE_LOCKED    ? GW_EAGAIN
                    : code == SQLITE_ERROR                            ? GW_ECORRUPT // FTS5 says so of a broken index
                                                                      : GW_EIO;
    return gw_fail(gw, "search index: %s: %s", what, index->db ? sqlite3_errmsg(index->db) : sqlite3_errstr(rc));
}

static int exec(struct gw_index *index, const char *text)
{
    int rc = sqlite3_exec(index->db, text, NULL, NULL, NULL);
    return rc == SQLITE_OK ? GW_OK : fail(index, rc, text);
}

static int use(struct gw_index *index, int which, sqlite3_stmt **ret_statement)
{
    if (!index->statements[which]) {
        int rc =
            sqlite3_prepare_v3(index->db, sql[which], -1, SQLITE_PREPARE_PERSISTENT, &index->statements[which], NULL);
        if (rc != SQLITE_OK)
            return fail(index, rc, sql[which]);
    }
    *ret_statement = index->statements[which];
    return GW_OK;
}

static int run(struct gw_index *index, int which)
{
    sqlite3_stmt *statement = index->statements[which];
    int rc = sqlite3_step(statement);
    if (rc == SQLITE_DONE) {
        sqlite3_reset(statement);
        return GW_OK;
    }
    rc = fail(index, rc, sql[which]);
    sqlite3_reset(statement);
    return rc;
}

// ---- life

// Contentless: the text itself stays in the log.
static int create(struct gw_index *index, const struct gw_store_identity *identity)
{
    char text[512];
    snprintf(text, sizeof text,
             "BEGIN; CREATE TABLE state (store_id TEXT, generation INTEGER, last INTEGER);"
             "INSERT INTO state VALUES ('%s', %" PRIu64 ", 0);"
             "CREATE VIRTUAL TABLE words USING fts5(title, body, content='', tokenize='" GW_FTS_TOKENIZER "');"
             "PRAGMA user_version = %d; COMMIT",
             identity->store_id, identity->generation, FORMAT);
    return exec(index, text);
}

static int matches(struct gw_index *index, const struct gw_store_identity *identity)
{
    sqlite3_stmt *statement = NULL;
    char text[160];
    snprintf(text, sizeof text,
             "SELECT count(*) FROM state, pragma_user_version WHERE store_id = '%s' AND generation = %" PRIu64
             " AND user_version = %d",
             identity->store_id, identity->generation, FORMAT);
    int rc = sqlite3_prepare_v2(index->db, text, -1, &statement, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(statement);
    bool ours = rc == SQLITE_ROW && sqlite3_column_int(statement, 0) == 1;
    sqlite3_finalize(statement);
    return ours ? GW_OK : gw_fail(GW_ENOTFOUND, "search index: none for this store");
}

static int open_db(const char *path, int flags, struct gw_index *index)
{
    int rc = gw_sqlite_open_path(path, flags | SQLITE_OPEN_NOMUTEX, &index->db);
    if (rc != SQLITE_OK)
        return fail(index, rc, path);
    sqlite3_busy_timeout(index->db, BUSY_MS);
    return gw_fts_tokenizer_add(index->db);
}

static int open_once(const char *path, const struct gw_store_identity *identity, bool read_only,
                     struct gw_index **ret_index)
{
    struct gw_index *index = calloc(1, sizeof *index);
    gw_assert(index);
    bool fresh = !gw_fs_exists(path);
    int rc = fresh && read_only ? gw_fail(GW_ENOTFOUND, "search index: none yet") : GW_OK;
    if (rc == GW_OK)
        rc = open_db(path, read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, index);
    // What a power cut takes from it is indexed again: a commit need not wait for the disk.
    if (rc == GW_OK && !read_only)
        rc = exec(index, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32768;"
                         "PRAGMA wal_autocheckpoint = 8192");
    if (rc == GW_OK && fresh)
        rc = create(index, identity);
    if (rc == GW_OK)
        rc = matches(index, identity);
    if (rc != GW_OK) {
        gw_index_close(index);
        return rc;
    }
    *ret_index = index;
    return GW_OK;
}

int gw_index_open(const char *path, const struct gw_store_identity *identity, bool read_only,
                  struct gw_index **ret_index)
{
    int rc = open_once(path, identity, read_only, ret_index);
    if (read_only || (rc != GW_ENOTFOUND && rc != GW_ECORRUPT))
        return rc;
    rc = gw_index_remove(path);
    return rc == GW_OK ? open_once(path, identity, false, ret_index) : rc;
}

struct gw_index *gw_index_close(struct gw_index *index)
{
    if (!index)
        return NULL;
    for (size_t i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(index->statements[i]);
    sqlite3_close(index->db);
    free(index);
    return NULL;
}

int gw_index_remove(const char *path)
{
    static const char *const tails[] = {"", "-wal", "-shm"};
    struct gw_buf name = GW_BUF(64 * 1024);
    int rc = GW_OK;
    for (size_t i = 0; i < GW_COUNT(tails) && rc == GW_OK; i++) {
        gw_buf_reset(&name);
        gw_buf_printf(&name, "%s%s", path, tails[i]);
        rc = gw_fs_remove(gw_buf_str(&name));
    }
    gw_buf_fini(&name);
    return rc;
}

// ---- writing

int gw_index_begin(struct gw_index *index)
{
    return exec(index, "BEGIN");
}

void gw_index_rollback(struct gw_index *index)
{
    if (!sqlite3_get_autocommit(index->db))
        sqlite3_exec(index->db, "ROLLBACK", NULL, NULL, NULL);
}

int gw_index_add(struct gw_index *index, uint64_t seq, const Gw__Event *event)
{
    sqlite3_stmt *add;
    int rc = use(index, ADD, &add);
    if (rc != GW_OK || !event->document)
        return rc;
    sqlite3_bind_int64(add, 1, (int64_t)seq);
    sqlite3_bind_text(add, 2, event->document->title, -1, SQLITE_STATIC);
    sqlite3_bind_text(add, 3, event->document->body, -1, SQLITE_STATIC);
    return run(index, ADD);
}

int gw_index_commit(struct gw_index *index, uint64_t last)
{
    sqlite3_stmt *set = NULL;
    int rc = use(index, SET_LAST, &set);
    if (rc != GW_OK)
        return rc;
    sqlite3_bind_int64(set, 1, (int64_t)last);
    rc = run(index, SET_LAST);
    return rc == GW_OK ? exec(index, "COMMIT") : rc;
}

// ---- reading

int gw_index_last(struct gw_index *index, uint64_t *ret_last)
{
    sqlite3_stmt *last = NULL;
    int rc = use(index, LAST, &last);
    if (rc != GW_OK)
        return rc;
    rc = sqlite3_step(last);
    if (rc == SQLITE_ROW)
        *ret_last = (uint64_t)sqlite3_column_int64(last, 0);
    sqlite3_reset(last);
    return rc == SQLITE_ROW ? GW_OK : fail(index, rc, sql[LAST]);
}

// A string of FTS5: its tokenizer sees what is between the quotes. A form holds no quote that is part of a token.
static void put_run(struct gw_buf *out, const struct gw_token *tokens, size_t count)
{
    const struct gw_token *last = &tokens[count - 1];
    gw_buf_putc(out, '"');
    gw_buf_add(out, tokens->text.at, (size_t)(last->text.at + last->text.bytes - tokens->text.at));
    gw_buf_puts(out, count == 1 && tokens->unspaced ? "\" *" : "\""); // one character: the beginning of its pairs
}

// All runs must be there; that they stand in order is for the matcher to see.
static void put_tokens(struct gw_buf *out, const struct gw_query_node *node)
{
    if (node->kind == GW_QUERY_TITLE)
        gw_buf_puts(out, "title : ");
    gw_buf_putc(out, '(');
    for (size_t i = 0; i < node->token_count;) {
        size_t n = 1;
        while (node->tokens[i].unspaced && i + n < node->token_count && node->tokens[i + n].unspaced &&
               node->tokens[i + n].joined)
            n++;
        if (i)
            gw_buf_puts(out, " AND ");
        put_run(out, node->tokens + i, n);
        i += n;
    }
    gw_buf_putc(out, ')');
}

static bool put_node(struct gw_buf *out, const struct gw_query_node *node, int depth);

// Of "all", the children that the index knows; of "any", only all of them together help.
static bool put_children(struct gw_buf *out, const struct gw_query_node *node, int depth)
{
    bool all = node->kind == GW_QUERY_ALL, any_put = false;
    size_t begin = out->bytes;
    gw_buf_putc(out, '(');
    for (const struct gw_query_node *child = node->children; child; child = child->next) {
        size_t before = out->bytes;
        if (any_put)
            gw_buf_puts(out, all ? " AND " : " OR ");
        if (put_node(out, child, depth + 1)) {
            any_put = true;
            continue;
        }
        gw_buf_truncate(out, before);
        if (!all) {
            any_put = false;
            break;
        }
    }
    gw_buf_putc(out, ')');
    if (!any_put)
        gw_buf_truncate(out, begin);
    return any_put;
}

static bool put_node(struct gw_buf *out, const struct gw_query_node *node, int depth)
{
    switch (node->kind) {
    case GW_QUERY_ALL:
    case GW_QUERY_ANY:
        return depth < EXPRESSION_DEPTH && put_children(out, node, depth);
    case GW_QUERY_TEXT:
    case GW_QUERY_TITLE:
        put_tokens(out, node);
        return node->token_count > 0;
    case GW_QUERY_NOT:
    case GW_QUERY_FIELD:
        return false;
    }
    return false;
}

bool gw_index_expression(const struct gw_query *query, struct gw_buf *out)
{
    return put_node(out, gw_query_root(query), 0) && gw_buf_ok(out);
}

int gw_index_find(struct gw_index *index, const char *expression, uint64_t upto, uint64_t *ret_seqs, size_t max,
                  size_t *ret_count)
{
    sqlite3_stmt *find;
    int rc = use(index, FIND, &find);
    if (rc != GW_OK)
        return rc;
    sqlite3_bind_text(find, 1, expression, -1, SQLITE_STATIC);
    sqlite3_bind_int64(find, 2, upto > INT64_MAX ? INT64_MAX : (int64_t)upto);
    sqlite3_bind_int64(find, 3, (int64_t)max);
    size_t count = 0;
    while ((rc = sqlite3_step(find)) == SQLITE_ROW)
        ret_seqs[count++] = (uint64_t)sqlite3_column_int64(find, 0);
    *ret_count = count;
    if (rc != SQLITE_DONE)
        rc = fail(index, rc, expression);
    else
        rc = GW_OK;
    sqlite3_reset(find);
    return rc;
}
