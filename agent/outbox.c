// SPDX-License-Identifier: Apache-2.0
#include "outbox_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    SEGMENT_BYTES = 8 * 1024 * 1024,
    RECENT_BYTES = 1024 * 1024, // what was appended last is read again from memory: it is sent as soon as it is synced
};

struct gw_outbox_sync {
    uint64_t upto;
    int error;          // errno of the first failure
    bool settles_spare; // it was there when the sync began
    int dir_fd;         // -1: nothing new in it
    size_t count;
    int fds[]; // duplicates, so that a segment may be deleted meanwhile
};

void gw_outbox_add_entry(struct gw_outbox *outbox, struct gw_outbox_entry entry)
{
    if (outbox->next - outbox->first == outbox->capacity) {
        uint64_t capacity = outbox->capacity ? outbox->capacity * 2 : 64;
        struct gw_outbox_entry *entries = calloc(capacity, sizeof *entries);
        gw_assert(entries);
        for (uint64_t m = outbox->first; m < outbox->next; m++)
            entries[m & (capacity - 1)] = *gw_outbox_entry_at(outbox, m);
        free(outbox->entries);
        outbox->entries = entries;
        outbox->capacity = capacity;
    }
    *gw_outbox_entry_at(outbox, outbox->next++) = entry;
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
static const char *find_recent(const struct gw_outbox *outbox, const struct gw_outbox_entry *entry)
{
    bool there = outbox->recent_end - entry->recent <= RECENT_BYTES;
    return there ? outbox->recent + entry->recent % RECENT_BYTES : NULL;
}

// ---- life

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
        rc = gw_outbox_load(outbox);
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
    for (struct gw_outbox_segment *segment = outbox->oldest, *next; segment; segment = next) {
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
        int rc = gw_outbox_segment_new(outbox);
        if (rc)
            return rc;
    }
    struct gw_outbox_segment *segment = outbox->newest;
    struct gw_outbox_record_header header = {.bytes = (uint32_t)bytes, .msgno = msgno};
    header.crc = gw_outbox_record_crc(&header, frame);
    struct iovec parts[] = {{&header, sizeof header}, {(void *)frame, bytes}};
    int rc = gw_outbox_move(pwritev, segment->fd, segment->bytes, parts, GW_COUNT(parts));
    if (rc)
        return rc; // the next record goes over what was written of this one
    gw_outbox_add_entry(outbox, (struct gw_outbox_entry){segment, (uint32_t)(segment->bytes + sizeof header),
                                                         (uint32_t)bytes, keep_recent(outbox, frame, bytes)});
    segment->bytes += sizeof header + bytes;
    segment->dirty = true;
    return GW_OK;
}

struct gw_outbox_sync *gw_outbox_sync_begin(struct gw_outbox *outbox)
{
    size_t count = 0;
    for (struct gw_outbox_segment *segment = outbox->oldest; segment; segment = segment->next)
        count += segment->dirty;
    if (!count && !outbox->dir_dirty) {
        outbox->synced = outbox->next - 1;
        return NULL;
    }
    struct gw_outbox_sync *sync = calloc(1, sizeof *sync + count * sizeof sync->fds[0]);
    gw_assert(sync);
    sync->upto = outbox->next - 1;
    sync->dir_fd = -1;
    for (struct gw_outbox_segment *segment = outbox->oldest; segment; segment = segment->next)
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
    const struct gw_outbox_entry *entry = gw_outbox_entry_at(outbox, msgno);
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
    struct gw_outbox_record_header header;
    struct iovec parts[] = {{&header, sizeof header}, {at, entry->bytes}};
    int rc = gw_outbox_move(preadv, entry->segment->fd, entry->offset - sizeof header, parts, GW_COUNT(parts));
    if (rc || header.msgno != msgno || header.bytes != entry->bytes ||
        header.crc != gw_outbox_record_crc(&header, at)) {
        gw_buf_truncate(out, before);
        return gw_fail(GW_ECORRUPT, "message %llu changed on disk", (unsigned long long)msgno);
    }
    gw_buf_grow(out, entry->bytes);
    return GW_OK;
}

int gw_outbox_ack(struct gw_outbox *outbox, uint64_t msgno)
{
    while (outbox->first <= msgno && outbox->first < outbox->next)
        outbox->bytes -= gw_outbox_entry_at(outbox, outbox->first++)->bytes;
    bool worn = outbox->first == outbox->next && outbox->newest->bytes > outbox->segment_bytes / 2;
    int rc = worn ? gw_outbox_segment_new(outbox) : GW_OK;
    gw_outbox_segment_drop_acknowledged(outbox);
    return rc;
}

int gw_outbox_rename(struct gw_outbox *outbox)
{
    return gw_outbox_new_incarnation(outbox);
}

void gw_outbox_bury(struct gw_outbox *outbox, uint64_t msgno)
{
    if (msgno < outbox->first || msgno >= outbox->next)
        return;
    outbox->bytes -= gw_outbox_entry_at(outbox, msgno)->bytes;
    *gw_outbox_entry_at(outbox, msgno) = (struct gw_outbox_entry){0};
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
    return msgno >= outbox->first && msgno < outbox->next ? gw_outbox_entry_at(outbox, msgno)->bytes : 0;
}

uint64_t gw_outbox_bytes(const struct gw_outbox *outbox)
{
    return outbox->bytes;
}

uint64_t gw_outbox_max_bytes(const struct gw_outbox *outbox)
{
    return outbox->max_bytes;
}
