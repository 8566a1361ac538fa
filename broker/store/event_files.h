// SPDX-License-Identifier: Apache-2.0
// The bytes of events, one behind the other in files of their own: a database row keeps their place, not them.
//
// DESIGN: in a database each 4 KiB event is written three times (log, table, and the pages around it) and the log it
// passes through has to be copied while it grows. Here it is written once, at an end that only moves forward, and is
// read with one pread. Whether bytes are on disk is the redo log's business until `sync` was called.
//
// A place is the file's number << 32 | the offset in it; 0 is none. Events of one transaction lie in one file. What is
// put is pending, and then sealed, for this handle to read, until it is flushed.
#ifndef GW_STORE_EVENT_FILES_H
#define GW_STORE_EVENT_FILES_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

struct gw_event_files;

// The directory is made when missing, by the writing handle. A reading one may stand beside it, in any process.
struct gw_event_files *gw_event_files_new(const char *dir);
struct gw_event_files *gw_event_files_free(struct gw_event_files *files);

static inline uint32_t gw_place_file(uint64_t place)
{
    return (uint32_t)(place >> 32);
}

// ---- Writing handle. `end` is the place behind the last event that counts.

GW_MUST_CHECK int gw_event_files_start(struct gw_event_files *files, uint64_t end);
uint64_t gw_event_files_end(const struct gw_event_files *files); // where the next event goes, pending ones included
void gw_event_files_turn(struct gw_event_files *files);          // between transactions: from a full file to the next
GW_MUST_CHECK int gw_event_files_put(struct gw_event_files *files, struct gw_span event);
void gw_event_files_undo(struct gw_event_files *files, uint64_t end); // back to an earlier end in the same file
// What is pending is sealed, and more may be put beside it. What was sealed before must have been flushed or dropped.
void gw_event_files_seal(struct gw_event_files *files);
// Write what is sealed: one thread at a time, which may be another.
GW_MUST_CHECK int gw_event_files_flush(struct gw_event_files *files);
void gw_event_files_drop(struct gw_event_files *files); // what is sealed and pending, after a flush that failed or not
// Write at a place outright: replaying what was written before.
GW_MUST_CHECK int gw_event_files_write(struct gw_event_files *files, uint64_t place, struct gw_span event);
// Any thread: all that was flushed or written before the call is on disk.
GW_MUST_CHECK int gw_event_files_sync(struct gw_event_files *files);
GW_MUST_CHECK int gw_event_files_remove(struct gw_event_files *files, uint32_t number);
// Remove the files that `keep` does not want: left by a process that died between database and directory.
typedef bool gw_event_files_keep_fn(uint32_t number, void *arg);
GW_MUST_CHECK int gw_event_files_sweep(struct gw_event_files *files, gw_event_files_keep_fn *keep, void *arg);

// ---- Both

// The event into `out`, emptied first. GW_EAGAIN: its file was removed, so the row that named it is gone too: read that
// again; GW_ECORRUPT: the file ends before it.
GW_MUST_CHECK int gw_event_files_read(struct gw_event_files *files, uint64_t place, size_t bytes, struct gw_buf *out);
// Hold every file open, so that their removal does not matter to this handle.
GW_MUST_CHECK int gw_event_files_hold(struct gw_event_files *files);

#endif
