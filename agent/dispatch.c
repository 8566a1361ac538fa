// SPDX-License-Identifier: Apache-2.0
// From what is due to jobs: the schedule names the next, the permits say when, a collector gets it.
#include "agent_parts.h"

#include "interval.h"

#include "base/clock.h"
#include "base/log.h"
#include "model/source.h"
#include "model/url.h"

#include <stdlib.h>
#include <string.h>

enum {
    TRY_AGAIN_MS = 200,          // a slot that does not fit the lease will fit the renewed one
    PERMIT_LEASE_WAIT_MS = 5000, // for another host's lease
    PERMIT_SLOT_WAIT_MS = 60000, // for a slot
    PATIENCE_EXTRA_MS = 60000,   // beside the transfer's own timeout
};
static const int64_t ROBOTS_MS = 24 * 60 * 60 * (int64_t)1000; // RFC 9309 §2.4

struct gw_host *gw_agent_host_of(struct gw_agent *agent, const char *url)
{
    gw_arena_reset(agent->small);
    const char *key = gw_url_host_key(agent->small, url);
    return key ? gw_host_get(&agent->leases, key) : NULL;
}

// ---- when

static bool is_due_once(const struct gw_agent *agent, const struct gw_target *target, int64_t now_ms)
{
    if (target->settled)
        return false;
    if (target->tries || target->is_list || agent->o.revisit_all)
        return true;
    return !target->done && (target->reads == 0 || target->next_due_ms <= now_ms);
}

static bool is_wanted(const struct gw_agent *agent, const struct gw_target *target)
{
    const struct gw_watch *watch = target->watch;
    if (!watch || watch->paused)
        return false;
    if (target->backlog && target->reads == 0 && !target->is_list && watch->skips_backlog)
        return false;
    return agent->o.once ? is_due_once(agent, target, gw_clock_unix_ms()) : !target->done;
}

void gw_agent_schedule(struct gw_agent *agent, struct gw_target *target, struct gw_host *host)
{
    if (target->task.running)
        return;
    host = host ? host : target->task.host;
    if (!host || !is_wanted(agent, target)) {
        gw_schedule_drop(&agent->schedule, &target->task);
        return;
    }
    int64_t wait = agent->o.once ? 0 : target->next_due_ms - gw_clock_unix_ms();
    if (agent->o.once && target->tries)
        wait = GW_ONCE_RETRY_MS;
    host->wanted = true;
    host->robots.ignored = target->watch->ignores_robots;
    if (target->watch->delay_ms > host->pace.delay_ms)
        host->pace.delay_ms = target->watch->delay_ms;
    gw_schedule_put(&agent->schedule, &target->task, host, gw_clock_boot_ms() + (wait > 0 ? wait : 0));
}

// ---- how much at once

// Back-pressure: above half of its cap the outbox lets fewer and fewer run, near the cap none.
static uint32_t running_allowed(struct gw_agent *agent, int64_t now_ms)
{
    uint64_t used = gw_outbox_bytes(agent->outbox), max = gw_outbox_max_bytes(agent->outbox);
    uint64_t running = agent->schedule.running;
    uint64_t total = running + gw_jobs_free_slots(agent->jobs), allowed = total;
    const char *pressed = NULL;
    if (used > max / 2) {
        allowed = (max - used) * total / (max - max / 2);
        pressed = "slowed: the outbox is more than half full";
    }
    // Whatever runs must find room when it ends.
    uint64_t room = max > used ? (max - used) / GW_OUTBOX_RECORD_MAX : 0;
    allowed = allowed < room ? allowed : room;
    if (now_ms < agent->full_until_ms)
        allowed = 0;
    if (allowed == 0)
        pressed = "stopped: the outbox is full";
    if (pressed != agent->pressed) {
        if (pressed)
            gw_warn("agent", "pressure", "fetching %s (%llu of %llu bytes wait for the broker)", pressed,
                    (unsigned long long)used, (unsigned long long)max);
        else
            gw_info("agent", "pressure", "fetching goes on");
        agent->pressed = pressed;
    }
    return (uint32_t)allowed;
}

// ---- one job

static bool robots_fresh(const struct gw_host *host, int64_t now_ms)
{
    return host->robots.fetched_ms && now_ms < host->robots.fresh_until_ms;
}

static void fill_robots(const struct gw_host *host, Gw__RobotsSeen *robots)
{
    gw__robots_seen__init(robots);
    robots->host = (char *)host->key;
    robots->status = host->robots.status;
    robots->crawl_delay_ms = host->pace.crawl_delay_ms;
    robots->text.data = host->robots.text;
    robots->text.len = host->robots.bytes;
    robots->fetched_ms = host->robots.fetched_ms;
}

// Validators of what another version read would keep its reading for ever.
static void check_validators(struct gw_agent *agent, Gw__Target *target)
{
    uint32_t extractor = gw_jobs_extractor(agent->jobs);
    if (extractor && target->extractor && target->extractor != extractor)
        target->etag = target->last_modified = (char *)protobuf_c_empty_string;
}

static uint32_t patience_of(const Gw__Source *source)
{
    uint64_t timeout = source->fetch && source->fetch->timeout_ms ? source->fetch->timeout_ms : GW_DEFAULT_TIMEOUT_MS;
    timeout = timeout < 3600000 ? timeout : 3600000;
    return (uint32_t)timeout + PATIENCE_EXTRA_MS;
}

static Gw__Purpose purpose_of(const struct gw_target *target, const Gw__Target *def)
{
    if (target->is_list)
        return GW__PURPOSE__PURPOSE_LIST;
    return def->suspect_ms ? GW__PURPOSE__PURPOSE_CONFIRM : GW__PURPOSE__PURPOSE_ARTICLE;
}

static int give(struct gw_agent *agent, struct gw_target *target, struct gw_host *host, int64_t now_ms)
{
    gw_arena_reset(agent->arena);
    Gw__Source *source = gw_watch_load(target->watch, agent->arena);
    Gw__Target *def = gw_target_load(target, agent->arena);
    if (!source || !def)
        return gw_fail_prefix(GW_EBUG, "%s", target->url);
    check_validators(agent, def);
    if (target->is_list && target->reads == 0 && source->list && source->list->backfill == GW__BACKFILL__BACKFILL_PAGES)
        source->list->pages = source->list->backfill_pages;

    Gw__Job message = GW__JOB__INIT;
    Gw__Permit permit = GW__PERMIT__INIT;
    Gw__RobotsSeen robots;
    message.purpose = purpose_of(target, def);
    message.url = (char *)gw_target_address(def, source);
    message.source = source;
    message.target = def;
    if (robots_fresh(host, now_ms)) {
        fill_robots(host, &robots);
        message.robots = &robots;
    }
    if (message.robots || target->watch->ignores_robots) {
        int rc =
            gw_pace_reserve(&host->pace, now_ms, host->lease.until_ms, &permit.not_before_ms, &permit.not_after_ms);
        if (rc)
            return rc;
        permit.url = message.url;
        message.permit = &permit;
    }
    struct gw_job *job;
    int rc = gw_jobs_give(agent->jobs, &message, target, patience_of(source), &job);
    if (rc)
        return rc;
    job->host = host;
    job->epoch = host->lease.epoch;
    return GW_OK;
}

void gw_agent_dispatch(struct gw_agent *agent)
{
    if (agent->stopping || gw_link_state(agent->link) == GW_LINK_RESEND)
        return;
    int64_t now_ms = gw_clock_boot_ms();
    while (gw_jobs_free_slots(agent->jobs) && agent->schedule.running < running_allowed(agent, now_ms)) {
        struct gw_task *task = gw_schedule_next(&agent->schedule, now_ms);
        if (!task)
            return;
        struct gw_target *target = GW_AROUND(task, struct gw_target, task);
        struct gw_host *host = task->host;
        int rc = give(agent, target, host, now_ms);
        if (rc) {
            if (rc != GW_EAGAIN)
                gw_error("agent", "job", "%s: %s, trying again", target->url, gw_reason());
            gw_schedule_end(&agent->schedule, task);
            gw_schedule_put(&agent->schedule, task, host, now_ms + TRY_AGAIN_MS);
        }
    }
}

// ---- permits that a running job asks for

// True: answered.
static bool answer_permit(struct gw_agent *agent, struct gw_job *job, struct gw_host *host, const char *url,
                          int64_t now_ms, int64_t deadline_ms)
{
    int64_t from, to;
    if (gw_pace_free_ms(&host->pace) - now_ms > PERMIT_SLOT_WAIT_MS) {
        gw_jobs_elsewhere(agent->jobs, job, url, "the host asked us to wait");
        return true;
    }
    if (gw_lease_covers(host, now_ms) &&
        gw_pace_reserve(&host->pace, now_ms, host->lease.until_ms, &from, &to) == GW_OK) {
        gw_jobs_permit(agent->jobs, job, url, from, to);
        gw_schedule_touch(&agent->schedule, host);
        return true;
    }
    if (now_ms >= deadline_ms) {
        gw_jobs_elsewhere(agent->jobs, job, url, gw_lease_covers(host, now_ms) ? "no slot" : "no lease of that host");
        return true;
    }
    return false;
}

static void wait_for_permit(struct gw_agent *agent, struct gw_job *job, struct gw_host *host, const char *url,
                            int64_t deadline_ms)
{
    size_t n = strlen(url) + 1;
    struct gw_permit_wait *wait = malloc(sizeof *wait + n);
    gw_assert(wait);
    wait->next = agent->permit_waits;
    wait->job = job->number;
    wait->host = host;
    wait->deadline_ms = deadline_ms;
    memcpy(wait->url, url, n);
    agent->permit_waits = wait;
    job->permits_waiting++;
}

static void on_permit_req(void *arg, struct gw_job *job, const char *url, Gw__RequestKind kind)
{
    (void)kind;
    struct gw_agent *agent = arg;
    int64_t now_ms = gw_clock_boot_ms();
    struct gw_host *host = gw_agent_host_of(agent, url);
    if (!host || !job->target || !job->target->watch) {
        gw_jobs_elsewhere(agent->jobs, job, url, host ? "its source is gone" : gw_reason());
        return;
    }
    // The source's delay also holds for what its items lead to.
    if (job->target->watch->delay_ms > host->pace.delay_ms)
        host->pace.delay_ms = job->target->watch->delay_ms;
    bool covered = gw_lease_covers(host, now_ms);
    int64_t deadline_ms = now_ms + (covered ? PERMIT_SLOT_WAIT_MS : PERMIT_LEASE_WAIT_MS);
    if (answer_permit(agent, job, host, url, now_ms, deadline_ms))
        return;
    host->wanted = true;
    wait_for_permit(agent, job, host, url, deadline_ms);
    if (!covered)
        gw_agent_leases_tick(agent, now_ms);
}

void gw_agent_answer_permits(struct gw_agent *agent)
{
    int64_t now_ms = gw_clock_boot_ms();
    for (struct gw_permit_wait **at = &agent->permit_waits, *wait; (wait = *at);) {
        struct gw_job *job = gw_jobs_find(agent->jobs, wait->job);
        if (job && !answer_permit(agent, job, wait->host, wait->url, now_ms, wait->deadline_ms)) {
            at = &wait->next;
            continue;
        }
        if (job)
            job->permits_waiting--;
        *at = wait->next;
        free(wait);
    }
}

static void on_fetched(void *arg, struct gw_job *job)
{
    struct gw_agent *agent = arg;
    if (!job->target)
        return;
    gw_schedule_fetched(&agent->schedule, &job->target->task);
    gw_agent_dispatch(agent);
}

static void on_robots_seen(void *arg, const Gw__RobotsSeen *seen)
{
    struct gw_agent *agent = arg;
    struct gw_host *host = gw_host_find(&agent->leases, seen->host);
    if (!host) {
        gw_warn("agent", "robots", "of host %s, which nobody asked, ignored", seen->host);
        return;
    }
    // A host in trouble (RFC 9309 §2.3.1.4) said nothing worth keeping: the next job asks again, and fails with the
    // reason if it must.
    bool bad = seen->status == 0 || seen->status >= 500;
    struct gw_robots *robots = &host->robots;
    free(robots->text);
    *robots = (struct gw_robots){.status = seen->status, .ignored = robots->ignored};
    if (!bad) {
        robots->bytes = (uint32_t)seen->text.len; // a frame has less than 1 MiB
        robots->text = malloc(seen->text.len + 1);
        gw_assert(robots->text);
        if (seen->text.len)
            memcpy(robots->text, seen->text.data, seen->text.len);
        robots->fetched_ms = seen->fetched_ms ? seen->fetched_ms : gw_clock_unix_ms();
        robots->fresh_until_ms = gw_clock_boot_ms() + ROBOTS_MS;
        host->pace.crawl_delay_ms =
            seen->crawl_delay_ms < GW_CRAWL_DELAY_MAX_MS ? (uint32_t)seen->crawl_delay_ms : GW_CRAWL_DELAY_MAX_MS;
    }
    gw_schedule_touch(&agent->schedule, host);
    gw_agent_dispatch(agent);
}

static bool is_ours(void *arg, pid_t pid)
{
    const struct gw_agent *agent = arg;
    return !agent->supervisor || gw_supervisor_has(agent->supervisor, pid);
}

static void on_ready(void *arg)
{
    gw_agent_dispatch(arg);
}

const struct gw_jobs_ops gw_agent_jobs_ops = {
    .is_ours = is_ours,
    .permit_req = on_permit_req,
    .fetched = on_fetched,
    .robots_seen = on_robots_seen,
    .done = gw_agent_job_done,
    .lost = gw_agent_job_lost,
    .ready = on_ready,
};
