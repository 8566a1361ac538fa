// SPDX-License-Identifier: Apache-2.0
// Whom the document speaks to, and what it says is attached.
#ifndef GW_POLICY_ENVELOPE_H
#define GW_POLICY_ENVELOPE_H

#include "scan.h"

void gw_envelope_read(struct gw_scan *scan);

#endif
