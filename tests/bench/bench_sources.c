// SPDX-License-Identifier: Apache-2.0
// How fast source files load, what a source takes in memory, and what the matcher and URL identity cost.
//
//     bench_sources [N]      N sources (10,000), once as a file each and once as one list
//
// "At rest" is what the agent keeps of a source that waits for its next poll: definition, list, place in the schedule,
// and host (each source has one of its own here), beside the text of its definition.
#include "agent/leases.h"
#include "agent/targets.h"
#include "base/fs.h"
#include "base/hash.h"
#include "model/compiled.h"
#include "model/query.h"
#include "model/source.h"
#include "model/text.h"
#include "model/url.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ARENA_MAX = 1 << 30, TEXT_MAX = 1 << 26 };

// CPU time: the figures hold on a busy machine too.
static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void fail(const char *what)
{
    fprintf(stderr, "bench_sources: %s: %s\n", what, gw_reason());
    exit(1);
}

// Half of the sources say only where they are, the others also how to read them.
static size_t put_source(struct gw_buf *out, unsigned n, bool item)
{
    const char *in = item ? "  " : "";
    size_t before = out->bytes;
    gw_buf_printf(out, "%sid: city-%05u\n%surl: https://www.city%05u.gov.cn/col/col%u/index.html\n", item ? "- " : "",
                  n, in, n, n);
    if (n % 2)
        gw_buf_printf(out,
                      "%sname: {zh: 某市经济和信息化局, en: Bureau of Economy of City %u}\n%sregion: \"330200\"\n"
                      "%slevel: municipal\n%szone: \"+08:00\"\n"
                      "%slist: {item: \"ul.list li\", title: \"a@title | a\", url: \"a@href\", date: span}\n"
                      "%sarticle: {body: \"#zoom\"}\n%sfetch: {delay: 10s}\n",
                      in, n, in, in, in, in, in, in);
    return out->bytes - before;
}

// Bytes of the texts themselves: what a source takes "beyond its text" is the rest.
static size_t text_bytes(const Gw__Source *source)
{
    struct gw_buf yaml = GW_BUF(TEXT_MAX);
    gw_source_write(source, &yaml);
    size_t bytes = yaml.bytes;
    gw_buf_fini(&yaml);
    return bytes;
}

static void report(const char *what, struct gw_arena *arena, const struct gw_source_set *set, double took)
{
    size_t packed = 0, text = 0;
    for (size_t i = 0; i < set->count; i++) {
        packed += gw__source__get_packed_size(set->sources[i]);
        text += text_bytes(set->sources[i]);
    }
    size_t n = set->count;
    printf("%-28s %6zu sources  %7.3f s  %5zu B each as structs  %4zu B packed  (%zu B of YAML)\n", what, n, took,
           gw_arena_used(arena) / n, packed / n, text / n);
}

static void bench_files(unsigned n)
{
    char dir[] = "/tmp/govwire-bench-XXXXXX", path[128];
    struct gw_buf yaml = GW_BUF(TEXT_MAX), problems = GW_BUF(TEXT_MAX);
    struct gw_source_set set;
    if (!mkdtemp(dir))
        fail(dir);
    snprintf(path, sizeof path, "%s/sources.d", dir);
    if (gw_fs_mkdir(path, 0700))
        fail(path);
    for (unsigned i = 0; i < n; i++) {
        gw_buf_reset(&yaml);
        put_source(&yaml, i, false);
        snprintf(path, sizeof path, "%s/sources.d/%05u.yaml", dir, i);
        FILE *file = fopen(path, "w"); // 10,000 fsyncs are not what is measured
        if (!file || fwrite(yaml.data, 1, yaml.bytes, file) != yaml.bytes || fclose(file) != 0)
            fail(path);
    }
    struct gw_arena *arena = gw_arena_new(ARENA_MAX);
    double start = seconds();
    if (gw_source_load_dir(arena, dir, NULL, &problems, &set) || set.count != n)
        fail(gw_buf_str(&problems));
    report("a file each", arena, &set, seconds() - start);
    gw_arena_free(arena);
    if (gw_fs_remove(dir))
        fail(dir);
    gw_buf_fini(&yaml);
    gw_buf_fini(&problems);
}

static void bench_list(unsigned n)
{
    struct gw_buf yaml = GW_BUF(TEXT_MAX), problems = GW_BUF(TEXT_MAX);
    struct gw_source_set set;
    for (unsigned i = 0; i < n; i++)
        put_source(&yaml, i, true);
    struct gw_arena *arena = gw_arena_new(ARENA_MAX);
    double start = seconds();
    if (gw_source_parse(arena, "all.yaml", yaml.data, yaml.bytes, 0, NULL, &problems, &set) || set.count != n)
        fail(gw_buf_str(&problems));
    report("one list", arena, &set, seconds() - start);
    gw_arena_free(arena);
    gw_buf_fini(&yaml);
    gw_buf_fini(&problems);
}

static size_t heap_bytes(void)
{
    return mallinfo2().uordblks;
}

// Everything an agent keeps of these sources while nothing is due, once each was polled.
static void bench_rest(unsigned n)
{
    struct gw_buf yaml = GW_BUF(TEXT_MAX), problems = GW_BUF(TEXT_MAX);
    struct gw_source_set set;
    for (unsigned i = 0; i < n; i++)
        put_source(&yaml, i, true);
    struct gw_arena *arena = gw_arena_new(ARENA_MAX), *small = gw_arena_new(1 << 20);
    if (gw_source_parse(arena, "all.yaml", yaml.data, yaml.bytes, 0, NULL, &problems, &set) || set.count != n)
        fail(gw_buf_str(&problems));
    struct gw_targets targets;
    struct gw_leases leases;
    struct gw_schedule schedule = {0};
    uint8_t bytes[GW_SHA256_BYTES] = {1};
    gw_targets_init(&targets);
    gw_leases_init(&leases);
    size_t text = 0, before = heap_bytes();
    for (unsigned i = 0; i < n; i++) {
        bool moved;
        Gw__Target def = GW__TARGET__INIT;
        gw_arena_reset(small);
        struct gw_watch *watch = gw_watch_put(&targets, set.sources[i], &moved);
        struct gw_host *host = gw_host_get(&leases, gw_url_host_key(small, set.sources[i]->url));
        host->wanted = true;
        gw_lease_granted(host, 1, 15000, 1);
        gw_lease_filled(host);
        def.url = gw_url_canonical(small, set.sources[i]->url);
        def.source_id = set.sources[i]->id;
        def.purpose = GW__PURPOSE__PURPOSE_LIST;
        def.digest = (ProtobufCBinaryData){.data = bytes, .len = sizeof bytes};
        def.answer = (ProtobufCBinaryData){.data = bytes, .len = 16};
        def.first_seen_ms = def.fetched_ms = def.next_due_ms = 1700000000000;
        def.reads = def.extractor = def.rows_usual = 20;
        if (!gw_targets_put(&targets, &def))
            fail("target");
        gw_schedule_put(&schedule, &watch->list->task, host, 1000 + i);
        text += gw__source__get_packed_size(set.sources[i]);
    }
    size_t each = (heap_bytes() - before) / n;
    printf("%-28s %6u sources  %5zu B each: %zu B packed text, %zu B beside it\n", "at rest in the agent", n, each,
           text / n, each - text / n);
}

// A reader's rules at the first page of a source, and at each further one.
static void bench_rules(unsigned n)
{
    static const char *const texts[] = {"td:nth-child(2) a@title | td:nth-child(2) a", "a@href ~/^\\.\\//",
                                        "span.date | em ~/\\[(.*)\\]/$1/"};
    struct gw_compiled *compiled = gw_compiled_new();
    double took[2];
    for (int round = 0; round < 2; round++) {
        double start = seconds();
        for (unsigned i = 0; i < n; i++)
            for (size_t k = 0; k < GW_COUNT(texts); k++) {
                const struct gw_value *value;
                char text[128];
                snprintf(text, sizeof text, k == 1 ? "%s%u/" : "li.c%2$u %1$s", texts[k], i % 1000);
                if (gw_compiled_value(compiled, text, GW_VALUE_CSS, &value))
                    fail(text);
                if (round == 0)
                    gw_compiled_trim(compiled, 0);
            }
        took[round] = (seconds() - start) / n * 1e6;
    }
    printf("%-28s %6.2f us compiled, %.2f us when kept\n", "three rules of a source", took[0], took[1]);
    gw_compiled_free(compiled);
}

static void bench_urls(unsigned n)
{
    struct gw_arena *arena = gw_arena_new(ARENA_MAX);
    double start = seconds();
    for (unsigned i = 0; i < n; i++) {
        char reference[64];
        snprintf(reference, sizeof reference, "../../art/2024/3/4/art_%u_%u.html?utm_source=x", i, i);
        const char *url = gw_url_resolve(arena, "https://www.example.gov.cn/col/col1/index.html", reference);
        if (!url || !gw_url_canonical(arena, url))
            fail(reference);
        gw_arena_reset(arena);
    }
    printf("%-28s %6.2f us each\n", "resolve and identify a URL", (seconds() - start) / n * 1e6);
    gw_arena_free(arena);
}

static void bench_query(unsigned n)
{
    struct gw_buf body = GW_BUF(TEXT_MAX), form = GW_BUF(TEXT_MAX);
    struct gw_query *query;
    Gw__Event event = GW__EVENT__INIT;
    Gw__Document document = GW__DOCUMENT__INIT;
    while (body.bytes < 4096)
        gw_buf_puts(&body, "为贯彻落实制造业高质量发展的决策部署，现将有关事项通知如下。Policy news, 2024.\n");
    document.title = "关于印发《制造业数字化转型行动方案》的通知";
    document.body = body.data;
    event.document = &document;
    if (gw_query_new("数字经济 OR (\"high quality\" -kind:news) OR 高质量发展战略", &query))
        fail("query");
    double start = seconds();
    for (unsigned i = 0; i < n; i++)
        if (gw_query_match(query, &event))
            fail("matched");
    printf("%-28s %6.2f us each, of a body of 4 KiB\n", "match a query, alone", (seconds() - start) / n * 1e6);
    struct gw_query_subject subject;
    gw_query_subject_init(&subject, &event);
    start = seconds();
    for (unsigned i = 0; i < n; i++)
        if (gw_query_match_subject(query, &subject))
            fail("matched");
    printf("%-28s %6.2f us each, its form at hand\n", "match a query, of many", (seconds() - start) / n * 1e6);
    start = seconds();
    for (unsigned i = 0; i < n; i++) {
        gw_buf_reset(&form);
        gw_text_compare_form((struct gw_span){body.data, body.bytes}, &form);
    }
    printf("%-28s %6.1f MB/s\n", "compare form", (double)body.bytes * n / (seconds() - start) / 1e6);
    gw_query_subject_fini(&subject);
    gw_query_free(query);
    gw_buf_fini(&body);
    gw_buf_fini(&form);
}

int main(int argc, char **argv)
{
    unsigned n = argc > 1 ? (unsigned)atoi(argv[1]) : 10000;
    bench_files(n);
    bench_list(n);
    bench_rest(n);
    bench_rules(n);
    bench_urls(n);
    bench_query(n);
    return 0;
}
