// SPDX-License-Identifier: Apache-2.0
// Tables of knowledge: CSV (RFC 4180) with a header line, read whole. The build compiles tables/*.csv with this, the
// user's own table is read by it at run time. Low level: knows only arena, err and str.
#ifndef GW_POLICY_CSV_H
#define GW_POLICY_CSV_H

#include "base/arena.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

// Cells row by row, without the header; never NULL, "" when empty.
struct gw_table {
    const char *const *cells;
    uint16_t rows, columns;
};

static inline const char *gw_table_cell(const struct gw_table *table, unsigned row, unsigned column)
{
    return table->cells[row * table->columns + column];
}

// Cells and array live in `arena`. GW_EINVAL: "line N: reason" (a row with another number of cells than the header, a
// quote that is not closed, no rows); GW_ELIMIT: more than 65535 rows, or the arena is full.
GW_MUST_CHECK int gw_csv_read(struct gw_arena *arena, const char *text, size_t bytes, struct gw_table *ret_table);

#endif
