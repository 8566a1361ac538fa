// SPDX-License-Identifier: Apache-2.0
// Whether a page is an article at all, and what it is instead. In doubt it is one: a list read as an article is a
// nuisance, an article taken for a list is lost.
#include "reading.h"

#include "base/err.h"
#include "html/dom.h"
#include "model/dates.h"
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

// ---- rows that look alike, each with its day

struct rows {
    uint32_t looks;
    uint32_t count, first, last; // blocks
};

static bool is_row_link(const struct gw_block *b)
{
    return b->link_chars * 10 > b->chars * 6 && gw_block_tokens(b) >= 3;
}

// Of what a row's box is: its tag, class and depth; the boxes around it alternate ("odd", "even").
static uint32_t kind_of_row(const struct gw_reading *r, size_t i)
{
    const struct gw_box *box = &r->blocks.boxes[r->blocks.blocks[i].box];
    return (box->own_looks * 31 + box->depth) | 1;
}

enum { NEAR_ROW = 3, ROW_TEXT = 160, ROW_WORDS = 3, MANY_ROWS = 40 };

// A day in the row's link, or in the few blocks on both sides that belong to no other row.
static bool has_day_near(const struct gw_reading *r, size_t row)
{
    size_t n = r->blocks.count;
    struct gw_date date;
    for (int step = -1; step <= 1; step += 2)
        for (size_t k = 0; k <= NEAR_ROW; k++) {
            size_t i = step < 0 ? row - k : row + k;
            if (i >= n) // also below 0
                break;
            const struct gw_block *b = &r->blocks.blocks[i];
            if (k && is_row_link(b) && kind_of_row(r, i) == kind_of_row(r, row))
                break;
            if (b->digits >= 3 && b->text.bytes <= ROW_TEXT &&
                gw_date_find(b->text, 0, GW_DATE_UNKNOWN, GW_DATE_WHOLE | GW_DATE_NO_YEAR, &date))
                return true;
        }
    return false;
}

static struct rows most_rows(const struct gw_reading *r)
{
    struct rows best = {0};
    size_t slots = 64;
    while (slots < r->blocks.count * 2)
        slots *= 2;
    struct rows *table = gw_arena_zalloc(r->arena, slots * sizeof *table);
    for (size_t i = 0; table && i < r->blocks.count; i++) {
        const struct gw_block *b = &r->blocks.blocks[i];
        if (!is_row_link(b) || !has_day_near(r, i))
            continue;
        uint32_t looks = kind_of_row(r, i);
        size_t s = looks & (slots - 1);
        while (table[s].looks && table[s].looks != looks)
            s = (s + 1) & (slots - 1);
        if (!table[s].looks)
            table[s] = (struct rows){looks, 0, (uint32_t)i, 0};
        table[s].count++;
        table[s].last = (uint32_t)i;
        if (table[s].count > best.count)
            best = table[s];
    }
    return best;
}

// What was taken for the text stands among such rows: teasers; or it is next to nothing beside them.
static bool is_made_of_rows(const struct gw_reading *r, uint32_t weight)
{
    struct rows rows = most_rows(r);
    if (rows.count < DATED_ROWS)
        return false;
    if (weight < rows.count * ROW_WORDS)
        return rows.count >= MANY_ROWS || !states_title_and_day(r);
    uint32_t inside = 0;
    for (size_t i = rows.first; i <= rows.last + NEAR_ROW && i < r->blocks.count; i++)
        if (r->keep[i])
            inside += r->blocks.blocks[i].words + r->blocks.blocks[i].cjk / 2;
    return inside * 10 >= weight * 7;
}

// JSON, or a feed: what machines read.
static bool is_data(const struct gw_reading *r)
{
    struct gw_span text = gw_span_trim(r->page->text);
    if (gw_starts_with(text, "<?xml") || gw_starts_with(text, "<rss") || gw_starts_with(text, "<feed"))
        return gw_find((struct gw_span){text.at, text.bytes < 1024 ? text.bytes : 1024}, GW_SPAN("<html")) < 0;
    if (gw_starts_with(text, "BEGIN:VCALENDAR"))
        return true;
    if (text.bytes < 2 || (text.at[0] != '{' && text.at[0] != '['))
        return false;
    text = gw_span_trim((struct gw_span){text.at + 1, text.bytes - 1});
    return text.bytes && strchr("\"{[", text.at[0]);
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

const char *gw_reading_no_article(const struct gw_reading *r)
{
    uint32_t weight = weight_of_body(r);
    if (is_data(r))
        return "data";
    if (r->page->is_text)
        return r->document->body[0] ? NULL : "empty";
    if (is_challenge(r))
        return "challenge";
    if (!states_article(r) && is_made_of_rows(r, weight))
        return is_home(r) ? "home" : "list";
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
