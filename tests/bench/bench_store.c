// SPDX-License-Identifier: Apache-2.0
// How many 4 KiB events a second the store takes, each acknowledged when it is on disk, and how long the slowest wait.
//
//   bench_store [--dir DIR] [--events N] [--window W] [--runs R] [--bytes B] [--rate PER_SECOND]
//
// One line per run and the median: events/s, and the time from put to done (p50, p99, worst). With --rate the pieces
// come at that pace instead of as fast as the window lets them.
#include "base/clock.h"
#include "base/fs.h"
#include "base/str.h"
#include "store/writer.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct settings {
    const char *dir;
    uint64_t events, window, runs, bytes, rate;
};

struct run {
    const struct settings *settings;
    uv_loop_t loop;
    uv_timer_t pace;
    struct gw_writer *writer;
    struct gw_port *port;
    struct piece *pieces;
    char *payload;
    double *waits; // ms, per event
    uint64_t put, done;
    double began;
    bool failed;
};

struct piece {
    struct gw_work work;
    struct run *run;
    uint64_t number;
    double put_at;
    bool free;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int apply(struct gw_store *store, struct gw_work *work)
{
    struct piece *p = (struct piece *)work;
    struct gw_store_event event = {.stream = GW__STREAM__STREAM_POLICY,
                                   .stored_ms = (int64_t)p->number,
                                   .event = {p->run->payload + p->number % 4096, p->run->settings->bytes}};
    uint8_t digest[GW_SHA256_BYTES]; // ids are spread like real ones
    gw_sha256(&p->number, sizeof p->number, digest);
    memcpy(event.id.at, digest, sizeof event.id.at);
    enum gw_store_append outcome;
    return gw_store_append(store, &event, &outcome);
}

static void put_more(struct run *run);

static void done(struct gw_work *work)
{
    struct piece *p = (struct piece *)work;
    struct run *run = p->run;
    run->failed |= work->rc != GW_OK;
    run->waits[run->done++] = (now() - p->put_at) * 1e3;
    p->free = true;
    put_more(run);
}

static uint64_t allowed(const struct run *run)
{
    uint64_t due = run->settings->rate ? (uint64_t)((now() - run->began) * (double)run->settings->rate) + 1
                                       : run->settings->events;
    return due < run->settings->events ? due : run->settings->events;
}

static void put_more(struct run *run)
{
    for (uint64_t i = 0; i < run->settings->window && run->put < allowed(run); i++) {
        struct piece *p = &run->pieces[i];
        if (!p->free)
            continue;
        p->free = false;
        p->number = run->put++;
        p->put_at = now();
        p->work = (struct gw_work){
            .apply = apply, .done = done, .port = run->port, .bytes = run->settings->bytes, .early = true};
        if (gw_writer_put(run->writer, &p->work) != GW_OK)
            run->failed = true;
    }
    if (run->done == run->settings->events)
        uv_stop(&run->loop);
}

static void on_pace(uv_timer_t *timer)
{
    put_more(timer->data);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

struct result {
    double rate, p50, p99, worst;
};

static int by_rate(const void *a, const void *b)
{
    return by_size(&((const struct result *)a)->rate, &((const struct result *)b)->rate);
}

static bool run_once(const struct settings *s, struct result *ret_result)
{
    struct run run = {.settings = s};
    struct gw_store *store = NULL;
    char path[4096];
    snprintf(path, sizeof path, "%s/bench_store.%d", s->dir, (int)getpid());
    if (gw_fs_remove(path) != GW_OK || gw_fs_mkdir(path, 0700) != GW_OK)
        return false;
    snprintf(path, sizeof path, "%s/bench_store.%d/store.db", s->dir, (int)getpid());
    if (gw_store_open(&(struct gw_store_options){.backend = "sqlite", .path = path}, &store) != GW_OK)
        return false;
    uv_loop_init(&run.loop);
    run.writer = gw_writer_new(store, &(struct gw_writer_options){0});
    run.port = gw_port_new(&run.loop);
    run.pieces = calloc(s->window, sizeof *run.pieces);
    run.waits = calloc(s->events, sizeof *run.waits);
    run.payload = malloc(s->bytes + 4096);
    gw_assert(run.pieces && run.waits && run.payload);
    gw_random(run.payload, s->bytes + 4096); // nothing a file system could make smaller
    for (uint64_t i = 0; i < s->window; i++)
        run.pieces[i] = (struct piece){.run = &run, .free = true};
    uv_timer_init(&run.loop, &run.pace);
    run.pace.data = &run;
    if (s->rate)
        uv_timer_start(&run.pace, on_pace, 1, 1);
    run.began = now();
    put_more(&run);
    uv_run(&run.loop, UV_RUN_DEFAULT);
    double took = now() - run.began;
    gw_writer_free(run.writer);
    gw_port_free(run.port);
    uv_close((uv_handle_t *)&run.pace, NULL);
    uv_run(&run.loop, UV_RUN_DEFAULT);
    uv_loop_close(&run.loop);
    gw_store_close(store);
    qsort(run.waits, s->events, sizeof *run.waits, by_size);
    *ret_result = (struct result){(double)s->events / took, run.waits[s->events / 2], run.waits[s->events * 99 / 100],
                                  run.waits[s->events - 1]};
    free(run.pieces);
    free(run.waits);
    free(run.payload);
    snprintf(path, sizeof path, "%s/bench_store.%d", s->dir, (int)getpid());
    return gw_fs_remove(path) == GW_OK && !run.failed;
}

static bool parse(int argc, char **argv, struct settings *s)
{
    enum { DIR_ = 1, EVENTS, WINDOW, RUNS, BYTES, RATE };
    static const struct option options[] = {
        {"dir", required_argument, NULL, DIR_},
        {"events", required_argument, NULL, EVENTS},
        {"window", required_argument, NULL, WINDOW},
        {"runs", required_argument, NULL, RUNS},
        {"bytes", required_argument, NULL, BYTES},
        {"rate", required_argument, NULL, RATE},
        {0},
    };
    uint64_t *numbers[] = {
        [EVENTS] = &s->events, [WINDOW] = &s->window, [RUNS] = &s->runs, [BYTES] = &s->bytes, [RATE] = &s->rate};
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == DIR_)
            s->dir = optarg;
        else if (c == '?' || !gw_parse_u64(gw_span_of(optarg), 1000000000, numbers[c]) || *numbers[c] == 0)
            return false;
    }
    return optind == argc && s->runs <= 100;
}

int main(int argc, char **argv)
{
    struct settings s = {.dir = "/tmp", .events = 20000, .window = 128, .runs = 5, .bytes = 4096};
    struct result results[100];
    if (!parse(argc, argv, &s)) {
        fprintf(stderr, "usage: bench_store [--dir DIR] [--events N] [--window W] [--runs R] [--bytes B] [--rate R]\n");
        return 2;
    }
    for (uint64_t i = 0; i < s.runs; i++) {
        if (!run_once(&s, &results[i])) {
            fprintf(stderr, "bench_store: %s\n", gw_reason());
            return 1;
        }
        printf("run %d: %.0f events/s, p50 %.2f ms, p99 %.2f ms, worst %.2f ms\n", (int)i + 1, results[i].rate,
               results[i].p50, results[i].p99, results[i].worst);
    }
    qsort(results, s.runs, sizeof *results, by_rate);
    struct result m = results[s.runs / 2];
    printf("store append, %d x %d bytes, window %d: median %.0f events/s, p50 %.2f ms, p99 %.2f ms\n", (int)s.events,
           (int)s.bytes, (int)s.window, m.rate, m.p50, m.p99);
    return 0;
}
