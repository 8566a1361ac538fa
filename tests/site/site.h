// SPDX-License-Identifier: Apache-2.0
// The living test ministry: a small HTTP server on loopback with lists and articles that appear and change, and that
// misbehaves on request. README.md has its map.
//
// DESIGN: libmicrohttpd with a thread per connection, because half of what it is for is waiting: a slow answer sleeps
// in its own thread, and stopping wakes every sleeper. Pages are rendered per request from tables; nothing is stored
// but the journal.
#ifndef GW_SITE_SITE_H
#define GW_SITE_SITE_H

#include "site/state.h"

#include "base/buf.h"
#include "base/err.h"

struct gw_site;

struct gw_site_options {
    uint16_t port; // 0: the kernel chooses
    uint32_t crawl_delay_s;
    struct gw_site_state_options state;
};

// Life. Serves from its own threads until freed. GW_EEXIST: the port is taken.
GW_MUST_CHECK int gw_site_new(const struct gw_site_options *options, struct gw_site **ret_site);
struct gw_site *gw_site_free(struct gw_site *site);

// Use
GW_MUST_CHECK int gw_site_fault(struct gw_site *site, const char *prefix, const char *spec, uint32_t times);
void gw_site_publish(struct gw_site *site, uint32_t n);
void gw_site_change(struct gw_site *site);

// Inspect
const char *gw_site_url(const struct gw_site *site); // "http://127.0.0.1:41234/"
void gw_site_log(struct gw_site *site, uint64_t from, struct gw_buf *out);

#endif
