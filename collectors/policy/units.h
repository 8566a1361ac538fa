// SPDX-License-Identifier: Apache-2.0
// What stands with a number: a currency, a share, or a thing that is counted.
#ifndef GW_POLICY_UNITS_H
#define GW_POLICY_UNITS_H

#include "numerals.h"
#include "scan.h"

struct gw_unit {
    size_t start, end;    // of number and unit together
    const char *currency; // ISO 4217; NULL: a quantity
    const char *name;     // of a quantity: as written, or percent, percentage_points, permille
    int shift;            // places to move the value's point (分 is -2)
};

// `tied`: the number belongs to what stands before it (16—24岁). False: the number is neither
// amount nor quantity.
bool gw_unit_read(struct gw_scan *scan, const struct gw_number *number, bool tied, struct gw_unit *ret_unit);

#endif
