// SPDX-License-Identifier: Apache-2.0
// DESIGN: bytes are a tree (html), the tree is read once into blocks and boxes, and everything else looks at those.
// Layers of metadata (meta.c, jsonld.c, lines.c) only collect facts; titles.c, times.c and names.c weigh them. The body
// is chosen among the blocks (body.c).
#include "article.h"

#include "base/err.h"
#include "jsonld.h"
#include "meta.h"
#include "model/text.h"
#include "model/url.h"
#include "reading.h"

#include <string.h>

enum { EVIDENCE_MAX = 24, LEAST_TOKENS = 12 };

char *gw_reading_fold(struct gw_reading *r, struct gw_span text)
{
    struct gw_buf folded = GW_BUF(text.bytes * 3 + 16);
    gw_text_fold_space(text, &folded);
    char *copy = gw_arena_strndup(r->arena, gw_buf_str(&folded), folded.bytes);
    gw_buf_fini(&folded);
    return copy;
}

struct gw_span gw_reading_plain(struct gw_reading *r, struct gw_span text)
{
    struct gw_buf folded = GW_BUF(8 * text.bytes + 64);
    gw_text_compare_form(text, &folded);
    char *out = gw_arena_alloc(r->arena, folded.bytes + 1);
    size_t n = 0;
    const char *end = gw_buf_str(&folded) + folded.bytes;
    for (const char *p = gw_buf_str(&folded); out && p < end;) {
        const char *from = p;
        uint32_t c = gw_utf8_next(&p, end);
        bool letter = c < 0x80 ? gw_is_alpha((unsigned char)c) || gw_is_digit((unsigned char)c)
                               : !(c >= 0x2000 && c <= 0x206F) && !(c >= 0x3000 && c <= 0x303F) && c != 0xB7 &&
                                     c != 0xAB && c != 0xBB && c != 0xFFFD;
        if (letter) {
            memcpy(out + n, from, (size_t)(p - from));
            n += (size_t)(p - from);
        }
    }
    gw_buf_fini(&folded);
    return (struct gw_span){out, out ? n : 0};
}

void gw_reading_set(struct gw_reading *r, char **field, const char *name, struct gw_span value, const char *from,
                    uint32_t confidence)
{
    Gw__Document *d = r->document;
    char *copy = gw_reading_fold(r, value);
    if (!copy || !*copy)
        return;
    Gw__Evidence *evidence = gw_arena_alloc(r->arena, sizeof *evidence);
    if (!evidence || d->n_evidence == EVIDENCE_MAX)
        return;
    *evidence = (Gw__Evidence)GW__EVIDENCE__INIT;
    evidence->field = (char *)name;
    evidence->from = (char *)from;
    evidence->confidence = confidence;
    d->evidence[d->n_evidence++] = evidence;
    *field = copy;
}

static void set_addresses(struct gw_reading *r)
{
    Gw__Document *d = r->document;
    const char *url = r->page->base_url;
    if (!url)
        return;
    d->url = gw_arena_strdup(r->arena, url);
    char *canonical = gw_url_canonical(r->arena, url);
    if (canonical)
        d->canonical_url = canonical;
}

static void set_lang(struct gw_reading *r)
{
    Gw__Document *d = r->document;
    const char *lang = gw_text_lang(gw_span_of(d->body[0] ? d->body : d->title));
    if (lang[0])
        d->lang = (char *)lang;
}

int gw_article_start(struct gw_page *page, const struct gw_article_options *options, struct gw_reading **ret)
{
    static const struct gw_article_options none;
    options = options ? options : &none;
    struct gw_reading *r = gw_arena_zalloc(page->arena, sizeof *r);
    if (!r)
        return gw_fail(GW_ELIMIT, "page memory is full");
    *r = (struct gw_reading){.page = page,
                             .options = options,
                             .arena = page->arena,
                             .title_block = GW_NO_BLOCK,
                             .first = GW_NO_BLOCK,
                             .last = GW_NO_BLOCK,
                             .facts.arena = page->arena};
    int rc = page->is_text ? gw_blocks_read_text(page, &r->blocks) : gw_blocks_read(page, &r->blocks);
    if (rc < 0)
        return rc;
    size_t n = r->blocks.count;
    int64_t *sums = gw_arena_alloc(page->arena, (n + 1) * sizeof *sums);
    r->lines = gw_arena_zalloc(page->arena, (n + 1) * sizeof *r->lines);
    r->worths = gw_arena_alloc(page->arena, (n + 1) * sizeof *r->worths);
    r->keep = gw_arena_zalloc(page->arena, (n + 1) * sizeof *r->keep);
    r->document = gw_arena_alloc(page->arena, sizeof *r->document);
    Gw__Evidence **evidence = gw_arena_alloc(page->arena, EVIDENCE_MAX * sizeof *evidence);
    if (!sums || !r->lines || !r->worths || !r->keep || !r->document || !evidence)
        return gw_fail(GW_ELIMIT, "page memory is full");
    *r->document = (Gw__Document)GW__DOCUMENT__INIT;
    r->document->evidence = evidence;
    r->document->truncated = page->truncated || r->blocks.truncated;
    gw_region_find(&r->blocks, r->worths, sums, &r->region);
    gw_meta_read(page, &r->facts);
    gw_jsonld_read(page, &r->facts);
    gw_meta_read_url(page->base_url, &r->facts);
    gw_read_rules(r);
    gw_read_lines(r);
    gw_guess_title(r);
    *ret = r;
    return GW_OK;
}

int gw_article_read(struct gw_page *page, const struct gw_article_options *options, Gw__Document **ret_document,
                    const char **ret_reason)
{
    struct gw_reading *r = NULL;
    int rc = gw_article_start(page, options, &r);
    if (rc < 0)
        return rc;
    gw_find_body(r);
    gw_read_title(r);
    gw_read_body(r);
    gw_read_scripts(r);
    gw_read_times(r);
    gw_read_names(r);
    gw_read_attachments(r);
    gw_read_next_page(r);
    set_addresses(r);
    set_lang(r);
    *ret_reason = gw_reading_no_article(r);
    *ret_document = *ret_reason ? NULL : r->document;
    return GW_OK;
}
