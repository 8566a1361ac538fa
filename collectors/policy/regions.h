// SPDX-License-Identifier: Apache-2.0
// Where the document holds: the region of its issuers, of its title and addressee, of what it mostly speaks about.
#ifndef GW_POLICY_REGIONS_H
#define GW_POLICY_REGIONS_H

#include "bodies.h"

// `announces`: the page is policy; of others only a Chinese place of the title and the like is told.
void gw_regions_read(struct gw_scan *scan, const struct gw_places *places, const struct gw_body *const *issuers,
                     size_t issuer_count, bool announces);

#endif
