// SPDX-License-Identifier: Apache-2.0
// A page flattened for looking at repetition: its elements in document order with their text as ranges of one buffer,
// and for each element a signature that equal rows share.
#ifndef GW_LIST_OUTLINE_H
#define GW_LIST_OUTLINE_H

#include "base/err.h"
#include "html/page.h"

#include <stdint.h>

enum { GW_OUTLINE_MAX_PLACES = 200000, GW_OUTLINE_MAX_DEPTH = 256 };

struct gw_place {
    GumboNode *node;
    uint32_t parent; // of the root: itself
    uint32_t end;    // one past its last descendant
    uint32_t text_start, text_end;
    uint64_t
        signature; // of tags and classes from the root down; what varies from row to row (odd, even, numbers) apart
    uint16_t depth;
    bool beside; // navigation, header, footer, pager … by its own tag, class or id, or an ancestor's
    bool aside;  // side column, hot list, related … likewise: may be a list, rarely the list
};

struct gw_outline {
    struct gw_place *places; // places[0] is the body
    size_t count;
    struct gw_span text; // white space folded; a blank between any two elements
};

// Elements deeper than the ceiling are left out with their text. All in page->arena. GW_ELIMIT: it is full.
GW_MUST_CHECK int gw_outline_make(const struct gw_page *page, struct gw_outline *ret_outline);

// Is the node one of the places? (Elements below silent ones, and those too deep, are not.)
bool gw_outline_holds(const struct gw_outline *outline, const GumboNode *node);
static inline struct gw_span gw_outline_text(const struct gw_outline *outline, size_t start, size_t end)
{
    return (struct gw_span){outline->text.at + start, end > start ? end - start : 0};
}
static inline struct gw_span gw_place_text(const struct gw_outline *outline, const struct gw_place *place)
{
    return gw_outline_text(outline, place->text_start, place->text_end);
}

#endif
