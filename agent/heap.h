// SPDX-License-Identifier: Apache-2.0
// A binary heap of things that carry their own node, smallest key first. A million waiting timers cost a million nodes
// of 16 bytes and nothing while they wait.
#ifndef GW_AGENT_HEAP_H
#define GW_AGENT_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gw_heap_node {
    int64_t key;
    uint32_t place; // index + 1; 0: in no heap
};

struct gw_heap {
    struct gw_heap_node **nodes;
    uint32_t count, capacity;
};

void gw_heap_fini(struct gw_heap *heap);                                        // the nodes are their owners'
void gw_heap_put(struct gw_heap *heap, struct gw_heap_node *node, int64_t key); // insert, or move to the new key
void gw_heap_remove(struct gw_heap *heap, struct gw_heap_node *node);           // fine when it is in no heap
struct gw_heap_node *gw_heap_min(const struct gw_heap *heap);                   // NULL when empty

static inline bool gw_heap_has(const struct gw_heap_node *node)
{
    return node->place != 0;
}

// The object around a node.
#define GW_AROUND(node, type, member) ((type *)(void *)((char *)(node)-offsetof(type, member)))

#endif
