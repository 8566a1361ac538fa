// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "worker/jar.h"

#include <stdio.h>

static struct gw_jar jar;

static int set_up(void **state)
{
    (void)state;
    jar = (struct gw_jar){.arena = gw_arena_new(1 << 20)};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    gw_arena_free(jar.arena);
    return 0;
}

static void is(const char *url, const char *expected)
{
    const char *header = gw_jar_header(&jar, url);
    assert_string_equal(header ? header : "", expected);
}

static void back_to_who_set_it(void **state)
{
    (void)state;
    is("https://town.example/list", "");
    assert_true(gw_jar_take(&jar, "https://town.example/list", "sid=abc=; Path=/; HttpOnly\nlang=zh\n"));
    is("https://town.example/api?x=1", "sid=abc=; lang=zh");
    is("http://town.example:8080", "sid=abc=; lang=zh"); // ports share cookies (§8.5)
    is("https://other.example/", "");
    is("https://www.town.example/", "");
    assert_false(gw_jar_take(&jar, "https://town.example/list", "sid=abc=\n"));
    assert_true(gw_jar_take(&jar, "https://town.example/list", "sid=d\n"));
    is("https://town.example/", "sid=d; lang=zh");
}

static void domain_path_and_secure(void **state)
{
    (void)state;
    gw_jar_take(&jar, "https://www.town.example/a/list",
                "all=1; Domain=.town.example\nsub=2; path=/a\nsafe=3; Secure\nalien=4; domain=other.example\ntld=5; "
                "domain=example");
    is("https://www.town.example/a/b", "all=1; sub=2; safe=3; alien=4; tld=5"); // no other's domain: the host's own
    is("https://api.town.example/a", "all=1");
    is("https://town.example/", "all=1");
    is("https://atown.example/", "");
    is("https://www.town.example/ab", "all=1; safe=3; alien=4; tld=5");
    is("http://www.town.example/a", "all=1; sub=2; alien=4; tld=5");
    is("https://www.town.example?q", "all=1; safe=3; alien=4; tld=5");
}

static void forgotten(void **state)
{
    (void)state;
    gw_jar_take(&jar, "https://town.example/", "a=1\nb=2\nc=3");
    gw_jar_take(&jar, "https://town.example/",
                "a=; Max-Age=0\nb=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT\nc=3; Max-Age=60");
    is("https://town.example/", "c=3");
}

static void too_much_is_left_out(void **state)
{
    (void)state;
    char large[GW_JAR_BYTES + 16] = "big=";
    memset(large + 4, 'x', sizeof large - 5);
    assert_false(gw_jar_take(&jar, "https://town.example/", large));
    assert_false(gw_jar_take(&jar, "https://town.example/", "=nothing\n;\n\n=\n"));
    assert_false(gw_jar_take(&jar, "no address", "a=1"));
    for (int i = 0; i < 100; i++) {
        char one[16];
        snprintf(one, sizeof one, "c%d=1", i);
        gw_jar_take(&jar, "https://town.example/", one);
    }
    assert_int_equal(jar.count, GW_JAR_COOKIES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(back_to_who_set_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(domain_path_and_secure, set_up, tear_down),
        cmocka_unit_test_setup_teardown(forgotten, set_up, tear_down),
        cmocka_unit_test_setup_teardown(too_much_is_left_out, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("worker/jar", tests, NULL, NULL);
}
