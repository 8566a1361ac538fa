// SPDX-License-Identifier: Apache-2.0
#include "list/outline.h"

#include "base/buf.h"
#include "base/hash.h"
#include "html/dom.h"
#include "model/text.h"

#include <string.h>

enum { WORD_MAX = 32, TEXT_MAX = GW_PARSE_MAX * 2 };

// Words of class and id that say what a block is. Matched against the words' parts ("left-nav", "leftNav").
static const char *const beside_words[] = {
    "nav",    "navbar", "navigation", "menu",       "footer", "foot", "breadcrumb", "breadcrumbs", "crumb",
    "crumbs", "pager",  "pages",      "pagination", "share",  "lang", "banner",     "toolbar",     "friendlink",
    "topbar", "login",  "cookie",     "language",   "social", "skip", "links",      "sitemap",     "copyright",
};
static const char *const aside_words[] = {
    "sidebar", "aside",  "side",   "hot",      "rank",    "ranking", "related", "recommend", "popular",
    "tags",    "slider", "swiper", "carousel", "gallery", "widget",  "promo",   "sponsored", "category",
};

// Words that tell one row from the next, not one kind of row from another.
static const char *const row_words[] = {
    "odd", "even", "first", "last", "active", "current", "cur", "on", "alt", "hover", "selected", "new", "top",
};

static bool is_one_of(struct gw_span word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (gw_span_eq_nocase(word, gw_span_of(words[i])))
            return true;
    return false;
}

// The next part of an attribute's words: letters alone, cut at signs, digits, and where "leftNav" turns to upper case.
static struct gw_span next_part(const char **at)
{
    while (**at && !gw_is_alpha((unsigned char)**at))
        ++*at;
    const char *from = *at;
    while (gw_is_alpha((unsigned char)**at)) {
        bool turns = (*at)[0] >= 'a' && (*at)[1] >= 'A' && (*at)[1] <= 'Z';
        ++*at;
        if (turns)
            break;
    }
    return (struct gw_span){from, (size_t)(*at - from)};
}

static void classify(struct gw_place *place, const char *words, bool may_be_beside, bool may_be_aside)
{
    for (const char *at = words; at && *at;) {
        struct gw_span part = next_part(&at);
        place->beside = place->beside || (may_be_beside && is_one_of(part, beside_words, GW_COUNT(beside_words)));
        place->aside = place->aside || (may_be_aside && is_one_of(part, aside_words, GW_COUNT(aside_words)));
    }
}

// Flags of a place's own. Wrappers of the whole page are named after what they also hold ("with-menu", "has-sidebar"):
// a name counts only on a block that is a part of the page.
static void classify_place(struct gw_place *place, size_t page_bytes)
{
    GumboTag tag = place->node->v.element.tag;
    size_t bytes = place->text_end - place->text_start;
    if (tag == GUMBO_TAG_BODY)
        return;
    bool page_header = tag == GUMBO_TAG_HEADER && place->depth <= 4; // deeper: of an article or a card
    const char *role = gw_dom_attr(place->node, "role");
    place->beside = place->beside || tag == GUMBO_TAG_NAV || tag == GUMBO_TAG_FOOTER || page_header ||
                    gw_str_eq_nocase(role, "navigation");
    place->aside = place->aside || tag == GUMBO_TAG_ASIDE;
    bool part = bytes * 10 <= page_bytes * 9, small = bytes * 2 <= page_bytes;
    classify(place, gw_dom_attr(place->node, "class"), part, small);
    classify(place, gw_dom_attr(place->node, "id"), part, small);
}

static void classify_all(struct gw_outline *outline)
{
    for (size_t i = 0; i < outline->count; i++) {
        struct gw_place *place = &outline->places[i];
        const struct gw_place *parent = &outline->places[place->parent];
        place->beside = parent->beside;
        place->aside = parent->aside;
        classify_place(place, outline->text.bytes);
    }
}

static uint64_t mix(uint64_t hash, const void *bytes, size_t n)
{
    return (hash ^ gw_hash64(bytes, n)) * 0x9e3779b97f4a7c15u;
}

// One class word without digits and without the parts that vary by row; "" when nothing is left.
static size_t stable_word(struct gw_span word, char out[WORD_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < word.bytes;) {
        size_t from = i;
        while (i < word.bytes && word.at[i] != '-' && word.at[i] != '_')
            i++;
        struct gw_span part = {word.at + from, i - from};
        i += i < word.bytes;
        if (is_one_of(part, row_words, GW_COUNT(row_words)))
            continue;
        for (size_t k = 0; k < part.bytes && n < WORD_MAX; k++)
            if (!gw_is_digit((unsigned char)part.at[k]))
                out[n++] = part.at[k];
    }
    return n;
}

static uint64_t sign(uint64_t parent, const GumboNode *node)
{
    struct gw_span name = gw_dom_name(node);
    uint64_t hash = mix(parent, name.at, name.bytes);
    for (const char *s = gw_dom_attr(node, "class"); s && *s;) {
        while (gw_is_space((unsigned char)*s))
            s++;
        const char *from = s;
        while (*s && !gw_is_space((unsigned char)*s))
            s++;
        char word[WORD_MAX];
        size_t n = stable_word((struct gw_span){from, (size_t)(s - from)}, word);
        if (n > 0)
            hash = mix(hash, word, n);
    }
    return hash;
}

struct maker {
    struct gw_arena *arena;
    struct gw_outline outline;
    size_t capacity;
    struct gw_buf text, piece;
    uint32_t open; // the innermost place whose end is not known yet
};

static void put_blank(struct maker *m)
{
    if (m->text.bytes > 0 && m->text.data[m->text.bytes - 1] != ' ')
        gw_buf_putc(&m->text, ' ');
}

static void close_place(struct maker *m)
{
    struct gw_place *place = &m->outline.places[m->open];
    place->end = (uint32_t)m->outline.count;
    place->text_end = (uint32_t)m->text.bytes;
    put_blank(m);
    m->open = place->parent;
}

static bool open_place(struct maker *m, GumboNode *node)
{
    if (m->outline.count == m->capacity) {
        size_t wider = m->capacity ? m->capacity * 2 : 1024;
        struct gw_place *places = gw_arena_alloc(m->arena, wider * sizeof *places);
        if (!places)
            return false;
        if (m->outline.count > 0)
            memcpy(places, m->outline.places, m->outline.count * sizeof *places);
        m->outline.places = places;
        m->capacity = wider;
    }
    bool first = m->outline.count == 0;
    const struct gw_place *parent = first ? NULL : &m->outline.places[m->open];
    put_blank(m);
    struct gw_place *place = &m->outline.places[m->outline.count];
    *place = (struct gw_place){.node = node,
                               .parent = m->open,
                               .text_start = (uint32_t)m->text.bytes,
                               .signature = sign(first ? 0 : parent->signature, node),
                               .depth = (uint16_t)(first ? 0 : parent->depth + 1)};
    m->open = (uint32_t)m->outline.count++;
    return true;
}

static void put_text(struct maker *m, const char *text)
{
    gw_buf_reset(&m->piece);
    gw_text_fold_space(gw_span_of(text), &m->piece);
    if (m->piece.bytes > 0)
        put_blank(m);
    gw_buf_add(&m->text, gw_buf_str(&m->piece), m->piece.bytes);
}

static bool walk(struct maker *m, GumboNode *body)
{
    if (!open_place(m, body))
        return false;
    for (GumboNode *node = gw_dom_next(body, body); node;) {
        while (node->parent != m->outline.places[m->open].node)
            close_place(m);
        bool element = gw_dom_is_element(node);
        if (gw_dom_is_text(node))
            put_text(m, node->v.text.text);
        bool enter = element && !gw_dom_is_silent(node) && m->outline.count < GW_OUTLINE_MAX_PLACES &&
                     m->outline.places[m->open].depth < GW_OUTLINE_MAX_DEPTH;
        if (enter && !open_place(m, node))
            return false;
        node = element && !enter ? gw_dom_skip(node, body) : gw_dom_next(node, body);
    }
    while (m->open != 0)
        close_place(m);
    close_place(m);
    return true;
}

int gw_outline_make(const struct gw_page *page, struct gw_outline *ret_outline)
{
    struct maker m = {.arena = page->arena, .text = GW_BUF(TEXT_MAX), .piece = GW_BUF(TEXT_MAX)};
    bool whole = !page->body || walk(&m, page->body);
    char *text = whole ? gw_arena_strndup(page->arena, gw_buf_str(&m.text), m.text.bytes) : NULL;
    m.outline.text = (struct gw_span){text, m.text.bytes};
    gw_buf_fini(&m.text);
    gw_buf_fini(&m.piece);
    if (!text)
        return gw_fail(GW_ELIMIT, "list: out of memory");
    classify_all(&m.outline);
    *ret_outline = m.outline;
    return 0;
}

bool gw_outline_holds(const struct gw_outline *outline, const GumboNode *node)
{
    size_t depth = 0;
    for (const GumboNode *n = node; n; n = n->parent, depth++) {
        if (n != node && gw_dom_is_silent(n))
            return false;
        if (outline->count > 0 && n == outline->places[0].node)
            return !gw_dom_is_silent(node) && depth <= GW_OUTLINE_MAX_DEPTH && outline->count < GW_OUTLINE_MAX_PLACES;
    }
    return false;
}
