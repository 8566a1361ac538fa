// SPDX-License-Identifier: Apache-2.0
// The link's leases: grants and releases go through the store, renewals are answered at once.
#include "link_parts.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>

// Works on hosts: a grant of several to one agent, or a release of one.
struct host_work {
    struct gw_work work;
    struct gw_broker_link *link;
    uint64_t session; // grant
    struct gw_id incarnation;
    struct gw_arena *arena;
    size_t count;
    uint32_t *epochs; // grant: given, 0 not; release: to be freed
    char *hosts[];
};

static struct host_work *host_work_new(struct gw_broker_link *link, size_t count)
{
    struct host_work *w = calloc(1, sizeof *w + count * sizeof *w->hosts);
    gw_assert(w);
    w->link = link;
    w->arena = gw_arena_new(GW_LINK_MESSAGE_ARENA);
    w->epochs = calloc(count ? count : 1, sizeof *w->epochs);
    gw_assert(w->epochs);
    w->work.port = link->port;
    w->work.bytes = sizeof *w + count * 64;
    return w;
}

static void host_work_free(struct host_work *w)
{
    for (size_t i = 0; i < w->count; i++) {
        struct gw_leased_host *host = gw_leased_host_find(&w->link->hosts, w->hosts[i]);
        if (host)
            host->moving = false;
        free(w->hosts[i]);
    }
    free(w->epochs);
    gw_arena_free(w->arena);
    free(w);
}

static void host_work_add(struct host_work *w, struct gw_leased_host *host)
{
    host->moving = true;
    w->epochs[w->count] = host->epoch;
    w->hosts[w->count] = strdup(host->key);
    gw_assert(w->hosts[w->count]);
    w->count++;
}

static void host_work_put(struct host_work *w)
{
    if (w->count == 0 || gw_writer_put(w->link->o.writer, &w->work) != GW_OK)
        host_work_free(w); // the next tick tries again
}

static void say_grant(struct gw_session *session, const char *host, uint32_t epoch)
{
    Gw__Grant grant = GW__GRANT__INIT;
    grant.host = (char *)host;
    grant.epoch = epoch;
    grant.ttl_ms = GW_GRANT_TTL_MS;
    gw_session_say(session, GW_MSG_GRANT, &grant);
}

void gw_broker_link_note_grant(struct gw_broker_link *link, const char *key, uint32_t epoch,
                               const struct gw_id *incarnation)
{
    struct gw_leased_host *host = gw_leased_host_add(&link->hosts, key);
    struct gw_session *session = gw_broker_link_session_holding(link, incarnation);
    bool told = epoch == host->epoch, was_its = gw_id_eq(&host->holder, incarnation);
    gw_leased_host_set(&link->hosts, host, epoch, incarnation, gw_clock_boot_ms());
    if (!session || told)
        return;
    session->held += !was_its;
    gw_board_add(link->o.board, GW_COUNT_GRANTS, 1);
    say_grant(session, key, epoch);
    gw_session_say_targets(session, key);
    gw_broker_link_look_soon(link);
}

static int apply_grant(struct gw_store *store, struct gw_work *work)
{
    struct host_work *w = (struct host_work *)work;
    int rc = GW_OK;
    gw_arena_reset(w->arena);
    for (size_t i = 0; i < w->count && rc == GW_OK; i++)
        rc = gw_grant(store, w->arena, w->hosts[i], &w->incarnation, &w->epochs[i]);
    return rc;
}

static void done_grant(struct gw_work *work)
{
    struct host_work *w = (struct host_work *)work;
    for (size_t i = 0; i < w->count && work->rc == GW_OK && !w->link->stopping; i++)
        if (w->epochs[i])
            gw_broker_link_note_grant(w->link, w->hosts[i], w->epochs[i], &w->incarnation);
    host_work_free(w);
}

static int apply_release(struct gw_store *store, struct gw_work *work)
{
    struct host_work *w = (struct host_work *)work;
    int rc = GW_OK;
    gw_arena_reset(w->arena);
    for (size_t i = 0; i < w->count && rc == GW_OK; i++)
        rc = gw_release(store, w->arena, w->hosts[i], w->epochs[i]);
    return rc;
}

static void done_release(struct gw_work *work)
{
    struct host_work *w = (struct host_work *)work;
    for (size_t i = 0; i < w->count && work->rc == GW_OK; i++) {
        struct gw_leased_host *host = gw_leased_host_find(&w->link->hosts, w->hosts[i]);
        if (!host || host->epoch != w->epochs[i])
            continue;
        struct gw_session *session = gw_broker_link_session_holding(w->link, &host->holder);
        if (session)
            session->held--;
        struct gw_id nobody = {0};
        gw_leased_host_set(&w->link->hosts, host, host->epoch, &nobody, 0);
    }
    gw_broker_link_look_soon(w->link);
    host_work_free(w);
}

static bool may_have(const struct gw_session *session, const struct gw_leased_host *host)
{
    return !host->moving && (gw_id_is_none(&host->holder) || gw_id_eq(&host->holder, &session->incarnation));
}

static void assign(struct gw_broker_link *link, struct gw_session *session, size_t room)
{
    struct host_work *w = host_work_new(link, room);
    for (struct gw_leased_host *h = link->hosts.hosts; h && w->count < room; h = h->hh.next)
        if (!h->moving && gw_id_is_none(&h->holder))
            host_work_add(w, h);
    w->session = session->number;
    w->incarnation = session->incarnation;
    w->work.apply = apply_grant;
    w->work.done = done_grant;
    host_work_put(w);
}

static bool has_room(const struct gw_session *session)
{
    return session->asked && !session->gone && session->held < session->capacity;
}

// Free hosts go to the agents that said how many they are ready to hold, so that each has as many as the others.
void gw_broker_link_assign_free_hosts(struct gw_broker_link *link)
{
    size_t takers = 0, hosts = link->hosts.free;
    if (hosts == 0)
        return;
    for (const struct gw_leased_host *h = link->hosts.hosts; h; h = h->hh.next)
        if (h->moving)
            return; // until it is known who holds it, nobody's share is
    for (const struct gw_session *s = link->sessions; s; s = s->hh.next) {
        takers += has_room(s);
        hosts += has_room(s) ? s->held : 0;
    }
    size_t share = takers ? (hosts + takers - 1) / takers : 0;
    for (struct gw_session *s = link->sessions; s; s = s->hh.next) {
        size_t most = share < s->capacity ? share : s->capacity;
        if (has_room(s) && s->held < most)
            assign(link, s, most - s->held);
    }
}

static void release_hosts(struct gw_broker_link *link, bool (*ended)(const struct gw_leased_host *, const void *),
                          const void *arg)
{
    struct host_work *w = NULL;
    for (struct gw_leased_host *h = link->hosts.hosts; h; h = h->hh.next) {
        if (h->moving || gw_id_is_none(&h->holder) || !ended(h, arg))
            continue;
        if (!w)
            w = host_work_new(link, HASH_COUNT(link->hosts.hosts));
        host_work_add(w, h);
    }
    if (!w)
        return;
    w->work.apply = apply_release;
    w->work.done = done_release;
    host_work_put(w);
}

static bool has_expired(const struct gw_leased_host *host, const void *now_ms)
{
    return !gw_id_is_none(&host->holder) && host->until_ms <= *(const int64_t *)now_ms;
}

void gw_broker_link_release_expired(struct gw_broker_link *link, int64_t now_ms)
{
    uint64_t expired = 0;
    for (const struct gw_leased_host *h = link->hosts.hosts; h; h = h->hh.next)
        expired += !h->moving && has_expired(h, &now_ms);
    gw_board_add(link->o.board, GW_COUNT_EXPIRED, expired);
    if (expired)
        release_hosts(link, has_expired, &now_ms);
}

static bool is_held_by(const struct gw_leased_host *host, const void *incarnation)
{
    return gw_id_eq(&host->holder, incarnation);
}

void gw_broker_link_release_held_by(struct gw_broker_link *link, const struct gw_id *incarnation)
{
    release_hosts(link, is_held_by, incarnation);
}

void gw_broker_link_on_lease_req(struct gw_broker_link *link, struct gw_session *session, const Gw__LeaseReq *req)
{
    bool first = !session->asked;
    session->asked = true;
    session->capacity = req->capacity;
    for (size_t i = 0; i < req->n_hosts; i++)
        gw_leased_host_add(&link->hosts, req->hosts[i]);
    struct host_work *w = host_work_new(link, HASH_COUNT(link->hosts.hosts));
    // Of what is free no more than its share at once: the tick gives the rest to whoever has asked by then.
    size_t sessions = HASH_COUNT(link->sessions), share = (HASH_COUNT(link->hosts.hosts) + sessions - 1) / sessions;
    size_t room = share > session->held ? share - session->held : 0;
    for (size_t i = 0; i < req->n_hosts; i++) {
        struct gw_leased_host *host = gw_leased_host_find(&link->hosts, req->hosts[i]);
        if (!may_have(session, host)) // once: it is moving then
            continue;
        bool free = gw_id_is_none(&host->holder);
        if (free && room == 0)
            continue;
        room -= free;
        host_work_add(w, host);
    }
    // What it held before this session comes back at once, asked for or not: it may not remember.
    for (struct gw_leased_host *h = link->hosts.hosts; h && first; h = h->hh.next)
        if (gw_id_eq(&h->holder, &session->incarnation) && !h->moving)
            host_work_add(w, h);
    w->session = session->number;
    w->incarnation = session->incarnation;
    w->work.apply = apply_grant;
    w->work.done = done_grant;
    host_work_put(w);
    gw_broker_link_look_soon(link);
}

void gw_broker_link_on_renew(struct gw_broker_link *link, struct gw_session *session, const Gw__Renew *renew)
{
    int64_t now_ms = gw_clock_boot_ms();
    for (size_t i = 0; i < renew->n_held; i++) {
        struct gw_leased_host *host = gw_leased_host_find(&link->hosts, renew->held[i]->host);
        if (host && host->epoch == renew->held[i]->epoch && gw_id_eq(&host->holder, &session->incarnation)) {
            gw_leased_host_set(&link->hosts, host, host->epoch, &session->incarnation, now_ms);
            say_grant(session, host->key, host->epoch);
            continue;
        }
        Gw__Revoke revoke = GW__REVOKE__INIT;
        revoke.held = renew->held[i];
        gw_session_say(session, GW_MSG_REVOKE, &revoke);
    }
}

void gw_broker_link_on_release(struct gw_broker_link *link, struct gw_session *session, const Gw__Release *release)
{
    struct gw_leased_host *host = gw_leased_host_find(&link->hosts, release->held->host);
    if (!host || host->moving || host->epoch != release->held->epoch || !gw_id_eq(&host->holder, &session->incarnation))
        return;
    struct host_work *w = host_work_new(link, 1);
    host_work_add(w, host);
    w->work.apply = apply_release;
    w->work.done = done_release;
    host_work_put(w);
}
