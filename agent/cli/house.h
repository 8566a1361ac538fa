// SPDX-License-Identifier: Apache-2.0
// A whole govwire in one DIR: broker, agent and collectors as our children, kept running, or run once. `up` and `demo`
// are this.
#ifndef GW_CLI_HOUSE_H
#define GW_CLI_HOUSE_H

#include <stdbool.h>
#include <stdint.h>

struct gw_house_options {
    const char *dir;
    uint32_t collectors; // 0: the agent's default
    bool once;           // poll every source once, read what that found, end
    bool revisit_all;    // with once: also every known article
    uint64_t stop_after; // end after so many events were printed; 0: never
    uint32_t stop_in_ms; // end with GW_EXIT_FAILED when that took longer; 0: never
};

// Runs until done, SIGINT or SIGTERM. Events go to stdout: a line each with a status line below on a terminal, JSON
// Lines otherwise; logs go to stderr. Returns the exit code; what went wrong at the start has been printed.
int gw_house_run(const struct gw_house_options *options);

#endif
