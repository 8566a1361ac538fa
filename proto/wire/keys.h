// SPDX-License-Identifier: Apache-2.0
// CURVE keys as files, and what their holders may say. A key file is lines of "word value" (name, public, secret,
// broker, role), keys as Z85 text (ZeroMQ RFC 32); '#' begins a comment.
//
//   NAME.key           a machine's own: name, public, secret, and the public key of its broker
//   NAME.pub           what it gives away: name, public
//   keys/broker.key    the broker's own, keys/broker.pub
//   keys/allowed/*.pub who may come: name, public, role
#ifndef GW_WIRE_KEYS_H
#define GW_WIRE_KEYS_H

#include "base/err.h"

#include <stdbool.h>

enum { GW_KEY_TEXT_BYTES = 41, GW_KEY_NAME_BYTES = 65 };

// Bits: a table of messages says which of them may say each.
enum gw_role { GW_ROLE_NONE = 0, GW_ROLE_AGENT = 1, GW_ROLE_CONSUMER = 2, GW_ROLE_OPERATOR = 4 };

// "" where the file says nothing.
struct gw_key {
    char name[GW_KEY_NAME_BYTES];
    char public_key[GW_KEY_TEXT_BYTES];
    char secret_key[GW_KEY_TEXT_BYTES];
    char broker_key[GW_KEY_TEXT_BYTES]; // public, of the broker to talk with
    enum gw_role role;
};

// "agent", "consumer", "operator"; NULL and false for anything else.
const char *gw_role_name(enum gw_role role);
bool gw_role_parse(const char *name, enum gw_role *ret_role);

// Letters, digits, '-', '_' and '.' (not first), at most 64 bytes.
bool gw_key_name_valid(const char *name);
// A new pair. GW_EINVAL: not a name.
GW_MUST_CHECK int gw_key_make(const char *name, struct gw_key *ret_key);
// GW_ENOTFOUND; GW_EINVAL: the reason names file and line; GW_EDENIED: it holds a secret and others can read it.
GW_MUST_CHECK int gw_key_load(const char *path, struct gw_key *ret_key);
// As gw_key_load, and it must be able to connect: a secret and the broker's key (GW_EINVAL).
GW_MUST_CHECK int gw_key_load_client(const char *path, struct gw_key *ret_key);
// Replaces the file; mode 0600 when there is a secret in it.
GW_MUST_CHECK int gw_key_save(const char *path, const struct gw_key *key);
// The broker's own pair in `keys_dir`, made (with the directory) when missing.
GW_MUST_CHECK int gw_key_broker(const char *keys_dir, struct gw_key *ret_key);
// The secret leaves the memory.
void gw_key_wipe(struct gw_key *key);

#endif
