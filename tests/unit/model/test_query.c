// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "model/query.h"
#include "model/text.h"

#include <stdlib.h>

static Gw__Event event = GW__EVENT__INIT;

static int make_event(void **state)
{
    (void)state;
    static Gw__Document d = GW__DOCUMENT__INIT;
    static Gw__Body city = GW__BODY__INIT, ministry = GW__BODY__INIT;
    static Gw__Region region = GW__REGION__INIT, state_region = GW__REGION__INIT;
    static Gw__Amount amount = GW__AMOUNT__INIT, small = GW__AMOUNT__INIT;
    static Gw__DateFact deadline = GW__DATE_FACT__INIT, other = GW__DATE_FACT__INIT;
    static Gw__Cluster cluster = GW__CLUSTER__INIT;
    static Gw__Body *bodies[] = {&city, &ministry};
    static Gw__Region *regions[] = {&region, &state_region};
    static Gw__Amount *amounts[] = {&amount, &small};
    static Gw__DateFact *dates[] = {&deadline, &other};
    static char *topics[] = {"manufacturing", "finance_tax"};
    city.name = "市经信局", city.canonical = "宁波市经济和信息化局", city.level = "municipal";
    ministry.name = "Ministry of Finance", ministry.level = "national";
    region.code = "330200", region.name = "宁波";
    state_region.code = "DE-BY", state_region.name = "Bayern";
    amount.value = "300000000", small.value = "2.50";
    deadline.role = "deadline", deadline.value = "2024-05-31";
    other.role = "event", other.value = "2020-01-01";
    cluster.id = "c1";
    d.title = "关于印发《制造业数字化转型行动方案》的通知";
    d.body =
        "一、大力发展数字\n经济，推进ＡＩ 大模型应用。\nThe “digital, economy” of Zürich's COVID-19 plans: 3.5 % more, "
        "ИНТЕРНЕТ; ประเทศไทย.";
    d.kind = "notice", d.lang = "zh", d.doc_number = "甬经信〔2024〕12号", d.published = "2024-03-04T00:30:00+08:00";
    d.issuers = bodies, d.n_issuers = 2, d.regions = regions, d.n_regions = 2, d.amounts = amounts, d.n_amounts = 2;
    d.dates = dates, d.n_dates = 2, d.topics = topics, d.n_topics = 2;
    event.stream = GW__STREAM__STREAM_POLICY, event.type = "published", event.source_id = "ningbo-eitb";
    event.stored_ms = 1709484300000; // 2024-03-03T16:45Z, the 4th in the document's zone
    event.document = &d, event.cluster = &cluster;
    return 0;
}

static void matches(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        bool expected;
    } cases[] = {
        {"", true},
        {"  ", true},
        // words: CJK by substring, in title or body
        {"数字化", true},
        {"字化转", true},
        {"数字化城市", false},
        {"通知", true},
        {"方案 通知", true},
        {"方案 公告", false},
        {"数字经济", false}, // a line break stands between
        {"\"数字 经济\"", true},
        {"\"数字化 方案\"", false},
        // other scripts by whole word, without case, after NFKC
        {"digital", true},
        {"DIGITAL", true},
        {"digit", false},
        {"ital", false},
        {"\"digital economy\"", true},
        {"\"economy digital\"", false},
        {"zürich", true},
        {"ZU\u0308RICH", true},
        {"zurich", false},
        {"covid-19", true},
        {"covid", true},
        {"19", true},
        {"1", false},
        {"3.5", true},
        {"интернет", true},
        {"интер", false},
        {"ประเทศ", true}, // no blanks in Thai
        {"ai", true},
        {"AI大模型", true},
        {"ＡＩ大模型", true},
        {"大模型AI", false},
        // operators
        {"-公告", true},
        {"-通知", false},
        {"通知 -digital", false},
        {"公告 OR 通知", true},
        {"公告 OR 命令", false},
        {"公告 命令 OR 通知 方案", true},
        {"(公告 OR 通知) 方案", true},
        {"(公告 OR 通知) 命令", false},
        {"-(公告 OR 通知)", false},
        {"-(公告 OR 命令)", true},
        {"-\"数字 经济\"", false},
        {"((((通知))))", true},
        {"通知(公告 OR 方案)", true},
        // fields
        {"type:published", true},
        {"type:revised", false},
        {"TYPE:Published", true},
        {"type：published", true}, // a full-width colon
        {"-type:revised", true},
        {"kind:notice", true},
        {"kind:news", false},
        {"region:33", true},
        {"region:330200", true},
        {"region:3303", false},
        {"region:de", true},
        {"region:DE-BY", true},
        {"region:DE-BE", false},
        {"region:宁波", true},
        {"region:Bayern", true},
        {"region:南京", false},
        {"issuer:经信局", true},
        {"issuer:\"信息化局\"", true},
        {"issuer:finance", true},
        {"issuer:fin", false},
        {"issuer:\"ministry of health\"", false},
        {"level:municipal", true},
        {"level:national", true},
        {"level:county", false},
        {"source:ningbo-eitb", true},
        {"source:ningbo", false},
        {"topic:finance_tax", true},
        {"topic:energy", false},
        {"lang:ZH", true},
        {"lang:en", false},
        {"title:数字化", true},
        {"title:digital", false},
        {"title:\"行动方案\"", true},
        {"doc_number:甬经信〔2024〕12号", true},
        {"doc_number:甬经信[2024]12号", true},
        {"doc_number:甬经信（2024）12号", true},
        {"doc_number:\"甬经信 (2024) 12号\"", true},
        {"doc_number:甬经信(2024)12号", true},
        {"(doc_number:甬经信(2024)12号)", true},
        {"doc_number:甬经信", true},
        {"doc_number:甬经信〔2024〕13号", false},
        {"cluster:c1", true},
        {"cluster:c2", false},
        // dates by day in the document's zone
        {"published:2024-03-04", true},
        {"published:2024-03-03", false},
        {"published:2024-03", true},
        {"published:2024", true},
        {"published:2023", false},
        {"published:>=2024-03-04", true},
        {"published:>2024-03-04", false},
        {"published:>2024-03", false},
        {"published:>2024-02", true},
        {"published:<=2024-03-04", true},
        {"published:<2024-03-04", false},
        {"published:<2024-03", false},
        {"published:<2024-04", true},
        {"published:2024-03-01..2024-03-31", true},
        {"published:2024-01..2024-02", false},
        {"published:2024-03-04..", true},
        {"published:..2024-03-03", false},
        {"stored:2024-03-04", true},
        {"stored:2024-03-03", false},
        {"deadline:2024-05-31", true},
        {"deadline:<2024-06", true},
        {"deadline:2020-01-01", false},
        // amounts
        {"amount:300000000", true},
        {"amount:0300000000.0", true},
        {"amount:300000001", false},
        {"amount:>=300000000", true},
        {"amount:>300000000", false},
        {"amount:>99999999", true},
        {"amount:2.5", true},
        {"amount:2..3", true},
        {"amount:3..4", false},
        {"amount:<2.5", false},
        {"amount:<=2.50", true},
        {"type:published (region:33 OR region:34) amount:>=1000 -kind:news 通知", true},
    };
    struct gw_query_subject subject;
    gw_query_subject_init(&subject, &event);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gw_query *query;
        if (gw_query_new(cases[i].query, &query) != GW_OK)
            fail_msg("%s: %s", cases[i].query, gw_reason());
        if (gw_query_match(query, &event) != cases[i].expected ||
            gw_query_match_subject(query, &subject) != cases[i].expected)
            fail_msg("'%s' should %smatch", cases[i].query, cases[i].expected ? "" : "not ");
        gw_query_free(query);
    }
    gw_query_subject_fini(&subject);
}

static void bare_events(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        bool expected;
    } cases[] = {
        {"", true},          {"type:broken", true},        {"type:ok", false},    {"word", false},
        {"-word", true},     {"published:2024", false},    {"-amount:>=0", true}, {"doc_number:x", false},
        {"region:1", false}, {"stored:1970-01-01", false}, {"title:x", false},    {"lang:zh", false},
    };
    Gw__Event broken = GW__EVENT__INIT;
    broken.stream = GW__STREAM__STREAM_SOURCE, broken.type = "broken";
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gw_query *query;
        check_ok(gw_query_new(cases[i].query, &query));
        if (gw_query_match(query, &broken) != cases[i].expected)
            fail_msg("'%s' should %smatch", cases[i].query, cases[i].expected ? "" : "not ");
        gw_query_free(query);
    }
}

static void mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *query, *reason;
    } cases[] = {
        {"kin:notice", "column 1: no field is called 'kin' (did you mean kind?)"},
        {"通知 kin:notice", "column 4: no field is called 'kin' (did you mean kind?)"},
        {"http://x.cn", "column 1: no field is called 'http'; quote the words to look for them"},
        {"kind:notic", "column 6: no kind is called 'notic' (did you mean notice?)"},
        {"通知 OR type:gone2", "column 12: no type is called 'gone2' (did you mean gone?)"},
        {"level:x", "column 7: no level is called 'x'"},
        {"kind:", "column 6: kind: a value is missing"},
        {"kind: notice", "column 6: kind: a value is missing"},
        {"kind:>=notice", "column 6: kind has no order: only published, stored, deadline and amount take < and >"},
        {"published:yesterday", "column 11: published: 'yesterday' is no date like 2024-03-04, 2024-03 or 2024"},
        {"published:2024-02-30", "column 11: published: '2024-02-30' is no date like 2024-03-04, 2024-03 or 2024"},
        {"published:2024-3-4", "column 11: published: '2024-3-4' is no date like 2024-03-04, 2024-03 or 2024"},
        {"published:2024-03-04-05",
         "column 11: published: '2024-03-04-05' is no date like 2024-03-04, 2024-03 or 2024"},
        {"published:2024-02..2024-01", "column 11: published: the range ends before it begins"},
        {"published:..", "column 11: published: a range needs at least one end"},
        {"published:>=", "column 11: published: a value is missing after '>='"},
        {"amount:3亿", "column 8: amount: '3亿' is no number of full units like 300000000 or 2.5"},
        {"amount:-1", "column 8: amount: '-1' is no number of full units like 300000000 or 2.5"},
        {"amount:5..4", "column 8: amount: the range ends before it begins"},
        {"lang:chinese", "column 6: 'chinese' is no language: zh, en, de …"},
        {"region:33020011", "column 8: '33020011' is no region: 33, 330200, DE, DE-BY, or a name"},
        {"source:a/b", "column 8: 'a/b' is no id of a source"},
        {"title:…", "column 7: title has no letter or digit to look for"},
        {"\"open", "column 1: this quote is not closed"},
        {"a title:\"open", "column 9: this quote is not closed"},
        {"\"\"", "column 1: no letter or digit to look for"},
        {"a & b", "column 3: no letter or digit to look for"},
        {"a -", "column 3: a term is missing right after -"},
        {"a - b", "column 3: a term is missing right after -"},
        {"--a", "column 1: a term is missing right after -"},
        {"a AND b", "column 3: AND goes without saying; quote it to look for the word"},
        {"NOT a", "column 1: NOT is written as -word; quote it to look for the word"},
        {"OR a", "column 1: a term is missing before OR"},
        {"a OR", "column 5: a term is missing after OR"},
        {"a OR OR b", "column 6: a term is missing before OR"},
        {"(a", "column 1: this parenthesis is not closed"},
        {"a)", "column 2: this parenthesis was never opened"},
        {"a ()", "column 3: nothing between the parentheses"},
        {"((((((((((((((((((a))))))))))))))))))", "column 17: nested deeper than 16"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gw_query *query = NULL;
        if (gw_query_new(cases[i].query, &query) == GW_OK)
            fail_msg("'%s' was accepted", cases[i].query);
        assert_null(query);
        if (strcmp(gw_reason(), cases[i].reason) != 0)
            fail_msg("'%s' gave\n%s instead of\n%s", cases[i].query, gw_reason(), cases[i].reason);
    }
}

static void bounds(void **state)
{
    (void)state;
    struct gw_query *query;
    struct gw_buf text = GW_BUF(1 << 20);
    for (int i = 0; i < 64; i++)
        gw_buf_puts(&text, "通 ");
    check_ok(gw_query_new(text.data, &query));
    gw_query_free(query);
    gw_buf_puts(&text, "通");
    check_rc(gw_query_new(text.data, &query), GW_ELIMIT);
    gw_buf_reset(&text);
    for (int i = 0; i < 4097; i++)
        gw_buf_puts(&text, "a");
    check_rc(gw_query_new(text.data, &query), GW_ELIMIT);
    gw_buf_fini(&text);
}

// What an index is told: the tree and the tokens.
static void tree(void **state)
{
    (void)state;
    struct gw_query *query;
    check_ok(gw_query_new("ＡＩ大模型 -title:\"a b\" (x OR kind:news)", &query));
    const struct gw_query_node *root = gw_query_root(query), *text = root->children, *not = text->next;
    assert_int_equal(root->kind, GW_QUERY_ALL);
    assert_int_equal(text->kind, GW_QUERY_TEXT);
    assert_int_equal(text->token_count, 4);
    assert_true(gw_span_eq(text->tokens[0].text, GW_SPAN("ai")) && !text->tokens[0].unspaced);
    assert_true(gw_span_eq(text->tokens[1].text, GW_SPAN("大")) && text->tokens[1].unspaced && text->tokens[1].joined);
    assert_int_equal(not ->kind, GW_QUERY_NOT);
    assert_int_equal(not ->children->kind, GW_QUERY_TITLE);
    assert_int_equal(not ->children->token_count, 2);
    assert_false(not ->children->tokens[1].joined);
    assert_int_equal(not ->next->kind, GW_QUERY_ANY);
    assert_int_equal(not ->next->children->next->kind, GW_QUERY_FIELD);
    assert_null(not ->next->next);
    gw_query_free(query);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches), cmocka_unit_test(bare_events), cmocka_unit_test(mistakes),
        cmocka_unit_test(bounds),  cmocka_unit_test(tree),
    };
    return cmocka_run_group_tests_name("model/query", tests, make_event, NULL);
}
