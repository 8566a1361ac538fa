// SPDX-License-Identifier: Apache-2.0
// The loop of a reader process: READ_REQ with a sealed memfd in, READ_RESULT out, until the socket closes.
#ifndef GW_WORKER_READER_H
#define GW_WORKER_READER_H

#include "base/err.h"
#include "policy/policy.h"

// `bodies` are the user's own public bodies (may be NULL). 0: the fetcher closed the socket. Otherwise the conversation
// broke, and the process should end.
GW_MUST_CHECK int gw_reader_run(int fd, const struct gw_policy_table *bodies);

#endif
