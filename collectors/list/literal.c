// SPDX-License-Identifier: Apache-2.0
#include "list/literal.h"

#include <string.h>

enum { MAX_DEPTH = 32 };

struct scanner {
    const char *at, *end;
    struct gw_buf *out;
};

static void skip_blanks(struct scanner *s)
{
    for (;;) {
        struct gw_span rest = {s->at, (size_t)(s->end - s->at)};
        if (rest.bytes > 0 && gw_is_space((unsigned char)*s->at)) {
            s->at++;
        } else if (gw_starts_with(rest, "//")) {
            const char *newline = memchr(s->at, '\n', rest.bytes);
            s->at = newline ? newline : s->end;
        } else if (gw_starts_with(rest, "/*")) {
            ptrdiff_t close = gw_find(rest, GW_SPAN("*/"));
            s->at = close < 0 ? s->end : s->at + close + 2;
        } else {
            return;
        }
    }
}

static bool put_escape(struct scanner *s)
{
    if (s->at >= s->end)
        return false;
    char c = *s->at++;
    if (strchr("\"\\/bfnrt", c) && c) {
        gw_buf_putc(s->out, '\\');
        gw_buf_putc(s->out, c);
    } else if (c == 'u') {
        gw_buf_puts(s->out, "\\u");
    } else if (c == 'x') {
        gw_buf_puts(s->out, "\\u00");
    } else if (c != '\n') { // \' and the like; a line's end continues the string
        gw_buf_putc(s->out, c);
    }
    return true;
}

static bool put_string(struct scanner *s)
{
    char quote = *s->at++;
    gw_buf_putc(s->out, '"');
    while (s->at < s->end && *s->at != quote) {
        char c = *s->at++;
        if (c == '\\') {
            if (!put_escape(s))
                return false;
        } else if (c == '"') {
            gw_buf_puts(s->out, "\\\"");
        } else if ((unsigned char)c < 0x20) {
            gw_buf_printf(s->out, "\\u%04x", c);
        } else {
            gw_buf_putc(s->out, c);
        }
    }
    gw_buf_putc(s->out, '"');
    return s->at < s->end && s->at++;
}

static bool is_word_byte(unsigned char c)
{
    return gw_is_alpha(c) || gw_is_digit(c) || c == '_' || c == '$' || c >= 0x80;
}

// A bare word: a key, a number, or true, false, null; undefined counts as null.
static bool put_word(struct scanner *s, bool key)
{
    const char *from = s->at;
    bool number = gw_is_digit((unsigned char)*from) || *from == '-';
    while (s->at < s->end && (is_word_byte((unsigned char)*s->at) || (number && strchr("+-.", *s->at))))
        s->at++;
    struct gw_span word = {from, (size_t)(s->at - from)};
    if (word.bytes == 0)
        return false;
    if (key || number) {
        gw_buf_puts(s->out, key ? "\"" : "");
        gw_buf_add(s->out, word.at, word.bytes);
        gw_buf_puts(s->out, key ? "\"" : "");
        return true;
    }
    bool known = gw_span_eq(word, GW_SPAN("true")) || gw_span_eq(word, GW_SPAN("false"));
    bool nothing = gw_span_eq(word, GW_SPAN("null")) || gw_span_eq(word, GW_SPAN("undefined"));
    if (known)
        gw_buf_add(s->out, word.at, word.bytes);
    else if (nothing)
        gw_buf_puts(s->out, "null");
    return known || nothing;
}

static bool put_key(struct scanner *s)
{
    bool put = *s->at == '"' || *s->at == '\'' ? put_string(s) : put_word(s, true);
    skip_blanks(s);
    if (!put || s->at >= s->end || *s->at != ':')
        return false;
    s->at++;
    gw_buf_putc(s->out, ':');
    skip_blanks(s);
    return s->at < s->end;
}

size_t gw_literal_to_json(struct gw_span text, struct gw_buf *out)
{
    struct scanner s = {text.at, text.at + text.bytes, out};
    char closers[MAX_DEPTH];
    int depth = 0;
    bool comma = false; // one is due before the next element
    for (skip_blanks(&s); s.at < s.end; skip_blanks(&s)) {
        if (depth > 0 && *s.at == closers[depth - 1]) {
            gw_buf_putc(out, *s.at++);
            comma = true;
            if (--depth == 0)
                return gw_buf_ok(out) ? (size_t)(s.at - text.at) : 0;
            continue;
        }
        if (depth > 0 && *s.at == ',') {
            s.at++;
            continue;
        }
        if (comma)
            gw_buf_putc(out, ',');
        comma = true;
        if (depth > 0 && closers[depth - 1] == '}' && !put_key(&s))
            return 0;
        if (*s.at == '[' || *s.at == '{') {
            if (depth == MAX_DEPTH)
                return 0;
            closers[depth++] = *s.at == '[' ? ']' : '}';
            gw_buf_putc(out, *s.at++);
            comma = false;
        } else if (depth == 0 ||
                   !(*s.at == '"' || *s.at == '\'' || *s.at == '`' ? put_string(&s) : put_word(&s, false))) {
            return 0;
        }
    }
    return 0;
}
