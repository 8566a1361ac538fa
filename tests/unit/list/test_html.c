// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"
#include "list/list.h"
#include "read.h"

#define URL "https://town.example/news/index.html"

static void check_lines(const char *html, const char *expected)
{
    struct reading r = reading_of(html, URL, NULL);
    assert_string_equal(r.lines, expected);
    reading_free(&r);
}

static void test_rows_are_told_from_navigation(void **state)
{
    (void)state;
    struct reading r = reading_of(
        "<div class=nav><ul><li><a href=/>Home</a><li><a href=/news/>News</a><li><a href=/law/>Policies</a></ul></div>"
        "<ul class=list>"
        "<li><a href='a.html' title='A notice whose whole title is long'>A notice whose "
        "wh...</a><span>2024-03-04</span>"
        "<li><a href=' \n b.html?id=1&amp;x=2\t'>Second notice</a><span>2024-03-01</span></ul>"
        "<div class=page><a href=index_1.html>Next page</a></div>"
        "<div class=footer><a href=/map>Site map of the whole town</a> 2020-01-01</div>",
        URL, NULL);
    assert_string_equal(r.lines, "2024-03-04 | A notice whose whole title is long | https://town.example/news/a.html\n"
                                 "2024-03-01 | Second notice | https://town.example/news/b.html?id=1&x=2\n");
    assert_string_equal(r.rows->how, "auto:repeated li");
    assert_int_equal(r.rows->n_next, 1);
    assert_string_equal(r.rows->next[0], "https://town.example/news/index_1.html");
    reading_free(&r);
}

static void test_dates_in_headings_above_the_rows(void **state)
{
    (void)state;
    check_lines("<div><h3>4 March 2024</h3><ul><li><a href=a>The first long announcement</a><li><a href=b>The second "
                "long announcement</a></ul><h3>1 March 2024</h3><ul><li><a href=c>The third long announcement</a></ul>",
                "2024-03-04 | The first long announcement | https://town.example/news/a\n"
                "2024-03-04 | The second long announcement | https://town.example/news/b\n"
                "2024-03-01 | The third long announcement | https://town.example/news/c\n");
}

static void test_dates_beside_flat_rows(void **state)
{
    (void)state;
    check_lines("<div><span>03.14.15</span><h2><a href=a>The first long announcement</a></h2><p>Text of it.</p>"
                "<span>03.12.15</span><h2><a href=b>The second announcement</a></h2><p>More text.</p></div>",
                "2015-03-14 | The first long announcement | https://town.example/news/a\n"
                "2015-03-12 | The second announcement | https://town.example/news/b\n");
    check_lines("<dl><dt><a href=a>The first long announcement</a></dt><dd>14 March 2015</dd>"
                "<dt><a href=b>The second announcement</a></dt><dd>12 March 2015</dd></dl>",
                "2015-03-14 | The first long announcement | https://town.example/news/a\n"
                "2015-03-12 | The second announcement | https://town.example/news/b\n");
}

static void test_missing_years_follow_the_list(void **state)
{
    (void)state;
    check_lines(
        "<ul><li><a href=a>关于开展检查的通知</a><i>01-05</i><li><a href=b>关于公布名单的公告</a><i>12-30</i>"
        "<li><a href=c>关于征求意见的函</a><i>2022-12-28</i><li><a href=d>关于召开会议的通知</a><i>11-03</i></ul>",
        "2023-01-05 | 关于开展检查的通知 | https://town.example/news/a\n"
        "2022-12-30 | 关于公布名单的公告 | https://town.example/news/b\n"
        "2022-12-28 | 关于征求意见的函 | https://town.example/news/c\n"
        "2022-11-03 | 关于召开会议的通知 | https://town.example/news/d\n");
}

static void test_day_and_month_by_the_whole_list(void **state)
{
    (void)state;
    check_lines(
        "<table><tr><td><a href=a>Decision on the water works</a><td>03/04/2024<tr><td><a href=b>Decision on the "
        "school</a><td>25/03/2024</table>",
        "2024-04-03 | Decision on the water works | https://town.example/news/a\n"
        "2024-03-25 | Decision on the school | https://town.example/news/b\n");
}

static void test_cards_and_second_links(void **state)
{
    (void)state;
    check_lines(
        "<div class=row><a href=a><h3>New bridge opens</h3><p>Long text about it</p><span>4 May 2024</span></a></div>"
        "<div class=row><a href=b><h3>Old bridge closes</h3><p>Long text about that</p><span>3 May "
        "2024</span></a></div>",
        "2024-05-04 | New bridge opens | https://town.example/news/a\n"
        "2024-05-03 | Old bridge closes | https://town.example/news/b\n");
    check_lines("<ul><li><a href=/c/1>[通知]</a><a href=a>关于开展检查的通知</a>2024-03-05"
                "<li><a href=/c/2>[公告]</a><a href=b>关于公布名单的公告</a>2024-03-04"
                "<li><a href=/c/1>[通知]</a><a href=c>关于召开会议的通知</a>2024-03-03</ul>",
                "2024-03-05 | 关于开展检查的通知 | https://town.example/news/a\n"
                "2024-03-04 | 关于公布名单的公告 | https://town.example/news/b\n"
                "2024-03-03 | 关于召开会议的通知 | https://town.example/news/c\n");
}

static void test_a_page_without_a_list_is_empty_and_says_so(void **state)
{
    (void)state;
    struct reading r = reading_of("<ul><li><a href=/>Home</a><li><a href=/news>News</a><li><a href=/x>Contact</a></ul>"
                                  "<script>var t=\"<a href='{{url}}'>{{title}}</a>\"</script>",
                                  URL, NULL);
    assert_string_equal(r.lines, "");
    assert_non_null(strstr(r.rows->warning, "script"));
    reading_free(&r);
}

static void test_selectors_of_the_source(void **state)
{
    (void)state;
    Gw__ListRule rule = GW__LIST_RULE__INIT;
    rule.item = (char *)"div.r";
    rule.title = (char *)"b | a@title ~/^.(.*)$/$1/";
    rule.url = (char *)"a@data-u";
    rule.date = (char *)"i ~/(\\d+)\\.(\\d+)\\.(\\d+)/$3-$2-$1/";
    rule.next = (char *)"page_{n}.html";
    rule.exclude = (char *)"^Drop";
    struct reading r = reading_of("<div class=r><a data-u=x1 title='-One'>..</a><i>7.5.2024</i></div>"
                                  "<div class=r><b>-Two</b><a data-u=x2>..</a></div>"
                                  "<div class=r><b>-Drop it</b><a data-u=x3>..</a></div>",
                                  URL, &rule);
    assert_string_equal(r.lines, "2024-05-07 | One | https://town.example/news/x1\n"
                                 " | Two | https://town.example/news/x2\n");
    assert_string_equal(r.rows->how, "site");
    assert_string_equal(r.rows->next[0], "https://town.example/news/page_2.html");
    reading_free(&r);
}

static void test_a_bad_rule_is_an_error(void **state)
{
    (void)state;
    struct gw_arena *arena = gw_arena_new(1 << 22);
    Gw__Source source = GW__SOURCE__INIT;
    Gw__ListRule rule = GW__LIST_RULE__INIT;
    Gw__Rows *rows = NULL;
    Gw__Request *then = NULL;
    source.list = &rule;
    rule.title = (char *)"a:hover";
    struct gw_list_input input = {.answer = {.bytes = "<p>x", .length = 4, .url = URL}, .source = &source};
    check_rc(gw_list_read(arena, &input, &rows, &then), GW_EINVAL);
    assert_non_null(strstr(gw_reason(), "list.title: column 2"));
    gw_arena_free(arena);
}

static void test_next_page_of_scripts_and_numbers(void **state)
{
    (void)state;
    static const char *const pages[][2] = {
        {"<script>createPageHTML(10, 0, \"index\", \"html\");</script>", "https://town.example/news/index_1.html"},
        {"<script>createPageHTML('page_div',10,1,'list','shtml',200);</script>",
         "https://town.example/news/list_2.shtml"},
        {"<script>createPageHTML(1, 0, \"index\", \"html\");</script>", NULL},
        {"<div><b>1</b> <a href='?p=2'>2</a> <a href='?p=3'>3</a></div>", "https://town.example/news/index.html?p=2"},
        {"<a href='#'>Next</a>", NULL},
        {"<a href='p2'>下一页 ></a>", "https://town.example/news/p2"},
    };
    for (size_t i = 0; i < GW_COUNT(pages); i++) {
        struct reading r = reading_of(pages[i][0], URL, NULL);
        assert_int_equal(r.rows->n_next, pages[i][1] != NULL);
        if (pages[i][1])
            assert_string_equal(r.rows->next[0], pages[i][1]);
        reading_free(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_are_told_from_navigation),
        cmocka_unit_test(test_dates_in_headings_above_the_rows),
        cmocka_unit_test(test_dates_beside_flat_rows),
        cmocka_unit_test(test_missing_years_follow_the_list),
        cmocka_unit_test(test_day_and_month_by_the_whole_list),
        cmocka_unit_test(test_cards_and_second_links),
        cmocka_unit_test(test_a_page_without_a_list_is_empty_and_says_so),
        cmocka_unit_test(test_selectors_of_the_source),
        cmocka_unit_test(test_a_bad_rule_is_an_error),
        cmocka_unit_test(test_next_page_of_scripts_and_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
