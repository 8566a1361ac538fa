// SPDX-License-Identifier: Apache-2.0
// What a source definition says about its articles (`article:`): its selectors outrank everything found out.
#include "reading.h"

#include "base/err.h"
#include "html/select.h"
#include "model/compiled.h"
#include "model/selector.h"
#include "model/value.h"

enum { SAID = 1000, REMOVED_MAX = 2000 };

static const Gw__ArticleRule *rule_of(const struct gw_reading *r)
{
    return r->options->source ? r->options->source->article : NULL;
}

// The expression's program, kept by whoever reads many pages, else made for this one in `own`; false: it has none.
static bool compile(const struct gw_reading *r, const char *expression, struct gw_value *own,
                    const struct gw_value **ret_value)
{
    if (!expression || !expression[0] || !r->page->root)
        return false;
    if (r->options->compiled)
        return gw_compiled_value(r->options->compiled, expression, GW_VALUE_CSS, ret_value) == GW_OK;
    *ret_value = own;
    return gw_value_parse(r->arena, expression, GW_VALUE_CSS, own) == GW_OK;
}

static void add_value(struct gw_reading *r, enum gw_field field, const char *expression)
{
    struct gw_value own = {0};
    const struct gw_value *value;
    if (compile(r, expression, &own, &value)) {
        const char *text = gw_select_value(value, r->arena, r->page->root);
        if (text)
            gw_facts_add(&r->facts, field, gw_span_of(text), "site", GW_SPAN(""), SAID, -1);
    }
    gw_value_close(&own);
}

void gw_read_rules(struct gw_reading *r)
{
    const Gw__ArticleRule *rule = rule_of(r);
    if (!rule)
        return;
    add_value(r, FIELD_TITLE, rule->title);
    add_value(r, FIELD_PUBLISHED, rule->published);
    add_value(r, FIELD_SOURCE, rule->source);
    add_value(r, FIELD_AUTHOR, rule->author);
}

static bool is_inside(const GumboNode *node, const GumboNode *element)
{
    while (node && node != element)
        node = node->parent;
    return node != NULL;
}

static void keep_inside(struct gw_reading *r, const GumboNode *element, bool keep)
{
    for (size_t i = 0; i < r->blocks.count; i++)
        if (r->blocks.blocks[i].node && is_inside(r->blocks.blocks[i].node, element))
            r->keep[i] = keep;
}

// The element that the body's selector finds; shapes and attributes have no meaning for a text of many lines.
static const GumboNode *body_element(struct gw_reading *r, const char *expression)
{
    struct gw_value own = {0};
    const struct gw_value *value;
    const GumboNode *found = NULL;
    if (compile(r, expression, &own, &value))
        for (size_t i = 0; i < value->count && !found; i++)
            if (value->alternatives[i].selector)
                found = gw_select_first(value->alternatives[i].selector, r->page->root);
    gw_value_close(&own);
    return found;
}

static void remove_matches(struct gw_reading *r, const char *expression)
{
    struct gw_value own = {0};
    const struct gw_value *value;
    struct gw_node_list list;
    if (compile(r, expression, &own, &value))
        for (size_t i = 0; i < value->count; i++)
            if (value->alternatives[i].selector &&
                gw_select(value->alternatives[i].selector, r->arena, r->page->root, REMOVED_MAX, &list) == GW_OK)
                for (size_t k = 0; k < list.count; k++)
                    keep_inside(r, list.nodes[k], false);
    gw_value_close(&own);
}

bool gw_rules_choose_body(struct gw_reading *r)
{
    const Gw__ArticleRule *rule = rule_of(r);
    const GumboNode *element = rule ? body_element(r, rule->body) : NULL;
    if (!element)
        return false;
    for (size_t i = 0; i < r->blocks.count; i++)
        r->keep[i] = false;
    keep_inside(r, element, true);
    gw_rules_remove(r);
    for (size_t i = 0; i < r->blocks.count; i++)
        if (r->keep[i])
            return true;
    return false;
}

void gw_rules_remove(struct gw_reading *r)
{
    const Gw__ArticleRule *rule = rule_of(r);
    for (size_t i = 0; rule && r->page->root && i < rule->n_remove; i++)
        remove_matches(r, rule->remove[i]);
}
