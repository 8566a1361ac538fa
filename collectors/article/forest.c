// SPDX-License-Identifier: Apache-2.0
#include "forest.h"

#include "base/err.h"

struct gw_forest_node {
    int16_t column, edge; // left when row[column] <= edge
    int16_t left, right;  // a node, or ~ a leaf
};

#include "forest_alone.inc"
#include "forest_around.inc"

struct forest {
    const struct gw_forest_node *nodes;
    const int16_t *leaves;
    const uint16_t *roots;
    size_t count;
};

static const struct forest alone = {alone_nodes, alone_leaves, alone_roots, GW_COUNT(alone_roots)};
static const struct forest around = {around_nodes, around_leaves, around_roots, GW_COUNT(around_roots)};

static int16_t score(const struct forest *forest, const int16_t *row)
{
    int32_t sum = 0;
    for (size_t t = 0; t < forest->count; t++) {
        int at = forest->roots[t];
        while (at >= 0) {
            const struct gw_forest_node *node = &forest->nodes[at];
            at = row[node->column] <= node->edge ? node->left : node->right;
        }
        sum += forest->leaves[~at];
    }
    return (int16_t)(sum > 32000 ? 32000 : sum < -32000 ? -32000 : sum);
}

int16_t *gw_forest_scores(struct gw_reading *r)
{
    size_t n = r->blocks.count;
    int16_t *rows = gw_features_make(r);
    int16_t *scores = gw_arena_alloc(r->arena, (n + 1) * sizeof *scores);
    if (!rows || !scores)
        return NULL;
    for (size_t i = 0; i < n; i++)
        scores[i] = score(&alone, rows + i * FEATURES);
    gw_features_add_scores(r, scores, rows);
    for (size_t i = 0; i < n; i++)
        scores[i] = score(&around, rows + i * FEATURES);
    return scores;
}
