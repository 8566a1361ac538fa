// SPDX-License-Identifier: Apache-2.0
#include "broker_talk.h"

#include "base/clock.h"
#include "cli.h"
#include "client/govwire.h"
#include "wire/endpoints.h"
#include "wire/socket.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    ANSWER_MS = 3000,
    WAIT_MS = 8000,    // for a broker's first word, when it is not waited for
    TROUBLE_MS = 2000, // when it is known why it does not come
    TURN_MS = 200,
    ADDRESS_BYTES = 256,
};
enum { ARENA_BYTES = 64 * 1024 * 1024 };

// ---- where it is

int gw_broker_at_check(const struct gw_broker_at *at, const char *command)
{
    if (!at->dir && !at->broker)
        return gw_cli_usage(command, "--dir is missing (or --broker and --key)");
    if (at->dir && at->broker)
        return gw_cli_usage(command, "--dir and --broker exclude each other");
    if (at->key_file && !at->broker)
        return gw_cli_usage(command, "--key goes with --broker");
    return -1;
}

static int find(const struct gw_broker_at *at, char ret_endpoint[ADDRESS_BYTES])
{
    char own[GW_ENDPOINT_BYTES];
    if (at->broker)
        return gw_endpoint_for_consumers(at->broker, ret_endpoint, ADDRESS_BYTES);
    int rc = gw_endpoint(at->dir, GW_ENDPOINT_CONSUMERS, own);
    if (rc == GW_OK)
        snprintf(ret_endpoint, ADDRESS_BYTES, "%s", own);
    return rc;
}

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
    const char *address;
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
        *a->arena = gw_socket_take_arena(socket, NULL);
    } else if (rc == GW_OK && type == GW_MSG_REFUSE) {
        const Gw__Refuse *refuse = (const Gw__Refuse *)message;
        bool denied = refuse->code == GW__REFUSE_CODE__REFUSE_NOT_ALLOWED;
        a->rc = gw_fail(denied ? GW_EDENIED : GW_EPROTO, "the broker refused: %s", refuse->reason);
    } else if (rc == GW_OK) {
        a->rc = gw_fail(GW_EPROTO, "the broker answered STATUS_REQ with %s", gw_msg_name(type));
    }
    end_asking(a);
}

static void on_timeout(uv_timer_t *timer)
{
    struct asking *a = timer->data;
    enum gw_trouble trouble = gw_socket_trouble(a->socket);
    a->rc = gw_fail(trouble == GW_TROUBLE_KEY ? GW_EDENIED : GW_EAGAIN, "%s: %s", a->address,
                    trouble ? gw_trouble_text(trouble) : "the broker does not answer");
    end_asking(a);
}

static int ask(const char *endpoint, const struct gw_key *key, struct gw_arena **arena, const Gw__Status **ret_status)
{
    struct asking a = {.arena = arena, .address = endpoint};
    struct gw_socket_options options = {.kind = GW_SOCKET_DEALER,
                                        .connect = endpoint,
                                        .key = key,
                                        .watch = true,
                                        .arena_bytes = ARENA_BYTES,
                                        .on_message = on_answer,
                                        .arg = &a};
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

int gw_broker_ask_status(const struct gw_broker_at *at, struct gw_arena **arena, const Gw__Status **ret_status)
{
    char endpoint[ADDRESS_BYTES];
    struct gw_key key;
    bool has_key = at->key_file && !gw_endpoint_is_ipc(at->broker);
    int rc = find(at, endpoint);
    if (rc == GW_OK && has_key)
        rc = gw_key_load_client(at->key_file, &key);
    if (rc != GW_OK)
        return rc;
    if (at->dir && !is_listening(endpoint))
        return gw_fail(GW_ENOTFOUND, "no broker runs in %s", at->dir);
    rc = ask(endpoint, has_key ? &key : NULL, arena, ret_status);
    if (has_key)
        gw_key_wipe(&key);
    return rc;
}

// ---- reading

static volatile sig_atomic_t ended; // by SIGINT or SIGTERM

static void on_signal(int number)
{
    (void)number;
    ended = 1;
}

static int failed(int code)
{
    static const enum gw_rc codes[] = {[-GOVWIRE_EARGUMENT] = GW_EINVAL,
                                       [-GOVWIRE_EDENIED] = GW_EDENIED,
                                       [-GOVWIRE_ECURSOR] = GW_EPROTO,
                                       [-GOVWIRE_EPROTOCOL] = GW_EPROTO,
                                       [-GOVWIRE_ESYSTEM] = GW_EIO};
    bool said = code == GOVWIRE_ECURSOR || code == GOVWIRE_EPROTOCOL;
    return gw_fail(codes[-code], "%s%s", said ? "the broker refused: " : "", govwire_error());
}

struct reading {
    const struct gw_broker_read *what;
    struct govwire *from;
    int64_t give_up_ms; // 0: never
    bool complained;
    uint64_t last;
};

// Nothing came: say why, once, or give up.
static int wait_on(struct reading *r)
{
    const char *trouble = govwire_trouble(r->from);
    int64_t left_ms = r->give_up_ms - gw_clock_boot_ms();
    if (r->give_up_ms && left_ms <= (*trouble ? WAIT_MS - TROUBLE_MS : 0))
        return gw_fail(GW_EAGAIN, "the broker: %s", *trouble ? trouble : "does not answer");
    if (!r->complained && *trouble && r->what->follow) {
        if (r->what->at.dir)
            gw_cli_error(0, "no broker runs in %s, waiting for one", r->what->at.dir);
        else
            gw_cli_error(0, "%s: %s, trying again", r->what->at.broker, trouble);
    }
    r->complained = *trouble;
    return GW_OK;
}

// False: that was all.
static bool take(struct reading *r, const struct govwire_item *item)
{
    const struct gw_broker_read *what = r->what;
    r->give_up_ms = 0;
    r->complained = false;
    r->last = govwire_last(r->from);
    if (what->to && item->seq > what->to && item->kind == GOVWIRE_EVENT)
        return false;
    if (item->kind == GOVWIRE_GAP)
        gw_cli_error(0, "events %" PRIu64 " to %" PRIu64 ": removed by retention", item->from, item->seq);
    if (item->kind == GOVWIRE_EVENT &&
        !what->event(what->arg, item->seq, (struct gw_span){item->event, item->event_bytes}))
        return false;
    govwire_done(r->from, item->seq);
    bool end = (what->to && item->seq >= what->to) || (item->kind == GOVWIRE_CAUGHT_UP && !what->follow);
    return !end;
}

int gw_broker_read(const struct gw_broker_read *read, uint64_t *ret_last)
{
    char endpoint[ADDRESS_BYTES];
    struct sigaction act = {.sa_handler = on_signal};
    struct reading r = {.what = read, .give_up_ms = read->follow ? 0 : gw_clock_boot_ms() + WAIT_MS};
    int rc = read->at.dir ? find(&read->at, endpoint) : GW_OK;
    if (rc != GW_OK)
        return rc;
    struct govwire_options options = {.broker = read->at.dir ? endpoint : read->at.broker,
                                      .key_file = read->at.key_file,
                                      .stream = (enum govwire_stream)read->stream,
                                      .filter = read->query,
                                      .from = read->from,
                                      .program = "govwire"};
    int got = govwire_open(&options, &r.from);
    if (got < 0)
        return failed(got);
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
    struct govwire_item item;
    bool more = true;
    while (more && rc == GW_OK && !ended && (got = govwire_next(r.from, TURN_MS, &item)) >= 0) {
        if (got > 0)
            more = take(&r, &item);
        else
            rc = wait_on(&r);
    }
    if (got < 0)
        rc = failed(got);
    govwire_close(r.from);
    if (ret_last && rc == GW_OK)
        *ret_last = r.last;
    return rc;
}
