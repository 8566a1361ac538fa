// SPDX-License-Identifier: Apache-2.0
// Selectors (model/selector.h) and value expressions (model/value.h) over a Gumbo tree.
#ifndef GW_HTML_SELECT_H
#define GW_HTML_SELECT_H

#include "base/arena.h"
#include "base/err.h"
#include "model/selector.h"
#include "model/value.h"

#include <gumbo.h>
#include <stdbool.h>
#include <stddef.h>

struct gw_node_list {
    GumboNode **nodes; // in arena, in document order
    size_t count;
};

// The elements below `scope` (not itself) that fit, at most `most` of them. Ancestors of `scope` count for what stands
// left of a combinator, as in querySelectorAll. GW_ELIMIT: the work passed its ceiling (a hostile page or selector), or
// out of arena.
GW_MUST_CHECK int gw_select(const struct gw_selector *selector, struct gw_arena *arena, GumboNode *scope, size_t most,
                            struct gw_node_list *ret_list);
// The first of them, else `scope` itself when it fits, else NULL (also when the work passed its ceiling).
GumboNode *gw_select_first(const struct gw_selector *selector, GumboNode *scope);
bool gw_select_fits(const struct gw_selector *selector, GumboNode *element);

// The element's text, white space folded, in `arena`; NULL: out of arena. At most 1 MiB is read.
const char *gw_select_text(struct gw_arena *arena, const GumboNode *element);
// The value's text for one element, white space folded (attributes: trimmed), in `arena`; NULL: it has none.
const char *gw_select_value(const struct gw_value *value, struct gw_arena *arena, GumboNode *element);

#endif
