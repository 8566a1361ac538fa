// SPDX-License-Identifier: Apache-2.0
#include "index.h"

#include "base/fs.h"
#include "fts_tokenizer.h"
#include "store/sqlite_path.h"
#include "words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FORMAT = 3, // user_version; raised when an event would get other words; an index of another is made anew
    BUSY_MS = 5000,
    // FTS5 spends most on merging: so each word is merged once, and again at 256 times as many events (some 550,000).
    MERGE_AT = 256,
    HASH_BYTES = 300000,            // what it gathers before it writes a segment: as much as a core's cache holds
    WORDS_BYTES = 64 * 1024 * 1024, // more than a frame can hold
    EXPRESSION_DEPTH = GW_QUERY_MAX_DEPTH + 2,
};

enum { ADD, LAST, SET_LAST, FIND, STATEMENTS };
static const char *const sql[STATEMENTS] = {
    [ADD] = "INSERT INTO words (rowid, text) VALUES (?1, ?2)",
    [LAST] = "SELECT last FROM state",
    [SET_LAST] = "UPDATE state SET last = ?1",
    [FIND] = "SELECT rowid FROM words WHERE words MATCH ?1 AND rowid <= ?2 ORDER BY rowid DESC LIMIT ?3",
};

struct gw_index {
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENTS];
    struct gw_buf words; // of the event at hand
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
    snprintf(
        text, sizeof text,
        "BEGIN; CREATE TABLE state (store_id TEXT, generation INTEGER, last INTEGER);"
        "INSERT INTO state VALUES ('%s', %" PRIu64 ", 0);"
        "CREATE VIRTUAL TABLE words USING fts5(text, content='', detail=none, columnsize=0, tokenize='" GW_FTS_TOKENIZER
        "');"
        "INSERT INTO words(words, rank) VALUES ('automerge', 0), ('crisismerge', %d), ('hashsize', %d);"
        "PRAGMA user_version = %d; COMMIT",
        identity->store_id, identity->generation, MERGE_AT, HASH_BYTES, FORMAT);
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
    index->words = GW_BUF(WORDS_BYTES);
    bool fresh = !gw_fs_exists(path);
    int rc = fresh && read_only ? gw_fail(GW_ENOTFOUND, "search index: none yet") : GW_OK;
    if (rc == GW_OK)
        rc = open_db(path, read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, index);
    // What a power cut takes from it is indexed again: a commit need not wait for the disk.
    if (rc == GW_OK && !read_only)
        rc = exec(index, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = OFF; PRAGMA "
                         "cache_size = -32768;"
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
    gw_buf_fini(&index->words);
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
    if (rc != GW_OK)
        return rc;
    gw_buf_reset(&index->words);
    gw_words_put(event, &index->words);
    if (!gw_buf_ok(&index->words))
        return gw_fail(GW_ELIMIT, "search index: event %" PRIu64 " has too many words", seq);
    sqlite3_bind_int64(add, 1, (int64_t)seq);
    sqlite3_bind_text(add, 2, gw_buf_str(&index->words), (int)index->words.bytes, SQLITE_STATIC);
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

static enum gw_answer put_node(struct gw_buf *out, const struct gw_query_node *node, int depth);

// Of the children of "all" those that are negated, or those that are not: what they expect, joined by `word`, where it
// is said at least as well as `least`. How many; *ret_less counts those that do not say exactly who matches.
static size_t put_some(struct gw_buf *out, const struct gw_query_node *all, bool negated, enum gw_answer least,
                       int depth, size_t *ret_less)
{
    size_t put = 0;
    for (const struct gw_query_node *child = all->children; child; child = child->next) {
        if ((child->kind == GW_QUERY_NOT) != negated)
            continue;
        size_t before = out->bytes;
        gw_buf_puts(out, put ? negated ? " OR " : " AND " : "");
        enum gw_answer answer = put_node(out, negated ? child->children : child, depth + 1);
        *ret_less += answer != GW_ANSWER_EXACT;
        if (answer >= least)
            put++;
        else
            gw_buf_truncate(out, before);
    }
    return put;
}

// "a b -c": who has what is wanted, without those of whom it is known exactly that they have what is not.
static enum gw_answer put_all(struct gw_buf *out, const struct gw_query_node *node, int depth)
{
    size_t less = 0;
    gw_buf_puts(out, "((");
    size_t wanted = put_some(out, node, false, GW_ANSWER_MAYBE, depth, &less);
    if (!wanted)
        gw_words_expect_any(out);
    size_t middle = out->bytes;
    gw_buf_puts(out, ") NOT (");
    size_t unwanted = put_some(out, node, true, GW_ANSWER_EXACT, depth, &less);
    if (!unwanted)
        gw_buf_truncate(out, middle);
    gw_buf_puts(out, "))");
    if (!wanted && !unwanted)
        return GW_ANSWER_NONE;
    return less ? GW_ANSWER_MAYBE : GW_ANSWER_EXACT;
}

// Only all of them together help.
static enum gw_answer put_any(struct gw_buf *out, const struct gw_query_node *node, int depth)
{
    enum gw_answer least = GW_ANSWER_EXACT;
    gw_buf_putc(out, '(');
    for (const struct gw_query_node *child = node->children; child && least; child = child->next) {
        gw_buf_puts(out, child == node->children ? "" : " OR ");
        enum gw_answer answer = put_node(out, child, depth + 1);
        least = answer < least ? answer : least;
    }
    gw_buf_putc(out, ')');
    return least;
}

static enum gw_answer put_not(struct gw_buf *out, const struct gw_query_node *node, int depth)
{
    gw_buf_putc(out, '(');
    gw_words_expect_any(out);
    gw_buf_puts(out, " NOT ");
    enum gw_answer answer = put_node(out, node->children, depth + 1);
    gw_buf_putc(out, ')');
    return answer == GW_ANSWER_EXACT ? answer : GW_ANSWER_NONE;
}

// What is appended where nothing is said is for the caller to take back.
static enum gw_answer put_node(struct gw_buf *out, const struct gw_query_node *node, int depth)
{
    if (depth >= EXPRESSION_DEPTH)
        return GW_ANSWER_NONE;
    switch (node->kind) {
    case GW_QUERY_ALL:
        return put_all(out, node, depth);
    case GW_QUERY_ANY:
        return put_any(out, node, depth);
    case GW_QUERY_NOT:
        return put_not(out, node, depth);
    case GW_QUERY_TEXT:
    case GW_QUERY_TITLE:
    case GW_QUERY_FIELD:
        return gw_words_expect(node, out);
    }
    return GW_ANSWER_NONE;
}

bool gw_index_expression(const struct gw_query *query, struct gw_buf *out)
{
    return put_node(out, gw_query_root(query), 0) != GW_ANSWER_NONE && gw_buf_ok(out);
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
