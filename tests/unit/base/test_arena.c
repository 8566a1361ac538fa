// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "base/arena.h"

#include <setjmp.h>

static void strings_and_alignment(void **state)
{
    (void)state;
    struct gw_arena *arena = gw_arena_new(1 << 20);
    assert_string_equal(gw_arena_strdup(arena, "abc"), "abc");
    assert_string_equal(gw_arena_strndup(arena, "abcdef", 2), "ab");
    assert_string_equal(gw_arena_printf(arena, "%d-%s", 7, "x"), "7-x");
    for (int i = 0; i < 100; i++) {
        assert_int_equal((uintptr_t)gw_arena_alloc(arena, 3) % 16, 0);
        char *z = gw_arena_zalloc(arena, 40);
        for (int k = 0; k < 40; k++)
            assert_int_equal(z[k], 0);
    }
    assert_null(gw_arena_free(arena));
}

static void the_ceiling_gives_null_and_reset_recovers(void **state)
{
    (void)state;
    struct gw_arena *arena = gw_arena_new(100 * 1024);
    assert_null(gw_arena_alloc(arena, 200 * 1024));
    size_t got = 0;
    while (gw_arena_alloc(arena, 1024))
        got++;
    assert_in_range(got, 64, 100);
    assert_true(gw_arena_taken(arena) <= 100 * 1024);
    gw_arena_reset(arena);
    assert_int_equal(gw_arena_used(arena), 0);
    assert_non_null(gw_arena_alloc(arena, 1024));
    gw_arena_free(arena);
}

static void the_ceiling_jumps_when_asked(void **state)
{
    (void)state;
    struct gw_arena *arena = gw_arena_new(100 * 1024);
    jmp_buf point;
    volatile int jumped = 0;
    if (setjmp(point) == 0) {
        gw_arena_on_limit(arena, &point);
        for (;;)
            gw_arena_alloc(arena, 1000);
    } else {
        jumped = 1;
    }
    assert_int_equal(jumped, 1);
    gw_arena_free(arena);
}

static _Bool no_more(void *arg)
{
    return ++*(int *)arg < 3;
}

static void progress_is_asked_and_can_stop(void **state)
{
    (void)state;
    struct gw_arena *arena = gw_arena_new(1 << 20);
    int asked = 0;
    gw_arena_on_progress(arena, 4096, no_more, &asked);
    size_t got = 0;
    while (gw_arena_alloc(arena, 1024) && got < 1000)
        got++;
    assert_int_equal(asked, 3);
    assert_in_range(got, 12, 16);
    gw_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_and_alignment),
        cmocka_unit_test(the_ceiling_gives_null_and_reset_recovers),
        cmocka_unit_test(the_ceiling_jumps_when_asked),
        cmocka_unit_test(progress_is_asked_and_can_stop),
    };
    return cmocka_run_group_tests_name("base/arena", tests, NULL, NULL);
}
