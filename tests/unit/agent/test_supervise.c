// SPDX-License-Identifier: Apache-2.0
// Real processes: /bin/sleep that is killed, a program that is not there, a parent that dies.
#include "kit/check.h"

#include "agent/child.h"
#include "agent/supervise.h"
#include "base/clock.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WAIT_MS = 10000, POLL_MS = 2 };

static pid_t gone_pid;
static uint32_t gone_count;
static char gone_how[64];

static void on_gone(pid_t pid, const char *how, void *arg)
{
    assert_string_equal(arg, "arg");
    gone_pid = pid;
    gone_count++;
    snprintf(gone_how, sizeof gone_how, "%s", how);
}

static void nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = POLL_MS * 1000000L}, NULL);
}

// Tick until `condition`, in real time.
#define UNTIL(supervisor, condition)                                                                                   \
    do {                                                                                                               \
        int64_t end_ms = gw_clock_boot_ms() + WAIT_MS;                                                                 \
        for (; !(condition) && gw_clock_boot_ms() < end_ms; nap())                                                     \
            gw_supervisor_tick((supervisor), gw_clock_boot_ms());                                                      \
        if (!(condition))                                                                                              \
            fail_msg("waited in vain for: %s", #condition);                                                            \
    } while (0)

// One of our children.
static pid_t a_child(void)
{
    char path[64];
    int pid = 0;
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    FILE *children = fopen(path, "r");
    assert_non_null(children);
    assert_int_equal(fscanf(children, "%d", &pid), 1);
    fclose(children);
    return (pid_t)pid;
}

static char *const sleep_argv[] = {"/bin/sleep", "1000", NULL};

static void a_killed_one_is_told_and_replaced(void **state)
{
    (void)state;
    struct gw_supervisor *s = gw_supervisor_new(sleep_argv, 2, on_gone, "arg");
    gw_supervisor_tick(s, gw_clock_boot_ms());
    assert_int_equal(gw_supervisor_running(s), 2);
    pid_t victim = a_child();
    gone_count = 0;
    kill(victim, SIGKILL);
    UNTIL(s, gone_count == 1);
    assert_int_equal(gone_pid, victim);
    assert_string_equal(gone_how, "killed by signal 9");
    UNTIL(s, gw_supervisor_running(s) == 2);
    assert_int_equal(gw_supervisor_restarts(s), 1);
    gw_supervisor_free(s, 5000);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); // none is left
    assert_int_equal(errno, ECHILD);
}

static void one_that_cannot_start_is_tried_ever_less_often(void **state)
{
    (void)state;
    static char *const argv[] = {"/nonexistent/program", NULL};
    struct gw_supervisor *s = gw_supervisor_new(argv, 1, on_gone, "arg");
    gone_count = 0;
    int64_t begin_ms = gw_clock_boot_ms();
    UNTIL(s, gone_count == 4);
    assert_string_equal(gone_how, "it could not be started");
    assert_true(gw_clock_boot_ms() - begin_ms >= 50 + 100 + 200);
    gw_supervisor_free(s, 0);
}

static void a_child_dies_with_its_parent(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    prctl(PR_SET_CHILD_SUBREAPER, 1); // the orphan becomes ours, so that we see its end
    pid_t parent = fork();
    if (parent == 0) {
        pid_t child;
        if (gw_child_start(sleep_argv, &child) == GW_OK)
            (void)!write(ends[1], &child, sizeof child);
        pause();
        _exit(0);
    }
    pid_t child;
    assert_int_equal(read(ends[0], &child, sizeof child), sizeof child);
    kill(parent, SIGKILL);
    int status;
    assert_int_equal(waitpid(parent, &status, 0), parent);
    // Returns only because it was killed, or saw in time that it is an orphan.
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL : WEXITSTATUS(status) == 127);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_killed_one_is_told_and_replaced),
        cmocka_unit_test(one_that_cannot_start_is_tried_ever_less_often),
        cmocka_unit_test(a_child_dies_with_its_parent),
    };
    return cmocka_run_group_tests_name("agent/supervise", tests, NULL, NULL);
}
