// SPDX-License-Identifier: Apache-2.0
#include "config.h"

#include "config_tree.h"
#include "str.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    VISITS_MAX = 4000000,
};

// ---- problems

static void add_printable(struct gw_buf *out, const char *text, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        gw_buf_putc(out, (unsigned char)text[i] < ' ' || text[i] == 0x7F ? '?' : text[i]);
}

static void report(struct gw_config *config, const struct gw_config_node *node, const char *key, const char *level,
                   const char *format, va_list args)
{
    struct gw_buf *out = config->problems;
    char text[1024];
    if (++config->reports > GW_CONFIG_REPORTS_MAX) {
        if (config->reports == GW_CONFIG_REPORTS_MAX + 1)
            gw_buf_printf(out, "%s: more problems, not shown\n", config->file);
        return;
    }
    if (!key)
        key = config->path;
    gw_buf_printf(out, "%s%s:%u:%u: ", level, config->file, node ? node->line : 1, node ? node->column : 1);
    add_printable(out, key, strlen(key));
    gw_buf_puts(out, key[0] ? ": " : "");
    int n = vsnprintf(text, sizeof text, format, args);
    add_printable(out, text, gw_utf8_cut(text, n < (int)sizeof text ? (size_t)n : sizeof text - 1, sizeof text - 1));
    gw_buf_putc(out, '\n');
}

void gw_config_error(struct gw_config *config, const struct gw_config_node *node, const char *key, const char *format,
                     ...)
{
    va_list args;
    va_start(args, format);
    config->errors++;
    report(config, node, key, "", format, args);
    va_end(args);
}

void gw_config_warn(struct gw_config *config, const struct gw_config_node *node, const char *key, const char *format,
                    ...)
{
    va_list args;
    va_start(args, format);
    report(config, node, key, "warning: ", format, args);
    va_end(args);
}

const char *gw_config_quote(struct gw_config *config, const struct gw_config_node *node)
{
    if (node->kind != GW_NODE_TEXT)
        return node->kind == GW_NODE_MAPPING ? "a mapping" : "a sequence";
    if (gw_config_has_variable(node))
        return "…";
    size_t cut = gw_utf8_cut(node->text, node->bytes, GW_CONFIG_QUOTE_MAX);
    char *quoted = gw_arena_printf(config->scratch, "'%.*s%s'", (int)cut, node->text, cut < node->bytes ? "…" : "");
    return quoted ? quoted : "…";
}

// ---- life

int gw_config_parse(struct gw_arena *arena, struct gw_arena *scratch, const char *file, const char *text, size_t bytes,
                    struct gw_buf *problems, struct gw_config **ret_config)
{
    struct gw_config *config = gw_arena_zalloc(scratch, sizeof *config);
    gw_assert(config); // a scratch arena that small is a bug of the caller
    config->arena = arena;
    config->scratch = scratch;
    config->file = file;
    config->problems = problems;
    *ret_config = config;
    int rc = gw_config_tree(config, text, bytes);
    return rc ? gw_fail(rc, "%s is not usable", file) : GW_OK;
}

void gw_config_keep_secrets(struct gw_config *config)
{
    config->keep_secrets = true;
}

// ---- looking at nodes

const struct gw_config_node *gw_config_root(const struct gw_config *config)
{
    return config->root;
}

bool gw_config_is_text(const struct gw_config_node *node)
{
    return node->kind == GW_NODE_TEXT;
}

bool gw_config_is_mapping(const struct gw_config_node *node)
{
    return node->kind == GW_NODE_MAPPING;
}

bool gw_config_is_sequence(const struct gw_config_node *node)
{
    return node->kind == GW_NODE_SEQUENCE;
}

bool gw_config_is_null(const struct gw_config_node *node)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL"}; // YAML 1.2 §10.2
    for (size_t i = 0; node->kind == GW_NODE_TEXT && node->plain && i < GW_COUNT(words); i++)
        if (strcmp(node->text, words[i]) == 0)
            return true;
    return false;
}

uint32_t gw_config_line(const struct gw_config_node *node)
{
    return node->line;
}

uint32_t gw_config_column(const struct gw_config_node *node)
{
    return node->column;
}

static const struct gw_config_node *visit(struct gw_config *config, const struct gw_config_node *node)
{
    if (!node || config->visits > VISITS_MAX)
        return NULL;
    if (++config->visits > VISITS_MAX) {
        gw_config_error(config, node, "", "aliases make too much of this file");
        return NULL;
    }
    return node;
}

const struct gw_config_node *gw_config_first(struct gw_config *config, const struct gw_config_node *node)
{
    return visit(config, node->child);
}

const struct gw_config_node *gw_config_next(struct gw_config *config, const struct gw_config_node *node)
{
    return visit(config, node->next);
}

const struct gw_config_node *gw_config_value(const struct gw_config_node *key)
{
    return key->value;
}

const struct gw_config_node *gw_config_find(const struct gw_config_node *from, const char *path)
{
    while (from && from->kind == GW_NODE_MAPPING) {
        size_t n = strcspn(path, ".");
        const struct gw_config_node *key = from->child;
        while (key && !gw_span_eq((struct gw_span){key->text, key->bytes}, (struct gw_span){path, n}))
            key = key->next;
        if (!key || !path[n])
            return key ? key->value : NULL;
        path += n + 1;
        from = key->value;
    }
    return NULL;
}

struct gw_arena *gw_config_arena(const struct gw_config *config)
{
    return config->arena;
}

struct gw_arena *gw_config_scratch(const struct gw_config *config)
{
    return config->scratch;
}

unsigned gw_config_errors(const struct gw_config *config)
{
    return config->errors;
}
