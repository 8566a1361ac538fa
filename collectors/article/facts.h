// SPDX-License-Identifier: Apache-2.0
// What each layer of a page says about a field, before anybody decides (decide.h).
#ifndef GW_ARTICLE_FACTS_H
#define GW_ARTICLE_FACTS_H

#include "base/arena.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum gw_field {
    FIELD_TITLE,
    FIELD_PUBLISHED,
    FIELD_UPDATED,
    FIELD_WRITTEN,
    FIELD_EFFECTIVE,
    FIELD_EXPIRY,
    FIELD_GENERATED, // when the CMS wrote the page: a PUBLISHED equal to it means nothing
    FIELD_SOURCE,
    FIELD_AUTHOR,
    FIELD_EDITOR,
    FIELD_CHANNEL,
    FIELD_INDEX_NUMBER,
    FIELD_DOC_NUMBER,
    FIELD_SITE_NAME,
    FIELD_SITE_ID_CODE,
    FIELD_DESCRIPTION,
    FIELD_BODY, // JSON-LD's articleBody
    FIELD_TYPE, // og:type, JSON-LD's @type
    FIELD_LANG,
    FIELD_GENERATOR, // the program that made the page
    FIELD_CANONICAL, // <link rel=canonical>
    FIELDS
};

enum { GW_FACTS_MAX = 256 };

struct gw_fact {
    enum gw_field field;
    struct gw_span value; // trimmed, never empty
    const char *from;     // evidence: "meta:PubDate", "jsonld", "label:来源" …
    uint16_t confidence;  // 0..1000, of the layer; the decision adjusts it
    int32_t block;        // where it is printed; -1: not in the text
};

struct gw_facts {
    struct gw_arena *arena;
    struct gw_fact items[GW_FACTS_MAX]; // in order of discovery; a page with more loses the last
    size_t count;
};

// `prefix` and `name` make the evidence ("meta:" "PubDate"); either may be NULL. The value is borrowed. Empty values
// are not facts.
void gw_facts_add(struct gw_facts *facts, enum gw_field field, struct gw_span value, const char *prefix,
                  struct gw_span name, uint16_t confidence, int32_t block);
// The first with that field at or behind *at; NULL. `*at` moves on.
const struct gw_fact *gw_facts_next(const struct gw_facts *facts, enum gw_field field, size_t *at);
// The most confident of a field, the first among equals; NULL.
const struct gw_fact *gw_facts_best(const struct gw_facts *facts, enum gw_field field);

#endif
