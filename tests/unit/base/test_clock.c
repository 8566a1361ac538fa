// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "base/clock.h"
#include "base/err.h"

static void rfc3339_both_ways(void **state)
{
    (void)state;
    char out[GW_RFC3339_BYTES];
    assert_string_equal(gw_rfc3339_ms(1709544707123, out), "2024-03-04T09:31:47.123Z");
    assert_string_equal(gw_rfc3339_ms(-1, out), "1969-12-31T23:59:59.999Z");
    int64_t ms;
    check_ok(gw_rfc3339_parse("2024-03-04T09:31:47.123Z", &ms));
    assert_int_equal(ms, 1709544707123);
    check_ok(gw_rfc3339_parse("2024-03-04T17:31:47+08:00", &ms));
    assert_int_equal(ms, 1709544707000);
    check_ok(gw_rfc3339_parse("2024-03-04", &ms));
    assert_int_equal(ms, 1709510400000);
    check_rc(gw_rfc3339_parse("2024-13-04", &ms), GW_EINVAL);
    check_rc(gw_rfc3339_parse("2024-03-04x", &ms), GW_EINVAL);
}

static void tests_own_time(void **state)
{
    (void)state;
    gw_clock_set(1000, 2000);
    assert_int_equal(gw_clock_unix_ms(), 1000);
    assert_int_equal(gw_clock_boot_ms(), 2000);
    gw_clock_set(-1, -1);
    assert_true(gw_clock_unix_ms() > 1700000000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rfc3339_both_ways), cmocka_unit_test(tests_own_time)};
    return cmocka_run_group_tests_name("base/clock", tests, NULL, NULL);
}
