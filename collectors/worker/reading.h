// SPDX-License-Identifier: Apache-2.0
// The fetcher's side of reading: a queue of pages and a few readers that work it off.
//
// DESIGN: the bytes go to a reader as a sealed memfd, so nothing is copied and a reader cannot change what is kept for
// the quarantine. A reader that dies, or uses many times the CPU a page may have, or is silent for long, is killed and
// replaced; that page alone fails. There are two, so that one hostile page leaves the other to go on; both are warm at
// once because they are forks of the nursery. Nothing here ever waits.
#ifndef GW_WORKER_READING_H
#define GW_WORKER_READING_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "schema/job.pb-c.h"

#include <uv.h>

struct gw_readings;
struct gw_reading;

struct gw_reading_end {
    const Gw__ReadResult *result; // NULL when the reader gave none …
    Gw__Failure failure;          // … then READER_CRASH or READER_TIME
    const char *detail;
    struct gw_arena *arena; // holds the result; the callback may take it and put NULL here
    struct gw_buf body;     // the bytes that were read; the callback may take them by copying and zeroing
};

typedef void gw_reading_fn(struct gw_reading_end *end, void *arg);
// The nursery is gone: no reader can be replaced any more.
typedef void gw_readings_lost_fn(void *arg);

// Life. `nursery_fd` stays the caller's. Readers are asked for at once.
struct gw_readings *gw_readings_new(uv_loop_t *loop, int nursery_fd, pid_t nursery_pid, unsigned readers,
                                    gw_readings_lost_fn *on_lost, void *arg);
// Ends the readers; no callback comes any more. The loop must run until the handles are closed.
struct gw_readings *gw_readings_free(struct gw_readings *readings);

// Use. The request is copied; `body` moves in. `request->body_bytes` is set here. The callback comes once, later.
struct gw_reading *gw_reading_start(struct gw_readings *readings, Gw__ReadReq *request, struct gw_buf *body,
                                    gw_reading_fn *on_done, void *arg);
void gw_reading_cancel(struct gw_reading *reading); // no callback after this

#endif
