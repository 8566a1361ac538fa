// SPDX-License-Identifier: Apache-2.0
// Each attempt is made by a child that locks itself first; its end tells what came of it.
#include "kit/check.h"

#include "worker/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ALLOWED = 0, CANNOT_LOCK = 100, NO_LANDLOCK = 101 }; // other exit codes are errno

typedef int attempt_fn(void); // 0 or errno

static int try_memory(void)
{
    char *bytes = malloc(16 << 20);
    if (!bytes)
        return ENOMEM;
    memset(bytes, 1, 16 << 20);
    bytes = realloc(bytes, 32 << 20);
    free(bytes);
    return 0;
}

static int try_too_much_memory(void)
{
    void *bytes = mmap(NULL, 1 << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return bytes == MAP_FAILED ? errno : 0;
}

static int try_code(void)
{
    void *bytes = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return bytes == MAP_FAILED ? errno : 0;
}

static int try_read(void)
{
    int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
    return fd < 0 ? errno : 0;
}

static int try_write(void)
{
    int fd = open("/tmp", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
    return fd < 0 ? errno : 0;
}

static int try_socket(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return fd < 0 ? errno : 0;
}

static int try_exec(void)
{
    execl("/bin/true", "true", (char *)NULL);
    return errno;
}

static int try_fork(void)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    return pid < 0 ? errno : 0;
}

static int try_kill(void)
{
    return kill(getppid(), 0) != 0 ? errno : 0;
}

static int try_resolve(void)
{
    struct addrinfo *found = NULL;
    int rc = getaddrinfo("localhost", "80", NULL, &found);
    if (rc == 0)
        freeaddrinfo(found);
    return rc == 0 ? 0 : EIO;
}

static int try_certificates(void)
{
    int fd = open("/etc/ssl", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? errno : 0;
}

static int lock_nothing(void)
{
    return 0;
}

static int lock_reader(void)
{
    return gw_sandbox_reader(STDIN_FILENO, NULL) == 0 ? 0 : CANNOT_LOCK;
}

static int lock_fetcher(void)
{
    const char *lost;
    if (gw_sandbox_fetcher(NULL, &lost) != 0)
        return CANNOT_LOCK;
    return lost ? NO_LANDLOCK : 0;
}

static int run(attempt_fn *lock, attempt_fn *attempt)
{
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        int rc = lock();
        _exit(rc ? rc : attempt());
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static const struct {
    const char *what;
    attempt_fn *attempt;
    int reader, fetcher; // errno, or -signal
} ROWS[] = {
    {"memory", try_memory, ALLOWED, ALLOWED},          {"too much memory", try_too_much_memory, ENOMEM, ALLOWED},
    {"code in memory", try_code, EACCES, ALLOWED},     {"read a file", try_read, ENOENT, EACCES},
    {"write a file", try_write, ENOENT, EACCES},       {"a socket", try_socket, -SIGSYS, ALLOWED},
    {"a program", try_exec, -SIGSYS, EPERM},           {"a process", try_fork, -SIGSYS, ALLOWED},
    {"a signal", try_kill, -SIGSYS, ALLOWED}, // the fetcher ends its readers
    {"resolve a name", try_resolve, -SIGSYS, ALLOWED}, {"certificates", try_certificates, ENOENT, ALLOWED},
};

static void table(void **state)
{
    (void)state;
    if (GW_SANDBOX_RELAXED)
        skip();
    bool landlock = run(lock_fetcher, try_memory) != NO_LANDLOCK;
    bool resolver = run(lock_nothing, try_resolve) == ALLOWED; // a root without /etc/hosts knows no name
    for (size_t i = 0; i < GW_COUNT(ROWS); i++) {
        int reader = run(lock_reader, ROWS[i].attempt);
        bool possible = landlock && (resolver || ROWS[i].attempt != try_resolve);
        int fetcher = possible ? run(lock_fetcher, ROWS[i].attempt) : ROWS[i].fetcher;
        if (reader != ROWS[i].reader || fetcher != ROWS[i].fetcher)
            fail_msg("%s: reader %d, expected %d; fetcher %d, expected %d", ROWS[i].what, reader, ROWS[i].reader,
                     fetcher, ROWS[i].fetcher);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(table)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
