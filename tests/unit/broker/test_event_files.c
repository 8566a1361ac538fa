// SPDX-License-Identifier: Apache-2.0
// The files that hold events: what is put can be read, pending or not, by its writer and by others.
#include "kit/check.h"

#include "base/fs.h"
#include "store/event_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char dir[64];
static const uint64_t start = 1ull << 32;

static int set_up(void **state)
{
    strcpy(dir, "/tmp/gw-events-XXXXXX");
    assert_non_null(mkdtemp(dir));
    struct gw_event_files *files = gw_event_files_new(dir);
    check_ok(gw_event_files_start(files, start));
    *state = files;
    return 0;
}

static int tear_down(void **state)
{
    gw_event_files_free(*state);
    check_ok(gw_fs_remove(dir));
    return 0;
}

static void check_event(struct gw_event_files *files, uint64_t place, const char *expected)
{
    struct gw_buf out = GW_BUF(1000);
    check_ok(gw_event_files_read(files, place, strlen(expected), &out));
    assert_string_equal(gw_buf_str(&out), expected);
    gw_buf_fini(&out);
}

static void events_follow_each_other(void **state)
{
    struct gw_event_files *files = *state, *reader = gw_event_files_new(dir);
    check_ok(gw_event_files_put(files, gw_span_of("one")));
    uint64_t two = gw_event_files_end(files);
    check_ok(gw_event_files_put(files, gw_span_of("two")));
    check_event(files, start, "one"); // still pending
    check_event(files, two, "two");
    struct gw_buf wrong = GW_BUF(1000); // what a damaged row may ask for
    check_rc(gw_event_files_read(files, two, 4, &wrong), GW_ECORRUPT);
    gw_buf_fini(&wrong);
    gw_event_files_seal(files);
    check_ok(gw_event_files_flush(files));
    check_ok(gw_event_files_sync(files));
    check_event(files, start, "one");
    check_event(reader, two, "two");
    struct gw_buf out = GW_BUF(1000);
    check_rc(gw_event_files_read(reader, two, 4, &out), GW_ECORRUPT);
    check_rc(gw_event_files_read(reader, 2 * start, 4, &out), GW_EAGAIN);
    gw_buf_fini(&out);
    gw_event_files_free(reader);
}

static void an_undo_takes_back_what_is_pending_and_a_drop_what_is_sealed(void **state)
{
    struct gw_event_files *files = *state;
    check_ok(gw_event_files_put(files, gw_span_of("one")));
    uint64_t end = gw_event_files_end(files);
    check_ok(gw_event_files_put(files, gw_span_of("lost")));
    gw_event_files_undo(files, end);
    gw_event_files_seal(files);
    check_ok(gw_event_files_put(files, gw_span_of("beside")));
    check_event(files, start, "one"); // on its way
    check_event(files, end, "beside");
    check_ok(gw_event_files_flush(files));
    check_event(files, start, "one");
    gw_event_files_undo(files, end);
    check_ok(gw_event_files_put(files, gw_span_of("sealed")));
    gw_event_files_seal(files);
    check_ok(gw_event_files_put(files, gw_span_of("pending")));
    check_ok(gw_event_files_flush(files)); // and yet the transaction failed
    gw_event_files_drop(files);
    assert_int_equal(gw_event_files_end(files), end);
    check_ok(gw_event_files_put(files, gw_span_of("two")));
    gw_event_files_seal(files);
    check_ok(gw_event_files_flush(files));
    check_event(files, start, "one");
    check_event(files, end, "two");
}

static bool is_second(uint32_t number, void *arg)
{
    (void)arg;
    return number == 2;
}

static void a_full_file_gives_way_to_the_next(void **state)
{
    struct gw_event_files *files = *state;
    check_ok(gw_event_files_start(files, start | 64 * 1024 * 1024));
    gw_event_files_turn(files);
    assert_int_equal(gw_event_files_end(files), 2 * start);
    gw_event_files_turn(files); // it is empty
    assert_int_equal(gw_event_files_end(files), 2 * start);
    check_ok(gw_event_files_put(files, gw_span_of("second")));
    gw_event_files_seal(files);
    check_ok(gw_event_files_flush(files));
    check_ok(gw_event_files_write(files, 3 * start + 10, gw_span_of("third")));
    check_ok(gw_event_files_sync(files));
    check_event(files, 3 * start + 10, "third");

    struct gw_event_files *holder = gw_event_files_new(dir), *reader = gw_event_files_new(dir);
    struct gw_buf out = GW_BUF(1000);
    check_ok(gw_event_files_hold(holder));
    check_ok(gw_event_files_sweep(files, is_second, NULL));
    check_event(holder, 3 * start + 10, "third");
    check_event(reader, 2 * start, "second");
    check_rc(gw_event_files_read(reader, 3 * start + 10, 5, &out), GW_EAGAIN);
    check_ok(gw_event_files_remove(files, 3)); // it is gone already
    gw_buf_fini(&out);
    gw_event_files_free(holder);
    gw_event_files_free(reader);
}

static void a_reader_of_many_files_keeps_few_open(void **state)
{
    struct gw_event_files *files = *state;
    for (uint64_t n = 1; n <= 30; n++)
        check_ok(gw_event_files_write(files, n * start, gw_span_of("event")));
    for (int round = 0; round < 2; round++)
        for (uint64_t n = 1; n <= 30; n++)
            check_event(files, n * start, "event");
    char path[64];
    size_t open = 0;
    for (int fd = 0; fd < 200; fd++) {
        char target[256];
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        ssize_t n = readlink(path, target, sizeof target - 1);
        open += n > 0 && strncmp(target, dir, strlen(dir)) == 0;
    }
    assert_int_equal(open, 9); // eight to read from, one to write to
}

#define WITH_FILES(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FILES(events_follow_each_other),
        WITH_FILES(an_undo_takes_back_what_is_pending_and_a_drop_what_is_sealed),
        WITH_FILES(a_full_file_gives_way_to_the_next),
        WITH_FILES(a_reader_of_many_files_keeps_few_open),
    };
    return cmocka_run_group_tests_name("event files", tests, NULL, NULL);
}
