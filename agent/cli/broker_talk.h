// SPDX-License-Identifier: Apache-2.0
// What commands say to a running broker over its consumers' endpoint: its status, and events as they come.
#ifndef GW_CLI_BROKER_TALK_H
#define GW_CLI_BROKER_TALK_H

#include "base/arena.h"
#include "base/err.h"
#include "schema/stream.pb-c.h"

#include <stdbool.h>

// The status; it lives in *arena, which is replaced. GW_ENOTFOUND: no broker runs there; GW_EAGAIN: it does not answer.
GW_MUST_CHECK int gw_broker_ask_status(const char *dir, struct gw_arena **arena, const Gw__Status **ret_status);

struct gw_follow {
    const char *dir;
    Gw__Stream stream;
    const char *query;
    uint64_t from; // seq to begin with; 0: from now
    // An event, and its place; a failure ends the following with it.
    int (*event)(void *arg, uint64_t seq, const Gw__Event *event);
    void *arg;
};
// Until SIGINT or SIGTERM (GW_OK). Waits for a broker that is not there, and goes on where it was when it comes back.
GW_MUST_CHECK int gw_broker_follow(const struct gw_follow *follow);

#endif
