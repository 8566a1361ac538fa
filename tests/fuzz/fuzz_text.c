// SPDX-License-Identifier: Apache-2.0
// Normal forms of any bytes: what the short segments and the fast path make is what utf8proc makes of the whole text.
#include "base/err.h"
#include "base/hash.h"
#include "model/text.h"
#include "model/tokens.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FORM_MAX = 1 << 20, SHORT = 100 }; // characters that surely fit in one segment

static struct gw_span span(const struct gw_buf *buf)
{
    return (struct gw_span){gw_buf_str(buf), buf->bytes};
}

static void put_valid(struct gw_span s, struct gw_buf *out)
{
    for (const char *at = s.at, *end = s.at + s.bytes; at < end;) {
        char utf8[4];
        gw_buf_add(out, utf8, gw_utf8_put(utf8, gw_utf8_next(&at, end)));
    }
}

static void check_against_whole(const struct gw_buf *valid, const struct gw_buf *form)
{
    utf8proc_uint8_t *whole = NULL;
    ssize_t n =
        utf8proc_map((const utf8proc_uint8_t *)gw_buf_str(valid), (ssize_t)valid->bytes, &whole,
                     UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
    gw_assert(n >= 0);
    struct gw_buf folded = GW_BUF(FORM_MAX);
    gw_text_fold_space((struct gw_span){(const char *)whole, (size_t)n}, &folded);
    gw_assert(gw_span_eq(span(&folded), span(form)));
    gw_buf_fini(&folded);
    free(whole);
}

// Tokens stand in order, and each two neighbours are found where they came from.
static void check_tokens(struct gw_span form)
{
    struct gw_token pair[2] = {0};
    size_t at = 0, behind = 0;
    for (bool first = true; gw_token_next(form, &at, &pair[1]); first = false) {
        size_t start = (size_t)(pair[1].text.at - form.at);
        gw_assert(pair[1].text.bytes > 0 && start >= behind && start + pair[1].text.bytes == at && at <= form.bytes);
        gw_assert(!pair[1].joined || start == behind);
        gw_assert(gw_tokens_found(form, &pair[1], 1));
        gw_assert(first || start - behind > 16 || gw_tokens_found(form, pair, 2));
        behind = at;
        pair[0] = pair[1];
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gw_span raw = {(const char *)data, size};
    struct gw_buf valid = GW_BUF(FORM_MAX), form = GW_BUF(FORM_MAX);
    if (size == 0 || size > 10000)
        return 0;
    put_valid(raw, &valid);
    gw_text_compare_form(raw, &form);
    if (gw_text_length(span(&valid)) < SHORT && valid.bytes < SHORT)
        check_against_whole(&valid, &form);
    uint8_t digest[32], expected[32];
    gw_text_digest(raw, digest);
    gw_sha256(gw_buf_str(&form), form.bytes, expected);
    gw_assert(memcmp(digest, expected, 32) == 0);
    gw_assert(gw_utf8_valid(gw_buf_str(&form), form.bytes, false));
    check_tokens(span(&form));
    gw_assert(gw_text_lang(raw));
    gw_buf_fini(&valid);
    gw_buf_fini(&form);
    return 0;
}
