// SPDX-License-Identifier: Apache-2.0
// Any text as a document (its first line the title, its second the publication date): every fact read from the body
// must quote it byte for byte, and every string must be valid UTF-8 when the document was.
#include "base/err.h"
#include "base/str.h"
#include "policy/policy.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA = 16 << 20, TEXT_MAX = 64 << 10 };

static void check(const Gw__Document *document, const Gw__Proof *proof)
{
    gw_assert(proof && proof->quote);
    if (proof->place != GW__PLACE__PLACE_BODY)
        return;
    gw_assert(proof->start < proof->end && proof->end <= strlen(document->body));
    gw_assert(strlen(proof->quote) == proof->end - proof->start);
    gw_assert(memcmp(document->body + proof->start, proof->quote, proof->end - proof->start) == 0);
    gw_assert(gw_utf8_valid(proof->quote, strlen(proof->quote), true));
}

static void check_all(const Gw__Document *d)
{
    for (size_t i = 0; i < d->n_issuers; i++)
        check(d, d->issuers[i]->proof);
    for (size_t i = 0; i < d->n_regions; i++)
        check(d, d->regions[i]->proof);
    for (size_t i = 0; i < d->n_people; i++)
        check(d, d->people[i]->proof);
    for (size_t i = 0; i < d->n_amounts; i++)
        check(d, d->amounts[i]->proof);
    for (size_t i = 0; i < d->n_quantities; i++)
        check(d, d->quantities[i]->proof);
    for (size_t i = 0; i < d->n_dates; i++)
        check(d, d->dates[i]->proof);
    for (size_t i = 0; i < d->n_measures; i++)
        check(d, d->measures[i]->proof);
    for (size_t i = 0; i < d->n_references; i++)
        check(d, d->references[i]->proof);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct gw_arena *arena;
    if (!arena)
        arena = gw_arena_new(ARENA);
    // Bodies are valid UTF-8 without NUL: the html room sees to that.
    if (size > TEXT_MAX || !gw_utf8_valid((const char *)data, size, true))
        return 0;
    gw_arena_reset(arena);
    char *text = gw_arena_strndup(arena, (const char *)data, size);
    Gw__Document document = GW__DOCUMENT__INIT;
    document.title = strsep(&text, "\n");
    if (text)
        document.published = strsep(&text, "\n");
    if (text)
        document.body = text;
    int rc = gw_policy_read(arena, NULL, &document);
    gw_assert(rc == GW_OK || rc == GW_ELIMIT);
    check_all(&document);
    return 0;
}
