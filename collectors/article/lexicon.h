// SPDX-License-Identifier: Apache-2.0
// A table of words and phrases, and which of them stands at a place of a text. Words of a table may be in any script;
// ASCII case does not matter, and white space between two CJK characters of the text is passed over ("发 布 时 间").
#ifndef GW_ARTICLE_LEXICON_H
#define GW_ARTICLE_LEXICON_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gw_term {
    const char *text; // lower case
    uint8_t what;     // the table's own meaning
    uint8_t flags;    // likewise
};

enum { GW_LEXICON_BUCKETS = 256, GW_LEXICON_MAX = 768 };

// Static storage of the table's owner: `{.name = "labels", .terms = rows, .count = GW_COUNT(rows)}`; the index is made
// on first use.
struct gw_lexicon {
    const char *name; // of the table
    const struct gw_term *terms;
    size_t count;
    bool built;
    uint16_t heads[GW_LEXICON_BUCKETS]; // 1 + index; 0: none
    uint16_t next[GW_LEXICON_MAX];
};

// The longest term that begins exactly at `at`, and how many bytes of text it covers; NULL. A term that ends in an
// ASCII letter does not match inside a longer word.
const struct gw_term *gw_lexicon_match(struct gw_lexicon *lexicon, const char *at, const char *end, size_t *ret_bytes);

#endif
