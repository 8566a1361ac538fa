// SPDX-License-Identifier: Apache-2.0
// `govwire up`: broker, agent and collectors of one DIR, kept running, or run once.
//
// DESIGN: two children that die with us. The broker first; when it answers, the agent (which has its collectors). One
// that is killed is started again; one that ends with a reason ends `up` with that reason. In the end the agent goes
// first, the broker last, so that nothing is said to nobody.
#include "cli.h"

#include "up_events.h"

#include "agent/child.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/str.h"
#include "wire/endpoints.h"
#include "wire/socket.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

enum {
    TICK_MS = 20,
    BACKOFF_START_MS = 50,
    BACKOFF_MAX_MS = 5000,
    LIVED_MS = 10000,
    // After a `kill -9` of an earlier `up` its children are ending while we start: their locks are waited for.
    LOCKED_MS = 8000,
    STOP_MS = 15000, // until a child that was asked to end is killed
    ARGUMENTS = 12,
};

struct child {
    const char *name;
    char *argv[ARGUMENTS];
    char *program;
    pid_t pid; // 0: not running
    int64_t started_ms, start_at_ms, first_ms;
    uint32_t backoff_ms;
};

enum phase {
    PHASE_BROKER,  // the broker starts
    PHASE_RUNNING, // and the agent
    PHASE_SETTLE,  // --once: the agent is done, the index is not
    PHASE_STOP_AGENT,
    PHASE_STOP_BROKER,
    PHASE_DONE,
};

struct up {
    const char *dir;
    char collectors[8];
    bool once, revisit_all;
    char consumers[GW_ENDPOINT_BYTES];
    uv_loop_t loop;
    uv_timer_t timer;
    uv_signal_t signals[3];
    struct child broker, agent;
    struct gw_up_events *events;
    enum phase phase;
    int64_t stop_at_ms;
    int exit_code;
};

// ---- children

static void start(struct child *child, int64_t now_ms)
{
    child->started_ms = now_ms;
    child->first_ms = child->first_ms ? child->first_ms : now_ms;
    if (gw_child_start(child->argv, &child->pid)) {
        gw_error("up", "start", "%s, trying again in %d ms", gw_reason(), BACKOFF_MAX_MS);
        child->start_at_ms = now_ms + BACKOFF_MAX_MS;
    }
}

static void start_later(struct child *child, const char *how, int64_t now_ms)
{
    if (!child->backoff_ms || now_ms - child->started_ms >= LIVED_MS)
        child->backoff_ms = BACKOFF_START_MS;
    else
        child->backoff_ms = child->backoff_ms * 2 < BACKOFF_MAX_MS ? child->backoff_ms * 2 : BACKOFF_MAX_MS;
    child->start_at_ms = now_ms + child->backoff_ms;
    gw_warn("up", "restart", "%s %s, starting it again in %u ms", child->name, how, child->backoff_ms);
}

static void enter(struct up *up, enum phase phase)
{
    up->phase = phase;
    up->stop_at_ms = gw_clock_boot_ms() + STOP_MS;
    if (phase == PHASE_STOP_AGENT && up->agent.pid)
        kill(up->agent.pid, SIGTERM);
    if (phase == PHASE_STOP_BROKER && up->broker.pid)
        kill(up->broker.pid, SIGTERM);
}

static void stop(struct up *up, int exit_code)
{
    if (up->phase >= PHASE_STOP_AGENT)
        return;
    up->exit_code = exit_code;
    enter(up, PHASE_STOP_AGENT);
}

// A child that ended by itself with this code would end the same way again.
static bool is_final(const struct child *child, int code, int64_t now_ms)
{
    if (code == GW_EXIT_TEMPFAIL || code == GW_EXIT_UNAVAILABLE)
        return now_ms - child->first_ms >= LOCKED_MS;
    return code != GW_EXIT_OK;
}

static void on_ended(struct up *up, struct child *child, int status, int64_t now_ms)
{
    char how[64];
    gw_child_status(status, how, sizeof how);
    child->pid = 0;
    if (up->phase >= PHASE_STOP_AGENT)
        return;
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    bool is_agent = child == &up->agent;
    if (is_agent && up->once && (code == GW_EXIT_OK || code == GW_EXIT_FAILED)) {
        up->exit_code = code;
        gw_up_events_ask(up->events);
        up->phase = PHASE_SETTLE;
    } else if (code >= 0 && is_final(child, code, now_ms)) {
        gw_error("up", "ended", "%s %s, ending too", child->name, how);
        stop(up, code);
    } else {
        start_later(child, how, now_ms);
    }
}

static void look_after(struct up *up, struct child *child, bool wanted, int64_t now_ms)
{
    int status;
    if (child->pid && gw_child_ended(child->pid, &status))
        on_ended(up, child, status, now_ms);
    if (!wanted || child->pid || now_ms < child->start_at_ms || up->phase >= PHASE_STOP_AGENT)
        return;
    start(child, now_ms);
    if (child == &up->broker)
        gw_up_events_connect(up->events);
}

// ---- phases

static void close_all(struct up *up)
{
    enter(up, PHASE_DONE);
    up->events = gw_up_events_free(up->events);
    uv_close((uv_handle_t *)&up->timer, NULL);
    for (size_t i = 0; i < GW_COUNT(up->signals); i++)
        uv_close((uv_handle_t *)&up->signals[i], NULL);
}

static void kill_late(struct up *up, const struct child *child, int64_t now_ms)
{
    if (!child->pid || now_ms < up->stop_at_ms)
        return;
    gw_warn("up", "stop", "%s does not end, killing it", child->name);
    kill(child->pid, SIGKILL);
    up->stop_at_ms = now_ms + STOP_MS;
}

static void tick(struct up *up)
{
    int64_t now_ms = gw_clock_boot_ms();
    look_after(up, &up->broker, true, now_ms);
    look_after(up, &up->agent, up->phase == PHASE_RUNNING, now_ms);
    if (up->phase < PHASE_STOP_AGENT)
        gw_up_events_tick(up->events, now_ms);
    switch (up->phase) {
    case PHASE_BROKER:
        if (gw_up_events_listening(up->events)) {
            up->phase = PHASE_RUNNING;
            start(&up->agent, now_ms);
        }
        break;
    case PHASE_SETTLE:
        if (gw_up_events_settled(up->events))
            stop(up, up->exit_code);
        break;
    case PHASE_STOP_AGENT:
        kill_late(up, &up->agent, now_ms);
        if (!up->agent.pid)
            enter(up, PHASE_STOP_BROKER);
        break;
    case PHASE_STOP_BROKER:
        kill_late(up, &up->broker, now_ms);
        if (!up->broker.pid)
            close_all(up);
        break;
    case PHASE_RUNNING:
    case PHASE_DONE:
        break;
    }
}

static void on_tick(uv_timer_t *timer)
{
    tick(timer->data);
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct up *up = handle->data;
    if (number == SIGCHLD) {
        if (up->phase < PHASE_DONE)
            tick(up);
        return;
    }
    if (up->phase >= PHASE_STOP_AGENT) { // said twice: no patience left
        up->stop_at_ms = 0;
        return;
    }
    gw_info("up", "signal", "ending");
    stop(up, GW_EXIT_OK);
}

static void run(struct up *up)
{
    static const int numbers[] = {SIGCHLD, SIGINT, SIGTERM};
    gw_assert(uv_loop_init(&up->loop) == 0);
    bool terminal = isatty(STDOUT_FILENO);
    up->events = gw_up_events_new(&up->loop, up->consumers, stdout, terminal);
    for (size_t i = 0; i < GW_COUNT(numbers); i++) {
        uv_signal_init(&up->loop, &up->signals[i]);
        up->signals[i].data = up;
        uv_signal_start(&up->signals[i], on_signal, numbers[i]);
    }
    uv_timer_init(&up->loop, &up->timer);
    up->timer.data = up;
    uv_timer_start(&up->timer, on_tick, 0, TICK_MS);
    uv_run(&up->loop, UV_RUN_DEFAULT);
    uv_loop_close(&up->loop);
    gw_socket_shutdown();
}

// ---- the command

// < 0: go on.
static int parse(int argc, char **argv, struct up *up)
{
    enum { DIR_ = 1, COLLECTORS, ONCE, REVISIT };
    static const struct option options[] = {
        {"dir", required_argument, NULL, DIR_},
        {"collectors", required_argument, NULL, COLLECTORS},
        {"once", no_argument, NULL, ONCE},
        {"revisit", required_argument, NULL, REVISIT},
        {0},
    };
    opterr = 0;
    optind = 0;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        uint64_t n;
        switch (c) {
        case DIR_:
            up->dir = optarg;
            break;
        case COLLECTORS:
            if (!gw_parse_u64(gw_span_of(optarg), 256, &n) || n == 0)
                return gw_cli_usage("up", "--collectors needs a number from 1 to 256, not '%s'", optarg);
            snprintf(up->collectors, sizeof up->collectors, "%u", (unsigned)n);
            break;
        case ONCE:
            up->once = true;
            break;
        case REVISIT:
            if (strcmp(optarg, "all") != 0)
                return gw_cli_usage("up", "--revisit knows only 'all', not '%s'", optarg);
            up->revisit_all = true;
            break;
        default:
            return gw_cli_usage("up", "unknown or incomplete option '%s'", argv[optind - 1]);
        }
    }
    if (optind < argc)
        return gw_cli_usage("up", "unexpected argument '%s'", argv[optind]);
    if (!up->dir)
        return gw_cli_usage("up", "--dir is missing");
    if (up->revisit_all && !up->once)
        return gw_cli_usage("up", "--revisit goes with --once");
    return -1;
}

static int find_programs(struct up *up)
{
    char *collector = NULL;
    int rc = gw_fs_find_program("govwire-broker", &up->broker.program);
    if (rc == GW_OK)
        rc = gw_fs_find_program("govwire-agent", &up->agent.program);
    if (rc == GW_OK)
        rc = gw_fs_find_program("govwire-collector", &collector);
    free(collector);
    return rc ? gw_cli_error(GW_EXIT_UNAVAILABLE, "%s", gw_reason()) : GW_EXIT_OK;
}

static void fill_arguments(struct up *up)
{
    up->broker.name = "govwire-broker";
    up->agent.name = "govwire-agent";
    char **b = up->broker.argv, **a = up->agent.argv;
    *b++ = up->broker.program;
    *b++ = "--dir";
    *b++ = (char *)up->dir;
    *a++ = up->agent.program;
    *a++ = "--dir";
    *a++ = (char *)up->dir;
    if (up->collectors[0]) {
        *a++ = "--collectors";
        *a++ = up->collectors;
    }
    if (up->once)
        *a++ = "--once";
    if (up->revisit_all) {
        *a++ = "--revisit";
        *a++ = "all";
    }
}

static int take_dir(struct up *up, int *ret_lock_fd)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/state", up->dir) >= (int)sizeof path - 16)
        return gw_cli_error(GW_EXIT_CANTCREATE, "%s: path too long", up->dir);
    if (gw_fs_mkdir(path, 0700))
        return gw_cli_error(GW_EXIT_CANTCREATE, "%s", gw_reason());
    if (access(path, W_OK | X_OK) != 0)
        return gw_cli_error(GW_EXIT_CANTCREATE, "%s: %s", path, strerror(errno));
    strcat(path, "/up.lock");
    int rc = gw_fs_lock(path, ret_lock_fd);
    if (rc == GW_EAGAIN)
        return gw_cli_error(GW_EXIT_TEMPFAIL, "another 'govwire up' runs here (%s)", gw_reason());
    if (rc)
        return gw_cli_error(GW_EXIT_CANTCREATE, "%s", gw_reason());
    if (gw_endpoint(up->dir, GW_ENDPOINT_CONSUMERS, up->consumers))
        return gw_cli_error(GW_EXIT_CANTCREATE, "%s", gw_reason());
    return GW_EXIT_OK;
}

int cmd_up(int argc, char **argv)
{
    static struct up up;
    int lock_fd = -1, exit_code = parse(argc, argv, &up);
    if (exit_code >= 0)
        return exit_code;
    signal(SIGPIPE, SIG_IGN);
    gw_log_init("govwire", GW_LOG_INFO, GW_LOG_AUTO);
    exit_code = find_programs(&up);
    if (exit_code == GW_EXIT_OK)
        exit_code = take_dir(&up, &lock_fd);
    if (exit_code == GW_EXIT_OK) {
        fill_arguments(&up);
        run(&up);
        exit_code = up.exit_code;
        gw_endpoints_remove(up.dir);
    }
    if (lock_fd >= 0)
        close(lock_fd);
    free(up.broker.program);
    free(up.agent.program);
    return exit_code;
}
