// SPDX-License-Identifier: Apache-2.0
// Rows out of HTML, for the kinds that meet it: whole pages, and pieces that other formats carry.
#ifndef GW_LIST_HTML_ROWS_H
#define GW_LIST_HTML_ROWS_H

#include "list/families.h"
#include "list/kind.h"

// The rows of a parsed page, by the rule's selectors, its family's (NULL: none), or found out; and its next page.
GW_MUST_CHECK int gw_html_rows(const struct gw_list_job *job, const struct gw_page *page,
                               const struct gw_family *family, Gw__Rows **ret_rows);
// The rows of a piece of HTML. `how` says where it came from: "family:…" stands for itself, a word goes before how the
// rows were found ("auto:json-html, repeated li").
GW_MUST_CHECK int gw_html_rows_of_text(const struct gw_list_job *job, struct gw_span html, const char *how,
                                       Gw__Rows **ret_rows);

#endif
