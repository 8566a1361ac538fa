// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "../../../agent/cli/event_line.h"

static const char *cut(const char *text, int columns, int *ret_used)
{
    static struct gw_buf out = {.limit = 4096};
    gw_buf_reset(&out);
    *ret_used = gw_text_columns(&out, text, columns);
    return gw_buf_str(&out);
}

static void wide_characters_take_two_columns(void **state)
{
    (void)state;
    int used;
    assert_string_equal(cut("中文字", 6, &used), "中文字");
    assert_int_equal(used, 6);
    assert_string_equal(cut("中文字", 5, &used), "中文…");
    assert_int_equal(used, 5);
    assert_string_equal(cut("中文字", 4, &used), "中…");
    assert_int_equal(used, 3);
    assert_string_equal(cut("abcdef", 4, &used), "abc…");
    assert_string_equal(cut("abcd", 4, &used), "abcd");
    assert_string_equal(cut("abcdef", 0, &used), "abcdef");
    assert_string_equal(cut("a\033[31mb\nc", 0, &used), "a [31mb c"); // a page cannot steer the terminal
}

static void a_revision_says_first_what_changed(void **state)
{
    (void)state;
    Gw__Event event = GW__EVENT__INIT;
    Gw__Document document = GW__DOCUMENT__INIT;
    Gw__Change change = GW__CHANGE__INIT;
    Gw__ParagraphChange paragraph = GW__PARAGRAPH_CHANGE__INIT, *paragraphs[] = {&paragraph};
    event.type = "revised";
    event.source_id = "a-source-with-a-rather-long-name";
    document.title = "A title";
    document.kind = "notice";
    change.significance = "date";
    change.paragraphs = paragraphs;
    change.n_paragraphs = 1;
    event.document = &document;
    event.change = &change;
    struct gw_look look = {0};
    struct gw_buf out = GW_BUF(4096);
    gw_event_line(&out, &event, &look);
    assert_string_equal(gw_buf_str(&out) + 8,
                        "  revised    a-source-with-a-rat… notice       [date, 1 paragraph] A title");
    gw_buf_reset(&out);
    look = (struct gw_look){.columns = 80, .colours = true, .terminal = true};
    gw_event_line(&out, &event, &look);
    assert_non_null(strstr(gw_buf_str(&out), "\033[33mrevised"));
    assert_non_null(strstr(gw_buf_str(&out), "[date, 1 paragraph] A ti…"));
    gw_buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wide_characters_take_two_columns),
        cmocka_unit_test(a_revision_says_first_what_changed),
    };
    return cmocka_run_group_tests_name("cli/event_line", tests, NULL, NULL);
}
