// SPDX-License-Identifier: Apache-2.0
// One page from bytes to tree: charset, cutting, Gumbo over an arena, within a budget.
//
// DESIGN: bytes -> decode (decode.h) -> cut (script, style, comments, svg, data: URIs leave the text, are kept aside by
// offset) -> Gumbo with max_errors 0 and our allocator; the arena's ceiling and the time budget leave the parse by
// longjmp. Nothing is destroyed: all of it goes with the arena.
#ifndef GW_HTML_PAGE_H
#define GW_HTML_PAGE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <gumbo.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    GW_BODY_MAX = 8 * 1024 * 1024,    // decoded bytes of a response; the rest is not read
    GW_PARSE_MAX = 1024 * 1024,       // bytes given to Gumbo after cutting (some 80 ms); the rest is not read
    GW_PARSE_TAGS = 40000,            // start tags, likewise: short elements take it longer than their bytes tell
    GW_PAGE_ARENA = 44 * 1024 * 1024, // with the body and the program itself: 64 MiB
    GW_PAGE_BUDGET_MS = 120,          // CPU of the parse; reading what was parsed is linear and small
};

// What was cut out, in page order; `text` is borrowed from the decoded page.
enum gw_aside_kind { GW_ASIDE_SCRIPT, GW_ASIDE_STYLE, GW_ASIDE_COMMENT };
struct gw_aside {
    enum gw_aside_kind kind;
    struct gw_span attributes; // of the start tag, raw; empty for comments
    struct gw_span text;
    size_t offset; // where it stood: bytes of the decoded page
};

struct gw_page {
    struct gw_arena *arena;
    struct gw_span text; // whole decoded page, UTF-8; borrowed from the input's bytes when they were that already
    const char *charset; // "utf-8 (valid)", "gb18030 (meta)": the decision and why
    GumboNode *document; // NULL when is_text
    GumboNode *root;     // <html>
    GumboNode *body;     // may be NULL
    struct gw_aside *asides;
    size_t aside_count;
    const char *base_url; // <base href> resolved, else the page's URL; may be NULL
    bool is_text;         // text/plain: no tree
    bool truncated;
};

struct gw_page_input {
    const void *bytes;
    size_t length;
    const char *url;          // may be NULL
    const char *content_type; // as sent, may be NULL; "text/plain" makes is_text
    const char *charset;      // the source's, NULL or "auto" for none
    bool truncated;           // the fetcher cut it
    uint32_t budget_ms;       // CPU; 0: GW_PAGE_BUDGET_MS
    bool lean;                // keep only the attributes that reading an article needs (cut.h)
};

// Everything lives in `arena` or is borrowed from the input. GW_EINVAL: zero bytes, or binary (the reason says which
// kind); GW_ELIMIT: the budget of time or memory ran out (the reason says which). The arena is usable only for _reset
// after a failure.
GW_MUST_CHECK int gw_page_parse(struct gw_arena *arena, const struct gw_page_input *input, struct gw_page *ret_page);

#endif
