// SPDX-License-Identifier: Apache-2.0
// What the policy room writes into a document is what a query may ask for: the closed lists of both are one.
#include "kit/check.h"

// For their tables.
#include "../../collectors/policy/factdates.c"
#include "../../collectors/policy/kinds.c"

#include "model/query.h"

static bool may_ask(const char *field, const char *value)
{
    char text[128];
    struct gw_query *query = NULL;
    snprintf(text, sizeof text, "%s:%s", field, value);
    int rc = gw_query_new(text, &query);
    gw_query_free(query);
    return rc == GW_OK;
}

static void test_kinds(void **state)
{
    (void)state;
    static const struct {
        const struct cue *at;
        size_t count;
    } tables[] = {{ENDINGS, GW_COUNT(ENDINGS)}, {TITLES, GW_COUNT(TITLES)}, {OPENINGS, GW_COUNT(OPENINGS)}};
    assert_false(may_ask("kind", "decree"));
    for (size_t i = 0; i < GW_COUNT(tables); i++)
        for (size_t j = 0; j < tables[i].count; j++)
            if (!may_ask("kind", tables[i].at[j].kind))
                fail_msg("no query may ask for kind:%s", tables[i].at[j].kind);
    assert_true(may_ask("kind", "news") && may_ask("kind", "other"));
}

static void test_topics(void **state)
{
    (void)state;
    const struct gw_table *table = &gw_tables[GW_T_TOPICS];
    assert_false(may_ask("topic", "weather"));
    for (unsigned row = 0; row < table->rows; row++)
        if (!may_ask("topic", gw_table_cell(table, row, GW_TOPIC_TOPIC)))
            fail_msg("no query may ask for topic:%s", gw_table_cell(table, row, GW_TOPIC_TOPIC));
    assert_true(may_ask("topic", "other"));
}

static void test_levels(void **state)
{
    (void)state;
    const struct gw_table *table = &gw_tables[GW_T_BODIES];
    for (unsigned row = 0; row < table->rows; row++)
        if (!may_ask("level", gw_table_cell(table, row, GW_BODY_LEVEL)))
            fail_msg("no query may ask for level:%s", gw_table_cell(table, row, GW_BODY_LEVEL));
}

// The list of document.proto; a query asks for two of them by name.
static void test_roles(void **state)
{
    (void)state;
    static const char *const roles[] = {"published", "written", "effective",    "expiry",
                                        "deadline",  "event",   "period_start", "period_end"};
    for (size_t i = 0; i < GW_COUNT(ROLES); i++) {
        bool known = false;
        for (size_t j = 0; j < GW_COUNT(roles); j++)
            known |= strcmp(ROLES[i].role, roles[j]) == 0;
        if (!known)
            fail_msg("role %s is in no list", ROLES[i].role);
    }
    assert_true(may_ask("deadline", "2024-05-01") && may_ask("published", "2024-05-01"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_topics),
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_roles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
