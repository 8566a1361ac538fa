// SPDX-License-Identifier: Apache-2.0
// Whether a page is an article at all, and what it is instead. In doubt it is one: a list read as an article is a
// nuisance, an article taken for a list is lost.
#include "reading.h"

#include "base/err.h"
#include "html/dom.h"
#include "model/url.h"

#include <string.h>

enum {
    DATED_ROWS = 8,        // rows with a day that make a list
    LINK_ROWS = 12,        // likewise without days, on a page that has no text
    LIST_TEXT = 24,        // words beside which rows do not count
    CHALLENGE_TOKENS = 80, // a challenge says little
    SURE = 700,            // confidence of a date that a page states of itself
};

// Half a word per CJK character, as the region counts.
static uint32_t weight_of_body(const struct gw_reading *r)
{
    uint32_t weight = 0;
    for (size_t i = 0; i < r->blocks.count; i++)
        if (r->keep[i])
            weight += r->blocks.blocks[i].words + r->blocks.blocks[i].cjk / 2;
    return weight;
}

static bool is_link_row(const struct gw_block *b)
{
    return b->link_chars * 10 > b->chars * 6 && gw_block_tokens(b) >= 4;
}

static size_t link_rows(const struct gw_reading *r)
{
    size_t rows = 0;
    for (size_t i = 0; i < r->blocks.count; i++)
        rows += is_link_row(&r->blocks.blocks[i]);
    return rows;
}

// Days that stand in, right before or right behind a link row.
static size_t dated_rows(const struct gw_reading *r)
{
    size_t rows = 0;
    for (size_t i = 0; i < r->blocks.count; i++) {
        const struct gw_block *b = &r->blocks.blocks[i];
        if (b->digits < 4 || b->digits * 4 < b->chars || b->text.bytes > 60) {
            rows += is_link_row(b) && b->digits >= 4 && b->digits * 4 > b->chars;
            continue;
        }
        rows += (i > 0 && is_link_row(b - 1)) || (i + 1 < r->blocks.count && is_link_row(b + 1)) || is_link_row(b);
    }
    return rows;
}

static bool states_article(const struct gw_reading *r)
{
    size_t at = 0;
    const struct gw_fact *fact;
    while ((fact = gw_facts_next(&r->facts, FIELD_TYPE, &at)))
        if (gw_find_nocase(fact->value, GW_SPAN("article")) >= 0 || gw_find(fact->value, GW_SPAN("Posting")) >= 0)
            return true;
    at = 0;
    while ((fact = gw_facts_next(&r->facts, FIELD_TITLE, &at)))
        if (strcmp(fact->from, "meta:ArticleTitle") == 0)
            return true;
    return false;
}

static bool is_home(const struct gw_reading *r)
{
    const char *path = r->page->base_url ? gw_url_path(r->arena, r->page->base_url) : NULL;
    return path && (strcmp(path, "/") == 0 || gw_starts_with(gw_span_of(path), "/index."));
}

// DOMAIN §6: what stands between a client and the page.
static bool is_challenge(const struct gw_reading *r)
{
    static const char *const signs[] = {
        "acw_sc__v2", "__jsl_clearance",    "__jsluid",       "_Incapsula_Resource", "cf-browser-verification",
        "cf_chl_",    "challenge-platform", "wzws_sessionid", "FSSBBIl1UgzbN7N",     "__tst_status",
        "HOY_TR"};
    uint32_t tokens = 0;
    for (size_t i = 0; i < r->blocks.count; i++)
        tokens += gw_block_tokens(&r->blocks.blocks[i]);
    if (tokens > CHALLENGE_TOKENS)
        return false;
    for (size_t i = 0; i < GW_COUNT(signs); i++)
        if (gw_find(r->page->text, gw_span_of(signs[i])) >= 0)
            return true;
    return false;
}

static bool has_video(const struct gw_reading *r)
{
    return r->page->body &&
           (gw_dom_find(r->page->body, GUMBO_TAG_VIDEO) || gw_dom_find(r->page->body, GUMBO_TAG_EMBED) ||
            gw_dom_find(r->page->body, GUMBO_TAG_OBJECT));
}

// A notice that is only a title and an attachment, or whose text comes by script, is still an announcement.
static bool states_title_and_day(const struct gw_reading *r)
{
    const Gw__Document *d = r->document;
    if (!d->title[0] || !d->published[0])
        return false;
    for (size_t i = 0; i < d->n_evidence; i++)
        if (strcmp(d->evidence[i]->field, "published") == 0)
            return d->evidence[i]->confidence >= SURE && (states_article(r) || r->title_block >= 0);
    return false;
}

const char *gw_reading_no_article(const struct gw_reading *r)
{
    uint32_t weight = weight_of_body(r);
    if (r->page->is_text)
        return r->document->body[0] ? NULL : "empty";
    if (is_challenge(r))
        return "challenge";
    size_t dated = dated_rows(r);
    if (dated >= DATED_ROWS && weight < LIST_TEXT && !states_article(r) && !states_title_and_day(r))
        return is_home(r) ? "home" : "list";
    if (weight > 0 || states_title_and_day(r))
        return NULL;
    if (is_home(r))
        return "home";
    if (dated >= DATED_ROWS || link_rows(r) >= LINK_ROWS)
        return "list";
    return has_video(r) ? "video" : "empty";
}
