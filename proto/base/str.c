// SPDX-License-Identifier: Apache-2.0
#include "str.h"

#include <string.h>
#ifdef __x86_64__
#include <tmmintrin.h>
#endif

struct gw_span gw_span_of(const char *text)
{
    return (struct gw_span){text, text ? strlen(text) : 0};
}

bool gw_span_eq(struct gw_span a, struct gw_span b)
{
    return a.bytes == b.bytes && (a.bytes == 0 || memcmp(a.at, b.at, a.bytes) == 0);
}

bool gw_span_eq_nocase(struct gw_span a, struct gw_span b)
{
    if (a.bytes != b.bytes)
        return false;
    for (size_t i = 0; i < a.bytes; i++)
        if (gw_lower(a.at[i]) != gw_lower(b.at[i]))
            return false;
    return true;
}

struct gw_span gw_span_trim(struct gw_span s)
{
    while (s.bytes && gw_is_space((unsigned char)s.at[0])) {
        s.at++;
        s.bytes--;
    }
    while (s.bytes && gw_is_space((unsigned char)s.at[s.bytes - 1]))
        s.bytes--;
    return s;
}

bool gw_starts_with(struct gw_span s, const char *prefix)
{
    size_t n = strlen(prefix);
    return s.bytes >= n && memcmp(s.at, prefix, n) == 0;
}

bool gw_starts_with_nocase(struct gw_span s, const char *prefix)
{
    size_t n = strlen(prefix);
    return s.bytes >= n && gw_span_eq_nocase((struct gw_span){s.at, n}, (struct gw_span){prefix, n});
}

bool gw_ends_with(struct gw_span s, const char *suffix)
{
    size_t n = strlen(suffix);
    return s.bytes >= n && memcmp(s.at + s.bytes - n, suffix, n) == 0;
}

ptrdiff_t gw_find(struct gw_span s, struct gw_span needle)
{
    if (needle.bytes == 0)
        return 0;
    const char *at = s.bytes ? memmem(s.at, s.bytes, needle.at, needle.bytes) : NULL;
    return at ? at - s.at : -1;
}

ptrdiff_t gw_find_nocase(struct gw_span s, struct gw_span needle)
{
    for (size_t i = 0; i + needle.bytes <= s.bytes; i++)
        if (gw_span_eq_nocase((struct gw_span){s.at + i, needle.bytes}, needle))
            return (ptrdiff_t)i;
    return -1;
}

bool gw_str_eq(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

bool gw_str_eq_nocase(const char *a, const char *b)
{
    return a == b || (a && b && gw_span_eq_nocase(gw_span_of(a), gw_span_of(b)));
}

size_t gw_str_distance(const char *a, const char *b)
{
    enum { LONGEST = 24 };
    size_t n = strlen(a), m = strlen(b);
    size_t d[LONGEST + 1][LONGEST + 1];
    if (n > LONGEST || m > LONGEST)
        return LONGEST;
    for (size_t i = 0; i <= n; i++)
        for (size_t j = 0; j <= m; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = i + j;
                continue;
            }
            size_t best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            if (d[i - 1][j] + 1 < best)
                best = d[i - 1][j] + 1;
            if (d[i][j - 1] + 1 < best)
                best = d[i][j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && d[i - 2][j - 2] + 1 < best)
                best = d[i - 2][j - 2] + 1;
            d[i][j] = best;
        }
    return d[n][m];
}

static bool continues(unsigned char c)
{
    return (c & 0xC0) == 0x80;
}

// Begins three bytes that are well-formed whatever the two that continue it: not E0 (a shorter form) nor ED
// (surrogates).
static bool begins_three(unsigned char c)
{
    return (c & 0xF0) == 0xE0 && c != 0xE0 && c != 0xED;
}

// Length of the well-formed sequence at p, or 0; `ret` gets its value. RFC 3629 §4.
static size_t sequence(const unsigned char *p, size_t left, uint32_t *ret)
{
    unsigned char c = p[0];
    if (c < 0x80) {
        *ret = c;
        return 1;
    }
    if (begins_three(c) && left >= 3 && continues(p[1]) && continues(p[2])) {
        *ret = (c & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
        return 3;
    }
    size_t n = c >= 0xC2 && c <= 0xDF ? 2 : (c & 0xF0) == 0xE0 ? 3 : c >= 0xF0 && c <= 0xF4 ? 4 : 0;
    if (n == 0 || n > left)
        return 0;
    uint32_t v = c & (0x7Fu >> n);
    for (size_t i = 1; i < n; i++) {
        if (!continues(p[i]))
            return 0;
        v = v << 6 | (p[i] & 0x3Fu);
    }
    if ((n == 3 && v < 0x800) || (n == 4 && (v < 0x10000 || v > 0x10FFFF)) || (v >= 0xD800 && v <= 0xDFFF))
        return 0;
    *ret = v;
    return n;
}

uint32_t gw_utf8_next(const char **at, const char *end)
{
    uint32_t v;
    size_t n = sequence((const unsigned char *)*at, (size_t)(end - *at), &v);
    if (n == 0) {
        ++*at;
        return 0xFFFD;
    }
    *at += n;
    return v;
}

size_t gw_utf8_put(char out[4], uint32_t v)
{
    if (v < 0x80) {
        out[0] = (char)v;
        return 1;
    }
    if (v < 0x800) {
        out[0] = (char)(0xC0 | v >> 6);
        out[1] = (char)(0x80 | (v & 0x3F));
        return 2;
    }
    if (v < 0x10000) {
        out[0] = (char)(0xE0 | v >> 12);
        out[1] = (char)(0x80 | (v >> 6 & 0x3F));
        out[2] = (char)(0x80 | (v & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | v >> 18);
    out[1] = (char)(0x80 | (v >> 12 & 0x3F));
    out[2] = (char)(0x80 | (v >> 6 & 0x3F));
    out[3] = (char)(0x80 | (v & 0x3F));
    return 4;
}

static bool valid_by_sequence(const unsigned char *p, size_t bytes, bool no_nul)
{
    uint32_t v;
    for (size_t i = 0, n; i < bytes; i += n) {
        n = sequence(p + i, bytes - i, &v);
        if (n == 0 || (v == 0 && no_nul))
            return false;
    }
    return true;
}

#ifdef __x86_64__
// Sixteen bytes at a time (Keiser and Lemire 2021, "Validating UTF-8 in less than one instruction per byte"). What can
// be wrong with two bytes in a row follows from three of their half bytes: each table says which mistakes its half
// allows, and one that all three allow was made. Two that continue are right as the third or fourth of a sequence, and
// only there.
enum {
    TOO_SHORT = 1 << 0,    // 11...... and no byte that continues it
    TOO_LONG = 1 << 1,     // 0....... 10......
    OVERLONG_3 = 1 << 2,   // 11100000 100.....
    TOO_LARGE = 1 << 3,    // 11110100 1001...., 101.....; 11110101 to 11111111 likewise
    SURROGATE = 1 << 4,    // 11101101 101.....
    OVERLONG_2 = 1 << 5,   // 1100000. 10......
    TOO_LARGE_8 = 1 << 6,  // 11110101 to 11111111 and 1000....
    OVERLONG_4 = 1 << 6,   // 11110000 1000....
    TWO_CONTINUE = 1 << 7, // 10...... 10......
    WITH_ANY_LOW = TOO_SHORT | TOO_LONG | TWO_CONTINUE,
    BEYOND = WITH_ANY_LOW | TOO_LARGE | TOO_LARGE_8,
    CONTINUES = TOO_LONG | OVERLONG_2 | TWO_CONTINUE,
};
static const uint8_t first_high[16] = {
    TOO_LONG,
    TOO_LONG,
    TOO_LONG,
    TOO_LONG,
    TOO_LONG,
    TOO_LONG,
    TOO_LONG,
    TOO_LONG,
    TWO_CONTINUE,
    TWO_CONTINUE,
    TWO_CONTINUE,
    TWO_CONTINUE,
    TOO_SHORT | OVERLONG_2,
    TOO_SHORT,
    TOO_SHORT | OVERLONG_3 | SURROGATE,
    TOO_SHORT | TOO_LARGE | TOO_LARGE_8 | OVERLONG_4,
};
static const uint8_t first_low[16] = {
    WITH_ANY_LOW | OVERLONG_3 | OVERLONG_2 | OVERLONG_4,
    WITH_ANY_LOW | OVERLONG_2,
    WITH_ANY_LOW,
    WITH_ANY_LOW,
    WITH_ANY_LOW | TOO_LARGE,
    BEYOND,
    BEYOND,
    BEYOND,
    BEYOND,
    BEYOND,
    BEYOND,
    BEYOND,
    BEYOND,
    BEYOND | SURROGATE,
    BEYOND,
    BEYOND,
};
static const uint8_t second_high[16] = {
    TOO_SHORT,
    TOO_SHORT,
    TOO_SHORT,
    TOO_SHORT,
    TOO_SHORT,
    TOO_SHORT,
    TOO_SHORT,
    TOO_SHORT,
    CONTINUES | OVERLONG_3 | TOO_LARGE_8 | OVERLONG_4,
    CONTINUES | OVERLONG_3 | TOO_LARGE,
    CONTINUES | SURROGATE | TOO_LARGE,
    CONTINUES | SURROGATE | TOO_LARGE,
    TOO_SHORT,
    TOO_SHORT,
    TOO_SHORT,
    TOO_SHORT,
};

// Bits of what is wrong with the pairs that end in `now`; `before` are the sixteen bytes before them.
__attribute__((target("ssse3"))) static __m128i mistakes(__m128i before, __m128i now)
{
    const __m128i low = _mm_set1_epi8(0x0F), continues = _mm_set1_epi8((char)0x80);
    __m128i one = _mm_alignr_epi8(now, before, 15), two = _mm_alignr_epi8(now, before, 14),
            three = _mm_alignr_epi8(now, before, 13);
    __m128i by_first_high =
        _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)first_high), _mm_and_si128(_mm_srli_epi16(one, 4), low));
    __m128i by_first_low = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)first_low), _mm_and_si128(one, low));
    __m128i by_second =
        _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)second_high), _mm_and_si128(_mm_srli_epi16(now, 4), low));
    __m128i pairs = _mm_and_si128(_mm_and_si128(by_first_high, by_first_low), by_second);
    __m128i third = _mm_subs_epu8(two, _mm_set1_epi8(0xE0 - 0x80)),
            fourth = _mm_subs_epu8(three, _mm_set1_epi8(0xF0 - 0x80));
    return _mm_xor_si128(_mm_and_si128(_mm_or_si128(third, fourth), continues), pairs);
}

__attribute__((target("ssse3"))) static bool valid_by_cpu(const unsigned char *p, size_t bytes, bool no_nul)
{
    const __m128i zero = _mm_setzero_si128();
    __m128i before = zero, wrong = zero, nul = zero;
    unsigned char end[16];
    for (; bytes >= sizeof end; p += sizeof end, bytes -= sizeof end) {
        __m128i now = _mm_loadu_si128((const __m128i *)p);
        wrong = _mm_or_si128(wrong, mistakes(before, now));
        nul = _mm_or_si128(nul, _mm_cmpeq_epi8(now, zero));
        before = now;
    }
    memset(end, ' ', sizeof end); // a blank behind the last byte finds what is cut there
    memcpy(end, p, bytes);
    __m128i now = _mm_loadu_si128((const __m128i *)end);
    wrong = _mm_or_si128(wrong, mistakes(before, now));
    nul = _mm_or_si128(nul, _mm_cmpeq_epi8(now, zero));
    return _mm_movemask_epi8(_mm_cmpeq_epi8(wrong, zero)) == 0xFFFF && !(no_nul && _mm_movemask_epi8(nul));
}
#endif

bool gw_utf8_valid(const char *text, size_t bytes, bool no_nul)
{
    const unsigned char *p = (const unsigned char *)text;
#ifdef __x86_64__
    if (bytes >= 12 && __builtin_cpu_supports("ssse3"))
        return valid_by_cpu(p, bytes, no_nul);
#endif
    return valid_by_sequence(p, bytes, no_nul);
}

size_t gw_utf8_cut(const char *text, size_t bytes, size_t limit)
{
    if (bytes <= limit)
        return bytes;
    while (limit && ((unsigned char)text[limit] & 0xC0) == 0x80)
        limit--;
    return limit;
}

bool gw_parse_u64(struct gw_span s, uint64_t max, uint64_t *ret_value)
{
    uint64_t v = 0;
    if (s.bytes == 0)
        return false;
    for (size_t i = 0; i < s.bytes; i++) {
        if (!gw_is_digit((unsigned char)s.at[i]))
            return false;
        uint64_t d = (uint64_t)(s.at[i] - '0');
        if (v > (max - d) / 10)
            return false;
        v = v * 10 + d;
    }
    if (v > max)
        return false;
    *ret_value = v;
    return true;
}

bool gw_parse_duration_ms(struct gw_span s, uint64_t *ret_ms)
{
    static const struct {
        const char *unit;
        uint64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}, {"w", 604800000}};
    size_t digits = 0;
    while (digits < s.bytes && gw_is_digit((unsigned char)s.at[digits]))
        digits++;
    struct gw_span unit = {s.at + digits, s.bytes - digits};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        uint64_t n;
        if (gw_span_eq(unit, gw_span_of(units[i].unit))) {
            if (!gw_parse_u64((struct gw_span){s.at, digits}, UINT64_MAX / units[i].ms, &n))
                return false;
            *ret_ms = n * units[i].ms;
            return true;
        }
    }
    return false;
}

void gw_hex(const void *bytes, size_t n, char *out)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *p = bytes;
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[p[i] >> 4];
        out[2 * i + 1] = digits[p[i] & 15];
    }
    out[2 * n] = '\0';
}
