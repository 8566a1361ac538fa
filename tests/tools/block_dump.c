// SPDX-License-Identifier: Apache-2.0
// For training: the blocks of pages with their features.
//
// usage: block_dump PREFIX < LIST     each line of LIST: FILE <tab> URL (may be empty)
//        block_dump PREFIX SCORES [SECOND] < LIST
//
// Writes PREFIX.rows (int16, FEATURES per block, host order), PREFIX.pages (one line per page: number of blocks) and
// PREFIX.texts (one block per line: tokens <tab> text). SCORES: an int16 per block, the first forest's, from which the
// rest of each row is made. SECOND: likewise the second's; then PREFIX.keep has a byte per block: the body as read.
#include "article/article.h"
#include "article/features.h"
#include "article/jsonld.h"
#include "article/meta.h"
#include "base/fs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static FILE *open_out(const char *prefix, const char *suffix)
{
    char path[4096];
    snprintf(path, sizeof path, "%s.%s", prefix, suffix);
    FILE *file = fopen(path, "wb");
    if (!file) {
        perror(path);
        exit(1);
    }
    return file;
}

struct outputs {
    FILE *rows, *pages, *texts, *keep;
    FILE *scores, *second; // read; may be NULL
};

static void dump(struct gw_reading *r, struct outputs *out)
{
    size_t n = r->blocks.count;
    int16_t *rows = gw_features_make(r);
    gw_assert(rows);
    int16_t *scores = calloc(n + 1, sizeof *scores);
    gw_assert(scores);
    if (out->scores) {
        gw_assert(fread(scores, sizeof *scores, n, out->scores) == n);
        gw_features_add_scores(r, scores, rows);
    }
    if (out->second) {
        gw_assert(fread(scores, sizeof *scores, n, out->second) == n);
        gw_find_body_by(r, scores);
        gw_read_title(r);
        gw_read_body(r);
    }
    free(scores);
    fwrite(r->keep, sizeof *r->keep, n, out->keep);
    fwrite(rows, sizeof *rows * FEATURES, n, out->rows);
    fprintf(out->pages, "%zu\n", n);
    for (size_t i = 0; i < n; i++)
        fprintf(out->texts, "%u\t%.*s\n", gw_block_tokens(&r->blocks.blocks[i]), (int)r->blocks.blocks[i].text.bytes,
                r->blocks.blocks[i].text.at);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: block_dump PREFIX [SCORES] < LIST\n");
        return 2;
    }
    struct outputs out = {open_out(argv[1], "rows"),
                          open_out(argv[1], "pages"),
                          open_out(argv[1], "texts"),
                          open_out(argv[1], "keep"),
                          argc > 2 ? fopen(argv[2], "rb") : NULL,
                          argc > 3 ? fopen(argv[3], "rb") : NULL};
    struct gw_arena *arena = gw_arena_new(256 * 1024 * 1024);
    struct gw_buf bytes = GW_BUF(64 * 1024 * 1024);
    char line[8192];
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        char *url = strchr(line, '\t');
        if (url)
            *url++ = '\0';
        gw_buf_reset(&bytes);
        gw_arena_reset(arena);
        struct gw_page page;
        struct gw_reading *r = NULL;
        if (gw_fs_read(line, &bytes) < 0 ||
            gw_page_parse(arena,
                          &(struct gw_page_input){.bytes = gw_buf_str(&bytes),
                                                  .length = bytes.bytes,
                                                  .url = url && *url ? url : NULL,
                                                  .lean = true,
                                                  .budget_ms = 10000},
                          &page) < 0 ||
            gw_article_start(&page, NULL, &r) < 0) {
            fprintf(out.pages, "0\n");
            continue;
        }
        dump(r, &out);
    }
    printf("%d %d\n", (int)FEATURES_ALONE, (int)FEATURES);
    fclose(out.rows);
    fclose(out.pages);
    fclose(out.texts);
    fclose(out.keep);
    gw_buf_fini(&bytes);
    gw_arena_free(arena);
    return 0;
}
