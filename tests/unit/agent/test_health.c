// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "agent/health.h"

static const int64_t DAY = 24 * 3600 * 1000, T0 = 1700000000000;

static struct gw_poll_seen rows(uint32_t n)
{
    return (struct gw_poll_seen){.rows = n, .dated = n, .own = n};
}

static struct gw_poll_seen failed(Gw__Failure failure)
{
    return (struct gw_poll_seen){.failure = failure};
}

static void is_in(const struct gw_health *health, const char *state, const char *reason)
{
    assert_string_equal(gw_state_name(health->state), state);
    assert_string_equal(health->reason, reason);
}

#define SEE(seen, at)                                                                                                  \
    ({                                                                                                                 \
        struct gw_poll_seen seen_ = (seen);                                                                            \
        gw_health_observe(&health, &seen_, (at));                                                                      \
    })

static void a_change_is_told_once(void **state)
{
    (void)state;
    struct gw_health health;
    gw_health_init(&health);
    is_in(&health, "new", "");
    assert_true(SEE(rows(20), T0));
    is_in(&health, "ok", "");
    assert_int_equal(health.since_ms, T0);
    assert_false(SEE(rows(20), T0 + 1));
    assert_false(SEE(((struct gw_poll_seen){.unchanged = true}), T0 + 2));
    assert_int_equal(health.since_ms, T0);
}

static void zero_rows_is_an_alarm_also_the_first_time(void **state)
{
    (void)state;
    struct gw_health health;
    gw_health_init(&health);
    assert_true(SEE(rows(0), T0));
    is_in(&health, "broken", "empty_list");
    assert_false(SEE(rows(0), T0 + 1));
    assert_false(SEE(((struct gw_poll_seen){.unchanged = true}), T0 + 2)); // the same empty page is still empty
    is_in(&health, "broken", "empty_list");
    assert_true(SEE(rows(20), T0 + 3));
    is_in(&health, "ok", "");
    assert_true(SEE(rows(0), T0 + 4));
    is_in(&health, "broken", "empty_list");
}

static void one_lost_answer_is_no_event_but_two_are(void **state)
{
    (void)state;
    struct gw_health health;
    gw_health_init(&health);
    assert_true(SEE(rows(20), T0));
    assert_false(SEE(failed(GW__FAILURE__FAILURE_TIMEOUT), T0 + 1));
    assert_false(SEE(rows(20), T0 + 2));
    assert_false(SEE(failed(GW__FAILURE__FAILURE_TIMEOUT), T0 + 3));
    assert_true(SEE(failed(GW__FAILURE__FAILURE_SERVER_ERROR), T0 + 4));
    is_in(&health, "degraded", "server_error");
    assert_true(SEE(failed(GW__FAILURE__FAILURE_SERVER_ERROR), T0 + 3 + DAY));
    is_in(&health, "broken", "server_error");
    assert_true(SEE(rows(20), T0 + 2 * DAY));
    is_in(&health, "ok", "");
}

static void each_failure_finds_its_state(void **state)
{
    (void)state;
    static const struct {
        Gw__Failure failure;
        const char *state, *reason;
    } cases[] = {
        {GW__FAILURE__FAILURE_NOT_FOUND, "broken", "not_found"},
        {GW__FAILURE__FAILURE_GONE, "gone", "gone"},
        {GW__FAILURE__FAILURE_TLS_EXPIRED, "broken", "tls_expired"},
        {GW__FAILURE__FAILURE_CHALLENGE, "blocked", "challenge"},
        {GW__FAILURE__FAILURE_ROBOTS, "blocked", "robots"},
        {GW__FAILURE__FAILURE_REFUSED, "blocked", "refused"},
        {GW__FAILURE__FAILURE_PRIVATE_ADDRESS, "broken", "private_address"},
        {GW__FAILURE__FAILURE_READER_CRASH, "broken", "bad_answer"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gw_health health;
        gw_health_init(&health);
        assert_true(SEE(rows(20), T0));
        assert_true(SEE(failed(cases[i].failure), T0 + 1));
        is_in(&health, cases[i].state, cases[i].reason);
    }
}

static void not_found_for_a_week_is_gone(void **state)
{
    (void)state;
    struct gw_health health;
    gw_health_init(&health);
    assert_true(SEE(failed(GW__FAILURE__FAILURE_NOT_FOUND), T0));
    assert_false(SEE(failed(GW__FAILURE__FAILURE_NOT_FOUND), T0 + 6 * DAY));
    assert_true(SEE(failed(GW__FAILURE__FAILURE_NOT_FOUND), T0 + 7 * DAY));
    is_in(&health, "gone", "gone");
}

static void a_list_that_shrinks_has_drifted_until_it_is_usual(void **state)
{
    (void)state;
    struct gw_health health;
    gw_health_init(&health);
    for (int i = 0; i < 5; i++)
        SEE(rows(40), T0);
    assert_true(SEE(rows(2), T0 + 1));
    is_in(&health, "broken", "selector_drift");
    for (int i = 0; i < 30 && health.state != GW_STATE_OK; i++)
        SEE(rows(2), T0 + 2 + i);
    is_in(&health, "ok", "");
}

static void dates_that_vanish_degrade(void **state)
{
    (void)state;
    struct gw_health health;
    gw_health_init(&health);
    SEE(rows(10), T0);
    assert_true(SEE(((struct gw_poll_seen){.rows = 10, .dated = 0, .own = 10}), T0 + 1));
    is_in(&health, "degraded", "no_dates");
    assert_false(SEE(((struct gw_poll_seen){.unchanged = true}), T0 + 1)); // they are still not there
    is_in(&health, "degraded", "no_dates");
    assert_true(SEE(rows(10), T0 + 2));
    is_in(&health, "ok", "");
    assert_true(SEE(((struct gw_poll_seen){.rows = 10, .dated = 10, .own = 10, .truncated = true}), T0 + 3));
    is_in(&health, "degraded", "truncated");
    // A list that never had any is fine, unless its definition says where they are.
    gw_health_init(&health);
    SEE(((struct gw_poll_seen){.rows = 10, .own = 10}), T0);
    is_in(&health, "ok", "");
    SEE(((struct gw_poll_seen){.rows = 10, .own = 10, .wants_dates = true}), T0 + 1);
    is_in(&health, "degraded", "no_dates");
}

static void rows_of_other_sites_alone_are_another_list(void **state)
{
    (void)state;
    struct gw_health health;
    gw_health_init(&health);
    SEE(((struct gw_poll_seen){.rows = 10, .dated = 10}), T0); // a page of links to others is what it is
    is_in(&health, "ok", "");
    SEE(rows(10), T0 + 1);
    assert_true(SEE(((struct gw_poll_seen){.rows = 10, .dated = 10}), T0 + 2));
    is_in(&health, "broken", "selector_drift");
    assert_false(SEE(((struct gw_poll_seen){.unchanged = true}), T0 + 3));
    SEE(failed(GW__FAILURE__FAILURE_NOT_FOUND), T0 + 4);
    SEE(((struct gw_poll_seen){.unchanged = true}), T0 + 5); // what a failure between does not mend
    is_in(&health, "broken", "selector_drift");
    gw_health_forget(&health); // another definition
    SEE(((struct gw_poll_seen){.rows = 3}), T0 + 6);
    is_in(&health, "ok", "");
}

static void no_news_for_long_is_quiet_and_news_ends_it(void **state)
{
    (void)state;
    struct gw_health health;
    gw_health_init(&health);
    struct gw_poll_seen seen = rows(20);
    seen.usual_gap_ms = 3 * DAY;
    seen.last_new_ms = T0;
    assert_true(SEE(seen, T0));
    assert_false(SEE(seen, T0 + 12 * DAY));
    assert_true(SEE(seen, T0 + 13 * DAY));
    is_in(&health, "quiet", "");
    seen.last_new_ms = T0 + 13 * DAY;
    assert_true(SEE(seen, T0 + 13 * DAY));
    is_in(&health, "ok", "");
}

static void the_same_rows_for_far_too_long_are_frozen(void **state)
{
    (void)state;
    struct gw_health health;
    gw_health_init(&health);
    struct gw_poll_seen seen = rows(20), same = {.unchanged = true};
    same.usual_gap_ms = seen.usual_gap_ms = DAY / 2;
    same.last_new_ms = seen.last_new_ms = T0;
    SEE(seen, T0);
    SEE(same, T0 + 28 * DAY); // four weeks at least, however often news come
    is_in(&health, "quiet", "");
    assert_true(SEE(same, T0 + 29 * DAY));
    is_in(&health, "degraded", "frozen_list");
    SEE(seen, T0 + 30 * DAY); // also when the page is another around them
    is_in(&health, "degraded", "frozen_list");
    Gw__Health stored = GW__HEALTH__INIT;
    stored.state = "degraded";
    stored.reason = "frozen_list";
    gw_health_init(&health);
    gw_health_restore(&health, &stored);
    assert_false(SEE(same, T0 + 31 * DAY));
    same.last_new_ms = T0 + 31 * DAY;
    assert_true(SEE(same, T0 + 32 * DAY));
    is_in(&health, "ok", "");
    same.usual_gap_ms = 30 * DAY;
    SEE(same, T0 + (31 + 360) * DAY);
    is_in(&health, "quiet", "");
}

static void what_the_broker_stored_comes_back(void **state)
{
    (void)state;
    struct gw_health health;
    gw_health_init(&health);
    Gw__Health stored = GW__HEALTH__INIT;
    stored.state = "broken";
    stored.reason = "not_found";
    stored.since_ms = T0;
    gw_health_restore(&health, &stored);
    is_in(&health, "broken", "not_found");
    assert_false(SEE(failed(GW__FAILURE__FAILURE_NOT_FOUND), T0 + DAY));
    assert_true(SEE(failed(GW__FAILURE__FAILURE_NOT_FOUND), T0 + 7 * DAY)); // the week began then
    is_in(&health, "gone", "gone");
    stored.state = "no such state";
    gw_health_init(&health);
    gw_health_restore(&health, &stored);
    is_in(&health, "new", "");
    assert_true(gw_health_pause(&health, true, T0));
    is_in(&health, "paused", "");
    assert_true(gw_health_pause(&health, false, T0));
    is_in(&health, "new", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_is_told_once),
        cmocka_unit_test(zero_rows_is_an_alarm_also_the_first_time),
        cmocka_unit_test(one_lost_answer_is_no_event_but_two_are),
        cmocka_unit_test(each_failure_finds_its_state),
        cmocka_unit_test(not_found_for_a_week_is_gone),
        cmocka_unit_test(a_list_that_shrinks_has_drifted_until_it_is_usual),
        cmocka_unit_test(dates_that_vanish_degrade),
        cmocka_unit_test(no_news_for_long_is_quiet_and_news_ends_it),
        cmocka_unit_test(the_same_rows_for_far_too_long_are_frozen),
        cmocka_unit_test(rows_of_other_sites_alone_are_another_list),
        cmocka_unit_test(what_the_broker_stored_comes_back),
    };
    return cmocka_run_group_tests_name("agent/health", tests, NULL, NULL);
}
