// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "csv.h"

static struct gw_arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = gw_arena_new(1024 * 1024);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena = gw_arena_free(arena);
    return 0;
}

static int read_text(const char *text, struct gw_table *ret_table)
{
    return gw_csv_read(arena, text, strlen(text), ret_table);
}

static void test_rows_and_quotes(void **state)
{
    (void)state;
    struct gw_table table;
    check_ok(read_text("a,b\r\n1,\"x, \"\"y\"\"\"\r\n\n3,\n", &table));
    assert_int_equal(table.rows, 2);
    assert_int_equal(table.columns, 2);
    assert_string_equal(gw_table_cell(&table, 0, 1), "x, \"y\"");
    assert_string_equal(gw_table_cell(&table, 1, 0), "3");
    assert_string_equal(gw_table_cell(&table, 1, 1), "");
}

static void test_last_line_without_end(void **state)
{
    (void)state;
    struct gw_table table;
    check_ok(read_text("a\n中文", &table));
    assert_string_equal(gw_table_cell(&table, 0, 0), "中文");
}

static void test_mistakes_name_the_line(void **state)
{
    (void)state;
    struct gw_table table;
    check_rc(read_text("a,b\n1,2\n3\n", &table), GW_EINVAL);
    assert_string_equal(gw_reason(), "line 3: 1 cells, the header has 2");
    check_rc(read_text("a\n\"open\n", &table), GW_EINVAL);
    check_rc(read_text("a,b\n", &table), GW_EINVAL);
    check_rc(read_text("", &table), GW_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_rows_and_quotes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_last_line_without_end, setup, teardown),
        cmocka_unit_test_setup_teardown(test_mistakes_name_the_line, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
