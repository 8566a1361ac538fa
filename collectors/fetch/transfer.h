// SPDX-License-Identifier: Apache-2.0
// One HTTP request and its answer, many at once, on a libuv loop.
//
// DESIGN: libcurl's multi interface with the loop's polls and one timer. curl follows no redirect: an answer is handed
// over as it came, because the next hop needs its own permit. Every socket passes the guard. Bytes are counted after
// decoding, in the write callback, so that neither a bomb nor an endless answer passes the limit. No body is
// understood.
#ifndef GW_FETCH_TRANSFER_H
#define GW_FETCH_TRANSFER_H

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "schema/observation.pb-c.h"
#include "schema/source.pb-c.h"

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct gw_fetch;
struct gw_transfer;

struct gw_request {
    const char *url;          // must-set, absolute
    const char *method;       // NULL or "GET"; "POST"
    Gw__Pair *const *headers; // values as sent; names that belong to HTTP itself are left out
    size_t header_count;
    const char *body; // of a POST
    size_t body_bytes;
    const char *body_type; // its Content-Type; NULL: "application/x-www-form-urlencoded"
    const char *etag;      // validators; NULL or "": none
    const char *last_modified;
    const char *cookie;        // value of a Cookie header; NULL: none. One in `headers` goes instead
    const Gw__FetchRule *rule; // NULL: defaults
    size_t body_max;           // decoded bytes; must-set
};

// Strings live until the callback returns; "" when the answer has none.
struct gw_answer {
    Gw__Failure failure; // of transfer or status; NONE for 2xx, 304 and redirects
    const char *detail;  // one line for people
    uint32_t status;     // 0: there was no answer
    const char *content_type;
    const char *etag;
    const char *last_modified;
    const char *location; // as sent
    const char *cookies;  // values of its Set-Cookie headers, one per line
    uint64_t retry_after_ms;
    uint32_t duration_ms;
    bool truncated; // the body went on past body_max
    uint8_t sha256[GW_SHA256_BYTES];
    struct gw_buf body; // decoded; the callback may take it by copying the struct and zeroing this one
};

typedef void gw_transfer_fn(struct gw_answer *answer, void *arg);

// Life. GW_EIO: libcurl could not start. Certificates are read here.
GW_MUST_CHECK int gw_fetch_new(uv_loop_t *loop, struct gw_fetch **ret_fetch);
// Cancels what is under way; the loop must run until its handles are closed. Accepts NULL, returns NULL.
struct gw_fetch *gw_fetch_free(struct gw_fetch *fetch);

// Use. Everything of `request` is copied except `rule`, which must live until the callback. The callback comes once,
// later, never from inside this call.
struct gw_transfer *gw_transfer_start(struct gw_fetch *fetch, const struct gw_request *request, gw_transfer_fn *on_done,
                                      void *arg);
void gw_transfer_cancel(struct gw_transfer *transfer); // no callback after this

#endif
