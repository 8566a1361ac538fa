// SPDX-License-Identifier: Apache-2.0
// Open addressing, linear probing. A removed object leaves a mark, so that walking it while objects go is safe; the
// marks go when the table is made anew.
#include "keyed.h"

#include "base/err.h"
#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

enum { LEAST = 16 };

static char removed_;
static void *const REMOVED = &removed_;

void gw_keyed_fini(struct gw_keyed *keyed)
{
    free(keyed->slots);
    *keyed = (struct gw_keyed){.key = keyed->key};
}

static uint32_t start_of(const struct gw_keyed *keyed, const char *key)
{
    return (uint32_t)gw_hash64(key, strlen(key)) & (keyed->capacity - 1);
}

// Three quarters full at most, with the marks; half full after it was made anew.
static void make_room(struct gw_keyed *keyed)
{
    if (keyed->capacity && (keyed->used + 1) * 4 <= keyed->capacity * 3)
        return;
    struct gw_keyed wider = {.key = keyed->key, .count = keyed->count, .used = keyed->count, .capacity = LEAST};
    while (wider.capacity < (keyed->count + 1) * 2)
        wider.capacity *= 2;
    wider.slots = calloc(wider.capacity, sizeof *wider.slots);
    gw_assert(wider.slots);
    void *object;
    for (uint32_t at = 0; (object = gw_keyed_next(keyed, &at));) {
        uint32_t i = start_of(&wider, keyed->key(object));
        while (wider.slots[i])
            i = (i + 1) & (wider.capacity - 1);
        wider.slots[i] = object;
    }
    free(keyed->slots);
    *keyed = wider;
}

void *gw_keyed_find(const struct gw_keyed *keyed, const char *key)
{
    if (keyed->capacity == 0)
        return NULL;
    for (uint32_t i = start_of(keyed, key);; i = (i + 1) & (keyed->capacity - 1)) {
        void *object = keyed->slots[i];
        if (!object)
            return NULL;
        if (object != REMOVED && strcmp(keyed->key(object), key) == 0)
            return object;
    }
}

void gw_keyed_add(struct gw_keyed *keyed, void *object)
{
    make_room(keyed);
    uint32_t i = start_of(keyed, keyed->key(object));
    while (keyed->slots[i] && keyed->slots[i] != REMOVED)
        i = (i + 1) & (keyed->capacity - 1);
    keyed->used += keyed->slots[i] == NULL;
    keyed->slots[i] = object;
    keyed->count++;
}

void gw_keyed_remove(struct gw_keyed *keyed, void *object)
{
    uint32_t i = start_of(keyed, keyed->key(object));
    while (keyed->slots[i] != object) {
        gw_assert(keyed->slots[i]);
        i = (i + 1) & (keyed->capacity - 1);
    }
    keyed->slots[i] = REMOVED;
    keyed->count--;
}

void *gw_keyed_next(const struct gw_keyed *keyed, uint32_t *at)
{
    while (*at < keyed->capacity) {
        void *object = keyed->slots[(*at)++];
        if (object && object != REMOVED)
            return object;
    }
    return NULL;
}
