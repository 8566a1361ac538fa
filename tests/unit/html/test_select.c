// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"
#include "html/dom.h"
#include "html/page.h"
#include "html/select.h"
#include "kit/check.h"

#include <stdio.h>

static struct gw_arena *arena;
static struct gw_page page;

static const char html[] =
    "<div id=top class='a b'><ul class=list lang=en-GB>"
    "<li id=l1 class='row first'><a id=a1 href='/art/1.html' title='One whole'>One</a><span>2024</span></li>"
    "<li id=l2 class=row><a id=a2 href='/art/2.HTML'>Two</a></li>"
    "<li id=l3 class='row last'><b id=b3>Three</b><i id=i3>x</i><i id=i4>y</i></li></ul>"
    "<p id=p1>下一页 <a id=a3 href='?p=2' rel='next nofollow'>下一页</a></p></div><p id=p2></p>";

static int set_up(void **state)
{
    (void)state;
    struct gw_page_input input = {.bytes = html, .length = sizeof html - 1, .url = "https://a.example/"};
    arena = gw_arena_new(16 << 20);
    return gw_page_parse(arena, &input, &page);
}

static int tear_down(void **state)
{
    (void)state;
    arena = gw_arena_free(arena);
    return 0;
}

// The ids of what a selector finds, in order, joined by blanks.
static const char *found(const char *text)
{
    static char ids[256];
    const struct gw_selector *selector;
    struct gw_node_list list;
    check_ok(gw_selector_parse(arena, gw_span_of(text), &selector));
    check_ok(gw_select(selector, arena, page.document, 100, &list));
    ids[0] = '\0';
    for (size_t i = 0; i < list.count; i++) {
        const char *id = gw_dom_attr(list.nodes[i], "id");
        snprintf(ids + strlen(ids), sizeof ids - strlen(ids), "%s%s", i ? " " : "", id ? id : "-");
    }
    return ids;
}

static void test_each_kind_of_test(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"li", "l1 l2 l3"},
        {"LI", "l1 l2 l3"},
        {"#l2", "l2"},
        {".row.last", "l3"},
        {"a[title]", "a1"},
        {"a[href='/art/1.html']", "a1"},
        {"a[href^='/art/']", "a1 a2"},
        {"a[href$='.html']", "a1"},
        {"a[href$='.html' i]", "a1 a2"},
        {"a[href*=rt]", "a1 a2"},
        {"a[rel~=nofollow]", "a3"},
        {"[lang|=en] > #l1", "l1"},
        {"li:nth-child(1)", "l1"},
        {"li:nth-child(odd)", "l1 l3"},
        {"li:nth-child(-n+2)", "l1 l2"},
        {"li:nth-child(n+2)", "l2 l3"},
        {"li:not(.first, .last)", "l2"},
        {"li:has(> a)", "l1 l2"},
        {"li:has(+ .last)", "l2"},
        {"li:has(~ .last)", "l1 l2"},
        {"li:has(a):not(:has(span))", "l2"},
        {"a:contains('下一页')", "a3"},
        {"p:contains(下一页)", "p1"},
        {"b, #p2, b", "b3 p2"},
        {"table", ""},
    };
    for (size_t i = 0; i < GW_COUNT(rows); i++) {
        const char *ids = found(rows[i][0]);
        if (strcmp(ids, rows[i][1]) != 0)
            fail_msg("%s: found '%s', expected '%s'", rows[i][0], ids, rows[i][1]);
    }
}

static void test_combinators(void **state)
{
    (void)state;
    assert_string_equal(found("div a"), "a1 a2 a3");
    assert_string_equal(found("ul > li > a"), "a1 a2");
    assert_string_equal(found("div > a"), "");
    assert_string_equal(found("b + i"), "i3");
    assert_string_equal(found("b ~ i"), "i3 i4");
    assert_string_equal(found("li + li a"), "a2");
    assert_string_equal(found("div.b ul li.row > *"), "a1 - a2 b3 i3 i4");
    assert_string_equal(found("ul ~ p > a"), "a3");
}

static void test_first_and_scope(void **state)
{
    (void)state;
    const struct gw_selector *row, *link, *inside;
    check_ok(gw_selector_parse(arena, GW_SPAN("li"), &row));
    check_ok(gw_selector_parse(arena, GW_SPAN("a"), &link));
    check_ok(gw_selector_parse(arena, GW_SPAN("ul a"), &inside));
    GumboNode *second = NULL;
    struct gw_node_list rows;
    check_ok(gw_select(row, arena, page.document, 2, &rows));
    assert_int_equal(rows.count, 2);
    second = rows.nodes[1];
    assert_string_equal(gw_dom_attr(gw_select_first(link, second), "id"), "a2");
    assert_string_equal(gw_dom_attr(gw_select_first(inside, second), "id"), "a2"); // ancestors above the scope count
    assert_ptr_equal(gw_select_first(row, second), second);                        // itself, when nothing below fits
    assert_null(gw_select_first(inside, gw_dom_find(page.root, GUMBO_TAG_B)));
    assert_true(gw_select_fits(row, second));
}

static void test_values(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"a@title | a", "One whole"},       {"span", "2024"},        {"i | a", "One"}, {"@id", "l1"},
        {"a@href ~/(\\d+)/no $1/", "no 1"}, {"a@href ~/x/y/", NULL}, {"table", NULL},
    };
    const struct gw_selector *first;
    check_ok(gw_selector_parse(arena, GW_SPAN("#l1"), &first));
    GumboNode *row = gw_select_first(first, page.document);
    for (size_t i = 0; i < GW_COUNT(rows); i++) {
        struct gw_value value;
        check_ok(gw_value_parse(arena, rows[i][0], GW_VALUE_CSS, &value));
        const char *text = gw_select_value(&value, arena, row);
        if (!gw_str_eq(text, rows[i][1]))
            fail_msg("%s: '%s', expected '%s'", rows[i][0], text ? text : "none", rows[i][1] ? rows[i][1] : "none");
        gw_value_close(&value);
    }
}

static void test_hostile_work_has_a_ceiling(void **state)
{
    (void)state;
    struct gw_buf deep = GW_BUF(1 << 20);
    for (int i = 0; i < 200; i++)
        gw_buf_puts(&deep, "<div>");
    for (int i = 0; i < 4000; i++)
        gw_buf_puts(&deep, "<b></b>");
    struct gw_arena *own = gw_arena_new(GW_PAGE_ARENA);
    struct gw_page_input input = {.bytes = deep.data, .length = deep.bytes};
    struct gw_page deep_page;
    const struct gw_selector *selector;
    struct gw_node_list list;
    check_ok(gw_page_parse(own, &input, &deep_page));
    check_ok(gw_selector_parse(own, GW_SPAN("div div div div div div div i ~ b"), &selector));
    check_rc(gw_select(selector, own, deep_page.document, 10, &list), GW_ELIMIT);
    gw_buf_fini(&deep);
    gw_arena_free(own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_kind_of_test),
        cmocka_unit_test(test_combinators),
        cmocka_unit_test(test_first_and_scope),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_hostile_work_has_a_ceiling),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
