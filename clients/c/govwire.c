// SPDX-License-Identifier: Apache-2.0
// DESIGN: one loop, driven only inside govwire_next(). Frames become items of a queue that the window bounds, so a slow
// reader costs the broker nothing and itself `window` events. After silence or a refusal that may pass, a new socket
// subscribes behind the last item queued, or, with a name, behind what is done - the broker keeps that position from
// then on - and what is queued already is dropped as it comes again. So nothing is lost and nothing comes twice.
#include "govwire.h"

#include "base/clock.h"
#include "base/str.h"
#include "model/json.h"
#include "wire/endpoints.h"
#include "wire/socket.h"

#include "schema/event.pb-c.h"
#include "schema/stream.pb-c.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ANSWER_MS = 3000,
    PING_MS = 1000,
    TICK_MS = 100,
    RETRY_MS = 250,
    SILENT_HEARTBEATS = 3,
    WINDOW_DEFAULT = 1000,
    WINDOW_MAX = 4096,
    CLOSE_MS = 1000,
    TEXT_BYTES = 256,
};
enum { ARENA_BYTES = 64 * 1024 * 1024, JSON_BYTES = 64 * 1024 * 1024 };

struct item {
    struct item *next;
    struct govwire_item public;
    char event[];
};

struct govwire {
    char *endpoint, *filter, *name, *store, *program;
    uint64_t generation;
    enum govwire_stream stream;
    unsigned window;
    bool has_key;
    struct gw_key key;
    uv_loop_t loop;
    uv_timer_t tick, deadline;
    struct gw_socket *socket;
    bool subscribed, known; // known: the broker said where we stand, if only once
    bool over, ponged;      // over: the deadline of this govwire_next
    int64_t heard_ms, pinged_ms, again_ms, silence_ms;
    int64_t left_ms;     // when govwire_next was left last
    uint64_t next;       // behind all that was queued; 0: as the broker says
    uint64_t done, told; // by the caller; to the broker
    uint64_t last;
    struct item *first, **end, *current;
    int failure; // to be returned by govwire_next
    char trouble[TEXT_BYTES];
    struct gw_arena *arena;
    struct gw_buf json;
};

static _Thread_local char last_error[TEXT_BYTES];

// ---- failures

static int fail(int code, const char *text)
{
    snprintf(last_error, sizeof last_error, "%s", text);
    return code;
}

static int fail_rc(int rc)
{
    return fail(rc == GW_EDENIED                                                              ? GOVWIRE_EDENIED
                : rc == GW_EINVAL || rc == GW_ENOTFOUND || gw_rc_class(rc) == GW_CLASS_REJECT ? GOVWIRE_EARGUMENT
                                                                                              : GOVWIRE_ESYSTEM,
                gw_reason());
}

// Handles share ZeroMQ's context, and the last one ends it.
static pthread_mutex_t handles_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned handles;

static void handles_count(int change)
{
    pthread_mutex_lock(&handles_lock);
    handles += (unsigned)change;
    if (handles == 0)
        gw_socket_shutdown();
    pthread_mutex_unlock(&handles_lock);
}

// ---- the queue

static void put(struct govwire *g, struct govwire_item item)
{
    struct item *at = malloc(sizeof *at + item.event_bytes);
    gw_assert(at);
    *at = (struct item){.public = item};
    if (item.event_bytes) {
        memcpy(at->event, item.event, item.event_bytes);
        at->public.event = at->event;
    }
    *g->end = at;
    g->end = &at->next;
}

static void take(struct govwire *g)
{
    free(g->current);
    g->current = g->first;
    g->first = g->current->next;
    if (!g->first)
        g->end = &g->first;
}

// ---- what the broker says

static void hang_up(struct govwire *g, uint32_t wait_ms, const char *why)
{
    g->socket = gw_socket_free(g->socket);
    g->subscribed = false;
    g->again_ms = gw_clock_boot_ms() + wait_ms;
    snprintf(g->trouble, sizeof g->trouble, "%s", why);
}

static void give_up(struct govwire *g, int failure, const char *why)
{
    hang_up(g, ANSWER_MS, why);
    g->failure = failure;
}

static void on_refuse(struct govwire *g, const Gw__Refuse *refuse)
{
    switch (refuse->code) {
    case GW__REFUSE_CODE__REFUSE_BUSY:
    case GW__REFUSE_CODE__REFUSE_STOPPING:
        // Subscribed: a new broker, that does not know us.
        hang_up(g, g->subscribed ? 0 : refuse->retry_ms, refuse->reason);
        break;
    case GW__REFUSE_CODE__REFUSE_BAD_FILTER:
        give_up(g, GOVWIRE_EARGUMENT, refuse->reason);
        break;
    case GW__REFUSE_CODE__REFUSE_NOT_ALLOWED:
        give_up(g, GOVWIRE_EDENIED, refuse->reason);
        break;
    case GW__REFUSE_CODE__REFUSE_BAD_CURSOR:
    case GW__REFUSE_CODE__REFUSE_DUPLICATE:
        give_up(g, GOVWIRE_ECURSOR, refuse->reason);
        break;
    default:
        give_up(g, GOVWIRE_EPROTOCOL, refuse->reason);
    }
}

static void on_subscribed(struct govwire *g, const Gw__Subscribed *subscribed)
{
    if (!gw_wire_version(subscribed->version, subscribed->version)) {
        give_up(g, GOVWIRE_EPROTOCOL, "the broker wants to speak a version that this library does not know");
        return;
    }
    gw_socket_speak(g->socket, subscribed->version);
    char *store = strdup(subscribed->store_id);
    gw_assert(store);
    free(g->store);
    g->store = store;
    g->generation = subscribed->generation;
    g->subscribed = true;
    g->trouble[0] = '\0';
    g->silence_ms = SILENT_HEARTBEATS * (int64_t)subscribed->heartbeat_ms;
    g->told = subscribed->from - 1;
    if (g->known)
        return;
    g->known = true;
    g->next = subscribed->from;
    g->done = subscribed->from - 1;
    g->last = subscribed->last;
}

static void on_item(struct govwire *g, enum gw_msg type, const ProtobufCMessage *message)
{
    struct govwire_item item = {0};
    switch (type) {
    case GW_MSG_DELIVER: {
        const Gw__Deliver *deliver = (const Gw__Deliver *)message;
        item = (struct govwire_item){.kind = GOVWIRE_EVENT,
                                     .seq = deliver->seq,
                                     .event = deliver->event.data,
                                     .event_bytes = deliver->event.len};
        break;
    }
    case GW_MSG_MARK:
        item = (struct govwire_item){.kind = GOVWIRE_MARK, .seq = ((const Gw__Mark *)message)->seq};
        break;
    case GW_MSG_CAUGHT_UP:
        item = (struct govwire_item){.kind = GOVWIRE_CAUGHT_UP, .seq = ((const Gw__CaughtUp *)message)->seq};
        break;
    case GW_MSG_GAP: {
        const Gw__Gap *gap = (const Gw__Gap *)message;
        item = (struct govwire_item){.kind = GOVWIRE_GAP, .from = gap->from, .seq = gap->to};
        break;
    }
    default:
        g->ponged = true;
        return;
    }
    if (item.seq + (item.kind == GOVWIRE_CAUGHT_UP) < g->next)
        return; // queued before the connection was lost
    g->next = item.seq + 1;
    put(g, item);
}

static void on_message(struct gw_socket *socket, const struct gw_peer *peer, int rc, enum gw_msg type,
                       const ProtobufCMessage *message, void *arg)
{
    (void)peer;
    struct govwire *g = arg;
    if (socket != g->socket)
        return;
    g->heard_ms = gw_clock_boot_ms();
    if (rc != GW_OK)
        give_up(g, GOVWIRE_EPROTOCOL, gw_reason());
    else if (type == GW_MSG_REFUSE)
        on_refuse(g, (const Gw__Refuse *)message);
    else if (type == GW_MSG_SUBSCRIBED && !g->subscribed)
        on_subscribed(g, (const Gw__Subscribed *)message);
    else if (g->subscribed)
        on_item(g, type, message);
    else
        give_up(g, GOVWIRE_EPROTOCOL, "it answered SUBSCRIBE with something else");
}

// ---- what we say

static void say(struct govwire *g, enum gw_msg type, const void *message)
{
    if (g->socket && gw_socket_send(g->socket, NULL, type, message) != GW_OK)
        hang_up(g, RETRY_MS, gw_reason());
}

static void acknowledge(struct govwire *g)
{
    Gw__Cack cack = GW__CACK__INIT;
    if (!g->subscribed || g->done <= g->told)
        return;
    cack.seq = g->told = g->done;
    say(g, GW_MSG_CACK, &cack);
}

static int begin(struct govwire *g)
{
    struct gw_socket_options options = {.kind = GW_SOCKET_DEALER,
                                        .connect = g->endpoint,
                                        .key = g->has_key ? &g->key : NULL,
                                        .watch = true,
                                        .arena_bytes = ARENA_BYTES,
                                        .on_message = on_message,
                                        .arg = g};
    int rc = gw_socket_new(&g->loop, &options, &g->socket);
    if (rc != GW_OK) {
        g->socket = NULL;
        return rc;
    }
    Gw__Subscribe subscribe = GW__SUBSCRIBE__INIT;
    subscribe.version_min = GW_WIRE_VERSION_MIN;
    subscribe.version_max = GW_WIRE_VERSION;
    subscribe.name = g->name;
    subscribe.stream = (Gw__Stream)g->stream;
    subscribe.from = g->known && *g->name ? g->done + 1 : g->next;
    subscribe.filter = g->filter;
    subscribe.credit = g->window;
    subscribe.store_id = subscribe.from ? g->store : "";
    subscribe.generation = g->generation;
    subscribe.program = g->program;
    g->heard_ms = g->pinged_ms = gw_clock_boot_ms();
    g->silence_ms = ANSWER_MS;
    say(g, GW_MSG_SUBSCRIBE, &subscribe);
    return GW_OK;
}

static void on_tick(uv_timer_t *timer)
{
    struct govwire *g = timer->data;
    int64_t now_ms = gw_clock_boot_ms();
    if (!g->socket) {
        if (now_ms >= g->again_ms && begin(g) != GW_OK)
            give_up(g, GOVWIRE_ESYSTEM, gw_reason());
        return;
    }
    enum gw_trouble trouble = gw_socket_trouble(g->socket);
    if (trouble == GW_TROUBLE_KEY) {
        give_up(g, GOVWIRE_EDENIED, gw_trouble_text(trouble));
    } else if (g->subscribed && trouble) {
        hang_up(g, 0, gw_trouble_text(trouble));
    } else if (now_ms - g->heard_ms > g->silence_ms) {
        hang_up(g, 0, trouble ? gw_trouble_text(trouble) : "the broker does not answer");
    } else if (g->subscribed && now_ms - g->pinged_ms >= PING_MS) {
        // A new broker behind the same address refuses it, and we subscribe anew.
        Gw__Ping ping = GW__PING__INIT;
        ping.nonce = (uint64_t)now_ms;
        g->pinged_ms = now_ms;
        acknowledge(g);
        say(g, GW_MSG_PING, &ping);
    } else if (trouble) {
        snprintf(g->trouble, sizeof g->trouble, "%s", gw_trouble_text(trouble));
    }
}

// ---- life

static char *copy(const char *text)
{
    char *copied = strdup(text ? text : "");
    gw_assert(copied);
    return copied;
}

static int set_up(struct govwire *g, const struct govwire_options *o)
{
    char endpoint[TEXT_BYTES];
    if (!o->broker || o->stream > GOVWIRE_COVERAGE)
        return gw_fail(GW_EINVAL, o->broker ? "no such stream" : "no broker in the options");
    int rc = gw_endpoint_for_consumers(o->broker, endpoint, sizeof endpoint);
    if (rc != GW_OK)
        return rc;
    g->endpoint = copy(endpoint);
    g->has_key = o->key_file && !gw_endpoint_is_ipc(endpoint);
    if (g->has_key)
        rc = gw_key_load_client(o->key_file, &g->key);
    else if (!gw_endpoint_is_local(endpoint))
        rc = gw_fail(GW_EINVAL, "%s is not on this machine: a key file is needed", o->broker);
    if (rc != GW_OK)
        return rc;
    return begin(g); // an address that cannot be is found now
}

int govwire_open(const struct govwire_options *o, struct govwire **ret_govwire)
{
    struct govwire *g = calloc(1, sizeof *g);
    gw_assert(g);
    g->filter = copy(o->filter);
    g->name = copy(o->name);
    g->store = copy(o->store);
    g->program = copy(o->program ? o->program : "libgovwire");
    g->generation = o->generation;
    g->stream = o->stream ? o->stream : GOVWIRE_POLICY;
    g->window = o->window == 0 ? WINDOW_DEFAULT : o->window > WINDOW_MAX ? WINDOW_MAX : o->window;
    g->next = o->from;
    g->end = &g->first;
    g->arena = gw_arena_new(ARENA_BYTES);
    g->json = GW_BUF(JSON_BYTES);
    gw_assert(uv_loop_init(&g->loop) == 0);
    uv_timer_init(&g->loop, &g->tick);
    uv_timer_init(&g->loop, &g->deadline);
    g->tick.data = g->deadline.data = g;
    uv_timer_start(&g->tick, on_tick, TICK_MS, TICK_MS);
    handles_count(1);
    g->left_ms = gw_clock_boot_ms();
    int rc = set_up(g, o);
    if (rc != GW_OK) {
        rc = fail_rc(rc);
        govwire_close(g);
        return rc;
    }
    *ret_govwire = g;
    return 0;
}

static void on_deadline(uv_timer_t *timer)
{
    ((struct govwire *)timer->data)->over = true;
}

static void wait_for(struct govwire *g, uint64_t timeout_ms)
{
    g->over = false;
    uv_timer_start(&g->deadline, on_deadline, timeout_ms, 0);
}

// What is said last must reach the broker, or a name's position would not have moved: an answer, of whatever kind,
// shows that it did. A named reader stays known there until it is back, so that it finds its place at once.
static void say_end(struct govwire *g)
{
    Gw__Bye bye = GW__BYE__INIT;
    Gw__Ping ping = GW__PING__INIT;
    if (!g->subscribed)
        return;
    acknowledge(g);
    if (!*g->name)
        say(g, GW_MSG_BYE, &bye);
    g->ponged = false;
    say(g, GW_MSG_PING, &ping);
    wait_for(g, CLOSE_MS);
    while (g->socket && !g->ponged && !g->over)
        uv_run(&g->loop, UV_RUN_ONCE);
}

void govwire_close(struct govwire *g)
{
    if (!g)
        return;
    say_end(g);
    g->socket = gw_socket_free(g->socket);
    uv_close((uv_handle_t *)&g->tick, NULL);
    uv_close((uv_handle_t *)&g->deadline, NULL);
    uv_run(&g->loop, UV_RUN_DEFAULT);
    gw_assert(uv_loop_close(&g->loop) == 0);
    handles_count(-1);
    while (g->first)
        take(g);
    free(g->current);
    gw_arena_free(g->arena);
    gw_buf_fini(&g->json);
    gw_key_wipe(&g->key);
    free(g->endpoint);
    free(g->filter);
    free(g->name);
    free(g->store);
    free(g->program);
    free(g);
}

// ---- use

int govwire_next(struct govwire *g, int timeout_ms, struct govwire_item *ret_item)
{
    g->heard_ms += gw_clock_boot_ms() - g->left_ms; // what was said while nobody listened is no silence
    g->over = false;
    if (timeout_ms >= 0 && !g->first)
        wait_for(g, (uint64_t)timeout_ms);
    while (!g->first && !g->failure && !g->over)
        uv_run(&g->loop, UV_RUN_ONCE);
    uv_timer_stop(&g->deadline);
    g->left_ms = gw_clock_boot_ms();
    if (g->first) {
        take(g);
        *ret_item = g->current->public;
        return 1;
    }
    int failure = g->failure;
    g->failure = 0;
    return failure ? fail(failure, g->trouble) : 0;
}

void govwire_done(struct govwire *g, uint64_t seq)
{
    if (seq > g->done)
        g->done = seq;
    if (g->done >= g->told + g->window / 4)
        acknowledge(g);
}

const char *govwire_json(struct govwire *g, const struct govwire_item *item)
{
    ProtobufCMessage *event;
    gw_arena_reset(g->arena);
    gw_buf_reset(&g->json);
    if (item->kind != GOVWIRE_EVENT) {
        fail(GOVWIRE_EARGUMENT, "this item is no event");
        return NULL;
    }
    if (gw_message_unpack(&gw__event__descriptor, item->event, item->event_bytes, g->arena, &event) != GW_OK) {
        fail(GOVWIRE_EPROTOCOL, gw_reason());
        return NULL;
    }
    gw_json_event(&g->json, item->seq, (const Gw__Event *)event);
    return gw_buf_str(&g->json);
}

// ---- inspect

const char *govwire_error(void)
{
    return last_error;
}

const char *govwire_trouble(const struct govwire *g)
{
    return g->trouble;
}

uint64_t govwire_last(const struct govwire *g)
{
    return g->last;
}

const char *govwire_store(const struct govwire *g, uint64_t *ret_generation)
{
    *ret_generation = g->generation;
    return g->store;
}
