// SPDX-License-Identifier: Apache-2.0
// The content-management systems behind government lists, one row of the table each: how to tell one, how it marks up
// rows, or which second request brings them.
#ifndef GW_LIST_FAMILIES_H
#define GW_LIST_FAMILIES_H

#include "list/kind.h"

struct gw_family {
    const char *name;
    // The page is of this family when every marker of one of these sets is in its text ("a&b" is a set of two).
    const char *markers[5]; // the last is NULL
    // Selectors of its usual markup; NULL: rows are found out, the family only names them.
    const char *item, *title, *url, *date;
    // The second request that brings the rows; NULL: none is needed, or none known. Returns NULL when this page does
    // not need it.
    Gw__Request *(*then)(const struct gw_list_job *job, const struct gw_page *page);
    bool rows_need_then; // what the page itself shows is not the list
};

// The family that the rule names, else the first whose markers are there; NULL: none.
const struct gw_family *gw_family_of(const struct gw_list_job *job, const struct gw_page *page);
// "family:NAME", in arena.
const char *gw_family_how(struct gw_arena *arena, const struct gw_family *family);
// For JSON answers: by the members that its rows have; NULL: none.
const char *gw_family_of_json(struct gw_span text);

#endif
