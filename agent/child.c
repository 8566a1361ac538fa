// SPDX-License-Identifier: Apache-2.0
#include "child.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_NO_PROGRAM = 127 };

// Between fork and exec: only calls that are safe there.
static void become(char *const argv[], pid_t parent)
{
    // The parent may have died before prctl took effect; then nobody would ever kill us.
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
        _exit(EXIT_NO_PROGRAM);
    setpgid(0, 0);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    dup2(STDERR_FILENO, STDOUT_FILENO);
    execv(argv[0], argv);
    _exit(EXIT_NO_PROGRAM);
}

int gw_child_start(char *const argv[], pid_t *ret_pid)
{
    pid_t parent = getpid(), pid = fork();
    if (pid < 0)
        return gw_fail_errno("%s: cannot start a process", argv[0]);
    if (pid == 0)
        become(argv, parent);
    *ret_pid = pid;
    return GW_OK;
}

bool gw_child_ended(pid_t pid, int *ret_status)
{
    int status = 0;
    pid_t got;
    do
        got = waitpid(pid, &status, WNOHANG);
    while (got < 0 && errno == EINTR);
    if (got == 0)
        return false;
    *ret_status = got == pid ? status : 0;
    return true;
}

const char *gw_child_status(int status, char *out, size_t bytes)
{
    if (WIFSIGNALED(status))
        snprintf(out, bytes, "killed by signal %d", WTERMSIG(status));
    else if (WEXITSTATUS(status) == EXIT_NO_PROGRAM)
        snprintf(out, bytes, "it could not be started");
    else
        snprintf(out, bytes, "ended with %d", WEXITSTATUS(status));
    return out;
}
