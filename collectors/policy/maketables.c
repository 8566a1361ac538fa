// SPDX-License-Identifier: Apache-2.0
// maketables DIRECTORY: the tables below DIRECTORY as C on stdout. Runs at build time, so that the automaton lies in
// the program's read-only pages and no reader builds it again.
#include "tables.h"

#include "base/buf.h"
#include "base/fs.h"

#include <stdio.h>
#include <string.h>

enum { FILE_MAX = 1024 * 1024, ARENA_MAX = 64 * 1024 * 1024, NAMES_MAX = 64 * 1024 };

// Columns whose cells are names to be found in texts, as bits.
static const struct {
    const char *file;
    unsigned names;
} TABLES[GW_T_COUNT] = {
    [GW_T_AGENCIES] = {"agencies",
                       1 << GW_AGENCY_NAME | 1 << GW_AGENCY_SHORT | 1 << GW_AGENCY_EN | 1 << GW_AGENCY_ABBR},
    [GW_T_BUREAUS] = {"bureaus", 1 << GW_BUREAU_SHORT | 1 << GW_BUREAU_EN},
    [GW_T_DIVISIONS] = {"divisions", 1 << GW_DIVISION_NAME | 1 << GW_DIVISION_SHORT | 1 << GW_DIVISION_EN},
    [GW_T_COUNTIES] = {"counties", 1 << GW_COUNTY_NAME},
    [GW_T_PREFIXES] = {"docnumber_prefixes", 0},
    [GW_T_COUNTRIES] = {"countries", 1 << GW_COUNTRY_EN | 1 << GW_COUNTRY_ZH | 1 << GW_COUNTRY_DE | 1 << GW_COUNTRY_JA},
    [GW_T_SUBDIVISIONS] = {"subdivisions", 1 << GW_SUBDIVISION_NAME | 1 << GW_SUBDIVISION_CITIES},
    [GW_T_BODIES] = {"bodies", 1 << GW_BODY_NAME},
    [GW_T_OFFICES] = {"offices", 1 << GW_OFFICE_NAME},
    [GW_T_TOPICS] = {"topics", 1 << GW_TOPIC_WORDS},
    [GW_T_MONTHS] = {"months", 1 << GW_MONTH_NAMES},
    [GW_T_WORDS] = {"words", 1 << GW_WORD_WORDS},
};

static struct gw_names_source sources[NAMES_MAX];
static size_t source_count;

static int add_names(struct gw_arena *arena, enum gw_table_id id, const struct gw_table *table)
{
    for (unsigned row = 0; row < table->rows; row++) {
        for (unsigned column = 0; column < table->columns; column++) {
            if (!(TABLES[id].names >> column & 1))
                continue;
            char *rest = gw_arena_strdup(arena, gw_table_cell(table, row, column));
            for (char *name; rest && (name = strsep(&rest, ";"));) {
                if (source_count == NAMES_MAX)
                    return gw_fail(GW_ELIMIT, "more than %d names", NAMES_MAX);
                sources[source_count++] = (struct gw_names_source){name, (uint8_t)id, (uint8_t)column, (uint16_t)row};
            }
        }
    }
    return GW_OK;
}

static void put_string(const char *text)
{
    putchar('"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            putchar('\\');
        putchar(*text);
    }
    printf("\",");
}

static void put_table(enum gw_table_id id, const struct gw_table *table)
{
    printf("static const char *const %s[] = {\n", TABLES[id].file);
    for (unsigned i = 0; i < (unsigned)table->rows * table->columns; i++) {
        put_string(table->cells[i]);
        if ((i + 1) % table->columns == 0)
            putchar('\n');
    }
    printf("};\n");
}

static void put_names(const struct gw_names *names)
{
    printf("static const struct gw_names_cell cells[] = {\n");
    for (uint32_t i = 0; i < names->cell_count; i++) {
        const struct gw_names_cell *c = &names->cells[i];
        printf("{%d,%d,%d,%d,%u},%s", c->base, c->check, c->fail, c->link, c->names, i % 8 == 7 ? "\n" : "");
    }
    printf("};\nstatic const struct gw_names_entry entries[] = {\n");
    for (uint32_t i = 0; i < names->entry_count; i++) {
        const struct gw_names_entry *e = &names->entries[i];
        printf("{%u,%u,%u,%u,%d,%d,%d,%d},%s", e->table, e->column, e->row, e->bytes, e->last, e->word, e->capital,
               e->capitals, i % 8 == 7 ? "\n" : "");
    }
    printf("};\nconst struct gw_names gw_table_names = {cells, %u, entries, %u};\n", names->cell_count,
           names->entry_count);
}

static int make(struct gw_arena *arena, const char *directory)
{
    static struct gw_table tables[GW_T_COUNT];
    for (unsigned id = 0; id < GW_T_COUNT; id++) {
        struct gw_buf text = GW_BUF(FILE_MAX);
        int rc = gw_fs_read(gw_arena_printf(arena, "%s/%s.csv", directory, TABLES[id].file), &text);
        if (rc == GW_OK)
            rc = gw_csv_read(arena, gw_buf_str(&text), text.bytes, &tables[id]);
        gw_buf_fini(&text);
        if (rc == GW_OK)
            rc = add_names(arena, (enum gw_table_id)id, &tables[id]);
        if (rc != GW_OK)
            return gw_fail_prefix(rc, "%s.csv", TABLES[id].file);
    }
    struct gw_names names;
    int rc = gw_names_build(arena, sources, source_count, &names);
    if (rc != GW_OK)
        return rc;
    printf("// Made by maketables from tables/*.csv.\n#include \"tables.h\"\n");
    for (unsigned id = 0; id < GW_T_COUNT; id++)
        put_table((enum gw_table_id)id, &tables[id]);
    printf("const struct gw_table gw_tables[GW_T_COUNT] = {\n");
    for (unsigned id = 0; id < GW_T_COUNT; id++)
        printf("{%s, %u, %u},\n", TABLES[id].file, tables[id].rows, tables[id].columns);
    printf("};\n");
    put_names(&names);
    return GW_OK;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: maketables DIRECTORY\n");
        return GW_EXIT_USAGE;
    }
    struct gw_arena *arena = gw_arena_new(ARENA_MAX);
    int rc = make(arena, argv[1]);
    gw_arena_free(arena);
    if (rc != GW_OK) {
        fprintf(stderr, "maketables: %s\n", gw_reason());
        return gw_exit_for(rc);
    }
    return fflush(stdout) == 0 ? 0 : GW_EXIT_IO;
}
