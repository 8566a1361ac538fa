// SPDX-License-Identifier: Apache-2.0
// One subscription: where it stands in the log, what it may still be sent, what it wants.
//
// DESIGN: `position` is the last event examined for it; everything else follows. Behind the tail it reads the store in
// turns (replay), within the tail the shared frames (live). Out of credit, or with a full socket, it simply stays where
// it is: nothing is kept for it but its position and the numbers of its unprocessed deliveries.
#ifndef GW_STREAM_CONSUMER_H
#define GW_STREAM_CONSUMER_H

#include "filter.h"
#include "tail.h"
#include "wire/socket.h"

#include <uthash.h>

enum {
    GW_CREDIT_DEFAULT = 256,
    GW_CREDIT_MAX = 4096, // below the socket's high-water mark
    GW_CONSUMER_NAME_BYTES = 257,
    GW_MARK_EVENTS = 10000,
};

struct gw_consumer_key {
    struct gw_socket *socket;
    struct gw_peer peer;
};

struct gw_consumer {
    struct gw_consumer_key key;
    uint64_t number;                    // of this process, never used again
    struct gw_peer peer;                // of the key, with the version it speaks
    char name[GW_CONSUMER_NAME_BYTES];  // "": anonymous
    char public_key[GW_KEY_TEXT_BYTES]; // that it proved to hold; "": it is on this machine
    Gw__Stream stream;
    char *filter;            // its text
    struct gw_filter *wants; // NULL: everything
    uint64_t position;       // examined up to here
    uint64_t delivered;      // seq of the last delivery; 0: none
    uint64_t told;           // the last seq it heard of, by DELIVER or MARK
    int64_t told_ms;         // boot time of that
    uint64_t *unprocessed;   // ring of `credit` delivered seqs
    size_t credit, pending, oldest;
    uint64_t processed, kept, keeping; // CACKed; in the store; on its way there
    bool opening;                      // its name is on its way to the store: until then nothing is promised
    bool caught_up;                    // said so, and not put back since
    bool gone, full;                   // its connection is; its socket is
    UT_hash_handle hh;
};

struct gw_consumer *gw_consumer_new(const struct gw_consumer_key *key);
struct gw_consumer *gw_consumer_free(struct gw_consumer *consumer, struct gw_filters *filters);
// Resize the window (capped); deliveries that are out stay counted.
void gw_consumer_credit(struct gw_consumer *consumer, uint64_t credit);
// False: it claims what it was never sent.
bool gw_consumer_processed(struct gw_consumer *consumer, uint64_t seq);

// May it be sent more right now?
static inline bool gw_consumer_is_open(const struct gw_consumer *c)
{
    return !c->opening && !c->gone && !c->full && c->pending < c->credit;
}

// Examine the event under judgement, whose `seq` is position + 1, and send it if wanted; `frame` is the shared one or
// NULL. False: it could not be sent, the position stays.
bool gw_consumer_offer(struct gw_consumer *consumer, uint64_t seq, struct gw_judging *judging,
                       const struct gw_buf *frame);
// Send anything; failures set gone or full.
bool gw_consumer_say(struct gw_consumer *consumer, enum gw_msg type, const void *message);
// MARK if it has not heard of its position.
void gw_consumer_mark(struct gw_consumer *consumer);

#endif
