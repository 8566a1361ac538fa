// SPDX-License-Identifier: Apache-2.0
// DESIGN: The facts are numbered in the order of the text. The text is printed once, a fact as ⟦quote⟧number; below it
// a line per fact: number, field, value, confidence, why. Facts without a place in the body come last.
#include "explain.h"

#include "facts.h"

#include <stdlib.h>
#include <string.h>

// ANSI: the eight colours every terminal has.
static const struct {
    const char *field, *colour;
} COLOURS[] = {{"issuer", "\x1b[1;34m"}, {"region", "\x1b[34m"}, {"person", "\x1b[35m"},  {"amount", "\x1b[1;32m"},
               {"quantity", "\x1b[32m"}, {"date", "\x1b[33m"},   {"measure", "\x1b[36m"}, {"reference", "\x1b[31m"}};
static const char RESET[] = "\x1b[0m";

static const char *colour_of(const struct gw_fact *fact)
{
    for (size_t i = 0; i < GW_COUNT(COLOURS); i++)
        if (strcmp(COLOURS[i].field, fact->field) == 0)
            return COLOURS[i].colour;
    return "";
}

static bool in_body(const struct gw_fact *fact)
{
    return fact->proof && fact->proof->place == GW__PLACE__PLACE_BODY;
}

// Body first, by start; of one start the longer first, so that it encloses.
static int by_place(const void *a, const void *b)
{
    const struct gw_fact *x = a, *y = b;
    if (in_body(x) != in_body(y))
        return in_body(x) ? -1 : 1;
    if (!in_body(x))
        return strcmp(x->field, y->field);
    if (x->proof->start != y->proof->start)
        return x->proof->start < y->proof->start ? -1 : 1;
    return x->proof->end > y->proof->end ? -1 : x->proof->end < y->proof->end;
}

// The facts whose quote is not over yet, outermost first; facts overlap little, so it is short.
struct open_marks {
    size_t *at, count; // indices into the facts
};

// Marks that end at `at` are closed, the innermost first; then the colour of what is still open holds again.
static void close_marks(struct gw_buf *out, const struct gw_facts *facts, struct open_marks *open, size_t at,
                        bool colour)
{
    size_t before = open->count, kept = 0;
    for (size_t i = before; i > 0; i--)
        if (facts->at[open->at[i - 1]].proof->end == at)
            gw_buf_printf(out, "%s⟧%zu", colour ? RESET : "", open->at[i - 1] + 1);
    for (size_t i = 0; i < before; i++)
        if (facts->at[open->at[i]].proof->end != at)
            open->at[kept++] = open->at[i];
    open->count = kept;
    if (colour && kept && kept < before)
        gw_buf_puts(out, colour_of(&facts->at[open->at[kept - 1]]));
}

static void put_body(struct gw_buf *out, const Gw__Document *document, const struct gw_facts *facts, bool colour)
{
    size_t bytes = strlen(document->body), next = 0;
    struct open_marks open = {.at = calloc(facts->count + 1, sizeof *open.at)};
    gw_assert(open.at);
    for (size_t at = 0; at <= bytes; at++) {
        if (open.count)
            close_marks(out, facts, &open, at, colour);
        for (; next < facts->count && in_body(&facts->at[next]) && facts->at[next].proof->start == at; next++) {
            gw_buf_printf(out, "%s⟦", colour ? colour_of(&facts->at[next]) : "");
            open.at[open.count++] = next;
        }
        if (at < bytes)
            gw_buf_putc(out, document->body[at]);
    }
    gw_buf_putc(out, '\n');
    free(open.at);
}

static int by_proof(const void *a, const void *b)
{
    const struct gw_policy_reason *x = a, *y = b;
    return x->proof < y->proof ? -1 : x->proof > y->proof;
}

static const char *why_of(const struct gw_policy_reasons *reasons, const Gw__Proof *proof)
{
    struct gw_policy_reason key = {.proof = proof}, *found = NULL;
    if (reasons->count)
        found = bsearch(&key, reasons->at, reasons->count, sizeof key, by_proof);
    return found ? found->why : "";
}

static void put_field(struct gw_buf *out, const char *name, const char *value)
{
    if (value && value[0])
        gw_buf_printf(out, "%-12s %s\n", name, value);
}

static void put_head(struct gw_buf *out, const char *id, const Gw__Document *d)
{
    gw_buf_printf(out, "== %s\n", id);
    put_field(out, "title", d->title);
    put_field(out, "published", d->published);
    put_field(out, "source", d->source);
    put_field(out, "kind", d->kind);
    put_field(out, "doc_number", d->doc_number);
    put_field(out, "index_number", d->index_number);
    for (size_t i = 0; i < d->n_topics; i++)
        put_field(out, i ? "" : "topics", d->topics[i]);
    for (size_t i = 0; i < d->n_addressees; i++)
        put_field(out, i ? "" : "addressees", d->addressees[i]);
    for (size_t i = 0; i < d->n_attachments; i++)
        put_field(out, i ? "" : "attachments", d->attachments[i]->name);
    for (size_t i = 0; i < d->n_evidence; i++) {
        const Gw__Evidence *e = d->evidence[i];
        gw_buf_printf(out, "%-12s %s from %s, confidence %u.%03u", i ? "" : "evidence", e->field, e->from,
                      e->confidence / 1000, e->confidence % 1000);
        for (size_t j = 0; j < e->n_alternatives; j++)
            gw_buf_printf(out, "%s%s", j ? "; " : ", not ", e->alternatives[j]);
        gw_buf_putc(out, '\n');
    }
    gw_buf_putc(out, '\n');
}

void gw_explain(struct gw_buf *out, const char *id, const Gw__Document *document, struct gw_policy_reasons *reasons,
                bool colour)
{
    struct gw_facts facts = gw_facts_of(document);
    if (facts.count)
        qsort(facts.at, facts.count, sizeof *facts.at, by_place);
    if (reasons->count)
        qsort(reasons->at, reasons->count, sizeof *reasons->at, by_proof);
    put_head(out, id, document);
    put_body(out, document, &facts, colour);
    gw_buf_putc(out, '\n');
    for (size_t i = 0; i < facts.count; i++) {
        const struct gw_fact *fact = &facts.at[i];
        unsigned confidence = fact->proof ? fact->proof->confidence : 0;
        gw_buf_printf(out, "%4zu %s%-9s%s %s  [%u.%02u", i + 1, colour ? colour_of(fact) : "", fact->field,
                      colour ? RESET : "", fact->value, confidence / 1000, confidence % 1000 / 10);
        if (!in_body(fact) && fact->proof)
            gw_buf_printf(out, ", %s \"%s\"", fact->proof->place == GW__PLACE__PLACE_TITLE ? "title" : "metadata",
                          fact->proof->quote);
        gw_buf_printf(out, "]  %s\n", why_of(reasons, fact->proof));
    }
    gw_buf_putc(out, '\n');
    gw_facts_fini(&facts);
}
