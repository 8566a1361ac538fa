// SPDX-License-Identifier: Apache-2.0
// The jobs that collectors have: given out up to each one's slots, followed, and given back when a collector is gone.
// CONVERSATION.md, "Jobs".
#ifndef GW_AGENT_JOBS_H
#define GW_AGENT_JOBS_H

#include "agent/targets.h"
#include "base/buf.h"
#include "schema/job.pb-c.h"
#include "wire/socket.h"

#include <sys/types.h>
#include <uthash.h>

struct gw_collector;

struct gw_job {
    UT_hash_handle hh; // by number
    uint64_t number;
    struct gw_target *target; // NULL: nobody waits for the outcome any more
    struct gw_host *host;     // it counts as running there
    struct gw_collector *collector;
    Gw__Purpose purpose;
    uint32_t epoch;   // of the host's lease when it was given out
    int64_t alive_ms; // last sign of it, or the end of its last permit
    uint32_t patience_ms;
    struct gw_buf body;
    char content_type[128];
    uint32_t permits_waiting;
};

// What the agent does with what collectors say. All must be set.
struct gw_jobs_ops {
    // Whether READY of this process is to be believed: it is one of ours, and its end was not told to gw_jobs_gone()
    // yet. (One that was killed at its start is gone before its READY is read.)
    bool (*is_ours)(void *arg, pid_t pid);
    // A request for a permit; answered with gw_jobs_permit() or gw_jobs_elsewhere(), now or later.
    void (*permit_req)(void *arg, struct gw_job *job, const char *url, Gw__RequestKind kind);
    void (*fetched)(void *arg, struct gw_job *job); // its answer is with the reader
    void (*robots_seen)(void *arg, const Gw__RobotsSeen *robots);
    // The outcome; the job is freed behind it. The observation lives until it returns.
    void (*done)(void *arg, struct gw_job *job, Gw__Observation *observation, bool quarantine);
    void (*lost)(void *arg, struct gw_job *job, const char *how); // its collector is gone; freed behind it
    void (*ready)(void *arg);                                     // there are free slots
};

struct gw_jobs;

// Life. Binds the endpoint.
GW_MUST_CHECK int gw_jobs_new(uv_loop_t *loop, const char *endpoint, const struct gw_jobs_ops *ops, void *arg,
                              struct gw_jobs **ret_jobs);
struct gw_jobs *gw_jobs_free(struct gw_jobs *jobs); // accepts NULL, returns NULL

// Use
uint32_t gw_jobs_free_slots(const struct gw_jobs *jobs);
// Give it to the collector with most room. Version of that collector's reading; 0: there is none.
uint32_t gw_jobs_extractor(const struct gw_jobs *jobs);
// `message` is complete but for its number. GW_EAGAIN: no collector has room. *ret_job is borrowed.
GW_MUST_CHECK int gw_jobs_give(struct gw_jobs *jobs, Gw__Job *message, struct gw_target *target, uint32_t patience_ms,
                               struct gw_job **ret_job);
void gw_jobs_permit(struct gw_jobs *jobs, struct gw_job *job, const char *url, int64_t not_before_ms,
                    int64_t not_after_ms);
void gw_jobs_elsewhere(struct gw_jobs *jobs, struct gw_job *job, const char *url, const char *reason);
struct gw_job *gw_jobs_find(struct gw_jobs *jobs, uint64_t number);
// The process is gone: its jobs are lost.
void gw_jobs_gone(struct gw_jobs *jobs, pid_t pid, const char *how);
// Nobody waits for this target any more.
void gw_jobs_forget(struct gw_jobs *jobs, const struct gw_target *target);
// A collector whose job gave no sign for longer than its patience; 0: none.
pid_t gw_jobs_hanging(const struct gw_jobs *jobs, int64_t now_ms);
void gw_jobs_stop(struct gw_jobs *jobs, uint32_t grace_ms); // tells all collectors

// Inspect
uint32_t gw_jobs_running(const struct gw_jobs *jobs);
uint32_t gw_jobs_collectors(const struct gw_jobs *jobs);

#endif
