// SPDX-License-Identifier: Apache-2.0
// Return codes and the reason behind the last failure.
//
// Functions return int: 0 is fine, a negative enum gw_rc is an expected failure. The text lies in a thread-local buffer
// that the next gw_fail() overwrites; whoever reports the failure reads it at once.
#ifndef GW_BASE_ERR_H
#define GW_BASE_ERR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdnoreturn.h>

#define GW_MUST_CHECK   __attribute__((warn_unused_result))
#define GW_PRINTF(f, a) __attribute__((format(printf, f, a)))

// The answer to a failure depends on its class (see gw_rc_class), not on its code.
enum gw_rc {
    GW_OK = 0,
    GW_EINVAL = -1, // the input is not of the form asked for
    GW_ELIMIT = -2, // a ceiling (bytes, count, time) was reached
    GW_ENOTFOUND = -3,
    GW_EEXIST = -4,
    GW_EIO = -5,       // file system or socket; errno is in the text
    GW_ENOSPC = -6,    // disk full
    GW_EAGAIN = -7,    // not now: locked, no credit, would block
    GW_EPROTO = -8,    // the peer broke the conversation
    GW_EHTTP = -9,     // the transfer ended without a usable answer
    GW_EDENIED = -10,  // not permitted: key, role, guard, robots
    GW_EVERSION = -11, // newer than this program understands
    GW_ECORRUPT = -12, // stored bytes fail their checksum
    GW_EBUG = -13,     // this program is wrong
};

enum gw_rc_class {
    GW_CLASS_RETRY,  // later, with back-off
    GW_CLASS_REJECT, // never again: quarantine with the reason
    GW_CLASS_BUG,
};

// Record the reason (printf form) and return rc, so that `return gw_fail(GW_EINVAL, "…")` reads as one step.
int gw_fail(enum gw_rc rc, const char *format, ...) GW_PRINTF(2, 3);
// As gw_fail(GW_EIO or GW_ENOSPC, "what: strerror(errno)").
int gw_fail_errno(const char *format, ...) GW_PRINTF(1, 2);
// The compiler is told that both give a negative number: else it cannot see that what a callee sets on success is set
// where rc is 0, and warns in optimised builds.
static inline int gw_negative(int rc)
{
    if (rc >= 0)
        __builtin_unreachable();
    return rc;
}
#define gw_fail(...)       gw_negative((gw_fail)(__VA_ARGS__))
#define gw_fail_errno(...) gw_negative((gw_fail_errno)(__VA_ARGS__))
// Put `prefix: ` before the recorded reason; returns rc.
int gw_fail_prefix(int rc, const char *format, ...) GW_PRINTF(2, 3);
#ifdef __clang_analyzer__ // it does not look into another file, so let it see that these never give 0
#define gw_fail(rc, ...)        ((void)gw_fail(rc, __VA_ARGS__), (int)(rc))
#define gw_fail_errno(...)      ((void)gw_fail_errno(__VA_ARGS__), (int)GW_EIO)
#define gw_fail_prefix(rc, ...) ((void)gw_fail_prefix(rc, __VA_ARGS__), (int)(rc))
#endif
// The reason of the last failure of this thread; "" when there was none. Valid until the next gw_fail.
const char *gw_reason(void);
const char *gw_rc_name(int rc);
enum gw_rc_class gw_rc_class(int rc);

// Exit codes of the programs (INTERFACE: sysexits.h numbers where one fits).
enum gw_exit {
    GW_EXIT_OK = 0,
    GW_EXIT_FAILED = 1,
    GW_EXIT_USAGE = 2,
    GW_EXIT_NOTHING = 3,      // fetched, nothing understood
    GW_EXIT_DATA = 65,        // store newer or damaged
    GW_EXIT_UNAVAILABLE = 69, // dependency down, port taken
    GW_EXIT_CANTCREATE = 73,
    GW_EXIT_IO = 74,       // I/O, disk full
    GW_EXIT_TEMPFAIL = 75, // try again, locked
    GW_EXIT_NOPERM = 77,
    GW_EXIT_CONFIG = 78,
};
// The exit code a failure with `rc` deserves when nothing more specific is known.
int gw_exit_for(int rc);

// A programming error ends the process in every build, naming the place.
#define gw_assert(x) ((x) ? (void)0 : gw_assert_failed(#x, __FILE__, __LINE__))
noreturn void gw_assert_failed(const char *expression, const char *file, int line);

// Scope cleanup: `GW_CLEANUP(free_fn) type x = …` calls free_fn(&x) at the end of the scope.
#define GW_CLEANUP(fn) __attribute__((cleanup(fn)))
#define GW_COUNT(a)    (sizeof(a) / sizeof((a)[0]))

#endif
