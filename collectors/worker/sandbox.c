// SPDX-License-Identifier: Apache-2.0
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { READER_MEMORY = 256 * 1024 * 1024 }; // address space beyond what the warmed process has

void gw_sandbox_die_with_parent(int signal)
{
    prctl(PR_SET_PDEATHSIG, signal);
}

static int no_new_privileges(void)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return gw_fail_errno("no_new_privs");
    return 0;
}

// ---- the reader

// Whatever the system call, these end at once or work on memory that is ours.
static const int READER_CALLS[] = {
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(futex),
    SCMP_SYS(close),
    SCMP_SYS(fstat),
    SCMP_SYS(newfstatat),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(getrandom),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(getrusage),
    SCMP_SYS(sysinfo), // qsort() of more than a page asks how much memory there is
};

// A library may look for a file of its own (a locale, a catalogue): it hears that there is none, instead of the page
// costing a process.
static const int READER_NOT_FOUND[] = {
    SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(access),   SCMP_SYS(faccessat),  SCMP_SYS(faccessat2),
    SCMP_SYS(stat), SCMP_SYS(lstat),  SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(statx),
};

static bool build_reader_filter(scmp_filter_ctx filter, int fd)
{
    bool ok = true;
    for (size_t i = 0; i < GW_COUNT(READER_CALLS); i++)
        ok &= seccomp_rule_add(filter, SCMP_ACT_ALLOW, READER_CALLS[i], 0) == 0;
    for (size_t i = 0; i < GW_COUNT(READER_NOT_FOUND); i++)
        ok &= seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOENT), READER_NOT_FOUND[i], 0) == 0;
    struct scmp_arg_cmp ours = SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)fd);
    struct scmp_arg_cmp log = SCMP_A0(SCMP_CMP_EQ, STDERR_FILENO);
    ok &= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(recvmsg), 1, ours) == 0;
    ok &= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(sendto), 1, ours) == 0;
    ok &= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1, log) == 0;
    // Memory that is both written and run is refused; PCRE2 then interprets what it cannot compile.
    struct scmp_arg_cmp plain = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    struct scmp_arg_cmp runnable = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC);
    const int maps[] = {SCMP_SYS(mmap), SCMP_SYS(mprotect)};
    for (size_t i = 0; i < GW_COUNT(maps); i++) {
        ok &= seccomp_rule_add(filter, SCMP_ACT_ALLOW, maps[i], 1, plain) == 0;
        ok &= seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), maps[i], 1, runnable) == 0;
    }
    return ok;
}

static int load(scmp_filter_ctx filter, bool built)
{
    int error = filter && built ? seccomp_load(filter) : -ENOMEM;
    seccomp_release(filter);
    if (error) {
        errno = -error;
        return gw_fail_errno("seccomp");
    }
    return 0;
}

static uint64_t address_space(void)
{
    char text[64] = "";
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : 0;
    if (fd >= 0)
        close(fd);
    unsigned long long pages = 0;
    return n > 0 && sscanf(text, "%llu", &pages) == 1 ? pages * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

static void limit(__rlimit_resource_t resource, uint64_t value)
{
    struct rlimit both = {.rlim_cur = (rlim_t)value, .rlim_max = (rlim_t)value};
    setrlimit(resource, &both);
}

int gw_sandbox_reader(int fd, const char **ret_lost)
{
    if (ret_lost)
        *ret_lost = NULL;
    if (GW_SANDBOX_RELAXED) {
        if (ret_lost)
            *ret_lost = "everything: this build has sanitizers";
        return 0;
    }
    limit(RLIMIT_AS, address_space() + READER_MEMORY);
    limit(RLIMIT_CPU, 2 * GW_READER_CPU_S);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_NPROC, 0);
    int rc = no_new_privileges();
    if (rc)
        return rc;
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    return load(filter, filter && build_reader_filter(filter, fd));
}

// ---- the fetcher

static const char *const READABLE[] = {
    "/etc/hosts",
    "/etc/resolv.conf",
    "/etc/nsswitch.conf",
    "/etc/host.conf",
    "/etc/gai.conf",
    "/etc/services",
    "/etc/protocols",
    "/etc/ld.so.cache",
    "/etc/ssl",
    "/etc/localtime",
    "/usr/share/ca-certificates",
    "/usr/local/share/ca-certificates",
    "/usr/lib",
    "/lib",
    "/lib64",
    "/usr/share/zoneinfo",
    "/run/systemd/resolve",
    "/run/resolvconf",
    "/dev/urandom",
    "/dev/null",
};

enum {
    READ_ACCESS = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
    ACCESS_OF_ABI_1 = LANDLOCK_ACCESS_FS_MAKE_SYM * 2 - 1,
    ACCESS_REFER = 1 << 13,    // ABI 2
    ACCESS_TRUNCATE = 1 << 14, // ABI 3; newer than the header
};

static void allow_reading(int ruleset, const char *path)
{
    struct landlock_path_beneath_attr rule = {.parent_fd = open(path, O_PATH | O_CLOEXEC),
                                              .allowed_access = READ_ACCESS};
    struct stat info;
    if (rule.parent_fd < 0)
        return; // not on this machine
    if (fstat(rule.parent_fd, &info) == 0 && !S_ISDIR(info.st_mode))
        rule.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE;
    syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    close(rule.parent_fd);
}

static bool restrict_files(const char *ca_dir)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1)
        return false;
    struct landlock_ruleset_attr handled = {.handled_access_fs = ACCESS_OF_ABI_1};
    handled.handled_access_fs |= abi >= 2 ? ACCESS_REFER : 0;
    handled.handled_access_fs |= abi >= 3 ? ACCESS_TRUNCATE : 0;
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0);
    if (ruleset < 0)
        return false;
    for (size_t i = 0; i < GW_COUNT(READABLE); i++)
        allow_reading(ruleset, READABLE[i]);
    if (ca_dir)
        allow_reading(ruleset, ca_dir);
    bool ok = syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
    close(ruleset);
    return ok;
}

// Landlock knows no program that comes from memory, nor other processes.
static const int FETCHER_FORBIDDEN[] = {
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(mount),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(kexec_load),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(keyctl),
    SCMP_SYS(userfaultfd),
};

int gw_sandbox_fetcher(const char *ca_dir, const char **ret_lost)
{
    const char *lost = NULL;
    int rc = 0;
    if (GW_SANDBOX_RELAXED) {
        lost = "everything: this build has sanitizers";
    } else {
        rc = no_new_privileges();
        if (rc == 0 && !restrict_files(ca_dir))
            lost = "files: this kernel has no Landlock";
        scmp_filter_ctx filter = rc == 0 ? seccomp_init(SCMP_ACT_ALLOW) : NULL;
        bool ok = filter != NULL;
        for (size_t i = 0; ok && i < GW_COUNT(FETCHER_FORBIDDEN); i++)
            ok = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), FETCHER_FORBIDDEN[i], 0) == 0;
        if (rc == 0)
            rc = load(filter, ok);
    }
    if (ret_lost)
        *ret_lost = lost;
    return rc;
}
