// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "agent/permits.h"

enum { FAR = 1000000 };

static void requests_are_never_closer_than_the_delay(void **state)
{
    (void)state;
    struct gw_pace pace = {.delay_ms = 5000};
    int64_t from, to, end = 0;
    for (int i = 0; i < 20; i++) {
        check_ok(gw_pace_reserve(&pace, 1000, FAR, &from, &to));
        assert_true(to > from);
        if (end) // even when the one before left at its very end and this one leaves at once
            assert_true(from - end >= 5000);
        end = to;
    }
    assert_true(end < 1000 + 20 * 5300); // and not much slower
}

static void the_larger_of_delay_and_crawl_delay_holds(void **state)
{
    (void)state;
    struct gw_pace pace = {.delay_ms = 1000, .crawl_delay_ms = 7000};
    int64_t a, b, to;
    check_ok(gw_pace_reserve(&pace, 0, FAR, &a, &to));
    check_ok(gw_pace_reserve(&pace, 0, FAR, &b, &to));
    assert_true(b - a >= 7000);
    pace.crawl_delay_ms = 4000000000u;
    assert_int_equal(gw_pace_delay_ms(&pace), GW_CRAWL_DELAY_MAX_MS);
    assert_int_equal(gw_pace_connections(&pace), 1);
}

static void without_delay_several_go_at_once(void **state)
{
    (void)state;
    struct gw_pace pace = {0};
    int64_t from, to;
    for (int i = 0; i < 5; i++) {
        check_ok(gw_pace_reserve(&pace, 100, FAR, &from, &to));
        assert_int_equal(from, 100);
    }
    assert_int_equal(gw_pace_connections(&pace), GW_CONNECTIONS_FREE);
}

static void retry_after_holds_the_whole_host(void **state)
{
    (void)state;
    struct gw_pace pace = {0};
    int64_t from, to;
    gw_pace_hold(&pace, 60000);
    gw_pace_hold(&pace, 30000); // a shorter one does not shorten it
    check_ok(gw_pace_reserve(&pace, 100, FAR, &from, &to));
    assert_int_equal(from, 60000);
}

static void a_permit_ends_before_the_lease(void **state)
{
    (void)state;
    struct gw_pace pace = {.delay_ms = 5000};
    int64_t from, to, lease_end = 15000;
    int given = 0;
    while (gw_pace_reserve(&pace, 0, lease_end, &from, &to) == GW_OK) {
        assert_true(to <= lease_end - GW_PERMIT_LEASE_MARGIN_MS);
        given++;
    }
    assert_int_equal(given, 3); // 0, 5.25 and 10.5 s
    // What was refused took nothing: with the lease renewed the slot is where it was.
    check_ok(gw_pace_reserve(&pace, 0, FAR, &from, &to));
    assert_int_equal(from, 3 * (5000 + GW_PERMIT_WINDOW_MS));
    // A host without delay gets what is left of the lease.
    struct gw_pace free_pace = {0};
    check_ok(gw_pace_reserve(&free_pace, 13000, 15000, &from, &to));
    assert_int_equal(to, 14500);
    check_rc(gw_pace_reserve(&free_pace, 14500, 15000, &from, &to), GW_EAGAIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_never_closer_than_the_delay),
        cmocka_unit_test(the_larger_of_delay_and_crawl_delay_holds),
        cmocka_unit_test(without_delay_several_go_at_once),
        cmocka_unit_test(retry_after_holds_the_whole_host),
        cmocka_unit_test(a_permit_ends_before_the_lease),
    };
    return cmocka_run_group_tests_name("agent/permits", tests, NULL, NULL);
}
