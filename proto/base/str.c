// SPDX-License-Identifier: Apache-2.0
#include "str.h"

#include <string.h>

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

// What most texts are made of, many bytes at a time. Both look at bytes in little-endian words, as the hosts are.

static bool eight_of_ascii(const unsigned char *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof word);
    uint64_t zero = (word - 0x0101010101010101) & ~word; // high bits mark NULs, and nothing when there are none
    return ((word | zero) & 0x8080808080808080) == 0;
}

static bool four_of_three(const unsigned char *p)
{
    uint64_t first, last;
    memcpy(&first, p, sizeof first);
    memcpy(&last, p + 4, sizeof last);
    return (first & 0xC0F0C0C0F0C0C0F0) == 0x80E08080E08080E0 && (last & 0xC0C0F0C0C0F0C0C0) == 0x8080E08080E08080 &&
           begins_three(p[0]) && begins_three(p[3]) && begins_three(p[6]) && begins_three(p[9]);
}

bool gw_utf8_valid(const char *text, size_t bytes, bool no_nul)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t i = 0;
    while (i < bytes) {
        if (p[i] - 1u < 0x7F) {
            i += bytes - i >= 8 && eight_of_ascii(p + i) ? 8 : 1;
            continue;
        }
        if (bytes - i >= 12 && four_of_three(p + i)) {
            i += 12;
            continue;
        }
        uint32_t v;
        size_t n = sequence(p + i, bytes - i, &v);
        if (n == 0 || (v == 0 && no_nul))
            return false;
        i += n;
    }
    return true;
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
