// SPDX-License-Identifier: Apache-2.0
// The index must never hide what the matcher finds: random documents and queries, searched with and without it.
#include "kit/check.h"

#include "base/fs.h"
#include "search/search.h"
#include "wire/frame.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ARENA_BYTES = 8 << 20 };

struct library {
    char directory[64], path[96];
    struct gw_store *store;
    struct gw_store_identity identity;
    struct gw_index *index;
    struct gw_arena *arena;
    uint64_t last;
};

static int set_up(void **state)
{
    struct library *l = calloc(1, sizeof *l);
    strcpy(l->directory, "/tmp/gw-search-XXXXXX");
    assert_non_null(mkdtemp(l->directory));
    snprintf(l->path, sizeof l->path, "%s/index.db", l->directory);
    check_ok(gw_store_open(&(struct gw_store_options){.backend = "memory"}, &l->store));
    check_ok(gw_store_identify(l->store, &l->identity));
    check_ok(gw_index_open(l->path, &l->identity, false, &l->index));
    l->arena = gw_arena_new(ARENA_BYTES);
    *state = l;
    return 0;
}

static int tear_down(void **state)
{
    struct library *l = *state;
    gw_index_close(l->index);
    gw_store_close(l->store);
    gw_arena_free(l->arena);
    check_ok(gw_fs_remove(l->directory));
    free(l);
    return 0;
}

static void publish_document(struct library *l, Gw__Document *document, const char *source)
{
    Gw__Event event = GW__EVENT__INIT;
    event.stream = GW__STREAM__STREAM_POLICY;
    event.event_id = "id";
    event.type = "published";
    event.stored_ms = 1 + (int64_t)l->last * 3600000;
    event.revision = 1;
    event.document_id = "id";
    event.source_id = (char *)source;
    event.subject = "https://a.example/";
    event.document = document;
    struct gw_buf packed = GW_BUF(1 << 20);
    check_ok(gw_message_pack(&packed, &event));
    struct gw_store_event row = {.stream = GW__STREAM__STREAM_POLICY, .event = {packed.data, packed.bytes}};
    l->last++;
    memcpy(row.id.at, &l->last, sizeof l->last);
    enum gw_store_append outcome;
    check_ok(gw_store_begin(l->store));
    check_ok(gw_store_append(l->store, &row, &outcome));
    check_ok(gw_store_commit(l->store));
    gw_buf_fini(&packed);
}

static void publish(struct library *l, const char *title, const char *body, const char *kind)
{
    Gw__Document document = GW__DOCUMENT__INIT;
    document.title = (char *)title;
    document.body = (char *)body;
    document.kind = (char *)kind;
    publish_document(l, &document, "town");
}

static bool index_one(const struct gw_store_event *row, void *arg)
{
    struct library *l = arg;
    ProtobufCMessage *message;
    gw_arena_reset(l->arena);
    check_ok(gw_message_unpack(&gw__event__descriptor, row->event.at, row->event.bytes, l->arena, &message));
    check_ok(gw_index_add(l->index, row->seq, (const Gw__Event *)message));
    return true;
}

static void index_upto(struct library *l, uint64_t seq)
{
    uint64_t done;
    check_ok(gw_index_last(l->index, &done));
    check_ok(gw_index_begin(l->index));
    check_ok(gw_store_events(l->store, GW__STREAM__STREAM_POLICY, done + 1, seq, false, index_one, l));
    check_ok(gw_index_commit(l->index, seq));
}

struct hits {
    struct gw_buf out;
    size_t count, limit;
};

static bool note(uint64_t seq, const Gw__Event *event, void *arg)
{
    struct hits *hits = arg;
    (void)event;
    gw_buf_printf(&hits->out, "%llu ", (unsigned long long)seq);
    return ++hits->count != hits->limit;
}

// A search goes on without an index that fails, so that is asked for by itself.
static void check_index_answers(struct gw_index *index, const struct gw_query *query)
{
    struct gw_buf expression = GW_BUF(1 << 20);
    uint64_t seq;
    size_t count;
    if (gw_index_expression(query, &expression))
        check_ok(gw_index_find(index, gw_buf_str(&expression), UINT64_MAX, &seq, 1, &count));
    gw_buf_fini(&expression);
}

static char *find(struct library *l, const char *text, struct gw_index *index, size_t limit)
{
    struct gw_query *query;
    check_ok(gw_query_new(text, &query));
    if (index)
        check_index_answers(index, query);
    struct hits hits = {.out = GW_BUF(1 << 20), .limit = limit};
    struct gw_search search = {
        .store = l->store, .index = index, .query = query, .stream = GW__STREAM__STREAM_POLICY, .arena = l->arena};
    check_ok(gw_search_run(&search, note, &hits));
    gw_query_free(query);
    return gw_buf_take(&hits.out);
}

static void check_find(struct library *l, const char *text, const char *expected)
{
    char *found = find(l, text, l->index, 0);
    if (strcmp(found, expected) != 0)
        fail_msg("%s: found %s, expected %s", text, found, expected);
    free(found);
}

static void words_of_any_script_are_found_newest_first(void **state)
{
    struct library *l = *state;
    publish(l, "关于智能制造的通知", "各部门：\n请认真贯彻。", "notice");
    publish(l, "Smart manufacturing", "A plan for 2024, in Ningbo.", "plan");
    publish(l, "製造業", "スマート製造について AI模型", "news");
    index_upto(l, 3);
    check_find(l, "智能", "1 ");
    check_find(l, "制造", "1 ");
    check_find(l, "造", "3 1 ");
    check_find(l, "能制造的", "1 ");
    check_find(l, "ningbo 2024", "2 ");
    check_find(l, "smart", "2 ");
    check_find(l, "Manufacturing OR 通知", "2 1 ");
    check_find(l, "ai模型", "3 ");
    check_find(l, "title:制造", "1 ");
    check_find(l, "title:贯彻", "");
    check_find(l, "贯彻 -智能", "");
    check_find(l, "-智能", "3 2 ");
    check_find(l, "kind:plan", "2 ");
    check_find(l, "nothing", "");
}

static void what_is_not_indexed_yet_is_found_too(void **state)
{
    struct library *l = *state;
    for (int i = 0; i < 10; i++)
        publish(l, "通知", "same text", "notice");
    index_upto(l, 4);
    check_find(l, "通知", "10 9 8 7 6 5 4 3 2 1 ");
    char *some = find(l, "通知", l->index, 7);
    assert_string_equal(some, "10 9 8 7 6 5 4 ");
    free(some);
}

static void more_than_one_page_of_candidates(void **state)
{
    struct library *l = *state;
    for (int i = 0; i < 1000; i++)
        publish(l, i % 2 ? "通知" : "公告", "same text", "notice");
    index_upto(l, 1000);
    char *with = find(l, "通知 text", l->index, 0), *without = find(l, "通知 text", NULL, 0);
    assert_string_equal(with, without);
    assert_true(strlen(with) > 1500);
    free(with);
    free(without);
}

static const char *const pieces[] = {"智", "能", "制",   "造",  "智能", "ai", "AI", "plan", "2024", "3月", "é",
                                     "か", "が", "한국", "ﬁne", "Ｎ",   "-",  "，", " ",    "\n",   "\"",  "x1"};

static void random_text(unsigned *seed, int most, struct gw_buf *out)
{
    gw_buf_reset(out);
    for (int n = rand_r(seed) % most; n >= 0; n--) {
        gw_buf_puts(out, pieces[(size_t)rand_r(seed) % GW_COUNT(pieces)]);
        if (rand_r(seed) % 3 == 0)
            gw_buf_putc(out, ' ');
    }
}

static const char *const conditions[] = {
    "type:published",    "type:revised",
    "source:town",       "source:county",
    "lang:zh",           "region:33",
    "region:3302",       "region:de",
    "region:宁波",       "region:波",
    "issuer:财政",       "issuer:finance",
    "issuer:局",         "level:municipal",
    "topic:energy",      "published:2024",
    "published:>2024",   "published:2023-06..2024-02",
    "stored:1970-01-03", "stored:>=1970-01-04",
    "deadline:2024-05",  "deadline:<2024",
    "amount:>=1000000",  "amount:2.5..30000",
    "amount:<0.9",       "doc_number:〔2024〕",
    "doc_number:7",      "doc_number:工信",
    "cluster:abc",       "kind:plan",
};

// What fields hold.
struct facts {
    Gw__Region region, *regions[1];
    Gw__Body issuer, *issuers[1];
    Gw__Amount amount, *amounts[1];
    Gw__DateFact date, *dates[1];
    char *topics[1];
};

static char *any_of(unsigned *seed, const char *const *texts, size_t count)
{
    return (char *)texts[(size_t)rand_r(seed) % count];
}
#define ANY_OF(seed, ...)                                                                                              \
    any_of(seed, (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void random_facts(unsigned *seed, Gw__Document *document, struct facts *f)
{
    gw__region__init(&f->region);
    gw__body__init(&f->issuer);
    gw__amount__init(&f->amount);
    gw__date_fact__init(&f->date);
    f->region.code = ANY_OF(seed, "330200", "33", "DE-BY", "110000", "");
    f->region.name = ANY_OF(seed, "宁波市", "Bayern", "");
    f->issuer.name = ANY_OF(seed, "宁波市财政局", "Ministry of Finance", "局");
    f->issuer.level = ANY_OF(seed, "municipal", "national", "");
    f->amount.value = ANY_OF(seed, "1000000", "999999.99", "2.5", "0.85", "12345678901234567890", "x");
    f->date.role = ANY_OF(seed, "deadline", "deadline", "event");
    f->date.value = ANY_OF(seed, "2024-05-01", "2023-12-31", "2024", "soon");
    f->topics[0] = ANY_OF(seed, "energy", "health");
    f->regions[0] = &f->region, f->issuers[0] = &f->issuer, f->amounts[0] = &f->amount, f->dates[0] = &f->date;
    document->regions = f->regions, document->issuers = f->issuers;
    document->amounts = f->amounts, document->dates = f->dates, document->topics = f->topics;
    document->n_regions = (size_t)rand_r(seed) % 2, document->n_issuers = (size_t)rand_r(seed) % 2;
    document->n_amounts = (size_t)rand_r(seed) % 2, document->n_dates = (size_t)rand_r(seed) % 2;
    document->n_topics = (size_t)rand_r(seed) % 2;
    document->kind = ANY_OF(seed, "notice", "plan", "");
    document->lang = ANY_OF(seed, "zh", "en");
    document->published = ANY_OF(seed, "2024-01-31T23:30:00+08:00", "2023-06-01", "2024", "2023-06", "", "?");
    document->doc_number = ANY_OF(seed, "工信部联规〔2024〕7号", "GovFin (2023) 12", "7", "");
}

static void random_query(unsigned *seed, int depth, struct gw_buf *out)
{
    for (int terms = 1 + rand_r(seed) % 3; terms > 0; terms--) {
        struct gw_buf words = GW_BUF(1000);
        random_text(seed, 3, &words);
        for (char *at = words.data; *at; at++)
            *at = *at == '"' || *at == '\n' ? ' ' : *at;
        int shape = rand_r(seed) % 9;
        if (shape == 0 && depth < 3) {
            gw_buf_puts(out, rand_r(seed) % 2 ? "-(" : "(");
            random_query(seed, depth + 1, out);
            gw_buf_puts(out, ")");
        } else if (shape == 1) {
            gw_buf_puts(out, rand_r(seed) % 2 ? "kind:notice" : "-kind:notice");
        } else if (shape < 4) {
            gw_buf_puts(out, shape == 2 ? "-" : "");
            gw_buf_puts(out, conditions[(size_t)rand_r(seed) % GW_COUNT(conditions)]);
        } else if (shape == 4) { // one or two characters: what the index knows exactly
            gw_buf_puts(out, rand_r(seed) % 2 ? "-" : "");
            gw_buf_puts(out, rand_r(seed) % 2 ? "title:" : "");
            gw_buf_puts(out, pieces[(size_t)rand_r(seed) % 10]);
        } else {
            gw_buf_printf(out, "%s%s\"%s a\"", shape == 5 ? "-" : "", shape == 6 ? "title:" : "", gw_buf_str(&words));
        }
        gw_buf_puts(out, terms > 1 ? rand_r(seed) % 2 ? " OR " : " " : "");
        gw_buf_fini(&words);
    }
}

static void the_index_hides_nothing(void **state)
{
    struct library *l = *state;
    unsigned seed = (unsigned)time(NULL), first_seed = seed;
    struct gw_buf title = GW_BUF(10000), body = GW_BUF(10000), query = GW_BUF(10000);
    for (int i = 0; i < 400; i++) {
        Gw__Document document = GW__DOCUMENT__INIT;
        struct facts facts;
        random_text(&seed, 6, &title);
        random_text(&seed, 25, &body);
        gw_buf_puts(&body, rand_r(&seed) % 2 ? " a" : "");
        document.title = (char *)gw_buf_str(&title);
        document.body = (char *)gw_buf_str(&body);
        random_facts(&seed, &document, &facts);
        publish_document(l, &document, i % 5 ? "town" : "county");
    }
    for (uint64_t upto = 0; upto < 390;) { // batches of any size, so that segments of any size are merged
        upto += 1 + (uint64_t)rand_r(&seed) % (rand_r(&seed) % 4 ? 3 : 40);
        index_upto(l, upto < 390 ? upto : 390);
    }
    for (int i = 0; i < 300; i++) {
        struct gw_query *compiled;
        gw_buf_reset(&query);
        random_query(&seed, 0, &query);
        if (gw_query_new(gw_buf_str(&query), &compiled) != GW_OK)
            continue;
        gw_query_free(compiled);
        char *with = find(l, gw_buf_str(&query), l->index, 0), *without = find(l, gw_buf_str(&query), NULL, 0);
        if (strcmp(with, without) != 0)
            fail_msg("seed %u: %s\nwith the index: %s\nwithout:        %s", first_seed, gw_buf_str(&query), with,
                     without);
        free(with);
        free(without);
    }
    gw_buf_fini(&title);
    gw_buf_fini(&body);
    gw_buf_fini(&query);
}

static void another_stores_or_a_damaged_index_is_begun_anew(void **state)
{
    struct library *l = *state;
    uint64_t last;
    publish(l, "通知", "", "notice");
    index_upto(l, 1);
    l->index = gw_index_close(l->index);
    check_ok(gw_index_open(l->path, &l->identity, false, &l->index));
    check_ok(gw_index_last(l->index, &last));
    assert_int_equal(last, 1);
    l->index = gw_index_close(l->index);
    l->identity.generation++;
    check_rc(gw_index_open(l->path, &l->identity, true, &l->index), GW_ENOTFOUND);
    check_ok(gw_index_open(l->path, &l->identity, false, &l->index));
    check_ok(gw_index_last(l->index, &last));
    assert_int_equal(last, 0);
    l->index = gw_index_close(l->index);
    check_ok(gw_index_remove(l->path));
    check_ok(gw_fs_write(l->path, "this is no database at all, whatever it is called", 49, 0600));
    check_ok(gw_index_open(l->path, &l->identity, false, &l->index));
    check_ok(gw_index_last(l->index, &last));
    assert_int_equal(last, 0);
    check_find(l, "通知", "1 ");
}

#define IN_LIBRARY(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_LIBRARY(words_of_any_script_are_found_newest_first),
        IN_LIBRARY(what_is_not_indexed_yet_is_found_too),
        IN_LIBRARY(more_than_one_page_of_candidates),
        IN_LIBRARY(the_index_hides_nothing),
        IN_LIBRARY(another_stores_or_a_damaged_index_is_begun_anew),
    };
    return cmocka_run_group_tests_name("search/search", tests, NULL, NULL);
}
