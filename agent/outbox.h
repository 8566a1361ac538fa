// SPDX-License-Identifier: Apache-2.0
// What was seen and not yet acknowledged, on disk.
//
// DESIGN: a directory with `incarnation` (16 random bytes, the name under which the broker knows these numbers) and
// segments "NNNNNNNNNNNNNNNNNNNN.seg", each named by its first msgno and holding records (bytes, crc32c, msgno, frame)
// one after another. Records are appended by the loop and made durable by a sync that runs on another thread; only then
// they may be sent. A segment goes when all of it is acknowledged; the newest one stays even when empty, because its
// name and last record are where the next number is kept: numbers are dense and never used twice.
// The file of a segment that goes becomes the next one's, by way of the name "spare": to write over blocks that are
// there costs less than half of what new ones do, and nothing is deleted while others wait for the disk. So behind the
// last record there may be older ones: their numbers are smaller than any in this segment, so none is taken for its
// next. Nor is a torn one (it was never synced, so never sent): the next record goes over it. Damage with sound records
// behind it becomes tombstones, so that the numbers stay dense and the loss is told.
#ifndef GW_AGENT_OUTBOX_H
#define GW_AGENT_OUTBOX_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GW_INCARNATION_BYTES = 16, GW_OUTBOX_RECORD_MAX = 1024 * 1024 };

struct gw_outbox;
struct gw_outbox_sync;

// Bytes found damaged at open, before their numbers become tombstones. `first` … `last` are the numbers lost with them.
typedef void gw_outbox_damaged_fn(uint64_t first, uint64_t last, const void *bytes, size_t n, void *arg);

struct gw_outbox_options {
    const char *dir;                  // made when missing
    uint64_t max_bytes;               // of unacknowledged frames
    uint32_t segment_bytes;           // a new segment is begun behind this; 0: 8 MiB
    gw_outbox_damaged_fn *on_damaged; // may be NULL
    void *arg;
};

// Life. GW_ECORRUPT: messages wait but the incarnation is lost; GW_EIO, GW_ENOSPC.
GW_MUST_CHECK int gw_outbox_open(const struct gw_outbox_options *options, struct gw_outbox **ret_outbox);
struct gw_outbox *gw_outbox_free(struct gw_outbox *outbox); // accepts NULL, returns NULL

// Use
// Add the frame under the number gw_outbox_next() gave. GW_EAGAIN: the cap is reached; GW_ENOSPC, GW_EIO: not added,
// and the files are as before. Not durable before a sync.
GW_MUST_CHECK int gw_outbox_append(struct gw_outbox *outbox, uint64_t msgno, const void *frame, size_t bytes);
// One sync at a time: begin and end on the owner's thread, run on any. begin gives NULL when everything is durable.
// end frees it and returns its result; after a failure the outbox takes nothing more, for it cannot know what is on
// disk.
struct gw_outbox_sync *gw_outbox_sync_begin(struct gw_outbox *outbox);
void gw_outbox_sync_run(struct gw_outbox_sync *sync);
GW_MUST_CHECK int gw_outbox_sync_end(struct gw_outbox *outbox, struct gw_outbox_sync *sync);
// Append the frame of `msgno` to out. GW_ECORRUPT: it is a tombstone; GW_ENOTFOUND: acknowledged, or never written.
GW_MUST_CHECK int gw_outbox_read(struct gw_outbox *outbox, uint64_t msgno, struct gw_buf *out);
// Everything up to `msgno` is stored by the broker: forget it.
GW_MUST_CHECK int gw_outbox_ack(struct gw_outbox *outbox, uint64_t msgno);
// Go on under a new name; what waits keeps its numbers. For an outbox whose end was lost: the broker knows its old name
// with higher numbers than we have.
GW_MUST_CHECK int gw_outbox_rename(struct gw_outbox *outbox);
// From now on `msgno` is a tombstone (the broker cannot take it).
void gw_outbox_bury(struct gw_outbox *outbox, uint64_t msgno);

// Inspect
const uint8_t *gw_outbox_incarnation(const struct gw_outbox *outbox);
uint64_t gw_outbox_next(const struct gw_outbox *outbox);   // the number the next append gets
uint64_t gw_outbox_first(const struct gw_outbox *outbox);  // the oldest unacknowledged; == next when there is none
uint64_t gw_outbox_synced(const struct gw_outbox *outbox); // durable up to here
size_t gw_outbox_record_bytes(const struct gw_outbox *outbox, uint64_t msgno); // 0: tombstone or unknown
uint64_t gw_outbox_bytes(const struct gw_outbox *outbox);                      // of unacknowledged frames
uint64_t gw_outbox_max_bytes(const struct gw_outbox *outbox);

#endif
