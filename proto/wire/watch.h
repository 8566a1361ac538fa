// SPDX-License-Identifier: Apache-2.0
// What becomes of a connection that is being made: ZeroMQ tries for ever without a word, and its monitor knows why.
// Internal to this room; gw_socket_trouble() (socket.h) asks.
#ifndef GW_WIRE_WATCH_H
#define GW_WIRE_WATCH_H

#include "wire/socket.h"

struct gw_watch;

// Watch a ZeroMQ socket that has not connected yet; `plain`: it has no key. GW_EIO.
GW_MUST_CHECK int gw_watch_new(void *zmq, bool plain, struct gw_watch **ret_watch);
struct gw_watch *gw_watch_free(struct gw_watch *watch); // before its socket is closed; accepts NULL, returns NULL
enum gw_trouble gw_watch_trouble(struct gw_watch *watch);

#endif
