// SPDX-License-Identifier: Apache-2.0
#include "model/value.h"

#include "base/buf.h"
#include "model/regex.h"

#include <stdio.h>
#include <string.h>

struct gw_value_shape {
    struct gw_regex *regex;
    struct gw_span replacement;
    struct gw_value_shape *next;
};

struct parser {
    struct gw_arena *arena;
    const char *start, *at, *end;
    enum gw_value_kind kind;
};

static int column(const struct parser *p, const char *at)
{
    int characters = 1;
    for (const char *s = p->start; s < at; characters++)
        gw_utf8_next(&s, p->end);
    return characters;
}

// A parser of a part counts its columns from the part's start; put the part's own place before it.
static int fail_within(const struct parser *p, const char *part, int rc)
{
    int inner = 0, skipped = 0;
    char reason[256];
    if (sscanf(gw_reason(), "column %d: %n", &inner, &skipped) != 1 || skipped == 0)
        return rc;
    snprintf(reason, sizeof reason, "%s", gw_reason() + skipped);
    return gw_fail((enum gw_rc)rc, "column %d: %s", column(p, part) + inner - 1, reason);
}

static void skip_blanks(struct parser *p)
{
    while (p->at < p->end && gw_is_space((unsigned char)*p->at))
        p->at++;
}

static bool at_shape(const struct parser *p)
{
    return p->end - p->at >= 2 && p->at[0] == '~' && p->at[1] == '/';
}

// The bytes up to the next slash, which is taken; "\/" becomes "/".
static int parse_slashed(struct parser *p, const char *shape, struct gw_span *ret_text)
{
    char *text = gw_arena_alloc(p->arena, (size_t)(p->end - p->at) + 1);
    size_t n = 0;
    if (!text)
        return gw_fail(GW_ELIMIT, "value: out of memory");
    while (p->at < p->end && *p->at != '/') {
        if (*p->at == '\\' && p->at + 1 < p->end && p->at[1] == '/')
            p->at++;
        else if (*p->at == '\\' && p->at + 1 < p->end)
            text[n++] = *p->at++;
        text[n++] = *p->at++;
    }
    if (p->at == p->end)
        return gw_fail(GW_EINVAL, "column %d: expected ~/regex/replacement/", column(p, shape));
    p->at++;
    *ret_text = (struct gw_span){text, n};
    return 0;
}

static int parse_shapes(struct parser *p, struct gw_value_shape **ret_shapes)
{
    struct gw_value_shape **tail = ret_shapes;
    int count = 0;
    *ret_shapes = NULL;
    for (skip_blanks(p); at_shape(p); skip_blanks(p)) {
        const char *from = p->at, *pattern_at = p->at += 2;
        struct gw_span pattern;
        struct gw_value_shape *shape = gw_arena_zalloc(p->arena, sizeof *shape);
        if (!shape || ++count > GW_VALUE_MAX_SHAPES)
            return gw_fail(GW_ELIMIT, "column %d: too many ~/…/…/", column(p, from));
        int rc = parse_slashed(p, from, &pattern);
        if (rc == 0)
            rc = parse_slashed(p, from, &shape->replacement);
        if (rc != 0)
            return rc;
        bool nocase = p->at < p->end && *p->at == 'i';
        p->at += nocase;
        rc = gw_regex_new(pattern, nocase, &shape->regex);
        if (rc != 0)
            return fail_within(p, pattern_at, rc);
        *tail = shape;
        tail = &shape->next;
    }
    return 0;
}

// Where the alternative's `what` ends: a bar, a shape, or the '@' of its attribute, outside of brackets and quotes.
static const char *end_of_what(const struct parser *p)
{
    int depth = 0;
    char quote = 0;
    for (const char *s = p->at; s < p->end; s++) {
        if (quote) {
            quote = *s == quote ? 0 : quote;
            continue;
        }
        bool stop = *s == '|' || (p->kind == GW_VALUE_CSS && *s == '@') ||
                    (*s == '~' && s + 1 < p->end && s[1] == '/' && (s == p->at || gw_is_space((unsigned char)s[-1])));
        if (depth == 0 && stop)
            return s;
        if (p->kind == GW_VALUE_CSS && (*s == '"' || *s == '\''))
            quote = *s;
        depth += *s == '[' || *s == '(' || *s == '{';
        depth -= (*s == ']' || *s == ')' || *s == '}') && depth > 0;
    }
    return p->end;
}

static int parse_css(struct parser *p, struct gw_value_alternative *alternative)
{
    const char *end = end_of_what(p), *from = p->at;
    struct gw_span text = gw_span_trim((struct gw_span){from, (size_t)(end - from)});
    if (text.bytes > 0) {
        int rc = gw_selector_parse(p->arena, text, &alternative->selector);
        if (rc != 0)
            return fail_within(p, text.at, rc);
    }
    p->at = end;
    if (p->at == p->end || *p->at != '@')
        return text.bytes > 0 ? 0 : gw_fail(GW_EINVAL, "column %d: expected a selector or @attribute", column(p, from));
    const char *name = ++p->at;
    while (p->at < p->end && !gw_is_space((unsigned char)*p->at) && *p->at != '|')
        p->at++;
    if (p->at == name)
        return gw_fail(GW_EINVAL, "column %d: expected an attribute's name", column(p, name));
    alternative->attribute = gw_arena_strndup(p->arena, name, (size_t)(p->at - name));
    return alternative->attribute ? 0 : gw_fail(GW_ELIMIT, "value: out of memory");
}

static int parse_path(struct parser *p, struct gw_value_alternative *alternative)
{
    const char *end = end_of_what(p);
    struct gw_span text = gw_span_trim((struct gw_span){p->at, (size_t)(end - p->at)});
    if (text.bytes == 0)
        return gw_fail(GW_EINVAL, "column %d: expected a path", column(p, p->at));
    int open = 0;
    for (size_t i = 0; i < text.bytes; i++) {
        open += text.at[i] == '{' ? 1 : text.at[i] == '}' ? -1 : 0;
        if (open < 0 || open > 1)
            return gw_fail(GW_EINVAL, "column %d: braces do not match", column(p, text.at + i));
    }
    if (open != 0)
        return gw_fail(GW_EINVAL, "column %d: { has no }", column(p, text.at));
    alternative->path = gw_arena_strndup(p->arena, text.at, text.bytes);
    p->at = end;
    return alternative->path ? 0 : gw_fail(GW_ELIMIT, "value: out of memory");
}

static int parse_alternatives(struct parser *p, struct gw_value *value)
{
    for (;;) {
        struct gw_value_shape *shapes;
        struct gw_value_alternative *alternative = &value->alternatives[value->count];
        skip_blanks(p);
        int rc = p->kind == GW_VALUE_CSS ? parse_css(p, alternative) : parse_path(p, alternative);
        if (rc != 0)
            return rc;
        value->count++;
        rc = parse_shapes(p, &shapes);
        bool last = p->at == p->end;
        if (last)
            value->shapes = shapes;
        else
            alternative->shapes = shapes;
        if (rc != 0 || last)
            return rc;
        if (*p->at != '|')
            return gw_fail(GW_EINVAL, "column %d: expected | or ~/regex/replacement/", column(p, p->at));
        if (value->count == GW_VALUE_MAX_ALTERNATIVES)
            return gw_fail(GW_ELIMIT, "column %d: more than %d alternatives", column(p, p->at),
                           GW_VALUE_MAX_ALTERNATIVES);
        p->at++;
    }
}

int gw_value_parse(struct gw_arena *arena, const char *text, enum gw_value_kind kind, struct gw_value *ret_value)
{
    size_t bytes = strlen(text);
    if (bytes > GW_VALUE_MAX)
        return gw_fail(GW_ELIMIT, "value of more than %d bytes", GW_VALUE_MAX);
    struct parser p = {arena, text, text, text + bytes, kind};
    struct gw_value value = {.kind = kind};
    int rc = parse_alternatives(&p, &value);
    if (rc != 0) {
        gw_value_close(&value);
        return rc;
    }
    *ret_value = value;
    return 0;
}

static void close_shapes(const struct gw_value_shape *shapes)
{
    for (; shapes; shapes = shapes->next)
        gw_regex_free(shapes->regex);
}

void gw_value_close(struct gw_value *value)
{
    for (size_t i = 0; i < value->count; i++)
        close_shapes(value->alternatives[i].shapes);
    close_shapes(value->shapes);
    *value = (struct gw_value){0};
}

const char *gw_value_shape(const struct gw_value_shape *shapes, struct gw_arena *arena, const char *text)
{
    for (; shapes && text; shapes = shapes->next)
        text = gw_regex_extract(shapes->regex, arena, gw_span_of(text), shapes->replacement);
    return text;
}

const char *gw_value_get(const struct gw_value *value, struct gw_arena *arena, gw_value_get_fn get, void *arg)
{
    for (size_t i = 0; i < value->count; i++) {
        const struct gw_value_alternative *what = &value->alternatives[i];
        const char *text = get(what, arg);
        text = text ? gw_value_shape(what->shapes, arena, text) : NULL;
        text = text ? gw_value_shape(value->shapes, arena, text) : NULL;
        if (text && gw_span_trim(gw_span_of(text)).bytes > 0)
            return text;
    }
    return NULL;
}

static bool is_name_byte(char c)
{
    return gw_is_alpha((unsigned char)c) || gw_is_digit((unsigned char)c) || c == '_' || c == '.' || c == '-' ||
           (unsigned char)c >= 0x80; // columns of data files have names in any language
}

struct gw_span gw_template_next(const char *text)
{
    for (; (text = strchr(text, '{')); text++) {
        size_t n = 0;
        while (is_name_byte(text[1 + n]))
            n++;
        if (n && text[1 + n] == '}')
            return (struct gw_span){text + 1, n};
    }
    return (struct gw_span){0};
}

const char *gw_template_fill(struct gw_arena *arena, const char *pattern, gw_fill_fn fill, void *arg)
{
    struct gw_buf out = GW_BUF(GW_TEMPLATE_MAX);
    const char *result = NULL;
    for (struct gw_span found; (found = gw_template_next(pattern)).bytes;) {
        char *name = gw_arena_strndup(arena, found.at, found.bytes);
        const char *text = name ? fill(name, arg) : NULL;
        if (!text)
            goto end;
        gw_buf_add(&out, pattern, (size_t)(found.at - 1 - pattern));
        gw_buf_puts(&out, text);
        pattern = found.at + found.bytes + 1;
    }
    gw_buf_puts(&out, pattern);
    if (gw_buf_ok(&out))
        result = gw_arena_strndup(arena, gw_buf_str(&out), out.bytes);
end:
    gw_buf_fini(&out);
    return result;
}
