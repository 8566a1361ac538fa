// SPDX-License-Identifier: Apache-2.0
// Search over many events: how fast the index follows the log, and how long a query takes.
//
//   bench_search [--dir DIR] [--events N] [--bytes B] [--rounds R]
//
// Each query is what `govwire event search` does: open the store and the index, find the newest 50. Those whose number
// of matches follows from how the announcements are made are counted to the end first; a wrong count fails the bench.
#include "announcement.h"
#include "base/fs.h"
#include "base/str.h"
#include "figures.h"
#include "search/indexer.h"
#include "search/search.h"
#include "wire/frame.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 1000, LIMIT = 50, ARENA_BYTES = 64 * 1024 * 1024 };

struct settings {
    const char *dir;
    uint64_t events, bytes, rounds;
};

struct place {
    char dir[4096], store[4160], index[4160];
};

static const struct {
    const char *query;
    uint64_t every; // matches are the numbers divisible by it; 0: unknown
} queries[] = {
    {"鸬鹚", 100},
    {"蒹葭", 1000},
    {"貔貅", 10000},
    {"鸬鹚 蒹葭", 1000},
    {"鸬鹚 -蒹葭", 0},
    {"饕餮", 1u << 31},
    {"企业", 0},
    {"港口 物流", 0},
    {"\"审计财政\"", 0},
    {"title:海洋", 0},
    {"subsidy", 0},
    {"manufacturing 气象", 0},
    {"(地震 OR 水利) 住房", 0},
    {"鹚", 100},
    // Hard ones: words that are everywhere, with what is hardly anywhere or nowhere.
    {"工作 kind:funding", 1u << 31},
    {"企业 type:revised", 1u << 31},
    {"工作 issuer:财政局", 1u << 31},
    {"关于 region:3302 deadline:>=2026-12-01", 1u << 31},
    {"关于 published:2025", 1u << 31},
    {"工作 published:2026-01..2026-06", 0},
    {"doc_number:工信部联规〔2021〕207号", 1u << 31},
    {"amount:>=100000000 OR topic:energy", 1u << 31},
    {"-type:published", 1u << 31},
    {"关于 -工作 -企业 -通知", 0},
    {"type:published 蒹葭 lang:zh", 1000},
};

// ---- filling

static int append(struct gw_store *store, struct bench_announcement *a, uint64_t number, size_t bytes)
{
    Gw__Event event = GW__EVENT__INIT;
    struct gw_buf packed = GW_BUF(GW_FRAME_MAX);
    struct gw_store_event row = {.stream = GW__STREAM__STREAM_POLICY, .stored_ms = 1};
    enum gw_store_append outcome;
    bench_announcement_write(a, number, bytes);
    event.stream = row.stream;
    event.type = "published";
    event.source_id = "bench";
    event.document = &a->document;
    event.subject = a->url;
    event.stored_ms = row.stored_ms;
    event.revision = 1;
    memcpy(row.id.at, &number, sizeof number);
    char hex[2 * GW_ID_BYTES + 1];
    gw_hex(row.id.at, GW_ID_BYTES, hex);
    event.event_id = event.document_id = hex;
    int rc = gw_message_pack(&packed, &event);
    row.event = (struct gw_span){packed.data, packed.bytes};
    if (rc == GW_OK)
        rc = gw_store_append(store, &row, &outcome);
    gw_buf_fini(&packed);
    return rc;
}

static int fill(struct gw_store *store, const struct settings *s)
{
    struct bench_announcement a;
    bench_announcement_init(&a);
    int rc = GW_OK;
    for (uint64_t n = 1; n <= s->events && rc == GW_OK;) {
        rc = gw_store_begin(store);
        for (uint64_t i = 0; i < BATCH && n <= s->events && rc == GW_OK; i++)
            rc = append(store, &a, n++, s->bytes);
        if (rc == GW_OK)
            rc = gw_store_commit(store);
    }
    bench_announcement_fini(&a);
    return rc;
}

// ---- indexing

// Of the whole program, which only indexes meanwhile.
static double cpu_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int index_all(struct gw_store *store, const struct place *at, uint64_t events)
{
    struct gw_indexer *indexer;
    double began = bench_now_ms(), began_cpu = cpu_ms();
    int rc = gw_indexer_new(&(struct gw_indexer_options){.path = at->index, .store = store}, &indexer);
    if (rc != GW_OK)
        return rc;
    while (gw_indexer_indexed(indexer) < events)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    double took_ms = bench_now_ms() - began, took_cpu = cpu_ms() - began_cpu;
    gw_indexer_free(indexer);
    struct stat file;
    if (stat(at->index, &file) != 0)
        return gw_fail(GW_EIO, "%s: cannot be read", at->index);
    printf("index_events_per_s=%.0f index_cpu_us_per_event=%.0f index_kb_per_event=%.2f ",
           (double)events / took_ms * 1e3, took_cpu / (double)events * 1e3,
           (double)file.st_size / (double)events / 1e3);
    fflush(stdout);
    return GW_OK;
}

// ---- searching

struct counting {
    uint64_t found, limit;
};

static bool count(uint64_t seq, const Gw__Event *event, void *arg)
{
    (void)seq, (void)event;
    struct counting *c = arg;
    return ++c->found < c->limit;
}

static int search_once(const struct place *at, const char *text, struct gw_arena *arena, struct counting *counting)
{
    struct gw_store *store = NULL;
    struct gw_index *index = NULL;
    struct gw_query *query = NULL;
    struct gw_store_identity identity;
    struct gw_store_options options = {.backend = "sqlite", .path = at->store, .read_only = true};
    int rc = gw_query_new(text, &query);
    if (rc == GW_OK)
        rc = gw_store_open(&options, &store);
    if (rc == GW_OK)
        rc = gw_store_identify(store, &identity);
    if (rc == GW_OK)
        rc = gw_index_open(at->index, &identity, true, &index);
    struct gw_search search = {
        .store = store, .index = index, .query = query, .stream = GW__STREAM__STREAM_POLICY, .arena = arena};
    if (rc == GW_OK)
        rc = gw_search_run(&search, count, counting);
    gw_index_close(index);
    gw_store_close(store);
    gw_query_free(query);
    return rc;
}

static int check_counts(const struct place *at, struct gw_arena *arena, uint64_t events)
{
    for (size_t i = 0; i < GW_COUNT(queries); i++) {
        struct counting all = {.limit = UINT64_MAX};
        if (!queries[i].every)
            continue;
        int rc = search_once(at, queries[i].query, arena, &all);
        if (rc != GW_OK)
            return rc;
        if (all.found != events / queries[i].every)
            return gw_fail(GW_EBUG, "%s: %llu found, there are %llu", queries[i].query, (unsigned long long)all.found,
                           (unsigned long long)(events / queries[i].every));
    }
    return GW_OK;
}

static int time_queries(const struct place *at, struct gw_arena *arena, uint64_t rounds)
{
    struct bench_waits all = {0};
    double worst = 0;
    const char *slowest = "";
    int rc = GW_OK;
    for (uint64_t round = 0; round < rounds; round++)
        for (size_t i = 0; i < GW_COUNT(queries) && rc == GW_OK; i++) {
            struct counting some = {.limit = LIMIT};
            double began = bench_now_ms();
            rc = search_once(at, queries[i].query, arena, &some);
            double took = bench_now_ms() - began;
            bench_waits_add(&all, took);
            if (took > worst) {
                worst = took;
                slowest = queries[i].query;
            }
        }
    printf("queries=%zu p50_ms=%.2f p95_ms=%.2f worst_ms=%.2f slowest=%s\n", all.count, bench_waits_at(&all, 0.5),
           bench_waits_at(&all, 0.95), worst, slowest);
    bench_waits_fini(&all);
    return rc;
}

// ---- all of it

static int bench(const struct settings *s, const struct place *at)
{
    struct gw_store *store = NULL;
    struct gw_arena *arena = gw_arena_new(ARENA_BYTES);
    struct gw_store_options options = {.backend = "sqlite", .path = at->store};
    int rc = gw_store_open(&options, &store);
    if (rc == GW_OK)
        rc = fill(store, s);
    if (rc == GW_OK)
        rc = index_all(store, at, s->events);
    if (rc == GW_OK)
        rc = check_counts(at, arena, s->events);
    if (rc == GW_OK)
        rc = time_queries(at, arena, s->rounds);
    gw_store_close(store);
    gw_arena_free(arena);
    return rc;
}

static bool parse(int argc, char **argv, struct settings *s)
{
    enum { DIR_ = 1, EVENTS, BYTES, ROUNDS };
    static const struct option options[] = {
        {"dir", required_argument, NULL, DIR_},
        {"events", required_argument, NULL, EVENTS},
        {"bytes", required_argument, NULL, BYTES},
        {"rounds", required_argument, NULL, ROUNDS},
        {0},
    };
    uint64_t *numbers[] = {[EVENTS] = &s->events, [BYTES] = &s->bytes, [ROUNDS] = &s->rounds};
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == DIR_)
            s->dir = optarg;
        else if (c == '?' || !gw_parse_u64(gw_span_of(optarg), 100000000, numbers[c]) || !*numbers[c])
            return false;
    }
    return optind == argc;
}

int main(int argc, char **argv)
{
    struct settings s = {.dir = "/tmp", .events = 20000, .bytes = 3800, .rounds = 20};
    struct place at;
    if (!parse(argc, argv, &s)) {
        fprintf(stderr, "usage: bench_search [--dir DIR] [--events N] [--bytes B] [--rounds R]\n");
        return 2;
    }
    snprintf(at.dir, sizeof at.dir, "%s/bench_search.%d", s.dir, (int)getpid());
    snprintf(at.store, sizeof at.store, "%s/store.db", at.dir);
    snprintf(at.index, sizeof at.index, "%s/index.db", at.dir);
    int rc = gw_fs_mkdir(at.dir, 0700);
    if (rc == GW_OK)
        rc = bench(&s, &at);
    if (rc != GW_OK)
        fprintf(stderr, "bench_search: %s\n", gw_reason());
    return rc != GW_OK || gw_fs_remove(at.dir) != GW_OK;
}
