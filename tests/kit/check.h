// SPDX-License-Identifier: Apache-2.0
// What cmocka needs included before it, and the few checks it lacks.
#ifndef GW_TESTS_KIT_CHECK_H
#define GW_TESTS_KIT_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

// rc is GW_OK, or the reason is printed.
#define check_ok(expression)                                                                                           \
    do {                                                                                                               \
        int check_rc_ = (expression);                                                                                  \
        if (check_rc_ != 0)                                                                                            \
            fail_msg("%s gave %s: %s", #expression, gw_rc_name(check_rc_), gw_reason());                               \
    } while (0)
#define check_rc(expression, expected) assert_int_equal((expression), (expected))

#endif
