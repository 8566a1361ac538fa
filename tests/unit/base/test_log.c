// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdlib.h>
#include <unistd.h>

// What gw_log wrote to stderr while `write_lines` ran.
static char *captured(void (*write_lines)(void))
{
    static char text[16384];
    char path[] = "/tmp/govwire-test-log-XXXXXX";
    int file = mkstemp(path), saved = dup(STDERR_FILENO);
    dup2(file, STDERR_FILENO);
    write_lines();
    dup2(saved, STDERR_FILENO);
    ssize_t n = pread(file, text, sizeof text - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    close(saved);
    close(file);
    unlink(path);
    return text;
}

static void one_hostile_line(void)
{
    gw_log_init("test", GW_LOG_INFO, GW_LOG_JSON);
    gw_info("fetch:a\"b", "fetched", "url=%s", "http://x/\n{\"fake\":1}");
    gw_debug("x", "hidden", "not shown at this level");
}

static void a_line_cannot_be_forged(void **state)
{
    (void)state;
    gw_clock_set(1709544707123, 1000);
    char *text = captured(one_hostile_line);
    gw_clock_set(-1, -1);
    assert_string_equal(
        text,
        "{\"time\":\"2024-03-04T09:31:47.123Z\",\"level\":\"info\",\"program\":\"test\",\"subject\":\"fetch:a\\\"b\","
        "\"event\":\"fetched\",\"text\":\"url=http://x/\\u000a{\\\"fake\\\":1}\"}\n");
}

static void many_lines(void)
{
    gw_log_init("test", GW_LOG_INFO, GW_LOG_TEXT);
    for (int i = 0; i < 100; i++)
        gw_warn("repeat", "again", "n=%d, going on", i);
    gw_clock_set(2000000, 200000);
    gw_warn("repeat", "again", "n=100, going on");
}

static void repeats_are_held_back_and_summed_up(void **state)
{
    (void)state;
    gw_clock_set(1000000, 100000);
    char *text = captured(many_lines);
    gw_clock_set(-1, -1);
    int lines = 0;
    for (char *p = text; *p; p++)
        lines += *p == '\n';
    assert_int_equal(lines, 6);
    assert_non_null(strstr(text, "n=100, going on (and 95 more like it)"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_cannot_be_forged),
        cmocka_unit_test(repeats_are_held_back_and_summed_up),
    };
    return cmocka_run_group_tests_name("base/log", tests, NULL, NULL);
}
