// SPDX-License-Identifier: Apache-2.0
// From a URL to a source file: what the page is, which feeds and sitemaps there are beside it, and which of them to
// watch. Everything is fetched by the programs that would watch it (probe.h): politely, and at most GW_PROBE_LOOKS of
// them.
#ifndef GW_CLI_DISCOVER_H
#define GW_CLI_DISCOVER_H

#include "base/buf.h"
#include "probe.h"

struct gw_discovery {
    struct gw_looks looks;        // the first is that of the URL itself
    const struct gw_look *chosen; // NULL: nothing that could be watched
    Gw__Source proposal;          // of the chosen one: id, url, kind or family, and the fetch that was given
};

// `fetch`: NULL, or what the source file will say. As gw_probe_run; the result borrows id, url and fetch.
GW_MUST_CHECK int gw_discover(struct gw_arena *arena, const char *id, const char *url, const Gw__FetchRule *fetch,
                              const Gw__FetchRule *defaults, struct gw_discovery *ret_discovery);
// The source file: what was found and what is missing as comments, the definition, and every other key as a comment.
void gw_discovery_write(struct gw_arena *arena, const struct gw_discovery *discovery, struct gw_buf *out);

#endif
