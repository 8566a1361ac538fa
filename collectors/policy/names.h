// SPDX-License-Identifier: Apache-2.0
// Every name of the tables found in one pass: Aho-Corasick over bytes, as a double array.
//
// DESIGN: A state's edge for byte c lies in cell base + c and belongs to it when that cell's `check` is the state. Each
// cell knows the longest proper suffix that is a state (`fail`) and the nearest suffix that is a name (`link`), so that
// a text of n bytes costs at most 2n edges plus its hits. ASCII letters are folded; a name that begins with a capital,
// or is all capitals, is only found written so, and an ASCII name only between characters that are no letters or
// digits.
#ifndef GW_POLICY_NAMES_H
#define GW_POLICY_NAMES_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gw_names_cell {
    int32_t base;   // 0: no edges
    int32_t check;  // parent state; -1: free
    int32_t fail;   // state
    int32_t link;   // state; 0: none
    uint32_t names; // 1 + index of the first entry that ends here; 0: none
};

// What a name means: a row of a table. Entries of one spelling follow each other up to `last`.
struct gw_names_entry {
    uint8_t table, column;
    uint16_t row;
    uint8_t bytes;
    bool last, word, capital, capitals;
};

struct gw_names {
    const struct gw_names_cell *cells; // state 1 is the root
    uint32_t cell_count;
    const struct gw_names_entry *entries;
    uint32_t entry_count;
};

enum { GW_NAME_MAX = 160 }; // bytes of a name

// Build
struct gw_names_source {
    const char *name; // borrowed until gw_names_build returned
    uint8_t table, column;
    uint16_t row;
};
// The automaton of `count` names (doubles are fine, names over GW_NAME_MAX are left out) in `arena`; `sources` is
// sorted in place. GW_ELIMIT: the arena is full.
GW_MUST_CHECK int gw_names_build(struct gw_arena *arena, struct gw_names_source *sources, size_t count,
                                 struct gw_names *ret_names);

// Use. `text` is UTF-8; `visit` gets each occurrence in order of its end, the longest first: [start, end) of text.
typedef void gw_names_visit_fn(const struct gw_names_entry *entry, size_t start, size_t end, void *arg);
void gw_names_find(const struct gw_names *names, struct gw_span text, gw_names_visit_fn *visit, void *arg);

#endif
