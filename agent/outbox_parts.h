// SPDX-License-Identifier: Apache-2.0
// Private to outbox.c and its two parts: outbox_segments.c (the files) and outbox_load.c (what a start finds in them).
// Numbers in files are little-endian, as the hosts are.
#ifndef GW_AGENT_OUTBOX_PARTS_H
#define GW_AGENT_OUTBOX_PARTS_H

#include "outbox.h"

#include <limits.h>
#include <sys/uio.h>

struct gw_outbox_segment_header {
    char magic[4];
    uint32_t version;
    uint64_t first;
    uint32_t crc; // of the fields before
    uint32_t reserved;
};

struct gw_outbox_record_header {
    uint32_t bytes;
    uint32_t crc; // of bytes, msgno and the frame
    uint64_t msgno;
};

struct gw_outbox_segment {
    struct gw_outbox_segment *next;
    uint64_t first;
    uint64_t bytes; // of the file, header included
    int fd;
    bool dirty; // something in it is not yet synced
};

// An acknowledged segment's file, to be the next one's.
struct gw_outbox_spare {
    int fd;       // -1: there is none
    bool settled; // its name is on disk: what is written to it cannot be found under the old one
};

struct gw_outbox_entry {
    struct gw_outbox_segment *segment; // NULL: tombstone
    uint32_t offset;                   // of the frame
    uint32_t bytes;
    uint64_t recent; // where it was put among the recent ones
};

struct gw_outbox {
    char dir[PATH_MAX];
    uint64_t max_bytes;
    uint32_t segment_bytes;
    uint8_t incarnation[GW_INCARNATION_BYTES];
    struct gw_outbox_segment *oldest, *newest;
    struct gw_outbox_spare spare;
    char *recent;                    // a ring, made with the first frame
    uint64_t recent_end;             // bytes ever put there; starts beyond a ring, so that 0 is always too long ago
    struct gw_outbox_entry *entries; // of first … next - 1; a ring of `capacity` (a power of two), indexed by msgno
    uint64_t capacity;
    uint64_t first, next, synced;
    uint64_t bytes;
    bool dir_dirty;
    bool broken;
    gw_outbox_damaged_fn *on_damaged;
    void *arg;
};

static inline struct gw_outbox_entry *gw_outbox_entry_at(const struct gw_outbox *outbox, uint64_t msgno)
{
    return &outbox->entries[msgno & (outbox->capacity - 1)];
}

// outbox.c
void gw_outbox_add_entry(struct gw_outbox *outbox, struct gw_outbox_entry entry); // of the next number

// outbox_segments.c
// All of it, in one call as a rule. `move` is pwritev or preadv.
int gw_outbox_move(ssize_t (*move)(int fd, const struct iovec *parts, int count, off_t at), int fd, uint64_t at,
                   struct iovec *parts, int count);
int gw_outbox_segment_path(const struct gw_outbox *outbox, uint64_t first, char out[PATH_MAX]);
int gw_outbox_spare_path(const struct gw_outbox *outbox, char out[PATH_MAX]);
bool gw_outbox_segment_is_sound(const struct gw_outbox_segment_header *header, uint64_t first);
int gw_outbox_segment_write_header(struct gw_outbox_segment *segment);
int gw_outbox_segment_open(struct gw_outbox *outbox, uint64_t first, int flags, struct gw_outbox_segment **ret_segment);
void gw_outbox_segment_link(struct gw_outbox *outbox, struct gw_outbox_segment *segment); // as the newest
int gw_outbox_segment_new(struct gw_outbox *outbox);
// Those whose every message is acknowledged, but never the newest.
void gw_outbox_segment_drop_acknowledged(struct gw_outbox *outbox);

// outbox_load.c
uint32_t gw_outbox_record_crc(const struct gw_outbox_record_header *header, const void *frame);
int gw_outbox_load(struct gw_outbox *outbox);
int gw_outbox_new_incarnation(struct gw_outbox *outbox);

#endif
