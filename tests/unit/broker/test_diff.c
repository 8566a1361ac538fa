// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "base/err.h"
#include "broker/diff.h"

#include <stdlib.h>

enum { ARENA_BYTES = 64 << 20, MAX = 2000 };

// Hunks applied to a must give b; returns the elements they touch.
static size_t check_apply(struct gw_arena *arena, const uint64_t *a, size_t n, const uint64_t *b, size_t m)
{
    size_t count, touched = 0, at = 0, made = 0;
    const struct gw_hunk *hunks = gw_diff(arena, a, n, b, m, &count);
    for (size_t i = 0; i < count; i++) {
        const struct gw_hunk *h = &hunks[i];
        assert_true(h->a_at >= at && h->a_count + h->b_count > 0);
        for (; at < h->a_at; at++, made++)
            assert_int_equal(a[at], b[made]);
        assert_int_equal(made, h->b_at);
        at += h->a_count;
        made += h->b_count;
        touched += h->a_count + h->b_count;
    }
    for (; at < n; at++, made++)
        assert_int_equal(a[at], b[made]);
    assert_int_equal(made, m);
    return touched;
}

// The length of the shortest edit by the textbook table.
static size_t shortest(const uint64_t *a, size_t n, const uint64_t *b, size_t m)
{
    static size_t table[64][64];
    for (size_t i = 0; i <= n; i++)
        for (size_t j = 0; j <= m; j++) {
            if (i == 0 || j == 0)
                table[i][j] = i + j;
            else if (a[i - 1] == b[j - 1])
                table[i][j] = table[i - 1][j - 1];
            else
                table[i][j] = 1 + (table[i - 1][j] < table[i][j - 1] ? table[i - 1][j] : table[i][j - 1]);
        }
    return table[n][m];
}

static void random_edits_are_shortest(void **state)
{
    (void)state;
    struct gw_arena *arena = gw_arena_new(ARENA_BYTES);
    unsigned seed = 7;
    for (int round = 0; round < 3000; round++) {
        uint64_t a[63], b[63];
        size_t n = (size_t)rand_r(&seed) % 30, m = (size_t)rand_r(&seed) % 30;
        uint64_t letters = 1 + (uint64_t)rand_r(&seed) % 6;
        for (size_t i = 0; i < n; i++)
            a[i] = (uint64_t)rand_r(&seed) % letters;
        for (size_t i = 0; i < m; i++)
            b[i] = (uint64_t)rand_r(&seed) % letters;
        assert_int_equal(check_apply(arena, a, n, b, m), shortest(a, n, b, m));
        gw_arena_reset(arena);
    }
    gw_arena_free(arena);
}

static void past_the_bound_the_middle_is_one_hunk(void **state)
{
    (void)state;
    static uint64_t a[MAX], b[MAX];
    for (size_t i = 0; i < MAX; i++) {
        a[i] = i < 10 ? i : 1000 + i;
        b[i] = i < 10 ? i : 100000 + i;
    }
    struct gw_arena *arena = gw_arena_new(ARENA_BYTES);
    size_t count;
    const struct gw_hunk *hunks = gw_diff(arena, a, MAX, b, MAX, &count);
    assert_int_equal(count, 1);
    assert_int_equal(hunks[0].a_at, 10);
    assert_int_equal(hunks[0].a_count, MAX - 10);
    assert_int_equal(check_apply(arena, a, MAX, b, MAX), 2 * (MAX - 10));
    gw_arena_free(arena);
}

static void too_small_an_arena_is_no_disaster(void **state)
{
    (void)state;
    uint64_t a[] = {1, 2, 3}, b[] = {4, 5};
    size_t count;
    struct gw_arena *arena = gw_arena_new(16);
    assert_null(gw_diff(arena, a, 3, b, 2, &count));
    assert_int_equal(count, 0);
    gw_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_edits_are_shortest),
        cmocka_unit_test(past_the_bound_the_middle_is_one_hunk),
        cmocka_unit_test(too_small_an_arena_is_no_disaster),
    };
    return cmocka_run_group_tests_name("broker/diff", tests, NULL, NULL);
}
