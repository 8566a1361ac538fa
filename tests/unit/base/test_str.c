// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "base/str.h"

static void utf8_is_strict(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t bytes;
        bool valid;
    } cases[] = {
        {"abc", 3, true},
        {"\xe4\xb8\xad", 3, true},
        {"\xf0\x9f\x98\x80", 4, true},
        {"\xc0\x80", 2, false},
        {"\xe0\x80\x80", 3, false},
        {"\xed\xa0\x80", 3, false}, // surrogate
        {"\xf4\x90\x80\x80", 4, false},
        {"\xe4\xb8", 2, false},
        {"\x80", 1, false},
        {"a\0b", 3, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(gw_utf8_valid(cases[i].text, cases[i].bytes, true), cases[i].valid);
    assert_true(gw_utf8_valid("a\0b", 3, false));
}

// RFC 3629 §4, line by line.
static size_t sequence_of(const unsigned char *p, size_t left)
{
    static const struct {
        unsigned char first, last, low, high; // of the first byte, and of the second
        size_t bytes;
    } rows[] = {
        {0x00, 0x7F, 0, 0, 1},       {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
        {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3},
        {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (p[0] < rows[i].first || p[0] > rows[i].last || rows[i].bytes > left)
            continue;
        bool good = rows[i].bytes == 1 || (p[1] >= rows[i].low && p[1] <= rows[i].high);
        for (size_t k = 2; k < rows[i].bytes; k++)
            good = good && p[k] >= 0x80 && p[k] <= 0xBF;
        return good ? rows[i].bytes : 0;
    }
    return 0;
}

static bool is_valid(const unsigned char *p, size_t bytes)
{
    for (size_t i = 0, n; i < bytes; i += n)
        if (p[i] == 0 || !(n = sequence_of(p + i, bytes - i)))
            return false;
    return true;
}

// Any three bytes at any place of texts of one, two, three and four bytes a character, cut anywhere: the quick way sees
// what the slow one does.
static void utf8_in_a_text(void **state)
{
    (void)state;
    static const unsigned char thirds[] = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0xA0, 0xBF, 0xC0, 0xE4, 0xF0};
    static const char *const texts[] = {"plain text, plain text, plain text, plain text", "ääääääääääääääääääääääääää",
                                        "中文中文中文中文中文中文中文中文", "😀😀😀😀😀😀😀😀😀😀😀😀"};
    for (unsigned first = 0; first < 256; first++)
        for (unsigned second = 0; second < 256; second++)
            for (size_t k = 0; k < sizeof texts / sizeof texts[0] * sizeof thirds; k++) {
                char text[64];
                size_t all = strlen(texts[k / sizeof thirds]), at = (first * 5 + second + k) % (all - 2);
                size_t bytes = all - (first + second * 3 + k) % 24;
                memcpy(text, texts[k / sizeof thirds], all);
                text[at] = (char)first;
                text[at + 1] = (char)second;
                text[at + 2] = (char)thirds[k % sizeof thirds];
                assert_int_equal(gw_utf8_valid(text, bytes, true), is_valid((unsigned char *)text, bytes));
            }
}

static void utf8_round_trip(void **state)
{
    (void)state;
    for (uint32_t c = 1; c < 0x110000; c += c < 0x3000 ? 1 : 257) {
        if (c >= 0xD800 && c <= 0xDFFF)
            continue;
        char out[4];
        size_t n = gw_utf8_put(out, c);
        const char *at = out;
        assert_int_equal(gw_utf8_next(&at, out + n), c);
        assert_ptr_equal(at, out + n);
    }
    const char bad[] = "\xe4\xb8", *at = bad;
    assert_int_equal(gw_utf8_next(&at, bad + 2), 0xFFFD);
    assert_ptr_equal(at, bad + 1);
    assert_int_equal(gw_utf8_cut("a\xe4\xb8\xad", 4, 3), 1);
    assert_int_equal(gw_utf8_cut("a\xe4\xb8\xad", 4, 4), 4);
}

static void durations_and_numbers(void **state)
{
    (void)state;
    uint64_t v;
    assert_true(gw_parse_duration_ms(GW_SPAN("10m"), &v));
    assert_int_equal(v, 600000);
    assert_true(gw_parse_duration_ms(GW_SPAN("250ms"), &v));
    assert_int_equal(v, 250);
    assert_false(gw_parse_duration_ms(GW_SPAN("10"), &v));
    assert_false(gw_parse_duration_ms(GW_SPAN("m"), &v));
    assert_false(gw_parse_duration_ms(GW_SPAN("99999999999999999999d"), &v));
    assert_true(gw_parse_u64(GW_SPAN("18446744073709551615"), UINT64_MAX, &v));
    assert_false(gw_parse_u64(GW_SPAN("18446744073709551616"), UINT64_MAX, &v));
    assert_false(gw_parse_u64(GW_SPAN("12"), 11, &v));
}

static void finding(void **state)
{
    (void)state;
    assert_int_equal(gw_find(GW_SPAN("hello"), GW_SPAN("llo")), 2);
    assert_int_equal(gw_find(GW_SPAN("hello"), GW_SPAN("x")), -1);
    assert_int_equal(gw_find_nocase(GW_SPAN("<BODY>"), GW_SPAN("body")), 1);
    assert_true(gw_span_eq(gw_span_trim(GW_SPAN(" \t a b\n")), GW_SPAN("a b")));
    assert_true(gw_starts_with_nocase(GW_SPAN("Charset=x"), "charset="));
    assert_true(gw_ends_with(GW_SPAN("a.yaml"), ".yaml"));
    char hex[5];
    gw_hex("\x0f\xa0", 2, hex);
    assert_string_equal(hex, "0fa0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8_is_strict),        cmocka_unit_test(utf8_in_a_text), cmocka_unit_test(utf8_round_trip),
        cmocka_unit_test(durations_and_numbers), cmocka_unit_test(finding),
    };
    return cmocka_run_group_tests_name("base/str", tests, NULL, NULL);
}
