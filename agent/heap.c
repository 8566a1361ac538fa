// SPDX-License-Identifier: Apache-2.0
#include "heap.h"

#include "base/err.h"

#include <stdlib.h>

void gw_heap_fini(struct gw_heap *heap)
{
    free(heap->nodes);
    *heap = (struct gw_heap){0};
}

static void set(struct gw_heap *heap, uint32_t at, struct gw_heap_node *node)
{
    heap->nodes[at] = node;
    node->place = at + 1;
}

static void rise(struct gw_heap *heap, uint32_t at, struct gw_heap_node *node)
{
    while (at > 0 && heap->nodes[(at - 1) / 2]->key > node->key) {
        set(heap, at, heap->nodes[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    set(heap, at, node);
}

static void sink(struct gw_heap *heap, uint32_t at, struct gw_heap_node *node)
{
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= heap->count)
            break;
        if (child + 1 < heap->count && heap->nodes[child + 1]->key < heap->nodes[child]->key)
            child++;
        if (heap->nodes[child]->key >= node->key)
            break;
        set(heap, at, heap->nodes[child]);
        at = child;
    }
    set(heap, at, node);
}

void gw_heap_put(struct gw_heap *heap, struct gw_heap_node *node, int64_t key)
{
    if (!node->place) {
        if (heap->count == heap->capacity) {
            heap->capacity = heap->capacity ? heap->capacity * 2 : 1;
            heap->nodes = realloc(heap->nodes, heap->capacity * sizeof *heap->nodes);
            gw_assert(heap->nodes);
        }
        node->key = key;
        rise(heap, heap->count++, node);
        return;
    }
    bool earlier = key < node->key;
    node->key = key;
    if (earlier)
        rise(heap, node->place - 1, node);
    else
        sink(heap, node->place - 1, node);
}

void gw_heap_remove(struct gw_heap *heap, struct gw_heap_node *node)
{
    if (!node->place)
        return;
    uint32_t at = node->place - 1;
    gw_assert(heap->nodes[at] == node);
    node->place = 0;
    struct gw_heap_node *last = heap->nodes[--heap->count];
    if (last == node)
        return;
    if (at > 0 && last->key < heap->nodes[(at - 1) / 2]->key)
        rise(heap, at, last);
    else
        sink(heap, at, last);
}

struct gw_heap_node *gw_heap_min(const struct gw_heap *heap)
{
    return heap->count ? heap->nodes[0] : NULL;
}
