// SPDX-License-Identifier: Apache-2.0
// robots.txt (RFC 9309): which paths of a host we may ask for. Crawl-delay, which the RFC leaves out, is read too.
#ifndef GW_FETCH_ROBOTS_H
#define GW_FETCH_ROBOTS_H

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    GW_ROBOTS_MAX = 500 * 1024,  // bytes that are read (RFC 9309 §2.5); the rest is ignored
    GW_ROBOTS_MAX_RULES = 10000, // likewise, so that a match stays cheap on any file
};

struct gw_robots;

// Life. Never fails: whatever is not understood is ignored, as the RFC asks. `product` is our token ("govwire").
struct gw_robots *gw_robots_new(struct gw_span text, const char *product);
struct gw_robots *gw_robots_free(struct gw_robots *robots); // accepts NULL, returns NULL

// Use. `path` is the URL from its first slash on, with the query, without fragment. Linear in rules and path.
bool gw_robots_allows(const struct gw_robots *robots, const char *path);
// 0: none was given. At most a day.
uint64_t gw_robots_delay_ms(const struct gw_robots *robots);

// What a status of /robots.txt means (RFC 9309 §2.3.1).
enum gw_robots_state {
    GW_ROBOTS_READ,     // use the text
    GW_ROBOTS_ALLOW,    // there is none: everything is allowed
    GW_ROBOTS_DISALLOW, // the host is in trouble: nothing is allowed for now
};
enum gw_robots_state gw_robots_state_of(uint32_t status);

#endif
