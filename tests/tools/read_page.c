// SPDX-License-Identifier: Apache-2.0
// What the reader finds on a page before it decides: facts and marked lines.
//
// usage: read_page FILE [URL]
#include "base/fs.h"
#include "reading_print.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: read_page FILE [URL]\n");
        return 2;
    }
    struct gw_arena *arena = gw_arena_new(GW_PAGE_ARENA);
    struct gw_buf bytes = GW_BUF(8 * 1024 * 1024), out = GW_BUF(8 * 1024 * 1024);
    struct gw_page page;
    int rc = gw_fs_read(argv[1], &bytes);
    if (rc == GW_OK)
        rc = gw_page_parse(arena,
                           &(struct gw_page_input){.bytes = gw_buf_str(&bytes),
                                                   .length = bytes.bytes,
                                                   .url = argc > 2 ? argv[2] : NULL,
                                                   .lean = true,
                                                   .budget_ms = 5000},
                           &page);
    if (rc == GW_OK) {
        print_reading(&out, &page);
        fwrite(gw_buf_str(&out), 1, out.bytes, stdout);
    }
    gw_buf_fini(&bytes);
    gw_buf_fini(&out);
    gw_arena_free(arena);
    return rc == GW_OK ? 0 : 1;
}
