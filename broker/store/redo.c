// SPDX-License-Identifier: Apache-2.0
#include "redo.h"

#include "base/fs.h"
#include "base/hash.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum {
    BLOCK_BYTES = 4096,
    SEGMENT_LEAST_BYTES = 1024 * 1024,    // the first; later ones are as large as all before them,
    SEGMENT_MOST_BYTES = 8 * 1024 * 1024, // up to this
    SEGMENTS_MAX = 100,
    PART_BUFFER_BYTES = 512 * 1024, // a part with its header, and the segment's
    PART_MAX_BYTES = PART_BUFFER_BYTES - 2 * BLOCK_BYTES,
    LOCK_TRIES = 40, // a command may have it for a moment, to look after what a process left
    LOCK_TRY_MS = 50,
    TRANSACTION_MAX_BYTES = 512 * 1024 * 1024,
};

// Fills the first block of its segment.
struct segment_header {
    char magic[4];
    uint32_t version;
    uint64_t order;  // of use, over all segments
    uint64_t first;  // transaction, and part of it, that begins here
    uint64_t needed; // transactions below it were released by then
    uint32_t first_part;
    uint32_t salt; // of this use: a part with another is left over
    char store[32];
    uint64_t generation;
    uint32_t reserved;
    uint32_t crc; // of the fields before
};
static const char segment_magic[4] = {'G', 'W', 'R', 'D'};

// A transaction is one or more parts, each at the begin of a block.
struct part_header {
    uint32_t crc; // of the fields behind it and the bytes
    uint32_t salt;
    uint64_t number;
    uint32_t part; // from 0
    uint32_t bytes;
    uint32_t last;
    uint32_t reserved;
};

struct segment {
    int fd;
    uint64_t bytes;
    bool in_use;
    // of one in use
    struct segment_header header;
    uint64_t last; // the last transaction that has a part here
};

struct gw_redo {
    char dir[PATH_MAX];
    struct gw_redo_owner owner;
    int lock_fd;
    uint64_t next, order;
    struct segment *current; // NULL: the next append takes another
    uint64_t at;             // where it is written next
    char *part;              // one part, with room for the header block before it; at a block's bound
    pthread_mutex_t lock;
    pthread_cond_t made;
    // under lock, as soon as other threads know it
    struct segment segments[SEGMENTS_MAX];
    size_t count;
    uint64_t released;
    bool making;
};

static uint64_t blocks(uint64_t bytes)
{
    return (bytes + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
}

// ---- segments

static uint64_t total_bytes(const struct gw_redo *redo)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < redo->count; i++)
        bytes += redo->segments[i].bytes;
    return bytes;
}

static int fill(int fd, uint64_t bytes)
{
    static const char zeros[64 * 1024];
    for (uint64_t done = 0; done < bytes; done += sizeof zeros) {
        int rc = gw_fs_write_all(fd, zeros, sizeof zeros);
        if (rc != GW_OK)
            return rc;
    }
    if (fsync(fd) != 0)
        return gw_fail_errno("fsync");
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    return GW_OK;
}

static int segment_path(const struct gw_redo *redo, size_t slot, char out[PATH_MAX])
{
    return snprintf(out, PATH_MAX, "%s/%02zu", redo->dir, slot) < PATH_MAX
               ? GW_OK
               : gw_fail(GW_ELIMIT, "%s: path too long", redo->dir);
}

// Past the page cache, which has no use for bytes that nobody reads; where a file system cannot do that, through it.
static void go_direct(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    if (flags >= 0 && fcntl(fd, F_SETFL, flags | O_DIRECT) != 0)
        gw_debug("store", "redo", "no direct writing: %s", strerror(errno));
}

static int fill_segment(struct gw_redo *redo, size_t slot, uint64_t bytes, int *ret_fd)
{
    char path[PATH_MAX];
    int rc = segment_path(redo, slot, path);
    if (rc != GW_OK)
        return rc;
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return gw_fail_errno("%s", path);
    rc = fill(fd, bytes);
    if (rc == GW_OK)
        rc = gw_fs_sync_dir(redo->dir);
    if (rc != GW_OK) {
        close(fd);
        unlink(path);
        return gw_fail_prefix(rc, "redo log: %s", path);
    }
    go_direct(fd);
    *ret_fd = fd;
    return GW_OK;
}

// Under lock, which is given up while the disk works.
static int make_segment(struct gw_redo *redo)
{
    if (redo->count == SEGMENTS_MAX)
        return gw_fail(GW_EIO, "redo log: %s: all of its %d segments are in use", redo->dir, SEGMENTS_MAX);
    uint64_t bytes = total_bytes(redo);
    bytes = bytes < SEGMENT_LEAST_BYTES ? SEGMENT_LEAST_BYTES : bytes > SEGMENT_MOST_BYTES ? SEGMENT_MOST_BYTES : bytes;
    int fd = -1;
    redo->making = true;
    pthread_mutex_unlock(&redo->lock);
    int rc = fill_segment(redo, redo->count, bytes, &fd);
    pthread_mutex_lock(&redo->lock);
    redo->making = false;
    if (rc == GW_OK)
        redo->segments[redo->count++] = (struct segment){.fd = fd, .bytes = bytes};
    pthread_cond_broadcast(&redo->made);
    return rc;
}

static struct segment *free_segment(struct gw_redo *redo)
{
    for (size_t i = 0; i < redo->count; i++)
        if (!redo->segments[i].in_use)
            return &redo->segments[i];
    return NULL;
}

static uint32_t header_crc(const struct segment_header *header)
{
    return gw_crc32c(0, header, offsetof(struct segment_header, crc));
}

// Begin to use a free segment, or a new one, with this part.
static int take_segment(struct gw_redo *redo, uint64_t number, uint32_t part)
{
    pthread_mutex_lock(&redo->lock);
    while (redo->making && !free_segment(redo))
        pthread_cond_wait(&redo->made, &redo->lock);
    int rc = free_segment(redo) ? GW_OK : make_segment(redo);
    if (rc == GW_OK) {
        struct segment *s = free_segment(redo);
        s->in_use = true;
        s->last = number;
        s->header = (struct segment_header){.version = 1,
                                            .order = ++redo->order,
                                            .first = number,
                                            .needed = redo->released + 1,
                                            .first_part = part,
                                            .generation = redo->owner.generation};
        memcpy(s->header.magic, segment_magic, sizeof segment_magic);
        memcpy(s->header.store, redo->owner.store, sizeof s->header.store);
        gw_random(&s->header.salt, sizeof s->header.salt);
        s->header.crc = header_crc(&s->header);
        redo->current = s;
        redo->at = 0; // its header goes out with the first part
    }
    pthread_mutex_unlock(&redo->lock);
    return rc;
}

// ---- appending

// A file system may take the flag of direct writing, or of a synchronous write, and not the write.
static ssize_t write_plainly(int fd, const struct iovec *piece, uint64_t at)
{
    int flags = fcntl(fd, F_GETFL);
    if (flags >= 0 && (flags & O_DIRECT))
        (void)fcntl(fd, F_SETFL, flags & ~O_DIRECT);
    ssize_t wrote = pwrite(fd, piece->iov_base, piece->iov_len, (off_t)at);
    return wrote > 0 && fdatasync(fd) != 0 ? -1 : wrote;
}

// On disk when it returns.
static int write_at(int fd, char *bytes, size_t n, uint64_t at)
{
    for (size_t done = 0; done < n;) {
        struct iovec left = {bytes + done, n - done};
        ssize_t wrote = pwritev2(fd, &left, 1, (off_t)(at + done), RWF_DSYNC);
        if (wrote < 0 && (errno == EINVAL || errno == EOPNOTSUPP || errno == ENOSYS))
            wrote = write_plainly(fd, &left, at + done);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return gw_fail_errno("redo log");
        done += (size_t)wrote;
    }
    return GW_OK;
}

static uint32_t part_crc(const struct part_header *header, const char *bytes)
{
    size_t skip = offsetof(struct part_header, salt);
    return gw_crc32c(gw_crc32c(0, (const char *)header + skip, sizeof *header - skip), bytes, header->bytes);
}

// One part, with the header block before it when it is its segment's first.
static int write_part(struct gw_redo *redo, struct part_header *header, const char *bytes)
{
    struct segment *s = redo->current;
    char *part = redo->part + BLOCK_BYTES, *begin = part;
    header->salt = s->header.salt;
    header->crc = part_crc(header, bytes);
    memcpy(part, header, sizeof *header);
    memcpy(part + sizeof *header, bytes, header->bytes);
    size_t n = sizeof *header + header->bytes, rest = (BLOCK_BYTES - n % BLOCK_BYTES) % BLOCK_BYTES;
    memset(part + n, 0, rest);
    n += rest;
    if (redo->at == 0) {
        begin = redo->part;
        memset(begin, 0, BLOCK_BYTES);
        memcpy(begin, &s->header, sizeof s->header);
        n += BLOCK_BYTES;
    }
    int rc = write_at(s->fd, begin, n, redo->at);
    redo->at += n;
    s->last = header->number;
    return rc;
}

static int write_parts(struct gw_redo *redo, struct gw_span changes)
{
    struct part_header header = {.number = redo->next};
    size_t done = 0;
    do {
        size_t left = changes.bytes - done, n = left < PART_MAX_BYTES ? left : PART_MAX_BYTES;
        uint64_t need = (redo->at ? 0 : BLOCK_BYTES) + blocks(sizeof header + n);
        if (!redo->current || redo->at + need > redo->current->bytes) {
            int rc = take_segment(redo, redo->next, header.part);
            if (rc != GW_OK)
                return rc;
        }
        header.bytes = (uint32_t)n;
        header.last = done + n == changes.bytes;
        int rc = write_part(redo, &header, changes.at + done);
        if (rc != GW_OK)
            return rc;
        done += n;
        header.part++;
    } while (done < changes.bytes);
    return GW_OK;
}

int gw_redo_append(struct gw_redo *redo, struct gw_span changes, uint64_t *ret_number)
{
    gw_assert(changes.bytes <= TRANSACTION_MAX_BYTES);
    int rc = write_parts(redo, changes);
    if (rc != GW_OK) {
        pthread_mutex_lock(&redo->lock);
        redo->current = NULL;
        pthread_mutex_unlock(&redo->lock);
        return rc;
    }
    *ret_number = redo->next++;
    return GW_OK;
}

void gw_redo_release(struct gw_redo *redo, uint64_t number)
{
    pthread_mutex_lock(&redo->lock);
    redo->released = number;
    for (size_t i = 0; i < redo->count; i++) {
        struct segment *s = &redo->segments[i];
        if (s->in_use && s != redo->current && s->last <= number)
            s->in_use = false;
    }
    pthread_mutex_unlock(&redo->lock);
}

uint64_t gw_redo_held(struct gw_redo *redo)
{
    uint64_t bytes = 0;
    pthread_mutex_lock(&redo->lock);
    for (size_t i = 0; i < redo->count; i++)
        bytes += redo->segments[i].in_use ? redo->segments[i].bytes : 0;
    pthread_mutex_unlock(&redo->lock);
    return bytes;
}

void gw_redo_prepare(struct gw_redo *redo)
{
    pthread_mutex_lock(&redo->lock);
    if (!free_segment(redo) && !redo->making && redo->count < SEGMENTS_MAX && make_segment(redo) != GW_OK)
        gw_debug("store", "redo", "%s", gw_reason());
    pthread_mutex_unlock(&redo->lock);
}

// ---- replaying

static int by_order(const void *a, const void *b)
{
    const struct segment *x = *(struct segment *const *)a, *y = *(struct segment *const *)b;
    return (x->header.order > y->header.order) - (x->header.order < y->header.order);
}

static size_t segments_in_order(struct gw_redo *redo, struct segment *out[SEGMENTS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < redo->count; i++)
        if (redo->segments[i].in_use)
            out[n++] = &redo->segments[i];
    qsort(out, n, sizeof *out, by_order);
    return n;
}

static bool read_at(int fd, void *out, size_t bytes, uint64_t at)
{
    for (size_t done = 0; done < bytes;) {
        ssize_t n = pread(fd, (char *)out + done, bytes - done, (off_t)(at + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    return true;
}

struct replay {
    uint64_t needed, expected; // expected 0: none was seen yet
    gw_redo_fn *fn;
    void *arg;
    struct gw_buf changes; // of the transaction being put together
    uint64_t number;       // of it
    uint32_t parts;        // of it so far
};

static int take_transaction(struct replay *r)
{
    struct gw_span changes = {gw_buf_str(&r->changes), r->changes.bytes};
    r->parts = 0;
    if (r->number < r->needed)
        return GW_OK;
    if (r->expected && r->number != r->expected)
        return gw_fail(GW_ECORRUPT, "redo log: transaction %llu follows %llu: one between them is lost",
                       (unsigned long long)r->number, (unsigned long long)(r->expected - 1));
    r->expected = r->number + 1;
    return r->fn(r->number, changes, r->arg);
}

// The parts of one segment, up to where the next one (NULL: none) took over.
static int replay_segment(struct replay *r, const struct segment *s, int fd, const struct segment *next)
{
    for (uint64_t at = BLOCK_BYTES; at + sizeof(struct part_header) <= s->bytes;) {
        struct part_header header;
        if (!read_at(fd, &header, sizeof header, at))
            return gw_fail_errno("redo log");
        at += sizeof header;
        if (header.salt != s->header.salt || header.bytes > PART_MAX_BYTES || header.bytes > s->bytes - at)
            return GW_OK;
        if (next && (header.number > next->header.first ||
                     (header.number == next->header.first && header.part >= next->header.first_part)))
            return GW_OK;
        if (header.part == 0) {
            gw_buf_reset(&r->changes);
            r->number = header.number;
            r->parts = 0;
        } else if (header.number != r->number || header.part != r->parts) {
            return GW_OK;
        }
        char *bytes = gw_buf_reserve(&r->changes, header.bytes);
        if (!bytes)
            return gw_fail(GW_ECORRUPT, "redo log: transaction %llu is too large", (unsigned long long)header.number);
        if (!read_at(fd, bytes, header.bytes, at))
            return gw_fail_errno("redo log");
        if (header.crc != part_crc(&header, bytes))
            return GW_OK;
        gw_buf_grow(&r->changes, header.bytes);
        r->parts++;
        at = blocks(at + header.bytes);
        int rc = header.last ? take_transaction(r) : GW_OK;
        if (rc != GW_OK)
            return rc;
    }
    return GW_OK;
}

int gw_redo_replay(struct gw_redo *redo, gw_redo_fn *fn, void *arg)
{
    struct segment *segments[SEGMENTS_MAX];
    size_t n = segments_in_order(redo, segments);
    struct replay r = {.fn = fn, .arg = arg, .changes = GW_BUF(TRANSACTION_MAX_BYTES)};
    int rc = GW_OK;
    for (size_t i = 0; i < n; i++)
        r.needed = segments[i]->header.needed > r.needed ? segments[i]->header.needed : r.needed;
    for (size_t i = 0; i < n && rc == GW_OK; i++) {
        char path[PATH_MAX];
        rc = segment_path(redo, (size_t)(segments[i] - redo->segments), path);
        int fd = rc == GW_OK ? open(path, O_RDONLY | O_CLOEXEC) : -1; // reading has no blocks of its own to fill
        if (rc == GW_OK && fd < 0)
            rc = gw_fail_errno("%s", path);
        if (rc == GW_OK)
            rc = replay_segment(&r, segments[i], fd, i + 1 < n ? segments[i + 1] : NULL);
        if (fd >= 0)
            close(fd);
    }
    gw_buf_fini(&r.changes);
    return rc;
}

int gw_redo_reset(struct gw_redo *redo, const struct gw_redo_owner *owner, uint64_t number)
{
    int rc = GW_OK;
    memset(redo->part, 0, BLOCK_BYTES);
    for (size_t i = 0; i < redo->count && rc == GW_OK; i++) {
        struct segment *s = &redo->segments[i];
        if (!s->in_use)
            continue;
        rc = write_at(s->fd, redo->part, BLOCK_BYTES, 0);
        s->in_use = rc != GW_OK;
    }
    redo->owner = *owner;
    redo->current = NULL;
    redo->next = number + 1;
    redo->released = number;
    return rc;
}

// ---- life

static int load_segment(struct gw_redo *redo, int fd, const char *path)
{
    struct stat file;
    struct segment s = {.fd = fd};
    if (fstat(fd, &file) != 0)
        return gw_fail_errno("%s", path);
    s.bytes = (uint64_t)file.st_size / BLOCK_BYTES * BLOCK_BYTES;
    if (s.bytes < SEGMENT_LEAST_BYTES) { // died while making it: it was never used
        unlink(path);
        close(fd);
        return GW_OK;
    }
    bool sound = read_at(fd, &s.header, sizeof s.header, 0) &&
                 memcmp(s.header.magic, segment_magic, sizeof segment_magic) == 0 &&
                 s.header.crc == header_crc(&s.header);
    if (sound && s.header.version > 1)
        return gw_fail(GW_EVERSION, "%s: written by a newer govwire", path);
    if (sound && (memcmp(s.header.store, redo->owner.store, sizeof s.header.store) != 0 ||
                  s.header.generation != redo->owner.generation))
        return gw_fail(GW_ECORRUPT,
                       "%s: changes of another store, or of another generation of it; move that directory away if they "
                       "are not wanted",
                       path);
    go_direct(fd);
    s.in_use = sound;
    if (sound && s.header.order > redo->order)
        redo->order = s.header.order;
    redo->segments[redo->count++] = s;
    return GW_OK;
}

static int load(struct gw_redo *redo)
{
    char path[PATH_MAX];
    int rc = GW_OK;
    while (rc == GW_OK && redo->count < SEGMENTS_MAX) {
        rc = segment_path(redo, redo->count, path);
        int fd = rc == GW_OK ? open(path, O_RDWR | O_CLOEXEC) : -1;
        if (rc == GW_OK && fd < 0)
            return errno == ENOENT ? GW_OK : gw_fail_errno("%s", path);
        size_t before = redo->count;
        if (rc == GW_OK && (rc = load_segment(redo, fd, path)) != GW_OK)
            close(fd);
        if (redo->count == before)
            break;
    }
    return rc;
}

bool gw_redo_is_left(const char *dir)
{
    struct gw_redo redo = {0};
    struct segment_header header;
    char path[PATH_MAX];
    bool left = false;
    snprintf(path, sizeof path, "%s/lock", dir);
    snprintf(redo.dir, sizeof redo.dir, "%s", dir);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool is_free = flock(fd, LOCK_SH | LOCK_NB) == 0;
    close(fd);
    for (size_t slot = 0; is_free && !left && segment_path(&redo, slot, path) == GW_OK; slot++) {
        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            break;
        left = read_at(fd, &header, sizeof header, 0) && memcmp(header.magic, segment_magic, sizeof segment_magic) == 0;
        close(fd);
    }
    return left;
}

static int take_lock(struct gw_redo *redo, const char *path)
{
    int rc = gw_fs_lock(path, &redo->lock_fd);
    for (int tries = 0; rc == GW_EAGAIN && tries < LOCK_TRIES; tries++) {
        nanosleep(&(struct timespec){.tv_nsec = LOCK_TRY_MS * 1000000L}, NULL);
        rc = gw_fs_lock(path, &redo->lock_fd);
    }
    return rc;
}

int gw_redo_open(const char *dir, const struct gw_redo_owner *owner, struct gw_redo **ret_redo)
{
    struct gw_redo *redo = calloc(1, sizeof *redo);
    char lock[PATH_MAX];
    gw_assert(redo);
    *redo = (struct gw_redo){.owner = *owner, .lock_fd = -1, .next = 1};
    pthread_mutex_init(&redo->lock, NULL);
    pthread_cond_init(&redo->made, NULL);
    gw_assert(posix_memalign((void **)&redo->part, BLOCK_BYTES, PART_BUFFER_BYTES) == 0);
    int rc = GW_OK;
    if (snprintf(redo->dir, sizeof redo->dir, "%s", dir) >= (int)sizeof redo->dir ||
        snprintf(lock, sizeof lock, "%s/lock", dir) >= (int)sizeof lock)
        rc = gw_fail(GW_ELIMIT, "%s: path too long", dir);
    if (rc == GW_OK)
        rc = gw_fs_mkdir(dir, 0700);
    if (rc == GW_OK)
        rc = take_lock(redo, lock);
    if (rc == GW_OK)
        rc = load(redo);
    if (rc != GW_OK) {
        gw_redo_free(redo);
        return rc;
    }
    *ret_redo = redo;
    return GW_OK;
}

struct gw_redo *gw_redo_free(struct gw_redo *redo)
{
    if (!redo)
        return NULL;
    for (size_t i = 0; i < redo->count; i++)
        close(redo->segments[i].fd);
    if (redo->lock_fd >= 0)
        close(redo->lock_fd);
    pthread_cond_destroy(&redo->made);
    pthread_mutex_destroy(&redo->lock);
    free(redo->part);
    free(redo);
    return NULL;
}
