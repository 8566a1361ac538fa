// SPDX-License-Identifier: Apache-2.0
// The process's ZeroMQ context. Internal to this room; gw_socket_shutdown() (socket.h) ends it.
#ifndef GW_WIRE_ZMQ_CONTEXT_H
#define GW_WIRE_ZMQ_CONTEXT_H

void *gw_zmq_context(void); // made on first use; any thread

#endif
