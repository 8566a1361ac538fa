// SPDX-License-Identifier: Apache-2.0
#include "facts.h"

#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void add(struct gw_facts *facts, const char *field, const Gw__Proof *proof, const char *format, ...)
    GW_PRINTF(4, 5);
static void add(struct gw_facts *facts, const char *field, const Gw__Proof *proof, const char *format, ...)
{
    va_list arguments;
    struct gw_fact *more = realloc(facts->at, (facts->count + 1) * sizeof *more);
    gw_assert(more);
    facts->at = more;
    struct gw_fact *fact = &more[facts->count++];
    *fact = (struct gw_fact){.field = field, .proof = proof};
    va_start(arguments, format);
    gw_assert(vasprintf(&fact->value, format, arguments) >= 0);
    va_end(arguments);
}

struct gw_facts gw_facts_of(const Gw__Document *d)
{
    struct gw_facts all = {0}, *facts = &all;
    for (size_t i = 0; i < d->n_issuers; i++) {
        const Gw__Body *body = d->issuers[i];
        add(facts, "issuer", body->proof, "%s%s%s", body->canonical[0] ? body->canonical : body->name,
            body->level[0] ? ", " : "", body->level);
    }
    for (size_t i = 0; i < d->n_regions; i++)
        add(facts, "region", d->regions[i]->proof, "%s %s", d->regions[i]->code, d->regions[i]->name);
    for (size_t i = 0; i < d->n_people; i++)
        add(facts, "person", d->people[i]->proof, "%s%s%s", d->people[i]->name, d->people[i]->title[0] ? ", " : "",
            d->people[i]->title);
    for (size_t i = 0; i < d->n_amounts; i++)
        add(facts, "amount", d->amounts[i]->proof, "%s %s %s", d->amounts[i]->comparator, d->amounts[i]->value,
            d->amounts[i]->currency);
    for (size_t i = 0; i < d->n_quantities; i++)
        add(facts, "quantity", d->quantities[i]->proof, "%s %s %s", d->quantities[i]->comparator,
            d->quantities[i]->value, d->quantities[i]->unit);
    for (size_t i = 0; i < d->n_dates; i++)
        add(facts, "date", d->dates[i]->proof, "%s %s%s", d->dates[i]->role, d->dates[i]->value,
            d->dates[i]->inferred_year ? " (year inferred)" : "");
    for (size_t i = 0; i < d->n_measures; i++)
        add(facts, "measure", d->measures[i]->proof, "%u", d->measures[i]->ordinal);
    for (size_t i = 0; i < d->n_references; i++)
        add(facts, "reference", d->references[i]->proof, "%s %s %s", d->references[i]->relation,
            d->references[i]->title, d->references[i]->doc_number);
    return all;
}

void gw_facts_fini(struct gw_facts *facts)
{
    for (size_t i = 0; i < facts->count; i++)
        free(facts->at[i].value);
    free(facts->at);
    *facts = (struct gw_facts){0};
}
