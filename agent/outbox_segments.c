// SPDX-License-Identifier: Apache-2.0
// The files of the outbox: made, used again, deleted.
#include "outbox_parts.h"

#include "base/hash.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char magic[4] = {'G', 'W', 'O', 'B'};

int gw_outbox_move(ssize_t (*move)(int fd, const struct iovec *parts, int count, off_t at), int fd, uint64_t at,
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

int gw_outbox_segment_path(const struct gw_outbox *outbox, uint64_t first, char out[PATH_MAX])
{
    if (snprintf(out, PATH_MAX, "%s/%020llu.seg", outbox->dir, (unsigned long long)first) >= PATH_MAX)
        return gw_fail(GW_ELIMIT, "%s: path too long", outbox->dir);
    return GW_OK;
}

static uint32_t header_crc(const struct gw_outbox_segment_header *header)
{
    return gw_crc32c(0, header, offsetof(struct gw_outbox_segment_header, crc));
}

bool gw_outbox_segment_is_sound(const struct gw_outbox_segment_header *header, uint64_t first)
{
    return memcmp(header->magic, magic, sizeof header->magic) == 0 && header->crc == header_crc(header) &&
           header->first == first;
}

int gw_outbox_segment_write_header(struct gw_outbox_segment *segment)
{
    struct gw_outbox_segment_header header = {.version = 1, .first = segment->first};
    memcpy(header.magic, magic, sizeof header.magic);
    header.crc = header_crc(&header);
    struct iovec part = {&header, sizeof header};
    segment->bytes = sizeof header;
    segment->dirty = true;
    return gw_outbox_move(pwritev, segment->fd, 0, &part, 1);
}

void gw_outbox_segment_link(struct gw_outbox *outbox, struct gw_outbox_segment *segment)
{
    if (outbox->newest)
        outbox->newest->next = segment;
    else
        outbox->oldest = segment;
    outbox->newest = segment;
}

int gw_outbox_segment_open(struct gw_outbox *outbox, uint64_t first, int flags, struct gw_outbox_segment **ret_segment)
{
    char path[PATH_MAX];
    int rc = gw_outbox_segment_path(outbox, first, path);
    if (rc)
        return rc;
    int fd = open(path, O_RDWR | O_CLOEXEC | flags, 0600);
    if (fd < 0)
        return gw_fail_errno("%s", path);
    struct gw_outbox_segment *segment = calloc(1, sizeof *segment);
    gw_assert(segment);
    *segment = (struct gw_outbox_segment){.first = first, .fd = fd};
    *ret_segment = segment;
    return GW_OK;
}

int gw_outbox_spare_path(const struct gw_outbox *outbox, char out[PATH_MAX])
{
    if (snprintf(out, PATH_MAX, "%s/spare", outbox->dir) >= PATH_MAX)
        return gw_fail(GW_ELIMIT, "%s: path too long", outbox->dir);
    return GW_OK;
}

static bool make_spare(struct gw_outbox *outbox, const char *path, struct gw_outbox_segment *segment)
{
    char spare[PATH_MAX];
    if (outbox->spare.fd >= 0 || gw_outbox_spare_path(outbox, spare) != GW_OK || rename(path, spare) != 0)
        return false;
    outbox->spare = (struct gw_outbox_spare){.fd = segment->fd};
    return true;
}

static void drop_segment(struct gw_outbox *outbox, struct gw_outbox_segment *segment)
{
    char path[PATH_MAX];
    bool named = gw_outbox_segment_path(outbox, segment->first, path) == GW_OK;
    if (!named || !make_spare(outbox, path, segment)) {
        if (named && unlink(path) != 0)
            gw_warn("outbox", "delete", "%s: %s, it will be deleted at the next start", path, strerror(errno));
        close(segment->fd);
    }
    free(segment);
}

// Its records are older than any that follow, so nobody takes them for these.
static int use_spare(struct gw_outbox *outbox, struct gw_outbox_segment **ret_segment)
{
    char path[PATH_MAX], spare[PATH_MAX];
    if (!outbox->spare.settled)
        return gw_fail(GW_ENOTFOUND, "outbox: no spare file");
    struct gw_outbox_segment *segment = calloc(1, sizeof *segment);
    gw_assert(segment);
    *segment = (struct gw_outbox_segment){.first = outbox->next, .fd = outbox->spare.fd};
    int rc = gw_outbox_segment_path(outbox, segment->first, path);
    if (rc == GW_OK)
        rc = gw_outbox_spare_path(outbox, spare);
    if (rc == GW_OK)
        rc = gw_outbox_segment_write_header(segment);
    if (rc == GW_OK && rename(spare, path) != 0)
        rc = gw_fail_errno("%s", path);
    outbox->spare = (struct gw_outbox_spare){.fd = -1};
    if (rc) {
        close(segment->fd);
        free(segment);
        return rc;
    }
    *ret_segment = segment;
    return GW_OK;
}

static int make_segment(struct gw_outbox *outbox, struct gw_outbox_segment **ret_segment)
{
    struct gw_outbox_segment *segment;
    int rc = gw_outbox_segment_open(outbox, outbox->next, O_CREAT | O_TRUNC, &segment);
    if (rc)
        return rc;
    rc = gw_outbox_segment_write_header(segment);
    if (rc) {
        drop_segment(outbox, segment);
        return rc;
    }
    *ret_segment = segment;
    return GW_OK;
}

int gw_outbox_segment_new(struct gw_outbox *outbox)
{
    struct gw_outbox_segment *segment;
    int rc = use_spare(outbox, &segment);
    if (rc)
        rc = make_segment(outbox, &segment);
    if (rc)
        return rc;
    outbox->dir_dirty = true;
    gw_outbox_segment_link(outbox, segment);
    return GW_OK;
}

void gw_outbox_segment_drop_acknowledged(struct gw_outbox *outbox)
{
    while (outbox->oldest != outbox->newest && outbox->oldest->next->first <= outbox->first) {
        struct gw_outbox_segment *segment = outbox->oldest;
        outbox->oldest = segment->next;
        drop_segment(outbox, segment);
    }
}
