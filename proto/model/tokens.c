// SPDX-License-Identifier: Apache-2.0
#include "tokens.h"

#include "base/err.h"
#include "model/text.h"

#include <string.h>
#include <utf8proc.h>

enum { GAP_MAX = 16 };

enum class { SEPARATOR, LETTER, UNSPACED };

static enum class class_of(uint32_t c) {
    if (c < 0x80) return gw_is_alpha((unsigned char)c) || gw_is_digit((unsigned char)c) ? LETTER : SEPARATOR;
    if (gw_is_cjk(c) || (c >= 0xE00 && c <= 0xEFF) || (c >= 0x1000 && c <= 0x109F) ||
        (c >= 0x1780 && c <= 0x17FF)) return UNSPACED;
    utf8proc_category_t category = utf8proc_category((int32_t)c);
    return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO ? LETTER : SEPARATOR;
}

bool gw_token_next(struct gw_span form, size_t *at, struct gw_token *ret_token)
{
    const char *end = form.at + form.bytes, *from = form.at + *at, *next = from;
    bool joined = *at > 0;
    enum class class = SEPARATOR;
    while (from < end && (class = class_of(gw_utf8_next(&next, end))) == SEPARATOR) {
        from = next;
        joined = false;
    }
    if (from == end)
        return false;
    while (class == LETTER && next < end) {
        const char *behind = next;
        if (class_of(gw_utf8_next(&behind, end)) != LETTER)
            break;
        next = behind;
    }
    *ret_token = (struct gw_token){{from, (size_t)(next - from)}, class == UNSPACED, joined};
    *at = (size_t)(next - form.at);
    return true;
}

// ---- finding

// The code point before `at`.
static uint32_t before(const char *start, const char *at)
{
    const char *from = at;
    do
        from--;
    while (from > start && ((unsigned char)*from & 0xC0) == 0x80 && at - from < 4);
    return gw_utf8_next(&from, at);
}

static bool ends_a_word(const char *at, const char *end)
{
    return at == end || class_of(gw_utf8_next(&at, end)) != LETTER;
}

static bool begins_a_word(const char *start, const char *at)
{
    return at == start || class_of(before(start, at)) != LETTER;
}

// Tokens that are looked for as one string of bytes: a word, or the characters of an unspaced script in a row.
static size_t run_length(const struct gw_token *tokens, size_t count)
{
    size_t n = 1;
    while (tokens[0].unspaced && n < count && tokens[n].unspaced && tokens[n].joined)
        n++;
    return n;
}

static struct gw_span run_text(const struct gw_token *tokens, size_t n)
{
    const struct gw_token *last = &tokens[n - 1];
    return (struct gw_span){tokens->text.at, (size_t)(last->text.at + last->text.bytes - tokens->text.at)};
}

// The run stands at `at`; where it ends, or NULL.
static const char *match_run(const struct gw_token *tokens, size_t n, const char *start, const char *at,
                             const char *end)
{
    struct gw_span run = run_text(tokens, n);
    if (run.bytes > (size_t)(end - at) || memcmp(at, run.at, run.bytes) != 0)
        return NULL;
    bool whole = tokens->unspaced || (begins_a_word(start, at) && ends_a_word(at + run.bytes, end));
    return whole ? at + run.bytes : NULL;
}

static const char *skip_gap(const struct gw_token *token, const char *at, const char *end)
{
    if (token->joined)
        return at < end && *at == ' ' ? at + 1 : at;
    for (size_t n = 0; n < GAP_MAX && at < end; n++) {
        const char *next = at;
        if (class_of(gw_utf8_next(&next, end)) != SEPARATOR)
            break;
        at = next;
    }
    return at;
}

bool gw_tokens_found(struct gw_span form, const struct gw_token *tokens, size_t count)
{
    const char *end = form.at + form.bytes, *from = form.at;
    if (count == 0 || form.bytes == 0)
        return false;
    size_t first = run_length(tokens, count);
    struct gw_span run = run_text(tokens, first);
    while ((from = memmem(from, (size_t)(end - from), run.at, run.bytes))) {
        const char *at = match_run(tokens, first, form.at, from, end);
        for (size_t done = first; at && done < count;) {
            size_t n = run_length(tokens + done, count - done);
            at = match_run(tokens + done, n, form.at, skip_gap(&tokens[done], at, end), end);
            done += n;
        }
        if (at)
            return true;
        from++;
    }
    return false;
}
