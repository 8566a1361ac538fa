// SPDX-License-Identifier: Apache-2.0
// Array and object literals of scripts as JSON: single quotes, bare names, trailing commas and comments allowed; calls,
// variables and operators are not, and end the literal.
#ifndef GW_LIST_LITERAL_H
#define GW_LIST_LITERAL_H

#include "base/buf.h"
#include "base/str.h"

#include <stdbool.h>

// The literal that begins at text.at[0] ('[' or '{') appended to `out` as JSON; its length in bytes, or 0 when it is
// none (`out` then holds a part of it).
size_t gw_literal_to_json(struct gw_span text, struct gw_buf *out);

#endif
