// SPDX-License-Identifier: Apache-2.0
// Time, through one seam so that tests can own it.
#ifndef GW_BASE_CLOCK_H
#define GW_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

// Milliseconds since 1970-01-01T00:00:00Z. May jump; for what people and messages see.
int64_t gw_clock_unix_ms(void);
// Milliseconds of CLOCK_BOOTTIME: never jumps, counts suspended time. For delays, leases and budgets.
int64_t gw_clock_boot_ms(void);
// Microseconds of CPU time this thread has used. For budgets.
int64_t gw_clock_cpu_us(void);

// Tests: from now on both clocks stand still at these values until set again; negative values return to real time.
void gw_clock_set(int64_t unix_ms, int64_t boot_ms);

// RFC 3339 with milliseconds, UTC ("2026-01-02T03:04:05.678Z"), into out[GW_RFC3339_BYTES].
enum { GW_RFC3339_BYTES = 32 };
const char *gw_rfc3339_ms(int64_t unix_ms, char out[GW_RFC3339_BYTES]);
// RFC 3339 date-time, or a bare date (midnight UTC), to milliseconds; returns 0 or GW_EINVAL.
int gw_rfc3339_parse(const char *text, int64_t *ret_unix_ms);

#endif
