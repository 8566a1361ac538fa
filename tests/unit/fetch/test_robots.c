// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "base/buf.h"
#include "base/clock.h"
#include "fetch/robots.h"

#include <stdio.h>
#include <stdlib.h>

static const struct {
    const char *text, *path;
    bool allowed;
} ROWS[] = {
    {"", "/", true},
    {"User-agent: *\nDisallow: /\n", "/a", false},
    {"User-agent: *\nDisallow: /\n", "/robots.txt", true},
    {"User-agent: *\nDisallow:\n", "/a", true},
    {"Disallow: /\n", "/a", true}, // no group
    {"user-agent: *\ndisallow: /private\n", "/private/x", false},
    {"user-agent: *\ndisallow: /private\n", "/public", true},
    {"User-agent: *\r\nDisallow: /p\r\n", "/p", false},
    {"User-agent: *\rDisallow: /p\r", "/p", false},
    {"\xEF\xBB\xBFUser-agent: *\nDisallow: /p\n", "/p", false},
    {"User-agent: * # all\nDisallow: /p # here\n", "/p", false},
    {"User-agent : *\nDisallow : /p\n", "/p", false},
    // our group beats the one for all, whole
    {"User-agent: *\nDisallow: /\nUser-agent: govwire\nDisallow: /x\n", "/a", true},
    {"User-agent: GovWire/2.1\nDisallow: /x\n\nUser-agent: *\nAllow: /\n", "/x", false},
    {"User-agent: govwire-images\nDisallow: /\n", "/a", true},
    {"User-agent: govwire\n\nUser-agent: *\nDisallow: /\n", "/a", false}, // one group of two agents (RFC 9309 2.2.1)
    {"User-agent: a\nUser-agent: govwire\nDisallow: /x\nUser-agent: b\nDisallow: /y\n", "/x", false},
    {"User-agent: a\nUser-agent: govwire\nDisallow: /x\nUser-agent: b\nDisallow: /y\n", "/y", true},
    {"User-agent: govwire\nDisallow: /x\nUser-agent: b\nDisallow: /z\nUser-agent: govwire\nDisallow: /y\n", "/y",
     false},
    {"User-agent: govwire\nSitemap: http://a/b\nDisallow: /x\n", "/x", false},
    // longest match, allow on a tie
    {"User-agent: *\nAllow: /a/b\nDisallow: /a\n", "/a/b/c", true},
    {"User-agent: *\nDisallow: /a\nAllow: /a\n", "/a", true},
    {"User-agent: *\nAllow: /a\nDisallow: /a/b\n", "/a/bc", false},
    {"User-agent: *\nDisallow: /*.php\nAllow: /\n", "/x/index.php?a=1", false},
    // * and $
    {"User-agent: *\nDisallow: /*.php$\n", "/x.php", false},
    {"User-agent: *\nDisallow: /*.php$\n", "/x.php?y", true},
    {"User-agent: *\nDisallow: /*.php$\n", "/x.php/y.php", false},
    {"User-agent: *\nDisallow: /a$\n", "/a", false},
    {"User-agent: *\nDisallow: /a$\n", "/ab", true},
    {"User-agent: *\nDisallow: /a*b*c\n", "/axxbyyc", false},
    {"User-agent: *\nDisallow: /a*b*c\n", "/axxcyyb", true},
    {"User-agent: *\nDisallow: /a*a$\n", "/a", true}, // the star's two sides do not share a byte
    {"User-agent: *\nDisallow: *\n", "/a", false},
    {"User-agent: *\nDisallow: /**$\n", "/a", false},
    {"User-agent: *\nDisallow: $\n", "/a", true},
    {"User-agent: *\nDisallow: /fish*\n", "/Fish", true}, // case counts
    {"User-agent: *\nDisallow: /?q=\n", "/?q=1", false},
    // one percent-encoding
    {"User-agent: *\nDisallow: /%7Ejoe/\n", "/~joe/x", false},
    {"User-agent: *\nDisallow: /~joe/\n", "/%7ejoe/x", false},
    {"User-agent: *\nDisallow: /公开\n", "/%E5%85%AC%E5%BC%80/1", false},
    {"User-agent: *\nDisallow: /%e5%85%ac\n", "/公开", false},
    {"User-agent: *\nDisallow: /a%2Fb\n", "/a/b", true}, // an encoded slash is another path
    {"User-agent: *\nDisallow: /a%\n", "/a%", false},
};

static void table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct gw_robots *robots = gw_robots_new(gw_span_of(ROWS[i].text), "govwire");
        if (gw_robots_allows(robots, ROWS[i].path) != ROWS[i].allowed)
            fail_msg("%s under\n%sshould be %s", ROWS[i].path, ROWS[i].text,
                     ROWS[i].allowed ? "allowed" : "disallowed");
        gw_robots_free(robots);
    }
}

static uint64_t delay_of(const char *text)
{
    struct gw_robots *robots = gw_robots_new(gw_span_of(text), "govwire");
    uint64_t delay_ms = gw_robots_delay_ms(robots);
    gw_robots_free(robots);
    return delay_ms;
}

static void crawl_delay(void **state)
{
    (void)state;
    assert_int_equal(delay_of("User-agent: *\nCrawl-delay: 10\n"), 10000);
    assert_int_equal(delay_of("User-agent: *\nCrawl-delay: 0.5\n"), 500);
    assert_int_equal(delay_of("User-agent: *\nCrawl-delay: 1e99\n"), 86400000);
    assert_int_equal(delay_of("User-agent: *\nCrawl-delay: -1\n"), 0);
    assert_int_equal(delay_of("User-agent: *\nCrawl-delay: nan\n"), 0);
    assert_int_equal(delay_of("User-agent: *\nCrawl-delay: 9\nUser-agent: govwire\nCrawl-delay: 2\n"), 2000);
}

static void states(void **state)
{
    (void)state;
    assert_int_equal(gw_robots_state_of(200), GW_ROBOTS_READ);
    assert_int_equal(gw_robots_state_of(404), GW_ROBOTS_ALLOW);
    assert_int_equal(gw_robots_state_of(403), GW_ROBOTS_ALLOW);
    assert_int_equal(gw_robots_state_of(429), GW_ROBOTS_DISALLOW);
    assert_int_equal(gw_robots_state_of(503), GW_ROBOTS_DISALLOW);
    assert_int_equal(gw_robots_state_of(0), GW_ROBOTS_DISALLOW);
}

// The dearest file we could think of: as many rules as are kept, each searching the whole path for what is not there.
static void hostile_file_is_cheap(void **state)
{
    (void)state;
    struct gw_buf text = GW_BUF(GW_ROBOTS_MAX);
    gw_buf_puts(&text, "User-agent: *\n");
    while (gw_buf_ok(&text))
        gw_buf_puts(&text, "Disallow:*aaab\n");
    char path[8000];
    memset(path, 'a', sizeof path);
    path[0] = '/';
    path[sizeof path - 1] = '\0';
    int64_t before_us = gw_clock_cpu_us();
    struct gw_robots *robots = gw_robots_new((struct gw_span){text.data, text.bytes}, "govwire");
    assert_true(gw_robots_allows(robots, path));
    int64_t cpu_us = gw_clock_cpu_us() - before_us;
    gw_robots_free(robots);
    gw_buf_fini(&text);
    print_message("%lld us\n", (long long)cpu_us);
    assert_true(cpu_us < 1000000); // several times what it takes
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table),
        cmocka_unit_test(crawl_delay),
        cmocka_unit_test(states),
        cmocka_unit_test(hostile_file_is_cheap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
