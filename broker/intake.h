// SPDX-License-Identifier: Apache-2.0
// One message of an agent in, its outcome out, inside the caller's transaction.
//
// DESIGN: the message is counted first (gw_store_claim), so that whatever follows happens once. Then it is checked,
// compared with the lease of its host, and stored: the target it changed, targets of unknown rows, coverage, the
// source's health, and - through the registry - documents and events. A message that cannot be taken fails with a
// reason; the caller undoes it and calls gw_intake_bury, so that it counts and its bytes are kept.
//
// Late (of an old epoch, or older than what the target knows): kept as a letter; what is known stays as it is, what is
// unknown is still taken. Late and dead ones are reported to the agent (NACK), which then trusts no validator of
// theirs.
#ifndef GW_BROKER_INTAKE_H
#define GW_BROKER_INTAKE_H

#include "registry.h"
#include "schema/link.pb-c.h"

enum gw_outcome {
    GW_OUTCOME_NONE,
    GW_OUTCOME_STORED,
    GW_OUTCOME_UNCHANGED,
    GW_OUTCOME_LATE,
    GW_OUTCOME_DEAD,
    GW_OUTCOME_REPEAT, // counted before: nothing happened
    GW_OUTCOME_GAP,    // messages before it are missing: nothing happened
};
const char *gw_outcome_name(enum gw_outcome outcome);

// A new target, of which the holder of its host has to be told.
struct gw_intake_target {
    const char *host;
    Gw__Target *target;
};

struct gw_intake {
    enum gw_outcome outcome;
    enum gw_verdict verdict;
    struct gw_intake_target *targets; // in the arena
    size_t target_count;
};

enum { GW_LETTERS_KEPT = 1000 }; // of each kind

// The key of a target in the store: lists are known by their source, since two may ask one URL differently.
const char *gw_intake_target_key(struct gw_arena *arena, Gw__Purpose purpose, const char *url, const char *source_id);
int gw_intake_target_put(struct gw_store *store, struct gw_arena *arena, const char *host, const Gw__Target *target,
                         uint32_t epoch);

// What follows from an observation alone. It takes a quarter of the time of all, and needs no store: made before the
// observation's turn there, on any thread.
struct gw_prepared {
    uint8_t digest[GW_SHA256_BYTES]; // of the document's content, when there is one
    const char *url, *key;           // canonical, and the key of its target; in the arena
    int rc;                          // GW_OK, or why it is not acceptable,
    char reason[200];                // in words
};
void gw_intake_prepare(struct gw_arena *arena, const struct gw_origin *origin, const Gw__Observation *observation,
                       struct gw_prepared *ret_prepared);

// GW_EINVAL: not acceptable (the reason says what); GW_ELIMIT: too large to store.
GW_MUST_CHECK int gw_intake_publish(struct gw_store *store, struct gw_arena *arena, const struct gw_origin *origin,
                                    const Gw__Observation *observation, const struct gw_prepared *prepared,
                                    struct gw_intake *ret_intake);
// The agent gave a message up; it counts.
GW_MUST_CHECK int gw_intake_tombstone(struct gw_store *store, const struct gw_origin *origin, const char *reason,
                                      struct gw_intake *ret_intake);
// A row on a host that the agent does not hold.
GW_MUST_CHECK int gw_intake_offer(struct gw_store *store, struct gw_arena *arena, const Gw__Offer *offer,
                                  struct gw_intake *ret_intake);
// Count a message that failed, and keep its bytes with the reason.
GW_MUST_CHECK int gw_intake_bury(struct gw_store *store, const struct gw_origin *origin, struct gw_span bytes,
                                 const char *reason, struct gw_intake *ret_intake);

#endif
