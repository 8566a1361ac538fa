// SPDX-License-Identifier: Apache-2.0
// REFUSE, as both sides of a broker say it.
#ifndef GW_WIRE_REFUSE_H
#define GW_WIRE_REFUSE_H

#include "wire/socket.h"

#include "schema/link.pb-c.h"

enum { GW_VERSION_CLASH_BYTES = 96 };

// What a message deserves that on_message reported with this rc.
Gw__RefuseCode gw_refuse_code(int rc);
// Say it, if the peer is still there. After BAD_FRAME and NOT_ALLOWED its connection is not read any more: it has to
// make a new one, and a broken peer would go on with this.
void gw_refuse(struct gw_socket *socket, const struct gw_peer *peer, Gw__RefuseCode code, const char *reason,
               uint32_t retry_ms);
// "this broker speaks versions 1 to 2, this agent 3 to 4"; `who` is "agent".
const char *gw_version_clash(char out[GW_VERSION_CLASH_BYTES], const char *who, uint32_t min, uint32_t max);

#endif
