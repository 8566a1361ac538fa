// SPDX-License-Identifier: Apache-2.0
#include "broker_talk.h"

#include "base/clock.h"
#include "base/str.h"
#include "cli.h"
#include "wire/endpoints.h"
#include "wire/socket.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    ANSWER_MS = 3000,
    TICK_MS = 250,
    PING_MS = 1000,
    SILENT_HEARTBEATS = 3,
    CREDIT = 1000,
    CACK_EVENTS = 100,
    ARENA_BYTES = 64 * 1024 * 1024,
};

// Somebody listens at this "ipc://PATH". (ZeroMQ would try for ever without a word.)
static bool is_listening(const char *endpoint)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path = endpoint + strlen("ipc://");
    if (strlen(path) >= sizeof address.sun_path)
        return false;
    memcpy(address.sun_path, path, strlen(path));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    bool listening = fd >= 0 && (connect(fd, (struct sockaddr *)&address, sizeof address) == 0 || errno == EAGAIN);
    if (fd >= 0)
        close(fd);
    return listening;
}

// ---- status

struct asking {
    uv_loop_t loop;
    uv_timer_t timeout;
    struct gw_socket *socket;
    struct gw_arena **arena;
    const Gw__Status *status;
    int rc;
};

static void end_asking(struct asking *a)
{
    a->socket = gw_socket_free(a->socket);
    uv_close((uv_handle_t *)&a->timeout, NULL);
}

static void on_answer(struct gw_socket *socket, const struct gw_peer *peer, int rc, enum gw_msg type,
                      const ProtobufCMessage *message, void *arg)
{
    (void)peer;
    struct asking *a = arg;
    a->rc = rc;
    if (rc == GW_OK && type == GW_MSG_STATUS) {
        a->status = (const Gw__Status *)message;
        gw_arena_free(*a->arena);
        *a->arena = gw_socket_take_arena(socket);
    } else if (rc == GW_OK) {
        a->rc = gw_fail(GW_EPROTO, "the broker answered STATUS_REQ with %s", gw_msg_name(type));
    }
    end_asking(a);
}

static void on_timeout(uv_timer_t *timer)
{
    struct asking *a = timer->data;
    a->rc = gw_fail(GW_EAGAIN, "the broker does not answer");
    end_asking(a);
}

static int ask(const char *endpoint, struct gw_arena **arena, const Gw__Status **ret_status)
{
    struct asking a = {.arena = arena};
    struct gw_socket_options options = {
        .kind = GW_SOCKET_DEALER, .connect = endpoint, .arena_bytes = ARENA_BYTES, .on_message = on_answer, .arg = &a};
    Gw__StatusReq req = GW__STATUS_REQ__INIT;
    gw_assert(uv_loop_init(&a.loop) == 0);
    uv_timer_init(&a.loop, &a.timeout);
    a.timeout.data = &a;
    req.sources = true;
    a.rc = gw_socket_new(&a.loop, &options, &a.socket);
    if (a.rc == GW_OK)
        a.rc = gw_socket_send(a.socket, NULL, GW_MSG_STATUS_REQ, &req);
    if (a.rc == GW_OK)
        uv_timer_start(&a.timeout, on_timeout, ANSWER_MS, 0);
    else
        end_asking(&a);
    uv_run(&a.loop, UV_RUN_DEFAULT);
    uv_loop_close(&a.loop);
    gw_socket_shutdown();
    *ret_status = a.status;
    return a.rc;
}

int gw_broker_ask_status(const char *dir, struct gw_arena **arena, const Gw__Status **ret_status)
{
    char endpoint[GW_ENDPOINT_BYTES];
    int rc = gw_endpoint(dir, GW_ENDPOINT_CONSUMERS, endpoint);
    if (rc != GW_OK)
        return rc;
    if (!is_listening(endpoint))
        return gw_fail(GW_ENOTFOUND, "no broker runs in %s", dir);
    return ask(endpoint, arena, ret_status);
}

// ---- following

struct following {
    const struct gw_follow *what;
    char endpoint[GW_ENDPOINT_BYTES];
    uv_loop_t loop;
    uv_timer_t tick;
    uv_signal_t signals[2];
    struct gw_socket *socket;
    struct gw_arena *arena;
    bool subscribed, waiting, over;
    int64_t heard_ms, pinged_ms, again_ms, silence_ms;
    uint64_t next; // 0: from now, until the broker said what that is
    uint64_t cacked;
    int rc;
};

static void stop(struct following *f, int rc)
{
    if (f->over)
        return;
    f->over = true;
    f->rc = rc;
    f->socket = gw_socket_free(f->socket);
    uv_close((uv_handle_t *)&f->tick, NULL);
    for (size_t i = 0; i < GW_COUNT(f->signals); i++)
        uv_close((uv_handle_t *)&f->signals[i], NULL);
}

static void hang_up(struct following *f, uint32_t wait_ms)
{
    f->socket = gw_socket_free(f->socket);
    f->subscribed = false;
    f->again_ms = gw_clock_boot_ms() + wait_ms;
}

static void say(struct following *f, enum gw_msg type, const void *message)
{
    if (f->socket && gw_socket_send(f->socket, NULL, type, message) != GW_OK)
        hang_up(f, TICK_MS);
}

static void acknowledge(struct following *f)
{
    Gw__Cack cack = GW__CACK__INIT;
    if (f->next <= f->cacked + 1)
        return;
    cack.seq = f->cacked = f->next - 1;
    say(f, GW_MSG_CACK, &cack);
}

static void on_deliver(struct following *f, const Gw__Deliver *deliver)
{
    ProtobufCMessage *event;
    gw_arena_reset(f->arena);
    int rc = gw_message_unpack(&gw__event__descriptor, deliver->event.data, deliver->event.len, f->arena, &event);
    if (rc == GW_OK)
        rc = f->what->event(f->what->arg, deliver->seq, (const Gw__Event *)event);
    if (rc != GW_OK) {
        stop(f, rc);
        return;
    }
    f->next = deliver->seq + 1;
    if (f->next > f->cacked + CACK_EVENTS)
        acknowledge(f);
}

static void on_refuse(struct following *f, const Gw__Refuse *refuse)
{
    if (refuse->code == GW__REFUSE_CODE__REFUSE_BUSY || refuse->code == GW__REFUSE_CODE__REFUSE_STOPPING)
        hang_up(f, f->subscribed ? TICK_MS : refuse->retry_ms); // subscribed: a new broker that does not know us
    else
        stop(f, gw_fail(GW_EPROTO, "the broker refused: %s", refuse->reason));
}

static void on_message(struct gw_socket *socket, const struct gw_peer *peer, int rc, enum gw_msg type,
                       const ProtobufCMessage *message, void *arg)
{
    (void)peer;
    struct following *f = arg;
    if (socket != f->socket)
        return;
    f->heard_ms = gw_clock_boot_ms();
    if (rc != GW_OK) {
        stop(f, rc);
        return;
    }
    switch (type) {
    case GW_MSG_SUBSCRIBED: {
        const Gw__Subscribed *subscribed = (const Gw__Subscribed *)message;
        f->subscribed = true;
        f->silence_ms = SILENT_HEARTBEATS * (int64_t)subscribed->heartbeat_ms;
        f->next = subscribed->from;
        f->cacked = subscribed->from - 1;
        break;
    }
    case GW_MSG_DELIVER:
        on_deliver(f, (const Gw__Deliver *)message);
        break;
    case GW_MSG_MARK:
        if (((const Gw__Mark *)message)->seq >= f->next)
            f->next = ((const Gw__Mark *)message)->seq + 1;
        break;
    case GW_MSG_GAP:
        gw_cli_error(0, "events %" PRIu64 " to %" PRIu64 ": %s", ((const Gw__Gap *)message)->from,
                     ((const Gw__Gap *)message)->to, ((const Gw__Gap *)message)->reason);
        break;
    case GW_MSG_REFUSE:
        on_refuse(f, (const Gw__Refuse *)message);
        break;
    default:
        break; // CAUGHT_UP, PONG
    }
}

static void connect_to(struct following *f, int64_t now_ms)
{
    if (!is_listening(f->endpoint)) {
        if (!f->waiting)
            gw_cli_error(0, "no broker runs in %s, waiting for one", f->what->dir);
        f->waiting = true;
        f->again_ms = now_ms + TICK_MS;
        return;
    }
    struct gw_socket_options options = {.kind = GW_SOCKET_DEALER,
                                        .connect = f->endpoint,
                                        .arena_bytes = ARENA_BYTES,
                                        .on_message = on_message,
                                        .arg = f};
    int rc = gw_socket_new(&f->loop, &options, &f->socket);
    if (rc != GW_OK) {
        f->socket = NULL;
        stop(f, rc);
        return;
    }
    Gw__Subscribe subscribe = GW__SUBSCRIBE__INIT;
    subscribe.version_min = GW_WIRE_VERSION_MIN;
    subscribe.version_max = GW_WIRE_VERSION;
    subscribe.stream = f->what->stream;
    subscribe.from = f->next;
    subscribe.filter = (char *)f->what->query;
    subscribe.credit = CREDIT;
    subscribe.program = "govwire";
    f->waiting = false;
    f->heard_ms = f->pinged_ms = now_ms;
    f->silence_ms = ANSWER_MS;
    say(f, GW_MSG_SUBSCRIBE, &subscribe);
}

static void on_tick(uv_timer_t *timer)
{
    struct following *f = timer->data;
    int64_t now_ms = gw_clock_boot_ms();
    if (!f->socket) {
        if (now_ms >= f->again_ms)
            connect_to(f, now_ms);
        return;
    }
    if (now_ms - f->heard_ms > f->silence_ms) {
        hang_up(f, 0);
        return;
    }
    if (!f->subscribed)
        return;
    acknowledge(f);
    if (now_ms - f->pinged_ms >= PING_MS) { // a new broker behind the same address refuses it, and we subscribe anew
        Gw__Ping ping = GW__PING__INIT;
        ping.nonce = (uint64_t)now_ms;
        f->pinged_ms = now_ms;
        say(f, GW_MSG_PING, &ping);
    }
}

static void on_signal(uv_signal_t *handle, int number)
{
    (void)number;
    stop(handle->data, GW_OK);
}

int gw_broker_follow(const struct gw_follow *follow)
{
    static const int numbers[] = {SIGINT, SIGTERM};
    struct following f = {.what = follow, .next = follow->from};
    int rc = gw_endpoint(follow->dir, GW_ENDPOINT_CONSUMERS, f.endpoint);
    if (rc != GW_OK)
        return rc;
    f.arena = gw_arena_new(ARENA_BYTES);
    gw_assert(uv_loop_init(&f.loop) == 0);
    uv_timer_init(&f.loop, &f.tick);
    f.tick.data = &f;
    uv_timer_start(&f.tick, on_tick, 0, TICK_MS);
    for (size_t i = 0; i < GW_COUNT(numbers); i++) {
        uv_signal_init(&f.loop, &f.signals[i]);
        f.signals[i].data = &f;
        uv_signal_start(&f.signals[i], on_signal, numbers[i]);
    }
    uv_run(&f.loop, UV_RUN_DEFAULT);
    uv_loop_close(&f.loop);
    gw_socket_shutdown();
    gw_arena_free(f.arena);
    return f.rc;
}
