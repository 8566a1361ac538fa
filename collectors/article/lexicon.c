// SPDX-License-Identifier: Apache-2.0
#include "lexicon.h"
#include "rows.h"

#include "base/err.h"

#include <string.h>

// The first character decides: a byte of ASCII, the last two of a CJK character's three.
static uint8_t bucket(const char *at, const char *end)
{
    unsigned char c = (unsigned char)*at;
    if (c < 0x80)
        return (uint8_t)gw_lower((char)c);
    unsigned char b = at + 1 < end ? (unsigned char)at[1] : 0, d = at + 2 < end ? (unsigned char)at[2] : 0;
    return (uint8_t)(0x80 | (c < 0xE0 ? b : (b * 7u + d)));
}

static void build(struct gw_lexicon *lexicon)
{
    gw_assert(lexicon->count <= GW_LEXICON_MAX);
    for (size_t i = lexicon->count; i-- > 0;) {
        const char *text = lexicon->terms[i].text;
        uint8_t b = bucket(text, text + strlen(text));
        lexicon->next[i] = lexicon->heads[b];
        lexicon->heads[b] = (uint16_t)(i + 1);
    }
    lexicon->built = true;
}

static bool wide_blank(const char *p, const char *end)
{
    return end - p >= 3 && memcmp(p, "\xE3\x80\x80", 3) == 0;
}

static bool in_word(char c)
{
    return gw_is_alpha((unsigned char)c) || gw_is_digit((unsigned char)c);
}

// Bytes of text that the term covers; 0: it does not stand here.
static size_t covers(const char *term, const char *at, const char *end)
{
    const char *p = at;
    for (const char *t = term; *t; t++) {
        if (*t & 0x80 && p > at && p[-1] & 0x80) // between two wide characters
            for (; p < end && (*p == ' ' || wide_blank(p, end)); p += *p == ' ' ? 1 : 3)
                ;
        if (p == end || gw_lower(*p) != *t)
            return 0;
        p++;
    }
    if (in_word(p[-1]) && p < end && in_word(*p))
        return 0;
    return (size_t)(p - at);
}

static bool row_on(const struct gw_lexicon *lexicon, size_t row)
{
#ifdef GW_RULE_ROWS
    return gw_row_on(lexicon->name, lexicon->terms, lexicon->count, sizeof *lexicon->terms, row);
#else
    (void)lexicon, (void)row;
    return true;
#endif
}

const struct gw_term *gw_lexicon_match(struct gw_lexicon *lexicon, const char *at, const char *end, size_t *ret_bytes)
{
    if (!lexicon->built)
        build(lexicon);
    const struct gw_term *best = NULL;
    size_t best_bytes = 0;
    for (uint16_t i = at < end ? lexicon->heads[bucket(at, end)] : 0; i; i = lexicon->next[i - 1]) {
        size_t bytes = covers(lexicon->terms[i - 1].text, at, end);
        if (bytes > best_bytes && row_on(lexicon, i - 1u)) {
            best = &lexicon->terms[i - 1];
            best_bytes = bytes;
        }
    }
    if (best)
        *ret_bytes = best_bytes;
    return best;
}
