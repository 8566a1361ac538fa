// SPDX-License-Identifier: Apache-2.0
// Locking a process in, after it has what it needs. There is no way back.
//
// DESIGN: the reader, which touches hostile bytes, may use its one socket and memory and nothing else (seccomp
// allow-list, resource limits). The fetcher, which talks to hostile servers, may read the few files that resolving and
// TLS need and write none (Landlock), and may start no program (seccomp). What a kernel does not offer is reported, not
// fatal: the machine's owner decides. Builds with sanitizers keep only what the sanitizers survive: they open files,
// map terabytes and look at their own threads (GW_SANDBOX_RELAXED, the one place).
#ifndef GW_WORKER_SANDBOX_H
#define GW_WORKER_SANDBOX_H

#include "base/err.h"

// GW_SLOWER: how much slower than what users run; budgets are longer by it.
#ifdef GW_SANITIZED
enum { GW_SANDBOX_RELAXED = 1, GW_SLOWER = 10 };
#elif !defined(__OPTIMIZE__)
enum { GW_SANDBOX_RELAXED = 0, GW_SLOWER = 4 };
#else
enum { GW_SANDBOX_RELAXED = 0, GW_SLOWER = 1 };
#endif

// A reader's life in CPU seconds: then it is replaced, so that its limit never meets a page.
enum { GW_READER_CPU_S = 120 };

// The calling process becomes a reader: only `fd` and standard error stay open. `ret_lost` (may be NULL) names what the
// kernel could not do, or NULL. GW_EIO: it could not be locked at all, do not read anything.
GW_MUST_CHECK int gw_sandbox_reader(int fd, const char **ret_lost);
// The calling thread and those it starts from now on become a fetcher. `ca_dir` (may be NULL) is one more folder that
// may be read. As above.
GW_MUST_CHECK int gw_sandbox_fetcher(const char *ca_dir, const char **ret_lost);
// End when the parent ends. Call it first thing in a child.
void gw_sandbox_die_with_parent(int signal);

#endif
