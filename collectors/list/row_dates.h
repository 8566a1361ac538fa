// SPDX-License-Identifier: Apache-2.0
// The dates of a list, read together: one row alone does not tell whether 03/04 is in March or April, nor the year of
// "10-09"; the others do.
#ifndef GW_LIST_ROW_DATES_H
#define GW_LIST_ROW_DATES_H

#include "list/rows.h"

// Read every date_text of the set. `order` is the source's, or GW_DATE_UNKNOWN: then the order is the one that numbers
// over 12 force, else the one in which the list is better sorted, else that of the host's country.
void gw_row_dates_read(struct gw_row_set *set, enum gw_date_order order);
// The best date in a text that is a row's or part of one: a whole date before a split one before one without its year
// or its day. False: none.
bool gw_row_date_find(struct gw_span text, enum gw_date_order order, struct gw_date *ret_date);

// The first date of any kind: whether there is one, in one pass.
bool gw_row_date_any(struct gw_span text, struct gw_date *ret_date);
// The one year (1990 … 2099) that a short text names besides no other number of four digits; 0: none.
int gw_row_year(struct gw_span text);

#endif
