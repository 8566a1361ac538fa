// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"
#include "model/selector.h"

#include <stdio.h>

static int parse(struct gw_arena *arena, const char *text, const struct gw_selector **ret)
{
    return gw_selector_parse(arena, gw_span_of(text), ret);
}

static void test_what_the_language_has(void **state)
{
    (void)state;
    static const char *const good[] = {
        "li",
        "*",
        ".list",
        "#zoom",
        "ul.list > li a",
        "h1 + p",
        "h1 ~ p",
        "a[href]",
        "a[href='x y']",
        "a[class~=next]",
        "a[lang|=en]",
        "a[href^='/art/']",
        "a[href$=\".html\" i]",
        "a[href*=art]",
        "li:nth-child(odd)",
        "li:nth-child( 2n + 1 )",
        "li:nth-child(-n+3)",
        "li:nth-child(4)",
        "tr:not(.head, :nth-child(1))",
        "li:has(> a)",
        "dt:has(+ dd)",
        "a:contains('下一页')",
        "a:contains(Next page)",
        "td a, th a",
        "新闻 列表",
        "md\\:title",
    };
    struct gw_arena *arena = gw_arena_new(1 << 20);
    for (size_t i = 0; i < GW_COUNT(good); i++) {
        const struct gw_selector *selector = NULL;
        if (parse(arena, good[i], &selector) != 0)
            fail_msg("'%s': %s", good[i], gw_reason());
        assert_non_null(selector->last);
    }
    gw_arena_free(arena);
}

static void test_mistakes_name_their_column(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int column;
    } bad[] = {
        {"", 1},
        {"li >", 5},
        {"> li", 1},
        {"ul..x", 4},
        {"列表 :hover", 4},
        {"a[href", 7},
        {"a[=x]", 3},
        {"a[href!=x]", 7},
        {"li:nth-child(x)", 14},
        {"p::before", 2},
        {"a:first-child", 2},
        {"li:not(", 8},
        {"a:contains('x", 12},
        {"a, , b", 4},
        {"a)", 2},
        {"li:has(a:has(b))", 14},
        {"1a", 1},
        {"a[href=a b]", 2},
        {"a $", 3},
    };
    struct gw_arena *arena = gw_arena_new(1 << 20);
    for (size_t i = 0; i < GW_COUNT(bad); i++) {
        const struct gw_selector *selector = NULL;
        int column = 0;
        if (parse(arena, bad[i].text, &selector) != GW_EINVAL)
            fail_msg("'%s' was accepted", bad[i].text);
        if (sscanf(gw_reason(), "column %d:", &column) != 1 || column != bad[i].column)
            fail_msg("'%s': expected column %d: %s", bad[i].text, bad[i].column, gw_reason());
        assert_null(selector);
    }
    gw_arena_free(arena);
}

static void test_ceilings(void **state)
{
    (void)state;
    struct gw_arena *arena = gw_arena_new(1 << 22);
    const struct gw_selector *selector;
    char text[GW_SELECTOR_MAX + 2];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    check_rc(parse(arena, text, &selector), GW_ELIMIT);
    for (size_t i = 0; i < 400; i += 2)
        memcpy(text + i, "a ", 3);
    check_rc(parse(arena, text, &selector), GW_ELIMIT);
    check_rc(parse(arena, "a:not(b:not(c:not(d:not(e:not(f)))))", &selector), GW_EINVAL);
    gw_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_the_language_has),
        cmocka_unit_test(test_mistakes_name_their_column),
        cmocka_unit_test(test_ceilings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
