// SPDX-License-Identifier: Apache-2.0
#include "region.h"

#include "base/err.h"

// Inside these a block is about something else. The number is how many boxes up still count.
static const struct {
    uint8_t near, reach;
} elsewhere[] = {
    {NEAR_NAV, 10},    {NEAR_FOOTER, 10}, {NEAR_ASIDE, 10}, {NEAR_HIDDEN, NEAR_NONE - 1},
    {HINT_COMMENT, 6}, {HINT_RELATED, 3}, {HINT_NAV, 3},    {HINT_FOOTER, 3},
    {HINT_SIDE, 4},    {HINT_AD, 3},      {HINT_SHARE, 3},  {HINT_SIGNUP, 3},
    {NEAR_FORM, 1},
};

static bool is_elsewhere(const struct gw_box *box)
{
    for (size_t i = 0; i < GW_COUNT(elsewhere); i++)
        if (box->near[elsewhere[i].near] <= elsewhere[i].reach)
            return true;
    return false;
}

// A CJK character says about as much as half a word.
static int32_t weight(const struct gw_block *b)
{
    return (int32_t)(b->words + b->cjk / 2);
}

int32_t gw_region_worth(const struct gw_blocks *blocks, const struct gw_block *b)
{
    const struct gw_box *box = &blocks->boxes[b->box];
    int32_t w = weight(b), link = b->chars ? (int32_t)(b->link_chars * 100 / b->chars) : 0;
    if (w > 200)
        w = 200;
    if (link > 60)
        return -2 - w / 4;
    w = w * (100 - link) / 100;
    if (is_elsewhere(box))
        return -2 - w / 4;
    if (b->heading)
        return 0;
    if (b->stops == 0)
        return w < 12 ? -1 : w / 3;
    return w;
}

void gw_region_find(const struct gw_blocks *blocks, int32_t *worths, int64_t *sums, struct gw_region *ret_region)
{
    struct gw_region best = {.worth = INT32_MIN};
    sums[0] = 0;
    for (size_t i = 0; i < blocks->count; i++) {
        worths[i] = gw_region_worth(blocks, &blocks->blocks[i]);
        if (worths[i] > 0)
            best.good_tokens += gw_block_tokens(&blocks->blocks[i]);
        sums[i + 1] = sums[i] + worths[i];
    }
    for (size_t k = 0; k < blocks->box_count; k++) {
        const struct gw_box *box = &blocks->boxes[k];
        int64_t worth = sums[box->end] - sums[box->first];
        if (box->end > box->first && worth >= best.worth) { // the later of equals is the inner one
            best.worth = (int32_t)worth;                    // at most 12,000 blocks of 200
            best.box = (uint32_t)k;
        }
    }
    *ret_region = best;
}
