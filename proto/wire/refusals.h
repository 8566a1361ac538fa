// SPDX-License-Identifier: Apache-2.0
// What was turned away: each counted by kind, and told once per peer and minute, so that whoever knocks a million times
// fills neither the log nor the memory.
#ifndef GW_WIRE_REFUSALS_H
#define GW_WIRE_REFUSALS_H

#include <stdint.h>

// Each with a row (name) in refusals.c.
enum gw_refusal {
    GW_REFUSED_HANDSHAKE, // no CURVE, another broker's key, not ZeroMQ at all, or silent until it was over
    GW_REFUSED_KEY,       // a key that nobody allowed
    GW_REFUSED_ROLE,      // a message its key may not say
    GW_REFUSED_OWNER,     // it would be an outbox, or a durable consumer, that belongs to another key
    GW_REFUSED_VERSION,   // none of its versions is spoken here
    GW_REFUSED_FRAME,     // not a message, or not at this place of the conversation
    GW_REFUSED_MUTED,     // said on a connection that was refused before, and not read
    GW_REFUSALS,
};

// `peer` says who ("192.0.2.7", "laptop at 192.0.2.7"), `times` how often since it was told last.
typedef void gw_refusals_tell_fn(void *arg, enum gw_refusal kind, const char *peer, const char *why, uint64_t times);

struct gw_refusals;

struct gw_refusals *gw_refusals_new(gw_refusals_tell_fn *tell, void *arg);
struct gw_refusals *gw_refusals_free(struct gw_refusals *refusals); // accepts NULL, returns NULL

// Any thread.
void gw_refusals_note(struct gw_refusals *refusals, enum gw_refusal kind, const char *peer, const char *why);
// About once a second: tells what was held back for a minute, and forgets who has not come back.
void gw_refusals_tick(struct gw_refusals *refusals);
uint64_t gw_refusals_count(const struct gw_refusals *refusals, enum gw_refusal kind);
// "refused_keys", the counter's name.
const char *gw_refusal_name(enum gw_refusal kind);

#endif
