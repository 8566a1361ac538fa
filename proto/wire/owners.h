// SPDX-License-Identifier: Apache-2.0
// Which key was the first to use a name - an outbox's incarnation, a durable consumer's - kept in a file of lines
// "KEY NAME". What is not owned is free; who may take what is its caller's to decide (gate.h).
#ifndef GW_WIRE_OWNERS_H
#define GW_WIRE_OWNERS_H

#include "base/err.h"

#include <stdbool.h>

enum {
    GW_OWNER_NAME_BYTES = 1024,
    GW_OWNER_NAMES_MAX = 256, // of one key; with one more its oldest is free again
};

struct gw_owners;

// Made when missing. What is no line (a power cut leaves half of one) is left out. GW_EIO, GW_ENOSPC; GW_ELIMIT: the
// file is far too large.
GW_MUST_CHECK int gw_owners_open(const char *path, struct gw_owners **ret_owners);
struct gw_owners *gw_owners_free(struct gw_owners *owners); // accepts NULL, returns NULL

// The name as the file has it: "kind:text", with %XX for what is not to be seen; into out[GW_OWNER_NAME_BYTES].
// GW_ELIMIT: too long.
GW_MUST_CHECK int gw_owner_name(const char *kind, const char *text, char *out);
// The owner's public key, borrowed; NULL: nobody's.
const char *gw_owners_get(const struct gw_owners *owners, const char *name);
// Its owner from now on. In the file, but only with gw_owners_sync() safe from a power cut. GW_EIO, GW_ENOSPC: nothing
// changed.
GW_MUST_CHECK int gw_owners_put(struct gw_owners *owners, const char *name, const char *public_key);
// Another thread may use the rest meanwhile.
GW_MUST_CHECK int gw_owners_sync(struct gw_owners *owners);

#endif
