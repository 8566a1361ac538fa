// SPDX-License-Identifier: Apache-2.0
#include "broker_talk.h"

#include "base/clock.h"
#include "cli.h"
#include "client/govwire.h"
#include "wire/answer.h"
#include "wire/endpoints.h"
#include "wire/socket.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
    ANSWER_MS = 3000,
    ERRAND_MS = 10000, // agents have half of it
    BUSY_MS = 200,
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

// ---- one question, and its answers

struct asking {
    uv_loop_t loop;
    uv_timer_t timeout;
    struct gw_socket *socket;
    const char *address;
    enum gw_msg type, expected;
    const void *question;
    // One of the expected. True: there is more to come. What it gets lives until it returns, or in the socket's arena.
    bool (*take)(struct asking *asking, struct gw_socket *socket, const ProtobufCMessage *message);
    void *arg;
    bool busy; // the broker was, and may not be the next time
    int rc;
};

static void end_asking(struct asking *a)
{
    a->socket = gw_socket_free(a->socket);
    uv_close((uv_handle_t *)&a->timeout, NULL);
}

static int refused(struct asking *a, const Gw__Refuse *refuse)
{
    a->busy = refuse->code == GW__REFUSE_CODE__REFUSE_BUSY;
    if (a->busy)
        return gw_fail(GW_EAGAIN, "the broker refused: %s", refuse->reason);
    // A broker of before ASK and ORDER cannot read them.
    bool unknown = refuse->code == GW__REFUSE_CODE__REFUSE_BAD_FRAME && a->expected == GW_MSG_ANSWER;
    if (refuse->code == GW__REFUSE_CODE__REFUSE_NOT_ALLOWED)
        return gw_fail(GW_EDENIED, "the broker refused: %s", refuse->reason);
    return gw_fail(GW_EPROTO, "the broker refused: %s%s", refuse->reason,
                   unknown ? "; perhaps it is of an earlier version, which does not know this command" : "");
}

static void on_answer(struct gw_socket *socket, const struct gw_peer *peer, int rc, enum gw_msg type,
                      const ProtobufCMessage *message, void *arg)
{
    (void)peer;
    struct asking *a = arg;
    bool more = false;
    a->rc = rc;
    if (rc == GW_OK && type == a->expected)
        more = a->take(a, socket, message);
    else if (rc == GW_OK && type == GW_MSG_REFUSE)
        a->rc = refused(a, (const Gw__Refuse *)message);
    else if (rc == GW_OK)
        a->rc = gw_fail(GW_EPROTO, "the broker answered %s with %s", gw_msg_name(a->type), gw_msg_name(type));
    if (more)
        uv_timer_again(&a->timeout);
    else
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

static int ask(struct asking *a, const struct gw_key *key, uint64_t patience_ms)
{
    struct gw_socket_options options = {.kind = GW_SOCKET_DEALER,
                                        .connect = a->address,
                                        .key = key,
                                        .watch = true,
                                        .arena_bytes = ARENA_BYTES,
                                        .on_message = on_answer,
                                        .arg = a};
    gw_assert(uv_loop_init(&a->loop) == 0);
    uv_timer_init(&a->loop, &a->timeout);
    a->timeout.data = a;
    a->rc = gw_socket_new(&a->loop, &options, &a->socket);
    if (a->rc == GW_OK)
        a->rc = gw_socket_send(a->socket, NULL, a->type, a->question);
    if (a->rc == GW_OK)
        uv_timer_start(&a->timeout, on_timeout, patience_ms, patience_ms);
    else
        end_asking(a);
    uv_run(&a->loop, UV_RUN_DEFAULT);
    uv_loop_close(&a->loop);
    gw_socket_shutdown();
    return a->rc;
}

// `absent`: when no broker runs in that directory.
static int ask_at(const struct gw_broker_at *at, struct asking *a, uint64_t patience_ms, enum gw_rc absent)
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
        return gw_fail(absent, "no broker runs in %s", at->dir);
    a->address = endpoint;
    rc = ask(a, has_key ? &key : NULL, patience_ms);
    if (has_key)
        gw_key_wipe(&key);
    return rc;
}

// ---- status

struct status_asked {
    struct gw_arena **arena;
    Gw__Status *status;
    size_t room; // of its sources
};

// A further page: its sources join the others.
static int add_page(struct status_asked *asked, const Gw__Status *page)
{
    Gw__Status *status = asked->status;
    struct gw_buf packed = GW_BUF(GW_FRAME_MAX);
    ProtobufCMessage *copy = NULL;
    size_t count = status->n_sources + page->n_sources;
    int rc = gw_message_pack(&packed, page);
    if (rc == GW_OK)
        rc = gw_message_unpack(&gw__status__descriptor, packed.data, packed.bytes, *asked->arena, &copy);
    gw_buf_fini(&packed);
    if (rc == GW_OK && count > asked->room) {
        Gw__SourceReport **sources = gw_arena_alloc(*asked->arena, 2 * count * sizeof *sources);
        if (!sources)
            return gw_fail(GW_ELIMIT, "the status has too many sources");
        memcpy(sources, status->sources, status->n_sources * sizeof *sources);
        status->sources = sources;
        asked->room = 2 * count;
    }
    for (size_t i = 0; rc == GW_OK && i < page->n_sources; i++)
        status->sources[status->n_sources++] = ((Gw__Status *)copy)->sources[i];
    return rc;
}

static bool take_status(struct asking *a, struct gw_socket *socket, const ProtobufCMessage *message)
{
    struct status_asked *asked = a->arg;
    bool more = ((const Gw__Status *)message)->more;
    if (asked->status) {
        a->rc = add_page(asked, (const Gw__Status *)message);
        return more && a->rc == GW_OK;
    }
    asked->status = (Gw__Status *)message;
    asked->room = asked->status->n_sources;
    gw_arena_free(*asked->arena);
    *asked->arena = gw_socket_take_arena(socket, NULL);
    return more;
}

int gw_broker_ask_status(const struct gw_broker_at *at, struct gw_arena **arena, const Gw__Status **ret_status)
{
    struct status_asked asked = {.arena = arena};
    Gw__StatusReq req = GW__STATUS_REQ__INIT;
    req.sources = req.pages = true;
    struct asking a = {
        .type = GW_MSG_STATUS_REQ, .expected = GW_MSG_STATUS, .question = &req, .take = take_status, .arg = &asked};
    int rc = ask_at(at, &a, ANSWER_MS, GW_ENOTFOUND);
    *ret_status = asked.status;
    return rc;
}

// ---- errands

struct errand_asked {
    gw_broker_part_fn *part;
    void *arg;
    char *remark;
    size_t remark_bytes;
};

static bool take_part(struct asking *a, struct gw_socket *socket, const ProtobufCMessage *message)
{
    (void)socket;
    const struct errand_asked *asked = a->arg;
    const Gw__Answer *answer = (const Gw__Answer *)message;
    if (answer->last) {
        a->rc = gw_answer_rc(answer);
        snprintf(asked->remark, asked->remark_bytes, "%s", answer->reason);
        return false;
    }
    struct gw_span part = {(const char *)answer->part.data, answer->part.len};
    a->rc = asked->part ? asked->part(asked->arg, answer->seq, part) : GW_OK;
    return a->rc == GW_OK;
}

int gw_broker_errand(const struct gw_broker_at *at, Gw__Errand errand, const char *subject, gw_broker_part_fn *part,
                     void *arg, char ret_remark[GW_REMARK_BYTES])
{
    char remark[GW_REMARK_BYTES];
    struct errand_asked asked = {part, arg, ret_remark ? ret_remark : remark, GW_REMARK_BYTES};
    Gw__Ask ask = GW__ASK__INIT;
    Gw__Order order = GW__ORDER__INIT;
    ask.errand = order.errand = errand;
    ask.subject = order.subject = (char *)subject;
    bool ordered = errand >= GW__ERRAND__ERRAND_POLL;
    struct asking a = {.type = ordered ? GW_MSG_ORDER : GW_MSG_ASK,
                       .expected = GW_MSG_ANSWER,
                       .question = ordered ? (const void *)&order : (const void *)&ask,
                       .take = take_part,
                       .arg = &asked};
    static const struct timespec pause = {.tv_nsec = BUSY_MS * 1000000L};
    int64_t give_up_ms = gw_clock_boot_ms() + ERRAND_MS;
    int rc;
    while ((rc = ask_at(at, &a, ERRAND_MS, GW_EAGAIN)) == GW_EAGAIN && a.busy && gw_clock_boot_ms() < give_up_ms) {
        nanosleep(&pause, NULL);
        a.busy = false;
    }
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
