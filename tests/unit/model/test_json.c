// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "model/json.h"

#include <jansson.h>
#include <stdlib.h>

// n_x and x of a repeated field.
#define FILL(message, field, ...)                                                                                      \
    do {                                                                                                               \
        __typeof__((message).field[0]) items_[] = {__VA_ARGS__};                                                       \
        (message).n_##field = sizeof items_ / sizeof items_[0];                                                        \
        (message).field = calloc((message).n_##field, sizeof items_[0]);                                               \
        memcpy((message).field, items_, sizeof items_);                                                                \
    } while (0)

static Gw__Proof proof(const char *quote, Gw__Place place, uint32_t start, uint32_t end)
{
    Gw__Proof p = GW__PROOF__INIT;
    p.quote = (char *)quote;
    p.place = place;
    p.start = start;
    p.end = end;
    return p;
}

static void strings(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t bytes;
        const char *expected;
    } cases[] = {
        {"", 0, "\"\""},
        {"宁波 \"x\" \\ /", 14, "\"宁波 \\\"x\\\" \\\\ /\""},
        {"a\b\t\n\f\r\x01\x1f\x7f", 9, "\"a\\b\\t\\n\\f\\r\\u0001\\u001f\x7f\""},
        {"a\0b", 3, "\"a\\u0000b\""},
        {"\xff"
         "a\xe4\xb8"
         "z\xed\xa0\x80",
         8,
         "\"\ufffd"
         "a\ufffd\ufffd"
         "z\ufffd\ufffd\ufffd\""},
        {"\ufffd\U0001F600", 7, "\"\ufffd\U0001F600\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gw_buf out = GW_BUF(1000);
        gw_json_string_n(&out, cases[i].text, cases[i].bytes);
        assert_string_equal(out.data, cases[i].expected);
        gw_buf_fini(&out);
    }
}

static void document(void **state)
{
    (void)state;
    Gw__Document d = GW__DOCUMENT__INIT;
    Gw__Proof in_body = proof("不超过3亿元", GW__PLACE__PLACE_BODY, 30, 46);
    in_body.confidence = 900;
    Gw__Proof in_title = proof("宁波", GW__PLACE__PLACE_TITLE, 0, 0);
    Gw__Proof in_meta = proof("市经信局", GW__PLACE__PLACE_META, 0, 0);
    Gw__Amount amount = GW__AMOUNT__INIT, odd = GW__AMOUNT__INIT;
    amount.value = "300000000", amount.currency = "CNY", amount.comparator = "lte", amount.proof = &in_body;
    odd.value = "007"; // not a number of JSON
    Gw__Quantity quantity = GW__QUANTITY__INIT;
    quantity.value = "-2.50", quantity.unit = "percent";
    Gw__Region region = GW__REGION__INIT;
    region.code = "330200", region.name = "宁波", region.proof = &in_title;
    Gw__Body issuer = GW__BODY__INIT;
    issuer.name = "市经信局", issuer.level = "municipal", issuer.proof = &in_meta;
    Gw__DateFact date = GW__DATE_FACT__INIT;
    date.role = "event", date.value = "2024-01-18", date.inferred_year = 1;
    Gw__Evidence title = GW__EVIDENCE__INIT, again = GW__EVIDENCE__INIT, time = GW__EVIDENCE__INIT;
    title.field = "title", title.from = "meta:ArticleTitle", title.confidence = 980;
    again.field = "title", again.from = "h1";
    time.field = "published", time.from = "label:时间", time.confidence = 1000;
    FILL(time, alternatives, "2024-03-05 (meta:PubDate)");
    d.url = "http://x.cn/a", d.canonical_url = "https://x.cn/a", d.title = "通知", d.body = "一\n二", d.lang = "zh";
    d.pages = 1, d.next_url = "http://x.cn/a_2", d.truncated = 1;
    FILL(d, channel, "首页", "政策");
    FILL(d, issuers, &issuer);
    FILL(d, regions, &region);
    FILL(d, amounts, &amount, &odd);
    FILL(d, quantities, &quantity);
    FILL(d, dates, &date);
    FILL(d, evidence, &title, &again, &time);

    struct gw_buf out = GW_BUF(1 << 16);
    gw_json_document(&out, "a", &d);
    assert_string_equal(
        gw_buf_str(&out),
        "{\"id\":\"a\",\"url\":\"http://x.cn/a\",\"canonical_url\":\"https://x.cn/a\",\"title\":\"通知\","
        "\"body\":\"一\\n二\",\"lang\":\"zh\",\"channel\":[\"首页\",\"政策\"],"
        "\"issuers\":[{\"name\":\"市经信局\",\"level\":\"municipal\",\"quote\":\"市经信局\",\"in\":\"meta\"}],"
        "\"regions\":[{\"code\":\"330200\",\"name\":\"宁波\",\"quote\":\"宁波\",\"in\":\"title\"}],"
        "\"amounts\":[{\"value\":300000000,\"currency\":\"CNY\",\"comparator\":\"lte\",\"quote\":\"不超过3亿元\","
        "\"span\":[30,46],\"confidence\":0.9},{\"value\":\"007\"}],"
        "\"quantities\":[{\"value\":-2.50,\"unit\":\"percent\"}],"
        "\"dates\":[{\"role\":\"event\",\"value\":\"2024-01-18\",\"inferred_year\":true}],"
        "\"evidence\":{\"title\":{\"from\":\"meta:ArticleTitle\",\"confidence\":0.98},"
        "\"published\":{\"from\":\"label:时间\",\"confidence\":1,"
        "\"alternatives\":[\"2024-03-05 (meta:PubDate)\"]}},\"truncated\":true}");
    gw_buf_fini(&out);
    free(time.alternatives);
    free(d.channel), free(d.issuers), free(d.regions), free(d.amounts), free(d.quantities), free(d.dates);
    free(d.evidence);
}

static void fractions(void **state)
{
    (void)state;
    static const struct {
        uint32_t per_mille;
        const char *expected;
    } cases[] = {
        {1, "{\"evidence\":{\"t\":{\"confidence\":0.001}}}"},
        {120, "{\"evidence\":{\"t\":{\"confidence\":0.12}}}"},
        {500, "{\"evidence\":{\"t\":{\"confidence\":0.5}}}"},
        {999, "{\"evidence\":{\"t\":{\"confidence\":0.999}}}"},
        {1000, "{\"evidence\":{\"t\":{\"confidence\":1}}}"},
        {4000000000, "{\"evidence\":{\"t\":{\"confidence\":1}}}"},
        {0, "{\"evidence\":{\"t\":{}}}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        Gw__Document d = GW__DOCUMENT__INIT;
        Gw__Evidence e = GW__EVIDENCE__INIT;
        e.field = "t", e.confidence = cases[i].per_mille;
        FILL(d, evidence, &e);
        struct gw_buf out = GW_BUF(1000);
        gw_json_document(&out, NULL, &d);
        assert_string_equal(gw_buf_str(&out), cases[i].expected);
        gw_buf_fini(&out);
        free(d.evidence);
    }
}

static void rows(void **state)
{
    (void)state;
    Gw__Rows r = GW__ROWS__INIT;
    Gw__Row one = GW__ROW__INIT;
    one.title = "通知", one.url = "http://x.cn/1";
    struct gw_buf out = GW_BUF(1000);
    r.how = "auto:li";
    gw_json_rows(&out, "l", NULL, &r);
    assert_string_equal(gw_buf_str(&out), "{\"id\":\"l\",\"how\":\"auto:li\",\"items\":[],\"next\":null}");
    FILL(r, rows, &one, &one);
    FILL(r, next, "http://x.cn/p2");
    gw_buf_reset(&out);
    gw_json_rows(&out, "l", "http://x.cn/", &r);
    assert_string_equal(gw_buf_str(&out), "{\"id\":\"l\",\"url\":\"http://x.cn/\",\"how\":\"auto:li\",\"items\":["
                                          "{\"title\":\"通知\",\"url\":\"http://x.cn/1\",\"date\":null},"
                                          "{\"title\":\"通知\",\"url\":\"http://x.cn/1\",\"date\":null}],"
                                          "\"next\":\"http://x.cn/p2\"}");
    free(r.next);
    FILL(r, next, "a", "b");
    gw_buf_reset(&out);
    gw_json_rows(&out, NULL, NULL, &r);
    assert_non_null(strstr(out.data, "\"next\":[\"a\",\"b\"]}"));
    gw_buf_fini(&out);
    free(r.rows), free(r.next);
}

static void policy_event(void **state)
{
    (void)state;
    Gw__Event e = GW__EVENT__INIT;
    Gw__Document d = GW__DOCUMENT__INIT;
    Gw__Change change = GW__CHANGE__INIT;
    Gw__FieldChange field = GW__FIELD_CHANGE__INIT;
    Gw__ParagraphChange paragraph = GW__PARAGRAPH_CHANGE__INIT;
    Gw__Provenance provenance = GW__PROVENANCE__INIT;
    d.title = "x";
    field.field = "title", field.before = "w", field.after = "x";
    paragraph.op = GW__DIFF_OP__DIFF_ADDED, paragraph.after = "p";
    change.previous_event_id = "00", change.significance = "minor";
    FILL(change, fields, &field);
    FILL(change, paragraphs, &paragraph);
    provenance.node = "n", provenance.msgno = 7, provenance.status = 200;
    e.stream = GW__STREAM__STREAM_POLICY;
    e.event_id = "ab12", e.type = "revised", e.source_id = "ningbo-eitb", e.subject = "https://x.cn/a";
    e.stored_ms = 1700000000123, e.fetched_ms = 1700000000000, e.first_seen_ms = 1600000000000, e.revision = 2;
    e.document = &d, e.change = &change, e.provenance = &provenance;
    struct gw_buf out = GW_BUF(1 << 16);
    gw_json_event(&out, 42, &e);
    assert_string_equal(
        gw_buf_str(&out),
        "{\"specversion\":\"1.0\",\"type\":\"gov.policy.revised\",\"id\":\"ab12\","
        "\"source\":\"/sources/ningbo-eitb\",\"subject\":\"https://x.cn/a\","
        "\"time\":\"2023-11-14T22:13:20.123Z\",\"sequence\":\"00000000000000000042\","
        "\"datacontenttype\":\"application/json\",\"data\":{\"seq\":42,\"backlog\":false,"
        "\"document\":{\"title\":\"x\"},\"change\":{\"previous_event_id\":\"00\","
        "\"fields\":[{\"field\":\"title\",\"before\":\"w\",\"after\":\"x\"}],"
        "\"paragraphs\":[{\"op\":\"added\",\"paragraph\":0,\"after\":\"p\"}],\"significance\":\"minor\"},"
        "\"provenance\":{\"node\":\"n\",\"msgno\":7,\"status\":200},"
        "\"first_seen\":\"2020-09-13T12:26:40.000Z\",\"fetched\":\"2023-11-14T22:13:20.000Z\",\"revision\":2}}");
    gw_buf_fini(&out);
    free(change.fields), free(change.paragraphs);
}

static void other_streams(void **state)
{
    (void)state;
    Gw__Event e = GW__EVENT__INIT;
    Gw__SourceChange change = GW__SOURCE_CHANGE__INIT;
    Gw__Coverage coverage = GW__COVERAGE__INIT;
    change.state = "broken", change.reason = "not_found", change.previous = "ok", change.since_ms = 1000;
    e.stream = GW__STREAM__STREAM_SOURCE, e.type = "broken", e.event_id = "1", e.source_id = "s";
    e.source_change = &change;
    struct gw_buf out = GW_BUF(1 << 16);
    gw_json_event(&out, 1, &e);
    assert_string_equal(
        gw_buf_str(&out),
        "{\"specversion\":\"1.0\",\"type\":\"gov.source.broken\",\"id\":\"1\",\"source\":\"/sources/s\","
        "\"sequence\":\"00000000000000000001\",\"datacontenttype\":\"application/json\",\"data\":{"
        "\"seq\":1,\"state\":\"broken\",\"reason\":\"not_found\",\"previous\":\"ok\","
        "\"since\":\"1970-01-01T00:00:01.000Z\"}}");
    coverage.from_ms = 1000, coverage.to_ms = 2000, coverage.polls = 3, coverage.status = "ok";
    e.stream = GW__STREAM__STREAM_COVERAGE, e.type = "run", e.coverage = &coverage;
    gw_buf_reset(&out);
    gw_json_event(&out, UINT64_MAX, &e);
    assert_non_null(strstr(out.data, "\"type\":\"gov.coverage.run\""));
    assert_non_null(strstr(out.data, "\"sequence\":\"18446744073709551615\""));
    assert_non_null(strstr(out.data, "{\"seq\":18446744073709551615,\"from\":\"1970-01-01T00:00:01.000Z\","
                                     "\"to\":\"1970-01-01T00:00:02.000Z\",\"polls\":3,\"status\":\"ok\"}}"));
    gw_buf_fini(&out);
}

// Times no calendar has, and streams of a newer schema.
static void odd_values(void **state)
{
    (void)state;
    static const int64_t times[] = {INT64_MIN, INT64_MAX, -62135596800001, 253402300800000};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        Gw__Event e = GW__EVENT__INIT;
        e.stream = (Gw__Stream)99, e.type = "x", e.stored_ms = times[i];
        struct gw_buf out = GW_BUF(1000);
        gw_json_event(&out, 0, &e);
        assert_null(strstr(out.data, "\"time\""));
        json_t *parsed = json_loads(out.data, JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(parsed);
        json_decref(parsed);
        gw_buf_fini(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings),    cmocka_unit_test(document),     cmocka_unit_test(fractions),
        cmocka_unit_test(rows),       cmocka_unit_test(policy_event), cmocka_unit_test(other_streams),
        cmocka_unit_test(odd_values),
    };
    return cmocka_run_group_tests_name("model/json", tests, NULL, NULL);
}
