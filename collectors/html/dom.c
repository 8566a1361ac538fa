// SPDX-License-Identifier: Apache-2.0
#include "dom.h"

#include "base/err.h"

#include <string.h>

static const GumboVector no_children;

const GumboVector *gw_dom_children(const GumboNode *node)
{
    if (gw_dom_is_element(node))
        return &node->v.element.children;
    return node->type == GUMBO_NODE_DOCUMENT ? &node->v.document.children : &no_children;
}

GumboNode *gw_dom_next_sibling(const GumboNode *node)
{
    if (!node->parent)
        return NULL;
    const GumboVector *siblings = gw_dom_children(node->parent);
    size_t i = node->index_within_parent + 1;
    return i < siblings->length ? siblings->data[i] : NULL;
}

GumboNode *gw_dom_prev_sibling(const GumboNode *node)
{
    if (!node->parent || node->index_within_parent == 0)
        return NULL;
    const GumboVector *siblings = gw_dom_children(node->parent);
    return node->index_within_parent <= siblings->length ? siblings->data[node->index_within_parent - 1] : NULL;
}

GumboNode *gw_dom_next_element(const GumboNode *node)
{
    GumboNode *n = gw_dom_next_sibling(node);
    while (n && !gw_dom_is_element(n))
        n = gw_dom_next_sibling(n);
    return n;
}

GumboNode *gw_dom_prev_element(const GumboNode *node)
{
    GumboNode *n = gw_dom_prev_sibling(node);
    while (n && !gw_dom_is_element(n))
        n = gw_dom_prev_sibling(n);
    return n;
}

GumboNode *gw_dom_skip(const GumboNode *node, const GumboNode *root)
{
    while (node != root) {
        GumboNode *next = gw_dom_next_sibling(node);
        if (next)
            return next;
        node = node->parent;
        if (!node)
            return NULL;
    }
    return NULL;
}

GumboNode *gw_dom_next(const GumboNode *node, const GumboNode *root)
{
    const GumboVector *children = gw_dom_children(node);
    return children->length ? children->data[0] : gw_dom_skip(node, root);
}

struct gw_span gw_dom_name(const GumboNode *node)
{
    if (!gw_dom_is_element(node))
        return (struct gw_span){"", 0};
    if (node->v.element.tag != GUMBO_TAG_UNKNOWN)
        return gw_span_of(gumbo_normalized_tagname(node->v.element.tag));
    GumboStringPiece piece = node->v.element.original_tag;
    if (!piece.data)
        return (struct gw_span){"", 0};
    gumbo_tag_from_original_text(&piece);
    return (struct gw_span){piece.data, piece.length};
}

bool gw_dom_named(const GumboNode *node, const char *name)
{
    struct gw_span own = gw_dom_name(node);
    return own.bytes && gw_span_eq_nocase(own, gw_span_of(name));
}

// What each tag is for the text below it.
enum { BLOCK = 1, SILENT = 2, CELL = 4 };
static const unsigned char kinds[GUMBO_TAG_LAST] = {
    [GUMBO_TAG_ADDRESS] = BLOCK,    [GUMBO_TAG_ARTICLE] = BLOCK,   [GUMBO_TAG_ASIDE] = BLOCK,
    [GUMBO_TAG_BLOCKQUOTE] = BLOCK, [GUMBO_TAG_BODY] = BLOCK,      [GUMBO_TAG_CAPTION] = BLOCK,
    [GUMBO_TAG_CENTER] = BLOCK,     [GUMBO_TAG_DD] = BLOCK,        [GUMBO_TAG_DETAILS] = BLOCK,
    [GUMBO_TAG_DIR] = BLOCK,        [GUMBO_TAG_DIV] = BLOCK,       [GUMBO_TAG_DL] = BLOCK,
    [GUMBO_TAG_DT] = BLOCK,         [GUMBO_TAG_FIELDSET] = BLOCK,  [GUMBO_TAG_FIGCAPTION] = BLOCK,
    [GUMBO_TAG_FIGURE] = BLOCK,     [GUMBO_TAG_FOOTER] = BLOCK,    [GUMBO_TAG_FORM] = BLOCK,
    [GUMBO_TAG_H1] = BLOCK,         [GUMBO_TAG_H2] = BLOCK,        [GUMBO_TAG_H3] = BLOCK,
    [GUMBO_TAG_H4] = BLOCK,         [GUMBO_TAG_H5] = BLOCK,        [GUMBO_TAG_H6] = BLOCK,
    [GUMBO_TAG_HEADER] = BLOCK,     [GUMBO_TAG_HGROUP] = BLOCK,    [GUMBO_TAG_HR] = BLOCK,
    [GUMBO_TAG_HTML] = BLOCK,       [GUMBO_TAG_LI] = BLOCK,        [GUMBO_TAG_LISTING] = BLOCK,
    [GUMBO_TAG_MAIN] = BLOCK,       [GUMBO_TAG_MENU] = BLOCK,      [GUMBO_TAG_NAV] = BLOCK,
    [GUMBO_TAG_OL] = BLOCK,         [GUMBO_TAG_P] = BLOCK,         [GUMBO_TAG_PRE] = BLOCK,
    [GUMBO_TAG_SECTION] = BLOCK,    [GUMBO_TAG_SUMMARY] = BLOCK,   [GUMBO_TAG_TABLE] = BLOCK,
    [GUMBO_TAG_TBODY] = BLOCK,      [GUMBO_TAG_TFOOT] = BLOCK,     [GUMBO_TAG_THEAD] = BLOCK,
    [GUMBO_TAG_TR] = BLOCK,         [GUMBO_TAG_UL] = BLOCK,        [GUMBO_TAG_XMP] = BLOCK,
    [GUMBO_TAG_TD] = CELL,          [GUMBO_TAG_TH] = CELL,         [GUMBO_TAG_SCRIPT] = SILENT,
    [GUMBO_TAG_STYLE] = SILENT,     [GUMBO_TAG_TEMPLATE] = SILENT, [GUMBO_TAG_HEAD] = SILENT,
    [GUMBO_TAG_TEXTAREA] = SILENT,  [GUMBO_TAG_SELECT] = SILENT,   [GUMBO_TAG_OPTION] = SILENT,
    [GUMBO_TAG_BUTTON] = SILENT,    [GUMBO_TAG_INPUT] = SILENT,    [GUMBO_TAG_IFRAME] = SILENT,
    [GUMBO_TAG_OBJECT] = 0,         [GUMBO_TAG_NOFRAMES] = SILENT, [GUMBO_TAG_TITLE] = SILENT,
};

static unsigned kind_of(const GumboNode *node)
{
    return gw_dom_is_element(node) && node->v.element.tag < GUMBO_TAG_LAST ? kinds[node->v.element.tag] : 0;
}

bool gw_dom_is_block(const GumboNode *node)
{
    return kind_of(node) & (BLOCK | CELL);
}

bool gw_dom_is_silent(const GumboNode *node)
{
    return kind_of(node) & SILENT;
}

const char *gw_dom_attr(const GumboNode *node, const char *name)
{
    if (!gw_dom_is_element(node))
        return NULL;
    const GumboVector *attributes = &node->v.element.attributes;
    for (unsigned i = 0; i < attributes->length; i++) {
        const GumboAttribute *a = attributes->data[i];
        if (gw_lower(a->name[0]) == gw_lower(name[0]) && gw_str_eq_nocase(a->name, name))
            return a->value;
    }
    return NULL;
}

bool gw_dom_attr_has_word(const GumboNode *node, const char *name, const char *word)
{
    const char *p = gw_dom_attr(node, name);
    struct gw_span wanted = gw_span_of(word);
    while (p && *p) {
        while (gw_is_space((unsigned char)*p))
            p++;
        const char *start = p;
        while (*p && !gw_is_space((unsigned char)*p))
            p++;
        if (p > start && gw_span_eq_nocase((struct gw_span){start, (size_t)(p - start)}, wanted))
            return true;
    }
    return false;
}

// "display: none" and "visibility: hidden" with any white space.
static bool style_hides(const char *style)
{
    static const struct {
        const char *property, *value;
    } hiding[] = {{"display", "none"}, {"visibility", "hidden"}};
    struct gw_span all = gw_span_of(style);
    for (size_t i = 0; i < GW_COUNT(hiding); i++) {
        ptrdiff_t at = gw_find_nocase(all, gw_span_of(hiding[i].property));
        if (at < 0)
            continue;
        const char *p = style + at + strlen(hiding[i].property);
        while (gw_is_space((unsigned char)*p) || *p == ':')
            p++;
        if (gw_starts_with_nocase(gw_span_of(p), hiding[i].value))
            return true;
    }
    return false;
}

bool gw_dom_is_hidden(const GumboNode *node)
{
    if (!gw_dom_is_element(node) || node->v.element.attributes.length == 0)
        return false;
    const char *style = gw_dom_attr(node, "style");
    return gw_dom_attr(node, "hidden") || (style && style_hides(style));
}

static void line(struct gw_buf *out)
{
    if (out->bytes && out->data[out->bytes - 1] != '\n')
        gw_buf_putc(out, '\n');
}

void gw_dom_text(const GumboNode *root, struct gw_buf *out)
{
    const GumboNode *n = root;
    while (n) {
        unsigned kind = kind_of(n);
        if (gw_dom_is_text(n))
            gw_buf_puts(out, n->v.text.text);
        else if (kind & BLOCK || gw_dom_is(n, GUMBO_TAG_BR))
            kind &BLOCK ? line(out) : gw_buf_putc(out, '\n');
        const GumboVector *children = gw_dom_children(n);
        if (children->length && !(kind & SILENT)) {
            n = children->data[0];
            continue;
        }
        for (; n != root; n = n->parent) { // leaving n
            unsigned left = kind_of(n);
            if (left & BLOCK)
                line(out);
            else if (left & CELL)
                gw_buf_putc(out, '\t');
            const GumboNode *next = gw_dom_next_sibling(n);
            if (next) {
                n = next;
                break;
            }
        }
        if (n == root)
            return;
    }
}

GumboNode *gw_dom_find(const GumboNode *root, GumboTag tag)
{
    for (GumboNode *n = (GumboNode *)root; n; n = gw_dom_next(n, root))
        if (gw_dom_is(n, tag))
            return n;
    return NULL;
}
