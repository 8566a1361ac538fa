// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "base/hash.h"
#include "model/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <utf8proc.h>

typedef void form_fn(struct gw_span s, struct gw_buf *out);

static char *form_of(form_fn *form, struct gw_span s)
{
    struct gw_buf out = GW_BUF(1 << 20);
    form(s, &out);
    assert_true(gw_buf_ok(&out));
    return gw_buf_take(&out);
}

static void forms(void **state)
{
    (void)state;
    static const struct {
        form_fn *form;
        const char *text, *expected;
    } cases[] = {
        {gw_text_fold_space, "  a \t b\n", "a b"},
        {gw_text_fold_space, "\u3000关于\u00a0\u3000印发\u200b的\u00ad通知\ufeff", "关于 印发的通知"},
        {gw_text_fold_space, "می\u200cخواهم", "می\u200cخواهم"},
        {gw_text_fold_space, " \u3000\t", ""},
        {gw_text_fold_space, "a\u200b b", "a b"},
        {gw_text_fold_space,
         "a\xff"
         "b",
         "a\ufffd"
         "b"},
        {gw_text_compare_form, "ＡＢＣ１２３", "abc123"},
        {gw_text_compare_form, "Cafe\u0301  X", "caf\u00e9 x"},
        {gw_text_compare_form, "CAFÉ", "café"},
        {gw_text_compare_form, "Straße", "strasse"},
        {gw_text_compare_form, "工信部〔2021〕２０７号", "工信部〔2021〕207号"},
        {gw_text_compare_form, "ﬁrst\u00a0２nd", "first 2nd"},
        {gw_text_compare_form, "ｶﾞｽ", "ガス"},
        {gw_text_compare_form, "한국", "한국"},
        {gw_text_compare_form, "か\u3099", "が"},
        {gw_text_compare_form, "中か\u3099中", "中が中"},
        {gw_text_compare_form, "1\u200b2", "12"},
        {gw_text_compare_form, "\xc3", "\ufffd"},
        {gw_text_bare_form, " 宁波\u3000市 Ｎotice\n Café\t", "宁波市NoticeCafé"},
        {gw_text_bare_form, "ＡＢ\u200b c", "ABc"},
        {gw_text_narrow, "２０２４年３月，（Ａ）\u3000x", "2024年3月,(A) x"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *got = form_of(cases[i].form, gw_span_of(cases[i].text));
        assert_string_equal(got, cases[i].expected);
        free(got);
    }
}

// Every character, alone and after a letter: the form of a form is itself.
static void compare_form_is_stable(void **state)
{
    (void)state;
    for (uint32_t c = 1; c < 0x110000; c++) {
        if (c >= 0xD800 && c <= 0xDFFF)
            continue;
        char text[6] = "e";
        size_t n = gw_utf8_put(text + 1, c);
        for (int lone = 0; lone < 2; lone++) {
            struct gw_span s = {text + lone, n + 1 - (size_t)lone};
            char *once = form_of(gw_text_compare_form, s);
            char *twice = form_of(gw_text_compare_form, gw_span_of(once));
            if (strcmp(once, twice) != 0)
                fail_msg("U+%04X: '%s' then '%s'", c, once, twice);
            free(once);
            free(twice);
        }
    }
}

// The form by its definition: all of the text at once through utf8proc, then blanks.
static char *defined_form(struct gw_span s, bool bare)
{
    uint8_t *normal = NULL;
    const utf8proc_option_t how =
        UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_IGNORE | (bare ? 0 : UTF8PROC_CASEFOLD);
    ssize_t n = utf8proc_map((const uint8_t *)s.at, (ssize_t)s.bytes, &normal, how);
    assert_true(n >= 0);
    char *form = form_of(gw_text_fold_space, (struct gw_span){(char *)normal, (size_t)n}), *end = form;
    for (const char *at = form; bare && *at; at++)
        if (*at != ' ')
            *end++ = *at;
    if (bare)
        *end = '\0';
    free(normal);
    return form;
}

static void check_forms(struct gw_span s)
{
    for (int bare = 0; bare < 2; bare++) {
        char *got = form_of(bare ? gw_text_bare_form : gw_text_compare_form, s), *expected = defined_form(s, bare);
        if (strcmp(got, expected) != 0)
            fail_msg("'%.*s' became '%s' and not '%s'", (int)s.bytes, s.at, got, expected);
        free(got);
        free(expected);
    }
}

// Every character among such as need no look at their neighbours.
static void one_among_plain_ones(void **state)
{
    (void)state;
    static const char *const around[][2] = {{"中中中中中", "中中中中中"}, {"。Ａ", "“a"}, {"notice", "，"}};
    for (uint32_t c = 1; c < 0x30000; c += c < 0x10000 ? 1 : 7) {
        if (c >= 0xD800 && c <= 0xDFFF)
            continue;
        for (size_t i = 0; i < sizeof around / sizeof around[0]; i++) {
            char text[64], middle[5] = "";
            gw_utf8_put(middle, c);
            snprintf(text, sizeof text, "%s%s%s", around[i][0], middle, around[i][1]);
            check_forms(gw_span_of(text));
        }
    }
}

// Texts of what joins, what is joined and what does neither, in any order.
static void random_texts(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "中",     "䷿",     "龥龥龥龥", "words ", "A",  "é",  "e",      "\u0301",  "\u0323", "か",     "\u3099",
        "\u1112", "\u1161", "\u11ab",   "한",     "，", "。", "Ａ",     "＞",      "\u0338", "“",      "”",
        "—",      "…",      "、",       "〔",     "〕", " ",  "\n",     "\u3000",  "\u200b", "\u00a0", "ﬁ",
        "\u0b47", "\u0b3e", "①",        "鸬",     "豈", "𠀀", "\u0345", "\u05b0a", "ς",      "㎏",     "〃",
    };
    uint64_t seed = 88172645463325252;
    struct gw_buf text = GW_BUF(4096);
    for (int i = 0; i < 100000; i++) {
        gw_buf_reset(&text);
        for (uint64_t n = seed % 40; n--;) {
            seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
            gw_buf_puts(&text, pieces[seed % (sizeof pieces / sizeof pieces[0])]);
        }
        seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
        check_forms((struct gw_span){gw_buf_str(&text), text.bytes});
    }
    gw_buf_fini(&text);
}

// Long runs without a boundary are cut; nothing is lost, and the digest is that of the form.
static void long_runs(void **state)
{
    (void)state;
    enum { RUN = 5000 };
    struct gw_buf text = GW_BUF(1 << 20);
    for (int i = 0; i < RUN; i++)
        gw_buf_puts(&text, i % 7 ? "д" : "\uFDFA");
    struct gw_span s = {text.data, text.bytes};
    char *form = form_of(gw_text_compare_form, s);
    uint8_t digest[32], expected[32];
    gw_text_digest(s, digest);
    gw_sha256(form, strlen(form), expected);
    assert_memory_equal(digest, expected, 32);
    free(form);
    gw_buf_reset(&text);
    for (int i = 0; i < RUN; i++)
        gw_buf_puts(&text, "a\u0301");
    form = form_of(gw_text_compare_form, (struct gw_span){text.data, text.bytes});
    assert_int_equal(strlen(form), RUN * strlen("\u00e1"));
    free(form);
    gw_buf_fini(&text);
}

static void digests(void **state)
{
    (void)state;
    uint8_t a[32], b[32];
    gw_text_digest(GW_SPAN("Ｎotice  of \u3000March\n"), a);
    gw_text_digest(GW_SPAN("notice of march"), b);
    assert_memory_equal(a, b, 32);
    gw_text_digest(GW_SPAN("notice of may"), b);
    assert_memory_not_equal(a, b, 32);
}

static void scripts(void **state)
{
    (void)state;
    assert_true(gw_is_han(0x4E2D) && gw_is_han(0x3007) && gw_is_han(0x20000) && !gw_is_han(0x3042));
    assert_true(gw_is_kana(0x3042) && gw_is_kana(0x30FC) && !gw_is_kana(0x30FB));
    assert_true(gw_is_hangul(0xAC00) && gw_is_cjk(0xAC00) && !gw_is_cjk('a') && !gw_is_cjk(0x3001));
    assert_true(gw_is_wide_space(0x3000) && gw_is_wide_space(0x200B) && !gw_is_wide_space('x'));
    assert_int_equal(gw_text_length(GW_SPAN(" 中 国\u3000ab\u200b ")), 4);
}

static void languages(void **state)
{
    (void)state;
    static const struct {
        const char *text, *lang;
    } cases[] = {
        {"关于印发《制造业数字化转型行动方案》的通知", "zh"},
        {"市经信局 AI 大模型 ChatGPT 应用情况", "zh"},
        {"From: 市经信局 The meeting on the work of the bureau was held in Ningbo with all of the members", "en"},
        {"Notice on the funding of small enterprises", "en"},
        {"令和6年度予算案について", "ja"},
        {"보도자료를 알려드립니다", "ko"},
        {"Die Bundesregierung hat das Gesetz zur Förderung der Wirtschaft nicht beschlossen", "de"},
        {"Le ministre a présenté les mesures pour la relance dans une conférence", "fr"},
        {"El gobierno aprueba las medidas para la vivienda con el apoyo de los municipios", "es"},
        {"Правительство приняло постановление", "ru"},
        {"Уряд ухвалив постанову про підтримку підприємств", "uk"},
        {"أعلنت الوزارة عن خطة جديدة", "ar"},
        {"دولت برنامه جدیدی برای حمایت از تولید اعلام کرد", "fa"},
        {"", ""},
        {"12 345 -- 2024", ""},
        {"OK", ""},
        {"中", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (strcmp(gw_text_lang(gw_span_of(cases[i].text)), cases[i].lang) != 0)
            fail_msg("'%s' is taken for '%s'", cases[i].text, gw_text_lang(gw_span_of(cases[i].text)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms),
        cmocka_unit_test(compare_form_is_stable),
        cmocka_unit_test(one_among_plain_ones),
        cmocka_unit_test(random_texts),
        cmocka_unit_test(long_runs),
        cmocka_unit_test(digests),
        cmocka_unit_test(scripts),
        cmocka_unit_test(languages),
    };
    return cmocka_run_group_tests_name("model/text", tests, NULL, NULL);
}
