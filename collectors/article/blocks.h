// SPDX-License-Identifier: Apache-2.0
// A page as a reader sees it: one line of text after the other (blocks), each inside nested boxes (block-level
// elements). One walk over the tree; everything later works on these two arrays.
#ifndef GW_ARTICLE_BLOCKS_H
#define GW_ARTICLE_BLOCKS_H

#include "hints.h"
#include "html/page.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GW_BLOCKS_MAX = 6000, GW_BLOCKS_TEXT_MAX = 2 * 1024 * 1024 };

// Kinds of ancestors whose distance is remembered, behind the hints (enum hint). The order is that of the features.
enum near {
    NEAR_ARTICLE = HINTS,
    NEAR_MAIN,
    NEAR_ASIDE,
    NEAR_NAV,
    NEAR_HEADER,
    NEAR_FOOTER,
    NEAR_SECTION,
    NEAR_FORM,
    NEAR_LIST,
    NEAR_TABLE,
    NEAR_CELL,
    NEAR_FIGURE,
    NEAR_QUOTE,
    NEAR_HEADING,
    NEAR_PARAGRAPH,
    NEAR_PRE,
    NEAR_HIDDEN, // by attribute or inline style, or <noscript>
    NEARS
};
enum { NEAR_NONE = 20 }; // further than that is the same as not at all

struct gw_box {
    const GumboNode *element;
    uint32_t parent;     // box 0 is its own
    uint32_t first, end; // blocks inside: [first, end)
    uint32_t looks;      // of tag and class, and those of two boxes around it: blocks of one kind look alike
    uint32_t own_looks;
    uint16_t depth;
    uint16_t article;    // ordinal of the outermost <article> it is in, from 1; 0: in none
    uint8_t near[NEARS]; // boxes up to the nearest such one; 0: this one
};

struct gw_block {
    struct gw_span text;   // white space folded, trimmed; never empty
    const GumboNode *node; // the first text node
    uint32_t box;
    uint32_t hints; // of inline elements around its first text
    uint32_t chars; // code points without white space; as are all below
    uint32_t cjk;
    uint32_t words; // runs of letters and digits outside CJK
    uint32_t digits, uppers, commas, stops, link_chars, bold_chars;
    uint32_t common; // function words, and characters that play their part
    uint16_t links;
    uint8_t heading; // 1..6, 0: none
    bool line_break; // ended by <br>, not by its element
    bool in_cell;    // a table row continues with the next block of the same <tr>
};

struct gw_blocks {
    struct gw_block *blocks;
    size_t count;
    struct gw_box *boxes;
    size_t box_count;
    bool truncated; // more blocks or text than read
};

// Everything in the page's arena. GW_ELIMIT: arena full.
GW_MUST_CHECK int gw_blocks_read(const struct gw_page *page, struct gw_blocks *ret_blocks);
// Of a text without mark-up: a block per line.
GW_MUST_CHECK int gw_blocks_read_text(const struct gw_page *page, struct gw_blocks *ret_blocks);

// `inner` is `outer` or inside it.
bool gw_box_within(const struct gw_blocks *blocks, uint32_t inner, uint32_t outer);
// Tokens as measures of text count them: words and CJK characters.
static inline uint32_t gw_block_tokens(const struct gw_block *block)
{
    return block->words + block->cjk;
}

#endif
