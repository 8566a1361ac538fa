// SPDX-License-Identifier: Apache-2.0
#include "memory_table.h"

#include "base/err.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

struct gw_change {
    struct gw_table *table;
    void *before, *after; // NULL: there was, is no row
};

static const char **text_at(const void *row, size_t offset)
{
    return (const char **)((char *)row + offset);
}

static struct gw_span *span_at(const void *row, size_t offset)
{
    return (struct gw_span *)((char *)row + offset);
}

static size_t row_size(const struct gw_row_layout *layout, const void *row)
{
    size_t bytes = layout->bytes;
    for (size_t i = 0; i < layout->text_count; i++) {
        const char *text = *text_at(row, layout->texts[i]);
        bytes += text ? strlen(text) + 1 : 0;
    }
    for (size_t i = 0; i < layout->span_count; i++)
        bytes += span_at(row, layout->spans[i])->bytes;
    return bytes;
}

static void *write_row(const struct gw_row_layout *layout, const void *row, void *block)
{
    char *at = (char *)block + layout->bytes;
    memcpy(block, row, layout->bytes);
    for (size_t i = 0; i < layout->text_count; i++) {
        const char *text = *text_at(row, layout->texts[i]);
        if (!text)
            continue;
        size_t n = strlen(text) + 1;
        *text_at(block, layout->texts[i]) = memcpy(at, text, n);
        at += n;
    }
    for (size_t i = 0; i < layout->span_count; i++) {
        const struct gw_span *span = span_at(row, layout->spans[i]);
        if (span->bytes)
            memcpy(at, span->at, span->bytes);
        span_at(block, layout->spans[i])->at = at;
        at += span->bytes;
    }
    return block;
}

void *gw_row_copy(const struct gw_row_layout *layout, const void *row, struct gw_arena *arena)
{
    void *block = gw_arena_alloc(arena, row_size(layout, row));
    return block ? write_row(layout, row, block) : NULL;
}

void gw_table_fini(struct gw_table *table)
{
    for (size_t i = 0; i < table->count; i++)
        free(table->rows[i]);
    free(table->rows);
    *table = (struct gw_table){.layout = table->layout};
}

size_t gw_table_seek(const struct gw_table *table, const void *key)
{
    size_t low = 0, high = table->count;
    // Appending in order is the common case.
    if (high && table->layout->compare(table->rows[high - 1], key) < 0)
        return high;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (table->layout->compare(table->rows[middle], key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool stands_at(const struct gw_table *table, size_t at, const void *key)
{
    return at < table->count && table->layout->compare(table->rows[at], key) == 0;
}

const void *gw_table_get(const struct gw_table *table, const void *key)
{
    size_t at = gw_table_seek(table, key);
    return stands_at(table, at, key) ? table->rows[at] : NULL;
}

static void *grown(void *items, size_t count, size_t *capacity, size_t item_bytes)
{
    if (count < *capacity)
        return items;
    *capacity = *capacity ? *capacity * 2 : 64;
    items = realloc(items, *capacity * item_bytes);
    gw_assert(items);
    return items;
}

// Make the table hold `row` (NULL: nothing) where `key` belongs; what was there is returned.
static void *set(struct gw_table *table, const void *key, void *row)
{
    size_t at = gw_table_seek(table, key);
    void *before = stands_at(table, at, key) ? table->rows[at] : NULL;
    if (before && row) {
        table->rows[at] = row;
    } else if (row) {
        table->rows = grown(table->rows, table->count, &table->capacity, sizeof *table->rows);
        memmove(table->rows + at + 1, table->rows + at, (table->count - at) * sizeof *table->rows);
        table->rows[at] = row;
        table->count++;
    } else if (before) {
        table->count--;
        memmove(table->rows + at, table->rows + at + 1, (table->count - at) * sizeof *table->rows);
    }
    return before;
}

static void change(struct gw_table *table, struct gw_undo *undo, const void *key, void *row)
{
    void *before = set(table, key, row);
    undo->changes = grown(undo->changes, undo->count, &undo->capacity, sizeof *undo->changes);
    undo->changes[undo->count++] = (struct gw_change){table, before, row};
    if (row)
        undo->row_bytes += row_size(table->layout, row);
    if (before)
        undo->row_bytes -= row_size(table->layout, before);
}

void gw_table_put(struct gw_table *table, struct gw_undo *undo, const void *row)
{
    void *block = malloc(row_size(table->layout, row));
    gw_assert(block);
    change(table, undo, row, write_row(table->layout, row, block));
}

void gw_table_remove(struct gw_table *table, struct gw_undo *undo, const void *key)
{
    change(table, undo, key, NULL);
}

void gw_undo_back(struct gw_undo *undo, size_t mark)
{
    while (undo->count > mark) {
        struct gw_change *c = &undo->changes[--undo->count];
        if (!c->before && !c->after)
            continue;
        set(c->table, c->after ? c->after : c->before, c->before);
        if (c->before)
            undo->row_bytes += row_size(c->table->layout, c->before);
        if (c->after)
            undo->row_bytes -= row_size(c->table->layout, c->after);
        free(c->after);
    }
}

void gw_undo_forget(struct gw_undo *undo)
{
    for (size_t i = 0; i < undo->count; i++)
        free(undo->changes[i].before);
    undo->count = 0;
}

void gw_undo_fini(struct gw_undo *undo)
{
    gw_undo_forget(undo);
    free(undo->changes);
    *undo = (struct gw_undo){0};
}
