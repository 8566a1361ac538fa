// SPDX-License-Identifier: Apache-2.0
// Byte-string views and ASCII helpers. Low level: no domain words, no locale; what Unicode means lies in model/text.h.
#ifndef GW_BASE_STR_H
#define GW_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A borrowed run of bytes, not NUL-terminated.
struct gw_span {
    const char *at;
    size_t bytes;
};
#define GW_SPAN(text) ((struct gw_span){(text), sizeof(text) - 1})
struct gw_span gw_span_of(const char *text); // NULL gives the empty span

bool gw_span_eq(struct gw_span a, struct gw_span b);
bool gw_span_eq_nocase(struct gw_span a, struct gw_span b); // ASCII case only
struct gw_span gw_span_trim(struct gw_span s);              // ASCII white space off both ends
bool gw_starts_with(struct gw_span s, const char *prefix);
bool gw_starts_with_nocase(struct gw_span s, const char *prefix);
bool gw_ends_with(struct gw_span s, const char *suffix);
// First place of `needle` in s, or -1. Linear (memmem).
ptrdiff_t gw_find(struct gw_span s, struct gw_span needle);
// As gw_find, ASCII letters of either case.
ptrdiff_t gw_find_nocase(struct gw_span s, struct gw_span needle);

static inline bool gw_is_space(unsigned char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}
static inline bool gw_is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}
static inline bool gw_is_alpha(unsigned char c)
{
    return (unsigned char)((c | 0x20) - 'a') < 26;
}
static inline char gw_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}
bool gw_str_eq(const char *a, const char *b);        // NULL equals only NULL
bool gw_str_eq_nocase(const char *a, const char *b); // ASCII case only

// Edits (insert, delete, replace, swap neighbours) from one word to the other; words over 24 bytes are 24 apart.
size_t gw_str_distance(const char *a, const char *b);

// UTF-8 (RFC 3629). Decode one code point at `*at` < end and advance past it; malformed bytes give U+FFFD and advance
// by one.
uint32_t gw_utf8_next(const char **at, const char *end);
// Bytes written to out[4] for a valid scalar value.
size_t gw_utf8_put(char out[4], uint32_t code_point);
// Whole and shortest-form, no surrogates; NUL is allowed unless `no_nul`.
bool gw_utf8_valid(const char *text, size_t bytes, bool no_nul);
// The largest prefix of at most `limit` bytes that does not cut a character.
size_t gw_utf8_cut(const char *text, size_t bytes, size_t limit);

// Decimal without sign; false when empty, not digits, or over max.
bool gw_parse_u64(struct gw_span s, uint64_t max, uint64_t *ret_value);
// "90s" "10m" "1h" "7d" "250ms" to milliseconds; false when it is none.
bool gw_parse_duration_ms(struct gw_span s, uint64_t *ret_ms);
// Lower-case hex of n bytes into out[2n+1].
void gw_hex(const void *bytes, size_t n, char *out);

#endif
