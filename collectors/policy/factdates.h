// SPDX-License-Identifier: Apache-2.0
// Dates in running text: what they are the date of, ranges, years that are not written. (When the page was published is
// the article's business; that day only becomes a fact here.)
#ifndef GW_POLICY_FACTDATES_H
#define GW_POLICY_FACTDATES_H

#include "scan.h"

// Reads all dates: DateFacts, document.effective and .expiry, scan->base. Needs the document numbers.
void gw_dates_read(struct gw_scan *scan);

// The first whole day (or month) of a metadata value: "2024-03-04T09:18", "2004年08月12日". False: none.
bool gw_dates_parse_day(struct gw_span value, struct gw_day *ret_day);
// "2024-03-04", "2024-03"; NULL: the arena is full.
char *gw_dates_print(struct gw_arena *arena, struct gw_day day);

#endif
