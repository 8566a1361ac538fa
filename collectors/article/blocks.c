// SPDX-License-Identifier: Apache-2.0
#include "blocks.h"

#include "html/dom.h"
#include "model/text.h"

#include <string.h>

// Function words of the languages that are met most; running text has many, menus have none.
static const char *const common_words[] = {
    "the",  "of",    "and",  "to",    "in",  "a",     "is",   "that", "for",  "it",    "as",   "was",  "with", "be",
    "by",   "on",    "not",  "he",    "his", "but",   "at",   "are",  "this", "have",  "from", "or",   "had",  "an",
    "they", "which", "we",   "their", "has", "would", "who",  "been", "will", "there", "if",   "its",  "were", "you",
    "she",  "her",   "said", "der",   "die", "das",   "und",  "den",  "von",  "zu",    "mit",  "sich", "des",  "auf",
    "ist",  "im",    "dem",  "nicht", "ein", "eine",  "als",  "auch", "es",   "le",    "la",   "les",  "et",   "des",
    "en",   "un",    "une",  "du",    "que", "dans",  "pour", "qui",  "sur",  "pas",   "el",   "los",  "las",  "del",
    "por",  "con",   "para", "una",   "se",  "no",    "di",   "il",   "che",  "per",   "non",  "w",    "na",   "z",
    "nie",  "do",    "och",  "att",   "som", "van",   "het",  "een",
};
static const uint32_t common_chars[] = {0x7684, 0x4E86, 0x5728, 0x662F, 0x548C, 0x4E0D, 0x6709, 0x8FD9, 0x4E3A, 0x4E5F,
                                        0x5C31, 0x4EBA, 0x4E2D, 0x4ED6, 0x5BF9, 0x306E, 0x306B, 0x306F, 0x3092, 0x3067};

enum { COMMON_SLOTS = 512 };
static uint32_t common_hashes[COMMON_SLOTS];

static uint32_t hash_letter(uint32_t h, char c)
{
    return (h ^ (unsigned char)c) * 16777619u;
}

static void build_common(void)
{
    for (size_t i = 0; i < GW_COUNT(common_words); i++) {
        uint32_t h = 2166136261u;
        for (const char *p = common_words[i]; *p; p++)
            h = hash_letter(h, *p);
        size_t slot = h % COMMON_SLOTS;
        while (common_hashes[slot] && common_hashes[slot] != h)
            slot = (slot + 1) % COMMON_SLOTS;
        common_hashes[slot] = h;
    }
}

static bool is_common_word(uint32_t h)
{
    for (size_t slot = h % COMMON_SLOTS; common_hashes[slot]; slot = (slot + 1) % COMMON_SLOTS)
        if (common_hashes[slot] == h)
            return true;
    return false;
}

// ---- reading text

struct reader {
    const struct gw_page *page;
    struct gw_blocks *out;
    size_t block_room, box_room;
    char *text; // of all blocks; moved when it grows, so blocks hold offsets until the end
    size_t bytes, room;
    struct gw_block block; // being made; text.bytes as built
    size_t block_start;
    bool blank;    // white space is due before the next character
    uint32_t word; // hash of the ASCII word being read; 0: none
    bool in_word;
    bool after_stop; // a '.' was read; it ends a sentence when white space follows
    uint32_t box;
    unsigned links, bolds;
    bool seam; // an inline element began or ended since the last character
    uint32_t inline_hints;
    uint16_t articles;
    bool failed;
};

static bool room_for(struct reader *r, size_t bytes)
{
    if (r->bytes + bytes <= r->room)
        return true;
    if (r->bytes + bytes > GW_BLOCKS_TEXT_MAX) {
        r->out->truncated = true;
        return false;
    }
    size_t room = r->room * 2 > r->bytes + bytes ? r->room * 2 : r->bytes + bytes;
    char *more = gw_arena_alloc(r->page->arena, room);
    if (!more) {
        r->failed = true;
        return false;
    }
    memcpy(more, r->text, r->bytes);
    r->text = more;
    r->room = room;
    return true;
}

static void end_word(struct reader *r)
{
    if (r->in_word && r->word && is_common_word(r->word))
        r->block.common++;
    r->in_word = false;
}

static bool is_cjk_comma(uint32_t c)
{
    return c == 0xFF0C || c == 0x3001 || c == 0xFF1B;
}

static bool is_cjk_stop(uint32_t c)
{
    return c == 0x3002 || c == 0xFF01 || c == 0xFF1F || c == 0xFF0E;
}

static void count_ascii(struct reader *r, unsigned char c)
{
    struct gw_block *b = &r->block;
    if (gw_is_alpha(c) || gw_is_digit(c)) {
        if (!r->in_word) {
            r->in_word = true;
            b->words++;
            r->word = 2166136261u;
        }
        r->after_stop = false;
        b->digits += gw_is_digit(c);
        b->uppers += c >= 'A' && c <= 'Z';
        if (r->word)
            r->word = gw_is_digit(c) ? 0 : hash_letter(r->word, gw_lower((char)c));
        return;
    }
    end_word(r);
    b->commas += c == ',' || c == ';';
    b->stops += c == '!' || c == '?';
    r->after_stop = c == '.';
}

static void count_wide(struct reader *r, uint32_t c)
{
    struct gw_block *b = &r->block;
    if (gw_is_cjk(c)) {
        end_word(r);
        b->cjk++;
        for (size_t i = 0; i < GW_COUNT(common_chars); i++)
            b->common += common_chars[i] == c;
    } else if ((c >= 0x2000 && c <= 0x206F) || (c >= 0x3000 && c <= 0x303F) || c >= 0xFE00) {
        end_word(r);
        b->commas += is_cjk_comma(c);
        b->stops += is_cjk_stop(c) || c == 0x2026;
    } else if (!r->in_word) {
        r->in_word = true;
        r->word = 0;
        b->words++;
    } else {
        r->word = 0;
    }
}

static bool is_zero_width(uint32_t c)
{
    return c == 0xAD || (c >= 0x200B && c <= 0x200F) || c == 0xFEFF || c == 0x2060 || (c >= 0x202A && c <= 0x202E);
}

static void begin_block(struct reader *r, const GumboNode *node)
{
    r->block = (struct gw_block){.node = node, .box = r->box, .hints = r->inline_hints};
    r->block_start = r->bytes;
    r->blank = r->in_word = r->after_stop = false;
}

static bool is_word_byte(unsigned char c)
{
    return gw_is_alpha(c) || c >= 0x80;
}

// "<span>Name</span><span>3.11.2023</span>": style sheets keep apart what the text glues. Only a letter against a digit
// is certain; a drop cap is a letter against a letter.
static bool glued(const struct reader *r, const char *at, const char *end)
{
    unsigned char next = (unsigned char)*at;
    if (end - at == 4 && (memcmp(at, "20", 2) == 0 || memcmp(at, "19", 2) == 0) && gw_is_digit((unsigned char)at[2]))
        return true; // "<span>Feb 18</span><span>2009</span>"
    unsigned char before = r->bytes > r->block_start ? (unsigned char)r->text[r->bytes - 1] : ' ';
    return (is_word_byte(before) && gw_is_digit(next)) || (gw_is_digit(before) && is_word_byte(next));
}

static void add_text(struct reader *r, const GumboNode *node, const char *text, size_t bytes)
{
    // A character takes at most four bytes and one blank before it.
    const char *end = text + bytes;
    bool counted_link = false;
    for (const char *p = text; p < end;) {
        const char *from = p;
        unsigned char ascii = (unsigned char)*p;
        uint32_t c = ascii;
        if (ascii < 0x80)
            p++;
        else
            c = gw_utf8_next(&p, end);
        if (ascii < 0x80 ? ascii <= ' ' || ascii == 0x7F : gw_is_wide_space(c)) {
            if (is_zero_width(c))
                continue;
            r->blank = true;
            r->block.stops += r->after_stop;
            r->after_stop = false;
            end_word(r);
            continue;
        }
        size_t n = (size_t)(p - from);
        if (!room_for(r, n + 1))
            return;
        if (r->block.chars == 0)
            begin_block(r, node);
        else if (r->blank || (r->seam && glued(r, from, end)))
            r->text[r->bytes++] = ' ';
        r->blank = r->seam = false;
        memcpy(r->text + r->bytes, from, n);
        r->bytes += n;
        r->block.chars++;
        r->block.link_chars += r->links > 0;
        r->block.bold_chars += r->bolds > 0;
        if (r->links && !counted_link) {
            counted_link = true;
            if (r->block.links < UINT16_MAX)
                r->block.links++;
        }
        if (ascii < 0x80) {
            count_ascii(r, ascii);
        } else {
            r->after_stop = false;
            count_wide(r, c);
        }
    }
}

static void end_block(struct reader *r, bool line_break)
{
    if (r->block.chars == 0 || r->failed)
        return;
    end_word(r);
    struct gw_blocks *out = r->out;
    r->block.stops += r->after_stop;
    r->block.line_break = line_break;
    r->block.text = (struct gw_span){(const char *)r->block_start, r->bytes - r->block_start};
    const struct gw_box *box = &out->boxes[r->box];
    r->block.in_cell = box->near[NEAR_CELL] < NEAR_NONE;
    if (out->count == GW_BLOCKS_MAX) {
        out->truncated = true;
    } else {
        if (out->count == r->block_room) {
            size_t room = r->block_room * 2;
            struct gw_block *more = gw_arena_alloc(r->page->arena, room * sizeof *more);
            if (!more) {
                r->failed = true;
                return;
            }
            memcpy(more, out->blocks, out->count * sizeof *more);
            out->blocks = more;
            r->block_room = room;
        }
        out->blocks[out->count++] = r->block;
    }
    r->block = (struct gw_block){0};
}

// ---- boxes

static const unsigned char near_of_tag[GUMBO_TAG_LAST + 1] = {
    [GUMBO_TAG_ARTICLE] = NEAR_ARTICLE, [GUMBO_TAG_MAIN] = NEAR_MAIN,         [GUMBO_TAG_ASIDE] = NEAR_ASIDE,
    [GUMBO_TAG_NAV] = NEAR_NAV,         [GUMBO_TAG_HEADER] = NEAR_HEADER,     [GUMBO_TAG_FOOTER] = NEAR_FOOTER,
    [GUMBO_TAG_SECTION] = NEAR_SECTION, [GUMBO_TAG_FORM] = NEAR_FORM,         [GUMBO_TAG_UL] = NEAR_LIST,
    [GUMBO_TAG_OL] = NEAR_LIST,         [GUMBO_TAG_DL] = NEAR_LIST,           [GUMBO_TAG_MENU] = NEAR_LIST,
    [GUMBO_TAG_TABLE] = NEAR_TABLE,     [GUMBO_TAG_TD] = NEAR_CELL,           [GUMBO_TAG_TH] = NEAR_CELL,
    [GUMBO_TAG_FIGURE] = NEAR_FIGURE,   [GUMBO_TAG_FIGCAPTION] = NEAR_FIGURE, [GUMBO_TAG_BLOCKQUOTE] = NEAR_QUOTE,
    [GUMBO_TAG_H1] = NEAR_HEADING,      [GUMBO_TAG_H2] = NEAR_HEADING,        [GUMBO_TAG_H3] = NEAR_HEADING,
    [GUMBO_TAG_H4] = NEAR_HEADING,      [GUMBO_TAG_H5] = NEAR_HEADING,        [GUMBO_TAG_H6] = NEAR_HEADING,
    [GUMBO_TAG_P] = NEAR_PARAGRAPH,     [GUMBO_TAG_PRE] = NEAR_PRE,
};

static uint32_t own_looks(const GumboNode *element)
{
    uint32_t h = 2166136261u + element->v.element.tag;
    const char *class = gw_dom_attr(element, "class");
    for (; class && *class; class ++)
        h = hash_letter(h, gw_is_digit((unsigned char)*class) ? '0' : *class); // "post-1234" looks like "post-1235"
    return h;
}

static bool open_box(struct reader *r, const GumboNode *element)
{
    struct gw_blocks *out = r->out;
    if (out->box_count == r->box_room) {
        size_t room = r->box_room * 2;
        struct gw_box *more = gw_arena_alloc(r->page->arena, room * sizeof *more);
        if (!more)
            return false;
        memcpy(more, out->boxes, out->box_count * sizeof *more);
        out->boxes = more;
        r->box_room = room;
    }
    struct gw_box *box = &out->boxes[out->box_count];
    const struct gw_box *parent = out->box_count ? &out->boxes[r->box] : NULL;
    *box = (struct gw_box){.element = element, .parent = r->box, .first = (uint32_t)out->count};
    for (int i = 0; i < NEARS; i++)
        box->near[i] = !parent || parent->near[i] >= NEAR_NONE ? NEAR_NONE : (uint8_t)(parent->near[i] + 1);
    if (parent) {
        box->depth = (uint16_t)(parent->depth + 1);
        box->article = parent->article;
    }
    if (element) {
        box->own_looks = own_looks(element);
        box->looks = box->own_looks;
        if (parent)
            box->looks += 31 * parent->own_looks + 961 * out->boxes[parent->parent].own_looks;
        if (element->v.element.tag == GUMBO_TAG_ARTICLE && box->article == 0)
            box->article = ++r->articles;
        unsigned char near = near_of_tag[element->v.element.tag];
        if (near)
            box->near[near] = 0;
        // What <body> is called says nothing about one block of it.
        uint32_t hints = parent ? gw_hints_of(element) : 0;
        for (int i = 0; hints; i++, hints >>= 1)
            if (hints & 1)
                box->near[i] = 0;
        if (gw_dom_is_hidden(element) || element->v.element.tag == GUMBO_TAG_NOSCRIPT)
            box->near[NEAR_HIDDEN] = 0;
    }
    r->box = (uint32_t)out->box_count++;
    return true;
}

static void close_box(struct reader *r)
{
    struct gw_box *box = &r->out->boxes[r->box];
    box->end = (uint32_t)r->out->count;
    r->box = box->parent;
}

// ---- the walk

static bool is_bold(GumboTag tag)
{
    return tag == GUMBO_TAG_B || tag == GUMBO_TAG_STRONG;
}

static bool makes_seam(GumboTag tag)
{
    return tag == GUMBO_TAG_SPAN || tag == GUMBO_TAG_A || tag == GUMBO_TAG_TIME || tag == GUMBO_TAG_LABEL;
}

static bool makes_box(const GumboNode *node)
{
    return gw_dom_is_block(node) || gw_dom_is(node, GUMBO_TAG_NOSCRIPT);
}

static bool enter(struct reader *r, const GumboNode *node)
{
    if (gw_dom_is_text(node)) {
        if (node->type == GUMBO_NODE_WHITESPACE)
            r->blank = true;
        else
            add_text(r, node, node->v.text.text, strlen(node->v.text.text));
        return true;
    }
    if (!gw_dom_is_element(node))
        return true;
    GumboTag tag = node->v.element.tag;
    if (tag == GUMBO_TAG_BR) {
        end_block(r, true);
    } else if (makes_box(node)) {
        end_block(r, false);
        return open_box(r, node);
    } else {
        r->links += tag == GUMBO_TAG_A;
        r->bolds += is_bold(tag);
        r->seam |= makes_seam(tag);
        if (node->v.element.attributes.length)
            r->inline_hints = gw_hints_of(node);
    }
    return true;
}

static void leave(struct reader *r, const GumboNode *node)
{
    if (!gw_dom_is_element(node))
        return;
    GumboTag tag = node->v.element.tag;
    if (makes_box(node)) {
        end_block(r, false);
        close_box(r);
    } else {
        r->links -= tag == GUMBO_TAG_A;
        r->bolds -= is_bold(tag);
        r->seam |= makes_seam(tag);
        r->inline_hints = 0;
    }
}

static bool walk(struct reader *r, const GumboNode *root)
{
    const GumboNode *n = root;
    for (;;) {
        bool silent = gw_dom_is_silent(n);
        if (!silent && !enter(r, n))
            return false;
        const GumboVector *children = gw_dom_children(n);
        if (children->length && !silent) {
            n = children->data[0];
            continue;
        }
        for (;;) {
            if (!gw_dom_is_silent(n))
                leave(r, n);
            if (n == root)
                return !r->failed;
            const GumboNode *next = gw_dom_next_sibling(n);
            if (next) {
                n = next;
                break;
            }
            n = n->parent;
        }
    }
}

enum { FIRST_BLOCKS = 512, FIRST_BOXES = 1024, FIRST_TEXT = 32 * 1024 };

static bool start(struct reader *r, const struct gw_page *page, struct gw_blocks *out)
{
    static bool built;
    if (!built) {
        build_common();
        built = true;
    }
    *out = (struct gw_blocks){0};
    *r = (struct reader){
        .page = page, .out = out, .block_room = FIRST_BLOCKS, .box_room = FIRST_BOXES, .room = FIRST_TEXT};
    out->blocks = gw_arena_alloc(page->arena, r->block_room * sizeof *out->blocks);
    out->boxes = gw_arena_alloc(page->arena, r->box_room * sizeof *out->boxes);
    r->text = gw_arena_alloc(page->arena, r->room);
    return out->blocks && out->boxes && r->text;
}

static void finish(struct reader *r)
{
    for (size_t i = 0; i < r->out->count; i++) {
        struct gw_block *b = &r->out->blocks[i];
        b->text.at = r->text + (uintptr_t)b->text.at;
        const struct gw_box *box = &r->out->boxes[b->box];
        for (uint32_t at = b->box; box->near[NEAR_HEADING] < NEAR_NONE; at = r->out->boxes[at].parent) {
            const struct gw_box *h = &r->out->boxes[at];
            if (h->near[NEAR_HEADING] == 0 && h->element) {
                b->heading = (uint8_t)(h->element->v.element.tag - GUMBO_TAG_H1 + 1);
                break;
            }
        }
    }
}

static int full(void)
{
    return gw_fail(GW_ELIMIT, "page memory is full while reading its text");
}

int gw_blocks_read(const struct gw_page *page, struct gw_blocks *ret_blocks)
{
    struct reader r;
    struct gw_blocks out;
    if (!start(&r, page, &out))
        return full();
    if (!page->body) {
        if (!open_box(&r, NULL))
            return full();
    } else if (!walk(&r, page->body)) {
        return full();
    }
    finish(&r);
    *ret_blocks = out;
    return GW_OK;
}

int gw_blocks_read_text(const struct gw_page *page, struct gw_blocks *ret_blocks)
{
    struct reader r;
    struct gw_blocks out;
    if (!start(&r, page, &out) || !open_box(&r, NULL))
        return full();
    const char *p = page->text.at, *end = p + page->text.bytes;
    while (p < end) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        stop = stop ? stop : end;
        add_text(&r, NULL, p, (size_t)(stop - p));
        end_block(&r, false);
        p = stop + 1;
    }
    if (r.failed)
        return full();
    close_box(&r);
    finish(&r);
    *ret_blocks = out;
    return GW_OK;
}

bool gw_box_within(const struct gw_blocks *blocks, uint32_t inner, uint32_t outer)
{
    while (blocks->boxes[inner].depth > blocks->boxes[outer].depth)
        inner = blocks->boxes[inner].parent;
    return inner == outer;
}
