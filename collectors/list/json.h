// SPDX-License-Identifier: Apache-2.0
// JSON answers: parsed strictly, after what servers wrap around them (JSONP, a BOM, a guard) was taken off.
#ifndef GW_LIST_JSON_H
#define GW_LIST_JSON_H

#include "base/arena.h"
#include "base/err.h"
#include "html/page.h"

#include <jansson.h>
#include <stdbool.h>

// json_decref() the result. GW_EINVAL: "line N, column M: reason".
GW_MUST_CHECK int gw_json_parse(struct gw_arena *arena, const struct gw_page_input *answer, json_t **ret_json);
GW_MUST_CHECK int gw_json_parse_text(struct gw_span text, json_t **ret_json);
// Does the answer begin as JSON or JSONP does?
bool gw_json_begins(const struct gw_page_input *answer);
// The member that a dotted path leads to ("result.rows", "items.0.title"; names may hold dots if the whole rest is a
// name); NULL: there is none. Borrowed.
json_t *gw_json_at(json_t *json, const char *path);
// A string, number or boolean as text in arena; arrays of texts joined with a blank; NULL otherwise.
const char *gw_json_text(struct gw_arena *arena, const json_t *json);

#endif
