// SPDX-License-Identifier: Apache-2.0
#include "article/article.h"
#include "kit/check.h"

#include "base/buf.h"

#include <stdio.h>

static struct gw_arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = gw_arena_new(GW_PAGE_ARENA);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    gw_arena_free(arena);
    return 0;
}

// Where a page at `url` with `pager` below its text goes on; "" when it does not.
static const char *next_of(const char *url, const char *pager)
{
    static const char text[] =
        "<p>The Ministry of Water Works said on Monday that it would extend the river restoration programme to twelve "
        "more districts, after an independent review found that the first phase had met nearly all of its targets.</p>";
    struct gw_buf html = GW_BUF(64 * 1024);
    gw_buf_printf(&html, "<title>River works</title><h1>River works</h1><div id=zoom>%s%s</div>%s", text, text, pager);
    gw_arena_reset(arena);
    struct gw_page page;
    Gw__Document *document = NULL;
    const char *reason = NULL;
    assert_int_equal(
        gw_page_parse(
            arena,
            &(struct gw_page_input){
                .bytes = gw_buf_str(&html), .length = html.bytes, .url = url, .lean = true, .budget_ms = 5000},
            &page),
        GW_OK);
    assert_int_equal(gw_article_read(&page, NULL, &document, &reason), GW_OK);
    gw_buf_fini(&html);
    assert_non_null(document);
    return document->next_url;
}

static void a_first_page_goes_on(void **state)
{
    (void)state;
    static const struct {
        const char *url, *pager, *next;
    } cases[] = {
        {"http://e.gov/x/a.html", "1 <a href=a_2.html>2</a> <a href=a_3.html>3</a> <a href=a_2.html>下一页</a>",
         "http://e.gov/x/a_2.html"},
        {"http://e.gov/x/a.html", "<a href=a_1.html>[2]</a> <a href=a_2.html>[3]</a>", "http://e.gov/x/a_1.html"},
        {"http://e.gov/x/a.html", "<a href=a-2.html>Next page »</a>", "http://e.gov/x/a-2.html"},
        {"http://e.gov/x/a", "<a rel=next href=/x/a/2><img src=n.png></a>", "http://e.gov/x/a/2"},
        {"http://e.gov/x/a/", "<a href=/x/a/page/2/>2</a>", "http://e.gov/x/a/page/2/"},
        {"http://e.gov/show.php?id=5", "<a href='?id=5&page=2'>2</a>", "http://e.gov/show.php?id=5&page=2"},
        {"http://e.gov/a/t20240304_123.html", "<script>createPageHTML(3, 0, \"t20240304_123\", \"html\");</script>",
         "http://e.gov/a/t20240304_123_1.html"},
    };
    for (size_t i = 0; i < GW_COUNT(cases); i++)
        assert_string_equal(next_of(cases[i].url, cases[i].pager), cases[i].next);
}

static void every_word_and_parameter_counts(void **state)
{
    (void)state;
    static const char *const words[] = {"下一页", "下页",          "下一頁",    "next page", "Next",
                                        "weiter", "Page suivante", "siguiente", "次へ"};
    static const char *const parameters[] = {"page", "p", "pageNo", "pageindex", "pn"};
    char pager[200], next[200];
    for (size_t i = 0; i < GW_COUNT(words); i++) {
        snprintf(pager, sizeof pager, "<a href=a_3.html>three</a> <a href=a_2.html>%s &gt;</a>", words[i]);
        assert_string_equal(next_of("http://e.gov/a.html", pager), "http://e.gov/a_2.html");
    }
    for (size_t i = 0; i < GW_COUNT(parameters); i++) {
        snprintf(pager, sizeof pager, "<a href='a?%s=2'>2</a>", parameters[i]);
        snprintf(next, sizeof next, "http://e.gov/a?%s=2", parameters[i]);
        assert_string_equal(next_of("http://e.gov/a", pager), next);
    }
}

static void so_does_a_later_one(void **state)
{
    (void)state;
    const char *pager = "<a href=a.html>1</a> 2 <a href=a_3.html>3</a> <a href=a_3.html>下一页</a>";
    assert_string_equal(next_of("http://e.gov/x/a_2.html", pager), "http://e.gov/x/a_3.html");
    assert_string_equal(next_of("http://e.gov/x/a_3.html", pager), ""); // the last one
    assert_string_equal(next_of("http://e.gov/s?id=5&page=2", "<a href='?id=5'>1</a> <a href='?id=5&page=3'>3</a>"),
                        "http://e.gov/s?id=5&page=3");
    assert_string_equal(next_of("http://e.gov/a/t1_1.html", "<script>createPageHTML(3, 1, 't1', 'html')</script>"),
                        "http://e.gov/a/t1_2.html");
    assert_string_equal(next_of("http://e.gov/a/t1_2.html", "<script>createPageHTML(3, 2, 't1', 'html')</script>"), "");
}

static void another_article_is_no_page(void **state)
{
    (void)state;
    assert_string_equal(
        next_of("http://e.gov/n/article-12.html", "<a href=article-13.html>Next</a> <a href=/n/>All</a>"), "");
    assert_string_equal(next_of("http://e.gov/2024/03/post/", "<a rel=next href=/2024/03/other/>Next</a>"), "");
    assert_string_equal(next_of("http://e.gov/a/t20240304_12.html", "<a href=t20240305_13.html>下一篇</a>"), "");
    assert_string_equal(next_of("http://e.gov/x.html", "<div class=comments><a href='?page=2'>Next</a></div>"), "");
    assert_string_equal(next_of("http://e.gov/x.html", "<a href=http://other.example/x_2.html>2</a>"), "");
    assert_string_equal(next_of("http://e.gov/x.html", "<a href=x_7.html>7</a>"), "");
    assert_string_equal(next_of("http://e.gov/x.html", "<a href=x_2.html>A second report</a>"), "");
    assert_string_equal(next_of("http://e.gov/x.html", "<script>// createPageHTML(oops\n</script>"), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_first_page_goes_on),
        cmocka_unit_test(every_word_and_parameter_counts),
        cmocka_unit_test(so_does_a_later_one),
        cmocka_unit_test(another_article_is_no_page),
    };
    return cmocka_run_group_tests_name("article/pager", tests, setup, teardown);
}
