// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "base/err.h"
#include "wire/frame.h"
#include "worker/fit.h"

static int setup(void **state)
{
    *state = gw_arena_new(64 << 20);
    return 0;
}

static int teardown(void **state)
{
    gw_arena_free(*state);
    return 0;
}

static size_t packed(const void *message)
{
    return protobuf_c_message_get_packed_size(message);
}

// `lines` lines of 30 bytes; every hundredth is a measure with its proof.
static Gw__Document document_of(struct gw_arena *arena, size_t lines)
{
    static const char LINE[] = "第一条：本办法自发布…\n"; // 10 characters of 3 bytes
    Gw__Document document = GW__DOCUMENT__INIT;
    size_t bytes = sizeof LINE - 1;
    document.body = gw_arena_alloc(arena, lines * bytes + 1);
    document.measures = gw_arena_alloc(arena, (lines / 100 + 1) * sizeof *document.measures);
    for (size_t i = 0; i < lines; i++) {
        memcpy(document.body + i * bytes, LINE, bytes);
        if (i % 100)
            continue;
        Gw__Measure *measure = gw_arena_alloc(arena, sizeof *measure);
        Gw__Proof *proof = gw_arena_alloc(arena, sizeof *proof);
        gw__measure__init(measure);
        gw__proof__init(proof);
        measure->proof = proof;
        proof->quote = gw_arena_strndup(arena, LINE, bytes - 1);
        proof->start = (uint32_t)(i * bytes);
        proof->end = (uint32_t)(i * bytes + bytes - 1);
        document.measures[document.n_measures++] = measure;
    }
    document.body[lines * bytes] = '\0';
    return document;
}

static void what_fits_is_left_alone(void **state)
{
    Gw__Document document = document_of(*state, 1000);
    char *body = document.body;
    assert_true(gw_fit_document(*state, &document, GW_READING_MAX));
    assert_ptr_equal(document.body, body);
    assert_false(document.truncated);
    assert_int_equal(document.n_measures, 10);
}

static void a_long_body_is_cut_with_its_facts(void **state)
{
    Gw__Document document = document_of(*state, 30000);
    size_t before = document.n_measures;
    assert_true(gw_fit_document(*state, &document, GW_READING_MAX));
    assert_true(packed(&document) <= GW_READING_MAX);
    assert_true(packed(&document) > GW_READING_MAX - GW_READING_MAX / 10); // and not more than needed
    assert_true(document.truncated);
    assert_true(document.n_measures < before && document.n_measures > 0);
    assert_int_equal(document.body[strlen(document.body) - 1] & 0xFF, 0xA6); // whole characters: "…"
    check_ok(gw_message_check(&document.base));
}

static void too_many_facts_go_before_the_text(void **state)
{
    Gw__Document document = document_of(*state, 10000);
    Gw__Measure *measure = document.measures[0];
    document.measures = gw_arena_alloc(*state, 20000 * sizeof *document.measures);
    for (document.n_measures = 0; document.n_measures < 20000;)
        document.measures[document.n_measures++] = measure;
    size_t body_bytes = strlen(document.body);
    assert_true(gw_fit_document(*state, &document, GW_READING_MAX));
    assert_true(packed(&document) <= GW_READING_MAX);
    assert_int_equal(strlen(document.body), body_bytes);
    assert_true(document.truncated);
}

static void rows(void **state)
{
    struct gw_arena *arena = *state;
    Gw__Rows all = GW__ROWS__INIT;
    all.rows = gw_arena_alloc(arena, 5000 * sizeof *all.rows);
    for (size_t i = 0; i < 5000; i++) {
        Gw__Row *row = gw_arena_alloc(arena, sizeof *row);
        gw__row__init(row);
        row->url = gw_arena_printf(arena, "https://town.example/%zu/%0200zu", i, i);
        row->title = row->url;
        all.rows[all.n_rows++] = row;
    }
    assert_true(gw_fit_rows(arena, &all, GW_READING_MAX));
    assert_true(packed(&all) <= GW_READING_MAX);
    assert_true(packed(&all) > GW_READING_MAX - GW_READING_MAX / 10);
    assert_non_null(strstr(all.warning, "of 5000 rows"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_fits_is_left_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(a_long_body_is_cut_with_its_facts, setup, teardown),
        cmocka_unit_test_setup_teardown(too_many_facts_go_before_the_text, setup, teardown),
        cmocka_unit_test_setup_teardown(rows, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
