// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "worker/ask.h"

static const struct gw_ask_values VALUES = {.list_url = "https://town.example/news/", .page_no = 3};

static int setup(void **state)
{
    *state = gw_arena_new(1 << 20);
    return 0;
}

static int teardown(void **state)
{
    gw_arena_free(*state);
    return 0;
}

static void no_rule_is_a_get(void **state)
{
    struct gw_request request;
    check_ok(gw_ask_fill(*state, NULL, &VALUES, &request));
    assert_string_equal(request.url, "https://town.example/news/");
    assert_null(request.method);
    assert_null(request.body);
}

static void templates(void **state)
{
    Gw__Request rule = GW__REQUEST__INIT;
    Gw__Pair header = GW__PAIR__INIT;
    Gw__Pair *headers[] = {&header};
    header.key = (char *)"Referer", header.value = (char *)"{list_url}#{n}";
    rule.url = (char *)"../api?page={n}";
    rule.body = (char *)"{\"page\":{n},\"size\":{x}}"; // other braces are JSON's
    rule.headers = headers;
    rule.n_headers = 1;
    struct gw_request request;
    check_ok(gw_ask_fill(*state, &rule, &VALUES, &request));
    assert_string_equal(request.url, "https://town.example/api?page=3");
    assert_string_equal(request.method, "POST"); // a body says so
    assert_string_equal(request.body, "{\"page\":3,\"size\":{x}}");
    assert_int_equal(request.body_bytes, strlen(request.body));
    assert_string_equal(request.body_type, "application/json");
    assert_string_equal(request.headers[0]->value, "https://town.example/news/#3");
    assert_true(gw_ask_has_pages(&rule));
}

static void forms(void **state)
{
    Gw__Request rule = GW__REQUEST__INIT;
    Gw__Pair a = GW__PAIR__INIT, b = GW__PAIR__INIT;
    Gw__Pair *form[] = {&a, &b};
    a.key = (char *)"channel id", a.value = (char *)"公开&1";
    b.key = (char *)"p", b.value = (char *)"{n}";
    rule.form = form;
    rule.n_form = 2;
    struct gw_request request;
    check_ok(gw_ask_fill(*state, &rule, &VALUES, &request));
    assert_string_equal(request.body, "channel+id=%E5%85%AC%E5%BC%80%261&p=3");
    assert_null(request.body_type); // the form's own
    assert_string_equal(request.url, "https://town.example/news/");
    assert_true(gw_ask_has_pages(&rule));
}

static void not_a_url(void **state)
{
    Gw__Request rule = GW__REQUEST__INIT;
    rule.url = (char *)"javascript:alert(1)";
    struct gw_request request;
    check_rc(gw_ask_fill(*state, &rule, &VALUES, &request), GW_EINVAL);
    assert_false(gw_ask_has_pages(&rule));
    assert_false(gw_ask_has_pages(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(no_rule_is_a_get, setup, teardown),
        cmocka_unit_test_setup_teardown(templates, setup, teardown),
        cmocka_unit_test_setup_teardown(forms, setup, teardown),
        cmocka_unit_test_setup_teardown(not_a_url, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
