// SPDX-License-Identifier: Apache-2.0
// Which network addresses a fetcher may connect to. A page chooses where its links and redirects lead, so the check is
// made on the very address a socket is about to use, after name resolution, and on each connection that is used again.
#ifndef GW_FETCH_GUARD_H
#define GW_FETCH_GUARD_H

#include <stdbool.h>
#include <sys/socket.h>

// NULL: allowed. Otherwise the static name of the range that forbids it ("loopback"). `allow_private` opens loopback,
// private, shared and documentation ranges; link-local, metadata services, multicast and unusable addresses stay
// closed. IPv4 inside IPv6 (mapped, compatible, NAT64, 6to4) is judged as IPv4.
const char *gw_guard_refuses(const struct sockaddr *address, bool allow_private);
// The same for an address in text form, with or without brackets; a text that is no address is allowed (it is a name,
// judged when it is resolved).
const char *gw_guard_refuses_text(const char *host, bool allow_private);

#endif
