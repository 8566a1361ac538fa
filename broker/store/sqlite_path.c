// SPDX-License-Identifier: Apache-2.0
// DESIGN: The directories stay open for as long as the process lives, as SQLite comes back to the path (for the log,
// its index, to sync the directory). A process opens one or two of them.
#include "sqlite_path.h"
#include "sqlite_once.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST = 400, SHORT_BYTES = 320 }; // SQLite appends "-journal"
#define VFS_NAME "govwire-short-path"

struct directory {
    struct directory *next;
    char *path;
    int fd;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct directory *directories;
static sqlite3_vfs short_path; // the default one, but for its full path

static const char beyond[] = "/proc/self/fd/";

// The default resolves the link, which gives the long path again.
static int full_path(sqlite3_vfs *unused, const char *name, int bytes, char *out)
{
    (void)unused;
    sqlite3_vfs *own = sqlite3_vfs_find(NULL);
    if (strncmp(name, beyond, sizeof beyond - 1) != 0)
        return own->xFullPathname(own, name, bytes, out);
    if (strlen(name) >= (size_t)bytes)
        return SQLITE_CANTOPEN;
    memcpy(out, name, strlen(name) + 1);
    return SQLITE_OK;
}

static int open_directory(const char *path, size_t bytes)
{
    for (const struct directory *d = directories; d; d = d->next)
        if (strlen(d->path) == bytes && memcmp(d->path, path, bytes) == 0)
            return d->fd;
    struct directory *d = calloc(1, sizeof *d);
    gw_assert(d);
    d->path = strndup(path, bytes);
    gw_assert(d->path);
    d->fd = open(d->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (d->fd < 0) {
        free(d->path);
        free(d);
        return -1;
    }
    d->next = directories;
    directories = d;
    return d->fd;
}

// False: leave it to SQLite to say what is wrong with the path.
static bool shorten(const char *path, char out[SHORT_BYTES])
{
    const char *slash = strrchr(path, '/');
    if (strlen(path) <= LONGEST || !slash || strlen(slash) > SHORT_BYTES / 2)
        return false;
    pthread_mutex_lock(&lock);
    int fd = open_directory(path, (size_t)(slash - path));
    if (!short_path.zName) {
        short_path = *sqlite3_vfs_find(NULL);
        short_path.zName = VFS_NAME;
        short_path.xFullPathname = full_path;
        short_path.pNext = NULL;
        gw_assert(sqlite3_vfs_register(&short_path, 0) == SQLITE_OK);
    }
    pthread_mutex_unlock(&lock);
    snprintf(out, SHORT_BYTES, "%s%d%s", beyond, fd, slash);
    return fd >= 0;
}

int gw_sqlite_open_path(const char *path, int flags, sqlite3 **ret_db)
{
    char name[SHORT_BYTES];
    gw_sqlite_once();
    return shorten(path, name) ? sqlite3_open_v2(name, ret_db, flags, VFS_NAME)
                               : sqlite3_open_v2(path, ret_db, flags, NULL);
}
