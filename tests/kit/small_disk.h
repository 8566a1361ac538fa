// SPDX-License-Identifier: Apache-2.0
// A disk that is too small, for this process alone.
#ifndef GW_TESTS_KIT_SMALL_DISK_H
#define GW_TESTS_KIT_SMALL_DISK_H

#include "kit/check.h"

#include <signal.h>
#include <sys/resource.h>

// As if the disk ended `bytes` into any file, from now on; RLIM_INFINITY: it does no more.
static inline void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

#endif
