// SPDX-License-Identifier: Apache-2.0
// The whole broker of one DIR: store, writer, sources, link to the agents, stream to the consumers. The program is a
// thin main around it.
#ifndef GW_BROKER_BROKER_H
#define GW_BROKER_BROKER_H

#include "base/err.h"

#include <stdint.h>
#include <uv.h>

struct gw_broker;

struct gw_broker_options {
    const char *dir;
    const char *agents, *consumers;               // endpoints on this machine
    const char *listen_agents, *listen_consumers; // further ones, tcp; NULL: none
    const char *keys_dir;                         // for those; NULL: they are plain, and must be loopback addresses
    uint64_t retention_ms;                        // 0: events are kept for ever
};

// Everything runs when it returns, on `loop` and threads of its own.
GW_MUST_CHECK int gw_broker_new(uv_loop_t *loop, const struct gw_broker_options *options,
                                struct gw_broker **ret_broker);
// Read the allowed keys now, not within the second.
void gw_broker_reload(struct gw_broker *broker);
// Stops as soon as what was received is stored; the loop ends when nothing of it is left.
void gw_broker_stop(struct gw_broker *broker);
// After the loop has ended. GW_OK, or why it stopped by itself (GW_ECORRUPT).
int gw_broker_free(struct gw_broker *broker);

#endif
