// SPDX-License-Identifier: Apache-2.0
// The one thread that writes: takes work from a bounded queue, does what waits in one transaction, and gives it
// back on the loop it came from once all is on disk.
//
// DESIGN: group commit. While one group is on its way to the disk the next is applied, and a third gathers, so the
// group's size follows the load and needs no tuning. A piece that fails for good is undone alone and buried (recorded)
// in the same transaction: then the group is done again, each piece in a savepoint of its own, as are all of the next
// seconds. A temporary failure - disk full, I/O - takes nothing: the whole group is rolled back and tried again each
// second, the queue fills, and the senders' credit runs out. A damaged store ends it: all work comes back with
// GW_ECORRUPT.
#ifndef GW_STORE_WRITER_H
#define GW_STORE_WRITER_H

#include "store/store.h"

#include <uv.h>

struct gw_writer;
struct gw_port;

// Embedded in the caller's object, which belongs to the writer from put to done.
struct gw_work {
    // Writer thread. May run again, after a temporary failure or another's: it must set its results
    // anew each time.
    int (*apply)(struct gw_store *store, struct gw_work *work);
    // May be NULL. Writer thread, after apply failed for good and was undone: record that, from work->rc and ->reason.
    int (*bury)(struct gw_store *store, struct gw_work *work);
    // The port's loop, when it is on disk: work->rc is what apply gave, or why nothing was stored.
    void (*done)(struct gw_work *work);
    struct gw_port *port;
    size_t bytes; // what it weighs in the queue
    bool early;   // done may come a moment before readers see what was stored: that is cheaper; apply may say so

    int rc;
    char reason[200]; // of rc
    struct gw_work *next;
};

// Where work comes back: one per loop. Freed on its loop, after the writer is; closes asynchronously.
struct gw_port *gw_port_new(uv_loop_t *loop);
struct gw_port *gw_port_free(struct gw_port *port);

struct gw_writer_options {
    size_t max_work;  // in the queue; 0: 8192
    size_t max_bytes; // likewise; 0: 128 MiB
    // Writer thread, when readers may see more.
    void (*committed)(void *arg);
    void *arg;
};

// The store's writing handle is the writer's until it is freed.
struct gw_writer *gw_writer_new(struct gw_store *store, const struct gw_writer_options *options);
// Does what waits (unless the store takes nothing), then ends the thread.
struct gw_writer *gw_writer_free(struct gw_writer *writer);

// Any thread. GW_EAGAIN: the queue is full; GW_ECORRUPT: the store is damaged. The work is not taken then.
GW_MUST_CHECK int gw_writer_put(struct gw_writer *writer, struct gw_work *work);

// Any thread. What keeps it from committing right now: GW_OK, or the temporary or final failure with its reason.
int gw_writer_trouble(struct gw_writer *writer, char *reason, size_t bytes);
// Any thread. Commits and pieces of work since the start.
void gw_writer_count(struct gw_writer *writer, uint64_t *ret_commits, uint64_t *ret_work);

#endif
