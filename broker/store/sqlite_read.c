// SPDX-License-Identifier: Apache-2.0
// The reading half of the SQLite backend: one function per kind of row turns columns into the row, `get` and scans
// share it.
#include "sqlite.h"

#include <string.h>

// A single row: `read` fills `out` from it. The statement is bound.
static int one(int rc, sqlite3_stmt *statement, struct gw_arena *arena, void (*read)(struct gw_sqlite_row *, void *),
               void *out)
{
    if (rc != GW_OK)
        return rc;
    rc = gw_sqlite_step(statement);
    if (rc == 0)
        return gw_fail(GW_ENOTFOUND, "store: no such row");
    if (rc < 0)
        return rc;
    struct gw_sqlite_row row = {.statement = statement, .arena = arena};
    read(&row, out);
    sqlite3_reset(statement);
    return row.full ? gw_fail(GW_ELIMIT, "store: a row is larger than the arena") : GW_OK;
}

// Every row: `each` reads it and hands it to the caller's function; false stops.
struct scan {
    bool (*each)(struct gw_sqlite_row *row, const struct scan *scan);
    void (*fn)(void); // the caller's, cast back by `each`
    void *arg;
};

static int all(int rc, sqlite3_stmt *statement, const struct scan *scan)
{
    if (rc != GW_OK)
        return rc;
    struct gw_sqlite_row row = {.statement = statement};
    while ((rc = gw_sqlite_step(statement)) == 1)
        if (!scan->each(&row, scan)) {
            sqlite3_reset(statement);
            return GW_OK;
        }
    return rc;
}

#define SCAN(each_fn, callback, argument)                                                                              \
    (&(struct scan){.each = (each_fn), .fn = (void (*)(void))(callback), .arg = (argument)})

// ---- agents

static void read_agent(struct gw_sqlite_row *row, void *out)
{
    struct gw_store_agent *agent = out;
    agent->node = row->arena ? gw_sqlite_text(row, 0) : "";
    agent->counted = sqlite3_column_type(row->statement, 1) != SQLITE_NULL;
    agent->acked_msgno = (uint64_t)gw_sqlite_int(row, 1);
    agent->seen_ms = gw_sqlite_int(row, 2);
}

int gw_sqlite_agent_get(struct gw_store *base, struct gw_arena *arena, const struct gw_id *incarnation,
                        struct gw_store_agent *ret_agent)
{
    sqlite3_stmt *statement = NULL;
    int rc = gw_sqlite_use(gw_sqlite_of(base), ST_AGENT_GET, &statement, "d", incarnation);
    rc = one(rc, statement, arena, read_agent, ret_agent);
    if (rc == GW_OK)
        ret_agent->incarnation = *incarnation;
    return rc;
}

// ---- leases

static void read_lease(struct gw_sqlite_row *row, void *out)
{
    struct gw_store_lease *lease = out;
    lease->host = gw_sqlite_text(row, 0);
    lease->epoch = (uint32_t)gw_sqlite_int(row, 1);
    lease->holder = gw_sqlite_id(row, 2);
}

int gw_sqlite_lease_get(struct gw_store *base, struct gw_arena *arena, const char *host,
                        struct gw_store_lease *ret_lease)
{
    sqlite3_stmt *statement = NULL;
    int rc = gw_sqlite_use(gw_sqlite_of(base), ST_LEASE_GET, &statement, "t", host);
    return one(rc, statement, arena, read_lease, ret_lease);
}

static bool each_lease(struct gw_sqlite_row *row, const struct scan *scan)
{
    struct gw_store_lease lease;
    read_lease(row, &lease);
    return ((gw_store_lease_fn *)scan->fn)(&lease, scan->arg);
}

int gw_sqlite_leases(struct gw_store *base, gw_store_lease_fn *fn, void *arg)
{
    sqlite3_stmt *statement = NULL;
    int rc = gw_sqlite_use(gw_sqlite_of(base), ST_LEASES, &statement, "");
    return all(rc, statement, SCAN(each_lease, fn, arg));
}

// ---- sources

static void read_source(struct gw_sqlite_row *row, void *out)
{
    struct gw_store_source *source = out;
    source->id = gw_sqlite_text(row, 0);
    source->definition = gw_sqlite_span(row, 1);
    source->health = gw_sqlite_span(row, 2);
    source->removed = gw_sqlite_int(row, 3) != 0;
}

int gw_sqlite_source_get(struct gw_store *base, struct gw_arena *arena, const char *id,
                         struct gw_store_source *ret_source)
{
    sqlite3_stmt *statement = NULL;
    int rc = gw_sqlite_use(gw_sqlite_of(base), ST_SOURCE_GET, &statement, "t", id);
    return one(rc, statement, arena, read_source, ret_source);
}

static bool each_source(struct gw_sqlite_row *row, const struct scan *scan)
{
    struct gw_store_source source;
    read_source(row, &source);
    return ((gw_store_source_fn *)scan->fn)(&source, scan->arg);
}

int gw_sqlite_sources(struct gw_store *base, gw_store_source_fn *fn, void *arg)
{
    sqlite3_stmt *statement = NULL;
    int rc = gw_sqlite_use(gw_sqlite_of(base), ST_SOURCES, &statement, "");
    return all(rc, statement, SCAN(each_source, fn, arg));
}

// ---- targets

static void read_target(struct gw_sqlite_row *row, void *out)
{
    struct gw_store_target *target = out;
    target->url = gw_sqlite_text(row, 0);
    target->host = gw_sqlite_text(row, 1);
    target->source_id = gw_sqlite_text(row, 2);
    target->purpose = (uint32_t)gw_sqlite_int(row, 3);
    target->epoch = (uint32_t)gw_sqlite_int(row, 4);
    target->fetched_ms = gw_sqlite_int(row, 5);
    target->target = gw_sqlite_span(row, 6);
}

int gw_sqlite_target_get(struct gw_store *base, struct gw_arena *arena, const char *url,
                         struct gw_store_target *ret_target)
{
    sqlite3_stmt *statement = NULL;
    int rc = gw_sqlite_use(gw_sqlite_of(base), ST_TARGET_GET, &statement, "t", url);
    return one(rc, statement, arena, read_target, ret_target);
}

static bool each_target(struct gw_sqlite_row *row, const struct scan *scan)
{
    struct gw_store_target target;
    read_target(row, &target);
    return ((gw_store_target_fn *)scan->fn)(&target, scan->arg);
}

int gw_sqlite_targets(struct gw_store *base, const char *host, const char *after, gw_store_target_fn *fn, void *arg)
{
    sqlite3_stmt *statement = NULL;
    int rc = gw_sqlite_use(gw_sqlite_of(base), ST_TARGETS, &statement, "tt", host, after ? after : "");
    return all(rc, statement, SCAN(each_target, fn, arg));
}

static bool each_host(struct gw_sqlite_row *row, const struct scan *scan)
{
    return ((gw_store_host_fn *)scan->fn)(gw_sqlite_text(row, 0), scan->arg);
}

int gw_sqlite_target_hosts(struct gw_store *base, gw_store_host_fn *fn, void *arg)
{
    sqlite3_stmt *statement = NULL;
    int rc = gw_sqlite_use(gw_sqlite_of(base), ST_TARGET_HOSTS, &statement, "");
    return all(rc, statement, SCAN(each_host, fn, arg));
}

// ---- documents

static void read_document(struct gw_sqlite_row *row, void *out)
{
    struct gw_store_document *document = out;
    document->url = gw_sqlite_text(row, 0);
    document->source_id = gw_sqlite_text(row, 1);
    document->state = (uint32_t)gw_sqlite_int(row, 2);
    document->revision = (uint32_t)gw_sqlite_int(row, 3);
    document->event_id = gw_sqlite_id(row, 4);
    gw_sqlite_digest(row, 5, document->digest);
    document->extractor = (uint32_t)gw_sqlite_int(row, 6);
    document->epoch = (uint32_t)gw_sqlite_int(row, 7);
    document->fetched_ms = gw_sqlite_int(row, 8);
    document->first_seen_ms = gw_sqlite_int(row, 9);
    document->rebased = gw_sqlite_int(row, 10) != 0;
}

int gw_sqlite_document_get(struct gw_store *base, struct gw_arena *arena, const struct gw_id *id,
                           struct gw_store_document *ret_document)
{
    sqlite3_stmt *statement = NULL;
    int rc = gw_sqlite_use(gw_sqlite_of(base), ST_DOCUMENT_GET, &statement, "d", id);
    rc = one(rc, statement, arena, read_document, ret_document);
    if (rc == GW_OK)
        ret_document->id = *id;
    return rc;
}

static void read_id(struct gw_sqlite_row *row, void *out)
{
    *(struct gw_id *)out = gw_sqlite_id(row, 0);
}

int gw_sqlite_alias_get(struct gw_store *base, const char *url, struct gw_id *ret_document)
{
    sqlite3_stmt *statement = NULL;
    int rc = gw_sqlite_use(gw_sqlite_of(base), ST_ALIAS_GET, &statement, "t", url);
    return one(rc, statement, NULL, read_id, ret_document);
}

static void read_content(struct gw_sqlite_row *row, void *out)
{
    *(struct gw_span *)out = gw_sqlite_span(row, 0);
}

int gw_sqlite_baseline_get(struct gw_store *base, struct gw_arena *arena, const struct gw_id *document,
                           struct gw_span *ret_content)
{
    sqlite3_stmt *statement = NULL;
    int rc = gw_sqlite_use(gw_sqlite_of(base), ST_BASELINE_GET, &statement, "d", document);
    return one(rc, statement, arena, read_content, ret_content);
}

// ---- events

// The bytes lie in the row, or in an event file: then they are read into `store->event`.
static int read_event(struct gw_sqlite *store, struct gw_sqlite_row *row, struct gw_store_event *event)
{
    event->seq = (uint64_t)gw_sqlite_int(row, 0);
    event->id = gw_sqlite_id(row, 1);
    event->previous = gw_sqlite_id(row, 2);
    event->stored_ms = gw_sqlite_int(row, 3);
    struct gw_span digest = gw_sqlite_span(&(struct gw_sqlite_row){.statement = row->statement}, 4);
    event->digest.bytes = digest.bytes <= sizeof event->digest.at ? (uint8_t)digest.bytes : 0;
    memcpy(event->digest.at, digest.at ? digest.at : "", event->digest.bytes);
    uint64_t place = (uint64_t)gw_sqlite_int(row, 6);
    if (!place) {
        event->event = gw_sqlite_span(row, 5);
        return GW_OK;
    }
    int rc = gw_event_files_read(store->files, place, (size_t)gw_sqlite_int(row, 7), &store->event);
    event->event = (struct gw_span){gw_buf_str(&store->event), store->event.bytes};
    return rc;
}

// A file that retention removed went with its rows, as the next reading will show. Any other is lost.
static int why_unread(struct gw_sqlite *store, const struct gw_store_event *event, int rc)
{
    uint64_t first, last;
    if (rc != GW_EAGAIN)
        return rc;
    int found = gw_sqlite_stored_bounds(&store->base, event->stream, &first, &last);
    if (found != GW_OK)
        return found;
    return event->seq < first ? gw_fail(GW_EAGAIN, "store: event %llu was just removed", (unsigned long long)event->seq)
                              : gw_fail(GW_ECORRUPT, "store: %s-events: the file of event %llu is missing", store->path,
                                        (unsigned long long)event->seq);
}

int gw_sqlite_events(struct gw_store *base, Gw__Stream stream, uint64_t from, uint64_t to, bool newest_first,
                     gw_store_event_fn *fn, void *arg)
{
    sqlite3_stmt *statement = NULL;
    int which = (newest_first ? ST_EVENTS_BACK : ST_EVENTS) + (int)stream - 1;
    if (to > INT64_MAX)
        to = INT64_MAX;
    if (from > to)
        return GW_OK;
    struct gw_sqlite *store = gw_sqlite_of(base);
    int rc = gw_sqlite_use(store, which, &statement, "uu", from, to);
    if (rc != GW_OK)
        return rc;
    struct gw_sqlite_row row = {.statement = statement};
    while ((rc = gw_sqlite_step(statement)) == 1) {
        struct gw_store_event event = {.stream = stream};
        rc = read_event(store, &row, &event);
        if (rc != GW_OK || !fn(&event, arg)) {
            sqlite3_reset(statement);
            return why_unread(store, &event, rc);
        }
    }
    return rc;
}

static int find_event(struct gw_sqlite *store, sqlite3_stmt *statement, struct gw_arena *arena,
                      struct gw_store_event *ret_event)
{
    int rc = gw_sqlite_step(statement);
    if (rc != 1)
        return rc == 0 ? GW_ENOTFOUND : rc;
    struct gw_sqlite_row row = {.statement = statement, .arena = arena};
    rc = read_event(store, &row, ret_event);
    if (rc == GW_OK && ret_event->event.at == store->event.data) {
        ret_event->event.at = gw_arena_strndup(arena, ret_event->event.at, ret_event->event.bytes);
        row.full |= !ret_event->event.at;
    }
    sqlite3_reset(statement);
    return rc == GW_OK && row.full ? gw_fail(GW_ELIMIT, "store: a row is larger than the arena") : rc;
}

int gw_sqlite_event_get(struct gw_store *base, struct gw_arena *arena, const struct gw_id *id,
                        struct gw_store_event *ret_event)
{
    struct gw_sqlite *store = gw_sqlite_of(base);
    for (int stream = 1; stream < GW_STREAMS; stream++) {
        sqlite3_stmt *statement = NULL;
        int rc = gw_sqlite_use(store, ST_EVENT_GET + stream - 1, &statement, "d", id);
        ret_event->stream = (Gw__Stream)stream;
        if (rc == GW_OK)
            rc = why_unread(store, ret_event, find_event(store, statement, arena, ret_event));
        if (rc != GW_ENOTFOUND)
            return rc;
    }
    return gw_fail(GW_ENOTFOUND, "store: no such event");
}

static void read_bounds(struct gw_sqlite_row *row, void *out)
{
    uint64_t *bounds = out;
    bounds[0] = (uint64_t)gw_sqlite_int(row, 0);
    bounds[1] = (uint64_t)gw_sqlite_int(row, 1);
}

int gw_sqlite_stored_bounds(struct gw_store *base, Gw__Stream stream, uint64_t *ret_first, uint64_t *ret_last)
{
    sqlite3_stmt *statement = NULL;
    uint64_t bounds[2];
    int rc = gw_sqlite_use(gw_sqlite_of(base), ST_BOUNDS, &statement, "i", (int64_t)stream);
    rc = one(rc, statement, NULL, read_bounds, bounds);
    if (rc != GW_OK)
        return rc == GW_ENOTFOUND ? gw_fail(GW_ECORRUPT, "store: stream %d has no row", (int)stream) : rc;
    *ret_first = bounds[0];
    *ret_last = bounds[1];
    return GW_OK;
}

int gw_sqlite_bounds(struct gw_store *base, Gw__Stream stream, uint64_t *ret_first, uint64_t *ret_last)
{
    int rc = gw_sqlite_stored_bounds(base, stream, ret_first, ret_last);
    if (rc == GW_OK && !base->reader) // it counts in memory until its commit
        *ret_last = gw_sqlite_of(base)->last[stream];
    return rc;
}

// ---- coverage, letters, consumers

static void read_run(struct gw_sqlite_row *row, void *out)
{
    struct gw_store_run *run = out;
    run->source_id = gw_sqlite_text(row, 0);
    run->status = gw_sqlite_text(row, 1);
    run->from_ms = gw_sqlite_int(row, 2);
    run->to_ms = gw_sqlite_int(row, 3);
    run->polls = (uint32_t)gw_sqlite_int(row, 4);
}

int gw_sqlite_run_get(struct gw_store *base, struct gw_arena *arena, const char *source_id,
                      struct gw_store_run *ret_run)
{
    sqlite3_stmt *statement = NULL;
    int rc = gw_sqlite_use(gw_sqlite_of(base), ST_RUN_GET, &statement, "t", source_id);
    return one(rc, statement, arena, read_run, ret_run);
}

static bool each_letter(struct gw_sqlite_row *row, const struct scan *scan)
{
    struct gw_store_letter letter = {
        .id = (uint64_t)gw_sqlite_int(row, 0),
        .kind = gw_sqlite_text(row, 1),
        .incarnation = gw_sqlite_id(row, 2),
        .msgno = (uint64_t)gw_sqlite_int(row, 3),
        .stored_ms = gw_sqlite_int(row, 4),
        .reason = gw_sqlite_text(row, 5),
        .bytes = gw_sqlite_span(row, 6),
    };
    return ((gw_store_letter_fn *)scan->fn)(&letter, scan->arg);
}

int gw_sqlite_letters(struct gw_store *base, gw_store_letter_fn *fn, void *arg)
{
    sqlite3_stmt *statement = NULL;
    int rc = gw_sqlite_use(gw_sqlite_of(base), ST_LETTERS, &statement, "");
    return all(rc, statement, SCAN(each_letter, fn, arg));
}

static void read_consumer(struct gw_sqlite_row *row, void *out)
{
    struct gw_store_consumer *consumer = out;
    consumer->name = gw_sqlite_text(row, 0);
    consumer->stream = (Gw__Stream)gw_sqlite_int(row, 1);
    consumer->filter = gw_sqlite_text(row, 2);
    consumer->seq = (uint64_t)gw_sqlite_int(row, 3);
    consumer->seen_ms = gw_sqlite_int(row, 4);
}

int gw_sqlite_consumer_get(struct gw_store *base, struct gw_arena *arena, const char *name,
                           struct gw_store_consumer *ret_consumer)
{
    sqlite3_stmt *statement = NULL;
    int rc = gw_sqlite_use(gw_sqlite_of(base), ST_CONSUMER_GET, &statement, "t", name);
    return one(rc, statement, arena, read_consumer, ret_consumer);
}

static bool each_consumer(struct gw_sqlite_row *row, const struct scan *scan)
{
    struct gw_store_consumer consumer;
    read_consumer(row, &consumer);
    return ((gw_store_consumer_fn *)scan->fn)(&consumer, scan->arg);
}

int gw_sqlite_consumers(struct gw_store *base, gw_store_consumer_fn *fn, void *arg)
{
    sqlite3_stmt *statement = NULL;
    int rc = gw_sqlite_use(gw_sqlite_of(base), ST_CONSUMERS, &statement, "");
    return all(rc, statement, SCAN(each_consumer, fn, arg));
}
