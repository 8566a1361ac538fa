// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "names.h"
#include "tables.h"

#include <stdio.h>
#include <stdlib.h>

enum { HITS_MAX = 4096 };

struct found {
    size_t count;
    struct {
        unsigned row;
        size_t start, end;
    } at[HITS_MAX];
};

static void visit(const struct gw_names_entry *entry, size_t start, size_t end, void *arg)
{
    struct found *found = arg;
    assert_true(found->count < HITS_MAX);
    found->at[found->count].row = entry->row;
    found->at[found->count].start = start;
    found->at[found->count++].end = end;
}

static struct gw_names build(struct gw_arena *arena, const char *const *names, size_t count)
{
    struct gw_names_source *sources = gw_arena_zalloc(arena, count * sizeof *sources);
    for (size_t i = 0; i < count; i++)
        sources[i] = (struct gw_names_source){.name = names[i], .row = (uint16_t)i};
    struct gw_names built;
    check_ok(gw_names_build(arena, sources, count, &built));
    return built;
}

static void test_overlapping_names(void **state)
{
    (void)state;
    static const char *const names[] = {"he", "she", "his", "hers", "国务院", "国务院办公厅", "办公厅"};
    struct gw_arena *arena = gw_arena_new(16 * 1024 * 1024);
    struct gw_names built = build(arena, names, GW_COUNT(names));
    static struct found found;
    found.count = 0;
    gw_names_find(&built, GW_SPAN("she 国务院办公厅"), visit, &found);
    // "he" is a word and stands inside "she": not reported.
    assert_int_equal(found.count, 4);
    assert_int_equal(found.at[0].row, 1);
    assert_int_equal(found.at[1].row, 4);
    assert_int_equal(found.at[2].row, 5); // the longest of one end first
    assert_int_equal(found.at[3].row, 6);
    gw_arena_free(arena);
}

static void test_capitals_and_words(void **state)
{
    (void)state;
    static const char *const names[] = {"March", "FDA", "energy", "Suzhou", "Suzhou"};
    struct gw_arena *arena = gw_arena_new(16 * 1024 * 1024);
    struct gw_names built = build(arena, names, GW_COUNT(names));
    static struct found found;
    found.count = 0;
    gw_names_find(&built, GW_SPAN("march Marching fda FDAs"), visit, &found);
    assert_int_equal(found.count, 0);
    gw_names_find(&built, GW_SPAN("March, FDA's ENERGY Suzhou"), visit, &found);
    assert_int_equal(found.count, 5); // Suzhou twice: two rows, one spelling
    gw_arena_free(arena);
}

// Against the plain way: every name tried at every place.
static void test_agrees_with_plain_search(void **state)
{
    (void)state;
    enum { NAMES = 40, CHARACTERS = 90 };
    // 中, 丰 and 丁 share their first two bytes. The dash keeps names from being words, which have borders of their
    // own.
    static const char *const letters[] = {"-", "a", "中", "丰", "丁"};
    static char words[NAMES][32];
    const char *names[NAMES];
    srand(7);
    for (size_t i = 0; i < NAMES; i++) {
        strcpy(words[i], i % 2 ? "-" : "中");
        for (size_t n = (size_t)rand() % 5; n > 0; n--)
            strcat(words[i], letters[(size_t)rand() % GW_COUNT(letters)]);
        strcat(words[i], "-");
        names[i] = words[i];
    }
    struct gw_arena *arena = gw_arena_new(16 * 1024 * 1024);
    struct gw_names built = build(arena, names, NAMES);
    for (unsigned round = 0; round < 50; round++) {
        char text[4 * CHARACTERS] = "";
        size_t expected = 0;
        for (size_t i = 0; i < CHARACTERS; i++)
            strcat(text, letters[(size_t)rand() % GW_COUNT(letters)]);
        for (size_t i = 0; i < NAMES; i++) {
            bool double_name = false;
            for (size_t j = 0; j < i; j++)
                double_name |= strcmp(words[i], words[j]) == 0;
            for (const char *at = text; !double_name && (at = strstr(at, words[i])); at++)
                expected += 1;
        }
        static struct found found;
        found.count = 0;
        gw_names_find(&built, gw_span_of(text), visit, &found);
        size_t distinct = 0;
        for (size_t i = 0; i < found.count; i++) {
            assert_memory_equal(text + found.at[i].start, words[found.at[i].row], found.at[i].end - found.at[i].start);
            bool again = i > 0 && found.at[i].end == found.at[i - 1].end && found.at[i].start == found.at[i - 1].start;
            distinct += !again;
        }
        assert_int_equal(distinct, expected);
    }
    gw_arena_free(arena);
}

// Every name of the compiled tables is found in itself.
static void test_compiled_tables(void **state)
{
    (void)state;
    static const char *const names[] = {"工业和信息化部", "Ministry of Finance", "绥德县",
                                        "Taizhou",        "国家医保局",          "Nordrhein-Westfalen"};
    for (size_t i = 0; i < GW_COUNT(names); i++) {
        static struct found found;
        found.count = 0;
        gw_names_find(&gw_table_names, gw_span_of(names[i]), visit, &found);
        bool whole = false;
        for (size_t j = 0; j < found.count; j++)
            whole |= found.at[j].start == 0 && found.at[j].end == strlen(names[i]);
        if (!whole)
            fail_msg("%s is not found", names[i]);
    }
}

static void test_full_arena_is_a_limit(void **state)
{
    (void)state;
    struct gw_arena *arena = gw_arena_new(1024);
    struct gw_names_source source = {.name = "国务院"};
    struct gw_names built;
    check_rc(gw_names_build(arena, &source, 1, &built), GW_ELIMIT);
    gw_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_overlapping_names),        cmocka_unit_test(test_capitals_and_words),
        cmocka_unit_test(test_agrees_with_plain_search), cmocka_unit_test(test_compiled_tables),
        cmocka_unit_test(test_full_arena_is_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
