// SPDX-License-Identifier: Apache-2.0
// Disables each row of the article reader's tables in turn and names those that no golden page notices.
//
// usage: rule_rows [--most PER_MILLE] < LIST     each line: article|reading <tab> FILE <tab> URL (may be empty)
//
// A page notices a row when what is expected of it would change: the document of an `article`, facts and marked lines
// of a `reading`. Linked with a build of the reader whose tables ask gw_row_on(). More unnoticed rows than PER_MILLE
// (default 50): exit 1.
#include "article/rows.h"
#include "base/fs.h"
#include "base/hash.h"
#include "reading_print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TABLES = 32, ROWS = 1024, PAGES = 400 };

struct table {
    const char *name;
    const char *rows;
    size_t count, stride;
    bool asked[ROWS], noticed[ROWS];
};

static struct table tables[TABLES];
static size_t table_count;
static const struct table *off_table;
static size_t off_row;

struct case_page {
    bool reading;
    char *url;
    struct gw_buf bytes;
    uint64_t hash; // of what it gives with all rows
};

static struct case_page pages[PAGES];
static size_t page_count;

bool gw_row_on(const char *name, const void *rows, size_t count, size_t stride, size_t row)
{
    struct table *t = tables;
    while (t < tables + table_count && strcmp(t->name, name) != 0)
        t++;
    if (t == tables + table_count) {
        gw_assert(table_count < TABLES && count <= ROWS);
        tables[table_count++] = (struct table){.name = name, .rows = rows, .count = count, .stride = stride};
    }
    t->asked[row] = true;
    return t != off_table || row != off_row;
}

static uint64_t read_page(const struct case_page *p, struct gw_arena *arena)
{
    struct gw_buf out = GW_BUF(16 * 1024 * 1024);
    struct gw_page page;
    gw_arena_reset(arena);
    struct gw_page_input input = {.bytes = gw_buf_str(&p->bytes),
                                  .length = p->bytes.bytes,
                                  .url = p->url[0] ? p->url : NULL,
                                  .lean = true,
                                  .budget_ms = 5000};
    Gw__Document *document = NULL;
    const char *reason = NULL;
    if (gw_page_parse(arena, &input, &page) == GW_OK) {
        if (p->reading)
            print_reading(&out, &page);
        else if (gw_article_read(&page, NULL, &document, &reason) == GW_OK)
            print_document(&out, document, reason);
    }
    uint64_t hash = gw_hash64(gw_buf_str(&out), out.bytes);
    gw_buf_fini(&out);
    return hash;
}

static void load_list(void)
{
    char line[8192];
    while (fgets(line, sizeof line, stdin)) {
        gw_assert(page_count < PAGES);
        line[strcspn(line, "\n")] = '\0';
        char *file = strchr(line, '\t'), *url = file ? strchr(file + 1, '\t') : NULL;
        if (!url)
            continue;
        *file++ = *url++ = '\0';
        struct case_page *p = &pages[page_count++];
        *p = (struct case_page){strcmp(line, "reading") == 0, strdup(url), GW_BUF(8 * 1024 * 1024), 0};
        if (gw_fs_read(file, &p->bytes) < 0) {
            fprintf(stderr, "rule_rows: cannot read %s\n", file);
            exit(2);
        }
    }
}

// Every row that matched on this page, disabled once.
static void try_rows(struct case_page *p, struct gw_arena *arena)
{
    for (size_t t = 0; t < table_count; t++)
        memset(tables[t].asked, 0, sizeof tables[t].asked);
    off_table = NULL;
    p->hash = read_page(p, arena);
    static bool asked[TABLES][ROWS];
    for (size_t t = 0; t < table_count; t++)
        memcpy(asked[t], tables[t].asked, sizeof asked[t]);
    for (size_t t = 0; t < table_count; t++)
        for (size_t i = 0; i < tables[t].count; i++) {
            if (!asked[t][i] || tables[t].noticed[i])
                continue;
            off_table = &tables[t];
            off_row = i;
            tables[t].noticed[i] = read_page(p, arena) != p->hash;
        }
    off_table = NULL;
}

static const char *text_of(const struct table *t, size_t row)
{
    const char *text;
    memcpy(&text, t->rows + row * t->stride, sizeof text);
    return text;
}

int main(int argc, char **argv)
{
    size_t most = argc > 2 && strcmp(argv[1], "--most") == 0 ? (size_t)atoi(argv[2]) : 50;
    struct gw_arena *arena = gw_arena_new(GW_PAGE_ARENA);
    load_list();
    for (size_t k = 0; k < page_count; k++)
        try_rows(&pages[k], arena);
    size_t all = 0, unnoticed = 0;
    for (size_t t = 0; t < table_count; t++)
        for (size_t i = 0; i < tables[t].count; i++) {
            all++;
            if (tables[t].noticed[i])
                continue;
            unnoticed++;
            printf("unnoticed: %s: %s\n", tables[t].name, text_of(&tables[t], i));
        }
    printf("%zu pages, %zu tables, %zu rows, %zu unnoticed (at most %zu)\n", page_count, table_count, all, unnoticed,
           all * most / 1000);
    for (size_t k = 0; k < page_count; k++) {
        gw_buf_fini(&pages[k].bytes);
        free(pages[k].url);
    }
    gw_arena_free(arena);
    return page_count && unnoticed * 1000 <= all * most ? 0 : 1;
}
