// SPDX-License-Identifier: Apache-2.0
// Enumerated measures: the outermost numbered series of the body.
#ifndef GW_POLICY_MEASURES_H
#define GW_POLICY_MEASURES_H

#include "scan.h"

// Needs document.kind: statistics, replies and regulations number their sections, which are no measures.
void gw_measures_read(struct gw_scan *scan);

#endif
