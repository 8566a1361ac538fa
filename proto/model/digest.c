// SPDX-License-Identifier: Apache-2.0
#include "digest.h"

#include "base/buf.h"
#include "base/err.h"
#include "model/text.h"

#include <stddef.h>

enum { FORM_MAX = 16 * 1024 * 1024 }; // far above any message: NFKC lengthens at most 18 times

static const size_t TEXTS[] = {
    offsetof(Gw__Document, title),     offsetof(Gw__Document, subtitle),   offsetof(Gw__Document, body),
    offsetof(Gw__Document, published), offsetof(Gw__Document, written),    offsetof(Gw__Document, effective),
    offsetof(Gw__Document, expiry),    offsetof(Gw__Document, source),     offsetof(Gw__Document, author),
    offsetof(Gw__Document, editor),    offsetof(Gw__Document, doc_number), offsetof(Gw__Document, index_number),
    offsetof(Gw__Document, notice),
};

// Length frames each value, so that text cannot move from one field into the next unseen.
static void add(struct gw_sha256 *state, struct gw_buf *form, const char *text)
{
    gw_buf_reset(form);
    gw_text_bare_form(gw_span_of(text), form);
    uint64_t bytes = form->bytes;
    gw_sha256_add(state, &bytes, sizeof bytes);
    gw_sha256_add(state, gw_buf_str(form), form->bytes);
}

void gw_digest_rows(const Gw__Rows *rows, uint8_t out[GW_SHA256_BYTES])
{
    struct gw_sha256 *state = gw_sha256_new();
    struct gw_buf form = GW_BUF(FORM_MAX);
    for (size_t i = 0; i < rows->n_rows; i++) {
        add(state, &form, rows->rows[i]->url);
        add(state, &form, rows->rows[i]->title);
        add(state, &form, rows->rows[i]->date);
    }
    gw_buf_fini(&form);
    gw_sha256_final(state, out);
}

void gw_digest_document(const Gw__Document *document, uint8_t out[GW_SHA256_BYTES])
{
    struct gw_sha256 *state = gw_sha256_new();
    struct gw_buf form = GW_BUF(FORM_MAX);
    for (size_t i = 0; i < GW_COUNT(TEXTS); i++)
        add(state, &form, *(char *const *)((const char *)document + TEXTS[i]));
    for (size_t i = 0; i < document->n_attachments; i++) {
        add(state, &form, document->attachments[i]->name);
        add(state, &form, document->attachments[i]->url);
    }
    gw_buf_fini(&form);
    gw_sha256_final(state, out);
}
