// SPDX-License-Identifier: Apache-2.0
// The redo log: what comes back after a process died, after a disk failed, and when bytes on it are not what was
// written.
#include "kit/check.h"

#include "base/buf.h"
#include "base/fs.h"
#include "base/hash.h"
#include "kit/small_disk.h"
#include "store/redo.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { BLOCK = 4096, SEGMENT = 1024 * 1024 };

static char dir[64];
static const struct gw_redo_owner owner = {.store = "00112233445566778899aabbccddeeff", .generation = 1};

static int set_up(void **state)
{
    strcpy(dir, "/tmp/gw-redo-XXXXXX");
    assert_non_null(mkdtemp(dir));
    struct gw_redo *redo;
    check_ok(gw_redo_open(dir, &owner, &redo));
    check_ok(gw_redo_reset(redo, &owner, 0));
    *state = redo;
    return 0;
}

static int tear_down(void **state)
{
    gw_redo_free(*state);
    check_ok(gw_fs_remove(dir));
    return 0;
}

// As if the process had died: what is on disk is all there is.
static struct gw_redo *again(void **state)
{
    struct gw_redo *redo = NULL;
    gw_redo_free(*state);
    *state = NULL;
    check_ok(gw_redo_open(dir, &owner, &redo));
    *state = redo;
    return redo;
}

static int list(uint64_t number, struct gw_span changes, void *arg)
{
    if (changes.bytes > 20)
        gw_buf_printf(arg, "%llu=%zu*%c ", (unsigned long long)number, changes.bytes, changes.at[changes.bytes - 1]);
    else
        gw_buf_printf(arg, "%llu=%.*s ", (unsigned long long)number, (int)changes.bytes, changes.at);
    return GW_OK;
}

static void check_replay(struct gw_redo *redo, const char *expected)
{
    struct gw_buf out = GW_BUF(1 << 20);
    check_ok(gw_redo_replay(redo, list, &out));
    assert_string_equal(gw_buf_str(&out), expected);
    gw_buf_fini(&out);
}

static void append(struct gw_redo *redo, const char *changes, uint64_t expected)
{
    uint64_t number = 0;
    check_ok(gw_redo_append(redo, gw_span_of(changes), &number));
    assert_int_equal(number, expected);
}

static void append_large(struct gw_redo *redo, size_t bytes, char fill, uint64_t expected)
{
    char *changes = malloc(bytes);
    uint64_t number = 0;
    memset(changes, fill, bytes);
    check_ok(gw_redo_append(redo, (struct gw_span){changes, bytes}, &number));
    assert_int_equal(number, expected);
    free(changes);
}

static void spoil(const char *segment, long at, size_t bytes)
{
    char path[128], garbage[64];
    snprintf(path, sizeof path, "%s/%s", dir, segment);
    memset(garbage, 0xA5, sizeof garbage);
    int fd = open(path, O_WRONLY);
    assert_true(fd >= 0 && pwrite(fd, garbage, bytes, at) == (ssize_t)bytes);
    close(fd);
}

static void what_was_appended_comes_back(void **state)
{
    struct gw_redo *redo = *state;
    append(redo, "one", 1);
    append(redo, "", 2);
    append_large(redo, 3 * SEGMENT, 'x', 3); // through several segments
    append(redo, "four", 4);
    const char *all = "1=one 2= 3=3145728*x 4=four ";
    check_replay(redo, all);                    // of the living one, too
    assert_true(gw_redo_is_left(dir) == false); // somebody has it
    redo = again(state);
    check_replay(redo, all);
    check_replay(redo, all);
}

static void a_reset_forgets_and_goes_on(void **state)
{
    append(*state, "one", 1);
    gw_redo_free(*state);
    *state = NULL;
    assert_true(gw_redo_is_left(dir));
    struct gw_redo *redo = NULL;
    check_ok(gw_redo_open(dir, &owner, &redo));
    *state = redo;
    check_ok(gw_redo_reset(redo, &owner, 7));
    check_replay(redo, "");
    append(redo, "eight", 8);
    redo = again(state);
    check_replay(redo, "8=eight ");
    check_ok(gw_redo_reset(redo, &owner, 8));
    gw_redo_free(redo);
    *state = NULL;
    assert_false(gw_redo_is_left(dir));
}

static void released_segments_are_used_again(void **state)
{
    struct gw_redo *redo = *state;
    uint64_t most = 0;
    for (uint64_t n = 1; n <= 40; n++) {
        append_large(redo, SEGMENT / 3, 'a', n);
        gw_redo_release(redo, n - 1);
        gw_redo_prepare(redo);
        most = gw_redo_held(redo) > most ? gw_redo_held(redo) : most;
    }
    assert_true(most <= 4 * SEGMENT);
    assert_true(gw_fs_usage(dir) <= 8 * SEGMENT);
    struct gw_buf out = GW_BUF(1 << 20);
    redo = again(state);
    check_ok(gw_redo_replay(redo, list, &out)); // the last, and perhaps some before it, in order
    assert_non_null(strstr(gw_buf_str(&out), "40=349525*a "));
    gw_buf_fini(&out);
}

static void an_unfinished_transaction_is_passed_over(void **state)
{
    struct gw_redo *redo = *state;
    append(redo, "one", 1);
    append(redo, "two", 2);
    again(state);
    spoil("00", 2 * BLOCK + 33, 1); // a byte of "two"
    check_replay(*state, "1=one ");
    spoil("00", BLOCK, 8); // the header of "one"
    check_replay(*state, "");
}

static void a_large_one_that_lacks_its_end_is_passed_over(void **state)
{
    struct gw_redo *redo = *state;
    append(redo, "one", 1);
    append_large(redo, SEGMENT * 3 / 2, 'x', 2);
    again(state);
    spoil("01", 2 * BLOCK, 8);
    check_replay(*state, "1=one ");
}

static void a_hole_is_damage(void **state)
{
    struct gw_redo *redo = *state;
    for (uint64_t n = 1; n <= 3; n++)
        append_large(redo, SEGMENT * 2 / 3, 'x', n); // each in a segment of its own
    redo = again(state);
    spoil("01", BLOCK + 40, 1);
    struct gw_buf out = GW_BUF(1000);
    check_rc(gw_redo_replay(redo, list, &out), GW_ECORRUPT);
    assert_string_equal(gw_reason(), "redo log: transaction 3 follows 1: one between them is lost");
    gw_buf_fini(&out);
}

// What a full disk or a failing one leaves half written must never come back instead of the next try.
static void a_failed_try_never_comes_back(void **state)
{
    struct gw_redo *redo = *state;
    uint64_t number = 0;
    char *large = malloc(4 * SEGMENT);
    memset(large, 'x', 4 * SEGMENT);
    append(redo, "one", 1);
    limit_files(SEGMENT / 2);
    int rc = gw_redo_append(redo, (struct gw_span){large, 4 * SEGMENT}, &number);
    limit_files(RLIM_INFINITY);
    assert_true(rc == GW_EIO || rc == GW_ENOSPC);
    append(redo, "two", 2);
    append(redo, "three", 3);
    const char *all = "1=one 2=two 3=three ";
    check_replay(redo, all);
    redo = again(state);
    check_replay(redo, all);
    free(large);
}

static void anothers_changes_are_refused(void **state)
{
    struct gw_redo *redo = *state, *other = NULL;
    append(redo, "one", 1);
    check_rc(gw_redo_open(dir, &owner, &other), GW_EAGAIN);
    gw_redo_free(redo);
    *state = NULL;
    struct gw_redo_owner stranger = owner, later = owner;
    stranger.store[0] = 'f';
    later.generation = 2;
    check_rc(gw_redo_open(dir, &stranger, &other), GW_ECORRUPT);
    check_rc(gw_redo_open(dir, &later, &other), GW_ECORRUPT);
    check_ok(gw_redo_open(dir, &owner, (struct gw_redo **)state));
}

static void a_segment_that_was_being_made_is_made_anew(void **state)
{
    char path[128];
    append(*state, "one", 1);
    snprintf(path, sizeof path, "%s/01", dir);
    check_ok(gw_fs_write(path, "part", 4, 0600));
    struct gw_redo *redo = again(state);
    check_replay(redo, "1=one ");
    check_ok(gw_redo_reset(redo, &owner, 1));
    append_large(redo, SEGMENT, 'x', 2);
    check_replay(again(state), "2=1048576*x ");
}

// Whatever bytes lie there: it ends, and gives only what was written.
static void any_bytes_do_no_harm(void **state)
{
    char path[128];
    uint32_t chance = 12345;
    append(*state, "one", 1);
    append_large(*state, 100000, 'x', 2);
    append(*state, "three", 3);
    again(state);
    snprintf(path, sizeof path, "%s/00", dir);
    int fd = open(path, O_RDWR);
    for (int i = 0; i < 3000; i++) {
        char byte, was;
        chance = chance * 1664525 + 1013904223;
        off_t at = i % 3 ? (off_t)(chance >> 8) % 40 + (off_t)(chance % 30) * BLOCK : (off_t)(chance >> 8) % 130000;
        assert_int_equal(pread(fd, &was, 1, at), 1);
        byte = (char)(chance >> 24);
        assert_int_equal(pwrite(fd, &byte, 1, at), 1);
        struct gw_buf out = GW_BUF(1000);
        int rc = gw_redo_replay(*state, list, &out);
        assert_true(rc == GW_OK || rc == GW_ECORRUPT);
        const char *all = "1=one 2=100000*x 3=three ";
        assert_memory_equal(gw_buf_str(&out), all, out.bytes);
        gw_buf_fini(&out);
        assert_int_equal(pwrite(fd, &was, 1, at), 1);
    }
    close(fd);
}

#define WITH_REDO(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_REDO(what_was_appended_comes_back),
        WITH_REDO(a_reset_forgets_and_goes_on),
        WITH_REDO(released_segments_are_used_again),
        WITH_REDO(an_unfinished_transaction_is_passed_over),
        WITH_REDO(a_large_one_that_lacks_its_end_is_passed_over),
        WITH_REDO(a_hole_is_damage),
        WITH_REDO(a_failed_try_never_comes_back),
        WITH_REDO(anothers_changes_are_refused),
        WITH_REDO(a_segment_that_was_being_made_is_made_anew),
        WITH_REDO(any_bytes_do_no_harm),
    };
    return cmocka_run_group_tests_name("redo log", tests, NULL, NULL);
}
