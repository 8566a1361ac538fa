// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "model/url.h"

#include <stdio.h>
#include <string.h>

static struct gw_arena *arena;

static int open_arena(void **state)
{
    (void)state;
    arena = gw_arena_new(1 << 20);
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    arena = gw_arena_free(arena);
    return 0;
}

#define BASE "http://a/b/c/d;p?q"

static void resolves(void **state)
{
    (void)state;
    static const struct {
        const char *base, *reference, *expected; // NULL: refused
    } cases[] = {
        // RFC 3986 §5.4.1
        {BASE, "http:g", "http://a/b/c/g"},
        {BASE, "g", "http://a/b/c/g"},
        {BASE, "./g", "http://a/b/c/g"},
        {BASE, "g/", "http://a/b/c/g/"},
        {BASE, "/g", "http://a/g"},
        {BASE, "//g", "http://g/"},
        {BASE, "?y", "http://a/b/c/d;p?y"},
        {BASE, "g?y", "http://a/b/c/g?y"},
        {BASE, "#s", "http://a/b/c/d;p?q"},
        {BASE, "g#s", "http://a/b/c/g"},
        {BASE, "g?y#s", "http://a/b/c/g?y"},
        {BASE, ";x", "http://a/b/c/;x"},
        {BASE, "g;x?y#s", "http://a/b/c/g;x?y"},
        {BASE, "", "http://a/b/c/d;p?q"},
        {BASE, ".", "http://a/b/c/"},
        {BASE, "./", "http://a/b/c/"},
        {BASE, "..", "http://a/b/"},
        {BASE, "../", "http://a/b/"},
        {BASE, "../g", "http://a/b/g"},
        {BASE, "../..", "http://a/"},
        {BASE, "../../", "http://a/"},
        {BASE, "../../g", "http://a/g"},
        // §5.4.2
        {BASE, "../../../g", "http://a/g"},
        {BASE, "../../../../g", "http://a/g"},
        {BASE, "/./g", "http://a/g"},
        {BASE, "/../g", "http://a/g"},
        {BASE, "g.", "http://a/b/c/g."},
        {BASE, ".g", "http://a/b/c/.g"},
        {BASE, "g..", "http://a/b/c/g.."},
        {BASE, "..g", "http://a/b/c/..g"},
        {BASE, "./../g", "http://a/b/g"},
        {BASE, "./g/.", "http://a/b/c/g/"},
        {BASE, "g/./h", "http://a/b/c/g/h"},
        {BASE, "g/../h", "http://a/b/c/h"},
        {BASE, "g;x=1/./y", "http://a/b/c/g;x=1/y"},
        {BASE, "g;x=1/../y", "http://a/b/c/y"},
        {BASE, "g?y/./x", "http://a/b/c/g?y/./x"},
        {BASE, "g?y/../x", "http://a/b/c/g?y/../x"},
        // what pages hold
        {"https://x.gov.cn/art/col/", "\n\t  ../2024/3/4/art_1.html \r\n", "https://x.gov.cn/art/2024/3/4/art_1.html"},
        {"https://x.gov.cn/", "/a\nb/\tc.html", "https://x.gov.cn/ab/c.html"},
        {"https://x.gov.cn/list", "?id=7&page=2", "https://x.gov.cn/list?id=7&page=2"},
        {"https://x.gov.cn/l?a=1", "view.jsp?id=%E4%B8%AD", "https://x.gov.cn/view.jsp?id=%E4%B8%AD"},
        {"https://x.gov.cn/", "\xe9\x80\x9a\xe7\x9f\xa5.html", "https://x.gov.cn/%E9%80%9A%E7%9F%A5.html"},
        {"https://x.gov.cn/", "my file.pdf", "https://x.gov.cn/my%20file.pdf"},
        {"https://x.gov.cn/", "a|b{c}", "https://x.gov.cn/a%7Cb%7Bc%7D"},
        {"https://x.gov.cn/d/", "..\\e\\f.html?g\\h", "https://x.gov.cn/e/f.html?g%5Ch"},
        {"https://x.gov.cn", "a", "https://x.gov.cn/a"},
        {"https://x.gov.cn?q", "a", "https://x.gov.cn/a"},
        {"https://x.gov.cn?q", "", "https://x.gov.cn/?q"},
        {"https://x.gov.cn/a", "HTTP://Y.GOV.CN/B", "http://y.gov.cn/B"},
        {"https://x.gov.cn/a", "http:/y.gov.cn/b", "http://y.gov.cn/b"},
        {"http://x.gov.cn/a/", "http:/b", "http://x.gov.cn/b"},
        {"https://x.gov.cn/a", "https:///y.gov.cn/b", "https://y.gov.cn/b"},
        {"https://x.gov.cn/a", "\\\\y.gov.cn\\b", "https://y.gov.cn/b"},
        {"https://x.gov.cn/a", "%2e%2E/b", "https://x.gov.cn/b"},
        {"https://x.gov.cn/a", "x:y", NULL},
        {"https://x.gov.cn/a", "./x:y", "https://x.gov.cn/x:y"},
        {"https://x.gov.cn/a", "10:30.html", "https://x.gov.cn/10:30.html"},
        {"https://x.gov.cn/a", "javascript:void(0)", NULL},
        {"https://x.gov.cn/a", "java\nscript:void(0)", NULL},
        {"https://x.gov.cn/a", "mailto:a@b.c", NULL},
        {"https://x.gov.cn/a", "data:text/html,x", NULL},
        {"https://x.gov.cn/a", "ftp://x.gov.cn/b", NULL},
        {"https://x.gov.cn/a", "http://", NULL},
        {"https://x.gov.cn/a", "http://www.gov.cn@evil.example/", NULL},
        {NULL, "https://x.gov.cn", "https://x.gov.cn/"},
        {NULL, "x.gov.cn/a", NULL},
        {NULL, "//x.gov.cn/a", NULL},
        {NULL, "", NULL},
        {"file:///etc/passwd", "x", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *got = gw_url_resolve(arena, cases[i].base, cases[i].reference);
        if (!cases[i].expected && got)
            fail_msg("'%s' gave '%s' instead of a refusal", cases[i].reference, got);
        if (cases[i].expected && (!got || strcmp(got, cases[i].expected) != 0))
            fail_msg("'%s' on '%s' gave '%s', not '%s'", cases[i].reference, cases[i].base, got ? got : gw_reason(),
                     cases[i].expected);
    }
}

static void hosts(void **state)
{
    (void)state;
    static const struct {
        const char *url, *key; // NULL: refused
    } cases[] = {
        {"http://EXAMPLE.gov.cn/", "example.gov.cn:443"},
        {"https://example.gov.cn:443/", "example.gov.cn:443"},
        {"http://example.gov.cn:80/", "example.gov.cn:443"},
        {"http://example.gov.cn:8080/", "example.gov.cn:8080"},
        {"https://example.gov.cn./", "example.gov.cn:443"},
        {"http://www.example.gov.cn/", "www.example.gov.cn:443"}, // another machine, maybe
        {"http://127.0.0.1:7000/", "127.0.0.1:7000"},
        {"http://0x7f.1:7000/", "127.0.0.1:7000"},
        {"http://2130706433:7000/", "127.0.0.1:7000"},
        {"http://127.0.0.1.:7000/", "127.0.0.1:7000"},
        {"http://[::ffff:127.0.0.1]:7000/", "127.0.0.1:7000"},
        {"http://[::FFFF:7f00:1]:7000/", "127.0.0.1:7000"},
        {"http://[0:0:0:0:0:0:0:1]/", "[::1]:443"},
        {"http://\xe4\xb8\xad\xe5\x9b\xbd.\xe6\x94\xbf\xe5\x8a\xa1/", "xn--fiqs8s.xn--zfr164b:443"},
        {"http://b\xc3\xbc"
         "cher.example/",
         "xn--bcher-kva.example:443"},
        {"http://B\xc3\x9c"
         "CHER.example:81/",
         "xn--bcher-kva.example:81"},
        {"http://\xd0\xbf\xd1\x80\xd0\xb8\xd0\xbc\xd0\xb5\xd1\x80.\xd1\x80\xd1\x84/", "xn--e1afmkfd.xn--p1ai:443"},
        {"http://\xef\xbd\x87\xef\xbd\x8f\xef\xbd\x96\xe3\x80\x82\xef\xbd\x83\xef\xbd\x8e/",
         "gov.cn:443"}, // full width
        {"http://a_b.example/", "a_b.example:443"},
        {"http://a..b/", NULL},
        {"http://a../", NULL},
        {"http://.a/", NULL},
        {"http://1.2.3.4.5/", NULL},
        {"http://256.1.1.1/", NULL},
        {"http://a:0/", NULL},
        {"http://a:65536/", NULL},
        {"http://a:x/", NULL},
        {"http://[fe80::1%25eth0]/", NULL},
        {"http://[::1/", NULL},
        {"http://a%2fb/", NULL},
        {"http://a b/", NULL},
        {"http://\xe2\x84\x80.example/", NULL},      // U+2100 would become "a/c"
        {"http://\xe4\xb8\xad\xef\xbc\xa0x/", NULL}, // full-width @
        {"http://\xff\xfe/", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *got = gw_url_host_key(arena, cases[i].url);
        if ((!got != !cases[i].key) || (got && strcmp(got, cases[i].key) != 0))
            fail_msg("'%s' gave '%s', not '%s'", cases[i].url, got ? got : gw_reason(),
                     cases[i].key ? cases[i].key : "a refusal");
    }
    assert_string_equal(gw_url_hostname(arena, "https://X.gov.cn:8/y"), "x.gov.cn");
    assert_string_equal(gw_url_path(arena, "https://X.gov.cn:8"), "/");
    assert_string_equal(gw_url_path(arena, "https://X.gov.cn/Y/z?q"), "/Y/z");
}

static void identities(void **state)
{
    (void)state;
    static const struct {
        const char *url, *expected;
    } cases[] = {
        {"http://www.Example.gov.cn/a", "https://example.gov.cn/a"},
        {"https://example.gov.cn:443/a#top", "https://example.gov.cn/a"},
        {"http://example.gov.cn:8080/a", "http://example.gov.cn:8080/a"},
        {"http://www.gov.cn/", "https://gov.cn/"},
        {"http://www.cn/", "https://www.cn/"},
        {"http://www.www.x.cn/", "https://x.cn/"},
        {"http://x.cn", "https://x.cn/"},
        {"http://x.cn/a/../b/./c", "https://x.cn/b/c"},
        {"http://x.cn/%7euser/%e4%b8%ad", "https://x.cn/~user/%E4%B8%AD"},
        {"http://x.cn/\xe4\xb8\xad", "https://x.cn/%E4%B8%AD"},
        {"http://x.cn/%2e%2e/a", "https://x.cn/a"},
        {"http://x.cn/a%2Fb", "https://x.cn/a%2Fb"},
        {"http://x.cn/100%", "https://x.cn/100%25"},
        {"http://x.cn/?", "https://x.cn/"},
        {"http://x.cn/v?id=7", "https://x.cn/v?id=7"},
        {"http://x.cn/v?b=2&a=1", "https://x.cn/v?b=2&a=1"},
        {"http://x.cn/v?id=7&utm_source=x&utm_medium=y", "https://x.cn/v?id=7"},
        {"http://x.cn/v?utm_source=x&id=7", "https://x.cn/v?id=7"},
        {"http://x.cn/v?utm_source=x", "https://x.cn/v"},
        {"http://x.cn/v?%75tm_source=x", "https://x.cn/v"},
        {"http://x.cn/v?from=timeline&isappinstalled=0", "https://x.cn/v"},
        {"http://x.cn/v?from=2024-01-01", "https://x.cn/v?from=2024-01-01"},
        {"http://x.cn/v.do;jsessionid=0A1B?id=7", "https://x.cn/v.do?id=7"},
        {"http://x.cn/v?&&id=7", "https://x.cn/v?&&id=7"},
        {"http://[2001:DB8::1]/x", "https://[2001:db8::1]/x"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *got = gw_url_canonical(arena, cases[i].url);
        if (!got)
            fail_msg("'%s': %s", cases[i].url, gw_reason());
        assert_string_equal(got, cases[i].expected);
        assert_string_equal(gw_url_canonical(arena, got), got);
    }
}

static void sites(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool same;
    } cases[] = {
        {"http://jxj.ningbo.gov.cn/a", "https://www.ningbo.gov.cn/", true},
        {"http://ningbo.gov.cn/", "http://nanjing.gov.cn/", false},
        {"http://www.gov.cn/", "http://www.miit.gov.cn/", false},
        {"http://www.gov.cn/", "http://english.www.gov.cn/", true},
        {"http://a.stdaily.com/", "http://www.stdaily.com/", true},
        {"http://a.com/", "http://b.com/", false},
        {"http://a.zj.cn/", "http://b.zj.cn/", false},
        {"http://a.b.zj.cn/", "http://c.b.zj.cn/", true},
        {"http://www.dft.gov.uk/", "http://www.hmrc.gov.uk/", false},
        {"http://www.bund.de/", "http://bund.de/", true},
        {"http://www.meti.go.jp/", "http://www.soumu.go.jp/", false},
        {"http://1.2.3.4/", "http://9.2.3.4/", false},
        {"http://1.2.3.4/", "http://1.2.3.4:81/", true},
        {"http://[::1]/", "http://[::1]:7/", true},
        {"http://localhost/", "http://localhost:80/", true},
        {"not a url", "not a url", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (gw_url_same_site(cases[i].a, cases[i].b) != cases[i].same)
            fail_msg("%s and %s", cases[i].a, cases[i].b);
}

// A name alone is read without CURLU, one with a port never: both mean the same host.
static void hosts_with_and_without_port(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "a", "B",  "www", "gov", "cn", ".",  ".", ".",   ".",  "-",  "_",         "0", "1", "12", "0x",
        "x", "0X", "255", "09",  "f",  "xn", "%", "%2e", "..", "例", "localhost", "+", "~", "!",  "256",
    };
    uint64_t seed = 88172645463325252;
    for (int i = 0; i < 200000; i++) {
        char name[160] = "", plain[200], with_port[200];
        for (uint64_t n = 1 + seed % 9; n--;) {
            seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
            strcat(name, pieces[seed % (sizeof pieces / sizeof pieces[0])]);
        }
        snprintf(plain, sizeof plain, "http://%s/", name);
        snprintf(with_port, sizeof with_port, "http://%s:80/", name);
        gw_arena_reset(arena);
        const char *got = gw_url_hostname(arena, plain), *expected = gw_url_hostname(arena, with_port);
        if (!got != !expected || (got && strcmp(got, expected) != 0))
            fail_msg("%s: %s, but with a port: %s", name, got, expected);
    }
}

static void ceilings(void **state)
{
    (void)state;
    static char url[20000];
    memset(url, 'a', sizeof url - 1);
    memcpy(url, "http://x.cn/", 12);
    assert_null(gw_url_resolve(arena, NULL, url));
    url[8191] = '/';
    url[8192] = '\0';
    const char *longest = gw_url_resolve(arena, NULL, url);
    assert_non_null(longest);
    assert_null(gw_url_canonical(arena, longest)); // one byte more for https
    assert_null(gw_url_resolve(arena, longest, "b"));

    struct gw_arena *small = gw_arena_new(16);
    assert_null(gw_url_resolve(small, NULL, "http://example.gov.cn/"));
    assert_string_equal(gw_reason(), "no memory left for a URL");
    jmp_buf point;
    bool jumped = setjmp(point);
    if (!jumped) {
        gw_arena_on_limit(small, &point);
        (void)gw_url_canonical(small, "http://example.gov.cn/"); // under ASan: leaks nothing
        fail_msg("no jump");
    }
    gw_arena_free(small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resolves), cmocka_unit_test(hosts),    cmocka_unit_test(identities),
        cmocka_unit_test(sites),    cmocka_unit_test(ceilings), cmocka_unit_test(hosts_with_and_without_port),
    };
    return cmocka_run_group_tests_name("model/url", tests, open_arena, close_arena);
}
