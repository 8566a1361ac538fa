// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "worker/hosts.h"

#include <stdio.h>

static const char RULES[] = "User-agent: *\nDisallow: /private\nCrawl-delay: 4\n";

static void a_host(void **state)
{
    (void)state;
    struct gw_hosts *hosts = gw_hosts_new();
    assert_false(gw_hosts_knows(hosts, "a:443", 0));
    gw_hosts_put(hosts, "a:443", 200, GW_SPAN(RULES), 1000);
    assert_true(gw_hosts_knows(hosts, "a:443", 1000));
    assert_true(gw_hosts_knows(hosts, "a:443", 1000 + GW_ROBOTS_AGE_MS - 1));
    assert_false(gw_hosts_knows(hosts, "a:443", 1000 + GW_ROBOTS_AGE_MS));
    assert_true(gw_hosts_allows(hosts, "a:443", "/public"));
    assert_false(gw_hosts_allows(hosts, "a:443", "/private/x"));
    assert_int_equal(gw_hosts_delay_ms(hosts, "a:443"), 4000);
    gw_hosts_put(hosts, "a:443", 404, GW_SPAN("Disallow: /"), 2000); // the text of an error page is no rule
    assert_true(gw_hosts_allows(hosts, "a:443", "/private/x"));
    gw_hosts_put(hosts, "a:443", 503, GW_SPAN(""), 3000);
    assert_false(gw_hosts_knows(hosts, "a:443", 3000)); // has to be asked again
    gw_hosts_free(hosts);
}

static void the_oldest_makes_room(void **state)
{
    (void)state;
    struct gw_hosts *hosts = gw_hosts_new();
    char name[32];
    for (int i = 0; i < GW_HOSTS_MAX; i++) {
        snprintf(name, sizeof name, "h%d:443", i);
        gw_hosts_put(hosts, name, 404, GW_SPAN(""), 1000);
    }
    assert_true(gw_hosts_knows(hosts, "h0:443", 1000)); // used: h1 is the oldest now
    gw_hosts_put(hosts, "new:443", 404, GW_SPAN(""), 1000);
    assert_true(gw_hosts_knows(hosts, "new:443", 1000));
    assert_true(gw_hosts_knows(hosts, "h0:443", 1000));
    assert_false(gw_hosts_knows(hosts, "h1:443", 1000));
    gw_hosts_free(hosts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host),
        cmocka_unit_test(the_oldest_makes_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
