// SPDX-License-Identifier: Apache-2.0
// Consumers: how fast the log is replayed, and how long after its storing an event is in a consumer's hands.
//
//   bench_stream --connect ENDPOINT [--key FILE] --events N [--consumers C] [--credit W] [--live] [--filter Q]
//
// A % in Q becomes the consumer's number, so that no two ask for the same.
//
// Replay: each of C consumers reads N events from the first. --live: from now, until each had N more; the delay counts
// from the event's stored_ms, which the broker writes before the commit and in whole milliseconds cut off, so that what
// is printed is too long by the commit's own time and by half a millisecond.
#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "figures.h"
#include "wire/frame.h"
#include "wire/keys.h"
#include "wire/zmq_context.h"

#include "schema/stream.pb-c.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uv.h>
#include <zmq.h>

enum { PATIENCE_MS = 60000, ARENA_BYTES = 4 * 1024 * 1024, HIGH_WATER = 10000 };

struct settings {
    const char *connect, *filter;
    struct gw_key key; // without a name: none
    uint64_t events, consumers, credit;
    bool live;
};

// A socket of its own each, without the turns that gw_socket takes in its loop: a hundred of them in one program would
// cost each other more than a hundred programs do.
struct consumer {
    struct run *run;
    void *socket;
    uv_poll_t poll;
    uint64_t got, bytes;
};

struct run {
    const struct settings *settings;
    uv_loop_t loop;
    uv_timer_t patience;
    struct consumer *consumers;
    struct gw_arena *arena; // of one message at a time
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

static int say(struct consumer *c, enum gw_msg type, const void *message)
{
    struct gw_buf frame = GW_BUF(GW_FRAME_MAX);
    int rc = gw_frame_pack(&frame, type, message);
    if (rc == GW_OK && zmq_send(c->socket, frame.data, frame.bytes, ZMQ_DONTWAIT) < 0)
        rc = gw_fail(GW_EIO, "sending: %s", zmq_strerror(zmq_errno()));
    gw_buf_fini(&frame);
    return rc;
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
        if (say(c, GW_MSG_CACK, &cack) != GW_OK)
            fail(run, gw_reason());
    }
    if (c->got == s->events && ++run->finished == s->consumers) {
        run->ended_ms = bench_now_ms();
        uv_stop(&run->loop);
    }
}

static void on_frame(struct consumer *c, const void *bytes, size_t n)
{
    enum gw_msg type;
    ProtobufCMessage *message;
    gw_arena_reset(c->run->arena);
    if (gw_frame_unpack(bytes, n, c->run->arena, &type, &message) != GW_OK) {
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

// Until nothing is left: ZeroMQ's descriptor tells of what comes after a look that found nothing.
static void on_readable(uv_poll_t *poll, int status, int events)
{
    struct consumer *c = poll->data;
    zmq_msg_t frame;
    (void)status, (void)events;
    zmq_msg_init(&frame);
    while (zmq_msg_recv(&frame, c->socket, ZMQ_DONTWAIT) >= 0)
        on_frame(c, zmq_msg_data(&frame), zmq_msg_size(&frame));
    zmq_msg_close(&frame);
}

static int open_socket(struct consumer *c, const struct settings *s)
{
    int none = 0, high_water = HIGH_WATER, fd;
    size_t bytes = sizeof fd;
    const struct gw_key *key = &s->key;
    c->socket = zmq_socket(gw_zmq_context(), ZMQ_DEALER);
    bool fine = c->socket && zmq_setsockopt(c->socket, ZMQ_LINGER, &none, sizeof none) == 0 &&
                zmq_setsockopt(c->socket, ZMQ_RCVHWM, &high_water, sizeof high_water) == 0;
    if (*key->name)
        fine = fine && zmq_setsockopt(c->socket, ZMQ_CURVE_SERVERKEY, key->broker_key, GW_KEY_TEXT_BYTES) == 0 &&
               zmq_setsockopt(c->socket, ZMQ_CURVE_PUBLICKEY, key->public_key, GW_KEY_TEXT_BYTES) == 0 &&
               zmq_setsockopt(c->socket, ZMQ_CURVE_SECRETKEY, key->secret_key, GW_KEY_TEXT_BYTES) == 0;
    fine = fine && zmq_connect(c->socket, s->connect) == 0 && zmq_getsockopt(c->socket, ZMQ_FD, &fd, &bytes) == 0;
    if (!fine)
        return gw_fail(GW_EIO, "%s: %s", s->connect, zmq_strerror(zmq_errno()));
    uv_poll_init(&c->run->loop, &c->poll, fd);
    c->poll.data = c;
    return uv_poll_start(&c->poll, UV_READABLE, on_readable) == 0 ? GW_OK : gw_fail(GW_EIO, "polling a socket");
}

static void filter_of(const struct consumer *c, struct gw_buf *out)
{
    for (const char *at = c->run->settings->filter; *at; at++)
        if (*at == '%')
            gw_buf_printf(out, "%d", (int)(c - c->run->consumers));
        else
            gw_buf_putc(out, *at);
}

static int subscribe(struct consumer *c, struct run *run)
{
    const struct settings *s = run->settings;
    Gw__Subscribe subscribe = GW__SUBSCRIBE__INIT;
    struct gw_buf filter = GW_BUF(8192);
    c->run = run;
    int rc = open_socket(c, s);
    if (rc != GW_OK)
        return rc;
    filter_of(c, &filter);
    subscribe.version_min = GW_WIRE_VERSION_MIN;
    subscribe.version_max = GW_WIRE_VERSION;
    subscribe.stream = GW__STREAM__STREAM_POLICY;
    subscribe.from = s->live ? 0 : 1;
    subscribe.credit = s->credit;
    subscribe.filter = (char *)gw_buf_str(&filter);
    rc = say(c, GW_MSG_SUBSCRIBE, &subscribe);
    gw_buf_fini(&filter);
    if (rc == GW_OK)
        on_readable(&c->poll, 0, UV_READABLE);
    return rc;
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
    run->arena = gw_arena_new(ARENA_BYTES);
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
        if (run->consumers[i].poll.data)
            uv_close((uv_handle_t *)&run->consumers[i].poll, NULL);
    uv_close((uv_handle_t *)&run->patience, NULL);
    uv_run(&run->loop, UV_RUN_DEFAULT);
    uv_loop_close(&run->loop);
    for (uint64_t i = 0; i < run->settings->consumers; i++)
        zmq_close(run->consumers[i].socket);
    zmq_ctx_term(gw_zmq_context());
    gw_arena_free(run->arena);
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
