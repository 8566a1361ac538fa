// SPDX-License-Identifier: Apache-2.0
// The fetcher: takes jobs from the agent, works on several at once, ends with the agent.
#ifndef GW_WORKER_FETCHER_H
#define GW_WORKER_FETCHER_H

#include <sys/types.h>

struct gw_fetcher_options {
    const char *endpoint; // the agent's JOBS endpoint
    const char *program;  // name and version, for the agent
    const char *ca_dir;   // one more folder of certificates that sources may name; may be NULL
    const char *bodies;   // file of the user's own public bodies; may be NULL
    unsigned slots;       // jobs at once
    unsigned readers;
};

// Runs until it is told to stop or the agent is gone; returns the exit code. Starts the nursery and locks itself.
int gw_fetcher_main(const struct gw_fetcher_options *options);

#endif
