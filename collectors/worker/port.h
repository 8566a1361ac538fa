// SPDX-License-Identifier: Apache-2.0
// The world as a job sees it: the agent, the network, the readers. The fetcher's is the real one; tests bring their
// own.
#ifndef GW_WORKER_PORT_H
#define GW_WORKER_PORT_H

#include "fetch/transfer.h"
#include "wire/frame.h"
#include "worker/hosts.h"
#include "worker/reading.h"

#include <uv.h>

struct gw_port { // all must-set
    uv_loop_t *loop;
    struct gw_hosts *hosts;
    // To the agent. Never fails as far as a job is concerned: when the agent is gone, so are its jobs.
    void (*send)(void *arg, enum gw_msg type, const void *message);
    // As gw_transfer_start, gw_transfer_cancel, gw_reading_start, gw_reading_cancel.
    struct gw_transfer *(*transfer)(void *arg, const struct gw_request *request, gw_transfer_fn *on_done, void *done);
    void (*transfer_cancel)(void *arg, struct gw_transfer *transfer);
    struct gw_reading *(*read)(void *arg, Gw__ReadReq *request, struct gw_buf *body, gw_reading_fn *on_done,
                               void *done);
    void (*read_cancel)(void *arg, struct gw_reading *reading);
    void *arg;
};

#endif
