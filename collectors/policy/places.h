// SPDX-License-Identifier: Apache-2.0
// Which place a place name means: Suzhou is 苏州 or 宿州, 鼓楼区 is one of four, Georgia may be neither. Settled once
// per document from the places that have one meaning, the source's region and the page's site code.
#ifndef GW_POLICY_PLACES_H
#define GW_POLICY_PLACES_H

#include "scan.h"

enum gw_place_level { GW_PLACE_COUNTRY, GW_PLACE_PROVINCE, GW_PLACE_PREFECTURE, GW_PLACE_COUNTY, GW_PLACE_LEVELS };

struct gw_place {
    uint32_t start, end; // of the text
    const char *code;    // GB/T 2260 or ISO 3166
    const char *name;    // full official name, or the English one abroad
    enum gw_place_level level;
    bool whole; // written with its 市, 省, 县: certainly this kind of place
};

struct gw_places {
    struct gw_place *at; // by start; names whose meaning stays open are left out
    size_t count;
    const char
        *first[GW_PLACE_LEVELS]; // code of the first place of each level, Chinese ones below the nation; NULL: none
    const char *home; // code of the place the document speaks from, by its source, site or own words; NULL unknown
};

void gw_places_read(struct gw_scan *scan, struct gw_places *ret_places);
// The full name of a division or county code, or of a country; NULL: none.
const char *gw_place_name(const char *code);
// The code of a level above: of 330203 330200 and 330000; false when `code` is no GB/T 2260 code of a lower level.
bool gw_place_parent(const char *code, enum gw_place_level level, char ret_code[7]);
// The first place that ends behind `at`; its index, or the count.
size_t gw_places_from(const struct gw_places *places, size_t at);
// The place that ends at `at` (directly, or before the blank there); NULL: none.
const struct gw_place *gw_place_ending(const struct gw_places *places, size_t at);
bool gw_place_is_chinese(const char *code);

#endif
