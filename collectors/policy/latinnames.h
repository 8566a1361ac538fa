// SPDX-License-Identifier: Apache-2.0
// Persons in languages with capitals, around the word of an office.
#ifndef GW_POLICY_LATINNAMES_H
#define GW_POLICY_LATINNAMES_H

#include "scan.h"

struct gw_latin_person {
    size_t name, name_end, title, title_end;
    size_t start, end; // of both
};

bool gw_latin_person_read(const struct gw_scan *scan, const struct gw_hit *office, struct gw_latin_person *ret_person);

#endif
