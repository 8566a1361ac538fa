// SPDX-License-Identifier: Apache-2.0
// The user's own public bodies: `extract --bodies FILE` and DIR/bodies.csv.
#ifndef GW_CLI_BODIES_H
#define GW_CLI_BODIES_H

#include "base/err.h"
#include "policy/policy.h"

// Heap object, caller owns (gw_policy_table_free). GW_EINVAL and GW_ELIMIT: the reason says file and row; GW_ENOTFOUND,
// GW_EIO: it cannot be read.
GW_MUST_CHECK int gw_cli_bodies_load(const char *path, struct gw_policy_table **ret_table);

#endif
