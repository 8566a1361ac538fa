// SPDX-License-Identifier: Apache-2.0
// Laws, documents and requests that the text names by title or number, and what it does to them.
#ifndef GW_POLICY_REFERENCES_H
#define GW_POLICY_REFERENCES_H

#include "scan.h"

// Marks every 《…》; needs the document numbers.
void gw_references_mark(struct gw_scan *scan);
// Reads them; needs the own document number.
void gw_references_read(struct gw_scan *scan);

#endif
