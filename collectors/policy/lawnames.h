// SPDX-License-Identifier: Apache-2.0
// Laws and plans by their proper names in languages with capitals: Infektionsschutzgesetz, the Renters' Rights Act
// 2025.
#ifndef GW_POLICY_LAWNAMES_H
#define GW_POLICY_LAWNAMES_H

#include "scan.h"

struct gw_law {
    size_t start, end; // of the quote
    struct gw_span title;
};

// The next one; *next is an index of the capitals and moves behind it. False: no more.
bool gw_law_next_german(const struct gw_scan *scan, size_t *next, struct gw_law *ret_law);
bool gw_law_next_english(const struct gw_scan *scan, size_t *next, struct gw_law *ret_law);

#endif
