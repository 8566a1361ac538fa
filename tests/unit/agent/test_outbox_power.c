// SPDX-License-Identifier: Apache-2.0
// Power cuts at any moment: what is on disk then is what was synced, and of all else any part. Names reach the disk in
// their order, sectors in none.
#include "kit/check.h"

#include "agent/outbox.h"
#include "base/fs.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
    SEGMENT = 600,
    SECTOR = 64,
    FILE_MAX = 4096,
    FILES = 64,
    CHANGES = 64,
    WRITES = 256,
    NAME = 40,
    FRAME_MAX = 120
};

// ---- the disk

struct file {
    ino_t inode; // 0: no name leads to it any more, but for one on disk
    size_t bytes;
    char data[FILE_MAX]; // on disk
    struct {
        size_t at, bytes;
        char data[FRAME_MAX + 64];
    } writes[WRITES]; // not yet
    size_t write_count;
};

struct change {                // of the directory
    char from[NAME], to[NAME]; // "" and a name: made; a name and "": deleted
    size_t file;               // what is made
};

struct name {
    char name[NAME];
    size_t file;
};

static struct disk {
    struct file files[FILES];
    size_t file_count;
    struct change changes[CHANGES]; // not yet on disk
    size_t change_count;
    struct name names[FILES]; // on disk
    size_t name_count;
} disk;

static uint64_t seed;

static uint64_t draw(uint64_t below)
{
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    return seed % below;
}

static const char *base_name(const char *path)
{
    return strrchr(path, '/') + 1;
}

static void change_note(const char *from, const char *to, size_t file)
{
    assert_true(disk.change_count < CHANGES);
    struct change *c = &disk.changes[disk.change_count++];
    snprintf(c->from, sizeof c->from, "%s", from);
    snprintf(c->to, sizeof c->to, "%s", to);
    c->file = file;
}

static void name_drop(const char *name)
{
    for (size_t i = 0; i < disk.name_count; i++)
        if (strcmp(disk.names[i].name, name) == 0)
            disk.names[i--] = disk.names[--disk.name_count];
}

static void change_apply(const struct change *c)
{
    size_t file = c->file;
    for (size_t i = 0; i < disk.name_count; i++)
        if (strcmp(disk.names[i].name, c->from) == 0)
            file = disk.names[i].file;
    name_drop(c->from);
    if (!*c->to)
        return;
    name_drop(c->to);
    assert_true(disk.name_count < FILES);
    struct name *n = &disk.names[disk.name_count++];
    snprintf(n->name, sizeof n->name, "%s", c->to);
    n->file = file;
}

static struct file *file_of(int fd)
{
    struct stat info;
    char link[64], path[256] = "";
    assert_int_equal(fstat(fd, &info), 0);
    for (size_t i = 0; i < disk.file_count; i++)
        if (disk.files[i].inode == info.st_ino)
            return &disk.files[i];
    assert_true(disk.file_count < FILES);
    struct file *file = &disk.files[disk.file_count++];
    file->inode = info.st_ino;
    file->bytes = file->write_count = 0;
    memset(file->data, 0, sizeof file->data);
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    assert_true(readlink(link, path, sizeof path - 1) > 0);
    change_note("", base_name(path), disk.file_count - 1);
    return file;
}

static void put(struct file *file, size_t at, const char *bytes, size_t n)
{
    assert_true(at + n <= FILE_MAX);
    memcpy(file->data + at, bytes, n);
    if (at + n > file->bytes)
        file->bytes = at + n;
}

ssize_t __real_pwritev(int fd, const struct iovec *parts, int count, off_t at);
ssize_t __wrap_pwritev(int fd, const struct iovec *parts, int count, off_t at);
ssize_t __wrap_pwritev(int fd, const struct iovec *parts, int count, off_t at)
{
    struct file *file = file_of(fd);
    size_t n = 0;
    assert_true(file->write_count < WRITES);
    for (int i = 0; i < count; n += parts[i++].iov_len)
        memcpy(file->writes[file->write_count].data + n, parts[i].iov_base, parts[i].iov_len);
    file->writes[file->write_count].at = (size_t)at;
    file->writes[file->write_count++].bytes = n;
    return __real_pwritev(fd, parts, count, at);
}

int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);
int __wrap_fdatasync(int fd)
{
    struct file *file = file_of(fd);
    for (size_t i = 0; i < file->write_count; i++)
        put(file, file->writes[i].at, file->writes[i].data, file->writes[i].bytes);
    file->write_count = 0;
    return 0;
}

int __wrap_fsync(int fd);
int __wrap_fsync(int fd) // of the directory, or of the incarnation, which is taken as it is
{
    struct stat info;
    assert_int_equal(fstat(fd, &info), 0);
    for (size_t i = 0; S_ISDIR(info.st_mode) && i < disk.change_count; i++)
        change_apply(&disk.changes[i]);
    if (S_ISDIR(info.st_mode))
        disk.change_count = 0;
    return 0;
}

int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to)
{
    if (!strstr(to, "incarnation"))
        change_note(base_name(from), base_name(to), 0);
    return __real_rename(from, to);
}

int __real_unlink(const char *path);
int __wrap_unlink(const char *path);
int __wrap_unlink(const char *path)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return -1; // no spare
    for (size_t i = 0; i < disk.file_count; i++)
        if (disk.files[i].inode == info.st_ino)
            disk.files[i].inode = 0;
    change_note(base_name(path), "", 0);
    return __real_unlink(path);
}

static void file_write(const char *dir, const char *name, const char *bytes, size_t n)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    int fd = open(path, O_CREAT | O_WRONLY, 0600);
    assert_int_equal(write(fd, bytes, n), n);
    close(fd);
}

// What a cut leaves in `to`: of the names a part from the front, of what was written any sectors.
static void cut_power(const char *from, const char *to)
{
    char path[256];
    struct gw_buf incarnation = GW_BUF(64);
    for (uint64_t i = 0, n = draw(disk.change_count + 1); i < n; i++)
        change_apply(&disk.changes[i]);
    check_ok(gw_fs_mkdir(to, 0700));
    snprintf(path, sizeof path, "%s/incarnation", from);
    check_ok(gw_fs_read(path, &incarnation));
    file_write(to, "incarnation", incarnation.data, incarnation.bytes);
    gw_buf_fini(&incarnation);
    uint64_t chance = draw(5); // of four: none, some, all
    for (size_t f = 0; f < disk.file_count; f++)
        for (size_t i = 0; i < disk.files[f].write_count; i++)
            for (size_t at = disk.files[f].writes[i].at, end = at + disk.files[f].writes[i].bytes, stop; at < end;
                 at = stop) {
                stop = (at / SECTOR + 1) * SECTOR < end ? (at / SECTOR + 1) * SECTOR : end;
                if (draw(4) < chance)
                    put(&disk.files[f], at, disk.files[f].writes[i].data + (at - disk.files[f].writes[i].at),
                        stop - at);
            }
    for (size_t i = 0; i < disk.name_count; i++) {
        const struct file *file = &disk.files[disk.names[i].file];
        file_write(to, disk.names[i].name, file->data, file->bytes);
    }
}

// All that is in the directory now is on disk.
static void disk_read(const char *dir)
{
    memset(&disk, 0, sizeof disk);
    DIR *d = opendir(dir);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d));) {
        char path[600];
        snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        if (*e->d_name == '.' || strcmp(e->d_name, "incarnation") == 0)
            continue;
        int fd = open(path, O_RDONLY);
        struct file *file = file_of(fd);
        ssize_t n = read(fd, file->data, sizeof file->data);
        assert_true(n >= 0);
        file->bytes = (size_t)n;
        close(fd);
    }
    closedir(d);
    for (size_t i = 0; i < disk.change_count; i++)
        change_apply(&disk.changes[i]);
    disk.change_count = 0;
}

// ---- the outbox

static struct promises {
    uint64_t acked, synced;
    char frames[20000][FRAME_MAX]; // of those that were synced
    size_t bytes[20000];
    bool lost[20000]; // in a hole of what was not synced
} promises;

// Only what was never synced may be found damaged.
static void on_damaged(uint64_t first, uint64_t last, const void *bytes, size_t n, void *arg)
{
    (void)bytes, (void)n, (void)arg;
    for (uint64_t m = first; m <= last; m++)
        assert_true(m > promises.synced || promises.lost[m]);
}

static struct gw_outbox *open_in(const char *dir)
{
    struct gw_outbox *outbox = NULL;
    struct gw_outbox_options options = {
        .dir = dir, .max_bytes = 1 << 20, .segment_bytes = SEGMENT, .on_damaged = on_damaged};
    check_ok(gw_outbox_open(&options, &outbox));
    return outbox;
}

// Says its number; length and content are ever different ones.
static size_t frame_make(uint64_t msgno, char out[FRAME_MAX])
{
    size_t n = sizeof msgno + draw(FRAME_MAX - sizeof msgno);
    memcpy(out, &msgno, sizeof msgno);
    for (size_t i = sizeof msgno; i < n; i++)
        out[i] = (char)draw(256);
    return n;
}

static void step(struct gw_outbox *outbox)
{
    struct promises *p = &promises;
    uint64_t what = draw(10), next = gw_outbox_next(outbox);
    if (what < 6) {
        assert_true(next < sizeof p->bytes / sizeof p->bytes[0]);
        p->bytes[next] = frame_make(next, p->frames[next]);
        p->lost[next] = false;
        check_ok(gw_outbox_append(outbox, next, p->frames[next], p->bytes[next]));
    } else if (what < 9) {
        struct gw_outbox_sync *sync = gw_outbox_sync_begin(outbox);
        if (sync) {
            gw_outbox_sync_run(sync);
            check_ok(gw_outbox_sync_end(outbox, sync));
        }
        p->synced = gw_outbox_synced(outbox);
    } else if (p->synced > p->acked) {
        p->acked += 1 + draw(p->synced - p->acked);
        check_ok(gw_outbox_ack(outbox, p->acked));
    }
}

static void check_promises(struct gw_outbox *outbox)
{
    struct promises *p = &promises;
    assert_true(gw_outbox_next(outbox) > p->synced && gw_outbox_first(outbox) <= p->acked + 1);
    struct gw_buf frame = GW_BUF(1000);
    for (uint64_t m = p->acked + 1; m < gw_outbox_next(outbox); m++) {
        gw_buf_reset(&frame);
        int rc = gw_outbox_read(outbox, m, &frame);
        p->lost[m] = rc == GW_ECORRUPT && (p->lost[m] || m > p->synced);
        if (p->lost[m])
            continue;
        check_ok(rc);
        if (m <= p->synced) {
            assert_int_equal(frame.bytes, p->bytes[m]);
            assert_memory_equal(frame.data, p->frames[m], frame.bytes);
        }
        assert_memory_equal(frame.data, &m, sizeof m);
        memcpy(p->frames[m], frame.data, frame.bytes);
        p->bytes[m] = frame.bytes;
    }
    gw_buf_fini(&frame);
}

static void power_cuts_lose_nothing_that_was_synced(void **state)
{
    (void)state;
    char root[] = "/tmp/gw-power-XXXXXX", dir[64], next_dir[64];
    assert_non_null(mkdtemp(root));
    seed = 88172645463325252;
    snprintf(dir, sizeof dir, "%s/0", root);
    struct gw_outbox *outbox = open_in(dir);
    for (int cut = 1; cut <= 400; cut++) {
        for (uint64_t steps = draw(60); steps--;)
            step(outbox);
        snprintf(next_dir, sizeof next_dir, "%s/%d", root, cut);
        cut_power(dir, next_dir);
        gw_outbox_free(outbox);
        check_ok(gw_fs_remove(dir));
        memcpy(dir, next_dir, sizeof dir);
        disk_read(dir);
        outbox = open_in(dir);
        check_promises(outbox);
        promises.synced = gw_outbox_synced(outbox);      // opening made durable what it found
        check_ok(gw_outbox_ack(outbox, promises.acked)); // as the broker says in its welcome
    }
    gw_outbox_free(outbox);
    check_ok(gw_fs_remove(root));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(power_cuts_lose_nothing_that_was_synced)};
    return cmocka_run_group_tests_name("agent/outbox_power", tests, NULL, NULL);
}
