// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "site/faults.h"
#include "site/pages.h"
#include "site/spoil.h"
#include "site/template.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/str.h"

#include <stdlib.h>
#include <zlib.h>

enum { NOON_MS = 1795320000 * 1000ll }; // 2026-11-22T04:00:00Z, noon at the site

static int real_time(void **state)
{
    (void)state;
    gw_clock_set(-1, -1);
    return 0;
}

// ---- articles

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static size_t repeats_among(uint64_t *hashes, size_t n)
{
    size_t repeats = 0;
    qsort(hashes, n, sizeof *hashes, by_value);
    for (size_t i = 1; i < n; i++)
        repeats += hashes[i - 1] == hashes[i];
    return repeats;
}

static void ten_thousand_articles_are_distinct(void **state)
{
    (void)state;
    enum { N = 10000, PARAGRAPHS = 5 };
    uint64_t *titles = calloc(N, sizeof *titles), *paragraphs = calloc(N * PARAGRAPHS, sizeof *paragraphs);
    struct gw_arena *arena = gw_arena_new(1 << 20);
    for (uint32_t i = 0; i < N; i++) {
        gw_arena_reset(arena);
        const struct gw_site_article *a = gw_site_article_generate(arena, 7, GW_SITE_LOAD, i);
        titles[i] = gw_hash64(a->title, strlen(a->title));
        size_t bytes = 0;
        for (int p = 0; p < PARAGRAPHS; p++) {
            bytes += strlen(a->paragraphs[p]);
            paragraphs[i * PARAGRAPHS + p] = gw_hash64(a->paragraphs[p], strlen(a->paragraphs[p]));
            assert_true(gw_utf8_valid(a->paragraphs[p], strlen(a->paragraphs[p]), true));
        }
        assert_in_range(bytes, 400, 4000);
        assert_null(a->paragraphs[PARAGRAPHS]);
    }
    assert_int_equal(repeats_among(titles, N), 0);
    assert_in_range(repeats_among(paragraphs, N * PARAGRAPHS), 0, 10); // a short one may come back by chance
    free(titles);
    free(paragraphs);
    gw_arena_free(arena);
}

static void the_same_seed_says_the_same(void **state)
{
    (void)state;
    struct gw_arena *arena = gw_arena_new(1 << 20);
    const struct gw_site_article *a = gw_site_article_generate(arena, 7, GW_SITE_LOAD, 42);
    const struct gw_site_article *b = gw_site_article_generate(arena, 7, GW_SITE_LOAD, 42);
    const struct gw_site_article *c = gw_site_article_generate(arena, 8, GW_SITE_LOAD, 42);
    assert_string_equal(a->paragraphs[2], b->paragraphs[2]);
    assert_string_not_equal(a->paragraphs[2], c->paragraphs[2]);
    assert_string_not_equal(a->title, c->title);
    gw_arena_free(arena);
}

static void every_second_one_is_english(void **state)
{
    (void)state;
    struct gw_arena *arena = gw_arena_new(1 << 20);
    for (uint32_t i = 0; i < 10; i++) {
        const struct gw_site_article *a = gw_site_article_generate(arena, 1, GW_SITE_LOAD, i);
        assert_int_equal(gw_site_article_is_english(a), i % 2);
        assert_int_equal((unsigned char)a->title[0] < 0x80, i % 2);
    }
    gw_arena_free(arena);
}

// ---- state and pages

struct site {
    struct gw_site_pages pages;
    struct gw_arena *arena;
};

static struct site site_open(struct gw_site_state_options options)
{
    options.now_ms = NOON_MS;
    gw_clock_set(NOON_MS, 1000000);
    return (struct site){{gw_site_state_new(&options), 0}, gw_arena_new(64 << 20)};
}

static void site_close(struct site *site)
{
    gw_site_state_free(site->pages.state);
    gw_arena_free(site->arena);
}

static void age(int64_t ms)
{
    gw_clock_set(NOON_MS + ms, 1000000 + ms);
}

// The page as a string until the next call.
static const char *page(struct site *site, const char *path, int status)
{
    static struct gw_site_answer answer;
    gw_buf_fini(&answer.body);
    gw_arena_reset(site->arena);
    gw_site_page(&site->pages, &(struct gw_site_ask){.path = path}, site->arena, &answer);
    assert_int_equal(answer.status, status);
    return gw_buf_str(&answer.body);
}

static size_t rows_of(const char *html, const char *row)
{
    size_t n = 0;
    for (const char *at = html; (at = strstr(at, row)); at++)
        n++;
    return n;
}

static void articles_appear_at_the_interval_and_on_demand(void **state)
{
    (void)state;
    struct site site = site_open((struct gw_site_state_options){.seed = 1, .interval_ms = 60000});
    assert_null(strstr(page(&site, "/zh/zcwj/", 200), "冬季海上作业"));
    page(&site, "/zh/zcwj/202611/t20261122_1008.html", 404);
    age(59999);
    assert_null(strstr(page(&site, "/zh/zcwj/", 200), "冬季海上作业"));
    age(60000);
    assert_non_null(strstr(page(&site, "/zh/zcwj/", 200), "./202611/t20261122_1008.html"));
    assert_non_null(strstr(page(&site, "/zh/zcwj/202611/t20261122_1008.html", 200), "12:01"));
    assert_null(strstr(page(&site, "/en/news/", 200), "storm warning"));
    gw_site_state_publish(site.pages.state, 1);
    assert_non_null(strstr(page(&site, "/en/news/", 200), "storm warning"));
    gw_site_state_publish(site.pages.state, 40); // more than were written: generated ones follow, and pages
    assert_non_null(strstr(page(&site, "/zh/gzdt/", 200), "index_1.html"));
    size_t rows = rows_of(page(&site, "/zh/gzdt/", 200), "<li><a href=\"./"), all = rows;
    assert_int_equal(rows, 15);
    all += rows_of(page(&site, "/zh/gzdt/index_1.html", 200), "<li><a href=\"./");
    assert_in_range(all, 20, 30);
    page(&site, "/zh/gzdt/index_2.html", 404);
    site_close(&site);
}

static void a_revision_comes_into_force(void **state)
{
    (void)state;
    struct site site = site_open((struct gw_site_state_options){.seed = 1, .change_after_ms = 5000});
    const char *path = "/zh/zcwj/202611/t20261121_1001.html";
    assert_non_null(strstr(page(&site, path, 200), "申报截止日期为2026年12月21日"));
    age(5000);
    assert_null(strstr(page(&site, path, 200), "申报截止日期为"));
    assert_non_null(strstr(page(&site, path, 200), "申报截止日期延长至2027年2月4日"));
    site_close(&site);
}

static void one_page_is_in_gbk(void **state)
{
    (void)state;
    struct site site = site_open((struct gw_site_state_options){.seed = 1});
    const char *html = page(&site, "/zh/gzdt/202611/t20261122_1101.html", 200);
    assert_non_null(strstr(html, "charset=gb2312"));
    assert_non_null(strstr(html, "\xba\xa3\xb2\xfa\xc6\xb7")); // 海产品
    assert_false(gw_utf8_valid(html, strlen(html), true));
    site_close(&site);
}

static void all_load_articles_can_be_on_one_page_or_on_many(void **state)
{
    (void)state;
    struct site site = site_open((struct gw_site_state_options){.seed = 1, .articles = 200, .per_page = 0});
    assert_int_equal(rows_of(page(&site, "/load/", 200), "<li><a href=\"./"), 200);
    site_close(&site);
    site = site_open((struct gw_site_state_options){.seed = 1, .articles = 205, .per_page = 20});
    assert_int_equal(rows_of(page(&site, "/load/index_10.html", 200), "<li><a href=\"./"), 5);
    page(&site, "/load/index_11.html", 404);
    assert_non_null(strstr(page(&site, "/load/202611/t20261122_100001.html", 200), "<h1>"));
    page(&site, "/load/202611/t20261122_100206.html", 404);
    page(&site, "/load/202610/t20261022_100001.html", 404); // one article, one path
    site_close(&site);
}

static void text_is_escaped(void **state)
{
    (void)state;
    struct gw_buf out = GW_BUF(1000);
    const struct gw_site_var vars[] = {{"a", "<&\">"}, {"b", "<b>"}};
    gw_site_fill(&out, "{{a}}|{{&b}}|{{a}}", vars, GW_COUNT(vars));
    assert_string_equal(gw_buf_str(&out), "&lt;&amp;&quot;&gt;|<b>|&lt;&amp;&quot;&gt;");
    gw_buf_fini(&out);
}

// ---- faults

static void faults_are_read_from_their_names(void **state)
{
    (void)state;
    struct gw_site_fault f;
    check_ok(gw_site_fault_parse("slow", &f));
    assert_int_equal(f.kind, GW_SITE_FAULT_SLOW);
    assert_int_equal(f.value, 3000);
    check_ok(gw_site_fault_parse("slow:250ms", &f));
    assert_int_equal(f.value, 250);
    check_ok(gw_site_fault_parse("status:503:30", &f));
    assert_int_equal(f.value, 503);
    assert_int_equal(f.second, 30);
    check_ok(gw_site_fault_parse("huge:2m", &f));
    assert_int_equal(f.value, 2 << 20);
    check_ok(gw_site_fault_parse("charset:windows-1252", &f));
    assert_string_equal(f.text, "windows-1252");
    check_rc(gw_site_fault_parse("", &f), GW_EINVAL);
    check_rc(gw_site_fault_parse("sloow", &f), GW_EINVAL);
    check_rc(gw_site_fault_parse("slow:many", &f), GW_EINVAL);
    check_rc(gw_site_fault_parse("status:503:30:1", &f), GW_EINVAL);
    check_rc(gw_site_fault_parse("close:1", &f), GW_EINVAL);
}

static void the_longest_prefix_rules_as_often_as_said(void **state)
{
    (void)state;
    struct gw_site_faults *faults = gw_site_faults_new();
    check_ok(gw_site_faults_set(faults, "/zh/", "slow", 0));
    check_ok(gw_site_faults_set(faults, "/zh/zcwj/", "close", 2));
    assert_int_equal(gw_site_faults_meet(faults, "/zh/gzdt/").kind, GW_SITE_FAULT_SLOW);
    assert_int_equal(gw_site_faults_meet(faults, "/zh/zcwj/a").kind, GW_SITE_FAULT_CLOSE);
    assert_int_equal(gw_site_faults_meet(faults, "/zh/zcwj/b").kind, GW_SITE_FAULT_CLOSE);
    assert_int_equal(gw_site_faults_meet(faults, "/zh/zcwj/c").kind, GW_SITE_FAULT_SLOW);
    check_ok(gw_site_faults_set(faults, "/zh/", "none", 0));
    assert_int_equal(gw_site_faults_meet(faults, "/zh/gzdt/").kind, GW_SITE_FAULT_NONE);
    gw_site_faults_free(faults);
}

static void a_bomb_is_right_gzip(void **state)
{
    (void)state;
    struct gw_buf bomb = GW_BUF(1 << 20);
    gw_site_gzip_bomb(5 << 20, &bomb);
    assert_true(bomb.bytes < 100000);
    z_stream z = {.next_in = (Bytef *)bomb.data, .avail_in = (uInt)bomb.bytes};
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    static unsigned char out[65536];
    int rc;
    do {
        z.next_out = out;
        z.avail_out = sizeof out;
        rc = inflate(&z, Z_NO_FLUSH);
    } while (rc == Z_OK);
    assert_int_equal(rc, Z_STREAM_END); // which has checked CRC and length
    assert_true(z.total_out >= 5 << 20);
    inflateEnd(&z);
    gw_buf_fini(&bomb);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_thousand_articles_are_distinct),
        cmocka_unit_test(the_same_seed_says_the_same),
        cmocka_unit_test(every_second_one_is_english),
        cmocka_unit_test_teardown(articles_appear_at_the_interval_and_on_demand, real_time),
        cmocka_unit_test_teardown(a_revision_comes_into_force, real_time),
        cmocka_unit_test_teardown(one_page_is_in_gbk, real_time),
        cmocka_unit_test_teardown(all_load_articles_can_be_on_one_page_or_on_many, real_time),
        cmocka_unit_test(text_is_escaped),
        cmocka_unit_test(faults_are_read_from_their_names),
        cmocka_unit_test(the_longest_prefix_rules_as_often_as_said),
        cmocka_unit_test(a_bomb_is_right_gzip),
    };
    return cmocka_run_group_tests_name("site/content", tests, NULL, NULL);
}
