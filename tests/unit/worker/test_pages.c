// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "base/err.h"
#include "wire/frame.h"
#include "worker/facts.h"
#include "worker/pages.h"

static int setup(void **state)
{
    *state = gw_arena_new(16 << 20);
    return 0;
}

static int teardown(void **state)
{
    gw_arena_free(*state);
    return 0;
}

static Gw__Rows *rows_of(struct gw_arena *arena, int from, int count, const char *next)
{
    Gw__Rows *rows = gw_arena_alloc(arena, sizeof *rows);
    gw__rows__init(rows);
    rows->how = (char *)"auto:test";
    rows->rows = gw_arena_alloc(arena, (size_t)count * sizeof *rows->rows);
    for (int i = 0; i < count; i++) {
        rows->rows[i] = gw_arena_alloc(arena, sizeof **rows->rows);
        gw__row__init(rows->rows[i]);
        rows->rows[i]->url = gw_arena_printf(arena, "https://a.example/%d", from + i);
    }
    rows->n_rows = (size_t)count;
    if (next) {
        rows->next = gw_arena_alloc(arena, sizeof *rows->next);
        rows->next[0] = gw_arena_strdup(arena, next);
        rows->n_next = 1;
    }
    return rows;
}

static void rows_are_unique(void **state)
{
    struct gw_pages pages;
    gw_pages_init(&pages, *state);
    assert_int_equal(gw_pages_add(&pages, rows_of(*state, 0, 5, "https://a.example/p2"), "https://a.example/p1"), 5);
    assert_int_equal(gw_pages_add(&pages, rows_of(*state, 3, 5, "https://a.example/p3"), "https://a.example/p2"), 3);
    assert_int_equal(gw_pages_add(&pages, rows_of(*state, 0, 8, NULL), "https://a.example/p3"), 0);
    assert_int_equal(pages.rows.n_rows, 8);
    assert_string_equal(pages.rows.rows[7]->url, "https://a.example/7");
    assert_string_equal(pages.rows.how, "auto:test");
}

static void next_pages_are_of_the_site_and_given_once(void **state)
{
    struct gw_pages pages;
    gw_pages_init(&pages, *state);
    gw_pages_add(&pages, rows_of(*state, 0, 1, "https://a.example/p2"), "https://a.example/p1");
    assert_string_equal(gw_pages_next(&pages), "https://a.example/p2");
    assert_null(gw_pages_next(&pages));
    gw_pages_add(&pages, rows_of(*state, 1, 1, "https://a.example/p1"), "https://a.example/p2"); // back
    gw_pages_add(&pages, rows_of(*state, 2, 1, "https://b.example/p9"), "https://a.example/p2"); // away
    assert_null(gw_pages_next(&pages));
}

static void rows_have_a_ceiling(void **state)
{
    struct gw_pages pages;
    gw_pages_init(&pages, *state);
    gw_pages_add(&pages, rows_of(*state, 0, 4999, NULL), "https://a.example/p1");
    assert_int_equal(gw_pages_add(&pages, rows_of(*state, 10000, 5, NULL), "https://a.example/p2"), 1);
    assert_int_equal(pages.rows.n_rows, GW_PAGES_ROWS);
}

// A page with one amount, quoted from its body, and one region from its metadata.
static Gw__Document *page_of(struct gw_arena *arena, const char *body, const char *quote)
{
    Gw__Document *document = gw_arena_alloc(arena, sizeof *document);
    Gw__Amount *amount = gw_arena_alloc(arena, sizeof *amount);
    Gw__Region *region = gw_arena_alloc(arena, sizeof *region);
    Gw__Proof *proofs = gw_arena_alloc(arena, 2 * sizeof *proofs);
    gw__document__init(document);
    gw__amount__init(amount);
    gw__region__init(region);
    gw__proof__init(&proofs[0]);
    gw__proof__init(&proofs[1]);
    document->body = gw_arena_strdup(arena, body);
    document->amounts = gw_arena_alloc(arena, sizeof *document->amounts);
    document->amounts[0] = amount;
    document->regions = gw_arena_alloc(arena, sizeof *document->regions);
    document->regions[0] = region;
    document->n_amounts = document->n_regions = 1;
    amount->value = (char *)"3";
    amount->proof = &proofs[0];
    region->proof = &proofs[1];
    proofs[0].quote = gw_arena_strdup(arena, quote);
    proofs[0].start = (uint32_t)(strstr(body, quote) - body);
    proofs[0].end = proofs[0].start + (uint32_t)strlen(quote);
    proofs[1].quote = (char *)"Town";
    proofs[1].place = GW__PLACE__PLACE_META;
    return document;
}

static void spans_stay_exact(void **state)
{
    Gw__Document *first = page_of(*state, "It costs 3 yuan.", "3 yuan");
    Gw__Document *second = page_of(*state, "Later it costs 4 yuan more.", "4 yuan");
    assert_true(gw_pages_join(*state, first, second));
    assert_string_equal(first->body, "It costs 3 yuan.\nLater it costs 4 yuan more.");
    assert_int_equal(first->pages, 2);
    assert_int_equal(first->n_amounts, 2);
    assert_int_equal(first->n_regions, 1);    // of the metadata: said once
    check_ok(gw_message_check(&first->base)); // which compares every quote with its span
    assert_int_equal(first->amounts[1]->proof->start, 17 + 15);
}

static void a_repeated_page_is_not_joined(void **state)
{
    Gw__Document *first = page_of(*state, "It costs 3 yuan.", "3 yuan");
    assert_false(gw_pages_join(*state, first, page_of(*state, "It costs 3 yuan.", "3 yuan")));
    assert_string_equal(first->body, "It costs 3 yuan.");
    assert_int_equal(first->n_amounts, 1);
}

static void attachments_are_unique(void **state)
{
    Gw__Document *first = page_of(*state, "One 1", "1"), *second = page_of(*state, "Two 2", "2");
    Gw__Attachment form = GW__ATTACHMENT__INIT, map = GW__ATTACHMENT__INIT;
    form.url = (char *)"https://a.example/form.doc", map.url = (char *)"https://a.example/map.png";
    Gw__Attachment *one[] = {&form}, *two[] = {&form, &map};
    first->attachments = one, first->n_attachments = 1;
    second->attachments = two, second->n_attachments = 2;
    assert_true(gw_pages_join(*state, first, second));
    assert_int_equal(first->n_attachments, 2);
    assert_ptr_equal(first->attachments[1], &map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rows_are_unique, setup, teardown),
        cmocka_unit_test_setup_teardown(next_pages_are_of_the_site_and_given_once, setup, teardown),
        cmocka_unit_test_setup_teardown(rows_have_a_ceiling, setup, teardown),
        cmocka_unit_test_setup_teardown(spans_stay_exact, setup, teardown),
        cmocka_unit_test_setup_teardown(a_repeated_page_is_not_joined, setup, teardown),
        cmocka_unit_test_setup_teardown(attachments_are_unique, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
