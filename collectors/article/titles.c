// SPDX-License-Identifier: Apache-2.0
// The title: what the page's head says and what stands above the text, and which of them agree.
#include "plain.h"
#include "reading.h"
#include "rows.h"

#include "base/err.h"
#include "html/dom.h"
#include "model/text.h"

#include <string.h>

enum {
    TITLE_MAX = 400,
    CANDIDATES = 32,
    ABOVE = 60,
    LEAST_SCORE = 150,
    WITHOUT_TEXT = 8,
    JSONLD_BONUS = 120,
    SAID_BONUS = 2000
};

struct candidate {
    struct gw_span text;  // as printed
    struct gw_span plain; // letters and digits only, lower case: what is compared
    const char *from;
    int32_t score;
    int32_t block; // GW_NO_BLOCK: from the head
};

struct choice {
    struct gw_reading *r;
    struct candidate items[CANDIDATES];
    size_t count;
};

static struct candidate *propose(struct choice *c, struct gw_span text, const char *from, int32_t score, int32_t block)
{
    text = gw_span_trim(text);
    if (text.bytes < 2 || text.bytes > TITLE_MAX || c->count == CANDIDATES)
        return NULL;
    struct gw_span plain = gw_reading_plain(c->r, text);
    if (plain.bytes < 2)
        return NULL;
    c->items[c->count] = (struct candidate){text, plain, from, score, block};
    return &c->items[c->count++];
}

static bool contains(struct gw_span outer, struct gw_span inner)
{
    return inner.bytes <= outer.bytes && gw_find(outer, inner) >= 0;
}

// ---- separators between a title and its site

static const char *const separators[] = {" - ", " | ", " – ", " — ", "_", " :: ", " » ", " › ", " · ", " • ",
                                         "|",   "｜",  "－",  "--",  "—", " / ",  " < ", " ‹ ", "-",   ": "};

// The longest run between separators, when a title has any; CJK titles use "-" and "_" without blanks.
static struct gw_span longest_part(struct gw_span title)
{
    bool cjk = false;
    const char *end = title.at + title.bytes;
    for (const char *p = title.at; p < end;)
        cjk |= gw_is_cjk(gw_utf8_next(&p, end));
    for (size_t s = 0; s < GW_COUNT(separators); s++) {
        struct gw_span sep = gw_span_of(separators[s]);
        bool bare = sep.at[0] != ' ' && sep.bytes == 1 && *sep.at == '-';
        if ((bare && !cjk) || strcmp(separators[s], ": ") == 0)
            continue;
        ptrdiff_t at = gw_find(title, sep);
        if (at < 0)
            continue;
        struct gw_span best = {title.at, 0};
        for (struct gw_span rest = title;;) {
            at = gw_find(rest, sep);
            struct gw_span part = gw_span_trim((struct gw_span){rest.at, at < 0 ? rest.bytes : (size_t)at});
            if (part.bytes > best.bytes)
                best = part;
            if (at < 0)
                break;
            rest.at += (size_t)at + sep.bytes;
            rest.bytes -= (size_t)at + sep.bytes;
        }
        return best;
    }
    return title;
}

// ---- candidates

static struct gw_span head_title(const struct gw_reading *r)
{
    GumboNode *node = r->page->root ? gw_dom_find(r->page->root, GUMBO_TAG_TITLE) : NULL;
    const GumboVector *children = node ? gw_dom_children(node) : NULL;
    if (!children || children->length == 0)
        return (struct gw_span){NULL, 0};
    const GumboNode *text = children->data[0];
    if (!gw_dom_is_text(text))
        return (struct gw_span){NULL, 0};
    char *folded = gw_reading_fold((struct gw_reading *)r, gw_span_of(text->v.text.text));
    return gw_span_of(folded);
}

static bool is_running(const struct gw_reading *r, uint32_t i, bool chosen)
{
    return r->worths[i] >= 12 && r->blocks.blocks[i].stops && (!chosen || r->keep[i]);
}

// The first block of running text, of the body when that is chosen, of the region before: titles stand above it.
static int32_t first_good(const struct gw_reading *r)
{
    bool chosen = r->first >= 0;
    const struct gw_box *box = &r->blocks.boxes[r->region.box];
    uint32_t from = chosen ? (uint32_t)r->first : box->first, end = chosen ? (uint32_t)r->last + 1 : box->end;
    for (uint32_t i = from; i < end; i++)
        if (is_running(r, i, chosen))
            return (int32_t)i;
    for (uint32_t i = from; i < end; i++)
        if (r->worths[i] >= 12 && (!chosen || r->keep[i]))
            return (int32_t)i;
    return from < end ? (int32_t)from : GW_NO_BLOCK;
}

// "来源：… 2024-03-04"; but a title may begin with 【.
static bool is_label_line(const struct gw_reading *r, size_t i)
{
    const struct gw_line *l = &r->lines[i];
    if (l->first_label && l->first_label != LABEL_NOISE && l->first_label != LABEL_TITLE)
        return true;
    return l->labels && !r->blocks.blocks[i].heading && r->blocks.blocks[i].digits >= 4;
}

static bool is_path(struct gw_span text)
{
    return gw_starts_with(text, "首页") || gw_starts_with_nocase(text, "home >") ||
           gw_find(text, GW_SPAN(" > ")) >= 0 || gw_find(text, GW_SPAN(" >> ")) >= 0;
}

// Nothing calls it a title, but it stands right above the text and is neither sentence nor link nor label.
static void propose_line_above(struct choice *c, int32_t good)
{
    struct gw_reading *r = c->r;
    for (int32_t i = good - 1; i >= 0 && i >= good - 5; i--) {
        const struct gw_block *b = &r->blocks.blocks[i];
        const struct gw_box *box = &r->blocks.boxes[b->box];
        if (b->chars < 8 || b->text.bytes > TITLE_MAX / 2 || b->link_chars || b->digits * 3 > b->chars ||
            r->lines[i].labels || is_path(b->text) || box->near[NEAR_HIDDEN] < NEAR_NONE || box->near[NEAR_LIST] < 4)
            continue;
        propose(c, b->text, "text", 310 - (good - i) * 5, i);
    }
}

static void propose_blocks(struct choice *c, int32_t good)
{
    struct gw_reading *r = c->r;
    for (size_t i = 0; i < r->blocks.count && (int32_t)i <= good + 3; i++) {
        const struct gw_block *b = &r->blocks.blocks[i];
        const struct gw_box *box = &r->blocks.boxes[b->box];
        int32_t away = good - (int32_t)i;
        int32_t near = away < 0 ? -away * 20 : away > ABOVE ? ABOVE : away;
        if (b->text.bytes > TITLE_MAX || is_label_line(r, i) || box->near[NEAR_HIDDEN] < NEAR_NONE)
            continue;
        if (gw_starts_with(b->text, "——")) { // the second line of the title above it
            struct gw_span above = i ? r->blocks.blocks[i - 1].text : b->text;
            char *both =
                i ? gw_arena_printf(r->arena, "%.*s%.*s", (int)above.bytes, above.at, (int)b->text.bytes, b->text.at)
                  : NULL;
            if (both && above.bytes < TITLE_MAX)
                propose(c, gw_span_of(both), "text", 620 - near, (int32_t)i);
        } else if (b->heading == 1)
            propose(c, b->text, "h1", 520 - near, (int32_t)i);
        else if (b->heading && b->heading <= 4 && away >= 0)
            propose(c, b->text, "heading", 420 - near * 2 - b->heading * 10, (int32_t)i);
        else if ((box->near[HINT_TITLE] <= 1 || b->hints & 1u << HINT_TITLE) && b->link_chars * 2 < b->chars &&
                 away >= 0 && box->near[HINT_RELATED] > 3 && box->near[HINT_SIDE] > 3)
            propose(c, b->text, "text", 430 - near * 2, (int32_t)i);
    }
}

// Blocks of any kind that say what the head's title says, and no more.
static void propose_echoes(struct choice *c, struct gw_span title, int32_t good)
{
    struct gw_reading *r = c->r;
    struct gw_span whole = gw_reading_plain(r, title);
    if (whole.bytes < 6)
        return;
    for (size_t i = 0; i < r->blocks.count && (int32_t)i <= good; i++) {
        const struct gw_block *b = &r->blocks.blocks[i];
        if (b->heading || b->text.bytes > title.bytes * 2 || b->text.bytes * 4 < title.bytes || is_label_line(r, i))
            continue;
        struct gw_span own = gw_reading_plain(r, b->text);
        if (own.bytes * 3 >= whole.bytes && own.bytes >= 6 && contains(whole, own))
            propose(c, b->text, "text", 380 - (good - (int32_t)i > ABOVE ? ABOVE : good - (int32_t)i), (int32_t)i);
    }
}

static void propose_head(struct choice *c)
{
    struct gw_reading *r = c->r;
    size_t at = 0;
    const struct gw_fact *fact;
    while ((fact = gw_facts_next(&r->facts, FIELD_TITLE, &at))) {
        char *folded = gw_reading_fold(r, fact->value);
        bool said = strcmp(fact->from, "site") == 0;     // the source's rule
        bool stated = strcmp(fact->from, "jsonld") == 0; // the headline itself, without a site's name
        propose(c, gw_span_of(folded), fact->from,
                fact->confidence / 2 + (stated ? JSONLD_BONUS : 0) + (said ? SAID_BONUS : 0), fact->block);
    }
}

// ---- the decision

static bool is_site_name(struct gw_reading *r, const struct candidate *c)
{
    static const enum gw_field fields[] = {FIELD_SITE_NAME, FIELD_CHANNEL};
    for (size_t f = 0; f < GW_COUNT(fields); f++) {
        size_t at = 0;
        const struct gw_fact *fact;
        while ((fact = gw_facts_next(&r->facts, fields[f], &at)))
            if (gw_span_eq(gw_reading_plain(r, fact->value), c->plain))
                return true;
    }
    return false;
}

// `inner` stands in `outer` with the site's name or the like around it: what is left begins or ends with a separator.
static bool is_with_suffix(struct gw_span outer, struct gw_span inner)
{
    ptrdiff_t at = gw_find(outer, inner);
    if (at < 0)
        return false;
    struct gw_span behind = {inner.at ? outer.at + at + inner.bytes : NULL, outer.bytes - (size_t)at - inner.bytes};
    struct gw_span before = {outer.at, (size_t)at};
    bool ok = true;
    if (gw_span_trim(behind).bytes) {
        ok = false;
        for (size_t s = 0; s < GW_COUNT(separators) && !ok; s++)
            ok = (gw_starts_with(behind, separators[s]) || gw_starts_with(gw_span_trim(behind), separators[s])) &&
                 GW_ROW_ON("title separators", separators, s);
        ok |= behind.at[0] == ' ' && behind.bytes * 2 < inner.bytes; // CJK titles part with blanks
    }
    if (ok && gw_span_trim(before).bytes) {
        ok = false;
        for (size_t s = 0; s < GW_COUNT(separators) && !ok; s++)
            ok = (gw_ends_with(before, separators[s]) || gw_ends_with(gw_span_trim(before), separators[s])) &&
                 GW_ROW_ON("title separators", separators, s);
    }
    return ok;
}

// Candidates that agree lift each other; one that another contains beside a site's name is the cleaner form, one that
// another merely contains is a piece of it.
static void weigh(struct choice *c)
{
    for (size_t i = 0; i < c->count; i++) {
        struct candidate *a = &c->items[i];
        int32_t piece = 0;
        for (size_t k = 0; k < c->count; k++) {
            const struct candidate *b = &c->items[k];
            if (k == i || strcmp(a->from, b->from) == 0) // one layer does not agree with itself
                continue;
            if (gw_span_eq(a->plain, b->plain))
                a->score += 60;
            else if (contains(b->plain, a->plain) && a->plain.bytes > 5) {
                if (is_with_suffix(b->text, a->text))
                    a->score += a->plain.bytes * 2 > b->plain.bytes ? 70 : 0;
                else if (b->plain.bytes < 3 * a->plain.bytes)
                    piece = 120;
            } else if (contains(a->plain, b->plain) && b->plain.bytes * 3 > a->plain.bytes * 2)
                a->score += 20;
        }
        a->score -= piece;
        if (is_site_name(c->r, a) || is_path(a->text))
            a->score -= 400;
    }
}

// The best candidate, and where it stands nearest above the text (or at most `below` blocks below where that begins).
static const struct candidate *choose(struct choice *c, int32_t below)
{
    struct gw_reading *r = c->r;
    int32_t good = first_good(r);
    struct gw_span title = head_title(r);
    if (title.bytes) {
        propose(c, title, "title", 300, GW_NO_BLOCK);
        struct gw_span part = longest_part(title);
        if (part.bytes < title.bytes)
            propose(c, part, "title", 330, GW_NO_BLOCK);
    }
    propose_head(c);
    propose_blocks(c, good);
    propose_line_above(c, good);
    if (title.bytes)
        propose_echoes(c, title, good);
    weigh(c);
    const struct candidate *best = NULL;
    for (size_t i = 0; i < c->count; i++)
        if (!best || c->items[i].score > best->score)
            best = &c->items[i];
    r->title_block = GW_NO_BLOCK;
    if (!best || best->score < LEAST_SCORE)
        return NULL;
    for (size_t i = 0; i < c->count; i++)
        if (c->items[i].block > r->title_block && c->items[i].block <= good + below &&
            gw_span_eq(c->items[i].plain, best->plain))
            r->title_block = c->items[i].block;
    return best;
}

static struct choice *open_choice(struct gw_reading *r)
{
    struct choice *c = gw_arena_zalloc(r->arena, sizeof *c);
    if (c)
        c->r = r;
    return c;
}

void gw_guess_title(struct gw_reading *r)
{
    struct choice *c = r->page->is_text ? NULL : open_choice(r);
    if (c)
        choose(c, 0);
}

void gw_read_title(struct gw_reading *r)
{
    if (r->page->is_text) {
        gw_plain_read_title(r);
        return;
    }
    struct choice *c = open_choice(r);
    // Where no text was found, the title need not stand above it.
    const struct candidate *best = c ? choose(c, r->first < 0 ? WITHOUT_TEXT : 0) : NULL;
    if (!best)
        return;
    uint32_t confidence = best->score > 950 ? 950 : best->score < 500 ? 500 : (uint32_t)best->score;
    gw_reading_set(r, &r->document->title, "title", best->text, best->from, confidence);
}
