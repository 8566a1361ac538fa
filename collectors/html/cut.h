// SPDX-License-Identifier: Apache-2.0
// What Gumbo need not see leaves the page before the parse: script, style, comments, svg, iframes, data: URIs, runs of
// white space; and what makes it quadratic: deep nesting, hundreds of attributes. Scripts, styles and comments are kept
// aside by offset, because JSON-LD, script arrays and rows in comments live there.
//
// LIMIT: a tokenizer after WHATWG HTML §13.2.5, without its error names and without character references (Gumbo decodes
// them).
#ifndef GW_HTML_CUT_H
#define GW_HTML_CUT_H

#include "page.h"

enum {
    GW_CUT_DEPTH = 256,            // open elements; start tags below that are left out, their text stays
    GW_CUT_ATTRIBUTES = 48,        // per tag; the rest is left out
    GW_CUT_ATTRIBUTES_SEEN = 8192, // of one tag: more, and the page ends there
    GW_CUT_ASIDES = 16384,         // pieces kept aside; the rest is only cut
};

struct gw_cut {
    struct gw_span text; // at most GW_PARSE_MAX bytes
    struct gw_aside *asides;
    size_t aside_count;
    bool truncated;
};

// `lean`: keep only the attributes that reading an article needs (the table in cut.c). Everything is in the arena or
// borrowed from the page. Linear. GW_ELIMIT: arena full.
GW_MUST_CHECK int gw_cut(struct gw_arena *arena, struct gw_span page, bool lean, struct gw_cut *ret_cut);

#endif
