// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

// For the table.
#include "comparators.c"

#include <stdio.h>

static void test_rows_are_found_by_their_last_byte(void **state)
{
    (void)state;
    for (size_t i = 1; i < GW_COUNT(BEFORE); i++) {
        const struct comparator *a = &BEFORE[i - 1], *b = &BEFORE[i];
        unsigned char x = (unsigned char)a->word[a->bytes - 1], y = (unsigned char)b->word[b->bytes - 1];
        if (x > y || (x == y && a->bytes < b->bytes))
            fail_msg("%s stands before %s", a->word, b->word);
    }
}

static void test_each_row_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < GW_COUNT(BEFORE); i++) {
        char text[64];
        size_t n = (size_t)snprintf(text, sizeof text, "; %s 5", BEFORE[i].word);
        struct gw_scan scan = {.text = {text, n}};
        size_t start = n - 1, end = n;
        assert_string_equal(gw_comparator_read(&scan, &start, &end, false), BEFORE[i].meaning);
        assert_int_equal(start, 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_are_found_by_their_last_byte),
        cmocka_unit_test(test_each_row_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
