// SPDX-License-Identifier: Apache-2.0
// The main text: blocks of the region that are running text or belong to it, without what stands around it.
#include "forest.h"
#include "plain.h"
#include "reading.h"
#include "rows.h"

#include "base/err.h"
#include "base/hash.h"
#include "model/dates.h"
#include "model/text.h"

#include <string.h>

enum {
    SHORT_LINE = 120, // bytes
    STRONG_SHARE = 4, // tenths of the kept text that must stand above a line before it ends the body
    WEAK_SHARE = 7,
    COPY_TOKENS = 12, // shorter lines repeat for good reasons
    SURE = 700,       // a score
};

static bool has(uint32_t set, enum gw_phrase phrase)
{
    return set & 1u << phrase;
}

static bool in_brackets(struct gw_span s)
{
    return (gw_starts_with(s, "(") && gw_ends_with(s, ")")) || (gw_starts_with(s, "（") && gw_ends_with(s, "）"));
}

// The title again, a line of it, or the title with a footnote's mark.
static bool is_title(struct gw_reading *r, struct gw_span text, bool after_title)
{
    struct gw_span title = gw_reading_plain(r, gw_span_of(r->document->title));
    struct gw_span own = gw_reading_plain(r, text);
    if (title.bytes == 0 || own.bytes == 0)
        return false;
    if (own.bytes <= title.bytes)
        return (own.bytes * 4 >= title.bytes || after_title) && gw_find(title, own) >= 0;
    return own.bytes <= title.bytes + 6 && memcmp(own.at, title.at, title.bytes) == 0;
}

// "国办发〔2019〕6号", "中华人民共和国国务院令第707号" on a line of its own.
static bool is_document_number(struct gw_span text)
{
    static const char *const opens[] = {"〔", "［", "[", "第"};
    if (text.bytes > 90 || !gw_ends_with(text, "号"))
        return false;
    for (size_t i = 0; i < GW_COUNT(opens); i++)
        if (gw_find(text, gw_span_of(opens[i])) >= 0)
            return gw_find(text, GW_SPAN("，")) < 0;
    return false;
}

// "中华人民共和国国务院令", its number below it.
static bool is_order(const struct gw_block *b)
{
    return b->text.bytes < 60 && b->stops == 0 && gw_ends_with(b->text, "令");
}

// "Bern, 17.08.2007 - Speech of …": place and day, on a line that is no sentence.
static bool is_dateline(const struct gw_block *b)
{
    struct gw_date date;
    return b->text.bytes < 160 && b->cjk == 0 && !gw_ends_with(b->text, ".") &&
           gw_date_find(b->text, 0, GW_DATE_UNKNOWN, GW_DATE_WHOLE, &date) && date.start > 0 && date.start <= 24 &&
           gw_starts_with(gw_span_trim((struct gw_span){b->text.at + date.end, b->text.bytes - date.end}), "-");
}

// The rest of lines that were left out: the second line of an organisation's name under the first.
static bool continues_outside(const struct gw_reading *r, size_t i)
{
    const struct gw_block *b = &r->blocks.blocks[i];
    if (i == 0 || r->keep[i - 1] || b->stops || b->text.bytes > SHORT_LINE / 2)
        return false;
    const struct gw_block *above = &r->blocks.blocks[i - 1];
    return above->box == b->box && above->line_break && above->stops == 0 && (int32_t)i - 1 > r->title_block &&
           r->title_block >= 0;
}

// "4 March 2024", "Feb 25", "Anna Marsh 3.11.2023": a day, with little before or after it.
static bool is_day(const struct gw_block *b)
{
    struct gw_date date;
    if (b->text.bytes >= 60)
        return false;
    if (gw_date_find(b->text, 0, GW_DATE_UNKNOWN, GW_DATE_WHOLE, &date))
        return (date.start <= 4 && b->text.bytes - date.end <= 12) ||
               (date.start <= 30 && date.end == b->text.bytes && b->stops == 0 && b->commas == 0);
    return gw_date_find(b->text, 0, GW_DATE_UNKNOWN, GW_DATE_NO_YEAR, &date) && date.start == 0 &&
           date.end == b->text.bytes;
}

// Lines above the text that are about it: title, source line, breadcrumb, tools, a bare date.
static bool is_preamble(struct gw_reading *r, size_t i, bool *after_title)
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
    if (i > 0 && !r->keep[i - 1]) // its first line may have been left out already
        *after_title |= is_title(r, r->blocks.blocks[i - 1].text, false);
    *after_title = is_title(r, b->text, *after_title);
    if (*after_title || is_order(b) || is_document_number(b->text) || is_dateline(b) || continues_outside(r, i))
        return true;
    if (b->text.bytes < 60 && in_brackets(b->text))
        return true; // what a picture is
    return is_day(b);
}

// "[1] [2] [3]", "1 2 3 4"
static bool is_pager(struct gw_span text)
{
    size_t digits = 0, marks = 0;
    for (size_t i = 0; i < text.bytes; i++) {
        digits += gw_is_digit((unsigned char)text.at[i]);
        marks += text.at[i] == ' ' || text.at[i] == '[' || text.at[i] == ']' || text.at[i] == '|';
    }
    return text.bytes >= 3 && text.bytes < SHORT_LINE && digits && marks && digits + marks == text.bytes;
}

// Lines below the text that begin what is something else.
enum stop { NO_STOP, WEAK_STOP, STRONG_STOP };

static enum stop stop_of(const struct gw_reading *r, size_t i)
{
    const struct gw_block *b = &r->blocks.blocks[i];
    const struct gw_line *l = &r->lines[i];
    if (b->text.bytes > 3 * SHORT_LINE)
        return NO_STOP;
    if (is_pager(b->text) && gw_find(b->text, GW_SPAN("[")) >= 0)
        return WEAK_STOP;
    if (l->first_label == LABEL_EDITOR || (l->first_label == LABEL_SOURCE && b->text.bytes < SHORT_LINE))
        return STRONG_STOP;
    static const enum gw_phrase begins[] = {PHRASE_EDITOR, PHRASE_QR, PHRASE_BROWSER, PHRASE_COPYRIGHT,
                                            PHRASE_DISCLAIMER};
    for (size_t k = 0; k < GW_COUNT(begins); k++)
        if (has(l->phrases.first, begins[k]))
            return STRONG_STOP;
    if (b->text.bytes < SHORT_LINE && (has(l->phrases.any, PHRASE_COPYRIGHT) || has(l->phrases.any, PHRASE_DISCLAIMER)))
        return STRONG_STOP;
    static const enum gw_phrase alone[] = {PHRASE_SHARE,   PHRASE_TOOLS,   PHRASE_NAV,
                                           PHRASE_RELATED, PHRASE_COMMENT, PHRASE_CONTACT};
    for (size_t k = 0; k < GW_COUNT(alone); k++)
        if (has(l->phrases.whole, alone[k]))
            return WEAK_STOP;
    return has(l->phrases.first, PHRASE_NAV) && b->link_chars > 0 ? WEAK_STOP : NO_STOP;
}

enum { LEAST_TOKENS = 80, FEW_BLOCKS = 3, NEVER = -3 * GW_FOREST_ONE, GAP = -GW_FOREST_ONE, TAIL = -GW_FOREST_ONE / 2 };

// The row that the block is all of a cell of; NULL.
static const GumboNode *row_of(const struct gw_reading *r, const struct gw_block *b)
{
    const struct gw_box *box = &r->blocks.boxes[b->box];
    while (box->near[NEAR_CELL] < NEAR_NONE && box->near[NEAR_CELL] > 0)
        box = &r->blocks.boxes[box->parent];
    bool whole = box->near[NEAR_CELL] == 0 && box->end - box->first == 1;
    return whole && box->element ? box->element->parent : NULL;
}

// A row of figures is read as a whole, or not.
static void keep_whole_rows(struct gw_reading *r)
{
    size_t n = r->blocks.count;
    for (size_t i = 0, end; i < n; i = end) {
        const GumboNode *row = row_of(r, &r->blocks.blocks[i]);
        uint32_t kept = 0, all = 0;
        for (end = i; end < n && (end == i || (row && row_of(r, &r->blocks.blocks[end]) == row)); end++) {
            all += gw_block_tokens(&r->blocks.blocks[end]) + 1;
            kept += r->keep[end] ? gw_block_tokens(&r->blocks.blocks[end]) + 1 : 0;
        }
        for (size_t k = i; row && k < end; k++)
            r->keep[k] = kept * 2 > all;
    }
}

enum { CELL_TOKENS = 12, TABLE_BLOCKS = 6, TABLE_BIAS = 300 };

static int64_t table_of(const struct gw_reading *r, const struct gw_block *b)
{
    uint32_t at = b->box;
    int hops = r->blocks.boxes[at].near[NEAR_TABLE];
    if (hops >= NEAR_NONE)
        return -1;
    while (hops-- > 0)
        at = r->blocks.boxes[at].parent;
    return at;
}

// A table of figures belongs to the text around it or does not, as a whole.
static void keep_whole_tables(struct gw_reading *r, const int16_t *scores)
{
    for (size_t i = 0, end; i < r->blocks.count; i = end) {
        int64_t table = table_of(r, &r->blocks.blocks[i]), sum = 0;
        uint32_t tokens = 0, links = 0, chars = 0;
        for (end = i; end < r->blocks.count && (end == i || table_of(r, &r->blocks.blocks[end]) == table); end++) {
            const struct gw_block *b = &r->blocks.blocks[end];
            tokens += gw_block_tokens(b);
            links += b->link_chars;
            chars += b->chars;
            sum += (int64_t)(scores[end] + TABLE_BIAS) * (gw_block_tokens(b) + 1);
        }
        bool figures = table >= 0 && end - i >= TABLE_BLOCKS && tokens <= (end - i) * CELL_TOKENS && links * 2 < chars;
        for (size_t k = i; figures && k < end; k++)
            r->keep[k] = sum > 0;
    }
}

// A doubtful line between two of the body, in the box of one of them, belongs to it; so does one that looks like the
// last.
static void fill_gaps(struct gw_reading *r, const int16_t *scores)
{
    const struct gw_blocks *all = &r->blocks;
    for (size_t i = 1; i < all->count; i++) {
        if (r->keep[i] || !r->keep[i - 1])
            continue;
        const struct gw_box *own = &all->boxes[all->blocks[i].box], *above = &all->boxes[all->blocks[i - 1].box];
        bool between = i + 1 < all->count && r->keep[i + 1] && own->parent == above->parent;
        r->keep[i] = (between && scores[i] > GAP) ||
                     (own->looks == above->looks && own->parent == above->parent && scores[i] > TAIL);
    }
}

enum { LEAD_REACH = 10, LEAD_TOKENS = 10, LEAD_SCORE = -2 * GW_FOREST_ONE };

// What stands between the title and the text sums it up, unless the forests are against it.
static void add_lead(struct gw_reading *r, const int16_t *scores)
{
    size_t first = 0, n = r->blocks.count;
    while (first < n && !r->keep[first])
        first++;
    if (first == n || r->title_block < 0 || (size_t)r->title_block >= first)
        return;
    size_t from = (size_t)r->title_block + 1;
    from = first > LEAD_REACH && first - LEAD_REACH > from ? first - LEAD_REACH : from;
    for (size_t i = from; i < first; i++) {
        const struct gw_block *b = &r->blocks.blocks[i];
        const uint8_t *near = r->blocks.boxes[b->box].near;
        bool shown = near[NEAR_HIDDEN] >= NEAR_NONE, picture = near[HINT_CAPTION] <= 2 || near[NEAR_FIGURE] < NEAR_NONE;
        if (scores[i] > LEAD_SCORE && gw_block_tokens(b) >= LEAD_TOKENS && b->link_chars * 5 < b->chars && shown &&
            !picture)
            r->keep[i] = true;
    }
}

// "Warning: fopen() … in /srv/www/page.php on line 12": a server that shows its mistakes to its readers.
static bool is_server_message(struct gw_span text)
{
    static const char *const begins[] = {
        "Warning: ", "Notice: ", "Deprecated: ", "Strict Standards: ", "Fatal error: ", "Parse error: "};
    for (size_t i = 0; i < GW_COUNT(begins); i++)
        if (gw_starts_with(text, begins[i]) && GW_ROW_ON("server messages", begins, i))
            return gw_find(text, GW_SPAN(" on line ")) > 0;
    return false;
}

// Everything more likely than not; when that is next to nothing, the likeliest block and those of its box that come
// near it: a page's only paragraph is its article, however odd it looks.
static void choose(struct gw_reading *r, const int16_t *scores)
{
    size_t n = r->blocks.count, best = 0;
    uint32_t tokens = 0;
    for (size_t i = 0; i < n; i++) {
        r->keep[i] = scores[i] > 0;
        tokens += r->keep[i] ? gw_block_tokens(&r->blocks.blocks[i]) : 0;
        if (scores[i] > scores[best])
            best = i;
    }
    if (n && tokens < LEAST_TOKENS && (scores[best] >= NEVER || n <= FEW_BLOCKS)) {
        const struct gw_box *boxes = r->blocks.boxes;
        uint32_t box = r->blocks.blocks[best].box;
        for (size_t i = 0; i < n; i++) {
            uint32_t own = r->blocks.blocks[i].box;
            r->keep[i] |=
                (own == box || boxes[own].parent == boxes[box].parent) && scores[i] > scores[best] - GW_FOREST_ONE;
        }
    }
    keep_whole_rows(r);
    keep_whole_tables(r, scores);
    fill_gaps(r, scores);
    add_lead(r, scores);
    for (size_t i = 0; i < n; i++)
        r->keep[i] &= !is_server_message(r->blocks.blocks[i].text);
}

// Pages hold their text twice: for phones, for readers, for search. What is shown comes first; of two shown copies, the
// first.
static void drop_copies(struct gw_reading *r)
{
    size_t n = r->blocks.count, shown = 0, hidden = 0;
    for (size_t i = 0; i < n; i++) {
        const struct gw_block *b = &r->blocks.blocks[i];
        if (r->keep[i])
            *(r->blocks.boxes[b->box].near[NEAR_HIDDEN] < NEAR_NONE ? &hidden : &shown) += gw_block_tokens(b);
    }
    size_t slots = 64;
    while (slots < n * 2)
        slots *= 2;
    struct seen {
        uint64_t hash;
        uint32_t around; // the box around the block's own
    } *seen = gw_arena_zalloc(r->arena, slots * sizeof *seen);
    for (size_t i = 0; seen && i < n; i++) {
        const struct gw_block *b = &r->blocks.blocks[i];
        if (r->keep[i] && hidden && shown * 2 > hidden && r->blocks.boxes[b->box].near[NEAR_HIDDEN] < NEAR_NONE)
            r->keep[i] = false;
        if (!r->keep[i] || gw_block_tokens(b) < COPY_TOKENS)
            continue;
        uint64_t h = gw_hash64(b->text.at, b->text.bytes) | 1;
        size_t s = h & (slots - 1);
        while (seen[s].hash && seen[s].hash != h)
            s = (s + 1) & (slots - 1);
        uint32_t around = r->blocks.boxes[b->box].parent;
        if (seen[s].hash == h) // a text that repeats itself in one place means to
            r->keep[i] = seen[s].around == around;
        else
            seen[s] = (struct seen){h, around};
    }
}

// "Lea también: …", "Read more: …" between two paragraphs: a link with a word before it.
static bool is_pointer(const struct gw_reading *r, size_t i)
{
    const struct gw_block *b = &r->blocks.blocks[i];
    return has(r->lines[i].phrases.first, PHRASE_RELATED) && b->text.bytes <= 2 * SHORT_LINE &&
           b->link_chars * 2 > b->chars;
}

// Running sums of what is kept.
struct kept {
    int64_t tokens, scores; // scores by tokens; 0 when the forests were not asked
};

static void count_kept(const struct gw_reading *r, size_t i, struct kept *sum)
{
    int64_t tokens = r->keep[i] ? gw_block_tokens(&r->blocks.blocks[i]) : 0;
    sum->tokens += tokens;
    sum->scores += r->scores ? tokens * r->scores[i] : 0;
}

// Whatever line this is, the forests are sure of what follows it: it does not end the body.
static bool goes_on(const struct kept *all, const struct kept *before)
{
    int64_t rest = all->tokens - before->tokens;
    return rest > 0 && all->scores - before->scores >= rest * SURE;
}

static void trim(struct gw_reading *r)
{
    struct kept all = {0}, before = {0};
    int64_t seen = 0;
    for (size_t i = 0; i < r->blocks.count; i++)
        count_kept(r, i, &all);
    bool started = false, stopped = false, after_title = false;
    for (size_t i = 0; i < r->blocks.count; i++) {
        if (!r->keep[i])
            continue;
        count_kept(r, i, &before);
        enum stop stop = stop_of(r, i);
        if (stop && !stopped && seen * 10 >= all.tokens * (stop == STRONG_STOP ? STRONG_SHARE : WEAK_SHARE))
            stopped = !goes_on(&all, &before);
        if (stop || stopped || (!started && is_preamble(r, i, &after_title)) || is_pointer(r, i)) {
            r->keep[i] = false;
            continue;
        }
        started = true;
        seen += gw_block_tokens(&r->blocks.blocks[i]);
    }
}

// "2022年1月27日", "二〇〇六年九月七日", "（此件公开发布）" right under the last kept line belong to it.
static bool is_signature(const struct gw_block *b)
{
    struct gw_date date;
    if (b->text.bytes > 60 || b->cjk == 0 || b->link_chars)
        return false;
    if (in_brackets(b->text))
        return gw_find(b->text, GW_SPAN("公开")) >= 0 || gw_find(b->text, GW_SPAN("删减")) >= 0;
    return gw_date_find(b->text, 0, GW_DATE_YMD, GW_DATE_WHOLE, &date) && date.start == 0 && date.end == b->text.bytes;
}

static void add_signature(struct gw_reading *r)
{
    int32_t last = GW_NO_BLOCK;
    for (size_t i = 0; i < r->blocks.count; i++)
        last = r->keep[i] ? (int32_t)i : last;
    for (int32_t i = last + 1; last >= 0 && i < (int32_t)r->blocks.count && i <= last + 2; i++) {
        const struct gw_block *b = &r->blocks.blocks[i];
        if (!is_signature(b) || r->blocks.boxes[b->box].near[NEAR_HIDDEN] < NEAR_NONE)
            return;
        r->keep[i] = true;
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
    const GumboNode *before = NULL;
    for (int32_t i = r->first; i <= r->last; i++) {
        if (!r->keep[i])
            continue;
        const struct gw_block *b = &r->blocks.blocks[i];
        const GumboNode *row = row_of(r, b);
        if (to > out && row && row == before)
            to[-1] = ' ';
        before = row;
        memcpy(to, b->text.at, b->text.bytes);
        to += b->text.bytes;
        *to++ = '\n';
    }
    to[-1] = '\0';
    r->document->body = out;
}

void gw_find_body_by(struct gw_reading *r, const int16_t *scores)
{
    r->scores = scores;
    choose(r, scores);
    gw_rules_remove(r);
    find_ends(r);
}

void gw_find_body(struct gw_reading *r)
{
    r->ruled = !r->page->is_text && gw_rules_choose_body(r);
    const int16_t *scores = r->page->is_text || r->ruled ? NULL : gw_forest_scores(r);
    if (scores)
        gw_find_body_by(r, scores);
    else if (r->ruled)
        find_ends(r);
}

void gw_read_body(struct gw_reading *r)
{
    if (r->page->is_text) {
        gw_plain_choose_body(r);
    } else if (!r->ruled) { // a selector means what it says
        drop_copies(r);
        trim(r);
        add_signature(r);
    }
    write(r);
}
