// SPDX-License-Identifier: Apache-2.0
// What is next. Every list and every article that will be asked for is a task in the queue of its host; a heap of
// hosts, keyed by the moment each may be asked something, gives the next one in O(log n). Times are CLOCK_BOOTTIME
// milliseconds, so a jump of the wall clock moves nothing. Pure logic: the caller has the clock, the leases and the
// permits.
//
// Order: the host that could be asked earliest; on it, due lists before due articles; among them the longest due.
#ifndef GW_AGENT_SCHEDULE_H
#define GW_AGENT_SCHEDULE_H

#include "agent/host.h"

struct gw_task {
    struct gw_heap_node node; // its key is the due time
    struct gw_host *host;
    bool is_list;
    bool running;
    bool connected; // while running: it counts among the connections of its host
};

struct gw_schedule {
    struct gw_heap hosts;
    uint32_t waiting; // tasks in queues
    uint32_t running;
};

void gw_schedule_fini(struct gw_schedule *schedule);
// Queue the task on `host`, or move it to a new time. A running task must be ended first.
void gw_schedule_put(struct gw_schedule *schedule, struct gw_task *task, struct gw_host *host, int64_t due_ms);
void gw_schedule_drop(struct gw_schedule *schedule, struct gw_task *task); // fine when it is in no queue
// The next task whose time has come on a host that is held, free and not at its connections; it counts as running until
// gw_schedule_end(). NULL: none now.
struct gw_task *gw_schedule_next(struct gw_schedule *schedule, int64_t now_ms);
void gw_schedule_end(struct gw_schedule *schedule, struct gw_task *task);
// It still runs, but its answer is complete: the next may go to the host while this one is read.
void gw_schedule_fetched(struct gw_schedule *schedule, struct gw_task *task);
// The host's lease, pace or robots changed: look at it again.
void gw_schedule_touch(struct gw_schedule *schedule, struct gw_host *host);
// When gw_schedule_next() may give something; INT64_MAX: not before something else happens.
int64_t gw_schedule_wake_ms(const struct gw_schedule *schedule);

#endif
