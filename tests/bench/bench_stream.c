// SPDX-License-Identifier: Apache-2.0
// Consumers: how fast the log is replayed, and how long after its storing an event is in a consumer's hands.
//
//   bench_stream --connect ENDPOINT [--key FILE] --events N [--consumers C] [--credit W] [--live] [--filter Q]
//
// Replay: each of C consumers reads N events from the first. --live: from now, until each had N more; the delay counts
// from the event's stored_ms, which the broker writes before the commit and in whole milliseconds cut off, so that what
// is printed is too long by the commit's own time and by half a millisecond.
#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "figures.h"
#include "wire/keys.h"
#include "wire/socket.h"

#include "schema/stream.pb-c.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PATIENCE_MS = 60000 };

struct settings {
    const char *connect, *filter;
    struct gw_key key; // without a name: none
    uint64_t events, consumers, credit;
    bool live;
};

struct consumer {
    struct run *run;
    struct gw_socket *socket;
    uint64_t got, bytes;
};

struct run {
    const struct settings *settings;
    uv_loop_t loop;
    uv_timer_t patience;
    struct consumer *consumers;
    uint64_t subscribed, finished;
    double began_ms, ended_ms;
    struct bench_waits delays;
    bool failed;
};

// Field 6 of gw.Event, without decoding the document behind it.
static int64_t stored_ms(const uint8_t *at, size_t bytes)
{
    const uint8_t *end = at + bytes;
    while (at < end) {
        uint64_t number = 0, tag = *at++;
        for (int shift = 0; at < end; shift += 7) {
            number |= (uint64_t)(*at & 0x7f) << shift;
            if (!(*at++ & 0x80))
                break;
        }
        if (tag == (6 << 3))
            return (int64_t)number;
        if ((tag & 7) == 2)
            at += number;
    }
    return 0;
}

static double unix_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void fail(struct run *run, const char *what)
{
    fprintf(stderr, "bench_stream: %s\n", what);
    run->failed = true;
    uv_stop(&run->loop);
}

static void on_deliver(struct consumer *c, const Gw__Deliver *deliver)
{
    struct run *run = c->run;
    const struct settings *s = run->settings;
    if (s->live)
        bench_waits_add(&run->delays, unix_ms() - (double)stored_ms(deliver->event.data, deliver->event.len));
    c->got++;
    c->bytes += deliver->event.len;
    if (c->got % (s->credit / 4) == 0 || s->live) {
        Gw__Cack cack = GW__CACK__INIT;
        cack.seq = deliver->seq;
        if (gw_socket_send(c->socket, NULL, GW_MSG_CACK, &cack) != GW_OK)
            fail(run, gw_reason());
    }
    if (c->got == s->events && ++run->finished == s->consumers) {
        run->ended_ms = bench_now_ms();
        uv_stop(&run->loop);
    }
}

static void on_message(struct gw_socket *socket, const struct gw_peer *peer, int rc, enum gw_msg type,
                       const ProtobufCMessage *message, void *arg)
{
    (void)socket, (void)peer;
    struct consumer *c = arg;
    if (rc != GW_OK) {
        fail(c->run, gw_reason());
    } else if (type == GW_MSG_REFUSE) {
        fail(c->run, ((const Gw__Refuse *)message)->reason);
    } else if (type == GW_MSG_SUBSCRIBED && ++c->run->subscribed == c->run->settings->consumers) {
        if (c->run->settings->live) {
            printf("listening\n"); // whoever publishes may begin
            fflush(stdout);
        }
    } else if (type == GW_MSG_DELIVER && c->got < c->run->settings->events) {
        on_deliver(c, (const Gw__Deliver *)message);
    }
}

static int subscribe(struct consumer *c, struct run *run)
{
    const struct settings *s = run->settings;
    struct gw_socket_options options = {.kind = GW_SOCKET_DEALER,
                                        .connect = s->connect,
                                        .key = *s->key.name ? &s->key : NULL,
                                        .on_message = on_message,
                                        .arg = c};
    Gw__Subscribe subscribe = GW__SUBSCRIBE__INIT;
    c->run = run;
    int rc = gw_socket_new(&run->loop, &options, &c->socket);
    if (rc != GW_OK)
        return rc;
    subscribe.version_min = GW_WIRE_VERSION_MIN;
    subscribe.version_max = GW_WIRE_VERSION;
    subscribe.stream = GW__STREAM__STREAM_POLICY;
    subscribe.from = s->live ? 0 : 1;
    subscribe.credit = s->credit;
    subscribe.filter = (char *)s->filter;
    return gw_socket_send(c->socket, NULL, GW_MSG_SUBSCRIBE, &subscribe);
}

static void on_patience(uv_timer_t *timer)
{
    fail(timer->data, "given up: not all events came");
}

static int open_run(struct run *run)
{
    const struct settings *s = run->settings;
    uv_loop_init(&run->loop);
    uv_timer_init(&run->loop, &run->patience);
    run->patience.data = run;
    uv_timer_start(&run->patience, on_patience, PATIENCE_MS, 0);
    run->consumers = calloc(s->consumers, sizeof *run->consumers);
    gw_assert(run->consumers);
    run->began_ms = bench_now_ms();
    for (uint64_t i = 0; i < s->consumers; i++) {
        int rc = subscribe(&run->consumers[i], run);
        if (rc != GW_OK)
            return rc;
    }
    return GW_OK;
}

static void tell(struct run *run)
{
    uint64_t events = 0, bytes = 0;
    for (uint64_t i = 0; i < run->settings->consumers; i++) {
        events += run->consumers[i].got;
        bytes += run->consumers[i].bytes;
    }
    double took_s = (run->ended_ms - run->began_ms) / 1e3;
    printf("events_per_s=%.0f mb_per_s=%.1f p50_ms=%.2f p99_ms=%.2f worst_ms=%.2f\n", (double)events / took_s,
           (double)bytes / took_s / 1e6, bench_waits_at(&run->delays, 0.5), bench_waits_at(&run->delays, 0.99),
           bench_waits_at(&run->delays, 1));
}

static void close_run(struct run *run)
{
    for (uint64_t i = 0; i < run->settings->consumers; i++)
        gw_socket_free(run->consumers[i].socket);
    uv_close((uv_handle_t *)&run->patience, NULL);
    uv_run(&run->loop, UV_RUN_DEFAULT);
    uv_loop_close(&run->loop);
    gw_socket_shutdown();
    bench_waits_fini(&run->delays);
    free(run->consumers);
}

static bool parse(int argc, char **argv, struct settings *s)
{
    enum { CONNECT = 1, KEY, EVENTS, CONSUMERS, CREDIT, LIVE, FILTER };
    static const struct option options[] = {
        {"connect", required_argument, NULL, CONNECT}, {"key", required_argument, NULL, KEY},
        {"events", required_argument, NULL, EVENTS},   {"consumers", required_argument, NULL, CONSUMERS},
        {"credit", required_argument, NULL, CREDIT},   {"live", no_argument, NULL, LIVE},
        {"filter", required_argument, NULL, FILTER},   {0},
    };
    uint64_t *numbers[] = {[EVENTS] = &s->events, [CONSUMERS] = &s->consumers, [CREDIT] = &s->credit};
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == CONNECT)
            s->connect = optarg;
        else if (c == FILTER)
            s->filter = optarg;
        else if (c == LIVE)
            s->live = true;
        else if (c == KEY && gw_key_load_client(optarg, &s->key) == GW_OK)
            continue;
        else if (c == '?' || c == KEY || !gw_parse_u64(gw_span_of(optarg), 100000000, numbers[c]))
            return false;
    }
    return optind == argc && s->connect && s->events && s->consumers && s->consumers <= 1000 && s->credit >= 4;
}

int main(int argc, char **argv)
{
    struct settings s = {.consumers = 1, .credit = 4096, .filter = ""};
    struct run run = {.settings = &s};
    if (!parse(argc, argv, &s)) {
        fprintf(stderr,
                "usage: bench_stream --connect ENDPOINT [--key FILE] --events N [--consumers C] [--credit W] [--live] "
                "[--filter Q]\n");
        return 2;
    }
    if (open_run(&run) == GW_OK)
        uv_run(&run.loop, UV_RUN_DEFAULT);
    else
        fail(&run, gw_reason());
    if (!run.failed)
        tell(&run);
    close_run(&run);
    return run.failed;
}
