// SPDX-License-Identifier: Apache-2.0
#include "config_tree.h"

#include "str.h"

#include <string.h>
#include <yaml.h>

enum { DEPTH_MAX = 24, NODES_MAX = 1000000, ANCHORS_MAX = 64 };

struct builder {
    struct gw_config *config;
    yaml_parser_t parser;
    const char *text;
    size_t bytes;
    unsigned nodes, depth, anchors;
    struct {
        struct gw_config_node *node, *last; // last: the key or value put in most recently
        bool key_pending;
    } stack[DEPTH_MAX];
    struct {
        const char *name;
        struct gw_config_node *node;
    } anchor[ANCHORS_MAX];
};

static struct gw_config_node place(size_t line, size_t column)
{
    return (struct gw_config_node){.line = (uint32_t)line + 1, .column = (uint32_t)column + 1};
}

static int fail_at(struct builder *b, yaml_mark_t mark, const char *what)
{
    struct gw_config_node at = place(mark.line, mark.column);
    gw_config_error(b->config, &at, "", "%s", what);
    return GW_EINVAL;
}

// ---- what libyaml says

static bool indented_by_tab(const struct builder *b, size_t line)
{
    const char *at = b->text, *end = b->text + b->bytes;
    for (; line && at < end; line--) {
        at = memchr(at, '\n', (size_t)(end - at));
        at = at ? at + 1 : end;
    }
    while (at < end && *at == ' ')
        at++;
    return at < end && *at == '\t';
}

// A byte that is no character: libyaml knows its offset alone.
static int fail_at_byte(struct builder *b, size_t offset, const char *what)
{
    yaml_mark_t mark = {0};
    const char *end = b->text + (offset < b->bytes ? offset : b->bytes);
    for (const char *at = b->text; at < end; mark.column++)
        if (gw_utf8_next(&at, end) == '\n') {
            mark.line++;
            mark.column = (size_t)-1;
        }
    return fail_at(b, mark, what);
}

static int fail_yaml(struct builder *b)
{
    const yaml_parser_t *p = &b->parser;
    struct gw_config_node at = place(p->problem_mark.line, p->problem_mark.column);
    const char *problem = p->problem ? p->problem : "out of memory";
    if (p->error == YAML_READER_ERROR)
        return fail_at_byte(b, p->problem_offset, problem);
    const char *hint = indented_by_tab(b, p->problem_mark.line) ? "; YAML indents with blanks, not tabs" : "";
    if (p->context && p->context_mark.line != p->problem_mark.line)
        gw_config_error(b->config, &at, "", "%s %s begun at line %zu%s", problem, p->context, p->context_mark.line + 1,
                        hint);
    else
        gw_config_error(b->config, &at, "", "%s%s%s%s", problem, p->context ? " " : "", p->context ? p->context : "",
                        hint);
    return GW_EINVAL;
}

// ---- nodes

static int add_node(struct builder *b, const yaml_event_t *event, struct gw_config_node *node)
{
    node->line = (uint32_t)event->start_mark.line + 1;
    node->column = (uint32_t)event->start_mark.column + 1;
    if (b->depth == 0) {
        b->config->root = node;
        return GW_OK;
    }
    struct gw_config_node *parent = b->stack[b->depth - 1].node, *last = b->stack[b->depth - 1].last;
    if (parent->kind == GW_NODE_MAPPING && b->stack[b->depth - 1].key_pending) {
        last->value = node;
        b->stack[b->depth - 1].key_pending = false;
        return GW_OK;
    }
    if (parent->kind == GW_NODE_MAPPING && node->kind != GW_NODE_TEXT)
        return fail_at(b, event->start_mark, "a key has to be plain text");
    *(last ? &last->next : &parent->child) = node;
    b->stack[b->depth - 1].last = node;
    b->stack[b->depth - 1].key_pending = parent->kind == GW_NODE_MAPPING;
    return GW_OK;
}

static int new_node(struct builder *b, const yaml_event_t *event, struct gw_config_node **ret_node)
{
    struct gw_config_node *node = gw_arena_zalloc(b->config->scratch, sizeof *node);
    if (++b->nodes > NODES_MAX || !node)
        return fail_at(b, event->start_mark, "too much for one file");
    *ret_node = node;
    return GW_OK;
}

static int check_tag(struct builder *b, const yaml_event_t *event, const yaml_char_t *tag)
{
    const char *text = (const char *)tag;
    if (!text || gw_str_eq(text, "!") || gw_starts_with(gw_span_of(text), "tag:yaml.org,2002:"))
        return GW_OK;
    return fail_at(b, event->start_mark, "tags are not supported");
}

static int set_anchor(struct builder *b, const yaml_event_t *event, const yaml_char_t *name,
                      struct gw_config_node *node)
{
    if (!name)
        return GW_OK;
    if (b->anchors == ANCHORS_MAX)
        return fail_at(b, event->start_mark, "too many anchors");
    b->anchor[b->anchors].name = gw_arena_strdup(b->config->scratch, (const char *)name);
    b->anchor[b->anchors].node = node;
    return b->anchor[b->anchors++].name ? GW_OK : fail_at(b, event->start_mark, "too much for one file");
}

// An alias is a node of its own that shares the children: the walk's bound on visits, not this, stops multiplication.
static int add_alias(struct builder *b, const yaml_event_t *event)
{
    for (unsigned i = b->anchors; i-- > 0;) {
        struct gw_config_node *node;
        if (strcmp(b->anchor[i].name, (const char *)event->data.alias.anchor) != 0)
            continue;
        if (b->anchor[i].node->open)
            return fail_at(b, event->start_mark, "an alias inside of what it stands for");
        int rc = new_node(b, event, &node);
        if (rc)
            return rc;
        *node = *b->anchor[i].node;
        node->next = node->value = NULL;
        return add_node(b, event, node);
    }
    return fail_at(b, event->start_mark, "an alias without an anchor before it");
}

static int add_scalar(struct builder *b, const yaml_event_t *event)
{
    struct gw_config_node *node;
    const char *value = (const char *)event->data.scalar.value;
    size_t bytes = event->data.scalar.length;
    int rc = new_node(b, event, &node);
    if (rc == GW_OK)
        rc = check_tag(b, event, event->data.scalar.tag);
    if (rc == GW_OK)
        rc = set_anchor(b, event, event->data.scalar.anchor, node);
    if (rc)
        return rc;
    if (memchr(value, '\0', bytes))
        return fail_at(b, event->start_mark, "a NUL character in text");
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    node->bytes = bytes;
    node->text = gw_arena_strndup(b->config->scratch, value, bytes);
    return node->text ? add_node(b, event, node) : fail_at(b, event->start_mark, "too much for one file");
}

static int open_collection(struct builder *b, const yaml_event_t *event, enum gw_config_kind kind)
{
    struct gw_config_node *node;
    bool mapping = kind == GW_NODE_MAPPING;
    int rc = new_node(b, event, &node);
    if (rc)
        return rc;
    node->kind = kind;
    node->open = true;
    rc = check_tag(b, event, mapping ? event->data.mapping_start.tag : event->data.sequence_start.tag);
    if (rc == GW_OK)
        rc = set_anchor(b, event, mapping ? event->data.mapping_start.anchor : event->data.sequence_start.anchor, node);
    if (rc == GW_OK)
        rc = add_node(b, event, node);
    if (rc)
        return rc;
    if (b->depth == DEPTH_MAX)
        return fail_at(b, event->start_mark, "nested too deep");
    memset(&b->stack[b->depth], 0, sizeof b->stack[0]);
    b->stack[b->depth++].node = node;
    return GW_OK;
}

static int take_event(struct builder *b, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (b->config->root)
            return fail_at(b, event->start_mark, "a second document; one file holds one");
        return GW_OK;
    case YAML_SCALAR_EVENT:
        return add_scalar(b, event);
    case YAML_ALIAS_EVENT:
        return add_alias(b, event);
    case YAML_MAPPING_START_EVENT:
        return open_collection(b, event, GW_NODE_MAPPING);
    case YAML_SEQUENCE_START_EVENT:
        return open_collection(b, event, GW_NODE_SEQUENCE);
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
        b->stack[--b->depth].node->open = false;
        return GW_OK;
    default:
        return GW_OK;
    }
}

int gw_config_tree(struct gw_config *config, const char *text, size_t bytes)
{
    struct builder b = {.config = config, .text = text, .bytes = bytes};
    int rc = GW_OK;
    bool done = false;
    if (bytes > GW_CONFIG_FILE_MAX)
        return fail_at(&b, (yaml_mark_t){0}, "a file of more than 16 MiB");
    gw_assert(yaml_parser_initialize(&b.parser));
    yaml_parser_set_input_string(&b.parser, (const unsigned char *)text, bytes);
    while (rc == GW_OK && !done) {
        yaml_event_t event;
        if (!yaml_parser_parse(&b.parser, &event)) {
            rc = fail_yaml(&b);
            break;
        }
        rc = take_event(&b, &event);
        done = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&b.parser);
    if (rc)
        config->root = NULL;
    return rc;
}
