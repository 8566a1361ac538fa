// SPDX-License-Identifier: Apache-2.0
// What is published, and since when: the site's own time, arrivals at an interval or on demand, and the one change of
// the articles that have a revision. Thread-safe.
#ifndef GW_SITE_STATE_H
#define GW_SITE_STATE_H

#include "articles.h"

#include "base/arena.h"

struct gw_site_state;

struct gw_site_state_options {
    uint64_t seed;
    int64_t now_ms;           // the site's birth; 0: the clock's now. Dates on pages count from here
    uint64_t interval_ms;     // between arrivals; 0: none but on demand
    uint64_t change_after_ms; // when articles with a revision change; 0: on demand
    uint32_t newest;          // of each column's written articles only so many are listed at the start; 0: all
    uint32_t articles;        // of GW_SITE_LOAD
    uint32_t per_page;        // rows of a list page; 0: all on one (GW_SITE_LOAD only; others have 15)
};

struct gw_site_state *gw_site_state_new(const struct gw_site_state_options *options);
struct gw_site_state *gw_site_state_free(struct gw_site_state *state);

// On demand: publish n more now; change what has a revision now.
void gw_site_state_publish(struct gw_site_state *state, uint32_t n);
void gw_site_state_change(struct gw_site_state *state);

// An article as it is now published.
struct gw_site_entry {
    const struct gw_site_article *article;
    int64_t published_ms; // Unix time
    int64_t modified_ms;
    bool changed;
};

// The column's entries, newest first, [offset, offset + limit) of them; *ret_total counts all. Returns how many.
size_t gw_site_state_list(struct gw_site_state *state, struct gw_arena *arena, enum gw_site_column column,
                          size_t offset, size_t limit, struct gw_site_entry *ret_entries, size_t *ret_total);
bool gw_site_state_find(struct gw_site_state *state, struct gw_arena *arena, enum gw_site_column column, uint32_t id,
                        struct gw_site_entry *ret_entry);
uint32_t gw_site_state_per_page(const struct gw_site_state *state, enum gw_site_column column); // 0: all

#endif
