// SPDX-License-Identifier: Apache-2.0
// From a source's request rule to the request that is sent: templates filled, forms encoded, URLs made absolute.
#ifndef GW_WORKER_ASK_H
#define GW_WORKER_ASK_H

#include "base/arena.h"
#include "base/err.h"
#include "fetch/transfer.h"
#include "schema/source.pb-c.h"

#include <stdbool.h>

struct gw_ask_values {
    const char *list_url; // {list_url}: also the base of a relative url
    uint32_t page_no;     // {n}
};

// Fill `rule` (NULL: GET of list_url) into *ret_request: url, method, headers and body; the rest is zero. All lives in
// `arena`. Other braces stay as they are, since a body may be JSON. GW_EINVAL: the url is none; GW_ELIMIT: out of
// arena.
GW_MUST_CHECK int gw_ask_fill(struct gw_arena *arena, const Gw__Request *rule, const struct gw_ask_values *values,
                              struct gw_request *ret_request);
// Whether page 2 is another request than page 1.
bool gw_ask_has_pages(const Gw__Request *rule);

#endif
