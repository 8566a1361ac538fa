// SPDX-License-Identifier: Apache-2.0
#include "model/selector.h"

#include <string.h>

struct parser {
    struct gw_arena *arena;
    const char *start, *at, *end;
    int parts, depth;
    bool in_has;
};

static int column(const struct parser *p, const char *at)
{
    int characters = 1;
    for (const char *s = p->start; s < at; characters++)
        gw_utf8_next(&s, p->end);
    return characters;
}

static int fail_at(const struct parser *p, const char *at, const char *reason)
{
    return gw_fail(GW_EINVAL, "column %d: %s", column(p, at), reason);
}

static int fail_arena(void)
{
    return gw_fail(GW_ELIMIT, "selector: out of memory");
}

static bool skip_blanks(struct parser *p)
{
    const char *from = p->at;
    while (p->at < p->end && gw_is_space((unsigned char)*p->at))
        p->at++;
    return p->at > from;
}

static bool take(struct parser *p, char c)
{
    if (p->at >= p->end || *p->at != c)
        return false;
    p->at++;
    return true;
}

static bool is_name_byte(unsigned char c)
{
    return gw_is_alpha(c) || gw_is_digit(c) || c == '-' || c == '_' || c >= 0x80;
}

// A name; a backslash takes the next byte as it is ("md\:title").
static int parse_name(struct parser *p, const char *what, const char **ret_name)
{
    const char *from = p->at;
    char *name = gw_arena_alloc(p->arena, (size_t)(p->end - p->at) + 1);
    size_t n = 0;
    if (!name)
        return fail_arena();
    while (p->at < p->end && (is_name_byte((unsigned char)*p->at) || (*p->at == '\\' && p->at + 1 < p->end))) {
        p->at += *p->at == '\\';
        name[n++] = *p->at++;
    }
    if (n == 0)
        return gw_fail(GW_EINVAL, "column %d: expected %s", column(p, from), what);
    name[n] = '\0';
    *ret_name = name;
    return 0;
}

static int parse_string(struct parser *p, const char **ret_string)
{
    const char *from = p->at;
    char quote = *p->at++;
    char *string = gw_arena_alloc(p->arena, (size_t)(p->end - p->at) + 1);
    size_t n = 0;
    if (!string)
        return fail_arena();
    while (p->at < p->end && *p->at != quote) {
        p->at += *p->at == '\\' && p->at + 1 < p->end;
        string[n++] = *p->at++;
    }
    if (!take(p, quote))
        return fail_at(p, from, "the string has no end");
    string[n] = '\0';
    *ret_string = string;
    return 0;
}

static int parse_attribute(struct parser *p, struct gw_selector_test *test)
{
    const char *from = p->at - 1;
    test->kind = GW_TEST_ATTRIBUTE;
    skip_blanks(p);
    int rc = parse_name(p, "an attribute's name", &test->name);
    if (rc != 0)
        return rc;
    skip_blanks(p);
    if (take(p, ']'))
        return 0;
    test->op = '=';
    if (p->at < p->end && *p->at && strchr("~|^$*", *p->at))
        test->op = *p->at++;
    if (!take(p, '='))
        return fail_at(p, p->at, "expected = ~= |= ^= $= *= or ]");
    skip_blanks(p);
    bool quoted = p->at < p->end && (*p->at == '"' || *p->at == '\'');
    rc = quoted ? parse_string(p, &test->value) : parse_name(p, "a value (quote it)", &test->value);
    if (rc != 0)
        return rc;
    if (skip_blanks(p) && (take(p, 'i') || take(p, 'I'))) {
        test->nocase = true;
        skip_blanks(p);
    }
    return take(p, ']') ? 0 : fail_at(p, from, "[ has no ]");
}

static bool take_int(struct parser *p, int *ret_value)
{
    const char *from = p->at;
    int value = 0;
    while (p->at < p->end && gw_is_digit((unsigned char)*p->at) && p->at - from < 6)
        value = value * 10 + (*p->at++ - '0');
    *ret_value = value;
    return p->at > from;
}

// "odd", "even", "3", "2n+1", "-n+3", "n".
static int parse_nth(struct parser *p, struct gw_selector_test *test)
{
    const char *from = p->at;
    struct gw_span rest = {p->at, (size_t)(p->end - p->at)};
    if (gw_starts_with_nocase(rest, "odd") || gw_starts_with_nocase(rest, "even")) {
        bool odd = gw_lower(*p->at) == 'o';
        test->step = 2;
        test->offset = odd;
        p->at += odd ? 3 : 4;
        return 0;
    }
    int sign = take(p, '-') ? -1 : 1, number;
    take(p, '+');
    bool has_number = take_int(p, &number);
    if (!take(p, 'n')) {
        test->offset = sign * number;
        return has_number ? 0 : fail_at(p, from, "expected odd, even, a number or An+B");
    }
    test->step = has_number ? sign * number : sign;
    skip_blanks(p);
    sign = take(p, '+') ? 1 : take(p, '-') ? -1 : 0;
    if (sign == 0)
        return 0;
    skip_blanks(p);
    if (!take_int(p, &number))
        return fail_at(p, p->at, "expected a number");
    test->offset = sign * number;
    return 0;
}

static int parse_group(struct parser *p, bool relative, const struct gw_selector **ret_selector);

static int parse_inner(struct parser *p, struct gw_selector_test *test)
{
    const char *from = p->at;
    bool has = test->kind == GW_TEST_HAS, outer = p->in_has;
    if (has && p->in_has)
        return fail_at(p, from, ":has() inside :has()");
    if (++p->depth > GW_SELECTOR_MAX_DEPTH)
        return fail_at(p, from, "nested too deep");
    p->in_has = outer || has;
    int rc = parse_group(p, has, &test->inner);
    p->in_has = outer;
    p->depth--;
    return rc;
}

static int parse_contains(struct parser *p, struct gw_selector_test *test)
{
    if (p->at < p->end && (*p->at == '"' || *p->at == '\''))
        return parse_string(p, &test->value);
    const char *from = p->at;
    while (p->at < p->end && *p->at != ')')
        p->at++;
    struct gw_span bare = gw_span_trim((struct gw_span){from, (size_t)(p->at - from)});
    if (bare.bytes == 0)
        return fail_at(p, from, "expected a text");
    test->value = gw_arena_strndup(p->arena, bare.at, bare.bytes);
    return test->value ? 0 : fail_arena();
}

static const struct pseudo_class {
    const char *name;
    enum gw_test_kind kind;
    int (*parse)(struct parser *p, struct gw_selector_test *test);
} pseudo_classes[] = {
    {"nth-child", GW_TEST_NTH_CHILD, parse_nth},
    {"not", GW_TEST_NOT, parse_inner},
    {"has", GW_TEST_HAS, parse_inner},
    {"contains", GW_TEST_CONTAINS, parse_contains},
};

static int parse_pseudo(struct parser *p, struct gw_selector_test *test)
{
    const char *from = p->at - 1, *name;
    const struct pseudo_class *class = NULL;
    if (take(p, ':'))
        return fail_at(p, from, "pseudo-elements are not supported");
    int rc = parse_name(p, "a pseudo-class", &name);
    if (rc != 0)
        return rc;
    for (size_t i = 0; i < GW_COUNT(pseudo_classes); i++)
        if (gw_str_eq_nocase(name, pseudo_classes[i].name))
            class = &pseudo_classes[i];
    if (!class)
        return gw_fail(GW_EINVAL, "column %d: :%s is not supported (there are :nth-child :not :has :contains)",
                       column(p, from), name);
    if (!take(p, '('))
        return gw_fail(GW_EINVAL, "column %d: :%s needs (…)", column(p, from), name);
    test->kind = class->kind;
    skip_blanks(p);
    rc = class->parse(p, test);
    if (rc != 0)
        return rc;
    skip_blanks(p);
    return take(p, ')') ? 0 : fail_at(p, from, "( has no )");
}

// One test of a compound. *ret_test is NULL where the compound ends.
static int parse_test(struct parser *p, bool first, struct gw_selector_test **ret_test)
{
    *ret_test = NULL;
    if (p->at >= p->end)
        return 0;
    char c = *p->at;
    bool type = first && (is_name_byte((unsigned char)c) || c == '\\') && c != '-' && !gw_is_digit((unsigned char)c);
    if (!type && c != '.' && c != '#' && c != '[' && c != ':')
        return 0;
    struct gw_selector_test *test = gw_arena_zalloc(p->arena, sizeof *test);
    if (!test)
        return fail_arena();
    *ret_test = test;
    test->kind = c == '#' ? GW_TEST_ID : c == '.' ? GW_TEST_CLASS : GW_TEST_TYPE;
    if (type)
        return parse_name(p, "a type", &test->name);
    p->at++;
    if (c == '[')
        return parse_attribute(p, test);
    if (c == ':')
        return parse_pseudo(p, test);
    return parse_name(p, c == '.' ? "a class" : "an id", &test->name);
}

static int parse_compound(struct parser *p, struct gw_selector_part *part)
{
    const char *from = p->at;
    const struct gw_selector_test **tail = &part->tests;
    bool any = take(p, '*'), first = !any;
    for (;;) {
        struct gw_selector_test *test;
        int rc = parse_test(p, first, &test);
        if (rc != 0)
            return rc;
        if (!test)
            break;
        *tail = test;
        tail = &test->next;
        first = false;
    }
    if (part->tests || any)
        return 0;
    if (p->at < p->end && gw_is_digit((unsigned char)*p->at))
        return fail_at(p, from, "a selector cannot begin with a digit");
    return fail_at(p, from, p->at < p->end ? "expected a selector here" : "expected a selector, found the end");
}

// The combinator at hand, blanks and all; false at the end of the chain.
static bool take_combinator(struct parser *p, enum gw_combinator *ret_combinator)
{
    bool blank = skip_blanks(p);
    *ret_combinator = GW_DESCENDANT;
    if (p->at >= p->end || *p->at == ',' || *p->at == ')')
        return false;
    if (take(p, '>'))
        *ret_combinator = GW_CHILD;
    else if (take(p, '+'))
        *ret_combinator = GW_NEXT_SIBLING;
    else if (take(p, '~'))
        *ret_combinator = GW_LATER_SIBLING;
    else
        return blank;
    skip_blanks(p);
    return true;
}

static int parse_chain(struct parser *p, bool relative, const struct gw_selector_part **ret_last)
{
    const struct gw_selector_part *left = NULL;
    enum gw_combinator combinator = GW_DESCENDANT;
    skip_blanks(p);
    if (relative)
        take_combinator(p, &combinator);
    do {
        if (++p->parts > GW_SELECTOR_MAX_PARTS)
            return gw_fail(GW_ELIMIT, "column %d: too many parts", column(p, p->at));
        struct gw_selector_part *part = gw_arena_zalloc(p->arena, sizeof *part);
        if (!part)
            return fail_arena();
        int rc = parse_compound(p, part);
        if (rc != 0)
            return rc;
        part->combinator = combinator;
        part->left = left;
        left = part;
    } while (take_combinator(p, &combinator));
    *ret_last = left;
    return 0;
}

static int parse_group(struct parser *p, bool relative, const struct gw_selector **ret_selector)
{
    const struct gw_selector **tail = ret_selector;
    do {
        struct gw_selector *selector = gw_arena_zalloc(p->arena, sizeof *selector);
        if (!selector)
            return fail_arena();
        int rc = parse_chain(p, relative, &selector->last);
        if (rc != 0)
            return rc;
        *tail = selector;
        tail = &selector->next;
    } while (take(p, ','));
    return 0;
}

int gw_selector_parse(struct gw_arena *arena, struct gw_span text, const struct gw_selector **ret_selector)
{
    struct parser p = {.arena = arena, .start = text.at, .at = text.at, .end = text.at + text.bytes};
    const struct gw_selector *selector = NULL;
    if (text.bytes > GW_SELECTOR_MAX)
        return gw_fail(GW_ELIMIT, "selector of more than %d bytes", GW_SELECTOR_MAX);
    int rc = parse_group(&p, false, &selector);
    if (rc != 0)
        return rc;
    if (p.at < p.end)
        return gw_fail(GW_EINVAL, "column %d: unexpected '%c'", column(&p, p.at), *p.at);
    *ret_selector = selector;
    return 0;
}
