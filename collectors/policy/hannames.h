// SPDX-License-Identifier: Apache-2.0
// Chinese personal names: surnames and where a name ends.
#ifndef GW_POLICY_HANNAMES_H
#define GW_POLICY_HANNAMES_H

#include "scan.h"

// The name that begins at `at` and ends before a mark, a blank or a word that follows names (说, 表示, 等). Returns its
// end, 0 when there is none that is sure.
size_t gw_hanname_end(const struct gw_scan *scan, size_t at);
// Bytes of a surname at `at`, 0 when there is none.
size_t gw_surname_at(const struct gw_scan *scan, size_t at);
// A name alone: 尤权, 尤　权 (padding inside), up to four characters and nothing else in [start, end).
bool gw_hanname_alone(const struct gw_scan *scan, size_t start, size_t end);

#endif
