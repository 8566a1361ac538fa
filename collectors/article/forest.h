// SPDX-License-Identifier: Apache-2.0
// Two forests of small decision trees that say how much each block belongs to the article: the first by the block
// itself and its place, the second also by what the first said about its surroundings. Their tables are grown by
// tests/tools/learn.py from pages whose article is known, and compiled in.
#ifndef GW_ARTICLE_FOREST_H
#define GW_ARTICLE_FOREST_H

#include "features.h"

#include <stdint.h>

enum { GW_FOREST_ONE = 256 }; // scores are log odds times this: 0 is as likely as not

// One score per block, in the arena; NULL: it is full.
int16_t *gw_forest_scores(struct gw_reading *reading);

#endif
