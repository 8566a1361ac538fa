// SPDX-License-Identifier: Apache-2.0
// "not" is answered by the index for what it knows exactly: then no two words of a closed list may be one term.
#include "kit/check.h"

// For its lists.
#include "../../../proto/model/query_fields.c"

#include "search/terms.h"

static bool note(const struct gw_term_range *range, void *arg)
{
    assert_int_equal(range->first, range->last);
    *(uint64_t *)arg = range->first;
    return true;
}

static void the_words_of_closed_lists_are_terms_of_their_own(void **state)
{
    (void)state;
    uint64_t terms[256];
    size_t count = 0;
    for (size_t i = 0; i < GW_COUNT(fields); i++)
        for (const char *const *word = fields[i].words; word && *word; word++) {
            struct gw_query_value value = {.text = *word};
            struct gw_query_node node = {.kind = GW_QUERY_FIELD, .field = &fields[i], .value = &value};
            assert_true(count < GW_COUNT(terms));
            assert_true(gw_terms_wanted(&node, note, &terms[count++]));
        }
    assert_true(count > 60);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++)
            if (terms[i] == terms[j])
                fail_msg("words %zu and %zu have one term", i, j);
}

static void keys_are_sorted_and_each_is_there_once(void **state)
{
    (void)state;
    struct gw_terms terms;
    gw_terms_init(&terms);
    Gw__Document document = GW__DOCUMENT__INIT;
    document.title = "通知 notice 通知";
    document.body = "关于智能制造的通知，notice of 2024";
    Gw__Event event = GW__EVENT__INIT;
    event.type = "published";
    event.source_id = "town";
    event.document = &document;
    for (unsigned place = 0; place < 300; place += 7)
        gw_terms_add(&terms, &event, place);
    size_t all = terms.count;
    gw_terms_sort(&terms);
    assert_true(terms.count > 43 * 10 && terms.count < all);
    for (size_t i = 1; i < terms.count; i++)
        assert_true(terms.keys[i - 1] < terms.keys[i]);
    gw_terms_reset(&terms);
    gw_terms_sort(&terms);
    assert_int_equal(terms.count, 0);
    gw_terms_fini(&terms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_words_of_closed_lists_are_terms_of_their_own),
        cmocka_unit_test(keys_are_sorted_and_each_is_there_once),
    };
    return cmocka_run_group_tests_name("search/terms", tests, NULL, NULL);
}
