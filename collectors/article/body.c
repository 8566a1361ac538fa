// SPDX-License-Identifier: Apache-2.0
// The main text: blocks of the region that are running text or belong to it, without what stands around it.
#include "forest.h"
#include "plain.h"
#include "reading.h"

#include "base/err.h"
#include "model/dates.h"
#include "model/text.h"

#include <string.h>

enum { SHORT_LINE = 120 }; // bytes

static bool has(uint32_t set, enum gw_phrase phrase)
{
    return set & 1u << phrase;
}

static bool in_brackets(struct gw_span s)
{
    return (gw_starts_with(s, "(") && gw_ends_with(s, ")")) || (gw_starts_with(s, "（") && gw_ends_with(s, "）"));
}

// Lines above the text that are about it: title, source line, breadcrumb, tools, a bare date.
static bool is_preamble(const struct gw_reading *r, size_t i)
{
    const struct gw_block *b = &r->blocks.blocks[i];
    const struct gw_line *l = &r->lines[i];
    if ((int32_t)i <= r->title_block)
        return true;
    if (b->text.bytes > 3 * SHORT_LINE)
        return false;
    if (l->labels && l->first_label != LABEL_AUTHOR && r->worths[i] < 40)
        return true;
    if (has(l->phrases.whole, PHRASE_TOOLS) || has(l->phrases.whole, PHRASE_SHARE) || has(l->phrases.whole, PHRASE_NAV))
        return true;
    if (b->text.bytes < SHORT_LINE && r->document->title[0] && gw_span_eq(b->text, gw_span_of(r->document->title)))
        return true;
    if (b->text.bytes < 60 && in_brackets(b->text))
        return true; // what a picture is
    struct gw_date date;
    return b->text.bytes < 60 && gw_date_find(b->text, 0, GW_DATE_UNKNOWN, GW_DATE_WHOLE, &date) && date.start <= 4 &&
           b->text.bytes - date.end <= 12;
}

// Lines below the text that begin what is something else.
static bool is_stop(const struct gw_reading *r, size_t i)
{
    const struct gw_block *b = &r->blocks.blocks[i];
    const struct gw_line *l = &r->lines[i];
    if (b->text.bytes > 3 * SHORT_LINE)
        return false;
    if (l->first_label == LABEL_EDITOR || l->first_label == LABEL_SOURCE)
        return true;
    static const enum gw_phrase begins[] = {PHRASE_EDITOR, PHRASE_QR, PHRASE_BROWSER, PHRASE_COPYRIGHT};
    for (size_t k = 0; k < GW_COUNT(begins); k++)
        if (has(l->phrases.first, begins[k]))
            return true;
    static const enum gw_phrase alone[] = {PHRASE_SHARE, PHRASE_TOOLS, PHRASE_NAV, PHRASE_RELATED, PHRASE_COMMENT};
    for (size_t k = 0; k < GW_COUNT(alone); k++)
        if (has(l->phrases.whole, alone[k]))
            return true;
    if (b->text.bytes < SHORT_LINE && has(l->phrases.any, PHRASE_COPYRIGHT))
        return true;
    return has(l->phrases.first, PHRASE_NAV) && b->link_chars > 0;
}

enum { LEAST_TOKENS = 8, NEVER = -3 * GW_FOREST_ONE };

// Everything more likely than not; when that is next to nothing, the likeliest block and those of its box that come
// near it: a page's only paragraph is its article, however odd it looks.
void gw_body_choose(struct gw_reading *r, const int16_t *scores)
{
    size_t n = r->blocks.count, best = 0;
    uint32_t tokens = 0;
    for (size_t i = 0; i < n; i++) {
        r->keep[i] = scores[i] > 0;
        tokens += r->keep[i] ? gw_block_tokens(&r->blocks.blocks[i]) : 0;
        if (scores[i] > scores[best])
            best = i;
    }
    if (n == 0 || tokens >= LEAST_TOKENS || scores[best] < NEVER)
        return;
    for (size_t i = 0; i < n; i++)
        if (r->blocks.blocks[i].box == r->blocks.blocks[best].box || scores[i] * 4 > scores[best] * 5)
            r->keep[i] |= scores[i] > 2 * NEVER && scores[i] > scores[best] - GW_FOREST_ONE;
}

static void trim(struct gw_reading *r)
{
    size_t n = r->blocks.count, good = 0, seen = 0;
    for (size_t i = 0; i < n; i++)
        good += r->keep[i] && r->worths[i] > 0 ? (size_t)r->worths[i] : 0;
    bool started = false, stopped = false;
    for (size_t i = 0; i < n; i++) {
        if (!r->keep[i])
            continue;
        if (!started && is_preamble(r, i)) {
            r->keep[i] = false;
            continue;
        }
        started = true;
        stopped |= seen * 10 >= good * 3 && is_stop(r, i);
        if (stopped)
            r->keep[i] = false;
        else if (r->worths[i] > 0)
            seen += (size_t)r->worths[i];
    }
}

static size_t find_ends(struct gw_reading *r)
{
    size_t bytes = 0;
    r->first = r->last = GW_NO_BLOCK;
    for (size_t i = 0; i < r->blocks.count; i++)
        if (r->keep[i]) {
            bytes += r->blocks.blocks[i].text.bytes + 1;
            r->first = r->first == GW_NO_BLOCK ? (int32_t)i : r->first;
            r->last = (int32_t)i;
        }
    return bytes;
}

// Paragraphs separated by one newline; the cells of a table row by one blank.
static void write(struct gw_reading *r)
{
    size_t bytes = find_ends(r);
    char *out = bytes ? gw_arena_alloc(r->arena, bytes) : NULL, *to = out;
    if (!out)
        return;
    for (int32_t i = r->first; i <= r->last; i++) {
        if (!r->keep[i])
            continue;
        const struct gw_block *b = &r->blocks.blocks[i];
        memcpy(to, b->text.at, b->text.bytes);
        to += b->text.bytes;
        *to++ = '\n';
    }
    to[-1] = '\0';
    r->document->body = out;
}

void gw_find_body(struct gw_reading *r)
{
    const int16_t *scores = r->page->is_text ? NULL : gw_forest_scores(r);
    if (!scores)
        return;
    gw_body_choose(r, scores);
    find_ends(r);
}

void gw_read_body(struct gw_reading *r)
{
    if (r->page->is_text)
        gw_plain_choose_body(r);
    else
        trim(r);
    write(r);
}
