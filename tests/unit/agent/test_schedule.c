// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "agent/leases.h"
#include "agent/schedule.h"

struct world {
    struct gw_leases leases;
    struct gw_schedule schedule;
};

static struct world fresh(void)
{
    struct world w = {0};
    gw_leases_init(&w.leases);
    return w;
}

static struct gw_host *held_host(struct world *world, const char *key, uint32_t delay_ms)
{
    struct gw_host *host = gw_host_get(&world->leases, key);
    host->pace.delay_ms = delay_ms;
    host->robots.fetched_ms = 1;
    assert_true(gw_lease_granted(host, 1, 1000000000, 0));
    gw_lease_filled(host);
    return host;
}

static void end(struct world *world)
{
    gw_schedule_fini(&world->schedule);
    gw_leases_fini(&world->leases);
}

static void lists_come_before_articles_and_the_longest_due_first(void **state)
{
    (void)state;
    struct world w = fresh();
    struct gw_host *host = held_host(&w, "a:443", 0);
    struct gw_task list = {.is_list = true}, early = {0}, late = {0}, future = {0};
    gw_schedule_put(&w.schedule, &late, host, 500);
    gw_schedule_put(&w.schedule, &early, host, 100);
    gw_schedule_put(&w.schedule, &list, host, 900);
    gw_schedule_put(&w.schedule, &future, host, 5000);
    assert_int_equal(w.schedule.waiting, 4);
    assert_ptr_equal(gw_schedule_next(&w.schedule, 1000), &list);
    assert_ptr_equal(gw_schedule_next(&w.schedule, 1000), &early);
    assert_ptr_equal(gw_schedule_next(&w.schedule, 1000), &late);
    assert_null(gw_schedule_next(&w.schedule, 1000));
    assert_int_equal(gw_schedule_wake_ms(&w.schedule), 5000);
    assert_int_equal(w.schedule.running, 3);
    gw_schedule_drop(&w.schedule, &future);
    assert_int_equal(gw_schedule_wake_ms(&w.schedule), INT64_MAX);
    end(&w);
}

static void one_at_a_time_on_a_host_with_a_delay(void **state)
{
    (void)state;
    struct world w = fresh();
    struct gw_host *host = held_host(&w, "a:443", 5000);
    struct gw_task a = {0}, b = {0};
    int64_t from, to;
    gw_schedule_put(&w.schedule, &a, host, 0);
    gw_schedule_put(&w.schedule, &b, host, 0);
    assert_non_null(gw_schedule_next(&w.schedule, 10));
    check_ok(gw_pace_reserve(&host->pace, 10, INT64_MAX / 2, &from, &to));
    assert_null(gw_schedule_next(&w.schedule, 100000)); // whatever the time: the first still runs
    struct gw_task *first = a.running ? &a : &b, *second = a.running ? &b : &a;
    gw_schedule_end(&w.schedule, first);
    assert_null(gw_schedule_next(&w.schedule, to + 4999));
    assert_int_equal(gw_schedule_wake_ms(&w.schedule), to + 5000);
    assert_ptr_equal(gw_schedule_next(&w.schedule, to + 5000), second);
    end(&w);
}

static void an_answer_that_is_being_read_holds_no_connection(void **state)
{
    (void)state;
    struct world w = fresh();
    struct gw_host *host = held_host(&w, "a:443", 5000);
    struct gw_task a = {0}, b = {0};
    gw_schedule_put(&w.schedule, &a, host, 0);
    gw_schedule_put(&w.schedule, &b, host, 1);
    assert_ptr_equal(gw_schedule_next(&w.schedule, 10), &a);
    assert_null(gw_schedule_next(&w.schedule, 10));
    gw_schedule_fetched(&w.schedule, &a);
    gw_schedule_fetched(&w.schedule, &a); // its second page, say
    assert_ptr_equal(gw_schedule_next(&w.schedule, 10), &b);
    assert_int_equal(w.schedule.running, 2);
    gw_schedule_end(&w.schedule, &a);
    gw_schedule_end(&w.schedule, &b);
    assert_int_equal(host->queue.connected, 0);
    assert_int_equal(w.schedule.running, 0);
    end(&w);
}

static void nothing_goes_to_a_host_that_is_not_held(void **state)
{
    (void)state;
    struct world w = fresh();
    struct gw_host *host = gw_host_get(&w.leases, "a:443");
    struct gw_task task = {0};
    gw_schedule_put(&w.schedule, &task, host, 0);
    assert_null(gw_schedule_next(&w.schedule, 10));
    assert_true(gw_lease_granted(host, 1, 15000, 0));
    gw_schedule_touch(&w.schedule, host);
    assert_null(gw_schedule_next(&w.schedule, 10));
    gw_lease_filled(host);
    gw_schedule_touch(&w.schedule, host);
    assert_null(gw_schedule_next(&w.schedule, 14900)); // within the margin before its end
    gw_schedule_touch(&w.schedule, host);              // as the renewal does
    assert_ptr_equal(gw_schedule_next(&w.schedule, 100), &task);
    end(&w);
}

static void one_asks_for_robots_before_the_others_go(void **state)
{
    (void)state;
    struct world w = fresh();
    struct gw_host *host = held_host(&w, "a:443", 0);
    host->robots.fetched_ms = 0;
    struct gw_task tasks[4] = {0};
    for (size_t i = 0; i < 4; i++)
        gw_schedule_put(&w.schedule, &tasks[i], host, 0);
    assert_non_null(gw_schedule_next(&w.schedule, 10));
    assert_null(gw_schedule_next(&w.schedule, 10));
    host->robots.fetched_ms = 5;
    gw_schedule_touch(&w.schedule, host);
    for (size_t i = 0; i < 3; i++)
        assert_non_null(gw_schedule_next(&w.schedule, 10));
    end(&w);
}

static void a_host_with_much_to_do_does_not_keep_others_waiting(void **state)
{
    (void)state;
    struct world w = fresh();
    struct gw_host *busy = held_host(&w, "busy:443", 0), *small = held_host(&w, "small:443", 0);
    struct gw_task many[20] = {0}, one = {0};
    for (size_t i = 0; i < 20; i++)
        gw_schedule_put(&w.schedule, &many[i], busy, (int64_t)i);
    gw_schedule_put(&w.schedule, &one, small, 50);
    assert_non_null(gw_schedule_next(&w.schedule, 100));
    assert_ptr_equal(gw_schedule_next(&w.schedule, 100), &one);
    uint32_t more = 0;
    while (gw_schedule_next(&w.schedule, 100))
        more++;
    assert_int_equal(more, GW_CONNECTIONS_FREE - 1);
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_come_before_articles_and_the_longest_due_first),
        cmocka_unit_test(one_at_a_time_on_a_host_with_a_delay),
        cmocka_unit_test(an_answer_that_is_being_read_holds_no_connection),
        cmocka_unit_test(nothing_goes_to_a_host_that_is_not_held),
        cmocka_unit_test(one_asks_for_robots_before_the_others_go),
        cmocka_unit_test(a_host_with_much_to_do_does_not_keep_others_waiting),
    };
    return cmocka_run_group_tests_name("agent/schedule", tests, NULL, NULL);
}
