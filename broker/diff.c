// SPDX-License-Identifier: Apache-2.0
// E. W. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), greedy form: for each number of edits d, the
// furthest point reached on each diagonal k. The rows of all d are kept to walk back.
#include "diff.h"

#include <stdbool.h>

enum {
    MAX_EDITS = 256,            // the kept rows take MAX_EDITS squared numbers
    MAX_WORK = 4 * 1000 * 1000, // elements times edits
};

struct problem {
    const uint64_t *a, *b;
    size_t n, m;
};

// Furthest x for edit count d on diagonals -d..d; row d has 2d + 1 places.
static int32_t *row_of(int32_t *rows, size_t d)
{
    return rows + d * d;
}

// Where one more edit leads on diagonal k from the row of d - 1: `down` inserts from b, `right` deletes from a; -1 when
// that way is not open.
static void steps(const struct problem *p, const int32_t *before, int d, int k, int32_t *ret_down, int32_t *ret_right)
{
    int32_t down = k + 1 <= d - 1 ? before[k + d] : -1;
    int32_t right = k - 1 >= 1 - d ? before[k + d - 2] : -1;
    *ret_down = down >= 0 && down - k <= (int32_t)p->m ? down : -1;
    *ret_right = right >= 0 && right < (int32_t)p->n ? right + 1 : -1;
}

static int32_t follow(const struct problem *p, int32_t x, int k)
{
    while (x >= 0 && x < (int32_t)p->n && x - k < (int32_t)p->m && p->a[x] == p->b[x - k])
        x++;
    return x;
}

// The number of edits, or -1 when it takes more than the bound.
static int search(const struct problem *p, int32_t *rows, int max_edits)
{
    for (int d = 0; d <= max_edits; d++) {
        int32_t *row = row_of(rows, (size_t)d);
        for (int k = -d; k <= d; k += 2) {
            int32_t down = d == 0 ? 0 : -1, right = -1;
            if (d > 0)
                steps(p, row_of(rows, (size_t)d - 1), d, k, &down, &right);
            int32_t x = follow(p, down > right ? down : right, k);
            row[k + d] = x;
            if (x == (int32_t)p->n && x - k == (int32_t)p->m)
                return d;
        }
    }
    return -1;
}

static void add_edit(struct gw_hunk *hunks, size_t *count, size_t a_at, size_t a_count, size_t b_at, size_t b_count)
{
    // Walking backwards: join with the hunk that begins where this one ends.
    struct gw_hunk *last = *count ? &hunks[*count - 1] : NULL;
    if (last && last->a_at == a_at + a_count && last->b_at == b_at + b_count) {
        last->a_at = a_at;
        last->b_at = b_at;
        last->a_count += a_count;
        last->b_count += b_count;
        return;
    }
    hunks[(*count)++] = (struct gw_hunk){a_at, a_count, b_at, b_count};
}

static void walk_back(const struct problem *p, int32_t *rows, int d, struct gw_hunk *hunks, size_t *count)
{
    int32_t x = (int32_t)p->n, y = (int32_t)p->m;
    for (; d > 0; d--) {
        int32_t down, right;
        int k = x - y;
        steps(p, row_of(rows, (size_t)d - 1), d, k, &down, &right);
        if (down >= right) {
            x = down;
            y = x - (k + 1);
            add_edit(hunks, count, (size_t)x, 0, (size_t)y, 1);
        } else {
            x = right - 1;
            y = x - (k - 1);
            add_edit(hunks, count, (size_t)x, 1, (size_t)y, 0);
        }
    }
}

static bool solve(struct gw_arena *arena, const struct problem *p, struct gw_hunk *hunks, size_t *ret_count)
{
    size_t size = p->n + p->m;
    int max_edits = (int)(MAX_WORK / (size + 1));
    if (max_edits > MAX_EDITS)
        max_edits = MAX_EDITS;
    if ((size_t)max_edits > size)
        max_edits = (int)size;
    size_t places = ((size_t)max_edits + 1) * ((size_t)max_edits + 1);
    int32_t *rows = gw_arena_alloc(arena, places * sizeof *rows);
    int d = rows ? search(p, rows, max_edits) : -1;
    if (d < 0)
        return false;
    *ret_count = 0;
    walk_back(p, rows, d, hunks, ret_count);
    return true;
}

struct gw_hunk *gw_diff(struct gw_arena *arena, const uint64_t *a, size_t a_count, const uint64_t *b, size_t b_count,
                        size_t *ret_count)
{
    size_t head = 0, tail = 0;
    while (head < a_count && head < b_count && a[head] == b[head])
        head++;
    while (tail < a_count - head && tail < b_count - head && a[a_count - 1 - tail] == b[b_count - 1 - tail])
        tail++;
    struct problem p = {a + head, b + head, a_count - head - tail, b_count - head - tail};
    *ret_count = 0;
    if (p.n == 0 && p.m == 0)
        return NULL;
    struct gw_hunk *hunks = gw_arena_alloc(arena, (MAX_EDITS + 1) * sizeof *hunks);
    if (!hunks)
        return NULL;
    if (p.n == 0 || p.m == 0 || !solve(arena, &p, hunks, ret_count)) {
        hunks[0] = (struct gw_hunk){0, p.n, 0, p.m};
        *ret_count = 1;
    }
    for (size_t i = 0; i < *ret_count / 2; i++) { // they were found from the end
        struct gw_hunk swap = hunks[i];
        hunks[i] = hunks[*ret_count - 1 - i];
        hunks[*ret_count - 1 - i] = swap;
    }
    for (size_t i = 0; i < *ret_count; i++) {
        hunks[i].a_at += head;
        hunks[i].b_at += head;
    }
    return hunks;
}
