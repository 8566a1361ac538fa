// SPDX-License-Identifier: Apache-2.0
// Objects found by a text they hold: a table of pointers, about 16 bytes an object and nothing inside it. Kept for the
// things of which there are a million; the texts are not hostile (XXH3).
#ifndef GW_BASE_KEYED_H
#define GW_BASE_KEYED_H

#include <stdint.h>

typedef const char *gw_keyed_fn(const void *object);

struct gw_keyed {
    gw_keyed_fn *key;
    void **slots;
    uint32_t count, used, capacity; // used: with the marks of those that were removed
};

// Storage is the owner's: {.key = …} is an empty one. The objects are the caller's.
void gw_keyed_fini(struct gw_keyed *keyed);
void *gw_keyed_find(const struct gw_keyed *keyed, const char *key); // NULL: none
void gw_keyed_add(struct gw_keyed *keyed, void *object);            // its key must not be in yet
void gw_keyed_remove(struct gw_keyed *keyed, void *object);         // it must be in

// Each object once, in no order: for (uint32_t at = 0; (object = gw_keyed_next(keyed, &at));). Any of them may be
// removed meanwhile, none added.
void *gw_keyed_next(const struct gw_keyed *keyed, uint32_t *at);

#endif
