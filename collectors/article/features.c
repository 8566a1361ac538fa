// SPDX-License-Identifier: Apache-2.0
#include "features.h"

#include "base/err.h"
#include "base/hash.h"
#include "model/dates.h"
#include "model/text.h"

#include <string.h>

enum { TOO_FAR = 60, DATE_LINE = 160, GOOD_WORTH = 20 };
static const int windows[FEATURE_WINDOWS] = {2, 5, 12};

// Running sums over the blocks: sum[i] is of the blocks before i.
struct sums {
    int32_t *tokens, *chars, *link_chars, *worth, *digits;
};

struct maker {
    struct gw_reading *r;
    struct sums sums;
    int16_t *row;
    size_t i;
    const struct gw_block *block;
    const struct gw_box *box;
};

static int16_t cap(int64_t v)
{
    return v > INT16_MAX ? INT16_MAX : v < INT16_MIN ? INT16_MIN : (int16_t)v;
}

static int16_t per_mille(int64_t part, int64_t whole)
{
    return whole > 0 ? cap(part * 1000 / whole) : 0;
}

// ---- the text itself

enum character_class {
    CLASS_OTHER,
    CLASS_UPPER,
    CLASS_LOWER,
    CLASS_DIGIT,
    CLASS_CJK,
    CLASS_STOP,
    CLASS_COMMA,
    CLASS_COLON,
    CLASS_OPEN,
    CLASS_CLOSE,
    CLASS_BULLET
};

static const struct {
    uint32_t from, to;
    enum character_class class;
} classes[] = {
    {'A', 'Z', CLASS_UPPER},        {'a', 'z', CLASS_LOWER},        {'0', '9', CLASS_DIGIT},
    {'.', '.', CLASS_STOP},         {'!', '!', CLASS_STOP},         {'?', '?', CLASS_STOP},
    {',', ',', CLASS_COMMA},        {';', ';', CLASS_COMMA},        {':', ':', CLASS_COLON},
    {'(', '(', CLASS_OPEN},         {'[', '[', CLASS_OPEN},         {'"', '"', CLASS_CLOSE},
    {')', ')', CLASS_CLOSE},        {']', ']', CLASS_CLOSE},        {'-', '-', CLASS_BULLET},
    {'*', '*', CLASS_BULLET},       {'>', '>', CLASS_BULLET},       {'|', '|', CLASS_BULLET},
    {0xAB, 0xAB, CLASS_OPEN},       {0xBB, 0xBB, CLASS_CLOSE},      {0x2018, 0x2018, CLASS_OPEN},
    {0x201C, 0x201C, CLASS_OPEN},   {0x2019, 0x2019, CLASS_CLOSE},  {0x201D, 0x201D, CLASS_CLOSE},
    {0x2026, 0x2026, CLASS_STOP},   {0x2022, 0x2022, CLASS_BULLET}, {0xB7, 0xB7, CLASS_BULLET},
    {0x25A0, 0x25FF, CLASS_BULLET}, {0x3002, 0x3002, CLASS_STOP},   {0x3001, 0x3001, CLASS_COMMA},
    {0x3008, 0x3008, CLASS_OPEN},   {0x300A, 0x300A, CLASS_OPEN},   {0x300C, 0x300C, CLASS_OPEN},
    {0x3010, 0x3010, CLASS_OPEN},   {0x3009, 0x3009, CLASS_CLOSE},  {0x300B, 0x300B, CLASS_CLOSE},
    {0x300D, 0x300D, CLASS_CLOSE},  {0x3011, 0x3011, CLASS_CLOSE},  {0xFF08, 0xFF08, CLASS_OPEN},
    {0xFF09, 0xFF09, CLASS_CLOSE},  {0xFF0C, 0xFF0C, CLASS_COMMA},  {0xFF1A, 0xFF1A, CLASS_COLON},
    {0xFF01, 0xFF01, CLASS_STOP},   {0xFF1F, 0xFF1F, CLASS_STOP},   {0xFF1B, 0xFF1B, CLASS_COMMA},
};

static enum character_class class_of(uint32_t c)
{
    for (size_t i = 0; i < GW_COUNT(classes); i++)
        if (c >= classes[i].from && c <= classes[i].to)
            return classes[i].class;
    return gw_is_cjk(c) ? CLASS_CJK : CLASS_OTHER;
}

static uint32_t last_character(struct gw_span s)
{
    const char *end = s.at + s.bytes, *p = end - 1;
    while (p > s.at && ((unsigned char)*p & 0xC0) == 0x80)
        p--;
    return gw_utf8_next(&p, end);
}

static bool holds_date(const struct gw_block *b)
{
    struct gw_date date;
    return b->digits >= 3 && b->text.bytes <= DATE_LINE &&
           gw_date_find(b->text, 0, GW_DATE_UNKNOWN, GW_DATE_WHOLE, &date);
}

static void text_features(struct maker *m)
{
    int16_t *f = m->row;
    const struct gw_block *b = m->block;
    const struct gw_line *l = &m->r->lines[m->i];
    const char *first = b->text.at;
    int64_t tokens = gw_block_tokens(b);
    for (int p = 0; p < PHRASES; p++) {
        uint32_t bit = 1u << p;
        f[F_PHRASES + p] = l->phrases.whole & bit ? 3 : l->phrases.first & bit ? 2 : l->phrases.any & bit ? 1 : 0;
    }
    f[F_CHARS] = cap(b->chars);
    f[F_TOKENS] = cap(tokens);
    f[F_CJK] = per_mille(b->cjk, b->chars);
    f[F_LINK] = per_mille(b->link_chars, b->chars);
    f[F_DIGITS] = per_mille(b->digits, b->chars);
    f[F_UPPERS] = per_mille(b->uppers, b->chars);
    f[F_BOLD] = per_mille(b->bold_chars, b->chars);
    f[F_COMMON] = per_mille(b->common, tokens);
    f[F_WORD_LENGTH] = b->words ? cap((b->chars - b->cjk) * 10 / b->words) : 0;
    f[F_LINKS] = cap(b->links);
    f[F_COMMAS] = cap(b->commas);
    f[F_STOPS] = cap(b->stops);
    f[F_HEADING] = b->heading;
    f[F_BEGINS] = (int16_t)class_of(gw_utf8_next(&first, b->text.at + b->text.bytes));
    f[F_ENDS] = (int16_t)class_of(last_character(b->text));
    f[F_LINE_BREAK] = b->line_break;
    f[F_IN_CELL] = b->in_cell;
    f[F_DATE] = holds_date(b);
    f[F_LABELS] = l->labels;
    f[F_FIRST_LABEL] = l->first_label;
}

// ---- the same text elsewhere on the page, and in its metadata

// A multiset of 64-bit keys, made for one page.
struct bag {
    struct bag_slot {
        uint64_t key;
        int32_t count, tokens, chars, link_chars, worth;
        int64_t scored;
    } * slots;
    size_t mask;
    uint32_t *slot_of; // per block
};

static bool bag_open(struct gw_reading *r, struct bag *bag)
{
    size_t n = r->blocks.count, slots = 64;
    while (slots < n * 2)
        slots *= 2;
    bag->mask = slots - 1;
    bag->slots = gw_arena_zalloc(r->arena, slots * sizeof *bag->slots);
    bag->slot_of = gw_arena_alloc(r->arena, (n + 1) * sizeof *bag->slot_of);
    return bag->slots && bag->slot_of;
}

static struct bag_slot *bag_put(struct bag *bag, uint64_t key, size_t block)
{
    key |= 1;
    size_t s = key & bag->mask;
    while (bag->slots[s].key && bag->slots[s].key != key)
        s = (s + 1) & bag->mask;
    bag->slots[s].key = key;
    bag->slots[s].count++;
    bag->slot_of[block] = (uint32_t)s;
    return &bag->slots[s];
}

enum { BEGIN = 24 }; // bytes that two texts that begin alike share

static uint64_t mixed(uint64_t key)
{
    return gw_hash64(&key, sizeof key);
}

static void count_repeats(struct gw_reading *r, int16_t *rows)
{
    struct bag whole, begin, looks;
    size_t n = r->blocks.count;
    if (!bag_open(r, &whole) || !bag_open(r, &begin) || !bag_open(r, &looks))
        return;
    for (size_t i = 0; i < n; i++) {
        const struct gw_block *b = &r->blocks.blocks[i];
        int16_t *f = rows + i * FEATURES;
        f[F_SEEN] = cap(bag_put(&whole, gw_hash64(b->text.at, b->text.bytes), i)->count - 1);
        size_t bytes = b->text.bytes < BEGIN ? b->text.bytes : BEGIN;
        f[F_BEGIN_SEEN] = cap(bag_put(&begin, gw_hash64(b->text.at, bytes), i)->count - 1);
        struct bag_slot *slot = bag_put(&looks, mixed(r->blocks.boxes[b->box].looks), i);
        slot->tokens += (int32_t)gw_block_tokens(b);
        slot->chars += (int32_t)b->chars;
        slot->link_chars += (int32_t)b->link_chars;
        slot->worth += r->worths[i];
    }
    int64_t tokens = 0;
    for (size_t i = 0; i < n; i++)
        tokens += gw_block_tokens(&r->blocks.blocks[i]);
    for (size_t i = 0; i < n; i++) {
        int16_t *f = rows + i * FEATURES;
        const struct bag_slot *slot = &looks.slots[looks.slot_of[i]];
        f[F_REPEATS] = cap(whole.slots[whole.slot_of[i]].count);
        f[F_BEGIN_REPEATS] = cap(begin.slots[begin.slot_of[i]].count);
        f[F_LOOKS_BLOCKS] = cap(slot->count);
        f[F_LOOKS_TOKENS] = per_mille(slot->tokens, tokens);
        f[F_LOOKS_LINK] = per_mille(slot->link_chars, slot->chars);
        f[F_LOOKS_WORTH] = per_mille(slot->worth, slot->tokens + 1);
    }
}

enum { PROBE = 30 }; // bytes of a text that are looked for in another

static struct gw_span probe(struct gw_span text)
{
    text.bytes = gw_utf8_cut(text.at, text.bytes, text.bytes < PROBE ? text.bytes : PROBE);
    return text;
}

// Which four bytes a text holds, roughly: most blocks are none of the stated body, and need no search to see it.
struct sieve {
    uint8_t bits[4096];
};

static uint32_t sieve_at(const char *four)
{
    uint32_t v;
    memcpy(&v, four, sizeof v);
    return v * 2654435761u >> 17;
}

static void sieve_fill(struct sieve *sieve, struct gw_span text)
{
    memset(sieve, 0, sizeof *sieve);
    for (size_t i = 0; i + 4 <= text.bytes; i++)
        sieve->bits[sieve_at(text.at + i) / 8] |= (uint8_t)(1u << sieve_at(text.at + i) % 8);
}

static bool sieve_passes(const struct sieve *sieve, struct gw_span probe)
{
    for (size_t i = 0; i + 4 <= probe.bytes; i++)
        if (!(sieve->bits[sieve_at(probe.at + i) / 8] & 1u << sieve_at(probe.at + i) % 8))
            return false;
    return true;
}

static void compare_with_metadata(struct gw_reading *r, int16_t *rows)
{
    struct sieve sieve;
    const struct gw_fact *description = gw_facts_best(&r->facts, FIELD_DESCRIPTION);
    const struct gw_fact *body = gw_facts_best(&r->facts, FIELD_BODY);
    bool stated = body && body->value.bytes > 400;
    if (stated)
        sieve_fill(&sieve, body->value);
    for (size_t i = 0; i < r->blocks.count; i++) {
        struct gw_span p = probe(r->blocks.blocks[i].text);
        int16_t *f = rows + i * FEATURES;
        f[F_DESCRIPTION] = description && p.bytes >= PROBE - 3 && gw_find(description->value, p) >= 0;
        f[F_STATED_BODY] = !stated ? -1 : p.bytes >= 12 && sieve_passes(&sieve, p) && gw_find(body->value, p) >= 0;
    }
}

// ---- boxes

static uint32_t common_box(const struct gw_blocks *blocks, uint32_t a, uint32_t b)
{
    while (a != b) {
        if (blocks->boxes[a].depth >= blocks->boxes[b].depth)
            a = blocks->boxes[a].parent;
        else
            b = blocks->boxes[b].parent;
    }
    return a;
}

static int16_t hops_apart(const struct gw_blocks *blocks, uint32_t a, uint32_t b)
{
    uint32_t c = common_box(blocks, a, b);
    return cap(blocks->boxes[a].depth + blocks->boxes[b].depth - 2 * blocks->boxes[c].depth);
}

static void box_features(struct maker *m)
{
    const struct gw_blocks *all = &m->r->blocks;
    const struct sums *s = &m->sums;
    int16_t *f = m->row;
    for (int k = 0; k < NEARS; k++) {
        bool inline_hint = k < HINTS && m->block->hints & 1u << k;
        f[F_NEAR + k] = inline_hint ? 0 : m->box->near[k];
    }
    uint32_t at = m->block->box;
    for (int level = 0; level < FEATURE_LEVELS; level++, at = all->boxes[at].parent) {
        const struct gw_box *box = &all->boxes[at];
        int16_t *g = f + F_BOXES + 4 * level;
        int32_t tokens = s->tokens[box->end] - s->tokens[box->first];
        g[0] = cap(tokens);
        g[1] =
            per_mille(s->link_chars[box->end] - s->link_chars[box->first], s->chars[box->end] - s->chars[box->first]);
        g[2] = cap(box->end - box->first);
        g[3] = per_mille(s->worth[box->end] - s->worth[box->first], tokens + 1);
    }
    uint32_t region = m->r->region.box, shared = common_box(all, m->block->box, region);
    const struct gw_box *rb = &all->boxes[region];
    f[F_REGION] = shared == region;
    f[F_REGION_UP] = cap(rb->depth - all->boxes[shared].depth);
    f[F_REGION_DOWN] = shared == region ? cap(m->box->depth - rb->depth) : -1;
    f[F_REGION_SHARE] = per_mille(s->tokens[rb->end] - s->tokens[rb->first], s->tokens[all->count]);
    f[F_FROM_REGION_START] = cap((int64_t)m->i - rb->first);
    f[F_TO_REGION_END] = cap((int64_t)rb->end - (int64_t)m->i);
}

// The boxes that hold a block together with others of its kind.
static const unsigned char holders[FEATURE_HOLDERS] = {NEAR_TABLE, NEAR_LIST, NEAR_SECTION, NEAR_ARTICLE};

static int64_t holder_of(const struct gw_blocks *all, uint32_t box, int kind)
{
    int hops = all->boxes[box].near[holders[kind]];
    if (hops >= NEAR_NONE)
        return -1;
    while (hops-- > 0)
        box = all->boxes[box].parent;
    return box;
}

static void holder_features(struct maker *m)
{
    const struct gw_blocks *all = &m->r->blocks;
    const struct sums *s = &m->sums;
    for (int k = 0; k < FEATURE_HOLDERS; k++) {
        int16_t *g = m->row + F_HOLDERS + 5 * k;
        int64_t at = holder_of(all, m->block->box, k);
        if (at < 0) {
            g[0] = g[1] = g[2] = g[3] = g[4] = -1;
            continue;
        }
        const struct gw_box *box = &all->boxes[at];
        int32_t tokens = s->tokens[box->end] - s->tokens[box->first];
        int32_t chars = s->chars[box->end] - s->chars[box->first];
        g[0] = cap(tokens);
        g[1] = cap(box->end - box->first);
        g[2] = per_mille(s->link_chars[box->end] - s->link_chars[box->first], chars);
        g[3] = per_mille(s->worth[box->end] - s->worth[box->first], tokens + 1);
        g[4] = per_mille(s->digits[box->end] - s->digits[box->first], chars);
    }
}

// ---- the sequence

static void neighbour(struct maker *m, int slot, int64_t at)
{
    int16_t *g = m->row + F_NEIGHBOURS + 4 * slot;
    if (at < 0 || at >= (int64_t)m->r->blocks.count) {
        g[0] = g[1] = g[2] = g[3] = -1;
        return;
    }
    const struct gw_block *b = &m->r->blocks.blocks[at];
    g[0] = cap(gw_block_tokens(b));
    g[1] = per_mille(b->link_chars, b->chars);
    g[2] = b->heading;
    g[3] = hops_apart(&m->r->blocks, b->box, m->block->box);
}

static void window_bounds(size_t i, size_t n, int reach, size_t *ret_from, size_t *ret_to)
{
    *ret_from = i > (size_t)reach ? i - (size_t)reach : 0;
    *ret_to = i + (size_t)reach + 1 < n ? i + (size_t)reach + 1 : n;
}

static void sequence_features(struct maker *m)
{
    const struct sums *s = &m->sums;
    int16_t *f = m->row;
    size_t n = m->r->blocks.count, i = m->i;
    f[F_INDEX] = per_mille((int64_t)i, (int64_t)n);
    f[F_TOKENS_BEFORE] = per_mille(s->tokens[i], s->tokens[n]);
    int32_t title = m->r->title_block;
    int64_t since = (int64_t)i - title;
    f[F_SINCE_TITLE] = title < 0 ? -200 : cap(since < -100 ? -100 : since > 100 ? 100 : since);
    for (int w = 0; w < FEATURE_WINDOWS; w++) {
        size_t from, to;
        window_bounds(i, n, windows[w], &from, &to);
        f[F_GOOD_AROUND + w] = cap(s->worth[to] - s->worth[from]);
    }
    static const int offsets[FEATURE_NEIGHBOURS] = {-1, 1, -2, 2};
    for (int k = 0; k < FEATURE_NEIGHBOURS; k++)
        neighbour(m, k, (int64_t)i + offsets[k]);
}

// Blocks since, and until, the nearest one for which `good` holds.
static void distances(size_t n, int16_t *rows, int since, int until, const bool *good)
{
    int16_t away = TOO_FAR;
    for (size_t i = 0; i < n; i++) {
        rows[i * FEATURES + (size_t)since] = away;
        away = good[i] ? 1 : away < TOO_FAR ? (int16_t)(away + 1) : away;
    }
    away = TOO_FAR;
    for (size_t i = n; i-- > 0;) {
        rows[i * FEATURES + (size_t)until] = away;
        away = good[i] ? 1 : away < TOO_FAR ? (int16_t)(away + 1) : away;
    }
}

// Boxes between each block and the nearest one for which `good` holds, before and after it.
static void hops(const struct gw_blocks *all, int16_t *rows, int before, int after, const bool *good)
{
    int64_t last = -1;
    for (size_t i = 0; i < all->count; i++) {
        rows[i * FEATURES + (size_t)before] =
            last < 0 ? TOO_FAR : hops_apart(all, all->blocks[last].box, all->blocks[i].box);
        last = good[i] ? (int64_t)i : last;
    }
    last = -1;
    for (size_t i = all->count; i-- > 0;) {
        rows[i * FEATURES + (size_t)after] =
            last < 0 ? TOO_FAR : hops_apart(all, all->blocks[last].box, all->blocks[i].box);
        last = good[i] ? (int64_t)i : last;
    }
}

enum { PHRASE_LINE = 120 }; // bytes: longer lines only mention it

static void phrase_distances(struct gw_reading *r, int16_t *rows, bool *scratch)
{
    size_t n = r->blocks.count;
    for (int p = 0; p < PHRASES; p++) {
        for (size_t i = 0; i < n; i++)
            scratch[i] = r->blocks.blocks[i].text.bytes <= PHRASE_LINE && r->lines[i].phrases.first & 1u << p;
        distances(n, rows, F_SINCE_PHRASE + p, F_UNTIL_PHRASE + p, scratch);
    }
}

// A heading that is a link introduces what stands elsewhere, or one of many.
static void heading_features(struct gw_reading *r, int16_t *rows)
{
    int64_t last = -1, linked = 0;
    size_t n = r->blocks.count;
    for (size_t i = 0; i < n; i++) {
        const struct gw_block *b = &r->blocks.blocks[i], *h = last < 0 ? NULL : &r->blocks.blocks[last];
        int16_t *f = rows + i * FEATURES;
        f[F_HEADING_LINKED] = h ? h->link_chars * 2 > h->chars : -1;
        f[F_HEADING_HOPS] = h ? hops_apart(&r->blocks, h->box, b->box) : TOO_FAR;
        f[F_HEADING_LEVEL] = h ? h->heading : 0;
        f[F_LINKED_HEADINGS] = cap(linked);
        if (b->heading) {
            last = (int64_t)i;
            linked += b->link_chars * 2 > b->chars;
        }
    }
    for (size_t i = 0; i < n; i++)
        rows[i * FEATURES + F_PAGE_LINKED_HEADINGS] = cap(linked);
}

// What went before: headings, and dates on both sides.
static void count_marks(struct gw_reading *r, int16_t *rows)
{
    size_t n = r->blocks.count;
    int h1 = 0, headings = 0, since = TOO_FAR, dates = 0;
    for (size_t i = 0; i < n; i++) {
        const struct gw_block *b = &r->blocks.blocks[i];
        int16_t *f = rows + i * FEATURES;
        f[F_H1_BEFORE] = cap(h1);
        f[F_HEADINGS_BEFORE] = cap(headings);
        f[F_SINCE_HEADING] = cap(since);
        f[F_ARTICLE] = cap(r->blocks.boxes[b->box].article);
        h1 += b->heading == 1;
        headings += b->heading > 0;
        since = b->heading ? 1 : since < TOO_FAR ? since + 1 : since;
    }
    for (size_t i = 0; i < n + 6; i++) {
        dates += i < n ? rows[i * FEATURES + F_DATE] : 0;
        dates -= i >= 13 ? rows[(i - 13) * FEATURES + F_DATE] : 0;
        if (i >= 6)
            rows[(i - 6) * FEATURES + F_DATES_AROUND] = cap(dates);
    }
}

static void page_features(struct maker *m, int16_t cjk, int16_t articles)
{
    const struct sums *s = &m->sums;
    size_t n = m->r->blocks.count;
    m->row[F_PAGE_TOKENS] = cap(s->tokens[n]);
    m->row[F_PAGE_BLOCKS] = cap((int64_t)n);
    m->row[F_PAGE_CJK] = cjk;
    m->row[F_PAGE_LINK] = per_mille(s->link_chars[n], s->chars[n]);
    m->row[F_PAGE_GOOD] = cap(m->r->region.good_tokens);
    m->row[F_PAGE_ARTICLES] = articles;
}

static bool add_up(struct gw_reading *r, struct sums *s)
{
    size_t n = r->blocks.count;
    int32_t **all[] = {&s->tokens, &s->chars, &s->link_chars, &s->worth, &s->digits};
    for (size_t k = 0; k < GW_COUNT(all); k++)
        if (!(*all[k] = gw_arena_zalloc(r->arena, (n + 1) * sizeof(int32_t))))
            return false;
    for (size_t i = 0; i < n; i++) {
        const struct gw_block *b = &r->blocks.blocks[i];
        s->tokens[i + 1] = s->tokens[i] + (int32_t)gw_block_tokens(b);
        s->chars[i + 1] = s->chars[i] + (int32_t)b->chars;
        s->link_chars[i + 1] = s->link_chars[i] + (int32_t)b->link_chars;
        s->worth[i + 1] = s->worth[i] + r->worths[i];
        s->digits[i + 1] = s->digits[i] + (int32_t)b->digits;
    }
    return true;
}

int16_t *gw_features_make(struct gw_reading *r)
{
    size_t n = r->blocks.count;
    struct maker m = {.r = r};
    int16_t *rows = gw_arena_zalloc(r->arena, (n + 1) * FEATURES * sizeof *rows);
    bool *good = gw_arena_alloc(r->arena, n + 1);
    if (!rows || !good || !add_up(r, &m.sums))
        return NULL;
    int64_t cjk = 0, articles = 0;
    for (size_t i = 0; i < n; i++) {
        cjk += r->blocks.blocks[i].cjk;
        good[i] = r->worths[i] >= GOOD_WORTH;
    }
    for (size_t k = 0; k < r->blocks.box_count; k++)
        articles += r->blocks.boxes[k].near[NEAR_ARTICLE] == 0;
    for (size_t i = 0; i < n; i++) {
        m.i = i;
        m.row = rows + i * FEATURES;
        m.block = &r->blocks.blocks[i];
        m.box = &r->blocks.boxes[m.block->box];
        text_features(&m);
        box_features(&m);
        holder_features(&m);
        sequence_features(&m);
        page_features(&m, per_mille(cjk, m.sums.chars[n]), cap(articles));
    }
    distances(n, rows, F_SINCE_GOOD, F_UNTIL_GOOD, good);
    hops(&r->blocks, rows, F_GOOD_HOPS, F_GOOD_HOPS + 1, good);
    phrase_distances(r, rows, good);
    heading_features(r, rows);
    count_repeats(r, rows);
    count_marks(r, rows);
    compare_with_metadata(r, rows);
    return rows;
}

// ---- around the first forest's scores

static int16_t mean(const int32_t *tokens, const int64_t *scored, size_t from, size_t to)
{
    int32_t weight = tokens[to] - tokens[from];
    return weight > 0 ? cap((scored[to] - scored[from]) / weight) : 0;
}

static void score_row(struct maker *m, const int16_t *scores, const int64_t *scored, const int32_t *mass)
{
    static const int offsets[6] = {-1, 1, -2, 2, -3, 3};
    const struct gw_blocks *all = &m->r->blocks;
    size_t n = all->count, i = m->i;
    int16_t *f = m->row;
    f[F_SCORE] = scores[i];
    for (int k = 0; k < 6; k++) {
        int64_t at = (int64_t)i + offsets[k];
        f[F_SCORE_NEIGHBOURS + k] = at < 0 || at >= (int64_t)n ? INT16_MIN : scores[at];
    }
    for (int w = 0; w < FEATURE_WINDOWS; w++) {
        size_t from, to;
        window_bounds(i, n, windows[w], &from, &to);
        f[F_SCORE_AROUND + w] = mean(m->sums.tokens, scored, from, to);
    }
    uint32_t at = m->block->box;
    for (int level = 0; level < FEATURE_LEVELS; level++, at = all->boxes[at].parent)
        f[F_SCORE_BOXES + level] = mean(m->sums.tokens, scored, all->boxes[at].first, all->boxes[at].end);
    f[F_SCORE_BEFORE] = per_mille(mass[i], mass[n]);
    f[F_SCORE_MASS] = cap(mass[n]);
    for (int k = 0; k < FEATURE_HOLDERS; k++) {
        int64_t box = holder_of(all, m->block->box, k);
        f[F_SCORE_HOLDERS + k] =
            box < 0 ? INT16_MIN : mean(m->sums.tokens, scored, all->boxes[box].first, all->boxes[box].end);
    }
    at = m->block->box;
    for (int level = 1; level < FEATURE_LEVELS; level++, at = all->boxes[at].parent) {
        const struct gw_box *inner = &all->boxes[at], *outer = &all->boxes[inner->parent];
        const int32_t *t = m->sums.tokens;
        int32_t tokens = t[outer->end] - t[outer->first] - (t[inner->end] - t[inner->first]);
        int64_t sum = scored[outer->end] - scored[outer->first] - (scored[inner->end] - scored[inner->first]);
        f[F_SCORE_OTHERS + level - 1] = tokens > 0 ? cap(sum / tokens) : INT16_MIN;
    }
}

enum { STRONG = 512, CLIPPED = 600 };

// The box whose blocks' scores, by tokens, outweigh those of all others.
static uint32_t find_core(const struct gw_blocks *all, const int16_t *scores, int64_t *sums)
{
    for (size_t i = 0; i < all->count; i++) {
        int32_t s = scores[i] > CLIPPED ? CLIPPED : scores[i] < -CLIPPED ? -CLIPPED : scores[i];
        sums[i + 1] = sums[i] + (int64_t)s * (gw_block_tokens(&all->blocks[i]) + 1);
    }
    uint32_t best = 0;
    int64_t most = INT64_MIN;
    for (size_t k = 0; k < all->box_count; k++) {
        int64_t sum = sums[all->boxes[k].end] - sums[all->boxes[k].first];
        if (sum >= most) {
            most = sum;
            best = (uint32_t)k;
        }
    }
    return best;
}

static void core_features(struct gw_reading *r, const int16_t *scores, int64_t *sums, const int32_t *mass,
                          int16_t *rows)
{
    const struct gw_blocks *all = &r->blocks;
    int64_t n = (int64_t)all->count, first = -1, last = -1;
    uint32_t core = find_core(all, scores, sums);
    const struct gw_box *box = &all->boxes[core];
    int16_t share = per_mille(mass[box->end] - mass[box->first], mass[n]);
    for (int64_t i = 0; i < n; i++)
        if (scores[i] > STRONG) {
            first = first < 0 ? i : first;
            last = i;
        }
    for (int64_t i = 0; i < n; i++) {
        int16_t *f = rows + i * FEATURES;
        uint32_t own = all->blocks[i].box, shared = common_box(all, own, core);
        f[F_CORE] = shared == core;
        f[F_CORE_UP] = cap(box->depth - all->boxes[shared].depth);
        f[F_CORE_DOWN] = shared == core ? cap(all->boxes[own].depth - box->depth) : -1;
        f[F_FROM_CORE_START] = cap(i - box->first);
        f[F_TO_CORE_END] = cap((int64_t)box->end - i);
        f[F_CORE_SHARE] = share;
        f[F_FROM_STRONG] = first < 0 ? INT16_MIN : cap(i - first);
        f[F_TO_STRONG] = last < 0 ? INT16_MIN : cap(last - i);
    }
}

void gw_features_add_scores(struct gw_reading *r, const int16_t *scores, int16_t *rows)
{
    size_t n = r->blocks.count;
    struct maker m = {.r = r};
    int64_t *scored = gw_arena_zalloc(r->arena, (n + 1) * sizeof *scored);
    int32_t *mass = gw_arena_zalloc(r->arena, (n + 1) * sizeof *mass);
    bool *good = gw_arena_alloc(r->arena, n + 1);
    if (!scored || !mass || !good || !add_up(r, &m.sums))
        return;
    for (size_t i = 0; i < n; i++) {
        int32_t tokens = (int32_t)gw_block_tokens(&r->blocks.blocks[i]);
        good[i] = scores[i] > 0;
        scored[i + 1] = scored[i] + (int64_t)scores[i] * tokens;
        mass[i + 1] = mass[i] + (good[i] ? tokens : 0);
    }
    for (size_t i = 0; i < n; i++) {
        m.i = i;
        m.row = rows + i * FEATURES;
        m.block = &r->blocks.blocks[i];
        score_row(&m, scores, scored, mass);
    }
    distances(n, rows, F_SCORE_SINCE, F_SCORE_UNTIL, good);
    hops(&r->blocks, rows, F_SCORE_HOPS, F_SCORE_HOPS + 1, good);
    core_features(r, scores, scored, mass, rows); // the last to look at `scored`, which it overwrites
    struct bag looks;
    if (!bag_open(r, &looks))
        return;
    for (size_t i = 0; i < n; i++) {
        struct bag_slot *slot = bag_put(&looks, mixed(r->blocks.boxes[r->blocks.blocks[i].box].looks), i);
        slot->tokens += (int32_t)gw_block_tokens(&r->blocks.blocks[i]);
        slot->scored += (int64_t)scores[i] * gw_block_tokens(&r->blocks.blocks[i]);
    }
    for (size_t i = 0; i < n; i++) {
        const struct bag_slot *slot = &looks.slots[looks.slot_of[i]];
        rows[i * FEATURES + F_SCORE_LOOKS] = slot->tokens ? cap(slot->scored / slot->tokens) : 0;
    }
}
