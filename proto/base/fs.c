// SPDX-License-Identifier: Apache-2.0
#include "fs.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

int gw_fs_read(const char *path, struct gw_buf *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? gw_fail(GW_ENOTFOUND, "%s: no such file", path) : gw_fail_errno("%s", path);
    int rc = GW_OK;
    for (;;) {
        size_t room = out->limit - out->bytes < 65536 ? out->limit - out->bytes : 65536;
        char past_end, *at = room ? gw_buf_reserve(out, room) : &past_end;
        ssize_t n = at ? read(fd, at, room ? room : 1) : -1;
        if (n == 0)
            break;
        if (n < 0) {
            rc = at ? gw_fail_errno("%s", path) : gw_fail(GW_ELIMIT, "%s: out of memory", path);
            break;
        }
        if (!room) {
            rc = gw_fail(GW_ELIMIT, "%s: larger than %zu bytes", path, out->limit);
            break;
        }
        gw_buf_grow(out, (size_t)n);
    }
    close(fd);
    return rc;
}

int gw_fs_write_all(int fd, const void *bytes, size_t n)
{
    const char *at = bytes;
    while (n) {
        ssize_t done = write(fd, at, n);
        if (done < 0) {
            if (errno == EINTR)
                continue;
            return gw_fail_errno("write");
        }
        at += done;
        n -= (size_t)done;
    }
    return GW_OK;
}

static int parent_of(const char *path, char out[PATH_MAX])
{
    const char *slash = strrchr(path, '/');
    size_t n = slash ? (size_t)(slash - path) : 1;
    if (n >= PATH_MAX)
        return gw_fail(GW_ELIMIT, "%s: path too long", path);
    memcpy(out, slash ? path : ".", n);
    out[n] = '\0';
    if (n == 0)
        memcpy(out, "/", 2);
    return GW_OK;
}

int gw_fs_sync_dir(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return gw_fail_errno("%s", path);
    int rc = fsync(fd) == 0 ? GW_OK : gw_fail_errno("%s: fsync", path);
    close(fd);
    return rc;
}

int gw_fs_write(const char *path, const void *bytes, size_t n, int mode)
{
    char temporary[PATH_MAX], parent[PATH_MAX];
    if (snprintf(temporary, sizeof temporary, "%s.new.%d", path, (int)getpid()) >= (int)sizeof temporary)
        return gw_fail(GW_ELIMIT, "%s: path too long", path);
    int rc = parent_of(path, parent);
    if (rc)
        return rc;
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (fd < 0)
        return gw_fail_errno("%s", path);
    rc = gw_fs_write_all(fd, bytes, n);
    if (rc)
        rc = gw_fail_prefix(rc, "%s", path);
    else if (fsync(fd) != 0)
        rc = gw_fail_errno("%s: fsync", path);
    close(fd);
    if (rc == GW_OK && rename(temporary, path) != 0)
        rc = gw_fail_errno("%s", path);
    if (rc) {
        unlink(temporary);
        return rc;
    }
    return gw_fs_sync_dir(parent);
}

int gw_fs_mkdir(const char *path, int mode)
{
    char at[PATH_MAX];
    size_t n = strlen(path);
    if (n >= sizeof at)
        return gw_fail(GW_ELIMIT, "%s: path too long", path);
    memcpy(at, path, n + 1);
    for (char *p = at + 1;; p++) {
        if (*p != '/' && *p != '\0')
            continue;
        char end = *p;
        *p = '\0';
        struct stat info;
        if (mkdir(at, (mode_t)mode) != 0 && (errno != EEXIST || stat(at, &info) != 0 || !S_ISDIR(info.st_mode)))
            return gw_fail_errno("%s: cannot make directory", at);
        *p = end;
        if (end == '\0')
            return GW_OK;
    }
}

bool gw_fs_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *ftw)
{
    (void)info;
    (void)type;
    (void)ftw;
    return remove(path) == 0 || errno == ENOENT ? 0 : -1;
}

int gw_fs_remove(const char *path)
{
    if (nftw(path, remove_one, 32, FTW_DEPTH | FTW_PHYS) != 0 && errno != ENOENT)
        return gw_fail_errno("%s: cannot remove", path);
    return GW_OK;
}

// nftw passes no argument; the sum is this thread's own.
static _Thread_local uint64_t usage_sum;

static int add_usage(const char *path, const struct stat *info, int type, struct FTW *ftw)
{
    (void)path;
    (void)ftw;
    if (type == FTW_F)
        usage_sum += (uint64_t)info->st_size;
    return 0;
}

uint64_t gw_fs_usage(const char *path)
{
    usage_sum = 0;
    nftw(path, add_usage, 32, FTW_PHYS);
    return usage_sum;
}

int gw_fs_lock(const char *path, int *ret_fd)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return gw_fail_errno("%s", path);
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        int rc;
        if (errno == EWOULDBLOCK) {
            char pid[16] = "";
            ssize_t n = read(fd, pid, sizeof pid - 1);
            pid[n > 0 ? strcspn(pid, "\n") : 0] = '\0';
            rc = gw_fail(GW_EAGAIN, "%s: locked by process %s", path, *pid ? pid : "?");
        } else {
            rc = gw_fail_errno("%s: lock", path);
        }
        close(fd);
        return rc;
    }
    char pid[16];
    int n = snprintf(pid, sizeof pid, "%d\n", (int)getpid());
    if (ftruncate(fd, 0) != 0 || pwrite(fd, pid, (size_t)n, 0) != n) {
        int rc = gw_fail_errno("%s", path);
        close(fd);
        return rc;
    }
    *ret_fd = fd;
    return GW_OK;
}

bool gw_fs_program_dir(char *out, size_t bytes)
{
    ssize_t n = readlink("/proc/self/exe", out, bytes - 1);
    if (n <= 0)
        return false;
    out[n] = '\0';
    char *slash = strrchr(out, '/');
    if (!slash)
        return false;
    *slash = '\0';
    return true;
}

int gw_fs_find_program(const char *name, char **ret_path)
{
    char dir[PATH_MAX], path[PATH_MAX];
    if (gw_fs_program_dir(dir, sizeof dir) && snprintf(path, sizeof path, "%s/%s", dir, name) < (int)sizeof path &&
        access(path, X_OK) == 0) {
        *ret_path = strdup(path);
        gw_assert(*ret_path);
        return GW_OK;
    }
    const char *at = getenv("PATH");
    while (at && *at) {
        size_t n = strcspn(at, ":");
        if (n && snprintf(path, sizeof path, "%.*s/%s", (int)n, at, name) < (int)sizeof path &&
            access(path, X_OK) == 0) {
            *ret_path = strdup(path);
            gw_assert(*ret_path);
            return GW_OK;
        }
        at += n + (at[n] == ':');
    }
    return gw_fail(GW_ENOTFOUND, "%s is neither beside this program (%s) nor in PATH", name, dir);
}
