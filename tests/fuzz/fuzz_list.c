// SPDX-License-Identifier: Apache-2.0
// Any bytes as the answer of a list: found out by itself, and read as every kind.
#include "base/arena.h"
#include "list/list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const kinds[] = {"auto",      "html",        "feed",         "sitemap", "json",
                                        "json-html", "xml-records", "script-array", "csv"};
    for (size_t i = 0; i < GW_COUNT(kinds); i++) {
        struct gw_arena *arena = gw_arena_new(GW_PAGE_ARENA);
        Gw__Source source = GW__SOURCE__INIT;
        Gw__ListRule rule = GW__LIST_RULE__INIT;
        rule.kind = (char *)kinds[i];
        source.list = &rule;
        struct gw_list_input input = {
            .answer = {.bytes = data, .length = size, .url = "https://a.example/b/"}, .source = &source, .page_no = 1};
        Gw__Rows *rows = NULL;
        Gw__Request *then = NULL;
        if (gw_list_read(arena, &input, &rows, &then) == 0)
            gw_assert(rows && rows->n_rows <= GW_LIST_MAX_ROWS);
        gw_arena_free(arena);
    }
    return 0;
}
