// SPDX-License-Identifier: Apache-2.0
// Document numbers: every one in the text, and which of them is the page's own.
#ifndef GW_POLICY_DOCNO_H
#define GW_POLICY_DOCNO_H

#include "scan.h"

// Finds and marks all numbers of the text (scan->numbers).
void gw_docno_find(struct gw_scan *scan);
// Sets doc_number of the document unless it is set (by the metadata block).
void gw_docno_own(struct gw_scan *scan);
// The year inside a number, 0 when it has none.
int gw_docno_year(const char *number);

#endif
