// SPDX-License-Identifier: Apache-2.0
// Private to the memory backend: tables of immutable rows in key order, with an undo log.
//
// A row is one block: the row's struct, then its strings and bytes. A layout says where the pointers are, so that one
// function copies every kind. Putting a row replaces the whole block; the log remembers what was there before.
#ifndef GW_STORE_MEMORY_TABLE_H
#define GW_STORE_MEMORY_TABLE_H

#include "base/arena.h"

#include <stddef.h>
#include <stdint.h>

enum { GW_ROW_POINTERS = 4 };

struct gw_row_layout {
    size_t bytes;                                 // of the struct
    size_t texts[GW_ROW_POINTERS], text_count;    // offsets of its `const char *`
    size_t spans[GW_ROW_POINTERS], span_count;    // offsets of its `struct gw_span`
    int (*compare)(const void *a, const void *b); // by key
};

struct gw_table {
    const struct gw_row_layout *layout;
    void **rows; // in key order
    size_t count, capacity;
};

struct gw_undo {
    struct gw_change *changes;
    size_t count, capacity;
    size_t row_bytes; // held by the rows of all its tables
};

void gw_table_fini(struct gw_table *table);
// Copy `row` into the arena; NULL when that is full.
void *gw_row_copy(const struct gw_row_layout *layout, const void *row, struct gw_arena *arena);
// Place of the first row whose key is not below that of `key`.
size_t gw_table_seek(const struct gw_table *table, const void *key);
const void *gw_table_get(const struct gw_table *table, const void *key); // NULL: none
// Add or replace; a copy is taken.
void gw_table_put(struct gw_table *table, struct gw_undo *undo, const void *row);
void gw_table_remove(struct gw_table *table, struct gw_undo *undo, const void *key);

void gw_undo_back(struct gw_undo *undo, size_t mark); // restore what was when `undo->count` was mark
void gw_undo_forget(struct gw_undo *undo);            // the changes stay
void gw_undo_fini(struct gw_undo *undo);

#endif
