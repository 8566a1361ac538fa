// SPDX-License-Identifier: Apache-2.0
// Significance is the gravest of what was seen: each changed field and paragraph is put in one class, the table
// `classes` orders them. A changed paragraph is looked at where it differs: the facts that the reader found there
// (amounts, dates) decide first, then dates and digits as printed.
#include "change.h"

#include "base/buf.h"
#include "base/hash.h"
#include "base/str.h"
#include "content.h"
#include "diff.h"
#include "model/dates.h"
#include "model/text.h"

#include <string.h>

enum {
    MAX_CHANGES = 200,
    MAX_QUOTED = 64 * 1024, // of all quotes together
    MAX_QUOTE = 4 * 1024,
    MAX_FIELDS = 32,
    WINDOW = 48,     // bytes kept around a difference, so that "3" is seen inside "3月4日"
    TYPO_POINTS = 3, // characters that differ at most
    FORM_BYTES = 16 * 1024 * 1024,
};

// From least to gravest.
enum class {
    CLASS_NONE,
    CLASS_TYPO,
    CLASS_MINOR,
    CLASS_ATTACHMENT,
    CLASS_ADDITION,
    CLASS_DELETION,
    CLASS_NUMBER,
    CLASS_DATE,
    CLASS_AMOUNT,
    CLASS_REWRITE
};
static const char *const classes[] = {"minor",    "typo",   "minor", "attachment", "addition",
                                      "deletion", "number", "date",  "amount",     "rewrite"};

struct paragraph {
    const char *at;
    size_t bytes, offset; // in the body
};

struct text {
    const Gw__Document *document;
    struct paragraph *paragraphs;
    uint64_t *hashes;
    size_t count;
    size_t bytes; // of all paragraphs
};

struct work {
    struct gw_arena *arena;
    Gw__Change *change;
    enum class gravest;
    size_t quoted;  // bytes so far
    size_t touched; // bytes that differ, of the larger side
    bool exhausted; // out of arena
};

static void weigh(struct work *w, enum class class)
{
    if (class > w->gravest)
        w->gravest = class;
}

// ---- where two texts differ

struct difference {
    struct gw_span before, after; // the differing middles
    size_t before_at, after_at;   // their places in the texts
};

static bool continues(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

static struct difference difference_of(struct gw_span a, struct gw_span b)
{
    size_t head = 0, tail = 0;
    while (head < a.bytes && head < b.bytes && a.at[head] == b.at[head])
        head++;
    while (head > 0 && ((head < a.bytes && continues(a.at[head])) || (head < b.bytes && continues(b.at[head]))))
        head--;
    while (tail < a.bytes - head && tail < b.bytes - head && a.at[a.bytes - 1 - tail] == b.at[b.bytes - 1 - tail])
        tail++;
    while (tail > 0 && continues(a.at[a.bytes - tail]))
        tail--;
    return (struct difference){
        .before = {a.at + head, a.bytes - head - tail},
        .after = {b.at + head, b.bytes - head - tail},
        .before_at = head,
        .after_at = head,
    };
}

static size_t points(struct gw_span s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.bytes; i++)
        n += !continues(s.at[i]);
    return n;
}

// ---- what stands there

static bool overlaps(const Gw__Proof *proof, size_t start, size_t end)
{
    return proof && proof->place == GW__PLACE__PLACE_BODY && proof->start <= end && start <= proof->end;
}

static bool amount_at(const Gw__Document *document, size_t start, size_t end)
{
    for (size_t i = 0; i < document->n_amounts; i++)
        if (overlaps(document->amounts[i]->proof, start, end))
            return true;
    return false;
}

static bool date_fact_at(const Gw__Document *document, size_t start, size_t end)
{
    for (size_t i = 0; i < document->n_dates; i++)
        if (overlaps(document->dates[i]->proof, start, end))
            return true;
    return false;
}

static struct gw_span window_of(struct gw_span whole, size_t start, size_t end)
{
    size_t from = start > WINDOW ? start - WINDOW : 0, to = end + WINDOW < whole.bytes ? end + WINDOW : whole.bytes;
    while (from < start && continues(whole.at[from]))
        from++;
    while (to > end && to < whole.bytes && continues(whole.at[to]))
        to--;
    return (struct gw_span){whole.at + from, to - from};
}

static bool printed_date_at(struct gw_span whole, size_t start, size_t end)
{
    struct gw_span window = window_of(whole, start, end);
    size_t base = (size_t)(window.at - whole.at), from = 0;
    struct gw_date date;
    while (gw_date_find(window, from, GW_DATE_UNKNOWN, GW_DATE_NO_DAY | GW_DATE_NO_YEAR, &date)) {
        if (date.start + base <= end && start <= date.end + base)
            return true;
        from = date.end;
    }
    return false;
}

static bool printed_amount_at(struct gw_span whole, size_t start, size_t end)
{
    static const char *const signs[] = {"元",  "￥",   "¥",      "$",    "€",  "£", "RMB",
                                        "CNY", "yuan", "dollar", "euro", "円", "원"};
    struct gw_span window = window_of(whole, start, end);
    for (size_t i = 0; i < GW_COUNT(signs); i++)
        if (gw_find_nocase(window, gw_span_of(signs[i])) >= 0)
            return true;
    return false;
}

// The digits of a text, to see whether a number changed or only words around it.
static uint64_t digits_hash(struct gw_span s)
{
    uint64_t hash = 1469598103934665603u; // FNV-1a
    for (size_t i = 0; i < s.bytes; i++)
        if (gw_is_digit((unsigned char)s.at[i]))
            hash = (hash ^ (unsigned char)s.at[i]) * 1099511628211u;
    return hash;
}

// One text became another. `document` NULL: a field, whose places are not those of the body.
static enum class class_of_pair(struct gw_span a, struct gw_span b, const Gw__Document *before, size_t before_offset,
                                const Gw__Document *after, size_t after_offset, size_t *ret_touched) {
    struct difference d = difference_of(a, b);
    *ret_touched = d.before.bytes > d.after.bytes ? d.before.bytes : d.after.bytes;
    size_t a_end = d.before_at + d.before.bytes, b_end = d.after_at + d.after.bytes;
    if (digits_hash(d.before) != digits_hash(d.after)){
        size_t a_start = before_offset + d.before_at, b_start = after_offset + d.after_at;
        if ((before && amount_at(before, a_start, before_offset + a_end)) ||
            (after && amount_at(after, b_start, after_offset + b_end))) return CLASS_AMOUNT;
        if ((before && date_fact_at(before, a_start, before_offset + a_end)) ||
            (after && date_fact_at(after, b_start, after_offset + b_end)) || printed_date_at(a, d.before_at, a_end) ||
            printed_date_at(b, d.after_at, b_end)) return CLASS_DATE;
        if (printed_amount_at(a, d.before_at, a_end) || printed_amount_at(b, d.after_at, b_end)) return CLASS_AMOUNT;
        return CLASS_NUMBER;}
if (points(d.before) <= TYPO_POINTS && points(d.after) <= TYPO_POINTS) return CLASS_TYPO;
return CLASS_MINOR;
}

// ---- fields

static char *quote(struct work *w, const char *text, size_t bytes)
{
    size_t room = MAX_QUOTED - w->quoted, limit = room < MAX_QUOTE ? room : MAX_QUOTE;
    size_t kept = gw_utf8_cut(text, bytes, limit);
    char *copy =
        kept == bytes ? gw_arena_strndup(w->arena, text, bytes) : gw_arena_printf(w->arena, "%.*s…", (int)kept, text);
    w->quoted += kept;
    w->exhausted |= !copy;
    return copy ? copy : "";
}

static void add_field(struct work *w, const char *name, const char *before, const char *after)
{
    Gw__FieldChange *field = gw_arena_alloc(w->arena, sizeof *field);
    if (!field) {
        w->exhausted = true;
        return;
    }
    gw__field_change__init(field);
    field->field = (char *)name;
    field->before = quote(w, before, strlen(before));
    field->after = quote(w, after, strlen(after));
    gw_assert(w->change->n_fields < MAX_FIELDS);
    w->change->fields[w->change->n_fields++] = field;
}

static enum class class_of_field(const struct gw_content_field *field, const char *before, const char *after) {
    switch (field->class){
        case GW_CONTENT_DATE : return CLASS_DATE; case GW_CONTENT_NUMBER : return CLASS_NUMBER;
        case GW_CONTENT_OTHER : return CLASS_MINOR;
        case GW_CONTENT_TEXT : break;
    }
size_t touched;
return class_of_pair(gw_span_of(before), gw_span_of(after), NULL, 0, NULL, 0, &touched);
}

static void compare_fields(struct work *w, const Gw__Document *before, const Gw__Document *after)
{
    for (const struct gw_content_field *f = gw_content_fields; f->name; f++) {
        const char *a = gw_content_text(before, f), *b = gw_content_text(after, f);
        if (gw_content_same(a, b))
            continue;
        add_field(w, f->name, a, b);
        weigh(w, class_of_field(f, a, b));
    }
    struct gw_buf a = GW_BUF(FORM_BYTES), b = GW_BUF(FORM_BYTES);
    gw_content_attachments(before, &a);
    gw_content_attachments(after, &b);
    if (!gw_content_same(gw_buf_str(&a), gw_buf_str(&b))) {
        add_field(w, "attachments", gw_buf_str(&a), gw_buf_str(&b));
        weigh(w, CLASS_ATTACHMENT);
    }
    gw_buf_fini(&a);
    gw_buf_fini(&b);
}

// ---- paragraphs

static bool split(struct gw_arena *arena, const Gw__Document *document, struct text *ret_text)
{
    const char *body = document->body ? document->body : "";
    size_t bytes = strlen(body), lines = 1;
    for (size_t i = 0; i < bytes; i++)
        lines += body[i] == '\n';
    struct text text = {.document = document,
                        .paragraphs = gw_arena_alloc(arena, lines * sizeof *text.paragraphs),
                        .hashes = gw_arena_alloc(arena, lines * sizeof *text.hashes)};
    if (!text.paragraphs || !text.hashes)
        return false;
    struct gw_buf form = GW_BUF(FORM_BYTES);
    for (size_t at = 0; at <= bytes;) {
        const char *end = memchr(body + at, '\n', bytes - at);
        size_t n = end ? (size_t)(end - body) - at : bytes - at;
        gw_buf_reset(&form);
        gw_text_bare_form((struct gw_span){body + at, n}, &form);
        if (form.bytes > 0) {
            text.paragraphs[text.count] = (struct paragraph){body + at, n, at};
            text.hashes[text.count++] = gw_hash64(form.data, form.bytes);
            text.bytes += n;
        }
        at += n + 1;
    }
    gw_buf_fini(&form);
    *ret_text = text;
    return true;
}

static void add_paragraph(struct work *w, Gw__DiffOp op, size_t index, const struct paragraph *before,
                          const struct paragraph *after)
{
    if (w->change->n_paragraphs == MAX_CHANGES || w->quoted >= MAX_QUOTED) {
        w->change->more_paragraphs++;
        return;
    }
    Gw__ParagraphChange *p = gw_arena_alloc(w->arena, sizeof *p);
    if (!p) {
        w->exhausted = true;
        return;
    }
    gw__paragraph_change__init(p);
    p->op = op;
    p->paragraph = (uint32_t)index;
    if (before)
        p->before = quote(w, before->at, before->bytes);
    if (after)
        p->after = quote(w, after->at, after->bytes);
    w->change->paragraphs[w->change->n_paragraphs++] = p;
}

// In a hunk the paragraphs pair off in order; what is over on one side was added or removed.
static void add_hunk(struct work *w, const struct gw_hunk *h, const struct text *a, const struct text *b)
{
    size_t i = 0, touched;
    for (; i < h->a_count && i < h->b_count; i++) {
        const struct paragraph *x = &a->paragraphs[h->a_at + i], *y = &b->paragraphs[h->b_at + i];
        weigh(w, class_of_pair((struct gw_span){x->at, x->bytes}, (struct gw_span){y->at, y->bytes}, a->document,
                               x->offset, b->document, y->offset, &touched));
        w->touched += touched;
        add_paragraph(w, GW__DIFF_OP__DIFF_CHANGED, h->b_at + i, x, y);
    }
    for (size_t j = i; j < h->a_count; j++) {
        weigh(w, CLASS_DELETION);
        w->touched += a->paragraphs[h->a_at + j].bytes;
        add_paragraph(w, GW__DIFF_OP__DIFF_REMOVED, h->a_at + j, &a->paragraphs[h->a_at + j], NULL);
    }
    for (size_t j = i; j < h->b_count; j++) {
        weigh(w, CLASS_ADDITION);
        w->touched += b->paragraphs[h->b_at + j].bytes;
        add_paragraph(w, GW__DIFF_OP__DIFF_ADDED, h->b_at + j, NULL, &b->paragraphs[h->b_at + j]);
    }
}

static void compare_bodies(struct work *w, const Gw__Document *before, const Gw__Document *after)
{
    struct text a, b;
    if (!split(w->arena, before, &a) || !split(w->arena, after, &b)) {
        w->exhausted = true;
        return;
    }
    size_t count, added = 0, removed = 0;
    const struct gw_hunk *hunks = gw_diff(w->arena, a.hashes, a.count, b.hashes, b.count, &count);
    for (size_t i = 0; i < count; i++) {
        add_hunk(w, &hunks[i], &a, &b);
        added += hunks[i].b_count;
        removed += hunks[i].a_count;
    }
    size_t whole = a.bytes > b.bytes ? a.bytes : b.bytes;
    if (added && removed && w->touched > whole / 2)
        weigh(w, CLASS_REWRITE); // text that was only added or only removed is not written anew
}

int gw_change_make(struct gw_arena *arena, const Gw__Document *before, const Gw__Document *after,
                   Gw__Change **ret_change)
{
    Gw__Change *change = gw_arena_alloc(arena, sizeof *change);
    Gw__FieldChange **fields = gw_arena_alloc(arena, MAX_FIELDS * sizeof *fields);
    Gw__ParagraphChange **paragraphs = gw_arena_alloc(arena, MAX_CHANGES * sizeof *paragraphs);
    if (!change || !fields || !paragraphs)
        return gw_fail(GW_ELIMIT, "no memory to compare two revisions");
    gw__change__init(change);
    change->fields = fields;
    change->paragraphs = paragraphs;
    struct work w = {.arena = arena, .change = change};
    compare_fields(&w, before, after);
    compare_bodies(&w, before, after);
    if (w.exhausted)
        return gw_fail(GW_ELIMIT, "no memory to compare two revisions");
    change->significance = (char *)classes[w.gravest];
    *ret_change = change;
    return GW_OK;
}
