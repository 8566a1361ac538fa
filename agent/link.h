// SPDX-License-Identifier: Apache-2.0
// The agent's side of the conversation with the broker: CONVERSATION.md, "Link". Sends what is durable in the outbox
// within the broker's credit, deletes what is acknowledged, and begins again with a new socket after any trouble.
#ifndef GW_AGENT_LINK_H
#define GW_AGENT_LINK_H

#include "agent/outbox.h"
#include "schema/link.pb-c.h"
#include "wire/keys.h"

#include <uv.h>

enum gw_link_state {
    GW_LINK_DOWN,
    GW_LINK_HELLO_SENT,
    GW_LINK_RESEND, // until all that was waiting when the session began is acknowledged
    GW_LINK_LIVE,
};

// What the agent does with what the broker says. All must be set; none may free the link.
struct gw_link_ops {
    // A session begins. `store_changed`: it is another store, or one that was restored; every copy of a target is void.
    void (*welcome)(void *arg, bool store_changed);
    void (*live)(void *arg); // leases may be asked for
    void (*down)(void *arg);
    void (*source)(void *arg, const Gw__SourceDef *def);
    void (*grant)(void *arg, const Gw__Grant *grant);
    void (*target)(void *arg, const Gw__TargetDef *def);
    void (*revoke)(void *arg, const Gw__HostEpoch *held);
    void (*task)(void *arg, const Gw__Task *task); // answered by gw_link_done(), at once or later
    void (*nack)(void *arg, const Gw__Nack *nack);
    void (*acked)(void *arg);
    // The broker ends the session over this message each time: keep its bytes, it becomes a tombstone.
    void (*poison)(void *arg, uint64_t msgno, const char *why);
};

struct gw_link_options {
    const char *endpoint;     // of the broker
    const struct gw_key *key; // NULL: it is on this machine
    const char *node;         // name of this machine, for people
    const char *program;      // "govwire-agent 0.1.0"
    const char *store_file;   // where the identity of the broker's store is remembered
    struct gw_outbox *outbox;
    const struct gw_link_ops *ops;
    void *arg;
};

struct gw_link;

// Life. Strings are borrowed. Connects with the first tick.
struct gw_link *gw_link_new(uv_loop_t *loop, const struct gw_link_options *options);
struct gw_link *gw_link_free(struct gw_link *link); // accepts NULL, returns NULL

// Use
void gw_link_tick(struct gw_link *link, int64_t now_ms); // a few times a second
void gw_link_pump(struct gw_link *link);                 // something became durable
// These are lost when the link is not live; the tick of the agent says them again.
void gw_link_lease_req(struct gw_link *link, uint32_t capacity, char **hosts, size_t count);
void gw_link_renew(struct gw_link *link, Gw__HostEpoch **held, size_t count);
void gw_link_report(struct gw_link *link, const Gw__Report *report);
void gw_link_done(struct gw_link *link, uint64_t task, const Gw__Answer *answer);
void gw_link_bye(struct gw_link *link, const char *reason);

// Inspect
enum gw_link_state gw_link_state(const struct gw_link *link);
uint64_t gw_link_sent(const struct gw_link *link);       // everything up to here is on its way
const char *gw_link_trouble(const struct gw_link *link); // why it is down; "" when it is not

#endif
