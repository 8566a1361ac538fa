// SPDX-License-Identifier: Apache-2.0
// Private to link.c and its parts: link_hosts.c (leases), link_messages.c (what is stored), link_tasks.c (errands).
#ifndef GW_BROKER_LINK_PARTS_H
#define GW_BROKER_LINK_PARTS_H

#include "intake.h"
#include "leases.h"
#include "link.h"
#include "session.h"

enum {
    GW_LINK_LISTENERS = 2,
    GW_LINK_BUSY_RETRY_MS = 1000,
    // The writer's queue is everybody's. Credit keeps PUBLISH well below this; what is not under credit stays there,
    // too.
    GW_LINK_AT_WRITER_MAX = 1024,
    GW_LINK_MESSAGE_ARENA = 64 * 1024 * 1024, // ceiling for one message and everything made of it
    GW_LINK_SPARES = 256,                     // arenas of messages that are done, kept for the next
};

struct gw_broker_link {
    uv_loop_t *loop;
    struct gw_broker_link_options o;
    struct gw_socket *sockets[GW_LINK_LISTENERS];
    struct gw_port *port;
    struct gw_store *reader;
    struct gw_store_identity identity;
    struct gw_session *sessions; // by key
    struct gw_host_table hosts;
    uint64_t last_number;
    struct gw_hello_work *hellos; // at the writer
    unsigned hello_count;
    uint64_t gate_changes; // when the sessions' keys were last looked at
    struct gw_arena *scratch;
    struct gw_arena *spares[GW_LINK_SPARES]; // empty
    size_t spare_count;
    uv_timer_t tick, flush;
    uv_idle_t soon;  // something was committed, or waits to be said: look at all sessions once
    uv_async_t wake; // somebody asked
    pthread_mutex_t asked_lock;
    struct gw_errand_asked *asked; // by other threads
    struct gw_errand_run *runs;    // errands that agents are at
    int open_handles;
    bool stopping;
};

// link.c: sessions
struct gw_session *gw_broker_link_session_numbered(struct gw_broker_link *link, uint64_t number);
struct gw_session *gw_broker_link_session_holding(struct gw_broker_link *link, const struct gw_id *incarnation);
void gw_broker_link_end_session(struct gw_broker_link *link, struct gw_session *session);
void gw_broker_link_refuse_session(struct gw_broker_link *link, struct gw_session *session, Gw__RefuseCode code,
                                   const char *reason, uint32_t retry_ms);
// ACK and send what waits: on the loop's next turn.
void gw_broker_link_look_soon(struct gw_broker_link *link);

// link_hosts.c: leases
void gw_broker_link_on_lease_req(struct gw_broker_link *link, struct gw_session *session, const Gw__LeaseReq *req);
void gw_broker_link_on_renew(struct gw_broker_link *link, struct gw_session *session, const Gw__Renew *renew);
void gw_broker_link_on_release(struct gw_broker_link *link, struct gw_session *session, const Gw__Release *release);
// The store says that `incarnation` holds the host now: its session, when it is there, gets the grant and all targets.
void gw_broker_link_note_grant(struct gw_broker_link *link, const char *host, uint32_t epoch,
                               const struct gw_id *incarnation);
void gw_broker_link_assign_free_hosts(struct gw_broker_link *link);
void gw_broker_link_release_expired(struct gw_broker_link *link, int64_t now_ms);
void gw_broker_link_release_held_by(struct gw_broker_link *link, const struct gw_id *incarnation);

// link_messages.c: what is stored
void gw_broker_link_on_publish(struct gw_broker_link *link, struct gw_session *session, const Gw__Publish *publish);
void gw_broker_link_on_tombstone(struct gw_broker_link *link, struct gw_session *session,
                                 const Gw__Tombstone *tombstone);
void gw_broker_link_on_offer(struct gw_broker_link *link, struct gw_session *session, const Gw__Offer *offer);

// link_tasks.c: errands
void gw_broker_link_on_wake(uv_async_t *wake);
void gw_broker_link_on_done(struct gw_broker_link *link, struct gw_session *session, const Gw__Done *done);
void gw_broker_link_look_at_errands(struct gw_broker_link *link, int64_t now_ms);
void gw_broker_link_forget_errands(struct gw_broker_link *link); // nobody hears any more, or nobody asks

#endif
