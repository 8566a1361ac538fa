// SPDX-License-Identifier: Apache-2.0
// Which agent may ask which host. A host appears when a source or a target needs it, or an agent asks for it by name.
//
// DESIGN: two halves. What lasts - epoch and holder - is in the store and changes only inside a transaction, where it
// is also checked (intake.c). What passes - until when a lease holds - is here, on CLOCK_BOOTTIME. A lease ends by a
// release in the store; until that is committed nobody else gets the host. After a restart every holder is given a
// whole term.
#ifndef GW_BROKER_LEASES_H
#define GW_BROKER_LEASES_H

#include "base/arena.h"
#include "store/store.h"

#include <uthash.h>

enum {
    GW_GRANT_TTL_MS = 15000,
    // The holder counts its term from the GRANT's arrival, we from its sending: for us it ends so much later.
    GW_GRANT_MARGIN_MS = 5000,
};

struct gw_leased_host {
    char *key; // "name:port"
    uint32_t epoch;
    struct gw_id holder;
    int64_t until_ms; // boot time; with a holder
    bool moving;      // a grant or release of it is on its way to the store
    UT_hash_handle hh;
};

struct gw_host_table {
    struct gw_leased_host *hosts;
    size_t free; // of them nobody holds
};

void gw_host_table_fini(struct gw_host_table *table);
struct gw_leased_host *gw_leased_host_find(struct gw_host_table *table, const char *key);
struct gw_leased_host *gw_leased_host_add(struct gw_host_table *table, const char *key); // or the one that is there
// Fill an empty table: leases, and the hosts of targets and of sources.
GW_MUST_CHECK int gw_host_table_load(struct gw_host_table *table, struct gw_store *store, int64_t now_ms);
// A whole term from now for `holder`; none frees the host.
void gw_leased_host_set(struct gw_host_table *table, struct gw_leased_host *host, uint32_t epoch,
                        const struct gw_id *holder, int64_t now_ms);

// ---- inside a transaction

// Give the host to `incarnation` with the next epoch, unless another holds it (ret_epoch 0 then).
GW_MUST_CHECK int gw_grant(struct gw_store *store, struct gw_arena *arena, const char *host,
                           const struct gw_id *incarnation, uint32_t *ret_epoch);
// Free the host if `epoch` is still its last.
GW_MUST_CHECK int gw_release(struct gw_store *store, struct gw_arena *arena, const char *host, uint32_t epoch);

#endif
