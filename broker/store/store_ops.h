// SPDX-License-Identifier: Apache-2.0
// What a backend implements: one function per function of store.h, with its contract. The contract suite
// (tests/contract/test_store_*.c) runs on every row of the table in store.c.
#ifndef GW_STORE_STORE_OPS_H
#define GW_STORE_STORE_OPS_H

#include "store/store.h"

struct gw_store_ops {
    const char *name;
    int (*open)(const struct gw_store_options *options, struct gw_store **ret_store);
    int (*reader)(const struct gw_store *store, struct gw_store **ret_reader);
    void (*close)(struct gw_store *store);
    int (*identify)(struct gw_store *store, struct gw_store_identity *ret_identity);

    int (*begin)(struct gw_store *store);
    int (*commit)(struct gw_store *store);
    int (*secure)(struct gw_store *store);
    int (*seal)(struct gw_store *store);
    int (*settle)(struct gw_store *store);
    void (*unseal)(struct gw_store *store);
    void (*rollback)(struct gw_store *store);
    int (*savepoint)(struct gw_store *store);
    int (*release)(struct gw_store *store);
    int (*undo)(struct gw_store *store);

    int (*claim)(struct gw_store *, const struct gw_id *, uint64_t, enum gw_store_claim *);
    int (*agent_get)(struct gw_store *, struct gw_arena *, const struct gw_id *, struct gw_store_agent *);
    int (*agent_put)(struct gw_store *, const struct gw_store_agent *);
    int (*lease_get)(struct gw_store *, struct gw_arena *, const char *, struct gw_store_lease *);
    int (*lease_put)(struct gw_store *, const struct gw_store_lease *);
    int (*leases)(struct gw_store *, gw_store_lease_fn *, void *);
    int (*source_get)(struct gw_store *, struct gw_arena *, const char *, struct gw_store_source *);
    int (*source_put)(struct gw_store *, const struct gw_store_source *);
    int (*sources)(struct gw_store *, gw_store_source_fn *, void *);
    int (*target_get)(struct gw_store *, struct gw_arena *, const char *, struct gw_store_target *);
    int (*target_put)(struct gw_store *, const struct gw_store_target *);
    int (*targets)(struct gw_store *, const char *, const char *, gw_store_target_fn *, void *);
    int (*target_hosts)(struct gw_store *, gw_store_host_fn *, void *);
    int (*document_get)(struct gw_store *, struct gw_arena *, const struct gw_id *, struct gw_store_document *);
    int (*document_put)(struct gw_store *, const struct gw_store_document *);
    int (*alias_get)(struct gw_store *, const char *, struct gw_id *);
    int (*alias_put)(struct gw_store *, const char *, const struct gw_id *);
    int (*baseline_get)(struct gw_store *, struct gw_arena *, const struct gw_id *, struct gw_span *);
    int (*baseline_put)(struct gw_store *, const struct gw_id *, struct gw_span);
    int (*append)(struct gw_store *, const struct gw_store_event *, enum gw_store_append *); // digest is filled in
    int (*events)(struct gw_store *, Gw__Stream, uint64_t, uint64_t, bool, gw_store_event_fn *, void *);
    int (*event_get)(struct gw_store *, struct gw_arena *, const struct gw_id *, struct gw_store_event *);
    int (*bounds)(struct gw_store *, Gw__Stream, uint64_t *, uint64_t *);
    int (*trim)(struct gw_store *, Gw__Stream, uint64_t);
    int (*run_get)(struct gw_store *, struct gw_arena *, const char *, struct gw_store_run *);
    int (*run_put)(struct gw_store *, const struct gw_store_run *);
    int (*letter_put)(struct gw_store *, const struct gw_store_letter *);
    int (*letters)(struct gw_store *, gw_store_letter_fn *, void *);
    int (*letters_trim)(struct gw_store *, const char *, uint64_t);
    int (*consumer_get)(struct gw_store *, struct gw_arena *, const char *, struct gw_store_consumer *);
    int (*consumer_put)(struct gw_store *, const struct gw_store_consumer *);
    int (*consumers)(struct gw_store *, gw_store_consumer_fn *, void *);

    // The structure below the rows; a damaged one fills ret_damage. May be NULL.
    int (*check)(struct gw_store *store, struct gw_store_damage *ret_damage);
    int (*backup)(struct gw_store *store, const char *path); // may be NULL
    int (*renew)(struct gw_store *store, uint64_t generation);
};

// First member of every backend's handle. The state is kept by store.c, which refuses misuse for all backends.
struct gw_store {
    const struct gw_store_ops *ops;
    bool reader;
    enum { GW_STORE_IDLE, GW_STORE_OPEN, GW_STORE_SAVEPOINT } state;
};

extern const struct gw_store_ops gw_store_memory;
extern const struct gw_store_ops gw_store_sqlite;

#endif
