// SPDX-License-Identifier: Apache-2.0
// One job of the agent's, from JOB to RESULT or FAILED: requests one after another, each answer read, until what was
// asked for is understood. CONVERSATION.md, "Jobs".
#ifndef GW_WORKER_JOB_H
#define GW_WORKER_JOB_H

#include "schema/job.pb-c.h"
#include "worker/port.h"

struct gw_job;

// The outcome was sent; the job is freed behind this call.
typedef void gw_job_fn(struct gw_job *job, void *arg);

// `message` lives in `arena`, which becomes the job's. The outcome comes later, never from inside this call.
struct gw_job *gw_job_start(const struct gw_port *port, struct gw_arena *arena, const Gw__Job *message,
                            gw_job_fn *on_end, void *arg);
// End it without an outcome. Not from inside its own on_end.
void gw_job_cancel(struct gw_job *job);
void gw_job_permit(struct gw_job *job, const Gw__Permit *permit);
void gw_job_elsewhere(struct gw_job *job, const Gw__Elsewhere *elsewhere);

uint64_t gw_job_number(const struct gw_job *job);

#endif
