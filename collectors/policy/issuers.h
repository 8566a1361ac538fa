// SPDX-License-Identifier: Apache-2.0
// Who announced it: the bodies that sign, issue or publish the document, or whose word a report carries.
#ifndef GW_POLICY_ISSUERS_H
#define GW_POLICY_ISSUERS_H

#include "bodies.h"

// Pushes the issuers of the document; *ret_chosen lists them (their region codes serve the regions), at most `max`.
void gw_issuers_read(struct gw_scan *scan, const struct gw_places *places, const struct gw_bodies *bodies,
                     const struct gw_body **ret_chosen, size_t max, size_t *ret_count);

#endif
