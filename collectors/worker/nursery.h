// SPDX-License-Identifier: Apache-2.0
// Where readers come from.
//
// DESIGN: before the fetcher locks itself it starts its own program once more with --reader. That process, the nursery,
// opens every converter, reads a page of every kind to fill the tables that are made at first use, and then waits; for
// each socket the fetcher passes it, it makes one warmed child, which locks itself and reads pages from that socket. A
// reader thus costs a fork (under a millisecond) instead of a program start, and the fetcher needs no right to start
// programs. The child is made with CLONE_PARENT: its parent is the fetcher, which can wait for it, learns how it died,
// and takes it along when it ends itself. The nursery never touches a byte from outside. It belongs to the fetcher:
// when it is gone the fetcher ends too, and the agent starts another.
#ifndef GW_WORKER_NURSERY_H
#define GW_WORKER_NURSERY_H

#include "base/err.h"

#include <stdbool.h>
#include <sys/types.h>

// The fetcher's side, while it is still unlocked and has one thread. The descriptor is non-blocking.
// `bodies` is the file of the user's own public bodies; may be NULL.
GW_MUST_CHECK int gw_nursery_start(const char *bodies, int *ret_fd, pid_t *ret_pid);
// Ask for a reader on `reader_fd` (which the caller then closes). GW_EAGAIN: too many asked for; GW_EIO: it is gone.
GW_MUST_CHECK int gw_nursery_ask(int nursery_fd, int reader_fd);
// The next answer, in order of asking. GW_EAGAIN: none yet; GW_EIO: it is gone.
GW_MUST_CHECK int gw_nursery_answer(int nursery_fd, pid_t *ret_pid);

// The process itself (`govwire-collector --reader [--bodies FILE]`), on descriptor 3. Returns the exit code, in the
// nursery at the fetcher's end and in each reader at its own.
int gw_nursery_main(const char *bodies);

#endif
