// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

// For the table.
#include "capitals.c"

static void test_heads_are_found_by_their_first_letter(void **state)
{
    (void)state;
    for (size_t i = 0; i < GW_COUNT(HEADS); i++) {
        struct gw_scan scan = {.text = {HEADS[i].word, strlen(HEADS[i].word)}};
        struct word word = word_at(&scan, 0);
        assert_true(word.capital);
        assert_int_equal(find_head(&scan, &word), i);
        if (i && HEADS[i - 1].word[0] > HEADS[i].word[0])
            fail_msg("%s stands before %s", HEADS[i - 1].word, HEADS[i].word);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_heads_are_found_by_their_first_letter)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
