// SPDX-License-Identifier: Apache-2.0
// Regexes of source files: PCRE2 over UTF-8, JIT where the system lets it, limits on steps, depth and memory, so that
// no pattern can hold a page for long.
#ifndef GW_MODEL_REGEX_H
#define GW_MODEL_REGEX_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>

struct gw_regex;

// Life. GW_EINVAL: "column N: reason", N in characters from 1. A pattern is at most 1,024 bytes.
GW_MUST_CHECK int gw_regex_new(struct gw_span pattern, bool nocase, struct gw_regex **ret_regex);
struct gw_regex *gw_regex_free(struct gw_regex *regex); // accepts NULL, returns NULL

// Use. A match that runs past its limits is no match.
bool gw_regex_match(const struct gw_regex *regex, struct gw_span text);
// `replacement` with $0 … $9 filled from the first match ($$ is a dollar); in `arena`. NULL: no match, or out of arena.
const char *gw_regex_extract(const struct gw_regex *regex, struct gw_arena *arena, struct gw_span text,
                             struct gw_span replacement);

#endif
