// SPDX-License-Identifier: Apache-2.0
// DESIGN: a query is worked out segment by segment, the newest first, over sets of bits, one per event. A set says who
// may match, and whether that is exactly who does: then "not" has an answer too.
#include "index_parts.h"
#include "segment.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    RUN_MAX = 1000, // events; who reads them should not hold the store's log for longer
    EVENTS_MAX = 1 << 24,
};

struct set {
    uint64_t *words;
    bool exact;
};

struct finding {
    struct gw_index *index;
    struct gw_index_segment segment;
    size_t events, words; // of a set
    int rc;
};

// ---- sets

static void set_init(const struct finding *f, struct set *set)
{
    set->words = calloc(f->words, sizeof *set->words);
    gw_assert(set->words);
    set->exact = true;
}

static void set_fini(struct set *set)
{
    free(set->words);
    set->words = NULL;
}

static void set_all(const struct finding *f, struct set *set)
{
    memset(set->words, 0xff, f->words * sizeof *set->words);
    if (f->events % 64)
        set->words[f->words - 1] = (UINT64_C(1) << f->events % 64) - 1;
}

static bool set_is_empty(const struct finding *f, const struct set *set)
{
    for (size_t i = 0; i < f->words; i++)
        if (set->words[i])
            return false;
    return true;
}

// ---- terms

static int take_block(struct finding *f, const void *block, size_t bytes, const struct gw_term_range *range,
                      struct set *set, bool *ret_behind)
{
    struct gw_segment_entry entry;
    int rc = gw_segment_open((struct gw_span){block, bytes}, &entry);
    while (rc == GW_OK && (rc = gw_segment_next(&entry)) == GW_OK) {
        if (entry.term < range->first)
            continue;
        *ret_behind = entry.term > range->last;
        if (*ret_behind)
            return GW_OK;
        for (uint32_t place = UINT32_MAX; gw_segment_place(&entry, &place);) {
            if (place >= f->events)
                return gw_fail(GW_ECORRUPT, "search index: a place is outside of its segment");
            set->words[place / 64] |= UINT64_C(1) << place % 64;
        }
    }
    return rc == GW_ENOTFOUND ? GW_OK : rc;
}

// The block in which the range may begin: the last one whose first term is less.
static int find_block(struct finding *f, uint64_t term, int64_t *ret_block)
{
    sqlite3_stmt *fence = NULL;
    int rc = gw_index_use(f->index, GW_INDEX_FENCE, &fence);
    if (rc != GW_OK)
        return rc;
    sqlite3_bind_int64(fence, 1, f->segment.first_block);
    sqlite3_bind_int64(fence, 2, (int64_t)term);
    rc = sqlite3_step(fence);
    *ret_block = rc == SQLITE_ROW ? sqlite3_column_int64(fence, 0) : f->segment.first_block;
    rc = rc == SQLITE_ROW || rc == SQLITE_DONE ? GW_OK : gw_index_fail(f->index, rc, "finding a block");
    sqlite3_reset(fence);
    return rc;
}

static int take_range(struct finding *f, const struct gw_term_range *range, struct set *set)
{
    int64_t block;
    sqlite3_stmt *blocks = NULL;
    bool behind = false;
    int rc = find_block(f, range->first, &block);
    if (rc == GW_OK)
        rc = gw_index_use(f->index, GW_INDEX_BLOCKS, &blocks);
    if (rc != GW_OK)
        return rc;
    sqlite3_bind_int64(blocks, 1, block);
    sqlite3_bind_int64(blocks, 2, f->segment.last_block);
    for (; rc == GW_OK && !behind && block <= f->segment.last_block; block++) {
        int step = sqlite3_step(blocks);
        if (step == SQLITE_ROW)
            rc = take_block(f, sqlite3_column_blob(blocks, 0), (size_t)sqlite3_column_bytes(blocks, 0), range, set,
                            &behind);
        else if (step == SQLITE_DONE)
            rc = gw_fail(GW_ECORRUPT, "search index: block %" PRId64 " is missing", block);
        else
            rc = gw_index_fail(f->index, step, "reading a block");
    }
    sqlite3_reset(blocks);
    return rc;
}

// ---- nodes

struct leaf {
    struct finding *finding;
    struct set *set;
    size_t ranges;
};

static bool take_next_range(const struct gw_term_range *range, void *arg)
{
    struct leaf *leaf = arg;
    struct finding *f = leaf->finding;
    struct set more, *set = leaf->ranges++ ? &more : leaf->set;
    if (set == &more)
        set_init(f, set);
    f->rc = take_range(f, range, set);
    if (set == &more) {
        for (size_t i = 0; i < f->words; i++)
            leaf->set->words[i] &= more.words[i];
        set_fini(set);
    }
    return f->rc == GW_OK && !set_is_empty(f, leaf->set);
}

static void find_leaf(struct finding *f, const struct gw_query_node *node, struct set *set)
{
    struct leaf leaf = {.finding = f, .set = set};
    set->exact = gw_terms_wanted(node, take_next_range, &leaf);
    if (!leaf.ranges)
        set_all(f, set);
}

static bool is_wide(const struct gw_term_range *range, void *arg)
{
    *(bool *)arg |= range->first != range->last;
    return true;
}

// It reads many terms: better done when little is left that could match.
static bool node_is_wide(const struct gw_query_node *node)
{
    bool wide = node->kind != GW_QUERY_TEXT && node->kind != GW_QUERY_TITLE && node->kind != GW_QUERY_FIELD;
    if (!wide)
        gw_terms_wanted(node, is_wide, &wide);
    return wide;
}

static void find_node(struct finding *f, const struct gw_query_node *node, struct set *set);

static void find_all(struct finding *f, const struct gw_query_node *node, struct set *set)
{
    bool going = true;
    set_all(f, set);
    for (int wide = 0; wide <= 1; wide++)
        for (const struct gw_query_node *child = node->children; child && going; child = child->next) {
            if (node_is_wide(child) != wide)
                continue;
            struct set one;
            set_init(f, &one);
            find_node(f, child, &one);
            for (size_t i = 0; i < f->words; i++)
                set->words[i] &= one.words[i];
            set->exact &= one.exact;
            set_fini(&one);
            going = f->rc == GW_OK && !set_is_empty(f, set);
        }
}

static void find_any(struct finding *f, const struct gw_query_node *node, struct set *set)
{
    for (const struct gw_query_node *child = node->children; child && f->rc == GW_OK; child = child->next) {
        struct set one;
        set_init(f, &one);
        find_node(f, child, &one);
        for (size_t i = 0; i < f->words; i++)
            set->words[i] |= one.words[i];
        set->exact &= one.exact;
        set_fini(&one);
    }
}

static void find_not(struct finding *f, const struct gw_query_node *node, struct set *set)
{
    struct set without;
    set_init(f, &without);
    find_node(f, node->children, &without);
    set_all(f, set);
    set->exact = without.exact;
    for (size_t i = 0; i < f->words && without.exact; i++)
        set->words[i] &= ~without.words[i];
    set_fini(&without);
}

static void find_node(struct finding *f, const struct gw_query_node *node, struct set *set)
{
    switch (node->kind) {
    case GW_QUERY_ALL:
        find_all(f, node, set);
        return;
    case GW_QUERY_ANY:
        find_any(f, node, set);
        return;
    case GW_QUERY_NOT:
        find_not(f, node, set);
        return;
    case GW_QUERY_TEXT:
    case GW_QUERY_TITLE:
    case GW_QUERY_FIELD:
        find_leaf(f, node, set);
        return;
    }
}

// ---- segments

// False: fn said stop.
static bool give_runs(const struct finding *f, const struct set *set, uint64_t from, uint64_t upto, gw_index_run_fn *fn,
                      void *arg)
{
    uint64_t first = f->segment.first, low = from > first ? from - first : 0;
    uint64_t end = upto < f->segment.last ? upto - first + 1 : f->events; // of the run: what is below is left
    while (end > low) {
        uint64_t word = set->words[(end - 1) / 64] << (63 - (end - 1) % 64);
        if (!word) {
            end = (end - 1) / 64 * 64;
            continue;
        }
        end -= (uint64_t)__builtin_clzll(word);
        uint64_t begin = end;
        while (begin > low && end - begin < RUN_MAX && set->words[(begin - 1) / 64] >> (begin - 1) % 64 & 1)
            begin--;
        if (begin < end && !fn(first + begin, first + end - 1, arg))
            return false;
        end = begin;
    }
    return true;
}

// What the segment of `upto` holds, read in one transaction: another process may merge it at any time.
static int find_in_segment(struct finding *f, const struct gw_query *query, uint64_t upto, struct set *ret_set)
{
    int rc = gw_index_exec(f->index, "BEGIN");
    if (rc != GW_OK)
        return rc;
    rc = gw_index_segment_at(f->index, upto, &f->segment);
    if (rc == GW_ENOTFOUND ||
        (rc == GW_OK && (f->segment.last < upto || f->segment.last - f->segment.first >= EVENTS_MAX)))
        rc = gw_fail(GW_ECORRUPT, "search index: nothing of event %" PRIu64, upto);
    if (rc == GW_OK) {
        f->events = f->segment.last - f->segment.first + 1;
        f->words = (f->events + 63) / 64;
        set_init(f, ret_set);
        find_node(f, gw_query_root(query), ret_set);
        rc = f->rc;
        if (rc != GW_OK)
            set_fini(ret_set);
    }
    sqlite3_exec(f->index->db, "ROLLBACK", NULL, NULL, NULL); // it only read
    return rc;
}

int gw_index_find(struct gw_index *index, const struct gw_query *query, uint64_t from, uint64_t upto,
                  gw_index_run_fn *fn, void *arg)
{
    struct finding f = {.index = index};
    for (bool going = true; going && upto >= from && upto > 0;) {
        struct set set;
        int rc = find_in_segment(&f, query, upto, &set);
        if (rc != GW_OK)
            return rc;
        going = give_runs(&f, &set, from, upto, fn, arg);
        set_fini(&set);
        upto = f.segment.first - 1;
    }
    return GW_OK;
}
