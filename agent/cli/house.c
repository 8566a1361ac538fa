// SPDX-License-Identifier: Apache-2.0
//
// DESIGN: two children that die with us. The broker first; when it answers, the agent (which has its collectors). One
// that is killed is started again; one that ends with a reason ends the house with that reason. In the end the agent
// goes first, the broker last, so that nothing is said to nobody.
#include "house.h"

#include "cli.h"
#include "dir.h"
#include "event_line.h"
#include "up_events.h"

#include "agent/child.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "model/program.h"
#include "wire/endpoints.h"
#include "wire/socket.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
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
    DISK_CHECK_MS = 1000,
    DISK_LEAST_BYTES = 64 * 1024, // less than this free is full: neither outbox nor store gets a page more
    DISK_PATIENCE_MS = 5000,      // of a run that nobody watches
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

struct house {
    const struct gw_house_options *options;
    char collectors[12];
    char consumers[GW_ENDPOINT_BYTES];
    uv_loop_t loop;
    uv_timer_t timer;
    uv_signal_t signals[3];
    struct child broker, agent;
    struct gw_up_events *events;
    enum phase phase;
    int64_t stop_at_ms;                    // when a child that was asked to end is killed
    int64_t disk_checked_ms, disk_full_ms; // since when it is full; 0: it is not
    int64_t give_up_at_ms;                 // options->stop_in_ms is over then; 0: never
    int exit_code;
};

// ---- children

static void start(struct child *child, int64_t now_ms)
{
    child->started_ms = now_ms;
    child->first_ms = child->first_ms ? child->first_ms : now_ms;
    if (gw_child_start(child->argv, &child->pid)) {
        gw_error("house", "start", "%s, trying again in %d ms", gw_reason(), BACKOFF_MAX_MS);
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
    gw_warn("house", "restart", "%s %s, starting it again in %u ms", child->name, how, child->backoff_ms);
}

static void enter(struct house *house, enum phase phase)
{
    house->phase = phase;
    house->stop_at_ms = gw_clock_boot_ms() + STOP_MS;
    if (phase == PHASE_STOP_AGENT && house->agent.pid)
        kill(house->agent.pid, SIGTERM);
    if (phase != PHASE_STOP_BROKER)
        return;
    house->events = gw_up_events_free(house->events); // it would only be told that the broker stops
    if (house->broker.pid)
        kill(house->broker.pid, SIGTERM);
}

static void stop(struct house *house, int exit_code)
{
    if (house->phase >= PHASE_STOP_AGENT)
        return;
    house->exit_code = exit_code;
    enter(house, PHASE_STOP_AGENT);
}

// A child that ended by itself with this code would end the same way again.
static bool is_final(const struct child *child, int code, int64_t now_ms)
{
    if (code == GW_EXIT_TEMPFAIL || code == GW_EXIT_UNAVAILABLE)
        return now_ms - child->first_ms >= LOCKED_MS;
    return code != GW_EXIT_OK;
}

static void on_ended(struct house *house, struct child *child, int status, int64_t now_ms)
{
    char how[64];
    gw_child_status(status, how, sizeof how);
    child->pid = 0;
    if (house->phase >= PHASE_STOP_AGENT)
        return;
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    bool is_agent = child == &house->agent;
    if (is_agent && house->options->once && (code == GW_EXIT_OK || code == GW_EXIT_FAILED)) {
        house->exit_code = code;
        gw_up_events_ask(house->events);
        house->phase = PHASE_SETTLE;
    } else if (code >= 0 && is_final(child, code, now_ms)) {
        gw_error("house", "ended", "%s %s, ending too", child->name, how);
        stop(house, code);
    } else {
        start_later(child, how, now_ms);
    }
}

static void look_after(struct house *house, struct child *child, int64_t now_ms)
{
    int status;
    if (child->pid && gw_child_ended(child->pid, &status))
        on_ended(house, child, status, now_ms);
    bool wanted = child == &house->agent ? house->phase == PHASE_RUNNING : house->phase < PHASE_STOP_AGENT;
    if (!wanted || child->pid || now_ms < child->start_at_ms)
        return;
    start(child, now_ms);
    if (child == &house->broker)
        gw_up_events_connect(house->events);
}

// ---- phases

static void close_all(struct house *house)
{
    enter(house, PHASE_DONE);
    uv_close((uv_handle_t *)&house->timer, NULL);
    for (size_t i = 0; i < GW_COUNT(house->signals); i++)
        uv_close((uv_handle_t *)&house->signals[i], NULL);
}

static void kill_late(struct house *house, const struct child *child, int64_t now_ms)
{
    if (!child->pid || now_ms < house->stop_at_ms)
        return;
    gw_warn("house", "stop", "%s does not end, killing it", child->name);
    kill(child->pid, SIGKILL);
    house->stop_at_ms = now_ms + STOP_MS;
}

// Broker and agent wait for room by themselves and lose nothing; somebody has to be told, and a single run must end.
static void look_at_disk(struct house *house, int64_t now_ms)
{
    struct statvfs disk;
    if (now_ms - house->disk_checked_ms < DISK_CHECK_MS || statvfs(house->options->dir, &disk) != 0)
        return;
    house->disk_checked_ms = now_ms;
    if (disk.f_bavail * disk.f_frsize >= DISK_LEAST_BYTES) {
        house->disk_full_ms = 0;
        return;
    }
    if (!house->disk_full_ms) {
        house->disk_full_ms = now_ms;
        gw_error("house", "disk_full", "%s: no space left on the disk, nothing is lost: all goes on when there is room",
                 house->options->dir);
    } else if (house->options->once && now_ms - house->disk_full_ms >= DISK_PATIENCE_MS) {
        gw_error("house", "disk_full", "%s: still no space, ending: run it again when there is room",
                 house->options->dir);
        stop(house, GW_EXIT_IO);
    }
}

static void tick(struct house *house)
{
    int64_t now_ms = gw_clock_boot_ms();
    look_after(house, &house->broker, now_ms);
    look_after(house, &house->agent, now_ms);
    if (house->events)
        gw_up_events_tick(house->events, now_ms);
    if (house->phase < PHASE_STOP_AGENT)
        look_at_disk(house, now_ms);
    if (house->events && house->options->stop_after &&
        gw_up_events_printed(house->events) >= house->options->stop_after)
        stop(house, GW_EXIT_OK);
    else if (house->give_up_at_ms && now_ms >= house->give_up_at_ms)
        stop(house, GW_EXIT_FAILED);
    switch (house->phase) {
    case PHASE_BROKER:
        if (gw_up_events_listening(house->events)) {
            house->phase = PHASE_RUNNING;
            start(&house->agent, now_ms);
        }
        break;
    case PHASE_SETTLE:
        if (gw_up_events_settled(house->events))
            stop(house, house->exit_code);
        break;
    case PHASE_STOP_AGENT:
        kill_late(house, &house->agent, now_ms);
        if (!house->agent.pid)
            enter(house, PHASE_STOP_BROKER);
        break;
    case PHASE_STOP_BROKER:
        kill_late(house, &house->broker, now_ms);
        if (!house->broker.pid)
            close_all(house);
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
    struct house *house = handle->data;
    if (number == SIGCHLD) {
        if (house->phase < PHASE_DONE)
            tick(house);
        return;
    }
    if (house->phase >= PHASE_STOP_AGENT) { // said twice: no patience left
        house->stop_at_ms = 0;
        return;
    }
    gw_info("house", "signal", "ending");
    stop(house, GW_EXIT_OK);
}

static void run(struct house *house)
{
    static const int numbers[] = {SIGCHLD, SIGINT, SIGTERM};
    gw_assert(uv_loop_init(&house->loop) == 0);
    struct gw_look look = gw_look_of(stdout);
    house->events = gw_up_events_new(&house->loop, house->consumers, stdout, &look, house->options->stop_after);
    if (house->options->stop_in_ms)
        house->give_up_at_ms = gw_clock_boot_ms() + house->options->stop_in_ms;
    for (size_t i = 0; i < GW_COUNT(numbers); i++) {
        uv_signal_init(&house->loop, &house->signals[i]);
        house->signals[i].data = house;
        uv_signal_start(&house->signals[i], on_signal, numbers[i]);
    }
    uv_timer_init(&house->loop, &house->timer);
    house->timer.data = house;
    uv_timer_start(&house->timer, on_tick, 0, TICK_MS);
    uv_run(&house->loop, UV_RUN_DEFAULT);
    uv_loop_close(&house->loop);
    gw_socket_shutdown();
}

static int find_programs(struct house *house)
{
    char *collector = NULL;
    int rc = gw_fs_find_program("govwire-broker", &house->broker.program);
    if (rc == GW_OK)
        rc = gw_fs_find_program("govwire-agent", &house->agent.program);
    if (rc == GW_OK)
        rc = gw_fs_find_program("govwire-collector", &collector);
    free(collector);
    return rc ? gw_cli_error(GW_EXIT_UNAVAILABLE, "%s", gw_reason()) : GW_EXIT_OK;
}

static void fill_arguments(struct house *house)
{
    house->broker.name = "govwire-broker";
    house->agent.name = "govwire-agent";
    char **b = house->broker.argv, **a = house->agent.argv;
    *b++ = house->broker.program;
    *b++ = "--dir";
    *b++ = (char *)house->options->dir;
    *a++ = house->agent.program;
    *a++ = "--dir";
    *a++ = (char *)house->options->dir;
    if (house->options->collectors) {
        snprintf(house->collectors, sizeof house->collectors, "%u", house->options->collectors);
        *a++ = "--collectors";
        *a++ = house->collectors;
    }
    if (house->options->once)
        *a++ = "--once";
    if (house->options->revisit_all) {
        *a++ = "--revisit";
        *a++ = "all";
    }
}

static int take_dir(struct house *house, int *ret_lock_fd)
{
    char path[PATH_MAX], lock[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/state", house->options->dir) >= (int)sizeof path ||
        snprintf(lock, sizeof lock, "%s/up.lock", path) >= (int)sizeof lock)
        return gw_cli_error(GW_EXIT_CANTCREATE, "%s: path too long", house->options->dir);
    int rc = gw_fs_mkdir(path, 0700);
    if (rc)
        return gw_cli_error(rc == GW_ENOSPC ? GW_EXIT_IO : GW_EXIT_CANTCREATE, "%s", gw_reason());
    if (access(path, W_OK | X_OK) != 0)
        return gw_cli_error(GW_EXIT_CANTCREATE, "%s: %s", path, strerror(errno));
    rc = gw_fs_lock(lock, ret_lock_fd);
    if (rc == GW_EAGAIN)
        return gw_cli_error(GW_EXIT_TEMPFAIL, "another 'govwire up' runs here (%s)", gw_reason());
    if (rc)
        return gw_cli_error(rc == GW_ENOSPC ? GW_EXIT_IO : GW_EXIT_CANTCREATE, "%s", gw_reason());
    if (gw_endpoint(house->options->dir, GW_ENDPOINT_CONSUMERS, house->consumers))
        return gw_cli_error(GW_EXIT_CANTCREATE, "%s", gw_reason());
    return GW_EXIT_OK;
}

// What is wrong with the files of the DIR is said before anything starts. Only govwire.yaml stops us: a broken source
// keeps its last good version, and the others must not wait for it. *ret_flawed: some source could not be read.
static int check_files(const struct gw_house_options *options, bool *ret_flawed)
{
    struct gw_cli_dir dir;
    int exit_code = gw_cli_dir_load(options->dir, true, &dir);
    if (exit_code >= 0)
        return exit_code;
    size_t sources = dir.sources.count;
    *ret_flawed = dir.errors > 0;
    bool settings_bad = dir.settings_bad;
    if (!settings_bad)
        gw_program_log("govwire", &dir.settings);
    gw_cli_dir_fini(&dir);
    if (settings_bad)
        return gw_cli_error(GW_EXIT_CONFIG, "%s/govwire.yaml has errors, nothing was started", options->dir);
    if (sources == 0 && !*ret_flawed)
        fprintf(stderr, "govwire: no sources yet: 'govwire source add URL --dir %s' makes one\n", options->dir);
    return GW_EXIT_OK;
}

int gw_house_run(const struct gw_house_options *options)
{
    struct house house = {.options = options};
    int lock_fd = -1;
    bool flawed = false;
    signal(SIGPIPE, SIG_IGN);
    int exit_code = find_programs(&house);
    if (exit_code == GW_EXIT_OK)
        exit_code = take_dir(&house, &lock_fd);
    if (exit_code == GW_EXIT_OK)
        exit_code = check_files(options, &flawed);
    if (exit_code == GW_EXIT_OK) {
        fill_arguments(&house);
        run(&house);
        // Who runs once does not read logs: a source that was left out must show in the exit code.
        exit_code = house.exit_code == GW_EXIT_OK && options->once && flawed ? GW_EXIT_CONFIG : house.exit_code;
        gw_endpoints_remove(options->dir);
    }
    if (lock_fd >= 0)
        close(lock_fd);
    free(house.broker.program);
    free(house.agent.program);
    return exit_code;
}
