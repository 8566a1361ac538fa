// SPDX-License-Identifier: Apache-2.0
#include "link.h"

#include "base/clock.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/log.h"
#include "wire/socket.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HELLO_WAIT_MS = 3000,
    BACKOFF_START_MS = 100,
    BACKOFF_MAX_MS = 5000,
    SILENT_HEARTBEATS = 3,
    STRIKES = 3, // sessions that one message may end
    HEARTBEAT_MIN_MS = 200,
    HEARTBEAT_MAX_MS = 60000,
    STORE_TEXT_BYTES = 256,
    ERRANDS_VERSION = 1, // of those in errands.c
};

struct gw_link {
    uv_loop_t *loop;
    struct gw_link_options o;
    struct gw_socket *socket;
    enum gw_link_state state;
    int64_t deadline_ms; // HELLO_SENT: for the answer; DOWN: when to try again
    int64_t heard_ms, pinged_ms;
    uint32_t heartbeat_ms, backoff_ms;
    uint64_t sent, resend_upto;
    uint64_t credit_messages, credit_bytes, flying_bytes;
    // A frame the broker cannot take ends the session without saying which it was. Then those that were on their way
    // go one at a time, until the culprit stands alone.
    uint64_t careful_upto, suspect;
    uint32_t strikes;
    char store_id[STORE_TEXT_BYTES / 2];
    uint64_t generation;
    char trouble[160];
};

// ---- the broker's store, remembered over restarts

static void load_store(struct gw_link *link)
{
    struct gw_buf text = GW_BUF(STORE_TEXT_BYTES);
    if (gw_fs_read(link->o.store_file, &text) == GW_OK &&
        sscanf(gw_buf_str(&text), "%" SCNu64 " %127s", &link->generation, link->store_id) != 2)
        link->store_id[0] = '\0';
    gw_buf_fini(&text);
}

// True: it is not the store we knew.
static bool note_store(struct gw_link *link, const Gw__Welcome *welcome)
{
    if (strcmp(link->store_id, welcome->store_id) == 0 && link->generation == welcome->generation)
        return false;
    bool known = link->store_id[0] != '\0';
    snprintf(link->store_id, sizeof link->store_id, "%s", welcome->store_id);
    link->generation = welcome->generation;
    char text[STORE_TEXT_BYTES];
    int n = snprintf(text, sizeof text, "%" PRIu64 " %s\n", link->generation, link->store_id);
    if (gw_fs_write(link->o.store_file, text, (size_t)n, 0600))
        gw_warn("link", "store", "%s, it will be noted at the next session", gw_reason());
    if (known)
        gw_warn("link", "store", "the broker has another store or generation, reading targets anew");
    return true;
}

// ---- life

struct gw_link *gw_link_new(uv_loop_t *loop, const struct gw_link_options *options)
{
    struct gw_link *link = calloc(1, sizeof *link);
    gw_assert(link);
    link->loop = loop;
    link->o = *options;
    load_store(link);
    return link;
}

struct gw_link *gw_link_free(struct gw_link *link)
{
    if (!link)
        return NULL;
    gw_socket_free(link->socket);
    free(link);
    return NULL;
}

GW_PRINTF(3, 4) static void go_down(struct gw_link *link, uint32_t wait_ms, const char *format, ...)
{
    bool was_up = link->state >= GW_LINK_RESEND;
    va_list args;
    va_start(args, format);
    vsnprintf(link->trouble, sizeof link->trouble, format, args);
    va_end(args);
    if (was_up || !link->backoff_ms)
        link->backoff_ms = BACKOFF_START_MS;
    else
        link->backoff_ms = link->backoff_ms * 2 < BACKOFF_MAX_MS ? link->backoff_ms * 2 : BACKOFF_MAX_MS;
    uint32_t random;
    gw_random(&random, sizeof random);
    uint32_t wait = link->backoff_ms / 2 + random % link->backoff_ms;
    wait = wait_ms > wait ? wait_ms : wait;
    link->socket = gw_socket_free(link->socket);
    link->state = GW_LINK_DOWN;
    link->deadline_ms = gw_clock_boot_ms() + wait;
    if (was_up)
        gw_warn("link", "down", "%s, trying again in %u ms", link->trouble, wait);
    else
        gw_debug("link", "down", "%s, trying again in %u ms", link->trouble, wait);
    if (was_up)
        link->o.ops->down(link->o.arg);
}

static bool say(struct gw_link *link, enum gw_msg type, const void *message)
{
    int rc = link->socket ? gw_socket_send(link->socket, NULL, type, message) : GW_EAGAIN;
    if (rc && link->socket)
        gw_debug("link", "send", "%s: %s", gw_msg_name(type), gw_reason());
    return rc == GW_OK;
}

// ---- sending what waits

static bool within_credit(const struct gw_link *link, uint64_t msgno)
{
    struct gw_outbox *outbox = link->o.outbox;
    uint64_t first = gw_outbox_first(outbox);
    bool flying = link->sent >= first;
    if (msgno > gw_outbox_synced(outbox) || msgno > link->credit_messages)
        return false;
    if (!flying) // one may always go, or a message larger than the credit would wait for ever
        return true;
    if (msgno <= link->careful_upto)
        return false;
    return link->flying_bytes + gw_outbox_record_bytes(outbox, msgno) <= link->credit_bytes;
}

static bool send_one(struct gw_link *link, uint64_t msgno, struct gw_buf *frame)
{
    gw_buf_reset(frame);
    int rc = gw_outbox_read(link->o.outbox, msgno, frame);
    if (rc == GW_OK)
        return gw_socket_send_frame(link->socket, NULL, frame->data, frame->bytes) == GW_OK;
    Gw__Tombstone tombstone = GW__TOMBSTONE__INIT;
    tombstone.msgno = msgno;
    tombstone.reason = (char *)(rc == GW_ENOTFOUND ? "acknowledged by an earlier state of the store" : gw_reason());
    return say(link, GW_MSG_TOMBSTONE, &tombstone);
}

void gw_link_pump(struct gw_link *link)
{
    if (link->state < GW_LINK_RESEND)
        return;
    struct gw_buf frame = GW_BUF(GW_FRAME_MAX);
    while (within_credit(link, link->sent + 1) && send_one(link, link->sent + 1, &frame)) {
        link->sent++;
        link->flying_bytes += gw_outbox_record_bytes(link->o.outbox, link->sent);
    }
    gw_buf_fini(&frame);
}

// ---- what the broker says

static void become_live(struct gw_link *link)
{
    if (link->state != GW_LINK_RESEND || gw_outbox_first(link->o.outbox) <= link->resend_upto)
        return;
    link->state = GW_LINK_LIVE;
    link->trouble[0] = '\0';
    gw_info("link", "live", "the broker at %s answers", link->o.endpoint);
    link->o.ops->live(link->o.arg);
}

static void acknowledge(struct gw_link *link, uint64_t msgno)
{
    struct gw_outbox *outbox = link->o.outbox;
    for (uint64_t m = gw_outbox_first(outbox); m <= msgno && m <= link->sent; m++)
        link->flying_bytes -= gw_outbox_record_bytes(outbox, m);
    if (gw_outbox_ack(outbox, msgno))
        gw_warn("link", "ack", "%s, deleting later", gw_reason());
    if (msgno >= link->suspect) {
        link->strikes = 0;
        link->suspect = 0;
    }
}

static void on_welcome(struct gw_link *link, const Gw__Welcome *welcome)
{
    struct gw_outbox *outbox = link->o.outbox;
    if (!gw_wire_version(welcome->version, welcome->version)) {
        go_down(link, 0, "it wants to speak version %u", welcome->version);
        return;
    }
    gw_socket_speak(link->socket, welcome->version);
    bool changed = note_store(link, welcome);
    link->heartbeat_ms = welcome->heartbeat_ms < HEARTBEAT_MIN_MS   ? HEARTBEAT_MIN_MS
                         : welcome->heartbeat_ms > HEARTBEAT_MAX_MS ? HEARTBEAT_MAX_MS
                                                                    : welcome->heartbeat_ms;
    link->credit_messages = welcome->credit_messages;
    link->credit_bytes = welcome->credit_bytes;
    link->flying_bytes = 0;
    link->sent = 0; // nothing is on its way in this session
    acknowledge(link, welcome->acked_msgno);
    // What the store lacks and we no longer have (it was restored) goes as tombstones; a store that never saw this
    // outbox takes any first number.
    link->sent = welcome->acked_msgno ? welcome->acked_msgno : gw_outbox_first(outbox) - 1;
    link->resend_upto = gw_outbox_next(outbox) - 1;
    link->state = GW_LINK_RESEND;
    link->backoff_ms = 0;
    link->o.ops->welcome(link->o.arg, changed);
    gw_link_pump(link);
    become_live(link);
}

static void on_ack(struct gw_link *link, uint64_t msgno)
{
    if (msgno > link->sent) {
        go_down(link, 0, "it acknowledged message %" PRIu64 ", which was never sent", msgno);
        return;
    }
    acknowledge(link, msgno);
    link->o.ops->acked(link->o.arg);
    become_live(link);
    gw_link_pump(link);
}

// The session ended over a frame: find out over which.
static void on_bad_frame(struct gw_link *link, const char *why)
{
    uint64_t first = gw_outbox_first(link->o.outbox);
    if (link->sent < first)
        return; // over something else we said
    if (link->sent > first || link->careful_upto < first) {
        link->careful_upto = link->sent;
        return;
    }
    link->strikes = link->suspect == first ? link->strikes + 1 : 1;
    link->suspect = first;
    if (link->strikes >= STRIKES)
        link->o.ops->poison(link->o.arg, first, why);
}

static void on_refuse(struct gw_link *link, const Gw__Refuse *refuse)
{
    char why[120];
    snprintf(why, sizeof why, "refused: %s", refuse->reason);
    if (refuse->code == GW__REFUSE_CODE__REFUSE_BAD_FRAME)
        on_bad_frame(link, why);
    if (refuse->code == GW__REFUSE_CODE__REFUSE_BEGIN_ANEW) {
        gw_warn("link", "anew", "%s, going on under a new name", refuse->reason);
        if (gw_outbox_rename(link->o.outbox))
            gw_error("link", "anew", "%s, trying again", gw_reason());
    }
    if (refuse->code == GW__REFUSE_CODE__REFUSE_VERSION || refuse->code == GW__REFUSE_CODE__REFUSE_NOT_ALLOWED)
        gw_error("link", "refused", "%s, asking again", refuse->reason);
    go_down(link, refuse->retry_ms, "%s", why);
}

static void on_message(struct gw_socket *socket, const struct gw_peer *peer, int rc, enum gw_msg type,
                       const ProtobufCMessage *message, void *arg)
{
    (void)peer;
    struct gw_link *link = arg;
    if (socket != link->socket)
        return;
    if (rc) {
        go_down(link, 0, "%s", gw_reason());
        return;
    }
    link->heard_ms = gw_clock_boot_ms();
    if (type == GW_MSG_REFUSE) {
        on_refuse(link, (const Gw__Refuse *)message);
        return;
    }
    if (link->state == GW_LINK_HELLO_SENT) {
        if (type == GW_MSG_WELCOME)
            on_welcome(link, (const Gw__Welcome *)message);
        else
            go_down(link, 0, "it answered HELLO with %s", gw_msg_name(type));
        return;
    }
    const struct gw_link_ops *ops = link->o.ops;
    void *to = link->o.arg;
    switch (type) {
    case GW_MSG_ACK:
        on_ack(link, ((const Gw__Ack *)message)->msgno);
        break;
    case GW_MSG_NACK:
        ops->nack(to, (const Gw__Nack *)message);
        break;
    case GW_MSG_CREDIT:
        link->credit_messages = ((const Gw__Credit *)message)->messages;
        link->credit_bytes = ((const Gw__Credit *)message)->bytes;
        gw_link_pump(link);
        break;
    case GW_MSG_SOURCE:
        ops->source(to, (const Gw__SourceDef *)message);
        break;
    case GW_MSG_GRANT:
        ops->grant(to, (const Gw__Grant *)message);
        break;
    case GW_MSG_TARGET:
        ops->target(to, (const Gw__TargetDef *)message);
        break;
    case GW_MSG_REVOKE:
        ops->revoke(to, ((const Gw__Revoke *)message)->held);
        break;
    case GW_MSG_TASK:
        ops->task(to, (const Gw__Task *)message);
        break;
    case GW_MSG_PONG:
        break;
    default:
        go_down(link, 0, "it said %s, which is not for agents", gw_msg_name(type));
    }
}

// ---- time

static void say_hello(struct gw_link *link, int64_t now_ms)
{
    struct gw_socket_options options = {.kind = GW_SOCKET_DEALER,
                                        .connect = link->o.endpoint,
                                        .key = link->o.key,
                                        .watch = true,
                                        .on_message = on_message,
                                        .arg = link};
    if (gw_socket_new(link->loop, &options, &link->socket)) {
        link->socket = NULL;
        go_down(link, 0, "%s", gw_reason());
        return;
    }
    Gw__Hello hello = GW__HELLO__INIT;
    hello.version_min = GW_WIRE_VERSION_MIN;
    hello.version_max = GW_WIRE_VERSION;
    hello.node = (char *)link->o.node;
    hello.incarnation.data = (uint8_t *)gw_outbox_incarnation(link->o.outbox);
    hello.incarnation.len = GW_INCARNATION_BYTES;
    hello.last_msgno = gw_outbox_next(link->o.outbox) - 1;
    hello.program = (char *)link->o.program;
    hello.store_id = link->store_id;
    hello.generation = link->generation;
    hello.errands = ERRANDS_VERSION;
    link->state = GW_LINK_HELLO_SENT;
    link->deadline_ms = now_ms + HELLO_WAIT_MS;
    if (!say(link, GW_MSG_HELLO, &hello))
        go_down(link, 0, "%s", gw_reason());
}

static void no_answer(struct gw_link *link)
{
    const char *trouble = gw_trouble_text(gw_socket_trouble(link->socket));
    bool new_trouble = *trouble && !strstr(link->trouble, trouble);
    go_down(link, 0, "nobody answers at %s%s%s", link->o.endpoint, *trouble ? ": " : "", trouble);
    if (new_trouble)
        gw_warn("link", "down", "%s, trying again", link->trouble);
}

void gw_link_tick(struct gw_link *link, int64_t now_ms)
{
    if (link->state == GW_LINK_DOWN) {
        if (now_ms >= link->deadline_ms)
            say_hello(link, now_ms);
        return;
    }
    if (link->state == GW_LINK_HELLO_SENT) {
        if (now_ms >= link->deadline_ms)
            no_answer(link);
        return;
    }
    if (now_ms - link->heard_ms > SILENT_HEARTBEATS * (int64_t)link->heartbeat_ms) {
        go_down(link, 0, "silent for %" PRId64 " ms", now_ms - link->heard_ms);
        return;
    }
    if (now_ms - link->pinged_ms >= link->heartbeat_ms) {
        Gw__Ping ping = GW__PING__INIT;
        ping.nonce = (uint64_t)now_ms;
        say(link, GW_MSG_PING, &ping);
        link->pinged_ms = now_ms;
    }
    gw_link_pump(link);
}

// ---- the rest of what we say

void gw_link_lease_req(struct gw_link *link, uint32_t capacity, char **hosts, size_t count)
{
    Gw__LeaseReq req = GW__LEASE_REQ__INIT;
    req.capacity = capacity;
    req.hosts = hosts;
    req.n_hosts = count;
    if (link->state == GW_LINK_LIVE)
        say(link, GW_MSG_LEASE_REQ, &req);
}

void gw_link_renew(struct gw_link *link, Gw__HostEpoch **held, size_t count)
{
    Gw__Renew renew = GW__RENEW__INIT;
    renew.held = held;
    renew.n_held = count;
    if (link->state == GW_LINK_LIVE)
        say(link, GW_MSG_RENEW, &renew);
}

void gw_link_report(struct gw_link *link, const Gw__Report *report)
{
    if (link->state == GW_LINK_LIVE)
        say(link, GW_MSG_REPORT, report);
}

void gw_link_done(struct gw_link *link, uint64_t task, const Gw__Answer *answer)
{
    Gw__Done done = GW__DONE__INIT;
    done.task = task;
    done.answer = (Gw__Answer *)answer;
    if (link->state >= GW_LINK_RESEND)
        say(link, GW_MSG_DONE, &done);
}

void gw_link_bye(struct gw_link *link, const char *reason)
{
    Gw__Bye bye = GW__BYE__INIT;
    bye.reason = (char *)reason;
    if (link->state >= GW_LINK_RESEND)
        say(link, GW_MSG_BYE, &bye);
}

enum gw_link_state gw_link_state(const struct gw_link *link)
{
    return link->state;
}

uint64_t gw_link_sent(const struct gw_link *link)
{
    return link->sent;
}

const char *gw_link_trouble(const struct gw_link *link)
{
    return link->trouble;
}
