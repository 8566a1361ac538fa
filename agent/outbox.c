// SPDX-License-Identifier: Apache-2.0
// Numbers in files are little-endian, as the hosts are.
#include "outbox.h"

#include "base/clock.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
    SEGMENT_BYTES = 8 * 1024 * 1024,
    RECENT_BYTES = 1024 * 1024, // what was appended last is read again from memory: it is sent as soon as it is synced
    SEGMENT_READ_MAX = 256 * 1024 * 1024,
    LOST_MAX = 1024 * 1024, // numbers in one hole; a larger one is not a hole but another outbox
};

struct segment_header {
    char magic[4];
    uint32_t version;
    uint64_t first;
    uint32_t crc; // of the fields before
    uint32_t reserved;
};
static const char segment_magic[4] = {'G', 'W', 'O', 'B'};

struct record_header {
    uint32_t bytes;
    uint32_t crc; // of bytes, msgno and the frame
    uint64_t msgno;
};

struct segment {
    struct segment *next;
    uint64_t first;
    uint64_t bytes; // of the file, header included
    int fd;
    bool dirty; // something in it is not yet synced
};

// An acknowledged segment's file, to be the next one's.
struct spare {
    int fd;       // -1: there is none
    bool settled; // its name is on disk: what is written to it cannot be found under the old one
};

struct entry {
    struct segment *segment; // NULL: tombstone
    uint32_t offset;         // of the frame
    uint32_t bytes;
    uint64_t recent; // where it was put among the recent ones
};

struct gw_outbox {
    char dir[PATH_MAX];
    uint64_t max_bytes;
    uint32_t segment_bytes;
    uint8_t incarnation[GW_INCARNATION_BYTES];
    struct segment *oldest, *newest;
    struct spare spare;
    char *recent;          // a ring, made with the first frame
    uint64_t recent_end;   // bytes ever put there; starts beyond a ring, so that 0 is always too long ago
    struct entry *entries; // of first … next - 1; a ring of `capacity` (a power of two), indexed by msgno
    uint64_t capacity;
    uint64_t first, next, synced;
    uint64_t bytes;
    bool dir_dirty;
    bool broken;
    gw_outbox_damaged_fn *on_damaged;
    void *arg;
};

struct gw_outbox_sync {
    uint64_t upto;
    int error;          // errno of the first failure
    bool settles_spare; // it was there when the sync began
    int dir_fd;         // -1: nothing new in it
    size_t count;
    int fds[]; // duplicates, so that a segment may be deleted meanwhile
};

// ---- files

// All of it, in one call as a rule. `move` is pwritev or preadv.
static int move_all(ssize_t (*move)(int fd, const struct iovec *parts, int count, off_t at), int fd, uint64_t at,
                    struct iovec *parts, int count)
{
    while (count) {
        ssize_t n = move(fd, parts, count, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return gw_fail_errno("outbox");
        if (n == 0)
            return gw_fail(GW_EIO, "outbox: a file ends early");
        at += (size_t)n;
        for (; count && (size_t)n >= parts->iov_len; parts++, count--)
            n -= (ssize_t)parts->iov_len;
        if (count) {
            parts->iov_base = (char *)parts->iov_base + n;
            parts->iov_len -= (size_t)n;
        }
    }
    return GW_OK;
}

// ---- entries

static struct entry *entry_at(const struct gw_outbox *outbox, uint64_t msgno)
{
    return &outbox->entries[msgno & (outbox->capacity - 1)];
}

static void add_entry(struct gw_outbox *outbox, struct entry entry)
{
    if (outbox->next - outbox->first == outbox->capacity) {
        uint64_t capacity = outbox->capacity ? outbox->capacity * 2 : 64;
        struct entry *entries = calloc(capacity, sizeof *entries);
        gw_assert(entries);
        for (uint64_t m = outbox->first; m < outbox->next; m++)
            entries[m & (capacity - 1)] = *entry_at(outbox, m);
        free(outbox->entries);
        outbox->entries = entries;
        outbox->capacity = capacity;
    }
    *entry_at(outbox, outbox->next++) = entry;
    outbox->bytes += entry.bytes;
}

// ---- recent frames

static uint64_t keep_recent(struct gw_outbox *outbox, const void *frame, size_t bytes)
{
    if (!outbox->recent)
        outbox->recent = malloc(RECENT_BYTES);
    gw_assert(outbox->recent && bytes <= RECENT_BYTES);
    uint64_t left = RECENT_BYTES - outbox->recent_end % RECENT_BYTES,
             at = outbox->recent_end + (bytes > left ? left : 0);
    memcpy(outbox->recent + at % RECENT_BYTES, frame, bytes);
    outbox->recent_end = at + bytes;
    return at;
}

// NULL: others were put over it.
static const char *find_recent(const struct gw_outbox *outbox, const struct entry *entry)
{
    bool there = outbox->recent_end - entry->recent <= RECENT_BYTES;
    return there ? outbox->recent + entry->recent % RECENT_BYTES : NULL;
}

// ---- segments

static int segment_path(const struct gw_outbox *outbox, uint64_t first, char out[PATH_MAX])
{
    if (snprintf(out, PATH_MAX, "%s/%020llu.seg", outbox->dir, (unsigned long long)first) >= PATH_MAX)
        return gw_fail(GW_ELIMIT, "%s: path too long", outbox->dir);
    return GW_OK;
}

static uint32_t header_crc(const struct segment_header *header)
{
    return gw_crc32c(0, header, offsetof(struct segment_header, crc));
}

static int write_header(struct segment *segment)
{
    struct segment_header header = {.version = 1, .first = segment->first};
    memcpy(header.magic, segment_magic, sizeof header.magic);
    header.crc = header_crc(&header);
    struct iovec part = {&header, sizeof header};
    segment->bytes = sizeof header;
    segment->dirty = true;
    return move_all(pwritev, segment->fd, 0, &part, 1);
}

static void link_segment(struct gw_outbox *outbox, struct segment *segment)
{
    if (outbox->newest)
        outbox->newest->next = segment;
    else
        outbox->oldest = segment;
    outbox->newest = segment;
}

static int open_segment(struct gw_outbox *outbox, uint64_t first, int flags, struct segment **ret_segment)
{
    char path[PATH_MAX];
    int rc = segment_path(outbox, first, path);
    if (rc)
        return rc;
    int fd = open(path, O_RDWR | O_CLOEXEC | flags, 0600);
    if (fd < 0)
        return gw_fail_errno("%s", path);
    struct segment *segment = calloc(1, sizeof *segment);
    gw_assert(segment);
    *segment = (struct segment){.first = first, .fd = fd};
    *ret_segment = segment;
    return GW_OK;
}

static int spare_path(const struct gw_outbox *outbox, char out[PATH_MAX])
{
    if (snprintf(out, PATH_MAX, "%s/spare", outbox->dir) >= PATH_MAX)
        return gw_fail(GW_ELIMIT, "%s: path too long", outbox->dir);
    return GW_OK;
}

static bool make_spare(struct gw_outbox *outbox, const char *path, struct segment *segment)
{
    char spare[PATH_MAX];
    if (outbox->spare.fd >= 0 || spare_path(outbox, spare) != GW_OK || rename(path, spare) != 0)
        return false;
    outbox->spare = (struct spare){.fd = segment->fd};
    return true;
}

static void drop_segment(struct gw_outbox *outbox, struct segment *segment)
{
    char path[PATH_MAX];
    bool named = segment_path(outbox, segment->first, path) == GW_OK;
    if (!named || !make_spare(outbox, path, segment)) {
        if (named && unlink(path) != 0)
            gw_warn("outbox", "delete", "%s: %s, it will be deleted at the next start", path, strerror(errno));
        close(segment->fd);
    }
    free(segment);
}

// Its records are older than any that follow, so nobody takes them for these.
static int use_spare(struct gw_outbox *outbox, struct segment **ret_segment)
{
    char path[PATH_MAX], spare[PATH_MAX];
    if (!outbox->spare.settled)
        return gw_fail(GW_ENOTFOUND, "outbox: no spare file");
    struct segment *segment = calloc(1, sizeof *segment);
    gw_assert(segment);
    *segment = (struct segment){.first = outbox->next, .fd = outbox->spare.fd};
    int rc = segment_path(outbox, segment->first, path);
    if (rc == GW_OK)
        rc = spare_path(outbox, spare);
    if (rc == GW_OK)
        rc = write_header(segment);
    if (rc == GW_OK && rename(spare, path) != 0)
        rc = gw_fail_errno("%s", path);
    outbox->spare = (struct spare){.fd = -1};
    if (rc) {
        close(segment->fd);
        free(segment);
        return rc;
    }
    *ret_segment = segment;
    return GW_OK;
}

static int make_segment(struct gw_outbox *outbox, struct segment **ret_segment)
{
    struct segment *segment;
    int rc = open_segment(outbox, outbox->next, O_CREAT | O_TRUNC, &segment);
    if (rc)
        return rc;
    rc = write_header(segment);
    if (rc) {
        drop_segment(outbox, segment);
        return rc;
    }
    *ret_segment = segment;
    return GW_OK;
}

static int new_segment(struct gw_outbox *outbox)
{
    struct segment *segment;
    int rc = use_spare(outbox, &segment);
    if (rc)
        rc = make_segment(outbox, &segment);
    if (rc)
        return rc;
    outbox->dir_dirty = true;
    link_segment(outbox, segment);
    return GW_OK;
}

// Segments whose every message is acknowledged, but never the newest.
static void drop_acknowledged(struct gw_outbox *outbox)
{
    while (outbox->oldest != outbox->newest && outbox->oldest->next->first <= outbox->first) {
        struct segment *segment = outbox->oldest;
        outbox->oldest = segment->next;
        drop_segment(outbox, segment);
    }
}

// ---- opening

static uint32_t record_crc(const struct record_header *header, const void *frame)
{
    uint32_t crc = gw_crc32c(0, &header->bytes, sizeof header->bytes);
    crc = gw_crc32c(crc, &header->msgno, sizeof header->msgno);
    return gw_crc32c(crc, frame, header->bytes);
}

// A sound record at `at` whose number is in [low, high].
static bool sound_record(const char *at, size_t left, uint64_t low, uint64_t high, struct record_header *ret_header)
{
    struct record_header header;
    if (left < sizeof header)
        return false;
    memcpy(&header, at, sizeof header);
    if (header.msgno < low || header.msgno > high || header.bytes > GW_OUTBOX_RECORD_MAX ||
        header.bytes > left - sizeof header || record_crc(&header, at + sizeof header) != header.crc)
        return false;
    *ret_header = header;
    return true;
}

static void lose(struct gw_outbox *outbox, uint64_t upto, const char *bytes, size_t n)
{
    if (outbox->next > upto)
        return;
    gw_warn("outbox", "damaged", "messages %llu to %llu cannot be read, telling the broker",
            (unsigned long long)outbox->next, (unsigned long long)upto);
    if (outbox->on_damaged)
        outbox->on_damaged(outbox->next, upto, bytes, n, outbox->arg);
    while (outbox->next <= upto)
        add_entry(outbox, (struct entry){0});
}

// Read the records of one segment; `end` is the first number of the segment after it, 0 for the newest.
static int scan(struct gw_outbox *outbox, struct segment *segment, uint64_t end, struct gw_buf *file)
{
    size_t at = sizeof(struct segment_header);
    uint64_t high = end ? end - 1 : UINT64_MAX;
    while (at < file->bytes) {
        struct record_header header;
        size_t left = file->bytes - at;
        if (sound_record(file->data + at, left, outbox->next, outbox->next, &header)) {
            uint32_t offset = (uint32_t)(at + sizeof header);
            add_entry(outbox, (struct entry){segment, offset, header.bytes, 0});
            at = offset + header.bytes;
            continue;
        }
        // Damaged. Sound records behind it mean a hole; none means the tail was being written.
        size_t skip = 1;
        uint64_t most = outbox->next + left / sizeof header;
        while (skip < left &&
               !sound_record(file->data + at + skip, left - skip, outbox->next, most < high ? most : high, &header))
            skip++;
        if (skip >= left)
            break;
        lose(outbox, header.msgno - 1, file->data + at, skip);
        at += skip;
    }
    if (end) {
        lose(outbox, end - 1, file->data + at, file->bytes - at);
        return GW_OK;
    }
    // What is left was being written, or is from when the file was another segment: the next record goes over it.
    segment->bytes = at;
    segment->dirty = true; // whatever it holds, only a sync proves that it will stay
    return GW_OK;
}

static int load_segment(struct gw_outbox *outbox, uint64_t first, uint64_t end)
{
    struct segment *segment;
    int rc = open_segment(outbox, first, 0, &segment);
    if (rc)
        return rc;
    link_segment(outbox, segment);
    char path[PATH_MAX];
    rc = segment_path(outbox, first, path);
    struct gw_buf file = GW_BUF(SEGMENT_READ_MAX);
    if (rc == GW_OK)
        rc = gw_fs_read(path, &file);
    struct segment_header header = {0};
    if (rc == GW_OK && file.bytes >= sizeof header)
        memcpy(&header, file.data, sizeof header);
    bool sound = memcmp(header.magic, segment_magic, sizeof header.magic) == 0 && header.crc == header_crc(&header) &&
                 header.first == first;
    if (rc == GW_OK && header.version > 1 && sound)
        rc = gw_fail(GW_EVERSION, "%s: written by a newer govwire", path);
    segment->bytes = file.bytes;
    if (rc == GW_OK)
        rc = scan(outbox, segment, end, &file);
    if (rc == GW_OK && !sound && !end && outbox->next == first)
        rc = write_header(segment); // died while making it: nothing was in it
    gw_buf_fini(&file);
    return rc;
}

static int compare_first(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

// First numbers of the segments present, ascending; the caller frees.
static int list_segments(const struct gw_outbox *outbox, uint64_t **ret_firsts, size_t *ret_count)
{
    DIR *dir = opendir(outbox->dir);
    if (!dir)
        return gw_fail_errno("%s", outbox->dir);
    uint64_t *firsts = NULL;
    size_t count = 0;
    for (struct dirent *e; (e = readdir(dir));) {
        unsigned long long first;
        int used = 0;
        if (sscanf(e->d_name, "%20llu.seg%n", &first, &used) != 1 || used == 0 || e->d_name[used])
            continue;
        firsts = realloc(firsts, (count + 1) * sizeof *firsts);
        gw_assert(firsts);
        firsts[count++] = first;
    }
    closedir(dir);
    if (count)
        qsort(firsts, count, sizeof *firsts, compare_first);
    *ret_firsts = firsts;
    *ret_count = count;
    return GW_OK;
}

static int new_incarnation(struct gw_outbox *outbox)
{
    char path[PATH_MAX];
    uint8_t name[GW_INCARNATION_BYTES];
    if (snprintf(path, sizeof path, "%s/incarnation", outbox->dir) >= (int)sizeof path)
        return gw_fail(GW_ELIMIT, "%s: path too long", outbox->dir);
    gw_random(name, sizeof name);
    int rc = gw_fs_write(path, name, sizeof name, 0600);
    if (rc == GW_OK)
        memcpy(outbox->incarnation, name, sizeof name);
    return rc;
}

static int load_incarnation(struct gw_outbox *outbox, bool must_exist)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/incarnation", outbox->dir) >= (int)sizeof path)
        return gw_fail(GW_ELIMIT, "%s: path too long", outbox->dir);
    struct gw_buf bytes = GW_BUF(64);
    int rc = gw_fs_read(path, &bytes);
    if (rc == GW_OK && bytes.bytes == GW_INCARNATION_BYTES) {
        memcpy(outbox->incarnation, bytes.data, GW_INCARNATION_BYTES);
    } else if (rc == GW_OK || rc == GW_ELIMIT || rc == GW_ENOTFOUND) {
        if (must_exist) {
            rc = gw_fail(GW_ECORRUPT,
                         "%s is lost or damaged while messages wait beside it; move that directory away "
                         "to start anew (what it holds will be collected again)",
                         path);
        } else {
            rc = new_incarnation(outbox);
        }
    }
    gw_buf_fini(&bytes);
    return rc;
}

static int load(struct gw_outbox *outbox)
{
    uint64_t *firsts = NULL;
    size_t count = 0;
    char spare[PATH_MAX];
    int rc = gw_fs_mkdir(outbox->dir, 0700);
    if (rc == GW_OK)
        rc = spare_path(outbox, spare);
    if (rc == GW_OK && unlink(spare) != 0 && errno != ENOENT)
        rc = gw_fail_errno("%s", spare);
    if (rc == GW_OK)
        rc = list_segments(outbox, &firsts, &count);
    if (rc == GW_OK)
        rc = load_incarnation(outbox, count > 0);
    outbox->first = outbox->next = count ? firsts[0] : 1;
    for (size_t i = 0; i < count && rc == GW_OK; i++) {
        if (firsts[i] < outbox->next || firsts[i] - outbox->next > LOST_MAX)
            rc = gw_fail(GW_ECORRUPT, "%s: segment %llu does not follow message %llu", outbox->dir,
                         (unsigned long long)firsts[i], (unsigned long long)outbox->next - 1);
        else
            rc = load_segment(outbox, firsts[i], i + 1 < count ? firsts[i + 1] : 0);
    }
    free(firsts);
    if (rc == GW_OK && count == 0)
        rc = new_segment(outbox);
    // What a killed process had written but not synced lies in the page cache: make it durable before it is sent.
    struct gw_outbox_sync *sync = rc == GW_OK ? gw_outbox_sync_begin(outbox) : NULL;
    if (sync) {
        gw_outbox_sync_run(sync);
        rc = gw_outbox_sync_end(outbox, sync);
    }
    return rc;
}

int gw_outbox_open(const struct gw_outbox_options *options, struct gw_outbox **ret_outbox)
{
    struct gw_outbox *outbox = calloc(1, sizeof *outbox);
    gw_assert(outbox);
    outbox->spare.fd = -1;
    outbox->recent_end = 2 * RECENT_BYTES;
    outbox->max_bytes = options->max_bytes;
    outbox->segment_bytes = options->segment_bytes ? options->segment_bytes : SEGMENT_BYTES;
    outbox->on_damaged = options->on_damaged;
    outbox->arg = options->arg;
    int rc = GW_OK;
    if (snprintf(outbox->dir, sizeof outbox->dir, "%s", options->dir) >= (int)sizeof outbox->dir)
        rc = gw_fail(GW_ELIMIT, "%s: path too long", options->dir);
    if (rc == GW_OK)
        rc = load(outbox);
    if (rc) {
        gw_outbox_free(outbox);
        return rc;
    }
    *ret_outbox = outbox;
    return GW_OK;
}

struct gw_outbox *gw_outbox_free(struct gw_outbox *outbox)
{
    if (!outbox)
        return NULL;
    for (struct segment *segment = outbox->oldest, *next; segment; segment = next) {
        next = segment->next;
        close(segment->fd);
        free(segment);
    }
    if (outbox->spare.fd >= 0)
        close(outbox->spare.fd);
    free(outbox->recent);
    free(outbox->entries);
    free(outbox);
    return NULL;
}

// ---- writing

int gw_outbox_append(struct gw_outbox *outbox, uint64_t msgno, const void *frame, size_t bytes)
{
    gw_assert(msgno == outbox->next && bytes <= GW_OUTBOX_RECORD_MAX);
    if (outbox->broken)
        return gw_fail(GW_EIO, "the outbox could not be synced and takes nothing more");
    if (outbox->bytes + bytes > outbox->max_bytes)
        return gw_fail(GW_EAGAIN, "the outbox holds %llu of %llu bytes", (unsigned long long)outbox->bytes,
                       (unsigned long long)outbox->max_bytes);
    if (outbox->newest->bytes >= outbox->segment_bytes) {
        int rc = new_segment(outbox);
        if (rc)
            return rc;
    }
    struct segment *segment = outbox->newest;
    struct record_header header = {.bytes = (uint32_t)bytes, .msgno = msgno};
    header.crc = record_crc(&header, frame);
    struct iovec parts[] = {{&header, sizeof header}, {(void *)frame, bytes}};
    int rc = move_all(pwritev, segment->fd, segment->bytes, parts, GW_COUNT(parts));
    if (rc)
        return rc; // the next record goes over what was written of this one
    add_entry(outbox, (struct entry){segment, (uint32_t)(segment->bytes + sizeof header), (uint32_t)bytes,
                                     keep_recent(outbox, frame, bytes)});
    segment->bytes += sizeof header + bytes;
    segment->dirty = true;
    return GW_OK;
}

struct gw_outbox_sync *gw_outbox_sync_begin(struct gw_outbox *outbox)
{
    size_t count = 0;
    for (struct segment *segment = outbox->oldest; segment; segment = segment->next)
        count += segment->dirty;
    if (!count && !outbox->dir_dirty) {
        outbox->synced = outbox->next - 1;
        return NULL;
    }
    struct gw_outbox_sync *sync = calloc(1, sizeof *sync + count * sizeof sync->fds[0]);
    gw_assert(sync);
    sync->upto = outbox->next - 1;
    sync->dir_fd = -1;
    for (struct segment *segment = outbox->oldest; segment; segment = segment->next)
        if (segment->dirty) {
            int fd = fcntl(segment->fd, F_DUPFD_CLOEXEC, 0);
            sync->error = fd < 0 ? errno : sync->error;
            sync->fds[sync->count++] = fd;
            segment->dirty = false;
        }
    sync->settles_spare = outbox->spare.fd >= 0 && !outbox->spare.settled;
    if (outbox->dir_dirty || sync->settles_spare) {
        sync->dir_fd = open(outbox->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        sync->error = sync->dir_fd < 0 ? errno : sync->error;
    }
    outbox->dir_dirty = false;
    return sync;
}

// Over the records of a spare file that costs the file system no commit of its own: no size changes, no block is new.
void gw_outbox_sync_run(struct gw_outbox_sync *sync)
{
    for (size_t i = 0; i < sync->count && !sync->error; i++)
        if (fdatasync(sync->fds[i]) != 0)
            sync->error = errno;
    if (sync->dir_fd >= 0 && !sync->error && fsync(sync->dir_fd) != 0)
        sync->error = errno;
}

int gw_outbox_sync_end(struct gw_outbox *outbox, struct gw_outbox_sync *sync)
{
    int rc = GW_OK;
    if (sync->error) {
        // The kernel may have dropped the pages it could not write; a second sync would succeed and mean nothing.
        outbox->broken = true;
        errno = sync->error;
        rc = gw_fail_errno("outbox: sync");
    } else {
        outbox->spare.settled = outbox->spare.settled || sync->settles_spare;
        if (sync->upto > outbox->synced)
            outbox->synced = sync->upto;
    }
    for (size_t i = 0; i < sync->count; i++)
        if (sync->fds[i] >= 0)
            close(sync->fds[i]);
    if (sync->dir_fd >= 0)
        close(sync->dir_fd);
    free(sync);
    return rc;
}

// ---- reading and forgetting

int gw_outbox_read(struct gw_outbox *outbox, uint64_t msgno, struct gw_buf *out)
{
    if (msgno < outbox->first || msgno >= outbox->next)
        return gw_fail(GW_ENOTFOUND, "the outbox has no message %llu", (unsigned long long)msgno);
    const struct entry *entry = entry_at(outbox, msgno);
    if (!entry->segment)
        return gw_fail(GW_ECORRUPT, "message %llu is a tombstone", (unsigned long long)msgno);
    const char *recent = find_recent(outbox, entry);
    size_t before = out->bytes;
    char *at = gw_buf_reserve(out, entry->bytes);
    if (!at)
        return gw_fail(GW_ELIMIT, "message %llu does not fit the buffer", (unsigned long long)msgno);
    if (recent) {
        memcpy(at, recent, entry->bytes);
        gw_buf_grow(out, entry->bytes);
        return GW_OK;
    }
    struct record_header header;
    struct iovec parts[] = {{&header, sizeof header}, {at, entry->bytes}};
    int rc = move_all(preadv, entry->segment->fd, entry->offset - sizeof header, parts, GW_COUNT(parts));
    if (rc || header.msgno != msgno || header.bytes != entry->bytes || header.crc != record_crc(&header, at)) {
        gw_buf_truncate(out, before);
        return gw_fail(GW_ECORRUPT, "message %llu changed on disk", (unsigned long long)msgno);
    }
    gw_buf_grow(out, entry->bytes);
    return GW_OK;
}

int gw_outbox_ack(struct gw_outbox *outbox, uint64_t msgno)
{
    while (outbox->first <= msgno && outbox->first < outbox->next)
        outbox->bytes -= entry_at(outbox, outbox->first++)->bytes;
    bool worn = outbox->first == outbox->next && outbox->newest->bytes > outbox->segment_bytes / 2;
    int rc = worn ? new_segment(outbox) : GW_OK;
    drop_acknowledged(outbox);
    return rc;
}

int gw_outbox_rename(struct gw_outbox *outbox)
{
    return new_incarnation(outbox);
}

void gw_outbox_bury(struct gw_outbox *outbox, uint64_t msgno)
{
    if (msgno < outbox->first || msgno >= outbox->next)
        return;
    outbox->bytes -= entry_at(outbox, msgno)->bytes;
    *entry_at(outbox, msgno) = (struct entry){0};
}

const uint8_t *gw_outbox_incarnation(const struct gw_outbox *outbox)
{
    return outbox->incarnation;
}

uint64_t gw_outbox_next(const struct gw_outbox *outbox)
{
    return outbox->next;
}

uint64_t gw_outbox_first(const struct gw_outbox *outbox)
{
    return outbox->first;
}

uint64_t gw_outbox_synced(const struct gw_outbox *outbox)
{
    return outbox->synced;
}

size_t gw_outbox_record_bytes(const struct gw_outbox *outbox, uint64_t msgno)
{
    return msgno >= outbox->first && msgno < outbox->next ? entry_at(outbox, msgno)->bytes : 0;
}

uint64_t gw_outbox_bytes(const struct gw_outbox *outbox)
{
    return outbox->bytes;
}

uint64_t gw_outbox_max_bytes(const struct gw_outbox *outbox)
{
    return outbox->max_bytes;
}
