// SPDX-License-Identifier: Apache-2.0
// URLs as identities: resolve, canonicalise, name the host. RFC 3986; parsing by libcurl's URL API (CURLU).
//
// Identity rule: http and https are one, a leading "www." is dropped, host lower case, default port dropped, dot
// segments removed, percent-encoding normalised (RFC 3986 §6.2.2), fragment dropped, query kept whole except known
// tracking parameters.
#ifndef GW_MODEL_URL_H
#define GW_MODEL_URL_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>

// Resolve `reference` (as found in a page: white space inside and around is stripped, per WHATWG URL) against `base`
// (NULL: it must be absolute). Absolute http(s) URL in `arena`, or NULL with the reason set: another scheme, no host,
// too long (8 KiB), out of arena.
char *gw_url_resolve(struct gw_arena *arena, const char *base, const char *reference);
// The identity of an absolute URL, itself a usable URL ("https://host/path?query"); NULL as above.
char *gw_url_canonical(struct gw_arena *arena, const char *url);
// "name:port" of the lease and delay: http and https of one name on default ports are one host ("example.gov.cn:443").
char *gw_url_host_key(struct gw_arena *arena, const char *url);
// The registrable-domain test behind `hosts: same-site`: equal hosts, or equal below the public suffix (gov.cn, com.cn,
// co.uk … by rule and table; LIMIT: not the full public suffix list).
bool gw_url_same_site(const char *a, const char *b);
// Path of the URL ("/" at least) in arena; NULL as above.
char *gw_url_path(struct gw_arena *arena, const char *url);
char *gw_url_hostname(struct gw_arena *arena, const char *url); // lower case, no port

#endif
