// SPDX-License-Identifier: Apache-2.0
// One agent that said HELLO: who it is, what it may send, and what waits to be said to it, in order.
//
// DESIGN: everything said to an agent goes through one queue, because order carries meaning: the TARGETs of a message
// precede the ACK that covers it. While the socket takes frames the queue is empty. All targets of a host are one
// entry, read from the store as the socket takes them, so that a host of a million targets costs no memory.
#ifndef GW_BROKER_SESSION_H
#define GW_BROKER_SESSION_H

#include "base/buf.h"
#include "store/store.h"
#include "wire/socket.h"

#include <uthash.h>

enum {
    GW_NODE_BYTES = 256,
    GW_SESSION_QUEUE_MAX = 64 * 1024 * 1024, // frames that wait; an agent that reads so little loses its session
};

struct gw_session_key {
    struct gw_socket *socket;
    struct gw_peer peer;
};

struct gw_session {
    struct gw_session_key key;
    struct gw_peer peer; // of the key, with the version it speaks
    uint64_t number;     // of this process, never used again
    struct gw_id incarnation;
    char node[GW_NODE_BYTES];
    char public_key[GW_KEY_TEXT_BYTES]; // that it proved to hold; "": it is on this machine
    int64_t heard_ms;                   // boot time
    uint64_t acked;                     // told with ACK
    uint64_t done;                      // committed, to be told
    uint64_t credit;                    // may send up to this msgno
    uint32_t capacity;                  // hosts it is ready to hold
    uint32_t held;                      // hosts it holds
    uint32_t at_writer;                 // messages of it that are
    uint32_t errands;                   // it knows those up to this version
    uint32_t said;                      // of all other kinds since said_ms
    int64_t said_ms;
    bool asked;                    // it said LEASE_REQ: resending is over
    bool gone;                     // its connection is, or it reads nothing
    struct gw_said *first, **last; // what waits
    size_t waiting_bytes;
    UT_hash_handle hh;
};

struct gw_session *gw_session_new(const struct gw_session_key *key, uint64_t number);
struct gw_session *gw_session_free(struct gw_session *session);

// Say it, now or behind what waits. Failures end in session->gone, which its owner looks at.
void gw_session_say(struct gw_session *session, enum gw_msg type, const void *message);
// Say all targets of a host, the last of them marked so.
void gw_session_say_targets(struct gw_session *session, const char *host);
// Go on with what waits. GW_ECORRUPT: the store is damaged.
GW_MUST_CHECK int gw_session_flush(struct gw_session *session, struct gw_store *reader, struct gw_arena *arena);
static inline bool gw_session_is_behind(const struct gw_session *session)
{
    return session->first != NULL;
}

#endif
