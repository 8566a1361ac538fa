// SPDX-License-Identifier: Apache-2.0
// Groups of links that are made alike, and the rows around them: the first half of auto.c.
#ifndef GW_LIST_GROUPS_H
#define GW_LIST_GROUPS_H

#include "list/auto.h"

#include <stdbool.h>

struct gw_link {
    uint32_t place;
    uint64_t group;  // signature
    uint64_t target; // hash of href
    size_t width;    // of text or title attribute
    bool generic;
};

struct gw_group {
    struct gw_link *links;
    size_t link_count;
    struct gw_auto_row *rows;
    size_t count;
    size_t dated;
    size_t width; // median of titles
    double score;
    bool generic; // its links say "more" and the like
};

struct gw_grouping {
    struct gw_arena *arena;
    const struct gw_outline *outline;
    struct gw_link *links;
    size_t link_count;
    uint32_t *inside; // per place: links of the group at hand below it
};

// Every usable link of the page, sorted by signature and then by place. GW_ELIMIT: out of arena.
GW_MUST_CHECK int gw_groups_collect(struct gw_grouping *grouping);
struct gw_link gw_groups_link(const struct gw_outline *outline, uint32_t place, const char *href);
// From g->links to g->rows: one link per target, the row around each. False: out of arena.
bool gw_groups_make_rows(struct gw_grouping *grouping, struct gw_group *group);
// A tag that rows are commonly made of: li, tr, dt, dd, article.
bool gw_is_row_tag(const GumboNode *node);

#endif
