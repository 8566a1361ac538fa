// SPDX-License-Identifier: Apache-2.0
// Where the programs of one DIR meet: ipc sockets in a private run directory with a short path, because a DIR may be of
// any length and an ipc path holds 107 bytes.
#ifndef GW_WIRE_ENDPOINTS_H
#define GW_WIRE_ENDPOINTS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { GW_ENDPOINT_BYTES = 108 + 6 };

enum gw_endpoint {
    GW_ENDPOINT_AGENTS,    // broker binds, agents connect
    GW_ENDPOINT_CONSUMERS, // broker binds; consumers and operators connect
    GW_ENDPOINT_JOBS,      // agent binds, its collectors connect
};

// The run directory of `dir` (made with mode 0700 when missing): $XDG_RUNTIME_DIR/govwire-HASH, else
// /run/govwire-UID-HASH when /run is writable, else /tmp/govwire-UID-HASH, where HASH names the real path of dir.
// GW_EDENIED: it exists but is another user's or open to others.
GW_MUST_CHECK int gw_endpoint(const char *dir, enum gw_endpoint which, char ret_endpoint[GW_ENDPOINT_BYTES]);
// Nobody but this machine reaches it: ipc, or tcp at a loopback address.
bool gw_endpoint_is_local(const char *endpoint);
bool gw_endpoint_is_ipc(const char *endpoint);
// Consumers and operators have the port after the agents' (CONVERSATION.md): "tcp://HOST:7600" gives "tcp://HOST:7601";
// any other endpoint, and port 0, stay. GW_EINVAL: no port, or the last one.
GW_MUST_CHECK int gw_endpoint_for_consumers(const char *endpoint, char *ret_endpoint, size_t bytes);

// Remove the run directory of `dir` if nothing is left in it but stale sockets; failures are ignored.
void gw_endpoints_remove(const char *dir);

#endif
