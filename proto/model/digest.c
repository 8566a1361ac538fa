// SPDX-License-Identifier: Apache-2.0
#include "digest.h"

#include "base/err.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const size_t TEXTS[] = {
    offsetof(Gw__Document, title),     offsetof(Gw__Document, subtitle),   offsetof(Gw__Document, body),
    offsetof(Gw__Document, published), offsetof(Gw__Document, written),    offsetof(Gw__Document, effective),
    offsetof(Gw__Document, expiry),    offsetof(Gw__Document, source),     offsetof(Gw__Document, author),
    offsetof(Gw__Document, editor),    offsetof(Gw__Document, doc_number), offsetof(Gw__Document, index_number),
    offsetof(Gw__Document, notice),
};

// The terminator is added too: no text holds one, so text cannot move from one field into the next unseen.
static void add(struct gw_sha256 *state, const char *text)
{
    gw_sha256_add(state, text, strlen(text) + 1);
}

void gw_digest_rows(const Gw__Rows *rows, uint8_t out[GW_SHA256_BYTES])
{
    struct gw_sha256 *state = gw_sha256_new();
    for (size_t i = 0; i < rows->n_rows; i++) {
        add(state, rows->rows[i]->url);
        add(state, rows->rows[i]->title);
        add(state, rows->rows[i]->date);
    }
    gw_sha256_final(state, out);
}

void gw_digest_document(const Gw__Document *document, uint8_t out[GW_SHA256_BYTES])
{
    struct gw_sha256 *state = gw_sha256_new();
    for (size_t i = 0; i < GW_COUNT(TEXTS); i++)
        add(state, *(char *const *)((const char *)document + TEXTS[i]));
    for (size_t i = 0; i < document->n_attachments; i++) {
        add(state, document->attachments[i]->name);
        add(state, document->attachments[i]->url);
    }
    gw_sha256_final(state, out);
}

void gw_digest_answer(const uint8_t sha256[GW_SHA256_BYTES], const char *url, const char *content_type,
                      uint8_t out[GW_DIGEST_ANSWER_BYTES])
{
    uint8_t whole[GW_SHA256_BYTES];
    struct gw_sha256 *state = gw_sha256_new();
    gw_sha256_add(state, sha256, GW_SHA256_BYTES);
    add(state, url);
    add(state, content_type);
    gw_sha256_final(state, whole);
    memcpy(out, whole, GW_DIGEST_ANSWER_BYTES);
}

uint64_t gw_digest_definition(const Gw__Source *source)
{
    Gw__Source reading = GW__SOURCE__INIT;
    reading.list = source->list;
    reading.zone = source->zone;
    reading.charset = source->charset;
    reading.date_order = source->date_order;
    size_t bytes = gw__source__get_packed_size(&reading);
    uint8_t *packed = malloc(bytes + 1);
    gw_assert(packed);
    gw__source__pack(&reading, packed);
    uint64_t hash = gw_hash64(packed, bytes);
    free(packed);
    return hash ? hash : 1;
}
