// SPDX-License-Identifier: Apache-2.0
#include "list/scripts.h"

#include "base/buf.h"
#include "html/dom.h"
#include "html/select.h"

#include <string.h>

// What a script is called in the tree of scripts: any element whose text the parse keeps and shows.
static const char stand_in[] = "div";

static void put_escaped(struct gw_buf *out, struct gw_span text)
{
    for (size_t i = 0; i < text.bytes; i++) {
        char c = text.at[i];
        if (c == '<')
            gw_buf_puts(out, "&lt;");
        else if (c == '&')
            gw_buf_puts(out, "&amp;");
        else
            gw_buf_putc(out, c);
    }
}

int gw_scripts_page(const struct gw_page *page, struct gw_page *ret_scripts)
{
    struct gw_buf html = GW_BUF(GW_PARSE_MAX);
    gw_buf_puts(&html, "<!DOCTYPE html><body>");
    for (size_t i = 0; i < page->aside_count; i++) {
        const struct gw_aside *aside = &page->asides[i];
        if (aside->kind != GW_ASIDE_SCRIPT || gw_find(aside->attributes, GW_SPAN(">")) >= 0)
            continue;
        gw_buf_printf(&html, "<%s ", stand_in);
        gw_buf_add(&html, aside->attributes.at, aside->attributes.bytes);
        gw_buf_putc(&html, '>');
        put_escaped(&html, aside->text);
        gw_buf_printf(&html, "</%s>", stand_in);
    }
    struct gw_page_input input = {.bytes = html.data, .length = html.bytes, .url = page->base_url, .charset = "utf-8"};
    int rc = gw_page_parse(page->arena, &input, ret_scripts);
    gw_buf_fini(&html);
    return rc;
}

// The compound with its type "script" replaced; NULL when it asks for no script, or out of arena.
static const struct gw_selector *for_stand_in(struct gw_arena *arena, const struct gw_selector *selector)
{
    const struct gw_selector_test *type = selector ? selector->last->tests : NULL;
    if (!type || type->kind != GW_TEST_TYPE || !gw_str_eq_nocase(type->name, "script"))
        return NULL;
    struct gw_selector *changed = gw_arena_zalloc(arena, sizeof *changed);
    struct gw_selector_part *part = gw_arena_zalloc(arena, sizeof *part);
    struct gw_selector_test *test = gw_arena_alloc(arena, sizeof *test);
    if (!changed || !part || !test)
        return NULL;
    *test = *type;
    test->name = stand_in;
    part->tests = test;
    changed->last = part;
    return changed;
}

struct request {
    const struct gw_page *page, *scripts;
    const struct gw_value_shape *last_shapes;
};

// With shapes, the first script that they leave something of; without, the first.
static const char *script_text(const struct request *r, const struct gw_value_alternative *what,
                               const struct gw_selector *selector)
{
    struct gw_node_list nodes;
    if (!r->scripts->document || gw_select(selector, r->page->arena, r->scripts->document, 512, &nodes) != 0)
        return NULL;
    for (size_t i = 0; i < nodes.count; i++) {
        const char *text = what->attribute ? gw_dom_attr(nodes.nodes[i], what->attribute)
                                           : gw_select_text(r->page->arena, nodes.nodes[i]);
        const char *shaped = text ? gw_value_shape(what->shapes, r->page->arena, text) : NULL;
        if (shaped && gw_value_shape(r->last_shapes, r->page->arena, shaped))
            return text;
    }
    return NULL;
}

static const char *get(const struct gw_value_alternative *what, void *arg)
{
    const struct request *r = arg;
    const struct gw_selector *script = for_stand_in(r->page->arena, what->selector);
    if (script)
        return script_text(r, what, script);
    GumboNode *node = what->selector ? gw_select_first(what->selector, r->page->document) : r->page->root;
    if (!node)
        return NULL;
    return what->attribute ? gw_dom_attr(node, what->attribute) : gw_select_text(r->page->arena, node);
}

const char *gw_scripts_value(const struct gw_page *page, const struct gw_page *scripts, const struct gw_value *value)
{
    struct request r = {page, scripts, value->shapes};
    return page->document ? gw_value_get(value, page->arena, get, &r) : NULL;
}
