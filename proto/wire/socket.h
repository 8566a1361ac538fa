// SPDX-License-Identifier: Apache-2.0
// One ZeroMQ socket driven by a libuv loop, speaking frames.
//
// DESIGN: ZMQ_FD is edge-triggered and sending eats the edge, so every read drains to EAGAIN and every send re-checks
// ZMQ_EVENTS on the next loop turn. LINGER 0, MAXMSGSIZE at the frame limit, ROUTER_MANDATORY, HANDSHAKE_IVL set,
// high-water marks above any credit window. Callbacks never run inside a send. After a failure the owner frees the
// socket and makes a new one; a socket is never reconnected by hand.
#ifndef GW_WIRE_SOCKET_H
#define GW_WIRE_SOCKET_H

#include "wire/frame.h"
#include "wire/gate.h"

#include <uv.h>

struct gw_socket;

enum gw_socket_kind { GW_SOCKET_DEALER, GW_SOCKET_ROUTER };

// Identity of a peer on a ROUTER: ZeroMQ's routing id of its connection (random per connection, never a name).
struct gw_peer {
    uint8_t id[16];
    uint8_t bytes;
    uint8_t version; // of what is sent to it; 0: ours
};

// One received frame, already decoded and checked. `message` lives until the callback returns.
// rc != 0: the peer sent something that is no valid message, or (GW_EDENIED) one its role may not say; gw_reason() says
// what; `message` is NULL.
typedef void gw_socket_fn(struct gw_socket *socket, const struct gw_peer *peer, int rc, enum gw_msg type,
                          const ProtobufCMessage *message, void *arg);

enum gw_trouble {
    GW_TROUBLE_NONE, // or nothing is known
    GW_TROUBLE_NOBODY,
    GW_TROUBLE_KEY,   // the broker does not know ours
    GW_TROUBLE_PLAIN, // it wants one, and we have none
    GW_TROUBLE_CURVE, // we have one, and it speaks something else
    GW_TROUBLE_HANDSHAKE,
    GW_TROUBLE_LOST, // there was a connection
};

struct gw_socket_options {
    enum gw_socket_kind kind;
    const char *bind;    // either …
    const char *connect; // … or; an endpoint "ipc://…" or "tcp://…"
    // Who leaves this machine must have keys: a bound socket the gate of its broker, a connecting one a key with the
    // broker's in it. NULL: plain.
    struct gw_gate *gate;
    const struct gw_key *key;
    struct gw_refusals *refusals; // where messages that rc refuses, and those of muted peers, are noted; may be NULL
    bool watch;                   // gw_socket_trouble() is asked while it connects
    int high_water;               // messages in each direction; 0: 10000
    int receive_high_water;       // of what waits to be read from each peer; 0: high_water
    size_t frame_bytes;           // the largest it takes; a peer with a larger one is cut off; 0: GW_FRAME_MAX
    int heartbeat_ms;             // ZeroMQ's own heartbeats; 0: none
    size_t arena_bytes;           // for one decoded message; 0: 16 MiB
    int receive_burst;            // frames handled per loop turn before others get theirs; 0: 64
    gw_socket_fn *on_message;     // must-set
    void *arg;
};

// Life. Binds or connects at once. GW_EEXIST: the endpoint is taken (port in use); GW_EINVAL: not an endpoint;
// GW_EDENIED: it leaves this machine, and there are no keys; GW_EIO.
// The loop must be the calling thread's.
GW_MUST_CHECK int gw_socket_new(uv_loop_t *loop, const struct gw_socket_options *options,
                                struct gw_socket **ret_socket);
struct gw_socket *
gw_socket_free(struct gw_socket *socket); // closes asynchronously on the loop; accepts NULL, returns NULL

// Use. `peer` NULL on a DEALER. Never blocks. GW_EAGAIN: high-water mark reached, nothing was sent; GW_ENOTFOUND: that
// peer is gone; GW_ELIMIT: over the frame limit.
GW_MUST_CHECK int gw_socket_send(struct gw_socket *socket, const struct gw_peer *peer, enum gw_msg type,
                                 const void *message);
// As gw_socket_send with an already packed frame.
GW_MUST_CHECK int gw_socket_send_frame(struct gw_socket *socket, const struct gw_peer *peer, const void *frame,
                                       size_t bytes);

// Inside on_message: the arena that holds the message becomes the caller's (gw_arena_free), so that the message
// outlives the callback without a copy; the socket goes on with `next`, which becomes its own (one that was taken
// before, and reset), or with a new one when that is NULL.
struct gw_arena *gw_socket_take_arena(struct gw_socket *socket, struct gw_arena *next);

// The version of what a DEALER sends from now on: what its conversation settled on.
void gw_socket_speak(struct gw_socket *socket, unsigned version);
// Nothing this peer says on its connection is read any more (a ROUTER cannot end it): it was refused, and has to make a
// new one. The last 256 such connections are known.
void gw_socket_mute(struct gw_socket *socket, const struct gw_peer *peer);

// Inspect, inside on_message: who sent it, for the log ("laptop at 192.0.2.7", "process 4711"), and the public key it
// proved to hold; NULL without keys. Borrowed until the callback returns.
const char *gw_socket_sender(struct gw_socket *socket);
const char *gw_socket_sender_key(struct gw_socket *socket);
// Of a connecting socket that is watched: why there is no connection.
enum gw_trouble gw_socket_trouble(struct gw_socket *socket);
const char *gw_trouble_text(enum gw_trouble trouble); // "" for none
// Inspect: the endpoint as bound ("tcp://0.0.0.0:41234" for a wildcard port); borrowed.
const char *gw_socket_endpoint(const struct gw_socket *socket);
bool gw_peer_eq(const struct gw_peer *a, const struct gw_peer *b);

// The process's ZeroMQ context; made on first use. Call gw_socket_shutdown() after the last socket is freed and its
// loop has run.
void gw_socket_shutdown(void);

#endif
