// SPDX-License-Identifier: Apache-2.0
// URLs as identities: resolve, canonicalise, name the host. RFC 3986; parsing by libcurl's URL API (CURLU).
//
// Identity rule: http and https are one (on their default ports; a port that is said keeps its scheme), a leading
// "www." is dropped, host lower case and in ASCII (Punycode), default port dropped, dot segments removed,
// percent-encoding normalised (RFC 3986 §6.2.2), fragment and ";jsessionid=" dropped, query kept whole except known
// tracking parameters. The identity of an identity is itself.
//
// All results are ASCII, at most 8 KiB, without a fragment. A URL with a user name or a password is refused.
#ifndef GW_MODEL_URL_H
#define GW_MODEL_URL_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>

// Resolve `reference` (as found in a page: white space inside and around is stripped, per WHATWG URL) against `base`
// (NULL: it must be absolute). Absolute http(s) URL in `arena`, or NULL with the reason set: another scheme, no host,
// too long (8 KiB), out of arena. "" and "#top" give the base itself.
char *gw_url_resolve(struct gw_arena *arena, const char *base, const char *reference);
// The identity of an absolute URL ("https://host/path?query"); NULL as above. Well-formed, but a name, not an address:
// a host may answer only on plain http or only under "www.", so requests go to the URL as it was found (Row.url,
// Source.url, a redirect's Location).
char *gw_url_canonical(struct gw_arena *arena, const char *url);
// "name:port" of the lease and delay: http and https of one name on default ports are one host ("example.gov.cn:443").
char *gw_url_host_key(struct gw_arena *arena, const char *url);
// Both at once; false with the reason set.
bool gw_url_identify(struct gw_arena *arena, const char *url, char **ret_canonical, char **ret_host_key);
// The registrable-domain test behind `hosts: same-site`: equal hosts, or equal below the public suffix (gov.cn, com.cn,
// co.uk … by rule and table; LIMIT: not the full public suffix list).
bool gw_url_same_site(const char *a, const char *b);
// Path of the URL ("/" at least, dot segments as they stand) in arena; NULL as above.
char *gw_url_path(struct gw_arena *arena, const char *url);
char *gw_url_hostname(struct gw_arena *arena, const char *url); // lower case, no port

#endif
