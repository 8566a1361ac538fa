// SPDX-License-Identifier: Apache-2.0
#include "jobs.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SLOTS_MAX = 1024,           // a collector that claims more has this many
    BODY_MAX = 8 * 1024 * 1024, // of what is kept for quarantine; the fetcher reads no more
};

struct gw_collector {
    struct gw_collector *next;
    struct gw_peer peer;
    pid_t pid;
    uint32_t slots, used, extractor;
};

struct gw_jobs {
    struct gw_socket *socket;
    const struct gw_jobs_ops *ops;
    void *arg;
    struct gw_collector *collectors;
    struct gw_job *jobs; // uthash by number
    uint64_t next_number;
};

// ---- collectors

static struct gw_collector *find_peer(const struct gw_jobs *jobs, const struct gw_peer *peer)
{
    struct gw_collector *c = jobs->collectors;
    while (c && !gw_peer_eq(&c->peer, peer))
        c = c->next;
    return c;
}

static void free_job(struct gw_jobs *jobs, struct gw_job *job)
{
    job->collector->used--;
    HASH_DEL(jobs->jobs, job);
    gw_buf_fini(&job->body);
    free(job);
}

static void drop_collector(struct gw_jobs *jobs, struct gw_collector *collector, const char *how)
{
    struct gw_job *job, *next;
    HASH_ITER(hh, jobs->jobs, job, next)
    if (job->collector == collector) {
        jobs->ops->lost(jobs->arg, job, how);
        free_job(jobs, job);
    }
    struct gw_collector **at = &jobs->collectors;
    while (*at != collector)
        at = &(*at)->next;
    *at = collector->next;
    free(collector);
}

void gw_jobs_gone(struct gw_jobs *jobs, pid_t pid, const char *how)
{
    for (struct gw_collector *c = jobs->collectors, *next; c; c = next) {
        next = c->next;
        if (c->pid == pid)
            drop_collector(jobs, c, how);
    }
}

static void on_ready(struct gw_jobs *jobs, const struct gw_peer *peer, const Gw__Ready *ready)
{
    struct gw_collector *c = find_peer(jobs, peer);
    if (c) // it starts anew
        drop_collector(jobs, c, "said READY again");
    if (!jobs->ops->is_ours(jobs->arg, (pid_t)ready->pid)) {
        gw_debug("jobs", "ready", "process %u is not of ours (any more), ignored", ready->pid);
        return;
    }
    c = calloc(1, sizeof *c);
    gw_assert(c);
    c->peer = *peer;
    c->pid = (pid_t)ready->pid;
    c->slots = ready->slots < SLOTS_MAX ? ready->slots : SLOTS_MAX;
    c->extractor = ready->extractor;
    c->next = jobs->collectors;
    jobs->collectors = c;
    gw_debug("jobs", "ready", "collector %u with %u slots, %s", ready->pid, c->slots, ready->program);
    jobs->ops->ready(jobs->arg);
}

// ---- messages about a job

static struct gw_job *job_of(struct gw_jobs *jobs, const struct gw_collector *collector, uint64_t number)
{
    struct gw_job *job = gw_jobs_find(jobs, number);
    if (!job || job->collector != collector) {
        gw_debug("jobs", "unknown", "job %llu is not this collector's", (unsigned long long)number);
        return NULL;
    }
    job->alive_ms = gw_clock_boot_ms();
    return job;
}

static void on_body_part(struct gw_job *job, const Gw__BodyPart *part)
{
    if (part->offset != job->body.bytes)
        return; // a part is missing: what follows would lie about the page
    gw_buf_add(&job->body, part->bytes.data, part->bytes.len);
    if (part->content_type[0])
        snprintf(job->content_type, sizeof job->content_type, "%s", part->content_type);
}

static void on_outcome(struct gw_jobs *jobs, struct gw_job *job, Gw__Observation *observation, bool quarantine)
{
    jobs->ops->done(jobs->arg, job, observation, quarantine);
    free_job(jobs, job);
    jobs->ops->ready(jobs->arg);
}

static void on_job_message(struct gw_jobs *jobs, struct gw_collector *collector, enum gw_msg type,
                           const ProtobufCMessage *message)
{
    struct gw_job *job;
    switch (type) {
    case GW_MSG_STAGE: {
        const Gw__Stage *stage = (const Gw__Stage *)message;
        if ((job = job_of(jobs, collector, stage->job)) && stage->stage == GW__JOB_STAGE__JOB_STAGE_READING)
            jobs->ops->fetched(jobs->arg, job);
        break;
    }
    case GW_MSG_PERMIT_REQ: {
        const Gw__PermitReq *req = (const Gw__PermitReq *)message;
        if ((job = job_of(jobs, collector, req->job)))
            jobs->ops->permit_req(jobs->arg, job, req->url, req->kind);
        break;
    }
    case GW_MSG_BODY_PART: {
        const Gw__BodyPart *part = (const Gw__BodyPart *)message;
        if ((job = job_of(jobs, collector, part->job)))
            on_body_part(job, part);
        break;
    }
    case GW_MSG_RESULT: {
        const Gw__Result *result = (const Gw__Result *)message;
        if ((job = job_of(jobs, collector, result->job)))
            on_outcome(jobs, job, result->observation, false);
        break;
    }
    case GW_MSG_FAILED: {
        const Gw__Failed *failed = (const Gw__Failed *)message;
        if ((job = job_of(jobs, collector, failed->job)))
            on_outcome(jobs, job, failed->observation, failed->quarantine);
        break;
    }
    case GW_MSG_ROBOTS_SEEN:
        jobs->ops->robots_seen(jobs->arg, (const Gw__RobotsSeen *)message);
        break;
    default:
        gw_warn("jobs", "unexpected", "a collector said %s, ignored", gw_msg_name(type));
    }
}

static void on_message(struct gw_socket *socket, const struct gw_peer *peer, int rc, enum gw_msg type,
                       const ProtobufCMessage *message, void *arg)
{
    (void)socket;
    struct gw_jobs *jobs = arg;
    struct gw_collector *collector = find_peer(jobs, peer);
    if (rc) {
        // Our own program, so a bug or a broken process: it loses its jobs and its place.
        gw_error("jobs", "bad_frame", "%s, giving its jobs to others", gw_reason());
        if (collector)
            drop_collector(jobs, collector, "sent what is no message");
    } else if (type == GW_MSG_READY) {
        on_ready(jobs, peer, (const Gw__Ready *)message);
    } else if (collector) {
        on_job_message(jobs, collector, type, message);
    }
}

// ---- life

int gw_jobs_new(uv_loop_t *loop, const char *endpoint, const struct gw_jobs_ops *ops, void *arg,
                struct gw_jobs **ret_jobs)
{
    struct gw_jobs *jobs = calloc(1, sizeof *jobs);
    gw_assert(jobs);
    jobs->ops = ops;
    jobs->arg = arg;
    jobs->next_number = 1;
    struct gw_socket_options options = {
        .kind = GW_SOCKET_ROUTER, .bind = endpoint, .on_message = on_message, .arg = jobs};
    int rc = gw_socket_new(loop, &options, &jobs->socket);
    if (rc) {
        free(jobs);
        return rc;
    }
    *ret_jobs = jobs;
    return GW_OK;
}

struct gw_jobs *gw_jobs_free(struct gw_jobs *jobs)
{
    if (!jobs)
        return NULL;
    while (jobs->collectors)
        drop_collector(jobs, jobs->collectors, "the agent ends");
    gw_socket_free(jobs->socket);
    free(jobs);
    return NULL;
}

// ---- use

static struct gw_collector *roomiest(const struct gw_jobs *jobs)
{
    struct gw_collector *best = NULL;
    for (struct gw_collector *c = jobs->collectors; c; c = c->next)
        if (c->used < c->slots && (!best || c->slots - c->used > best->slots - best->used))
            best = c;
    return best;
}

uint32_t gw_jobs_free_slots(const struct gw_jobs *jobs)
{
    uint32_t slots = 0;
    for (const struct gw_collector *c = jobs->collectors; c; c = c->next)
        slots += c->slots - c->used;
    return slots;
}

uint32_t gw_jobs_extractor(const struct gw_jobs *jobs)
{
    const struct gw_collector *c = roomiest(jobs);
    return c ? c->extractor : 0;
}

int gw_jobs_give(struct gw_jobs *jobs, Gw__Job *message, struct gw_target *target, uint32_t patience_ms,
                 struct gw_job **ret_job)
{
    struct gw_collector *collector = roomiest(jobs);
    if (!collector)
        return gw_fail(GW_EAGAIN, "no collector has room");
    message->job = jobs->next_number;
    if (message->permit)
        message->permit->job = message->job;
    int rc = gw_socket_send(jobs->socket, &collector->peer, GW_MSG_JOB, message);
    if (rc == GW_ENOTFOUND) { // its connection is gone before its process is
        drop_collector(jobs, collector, "its connection is gone");
        return gw_fail(GW_EAGAIN, "the collector is gone");
    }
    if (rc)
        return rc;
    struct gw_job *job = calloc(1, sizeof *job);
    gw_assert(job);
    job->number = jobs->next_number++;
    job->target = target;
    job->collector = collector;
    job->purpose = message->purpose;
    job->patience_ms = patience_ms;
    job->alive_ms = message->permit ? message->permit->not_after_ms : gw_clock_boot_ms();
    job->body = GW_BUF(BODY_MAX);
    collector->used++;
    HASH_ADD(hh, jobs->jobs, number, sizeof job->number, job);
    *ret_job = job;
    return GW_OK;
}

static void answer(struct gw_jobs *jobs, struct gw_job *job, enum gw_msg type, const void *message)
{
    if (gw_socket_send(jobs->socket, &job->collector->peer, type, message))
        gw_debug("jobs", "answer", "%s: %s", gw_msg_name(type), gw_reason()); // its end will be noticed
}

void gw_jobs_permit(struct gw_jobs *jobs, struct gw_job *job, const char *url, int64_t not_before_ms,
                    int64_t not_after_ms)
{
    Gw__Permit permit = GW__PERMIT__INIT;
    permit.job = job->number;
    permit.url = (char *)url;
    permit.not_before_ms = not_before_ms;
    permit.not_after_ms = not_after_ms;
    job->alive_ms = not_after_ms;
    answer(jobs, job, GW_MSG_PERMIT, &permit);
}

void gw_jobs_elsewhere(struct gw_jobs *jobs, struct gw_job *job, const char *url, const char *reason)
{
    Gw__Elsewhere elsewhere = GW__ELSEWHERE__INIT;
    elsewhere.job = job->number;
    elsewhere.url = (char *)url;
    elsewhere.reason = (char *)reason;
    answer(jobs, job, GW_MSG_ELSEWHERE, &elsewhere);
}

struct gw_job *gw_jobs_find(struct gw_jobs *jobs, uint64_t number)
{
    struct gw_job *job;
    HASH_FIND(hh, jobs->jobs, &number, sizeof number, job);
    return job;
}

void gw_jobs_forget(struct gw_jobs *jobs, const struct gw_target *target)
{
    for (struct gw_job *job = jobs->jobs; job; job = job->hh.next)
        if (job->target == target)
            job->target = NULL;
}

pid_t gw_jobs_hanging(const struct gw_jobs *jobs, int64_t now_ms)
{
    for (const struct gw_job *job = jobs->jobs; job; job = job->hh.next)
        if (!job->permits_waiting && now_ms - job->alive_ms > job->patience_ms)
            return job->collector->pid;
    return 0;
}

void gw_jobs_stop(struct gw_jobs *jobs, uint32_t grace_ms)
{
    Gw__Stop stop = GW__STOP__INIT;
    stop.grace_ms = grace_ms;
    for (struct gw_collector *c = jobs->collectors; c; c = c->next)
        if (gw_socket_send(jobs->socket, &c->peer, GW_MSG_STOP, &stop))
            gw_debug("jobs", "stop", "%s", gw_reason());
}

uint32_t gw_jobs_running(const struct gw_jobs *jobs)
{
    return HASH_COUNT(jobs->jobs);
}

uint32_t gw_jobs_collectors(const struct gw_jobs *jobs)
{
    uint32_t n = 0;
    for (const struct gw_collector *c = jobs->collectors; c; c = c->next)
        n++;
    return n;
}
