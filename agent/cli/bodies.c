// SPDX-License-Identifier: Apache-2.0
#include "bodies.h"

#include "base/fs.h"

#include <stdio.h>

int gw_cli_bodies_load(const char *path, struct gw_policy_table **ret_table)
{
    struct gw_buf csv = GW_BUF(GW_POLICY_TABLE_MAX);
    int rc = gw_fs_read(path, &csv);
    if (rc == GW_OK) {
        rc = gw_policy_table_new(gw_buf_str(&csv), csv.bytes, ret_table);
        if (rc != GW_OK) {
            char reason[256];
            snprintf(reason, sizeof reason, "%s", gw_reason());
            rc = gw_fail(rc, "%s: %s", path, reason);
        }
    }
    gw_buf_fini(&csv);
    return rc;
}
