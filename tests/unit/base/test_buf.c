// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "base/buf.h"

#include <stdlib.h>

static void grows_and_takes(void **state)
{
    (void)state;
    struct gw_buf b = GW_BUF(1000);
    gw_buf_puts(&b, "ab");
    gw_buf_putc(&b, 'c');
    gw_buf_printf(&b, "%03d", 7);
    assert_string_equal(gw_buf_str(&b), "abc007");
    gw_buf_drop_front(&b, 3);
    assert_string_equal(gw_buf_str(&b), "007");
    gw_buf_truncate(&b, 1);
    char *taken = gw_buf_take(&b);
    assert_string_equal(taken, "0");
    free(taken);
    assert_string_equal(gw_buf_str(&b), "");
    gw_buf_fini(&b);
}

static void past_the_ceiling_nothing_changes(void **state)
{
    (void)state;
    struct gw_buf b = GW_BUF(4);
    gw_buf_puts(&b, "abc");
    gw_buf_puts(&b, "de");
    assert_false(gw_buf_ok(&b));
    gw_buf_puts(&b, "f"); // would fit, but a chain that failed stays failed
    assert_string_equal(gw_buf_str(&b), "abc");
    gw_buf_reset(&b);
    gw_buf_puts(&b, "wxyz");
    assert_true(gw_buf_ok(&b));
    assert_string_equal(gw_buf_str(&b), "wxyz");
    gw_buf_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_and_takes),
        cmocka_unit_test(past_the_ceiling_nothing_changes),
    };
    return cmocka_run_group_tests_name("base/buf", tests, NULL, NULL);
}
