// SPDX-License-Identifier: Apache-2.0
#include "figures.h"

#include "base/err.h"

#include <stdlib.h>
#include <time.h>

double bench_now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

void bench_waits_add(struct bench_waits *waits, double ms)
{
    if (waits->count == waits->capacity) {
        waits->capacity = waits->capacity ? waits->capacity * 2 : 1024;
        waits->ms = realloc(waits->ms, waits->capacity * sizeof *waits->ms);
        gw_assert(waits->ms);
    }
    waits->ms[waits->count++] = ms;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_waits_at(struct bench_waits *waits, double share)
{
    if (!waits->count)
        return 0;
    qsort(waits->ms, waits->count, sizeof *waits->ms, by_size);
    size_t i = (size_t)(share * (double)waits->count);
    return waits->ms[i < waits->count ? i : waits->count - 1];
}

void bench_waits_fini(struct bench_waits *waits)
{
    free(waits->ms);
    *waits = (struct bench_waits){0};
}
