// SPDX-License-Identifier: Apache-2.0
#include "agent_parts.h"

#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TICK_MS = 25,
    ARENA_BYTES = 64 * 1024 * 1024,
    SMALL_ARENA_BYTES = 1024 * 1024,
    STOP_GRACE_MS = 500,
    ONCE_ASKS = 7, // LEASE_REQs for a host (20 s) until --once leaves it to whoever holds it
};

// ---- --once

// Hosts that another agent keeps: their tasks are not ours in this run.
static void leave_to_others(struct gw_agent *agent)
{
    struct gw_host *host;
    for (uint32_t at = 0; (host = gw_keyed_next(&agent->leases.hosts, &at));) {
        if (!host->wanted || host->lease.state >= GW_LEASE_FILLING || host->asks < ONCE_ASKS)
            continue;
        gw_warn("agent", "lease", "%s is held by another agent, left to it", host->key);
        host->wanted = false;
        struct gw_heap *heaps[] = {&host->queue.lists, &host->queue.articles};
        for (size_t i = 0; i < GW_COUNT(heaps); i++)
            for (struct gw_heap_node *node; (node = gw_heap_min(heaps[i]));)
                gw_schedule_drop(&agent->schedule, GW_AROUND(node, struct gw_task, node));
    }
}

bool gw_agent_idle(const struct gw_agent *agent)
{
    if (gw_link_state(agent->link) != GW_LINK_LIVE || !agent->sources_known || agent->schedule.running ||
        agent->permit_waits || gw_outbox_first(agent->outbox) != gw_outbox_next(agent->outbox))
        return false;
    if (agent->o.once ? agent->schedule.waiting > 0 : gw_schedule_wake_ms(&agent->schedule) <= gw_clock_boot_ms())
        return false;
    const struct gw_host *host;
    for (uint32_t at = 0; (host = gw_keyed_next(&agent->leases.hosts, &at));)
        if (host->wanted && host->lease.state != GW_LEASE_HELD)
            return false;
    return true;
}

static void check_once(struct gw_agent *agent)
{
    leave_to_others(agent);
    if (!gw_agent_idle(agent))
        return;
    gw_info("agent", "once", "done: %llu polls, %llu articles read, %llu observations stored",
            (unsigned long long)agent->counters.polls, (unsigned long long)agent->counters.reads,
            (unsigned long long)agent->counters.published);
    gw_agent_stop(agent, agent->once_failed ? GW_EXIT_FAILED : GW_EXIT_OK);
}

// ---- stopping

static void close_all(struct gw_agent *agent)
{
    if (agent->closed || agent->sync)
        return;
    agent->closed = true;
    gw_link_bye(agent->link, "stopping");
    gw_jobs_stop(agent->jobs, STOP_GRACE_MS);
    agent->supervisor = gw_supervisor_free(agent->supervisor, STOP_GRACE_MS);
    agent->jobs = gw_jobs_free(agent->jobs);
    agent->link = gw_link_free(agent->link);
    uv_close((uv_handle_t *)&agent->timer, NULL);
    uv_close((uv_handle_t *)&agent->child_signal, NULL);
}

void gw_agent_stop(struct gw_agent *agent, enum gw_exit exit_code)
{
    if (agent->stopping)
        return;
    agent->stopping = true;
    agent->exit_code = exit_code;
    if (exit_code != GW_EXIT_IO)
        gw_agent_sync(agent);
}

enum gw_exit gw_agent_exit(const struct gw_agent *agent)
{
    return agent->exit_code;
}

// ---- the loop

static void on_tick(uv_timer_t *timer)
{
    struct gw_agent *agent = timer->data;
    int64_t now_ms = gw_clock_boot_ms();
    if (agent->stopping) {
        close_all(agent);
        return;
    }
    if (agent->supervisor) {
        pid_t hanging = gw_jobs_hanging(agent->jobs, now_ms);
        if (hanging) {
            gw_warn("collector", "hangs", "process %d gave no sign of a job for too long, killing it", (int)hanging);
            gw_supervisor_kill(agent->supervisor, hanging);
        }
        gw_supervisor_tick(agent->supervisor, now_ms);
    }
    gw_link_tick(agent->link, now_ms);
    gw_agent_leases_tick(agent, now_ms);
    gw_agent_answer_permits(agent);
    gw_agent_dispatch(agent);
    gw_agent_report(agent, now_ms);
    if (agent->o.once)
        check_once(agent);
}

static void on_child(uv_signal_t *handle, int number)
{
    (void)number;
    struct gw_agent *agent = handle->data;
    if (agent->supervisor)
        gw_supervisor_tick(agent->supervisor, gw_clock_boot_ms());
}

static void on_child_gone(pid_t pid, const char *how, void *arg)
{
    struct gw_agent *agent = arg;
    gw_jobs_gone(agent->jobs, pid, how);
    gw_agent_dispatch(agent);
}

// ---- life

static int open_outbox(struct gw_agent *agent)
{
    char dir[PATH_MAX];
    const char *base = agent->o.dir;
    if (snprintf(dir, sizeof dir, "%s/state/outbox", base) >= (int)sizeof dir ||
        snprintf(agent->quarantine_dir, PATH_MAX, "%s/state/quarantine", base) >= PATH_MAX ||
        snprintf(agent->store_file, PATH_MAX, "%s/state/agent.store", base) >= PATH_MAX ||
        snprintf(agent->ca_dir, PATH_MAX, "%s/sources.d", base) >= PATH_MAX)
        return gw_fail(GW_ELIMIT, "%s: path too long", base);
    struct gw_outbox_options options = {
        .dir = dir, .max_bytes = agent->o.outbox_max, .on_damaged = gw_agent_damaged, .arg = agent};
    return gw_outbox_open(&options, &agent->outbox);
}

// A source's ca_file lies beside the source; collectors read nothing else of DIR, where keys are.
static void start_collectors(struct gw_agent *agent)
{
    const struct gw_agent_options *o = &agent->o;
    bool bodies =
        snprintf(agent->bodies_file, PATH_MAX, "%s/bodies.csv", o->dir) < PATH_MAX && gw_fs_exists(agent->bodies_file);
    const char *const argv[] = {
        o->collector_program, "--connect",  o->jobs,        "--ca-dir",    agent->ca_dir,
        "--log-level",        o->log_level, "--log-format", o->log_format, bodies ? "--bodies" : NULL,
        agent->bodies_file,   NULL};
    memcpy(agent->collector_argv, argv, sizeof argv);
    agent->supervisor = gw_supervisor_new((char *const *)agent->collector_argv, o->collectors, on_child_gone, agent);
}

int gw_agent_new(uv_loop_t *loop, const struct gw_agent_options *options, struct gw_agent **ret_agent)
{
    struct gw_agent *agent = calloc(1, sizeof *agent);
    gw_assert(agent);
    agent->o = *options;
    agent->loop = loop;
    agent->arena = gw_arena_new(ARENA_BYTES);
    agent->small = gw_arena_new(SMALL_ARENA_BYTES);
    gw_targets_init(&agent->targets);
    gw_leases_init(&agent->leases);
    int rc = open_outbox(agent);
    if (rc == GW_OK)
        rc = gw_jobs_new(loop, options->jobs, &gw_agent_jobs_ops, agent, &agent->jobs);
    if (rc) {
        gw_agent_free(agent);
        return rc;
    }
    struct gw_link_options link = {.endpoint = options->broker,
                                   .key = options->key,
                                   .node = options->node,
                                   .program = options->program,
                                   .store_file = agent->store_file,
                                   .outbox = agent->outbox,
                                   .ops = &gw_agent_link_ops,
                                   .arg = agent};
    agent->link = gw_link_new(loop, &link);
    uv_timer_init(loop, &agent->timer);
    agent->timer.data = agent;
    uv_timer_start(&agent->timer, on_tick, 0, TICK_MS);
    uv_signal_init(loop, &agent->child_signal);
    agent->child_signal.data = agent;
    uv_signal_start(&agent->child_signal, on_child, SIGCHLD);
    if (options->collector_program)
        start_collectors(agent);
    *ret_agent = agent;
    return GW_OK;
}

struct gw_agent *gw_agent_free(struct gw_agent *agent)
{
    if (!agent)
        return NULL;
    while (agent->permit_waits) {
        struct gw_permit_wait *wait = agent->permit_waits;
        agent->permit_waits = wait->next;
        free(wait);
    }
    gw_targets_fini(&agent->targets);
    gw_schedule_fini(&agent->schedule);
    gw_leases_fini(&agent->leases);
    gw_outbox_free(agent->outbox);
    gw_arena_free(agent->arena);
    gw_arena_free(agent->small);
    free(agent);
    return NULL;
}
