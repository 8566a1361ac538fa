// SPDX-License-Identifier: Apache-2.0
// In a report: the bodies that act (举行, 发布, issued by, announced), not those that are merely named.
#ifndef GW_POLICY_ACTORS_H
#define GW_POLICY_ACTORS_H

#include "bodies.h"

// At most `max` of them, the most certain first. Returns how many.
size_t gw_actors_pick(const struct gw_scan *scan, const struct gw_places *places, const struct gw_bodies *bodies,
                      const struct gw_body **ret_actors, size_t max);

#endif
