// SPDX-License-Identifier: Apache-2.0
// What a fault makes of an answer, as far as that is a matter of its bytes; delivery (site.c) does the rest.
#ifndef GW_SITE_SPOIL_H
#define GW_SITE_SPOIL_H

#include "faults.h"
#include "pages.h"

// `path` is the request's own, with its /fault/ in front; `hop` the number its query has (redirects count in it).
void gw_site_spoil(struct gw_site_answer *answer, const struct gw_site_fault *fault, const char *path, uint64_t hop,
                   struct gw_arena *arena);

// gzip of the bytes; gzip that decodes to about `decoded` bytes of the filler, in a thousandth of them.
void gw_site_gzip(const struct gw_buf *in, struct gw_buf *out);
void gw_site_gzip_bomb(uint64_t decoded, struct gw_buf *out);

// Byte `at` of the endless text that big bodies are filled with.
char gw_site_filler(uint64_t at);

#endif
