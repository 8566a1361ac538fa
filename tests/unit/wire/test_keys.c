// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "wire/endpoints.h"
#include "wire/frame.h"
#include "wire/keys.h"
#include "wire/refusals.h"

#include "base/clock.h"
#include "base/fs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static char dir[] = "/tmp/gw-keys-XXXXXX";

static const char *path_of(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

static void file_write(const char *name, const char *text, int mode)
{
    check_ok(gw_fs_write(path_of(name), text, strlen(text), mode));
}

static void a_key_is_read_as_written(void **state)
{
    (void)state;
    struct gw_key key, again;
    struct stat info;
    check_ok(gw_key_make("east-1", &key));
    memcpy(key.broker_key, key.public_key, sizeof key.broker_key);
    key.role = GW_ROLE_CONSUMER;
    check_ok(gw_key_save(path_of("a.key"), &key));
    assert_int_equal(stat(path_of("a.key"), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    check_ok(gw_key_load(path_of("a.key"), &again));
    assert_memory_equal(&key, &again, sizeof key);
    check_ok(gw_key_load_client(path_of("a.key"), &again));
    key.secret_key[0] = '\0';
    check_ok(gw_key_save(path_of("a.pub"), &key));
    check_rc(gw_key_load_client(path_of("a.pub"), &again), GW_EINVAL);
    check_rc(gw_key_make("../up", &key), GW_EINVAL);
    check_rc(gw_key_load(path_of("none.key"), &key), GW_ENOTFOUND);
}

static void what_is_no_key_file_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *text, *reason;
    } cases[] = {
        {"name x\npublic short\n", ":2: not a key"},
        {"# only a comment\n", "no public key"},
        {"", "no public key"},
        {"pubic 0123456789012345678901234567890123456789\n", ":1: unknown word"},
        {"name ..\n", ":1: not a name"},
        {"\n\nrole king\n", ":3: role is"},
        {"public \"'\"'\"'\"'\"'\"'\"'\"'\"'\"'\"'\"'\"'\"'\"'\"'\"'\"'\"'\"'\n", ":1: not a key"},
    };
    struct gw_key key;
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        file_write("bad", cases[i].text, 0600);
        check_rc(gw_key_load(path_of("bad"), &key), GW_EINVAL);
        if (!strstr(gw_reason(), cases[i].reason))
            fail_msg("case %zu: %s", i, gw_reason());
    }
}

static void a_secret_others_can_read_is_not_used(void **state)
{
    (void)state;
    struct gw_key key;
    check_ok(gw_key_make("x", &key));
    check_ok(gw_key_save(path_of("open.key"), &key));
    assert_int_equal(chmod(path_of("open.key"), 0640), 0);
    check_rc(gw_key_load(path_of("open.key"), &key), GW_EDENIED);
}

static void the_brokers_key_is_made_once(void **state)
{
    (void)state;
    struct gw_key first, second;
    check_ok(gw_key_broker(path_of("keys"), &first));
    check_ok(gw_key_broker(path_of("keys"), &second));
    assert_string_equal(first.secret_key, second.secret_key);
    check_ok(gw_key_load(path_of("keys/broker.pub"), &second));
    assert_string_equal(first.public_key, second.public_key);
    assert_string_equal(second.secret_key, "");
}

// Every type is said to a broker by those who may, and by nobody else: what a broker or a collector says is in no role.
static void roles_cover_every_message(void **state)
{
    (void)state;
    static const unsigned all = GW_ROLE_AGENT | GW_ROLE_CONSUMER | GW_ROLE_OPERATOR;
    static const unsigned readers = GW_ROLE_CONSUMER | GW_ROLE_OPERATOR;
    for (int type = 0; type < 256; type++) {
        unsigned expected = 0;
        if (type == GW_MSG_PING || type == GW_MSG_BYE)
            expected = all;
        else if (type >= GW_MSG_HELLO && type <= GW_MSG_DONE)
            expected = GW_ROLE_AGENT;
        else if (type == GW_MSG_SUBSCRIBE || type == GW_MSG_CACK || type == GW_MSG_ASK)
            expected = readers;
        else if (type == GW_MSG_STATUS_REQ || type == GW_MSG_ORDER)
            expected = GW_ROLE_OPERATOR;
        assert_int_equal(gw_msg_roles(type), expected);
    }
}

static void only_loopback_is_local(void **state)
{
    (void)state;
    static const struct {
        const char *endpoint;
        bool local;
    } cases[] = {
        {"ipc:///run/x", true},
        {"tcp://127.0.0.1:7600", true},
        {"tcp://127.8.9.1:*", true},
        {"tcp://[::1]:7600", true},
        {"tcp://127.example.org:1", false},
        {"tcp://*:7600", false},
        {"tcp://0.0.0.0:7600", false},
        {"tcp://[::]:7600", false},
        {"tcp://localhost:7600", false},
        {"tcp://128.0.0.1:7600", false},
        {"tcp://[::ffff:1.2.3.4]:1", false},
        {"udp://127.0.0.1:1", false},
        {"tcp://", false},
        {"tcp://127.0.0.1", false},
        {"", false},
    };
    char next[64];
    for (size_t i = 0; i < GW_COUNT(cases); i++)
        if (gw_endpoint_is_local(cases[i].endpoint) != cases[i].local)
            fail_msg("%s", cases[i].endpoint);
    check_ok(gw_endpoint_for_consumers("tcp://news.example:7600", next, sizeof next));
    assert_string_equal(next, "tcp://news.example:7601");
    check_ok(gw_endpoint_for_consumers("tcp://[::1]:0", next, sizeof next));
    assert_string_equal(next, "tcp://[::1]:0");
    check_ok(gw_endpoint_for_consumers("ipc:///a:b", next, sizeof next));
    assert_string_equal(next, "ipc:///a:b");
    check_rc(gw_endpoint_for_consumers("tcp://news.example:65535", next, sizeof next), GW_EINVAL);
    check_rc(gw_endpoint_for_consumers("tcp://news.example", next, sizeof next), GW_EINVAL);
}

// ---- refusals

static struct {
    unsigned lines;
    uint64_t times;
    char peer[64];
} told;

static void tell(void *arg, enum gw_refusal kind, const char *peer, const char *why, uint64_t times)
{
    (void)arg, (void)kind, (void)why;
    told.lines++;
    told.times += times;
    snprintf(told.peer, sizeof told.peer, "%s", peer);
}

static void refusals_are_told_once_a_minute(void **state)
{
    (void)state;
    memset(&told, 0, sizeof told);
    gw_clock_set(0, 1000);
    struct gw_refusals *refusals = gw_refusals_new(tell, NULL);
    for (int i = 0; i < 1000; i++)
        gw_refusals_note(refusals, GW_REFUSED_FRAME, "192.0.2.1", "garbage");
    assert_int_equal(told.lines, 1);
    gw_refusals_note(refusals, GW_REFUSED_KEY, "192.0.2.1", "key"); // another kind, another peer: lines of their own
    gw_refusals_note(refusals, GW_REFUSED_FRAME, "192.0.2.2", "garbage");
    assert_int_equal(told.lines, 3);
    gw_clock_set(0, 60000);
    gw_refusals_tick(refusals);
    assert_int_equal(told.lines, 3);
    gw_clock_set(0, 61000);
    gw_refusals_tick(refusals);
    assert_int_equal(told.lines, 4);
    assert_int_equal(told.times, 1002);
    gw_clock_set(0, 121000);
    gw_refusals_tick(refusals); // all is quiet: forgotten
    gw_refusals_note(refusals, GW_REFUSED_FRAME, "192.0.2.1", "garbage");
    assert_int_equal(told.lines, 5);
    assert_int_equal(gw_refusals_count(refusals, GW_REFUSED_FRAME), 1002);
    assert_int_equal(gw_refusals_count(refusals, GW_REFUSED_KEY), 1);
    gw_refusals_free(refusals);
    gw_clock_set(-1, -1);
}

static void a_million_peers_are_told_as_one(void **state)
{
    (void)state;
    char peer[32];
    memset(&told, 0, sizeof told);
    struct gw_refusals *refusals = gw_refusals_new(tell, NULL);
    for (int i = 0; i < 1000000; i++) {
        snprintf(peer, sizeof peer, "2001:db8::%x", i);
        gw_refusals_note(refusals, GW_REFUSED_HANDSHAKE, peer, "silent");
    }
    assert_int_equal(told.lines, 1025);
    assert_string_equal(told.peer, "everybody else");
    gw_refusals_free(refusals);
    assert_int_equal(told.lines, 1026);
    assert_int_equal(told.times, 1000000);
}

int main(void)
{
    gw_assert(mkdtemp(dir));
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_read_as_written),
        cmocka_unit_test(what_is_no_key_file_is_named),
        cmocka_unit_test(a_secret_others_can_read_is_not_used),
        cmocka_unit_test(the_brokers_key_is_made_once),
        cmocka_unit_test(roles_cover_every_message),
        cmocka_unit_test(only_loopback_is_local),
        cmocka_unit_test(refusals_are_told_once_a_minute),
        cmocka_unit_test(a_million_peers_are_told_as_one),
    };
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    (void)!gw_fs_remove(dir);
    return failures;
}
