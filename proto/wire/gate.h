// SPDX-License-Identifier: Apache-2.0
// The gate of a broker's sockets that others than this machine reach: CURVE with the broker's own key, a ZAP handler
// (ZeroMQ RFC 27) that lets in the keys of keys/allowed, and the role of each of them.
//
// DESIGN: one thread answers ZAP, hears of failed handshakes from the sockets' monitors, and looks for changed key
// files each second. A key that is taken away is refused with its next message, and gw_gate_changes() tells those who
// hold silent connections to look. ZeroMQ lets any key in when nobody answers ZAP, so the gate is there before the
// first socket it guards and ends behind the last.
#ifndef GW_WIRE_GATE_H
#define GW_WIRE_GATE_H

#include "wire/keys.h"
#include "wire/refusals.h"

#include <stdint.h>

#define GW_GATE_DOMAIN "govwire"

struct gw_gate;

struct gw_gate_options {
    const char *keys_dir;         // made, with the broker's own key, when missing
    const char *owners;           // the file that remembers what belongs to which key (owners.h)
    struct gw_refusals *refusals; // where those it turns away are noted
    // For the log: the keys were read anew, or (bad) one of their files is not used. Any thread. May be NULL.
    void (*say)(void *arg, bool bad, const char *text);
    void *arg;
};

// Life. One per process, freed after its sockets. GW_EDENIED, GW_EINVAL: the broker's key; GW_EIO.
GW_MUST_CHECK int gw_gate_new(const struct gw_gate_options *options, struct gw_gate **ret_gate);
struct gw_gate *gw_gate_free(struct gw_gate *gate); // accepts NULL, returns NULL

// Use; any thread.
void gw_gate_reload(struct gw_gate *gate); // now, not within the second
// May the holder of `public_key` (NULL: no key) say a message of this type? GW_EDENIED says why not.
GW_MUST_CHECK int gw_gate_admit(struct gw_gate *gate, const char *public_key, int type);
// May the holder of `public_key` (NULL: it is on this machine, and may) be `text`, which is of a `kind` ("consumer")?
// It belongs to the key that was first to be it, for as long as that key is allowed, and to operators. GW_EDENIED says
// whose it is; GW_EIO, GW_ENOSPC: it could not be noted.
GW_MUST_CHECK int gw_gate_claim(struct gw_gate *gate, const char *public_key, const char *kind, const char *text);
// The name of an allowed key, "" when it is none (any more).
void gw_gate_name(struct gw_gate *gate, const char *public_key, char ret_name[GW_KEY_NAME_BYTES]);
// Grows with each change of the allowed keys.
uint64_t gw_gate_changes(const struct gw_gate *gate);

// For sockets: set a server's keys on an unbound ZeroMQ socket, and watch its handshakes.
GW_MUST_CHECK int gw_gate_guard(struct gw_gate *gate, void *zmq);

#endif
