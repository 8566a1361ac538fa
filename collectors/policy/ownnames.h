// SPDX-License-Identifier: Apache-2.0
// The user's own table of public bodies, as read from its CSV.
#ifndef GW_POLICY_OWNNAMES_H
#define GW_POLICY_OWNNAMES_H

#include "csv.h"
#include "names.h"
#include "policy.h"

// Columns as in tables/bodies.csv: GW_BODY_NAME …
struct gw_policy_table {
    struct gw_arena *arena; // its own
    struct gw_table table;
    struct gw_names names;
};

#endif
