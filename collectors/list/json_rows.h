// SPDX-License-Identifier: Apache-2.0
// Rows out of a JSON value: by the rule's paths, or by looking for the array of objects that is a list.
#ifndef GW_LIST_JSON_ROWS_H
#define GW_LIST_JSON_ROWS_H

#include "list/json.h"
#include "list/kind.h"

// `kind` goes into `how` ("json", "script-array", "csv"). No rows: the warning says what was missing.
GW_MUST_CHECK int gw_json_rows_read(const struct gw_list_job *job, json_t *json, const char *kind, Gw__Rows **ret_rows);

#endif
