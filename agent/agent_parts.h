// SPDX-License-Identifier: Apache-2.0
// What the files that tie the agent together share. Internal to this room.
#ifndef GW_AGENT_AGENT_PARTS_H
#define GW_AGENT_AGENT_PARTS_H

#include "agent/agent.h"
#include "agent/jobs.h"
#include "agent/leases.h"
#include "agent/link.h"
#include "agent/observe.h"
#include "agent/outbox.h"
#include "agent/schedule.h"
#include "agent/supervise.h"
#include "agent/targets.h"

#include <limits.h>

enum {
    GW_CRASHES_MAX = 3,      // deaths over one page until it is put in quarantine
    GW_ONCE_TRIES = 2,       // of what failed for the moment, in one run of --once
    GW_ONCE_RETRY_MS = 2000, // between them
    GW_FULL_RETRY_MS = 5000, // after the outbox could not take an observation
};

// A row per counter; report.c has names and help.
struct gw_agent_counters {
    uint64_t polls, reads, unchanged, failed, new_rows;
    uint64_t published, quarantined, quarantine_dropped, crashes, dead_letters, tombstones;
};

// A request that waits for its host's lease or slot.
struct gw_permit_wait {
    struct gw_permit_wait *next;
    uint64_t job;
    struct gw_host *host;
    int64_t deadline_ms;
    char url[];
};

struct gw_agent {
    struct gw_agent_options o;
    char quarantine_dir[PATH_MAX], store_file[PATH_MAX], bodies_file[PATH_MAX], ca_dir[PATH_MAX];
    uv_loop_t *loop;
    uv_timer_t timer;
    uv_signal_t child_signal;
    uv_work_t sync_work;
    struct gw_outbox_sync *sync; // the one that runs; NULL: none
    struct gw_arena *arena;      // for one job or outcome at a time
    struct gw_arena *small;      // for one target or URL

    struct gw_leases leases;
    struct gw_schedule schedule;
    struct gw_targets targets;
    struct gw_outbox *outbox;
    struct gw_link *link;
    struct gw_jobs *jobs;
    struct gw_supervisor *supervisor; // NULL: none
    const char *collector_argv[12];
    struct gw_permit_wait *permit_waits;
    struct gw_agent_counters counters;

    bool sources_known; // the broker's whole set, in this session
    bool stopping, closed;
    const char *pressed; // why fetching is slowed or stopped; NULL: it is not
    int64_t full_until_ms;
    bool asked;      // for leases, in this session
    int64_t live_ms; // since when the session is live
    int64_t renewed_ms, reported_ms;
    uint64_t report_hashes[GW_REPORT_PAGES_MAX]; // of the pages as they were said
    enum gw_exit exit_code;
    bool once_failed; // --once: something stayed unread
};

// dispatch.c: from what is due to jobs
extern const struct gw_jobs_ops gw_agent_jobs_ops;
void gw_agent_dispatch(struct gw_agent *agent);
void gw_agent_answer_permits(struct gw_agent *agent); // those that waited
// Put the target where it belongs in the schedule, or nowhere. `host` NULL: where it is.
void gw_agent_schedule(struct gw_agent *agent, struct gw_target *target, struct gw_host *host);
// The host of a URL, made when unknown; NULL when it is no URL.
struct gw_host *gw_agent_host_of(struct gw_agent *agent, const char *url);

// outcome.c: from what was seen to the outbox
void gw_agent_job_done(void *arg, struct gw_job *job, Gw__Observation *observation, bool quarantine);
void gw_agent_job_lost(void *arg, struct gw_job *job, const char *how);
void gw_agent_sync(struct gw_agent *agent); // make durable what was written
void gw_agent_damaged(uint64_t first, uint64_t last, const void *bytes, size_t n, void *arg);
void gw_agent_poison(void *arg, uint64_t msgno, const char *why);

// session.c: what the broker says
extern const struct gw_link_ops gw_agent_link_ops;
void gw_agent_leases_tick(struct gw_agent *agent, int64_t now_ms);

// errands.c: what a reader or an operator wants of this agent
void gw_agent_errand(void *arg, const Gw__Task *task);

// report.c
void gw_agent_report(struct gw_agent *agent, int64_t now_ms);

// agent.c: nothing due, nothing under way, everything acknowledged
bool gw_agent_idle(const struct gw_agent *agent);

#endif
