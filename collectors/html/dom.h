// SPDX-License-Identifier: Apache-2.0
// Walking Gumbo's tree without recursion (pages nest as deep as they like), names, attributes, text.
#ifndef GW_HTML_DOM_H
#define GW_HTML_DOM_H

#include "base/buf.h"
#include "base/str.h"

#include <gumbo.h>
#include <stdbool.h>
#include <stddef.h>

// ---- walking: document order below and including `root`

// The node after `node`; NULL behind the last one. `for (n = root; n; n = gw_dom_next(n, root))` visits all.
GumboNode *gw_dom_next(const GumboNode *node, const GumboNode *root);
// Likewise, but not into `node`'s children.
GumboNode *gw_dom_skip(const GumboNode *node, const GumboNode *root);
GumboNode *gw_dom_next_sibling(const GumboNode *node); // of any type; NULL
GumboNode *gw_dom_prev_sibling(const GumboNode *node);
GumboNode *gw_dom_next_element(const GumboNode *node); // the next sibling that is an element; NULL
GumboNode *gw_dom_prev_element(const GumboNode *node);
// Children of an element, template or document; an empty vector otherwise.
const GumboVector *gw_dom_children(const GumboNode *node);

// ---- what a node is

// Elements and <template> (Gumbo's node type of its own).
static inline bool gw_dom_is_element(const GumboNode *node)
{
    return node->type == GUMBO_NODE_ELEMENT || node->type == GUMBO_NODE_TEMPLATE;
}
static inline bool gw_dom_is_text(const GumboNode *node) // also blank text and CDATA
{
    return node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE || node->type == GUMBO_NODE_CDATA;
}
static inline bool gw_dom_is(const GumboNode *node, GumboTag tag)
{
    return gw_dom_is_element(node) && node->v.element.tag == tag;
}
// Lower-case for elements HTML knows, as written for others; empty for what is no element.
struct gw_span gw_dom_name(const GumboNode *node);
bool gw_dom_named(const GumboNode *node, const char *name); // ASCII case ignored
// Starts a line of its own (block, table cell, list item … by its tag; style sheets are not read).
bool gw_dom_is_block(const GumboNode *node);
// Its text is not for reading: script, style, template, head, form controls.
bool gw_dom_is_silent(const GumboNode *node);
// Hidden by attribute or inline style, itself only.
bool gw_dom_is_hidden(const GumboNode *node);

// ---- what it holds

// Value of an attribute by its name (ASCII case ignored); NULL when absent, or no element.
const char *gw_dom_attr(const GumboNode *node, const char *name);
// `word` is one of the white-space separated words of the attribute, ASCII case ignored.
bool gw_dom_attr_has_word(const GumboNode *node, const char *name, const char *word);
// Append the text below node as it stands: silent elements left out, '\n' for <br> and around blocks, '\t' between
// cells; white space not folded.
void gw_dom_text(const GumboNode *node, struct gw_buf *out);
// The first element below (and including) root with that tag; NULL.
GumboNode *gw_dom_find(const GumboNode *root, GumboTag tag);

#endif
