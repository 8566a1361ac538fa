// SPDX-License-Identifier: Apache-2.0
// What kind of document it is: notice, reply, meeting … (document.kind).
#ifndef GW_POLICY_KINDS_H
#define GW_POLICY_KINDS_H

#include "scan.h"

void gw_kind_read(struct gw_scan *scan);

#endif
