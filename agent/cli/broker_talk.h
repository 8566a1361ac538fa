// SPDX-License-Identifier: Apache-2.0
// What commands say to a running broker over its consumers' endpoint, of this machine or another: its status, and
// events as they are stored and as they come.
#ifndef GW_CLI_BROKER_TALK_H
#define GW_CLI_BROKER_TALK_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "schema/stream.pb-c.h"

#include <stdbool.h>

// --dir DIR, or --broker ADDRESS --key FILE.
struct gw_broker_at {
    const char *dir, *broker, *key_file;
};
// -1 when exactly one way is said; otherwise an exit code, after a message.
int gw_broker_at_check(const struct gw_broker_at *at, const char *command);

// The status; it lives in *arena, which is replaced. GW_ENOTFOUND: no broker runs there; GW_EAGAIN: it does not answer;
// GW_EDENIED: it does not know the key, or its role may not ask.
GW_MUST_CHECK int gw_broker_ask_status(const struct gw_broker_at *at, struct gw_arena **arena,
                                       const Gw__Status **ret_status);

enum { GW_REMARK_BYTES = 512 };
// A part of what was asked for; what it gives ends the asking when it is not GW_OK.
typedef int gw_broker_part_fn(void *arg, uint64_t seq, struct gw_span part);
// Ask or order (as the errand wants); each part goes to `part` (may be NULL). The remark, for people, may be
// NULL. GW_ENOTFOUND: nobody knows it; GW_EINVAL: it cannot be done; GW_EAGAIN: not now, or no broker runs there;
// GW_EIO: it failed; GW_EDENIED, GW_EPROTO: refused.
GW_MUST_CHECK int gw_broker_errand(const struct gw_broker_at *at, Gw__Errand errand, const char *subject,
                                   gw_broker_part_fn *part, void *arg, char ret_remark[GW_REMARK_BYTES]);

struct gw_broker_read {
    struct gw_broker_at at;
    Gw__Stream stream;
    const char *query;
    uint64_t from, to; // 0: from now on; 0: all there is
    bool follow;       // and what comes, until SIGINT or SIGTERM; a broker that is not there is waited for
    // An event, packed; false ends the reading.
    bool (*event)(void *arg, uint64_t seq, struct gw_span event);
    void *arg;
};
// *ret_last (may be NULL): the newest sequence number there was. GW_EAGAIN: nobody answers; GW_EDENIED; GW_EPROTO: the
// broker refused.
GW_MUST_CHECK int gw_broker_read(const struct gw_broker_read *read, uint64_t *ret_last);

#endif
