// SPDX-License-Identifier: Apache-2.0
// What the pages are made of; internal to the room. Texts lie in the arena.
#ifndef GW_SITE_RENDER_H
#define GW_SITE_RENDER_H

#include "pages.h"

struct gw_site_column_form {
    const char *path, *name;
    const char *article; // of its article's path behind `path`: month, day, id
};
extern const struct gw_site_column_form gw_site_columns[GW_SITE_COLUMNS];

// Days in the site's zone, +08:00: by strftime(), and as people write them.
const char *gw_site_day_form(struct gw_arena *arena, int64_t unix_ms, const char *form);
const char *gw_site_day_text(struct gw_arena *arena, int64_t unix_ms, bool in_english);

// The text with its places filled and its revision in force; "" for NULL.
const char *gw_site_text(struct gw_arena *arena, const char *text, const struct gw_site_entry *entry);
// <li> links to the newest n of a column, but not to `but` (may be NULL).
const char *gw_site_links(const struct gw_site_pages *pages, struct gw_arena *arena, enum gw_site_column column,
                          size_t n, const struct gw_site_entry *but);
// The buffer's text as a copy; the buffer is empty afterwards.
const char *gw_site_keep(struct gw_arena *arena, struct gw_buf *buf);

// Pages. False: there is none.
bool gw_site_article_page(const struct gw_site_pages *pages, enum gw_site_column column, const char *path,
                          struct gw_arena *arena, struct gw_site_answer *answer);
bool gw_site_list_page(const struct gw_site_pages *pages, enum gw_site_column column, const char *name,
                       struct gw_arena *arena, struct gw_site_answer *answer);
void gw_site_feed_page(const struct gw_site_pages *pages, struct gw_arena *arena, struct gw_site_answer *answer);
// The rows of GW_SITE_NOTICE as JSON that holds HTML; `parameters` is the query's paramJson.
bool gw_site_unit_page(const struct gw_site_pages *pages, const char *parameters, struct gw_arena *arena,
                       struct gw_site_answer *answer);

#endif
