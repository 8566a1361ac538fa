// SPDX-License-Identifier: Apache-2.0
// Lists behind a second request: values read from the first answer, filled into the request that brings the rows.
#ifndef GW_LIST_CHAIN_H
#define GW_LIST_CHAIN_H

#include "list/kind.h"

// A request to be filled: NULL-terminated pairs of name and value, put where {name} stands. {n} and {list_url} are
// known besides; braces around anything else stay (bodies are often JSON).
struct gw_chain_value {
    const char *name, *text;
};

// A copy of `text` with the values in place; in job->arena, NULL when it is full.
const char *gw_chain_fill(const struct gw_list_job *job, const struct gw_chain_value *values, const char *text);
// A GET of `url` (relative to the answer) with a Referer, as browsers send it.
Gw__Request *gw_chain_get(const struct gw_list_job *job, const char *url);

// The rule's list.values and list.then. *ret_rows: empty, with a warning when a value is not to be found (*ret_then is
// NULL then). GW_EINVAL: a value that does not compile.
GW_MUST_CHECK int gw_chain_follow(const struct gw_list_job *job, Gw__Rows **ret_rows, Gw__Request **ret_then);

#endif
