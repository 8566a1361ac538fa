// SPDX-License-Identifier: Apache-2.0
#include "clock.h"

#include "err.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t fixed_unix_ms = -1, fixed_boot_ms = -1;

static int64_t read_ms(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t gw_clock_unix_ms(void)
{
    return fixed_unix_ms >= 0 ? fixed_unix_ms : read_ms(CLOCK_REALTIME);
}

int64_t gw_clock_boot_ms(void)
{
    return fixed_boot_ms >= 0 ? fixed_boot_ms : read_ms(CLOCK_BOOTTIME);
}

int64_t gw_clock_cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void gw_clock_set(int64_t unix_ms, int64_t boot_ms)
{
    fixed_unix_ms = unix_ms;
    fixed_boot_ms = boot_ms;
}

const char *gw_rfc3339_ms(int64_t unix_ms, char out[GW_RFC3339_BYTES])
{
    int64_t ms = unix_ms % 1000;
    time_t seconds = (time_t)(unix_ms / 1000);
    if (ms < 0) {
        ms += 1000;
        seconds--;
    }
    struct tm tm;
    gw_assert(gmtime_r(&seconds, &tm));
    size_t n = strftime(out, GW_RFC3339_BYTES - 6, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(out + n, GW_RFC3339_BYTES - n, ".%03dZ", (int)ms);
    return out;
}

int gw_rfc3339_parse(const char *text, int64_t *ret_unix_ms)
{
    struct tm tm = {0};
    const char *rest = strptime(text, "%Y-%m-%d", &tm);
    long offset_s = 0;
    int ms = 0;
    if (!rest)
        return gw_fail(GW_EINVAL, "'%.40s' is not a date or an RFC 3339 time", text);
    if (*rest) {
        if ((*rest != 'T' && *rest != 't' && *rest != ' ') || !(rest = strptime(rest + 1, "%H:%M", &tm)))
            return gw_fail(GW_EINVAL, "'%.40s' is not an RFC 3339 time", text);
        if (*rest == ':' && !(rest = strptime(rest + 1, "%S", &tm)))
            return gw_fail(GW_EINVAL, "'%.40s' is not an RFC 3339 time", text);
        if (*rest == '.') {
            int scale = 100;
            for (rest++; *rest >= '0' && *rest <= '9'; rest++, scale /= 10)
                ms += (*rest - '0') * scale;
        }
        int h, m, used = 0;
        char sign;
        if (*rest == 'Z' || *rest == 'z')
            rest++;
        else if (sscanf(rest, "%c%2d:%2d%n", &sign, &h, &m, &used) == 3 && (sign == '+' || sign == '-')) {
            offset_s = (h * 3600L + m * 60L) * (sign == '-' ? -1 : 1);
            rest += used;
        }
        if (*rest)
            return gw_fail(GW_EINVAL, "'%.40s' is not an RFC 3339 time", text);
    }
    *ret_unix_ms = ((int64_t)timegm(&tm) - offset_s) * 1000 + ms;
    return GW_OK;
}
