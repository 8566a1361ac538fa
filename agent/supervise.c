// SPDX-License-Identifier: Apache-2.0
#include "supervise.h"

#include "child.h"

#include "base/clock.h"
#include "base/log.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>

enum {
    BACKOFF_START_MS = 50,
    BACKOFF_MAX_MS = 10000,
    LIVED_MS = 10000, // one that lived so long did not die of its start
    POLL_MS = 5,      // while waiting for the last ones
};

struct child {
    pid_t pid; // 0: not running
    int64_t started_ms, start_at_ms;
    uint32_t backoff_ms;
};

struct gw_supervisor {
    char *const *argv;
    gw_child_gone_fn *gone;
    void *arg;
    uint64_t restarts;
    uint32_t count;
    struct child children[];
};

struct gw_supervisor *gw_supervisor_new(char *const argv[], uint32_t count, gw_child_gone_fn *gone, void *arg)
{
    struct gw_supervisor *supervisor = calloc(1, sizeof *supervisor + count * sizeof supervisor->children[0]);
    gw_assert(supervisor);
    supervisor->argv = argv;
    supervisor->gone = gone;
    supervisor->arg = arg;
    supervisor->count = count;
    return supervisor;
}

static uint32_t reap(struct gw_supervisor *supervisor)
{
    uint32_t left = 0;
    int status;
    for (uint32_t i = 0; i < supervisor->count; i++)
        if (supervisor->children[i].pid) {
            if (gw_child_ended(supervisor->children[i].pid, &status))
                supervisor->children[i].pid = 0;
            else
                left++;
        }
    return left;
}

static void signal_all(struct gw_supervisor *supervisor, int number)
{
    for (uint32_t i = 0; i < supervisor->count; i++)
        if (supervisor->children[i].pid)
            kill(supervisor->children[i].pid, number);
}

struct gw_supervisor *gw_supervisor_free(struct gw_supervisor *supervisor, uint32_t grace_ms)
{
    if (!supervisor)
        return NULL;
    static const struct timespec pause = {.tv_nsec = POLL_MS * 1000000L};
    signal_all(supervisor, SIGTERM);
    for (uint32_t waited = 0; reap(supervisor) && waited < grace_ms; waited += POLL_MS)
        nanosleep(&pause, NULL);
    signal_all(supervisor, SIGKILL);
    while (reap(supervisor))
        nanosleep(&pause, NULL);
    free(supervisor);
    return NULL;
}

static void ended(struct gw_supervisor *supervisor, struct child *child, int status, int64_t now_ms)
{
    char how[64];
    pid_t pid = child->pid;
    child->pid = 0;
    if (now_ms - child->started_ms >= LIVED_MS || !child->backoff_ms)
        child->backoff_ms = BACKOFF_START_MS;
    else
        child->backoff_ms = child->backoff_ms * 2 < BACKOFF_MAX_MS ? child->backoff_ms * 2 : BACKOFF_MAX_MS;
    child->start_at_ms = now_ms + child->backoff_ms;
    supervisor->restarts++;
    gw_child_status(status, how, sizeof how);
    gw_warn("collector", "ended", "process %d %s, another starts in %u ms", (int)pid, how, child->backoff_ms);
    supervisor->gone(pid, how, supervisor->arg);
}

void gw_supervisor_tick(struct gw_supervisor *supervisor, int64_t now_ms)
{
    int status;
    for (uint32_t i = 0; i < supervisor->count; i++) {
        struct child *child = &supervisor->children[i];
        if (child->pid && gw_child_ended(child->pid, &status))
            ended(supervisor, child, status, now_ms);
        if (child->pid || now_ms < child->start_at_ms)
            continue;
        child->started_ms = now_ms;
        if (gw_child_start(supervisor->argv, &child->pid)) {
            child->start_at_ms = now_ms + BACKOFF_MAX_MS;
            gw_error("collector", "start", "%s, trying again in %d s", gw_reason(), BACKOFF_MAX_MS / 1000);
        }
    }
}

bool gw_supervisor_has(const struct gw_supervisor *supervisor, pid_t pid)
{
    for (uint32_t i = 0; i < supervisor->count; i++)
        if (supervisor->children[i].pid == pid)
            return true;
    return false;
}

void gw_supervisor_kill(struct gw_supervisor *supervisor, pid_t pid)
{
    if (gw_supervisor_has(supervisor, pid))
        kill(pid, SIGKILL);
}

uint32_t gw_supervisor_running(const struct gw_supervisor *supervisor)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < supervisor->count; i++)
        n += supervisor->children[i].pid != 0;
    return n;
}

uint64_t gw_supervisor_restarts(const struct gw_supervisor *supervisor)
{
    return supervisor->restarts;
}
