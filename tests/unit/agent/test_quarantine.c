// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "agent/quarantine.h"
#include "base/fs.h"

#include <stdio.h>
#include <stdlib.h>

static char dir[] = "/tmp/gw-quarantine-XXXXXX", place[64];

static int set_up(void **state)
{
    (void)state;
    snprintf(place, sizeof place, "%s", mkdtemp(dir));
    snprintf(place + strlen(place), sizeof place - strlen(place), "/q");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    return gw_fs_remove(dir);
}

static struct gw_quarantine_entry entry_of(const char *url, const void *bytes, size_t n, int64_t when_ms)
{
    return (struct gw_quarantine_entry){.url = url,
                                        .source_id = "town",
                                        .content_type = "text/html",
                                        .reason = "reader_time",
                                        .detail = "ran past \"200 ms\"",
                                        .when_ms = when_ms,
                                        .bytes = bytes,
                                        .length = n};
}

static int count(const char *id, void *arg)
{
    (void)id;
    ++*(int *)arg;
    return 0;
}

static void keeps_bytes_and_reason(void **state)
{
    (void)state;
    int n = 0;
    check_ok(gw_quarantine_each(place, count, &n)); // no directory yet
    assert_int_equal(n, 0);
    static const char page[] = "<div>\0<div>";
    struct gw_quarantine_entry entry = entry_of("http://example.gov/a?b=\"c\"", page, sizeof page, 1709544707123);
    check_ok(gw_quarantine_add(place, 1000000, &entry, NULL));
    assert_memory_equal(entry.id, "20240304T093147123Z-", 20);
    struct gw_buf out = GW_BUF(65536);
    check_ok(gw_quarantine_bytes(place, entry.id, &out));
    assert_int_equal(out.bytes, sizeof page);
    assert_memory_equal(out.data, page, sizeof page);
    gw_buf_reset(&out);
    check_ok(gw_quarantine_meta(place, entry.id, &out));
    assert_non_null(strstr(out.data, "\"reason\":\"reader_time\""));
    assert_non_null(strstr(out.data, "\"url\":\"http://example.gov/a?b=\\\"c\\\"\""));
    assert_non_null(strstr(out.data, "\"when\":\"2024-03-04T09:31:47.123Z\""));
    check_ok(gw_quarantine_each(place, count, &n));
    assert_int_equal(n, 1);
    check_ok(gw_quarantine_add(place, 1000000, &entry, NULL)); // again: the same entry
    n = 0;
    check_ok(gw_quarantine_each(place, count, &n));
    assert_int_equal(n, 1);
    check_ok(gw_quarantine_drop(place, entry.id));
    check_rc(gw_quarantine_drop(place, entry.id), GW_ENOTFOUND);
    check_rc(gw_quarantine_bytes(place, entry.id, &out), GW_ENOTFOUND);
    gw_buf_fini(&out);
}

static void refuses_what_is_no_id(void **state)
{
    (void)state;
    struct gw_buf out = GW_BUF(100);
    check_rc(gw_quarantine_meta(place, "../../etc/passwd", &out), GW_EINVAL);
    check_rc(gw_quarantine_drop(place, ".."), GW_EINVAL);
    check_rc(gw_quarantine_drop(place, ""), GW_EINVAL);
}

static void the_oldest_go_first_when_it_is_full(void **state)
{
    (void)state;
    char page[1000];
    memset(page, 'x', sizeof page);
    char first[GW_QUARANTINE_ID_BYTES] = "", last[GW_QUARANTINE_ID_BYTES] = "";
    uint32_t dropped = 0, sum = 0;
    for (int i = 0; i < 10; i++) {
        char url[32];
        snprintf(url, sizeof url, "http://example.gov/%d", i);
        struct gw_quarantine_entry entry = entry_of(url, page, sizeof page, 1709544707123 + i * 1000);
        check_ok(gw_quarantine_add(place, 5000, &entry, &dropped));
        sum += dropped;
        memcpy(i == 0 ? first : last, entry.id, sizeof last);
    }
    int n = 0;
    check_ok(gw_quarantine_each(place, count, &n));
    assert_in_range(n, 2, 5);
    assert_int_equal(sum, 10 - n);
    struct gw_buf out = GW_BUF(65536);
    check_rc(gw_quarantine_bytes(place, first, &out), GW_ENOTFOUND);
    check_ok(gw_quarantine_bytes(place, last, &out));
    gw_buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_bytes_and_reason),
        cmocka_unit_test(refuses_what_is_no_id),
        cmocka_unit_test(the_oldest_go_first_when_it_is_full),
    };
    return cmocka_run_group_tests_name("agent/quarantine", tests, set_up, tear_down);
}
