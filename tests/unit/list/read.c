// SPDX-License-Identifier: Apache-2.0
#include "read.h"

#include "base/buf.h"
#include "kit/check.h"
#include "list/list.h"

struct reading reading_of_bytes(const void *answer, size_t bytes, const char *url, Gw__ListRule *rule,
                                unsigned request_no)
{
    struct reading r = {.arena = gw_arena_new(GW_PAGE_ARENA)};
    Gw__Source source = GW__SOURCE__INIT;
    source.list = rule;
    struct gw_list_input input = {.answer = {.bytes = answer, .length = bytes, .url = url},
                                  .source = &source,
                                  .request_no = request_no,
                                  .page_no = 1};
    check_ok(gw_list_read(r.arena, &input, &r.rows, &r.then));
    struct gw_buf lines = GW_BUF(1 << 20);
    for (size_t i = 0; i < r.rows->n_rows; i++)
        gw_buf_printf(&lines, "%s | %s | %s\n", r.rows->rows[i]->date, r.rows->rows[i]->title, r.rows->rows[i]->url);
    r.lines = gw_arena_strdup(r.arena, gw_buf_str(&lines));
    gw_buf_fini(&lines);
    return r;
}

struct reading reading_of(const char *answer, const char *url, Gw__ListRule *rule)
{
    return reading_of_bytes(answer, strlen(answer), url, rule, 0);
}

void reading_free(struct reading *reading)
{
    reading->arena = gw_arena_free(reading->arena);
}
