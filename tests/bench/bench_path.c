// SPDX-License-Identifier: Apache-2.0
// The whole way of an observation: written to the outbox, fsynced, sent, judged and stored by the broker, acknowledged.
// It is the agent's own outbox and link; only what a collector would bring is made up.
//
//   bench_path --connect ENDPOINT [--key FILE] --dir DIR [--events N] [--window W] [--rate PER_SECOND] [--first NUMBER]
//   [--bytes B]
//
// The broker must have a source "bench" at http://bench.example/. One line: events/s, and the time from the outbox to
// the acknowledgement. With --rate they come at that pace, and their time counts from when they were due: a stall is
// charged to all that it delayed.
#include "agent/link.h"
#include "announcement.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/str.h"
#include "figures.h"
#include "wire/keys.h"
#include "wire/socket.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TICK_MS = 1, RENEW_MS = 4000, GIVE_UP_MS = 120000, OUTBOX_MAX = 1 << 30 };
enum { TEXTS = 512 }; // made before the clock starts, and said in turn under ever new addresses
static const char host[] = "bench.example:443", source[] = "bench";

struct settings {
    const char *connect, *dir;
    struct gw_key key; // without a name: none
    uint64_t events, window, rate, first, bytes;
};

struct run {
    const struct settings *settings;
    uv_loop_t loop;
    uv_timer_t tick;
    struct gw_outbox *outbox;
    struct gw_outbox_sync *sync;
    uv_work_t sync_work;
    struct gw_link *link;
    struct bench_announcement texts[TEXTS];
    struct gw_buf frame;
    uint32_t epoch; // 0: the host is not ours yet
    int64_t renewed_ms;
    bool asked, failed, over;
    double *put_at; // by number of the event
    uint64_t put, acked;
    struct bench_waits waits;
    double began;
};

static void fail(struct run *run, const char *what)
{
    fprintf(stderr, "bench_path: %s: %s\n", what, gw_reason());
    run->failed = true;
    uv_stop(&run->loop);
}

// ---- writing

static void sync_more(struct run *run);

static void on_synced(uv_work_t *work, int status)
{
    (void)status;
    struct run *run = work->data;
    struct gw_outbox_sync *sync = run->sync;
    run->sync = NULL;
    if (gw_outbox_sync_end(run->outbox, sync) != GW_OK)
        fail(run, "sync");
    gw_link_pump(run->link);
    if (run->over)
        uv_stop(&run->loop);
    else
        sync_more(run);
}

static void run_sync(uv_work_t *work)
{
    gw_outbox_sync_run(((struct run *)work->data)->sync);
}

static void sync_more(struct run *run)
{
    if (run->sync || !(run->sync = gw_outbox_sync_begin(run->outbox)))
        return;
    run->sync_work.data = run;
    gw_assert(uv_queue_work(&run->loop, &run->sync_work, run_sync, on_synced) == 0);
}

static int write_one(struct run *run)
{
    Gw__Target target = GW__TARGET__INIT;
    Gw__Observation seen = GW__OBSERVATION__INIT;
    Gw__Publish publish = GW__PUBLISH__INIT;
    struct bench_announcement *a = &run->texts[run->put % TEXTS];
    bench_announcement_address(a, run->settings->first + run->put);
    int64_t now_ms = gw_clock_unix_ms();
    target.url = seen.url = a->url;
    target.source_id = seen.source_id = (char *)source;
    target.purpose = seen.purpose = GW__PURPOSE__PURPOSE_ARTICLE;
    target.fetched_ms = target.first_seen_ms = seen.fetched_ms = now_ms;
    seen.extractor = 1;
    seen.target = &target;
    seen.reading_case = GW__OBSERVATION__READING_DOCUMENT;
    seen.document = &a->document;
    publish.msgno = gw_outbox_next(run->outbox);
    publish.host = (char *)host;
    publish.epoch = run->epoch;
    publish.observation = &seen;
    gw_buf_reset(&run->frame);
    int rc = gw_frame_pack(&run->frame, GW_MSG_PUBLISH, &publish);
    return rc == GW_OK ? gw_outbox_append(run->outbox, publish.msgno, run->frame.data, run->frame.bytes) : rc;
}

static double due_ms(const struct run *run, uint64_t number)
{
    return run->began + (double)number * 1e3 / (double)run->settings->rate;
}

static void write_more(struct run *run)
{
    const struct settings *s = run->settings;
    if (!run->epoch)
        return;
    if (run->put == 0)
        run->began = bench_now_ms();
    while (run->put < s->events && (s->rate || run->put - run->acked < s->window)) {
        double now_ms = bench_now_ms();
        if (s->rate && due_ms(run, run->put) > now_ms)
            break;
        run->put_at[run->put] = s->rate ? due_ms(run, run->put) : now_ms;
        if (write_one(run) != GW_OK) {
            fail(run, "outbox");
            return;
        }
        run->put++;
    }
    sync_more(run);
}

// ---- what the broker says

static void on_acked(void *arg)
{
    struct run *run = arg;
    double now_ms = bench_now_ms();
    uint64_t acked = run->put - (gw_outbox_next(run->outbox) - gw_outbox_first(run->outbox));
    for (; run->acked < acked; run->acked++)
        bench_waits_add(&run->waits, now_ms - run->put_at[run->acked]);
    run->over = run->acked == run->settings->events;
    if (run->over && !run->sync)
        uv_stop(&run->loop);
    else
        write_more(run);
}

static void on_grant(void *arg, const Gw__Grant *grant)
{
    struct run *run = arg;
    run->epoch = grant->epoch;
    write_more(run);
}

static void on_nack(void *arg, const Gw__Nack *nack)
{
    gw_fail(GW_EPROTO, "%s %s", nack->code, nack->reason);
    fail(arg, "refused");
}

static void on_down(void *arg)
{
    struct run *run = arg;
    gw_fail(GW_EIO, "%s", gw_link_trouble(run->link));
    fail(run, "the link went down");
}

static void on_poison(void *arg, uint64_t msgno, const char *why)
{
    (void)msgno;
    gw_fail(GW_EPROTO, "%s", why);
    fail(arg, "poison");
}

static void on_welcome(void *arg, bool store_changed)
{
    (void)arg, (void)store_changed;
}

static void on_live(void *arg)
{
    (void)arg;
}

static void on_source(void *arg, const Gw__SourceDef *def)
{
    (void)arg, (void)def;
}

static void on_target(void *arg, const Gw__TargetDef *def)
{
    (void)arg, (void)def;
}

static void on_revoke(void *arg, const Gw__HostEpoch *held)
{
    (void)arg, (void)held;
}

static const struct gw_link_ops ops = {
    .welcome = on_welcome,
    .live = on_live,
    .down = on_down,
    .source = on_source,
    .grant = on_grant,
    .target = on_target,
    .revoke = on_revoke,
    .nack = on_nack,
    .acked = on_acked,
    .poison = on_poison,
};

static void on_tick(uv_timer_t *timer)
{
    struct run *run = timer->data;
    int64_t now_ms = gw_clock_boot_ms();
    gw_link_tick(run->link, now_ms);
    if (!run->asked && gw_link_state(run->link) == GW_LINK_LIVE) {
        char *hosts[] = {(char *)host};
        gw_link_lease_req(run->link, 1, hosts, 1);
        run->asked = true;
    }
    if (run->epoch && now_ms - run->renewed_ms >= RENEW_MS) {
        Gw__HostEpoch held = GW__HOST_EPOCH__INIT, *all[] = {&held};
        held.host = (char *)host;
        held.epoch = run->epoch;
        gw_link_renew(run->link, all, 1);
        run->renewed_ms = now_ms;
    }
    if (run->settings->rate)
        write_more(run);
    if (bench_now_ms() - run->began > GIVE_UP_MS) {
        gw_fail(GW_EAGAIN, "%llu of %llu acknowledged", (unsigned long long)run->acked,
                (unsigned long long)run->settings->events);
        fail(run, "given up");
    }
}

// ---- life

static int open_run(struct run *run, char path[4096], char store_file[4096])
{
    const struct settings *s = run->settings;
    snprintf(path, 4096, "%s/outbox", s->dir);
    snprintf(store_file, 4096, "%s/outbox.store", s->dir);
    run->put_at = calloc(s->events, sizeof *run->put_at);
    gw_assert(run->put_at);
    for (size_t i = 0; i < TEXTS; i++) {
        bench_announcement_init(&run->texts[i]);
        bench_announcement_write(&run->texts[i], s->first + i, s->bytes);
    }
    run->frame = GW_BUF(GW_FRAME_MAX);
    struct gw_outbox_options options = {.dir = path, .max_bytes = OUTBOX_MAX};
    int rc = gw_outbox_open(&options, &run->outbox);
    if (rc != GW_OK)
        return rc;
    struct gw_link_options link = {.endpoint = s->connect,
                                   .key = *s->key.name ? &s->key : NULL,
                                   .node = "bench",
                                   .program = "bench_path",
                                   .store_file = store_file,
                                   .outbox = run->outbox,
                                   .ops = &ops,
                                   .arg = run};
    uv_loop_init(&run->loop);
    run->link = gw_link_new(&run->loop, &link);
    uv_timer_init(&run->loop, &run->tick);
    run->tick.data = run;
    run->began = bench_now_ms();
    return uv_timer_start(&run->tick, on_tick, 0, TICK_MS);
}

static void close_run(struct run *run)
{
    gw_link_bye(run->link, "done");
    run->link = gw_link_free(run->link);
    uv_close((uv_handle_t *)&run->tick, NULL);
    uv_run(&run->loop, UV_RUN_DEFAULT);
    uv_loop_close(&run->loop);
    gw_socket_shutdown();
    gw_outbox_free(run->outbox);
    for (size_t i = 0; i < TEXTS; i++)
        bench_announcement_fini(&run->texts[i]);
    bench_waits_fini(&run->waits);
    gw_buf_fini(&run->frame);
    free(run->put_at);
}

static bool parse(int argc, char **argv, struct settings *s)
{
    enum { CONNECT = 1, DIR_, KEY, EVENTS, WINDOW, RATE, FIRST, BYTES };
    static const struct option options[] = {
        {"connect", required_argument, NULL, CONNECT},
        {"dir", required_argument, NULL, DIR_},
        {"key", required_argument, NULL, KEY},
        {"events", required_argument, NULL, EVENTS},
        {"window", required_argument, NULL, WINDOW},
        {"rate", required_argument, NULL, RATE},
        {"first", required_argument, NULL, FIRST},
        {"bytes", required_argument, NULL, BYTES},
        {0},
    };
    uint64_t *numbers[] = {
        [EVENTS] = &s->events, [WINDOW] = &s->window, [RATE] = &s->rate, [FIRST] = &s->first, [BYTES] = &s->bytes};
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == CONNECT)
            s->connect = optarg;
        else if (c == DIR_)
            s->dir = optarg;
        else if (c == KEY && gw_key_load_client(optarg, &s->key) == GW_OK)
            continue;
        else if (c == '?' || c == KEY || !gw_parse_u64(gw_span_of(optarg), 1000000000, numbers[c]))
            return false;
    }
    return optind == argc && s->connect && s->dir && s->events && s->window;
}

int main(int argc, char **argv)
{
    struct settings s = {.events = 20000, .window = 128, .first = 1, .bytes = 3800};
    struct run run = {.settings = &s};
    char path[4096], store_file[4096];
    if (!parse(argc, argv, &s)) {
        fprintf(stderr,
                "usage: bench_path --connect ENDPOINT [--key FILE] --dir DIR [--events N] [--window W] [--rate R] "
                "[--first N] [--bytes B]\n");
        return 2;
    }
    if (open_run(&run, path, store_file) != GW_OK) {
        fprintf(stderr, "bench_path: %s\n", gw_reason());
        return 1;
    }
    uv_run(&run.loop, UV_RUN_DEFAULT);
    double took_ms = bench_now_ms() - run.began;
    if (!run.failed)
        printf("events_per_s=%.0f p50_ms=%.2f p99_ms=%.2f worst_ms=%.2f\n", (double)s.events / took_ms * 1e3,
               bench_waits_at(&run.waits, 0.5), bench_waits_at(&run.waits, 0.99), bench_waits_at(&run.waits, 1));
    close_run(&run);
    return run.failed;
}
