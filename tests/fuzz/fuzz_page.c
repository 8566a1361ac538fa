// SPDX-License-Identifier: Apache-2.0
// Bytes of an answer to an understood document: decode, cut, parse, extract. Its first byte chooses the kind of input.
#include "article/article.h"
#include "base/str.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_document(const Gw__Document *d)
{
    const char *const texts[] = {d->title, d->body, d->published, d->source, d->author, d->editor, d->written};
    for (size_t i = 0; i < GW_COUNT(texts); i++)
        if (!gw_utf8_valid(texts[i], gw_span_of(texts[i]).bytes, true))
            abort();
    for (size_t i = 0; i < d->n_evidence; i++)
        if (!d->evidence[i]->field[0] || !d->evidence[i]->from[0] || d->evidence[i]->confidence > 1000)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const types[] = {NULL, "text/html; charset=gbk", "text/plain", "text/html; charset=shift_jis"};
    static struct gw_arena *arena;
    if (!arena)
        arena = gw_arena_new(GW_PAGE_ARENA);
    if (size < 2)
        return 0;
    gw_arena_reset(arena);
    struct gw_page_input input = {.bytes = data + 1,
                                  .length = size - 1,
                                  .url = "http://www.example.gov.cn/art/2024/3/4/art_1.html",
                                  .content_type = types[data[0] & 3],
                                  .lean = !(data[0] & 4),
                                  .budget_ms = 5000}; // a sanitized build is slow; the unit test has the real budget
    struct gw_page page;
    Gw__Document *document = NULL;
    const char *reason = NULL;
    if (gw_page_parse(arena, &input, &page) == GW_OK && gw_article_read(&page, NULL, &document, &reason) == GW_OK) {
        if (!document == !reason)
            abort(); // exactly one of both
        if (document)
            check_document(document);
    }
    return 0;
}
