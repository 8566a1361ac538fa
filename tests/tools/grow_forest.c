// SPDX-License-Identifier: Apache-2.0
// Gradient boosted trees (logistic loss, histograms, leaf by leaf), written out as C tables for forest.c.
//
// usage: grow_forest ROWS COLUMNS USED LABELS [--trees N] [--leaves N] [--rate R] [--least W] [--lambda L]
//                    [--share F] [--bag F] [--folds K] [--oof FILE] [--out FILE] [--name NAME]
//
// ROWS holds int16[COLUMNS] per row, of which the first USED are seen. LABELS holds {float label, float weight, int32
// page, int32 fold} per row; rows of weight 0 are scored and not learned from. Each tree sees --share of the columns
// and
// --bag of the pages. With --folds, each fold's rows are scored by trees grown on the others (--oof FILE: int16 per
// row, log odds times SCALE). --out grows trees on all rows. The same input gives the same output.
#include "base/err.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { BINS = 64, SCALE = 256, LEAVES_MAX = 64 };

struct label {
    float label, weight;
    int32_t page, fold;
};

struct settings {
    int trees, leaves, folds;
    double rate, least, lambda, share, bag;
};

struct data {
    size_t rows, columns, used;
    const int16_t *values;
    const struct label *labels;
    uint8_t *bins;          // column by column
    int16_t (*edges)[BINS]; // of each column: bin b holds values <= edges[b]
    int *bin_count;
};

struct node {
    int column, left, right; // children; negative: ~leaf
    int16_t edge;            // left when value <= edge
};

struct tree {
    struct node nodes[LEAVES_MAX];
    int node_count;
    int16_t leaves[LEAVES_MAX];
    int leaf_count;
};

static uint64_t rng_state = 88172645463325252ull;
static uint32_t rng(void)
{
    rng_state ^= rng_state << 13;
    rng_state ^= rng_state >> 7;
    rng_state ^= rng_state << 17;
    return (uint32_t)(rng_state >> 16);
}

static void *load(const char *path, size_t *ret_bytes)
{
    struct stat info;
    FILE *file = fopen(path, "rb");
    if (!file || stat(path, &info) < 0) {
        perror(path);
        exit(1);
    }
    char *bytes = malloc((size_t)info.st_size + 1);
    gw_assert(bytes && fread(bytes, 1, (size_t)info.st_size, file) == (size_t)info.st_size);
    fclose(file);
    *ret_bytes = (size_t)info.st_size;
    return bytes;
}

// ---- bins

static int by_value(const void *a, const void *b)
{
    return *(const int16_t *)a - *(const int16_t *)b;
}

static void make_bins(struct data *d)
{
    int16_t *sorted = malloc(d->rows * sizeof *sorted);
    d->bins = malloc(d->rows * d->used);
    d->edges = calloc(d->used, sizeof *d->edges);
    d->bin_count = calloc(d->used, sizeof *d->bin_count);
    gw_assert(sorted && d->bins && d->edges && d->bin_count);
    for (size_t c = 0; c < d->used; c++) {
        for (size_t i = 0; i < d->rows; i++)
            sorted[i] = d->values[i * d->columns + c];
        qsort(sorted, d->rows, sizeof *sorted, by_value);
        int n = 0;
        for (size_t i = 0; i < d->rows && n < BINS - 1;) {
            // At least a BINS-th of the rows each, unless there are fewer values than bins.
            size_t j = i + d->rows / (BINS - 1) / 2;
            j = j < d->rows ? j : d->rows - 1;
            int16_t edge = sorted[j];
            while (j < d->rows && sorted[j] == edge)
                j++;
            d->edges[c][n++] = edge;
            i = j;
        }
        d->edges[c][n - 1] = INT16_MAX;
        d->bin_count[c] = n;
        for (size_t i = 0; i < d->rows; i++) {
            int16_t v = d->values[i * d->columns + c];
            int low = 0, high = n - 1;
            while (low < high) {
                int mid = (low + high) / 2;
                if (v <= d->edges[c][mid])
                    high = mid;
                else
                    low = mid + 1;
            }
            d->bins[c * d->rows + i] = (uint8_t)low;
        }
    }
    free(sorted);
}

// ---- one tree

struct cell {
    double gradient, hessian;
};

struct leaf {
    uint32_t *rows;
    size_t count;
    struct cell *histogram; // used * BINS
    struct cell sum;
    double gain; // of the best split; < 0: none
    int column, bin;
    int node, side; // where it hangs
};

struct grower {
    const struct data *d;
    const struct settings *s;
    const double *gradient, *hessian;
    const bool *active; // columns of this tree
    struct leaf leaves[LEAVES_MAX];
    int count;
};

static void fill(struct grower *g, struct leaf *leaf)
{
    const struct data *d = g->d;
    memset(leaf->histogram, 0, d->used * BINS * sizeof *leaf->histogram);
    for (size_t c = 0; c < d->used; c++) {
        if (!g->active[c])
            continue;
        struct cell *h = leaf->histogram + c * BINS;
        const uint8_t *bins = d->bins + c * d->rows;
        for (size_t k = 0; k < leaf->count; k++) {
            uint32_t i = leaf->rows[k];
            h[bins[i]].gradient += g->gradient[i];
            h[bins[i]].hessian += g->hessian[i];
        }
    }
}

static double worth(const struct grower *g, double gradient, double hessian)
{
    return gradient * gradient / (hessian + g->s->lambda);
}

static void find_split(const struct grower *g, struct leaf *leaf)
{
    const struct data *d = g->d;
    leaf->gain = -1;
    double own = worth(g, leaf->sum.gradient, leaf->sum.hessian);
    for (size_t c = 0; c < d->used; c++) {
        if (!g->active[c])
            continue;
        double gradient = 0, hessian = 0;
        const struct cell *h = leaf->histogram + c * BINS;
        for (int b = 0; b + 1 < d->bin_count[c]; b++) {
            gradient += h[b].gradient;
            hessian += h[b].hessian;
            double rest = leaf->sum.hessian - hessian;
            if (hessian < g->s->least || rest < g->s->least)
                continue;
            double gain = worth(g, gradient, hessian) + worth(g, leaf->sum.gradient - gradient, rest) - own;
            if (gain > leaf->gain && gain > 1e-6) {
                leaf->gain = gain;
                leaf->column = (int)c;
                leaf->bin = b;
            }
        }
    }
}

static struct cell add_up(const struct grower *g, const struct leaf *leaf)
{
    struct cell sum = {0};
    for (size_t k = 0; k < leaf->count; k++) {
        sum.gradient += g->gradient[leaf->rows[k]];
        sum.hessian += g->hessian[leaf->rows[k]];
    }
    return sum;
}

static void split(struct grower *g, struct tree *tree, int which)
{
    const struct data *d = g->d;
    struct leaf *left = &g->leaves[which], *right = &g->leaves[g->count++];
    struct cell *parent = left->histogram;
    const uint8_t *bins = d->bins + (size_t)left->column * d->rows;
    int node = tree->node_count++;
    tree->nodes[node] = (struct node){left->column, 0, 0, d->edges[left->column][left->bin]};
    if (left->node >= 0)
        *(left->side ? &tree->nodes[left->node].right : &tree->nodes[left->node].left) = node;
    uint32_t *kept = malloc((left->count + 1) * sizeof *kept);
    right->rows = malloc((left->count + 1) * sizeof *right->rows);
    right->histogram = malloc(d->used * BINS * sizeof *right->histogram);
    left->histogram = malloc(d->used * BINS * sizeof *left->histogram);
    gw_assert(kept && right->rows && right->histogram && left->histogram);
    right->count = 0;
    size_t n = 0;
    for (size_t k = 0; k < left->count; k++) {
        uint32_t i = left->rows[k];
        if (bins[i] <= left->bin)
            kept[n++] = i;
        else
            right->rows[right->count++] = i;
    }
    free(left->rows);
    left->rows = kept;
    left->count = n;
    left->node = right->node = node;
    left->side = 0;
    right->side = 1;
    struct leaf *small = left->count < right->count ? left : right, *large = small == left ? right : left;
    fill(g, small);
    for (size_t k = 0; k < d->used * BINS; k++)
        large->histogram[k] = (struct cell){parent[k].gradient - small->histogram[k].gradient,
                                            parent[k].hessian - small->histogram[k].hessian};
    free(parent);
    left->sum = add_up(g, left);
    right->sum = add_up(g, right);
    find_split(g, left);
    find_split(g, right);
}

static int16_t leaf_value(const struct grower *g, const struct leaf *leaf)
{
    double v = -leaf->sum.gradient / (leaf->sum.hessian + g->s->lambda) * g->s->rate * SCALE;
    return (int16_t)lround(v > 8000 ? 8000 : v < -8000 ? -8000 : v);
}

static void grow_tree(const struct data *d, const struct settings *s, const double *gradient, const double *hessian,
                      const uint32_t *rows, size_t count, struct tree *tree)
{
    bool *active = malloc(d->used);
    gw_assert(active);
    for (size_t c = 0; c < d->used; c++)
        active[c] = rng() % 1000 < s->share * 1000;
    struct grower g = {.d = d, .s = s, .gradient = gradient, .hessian = hessian, .active = active, .count = 1};
    *tree = (struct tree){0};
    struct leaf *root = &g.leaves[0];
    root->rows = malloc((count + 1) * sizeof *root->rows);
    root->histogram = malloc(d->used * BINS * sizeof *root->histogram);
    gw_assert(root->rows && root->histogram);
    memcpy(root->rows, rows, count * sizeof *rows);
    root->count = count;
    root->node = -1;
    root->sum = add_up(&g, root);
    fill(&g, root);
    find_split(&g, root);
    while (g.count < s->leaves) {
        int best = -1;
        for (int k = 0; k < g.count; k++)
            if (g.leaves[k].gain > 0 && (best < 0 || g.leaves[k].gain > g.leaves[best].gain))
                best = k;
        if (best < 0)
            break;
        split(&g, tree, best);
    }
    for (int k = 0; k < g.count; k++) {
        struct leaf *leaf = &g.leaves[k];
        tree->leaves[tree->leaf_count] = leaf_value(&g, leaf);
        if (leaf->node >= 0)
            *(leaf->side ? &tree->nodes[leaf->node].right : &tree->nodes[leaf->node].left) = ~tree->leaf_count;
        tree->leaf_count++;
        free(leaf->rows);
        free(leaf->histogram);
    }
    free(active);
}

static int tree_score(const struct tree *tree, const int16_t *row)
{
    int at = tree->node_count ? 0 : ~0;
    while (at >= 0) {
        const struct node *n = &tree->nodes[at];
        at = row[n->column] <= n->edge ? n->left : n->right;
    }
    return tree->leaves[~at];
}

// ---- many trees

static int32_t page_count(const struct data *d)
{
    int32_t last = 0;
    for (size_t i = 0; i < d->rows; i++)
        last = d->labels[i].page > last ? d->labels[i].page : last;
    return last + 1;
}

static struct tree *grow(const struct data *d, const struct settings *s, int leave_out, int32_t *scores)
{
    struct tree *trees = calloc((size_t)s->trees, sizeof *trees);
    double *gradient = calloc(d->rows, sizeof *gradient), *hessian = calloc(d->rows, sizeof *hessian);
    uint32_t *rows = malloc(d->rows * sizeof *rows);
    int32_t pages = page_count(d);
    bool *in_bag = malloc((size_t)pages);
    gw_assert(trees && gradient && hessian && rows && in_bag);
    memset(scores, 0, d->rows * sizeof *scores);
    rng_state = 88172645463325252ull;
    for (int t = 0; t < s->trees; t++) {
        size_t count = 0;
        for (int32_t p = 0; p < pages; p++)
            in_bag[p] = rng() % 1000 < s->bag * 1000;
        for (size_t i = 0; i < d->rows; i++) {
            const struct label *l = &d->labels[i];
            if (l->weight <= 0 || l->fold == leave_out || !in_bag[l->page])
                continue;
            double p = 1 / (1 + exp(-scores[i] / (double)SCALE));
            gradient[i] = l->weight * (p - l->label);
            hessian[i] = l->weight * (p * (1 - p) + 1e-4);
            rows[count++] = (uint32_t)i;
        }
        grow_tree(d, s, gradient, hessian, rows, count, &trees[t]);
        for (size_t i = 0; i < d->rows; i++)
            scores[i] += tree_score(&trees[t], d->values + i * d->columns);
    }
    free(gradient);
    free(hessian);
    free(rows);
    free(in_bag);
    return trees;
}

static int16_t clip(int32_t v)
{
    return (int16_t)(v > 32000 ? 32000 : v < -32000 ? -32000 : v);
}

static void report(const struct data *d, const int32_t *scores, const char *what)
{
    double loss = 0, weight = 0, right = 0;
    for (size_t i = 0; i < d->rows; i++) {
        const struct label *l = &d->labels[i];
        double p = 1 / (1 + exp(-scores[i] / (double)SCALE));
        loss -= l->weight * (l->label * log(p + 1e-9) + (1 - l->label) * log(1 - p + 1e-9));
        right += l->weight * ((scores[i] > 0) == (l->label > 0.5f));
        weight += l->weight;
    }
    fprintf(stderr, "%s: loss %.5f, right %.5f\n", what, loss / weight, right / weight);
}

static void cross_validate(const struct data *d, const struct settings *s, const char *oof)
{
    int32_t *scores = malloc(d->rows * sizeof *scores), *all = calloc(d->rows, sizeof *all);
    gw_assert(scores && all);
    for (int fold = 0; fold < s->folds; fold++) {
        free(grow(d, s, fold, scores));
        for (size_t i = 0; i < d->rows; i++)
            if (d->labels[i].fold == fold)
                all[i] = scores[i];
    }
    report(d, all, "cross-validated");
    if (oof) {
        FILE *file = fopen(oof, "wb");
        gw_assert(file);
        for (size_t i = 0; i < d->rows; i++) {
            int16_t v = clip(all[i]);
            fwrite(&v, sizeof v, 1, file);
        }
        fclose(file);
    }
    free(scores);
    free(all);
}

static void write_forest(const struct tree *trees, int count, const char *path, const char *name)
{
    FILE *out = fopen(path, "w");
    gw_assert(out);
    fprintf(out, "// SPDX-License-Identifier: Apache-2.0\n// Made by tests/tools/learn.py; do not edit.\n");
    fprintf(out, "static const struct gw_forest_node %s_nodes[] = {\n", name);
    int nodes = 0, leaves = 0;
    for (int t = 0; t < count; t++) {
        for (int k = 0; k < trees[t].node_count; k++) {
            const struct node *n = &trees[t].nodes[k];
            int left = n->left < 0 ? ~(leaves + ~n->left) : nodes + n->left;
            int right = n->right < 0 ? ~(leaves + ~n->right) : nodes + n->right;
            fprintf(out, "{%d,%d,%d,%d},%s", n->column, n->edge, left, right, k % 6 == 5 ? "\n" : "");
        }
        fputc('\n', out);
        nodes += trees[t].node_count;
        leaves += trees[t].leaf_count;
    }
    fprintf(out, "};\nstatic const int16_t %s_leaves[] = {\n", name);
    for (int t = 0; t < count; t++) {
        for (int k = 0; k < trees[t].leaf_count; k++)
            fprintf(out, "%d,", trees[t].leaves[k]);
        fputc('\n', out);
    }
    fprintf(out, "};\nstatic const uint16_t %s_roots[] = {\n", name);
    nodes = 0;
    for (int t = 0; t < count; t++) {
        if (trees[t].node_count)
            fprintf(out, "%d,%s", nodes, t % 20 == 19 ? "\n" : "");
        nodes += trees[t].node_count;
    }
    fprintf(out, "\n};\n");
    fclose(out);
}

static double number(int argc, char **argv, const char *name, double otherwise)
{
    for (int i = 5; i + 1 < argc; i++)
        if (strcmp(argv[i], name) == 0)
            return atof(argv[i + 1]);
    return otherwise;
}

static const char *word(int argc, char **argv, const char *name, const char *otherwise)
{
    for (int i = 5; i + 1 < argc; i++)
        if (strcmp(argv[i], name) == 0)
            return argv[i + 1];
    return otherwise;
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        fprintf(stderr, "usage: grow_forest ROWS COLUMNS USED LABELS [OPTION VALUE]…\n");
        return 2;
    }
    struct settings s = {
        .trees = (int)number(argc, argv, "--trees", 100),
        .leaves = (int)number(argc, argv, "--leaves", 16),
        .folds = (int)number(argc, argv, "--folds", 0),
        .rate = number(argc, argv, "--rate", 0.1),
        .least = number(argc, argv, "--least", 1),
        .lambda = number(argc, argv, "--lambda", 1),
        .share = number(argc, argv, "--share", 0.5),
        .bag = number(argc, argv, "--bag", 1),
    };
    gw_assert(s.leaves <= LEAVES_MAX);
    size_t bytes, label_bytes;
    struct data d = {.columns = (size_t)atoi(argv[2]), .used = (size_t)atoi(argv[3])};
    d.values = load(argv[1], &bytes);
    d.labels = load(argv[4], &label_bytes);
    d.rows = bytes / sizeof(int16_t) / d.columns;
    gw_assert(d.rows == label_bytes / sizeof(struct label));
    make_bins(&d);
    if (s.folds)
        cross_validate(&d, &s, word(argc, argv, "--oof", NULL));
    const char *out = word(argc, argv, "--out", NULL);
    if (out) {
        int32_t *scores = malloc(d.rows * sizeof *scores);
        gw_assert(scores);
        struct tree *trees = grow(&d, &s, -1, scores);
        report(&d, scores, "on all");
        write_forest(trees, s.trees, out, word(argc, argv, "--name", "forest"));
        free(trees);
        free(scores);
    }
    return 0;
}
