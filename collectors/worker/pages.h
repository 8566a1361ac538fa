// SPDX-License-Identifier: Apache-2.0
// Several pages made one: the rows of a list's pages, the text of an article's.
#ifndef GW_WORKER_PAGES_H
#define GW_WORKER_PAGES_H

#include "base/arena.h"
#include "schema/document.pb-c.h"
#include "schema/observation.pb-c.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    GW_PAGES_ROWS = 5000,  // what a message of rows may hold
    GW_PAGES_NEXT = 256,   // further pages that are remembered
    GW_PAGES_ARTICLE = 20, // pages of one article that are read
};

struct gw_pages {
    struct gw_arena *arena;
    Gw__Rows rows;  // all that were added
    uint64_t *seen; // hashes of URLs, open addressing
    const char *next[GW_PAGES_NEXT];
    size_t next_count, next_at;
};

// Everything added is borrowed and must outlive the pages; what they make lives in `arena`.
void gw_pages_init(struct gw_pages *pages, struct gw_arena *arena);
// Rows whose URL is new are appended, the first page's `how`, `warning` and `feeds` kept, links to further pages of the
// same site as `page_url` remembered. Returns the number of new rows.
size_t gw_pages_add(struct gw_pages *pages, const Gw__Rows *rows, const char *page_url);
// The next page that was linked and not yet given out; NULL: none.
const char *gw_pages_next(struct gw_pages *pages);

// Put the text, the facts of the text and the attachments of an article's next page behind `first`, whose spans stay
// exact. Metadata stays the first page's. false: the page repeats the first one (nothing changed), or out of arena.
bool gw_pages_join(struct gw_arena *arena, Gw__Document *first, Gw__Document *next);

#endif
