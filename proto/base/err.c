// SPDX-License-Identifier: Apache-2.0
#include "err.h"

#undef gw_fail
#undef gw_fail_errno
#undef gw_fail_prefix

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REASON_BYTES = 1024 };

static _Thread_local char reason[REASON_BYTES];

int(gw_fail)(enum gw_rc rc, const char *format, ...)
{
    gw_assert(rc < 0);
    // The arguments may point into `reason` itself (a caller wrapping what it got), so format beside it first.
    char text[REASON_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    memcpy(reason, text, sizeof reason);
    return rc;
}

int(gw_fail_errno)(const char *format, ...)
{
    int saved = errno;
    char text[REASON_BYTES];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n >= 0 && (size_t)n < sizeof text)
        snprintf(text + n, sizeof text - (size_t)n, ": %s", strerror(saved));
    memcpy(reason, text, sizeof reason);
    return saved == ENOSPC || saved == EDQUOT ? GW_ENOSPC : GW_EIO;
}

int gw_fail_prefix(int rc, const char *format, ...)
{
    char text[REASON_BYTES];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n >= 0 && (size_t)n < sizeof text)
        snprintf(text + n, sizeof text - (size_t)n, ": %.*s", REASON_BYTES - 3 - n, reason);
    memcpy(reason, text, sizeof reason);
    return rc;
}

const char *gw_reason(void)
{
    return reason;
}

static const struct {
    int rc;
    const char *name;
    enum gw_rc_class class;
    int exit_code;
} codes[] = {
    {GW_OK, "ok", GW_CLASS_RETRY, GW_EXIT_OK},
    {GW_EINVAL, "invalid", GW_CLASS_REJECT, GW_EXIT_FAILED},
    {GW_ELIMIT, "limit", GW_CLASS_REJECT, GW_EXIT_FAILED},
    {GW_ENOTFOUND, "not_found", GW_CLASS_REJECT, GW_EXIT_FAILED},
    {GW_EEXIST, "exists", GW_CLASS_REJECT, GW_EXIT_CANTCREATE},
    {GW_EIO, "io", GW_CLASS_RETRY, GW_EXIT_IO},
    {GW_ENOSPC, "disk_full", GW_CLASS_RETRY, GW_EXIT_IO},
    {GW_EAGAIN, "again", GW_CLASS_RETRY, GW_EXIT_TEMPFAIL},
    {GW_EPROTO, "protocol", GW_CLASS_REJECT, GW_EXIT_FAILED},
    {GW_EHTTP, "http", GW_CLASS_RETRY, GW_EXIT_UNAVAILABLE},
    {GW_EDENIED, "denied", GW_CLASS_REJECT, GW_EXIT_NOPERM},
    {GW_EVERSION, "version", GW_CLASS_REJECT, GW_EXIT_DATA},
    {GW_ECORRUPT, "corrupt", GW_CLASS_REJECT, GW_EXIT_DATA},
    {GW_EBUG, "bug", GW_CLASS_BUG, GW_EXIT_FAILED},
};

const char *gw_rc_name(int rc)
{
    for (size_t i = 0; i < GW_COUNT(codes); i++)
        if (codes[i].rc == rc)
            return codes[i].name;
    return "unknown";
}

enum gw_rc_class gw_rc_class(int rc)
{
    for (size_t i = 0; i < GW_COUNT(codes); i++)
        if (codes[i].rc == rc)
            return codes[i].class;
    return GW_CLASS_BUG;
}

int gw_exit_for(int rc)
{
    for (size_t i = 0; i < GW_COUNT(codes); i++)
        if (codes[i].rc == rc)
            return codes[i].exit_code;
    return GW_EXIT_FAILED;
}

noreturn void gw_assert_failed(const char *expression, const char *file, int line)
{
    fprintf(stderr, "govwire: bug: %s does not hold at %s:%d\n", expression, file, line);
    abort();
}
