// SPDX-License-Identifier: Apache-2.0
// Crashes are what the files look like after them: cut at every byte, damaged in the middle, the Nth system call
// failing.
#include "kit/check.h"

#include "agent/outbox.h"
#include "base/fs.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

static char root[] = "/tmp/gw-outbox-XXXXXX", dir[64];

// ---- the Nth of these calls fails; 0: none does

static int fail_in, fail_errno;

static bool fails(void)
{
    if (fail_in == 0 || --fail_in > 0)
        return false;
    errno = fail_errno;
    return true;
}

ssize_t __real_pwritev(int fd, const struct iovec *parts, int count, off_t at);
ssize_t __wrap_pwritev(int fd, const struct iovec *parts, int count, off_t at);
ssize_t __wrap_pwritev(int fd, const struct iovec *parts, int count, off_t at)
{
    struct iovec half = {parts[count - 1].iov_base, parts[count - 1].iov_len / 2};
    if (fail_in == 1 && count > 1) { // the disk was full in the middle
        (void)!__real_pwritev(fd, parts, count - 1, at);
        (void)!__real_pwritev(fd, &half, 1, at + (off_t)parts[0].iov_len);
    }
    return fails() ? -1 : __real_pwritev(fd, parts, count, at);
}

int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);
int __wrap_fdatasync(int fd)
{
    return fails() ? -1 : __real_fdatasync(fd);
}

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
    return fails() ? -1 : __real_fsync(fd);
}

int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to)
{
    return fails() ? -1 : __real_rename(from, to);
}

// ---- helpers

static int set_up(void **state)
{
    (void)state;
    memcpy(root, "/tmp/gw-outbox-XXXXXX", sizeof root);
    snprintf(dir, sizeof dir, "%s/o", mkdtemp(root));
    fail_in = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fail_in = 0;
    return gw_fs_remove(root);
}

static uint64_t damaged_first, damaged_last;

static void on_damaged(uint64_t first, uint64_t last, const void *bytes, size_t n, void *arg)
{
    (void)arg;
    assert_true(n == 0 || bytes);
    damaged_first = first;
    damaged_last = last;
}

static struct gw_outbox *open_with(uint64_t max_bytes, uint32_t segment_bytes)
{
    struct gw_outbox *outbox = NULL;
    struct gw_outbox_options options = {
        .dir = dir, .max_bytes = max_bytes, .segment_bytes = segment_bytes, .on_damaged = on_damaged};
    check_ok(gw_outbox_open(&options, &outbox));
    return outbox;
}

static struct gw_outbox *open_it(void)
{
    return open_with(1 << 20, 0);
}

// The frame of a number: its length and content follow from it.
static size_t frame_of(uint64_t msgno, char out[200])
{
    size_t n = 20 + msgno * 7 % 100;
    for (size_t i = 0; i < n; i++)
        out[i] = (char)(msgno + i);
    return n;
}

static int append(struct gw_outbox *outbox)
{
    char frame[200];
    uint64_t msgno = gw_outbox_next(outbox);
    return gw_outbox_append(outbox, msgno, frame, frame_of(msgno, frame));
}

static int sync_now(struct gw_outbox *outbox)
{
    struct gw_outbox_sync *sync = gw_outbox_sync_begin(outbox);
    if (!sync)
        return GW_OK;
    gw_outbox_sync_run(sync);
    return gw_outbox_sync_end(outbox, sync);
}

static void append_n(struct gw_outbox *outbox, int n)
{
    while (n-- > 0)
        check_ok(append(outbox));
    check_ok(sync_now(outbox));
}

static void holds(struct gw_outbox *outbox, uint64_t first, uint64_t last)
{
    assert_int_equal(gw_outbox_first(outbox), first);
    assert_int_equal(gw_outbox_next(outbox), last + 1);
    assert_int_equal(gw_outbox_synced(outbox), last);
    struct gw_buf out = GW_BUF(1000);
    uint64_t bytes = 0;
    for (uint64_t m = first; m <= last; m++) {
        char frame[200];
        size_t n = frame_of(m, frame);
        gw_buf_reset(&out);
        check_ok(gw_outbox_read(outbox, m, &out));
        assert_int_equal(out.bytes, n);
        assert_memory_equal(out.data, frame, n);
        assert_int_equal(gw_outbox_record_bytes(outbox, m), n);
        bytes += n;
    }
    assert_int_equal(gw_outbox_bytes(outbox), bytes);
    check_rc(gw_outbox_read(outbox, first - 1, &out), GW_ENOTFOUND);
    check_rc(gw_outbox_read(outbox, last + 1, &out), GW_ENOTFOUND);
    gw_buf_fini(&out);
}

static int segments(void)
{
    int n = 0;
    DIR *d = opendir(dir);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d));)
        n += strstr(e->d_name, ".seg") != NULL;
    closedir(d);
    return n;
}

static void segment_path(uint64_t first, char out[128])
{
    snprintf(out, 128, "%s/%020llu.seg", dir, (unsigned long long)first);
}

static struct gw_buf contents(uint64_t first)
{
    char path[128];
    segment_path(first, path);
    struct gw_buf file = GW_BUF(1 << 20);
    check_ok(gw_fs_read(path, &file));
    return file;
}

static void put_contents(uint64_t first, const void *bytes, size_t n)
{
    char path[128];
    segment_path(first, path);
    check_ok(gw_fs_write(path, bytes, n, 0600));
}

// ---- tests

static void survives_restarts_with_its_name(void **state)
{
    (void)state;
    struct gw_outbox *outbox = open_it();
    uint8_t name[GW_INCARNATION_BYTES];
    memcpy(name, gw_outbox_incarnation(outbox), sizeof name);
    append_n(outbox, 10);
    holds(outbox, 1, 10);
    gw_outbox_free(outbox);
    outbox = open_it();
    assert_memory_equal(gw_outbox_incarnation(outbox), name, sizeof name);
    holds(outbox, 1, 10);
    check_ok(gw_outbox_ack(outbox, 4));
    holds(outbox, 5, 10);
    check_ok(gw_outbox_ack(outbox, 4)); // again
    append_n(outbox, 1);
    holds(outbox, 5, 11);
    gw_outbox_free(outbox);
}

static void numbers_are_never_used_twice(void **state)
{
    (void)state;
    uint64_t next = 1;
    for (int round = 0; round < 5; round++) {
        struct gw_outbox *outbox = open_with(1 << 20, 100);
        check_ok(gw_outbox_ack(outbox, next - 1)); // as the broker says in its welcome
        assert_int_equal(gw_outbox_next(outbox), next);
        append_n(outbox, 7);
        next += 7;
        check_ok(gw_outbox_ack(outbox, next - 1));
        assert_int_equal(gw_outbox_first(outbox), next);
        assert_int_equal(gw_outbox_bytes(outbox), 0);
        gw_outbox_free(outbox);
    }
    assert_int_equal(segments(), 1); // the acknowledged ones are gone
}

static void nothing_counts_as_durable_before_its_sync(void **state)
{
    (void)state;
    struct gw_outbox *outbox = open_it();
    check_ok(append(outbox));
    struct gw_outbox_sync *sync = gw_outbox_sync_begin(outbox);
    check_ok(append(outbox)); // while the other thread syncs
    assert_int_equal(gw_outbox_synced(outbox), 0);
    gw_outbox_sync_run(sync);
    check_ok(gw_outbox_sync_end(outbox, sync));
    assert_int_equal(gw_outbox_synced(outbox), 1);
    check_ok(sync_now(outbox));
    assert_int_equal(gw_outbox_synced(outbox), 2);
    gw_outbox_free(outbox);
}

static void segments_go_when_they_are_acknowledged(void **state)
{
    (void)state;
    struct gw_outbox *outbox = open_with(1 << 20, 300);
    append_n(outbox, 40);
    int all = segments();
    assert_true(all > 5);
    check_ok(gw_outbox_ack(outbox, 20));
    assert_in_range(segments(), 2, all - 3);
    holds(outbox, 21, 40);
    gw_outbox_free(outbox);
    outbox = open_with(1 << 20, 300);
    check_ok(gw_outbox_ack(outbox, 20));
    holds(outbox, 21, 40);
    check_ok(gw_outbox_ack(outbox, 40));
    assert_int_equal(segments(), 1);
    gw_outbox_free(outbox);
}

static bool has_spare(void)
{
    char path[128];
    snprintf(path, sizeof path, "%s/spare", dir);
    return gw_fs_exists(path);
}

// Append until a new segment is begun, which is where this outbox goes on.
static uint64_t fill_segment(struct gw_outbox *outbox)
{
    char path[128];
    do {
        append_n(outbox, 1);
        segment_path(gw_outbox_next(outbox) - 1, path);
    } while (gw_outbox_next(outbox) == 2 || !gw_fs_exists(path)); // the first was there
    return gw_outbox_next(outbox) - 1;
}

static void a_file_is_used_again_once_its_name_is_on_disk(void **state)
{
    (void)state;
    struct gw_outbox *outbox = open_with(1 << 20, 300);
    uint64_t second = fill_segment(outbox);
    check_ok(gw_outbox_ack(outbox, second - 1));
    assert_true(has_spare());
    while (gw_outbox_next(outbox) - second < 20) // no sync: new segments are of new files
        check_ok(append(outbox));
    assert_true(has_spare());
    check_ok(sync_now(outbox));
    uint64_t other = fill_segment(outbox);
    assert_false(has_spare());
    holds(outbox, second, other);
    struct gw_buf file = contents(other);
    assert_true(file.bytes > 300); // it was full once
    gw_buf_fini(&file);
    append_n(outbox, 1);
    gw_outbox_free(outbox);
    outbox = open_with(1 << 20, 300);
    holds(outbox, second, other + 1);
    for (int i = 0; i < 50; i++) { // and again and again
        append_n(outbox, 1);
        check_ok(gw_outbox_ack(outbox, gw_outbox_next(outbox) - 3));
        assert_true(segments() < 4);
    }
    holds(outbox, gw_outbox_next(outbox) - 2, gw_outbox_next(outbox) - 1);
    uint64_t next = gw_outbox_next(outbox);
    gw_outbox_free(outbox);
    outbox = open_with(1 << 20, 300);
    assert_false(has_spare());
    holds(outbox, gw_outbox_first(outbox), next - 1);
    gw_outbox_free(outbox);
}

// A record that was half on disk over older ones, and a header that was not there yet.
static void a_used_file_torn_at_every_byte_holds_what_was_synced(void **state)
{
    (void)state;
    struct gw_outbox *outbox = open_with(1 << 20, 300);
    uint64_t second = fill_segment(outbox);
    check_ok(gw_outbox_ack(outbox, second - 1));
    struct gw_buf old = GW_BUF(1 << 20);
    char path[128];
    snprintf(path, sizeof path, "%s/spare", dir);
    check_ok(gw_fs_read(path, &old));
    append_n(outbox, 1);
    uint64_t other = fill_segment(outbox);
    gw_outbox_free(outbox);
    struct gw_buf file = contents(other);
    assert_true(file.bytes >= old.bytes);
    for (size_t torn = 0; torn < 24 + 16 + 20 + other * 7 % 100; torn++) {
        struct gw_buf mixed = GW_BUF(1 << 20);
        gw_buf_add(&mixed, file.data, torn);
        gw_buf_add(&mixed, old.data + torn, old.bytes > torn ? old.bytes - torn : 0);
        put_contents(other, mixed.data, mixed.bytes);
        gw_buf_fini(&mixed);
        damaged_first = 0;
        outbox = open_with(1 << 20, 300);
        holds(outbox, second, other - 1);
        append_n(outbox, 1);
        holds(outbox, second, other);
        gw_outbox_free(outbox);
        outbox = open_with(1 << 20, 300);
        holds(outbox, second, other);
        assert_int_equal(damaged_first, 0);
        gw_outbox_free(outbox);
    }
    gw_buf_fini(&file);
    gw_buf_fini(&old);
}

static void a_torn_tail_is_gone_at_every_byte(void **state)
{
    (void)state;
    struct gw_outbox *outbox = open_it();
    append_n(outbox, 4);
    struct gw_buf before = contents(1);
    append_n(outbox, 1);
    gw_outbox_free(outbox);
    struct gw_buf after = contents(1);
    for (size_t cut = before.bytes; cut < after.bytes; cut++) {
        put_contents(1, after.data, cut);
        outbox = open_it();
        holds(outbox, 1, 4);
        append_n(outbox, 2);
        holds(outbox, 1, 6);
        gw_outbox_free(outbox);
        outbox = open_it();
        holds(outbox, 1, 6);
        gw_outbox_free(outbox);
    }
    put_contents(1, after.data, after.bytes);
    outbox = open_it();
    holds(outbox, 1, 5);
    gw_outbox_free(outbox);
    gw_buf_fini(&before);
    gw_buf_fini(&after);
}

static void a_new_segment_torn_at_every_byte_is_made_again(void **state)
{
    (void)state;
    struct gw_outbox *outbox = open_it();
    append_n(outbox, 3);
    gw_outbox_free(outbox);
    struct gw_buf header = contents(1);
    for (size_t cut = 0; cut < 24; cut++) {
        put_contents(4, header.data, cut);
        outbox = open_it();
        holds(outbox, 1, 3);
        append_n(outbox, 1);
        holds(outbox, 1, 4);
        gw_outbox_free(outbox);
    }
    gw_buf_fini(&header);
}

static void damage_in_the_middle_becomes_tombstones(void **state)
{
    (void)state;
    struct gw_outbox *outbox = open_it();
    append_n(outbox, 2);
    struct gw_buf two = contents(1);
    append_n(outbox, 1);
    struct gw_buf three = contents(1);
    append_n(outbox, 3);
    gw_outbox_free(outbox);
    struct gw_buf all = contents(1);
    // Any byte of record 3, its header included.
    for (size_t at = two.bytes; at < three.bytes; at++) {
        all.data[at] ^= 0x40;
        put_contents(1, all.data, all.bytes);
        all.data[at] ^= 0x40;
        damaged_first = damaged_last = 0;
        outbox = open_it();
        assert_int_equal(damaged_first, 3);
        assert_int_equal(damaged_last, 3);
        assert_int_equal(gw_outbox_next(outbox), 7);
        struct gw_buf out = GW_BUF(1000);
        check_rc(gw_outbox_read(outbox, 3, &out), GW_ECORRUPT);
        check_ok(gw_outbox_read(outbox, 4, &out));
        gw_buf_fini(&out);
        check_ok(gw_outbox_ack(outbox, 3));
        holds(outbox, 4, 6);
        gw_outbox_free(outbox);
    }
    gw_buf_fini(&two);
    gw_buf_fini(&three);
    gw_buf_fini(&all);
}

static void a_lost_segment_becomes_tombstones(void **state)
{
    (void)state;
    struct gw_outbox *outbox = open_with(1 << 20, 300);
    append_n(outbox, 40);
    gw_outbox_free(outbox);
    // The second one goes; its numbers are told as lost.
    char path[128];
    uint64_t second = 2;
    for (segment_path(second, path); !gw_fs_exists(path); segment_path(second, path))
        second++;
    check_ok(gw_fs_remove(path));
    outbox = open_with(1 << 20, 300);
    assert_int_equal(damaged_first, second);
    assert_int_equal(gw_outbox_next(outbox), 41);
    struct gw_buf out = GW_BUF(1000);
    check_rc(gw_outbox_read(outbox, second, &out), GW_ECORRUPT);
    check_ok(gw_outbox_read(outbox, damaged_last + 1, &out));
    gw_buf_fini(&out);
    gw_outbox_free(outbox);
}

static void the_cap_holds_and_an_acknowledgement_frees(void **state)
{
    (void)state;
    struct gw_outbox *outbox = open_with(500, 0);
    int n = 0;
    while (append(outbox) == GW_OK)
        n++;
    check_rc(append(outbox), GW_EAGAIN);
    assert_true(gw_outbox_bytes(outbox) <= 500);
    check_ok(gw_outbox_ack(outbox, 1));
    check_ok(gw_outbox_ack(outbox, 3));
    check_ok(append(outbox));
    assert_int_equal(gw_outbox_next(outbox), (uint64_t)n + 2);
    gw_outbox_free(outbox);
}

static void a_new_name_keeps_what_waits(void **state)
{
    (void)state;
    struct gw_outbox *outbox = open_it();
    uint8_t name[GW_INCARNATION_BYTES];
    append_n(outbox, 3);
    memcpy(name, gw_outbox_incarnation(outbox), sizeof name);
    check_ok(gw_outbox_rename(outbox));
    assert_memory_not_equal(gw_outbox_incarnation(outbox), name, sizeof name);
    memcpy(name, gw_outbox_incarnation(outbox), sizeof name);
    holds(outbox, 1, 3);
    gw_outbox_free(outbox);
    outbox = open_it();
    assert_memory_equal(gw_outbox_incarnation(outbox), name, sizeof name);
    holds(outbox, 1, 3);
    gw_outbox_free(outbox);
}

static void the_incarnation_is_not_replaced_under_messages(void **state)
{
    (void)state;
    struct gw_outbox *outbox = open_it();
    append_n(outbox, 1);
    gw_outbox_free(outbox);
    char path[128];
    snprintf(path, sizeof path, "%s/incarnation", dir);
    check_ok(gw_fs_remove(path));
    struct gw_outbox_options options = {.dir = dir, .max_bytes = 1000};
    check_rc(gw_outbox_open(&options, &outbox), GW_ECORRUPT);
    assert_non_null(strstr(gw_reason(), "incarnation"));
}

// Whatever call fails: an append that said no left nothing, one that said yes and was synced is there after a restart.
static void the_nth_failing_call_loses_nothing_that_was_promised(void **state)
{
    (void)state;
    static const int errors[] = {ENOSPC, EIO};
    for (size_t e = 0; e < 2; e++)
        for (int nth = 1; nth < 200; nth++) {
            check_ok(gw_fs_remove(dir));
            uint64_t promised = 0;
            struct gw_outbox *outbox = open_with(1 << 20, 300);
            fail_in = nth;
            fail_errno = errors[e];
            for (int i = 0; i < 24; i++) {
                int rc = append(outbox);
                if (rc == GW_OK && sync_now(outbox) == GW_OK)
                    promised = gw_outbox_synced(outbox);
                if (promised > 3)
                    (void)!gw_outbox_ack(outbox, promised - 3);
            }
            uint64_t first = gw_outbox_first(outbox);
            bool reached = fail_in == 0;
            fail_in = 0;
            gw_outbox_free(outbox);
            outbox = open_with(1 << 20, 300);
            uint64_t last = gw_outbox_next(outbox) - 1;
            assert_true(last >= promised && gw_outbox_first(outbox) <= first);
            first = gw_outbox_first(outbox);
            holds(outbox, first, last);
            append_n(outbox, 3);
            holds(outbox, first, last + 3);
            gw_outbox_free(outbox);
            if (!reached) {
                assert_int_equal(promised, 24);
                break;
            }
            assert_true(nth < 199);
        }
}

static void after_a_failed_sync_nothing_more_is_taken(void **state)
{
    (void)state;
    struct gw_outbox *outbox = open_it();
    check_ok(append(outbox));
    fail_in = 1;
    fail_errno = EIO;
    check_rc(sync_now(outbox), GW_EIO);
    assert_int_equal(gw_outbox_synced(outbox), 0);
    check_rc(append(outbox), GW_EIO);
    gw_outbox_free(outbox);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(survives_restarts_with_its_name),
        TEST(numbers_are_never_used_twice),
        TEST(nothing_counts_as_durable_before_its_sync),
        TEST(segments_go_when_they_are_acknowledged),
        TEST(a_file_is_used_again_once_its_name_is_on_disk),
        TEST(a_used_file_torn_at_every_byte_holds_what_was_synced),
        TEST(a_torn_tail_is_gone_at_every_byte),
        TEST(a_new_segment_torn_at_every_byte_is_made_again),
        TEST(damage_in_the_middle_becomes_tombstones),
        TEST(a_lost_segment_becomes_tombstones),
        TEST(the_cap_holds_and_an_acknowledgement_frees),
        TEST(a_new_name_keeps_what_waits),
        TEST(the_incarnation_is_not_replaced_under_messages),
        TEST(the_nth_failing_call_loses_nothing_that_was_promised),
        TEST(after_a_failed_sync_nothing_more_is_taken),
    };
    return cmocka_run_group_tests_name("agent/outbox", tests, NULL, NULL);
}
