// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "fetch/guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

enum verdict { OPEN, PRIVATE, NEVER };

static const struct {
    const char *address;
    enum verdict verdict;
} ROWS[] = {
    {"93.184.216.34", OPEN},
    {"1.1.1.1", OPEN},
    {"172.15.255.255", OPEN},
    {"172.32.0.0", OPEN},
    {"100.63.255.255", OPEN},
    {"100.128.0.0", OPEN},
    {"169.253.255.255", OPEN},
    {"223.255.255.255", OPEN},
    {"11.0.0.0", OPEN},
    {"10.0.0.0", PRIVATE},
    {"10.255.255.255", PRIVATE},
    {"127.0.0.1", PRIVATE},
    {"127.255.255.255", PRIVATE},
    {"172.16.0.0", PRIVATE},
    {"172.31.255.255", PRIVATE},
    {"192.168.0.1", PRIVATE},
    {"100.64.0.1", PRIVATE},
    {"100.127.255.255", PRIVATE},
    {"198.18.0.1", PRIVATE},
    {"198.19.255.255", PRIVATE},
    {"192.0.2.1", PRIVATE},
    {"198.51.100.1", PRIVATE},
    {"203.0.113.1", PRIVATE},
    {"0.0.0.0", NEVER},
    {"0.1.2.3", NEVER},
    {"169.254.169.254", NEVER},
    {"169.254.0.1", NEVER},
    {"100.100.100.200", NEVER},
    {"168.63.129.16", NEVER},
    {"192.0.0.192", NEVER},
    {"224.0.0.1", NEVER},
    {"239.255.255.255", NEVER},
    {"240.0.0.1", NEVER},
    {"255.255.255.255", NEVER},
    {"2606:4700::1111", OPEN},
    {"2001:4860:4860::8888", OPEN},
    {"::1", PRIVATE},
    {"fc00::1", PRIVATE},
    {"fdff:ffff::1", PRIVATE},
    {"fec0::1", PRIVATE},
    {"2001:db8::1", PRIVATE},
    {"::", NEVER},
    {"fe80::1", NEVER},
    {"febf::1", NEVER},
    {"ff02::1", NEVER},
    {"fd00:ec2::254", NEVER},
    {"100::1", NEVER},
    {"2001::1", NEVER},
    // IPv4 in disguise
    {"::ffff:93.184.216.34", OPEN},
    {"::ffff:127.0.0.1", PRIVATE},
    {"::ffff:10.0.0.1", PRIVATE},
    {"::ffff:169.254.169.254", NEVER},
    {"::ffff:0:169.254.169.254", NEVER},
    {"::127.0.0.1", PRIVATE},
    {"::169.254.169.254", NEVER},
    {"64:ff9b::1.1.1.1", OPEN},
    {"64:ff9b::169.254.169.254", NEVER},
    {"64:ff9b::10.0.0.1", PRIVATE},
    {"2002:7f00:1::", PRIVATE},
    {"2002:a9fe:a9fe::", NEVER},
    {"2002:101:101::", OPEN},
};

static const char *judge(const char *text, bool allow_private)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
        return gw_guard_refuses((struct sockaddr *)&v4, allow_private);
    assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
    return gw_guard_refuses((struct sockaddr *)&v6, allow_private);
}

static void every_range(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const char *strict = judge(ROWS[i].address, false), *loose = judge(ROWS[i].address, true);
        if ((strict != NULL) != (ROWS[i].verdict != OPEN) || (loose != NULL) != (ROWS[i].verdict == NEVER))
            fail_msg("%s: strict says %s, with private networks allowed %s", ROWS[i].address, strict ? strict : "open",
                     loose ? loose : "open");
        const char *by_text = gw_guard_refuses_text(ROWS[i].address, false);
        assert_true(by_text == strict);
    }
}

static void forms_of_text(void **state)
{
    (void)state;
    assert_string_equal(gw_guard_refuses_text("[::1]", false), "loopback");
    assert_string_equal(gw_guard_refuses_text("[::ffff:127.0.0.1]", false), "loopback");
    assert_string_equal(gw_guard_refuses_text("fe80::1%eth0", true), "link-local");
    assert_null(gw_guard_refuses_text("localhost", false)); // a name: judged when resolved
    assert_null(gw_guard_refuses_text("", false));
    assert_null(gw_guard_refuses_text("127.0.0.1.example.org", false));
}

static void other_families(void **state)
{
    (void)state;
    struct sockaddr local = {.sa_family = AF_UNIX};
    assert_non_null(gw_guard_refuses(&local, true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_range),
        cmocka_unit_test(forms_of_text),
        cmocka_unit_test(other_families),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
