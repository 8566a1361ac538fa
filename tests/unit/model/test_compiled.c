// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "model/compiled.h"

#include <stdio.h>

static void once_by_text(void **state)
{
    (void)state;
    struct gw_compiled *compiled = gw_compiled_new();
    const struct gw_value *first, *again, *path;
    const struct gw_selector *selector, *same;
    const struct gw_regex *regex;
    assert_int_equal(gw_compiled_value(compiled, "a@title | a ~/x/y/", GW_VALUE_CSS, &first), 0);
    assert_int_equal(gw_compiled_value(compiled, "a@title | a ~/x/y/", GW_VALUE_CSS, &again), 0);
    assert_ptr_equal(first, again);
    assert_int_equal(first->count, 2);
    assert_int_equal(gw_compiled_count(compiled), 1);
    // The same text is another program as a path, a selector, a pattern.
    assert_int_equal(gw_compiled_value(compiled, "title", GW_VALUE_PATH, &path), 0);
    assert_int_equal(gw_compiled_selector(compiled, "title", &selector), 0);
    assert_int_equal(gw_compiled_selector(compiled, "title", &same), 0);
    assert_ptr_equal(selector, same);
    assert_int_equal(gw_compiled_regex(compiled, "title", &regex), 0);
    assert_true(gw_regex_match(regex, GW_SPAN("a title")));
    assert_int_equal(gw_compiled_count(compiled), 4);
    gw_compiled_free(compiled);
}

static void mistakes_are_told_each_time(void **state)
{
    (void)state;
    struct gw_compiled *compiled = gw_compiled_new();
    const struct gw_value *value = NULL;
    static char endless[GW_VALUE_MAX * 2];
    for (int i = 0; i < 2; i++) {
        assert_int_equal(gw_compiled_value(compiled, "a@", GW_VALUE_CSS, &value), GW_EINVAL);
        assert_non_null(strstr(gw_reason(), "column 3"));
    }
    memset(endless, 'a', sizeof endless - 1);
    assert_int_equal(gw_compiled_value(compiled, endless, GW_VALUE_CSS, &value), GW_ELIMIT);
    assert_null(value);
    assert_int_equal(gw_compiled_count(compiled), 0);
    gw_compiled_free(compiled);
}

static void trimmed_when_grown(void **state)
{
    (void)state;
    struct gw_compiled *compiled = gw_compiled_new();
    const struct gw_value *value;
    for (int i = 0; i < 1000; i++) {
        char text[64];
        snprintf(text, sizeof text, "td.c%d ~/a%d/b/", i, i);
        assert_int_equal(gw_compiled_value(compiled, text, GW_VALUE_CSS, &value), 0);
        gw_compiled_trim(compiled, 1 << 20);
    }
    assert_int_equal(gw_compiled_value(compiled, "td.c999 ~/a999/b/", GW_VALUE_CSS, &value), 0);
    assert_int_equal(gw_compiled_count(compiled), 1000);
    gw_compiled_trim(compiled, 0);
    assert_int_equal(gw_compiled_value(compiled, "td.c999 ~/a999/b/", GW_VALUE_CSS, &value), 0);
    assert_int_equal(gw_compiled_count(compiled), 1001);
    gw_compiled_free(compiled);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(once_by_text),
        cmocka_unit_test(mistakes_are_told_each_time),
        cmocka_unit_test(trimmed_when_grown),
    };
    return cmocka_run_group_tests_name("model/compiled", tests, NULL, NULL);
}
