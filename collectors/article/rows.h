// SPDX-License-Identifier: Apache-2.0
// Which rows of the tables of words count: all of them, but in the build of tests/tools/rule_rows, which disables one
// after the other to see whether any golden page notices.
#ifndef GW_ARTICLE_ROWS_H
#define GW_ARTICLE_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#ifdef GW_RULE_ROWS
// Asked where row `row` of a table has just matched. Its first member is its text, `stride` bytes lie between two rows.
bool gw_row_on(const char *table, const void *rows, size_t count, size_t stride, size_t row);
#define GW_ROW_ON(table, rows, row) gw_row_on(table, rows, sizeof(rows) / sizeof *(rows), sizeof *(rows), row)
#else
#define GW_ROW_ON(table, rows, row) true
#endif

#endif
