// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"
#include "model/regex.h"
#include "model/value.h"

#include <stdio.h>

static struct gw_arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = gw_arena_new(1 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena = gw_arena_free(arena);
    return 0;
}

static void test_alternatives_attributes_and_shapes(void **state)
{
    (void)state;
    struct gw_value value;
    check_ok(gw_value_parse(arena, "a@title | a:contains('a|b@c') | @data-x ~/(\\d+)\\/x/$1/ | h3 ~/x/y/i ~/y/z/",
                            GW_VALUE_CSS, &value));
    assert_int_equal(value.count, 4);
    assert_string_equal(value.alternatives[0].attribute, "title");
    assert_null(value.alternatives[1].attribute);
    assert_string_equal(value.alternatives[1].selector->last->tests->next->value, "a|b@c");
    assert_null(value.alternatives[2].selector);
    assert_string_equal(value.alternatives[2].attribute, "data-x");
    assert_string_equal(gw_value_shape(value.alternatives[2].shapes, arena, "no 42/x"), "42");
    assert_null(value.alternatives[3].shapes);
    assert_string_equal(gw_value_shape(value.shapes, arena, "aXb"), "z");
    assert_null(gw_value_shape(value.shapes, arena, "none"));
    gw_value_close(&value);
}

static void test_a_sibling_combinator_is_no_shape(void **state)
{
    (void)state;
    struct gw_value value;
    check_ok(gw_value_parse(arena, "h1 ~ p", GW_VALUE_CSS, &value));
    assert_int_equal(value.alternatives[0].selector->last->combinator, GW_LATER_SIBLING);
    gw_value_close(&value);
}

static void test_mistakes_name_their_column(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum gw_value_kind kind;
        int column;
    } bad[] = {
        {"", GW_VALUE_CSS, 1},
        {"a |", GW_VALUE_CSS, 4},
        {"a@", GW_VALUE_CSS, 3},
        {"a | b:hover", GW_VALUE_CSS, 6},
        {"a ~/(/x/", GW_VALUE_CSS, 6},
        {"a ~/x/", GW_VALUE_CSS, 3},
        {"a@title b", GW_VALUE_CSS, 9},
        {"", GW_VALUE_PATH, 1},
        {"a{b", GW_VALUE_PATH, 1},
        {"a}b", GW_VALUE_PATH, 2},
        {"标题 | a ~/x(/y/", GW_VALUE_PATH, 12},
    };
    for (size_t i = 0; i < GW_COUNT(bad); i++) {
        struct gw_value value;
        int column = 0;
        if (gw_value_parse(arena, bad[i].text, bad[i].kind, &value) != GW_EINVAL)
            fail_msg("'%s' was accepted", bad[i].text);
        if (sscanf(gw_reason(), "column %d:", &column) != 1 || column != bad[i].column)
            fail_msg("'%s': expected column %d: %s", bad[i].text, bad[i].column, gw_reason());
    }
}

static const char *lookup(const struct gw_value_alternative *what, void *arg)
{
    const char *const *pair = arg;
    return strcmp(what->path, pair[0]) == 0 ? pair[1] : NULL;
}

static void test_the_first_alternative_with_a_text_wins(void **state)
{
    (void)state;
    struct gw_value value;
    const char *second[] = {"b.c", " two "}, *blank[] = {"a", "  "};
    check_ok(gw_value_parse(arena, "a | b.c ~/\\s*(\\w+).*/<$1$$>/", GW_VALUE_PATH, &value));
    assert_string_equal(gw_value_get(&value, arena, lookup, second), "<two$>");
    assert_null(gw_value_get(&value, arena, lookup, blank));
    gw_value_close(&value);
}

static const char *upper(const char *name, void *arg)
{
    (void)arg;
    return strcmp(name, "n") == 0 ? "7" : strcmp(name, "empty") == 0 ? "" : NULL;
}

static void test_templates(void **state)
{
    (void)state;
    assert_string_equal(gw_template_fill(arena, "index_{n}.html?{empty}&m={n}", upper, NULL), "index_7.html?&m=7");
    assert_string_equal(gw_template_fill(arena, "plain", upper, NULL), "plain");
    assert_null(gw_template_fill(arena, "{unknown}", upper, NULL));
    assert_string_equal(gw_template_fill(arena, "{\"page\":{n},\"q\":{}} {n", upper, NULL), "{\"page\":7,\"q\":{}} {n");
}

static void test_a_regex_cannot_run_away(void **state)
{
    (void)state;
    struct gw_regex *regex;
    char text[4001];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    check_ok(gw_regex_new(GW_SPAN("^(a+)+$x"), false, &regex));
    assert_false(gw_regex_match(regex, gw_span_of(text)));
    gw_regex_free(regex);
    check_ok(gw_regex_new(GW_SPAN("通知$"), false, &regex));
    assert_true(gw_regex_match(regex, GW_SPAN("\xff坏通知")));
    gw_regex_free(regex);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alternatives_attributes_and_shapes),
        cmocka_unit_test(test_a_sibling_combinator_is_no_shape),
        cmocka_unit_test(test_mistakes_name_their_column),
        cmocka_unit_test(test_the_first_alternative_with_a_text_wins),
        cmocka_unit_test(test_templates),
        cmocka_unit_test(test_a_regex_cannot_run_away),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
