// SPDX-License-Identifier: Apache-2.0
// Every public body the text names: from the tables, or built of a place and a function (宁波市 + 经信局), or by its
// form (Detroit Board of Police Commissioners).
#ifndef GW_POLICY_BODIES_H
#define GW_POLICY_BODIES_H

#include "places.h"
#include "scan.h"

struct gw_body {
    uint32_t start, end;   // of the text
    const char *canonical; // full official name
    const char *level;     // national provincial municipal county other
    const char *code;      // region it belongs to: GB/T 2260 or ISO 3166; NULL unknown
    bool by_form;          // from no table
    bool own;              // from the user's
};

struct gw_bodies {
    struct gw_body *at; // by start
    size_t count;
};

// Appends; nothing when the body lacks a name or level, or the list is full.
void gw_bodies_add(struct gw_scan *scan, struct gw_bodies *bodies, struct gw_body body);
// The level of a body of this GB/T 2260 code; "other" for any other code.
const char *gw_bodies_level(const char *code);

void gw_bodies_read(struct gw_scan *scan, const struct gw_places *places, struct gw_bodies *ret_bodies);

#endif
