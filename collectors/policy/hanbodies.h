// SPDX-License-Identifier: Apache-2.0
// Chinese bodies that no table has, by their form: a place, or 国务院, 国家, 全国, and at the end 局, 委员会, 办公室.
#ifndef GW_POLICY_HANBODIES_H
#define GW_POLICY_HANBODIES_H

#include "bodies.h"

// Appends those that stand where only a body stands: alone on a line or between joints of one (、 or a blank), or at
// the head of a title. Elsewhere nothing tells where such a name begins and ends.
void gw_hanbodies_read(struct gw_scan *scan, const struct gw_places *places, struct gw_bodies *bodies);

#endif
