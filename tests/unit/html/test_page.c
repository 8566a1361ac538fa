// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "base/buf.h"
#include "base/clock.h"
#include "html/dom.h"
#include "html/page.h"

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
    arena = gw_arena_free(arena);
    return 0;
}

static struct gw_page read_page(const char *html, const char *type)
{
    struct gw_page_input input = {
        .bytes = html, .length = strlen(html), .url = "http://a.example/d/", .content_type = type};
    struct gw_page page;
    gw_arena_reset(arena);
    check_ok(gw_page_parse(arena, &input, &page));
    return page;
}

static void a_page_becomes_a_tree(void **state)
{
    (void)state;
    struct gw_page page = read_page(
        "\xEF\xBB\xBF<!doctype html><base href='/x/'><body class='a Big'><p>One<br>two<td>three<my-tag>", NULL);
    assert_string_equal(page.base_url, "http://a.example/x/");
    assert_non_null(page.body);
    assert_true(gw_dom_attr_has_word(page.body, "CLASS", "big"));
    assert_false(gw_dom_attr_has_word(page.body, "class", "bi"));
    struct gw_buf text = GW_BUF(1000);
    gw_dom_text(page.body, &text);
    assert_string_equal(text.data, "One\ntwothree\n");
    gw_buf_fini(&text);
    bool found = false;
    for (GumboNode *n = page.document; n; n = gw_dom_next(n, page.document))
        found |= gw_dom_named(n, "my-tag");
    assert_true(found);
    assert_int_equal(page.document->v.document.doc_type_quirks_mode, GUMBO_DOCTYPE_NO_QUIRKS);
}

static void plain_text_has_no_tree(void **state)
{
    (void)state;
    struct gw_page page = read_page("<p>x", "text/plain; charset=utf-8");
    assert_true(page.is_text);
    assert_null(page.root);
    assert_true(gw_span_eq(page.text, GW_SPAN("<p>x")));
}

static void hidden_and_silent(void **state)
{
    (void)state;
    struct gw_page page = read_page("<p style='Display : NONE'>a<p hidden>b<p>c<button>d</button>", NULL);
    size_t hidden = 0, silent = 0;
    for (GumboNode *n = page.body; n; n = gw_dom_next(n, page.body)) {
        hidden += gw_dom_is_hidden(n);
        silent += gw_dom_is_silent(n);
    }
    assert_int_equal(hidden, 2);
    assert_int_equal(silent, 1);
}

// Shapes that make Gumbo quadratic, or run out of memory: each ends within the budget, as a page or as GW_ELIMIT.
static void hostile_shapes_end(void **state)
{
    (void)state;
    static const char *const units[] = {
        "<div>",
        "<b>",
        "<b><div></b>",
        "<span><div></span>",
        "<table><tr><td>",
        "<ul><li>",
        "<a href=x>",
        "<x-y>",
        "</p>",
        "<p>",
        "<font><p></font>",
        "<select><option>",
        "<svg>",
        "<math><mi>",
        "<template>",
        "<table><b>",
        "<!--",
        "<script>",
        "<h1><h2>",
        "<button><div>",
        "<nobr>",
        "<i></b>",
        "<form><div></form>",
        "&",
        "<dd><div><dt>",
        "<p><object>",
        "</br>",
        "<table>x",
        "<a><table></a>",
        "<applet></div>",
    };
    struct gw_buf html = GW_BUF(GW_BODY_MAX + 100);
    for (size_t u = 0; u < GW_COUNT(units); u++) {
        gw_buf_reset(&html);
        while (html.bytes < 3u << 20)
            gw_buf_puts(&html, units[u]);
        struct gw_page_input input = {.bytes = html.data, .length = html.bytes};
        struct gw_page page;
        gw_arena_reset(arena);
        int64_t before = gw_clock_cpu_us();
        int rc = gw_page_parse(arena, &input, &page);
        int64_t took_ms = (gw_clock_cpu_us() - before) / 1000;
        if (rc != GW_OK)
            assert_int_equal(rc, GW_ELIMIT);
#ifndef GW_SANITIZED
        if (took_ms > 2 * GW_PAGE_BUDGET_MS) // a debug build is slower between two looks at the clock
            fail_msg("%s: %lld ms", units[u], (long long)took_ms);
#else
        (void)took_ms;
#endif
    }
    gw_buf_fini(&html);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_becomes_a_tree),
        cmocka_unit_test(plain_text_has_no_tree),
        cmocka_unit_test(hidden_and_silent),
        cmocka_unit_test(hostile_shapes_end),
    };
    return cmocka_run_group_tests_name("html/page", tests, setup, teardown);
}
