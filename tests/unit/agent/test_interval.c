// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "agent/interval.h"

static const int64_t HOUR = 3600 * 1000, DAY = 24 * 3600 * 1000;

static void polling_learns_within_its_bounds(void **state)
{
    (void)state;
    uint32_t interval = gw_interval_poll(0, true);
    assert_int_equal(interval, GW_POLL_START_MS);
    assert_int_equal(gw_interval_poll(interval, true), GW_POLL_START_MS / 2);
    for (int i = 0; i < 50; i++)
        interval = gw_interval_poll(interval, true);
    assert_int_equal(interval, GW_POLL_MIN_MS);
    for (int i = 0; i < 50; i++)
        interval = gw_interval_poll(interval, false);
    assert_int_equal(interval, GW_POLL_MAX_MS);
}

static void jitter_stays_within_a_tenth(void **state)
{
    (void)state;
    assert_int_equal(gw_interval_jitter(1000, 0), 900);
    assert_int_equal(gw_interval_jitter(1000, UINT32_MAX), 1100);
    assert_in_range(gw_interval_jitter(1000, UINT32_MAX / 2), 990, 1010);
}

static void back_off_grows_and_being_blocked_waits_hours(void **state)
{
    (void)state;
    assert_int_equal(gw_interval_backoff(GW__FAILURE__FAILURE_TIMEOUT, 1), GW_BACKOFF_START_MS);
    assert_int_equal(gw_interval_backoff(GW__FAILURE__FAILURE_TIMEOUT, 3), 4 * GW_BACKOFF_START_MS);
    assert_int_equal(gw_interval_backoff(GW__FAILURE__FAILURE_TIMEOUT, 4000000000u), GW_BACKOFF_MAX_MS);
    assert_true(gw_interval_backoff(GW__FAILURE__FAILURE_CHALLENGE, 1) >= HOUR);
    assert_int_equal(gw_interval_backoff(GW__FAILURE__FAILURE_ROBOTS, 1), DAY);
    assert_true(gw_interval_backoff((Gw__Failure)999, 1) > 0); // of a newer schema
}

static void revisits_decay_or_follow_the_source(void **state)
{
    (void)state;
    assert_int_equal(gw_interval_revisit(NULL, 0, false), HOUR);
    assert_int_equal(gw_interval_revisit(NULL, HOUR, false), 5 * HOUR);
    assert_int_equal(gw_interval_revisit(NULL, 59 * HOUR / 60, false), 6 * HOUR - 59 * HOUR / 60);
    assert_int_equal(gw_interval_revisit(NULL, 7 * DAY, false), 23 * DAY);
    assert_int_equal(gw_interval_revisit(NULL, 40 * DAY, false), 40 * DAY);
    assert_int_equal(gw_interval_revisit(NULL, 4000 * DAY, false), 180 * DAY);
    assert_int_equal(gw_interval_revisit(NULL, 40 * DAY, true), HOUR);
    assert_int_equal(gw_interval_revisit(NULL, -5, false), HOUR); // the clock went back

    uint64_t times[] = {(uint64_t)HOUR, (uint64_t)DAY, (uint64_t)(7 * DAY)};
    Gw__Source source = GW__SOURCE__INIT;
    source.revisit_ms = times;
    source.n_revisit_ms = 3;
    assert_int_equal(gw_interval_revisit(&source, 2 * HOUR, true), DAY - 2 * HOUR);
    assert_true(gw_interval_revisit(&source, 8 * DAY, false) < 0);
    source.n_revisit_ms = 1;
    assert_int_equal(gw_interval_revisit(&source, 800 * DAY, false), HOUR);
}

static void every_failure_has_its_name(void **state)
{
    (void)state;
    assert_string_equal(gw_failure_reason(GW__FAILURE__FAILURE_NONE), "");
    assert_string_equal(gw_failure_reason(GW__FAILURE__FAILURE_PRIVATE_ADDRESS), "private_address");
    assert_string_equal(gw_failure_reason(GW__FAILURE__FAILURE_READER_TIME), "reader_time");
    // The names are the schema's, so that none is forgotten.
    for (unsigned i = 0; i < gw__failure__descriptor.n_values; i++) {
        const ProtobufCEnumValue *value = &gw__failure__descriptor.values[i];
        if (value->value == 0)
            continue;
        char lower[64];
        const char *name = value->name + strlen("FAILURE_");
        size_t n = 0;
        for (; name[n] && n < sizeof lower - 1; n++)
            lower[n] = name[n] >= 'A' && name[n] <= 'Z' ? (char)(name[n] + 32) : name[n];
        lower[n] = '\0';
        assert_string_equal(gw_failure_reason((Gw__Failure)value->value), lower);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(polling_learns_within_its_bounds),
        cmocka_unit_test(jitter_stays_within_a_tenth),
        cmocka_unit_test(back_off_grows_and_being_blocked_waits_hours),
        cmocka_unit_test(revisits_decay_or_follow_the_source),
        cmocka_unit_test(every_failure_has_its_name),
    };
    return cmocka_run_group_tests_name("agent/interval", tests, NULL, NULL);
}
