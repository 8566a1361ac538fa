// SPDX-License-Identifier: Apache-2.0
// The redo log: what each transaction changed, on disk before it is acknowledged, and kept until the database that the
// changes were applied to holds them for good. Knows nothing of what the changes are.
//
// DESIGN: an fsync of a file that grows makes the file system commit its own journal and wait for whatever else that
// holds: twice the time alone, a hundred times beside another writer. So a segment is filled with zeros once, and then
// written over and over: a transaction is one synchronous write, past the page cache, into blocks that nothing needs
// any more. Each begins at a block of its own, so that a torn write can hurt no earlier one. After a failure its
// segment is never written again, as nobody knows what the disk holds; the transaction's next try goes to another.
//
// Segments live in one directory, as files "00", "01" …, made as they are needed, reused and never removed. Numbers in
// them are little-endian, as the hosts are.
//
// append, replay and reset belong to one thread; release, held and prepare may be called by any.
#ifndef GW_STORE_REDO_H
#define GW_STORE_REDO_H

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

struct gw_redo;

// Whose changes they are: those of another store, or of another generation of it, are refused.
struct gw_redo_owner {
    char store[33]; // its id, hex
    uint64_t generation;
};

// A process died with it: it may hold what the database lacks. False also while another process has it.
bool gw_redo_is_left(const char *dir);

// GW_EAGAIN: another process has it, and kept it for two seconds; GW_ECORRUPT: it is another store's; GW_EVERSION: made
// by a newer govwire.
GW_MUST_CHECK int gw_redo_open(const char *dir, const struct gw_redo_owner *owner, struct gw_redo **ret_redo);
struct gw_redo *gw_redo_free(struct gw_redo *redo);

// Every whole transaction that may not have been released, in order. What a dying process left unfinished is passed
// over; a hole is GW_ECORRUPT. A failure of `fn` ends it and is returned.
typedef int gw_redo_fn(uint64_t number, struct gw_span changes, void *arg);
GW_MUST_CHECK int gw_redo_replay(struct gw_redo *redo, gw_redo_fn *fn, void *arg);

// Forget everything, durably: all is applied for good up to `number`, and the next transaction, of this owner, is the
// one behind it. Comes before the first append.
GW_MUST_CHECK int gw_redo_reset(struct gw_redo *redo, const struct gw_redo_owner *owner, uint64_t number);

// On disk when it returns. GW_EIO, GW_ENOSPC: it is not, and counts for nothing.
GW_MUST_CHECK int gw_redo_append(struct gw_redo *redo, struct gw_span changes, uint64_t *ret_number);

// Transactions up to `number` are needed no more.
void gw_redo_release(struct gw_redo *redo, uint64_t number);
uint64_t gw_redo_held(struct gw_redo *redo); // bytes of the segments in use
// Make the segment that will be needed next, so that no append waits for it. Failures show when it is needed.
void gw_redo_prepare(struct gw_redo *redo);

#endif
