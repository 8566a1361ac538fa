// SPDX-License-Identifier: Apache-2.0
#include "query.h"

#include "base/arena.h"
#include "base/str.h"
#include "model/query_fields.h"

#include <stdlib.h>
#include <string.h>

enum { ARENA_MAX = 4 * 1024 * 1024 };

struct node {
    struct gw_query_node base;
    struct gw_query_value value; // TITLE and FIELD
};

struct gw_query {
    struct gw_arena *arena;
    const struct gw_query_node *root;
};

struct parser {
    struct gw_arena *arena;
    const char *start, *at, *end;
    unsigned terms, depth;
};

// ---- parsing

static int column(const struct parser *p, const char *at)
{
    int characters = 1;
    for (const char *s = p->start; s < at; characters++)
        gw_utf8_next(&s, p->end);
    return characters;
}

static int wrong(const struct parser *p, const char *at, int rc)
{
    return gw_fail_prefix(rc, "column %d", column(p, at));
}

static int refuse(const struct parser *p, const char *at, const char *reason)
{
    return gw_fail(GW_EINVAL, "column %d: %s", column(p, at), reason);
}

static void skip_blanks(struct parser *p)
{
    while (p->at < p->end && gw_is_space((unsigned char)*p->at))
        p->at++;
}

static struct gw_span left(const struct parser *p)
{
    return (struct gw_span){p->at, (size_t)(p->end - p->at)};
}

static bool at_word_end(const struct parser *p, const char *at)
{
    return at == p->end || gw_is_space((unsigned char)*at) || *at == '(' || *at == ')' || *at == '"';
}

// The word at the cursor is exactly this.
static bool at_keyword(const struct parser *p, const char *word)
{
    return gw_starts_with(left(p), word) && at_word_end(p, p->at + strlen(word));
}

static struct node *new_node(struct parser *p, enum gw_query_kind kind)
{
    struct node *node = gw_arena_zalloc(p->arena, sizeof *node);
    if (node)
        node->base.kind = kind;
    else
        gw_fail(GW_ELIMIT, "a query of too many parts");
    return node;
}

// The text of a phrase, the cursor behind its second quote.
static int take_quoted(struct parser *p, struct gw_span *ret_text)
{
    const char *open = p->at, *close = memchr(open + 1, '"', (size_t)(p->end - open - 1));
    if (!close)
        return refuse(p, open, "this quote is not closed");
    *ret_text = (struct gw_span){open + 1, (size_t)(close - open - 1)};
    p->at = close + 1;
    return GW_OK;
}

static struct gw_span take_word(struct parser *p)
{
    const char *from = p->at;
    while (!at_word_end(p, p->at))
        p->at++;
    return (struct gw_span){from, (size_t)(p->at - from)};
}

// As a word, but parentheses in pairs belong to it: doc_number:国办发(2018)15号
static struct gw_span take_value(struct parser *p)
{
    const char *from = p->at;
    for (unsigned open = 0; p->at < p->end && !gw_is_space((unsigned char)*p->at); p->at++) {
        if (*p->at == ')' && open == 0)
            break;
        open += *p->at == '(' ? 1 : *p->at == ')' ? -1u : 0;
    }
    return (struct gw_span){from, (size_t)(p->at - from)};
}

static int parse_words(struct parser *p, const char *at, struct gw_span text, struct node **ret_node)
{
    struct node *node = new_node(p, GW_QUERY_TEXT);
    if (!node)
        return GW_ELIMIT;
    int rc = gw_query_tokens(p->arena, text, &node->base.tokens, &node->base.token_count);
    if (rc == GW_OK && node->base.token_count == 0)
        return refuse(p, at, "no letter or digit to look for");
    *ret_node = node;
    return rc ? wrong(p, at, rc) : GW_OK;
}

static int parse_field(struct parser *p, struct gw_span name, const char *value_at, struct node **ret_node)
{
    const char *nearest;
    struct gw_span text;
    struct node *node = new_node(p, GW_QUERY_FIELD);
    if (!node)
        return GW_ELIMIT;
    const struct gw_query_field *field = gw_query_field(name, &nearest);
    if (!field && nearest)
        return gw_fail(GW_EINVAL, "column %d: no field is called '%.*s' (did you mean %s?)", column(p, name.at),
                       (int)name.bytes, name.at, nearest);
    if (!field)
        return gw_fail(GW_EINVAL, "column %d: no field is called '%.*s'; quote the words to look for them",
                       column(p, name.at), (int)(name.bytes < 40 ? name.bytes : 40), name.at);
    p->at = value_at;
    bool quoted = value_at < p->end && *value_at == '"';
    int rc = quoted ? take_quoted(p, &text) : GW_OK;
    if (rc)
        return rc;
    if (!quoted)
        text = take_value(p);
    rc = gw_query_value(p->arena, field, text, &node->value);
    if (rc)
        return wrong(p, value_at, rc);
    node->base = (struct gw_query_node){
        .kind = strcmp(gw_query_field_name(field), "title") == 0 ? GW_QUERY_TITLE : GW_QUERY_FIELD,
        .tokens = node->value.tokens,
        .token_count = node->value.token_count,
        .field = field,
        .value = &node->value,
    };
    *ret_node = node;
    return GW_OK;
}

// Bytes of "name:" at the cursor, with an ASCII or full-width colon, as *ret_name and what follows; false: none.
static bool at_field(const struct parser *p, struct gw_span *ret_name, const char **ret_value)
{
    const char *at = p->at;
    while (at < p->end && (gw_is_alpha((unsigned char)*at) || *at == '_'))
        at++;
    struct gw_span behind = {at, (size_t)(p->end - at)};
    size_t colon = gw_starts_with(behind, ":") ? 1 : gw_starts_with(behind, "\uff1a") ? strlen("\uff1a") : 0;
    *ret_name = (struct gw_span){p->at, (size_t)(at - p->at)};
    *ret_value = at + colon;
    return at > p->at && colon;
}

static int parse_any(struct parser *p, struct node **ret_node);

static int parse_group(struct parser *p, struct node **ret_node)
{
    const char *open = p->at++;
    if (++p->depth > GW_QUERY_MAX_DEPTH)
        return gw_fail(GW_ELIMIT, "column %d: nested deeper than %d", column(p, open), GW_QUERY_MAX_DEPTH);
    int rc = parse_any(p, ret_node);
    p->depth--;
    if (rc)
        return rc;
    skip_blanks(p);
    if (p->at == p->end)
        return refuse(p, open, "this parenthesis is not closed");
    if ((*ret_node)->base.kind == GW_QUERY_ALL && !(*ret_node)->base.children)
        return refuse(p, open, "nothing between the parentheses");
    p->at++; // parse_any stops at nothing else
    return GW_OK;
}

static int parse_term(struct parser *p, struct node **ret_node)
{
    const char *at = p->at, *value;
    struct gw_span text;
    if (++p->terms > GW_QUERY_MAX_TERMS)
        return gw_fail(GW_ELIMIT, "column %d: more than %d terms", column(p, at), GW_QUERY_MAX_TERMS);
    if (*at == '(')
        return parse_group(p, ret_node);
    if (*at == '"') {
        int rc = take_quoted(p, &text);
        return rc ? rc : parse_words(p, at, text, ret_node);
    }
    if (at_keyword(p, "AND"))
        return refuse(p, at, "AND goes without saying; quote it to look for the word");
    if (at_keyword(p, "NOT"))
        return refuse(p, at, "NOT is written as -word; quote it to look for the word");
    if (at_field(p, &text, &value))
        return parse_field(p, text, value, ret_node);
    text = take_word(p);
    return parse_words(p, at, text, ret_node);
}

static int parse_signed(struct parser *p, struct node **ret_node)
{
    const char *sign = p->at;
    if (*sign != '-')
        return parse_term(p, ret_node);
    struct node *node = new_node(p, GW_QUERY_NOT), *inner;
    if (!node)
        return GW_ELIMIT;
    p->at++;
    if (p->at == p->end || gw_is_space((unsigned char)*p->at) || *p->at == '-' || *p->at == ')')
        return refuse(p, sign, "a term is missing right after -");
    int rc = parse_term(p, &inner);
    if (rc)
        return rc;
    node->base.children = &inner->base;
    *ret_node = node;
    return GW_OK;
}

// Terms in a row, up to OR, a closing parenthesis or the end. One alone stands for itself.
static int parse_all(struct parser *p, struct node **ret_node)
{
    struct node *all = new_node(p, GW_QUERY_ALL), *only = NULL;
    if (!all)
        return GW_ELIMIT;
    const struct gw_query_node **tail = &all->base.children;
    size_t count = 0;
    for (skip_blanks(p); p->at < p->end && *p->at != ')' && !at_keyword(p, "OR"); skip_blanks(p)) {
        int rc = parse_signed(p, &only);
        if (rc)
            return rc;
        *tail = &only->base;
        tail = &only->base.next;
        count++;
    }
    *ret_node = count == 1 ? only : all;
    return GW_OK;
}

static int parse_any(struct parser *p, struct node **ret_node)
{
    struct node *any = new_node(p, GW_QUERY_ANY), *one;
    if (!any)
        return GW_ELIMIT;
    const struct gw_query_node **tail = &any->base.children;
    for (size_t count = 1;; count++) {
        int rc = parse_all(p, &one);
        if (rc)
            return rc;
        bool more = at_keyword(p, "OR"), empty = one->base.kind == GW_QUERY_ALL && !one->base.children;
        if (empty && (more || count > 1))
            return refuse(p, p->at, more ? "a term is missing before OR" : "a term is missing after OR");
        *tail = &one->base;
        tail = &one->base.next;
        if (!more) {
            *ret_node = count == 1 ? one : any;
            return GW_OK;
        }
        p->at += strlen("OR");
    }
}

int gw_query_new(const char *text, struct gw_query **ret_query)
{
    size_t bytes = strlen(text);
    struct node *root;
    if (bytes > GW_QUERY_MAX_BYTES)
        return gw_fail(GW_ELIMIT, "a query of more than %d bytes", GW_QUERY_MAX_BYTES);
    struct gw_query *query = calloc(1, sizeof *query);
    gw_assert(query);
    query->arena = gw_arena_new(ARENA_MAX);
    struct parser p = {query->arena, text, text, text + bytes, 0, 0};
    int rc = parse_any(&p, &root);
    if (rc == GW_OK && p.at < p.end)
        rc = refuse(&p, p.at, "this parenthesis was never opened");
    if (rc) {
        gw_query_free(query);
        return rc;
    }
    query->root = &root->base;
    *ret_query = query;
    return GW_OK;
}

struct gw_query *gw_query_free(struct gw_query *query)
{
    if (query) {
        gw_arena_free(query->arena);
        free(query);
    }
    return NULL;
}

const struct gw_query_node *gw_query_root(const struct gw_query *query)
{
    return query->root;
}

// ---- matching

static bool match(const struct gw_query_node *node, struct gw_query_subject *subject)
{
    switch (node->kind) {
    case GW_QUERY_ALL:
        for (const struct gw_query_node *child = node->children; child; child = child->next)
            if (!match(child, subject))
                return false;
        return true;
    case GW_QUERY_ANY:
        for (const struct gw_query_node *child = node->children; child; child = child->next)
            if (match(child, subject))
                return true;
        return false;
    case GW_QUERY_NOT:
        return !match(node->children, subject);
    case GW_QUERY_TEXT:
        return gw_tokens_found(gw_query_title(subject), node->tokens, node->token_count) ||
               gw_tokens_found(gw_query_body(subject), node->tokens, node->token_count);
    case GW_QUERY_TITLE:
    case GW_QUERY_FIELD:
        return gw_query_field_match(node->field, node->value, subject);
    }
    return false;
}

bool gw_query_match_subject(const struct gw_query *query, struct gw_query_subject *subject)
{
    return match(query->root, subject);
}

bool gw_query_match(const struct gw_query *query, const Gw__Event *event)
{
    struct gw_query_subject subject;
    gw_query_subject_init(&subject, event);
    bool matches = gw_query_match_subject(query, &subject);
    gw_query_subject_fini(&subject);
    return matches;
}
