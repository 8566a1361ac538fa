// SPDX-License-Identifier: Apache-2.0
#include "stream.h"

#include "askers.h"
#include "base/clock.h"
#include "base/log.h"
#include "consumer.h"
#include "wire/endpoints.h"
#include "wire/refuse.h"

#include <inttypes.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_CONSUMERS = 1000,
    MAX_LISTENERS = 2,
    TURN_EVENTS = 256, // read from the store for one consumer before the next has its turn
    TURN_NS = 2000000, // of all who are behind, before what is live is looked at again
    TAIL_TURN = 512,
    TICK_MS = 250, // positions are kept, full sockets tried again
    MARK_MS = 1000,
    HEARTBEAT_MS = 10000, // something is said at least so often
    ZMQ_HEARTBEAT_MS = 5000,
    BUSY_RETRY_MS = 1000,
    ASK_REST = 4, // times as long as an answer took
    ARENA_BYTES = 64 * 1024 * 1024,
    CREDIT_ROOM = 64, // frames beside deliveries that may be on their way
    // What a peer can make us hold: consumers say little, and nothing long.
    RECEIVE_HIGH_WATER = 1000,
    FRAME_BYTES = 64 * 1024,
};

struct gw_stream {
    struct gw_stream_options o;
    pthread_t thread;
    sem_t ready;
    int start_rc;
    char start_reason[256];
    uv_loop_t loop;
    uv_async_t poke, quit;
    uv_timer_t tick;
    uv_idle_t more; // somebody has more to read
    bool stopping, finished;
    struct gw_socket *sockets[MAX_LISTENERS];
    struct gw_port *port;
    struct gw_store *reader;
    struct gw_store_identity identity;
    struct gw_arena *arena;
    struct gw_judging judging;
    struct gw_filters filters;
    struct gw_consumer *consumers; // in order of their numbers
    uint64_t last_number;
    uint64_t served;    // the number of whom the last turn was for
    uint64_t turn_ends; // uv_hrtime() of a turn of the loop: who came live is not kept waiting for longer
    struct gw_tail *tails[GW_STREAMS];
    struct gw_askers *askers;
    int64_t asked_until_ms; // before that nobody may ask
    uint64_t gate_changes;  // when the consumers' keys were last looked at
};

// ---- telling

static struct gw_consumer_key key_of(struct gw_socket *socket, const struct gw_peer *peer)
{
    struct gw_consumer_key key;
    memset(&key, 0, sizeof key); // it is hashed by its bytes, padding included
    key.socket = socket;
    key.peer.bytes = peer->bytes;
    memcpy(key.peer.id, peer->id, peer->bytes);
    return key;
}

static void refuse(const struct gw_consumer_key *key, Gw__RefuseCode code, const char *reason)
{
    gw_refuse(key->socket, &key->peer, code, reason, BUSY_RETRY_MS);
}

static void broken(struct gw_stream *stream, int rc)
{
    gw_error("stream", gw_rc_name(rc), "%s", gw_reason());
    if (rc == GW_ECORRUPT)
        stream->o.broken(stream->o.arg, rc);
}

// ---- positions of durable consumers

struct keep_work {
    struct gw_work work;
    struct gw_stream *stream;
    struct gw_store_consumer row;
    uint64_t consumer; // its number
    char name[GW_CONSUMER_NAME_BYTES];
    char *filter;
};

static int apply_keep(struct gw_store *store, struct gw_work *work)
{
    return gw_store_consumer_put(store, &((struct keep_work *)work)->row);
}

static struct gw_consumer *durable_named(struct gw_stream *stream, const char *name)
{
    for (struct gw_consumer *c = stream->consumers; c && *name; c = c->hh.next)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

static void say_subscribed(struct gw_stream *stream, struct gw_consumer *c);

static void done_keep(struct gw_work *work)
{
    struct keep_work *k = (struct keep_work *)work;
    struct gw_consumer *c = k->stream->finished ? NULL : durable_named(k->stream, k->name);
    if (c && c->number == k->consumer) {
        c->keeping = 0;
        if (work->rc == GW_OK && k->row.seq > c->kept)
            c->kept = k->row.seq;
        if (work->rc == GW_OK && c->opening)
            say_subscribed(k->stream, c);
    }
    free(k->filter);
    free(k);
}

// Leave its position in the store, if it moved; one such work at a time.
static void keep_position(struct gw_stream *stream, struct gw_consumer *c, bool anyway)
{
    if (!*c->name || (!anyway && (c->keeping || c->processed <= c->kept)))
        return;
    struct keep_work *k = calloc(1, sizeof *k);
    gw_assert(k);
    k->stream = stream;
    k->consumer = c->number;
    snprintf(k->name, sizeof k->name, "%s", c->name);
    k->filter = strdup(c->filter);
    gw_assert(k->filter);
    k->row = (struct gw_store_consumer){
        .name = k->name, .stream = c->stream, .filter = k->filter, .seq = c->processed, .seen_ms = gw_clock_unix_ms()};
    k->work = (struct gw_work){.apply = apply_keep, .done = done_keep, .port = stream->port, .bytes = sizeof *k};
    c->keeping = c->processed ? c->processed : 1;
    if (gw_writer_put(stream->o.writer, &k->work) == GW_OK)
        return;
    c->keeping = 0; // the next tick tries again
    free(k->filter);
    free(k);
}

static void drop(struct gw_stream *stream, struct gw_consumer *c, const char *why)
{
    gw_info("stream", "ended", "name=%s position=%" PRIu64 " %s", *c->name ? c->name : "-", c->position, why);
    if (c->processed > c->kept)
        keep_position(stream, c, true);
    HASH_DEL(stream->consumers, c);
    gw_consumer_free(c, &stream->filters);
}

// ---- going forward

struct turn {
    struct gw_stream *stream;
    struct gw_consumer *consumer;
    size_t left;
};

static bool is_over(const struct gw_stream *stream)
{
    return uv_hrtime() >= stream->turn_ends;
}

static bool offer_row(const struct gw_store_event *row, void *arg)
{
    struct turn *t = arg;
    gw_judging_begin(&t->stream->judging, row->event);
    bool taken = gw_consumer_offer(t->consumer, row->seq, &t->stream->judging, NULL);
    return taken && --t->left > 0 && !is_over(t->stream);
}

static bool skip_gap(struct gw_consumer *c, uint64_t first)
{
    if (c->position + 1 >= first)
        return true;
    Gw__Gap gap = GW__GAP__INIT;
    gap.from = c->position + 1;
    gap.to = first - 1;
    gap.reason = "removed by retention";
    if (!gw_consumer_say(c, GW_MSG_GAP, &gap))
        return false;
    c->position = c->told = gap.to;
    return true;
}

// From the store, behind what the tail holds.
static int replay(struct gw_stream *stream, struct gw_consumer *c)
{
    uint64_t first, last;
    int rc = gw_store_bounds(stream->reader, c->stream, &first, &last);
    if (rc != GW_OK || !skip_gap(c, first))
        return rc;
    struct turn turn = {.stream = stream, .consumer = c, .left = TURN_EVENTS};
    uint64_t to = stream->tails[c->stream]->last;
    c->caught_up = false;
    return gw_store_events(stream->reader, c->stream, c->position + 1, to, false, offer_row, &turn);
}

static void follow(struct gw_stream *stream, struct gw_consumer *c)
{
    const struct gw_tail *tail = stream->tails[c->stream];
    for (size_t n = 0; n < TURN_EVENTS && c->position < tail->last && (n == 0 || !is_over(stream)); n++) {
        const struct gw_tail_entry *entry = gw_tail_get(tail, c->position + 1);
        if (!entry)
            return;
        gw_judging_begin(&stream->judging, entry->event);
        if (!gw_consumer_offer(c, c->position + 1, &stream->judging, &entry->frame))
            return;
    }
}

// One turn of a consumer that is behind. True: it could go on at once.
static bool advance(struct gw_stream *stream, struct gw_consumer *c)
{
    const struct gw_tail *tail = stream->tails[c->stream];
    if (c->opening)
        return false;
    if (c->position < tail->last && gw_consumer_is_open(c)) {
        if (c->position + 1 >= tail->first) {
            follow(stream, c);
        } else {
            int rc = replay(stream, c);
            if (rc != GW_OK)
                broken(stream, rc);
        }
    }
    if (c->position >= tail->last && !c->caught_up && !c->gone) {
        Gw__CaughtUp caught_up = GW__CAUGHT_UP__INIT;
        caught_up.seq = c->position;
        c->caught_up = gw_consumer_say(c, GW_MSG_CAUGHT_UP, &caught_up);
    }
    return c->position < tail->last && gw_consumer_is_open(c);
}

// Whose turn is next: the first behind the last one served.
static struct gw_consumer *next_of(const struct gw_stream *stream)
{
    struct gw_consumer *c = stream->consumers;
    while (c && c->number <= stream->served)
        c = c->hh.next;
    return c ? c : stream->consumers;
}

// Everybody in turn; where the time ends, the next turn of the loop goes on.
static void on_more(uv_idle_t *idle)
{
    struct gw_stream *stream = idle->data;
    struct gw_consumer *c = next_of(stream), *next;
    bool more = false;
    stream->turn_ends = uv_hrtime() + TURN_NS;
    for (size_t left = HASH_COUNT(stream->consumers); left; left--, c = next) {
        next = c->hh.next ? c->hh.next : stream->consumers;
        stream->served = c->number;
        more |= advance(stream, c);
        if (c->gone)
            drop(stream, c, "its connection is gone");
        if (is_over(stream))
            return;
    }
    if (!more)
        uv_idle_stop(idle);
}

static void go_on(struct gw_stream *stream)
{
    uv_idle_start(&stream->more, on_more);
}

// An event that just came: decoded once for all that stand right before it.
static void offer_live(struct gw_stream *stream, Gw__Stream which, uint64_t seq)
{
    const struct gw_tail_entry *entry = gw_tail_get(stream->tails[which], seq);
    if (entry)
        gw_judging_begin(&stream->judging, entry->event);
    for (struct gw_consumer *c = stream->consumers; c && entry; c = c->hh.next)
        if (c->stream == which && c->position == seq - 1)
            gw_consumer_offer(c, seq, &stream->judging, &entry->frame);
}

static bool has_consumers(const struct gw_stream *stream, Gw__Stream which)
{
    for (const struct gw_consumer *c = stream->consumers; c; c = c->hh.next)
        if (c->stream == which)
            return true;
    return false;
}

static void read_tail(struct gw_stream *stream, Gw__Stream which)
{
    struct gw_tail *tail = stream->tails[which];
    uint64_t before = tail->last;
    bool more = false;
    int rc = gw_tail_read(tail, stream->reader, TAIL_TURN, &more);
    if (rc != GW_OK)
        broken(stream, rc);
    for (uint64_t seq = before + 1; seq <= tail->last; seq++)
        offer_live(stream, which, seq);
    if (more)
        uv_async_send(&stream->poke);
}

static void on_poke(uv_async_t *async)
{
    struct gw_stream *stream = async->data;
    for (Gw__Stream which = 1; which < GW_STREAMS; which++)
        if (has_consumers(stream, which))
            read_tail(stream, which);
    go_on(stream);
}

// ---- SUBSCRIBE

// Where it begins; a refusal's text otherwise, with its code.
static const char *find_start(struct gw_stream *stream, const Gw__Subscribe *s, uint64_t last, struct gw_consumer *c,
                              Gw__RefuseCode *ret_code)
{
    struct gw_store_consumer known;
    *ret_code = GW__REFUSE_CODE__REFUSE_BAD_CURSOR;
    if (*s->store_id &&
        (strcmp(s->store_id, stream->identity.store_id) != 0 || s->generation != stream->identity.generation))
        return "the cursor is of another store or generation";
    if (s->from > last + 1)
        return "the cursor is beyond the end of the stream";
    c->position = s->from ? s->from - 1 : last;
    c->kept = c->position;
    if (!*s->name || s->from)
        return NULL;
    gw_arena_reset(stream->arena);
    int rc = gw_store_consumer_get(stream->reader, stream->arena, s->name, &known);
    if (rc == GW_ENOTFOUND)
        return NULL; // its first time: from now
    *ret_code = GW__REFUSE_CODE__REFUSE_BUSY;
    if (rc != GW_OK)
        return "the store cannot be read right now";
    *ret_code = GW__REFUSE_CODE__REFUSE_BAD_FILTER;
    if (known.stream != s->stream || strcmp(known.filter, s->filter) != 0)
        return "this name was kept with another stream or filter; say `from` to begin anew";
    *ret_code = GW__REFUSE_CODE__REFUSE_BAD_CURSOR;
    if (known.seq > last)
        return "the kept position is beyond the end of the stream; say `from`";
    const struct gw_consumer *old = durable_named(stream, s->name); // what it has said since may not be stored yet
    c->kept = known.seq;
    c->position = old && old->processed > known.seq ? old->processed : known.seq;
    return NULL;
}

// Fills a new consumer from the request, or returns why not.
static const char *open_consumer(struct gw_stream *stream, const Gw__Subscribe *s, uint64_t last, struct gw_consumer *c,
                                 Gw__RefuseCode *ret_code)
{
    snprintf(c->name, sizeof c->name, "%s", s->name);
    c->stream = s->stream;
    c->filter = strdup(s->filter);
    gw_assert(c->filter);
    gw_consumer_credit(c, s->credit);
    *ret_code = GW__REFUSE_CODE__REFUSE_BAD_FILTER;
    if (*s->filter && gw_filter_open(&stream->filters, s->filter, &c->wants) != GW_OK)
        return gw_reason();
    const char *why = find_start(stream, s, last, c, ret_code);
    c->processed = c->told = c->position;
    return why;
}

// From here on it is served.
static void say_subscribed(struct gw_stream *stream, struct gw_consumer *c)
{
    Gw__Subscribed subscribed = GW__SUBSCRIBED__INIT;
    uint64_t first, last = c->position;
    int rc = gw_store_bounds(stream->reader, c->stream, &first, &last);
    if (rc != GW_OK)
        broken(stream, rc);
    subscribed.version = c->peer.version;
    subscribed.store_id = stream->identity.store_id;
    subscribed.generation = stream->identity.generation;
    subscribed.from = c->position + 1;
    subscribed.last = last;
    subscribed.heartbeat_ms = HEARTBEAT_MS;
    c->opening = false;
    gw_consumer_say(c, GW_MSG_SUBSCRIBED, &subscribed);
    on_poke(&stream->poke); // the log may have grown past the tail meanwhile
    stream->turn_ends = uv_hrtime() + TURN_NS;
    advance(stream, c); // at the end it hears so before anything else can happen to it
}

static void take_in(struct gw_stream *stream, struct gw_consumer *c, uint64_t last)
{
    struct gw_consumer *old = durable_named(stream, c->name);
    if (old) {
        refuse(&old->key, GW__REFUSE_CODE__REFUSE_DUPLICATE, "another connection took this name over");
        drop(stream, old, "its name was taken over");
    }
    if (!has_consumers(stream, c->stream))
        gw_tail_reset(stream->tails[c->stream], last);
    c->number = ++stream->last_number;
    c->opening = *c->name != '\0';
    HASH_ADD(hh, stream->consumers, key, sizeof c->key, c);
    gw_info("stream", "subscribed", "name=%s stream=%d from=%" PRIu64 " filter=%s", *c->name ? c->name : "-",
            (int)c->stream, c->position + 1, *c->filter ? c->filter : "-");
    if (c->opening)
        keep_position(stream, c,
                      true); // a name that the store does not know yet would begin at another place next time
    else
        say_subscribed(stream, c);
}

// A durable name, and with it a position, is its key's.
static const char *claim_name(struct gw_stream *stream, const struct gw_consumer *c, const char *name,
                              Gw__RefuseCode *ret_code)
{
    const char *public_key = *c->public_key ? c->public_key : NULL;
    int rc = *name && stream->o.gate ? gw_gate_claim(stream->o.gate, public_key, "consumer", name) : GW_OK;
    if (rc == GW_EDENIED)
        gw_refusals_note(stream->o.refusals, GW_REFUSED_OWNER, gw_socket_sender(c->key.socket), gw_reason());
    *ret_code = rc == GW_EDENIED ? GW__REFUSE_CODE__REFUSE_NOT_ALLOWED : GW__REFUSE_CODE__REFUSE_BUSY;
    return rc == GW_OK ? NULL : gw_reason();
}

static void on_subscribe(struct gw_stream *stream, const struct gw_consumer_key *key, const Gw__Subscribe *s)
{
    uint64_t first, last;
    unsigned version = gw_wire_version(s->version_min, s->version_max);
    if (!version) {
        char reason[GW_VERSION_CLASH_BYTES];
        gw_version_clash(reason, "consumer", s->version_min, s->version_max);
        gw_refusals_note(stream->o.refusals, GW_REFUSED_VERSION, gw_socket_sender(key->socket), reason);
        refuse(key, GW__REFUSE_CODE__REFUSE_VERSION, reason);
        return;
    }
    if (HASH_COUNT(stream->consumers) >= MAX_CONSUMERS ||
        gw_store_bounds(stream->reader, s->stream, &first, &last) != GW_OK) {
        refuse(key, GW__REFUSE_CODE__REFUSE_BUSY, "no more consumers right now");
        return;
    }
    struct gw_consumer *c = gw_consumer_new(key);
    c->peer.version = (uint8_t)version;
    const char *public_key = gw_socket_sender_key(key->socket);
    snprintf(c->public_key, sizeof c->public_key, "%s", public_key ? public_key : "");
    Gw__RefuseCode code;
    const char *why = claim_name(stream, c, s->name, &code);
    if (!why)
        why = open_consumer(stream, s, last, c, &code);
    if (why) {
        refuse(key, code, why);
        gw_consumer_free(c, &stream->filters);
        return;
    }
    take_in(stream, c, last);
}

// ---- STATUS

// The sources may be more than a frame holds: the first STATUS has everything else.
static int say_status(const struct gw_consumer_key *key, const Gw__Status *status, bool pages)
{
    Gw__Status page = *status;
    size_t said = 0;
    int rc;
    do {
        size_t left = status->n_sources - said;
        page.sources = status->sources + said;
        page.n_sources = left < GW_REPORT_PAGE ? left : GW_REPORT_PAGE;
        said += page.n_sources;
        page.more = pages && said < status->n_sources;
        rc = gw_socket_send(key->socket, &key->peer, GW_MSG_STATUS, &page);
        gw__status__init(&page);
    } while (rc == GW_OK && pages && said < status->n_sources);
    return rc;
}

static void on_status(struct gw_stream *stream, const struct gw_consumer_key *key, const Gw__StatusReq *req)
{
    Gw__Status status = GW__STATUS__INIT;
    uint64_t first;
    struct gw_arena *arena = gw_arena_new(ARENA_BYTES);
    int rc = gw_store_bounds(stream->reader, GW__STREAM__STREAM_POLICY, &first, &status.policy_seq);
    if (rc == GW_OK)
        rc = gw_store_bounds(stream->reader, GW__STREAM__STREAM_SOURCE, &first, &status.source_seq);
    if (rc == GW_OK)
        rc = gw_store_bounds(stream->reader, GW__STREAM__STREAM_COVERAGE, &first, &status.coverage_seq);
    status.store_id = stream->identity.store_id;
    status.generation = stream->identity.generation;
    if (rc == GW_OK && stream->o.status)
        rc = stream->o.status(stream->o.arg, arena, &status);
    if (rc == GW_OK)
        rc = say_status(key, &status, req->pages);
    if (rc != GW_OK)
        gw_warn("stream", "status", "%s, not answered", gw_reason());
    gw_arena_free(arena);
}

// ---- ASK, ORDER

// Consumers wait meanwhile, so whoever asks without end gets a part of this thread and no more.
static void on_question(struct gw_stream *stream, const struct gw_consumer_key *key, Gw__Errand errand,
                        const char *subject)
{
    int64_t began_ms = gw_clock_boot_ms();
    bool room = stream->o.ask && began_ms >= stream->asked_until_ms;
    uint64_t number = room ? gw_askers_add(stream->askers, key->socket, &key->peer) : 0;
    if (!number) {
        refuse(key, GW__REFUSE_CODE__REFUSE_BUSY, "too many ask at once");
        return;
    }
    stream->o.ask(stream->o.arg, stream, number, errand, subject, stream->reader);
    int64_t ended_ms = gw_clock_boot_ms();
    stream->asked_until_ms = ended_ms + ASK_REST * (ended_ms - began_ms);
}

void gw_stream_answer(struct gw_stream *stream, uint64_t number, const Gw__Answer *answer)
{
    gw_askers_answer(stream->askers, number, answer);
}

// ---- frames

// It said what it may not say now.
static void end_over(struct gw_stream *stream, struct gw_consumer *c, const char *why)
{
    gw_refusals_note(stream->o.refusals, GW_REFUSED_FRAME, gw_socket_sender(c->key.socket), why);
    refuse(&c->key, GW__REFUSE_CODE__REFUSE_BAD_FRAME, why);
    drop(stream, c, why);
}

static void on_cack(struct gw_stream *stream, struct gw_consumer *c, const Gw__Cack *cack)
{
    if (!gw_consumer_processed(c, cack->seq)) {
        end_over(stream, c, "CACK of what was never sent");
        return;
    }
    if (cack->credit)
        gw_consumer_credit(c, cack->credit);
    go_on(stream);
}

static void on_consumer_message(struct gw_stream *stream, struct gw_consumer *c, enum gw_msg type,
                                const ProtobufCMessage *message)
{
    if (type == GW_MSG_CACK) {
        on_cack(stream, c, (const Gw__Cack *)message);
    } else if (type == GW_MSG_PING) {
        Gw__Pong pong = GW__PONG__INIT;
        pong.nonce = ((const Gw__Ping *)message)->nonce;
        gw_consumer_say(c, GW_MSG_PONG, &pong);
    } else if (type == GW_MSG_BYE) {
        drop(stream, c, "it said BYE");
    } else {
        end_over(stream, c, "that is not for a consumer to say");
    }
}

static void on_message(struct gw_socket *socket, const struct gw_peer *peer, int rc, enum gw_msg type,
                       const ProtobufCMessage *message, void *arg)
{
    struct gw_stream *stream = arg;
    struct gw_consumer_key key = key_of(socket, peer);
    struct gw_consumer *c;
    HASH_FIND(hh, stream->consumers, &key, sizeof key, c);
    if (rc != GW_OK) { // the socket has noted it
        char reason[200];
        snprintf(reason, sizeof reason, "%s", gw_reason());
        refuse(&key, gw_refuse_code(rc), reason);
        if (c)
            drop(stream, c, reason);
    } else if (type == GW_MSG_STATUS_REQ) {
        on_status(stream, &key, (const Gw__StatusReq *)message);
    } else if (type == GW_MSG_ASK) {
        const Gw__Ask *ask = (const Gw__Ask *)message;
        on_question(stream, &key, ask->errand, ask->subject);
    } else if (type == GW_MSG_ORDER) {
        const Gw__Order *order = (const Gw__Order *)message;
        on_question(stream, &key, order->errand, order->subject);
    } else if (type == GW_MSG_SUBSCRIBE) {
        if (c)
            drop(stream, c, "it subscribes anew");
        on_subscribe(stream, &key, (const Gw__Subscribe *)message);
    } else if (c) {
        on_consumer_message(stream, c, type, message);
    } else if (type != GW_MSG_BYE) {
        refuse(&key, GW__REFUSE_CODE__REFUSE_BUSY, "no subscription: say SUBSCRIBE");
    }
}

// ---- time

// Whose key was taken away, or given another role, hears no more.
static void look_at_keys(struct gw_stream *stream)
{
    uint64_t changes = stream->o.gate ? gw_gate_changes(stream->o.gate) : 0;
    if (changes == stream->gate_changes)
        return;
    stream->gate_changes = changes;
    for (struct gw_consumer *c = stream->consumers, *next; c; c = next) {
        next = c->hh.next;
        if (!*c->public_key || gw_gate_admit(stream->o.gate, c->public_key, GW_MSG_SUBSCRIBE) == GW_OK)
            continue;
        refuse(&c->key, GW__REFUSE_CODE__REFUSE_NOT_ALLOWED, gw_reason());
        drop(stream, c, "its key is not allowed any more");
    }
}

static void on_tick(uv_timer_t *timer)
{
    struct gw_stream *stream = timer->data;
    int64_t now_ms = gw_clock_boot_ms();
    look_at_keys(stream);
    for (struct gw_consumer *c = stream->consumers; c; c = c->hh.next) {
        c->full = false;
        int64_t silent_ms = now_ms - c->told_ms;
        if (c->opening)
            keep_position(stream, c, !c->keeping); // the writer was full
        else if (silent_ms >= HEARTBEAT_MS || (silent_ms >= MARK_MS && c->position > c->told))
            gw_consumer_mark(c);
        keep_position(stream, c, false);
    }
    go_on(stream); // which drops who is gone
}

// ---- the thread

static void close_down(struct gw_stream *stream)
{
    for (struct gw_consumer *c = stream->consumers, *next; c; c = next) {
        next = c->hh.next;
        refuse(&c->key, GW__REFUSE_CODE__REFUSE_STOPPING, "the broker stops");
        drop(stream, c, "the broker stops");
    }
    for (size_t i = 0; i < MAX_LISTENERS; i++)
        stream->sockets[i] = gw_socket_free(stream->sockets[i]);
    gw_askers_stop(stream->askers);
    uv_close((uv_handle_t *)&stream->tick, NULL);
    uv_close((uv_handle_t *)&stream->more, NULL);
    uv_close((uv_handle_t *)&stream->poke, NULL);
    uv_close((uv_handle_t *)&stream->quit, NULL);
}

static void on_quit(uv_async_t *async)
{
    struct gw_stream *stream = async->data;
    if (!stream->stopping)
        close_down(stream);
    stream->stopping = true;
    uv_stop(&stream->loop);
}

static int open_up(struct gw_stream *stream)
{
    int rc = gw_store_reader(stream->o.store, &stream->reader);
    if (rc == GW_OK)
        rc = gw_store_identify(stream->reader, &stream->identity);
    for (size_t i = 0; i < MAX_LISTENERS && stream->o.endpoints[i] && rc == GW_OK; i++) {
        struct gw_socket_options options = {.kind = GW_SOCKET_ROUTER,
                                            .bind = stream->o.endpoints[i],
                                            .gate = gw_endpoint_is_ipc(stream->o.endpoints[i]) ? NULL : stream->o.gate,
                                            .refusals = stream->o.refusals,
                                            .receive_high_water = RECEIVE_HIGH_WATER,
                                            .frame_bytes = FRAME_BYTES,
                                            .high_water = 2 * GW_CREDIT_MAX + CREDIT_ROOM,
                                            .heartbeat_ms = ZMQ_HEARTBEAT_MS,
                                            .on_message = on_message,
                                            .arg = stream};
        rc = gw_socket_new(&stream->loop, &options, &stream->sockets[i]);
    }
    return rc;
}

static void *run(void *arg)
{
    struct gw_stream *stream = arg;
    stream->start_rc = open_up(stream);
    snprintf(stream->start_reason, sizeof stream->start_reason, "%s", gw_reason());
    bool runs = stream->start_rc == GW_OK;
    if (runs)
        uv_timer_start(&stream->tick, on_tick, TICK_MS, TICK_MS);
    else
        close_down(stream);
    sem_post(&stream->ready);
    if (runs)
        uv_run(&stream->loop, UV_RUN_DEFAULT);
    return NULL;
}

int gw_stream_new(const struct gw_stream_options *options, struct gw_stream **ret_stream)
{
    struct gw_stream *stream = calloc(1, sizeof *stream);
    gw_assert(stream);
    stream->o = *options;
    stream->arena = gw_arena_new(ARENA_BYTES);
    gw_judging_init(&stream->judging, gw_arena_new(ARENA_BYTES));
    for (Gw__Stream which = 1; which < GW_STREAMS; which++) {
        stream->tails[which] = calloc(1, sizeof *stream->tails[which]);
        gw_assert(stream->tails[which]);
        gw_tail_init(stream->tails[which], which);
    }
    gw_assert(uv_loop_init(&stream->loop) == 0);
    gw_assert(uv_async_init(&stream->loop, &stream->poke, on_poke) == 0);
    gw_assert(uv_async_init(&stream->loop, &stream->quit, on_quit) == 0);
    gw_assert(uv_timer_init(&stream->loop, &stream->tick) == 0);
    gw_assert(uv_idle_init(&stream->loop, &stream->more) == 0);
    stream->poke.data = stream->quit.data = stream->tick.data = stream->more.data = stream;
    stream->askers = gw_askers_new(&stream->loop);
    stream->port = gw_port_new(&stream->loop);
    sem_init(&stream->ready, 0, 0);
    gw_assert(pthread_create(&stream->thread, NULL, run, stream) == 0);
    pthread_setname_np(stream->thread, "gw-stream");
    while (sem_wait(&stream->ready) != 0)
        continue;
    if (stream->start_rc != GW_OK) {
        int rc = stream->start_rc;
        pthread_join(stream->thread, NULL);
        stream->stopping = true;
        char reason[sizeof stream->start_reason];
        snprintf(reason, sizeof reason, "%s", stream->start_reason);
        gw_stream_free(stream);
        return gw_fail((enum gw_rc)rc, "%s", reason);
    }
    *ret_stream = stream;
    return GW_OK;
}

void gw_stream_poke(struct gw_stream *stream)
{
    uv_async_send(&stream->poke);
}

void gw_stream_stop(struct gw_stream *stream)
{
    if (!stream || stream->stopping)
        return;
    uv_async_send(&stream->quit);
    pthread_join(stream->thread, NULL);
}

struct gw_stream *gw_stream_free(struct gw_stream *stream)
{
    if (!stream)
        return NULL;
    gw_stream_stop(stream);
    stream->finished = true;
    stream->port = gw_port_free(stream->port);
    uv_run(&stream->loop, UV_RUN_DEFAULT); // the handles' ends
    gw_assert(uv_loop_close(&stream->loop) == 0);
    for (Gw__Stream which = 1; which < GW_STREAMS; which++) {
        gw_tail_fini(stream->tails[which]);
        free(stream->tails[which]);
    }
    gw_askers_free(stream->askers);
    gw_store_close(stream->reader);
    gw_judging_fini(&stream->judging);
    gw_arena_free(stream->arena);
    sem_destroy(&stream->ready);
    free(stream);
    return NULL;
}
