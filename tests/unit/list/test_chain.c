// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"
#include "list/list.h"
#include "read.h"

#define URL "https://town.example/col/col12/index.html"

static void test_values_fill_the_second_request(void **state)
{
    (void)state;
    Gw__ListRule rule = GW__LIST_RULE__INIT;
    Gw__Request then = GW__REQUEST__INIT;
    Gw__Pair unit = GW__PAIR__INIT, web = GW__PAIR__INIT, key = GW__PAIR__INIT, *values[] = {&unit, &web, &key};
    Gw__Pair header = GW__PAIR__INIT, *headers[] = {&header};
    unit.key = (char *)"unit";
    unit.value = (char *)"script[querydata]@querydata ~/'u':'(\\w+)'/$1/";
    web.key = (char *)"web";
    web.value = (char *)"script ~/webid = (\\d+)/$1/";
    key.key = (char *)"key";
    key.value = (char *)"meta[name=key]@content";
    header.key = (char *)"Referer";
    header.value = (char *)"{list_url}";
    then.url = (char *)"/api?u={unit}&p={n}";
    then.method = (char *)"POST";
    then.body = (char *)"{\"web\":{web},\"page\":{\"no\":{n}},\"key\":\"{key}\"}";
    then.headers = headers;
    then.n_headers = 1;
    rule.values = values;
    rule.n_values = 3;
    rule.then = &then;
    struct reading r =
        reading_of("<meta name=key content=' k1 '><script>var a = 1;</script><script querydata=\"{'u':'x7'}\">"
                   "var webid = 42;</script>",
                   URL, &rule);
    assert_non_null(r.then);
    assert_string_equal(r.then->url, "https://town.example/api?u=x7&p=1");
    assert_string_equal(r.then->method, "POST");
    assert_string_equal(r.then->body, "{\"web\":42,\"page\":{\"no\":1},\"key\":\" k1 \"}");
    assert_string_equal(r.then->headers[0]->value, URL);
    assert_int_equal(r.rows->n_rows, 0);
    reading_free(&r);
    r = reading_of("<p>nothing</p>", URL, &rule);
    assert_null(r.then);
    assert_non_null(strstr(r.rows->warning, "list.values.unit"));
    reading_free(&r);
    r = reading_of_bytes("{\"rows\":[{\"title\":\"One\",\"url\":\"/1\"}]}", 37, URL, &rule, 1); // the second answer
    assert_null(r.then);
    assert_string_equal(r.lines, " | One | https://town.example/1\n");
    reading_free(&r);
}

static void check_then(const char *page, const char *url, const char *how, const char *expected)
{
    struct reading r = reading_of(page, url, NULL);
    if (!r.then)
        fail_msg("%s: no second request (%s, %s)", expected, r.rows->how, r.rows->warning);
    assert_string_equal(r.then->url, expected);
    assert_string_equal(r.rows->how, how);
    assert_non_null(strstr(r.rows->warning, expected));
    reading_free(&r);
}

static void test_jpaas_units(void **state)
{
    (void)state;
    check_then(
        "<ul><li><a href=/a>Navigation that has long titles</a> 2020-01-01<li><a href=/b>More navigation of the "
        "page</a> 2020-01-02</ul>"
        "<script src='/x/unitbuild.js' parseType=\"bulidstatic\" "
        "url=\"/api-gateway/jpaas-publish-server/front/page/build/"
        "unit\" querydata=\"{'webId':'w1','tagId':'页脚'}\"></script>"
        "<script src='/x/unitbuild.js' parseType=\"bulidstatic\" "
        "url=\"/api-gateway/jpaas-publish-server/front/page/build/"
        "unit\" querydata=\"{'webId':'w1','pageId':'p1','tplSetId':'t1','pageType':'column','tagId':'信息列表',"
        "'editType':'null'}\"></script>",
        URL, "family:jpaas",
        "https://town.example/api-gateway/jpaas-publish-server/front/page/build/unit?webId=w1&pageId=p1&tplSetId=t1&"
        "pageType=column&tagId=%E4%BF%A1%E6%81%AF%E5%88%97%E8%A1%A8&editType=null&parseType=bulidstatic&"
        "paramJson=%7B%22pageNo%22%3A1%2C%22pageSize%22%3A50%7D");
}

static void test_other_families_behind_scripts(void **state)
{
    (void)state;
    check_then(
        "<div id=123 class=jpage></div><script>var q={columnid:'1229', unitid : \"77\", "
        "webid:3};$.get('/module/web/jpage/"
        "dataproxy.jsp')</script>",
        URL, "family:hanweb",
        "https://town.example/module/web/jpage/dataproxy.jsp?page=1&appid=1&webid=3&path=/&columnid=1229&unitid=77&"
        "permissiontype=0");
    check_then("<ul data=\"datasource:4ab\"></ul>", URL, "family:nea", "https://town.example/col/col12/ds_4ab.json");
    check_then(
        "<meta name=channelId content=abc123><script>get('/common/search/'+id)</script>", URL, "family:channel-search",
        "https://town.example/common/search/abc123?_isAgg=true&_isJson=true&_pageSize=20&_template=index&page=1");
    check_then("<script>window._CONFIG={SID: '755325'};load('/gkmlpt/api/all/0')</script>",
               "http://town.example/tyj/gkmlpt/index", "family:gkmlpt",
               "http://town.example/tyj/gkmlpt/api/all/0?page=1&sid=755325");
    check_then("<script>$.getJSON('./ZUIXINZHENGCE.json')</script>", "https://town.example/zhengce/zuixin/",
               "family:gov.cn", "https://town.example/zhengce/zuixin/ZUIXINZHENGCE.json");
}

static void test_families_of_second_answers(void **state)
{
    (void)state;
    struct reading r =
        reading_of("{\"datasource\":[{\"title\":\"One\",\"publishUrl\":\"./1.html\",\"publishTime\":\"2024-03-04 "
                   "09:00:00\"}]}",
                   URL, NULL);
    assert_string_equal(r.rows->how, "family:nea");
    assert_string_equal(r.lines, "2024-03-04T09:00:00 | One | https://town.example/col/col12/1.html\n");
    reading_free(&r);
}

static void test_families_with_usual_markup(void **state)
{
    (void)state;
    struct reading r = reading_of(
        "<link href=/wp-content/x.css><main><article class='post hentry'><h2 class=entry-title><a href=/1>Law "
        "A</a></h2>"
        "<time datetime=2024-03-04T08:00:00+00:00>March 4, 2024</time></article><article class='post hentry'>"
        "<h2 class=entry-title><a href=/2>Law B</a></h2><time>March 1, 2024</time></article></main>",
        URL, NULL);
    assert_string_equal(r.rows->how, "family:wordpress");
    assert_string_equal(r.lines,
                        "2024-03-04 | Law A | https://town.example/1\n2024-03-01 | Law B | https://town.example/2\n");
    reading_free(&r);
    r = reading_of(
        "<table><tr class=catAgendaRow><td><h3><strong aria-label='Agenda for March 4, 2024'><abbr>Mar</abbr> 4, 2024"
        "</strong></h3><p><a href=/AgendaCenter/ViewFile/Agenda/_03042024-1>Council</a></p></td>"
        "<td><a href=/AgendaCenter/ViewFile/Minutes/_03042024-1>Minutes</a></td></tr>"
        "<tr class=catAgendaRow><td><h3><strong aria-label='Agenda for March 1, 2024'>Mar 1, 2024</strong></h3>"
        "<p><a href=/AgendaCenter/ViewFile/Agenda/_03012024-2>Council</a></p></td></tr></table>",
        URL, NULL);
    assert_string_equal(r.rows->how, "family:civicplus");
    assert_string_equal(r.lines,
                        "2024-03-04 | Council | https://town.example/AgendaCenter/ViewFile/Agenda/_03042024-1\n"
                        "2024-03-01 | Council | https://town.example/AgendaCenter/ViewFile/Agenda/_03012024-2\n");
    reading_free(&r);
    r = reading_of("<ul><li><a href=./202403/t20240304_1.html>关于开展检查的通知</a>2024-03-04<li><a "
                   "href=./202403/t20240301_2.html>"
                   "关于公布名单的公告</a>2024-03-01</ul><script>createPageHTML(3, 0, \"index\", \"html\");</script>",
                   URL, NULL);
    assert_string_equal(r.rows->how, "family:trs");
    assert_int_equal(r.rows->n_rows, 2);
    assert_string_equal(r.rows->next[0], "https://town.example/col/col12/index_1.html");
    reading_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_fill_the_second_request), cmocka_unit_test(test_jpaas_units),
        cmocka_unit_test(test_other_families_behind_scripts),  cmocka_unit_test(test_families_of_second_answers),
        cmocka_unit_test(test_families_with_usual_markup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
