// SPDX-License-Identifier: Apache-2.0
// One request and everything that leads to its answer: robots.txt of the host, the agent's permit, waiting for its
// moment, the transfer, and the same again for each redirect. CONVERSATION.md, "permit".
#ifndef GW_WORKER_VISIT_H
#define GW_WORKER_VISIT_H

#include "worker/jar.h"
#include "worker/port.h"

enum { GW_VISIT_HOPS = 5 };

struct gw_visit;

struct gw_visit_end {
    Gw__Failure failure;
    const char *detail;       // "" when there is none; in the arena or static
    struct gw_answer *answer; // to the last request of the page itself; NULL: there was none
    const char *final_url;    // of that request; in the arena
    Gw__Hop **hops;           // redirects followed; in the arena
    size_t hop_count;
};

typedef void gw_visit_fn(struct gw_visit_end *end, void *arg);

struct gw_visit_options {
    const struct gw_port *port;
    struct gw_arena *arena; // outlives the visit
    uint64_t job;
    Gw__RequestKind kind;
    struct gw_request request; // its strings outlive the visit
    const Gw__Permit *permit;  // for its first request; NULL: ask
    struct gw_jar *jar;        // the job's cookies; NULL: none are kept or sent
    gw_visit_fn *on_done;
    void *arg;
};

// The callback comes once, later, unless cancelled.
struct gw_visit *gw_visit_start(const struct gw_visit_options *options);
// What the agent answered; ignored when it is not for the request being asked for.
void gw_visit_permit(struct gw_visit *visit, const Gw__Permit *permit);
void gw_visit_elsewhere(struct gw_visit *visit, const Gw__Elsewhere *elsewhere);
void gw_visit_cancel(struct gw_visit *visit);

#endif
