// SPDX-License-Identifier: Apache-2.0
// Where on the page the article is: the box in which good text outweighs everything else most.
#ifndef GW_ARTICLE_REGION_H
#define GW_ARTICLE_REGION_H

#include "blocks.h"

#include <stdbool.h>
#include <stdint.h>

// What one block speaks for (positive: running text) or against.
int32_t gw_region_worth(const struct gw_blocks *blocks, const struct gw_block *block);

struct gw_region {
    uint32_t box;
    int32_t worth;
    uint32_t good_tokens; // of running text on the whole page
};

// `worths` receives gw_region_worth of each block, `sums` (room for one more) their running sum. Linear.
void gw_region_find(const struct gw_blocks *blocks, int32_t *worths, int64_t *sums, struct gw_region *ret_region);

#endif
