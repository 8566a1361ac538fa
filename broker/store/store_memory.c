// SPDX-License-Identifier: Apache-2.0
// The memory backend: the reference the tests hold SQLite against, and a store for tests that need none on disk.
//
// DESIGN: every kind of row is a table (memory_table.h); the three streams' counters are rows too, so that undoing
// needs no special case. A write transaction holds the lock from begin to its end; readers wait, and so see only what
// is committed.
#include "memory_table.h"
#include "store_ops.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct alias {
    const char *url;
    struct gw_id document;
};
struct baseline {
    struct gw_id document;
    struct gw_span content;
};
struct tail {
    Gw__Stream stream;
    uint64_t first, last;
};
struct identity {
    uint64_t key; // there is one
    uint64_t generation;
};
struct place { // of an event
    struct gw_id id;
    Gw__Stream stream;
    uint64_t seq;
};

static int by_id(const void *a, const void *b)
{
    return memcmp(a, b, GW_ID_BYTES); // rows keyed by an id begin with it
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b); // rows keyed by a string begin with it
}

static int order_u64(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int by_stream(const void *a, const void *b)
{
    return order_u64(((const struct tail *)a)->stream, ((const struct tail *)b)->stream);
}

static int by_id_and_stream(const void *a, const void *b)
{
    int order = memcmp(a, b, GW_ID_BYTES);
    return order ? order : order_u64(((const struct place *)a)->stream, ((const struct place *)b)->stream);
}

static int by_seq(const void *a, const void *b)
{
    const struct gw_store_event *x = a, *y = b;
    int order = order_u64(x->stream, y->stream);
    return order ? order : order_u64(x->seq, y->seq);
}

static int by_number(const void *a, const void *b)
{
    return order_u64(*(const uint64_t *)a, *(const uint64_t *)b);
}

enum table {
    AGENTS,
    LEASES,
    SOURCES,
    TARGETS,
    DOCUMENTS,
    ALIASES,
    BASELINES,
    EVENTS,
    PLACES,
    TAILS,
    RUNS,
    LETTERS,
    CONSUMERS,
    IDENTITY,
    TABLES
};

#define TEXT1(type, a)       .texts = {offsetof(type, a)}, .text_count = 1
#define TEXT2(type, a, b)    .texts = {offsetof(type, a), offsetof(type, b)}, .text_count = 2
#define TEXT3(type, a, b, c) .texts = {offsetof(type, a), offsetof(type, b), offsetof(type, c)}, .text_count = 3
#define SPAN1(type, a)       .spans = {offsetof(type, a)}, .span_count = 1
#define SPAN2(type, a, b)    .spans = {offsetof(type, a), offsetof(type, b)}, .span_count = 2

static const struct gw_row_layout layouts[TABLES] = {
    [AGENTS] = {sizeof(struct gw_store_agent), .compare = by_id, TEXT1(struct gw_store_agent, node)},
    [LEASES] = {sizeof(struct gw_store_lease), .compare = by_text, TEXT1(struct gw_store_lease, host)},
    [SOURCES] = {sizeof(struct gw_store_source), .compare = by_text, TEXT1(struct gw_store_source, id),
                 SPAN2(struct gw_store_source, definition, health)},
    [TARGETS] = {sizeof(struct gw_store_target), .compare = by_text,
                 TEXT3(struct gw_store_target, host, url, source_id), SPAN1(struct gw_store_target, target)},
    [DOCUMENTS] = {sizeof(struct gw_store_document), .compare = by_id, TEXT2(struct gw_store_document, url, source_id)},
    [ALIASES] = {sizeof(struct alias), .compare = by_text, TEXT1(struct alias, url)},
    [BASELINES] = {sizeof(struct baseline), .compare = by_id, SPAN1(struct baseline, content)},
    [EVENTS] = {sizeof(struct gw_store_event), .compare = by_seq, SPAN1(struct gw_store_event, event)},
    [PLACES] = {sizeof(struct place), .compare = by_id_and_stream},
    [TAILS] = {sizeof(struct tail), .compare = by_stream},
    [IDENTITY] = {sizeof(struct identity), .compare = by_number},
    [RUNS] = {sizeof(struct gw_store_run), .compare = by_text, TEXT2(struct gw_store_run, source_id, status)},
    [LETTERS] = {sizeof(struct gw_store_letter), .compare = by_number, TEXT2(struct gw_store_letter, kind, reason),
                 SPAN1(struct gw_store_letter, bytes)},
    [CONSUMERS] = {sizeof(struct gw_store_consumer), .compare = by_text, TEXT2(struct gw_store_consumer, name, filter)},
};

// What all handles of one store share.
struct shared {
    pthread_mutex_t lock;
    size_t handles;
    struct gw_table tables[TABLES];
    struct gw_undo undo;
    size_t mark; // of the savepoint
    size_t max_bytes;
    char store_id[33];
};

struct memory {
    struct gw_store base;
    struct shared *shared;
};

static struct shared *shared_of(struct gw_store *base)
{
    return ((struct memory *)base)->shared;
}

static struct gw_table *table_of(struct gw_store *base, enum table table)
{
    return &shared_of(base)->tables[table];
}

// The writer inside its transaction holds the lock already.
static void enter(struct gw_store *base)
{
    if (base->state == GW_STORE_IDLE)
        pthread_mutex_lock(&shared_of(base)->lock);
}

static void leave(struct gw_store *base)
{
    if (base->state == GW_STORE_IDLE)
        pthread_mutex_unlock(&shared_of(base)->lock);
}

// ---- life

static struct gw_store *new_handle(struct shared *shared, bool reader)
{
    struct memory *handle = calloc(1, sizeof *handle);
    gw_assert(handle);
    *handle = (struct memory){{.ops = &gw_store_memory, .reader = reader}, shared};
    shared->handles++;
    return &handle->base;
}

static int open_store(const struct gw_store_options *options, struct gw_store **ret_store)
{
    if (options->read_only)
        return gw_fail(GW_ENOTFOUND, "store: a memory store begins with its writer");
    struct shared *shared = calloc(1, sizeof *shared);
    gw_assert(shared);
    pthread_mutex_init(&shared->lock, NULL);
    for (size_t i = 0; i < TABLES; i++)
        shared->tables[i].layout = &layouts[i];
    for (Gw__Stream stream = 1; stream < GW_STREAMS; stream++)
        gw_table_put(&shared->tables[TAILS], &shared->undo, &(struct tail){stream, 1, 0});
    gw_table_put(&shared->tables[IDENTITY], &shared->undo, &(struct identity){1, 1});
    gw_undo_forget(&shared->undo);
    shared->max_bytes = options->max_bytes ? options->max_bytes : SIZE_MAX;
    uint8_t id[16];
    gw_random(id, sizeof id);
    gw_hex(id, sizeof id, shared->store_id);
    *ret_store = new_handle(shared, false);
    return GW_OK;
}

static int open_reader(const struct gw_store *store, struct gw_store **ret_reader)
{
    struct shared *shared = ((const struct memory *)store)->shared;
    pthread_mutex_lock(&shared->lock);
    *ret_reader = new_handle(shared, true);
    pthread_mutex_unlock(&shared->lock);
    return GW_OK;
}

static void close_handle(struct gw_store *base)
{
    struct shared *shared = shared_of(base);
    pthread_mutex_lock(&shared->lock);
    bool last = --shared->handles == 0;
    pthread_mutex_unlock(&shared->lock);
    free(base);
    if (!last)
        return;
    for (size_t i = 0; i < TABLES; i++)
        gw_table_fini(&shared->tables[i]);
    gw_undo_fini(&shared->undo);
    pthread_mutex_destroy(&shared->lock);
    free(shared);
}

static int identify(struct gw_store *base, struct gw_store_identity *ret_identity)
{
    enter(base);
    const struct identity *identity = gw_table_get(table_of(base, IDENTITY), &(struct identity){1, 0});
    *ret_identity = (struct gw_store_identity){.generation = identity->generation, .schema = 1};
    memcpy(ret_identity->store_id, shared_of(base)->store_id, sizeof ret_identity->store_id);
    leave(base);
    return GW_OK;
}

// ---- transactions

static int begin(struct gw_store *base)
{
    pthread_mutex_lock(&shared_of(base)->lock);
    return GW_OK;
}

static int commit(struct gw_store *base)
{
    gw_undo_forget(&shared_of(base)->undo);
    pthread_mutex_unlock(&shared_of(base)->lock);
    return GW_OK;
}

static void rollback(struct gw_store *base)
{
    gw_undo_back(&shared_of(base)->undo, 0);
    pthread_mutex_unlock(&shared_of(base)->lock);
}

static int savepoint(struct gw_store *base)
{
    shared_of(base)->mark = shared_of(base)->undo.count;
    return GW_OK;
}

static int release(struct gw_store *base)
{
    (void)base;
    return GW_OK;
}

static int undo(struct gw_store *base)
{
    gw_undo_back(&shared_of(base)->undo, shared_of(base)->mark);
    return GW_OK;
}

// ---- rows

static int get(struct gw_store *base, enum table table, const void *key, struct gw_arena *arena, void *ret_row)
{
    int rc = GW_OK;
    enter(base);
    const void *row = gw_table_get(table_of(base, table), key);
    const void *copy = row && arena ? gw_row_copy(&layouts[table], row, arena) : row;
    if (!row)
        rc = gw_fail(GW_ENOTFOUND, "store: no such row");
    else if (!copy)
        rc = gw_fail(GW_ELIMIT, "store: a row is larger than the arena");
    else
        memcpy(ret_row, copy, layouts[table].bytes);
    leave(base);
    return rc;
}

static int put(struct gw_store *base, enum table table, const void *row)
{
    struct shared *shared = shared_of(base);
    gw_table_put(&shared->tables[table], &shared->undo, row);
    if (shared->undo.row_bytes > shared->max_bytes)
        return gw_fail(GW_ENOSPC, "store: memory: the ceiling is reached");
    return GW_OK;
}

// Every row of a table, in order, to a caller's typed callback.
#define SCAN_ALL(base, table, type, fn, arg)                                                                           \
    do {                                                                                                               \
        enter(base);                                                                                                   \
        const struct gw_table *scanned = table_of(base, table);                                                        \
        for (size_t i = 0; i < scanned->count && (fn)((const type *)scanned->rows[i], arg); i++)                       \
            continue;                                                                                                  \
        leave(base);                                                                                                   \
        return GW_OK;                                                                                                  \
    } while (0)

static int claim(struct gw_store *base, const struct gw_id *incarnation, uint64_t msgno, enum gw_store_claim *ret_claim)
{
    struct gw_store_agent agent = {.incarnation = *incarnation, .node = ""};
    const struct gw_store_agent *known = gw_table_get(table_of(base, AGENTS), &agent);
    if (known)
        agent = *known;
    if (agent.counted && msgno != agent.acked_msgno + 1) {
        *ret_claim = msgno <= agent.acked_msgno ? GW_CLAIM_REPEAT : GW_CLAIM_GAP;
        return GW_OK;
    }
    agent.counted = true;
    agent.acked_msgno = msgno;
    *ret_claim = GW_CLAIM_NEW;
    return put(base, AGENTS, &agent);
}

static int agent_get(struct gw_store *base, struct gw_arena *arena, const struct gw_id *incarnation,
                     struct gw_store_agent *ret_agent)
{
    return get(base, AGENTS, &(struct gw_store_agent){.incarnation = *incarnation}, arena, ret_agent);
}

static int agent_put(struct gw_store *base, const struct gw_store_agent *row)
{
    struct gw_store_agent agent = *row;
    const struct gw_store_agent *known = gw_table_get(table_of(base, AGENTS), row);
    agent.counted = known && known->counted;
    agent.acked_msgno = known ? known->acked_msgno : 0;
    return put(base, AGENTS, &agent);
}

static int lease_get(struct gw_store *base, struct gw_arena *arena, const char *host, struct gw_store_lease *ret_lease)
{
    return get(base, LEASES, &(struct gw_store_lease){.host = host}, arena, ret_lease);
}

static int lease_put(struct gw_store *base, const struct gw_store_lease *row)
{
    return put(base, LEASES, row);
}

static int leases(struct gw_store *base, gw_store_lease_fn *fn, void *arg)
{
    SCAN_ALL(base, LEASES, struct gw_store_lease, fn, arg);
}

static int source_get(struct gw_store *base, struct gw_arena *arena, const char *id, struct gw_store_source *ret_source)
{
    return get(base, SOURCES, &(struct gw_store_source){.id = id}, arena, ret_source);
}

static int source_put(struct gw_store *base, const struct gw_store_source *row)
{
    return put(base, SOURCES, row);
}

static int sources(struct gw_store *base, gw_store_source_fn *fn, void *arg)
{
    SCAN_ALL(base, SOURCES, struct gw_store_source, fn, arg);
}

static int target_get(struct gw_store *base, struct gw_arena *arena, const char *url,
                      struct gw_store_target *ret_target)
{
    return get(base, TARGETS, &(struct gw_store_target){.url = url}, arena, ret_target);
}

static int target_put(struct gw_store *base, const struct gw_store_target *row)
{
    return put(base, TARGETS, row);
}

static int targets(struct gw_store *base, const char *host, const char *after, gw_store_target_fn *fn, void *arg)
{
    enter(base);
    const struct gw_table *table = table_of(base, TARGETS);
    for (size_t i = 0; i < table->count; i++) {
        const struct gw_store_target *target = table->rows[i];
        bool wanted = strcmp(target->host, host) == 0 && (!after || strcmp(target->url, after) > 0);
        if (wanted && !fn(target, arg))
            break;
    }
    leave(base);
    return GW_OK;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int target_hosts(struct gw_store *base, gw_store_host_fn *fn, void *arg)
{
    enter(base);
    const struct gw_table *table = table_of(base, TARGETS);
    const char **hosts = malloc((table->count + 1) * sizeof *hosts);
    gw_assert(hosts);
    for (size_t i = 0; i < table->count; i++)
        hosts[i] = ((const struct gw_store_target *)table->rows[i])->host;
    qsort(hosts, table->count, sizeof *hosts, by_name);
    for (size_t i = 0; i < table->count; i++)
        if ((i == 0 || strcmp(hosts[i - 1], hosts[i]) != 0) && !fn(hosts[i], arg))
            break;
    free(hosts);
    leave(base);
    return GW_OK;
}

static int document_get(struct gw_store *base, struct gw_arena *arena, const struct gw_id *id,
                        struct gw_store_document *ret_document)
{
    return get(base, DOCUMENTS, id, arena, ret_document);
}

static int document_put(struct gw_store *base, const struct gw_store_document *row)
{
    struct gw_store_document document = *row;
    const struct gw_store_document *known = gw_table_get(table_of(base, DOCUMENTS), row);
    if (known) { // where and when it was first seen never changes
        document.url = known->url;
        document.source_id = known->source_id;
        document.first_seen_ms = known->first_seen_ms;
    }
    return put(base, DOCUMENTS, &document);
}

static int alias_get(struct gw_store *base, const char *url, struct gw_id *ret_document)
{
    struct alias alias;
    int rc = get(base, ALIASES, &(struct alias){.url = url}, NULL, &alias);
    if (rc == GW_OK)
        *ret_document = alias.document;
    return rc;
}

static int alias_put(struct gw_store *base, const char *url, const struct gw_id *document)
{
    return put(base, ALIASES, &(struct alias){url, *document});
}

static int baseline_get(struct gw_store *base, struct gw_arena *arena, const struct gw_id *document,
                        struct gw_span *ret_content)
{
    struct baseline baseline;
    int rc = get(base, BASELINES, document, arena, &baseline);
    if (rc == GW_OK)
        *ret_content = baseline.content;
    return rc;
}

static int baseline_put(struct gw_store *base, const struct gw_id *document, struct gw_span content)
{
    return put(base, BASELINES, &(struct baseline){*document, content});
}

// ---- events

static int append(struct gw_store *base, const struct gw_store_event *row, enum gw_store_append *ret_append)
{
    if (gw_table_get(table_of(base, PLACES), &(struct place){row->id, row->stream, 0})) {
        *ret_append = GW_APPEND_REPEAT;
        return GW_OK;
    }
    struct tail tail = *(const struct tail *)gw_table_get(table_of(base, TAILS), &(struct tail){row->stream});
    struct gw_store_event event = *row;
    event.seq = ++tail.last;
    int rc = put(base, TAILS, &tail);
    if (rc == GW_OK)
        rc = put(base, PLACES, &(struct place){row->id, row->stream, event.seq});
    if (rc == GW_OK)
        rc = put(base, EVENTS, &event);
    *ret_append = GW_APPEND_STORED;
    return rc;
}

static int events(struct gw_store *base, Gw__Stream stream, uint64_t from, uint64_t to, bool newest_first,
                  gw_store_event_fn *fn, void *arg)
{
    enter(base);
    const struct gw_table *table = table_of(base, EVENTS);
    size_t first = gw_table_seek(table, &(struct gw_store_event){.stream = stream, .seq = from});
    size_t end = to == UINT64_MAX ? gw_table_seek(table, &(struct gw_store_event){.stream = stream + 1})
                                  : gw_table_seek(table, &(struct gw_store_event){.stream = stream, .seq = to + 1});
    for (size_t n = 0; first + n < end; n++)
        if (!fn(table->rows[newest_first ? end - 1 - n : first + n], arg))
            break;
    leave(base);
    return GW_OK;
}

static int event_get(struct gw_store *base, struct gw_arena *arena, const struct gw_id *id,
                     struct gw_store_event *ret_event)
{
    struct place place;
    int rc = GW_ENOTFOUND;
    for (Gw__Stream stream = 1; stream < GW_STREAMS && rc == GW_ENOTFOUND; stream++)
        rc = get(base, PLACES, &(struct place){*id, stream, 0}, NULL, &place);
    if (rc != GW_OK)
        return rc;
    return get(base, EVENTS, &(struct gw_store_event){.stream = place.stream, .seq = place.seq}, arena, ret_event);
}

static int bounds(struct gw_store *base, Gw__Stream stream, uint64_t *ret_first, uint64_t *ret_last)
{
    struct tail tail;
    int rc = get(base, TAILS, &(struct tail){stream}, NULL, &tail);
    *ret_first = tail.first;
    *ret_last = tail.last;
    return rc;
}

static int trim(struct gw_store *base, Gw__Stream stream, uint64_t before)
{
    struct gw_table *table = table_of(base, EVENTS);
    struct gw_undo *log = &shared_of(base)->undo;
    struct tail tail = *(const struct tail *)gw_table_get(table_of(base, TAILS), &(struct tail){stream, 0, 0});
    size_t at = gw_table_seek(table, &(struct gw_store_event){.stream = stream});
    while (at < table->count) {
        const struct gw_store_event *event = table->rows[at];
        if (event->stream != stream || event->seq >= before)
            break;
        gw_table_remove(table_of(base, PLACES), log, &(struct place){event->id, stream, 0});
        gw_table_remove(table, log, event);
    }
    tail.first = before;
    return put(base, TAILS, &tail);
}

static int renew(struct gw_store *base, uint64_t generation)
{
    const struct gw_table *agents = table_of(base, AGENTS);
    for (size_t i = 0; i < agents->count; i++) {
        struct gw_store_agent agent = *(const struct gw_store_agent *)agents->rows[i];
        agent.counted = false;
        agent.acked_msgno = 0;
        int rc = put(base, AGENTS, &agent);
        if (rc != GW_OK)
            return rc;
    }
    return put(base, IDENTITY, &(struct identity){1, generation});
}

// ---- coverage, letters, consumers

static int run_get(struct gw_store *base, struct gw_arena *arena, const char *source_id, struct gw_store_run *ret_run)
{
    return get(base, RUNS, &(struct gw_store_run){.source_id = source_id}, arena, ret_run);
}

static int run_put(struct gw_store *base, const struct gw_store_run *row)
{
    return put(base, RUNS, row);
}

static int letter_put(struct gw_store *base, const struct gw_store_letter *row)
{
    struct gw_store_letter letter = *row;
    const struct gw_table *table = table_of(base, LETTERS);
    letter.id = table->count ? ((struct gw_store_letter *)table->rows[table->count - 1])->id + 1 : 1;
    return put(base, LETTERS, &letter);
}

static int letters(struct gw_store *base, gw_store_letter_fn *fn, void *arg)
{
    SCAN_ALL(base, LETTERS, struct gw_store_letter, fn, arg);
}

static int letters_trim(struct gw_store *base, const char *kind, uint64_t keep)
{
    struct gw_table *table = table_of(base, LETTERS);
    for (size_t i = table->count; i-- > 0;) {
        const struct gw_store_letter *letter = table->rows[i];
        if (strcmp(letter->kind, kind) != 0)
            continue;
        if (keep > 0)
            keep--;
        else
            gw_table_remove(table, &shared_of(base)->undo, letter);
    }
    return GW_OK;
}

static int consumer_get(struct gw_store *base, struct gw_arena *arena, const char *name,
                        struct gw_store_consumer *ret_consumer)
{
    return get(base, CONSUMERS, &(struct gw_store_consumer){.name = name}, arena, ret_consumer);
}

static int consumer_put(struct gw_store *base, const struct gw_store_consumer *row)
{
    return put(base, CONSUMERS, row);
}

static int consumers(struct gw_store *base, gw_store_consumer_fn *fn, void *arg)
{
    SCAN_ALL(base, CONSUMERS, struct gw_store_consumer, fn, arg);
}

// There is no disk to wait for, or to fail.
static int settle(struct gw_store *base)
{
    (void)base;
    return GW_OK;
}

static void unseal(struct gw_store *base)
{
    (void)base;
}

const struct gw_store_ops gw_store_memory = {
    .name = "memory",
    .open = open_store,
    .reader = open_reader,
    .close = close_handle,
    .identify = identify,
    .begin = begin,
    .commit = commit,
    .secure = commit,
    .seal = commit,
    .settle = settle,
    .unseal = unseal,
    .rollback = rollback,
    .savepoint = savepoint,
    .release = release,
    .undo = undo,
    .claim = claim,
    .agent_get = agent_get,
    .agent_put = agent_put,
    .lease_get = lease_get,
    .lease_put = lease_put,
    .leases = leases,
    .source_get = source_get,
    .source_put = source_put,
    .sources = sources,
    .target_get = target_get,
    .target_put = target_put,
    .targets = targets,
    .target_hosts = target_hosts,
    .document_get = document_get,
    .document_put = document_put,
    .alias_get = alias_get,
    .alias_put = alias_put,
    .baseline_get = baseline_get,
    .baseline_put = baseline_put,
    .append = append,
    .events = events,
    .event_get = event_get,
    .bounds = bounds,
    .trim = trim,
    .run_get = run_get,
    .run_put = run_put,
    .letter_put = letter_put,
    .letters = letters,
    .letters_trim = letters_trim,
    .consumer_get = consumer_get,
    .consumer_put = consumer_put,
    .consumers = consumers,
    .renew = renew,
};
