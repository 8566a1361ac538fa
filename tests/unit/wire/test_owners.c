// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "wire/keys.h"
#include "wire/owners.h"

#include "base/fs.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char dir[] = "/tmp/gw-owners-XXXXXX";
static char path[64];

// Texts of the length of keys.
static const char *key_of(unsigned number)
{
    static char keys[2][GW_KEY_TEXT_BYTES];
    static unsigned turn;
    char *key = keys[turn++ % 2];
    snprintf(key, GW_KEY_TEXT_BYTES, "%040u", number);
    return key;
}

static struct gw_owners *opened(void)
{
    struct gw_owners *owners;
    check_ok(gw_owners_open(path, &owners));
    return owners;
}

static void write_file(const char *text)
{
    check_ok(gw_fs_write(path, text, strlen(text), 0600));
}

static size_t file_lines(void)
{
    struct gw_buf text = GW_BUF(16 * 1024 * 1024);
    size_t lines = 0;
    check_ok(gw_fs_read(path, &text));
    for (size_t i = 0; i < text.bytes; i++)
        lines += text.data[i] == '\n';
    gw_buf_fini(&text);
    return lines;
}

static void a_name_is_its_first_keys_ever_after(void **state)
{
    (void)state;
    struct gw_owners *owners = opened();
    assert_null(gw_owners_get(owners, "consumer:desk"));
    check_ok(gw_owners_put(owners, "consumer:desk", key_of(1)));
    check_ok(gw_owners_put(owners, "outbox:desk", key_of(2)));
    assert_string_equal(gw_owners_get(owners, "consumer:desk"), key_of(1));
    owners = gw_owners_free(owners); // not synced: as after kill -9
    owners = opened();
    assert_string_equal(gw_owners_get(owners, "consumer:desk"), key_of(1));
    assert_string_equal(gw_owners_get(owners, "outbox:desk"), key_of(2));
    check_ok(gw_owners_put(owners, "consumer:desk", key_of(3)));
    check_ok(gw_owners_sync(owners));
    owners = gw_owners_free(owners);
    owners = opened();
    assert_string_equal(gw_owners_get(owners, "consumer:desk"), key_of(3));
    assert_int_equal(file_lines(), 2); // the line that holds no more is gone
    gw_owners_free(owners);
    unlink(path);
}

static void what_is_no_line_is_left_out(void **state)
{
    (void)state;
    char text[512];
    snprintf(text, sizeof text,
             "\n%s consumer:a\nshort consumer:b\n%s noColon\n%s \n%s outbox:with blank\n%s outbox:c\n%s consumer:cut",
             key_of(1), key_of(2), key_of(3), key_of(4), key_of(5), key_of(6));
    write_file(text);
    struct gw_owners *owners = opened();
    assert_non_null(gw_owners_get(owners, "consumer:a"));
    assert_non_null(gw_owners_get(owners, "outbox:c"));
    assert_null(gw_owners_get(owners, "consumer:b"));
    assert_null(gw_owners_get(owners, "consumer:cut"));
    assert_int_equal(file_lines(), 2);
    check_ok(gw_owners_put(owners, "consumer:cut", key_of(7))); // nothing is glued to the half line
    owners = gw_owners_free(owners);
    owners = opened();
    assert_string_equal(gw_owners_get(owners, "consumer:cut"), key_of(7));
    gw_owners_free(owners);
    unlink(path);
}

static void names_are_told_apart_and_stay_on_their_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *name;
    } cases[] = {
        {"desk", "consumer:desk"},   {"news desk\n", "consumer:news%20desk%0A"},
        {"100%", "consumer:100%25"}, {"编辑部", "consumer:编辑部"},
        {"", "consumer:"},
    };
    char name[GW_OWNER_NAME_BYTES], text[GW_OWNER_NAME_BYTES + 1];
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        check_ok(gw_owner_name("consumer", cases[i].text, name));
        assert_string_equal(name, cases[i].name);
    }
    memset(text, '\n', sizeof text);
    text[256] = '\0'; // the longest that a consumer may have
    check_ok(gw_owner_name("consumer", text, name));
    memset(text, 'x', sizeof text);
    text[GW_OWNER_NAME_BYTES] = '\0';
    check_rc(gw_owner_name("consumer", text, name), GW_ELIMIT);
}

// A key that is another outbox with each connection costs a bounded table and a bounded file, and only itself.
static void a_key_has_so_many_names_and_no_more(void **state)
{
    (void)state;
    struct gw_owners *owners = opened();
    char name[64];
    check_ok(gw_owners_put(owners, "outbox:honest", key_of(2)));
    for (unsigned i = 0; i < 5000; i++) {
        snprintf(name, sizeof name, "outbox:%u", i);
        check_ok(gw_owners_put(owners, name, key_of(1)));
    }
    assert_null(gw_owners_get(owners, "outbox:4743"));
    assert_non_null(gw_owners_get(owners, "outbox:4744"));
    assert_non_null(gw_owners_get(owners, "outbox:4999"));
    assert_string_equal(gw_owners_get(owners, "outbox:honest"), key_of(2));
    assert_true(file_lines() < 2000);
    owners = gw_owners_free(owners);
    owners = opened();
    assert_null(gw_owners_get(owners, "outbox:4743"));
    assert_non_null(gw_owners_get(owners, "outbox:4744"));
    assert_string_equal(gw_owners_get(owners, "outbox:honest"), key_of(2));
    gw_owners_free(owners);
    unlink(path);
}

static void nothing_changes_when_it_cannot_be_noted(void **state)
{
    (void)state;
    struct gw_owners *owners = opened();
    unlink(path);
    check_ok(gw_fs_mkdir(path, 0700)); // no file can be opened there, also by root
    check_rc(gw_owners_put(owners, "consumer:desk", key_of(1)), GW_EIO);
    assert_null(gw_owners_get(owners, "consumer:desk"));
    check_ok(gw_fs_remove(path));
    check_ok(gw_owners_put(owners, "consumer:desk", key_of(1)));
    gw_owners_free(owners);
    unlink(path);
}

static int begin(void **state)
{
    (void)state;
    bool made = mkdtemp(dir) != NULL;
    snprintf(path, sizeof path, "%s/owners", dir);
    return made ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    return gw_fs_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_its_first_keys_ever_after),
        cmocka_unit_test(what_is_no_line_is_left_out),
        cmocka_unit_test(names_are_told_apart_and_stay_on_their_line),
        cmocka_unit_test(a_key_has_so_many_names_and_no_more),
        cmocka_unit_test(nothing_changes_when_it_cannot_be_noted),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
