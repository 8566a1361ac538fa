// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "base/fs.h"
#include "kit/small_disk.h"
#include "store/writer.h"

#include <stdio.h>
#include <stdlib.h>

struct bench {
    uv_loop_t loop;
    struct gw_store *store;
    struct gw_writer *writer;
    struct gw_port *port;
    int done, committed;
};

struct piece {
    struct gw_work work;
    struct bench *bench;
    int number;
    int fail_with;   // apply's answer
    int *fail_times; // as long as this is above 0 (NULL: always)
    int applied;
};

static int apply(struct gw_store *store, struct gw_work *work)
{
    struct piece *p = (struct piece *)work;
    p->applied++;
    struct gw_store_event event = {.stream = GW__STREAM__STREAM_POLICY, .event = GW_SPAN("e")};
    event.id.at[0] = (uint8_t)(p->number + 1);
    event.id.at[1] = (uint8_t)((p->number + 1) >> 8);
    enum gw_store_append outcome;
    int rc = gw_store_append(store, &event, &outcome);
    if (rc == GW_OK && p->fail_with && (!p->fail_times || (*p->fail_times)-- > 0))
        return gw_fail((enum gw_rc)p->fail_with, "piece %d", p->number);
    return rc;
}

static int bury(struct gw_store *store, struct gw_work *work)
{
    struct gw_store_letter letter = {.kind = "dead", .reason = work->reason, .bytes = {"", 0}};
    return gw_store_letter_put(store, &letter);
}

static void done(struct gw_work *work)
{
    ((struct piece *)work)->bench->done++;
}

static void committed(void *arg)
{
    __atomic_add_fetch(&((struct bench *)arg)->committed, 1, __ATOMIC_RELAXED);
}

static void bench_open_on(struct bench *b, const struct gw_store_options *store, struct gw_writer_options options)
{
    *b = (struct bench){0};
    assert_int_equal(uv_loop_init(&b->loop), 0);
    check_ok(gw_store_open(store, &b->store));
    options.committed = committed;
    options.arg = b;
    b->writer = gw_writer_new(b->store, &options);
    b->port = gw_port_new(&b->loop);
}

static void bench_open(struct bench *b, struct gw_writer_options options)
{
    bench_open_on(b, &(struct gw_store_options){.backend = "memory"}, options);
}

static void bench_close(struct bench *b)
{
    b->writer = gw_writer_free(b->writer);
    b->port = gw_port_free(b->port);
    assert_int_equal(uv_run(&b->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&b->loop), 0);
}

static struct piece piece_of(struct bench *b, int number)
{
    return (struct piece){.work = {.apply = apply, .bury = bury, .done = done, .port = b->port, .bytes = 10},
                          .bench = b,
                          .number = number};
}

static void run_until_done(struct bench *b, int n)
{
    while (b->done < n)
        uv_run(&b->loop, UV_RUN_ONCE);
}

static uint64_t stored(struct bench *b)
{
    uint64_t first, last;
    check_ok(gw_store_bounds(b->store, GW__STREAM__STREAM_POLICY, &first, &last));
    return last;
}

static void everything_comes_back_after_its_commit(void **state)
{
    (void)state;
    enum { N = 2000 };
    struct bench b;
    bench_open(&b, (struct gw_writer_options){0});
    struct piece *pieces = calloc(N, sizeof *pieces);
    for (int i = 0; i < N; i++) {
        pieces[i] = piece_of(&b, i);
        check_ok(gw_writer_put(b.writer, &pieces[i].work));
    }
    run_until_done(&b, N);
    assert_int_equal(stored(&b), N);
    uint64_t commits, work;
    gw_writer_count(b.writer, &commits, &work);
    assert_int_equal(work, N);
    assert_true(commits >= 4 && commits == (uint64_t)b.committed); // groups are bounded
    bench_close(&b);
    gw_store_close(b.store);
    free(pieces);
}

static bool count_letter(const struct gw_store_letter *letter, void *arg)
{
    assert_string_equal(letter->reason, "piece 1");
    ++*(int *)arg;
    return true;
}

static void a_bad_piece_goes_alone(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, (struct gw_writer_options){0});
    struct piece pieces[] = {piece_of(&b, 0), piece_of(&b, 1), piece_of(&b, 2)};
    pieces[1].fail_with = GW_EINVAL;
    for (int i = 0; i < 3; i++)
        check_ok(gw_writer_put(b.writer, &pieces[i].work));
    run_until_done(&b, 3);
    assert_int_equal(stored(&b), 2);
    assert_int_equal(pieces[0].work.rc, GW_OK);
    assert_int_equal(pieces[1].work.rc, GW_EINVAL);
    assert_string_equal(pieces[1].work.reason, "piece 1");
    int letters = 0;
    check_ok(gw_store_letters(b.store, count_letter, &letters));
    assert_int_equal(letters, 1);
    bench_close(&b);
    gw_store_close(b.store);
}

static void temporary_trouble_is_waited_out(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, (struct gw_writer_options){0});
    int times = 1;
    struct piece pieces[] = {piece_of(&b, 0), piece_of(&b, 1)};
    pieces[1].fail_with = GW_ENOSPC;
    pieces[1].fail_times = &times;
    for (int i = 0; i < 2; i++)
        check_ok(gw_writer_put(b.writer, &pieces[i].work));
    run_until_done(&b, 2);
    assert_int_equal(pieces[0].work.rc, GW_OK);
    assert_int_equal(pieces[1].work.rc, GW_OK);
    assert_int_equal(pieces[1].applied, 2);
    assert_int_equal(stored(&b), 2);
    char reason[100];
    assert_int_equal(gw_writer_trouble(b.writer, reason, sizeof reason), GW_OK);
    bench_close(&b);
    gw_store_close(b.store);
}

static void a_stop_in_trouble_gives_everything_back_unstored(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, (struct gw_writer_options){0});
    struct piece pieces[] = {piece_of(&b, 0), piece_of(&b, 1)};
    pieces[1].fail_with = GW_ENOSPC;
    for (int i = 0; i < 2; i++)
        check_ok(gw_writer_put(b.writer, &pieces[i].work));
    bench_close(&b);
    assert_int_equal(b.done, 2);
    assert_int_equal(pieces[1].work.rc, GW_ENOSPC);
    assert_int_equal(stored(&b), pieces[0].work.rc == GW_OK ? 1 : 0); // together or in two groups
    gw_store_close(b.store);
}

static void damage_ends_the_writer(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, (struct gw_writer_options){0});
    struct piece bad = piece_of(&b, 0), next = piece_of(&b, 1);
    bad.fail_with = GW_ECORRUPT;
    check_ok(gw_writer_put(b.writer, &bad.work));
    run_until_done(&b, 1);
    assert_int_equal(bad.work.rc, GW_ECORRUPT);
    check_rc(gw_writer_put(b.writer, &next.work), GW_ECORRUPT);
    assert_int_equal(stored(&b), 0);
    bench_close(&b);
    gw_store_close(b.store);
}

struct expected {
    int next, bad_every;
};

static bool is_next(const struct gw_store_event *event, void *arg)
{
    struct expected *e = arg;
    e->next += (e->next + 1) % e->bad_every == 0;
    assert_int_equal(event->id.at[0] | event->id.at[1] << 8, ++e->next);
    return true;
}

// While one group is on its way to the disk the next is applied, and both have to be done again; pieces that fail for
// good are among them.
static void a_disk_that_fails_now_and_then_loses_nothing_and_keeps_the_order(void **state)
{
    (void)state;
    enum { N = 6000, BAD_EVERY = 701, FAILURES = 2 };
    struct bench b;
    char dir[] = "/tmp/gw-writer-XXXXXX", path[64];
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/store.db", dir);
    bench_open_on(&b, &(struct gw_store_options){.backend = "sqlite", .path = path}, (struct gw_writer_options){0});
    struct piece *pieces = calloc(N, sizeof *pieces);
    for (int i = 0, failures = 0; i < N; i++) {
        pieces[i] = piece_of(&b, i);
        pieces[i].work.early = i % 997 != 0;
        pieces[i].fail_with = (i + 1) % BAD_EVERY == 0 ? GW_EINVAL : GW_OK;
        int rc;
        while ((rc = gw_writer_put(b.writer, &pieces[i].work)) == GW_EAGAIN)
            uv_run(&b.loop, UV_RUN_NOWAIT);
        check_ok(rc);
        uv_run(&b.loop, UV_RUN_NOWAIT);
        if (i % (N / FAILURES) == N / FAILURES / 2 && failures++ < FAILURES) {
            char reason[200];
            limit_files(1);
            while (gw_writer_trouble(b.writer, reason, sizeof reason) == GW_OK && b.done < i)
                uv_run(&b.loop, UV_RUN_NOWAIT);
            limit_files(RLIM_INFINITY);
        }
    }
    run_until_done(&b, N);
    struct expected e = {.bad_every = BAD_EVERY};
    assert_int_equal(stored(&b), N - N / BAD_EVERY);
    check_ok(gw_store_events(b.store, GW__STREAM__STREAM_POLICY, 1, UINT64_MAX, false, is_next, &e));
    for (int i = 0; i < N; i++)
        assert_int_equal(pieces[i].work.rc, pieces[i].fail_with);
    bench_close(&b);
    gw_store_close(b.store);
    check_ok(gw_fs_remove(dir));
    free(pieces);
}

static void a_full_queue_refuses(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, (struct gw_writer_options){.max_work = 2, .max_bytes = 25});
    struct piece pieces[] = {piece_of(&b, 0), piece_of(&b, 1), piece_of(&b, 2)};
    pieces[0].fail_with = GW_ENOSPC; // holds the queue
    check_ok(gw_writer_put(b.writer, &pieces[0].work));
    check_ok(gw_writer_put(b.writer, &pieces[1].work));
    check_rc(gw_writer_put(b.writer, &pieces[2].work), GW_EAGAIN);
    bench_close(&b);
    gw_store_close(b.store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_comes_back_after_its_commit),
        cmocka_unit_test(a_bad_piece_goes_alone),
        cmocka_unit_test(temporary_trouble_is_waited_out),
        cmocka_unit_test(a_stop_in_trouble_gives_everything_back_unstored),
        cmocka_unit_test(damage_ends_the_writer),
        cmocka_unit_test(a_disk_that_fails_now_and_then_loses_nothing_and_keeps_the_order),
        cmocka_unit_test(a_full_queue_refuses),
    };
    return cmocka_run_group_tests_name("broker/writer", tests, NULL, NULL);
}
