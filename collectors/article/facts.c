// SPDX-License-Identifier: Apache-2.0
#include "facts.h"

void gw_facts_add(struct gw_facts *facts, enum gw_field field, struct gw_span value, const char *prefix,
                  struct gw_span name, uint16_t confidence, int32_t block)
{
    value = gw_span_trim(value);
    if (value.bytes == 0 || facts->count == GW_FACTS_MAX)
        return;
    const char *from =
        gw_arena_printf(facts->arena, "%s%.*s", prefix ? prefix : "", (int)name.bytes, name.at ? name.at : "");
    if (!from)
        return; // the arena is full: whoever allocates next reports it
    facts->items[facts->count++] = (struct gw_fact){field, value, from, confidence, block};
}

const struct gw_fact *gw_facts_next(const struct gw_facts *facts, enum gw_field field, size_t *at)
{
    while (*at < facts->count)
        if (facts->items[(*at)++].field == field)
            return &facts->items[*at - 1];
    return NULL;
}

const struct gw_fact *gw_facts_best(const struct gw_facts *facts, enum gw_field field)
{
    const struct gw_fact *best = NULL;
    for (size_t i = 0; i < facts->count; i++)
        if (facts->items[i].field == field && (!best || facts->items[i].confidence > best->confidence))
            best = &facts->items[i];
    return best;
}
