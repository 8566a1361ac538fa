// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "base/buf.h"
#include "html/cut.h"

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

static struct gw_cut cut_span(struct gw_span page, bool lean)
{
    struct gw_cut cut = {0};
    gw_arena_reset(arena);
    check_ok(gw_cut(arena, page, lean, &cut));
    return cut;
}

static void cuts_to(const char *page, bool lean, const char *expected)
{
    struct gw_cut cut = cut_span(gw_span_of(page), lean);
    if (cut.text.bytes != strlen(expected) || memcmp(cut.text.at, expected, cut.text.bytes) != 0)
        fail_msg("%s\n  gives %.*s\n  not   %s", page, (int)cut.text.bytes, cut.text.at, expected);
}

static void what_leaves(void **state)
{
    (void)state;
    static const struct {
        const char *page, *text;
    } cases[] = {
        {"<p>a<script>if (a<b) '<p>'</script>b", "<p>ab"},
        {"<SCRIPT>x</ScRiPt >b", "b"},
        {"a<!-- <p> -->b<!---->c<!-->d<!-- never", "abcd"},
        {"<style>p{}</style><p>", "<p>"},
        {"<script><!-- <script> </script> --></script>b", "b"},
        {"x<svg><path d=''/><svg></svg></svg>y", "xy"},
        {"x<svg/>y<svg>z", "xyz"},
        {"<iframe><p></iframe>b", "b"},
        {"<title> a < b </title>", "<title> a < b </title>"},
        {"<textarea><p>  </textarea >", "<textarea><p>  </textarea>"},
        {"a  \n  b \t c", "a\nb c"},
        {"<pre>a  b\n\n</pre>  c", "<pre>a  b\n\n</pre> c"},
        {"a < b <3 <", "a < b <3 <"},
        {"a</ p>b</3>c", "abc"}, // bogus comments
        {"<!DOCTYPE html><?php x ?><!bogus>b", "<!DOCTYPE html>b"},
        {"<p class", ""},
        {"a<br/><img src='data:image/png;base64,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'>b",
         "a<br/><img src='data:'>b"},
        {"<a href=x/y title = 'q\"r' q>", "<a href=\"x/y\" title='q\"r' q>"},
    };
    for (size_t i = 0; i < GW_COUNT(cases); i++)
        cuts_to(cases[i].page, false, cases[i].text);
}

static void lean_keeps_what_reading_needs(void **state)
{
    (void)state;
    cuts_to("<div id=a onclick=b data-x=1 style='color:red' CLASS=c>", true, "<div id=\"a\" CLASS=\"c\">");
    cuts_to("<div style='display:none'>", true, "<div style='display:none'>");
}

static void asides_are_kept(void **state)
{
    (void)state;
    const char *page = "<p><script type=\"a/b\" async>one</script><!--two--><style>three";
    struct gw_cut cut = cut_span(gw_span_of(page), true);
    assert_int_equal(cut.aside_count, 3);
    assert_int_equal(cut.asides[0].kind, GW_ASIDE_SCRIPT);
    assert_true(gw_span_eq(cut.asides[0].attributes, GW_SPAN("type=\"a/b\" async")));
    assert_true(gw_span_eq(cut.asides[0].text, GW_SPAN("one")));
    assert_memory_equal(page + cut.asides[0].offset, "one", 3);
    assert_int_equal(cut.asides[1].kind, GW_ASIDE_COMMENT);
    assert_true(gw_span_eq(cut.asides[1].text, GW_SPAN("two")));
    assert_true(gw_span_eq(cut.asides[2].text, GW_SPAN("three")));
}

static void repeat(struct gw_buf *out, const char *text, size_t times)
{
    for (size_t i = 0; i < times; i++)
        gw_buf_puts(out, text);
}

static void depth_and_attributes_are_bounded(void **state)
{
    (void)state;
    struct gw_buf page = GW_BUF(GW_BODY_MAX);
    repeat(&page, "<div>", 10000);
    gw_buf_puts(&page, "deep");
    struct gw_cut cut = cut_span((struct gw_span){page.data, page.bytes}, false);
    assert_int_equal(cut.text.bytes, 5 * GW_CUT_DEPTH + 4);
    gw_buf_reset(&page);
    repeat(&page, "<b><div></b>", 10000); // the end tag leaves the div open
    cut = cut_span((struct gw_span){page.data, page.bytes}, false);
    size_t whole = GW_CUT_DEPTH - 1; // then <b> still fits and <div> does not
    assert_int_equal(cut.text.bytes, 12 * whole + 7 * (10000 - whole));
    gw_buf_reset(&page);
    gw_buf_puts(&page, "<p");
    for (int i = 0; i < 5000; i++)
        gw_buf_printf(&page, " a%d=1", i);
    gw_buf_puts(&page, ">x");
    cut = cut_span((struct gw_span){page.data, page.bytes}, false);
    assert_true(cut.text.bytes < 10 * GW_CUT_ATTRIBUTES);
    gw_buf_fini(&page);
}

static void too_much_is_truncated(void **state)
{
    (void)state;
    struct gw_buf page = GW_BUF(GW_BODY_MAX);
    repeat(&page, "<p>0123456789012345678901234567890123456789\xE4\xB8\xAD", 150000);
    struct gw_cut cut = cut_span((struct gw_span){page.data, page.bytes}, true);
    assert_true(cut.truncated);
    assert_true(cut.text.bytes <= GW_PARSE_MAX);
    assert_true(cut.text.bytes > GW_PARSE_MAX - 64);
    assert_true(gw_utf8_valid(cut.text.at, cut.text.bytes, true));
    gw_buf_reset(&page);
    repeat(&page, "<p>1", GW_PARSE_TAGS + 10);
    cut = cut_span((struct gw_span){page.data, page.bytes}, true);
    assert_true(cut.truncated);
    assert_int_equal(cut.text.bytes, 4 * (GW_PARSE_TAGS - 1)); // the tag that is too much is not begun
    gw_buf_reset(&page);
    gw_buf_puts(&page, "before<p ");
    repeat(&page, "a ", GW_CUT_ATTRIBUTES_SEEN + 10);
    gw_buf_puts(&page, ">behind");
    cut = cut_span((struct gw_span){page.data, page.bytes}, true);
    assert_true(cut.truncated);
    assert_true(gw_span_eq(cut.text, GW_SPAN("before")));
    gw_buf_fini(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_leaves),           cmocka_unit_test(lean_keeps_what_reading_needs),
        cmocka_unit_test(asides_are_kept),       cmocka_unit_test(depth_and_attributes_are_bounded),
        cmocka_unit_test(too_much_is_truncated),
    };
    return cmocka_run_group_tests_name("html/cut", tests, setup, teardown);
}
