// SPDX-License-Identifier: Apache-2.0
#include "event_files.h"

#include "base/fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    FILE_BYTES = 64 * 1024 * 1024,    // when it is full,
    PENDING_MAX = 1024 * 1024 * 1024, // and what one transaction may put behind that
    OPEN_MAX_FILES = 8,
};

struct open_file {
    uint32_t number;
    int fd;
};

struct gw_event_files {
    char dir[PATH_MAX];
    struct open_file *open; // to read from
    size_t open_count, evict;
    bool hold;
    // the writing handle's
    struct open_file current;
    uint32_t offset;       // in it, of `pending`
    struct gw_buf pending; // its end, not yet written
    uint32_t sealed_at;    // in it, of `sealed`
    struct gw_buf sealed;  // before `pending`; kept until the next seal
    pthread_mutex_t lock;
    // under lock
    uint32_t dirty_from, dirty_to; // files written since the last sync; from 0: none
    bool broken;
};

static uint64_t place_of(uint32_t number, uint64_t offset)
{
    return (uint64_t)number << 32 | offset;
}

static int path_of(const struct gw_event_files *files, uint32_t number, char out[PATH_MAX])
{
    return snprintf(out, PATH_MAX, "%s/%010u", files->dir, number) < PATH_MAX
               ? GW_OK
               : gw_fail(GW_ELIMIT, "%s: path too long", files->dir);
}

static int open_number(const struct gw_event_files *files, uint32_t number, int flags, int *ret_fd)
{
    char path[PATH_MAX];
    int rc = path_of(files, number, path);
    if (rc != GW_OK)
        return rc;
    *ret_fd = open(path, flags | O_CLOEXEC, 0600);
    if (*ret_fd >= 0)
        return GW_OK;
    return errno == ENOENT ? gw_fail(GW_EAGAIN, "store: %s was removed", path) : gw_fail_errno("%s", path);
}

struct gw_event_files *gw_event_files_new(const char *dir)
{
    struct gw_event_files *files = calloc(1, sizeof *files);
    gw_assert(files);
    gw_assert(snprintf(files->dir, sizeof files->dir, "%s", dir) < (int)sizeof files->dir);
    files->current.fd = -1;
    files->pending = files->sealed = GW_BUF(PENDING_MAX);
    pthread_mutex_init(&files->lock, NULL);
    return files;
}

struct gw_event_files *gw_event_files_free(struct gw_event_files *files)
{
    if (!files)
        return NULL;
    for (size_t i = 0; i < files->open_count; i++)
        close(files->open[i].fd);
    if (files->current.fd >= 0)
        close(files->current.fd);
    gw_buf_fini(&files->pending);
    gw_buf_fini(&files->sealed);
    pthread_mutex_destroy(&files->lock);
    free(files->open);
    free(files);
    return NULL;
}

// ---- writing

static int write_all(int fd, const char *bytes, size_t n, uint64_t at)
{
    for (size_t done = 0; done < n;) {
        ssize_t wrote = pwrite(fd, bytes + done, n - done, (off_t)(at + done));
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return gw_fail_errno("store: events");
        done += (size_t)wrote;
    }
    return GW_OK;
}

static void note_dirty(struct gw_event_files *files, uint32_t number)
{
    pthread_mutex_lock(&files->lock);
    if (!files->dirty_from || number < files->dirty_from)
        files->dirty_from = number;
    if (number > files->dirty_to)
        files->dirty_to = number;
    pthread_mutex_unlock(&files->lock);
}

static int use_file(struct gw_event_files *files, uint32_t number)
{
    if (files->current.fd >= 0 && files->current.number == number)
        return GW_OK;
    int fd = -1, rc = open_number(files, number, O_RDWR | O_CREAT, &fd);
    if (rc != GW_OK)
        return rc;
    if (files->current.fd >= 0)
        close(files->current.fd);
    files->current = (struct open_file){number, fd};
    return GW_OK;
}

int gw_event_files_start(struct gw_event_files *files, uint64_t end)
{
    int rc = gw_fs_mkdir(files->dir, 0700);
    if (rc == GW_OK)
        rc = use_file(files, gw_place_file(end));
    files->offset = (uint32_t)end;
    gw_buf_reset(&files->pending);
    gw_buf_reset(&files->sealed);
    return rc;
}

uint64_t gw_event_files_end(const struct gw_event_files *files)
{
    return place_of(files->current.number, (uint64_t)files->offset + files->pending.bytes);
}

void gw_event_files_turn(struct gw_event_files *files)
{
    if (files->offset >= FILE_BYTES && use_file(files, files->current.number + 1) == GW_OK)
        files->offset = 0;
}

int gw_event_files_put(struct gw_event_files *files, struct gw_span event)
{
    if ((uint64_t)files->offset + files->pending.bytes + event.bytes > UINT32_MAX)
        return gw_fail(GW_EIO, "store: %s/%010u is full and another cannot be made", files->dir, files->current.number);
    gw_buf_add(&files->pending, event.at, event.bytes);
    return gw_buf_ok(&files->pending) ? GW_OK : gw_fail(GW_ELIMIT, "store: a transaction of too many events");
}

void gw_event_files_undo(struct gw_event_files *files, uint64_t end)
{
    gw_assert(gw_place_file(end) == files->current.number && (uint32_t)end >= files->offset);
    gw_buf_truncate(&files->pending, (uint32_t)end - files->offset);
}

void gw_event_files_seal(struct gw_event_files *files)
{
    struct gw_buf spare = files->sealed;
    gw_buf_reset(&spare);
    files->sealed = files->pending;
    files->sealed_at = files->offset;
    files->offset += (uint32_t)files->sealed.bytes;
    files->pending = spare;
}

int gw_event_files_flush(struct gw_event_files *files)
{
    if (files->sealed.bytes == 0)
        return GW_OK;
    int rc = write_all(files->current.fd, files->sealed.data, files->sealed.bytes, files->sealed_at);
    if (rc == GW_OK)
        note_dirty(files, files->current.number);
    return rc;
}

void gw_event_files_drop(struct gw_event_files *files)
{
    if (files->sealed.bytes)
        files->offset = files->sealed_at; // the next one is written over it
    gw_buf_reset(&files->sealed);
    gw_buf_reset(&files->pending);
}

int gw_event_files_write(struct gw_event_files *files, uint64_t place, struct gw_span event)
{
    int fd = -1, rc = open_number(files, gw_place_file(place), O_RDWR | O_CREAT, &fd);
    if (rc != GW_OK)
        return rc;
    rc = write_all(fd, event.at, event.bytes, (uint32_t)place);
    close(fd);
    note_dirty(files, gw_place_file(place));
    return rc;
}

static int sync_range(struct gw_event_files *files, uint32_t from, uint32_t to)
{
    for (uint32_t number = from; number <= to; number++) {
        int fd = -1, rc = open_number(files, number, O_RDWR, &fd);
        if (rc == GW_EAGAIN)
            continue; // removed meanwhile
        if (rc != GW_OK)
            return rc;
        if (fdatasync(fd) != 0)
            rc = gw_fail_errno("store: events: sync");
        close(fd);
        if (rc != GW_OK)
            return rc;
    }
    return gw_fs_sync_dir(files->dir);
}

int gw_event_files_sync(struct gw_event_files *files)
{
    pthread_mutex_lock(&files->lock);
    uint32_t from = files->dirty_from, to = files->dirty_to;
    bool broken = files->broken;
    files->dirty_from = files->dirty_to = 0;
    pthread_mutex_unlock(&files->lock);
    if (broken)
        return gw_fail(GW_EIO, "store: events could not be synced; a start will write them anew");
    int rc = from ? sync_range(files, from, to) : GW_OK;
    if (rc != GW_OK) {
        pthread_mutex_lock(&files->lock);
        files->broken = true; // a second sync would succeed and mean nothing
        pthread_mutex_unlock(&files->lock);
    }
    return rc;
}

int gw_event_files_remove(struct gw_event_files *files, uint32_t number)
{
    char path[PATH_MAX];
    int rc = path_of(files, number, path);
    return rc == GW_OK ? gw_fs_remove(path) : rc;
}

// ---- reading

static struct open_file *find_open(struct gw_event_files *files, uint32_t number)
{
    for (size_t i = 0; i < files->open_count; i++)
        if (files->open[i].number == number)
            return &files->open[i];
    return NULL;
}

static int open_to_read(struct gw_event_files *files, uint32_t number, struct open_file **ret_file)
{
    int fd = -1, rc = open_number(files, number, O_RDONLY, &fd);
    if (rc != GW_OK)
        return rc;
    struct open_file *slot;
    if (files->open_count >= OPEN_MAX_FILES && !files->hold) {
        slot = &files->open[files->evict++ % OPEN_MAX_FILES];
        close(slot->fd);
    } else {
        files->open = realloc(files->open, (files->open_count + 1) * sizeof *files->open);
        gw_assert(files->open);
        slot = &files->open[files->open_count++];
    }
    *slot = (struct open_file){number, fd};
    *ret_file = slot;
    return GW_OK;
}

// What is not, or not surely, in its file yet.
static const char *find_unwritten(const struct gw_event_files *files, uint32_t offset, size_t bytes)
{
    if (files->pending.bytes && offset >= files->offset && bytes <= files->pending.bytes &&
        offset - files->offset <= files->pending.bytes - bytes)
        return files->pending.data + (offset - files->offset);
    if (files->sealed.bytes && offset >= files->sealed_at && bytes <= files->sealed.bytes &&
        offset - files->sealed_at <= files->sealed.bytes - bytes)
        return files->sealed.data + (offset - files->sealed_at);
    return NULL;
}

int gw_event_files_read(struct gw_event_files *files, uint64_t place, size_t bytes, struct gw_buf *out)
{
    uint32_t number = gw_place_file(place), offset = (uint32_t)place;
    const char *unwritten = number == files->current.number ? find_unwritten(files, offset, bytes) : NULL;
    gw_buf_reset(out);
    if (unwritten) {
        gw_buf_add(out, unwritten, bytes);
        return GW_OK;
    }
    struct open_file *file = find_open(files, number);
    int rc = file ? GW_OK : open_to_read(files, number, &file);
    char *at = rc == GW_OK ? gw_buf_reserve(out, bytes) : NULL;
    if (rc == GW_OK && !at)
        rc = gw_fail(GW_ECORRUPT, "store: an event of %zu bytes", bytes);
    for (size_t done = 0; rc == GW_OK && done < bytes;) {
        ssize_t n = pread(file->fd, at + done, bytes - done, (off_t)(offset + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? gw_fail_errno("store: events")
                         : gw_fail(GW_ECORRUPT, "store: %s/%010u ends before its event at %u", files->dir, number,
                                   offset);
        done += (size_t)n;
    }
    if (rc == GW_OK)
        gw_buf_grow(out, bytes);
    return rc;
}

// ---- all of them

static int each_file(struct gw_event_files *files, int (*fn)(struct gw_event_files *, uint32_t, void *), void *arg)
{
    DIR *dir = opendir(files->dir);
    if (!dir)
        return errno == ENOENT ? GW_OK : gw_fail_errno("%s", files->dir);
    int rc = GW_OK;
    for (struct dirent *e; rc == GW_OK && (e = readdir(dir));) {
        uint32_t number;
        int used = 0;
        if (sscanf(e->d_name, "%10u%n", &number, &used) == 1 && e->d_name[used] == '\0')
            rc = fn(files, number, arg);
    }
    closedir(dir);
    return rc;
}

struct sweeping {
    gw_event_files_keep_fn *keep;
    void *arg;
};

static int sweep_one(struct gw_event_files *files, uint32_t number, void *arg)
{
    const struct sweeping *s = arg;
    return number == files->current.number || s->keep(number, s->arg) ? GW_OK : gw_event_files_remove(files, number);
}

int gw_event_files_sweep(struct gw_event_files *files, gw_event_files_keep_fn *keep, void *arg)
{
    struct sweeping s = {keep, arg};
    return each_file(files, sweep_one, &s);
}

static int hold_one(struct gw_event_files *files, uint32_t number, void *arg)
{
    (void)arg;
    struct open_file *file;
    int rc = find_open(files, number) ? GW_OK : open_to_read(files, number, &file);
    return rc == GW_EAGAIN ? GW_OK : rc;
}

int gw_event_files_hold(struct gw_event_files *files)
{
    files->hold = true;
    return each_file(files, hold_one, NULL);
}
