// SPDX-License-Identifier: Apache-2.0
#include "session.h"

#include "base/log.h"

#include "schema/link.pb-c.h"

#include <stdlib.h>
#include <string.h>

enum { TARGETS_PER_TURN = 500 };

// What waits: a packed frame, or (host not NULL) the targets of a host behind `after`.
struct gw_said {
    struct gw_said *next;
    struct gw_buf frame;
    char *host, *after;
};

struct gw_session *gw_session_new(const struct gw_session_key *key, uint64_t number)
{
    struct gw_session *session = calloc(1, sizeof *session);
    gw_assert(session);
    session->key = *key;
    session->peer = key->peer;
    session->number = number;
    session->last = &session->first;
    return session;
}

static void pop(struct gw_session *session)
{
    struct gw_said *said = session->first;
    session->first = said->next;
    if (!session->first)
        session->last = &session->first;
    session->waiting_bytes -= said->frame.bytes;
    gw_buf_fini(&said->frame);
    free(said->host);
    free(said->after);
    free(said);
}

struct gw_session *gw_session_free(struct gw_session *session)
{
    if (!session)
        return NULL;
    while (session->first)
        pop(session);
    free(session);
    return NULL;
}

static struct gw_said *push(struct gw_session *session)
{
    struct gw_said *said = calloc(1, sizeof *said);
    gw_assert(said);
    said->frame = GW_BUF(GW_FRAME_MAX);
    *session->last = said;
    session->last = &said->next;
    return said;
}

static void lose(struct gw_session *session, const char *why)
{
    if (!session->gone)
        gw_info("link", "gone", "node=%s %s", session->node, why);
    session->gone = true;
}

void gw_session_say(struct gw_session *session, enum gw_msg type, const void *message)
{
    int rc = GW_EAGAIN;
    if (session->gone)
        return;
    if (!session->first)
        rc = gw_socket_send(session->key.socket, &session->peer, type, message);
    if (rc == GW_OK)
        return;
    if (rc != GW_EAGAIN) {
        lose(session, gw_reason());
        return;
    }
    struct gw_said *said = push(session);
    rc = gw_frame_pack(&said->frame, type, message);
    session->waiting_bytes += said->frame.bytes;
    if (rc != GW_OK || session->waiting_bytes > GW_SESSION_QUEUE_MAX)
        lose(session, rc != GW_OK ? gw_reason() : "it does not read");
}

void gw_session_say_targets(struct gw_session *session, const char *host)
{
    struct gw_said *said = push(session);
    said->host = strdup(host);
    gw_assert(said->host);
}

// ---- the targets of a host

struct saying {
    struct gw_session *session;
    struct gw_said *said;
    struct gw_arena *arena;
    size_t n;
    int rc; // what stopped it
};

static bool say_target(const struct gw_store_target *row, void *arg)
{
    struct saying *s = arg;
    ProtobufCMessage *target;
    gw_arena_reset(s->arena);
    s->rc = gw_message_unpack(&gw__target__descriptor, row->target.at, row->target.bytes, s->arena, &target);
    if (s->rc != GW_OK) {
        s->rc = gw_fail_prefix(GW_ECORRUPT, "target %s", row->url);
        return false;
    }
    Gw__TargetDef def = GW__TARGET_DEF__INIT;
    def.target = (Gw__Target *)target;
    def.host = s->said->host;
    s->rc = gw_socket_send(s->session->key.socket, &s->session->peer, GW_MSG_TARGET, &def);
    if (s->rc != GW_OK)
        return false;
    free(s->said->after);
    s->said->after = strdup(row->url);
    gw_assert(s->said->after);
    return ++s->n < TARGETS_PER_TURN;
}

// GW_EAGAIN: there is more, later.
static int say_some_targets(struct gw_session *session, struct gw_store *reader, struct gw_arena *arena)
{
    struct saying s = {.session = session, .said = session->first, .arena = arena};
    int rc = gw_store_targets(reader, s.said->host, s.said->after, say_target, &s);
    if (rc != GW_OK || s.rc != GW_OK)
        return rc != GW_OK ? rc : s.rc;
    if (s.n == TARGETS_PER_TURN)
        return GW_EAGAIN;
    Gw__TargetDef end = GW__TARGET_DEF__INIT;
    end.host = s.said->host;
    end.last = true;
    return gw_socket_send(session->key.socket, &session->peer, GW_MSG_TARGET, &end);
}

int gw_session_flush(struct gw_session *session, struct gw_store *reader, struct gw_arena *arena)
{
    while (session->first && !session->gone) {
        struct gw_said *said = session->first;
        int rc = said->host
                     ? say_some_targets(session, reader, arena)
                     : gw_socket_send_frame(session->key.socket, &session->peer, said->frame.data, said->frame.bytes);
        if (rc == GW_EAGAIN) // the socket is full, or this was enough for one turn
            return GW_OK;
        if (rc == GW_ECORRUPT)
            return rc;
        if (rc != GW_OK) {
            lose(session, gw_reason());
            return GW_OK;
        }
        pop(session);
    }
    return GW_OK;
}
