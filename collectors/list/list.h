// SPDX-License-Identifier: Apache-2.0
// One answer of a list request to rows: HTML, feeds, JSON, XML data sets … (a row per kind in list.c).
#ifndef GW_LIST_LIST_H
#define GW_LIST_LIST_H

#include "html/page.h"
#include "model/compiled.h"
#include "schema/observation.pb-c.h"
#include "schema/source.pb-c.h"

enum { GW_LIST_VERSION = 2, GW_LIST_MAX_ROWS = 5000 };

struct gw_list_input {
    struct gw_page_input answer;
    const Gw__Source *source;     // may be NULL
    uint32_t request_no;          // 0: the answer of the source's url; 1: of list.then
    uint32_t page_no;             // from 1
    struct gw_compiled *compiled; // where the source's rules are kept compiled; NULL: they are compiled for this alone
};

// Rows in page order, URLs absolute and unique, in `arena`. No rows is a success with `warning` saying why.
// *ret_then: the second request the page asks for (its templates filled), or NULL; then *ret_rows may be empty.
// GW_EINVAL: not readable as any list (binary, broken JSON …); GW_ELIMIT: budget.
GW_MUST_CHECK int gw_list_read(struct gw_arena *arena, const struct gw_list_input *input, Gw__Rows **ret_rows,
                               Gw__Request **ret_then);
// Is the answer, by its bytes, a page rather than data (feed, sitemap, JSON, XML records, script, CSV, gzip)?
bool gw_list_is_page(const struct gw_page_input *answer);

#endif
