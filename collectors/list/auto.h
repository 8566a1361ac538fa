// SPDX-License-Identifier: Apache-2.0
// The rows of a page nobody described.
//
// DESIGN: links with the same signature (outline.h) are a group; the largest element around a link that holds no other
// of its group is its row. Each group is scored by how much it looks like announcements: how many, how long the titles,
// how many rows have a date, where on the page. The best group wins; on a home page other dated groups join it. Rows
// that stand among the winner's but are made a little differently (pinned, highlighted) are taken too.
#ifndef GW_LIST_AUTO_H
#define GW_LIST_AUTO_H

#include "list/outline.h"

#include <stddef.h>

struct gw_auto_row {
    uint32_t container, link; // places of the outline: the row, and its main link
    struct gw_span date_text; // where its date is to be read; empty: nowhere
};

struct gw_auto_list {
    struct gw_auto_row *rows; // in arena, in page order; NULL when nothing on the page looks like a list
    size_t count;
    const char *how; // "auto:repeated li"
};

// GW_ELIMIT: out of arena.
GW_MUST_CHECK int gw_auto_rows(struct gw_arena *arena, const struct gw_outline *outline, struct gw_auto_list *ret_list);
// Fill the rows' date_text: in the rows themselves, else between them, else in headings above them.
void gw_auto_find_dates(struct gw_arena *arena, const struct gw_outline *outline, struct gw_auto_list *list);
// A block of rows without one date beside blocks with dates is another list of the same make: it goes.
void gw_auto_drop_undated_blocks(const struct gw_outline *outline, struct gw_auto_list *list);

#endif
