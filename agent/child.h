// SPDX-License-Identifier: Apache-2.0
// A process that dies with the one that started it: killed by the kernel when the parent ends, however it ends. It has
// its own process group, so that a key pressed on a terminal reaches the parent alone, which then ends its children in
// order.
#ifndef GW_AGENT_CHILD_H
#define GW_AGENT_CHILD_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

// Start argv[0] (a path). Its standard output is our standard error. Must be called on the main thread: the kernel's
// tie is to the thread that forks. GW_EIO.
GW_MUST_CHECK int gw_child_start(char *const argv[], pid_t *ret_pid);
// True once it has ended (and is reaped); *ret_status as waitpid gives it.
bool gw_child_ended(pid_t pid, int *ret_status);
// "killed by signal 9", "ended with 69", into out.
const char *gw_child_status(int status, char *out, size_t bytes);

#endif
