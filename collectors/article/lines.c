// SPDX-License-Identifier: Apache-2.0
// Labelled lines, wherever they stand: above the body, below it, or as the label/value table of a policy document.
#include "reading.h"

#include "base/err.h"
#include "model/dates.h"

enum {
    LINE_BYTES = 400, // bytes: longer lines are running text, in which a label is a word like any other
};

// What a label's value is worth as a fact.
static const struct {
    enum gw_label label;
    enum gw_field field;
    uint16_t confidence;
} meanings[] = {
    {LABEL_PUBLISHED, FIELD_PUBLISHED, 950},
    {LABEL_DATE, FIELD_PUBLISHED, 900},
    {LABEL_UPDATED, FIELD_UPDATED, 900},
    {LABEL_WRITTEN, FIELD_WRITTEN, 950},
    {LABEL_EFFECTIVE, FIELD_EFFECTIVE, 900},
    {LABEL_EXPIRY, FIELD_EXPIRY, 900},
    {LABEL_SOURCE, FIELD_SOURCE, 940},
    {LABEL_ISSUER, FIELD_SOURCE, 850},
    {LABEL_AUTHOR, FIELD_AUTHOR, 900},
    {LABEL_EDITOR, FIELD_EDITOR, 900},
    {LABEL_INDEX_NUMBER, FIELD_INDEX_NUMBER, 950},
    {LABEL_DOC_NUMBER, FIELD_DOC_NUMBER, 950},
    {LABEL_TITLE, FIELD_TITLE, 900},
};

static bool is_date_label(enum gw_label label)
{
    return label == LABEL_PUBLISHED || label == LABEL_DATE || label == LABEL_UPDATED || label == LABEL_WRITTEN ||
           label == LABEL_EFFECTIVE || label == LABEL_EXPIRY;
}

static void add(struct gw_reading *r, enum gw_label label, struct gw_span name, struct gw_span value, size_t block)
{
    for (size_t i = 0; i < GW_COUNT(meanings); i++)
        if (meanings[i].label == label)
            gw_facts_add(&r->facts, meanings[i].field, value, "label:", name, meanings[i].confidence, (int32_t)block);
}

// "Source: … | 2024-04-18 20:59:25 | Author: …", "来源：… 2024年3月4日": a date that no label claims, on a line that
// labels the rest.
static void add_free_date(struct gw_reading *r, const struct gw_label_hit *hits, size_t n, size_t block)
{
    struct gw_span line = r->blocks.blocks[block].text;
    for (size_t i = 0; i < n; i++)
        if (is_date_label(hits[i].label))
            return;
    struct gw_date date;
    if (!gw_date_find(line, 0, GW_DATE_UNKNOWN, GW_DATE_WHOLE, &date))
        return;
    gw_facts_add(&r->facts, FIELD_PUBLISHED, (struct gw_span){line.at + date.start, date.end - date.start}, "line",
                 (struct gw_span){NULL, 0}, 880, (int32_t)block);
}

static bool useful(enum gw_label label)
{
    return label == LABEL_SOURCE || label == LABEL_AUTHOR || label == LABEL_EDITOR || label == LABEL_ISSUER;
}

static void read_line(struct gw_reading *r, size_t i)
{
    struct gw_label_hit hits[GW_LABELS_MAX];
    const struct gw_block *b = &r->blocks.blocks[i];
    size_t n = gw_labels_find(b->text, hits, GW_COUNT(hits));
    r->lines[i].labels = (uint8_t)n;
    if (n && hits[0].name.at == b->text.at)
        r->lines[i].first_label = (uint8_t)hits[0].label;
    bool any = false;
    if (n == 0 && i + 1 < r->blocks.count) { // "Herausgeber" alone, the value below it
        struct gw_span name, next = r->blocks.blocks[i + 1].text;
        enum gw_label label = gw_label_alone(b->text, &name);
        if ((label == LABEL_SOURCE || label == LABEL_ISSUER) && next.bytes < 160)
            add(r, label, name, next, i);
    }
    for (size_t k = 0; k < n; k++) {
        struct gw_span value = hits[k].value;
        // The value of a table's label cell, or of a <dt>, is the next block.
        if (k + 1 == n && value.bytes == 0 && i + 1 < r->blocks.count && hits[k].label != LABEL_NOISE &&
            hits[k].label != LABEL_CHANNEL) {
            struct gw_span next = r->blocks.blocks[i + 1].text, name;
            if (next.bytes < LINE_BYTES && gw_label_alone(next, &name) == LABEL_NONE)
                value = next;
        }
        add(r, hits[k].label, hits[k].name, value, i);
        any |= useful(hits[k].label) && hits[k].colon;
    }
    if (any)
        add_free_date(r, hits, n, i);
}

void gw_read_lines(struct gw_reading *r)
{
    for (size_t i = 0; i < r->blocks.count; i++) {
        r->lines[i].phrases = gw_phrases_in(r->blocks.blocks[i].text);
        if (r->blocks.blocks[i].text.bytes <= LINE_BYTES)
            read_line(r, i);
    }
}
