// SPDX-License-Identifier: Apache-2.0
// What every bench of the durable path needs: the time now, and what a heap of waits says.
#ifndef GW_BENCH_FIGURES_H
#define GW_BENCH_FIGURES_H

#include <stddef.h>

double bench_now_ms(void); // of a clock that never jumps

struct bench_waits {
    double *ms;
    size_t count, capacity;
};
void bench_waits_add(struct bench_waits *waits, double ms);
// The wait that `share` (0..1) of them do not exceed; sorts them. 0 when there are none.
double bench_waits_at(struct bench_waits *waits, double share);
void bench_waits_fini(struct bench_waits *waits);

#endif
