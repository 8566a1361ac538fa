// SPDX-License-Identifier: Apache-2.0
// CSS selectors as text: parsed and checked here, matched against a tree by html/select.h. Split so, because a source
// file with a bad selector is refused where no page is at hand.
//
// The language: type, *, .class, #id, [attribute], [a=v] with = ~= |= ^= $= *= and the flag i; the combinators blank,
// >, + and ~; :nth-child(An+B), :not(…), :has(…), :contains("text"); groups with commas. Anything else is an error.
// (Selectors Level 4, of which this is a part; :contains is jQuery's.)
#ifndef GW_MODEL_SELECTOR_H
#define GW_MODEL_SELECTOR_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum { GW_SELECTOR_MAX = 2048, GW_SELECTOR_MAX_PARTS = 64, GW_SELECTOR_MAX_DEPTH = 4 };

enum gw_combinator { GW_DESCENDANT, GW_CHILD, GW_NEXT_SIBLING, GW_LATER_SIBLING };

enum gw_test_kind {
    GW_TEST_TYPE,
    GW_TEST_CLASS,
    GW_TEST_ID,
    GW_TEST_ATTRIBUTE,
    GW_TEST_NTH_CHILD,
    GW_TEST_NOT,
    GW_TEST_HAS,
    GW_TEST_CONTAINS,
};

struct gw_selector_test {
    enum gw_test_kind kind;
    char op;     // attribute: 0 present, else the sign before '=' ('=' when none)
    bool nocase; // attribute: compare without ASCII case
    const char *name, *value;
    int step, offset;                // nth-child: step * n + offset
    const struct gw_selector *inner; // not, has
    const struct gw_selector_test *next;
};

// One compound: all tests hold for one element. `combinator` joins it to `left`; in :has() the leftmost part's joins it
// to the element that has.
struct gw_selector_part {
    const struct gw_selector_test *tests; // NULL: any element
    enum gw_combinator combinator;
    const struct gw_selector_part *left; // NULL: the first
};

// Alternatives: an element that fits one fits.
struct gw_selector {
    const struct gw_selector_part *last; // the compound that the element itself must fit
    const struct gw_selector *next;
};

// Parse the whole span into `arena`. GW_EINVAL: "column N: reason", N in characters from 1; GW_ELIMIT: too long, too
// many parts, nested too deep.
GW_MUST_CHECK int gw_selector_parse(struct gw_arena *arena, struct gw_span text,
                                    const struct gw_selector **ret_selector);

#endif
