// SPDX-License-Identifier: Apache-2.0
// What the words around a figure make of it: more than, at most, about.
#ifndef GW_POLICY_COMPARATORS_H
#define GW_POLICY_COMPARATORS_H

#include "scan.h"

// The comparator of the figure [*start, *end), which is widened by the words that gave it. `more`: the number says 多
// or 余 itself. Static string: eq gt gte lt lte approx.
const char *gw_comparator_read(const struct gw_scan *scan, size_t *start, size_t *end, bool more);

#endif
