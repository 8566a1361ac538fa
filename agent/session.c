// SPDX-License-Identifier: Apache-2.0
// What the broker says: sources, leases, targets, and what became of our messages.
#include "agent_parts.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>

enum {
    HOSTS_PER_FRAME = 2000, // of at most 260 bytes each
    CAPACITY = 1000000,     // hosts one agent is ready to hold
    DRAIN_MS = 2000,        // that the first LEASE_REQ of a session waits for jobs of the one before
};

// ---- targets

// Take a target out of everything that knows it.
static void release(struct gw_agent *agent, struct gw_target *target)
{
    if (target->task.running) {
        gw_schedule_end(&agent->schedule, &target->task);
        gw_jobs_forget(agent->jobs, target);
    }
    gw_schedule_drop(&agent->schedule, &target->task);
}

static void drop_copies(struct gw_agent *agent)
{
    struct gw_target *target;
    for (uint32_t at = 0; (target = gw_keyed_next(&agent->targets.articles, &at));) {
        release(agent, target);
        gw_targets_drop(&agent->targets, target);
    }
    struct gw_watch *watch;
    for (uint32_t at = 0; (watch = gw_keyed_next(&agent->targets.watches, &at));) {
        release(agent, watch->list);
        gw_watch_reset_list(watch);
        watch->last_new_ms = 0;
    }
    struct gw_host *host;
    for (uint32_t at = 0; (host = gw_keyed_next(&agent->leases.hosts, &at));) {
        gw_lease_lost(host);
        host->lease.epoch = 0;
        host->last_msgno = 0;
    }
}

static void on_target(void *arg, const Gw__TargetDef *def)
{
    struct gw_agent *agent = arg;
    struct gw_host *host = gw_host_get(&agent->leases, def->host);
    struct gw_target *target = def->target ? gw_targets_put(&agent->targets, def->target) : NULL;
    if (target)
        gw_agent_schedule(agent, target, host);
    if (!def->last)
        return;
    gw_lease_filled(host);
    gw_schedule_touch(&agent->schedule, host);
    gw_agent_dispatch(agent);
}

// ---- sources

static void drop_watch(struct gw_agent *agent, struct gw_watch *watch)
{
    struct gw_target *t;
    for (uint32_t at = 0; (t = gw_keyed_next(&agent->targets.articles, &at));)
        if (t->watch == watch)
            release(agent, t);
    release(agent, watch->list);
    gw_watch_drop(&agent->targets, watch);
}

static void reschedule_all(struct gw_agent *agent, struct gw_watch *watch)
{
    struct gw_target *t;
    for (uint32_t at = 0; (t = gw_keyed_next(&agent->targets.articles, &at));)
        if (t->watch == watch)
            gw_agent_schedule(agent, t, NULL);
}

static void put_source(struct gw_agent *agent, const Gw__SourceDef *def)
{
    struct gw_watch *known = gw_watch_find(&agent->targets, def->source->id);
    bool was_paused = known && known->paused, moved;
    if (def->removed) {
        if (known)
            drop_watch(agent, known);
        return;
    }
    if (known && gw_watch_same(known, def->source)) {
        known->present = true;
        return;
    }
    if (known) { // an answer that is under way would be taken for that of the new definition
        release(agent, known->list);
        gw_health_forget(&known->health);
    }
    struct gw_watch *watch = gw_watch_put(&agent->targets, def->source, &moved);
    if (!known && def->health)
        gw_health_restore(&watch->health, def->health);
    if (watch->paused != was_paused)
        gw_health_pause(&watch->health, watch->paused, gw_clock_unix_ms());
    struct gw_host *host = gw_agent_host_of(agent, def->source->url);
    if (!host) {
        gw_error("agent", "source", "%s: %s, not watched", watch->id, gw_reason());
        return;
    }
    gw_agent_schedule(agent, watch->list, host);
    if (!known || watch->paused != was_paused)
        reschedule_all(agent, watch);
}

static void on_source(void *arg, const Gw__SourceDef *def)
{
    struct gw_agent *agent = arg;
    if (def->source)
        put_source(agent, def);
    if (!def->last)
        return;
    struct gw_watch *watch;
    for (uint32_t at = 0; (watch = gw_keyed_next(&agent->targets.watches, &at));)
        if (!watch->present)
            drop_watch(agent, watch);
    agent->sources_known = true;
    gw_agent_leases_tick(agent, gw_clock_boot_ms());
}

// ---- leases

// The first LEASE_REQ of a session brings back every host we held, under new epochs. What was made under the old ones
// is late behind it (kept, but the target stays as it was), so what runs may end and be sent before.
static bool drained(const struct gw_agent *agent, int64_t now_ms)
{
    return agent->asked || now_ms - agent->live_ms >= DRAIN_MS ||
           (agent->schedule.running == 0 && gw_link_sent(agent->link) == gw_outbox_next(agent->outbox) - 1);
}

static bool to_ask(const struct gw_agent *agent, const struct gw_host *host, int64_t now_ms)
{
    return gw_lease_to_ask(host, now_ms) && host->queue.running == 0 && host->last_msgno <= gw_link_sent(agent->link);
}

static void ask(struct gw_agent *agent, int64_t now_ms)
{
    char *hosts[HOSTS_PER_FRAME];
    size_t count = 0;
    struct gw_host *host;
    for (uint32_t at = 0; (host = gw_keyed_next(&agent->leases.hosts, &at));) {
        if (!to_ask(agent, host, now_ms))
            continue;
        gw_lease_asked(host, now_ms);
        agent->asked = true;
        hosts[count++] = host->key;
        if (count == HOSTS_PER_FRAME) {
            gw_link_lease_req(agent->link, CAPACITY, hosts, count);
            count = 0;
        }
    }
    if (count)
        gw_link_lease_req(agent->link, CAPACITY, hosts, count);
}

static void renew(struct gw_agent *agent)
{
    static Gw__HostEpoch epochs[HOSTS_PER_FRAME];
    Gw__HostEpoch *held[HOSTS_PER_FRAME];
    size_t count = 0;
    struct gw_host *host;
    for (uint32_t at = 0; (host = gw_keyed_next(&agent->leases.hosts, &at));) {
        if (host->lease.state < GW_LEASE_FILLING)
            continue;
        held[count] = &epochs[count];
        gw__host_epoch__init(held[count]);
        held[count]->host = host->key;
        held[count]->epoch = host->lease.epoch;
        if (++count == HOSTS_PER_FRAME) {
            gw_link_renew(agent->link, held, count);
            count = 0;
        }
    }
    if (count)
        gw_link_renew(agent->link, held, count);
}

void gw_agent_leases_tick(struct gw_agent *agent, int64_t now_ms)
{
    uint32_t lost = gw_leases_expire(&agent->leases, now_ms);
    if (lost)
        gw_warn("agent", "leases", "%u ended without renewal, fetching from those hosts stops", lost);
    if (gw_link_state(agent->link) != GW_LINK_LIVE || !agent->sources_known)
        return;
    if (drained(agent, now_ms))
        ask(agent, now_ms);
    if (now_ms - agent->renewed_ms >= GW_LEASE_RENEW_MS) {
        agent->renewed_ms = now_ms;
        renew(agent);
    }
}

static void on_grant(void *arg, const Gw__Grant *grant)
{
    struct gw_agent *agent = arg;
    struct gw_host *host = gw_host_get(&agent->leases, grant->host);
    if (!gw_lease_granted(host, grant->epoch, grant->ttl_ms, gw_clock_boot_ms()))
        return;
    gw_schedule_touch(&agent->schedule, host);
    gw_agent_answer_permits(agent);
    gw_agent_dispatch(agent);
}

static void on_revoke(void *arg, const Gw__HostEpoch *held)
{
    struct gw_agent *agent = arg;
    struct gw_host *host = gw_host_find(&agent->leases, held->host);
    if (!host || held->epoch < host->lease.epoch)
        return;
    gw_lease_lost(host);
    gw_schedule_touch(&agent->schedule, host);
}

// ---- the session

static void on_welcome(void *arg, bool store_changed)
{
    struct gw_agent *agent = arg;
    gw_leases_stale(&agent->leases);
    if (store_changed)
        drop_copies(agent);
    struct gw_host *host;
    for (uint32_t at = 0; (host = gw_keyed_next(&agent->leases.hosts, &at));)
        gw_schedule_touch(&agent->schedule, host);
    agent->sources_known = false;
    struct gw_watch *watch;
    for (uint32_t at = 0; (watch = gw_keyed_next(&agent->targets.watches, &at));)
        watch->present = false;
}

static void on_live(void *arg)
{
    struct gw_agent *agent = arg;
    memset(agent->report_hashes, 0, sizeof agent->report_hashes);
    agent->asked = false;
    agent->live_ms = gw_clock_boot_ms();
    gw_agent_leases_tick(agent, gw_clock_boot_ms());
}

static void on_down(void *arg)
{
    (void)arg; // leases last until their own end
}

static void on_acked(void *arg)
{
    gw_agent_dispatch(arg); // there may be room in the outbox again
}

static void on_nack(void *arg, const Gw__Nack *nack)
{
    struct gw_agent *agent = arg;
    agent->counters.dead_letters++;
    gw_warn("link", "nack", "message %llu is a dead letter: %s %s", (unsigned long long)nack->msgno, nack->code,
            nack->reason);
    struct gw_buf frame = GW_BUF(GW_OUTBOX_RECORD_MAX);
    enum gw_msg type;
    ProtobufCMessage *message;
    gw_arena_reset(agent->arena);
    if (gw_outbox_read(agent->outbox, nack->msgno, &frame) == GW_OK &&
        gw_frame_unpack(frame.data, frame.bytes, agent->arena, &type, &message) == GW_OK && type == GW_MSG_PUBLISH) {
        const Gw__Observation *seen = ((const Gw__Publish *)message)->observation;
        struct gw_watch *watch = gw_watch_find(&agent->targets, seen->source_id);
        // By its identity: `seen->url` is the address that was asked.
        struct gw_target *target = seen->target ? gw_targets_find(&agent->targets, seen->target->url) : NULL;
        if (seen->purpose == GW__PURPOSE__PURPOSE_LIST)
            target = watch ? watch->list : NULL;
        if (target)
            gw_target_distrust(target);
    }
    gw_buf_fini(&frame);
}

const struct gw_link_ops gw_agent_link_ops = {
    .welcome = on_welcome,
    .live = on_live,
    .down = on_down,
    .source = on_source,
    .grant = on_grant,
    .target = on_target,
    .revoke = on_revoke,
    .task = gw_agent_errand,
    .nack = on_nack,
    .acked = on_acked,
    .poison = gw_agent_poison,
};
