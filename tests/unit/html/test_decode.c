// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "base/err.h"
#include "html/decode.h"
#include "html/page.h"

#include <stdlib.h>

#define ZHENGCE_GBK  "\xD5\xFE\xB2\xDF"
#define ZHENGCE_UTF8 "\xE6\x94\xBF\xE7\xAD\x96"
#define TEN_UTF8     ZHENGCE_UTF8 ZHENGCE_UTF8 ZHENGCE_UTF8 ZHENGCE_UTF8 ZHENGCE_UTF8
#define TEN_GBK      ZHENGCE_GBK ZHENGCE_GBK ZHENGCE_GBK ZHENGCE_GBK ZHENGCE_GBK

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

static struct gw_decoded decode_n(const char *bytes, size_t n, const char *content_type, const char *charset)
{
    struct gw_decode_input input = {bytes, n, content_type, charset};
    struct gw_decoded d = {0};
    gw_arena_reset(arena);
    check_ok(gw_decode(arena, &input, &d));
    assert_true(gw_utf8_valid(d.text.at, d.text.bytes, false));
    return d;
}

static void says(struct gw_decoded d, const char *charset, const char *text)
{
    assert_string_equal(d.charset, charset);
    assert_int_equal(d.text.bytes, strlen(text));
    assert_memory_equal(d.text.at, text, d.text.bytes);
}

#define decode(bytes, content_type) decode_n(bytes, sizeof(bytes) - 1, content_type, NULL)

static void labels_in_order(void **state)
{
    (void)state;
    says(decode("\xEF\xBB\xBF" ZHENGCE_UTF8, "text/html; charset=gbk"), "utf-8 (bom)", ZHENGCE_UTF8);
    says(decode("\xFF\xFE\x3F\x65", NULL), "utf-16le (bom)", "\xE6\x94\xBF");
    says(decode(ZHENGCE_GBK, "text/html; charset=\"GB2312\""), "gb18030 (http)", ZHENGCE_UTF8);
    says(decode("<meta charset=gbk>" ZHENGCE_GBK, NULL), "gb18030 (meta)", "<meta charset=gbk>" ZHENGCE_UTF8);
    says(decode("<META http-equiv=x content='text/html; charset=gb2312'>" ZHENGCE_GBK, "text/html"), "gb18030 (meta)",
         "<META http-equiv=x content='text/html; charset=gb2312'>" ZHENGCE_UTF8);
    says(decode("<?xml version='1.0' encoding='GBK'?>" ZHENGCE_GBK, NULL), "gb18030 (xml)",
         "<?xml version='1.0' encoding='GBK'?>" ZHENGCE_UTF8);
    says(decode_n(ZHENGCE_GBK, 4, "text/html; charset=windows-1252", "gbk"), "gb18030 (source)", ZHENGCE_UTF8);
    says(decode("plain", NULL), "utf-8 (ascii)", "plain");
}

static void valid_utf8_beats_a_label(void **state)
{
    (void)state;
    says(decode(ZHENGCE_UTF8, "text/html; charset=gb2312"), "utf-8 (valid)", ZHENGCE_UTF8);
    says(decode("<meta charset=iso-8859-1>\xC3\xA9t\xC3\xA9", NULL), "utf-8 (valid)",
         "<meta charset=iso-8859-1>\xC3\xA9t\xC3\xA9");
}

static void statistics_without_a_label(void **state)
{
    (void)state;
    assert_string_equal(decode(TEN_GBK TEN_GBK, NULL).charset, "gb18030 (statistics)");
    assert_string_equal(decode("<meta charset=utf-8>" TEN_GBK, NULL).charset, "gb18030 (statistics)");
    assert_string_equal(decode("<meta charset=iso-8859-1>" TEN_GBK, NULL).charset, "gb18030 (statistics)");
    assert_string_equal(decode("caf\xE9 cr\xE8me, tr\xE8s bien", NULL).charset, "windows-1252 (statistics)");
}

static void other_encodings(void **state)
{
    (void)state;
    says(decode("\xAC\x46\xB5\xA6", "text/html; charset=Big5"), "big5 (http)", "\xE6\x94\xBF\xE7\xAD\x96");
    says(decode("\x90\xAD\x8D\xF4", "text/html; charset=Shift_JIS"), "shift_jis (http)", "\xE6\x94\xBF\xE7\xAD\x96");
    says(decode("\xC0\xAF\xBA\xF6", "text/html; charset=EUC-JP"), "euc-jp (http)", "\xE6\x94\xBF\xE7\xAD\x96");
    says(decode("\xC1\xA4\xC3\xA5", "text/html; charset=euc-kr"), "euc-kr (http)", "\xEC\xA0\x95\xEC\xB1\x85");
    says(decode("\xEF\xF0\xE8\xEA\xE0\xE7", "text/html; charset=windows-1251"), "windows-1251 (http)",
         "\xD0\xBF\xD1\x80\xD0\xB8\xD0\xBA\xD0\xB0\xD0\xB7");
    says(decode_n("<\0p\0>\0h\0e\0l\0l\0o\0,\0 \0a\0l\0l\0", 26, NULL, NULL), "utf-16le (zero bytes)", "<p>hello, all");
}

static void malformed_bytes_are_marked(void **state)
{
    (void)state;
    says(decode(ZHENGCE_GBK "\xFF " ZHENGCE_GBK, "text/html; charset=gbk"), "gb18030 (http)",
         ZHENGCE_UTF8 "\xEF\xBF\xBD " ZHENGCE_UTF8);
    says(decode(TEN_UTF8 TEN_UTF8 "\xFF " TEN_UTF8, NULL), "utf-8 (nearly valid)",
         TEN_UTF8 TEN_UTF8 "\xEF\xBF\xBD " TEN_UTF8);
}

static void a_cut_character_is_no_other_encoding(void **state)
{
    (void)state;
    struct gw_decoded d = decode(ZHENGCE_UTF8 "\xE6\x94", "text/html; charset=gbk");
    says(d, "utf-8 (valid)", ZHENGCE_UTF8 "\xEF\xBF\xBD\xEF\xBF\xBD");
}

static void refusals(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
        const char *reason;
    } cases[] = {
        {"", 0, "zero bytes"},
        {"%PDF-1.7", 8, "binary: PDF"},
        {"\x89PNG\r\n", 6, "binary: PNG image"},
        {"a\0\1\2b\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 19, "binary: control characters"},
    };
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        struct gw_decode_input input = {cases[i].bytes, cases[i].n, NULL, NULL};
        struct gw_decoded d;
        check_rc(gw_decode(arena, &input, &d), GW_EINVAL);
        assert_string_equal(gw_reason(), cases[i].reason);
    }
}

static void output_is_bounded(void **state)
{
    (void)state;
    size_t n = GW_BODY_MAX + 100;
    char *page = malloc(n);
    assert_non_null(page);
    memset(page, 'x', n);
    struct gw_decoded d = decode_n(page, n, NULL, NULL);
    assert_true(d.truncated);
    assert_int_equal(d.text.bytes, GW_BODY_MAX);
    memset(page, 0xD5, n);
    d = decode_n(page, n, "text/html; charset=gbk", NULL);
    assert_true(d.truncated);
    assert_true(d.text.bytes <= GW_BODY_MAX);
    free(page);
}

static void converters_open_ahead(void **state)
{
    (void)state;
    check_ok(gw_decode_warm());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_in_order),
        cmocka_unit_test(valid_utf8_beats_a_label),
        cmocka_unit_test(statistics_without_a_label),
        cmocka_unit_test(other_encodings),
        cmocka_unit_test(malformed_bytes_are_marked),
        cmocka_unit_test(a_cut_character_is_no_other_encoding),
        cmocka_unit_test(refusals),
        cmocka_unit_test(output_is_bounded),
        cmocka_unit_test(converters_open_ahead),
    };
    return cmocka_run_group_tests_name("html/decode", tests, setup, teardown);
}
