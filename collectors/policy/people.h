// SPDX-License-Identifier: Apache-2.0
// The persons of the story, once each, with the title nearest to the name.
#ifndef GW_POLICY_PEOPLE_H
#define GW_POLICY_PEOPLE_H

#include "scan.h"

void gw_people_read(struct gw_scan *scan);

#endif
