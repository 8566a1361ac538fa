// SPDX-License-Identifier: Apache-2.0
// Persons in languages with capitals, around the word of an office.
#ifndef GW_POLICY_LATINNAMES_H
#define GW_POLICY_LATINNAMES_H

#include "scan.h"

struct gw_latin_person {
    size_t name, name_end, title, title_end;
    size_t start, end; // of both
};

// A German compound that is an office, at its begin: Arbeitsminister, Wien-Landesgeschäftsführerin.
bool gw_latin_office_at(const struct gw_scan *scan, size_t at, struct gw_hit *ret_office);
// The person whose office this is; false when nobody is named beside it.
bool gw_latin_person_read(const struct gw_scan *scan, const struct gw_hit *office, struct gw_latin_person *ret_person);

#endif
