// SPDX-License-Identifier: Apache-2.0
// Keeps a number of collectors running: starts them, notices their end, starts others after a back-off.
#ifndef GW_AGENT_SUPERVISE_H
#define GW_AGENT_SUPERVISE_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct gw_supervisor;

typedef void gw_child_gone_fn(pid_t pid, const char *how, void *arg);

// Life. argv (ends with NULL) is borrowed and must outlive the supervisor. `gone` is called from gw_supervisor_tick().
struct gw_supervisor *gw_supervisor_new(char *const argv[], uint32_t count, gw_child_gone_fn *gone, void *arg);
// Ends those that still run: asks, waits up to grace_ms for them, kills. Accepts NULL, returns NULL.
struct gw_supervisor *gw_supervisor_free(struct gw_supervisor *supervisor, uint32_t grace_ms);

// Use: now and then, and when SIGCHLD came.
void gw_supervisor_tick(struct gw_supervisor *supervisor, int64_t now_ms);
// It hangs: end it at once. Another follows as if it had died.
void gw_supervisor_kill(struct gw_supervisor *supervisor, pid_t pid);

// Inspect
bool gw_supervisor_has(const struct gw_supervisor *supervisor, pid_t pid); // it runs, or its end was not told yet
uint32_t gw_supervisor_running(const struct gw_supervisor *supervisor);
uint64_t gw_supervisor_restarts(const struct gw_supervisor *supervisor);

#endif
