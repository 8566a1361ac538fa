// SPDX-License-Identifier: Apache-2.0
#include "progress.h"

#include "base/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

enum {
    TERMINAL_MS = 200,
    LOG_MS = 10 * 1000,
    LINE_BYTES = 256,
    MINUTE_S = 60,
    HOUR_S = 3600,
    UNKNOWN_S = 1000 * 24 * HOUR_S
};

struct gw_progress gw_progress_begin(const char *what, const char *unit)
{
    int64_t now_ms = gw_clock_boot_ms();
    return (struct gw_progress){
        .what = what, .unit = unit, .began_ms = now_ms, .shown_ms = now_ms, .terminal = isatty(STDERR_FILENO) == 1};
}

void gw_time_left(struct gw_buf *out, uint64_t done, uint64_t total, int64_t spent_ms)
{
    if (done == 0 || spent_ms <= 0 || total < done)
        return;
    double seconds = (double)spent_ms / 1000 * (double)(total - done) / (double)done + 0.5;
    if (seconds > UNKNOWN_S)
        return;
    uint64_t left_s = (uint64_t)seconds;
    if (left_s < 2 * MINUTE_S)
        gw_buf_printf(out, "%" PRIu64 " s", left_s);
    else if (left_s < 2 * HOUR_S)
        gw_buf_printf(out, "%" PRIu64 " min", left_s / MINUTE_S);
    else
        gw_buf_printf(out, "%" PRIu64 " h %" PRIu64 " min", left_s / HOUR_S, left_s % HOUR_S / MINUTE_S);
}

void gw_progress_show(struct gw_progress *progress, uint64_t done, uint64_t total)
{
    int64_t now_ms = gw_clock_boot_ms();
    if (now_ms - progress->shown_ms < (progress->terminal ? TERMINAL_MS : LOG_MS))
        return;
    progress->shown_ms = now_ms;
    struct gw_buf left = GW_BUF(LINE_BYTES);
    gw_time_left(&left, done, total, now_ms - progress->began_ms);
    fprintf(stderr, "%s%s: %" PRIu64 " of %" PRIu64 " %s%s%s%s%s",
            progress->terminal ? "\r\033[K" : "govwire: ", progress->what, done, total, progress->unit,
            left.bytes ? ", " : "", gw_buf_str(&left), left.bytes ? " left" : "", progress->terminal ? "" : "\n");
    gw_buf_fini(&left);
}

void gw_progress_end(struct gw_progress *progress)
{
    if (progress->terminal)
        fputs("\r\033[K", stderr);
}
