// SPDX-License-Identifier: Apache-2.0
#include "index_parts.h"

#include "base/fs.h"
#include "segment.h"
#include "store/sqlite_path.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FORMAT = 2, // an index of another, or of other terms, is made anew
    USER_VERSION = FORMAT * 1000 + GW_TERMS_FORMAT,
    BUSY_MS = 5000,
    FAN = 8,        // segments that are merged into one
    LEVEL_LAST = 5, // those of FAN^5 events and more are merged no more
    MERGED_MAX = (LEVEL_LAST + 1) * FAN,
    KEYS_MAX = 4 * 1024 * 1024, // of one segment as it is written first
};

static const char *const sql[GW_INDEX_STATEMENTS] = {
    [GW_INDEX_LAST] = "SELECT last FROM state",
    [GW_INDEX_SET_LAST] = "UPDATE state SET last = ?1",
    [GW_INDEX_SEGMENTS] = "SELECT first, last, first_block, last_block FROM segments WHERE first <= ?1 ORDER BY 1 DESC",
    [GW_INDEX_ADD_SEGMENT] = "INSERT INTO segments VALUES (?1, ?2, ?3, ?4)",
    [GW_INDEX_DROP_SEGMENT] = "DELETE FROM segments WHERE first = ?1",
    [GW_INDEX_ADD_BLOCK] = "INSERT INTO blocks VALUES (?1, ?2)",
    [GW_INDEX_DROP_BLOCKS] = "DELETE FROM blocks WHERE number BETWEEN ?1 AND ?2",
    [GW_INDEX_ADD_FENCE] = "INSERT INTO fences VALUES (?1, ?2, ?3)",
    [GW_INDEX_DROP_FENCES] = "DELETE FROM fences WHERE segment = ?1",
    [GW_INDEX_FENCE] =
        "SELECT block FROM fences WHERE segment = ?1 AND term < ?2 ORDER BY term DESC, block DESC LIMIT 1",
    [GW_INDEX_BLOCKS] = "SELECT data FROM blocks WHERE number BETWEEN ?1 AND ?2 ORDER BY number",
};

int gw_index_fail(struct gw_index *index, int sqlite_rc, const char *what)
{
    int code = sqlite_rc & 0xff;
    enum gw_rc rc = code == SQLITE_FULL                                                            ? GW_ENOSPC
                    : code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_CONSTRAINT ? GW_ECORRUPT
                    : code == SQLITE_BUSY || code == SQLITE_LOCKED                                 ? GW_EAGAIN
                    : code == SQLITE_ERROR ? GW_ECORRUPT // a table is missing
                                           : GW_EIO;
    return gw_fail(rc, "search index: %s: %s", what, index->db ? sqlite3_errmsg(index->db) : sqlite3_errstr(sqlite_rc));
}

int gw_index_exec(struct gw_index *index, const char *text)
{
    int rc = sqlite3_exec(index->db, text, NULL, NULL, NULL);
    return rc == SQLITE_OK ? GW_OK : gw_index_fail(index, rc, text);
}

int gw_index_use(struct gw_index *index, enum gw_index_statement which, sqlite3_stmt **ret_statement)
{
    sqlite3_stmt **statement = &index->statements[which];
    if (!*statement) {
        int rc = sqlite3_prepare_v3(index->db, sql[which], -1, SQLITE_PREPARE_PERSISTENT, statement, NULL);
        if (rc != SQLITE_OK)
            return gw_index_fail(index, rc, sql[which]);
    }
    *ret_statement = *statement;
    return GW_OK;
}

// A statement of numbers that gives no rows.
static int run(struct gw_index *index, enum gw_index_statement which, size_t count, const int64_t *numbers)
{
    sqlite3_stmt *statement = NULL;
    int rc = gw_index_use(index, which, &statement);
    if (rc != GW_OK)
        return rc;
    for (size_t i = 0; i < count; i++)
        sqlite3_bind_int64(statement, (int)i + 1, numbers[i]);
    rc = sqlite3_step(statement);
    rc = rc == SQLITE_DONE ? GW_OK : gw_index_fail(index, rc, sql[which]);
    sqlite3_reset(statement);
    return rc;
}
#define RUN(index, which, ...)                                                                                         \
    run(index, which, sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t), (int64_t[]){__VA_ARGS__})

// ---- life

static int create(struct gw_index *index, const struct gw_store_identity *identity)
{
    char text[1024];
    snprintf(text, sizeof text,
             "BEGIN; CREATE TABLE state (store_id TEXT, generation INTEGER, last INTEGER);"
             "INSERT INTO state VALUES ('%s', %" PRIu64 ", 0);"
             "CREATE TABLE segments (first INTEGER PRIMARY KEY, last INTEGER, first_block INTEGER, last_block INTEGER);"
             "CREATE TABLE blocks (number INTEGER PRIMARY KEY, data BLOB);"
             "CREATE TABLE fences (segment INTEGER, term INTEGER, block INTEGER, PRIMARY KEY (segment, term, block)) "
             "WITHOUT ROWID;"
             "PRAGMA user_version = %d; COMMIT",
             identity->store_id, identity->generation, USER_VERSION);
    return gw_index_exec(index, text);
}

static int matches(struct gw_index *index, const struct gw_store_identity *identity)
{
    sqlite3_stmt *statement = NULL;
    char text[160];
    snprintf(text, sizeof text,
             "SELECT count(*) FROM state, pragma_user_version WHERE store_id = '%s' AND generation = %" PRIu64
             " AND user_version = %d",
             identity->store_id, identity->generation, USER_VERSION);
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
        return gw_index_fail(index, rc, path);
    sqlite3_busy_timeout(index->db, BUSY_MS);
    return GW_OK;
}

static int open_once(const char *path, const struct gw_store_identity *identity, bool read_only,
                     struct gw_index **ret_index)
{
    struct gw_index *index = calloc(1, sizeof *index);
    gw_assert(index);
    gw_terms_init(&index->terms);
    bool fresh = !gw_fs_exists(path);
    int rc = fresh && read_only ? gw_fail(GW_ENOTFOUND, "search index: none yet") : GW_OK;
    if (rc == GW_OK)
        rc = open_db(path, read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, index);
    // What a power cut takes from it is indexed again: a commit need not wait for the disk.
    if (rc == GW_OK && !read_only)
        rc = gw_index_exec(index, "PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                                  "PRAGMA secure_delete = OFF; PRAGMA cache_size = -8192;"
                                  "PRAGMA wal_autocheckpoint = 1024; PRAGMA journal_size_limit = 33554432");
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
    for (size_t i = 0; i < GW_INDEX_STATEMENTS; i++)
        sqlite3_finalize(index->statements[i]);
    sqlite3_close(index->db);
    gw_terms_fini(&index->terms);
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

// ---- segments

static void take_segment(sqlite3_stmt *row, struct gw_index_segment *segment)
{
    segment->first = (uint64_t)sqlite3_column_int64(row, 0);
    segment->last = (uint64_t)sqlite3_column_int64(row, 1);
    segment->first_block = sqlite3_column_int64(row, 2);
    segment->last_block = sqlite3_column_int64(row, 3);
}

int gw_index_segment_at(struct gw_index *index, uint64_t upto, struct gw_index_segment *ret_segment)
{
    sqlite3_stmt *segments = NULL;
    int rc = gw_index_use(index, GW_INDEX_SEGMENTS, &segments);
    if (rc != GW_OK)
        return rc;
    sqlite3_bind_int64(segments, 1, upto > INT64_MAX ? INT64_MAX : (int64_t)upto);
    rc = sqlite3_step(segments);
    if (rc == SQLITE_ROW)
        take_segment(segments, ret_segment);
    rc = rc == SQLITE_ROW    ? GW_OK
         : rc == SQLITE_DONE ? gw_fail(GW_ENOTFOUND, "search index: no segment at %" PRIu64, upto)
                             : gw_index_fail(index, rc, sql[GW_INDEX_SEGMENTS]);
    sqlite3_reset(segments);
    return rc;
}

static int drop_segment(struct gw_index *index, const struct gw_index_segment *segment)
{
    int rc = RUN(index, GW_INDEX_DROP_SEGMENT, (int64_t)segment->first);
    if (segment->last_block < segment->first_block)
        return rc;
    if (rc == GW_OK)
        rc = RUN(index, GW_INDEX_DROP_FENCES, segment->first_block);
    return rc == GW_OK ? RUN(index, GW_INDEX_DROP_BLOCKS, segment->first_block, segment->last_block) : rc;
}

// A segment on its way into the file, behind all others.
struct making {
    struct gw_index *index;
    struct gw_index_segment segment;
    struct gw_segment_writer writer;
};

static int add_block(uint64_t term, struct gw_span block, void *arg)
{
    struct making *m = arg;
    sqlite3_stmt *add = NULL;
    int64_t number = ++m->segment.last_block;
    int rc = gw_index_use(m->index, GW_INDEX_ADD_BLOCK, &add);
    if (rc != GW_OK)
        return rc;
    sqlite3_bind_int64(add, 1, number);
    sqlite3_bind_blob(add, 2, block.at, (int)block.bytes, SQLITE_STATIC);
    rc = sqlite3_step(add);
    rc = rc == SQLITE_DONE ? GW_OK : gw_index_fail(m->index, rc, sql[GW_INDEX_ADD_BLOCK]);
    sqlite3_reset(add);
    return rc == GW_OK ? RUN(m->index, GW_INDEX_ADD_FENCE, m->segment.first_block, (int64_t)term, number) : rc;
}

static int begin_segment(struct gw_index *index, uint64_t first, uint64_t last, struct making **ret_making)
{
    struct gw_index_segment newest = {0}; // its blocks are the last ones, for merging begins with the newest
    int rc = gw_index_segment_at(index, INT64_MAX, &newest);
    if (rc != GW_OK && rc != GW_ENOTFOUND)
        return rc;
    struct making *m = malloc(sizeof *m);
    gw_assert(m);
    m->index = index;
    m->segment = (struct gw_index_segment){first, last, newest.last_block + 1, newest.last_block};
    gw_segment_writer_init(&m->writer, add_block, m);
    *ret_making = m;
    return GW_OK;
}

static int end_segment(struct making *m, int rc)
{
    if (rc == GW_OK)
        rc = gw_segment_end(&m->writer);
    if (rc == GW_OK)
        rc = RUN(m->index, GW_INDEX_ADD_SEGMENT, (int64_t)m->segment.first, (int64_t)m->segment.last,
                 m->segment.first_block, m->segment.last_block);
    free(m);
    return rc;
}

// ---- merging

// One of the segments that become one, read entry by entry.
struct merged {
    struct gw_index_segment segment;
    sqlite3_stmt *blocks;
    struct gw_segment_entry entry;
    uint32_t shift; // of its places
    bool over;
};

static int next_block(struct gw_index *index, struct merged *m)
{
    int rc = sqlite3_step(m->blocks);
    if (rc == SQLITE_DONE) {
        m->over = true;
        return GW_OK;
    }
    if (rc != SQLITE_ROW)
        return gw_index_fail(index, rc, sql[GW_INDEX_BLOCKS]);
    struct gw_span block = {sqlite3_column_blob(m->blocks, 0), (size_t)sqlite3_column_bytes(m->blocks, 0)};
    return gw_segment_open(block, &m->entry);
}

static int next_entry(struct gw_index *index, struct merged *m)
{
    int rc;
    while ((rc = gw_segment_next(&m->entry)) == GW_ENOTFOUND) {
        rc = next_block(index, m);
        if (rc != GW_OK || m->over)
            return rc;
    }
    return rc;
}

static int open_merged(struct gw_index *index, struct merged *m, uint64_t first)
{
    int rc = sqlite3_prepare_v2(index->db, sql[GW_INDEX_BLOCKS], -1, &m->blocks, NULL);
    if (rc != SQLITE_OK)
        return gw_index_fail(index, rc, sql[GW_INDEX_BLOCKS]);
    sqlite3_bind_int64(m->blocks, 1, m->segment.first_block);
    sqlite3_bind_int64(m->blocks, 2, m->segment.last_block);
    m->shift = (uint32_t)(m->segment.first - first);
    rc = next_block(index, m);
    return rc == GW_OK && !m->over ? next_entry(index, m) : rc;
}

// All entries of the least term, in order of their places: `all` is oldest first.
static int merge_term(struct gw_index *index, struct merged *all, size_t count, uint64_t term, struct making *into)
{
    int rc = GW_OK;
    for (size_t i = 0; i < count && rc == GW_OK; i++)
        while (rc == GW_OK && !all[i].over && all[i].entry.term == term) {
            uint32_t place = UINT32_MAX;
            while (rc == GW_OK && gw_segment_place(&all[i].entry, &place))
                rc = gw_segment_put(&into->writer, term, place + all[i].shift);
            if (rc == GW_OK)
                rc = next_entry(index, &all[i]);
        }
    return rc;
}

static int merge_all(struct gw_index *index, struct merged *all, size_t count, struct making *into)
{
    int rc = GW_OK;
    while (rc == GW_OK) {
        uint64_t least = UINT64_MAX;
        for (size_t i = 0; i < count; i++)
            if (!all[i].over && all[i].entry.term < least)
                least = all[i].entry.term;
        if (least == UINT64_MAX)
            break;
        rc = merge_term(index, all, count, least, into);
    }
    return rc;
}

static int merge(struct gw_index *index, struct merged *all, size_t count)
{
    struct making *into;
    int rc = begin_segment(index, all[0].segment.first, all[count - 1].segment.last, &into);
    if (rc != GW_OK)
        return rc;
    for (size_t i = 0; i < count && rc == GW_OK; i++)
        rc = open_merged(index, &all[i], all[0].segment.first);
    if (rc == GW_OK)
        rc = merge_all(index, all, count, into);
    for (size_t i = 0; i < count; i++) {
        sqlite3_finalize(all[i].blocks);
        if (rc == GW_OK)
            rc = drop_segment(index, &all[i].segment);
    }
    return end_segment(into, rc);
}

static unsigned level_of(const struct gw_index_segment *segment)
{
    unsigned level = 0;
    for (uint64_t n = segment->last - segment->first + 1; n >= FAN && level < LEVEL_LAST; n /= FAN)
        level++;
    return level;
}

// How many of the newest to make one: all up to a level of which there are enough, so that what is merged is about the
// same size; smaller ones in between go along. 0: nothing to do.
static size_t count_to_merge(const struct gw_index_segment *newest, size_t count)
{
    for (unsigned level = 0; level < LEVEL_LAST; level++) {
        size_t take = 0, alike = 0;
        for (unsigned one; take < count && (one = level_of(&newest[take])) <= level; take++)
            alike += one == level;
        if (alike >= FAN || take == MERGED_MAX)
            return take;
    }
    return 0;
}

// The newest segments that are to become one, oldest first.
static int find_merge(struct gw_index *index, struct merged *all, size_t *ret_count)
{
    struct gw_index_segment newest[MERGED_MAX];
    size_t count = 0;
    sqlite3_stmt *segments = NULL;
    int rc = gw_index_use(index, GW_INDEX_SEGMENTS, &segments);
    if (rc != GW_OK)
        return rc;
    sqlite3_bind_int64(segments, 1, INT64_MAX);
    while (count < MERGED_MAX && (rc = sqlite3_step(segments)) == SQLITE_ROW) {
        take_segment(segments, &newest[count]);
        if (level_of(&newest[count++]) == LEVEL_LAST)
            break;
    }
    sqlite3_reset(segments);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        return gw_index_fail(index, rc, sql[GW_INDEX_SEGMENTS]);
    size_t take = count_to_merge(newest, count);
    for (size_t i = 0; i < take; i++)
        all[i] = (struct merged){.segment = newest[take - 1 - i]};
    *ret_count = take;
    return GW_OK;
}

static int merge_what_can_be(struct gw_index *index)
{
    struct merged *all = malloc(MERGED_MAX * sizeof *all);
    gw_assert(all);
    size_t count = 0;
    int rc;
    do {
        rc = find_merge(index, all, &count);
        if (rc == GW_OK && count)
            rc = merge(index, all, count);
    } while (rc == GW_OK && count);
    free(all);
    return rc;
}

// ---- writing

int gw_index_begin(struct gw_index *index, uint64_t from)
{
    gw_terms_reset(&index->terms);
    index->from = index->next = from;
    return gw_index_exec(index, "BEGIN IMMEDIATE");
}

void gw_index_rollback(struct gw_index *index)
{
    if (!sqlite3_get_autocommit(index->db))
        sqlite3_exec(index->db, "ROLLBACK", NULL, NULL, NULL);
}

// The collected terms as the segment from..last.
static int write_segment(struct gw_index *index, uint64_t last)
{
    struct making *m;
    struct gw_terms *terms = &index->terms;
    int rc = begin_segment(index, index->from, last, &m);
    if (rc != GW_OK)
        return rc;
    gw_terms_sort(terms);
    for (size_t i = 0; i < terms->count && rc == GW_OK; i++)
        rc = gw_segment_put(&m->writer, terms->keys[i] >> GW_TERM_PLACE_BITS,
                            (uint32_t)(terms->keys[i] % GW_TERM_PLACES));
    gw_terms_reset(terms);
    index->from = index->next = last + 1;
    return end_segment(m, rc);
}

int gw_index_add(struct gw_index *index, uint64_t seq, const Gw__Event *event)
{
    gw_assert(seq >= index->next);
    bool full = index->terms.count >= KEYS_MAX || seq - index->from >= GW_TERM_PLACES;
    int rc = full ? write_segment(index, seq - 1) : GW_OK;
    if (rc != GW_OK)
        return rc;
    gw_terms_add(&index->terms, event, (unsigned)(seq - index->from));
    index->next = seq + 1;
    return GW_OK;
}

int gw_index_forget(struct gw_index *index, uint64_t before)
{
    struct gw_index_segment segment;
    int rc = GW_OK;
    while (rc == GW_OK && before > 1) {
        rc = gw_index_segment_at(index, before - 1, &segment);
        if (rc == GW_OK && segment.last < before)
            rc = drop_segment(index, &segment);
        else if (rc == GW_OK)
            before = segment.first;
    }
    return rc == GW_ENOTFOUND ? GW_OK : rc;
}

int gw_index_commit(struct gw_index *index, uint64_t last)
{
    int rc = last >= index->from ? write_segment(index, last) : GW_OK;
    if (rc == GW_OK)
        rc = merge_what_can_be(index);
    if (rc == GW_OK)
        rc = RUN(index, GW_INDEX_SET_LAST, (int64_t)last);
    return rc == GW_OK ? gw_index_exec(index, "COMMIT") : rc;
}

// ---- reading

int gw_index_last(struct gw_index *index, uint64_t *ret_last)
{
    sqlite3_stmt *last = NULL;
    int rc = gw_index_use(index, GW_INDEX_LAST, &last);
    if (rc != GW_OK)
        return rc;
    rc = sqlite3_step(last);
    if (rc == SQLITE_ROW)
        *ret_last = (uint64_t)sqlite3_column_int64(last, 0);
    rc = rc == SQLITE_ROW ? GW_OK : gw_index_fail(index, rc, sql[GW_INDEX_LAST]);
    sqlite3_reset(last);
    return rc;
}
