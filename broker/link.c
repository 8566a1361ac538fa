// SPDX-License-Identifier: Apache-2.0
// DESIGN: one loop. A frame comes in, what must be stored goes to the writer as a piece of work, and comes back with
// its commit; only then anything is said about it. Works carry the number of their session, not a pointer: it may be
// gone. Works are done in the order they were put, so a HELLO that is answered knows everything its outbox sent before,
// and a LEASE_REQ comes behind all that was published under the old epochs.
#include "link_parts.h"

#include "base/clock.h"
#include "base/log.h"
#include "model/url.h"
#include "wire/endpoints.h"
#include "wire/refuse.h"

#include "schema/source.pb-c.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WINDOW = 256, // messages an agent may be ahead of its ACK
    WINDOW_BYTES = 32 * 1024 * 1024,
    HEARTBEAT_MS = 2000,
    SILENT_HEARTBEATS = 4, // the agent gives up after 3
    TICK_MS = 500,
    FLUSH_MS = 10, // while something waits to be said
    STOP_RETRY_MS = 1000,
    SCRATCH_BYTES = 16 * 1024 * 1024,
    RECEIVE_HIGH_WATER = WINDOW, // what a peer can make us hold, in frames
    SAID_MAX = 1000,             // messages of a session in a second, beside those that are stored
    HELLOS_MAX = 64,             // at the writer at once: it has other work
};

// ---- sessions

static struct gw_session_key key_of(struct gw_socket *socket, const struct gw_peer *peer)
{
    struct gw_session_key key;
    memset(&key, 0, sizeof key); // it is hashed by its bytes, padding included
    key.socket = socket;
    key.peer.bytes = peer->bytes;
    memcpy(key.peer.id, peer->id, peer->bytes);
    return key;
}

static struct gw_session *session_of(struct gw_broker_link *link, struct gw_socket *socket, const struct gw_peer *peer)
{
    struct gw_session_key key = key_of(socket, peer);
    struct gw_session *session;
    HASH_FIND(hh, link->sessions, &key, sizeof key, session);
    return session;
}

struct gw_session *gw_broker_link_session_numbered(struct gw_broker_link *link, uint64_t number)
{
    for (struct gw_session *s = link->sessions; s; s = s->hh.next)
        if (s->number == number)
            return s;
    return NULL;
}

struct gw_session *gw_broker_link_session_holding(struct gw_broker_link *link, const struct gw_id *incarnation)
{
    for (struct gw_session *s = link->sessions; s && !gw_id_is_none(incarnation); s = s->hh.next)
        if (gw_id_eq(&s->incarnation, incarnation))
            return s;
    return NULL;
}

static void refuse(struct gw_broker_link *link, const struct gw_session_key *key, Gw__RefuseCode code,
                   const char *reason, uint32_t retry_ms)
{
    gw_board_add(link->o.board, GW_COUNT_REFUSED, 1);
    gw_refuse(key->socket, &key->peer, code, reason, retry_ms);
}

void gw_broker_link_end_session(struct gw_broker_link *link, struct gw_session *session)
{
    gw_board_agent(link->o.board, &session->incarnation, session->node, false);
    gw_info("link", "ended", "node=%s acked=%" PRIu64, session->node, session->acked);
    HASH_DEL(link->sessions, session);
    gw_session_free(session);
}

void gw_broker_link_refuse_session(struct gw_broker_link *link, struct gw_session *session, Gw__RefuseCode code,
                                   const char *reason, uint32_t retry_ms)
{
    if (code == GW__REFUSE_CODE__REFUSE_BAD_FRAME)
        gw_refusals_note(link->o.refusals, GW_REFUSED_FRAME, session->node, reason);
    else
        gw_warn("link", "refused", "node=%s %s, waiting for its next HELLO", session->node, reason);
    refuse(link, &session->key, code, reason, retry_ms);
    gw_broker_link_end_session(link, session);
}

// ---- HELLO

struct gw_hello_work {
    struct gw_work work;
    struct gw_hello_work *next;
    struct gw_broker_link *link;
    struct gw_session_key key;
    struct gw_id incarnation;
    char node[GW_NODE_BYTES], public_key[GW_KEY_TEXT_BYTES];
    uint64_t last_msgno;
    uint32_t version, errands;
    struct gw_arena *arena;
    struct gw_store_agent agent;
};

static int apply_hello(struct gw_store *store, struct gw_work *work)
{
    struct gw_hello_work *w = (struct gw_hello_work *)work;
    gw_arena_reset(w->arena);
    w->agent = (struct gw_store_agent){.incarnation = w->incarnation};
    int rc = gw_store_agent_get(store, w->arena, &w->incarnation, &w->agent);
    if (rc != GW_OK && rc != GW_ENOTFOUND)
        return rc;
    if (w->agent.counted && w->last_msgno < w->agent.acked_msgno)
        return gw_fail(GW_EDENIED,
                       "message %" PRIu64 " of this outbox was acknowledged, its newest is %" PRIu64
                       ": it lost its end and must begin anew",
                       w->agent.acked_msgno, w->last_msgno);
    struct gw_store_agent row = {.incarnation = w->incarnation, .node = w->node, .seen_ms = gw_clock_unix_ms()};
    return gw_store_agent_put(store, &row);
}

struct telling {
    struct gw_broker_link *link;
    struct gw_session *session;
    const char *only; // this source, when not NULL
};

static bool tell_source(const struct gw_store_source *row, void *arg)
{
    struct telling *t = arg;
    ProtobufCMessage *source, *health = NULL;
    struct gw_arena *arena = t->link->scratch;
    if (t->only ? strcmp(row->id, t->only) != 0 : row->removed)
        return true;
    gw_arena_reset(arena);
    int rc = gw_message_unpack(&gw__source__descriptor, row->definition.at, row->definition.bytes, arena, &source);
    if (rc == GW_OK && row->health.bytes)
        rc = gw_message_unpack(&gw__health__descriptor, row->health.at, row->health.bytes, arena, &health);
    if (rc != GW_OK) {
        gw_error("store", "source", "%s: %s, its agents go without", row->id, gw_reason());
        return true;
    }
    Gw__SourceDef def = GW__SOURCE_DEF__INIT;
    def.source = (Gw__Source *)source;
    def.removed = row->removed;
    def.health = (Gw__Health *)health;
    gw_session_say(t->session, GW_MSG_SOURCE, &def);
    return true;
}

static void tell_sources(struct gw_broker_link *link, struct gw_session *session)
{
    struct telling t = {.link = link, .session = session};
    int rc = gw_store_sources(link->reader, tell_source, &t);
    if (rc == GW_ECORRUPT)
        link->o.broken(link->o.arg, rc);
    Gw__SourceDef end = GW__SOURCE_DEF__INIT;
    end.last = true;
    gw_session_say(session, GW_MSG_SOURCE, &end);
}

static void welcome(struct gw_broker_link *link, const struct gw_hello_work *w)
{
    struct gw_session *old = gw_broker_link_session_holding(link, &w->incarnation);
    if (old)
        gw_broker_link_refuse_session(link, old, GW__REFUSE_CODE__REFUSE_DUPLICATE,
                                      "a newer session of this outbox took over", 0);
    struct gw_session *s = gw_session_new(&w->key, ++link->last_number);
    s->peer.version = (uint8_t)w->version;
    s->errands = w->errands;
    s->incarnation = w->incarnation;
    snprintf(s->node, sizeof s->node, "%s", w->node);
    memcpy(s->public_key, w->public_key, sizeof s->public_key);
    s->heard_ms = gw_clock_boot_ms();
    s->acked = s->done = w->agent.acked_msgno;
    // An outbox this store never saw may begin anywhere: its newest is in sight then.
    s->credit = (w->agent.counted ? s->acked : w->last_msgno) + WINDOW;
    for (struct gw_leased_host *h = link->hosts.hosts; h; h = h->hh.next)
        s->held += gw_id_eq(&h->holder, &s->incarnation);
    HASH_ADD(hh, link->sessions, key, sizeof s->key, s);
    uint8_t session_id[16];
    gw_random(session_id, sizeof session_id);
    Gw__Welcome welcome = GW__WELCOME__INIT;
    welcome.version = w->version;
    welcome.session = (ProtobufCBinaryData){sizeof session_id, session_id};
    welcome.store_id = link->identity.store_id;
    welcome.generation = link->identity.generation;
    welcome.acked_msgno = s->acked;
    welcome.credit_messages = s->credit;
    welcome.credit_bytes = WINDOW_BYTES;
    welcome.heartbeat_ms = HEARTBEAT_MS;
    gw_session_say(s, GW_MSG_WELCOME, &welcome);
    tell_sources(link, s);
    gw_board_add(link->o.board, GW_COUNT_SESSIONS, 1);
    gw_board_agent(link->o.board, &s->incarnation, s->node, true);
    gw_info("link", "session", "node=%s acked=%" PRIu64 " newest=%" PRIu64, s->node, s->acked, w->last_msgno);
}

static struct gw_hello_work *hello_of(struct gw_broker_link *link, const struct gw_session_key *key)
{
    struct gw_hello_work *w = link->hellos;
    while (w && memcmp(&w->key, key, sizeof *key) != 0)
        w = w->next;
    return w;
}

static void done_hello(struct gw_work *work)
{
    struct gw_hello_work *w = (struct gw_hello_work *)work, **at = &w->link->hellos;
    struct gw_broker_link *link = w->link;
    while (*at != w)
        at = &(*at)->next;
    *at = w->next;
    link->hello_count--;
    if (link->stopping)
        ; // nobody listens any more
    else if (work->rc == GW_OK)
        welcome(link, w);
    else if (work->rc == GW_EDENIED)
        refuse(link, &w->key, GW__REFUSE_CODE__REFUSE_BEGIN_ANEW, work->reason, GW_LINK_BUSY_RETRY_MS);
    else
        refuse(link, &w->key, GW__REFUSE_CODE__REFUSE_BUSY, work->reason, GW_LINK_BUSY_RETRY_MS);
    gw_arena_free(w->arena);
    free(w);
}

// Whose it is does not depend on what it says: the key decides, and it is refused when the outbox is another's.
static bool owns_outbox(struct gw_broker_link *link, const struct gw_session_key *key, const Gw__Hello *hello)
{
    char name[2 * GW_ID_BYTES + 1];
    gw_hex(hello->incarnation.data, GW_ID_BYTES, name);
    const char *public_key = gw_socket_sender_key(key->socket);
    int rc = link->o.gate ? gw_gate_claim(link->o.gate, public_key, "outbox", name) : GW_OK;
    if (rc == GW_EDENIED)
        gw_refusals_note(link->o.refusals, GW_REFUSED_OWNER, gw_socket_sender(key->socket), gw_reason());
    if (rc != GW_OK)
        refuse(link, key, rc == GW_EDENIED ? GW__REFUSE_CODE__REFUSE_NOT_ALLOWED : GW__REFUSE_CODE__REFUSE_BUSY,
               gw_reason(), STOP_RETRY_MS);
    return rc == GW_OK;
}

static void on_hello(struct gw_broker_link *link, const struct gw_session_key *key, const Gw__Hello *hello)
{
    if (link->hello_count >= HELLOS_MAX) {
        refuse(link, key, GW__REFUSE_CODE__REFUSE_BUSY, "too many begin at once", GW_LINK_BUSY_RETRY_MS);
        return;
    }
    unsigned version = gw_wire_version(hello->version_min, hello->version_max);
    if (!version) {
        char reason[GW_VERSION_CLASH_BYTES];
        gw_version_clash(reason, "agent", hello->version_min, hello->version_max);
        gw_refusals_note(link->o.refusals, GW_REFUSED_VERSION, gw_socket_sender(key->socket), reason);
        refuse(link, key, GW__REFUSE_CODE__REFUSE_VERSION, reason, STOP_RETRY_MS);
        return;
    }
    if (!owns_outbox(link, key, hello))
        return;
    struct gw_hello_work *w = calloc(1, sizeof *w);
    gw_assert(w);
    w->work = (struct gw_work){.apply = apply_hello, .done = done_hello, .port = link->port, .bytes = sizeof *w};
    w->link = link;
    w->key = *key;
    memcpy(w->incarnation.at, hello->incarnation.data, GW_ID_BYTES);
    snprintf(w->node, sizeof w->node, "%s", *hello->node ? hello->node : "unnamed");
    const char *public_key = gw_socket_sender_key(key->socket);
    snprintf(w->public_key, sizeof w->public_key, "%s", public_key ? public_key : "");
    w->last_msgno = hello->last_msgno;
    w->version = version;
    w->errands = hello->errands;
    w->arena = gw_arena_new(SCRATCH_BYTES);
    if (gw_writer_put(link->o.writer, &w->work) == GW_OK) {
        w->next = link->hellos;
        link->hellos = w;
        link->hello_count++;
        return;
    }
    refuse(link, key, GW__REFUSE_CODE__REFUSE_BUSY, gw_reason(), GW_LINK_BUSY_RETRY_MS);
    gw_arena_free(w->arena);
    free(w);
}

// ---- frames

static void on_report(struct gw_broker_link *link, struct gw_session *session, const Gw__Report *report)
{
    if (gw_board_report(link->o.board, &session->incarnation, report) != GW_OK)
        gw_debug("link", "report", "node=%s %s", session->node, gw_reason());
}

static void on_ping(struct gw_session *session, const Gw__Ping *ping)
{
    Gw__Pong pong = GW__PONG__INIT;
    pong.nonce = ping->nonce;
    gw_session_say(session, GW_MSG_PONG, &pong);
}

static void on_bye(struct gw_broker_link *link, struct gw_session *session)
{
    struct gw_id incarnation = session->incarnation;
    gw_broker_link_end_session(link, session);
    gw_broker_link_release_held_by(link, &incarnation);
}

// It said, on this very connection, what it may not say now.
static void break_off(struct gw_broker_link *link, struct gw_session *session, const struct gw_session_key *key,
                      const char *why)
{
    gw_refusals_note(link->o.refusals, GW_REFUSED_FRAME, gw_socket_sender(key->socket), why);
    refuse(link, key, GW__REFUSE_CODE__REFUSE_BAD_FRAME, why, GW_LINK_BUSY_RETRY_MS);
    if (session)
        gw_broker_link_end_session(link, session);
}

// What is not stored has no credit; nobody has this much to say in a second.
static bool says_too_much(struct gw_session *session)
{
    if (session->heard_ms - session->said_ms >= 1000) {
        session->said_ms = session->heard_ms;
        session->said = 0;
    }
    return ++session->said > SAID_MAX;
}

static void on_session_message(struct gw_broker_link *link, struct gw_session *session, enum gw_msg type,
                               const ProtobufCMessage *message)
{
    session->heard_ms = gw_clock_boot_ms();
    bool stored = type == GW_MSG_PUBLISH || type == GW_MSG_TOMBSTONE || type == GW_MSG_OFFER;
    if (!stored && says_too_much(session)) {
        break_off(link, session, &session->key, "more messages a second than are heard");
        return;
    }
    switch (type) {
    case GW_MSG_PUBLISH:
        gw_broker_link_on_publish(link, session, (const Gw__Publish *)message);
        break;
    case GW_MSG_TOMBSTONE:
        gw_broker_link_on_tombstone(link, session, (const Gw__Tombstone *)message);
        break;
    case GW_MSG_OFFER:
        gw_broker_link_on_offer(link, session, (const Gw__Offer *)message);
        break;
    case GW_MSG_LEASE_REQ:
        gw_broker_link_on_lease_req(link, session, (const Gw__LeaseReq *)message);
        break;
    case GW_MSG_RENEW:
        gw_broker_link_on_renew(link, session, (const Gw__Renew *)message);
        break;
    case GW_MSG_RELEASE:
        gw_broker_link_on_release(link, session, (const Gw__Release *)message);
        break;
    case GW_MSG_REPORT:
        on_report(link, session, (const Gw__Report *)message);
        break;
    case GW_MSG_DONE:
        gw_broker_link_on_done(link, session, (const Gw__Done *)message);
        break;
    case GW_MSG_PING:
        on_ping(session, (const Gw__Ping *)message);
        break;
    case GW_MSG_BYE:
        on_bye(link, session);
        break;
    default:
        gw_broker_link_refuse_session(link, session, GW__REFUSE_CODE__REFUSE_BAD_FRAME,
                                      "that is not for an agent to say", 0);
    }
}

// The socket has noted it.
static void on_bad_frame(struct gw_broker_link *link, struct gw_session *session, const struct gw_session_key *key,
                         int rc)
{
    char reason[200];
    snprintf(reason, sizeof reason, "%s", gw_reason());
    refuse(link, key, gw_refuse_code(rc), reason, session && rc != GW_EDENIED ? 0 : GW_LINK_BUSY_RETRY_MS);
    if (session)
        gw_broker_link_end_session(link, session);
}

static void on_message(struct gw_socket *socket, const struct gw_peer *peer, int rc, enum gw_msg type,
                       const ProtobufCMessage *message, void *arg)
{
    struct gw_broker_link *link = arg;
    struct gw_session_key key = key_of(socket, peer);
    struct gw_session *session = session_of(link, socket, peer);
    if (rc != GW_OK)
        on_bad_frame(link, session, &key, rc);
    else if (type == GW_MSG_HELLO && (session || hello_of(link, &key)))
        break_off(link, session, &key, "HELLO a second time");
    else if (type == GW_MSG_HELLO)
        on_hello(link, &key, (const Gw__Hello *)message);
    else if (session)
        on_session_message(link, session, type, message);
    else if (type != GW_MSG_BYE) // it still talks to a broker that is no more
        refuse(link, &key, GW__REFUSE_CODE__REFUSE_BUSY, "no session: say HELLO", 0);
}

// ---- looking after sessions

// ACK what was committed since, and move the window on when half of it is used.
static void acknowledge(struct gw_broker_link *link, struct gw_session *session)
{
    if (session->done != session->acked) {
        Gw__Ack ack = GW__ACK__INIT;
        ack.msgno = session->acked = session->done;
        gw_session_say(session, GW_MSG_ACK, &ack);
    }
    if (session->credit >= session->acked + WINDOW / 2 || (link->o.is_behind && link->o.is_behind(link->o.arg)))
        return;
    Gw__Credit credit = GW__CREDIT__INIT;
    credit.messages = session->credit = session->acked + WINDOW;
    credit.bytes = WINDOW_BYTES;
    gw_session_say(session, GW_MSG_CREDIT, &credit);
}

static void on_flush(uv_timer_t *timer)
{
    gw_broker_link_look_soon(timer->data);
}

static void on_soon(uv_idle_t *idle)
{
    struct gw_broker_link *link = idle->data;
    bool behind = false;
    uv_idle_stop(idle);
    for (struct gw_session *s = link->sessions, *next; s; s = next) {
        next = s->hh.next;
        acknowledge(link, s);
        int rc = gw_session_flush(s, link->reader, link->scratch);
        if (rc == GW_ECORRUPT)
            link->o.broken(link->o.arg, rc);
        behind |= gw_session_is_behind(s);
        if (s->gone)
            gw_broker_link_end_session(link, s);
    }
    if (behind)
        uv_timer_start(&link->flush, on_flush, FLUSH_MS, 0);
}

void gw_broker_link_look_soon(struct gw_broker_link *link)
{
    if (!link->stopping)
        uv_idle_start(&link->soon, on_soon);
}

// Whose key was taken away, or given another role, is not listened to and not talked to.
static void look_at_keys(struct gw_broker_link *link)
{
    uint64_t changes = link->o.gate ? gw_gate_changes(link->o.gate) : 0;
    if (changes == link->gate_changes)
        return;
    link->gate_changes = changes;
    for (struct gw_session *s = link->sessions, *next; s; s = next) {
        next = s->hh.next;
        if (*s->public_key && gw_gate_admit(link->o.gate, s->public_key, GW_MSG_HELLO) != GW_OK)
            gw_broker_link_refuse_session(link, s, GW__REFUSE_CODE__REFUSE_NOT_ALLOWED, gw_reason(), STOP_RETRY_MS);
    }
}

static void on_tick(uv_timer_t *timer)
{
    struct gw_broker_link *link = timer->data;
    int64_t now_ms = gw_clock_boot_ms();
    look_at_keys(link);
    gw_refusals_tick(link->o.refusals);
    for (struct gw_session *s = link->sessions, *next; s; s = next) {
        next = s->hh.next;
        if (now_ms - s->heard_ms > SILENT_HEARTBEATS * HEARTBEAT_MS) {
            gw_warn("link", "silent", "node=%s for %" PRId64 " ms, its hosts are free when their leases end", s->node,
                    now_ms - s->heard_ms);
            gw_broker_link_end_session(link, s);
        }
    }
    gw_broker_link_look_at_errands(link, now_ms);
    gw_broker_link_release_expired(link, now_ms);
    gw_broker_link_assign_free_hosts(link);
    gw_broker_link_look_soon(link);
}

// ---- life

void gw_broker_link_source_changed(struct gw_broker_link *link, const char *source_id)
{
    struct gw_store_source row;
    ProtobufCMessage *message;
    gw_arena_reset(link->scratch);
    if (gw_store_source_get(link->reader, link->scratch, source_id, &row) == GW_OK && !row.removed &&
        gw_message_unpack(&gw__source__descriptor, row.definition.at, row.definition.bytes, link->scratch, &message) ==
            GW_OK) {
        const char *host = gw_url_host_key(link->scratch, ((const Gw__Source *)message)->url);
        if (host)
            gw_leased_host_add(&link->hosts, host);
    }
    for (struct gw_session *s = link->sessions; s; s = s->hh.next) {
        struct telling t = {.link = link, .session = s, .only = source_id};
        if (gw_store_sources(link->reader, tell_source, &t) == GW_ECORRUPT)
            link->o.broken(link->o.arg, GW_ECORRUPT);
    }
    gw_broker_link_look_soon(link);
}

static int listen_all(struct gw_broker_link *link)
{
    for (size_t i = 0; i < GW_LINK_LISTENERS && link->o.endpoints[i]; i++) {
        struct gw_socket_options options = {.kind = GW_SOCKET_ROUTER,
                                            .bind = link->o.endpoints[i],
                                            .gate = gw_endpoint_is_ipc(link->o.endpoints[i]) ? NULL : link->o.gate,
                                            .refusals = link->o.refusals,
                                            .receive_high_water = RECEIVE_HIGH_WATER,
                                            .arena_bytes = GW_LINK_MESSAGE_ARENA,
                                            .on_message = on_message,
                                            .arg = link};
        int rc = gw_socket_new(link->loop, &options, &link->sockets[i]);
        if (rc != GW_OK)
            return rc;
    }
    return GW_OK;
}

static void free_when_closed(uv_handle_t *handle)
{
    struct gw_broker_link *link = handle->data;
    if (--link->open_handles)
        return;
    pthread_mutex_destroy(&link->asked_lock);
    free(link);
}

void gw_broker_link_stop(struct gw_broker_link *link)
{
    if (!link || link->stopping)
        return;
    link->stopping = true;
    uv_timer_stop(&link->tick);
    uv_timer_stop(&link->flush);
    uv_idle_stop(&link->soon);
    for (struct gw_session *s = link->sessions, *next; s; s = next) {
        next = s->hh.next;
        refuse(link, &s->key, GW__REFUSE_CODE__REFUSE_STOPPING, "the broker stops", STOP_RETRY_MS);
        gw_broker_link_end_session(link, s);
    }
    gw_broker_link_forget_errands(link);
    for (size_t i = 0; i < GW_LINK_LISTENERS; i++)
        link->sockets[i] = gw_socket_free(link->sockets[i]);
}

struct gw_broker_link *gw_broker_link_free(struct gw_broker_link *link)
{
    if (!link)
        return NULL;
    gw_broker_link_stop(link);
    link->port = gw_port_free(link->port);
    gw_broker_link_forget_errands(link);
    gw_host_table_fini(&link->hosts);
    gw_store_close(link->reader);
    gw_arena_free(link->scratch);
    while (link->spare_count)
        gw_arena_free(link->spares[--link->spare_count]);
    uv_close((uv_handle_t *)&link->tick, free_when_closed);
    uv_close((uv_handle_t *)&link->flush, free_when_closed);
    uv_close((uv_handle_t *)&link->soon, free_when_closed);
    uv_close((uv_handle_t *)&link->wake, free_when_closed);
    return NULL;
}

int gw_broker_link_new(uv_loop_t *loop, const struct gw_broker_link_options *options, struct gw_broker_link **ret_link)
{
    struct gw_broker_link *link = calloc(1, sizeof *link);
    gw_assert(link);
    link->loop = loop;
    link->o = *options;
    link->scratch = gw_arena_new(SCRATCH_BYTES);
    link->port = gw_port_new(loop);
    gw_assert(uv_timer_init(loop, &link->tick) == 0 && uv_timer_init(loop, &link->flush) == 0);
    gw_assert(uv_idle_init(loop, &link->soon) == 0);
    link->tick.data = link->flush.data = link->soon.data = link;
    gw_assert(uv_async_init(loop, &link->wake, gw_broker_link_on_wake) == 0);
    link->wake.data = link;
    pthread_mutex_init(&link->asked_lock, NULL);
    link->open_handles = 4;
    int rc = gw_store_reader(options->store, &link->reader);
    if (rc == GW_OK)
        rc = gw_store_identify(link->reader, &link->identity);
    if (rc == GW_OK)
        rc = gw_host_table_load(&link->hosts, link->reader, gw_clock_boot_ms());
    if (rc == GW_OK)
        rc = listen_all(link);
    if (rc != GW_OK) {
        gw_broker_link_free(link);
        return rc;
    }
    uv_timer_start(&link->tick, on_tick, TICK_MS, TICK_MS);
    *ret_link = link;
    return GW_OK;
}

const char *gw_broker_link_endpoint(const struct gw_broker_link *link, size_t i)
{
    return link->sockets[i] ? gw_socket_endpoint(link->sockets[i]) : NULL;
}
