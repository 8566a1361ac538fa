// SPDX-License-Identifier: Apache-2.0
#include "csv.h"

#include <stdbool.h>
#include <string.h>

struct reader {
    const char *at, *end;
    char *cell; // room for the cell being read: one copy of the text is enough for all cells with their NULs
    unsigned line;
};

// One cell; *ret_last tells whether it ended its line. NULL: a quote is open at the end of the text.
static char *read_cell(struct reader *reader, bool *ret_last)
{
    char *cell = reader->cell;
    bool quoted = reader->at < reader->end && *reader->at == '"';
    reader->at += quoted;
    *ret_last = true;
    while (reader->at < reader->end) {
        char c = *reader->at++;
        if (quoted && c == '"') {
            quoted = reader->at < reader->end && *reader->at == '"';
            if (!quoted)
                continue;
            reader->at++;
        } else if (!quoted && (c == ',' || c == '\n')) {
            *ret_last = c == '\n';
            break;
        } else if (!quoted && c == '\r') {
            continue;
        }
        reader->line += c == '\n';
        *reader->cell++ = c;
    }
    if (quoted)
        return NULL;
    *reader->cell++ = '\0';
    return cell;
}

static size_t count_cells(const char *text, size_t bytes)
{
    size_t cells = 1;
    for (size_t i = 0; i < bytes; i++)
        cells += text[i] == ',' || text[i] == '\n';
    return cells;
}

int gw_csv_read(struct gw_arena *arena, const char *text, size_t bytes, struct gw_table *ret_table)
{
    size_t most = count_cells(text, bytes);
    char *copy = gw_arena_alloc(arena, bytes + most);
    const char **cells = gw_arena_alloc(arena, most * sizeof *cells);
    if (!copy || !cells)
        return gw_fail(GW_ELIMIT, "the table needs more memory than allowed");
    struct reader reader = {.at = text, .end = text + bytes, .cell = copy, .line = 1};
    size_t columns = 0, count = 0, rows = 0;
    while (reader.at < reader.end) {
        size_t first = count;
        bool last = false;
        while (!last) {
            const char *cell = read_cell(&reader, &last);
            if (!cell)
                return gw_fail(GW_EINVAL, "line %u: a quote is not closed", reader.line);
            cells[count++] = cell;
        }
        if (count - first == 1 && !*cells[first]) { // an empty line
            count = first;
        } else if (!columns) {
            columns = count;
            count = 0;
        } else if (count - first != columns) {
            return gw_fail(GW_EINVAL, "line %u: %zu cells, the header has %zu", reader.line, count - first, columns);
        } else if (++rows > UINT16_MAX) {
            return gw_fail(GW_ELIMIT, "more than %d rows", UINT16_MAX);
        }
        reader.line++;
    }
    if (!rows || columns > UINT16_MAX)
        return gw_fail(GW_EINVAL, "line 1: no rows below the header");
    *ret_table = (struct gw_table){.cells = cells, .rows = (uint16_t)rows, .columns = (uint16_t)columns};
    return GW_OK;
}
