// SPDX-License-Identifier: Apache-2.0
// Each block in numbers, for the forests that say whether it belongs to the article (forest.h).
//
// The order of the enum is the order the forests were trained with: a change here needs tests/tools/learn.
#ifndef GW_ARTICLE_FEATURES_H
#define GW_ARTICLE_FEATURES_H

#include "reading.h"

#include <stdint.h>

enum { FEATURE_LEVELS = 5, FEATURE_NEIGHBOURS = 4, FEATURE_WINDOWS = 3, FEATURE_HOLDERS = 4 };

enum gw_feature {
    F_NEAR,                     // NEARS: boxes up to the nearest of each kind
    F_PHRASES = F_NEAR + NEARS, // PHRASES: 0 none, 1 anywhere, 2 at the start, 3 the whole line
    F_CHARS = F_PHRASES + PHRASES,
    F_TOKENS,
    F_CJK, // per mille of chars, as are the next
    F_LINK,
    F_DIGITS,
    F_UPPERS,
    F_BOLD,
    F_COMMON,      // of tokens
    F_WORD_LENGTH, // tenths of a character
    F_LINKS,
    F_COMMAS,
    F_STOPS,
    F_HEADING,
    F_BEGINS, // class of the first character
    F_ENDS,   // class of the last one
    F_LINE_BREAK,
    F_IN_CELL,
    F_DATE,
    F_LABELS,
    F_FIRST_LABEL,
    F_REPEATS,       // times the same text stands on the page
    F_SEEN,          // of these, before
    F_BEGIN_REPEATS, // likewise of texts that begin alike
    F_BEGIN_SEEN,
    F_LOOKS_BLOCKS, // blocks that look alike
    F_LOOKS_TOKENS, // their share of the page's tokens, per mille
    F_LOOKS_LINK,
    F_LOOKS_WORTH, // worth per mille of tokens
    F_ARTICLE,     // ordinal of the <article>
    F_H1_BEFORE,   // <h1> above
    F_HEADINGS_BEFORE,
    F_SINCE_HEADING,
    F_DATES_AROUND,                          // in 6 blocks on each side
    F_DESCRIPTION,                           // begins as the page's description does
    F_STATED_BODY,                           // part of JSON-LD's articleBody; -1: the page has none
    F_BOXES,                                 // FEATURE_LEVELS times tokens, link per mille, blocks, worth per mille
    F_REGION = F_BOXES + 4 * FEATURE_LEVELS, // inside the region of most worth
    F_REGION_UP,                             // boxes up to one that holds the region's too
    F_REGION_DOWN,                           // boxes down from the region
    F_REGION_SHARE,                          // of the page's tokens, per mille
    F_FROM_REGION_START,
    F_TO_REGION_END,
    F_INDEX,         // per mille of blocks
    F_TOKENS_BEFORE, // per mille of tokens
    F_SINCE_TITLE,
    F_SINCE_GOOD, // blocks since the last running text
    F_UNTIL_GOOD,
    F_GOOD_AROUND,                                  // worth of the 2, 5 and 12 blocks on each side
    F_NEIGHBOURS = F_GOOD_AROUND + FEATURE_WINDOWS, // -1, +1, -2, +2: tokens, link, heading, hops apart
    F_PAGE_TOKENS = F_NEIGHBOURS + 4 * FEATURE_NEIGHBOURS,
    F_PAGE_BLOCKS,
    F_PAGE_CJK,
    F_PAGE_LINK,
    F_PAGE_GOOD,
    F_PAGE_ARTICLES,
    F_SINCE_PHRASE,                                // PHRASES: blocks since a short line of it
    F_UNTIL_PHRASE = F_SINCE_PHRASE + PHRASES,     // PHRASES: likewise, below
    F_HOLDERS = F_UNTIL_PHRASE + PHRASES,          // nearest table, list, section, <article>: tokens, blocks, link per
                                                   // mille, worth per mille, digits per mille; -1: in none
    F_GOOD_HOPS = F_HOLDERS + 5 * FEATURE_HOLDERS, // boxes to the last running text, and to the next
    F_HEADING_LINKED = F_GOOD_HOPS + 2,            // the last heading is a link
    F_HEADING_HOPS,                                // boxes to it
    F_HEADING_LEVEL,
    F_LINKED_HEADINGS, // before
    F_PAGE_LINKED_HEADINGS,
    FEATURES_ALONE, // what the first forest sees

    // What the second sees besides: the first one's scores around the block.
    F_SCORE = FEATURES_ALONE,
    F_SCORE_NEIGHBOURS,                               // -1, +1, -2, +2, -3, +3
    F_SCORE_AROUND = F_SCORE_NEIGHBOURS + 6,          // mean by tokens of the 2, 5 and 12 on each side
    F_SCORE_BOXES = F_SCORE_AROUND + FEATURE_WINDOWS, // mean by tokens, of each level
    F_SCORE_BEFORE = F_SCORE_BOXES + FEATURE_LEVELS,  // tokens of good score before this, per mille of all such
    F_SCORE_LOOKS,                                    // mean by tokens of blocks that look alike
    F_SCORE_SINCE,                                    // blocks since the last good score
    F_SCORE_UNTIL,
    F_SCORE_MASS, // tokens of good score on the page
    F_CORE,       // inside the box whose scores outweigh all others'
    F_CORE_UP,
    F_CORE_DOWN,
    F_FROM_CORE_START,
    F_TO_CORE_END,
    F_CORE_SHARE,                                        // of the tokens of good score, per mille
    F_SCORE_HOLDERS,                                     // mean by tokens, of each holder
    F_SCORE_HOPS = F_SCORE_HOLDERS + FEATURE_HOLDERS,    // boxes to the last good score, and to the next
    F_SCORE_OTHERS = F_SCORE_HOPS + 2,                   // mean by tokens, of the rest of each level's box
    F_FROM_STRONG = F_SCORE_OTHERS + FEATURE_LEVELS - 1, // blocks from the first strong score
    F_TO_STRONG,                                         // blocks to the last one
    FEATURES
};

// One row of FEATURES numbers per block, the first FEATURES_ALONE of them filled; in the arena. NULL: it is full.
// Needs title, lines and region.
int16_t *gw_features_make(struct gw_reading *reading);
// Fill the rest from the first forest's scores (one per block; positive: article).
void gw_features_add_scores(struct gw_reading *reading, const int16_t *scores, int16_t *rows);

#endif
