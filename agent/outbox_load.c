// SPDX-License-Identifier: Apache-2.0
// What a start finds: the segments of an outbox, its records, and what of them is damaged.
#include "outbox_parts.h"

#include "base/fs.h"
#include "base/hash.h"
#include "base/log.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    SEGMENT_READ_MAX = 256 * 1024 * 1024,
    LOST_MAX = 1024 * 1024, // numbers in one hole; a larger one is not a hole but another outbox
};

uint32_t gw_outbox_record_crc(const struct gw_outbox_record_header *header, const void *frame)
{
    uint32_t crc = gw_crc32c(0, &header->bytes, sizeof header->bytes);
    crc = gw_crc32c(crc, &header->msgno, sizeof header->msgno);
    return gw_crc32c(crc, frame, header->bytes);
}

// A sound record at `at` whose number is in [low, high].
static bool sound_record(const char *at, size_t left, uint64_t low, uint64_t high,
                         struct gw_outbox_record_header *ret_header)
{
    struct gw_outbox_record_header header;
    if (left < sizeof header)
        return false;
    memcpy(&header, at, sizeof header);
    if (header.msgno < low || header.msgno > high || header.bytes > GW_OUTBOX_RECORD_MAX ||
        header.bytes > left - sizeof header || gw_outbox_record_crc(&header, at + sizeof header) != header.crc)
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
        gw_outbox_add_entry(outbox, (struct gw_outbox_entry){0});
}

// Read the records of one segment; `end` is the first number of the segment after it, 0 for the newest.
static int scan(struct gw_outbox *outbox, struct gw_outbox_segment *segment, uint64_t end, struct gw_buf *file)
{
    size_t at = sizeof(struct gw_outbox_segment_header);
    uint64_t high = end ? end - 1 : UINT64_MAX;
    while (at < file->bytes) {
        struct gw_outbox_record_header header;
        size_t left = file->bytes - at;
        if (sound_record(file->data + at, left, outbox->next, outbox->next, &header)) {
            uint32_t offset = (uint32_t)(at + sizeof header);
            gw_outbox_add_entry(outbox, (struct gw_outbox_entry){segment, offset, header.bytes, 0});
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
    struct gw_outbox_segment *segment;
    int rc = gw_outbox_segment_open(outbox, first, 0, &segment);
    if (rc)
        return rc;
    gw_outbox_segment_link(outbox, segment);
    char path[PATH_MAX];
    rc = gw_outbox_segment_path(outbox, first, path);
    struct gw_buf file = GW_BUF(SEGMENT_READ_MAX);
    if (rc == GW_OK)
        rc = gw_fs_read(path, &file);
    struct gw_outbox_segment_header header = {0};
    if (rc == GW_OK && file.bytes >= sizeof header)
        memcpy(&header, file.data, sizeof header);
    bool sound = gw_outbox_segment_is_sound(&header, first);
    if (rc == GW_OK && header.version > 1 && sound)
        rc = gw_fail(GW_EVERSION, "%s: written by a newer govwire", path);
    segment->bytes = file.bytes;
    if (rc == GW_OK)
        rc = scan(outbox, segment, end, &file);
    if (rc == GW_OK && !sound && !end && outbox->next == first)
        rc = gw_outbox_segment_write_header(segment); // died while making it: nothing was in it
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

int gw_outbox_new_incarnation(struct gw_outbox *outbox)
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
            rc = gw_outbox_new_incarnation(outbox);
        }
    }
    gw_buf_fini(&bytes);
    return rc;
}

int gw_outbox_load(struct gw_outbox *outbox)
{
    uint64_t *firsts = NULL;
    size_t count = 0;
    char spare[PATH_MAX];
    int rc = gw_fs_mkdir(outbox->dir, 0700);
    if (rc == GW_OK)
        rc = gw_outbox_spare_path(outbox, spare);
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
        rc = gw_outbox_segment_new(outbox);
    // What a killed process had written but not synced lies in the page cache: make it durable before it is sent.
    struct gw_outbox_sync *sync = rc == GW_OK ? gw_outbox_sync_begin(outbox) : NULL;
    if (sync) {
        gw_outbox_sync_run(sync);
        rc = gw_outbox_sync_end(outbox, sync);
    }
    return rc;
}
