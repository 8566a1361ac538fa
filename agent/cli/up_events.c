// SPDX-License-Identifier: Apache-2.0
#include "up_events.h"

#include "progress.h"
#include "screen.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/str.h"
#include "model/json.h"
#include "schema/stream.pb-c.h"
#include "wire/socket.h"

#include <stdlib.h>
#include <string.h>

enum {
    CREDIT = 1000,
    ANSWER_MS = 3000,      // without an answer the subscription is made again
    STATUS_MS = 50,        // between two questions while somebody waits for the answer
    STATUS_SHOWN_MS = 500, // and while it is only shown
    STATUS_BYTES = 512,
    LINE_MAX_BYTES = 8 * 1024 * 1024,
    ARENA_BYTES = 16 * 1024 * 1024,
};

struct gw_up_events {
    uv_loop_t *loop;
    const char *endpoint;
    FILE *out; // NULL: nobody reads any more
    struct gw_look look;
    struct gw_screen *screen; // NULL: not a terminal
    uint64_t limit;           // of printed events; 0: none
    int64_t began_ms;
    struct gw_socket *socket;
    struct gw_arena *arena;
    bool listening, asking;
    int64_t asked_ms, subscribed_ms;
    uint64_t next; // seq to go on with; 0: from now
    uint64_t seen; // everything up to here was printed or examined
    uint64_t told; // last CACK
    uint64_t printed;
    bool status_known;
    uint64_t index_lag, policy_seq;
    uint32_t most_waiting; // articles, since there were none
    int64_t waiting_since_ms;
};

// ---- output

static void print_line(const struct gw_up_events *events, const Gw__Event *event)
{
    struct gw_buf line = GW_BUF(LINE_MAX_BYTES);
    gw_event_line(&line, event, &events->look);
    if (events->screen)
        gw_screen_line(events->screen, gw_buf_str(&line));
    else
        fprintf(events->out, "%s\n", gw_buf_str(&line));
    gw_buf_fini(&line);
}

static void print_json(FILE *out, uint64_t seq, const Gw__Event *event)
{
    struct gw_buf line = GW_BUF(LINE_MAX_BYTES);
    gw_json_event(&line, seq, event);
    gw_buf_putc(&line, '\n');
    if (gw_buf_ok(&line))
        fwrite(line.data, 1, line.bytes, out);
    gw_buf_fini(&line);
}

static void print_event(struct gw_up_events *events, const Gw__Deliver *deliver)
{
    ProtobufCMessage *event = NULL;
    if (events->limit && events->printed >= events->limit)
        return;
    gw_arena_reset(events->arena);
    if (gw_message_unpack(&gw__event__descriptor, deliver->event.data, deliver->event.len, events->arena, &event)) {
        gw_warn("up", "event", "%llu cannot be read: %s, left out", (unsigned long long)deliver->seq, gw_reason());
        return;
    }
    events->printed++;
    if (!events->out)
        return;
    if (events->look.terminal)
        print_line(events, (const Gw__Event *)event);
    else
        print_json(events->out, deliver->seq, (const Gw__Event *)event);
    if (fflush(events->out) != 0) {
        gw_warn("up", "output", "nobody reads the events any more, going on without");
        events->out = NULL;
    }
}

// ---- status

// A first poll can bring days of reading. What is left is judged by how fast the pile has gone down since it was
// highest.
static void add_time_left(struct gw_up_events *events, uint32_t waiting, struct gw_buf *out)
{
    struct gw_buf left = GW_BUF(STATUS_BYTES);
    int64_t now_ms = gw_clock_boot_ms();
    if (waiting == 0 || waiting >= events->most_waiting) {
        events->most_waiting = waiting;
        events->waiting_since_ms = now_ms;
    }
    gw_time_left(&left, events->most_waiting - waiting, events->most_waiting, now_ms - events->waiting_since_ms);
    if (waiting && left.bytes)
        gw_buf_printf(out, ", %s left", gw_buf_str(&left));
    gw_buf_fini(&left);
}

static void show_status(struct gw_up_events *events, const Gw__Status *status)
{
    uint32_t waiting = 0, well = 0;
    uint64_t outbox = 0;
    for (size_t i = 0; i < status->n_sources; i++) {
        const Gw__SourceReport *source = status->sources[i];
        waiting += source->pending;
        well +=
            source->health && (strcmp(source->health->state, "ok") == 0 || strcmp(source->health->state, "quiet") == 0);
    }
    for (size_t i = 0; i < status->n_agents; i++)
        outbox += status->agents[i]->report ? status->agents[i]->report->outbox : 0;
    double minutes = (double)(gw_clock_boot_ms() - events->began_ms) / 60000;
    struct gw_buf text = GW_BUF(STATUS_BYTES);
    gw_buf_printf(&text, "%zu source%s, %u well | %u articles waiting", status->n_sources,
                  status->n_sources == 1 ? "" : "s", well, waiting);
    add_time_left(events, waiting, &text);
    gw_buf_printf(&text, " | %llu events, %.1f a minute since the start | %llu on their way | Ctrl-C ends",
                  (unsigned long long)status->policy_seq, minutes > 0 ? (double)events->printed / minutes : 0,
                  (unsigned long long)outbox);
    gw_screen_status(events->screen, gw_buf_str(&text));
    gw_buf_fini(&text);
}

static void take_status(struct gw_up_events *events, const Gw__Status *status)
{
    events->status_known = true;
    events->index_lag = status->index_lag;
    events->policy_seq = status->policy_seq;
    if (events->screen)
        show_status(events, status);
}

// ---- the conversation

static void say(struct gw_up_events *events, enum gw_msg type, const void *message)
{
    if (gw_socket_send(events->socket, NULL, type, message))
        gw_debug("up", "send", "%s: %s", gw_msg_name(type), gw_reason());
}

static void move_to(struct gw_up_events *events, uint64_t seq)
{
    events->seen = seq;
    events->next = seq + 1;
    if (seq - events->told < CREDIT / 2)
        return;
    Gw__Cack cack = GW__CACK__INIT;
    cack.seq = events->told = seq;
    say(events, GW_MSG_CACK, &cack);
}

static void on_message(struct gw_socket *socket, const struct gw_peer *peer, int rc, enum gw_msg type,
                       const ProtobufCMessage *message, void *arg)
{
    (void)peer;
    struct gw_up_events *events = arg;
    if (socket != events->socket || rc)
        return;
    switch (type) {
    case GW_MSG_SUBSCRIBED:
        events->listening = true;
        events->next = ((const Gw__Subscribed *)message)->from;
        events->seen = events->told = events->next - 1;
        break;
    case GW_MSG_DELIVER:
        print_event(events, (const Gw__Deliver *)message);
        move_to(events, ((const Gw__Deliver *)message)->seq);
        break;
    case GW_MSG_MARK:
        move_to(events, ((const Gw__Mark *)message)->seq);
        break;
    case GW_MSG_STATUS:
        take_status(events, (const Gw__Status *)message);
        break;
    case GW_MSG_REFUSE:
        events->listening = false;
        if (((const Gw__Refuse *)message)->code == GW__REFUSE_CODE__REFUSE_STOPPING)
            break; // it is our child: if nobody stopped it, it is started again
        gw_warn("up", "refused", "the broker does not send events: %s, asking again",
                ((const Gw__Refuse *)message)->reason);
        break;
    default:
        break;
    }
}

void gw_up_events_connect(struct gw_up_events *events)
{
    events->socket = gw_socket_free(events->socket);
    events->listening = events->status_known = false;
    events->subscribed_ms = gw_clock_boot_ms();
    struct gw_socket_options options = {
        .kind = GW_SOCKET_DEALER, .connect = events->endpoint, .on_message = on_message, .arg = events};
    if (gw_socket_new(events->loop, &options, &events->socket)) {
        gw_warn("up", "connect", "%s, trying again", gw_reason());
        events->socket = NULL;
        return;
    }
    Gw__Subscribe subscribe = GW__SUBSCRIBE__INIT;
    subscribe.version_min = GW_WIRE_VERSION_MIN;
    subscribe.version_max = GW_WIRE_VERSION;
    subscribe.stream = GW__STREAM__STREAM_POLICY;
    subscribe.from = events->next;
    subscribe.credit = CREDIT;
    subscribe.program = "govwire up";
    say(events, GW_MSG_SUBSCRIBE, &subscribe);
}

void gw_up_events_tick(struct gw_up_events *events, int64_t now_ms)
{
    if (!events->listening && now_ms - events->subscribed_ms >= ANSWER_MS)
        gw_up_events_connect(events);
    if ((!events->asking && !events->screen) || !events->socket ||
        now_ms - events->asked_ms < (events->asking ? STATUS_MS : STATUS_SHOWN_MS))
        return;
    events->asked_ms = now_ms;
    Gw__StatusReq req = GW__STATUS_REQ__INIT;
    req.sources = events->screen != NULL;
    say(events, GW_MSG_STATUS_REQ, &req);
}

void gw_up_events_ask(struct gw_up_events *events)
{
    events->asking = true;
    events->status_known = false;
}

// ---- life

struct gw_up_events *gw_up_events_new(uv_loop_t *loop, const char *endpoint, FILE *out, const struct gw_look *look,
                                      uint64_t limit)
{
    struct gw_up_events *events = calloc(1, sizeof *events);
    gw_assert(events);
    events->loop = loop;
    events->endpoint = endpoint;
    events->out = out;
    events->look = *look;
    events->screen = gw_screen_new(loop, look);
    events->limit = limit;
    events->began_ms = gw_clock_boot_ms();
    events->arena = gw_arena_new(ARENA_BYTES);
    return events;
}

struct gw_up_events *gw_up_events_free(struct gw_up_events *events)
{
    if (!events)
        return NULL;
    gw_socket_free(events->socket);
    gw_screen_free(events->screen);
    gw_arena_free(events->arena);
    free(events);
    return NULL;
}

bool gw_up_events_listening(const struct gw_up_events *events)
{
    return events->listening;
}

bool gw_up_events_settled(const struct gw_up_events *events)
{
    return events->asking && events->listening && events->status_known && events->index_lag == 0 &&
           events->seen >= events->policy_seq;
}

uint64_t gw_up_events_printed(const struct gw_up_events *events)
{
    return events->printed;
}
