// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "base/err.h"
#include "policy.h"

static const char CSV[] = "name,canonical,level,region\n"
                          "滨江新城指挥部;滨江指挥部,杭州市滨江新城建设指挥部,county,330108\n"
                          "Harbour Trust,Riverton Harbour Trust,municipal,US-OH\n";

static void test_own_bodies_are_found(void **state)
{
    (void)state;
    struct gw_policy_table *table;
    struct gw_policy_reasons reasons = {0};
    check_ok(gw_policy_table_new(CSV, strlen(CSV), &table));
    struct gw_policy_options options = {.names = table, .reasons = &reasons};
    struct gw_arena *arena = gw_arena_new(8 * 1024 * 1024);
    Gw__Document document = GW__DOCUMENT__INIT;
    document.title = (char *)"滨江指挥部关于做好防汛工作的通知";
    document.body = (char *)"各街道：\n请做好防汛工作。\n滨江指挥部\n2024年5月8日";
    check_ok(gw_policy_read_with(arena, NULL, &options, &document));
    table = gw_policy_table_free(table);
    assert_null(table);
    assert_int_equal(document.n_issuers, 1);
    assert_string_equal(document.issuers[0]->canonical, "杭州市滨江新城建设指挥部");
    assert_string_equal(document.issuers[0]->level, "county");
    assert_string_equal(document.regions[0]->code, "330108");
    bool explained = false;
    for (size_t i = 0; i < reasons.count; i++)
        if (reasons.at[i].proof == document.issuers[0]->proof)
            explained = strcmp(reasons.at[i].why, "head of the title") == 0;
    assert_true(explained);
    gw_arena_free(arena);
}

static void check_refused(const char *csv, const char *reason)
{
    struct gw_policy_table *table;
    check_rc(gw_policy_table_new(csv, strlen(csv), &table), GW_EINVAL);
    assert_string_equal(gw_reason(), reason);
}

static void test_mistakes_are_named(void **state)
{
    (void)state;
    check_refused("name,canonical\na,b\n", "line 1: 2 columns, not name,canonical,level,region");
    check_refused("name,canonical,level,region\n,b,county,\n", "row 1: name and canonical are needed");
    check_refused("name,canonical,level,region\na,b,town,\n",
                  "row 1: the level is national, provincial, municipal, county or other");
    check_refused("name,canonical,level,region\na,b,county,33010\n", "row 1: no region has the code '33010'");
    check_refused("name,canonical,level,region\na,b\n", "line 2: 2 cells, the header has 4");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own_bodies_are_found),
        cmocka_unit_test(test_mistakes_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
