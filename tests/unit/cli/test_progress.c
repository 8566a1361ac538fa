// SPDX-License-Identifier: Apache-2.0
#include "../../../agent/cli/progress.h"

#include "kit/check.h"

static void time_left_is_said_in_the_unit_one_plans_with(void **state)
{
    static const struct {
        uint64_t done, total;
        int64_t spent_ms;
        const char *left;
    } rows[] = {
        {0, 100, 5000, ""},                 // nobody can know yet
        {10, 100, 0, ""},                   //
        {10, 5, 1000, ""},                  // more than was expected
        {50, 100, 20000, "20 s"},           //
        {100, 100, 20000, "0 s"},           //
        {1, 10, 60000, "9 min"},            //
        {1, 1000, 12000, "3 h 19 min"},     //
        {1, UINT64_MAX, 1000000000000, ""}, // years are no answer
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct gw_buf left = GW_BUF(64);
        gw_time_left(&left, rows[i].done, rows[i].total, rows[i].spent_ms);
        assert_string_equal(gw_buf_str(&left), rows[i].left);
        gw_buf_fini(&left);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(time_left_is_said_in_the_unit_one_plans_with)};
    return cmocka_run_group_tests_name("cli/progress", tests, NULL, NULL);
}
