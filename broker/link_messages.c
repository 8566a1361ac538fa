// SPDX-License-Identifier: Apache-2.0
// The way of a message: from its frame to the writer thread, and, once it is on disk, back as TARGETs, NACK and ACK.
#include "link_parts.h"

#include "base/log.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct granted {
    const char *host;
    uint32_t epoch;
};

struct message_work {
    struct gw_work work;
    struct gw_broker_link *link;
    uint64_t session;
    struct gw_arena *arena; // holds the message and all that is made of it
    enum gw_msg type;
    const ProtobufCMessage *message;
    struct gw_origin origin;
    struct gw_prepared prepared;
    bool may_hold; // free hosts of new targets are granted to the sender with them
    struct gw_intake intake;
    struct granted *granted;
    size_t granted_count;
};

// So that the sender, when its outbox is empty, knows of every row it sent, also of those on hosts nobody held.
static int grant_new_hosts(struct gw_store *store, struct message_work *w)
{
    const char *last = NULL;
    w->granted = gw_arena_alloc(w->arena, (w->intake.target_count + 1) * sizeof *w->granted);
    if (!w->granted)
        return gw_fail(GW_ELIMIT, "no memory for %zu grants", w->intake.target_count);
    for (size_t i = 0; i < w->intake.target_count; i++) {
        const char *host = w->intake.targets[i].host;
        struct gw_store_lease lease;
        if (last && strcmp(last, host) == 0)
            continue;
        last = host;
        int rc = gw_store_lease_get(store, w->arena, host, &lease);
        if (rc == GW_OK && !gw_id_is_none(&lease.holder))
            continue;
        uint32_t epoch = 0;
        if (rc == GW_OK || rc == GW_ENOTFOUND)
            rc = gw_grant(store, w->arena, host, &w->origin.incarnation, &epoch);
        if (rc != GW_OK)
            return rc;
        w->granted[w->granted_count++] = (struct granted){host, epoch};
    }
    return GW_OK;
}

static int apply_message(struct gw_store *store, struct gw_work *work)
{
    struct message_work *w = (struct message_work *)work;
    int rc;
    w->granted_count = 0;
    switch (w->type) {
    case GW_MSG_PUBLISH:
        rc = gw_intake_publish(store, w->arena, &w->origin, ((const Gw__Publish *)w->message)->observation,
                               &w->prepared, &w->intake);
        break;
    case GW_MSG_TOMBSTONE:
        rc = gw_intake_tombstone(store, &w->origin, ((const Gw__Tombstone *)w->message)->reason, &w->intake);
        break;
    default:
        rc = gw_intake_offer(store, w->arena, (const Gw__Offer *)w->message, &w->intake);
    }
    if (rc == GW_OK && w->may_hold && w->intake.target_count)
        rc = grant_new_hosts(store, w);
    work->early = w->granted_count == 0; // a grant's targets are read right after it
    return rc;
}

static int bury_message(struct gw_store *store, struct gw_work *work)
{
    struct message_work *w = (struct message_work *)work;
    w->granted_count = 0;
    if (w->type == GW_MSG_OFFER)
        return GW_OK; // it has no number to be counted under
    struct gw_buf packed = GW_BUF(GW_FRAME_MAX);
    int rc = gw_message_pack(&packed, w->message);
    if (rc == GW_OK)
        rc = gw_intake_bury(store, &w->origin, (struct gw_span){packed.data, packed.bytes}, work->reason, &w->intake);
    gw_buf_fini(&packed);
    return rc;
}

static void count_outcome(struct gw_broker_link *link, enum gw_outcome outcome)
{
    static const struct {
        enum gw_outcome outcome;
        enum gw_count count;
    } counts[] = {
        {GW_OUTCOME_STORED, GW_COUNT_STORED},  {GW_OUTCOME_UNCHANGED, GW_COUNT_UNCHANGED},
        {GW_OUTCOME_LATE, GW_COUNT_LATE},      {GW_OUTCOME_DEAD, GW_COUNT_DEAD},
        {GW_OUTCOME_REPEAT, GW_COUNT_REPEATS},
    };
    for (size_t i = 0; i < GW_COUNT(counts); i++)
        if (counts[i].outcome == outcome)
            gw_board_add(link->o.board, counts[i].count, 1);
}

static void say_new_targets(struct message_work *w)
{
    struct gw_broker_link *link = w->link;
    for (size_t i = 0; i < w->granted_count; i++)
        gw_broker_link_note_grant(link, w->granted[i].host, w->granted[i].epoch, &w->origin.incarnation);
    for (size_t i = 0; i < w->intake.target_count; i++) {
        const struct gw_intake_target *t = &w->intake.targets[i];
        struct gw_leased_host *host = gw_leased_host_add(&link->hosts, t->host);
        struct gw_session *holder = gw_broker_link_session_holding(link, &host->holder);
        bool granted = false; // then it goes with all the host's targets
        for (size_t j = 0; j < w->granted_count && !granted; j++)
            granted = strcmp(w->granted[j].host, t->host) == 0;
        if (granted || !holder)
            continue;
        Gw__TargetDef def = GW__TARGET_DEF__INIT;
        def.target = t->target;
        def.host = (char *)t->host;
        gw_session_say(holder, GW_MSG_TARGET, &def);
    }
    gw_board_add(link->o.board, GW_COUNT_TARGETS, w->intake.target_count);
}

static void say_nack(struct gw_session *session, const struct message_work *w)
{
    Gw__Nack nack = GW__NACK__INIT;
    nack.msgno = w->origin.msgno;
    nack.code = (char *)gw_outcome_name(w->intake.outcome);
    nack.reason = (char *)w->work.reason;
    gw_session_say(session, GW_MSG_NACK, &nack);
}

// The message has its outcome on disk.
static void answer(struct message_work *w, struct gw_session *session)
{
    count_outcome(w->link, w->intake.outcome);
    say_new_targets(w);
    if (!session || w->type == GW_MSG_OFFER)
        return;
    if (w->intake.outcome == GW_OUTCOME_GAP) {
        gw_broker_link_refuse_session(w->link, session, GW__REFUSE_CODE__REFUSE_BAD_FRAME,
                                      "messages before this one are missing", 0);
        return;
    }
    if (w->intake.outcome == GW_OUTCOME_DEAD || w->intake.outcome == GW_OUTCOME_LATE)
        say_nack(session, w);
    if (w->origin.msgno > session->done)
        session->done = w->origin.msgno;
}

// Arenas go round, warm: the writer fills one with every message.
static struct gw_arena *spare_arena(struct gw_broker_link *link)
{
    return link->spare_count ? link->spares[--link->spare_count] : NULL;
}

static void free_message(struct message_work *w)
{
    struct gw_broker_link *link = w->link;
    gw_arena_reset(w->arena);
    if (link->spare_count < GW_LINK_SPARES)
        link->spares[link->spare_count++] = w->arena;
    else
        gw_arena_free(w->arena);
    free(w);
}

static void done_message(struct gw_work *work)
{
    struct message_work *w = (struct message_work *)work;
    struct gw_broker_link *link = w->link;
    struct gw_session *session = gw_broker_link_session_numbered(link, w->session);
    if (session)
        session->at_writer--;
    if (w->intake.outcome == GW_OUTCOME_DEAD)
        gw_warn("intake", "dead", "node=%s msgno=%" PRIu64 " %s, its bytes are kept", w->origin.node, w->origin.msgno,
                work->reason);
    if (!link->stopping) {
        // Buried is stored, too; anything else left the store as it was, so nothing may be said.
        if (work->rc == GW_OK || (work->rc != GW_ECORRUPT && gw_rc_class(work->rc) != GW_CLASS_RETRY))
            answer(w, session);
        else if (work->rc == GW_ECORRUPT)
            link->o.broken(link->o.arg, work->rc);
        gw_broker_link_look_soon(link);
    }
    free_message(w);
}

static void store_message(struct gw_broker_link *link, struct gw_session *session, enum gw_msg type,
                          const ProtobufCMessage *message, struct gw_origin origin)
{
    struct message_work *w = calloc(1, sizeof *w);
    gw_assert(w);
    *w = (struct message_work){
        .work = {.apply = apply_message, .bury = bury_message, .done = done_message, .port = link->port},
        .link = link,
        .session = session->number,
        .arena = gw_socket_take_arena(session->key.socket, spare_arena(link)),
        .type = type,
        .message = message,
        .origin = origin,
        .may_hold = session->asked && session->held < session->capacity,
    };
    if (type == GW_MSG_PUBLISH)
        gw_intake_prepare(w->arena, &w->origin, ((const Gw__Publish *)message)->observation, &w->prepared);
    w->work.bytes = gw_arena_taken(w->arena);
    w->origin.incarnation = session->incarnation;
    w->origin.node = gw_arena_strdup(w->arena, session->node);
    int rc = !w->origin.node ? gw_fail(GW_ELIMIT, "message too large")
             : session->at_writer >= GW_LINK_AT_WRITER_MAX
                 ? gw_fail(GW_EAGAIN, "more at once than is taken of one agent")
                 : gw_writer_put(link->o.writer, &w->work);
    if (rc == GW_OK) {
        session->at_writer++;
        return;
    }
    free_message(w);
    gw_broker_link_refuse_session(link, session, GW__REFUSE_CODE__REFUSE_BUSY, gw_reason(), GW_LINK_BUSY_RETRY_MS);
}

void gw_broker_link_on_publish(struct gw_broker_link *link, struct gw_session *session, const Gw__Publish *publish)
{
    if (publish->msgno > session->credit) {
        gw_broker_link_refuse_session(link, session, GW__REFUSE_CODE__REFUSE_BAD_FRAME, "PUBLISH beyond its credit", 0);
        return;
    }
    struct gw_origin origin = {.msgno = publish->msgno, .host = publish->host, .epoch = publish->epoch};
    store_message(link, session, GW_MSG_PUBLISH, &publish->base, origin);
}

void gw_broker_link_on_tombstone(struct gw_broker_link *link, struct gw_session *session,
                                 const Gw__Tombstone *tombstone)
{
    struct gw_origin origin = {.msgno = tombstone->msgno, .host = ""};
    store_message(link, session, GW_MSG_TOMBSTONE, &tombstone->base, origin);
}

void gw_broker_link_on_offer(struct gw_broker_link *link, struct gw_session *session, const Gw__Offer *offer)
{
    store_message(link, session, GW_MSG_OFFER, &offer->base, (struct gw_origin){.host = ""});
}
