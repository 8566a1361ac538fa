// SPDX-License-Identifier: Apache-2.0
// What the index knows of an event, and what a query asks of it, both as terms.
//
// DESIGN: a term is a number of 48 bits: six say what it is of, the others hold its value. Characters of a script
// without blanks stand in pairs of neighbours, and the last of a run alone, so that a word of two characters is one
// term and a single character the beginning of some; other words are hashed. Values that queries ask for in ranges
// (days, amounts, region codes) keep their order. A term may say too much (two words with one hash, an amount cut to
// its first digits), never too little: what it selects is matched again.
#ifndef GW_SEARCH_TERMS_H
#define GW_SEARCH_TERMS_H

#include "model/query.h"

enum {
    GW_TERMS_FORMAT = 1, // raised when an event would get other terms
    GW_TERM_PLACE_BITS = 16,
    GW_TERM_PLACES = 1 << GW_TERM_PLACE_BITS, // events one collection can tell apart
};

// A collection: keys of term and place, (term << GW_TERM_PLACE_BITS | place).
struct gw_terms {
    uint64_t *keys;
    size_t count, capacity;
    struct gw_buf form; // of the text at hand
    struct gw_arena *arena;
};
void gw_terms_init(struct gw_terms *terms);
void gw_terms_fini(struct gw_terms *terms);
// Empty; its memory is kept.
void gw_terms_reset(struct gw_terms *terms);
// The event's terms, unordered and repeated. Places in ascending order.
void gw_terms_add(struct gw_terms *terms, const Gw__Event *event, unsigned place);
// In order, each key once.
void gw_terms_sort(struct gw_terms *terms);

struct gw_term_range {
    uint64_t first, last; // one term of these
};
typedef bool gw_term_range_fn(const struct gw_term_range *range, void *arg); // false stops
// What an event that TEXT, TITLE or FIELD matches has: a term of each range. True: and whoever has them matches.
bool gw_terms_wanted(const struct gw_query_node *node, gw_term_range_fn *fn, void *arg);

#endif
