// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "base/err.h"
#include "numerals.h"

static void check_number(const char *text, bool comma, const char *value, const char *rest, bool more)
{
    struct gw_number number;
    if (!gw_number_read(gw_span_of(text), 0, comma, &number))
        fail_msg("%s: no number", text);
    assert_string_equal(number.value, value);
    assert_string_equal(text + number.end, rest);
    assert_int_equal(number.more, more);
}

static void test_values(void **state)
{
    (void)state;
    check_number("5,000万元", false, "50000000", "元", false);
    check_number("5.26亿余元", false, "526000000", "元", true);
    check_number("8500多万亩", false, "85000000", "亩", true);
    check_number("1.23 trillion bricks", false, "1230000000000", " bricks", false);
    check_number("15500亿元", false, "1550000000000", "元", false);
    check_number("53365.53亿元", false, "5336553000000", "元", false);
    check_number("2.6万家", false, "26000", "家", false);
    check_number("１０％", false, "10", "％", false);
    check_number(".07% fee", false, "0.07", "% fee", false);
    check_number("6,4 Mio. Euro", true, "6400000", " Euro", false);
    check_number("1.246 Einreisen", true, "1246", " Einreisen", false);
    check_number("1.246 items", false, "1.246", " items", false);
    check_number("10,000,000.50", false, "10000000.5", "", false);
    check_number("1,23", false, "1", ",23", false);
    check_number("007", false, "7", "", false);
    check_number("0", false, "0", "", false);
    check_number("300 million", false, "300000000", "", false);
    check_number("300 millions", true, "300000000", "", false);
    check_number("1 200 bâtiments", true, "1200", " bâtiments", false);
    check_number("20 000 компаний", true, "20000", " компаний", false);
    check_number("12 2024", true, "12", " 2024", false);
    check_number("19,744 crore", false, "197440000000", "", false);
    check_number("1.6万亿", false, "1600000000000", "", false);
}

static void test_shift(void **state)
{
    (void)state;
    struct gw_number number;
    assert_true(gw_number_read(GW_SPAN("2分"), 0, false, &number));
    gw_number_shift(&number, -2);
    assert_string_equal(number.value, "0.02");
    gw_number_shift(&number, 4);
    assert_string_equal(number.value, "200");
}

static void test_too_long_is_none(void **state)
{
    (void)state;
    struct gw_number number;
    assert_false(gw_number_read(GW_SPAN("1234567890123456789012345"), 0, false, &number));
    assert_false(gw_number_read(GW_SPAN("x"), 0, false, &number));
    assert_false(gw_number_read(GW_SPAN(""), 0, false, &number));
}

static void test_han(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int value;
    } cases[] = {{"二〇〇四年", 2004}, {"一九九六年", 1996}, {"十二日", 12},  {"二十七日", 27},
                 {"三十日", 30},       {"八月", 8},          {"二○○六", 2006}};
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        int value = -1;
        assert_true(gw_han_integer_at(gw_span_of(cases[i].text), 0, &value) > 0);
        assert_int_equal(value, cases[i].value);
    }
    int value;
    assert_int_equal(gw_han_integer_at(GW_SPAN("年"), 0, &value), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_shift),
        cmocka_unit_test(test_too_long_is_none),
        cmocka_unit_test(test_han),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
