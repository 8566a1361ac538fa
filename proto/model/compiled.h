// SPDX-License-Identifier: Apache-2.0
// Selectors, value expressions and patterns of source files, compiled once: whoever reads many pages of a source asks
// here by their text and gets the same program again. What does not compile is told each time.
#ifndef GW_MODEL_COMPILED_H
#define GW_MODEL_COMPILED_H

#include "model/regex.h"
#include "model/selector.h"
#include "model/value.h"

struct gw_compiled;

struct gw_compiled *gw_compiled_new(void);
struct gw_compiled *gw_compiled_free(struct gw_compiled *compiled); // accepts NULL, returns NULL
// Forget everything when it has grown past `most_bytes`. Not while anything it gave is in use: between two pages.
void gw_compiled_trim(struct gw_compiled *compiled, size_t most_bytes);

// The program of that text, as gw_selector_parse(), gw_value_parse() and gw_regex_new(); borrowed until the next trim.
GW_MUST_CHECK int gw_compiled_selector(struct gw_compiled *compiled, const char *text,
                                       const struct gw_selector **ret_selector);
GW_MUST_CHECK int gw_compiled_value(struct gw_compiled *compiled, const char *text, enum gw_value_kind kind,
                                    const struct gw_value **ret_value);
GW_MUST_CHECK int gw_compiled_regex(struct gw_compiled *compiled, const char *text, const struct gw_regex **ret_regex);

// How often something was compiled since the beginning.
uint64_t gw_compiled_count(const struct gw_compiled *compiled);

#endif
