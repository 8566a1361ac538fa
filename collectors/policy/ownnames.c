// SPDX-License-Identifier: Apache-2.0
#include "ownnames.h"

#include "places.h"
#include "tables.h"

#include <string.h>

enum { TABLE_ARENA = 64 * 1024 * 1024, COLUMNS = 4 };

static bool is_level(const char *level)
{
    static const char *const levels[] = {"national", "provincial", "municipal", "county", "other"};
    for (size_t i = 0; i < GW_COUNT(levels); i++)
        if (strcmp(levels[i], level) == 0)
            return true;
    return false;
}

static int check(const struct gw_table *table)
{
    if (table->columns != COLUMNS)
        return gw_fail(GW_EINVAL, "line 1: %u columns, not name,canonical,level,region", table->columns);
    for (unsigned row = 0; row < table->rows; row++) {
        if (!*gw_table_cell(table, row, GW_BODY_NAME) || !*gw_table_cell(table, row, GW_BODY_CANONICAL))
            return gw_fail(GW_EINVAL, "row %u: name and canonical are needed", row + 1);
        if (!is_level(gw_table_cell(table, row, GW_BODY_LEVEL)))
            return gw_fail(GW_EINVAL, "row %u: the level is national, provincial, municipal, county or other", row + 1);
        const char *region = gw_table_cell(table, row, GW_BODY_REGION);
        if (*region && !gw_place_name(region))
            return gw_fail(GW_EINVAL, "row %u: no region has the code '%s'", row + 1, region);
    }
    return GW_OK;
}

static int build(struct gw_policy_table *table)
{
    size_t most = 0, count = 0;
    for (unsigned row = 0; row < table->table.rows; row++)
        for (const char *p = gw_table_cell(&table->table, row, GW_BODY_NAME); p; p = strchr(p + 1, ';'))
            most++;
    struct gw_names_source *sources = gw_arena_alloc(table->arena, most * sizeof *sources);
    if (!sources)
        return gw_fail(GW_ELIMIT, "the table needs more memory than allowed");
    for (unsigned row = 0; row < table->table.rows; row++) {
        char *rest = gw_arena_strdup(table->arena, gw_table_cell(&table->table, row, GW_BODY_NAME));
        for (char *name; rest && (name = strsep(&rest, ";"));)
            sources[count++] = (struct gw_names_source){.name = name, .column = GW_BODY_NAME, .row = (uint16_t)row};
    }
    return gw_names_build(table->arena, sources, count, &table->names);
}

int gw_policy_table_new(const char *csv, size_t bytes, struct gw_policy_table **ret_table)
{
    struct gw_arena *arena = gw_arena_new(TABLE_ARENA);
    struct gw_policy_table *table = gw_arena_zalloc(arena, sizeof *table);
    gw_assert(table);
    table->arena = arena;
    int rc = gw_csv_read(arena, csv, bytes, &table->table);
    if (rc == GW_OK)
        rc = check(&table->table);
    if (rc == GW_OK)
        rc = build(table);
    if (rc != GW_OK) {
        gw_arena_free(arena);
        return rc;
    }
    *ret_table = table;
    return GW_OK;
}

struct gw_policy_table *gw_policy_table_free(struct gw_policy_table *table)
{
    if (table)
        gw_arena_free(table->arena);
    return NULL;
}
