// SPDX-License-Identifier: Apache-2.0
// Removes events that are older than store.retention, a little at a time. Consumers behind them get a GAP.
#ifndef GW_BROKER_RETENTION_H
#define GW_BROKER_RETENTION_H

#include "store/writer.h"

#include <uv.h>

struct gw_retention;

// `keep_ms` > 0. Looks from time to time, on the loop; the work is the writer's.
struct gw_retention *gw_retention_new(uv_loop_t *loop, struct gw_writer *writer, uint64_t keep_ms);
// Works that are at the writer must have come back: stop, free the writer, then free.
void gw_retention_stop(struct gw_retention *retention);
struct gw_retention *gw_retention_free(struct gw_retention *retention);

#endif
