// SPDX-License-Identifier: Apache-2.0
// Lines that are metadata or furniture of the page, where a body still holds them: read what they say, and mark them so
// that no fact is read from them.
#ifndef GW_POLICY_LABELS_H
#define GW_POLICY_LABELS_H

#include "scan.h"

// Fills index_number, doc_number, written and published of the document from a metadata block where they are empty.
void gw_labels_read(struct gw_scan *scan);

#endif
