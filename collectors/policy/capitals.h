// SPDX-License-Identifier: Apache-2.0
// Runs of capitalised words that name a public body by their form: City of Austin, Ministry of Education, Stadt Ahlen.
#ifndef GW_POLICY_CAPITALS_H
#define GW_POLICY_CAPITALS_H

#include "scan.h"

struct gw_run {
    uint32_t start, end;
    const char *level; // by the words in it
};

// The next such run from capital number *next of the text on; *next moves behind it. False: no more.
bool gw_run_next(const struct gw_scan *scan, size_t *next, struct gw_run *ret_run);

#endif
