// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "article/jsonld.h"
#include "base/err.h"

static struct gw_facts facts;
static struct gw_arena *arena;

static void read_script(const char *json)
{
    if (!arena)
        arena = gw_arena_new(1 << 20);
    gw_arena_reset(arena);
    struct gw_aside aside = {GW_ASIDE_SCRIPT, GW_SPAN("type=\"application/ld+json\""), gw_span_of(json), 0};
    struct gw_page page = {.arena = arena, .asides = &aside, .aside_count = 1};
    facts = (struct gw_facts){.arena = arena};
    gw_jsonld_read(&page, &facts);
}

static void has(enum gw_field field, const char *value)
{
    const struct gw_fact *fact = gw_facts_best(&facts, field);
    assert_non_null(fact);
    if (!gw_span_eq(fact->value, gw_span_of(value)))
        fail_msg("'%.*s' is not '%s'", (int)fact->value.bytes, fact->value.at, value);
}

static void an_article(void **state)
{
    (void)state;
    read_script("{\"@context\":\"https://schema.org\",\"@type\":\"NewsArticle\",\"headline\":\"A \\u201cB\\u201d "
                "\\ud83d\\ude00\","
                "\"datePublished\":\"2024-03-04T09:18:27+08:00\",\"author\":{\"@type\":\"Person\",\"name\":\"Chen\"},"
                "\"publisher\":{\"@type\":\"Organization\",\"name\":\"Daily\"}}");
    has(FIELD_TITLE, "A \u201cB\u201d \U0001F600");
    has(FIELD_PUBLISHED, "2024-03-04T09:18:27+08:00");
    has(FIELD_AUTHOR, "Chen");
}

static void in_a_graph(void **state)
{
    (void)state;
    read_script("{\"@graph\":[{\"@type\":\"Organization\",\"name\":\"X\"},{\"@type\":[\"Article\"],\"headline\":\"T\","
                "\"author\":[{\"name\":\"A\"},{\"name\":\"B\"}],\"dateModified\":\"2020-01-02\"}]}");
    has(FIELD_TITLE, "T");
    has(FIELD_AUTHOR, "A");
    has(FIELD_UPDATED, "2020-01-02");
}

static void what_is_no_json(void **state)
{
    (void)state;
    read_script("//<![CDATA[\n{\"@type\":\"Article\", \"headline\" : \"two\nlines\", "
                "\"datePublished\":\"2020-01-02\",}\n//]]>");
    has(FIELD_TITLE, "two\nlines");
    has(FIELD_PUBLISHED, "2020-01-02");
    read_script("{\"@type\":\"Article\",\"headline\":\"cut of");
    assert_null(gw_facts_best(&facts, FIELD_TITLE));
    read_script("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[{\"@type\":\"Article\",\"headline\":\"x\"}");
    assert_null(gw_facts_best(&facts, FIELD_TITLE));
    read_script("}]\\\"\\");
    assert_int_equal(facts.count, 0);
}

static void other_things_are_no_articles(void **state)
{
    (void)state;
    read_script("{\"@type\":\"Organization\",\"name\":\"X\",\"dateCreated\":\"2020-01-02\"}");
    assert_int_equal(facts.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_article),
        cmocka_unit_test(in_a_graph),
        cmocka_unit_test(what_is_no_json),
        cmocka_unit_test(other_things_are_no_articles),
    };
    return cmocka_run_group_tests_name("article/jsonld", tests, NULL, NULL);
}
