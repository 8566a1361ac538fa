// SPDX-License-Identifier: Apache-2.0
// Who and where: source, author, editor, breadcrumb, the page's own numbers.
#include "reading.h"
#include "rows.h"

#include "base/err.h"
#include "model/dates.h"
#include "model/text.h"

#include <string.h>

enum { NAME_MAX_BYTES = 120 };

static bool looks_like_url(struct gw_span s)
{
    return gw_find(s, GW_SPAN("://")) >= 0 || gw_starts_with_nocase(s, "www.") || memchr(s.at, '@', s.bytes);
}

// ---- values

// What people and organisations are not: dates, numbers, URLs, whole sentences.
static bool is_name(struct gw_span s)
{
    if (s.bytes < 2 || s.bytes > NAME_MAX_BYTES || looks_like_url(s))
        return false;
    size_t digits = 0, letters = 0;
    for (size_t i = 0; i < s.bytes; i++) {
        digits += gw_is_digit((unsigned char)s.at[i]);
        letters += gw_is_alpha((unsigned char)s.at[i]) || s.at[i] & 0x80;
    }
    return letters > digits * 2;
}

// A name ends where a date begins ("内蒙古日报 2022-02-11"), and at a bar.
static struct gw_span cut_date(struct gw_span s)
{
    struct gw_date date;
    if (gw_date_find(s, 0, GW_DATE_UNKNOWN, GW_DATE_WHOLE, &date)) {
        if (date.start == 0)
            return gw_span_trim((struct gw_span){s.at + date.end, s.bytes - date.end});
        s.bytes = date.start;
    }
    return gw_span_trim(s);
}

// "记者：你通过什么渠道…？" is a question of an interview, not its author.
static bool could_be_author(struct gw_span s)
{
    static const char *const sentence[] = {"？", "。", "！", "?", "，", "\n"};
    for (size_t i = 0; i < GW_COUNT(sentence); i++)
        if (gw_find(s, gw_span_of(sentence[i])) >= 0)
            return false;
    return true;
}

static const struct gw_fact *best_name(struct gw_reading *r, enum gw_field field, struct gw_span *ret_value)
{
    const struct gw_fact *best = NULL;
    size_t at = 0;
    const struct gw_fact *fact;
    while ((fact = gw_facts_next(&r->facts, field, &at))) {
        struct gw_span value = cut_date(fact->value);
        if (field == FIELD_AUTHOR && !could_be_author(value))
            continue;
        bool far = fact->block >= 0 && r->first >= 0 && (fact->block > r->last + 6 || fact->block < r->first - 30);
        if (far || !is_name(value) || (best && fact->confidence <= best->confidence))
            continue;
        best = fact;
        *ret_value = value;
    }
    return best;
}

// ---- what the text itself says

// "(张巨峰)", "（万载县统计局）" at the very end: who wrote it.
static struct gw_span closing_bracket(struct gw_span text)
{
    static const struct {
        const char *open, *close;
    } pairs[] = {{"(", ")"}, {"（", "）"}};
    struct gw_span none = {NULL, 0};
    for (size_t i = 0; i < GW_COUNT(pairs); i++) {
        if (!gw_ends_with(text, pairs[i].close))
            continue;
        size_t n = strlen(pairs[i].open);
        size_t inner_end = text.bytes - strlen(pairs[i].close);
        for (size_t at = inner_end; at >= n && inner_end - at <= NAME_MAX_BYTES; at--)
            if (memcmp(text.at + at - n, pairs[i].open, n) == 0)
                return gw_span_trim((struct gw_span){text.at + at, inner_end - at});
    }
    return none;
}

static const char *const organisation_endings[] = {"局", "厅",   "部",   "委",   "办",    "院",   "署",
                                                   "会", "政府", "中心", "公司", "日报",  "晚报", "社",
                                                   "网", "台",   "大学", "集团", "办公室"};

static bool is_organisation(struct gw_span s)
{
    for (size_t i = 0; i < GW_COUNT(organisation_endings); i++)
        if (gw_ends_with(s, organisation_endings[i]) && GW_ROW_ON("organisation endings", organisation_endings, i))
            return true;
    return false;
}

static const char *const organisation_words[] = {
    "Department",  "Ministry",       "Office",      "Bureau",      "Agency",    "Council",    "Commission",
    "Authority",   "Administration", "Institute",   "White House", "Senate",    "Committee",  "Secretariat",
    "Directorate", "Bundesamt",      "Ministerium", "Departement", "Ministère", "Ministerio", "Prefeitura",
    "機構",        "委員会",         "庁",          "省",
};

// A line that is nothing but the name of a public body.
static bool names_body(struct gw_span s)
{
    if (s.bytes > NAME_MAX_BYTES || gw_find(s, GW_SPAN(".")) >= 0 || gw_find(s, GW_SPAN(":")) >= 0)
        return false;
    for (size_t i = 0; i < GW_COUNT(organisation_words); i++)
        if (gw_find(s, gw_span_of(organisation_words[i])) >= 0 &&
            GW_ROW_ON("organisation words", organisation_words, i))
            return true;
    return false;
}

// "Department of Transportation MEETING": a tag in capitals behind the name.
static struct gw_span without_tag(struct gw_span s)
{
    size_t at = s.bytes;
    while (at > 0 && s.at[at - 1] >= 'A' && s.at[at - 1] <= 'Z')
        at--;
    bool tag = s.bytes - at >= 3 && at > 3 && s.at[at - 1] == ' ' && s.at[at - 2] >= 'a' && s.at[at - 2] <= 'z';
    return tag ? gw_span_trim((struct gw_span){s.at, at}) : s;
}

enum { ABOVE_TITLE = 6 };

// The body whose page it is, printed without a label around the title.
static struct gw_span printed_body(const struct gw_reading *r)
{
    if (r->title_block < 0 || r->first < 0)
        return (struct gw_span){NULL, 0};
    int32_t from = r->title_block > ABOVE_TITLE ? r->title_block - ABOVE_TITLE : 0;
    for (int32_t i = from; i < r->first; i++) {
        const struct gw_block *b = &r->blocks.blocks[i];
        const struct gw_box *box = &r->blocks.boxes[b->box];
        bool elsewhere = box->near[NEAR_LIST] < 3 || box->near[NEAR_NAV] < NEAR_NONE || box->near[HINT_NAV] < 3;
        if (i == r->title_block || elsewhere || r->lines[i].labels || b->heading)
            continue;
        if (names_body(b->text))
            return without_tag(b->text);
    }
    return (struct gw_span){NULL, 0};
}

// Two to four Han characters (or several such), or two to four capitalised words.
static bool is_person(struct gw_span s)
{
    size_t han = 0, other = 0, words = 0, lower_words = 0, run = 0, longest = 0;
    bool in_word = false;
    for (const char *p = s.at, *end = s.at + s.bytes; p < end;) {
        uint32_t c = gw_utf8_next(&p, end);
        bool letter = c < 0x80 ? gw_is_alpha((unsigned char)c) : !gw_is_han(c) && c >= 0xC0 && c < 0x2000;
        if (letter && !in_word) {
            words++;
            lower_words += c >= 'a' && c <= 'z';
        }
        in_word = letter;
        run = gw_is_han(c) ? run + 1 : 0;
        longest = run > longest ? run : longest;
        if (gw_is_han(c))
            han++;
        else if (!letter && c != ' ' && c != '.' && c != '\'' && c != '-' && c != 0xB7 && c != 0x3001)
            other++;
    }
    if (other)
        return false;
    return han ? words == 0 && han >= 2 && longest <= 4 : words >= 2 && words <= 4 && lower_words == 0;
}

static void read_closing(struct gw_reading *r, struct gw_span *ret_author, struct gw_span *ret_source)
{
    if (r->last < 0)
        return;
    struct gw_span inner = closing_bracket(r->blocks.blocks[r->last].text);
    if (inner.bytes == 0 || !is_name(inner))
        return;
    if (is_organisation(inner))
        *ret_source = inner;
    else if (is_person(inner))
        *ret_author = inner;
}

// How a first sentence names where it was taken from; the name stands before the words.
static const char *const leads[] = {" News, according to", " News reported", " reported on", " reports"};

static struct gw_span leading_source(const struct gw_reading *r)
{
    for (int32_t i = r->first; i >= 0 && i <= r->last && i < r->first + 2; i++) {
        struct gw_span text = r->blocks.blocks[i].text;
        if (text.bytes > 160)
            text.bytes = gw_utf8_cut(text.at, text.bytes, 160);
        ptrdiff_t at = gw_find(text, gw_span_of(leads[0]));
        if (at > 2 && at < 60 && text.at[0] >= 'A' && text.at[0] <= 'Z')
            return (struct gw_span){text.at, (size_t)at};
    }
    return (struct gw_span){NULL, 0};
}

static void set_source(struct gw_reading *r, struct gw_span closing)
{
    struct gw_span value;
    const struct gw_fact *fact = best_name(r, FIELD_SOURCE, &value);
    struct gw_span lead = leading_source(r), body;
    if (fact)
        gw_reading_set(r, &r->document->source, "source", value, fact->from, fact->confidence);
    else if ((body = printed_body(r)).bytes)
        gw_reading_set(r, &r->document->source, "source", body, "text", 650);
    else if (lead.bytes)
        gw_reading_set(r, &r->document->source, "source", lead, "text", 600);
    else if (closing.bytes)
        gw_reading_set(r, &r->document->source, "source", closing, "text", 500);
}

static void set_author(struct gw_reading *r, struct gw_span closing)
{
    struct gw_span value;
    const struct gw_fact *fact = best_name(r, FIELD_AUTHOR, &value);
    if (fact)
        gw_reading_set(r, &r->document->author, "author", value, fact->from, fact->confidence);
    else if (closing.bytes)
        gw_reading_set(r, &r->document->author, "author", closing, "text", 550);
}

// ---- breadcrumb

static const char *const crumb_marks[] = {">>", "&gt;", ">", "»", "›", "＞", "→"};

static bool mark_at(struct gw_span s, size_t at, size_t *ret_bytes)
{
    for (size_t i = 0; i < GW_COUNT(crumb_marks); i++)
        if (gw_starts_with((struct gw_span){s.at + at, s.bytes - at}, crumb_marks[i]) &&
            GW_ROW_ON("crumb marks", crumb_marks, i)) {
            *ret_bytes = strlen(crumb_marks[i]);
            return true;
        }
    return false;
}

enum { CRUMBS = 8 };

static size_t split_crumbs(struct gw_span s, struct gw_span *ret_parts)
{
    size_t n = 0, from = 0, bytes = 0;
    for (size_t at = 0; at <= s.bytes; at++) {
        if (at < s.bytes && !mark_at(s, at, &bytes))
            continue;
        struct gw_span part = gw_span_trim((struct gw_span){s.at + from, at - from});
        if (part.bytes && n < CRUMBS)
            ret_parts[n++] = part;
        if (at < s.bytes)
            from = at + bytes, at += bytes - 1;
    }
    return n;
}

static bool same_text(struct gw_reading *r, struct gw_span a, const char *b)
{
    return b && b[0] && gw_span_eq(gw_span_of(gw_reading_fold(r, a)), gw_span_of(b));
}

static void set_channel(struct gw_reading *r)
{
    int32_t stop = r->title_block >= 0 ? r->title_block : r->first;
    for (int32_t i = 0; i < stop && i < (int32_t)r->blocks.count; i++) {
        struct gw_span line = r->blocks.blocks[i].text, parts[CRUMBS];
        struct gw_label_hit hits[GW_LABELS_MAX];
        if (line.bytes > 600)
            continue;
        size_t labels = gw_labels_find(line, hits, GW_COUNT(hits));
        bool labelled = labels && hits[0].label == LABEL_CHANNEL && hits[0].name.at == line.at;
        if (labelled && hits[0].value.bytes == 0 && i + 1 < stop)
            line = r->blocks.blocks[i + 1].text;
        else if (labelled)
            line = (struct gw_span){hits[0].value.at, (size_t)(line.at + line.bytes - hits[0].value.at)};
        size_t n = split_crumbs(line, parts);
        if (n < 2 - (size_t)labelled || (!labelled && r->blocks.blocks[i].links == 0))
            continue;
        if (n && same_text(r, parts[n - 1], r->document->title))
            n--;
        Gw__Document *d = r->document;
        d->channel = gw_arena_zalloc(r->arena, (n + 1) * sizeof *d->channel);
        for (size_t k = 0; d->channel && k < n; k++) {
            char *text = gw_reading_fold(r, parts[k]);
            if (text && *text)
                d->channel[d->n_channel++] = text;
        }
        return;
    }
}

static void set_best(struct gw_reading *r, enum gw_field field, char **ret, const char *name)
{
    const struct gw_fact *fact = gw_facts_best(&r->facts, field);
    if (fact && fact->value.bytes <= 200)
        gw_reading_set(r, ret, name, fact->value, fact->from, fact->confidence);
}

void gw_read_names(struct gw_reading *r)
{
    struct gw_span author = {NULL, 0}, source = {NULL, 0}, value;
    read_closing(r, &author, &source);
    set_source(r, source);
    set_author(r, author);
    const struct gw_fact *editor = best_name(r, FIELD_EDITOR, &value);
    if (editor)
        gw_reading_set(r, &r->document->editor, "editor", value, editor->from, editor->confidence);
    set_best(r, FIELD_INDEX_NUMBER, &r->document->index_number, "index_number");
    set_best(r, FIELD_DOC_NUMBER, &r->document->doc_number, "doc_number");
    set_best(r, FIELD_SITE_ID_CODE, &r->document->site_id_code, "site_id_code");
    set_channel(r);
}
