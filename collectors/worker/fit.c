// SPDX-License-Identifier: Apache-2.0
#include "fit.h"

#include "base/str.h"
#include "worker/facts.h"

#include <string.h>

enum { NEAR = 4096, SLACK = 64 }; // how far back a paragraph's end is looked for; what lengths and tags take

static size_t packed(const void *message)
{
    return protobuf_c_message_get_packed_size(message);
}

static bool ends_before(Gw__Proof *proof, void *arg)
{
    const size_t *body_bytes = arg;
    return !proof || proof->place != GW__PLACE__PLACE_BODY || proof->end <= *body_bytes;
}

static bool is_none(Gw__Proof *proof, void *arg)
{
    (void)proof;
    (void)arg;
    return false;
}

static bool cut_body(struct gw_arena *arena, Gw__Document *document, size_t body_bytes)
{
    size_t bytes = gw_utf8_cut(document->body, strlen(document->body), body_bytes);
    const char *line_end = bytes ? memrchr(document->body, '\n', bytes) : NULL;
    if (line_end && bytes - (size_t)(line_end - document->body) < NEAR)
        bytes = (size_t)(line_end - document->body);
    document->body = gw_arena_strndup(arena, document->body, bytes);
    document->truncated = true;
    gw_facts_keep(document, ends_before, &bytes);
    return document->body != NULL;
}

bool gw_fit_document(struct gw_arena *arena, Gw__Document *document, size_t max_bytes)
{
    size_t all = packed(document);
    if (all <= max_bytes)
        return true;
    size_t body_bytes = strlen(document->body), rest = all - body_bytes;
    if (rest + SLACK > max_bytes / 2) {
        gw_facts_keep(document, is_none, NULL);
        document->n_evidence = document->n_attachments = 0;
        document->truncated = true;
        rest = packed(document) - body_bytes;
    }
    size_t room = rest + SLACK < max_bytes ? max_bytes - rest - SLACK : 0;
    return body_bytes <= room || cut_body(arena, document, room);
}

bool gw_fit_rows(struct gw_arena *arena, Gw__Rows *rows, size_t max_bytes)
{
    size_t all = packed(rows), count = rows->n_rows;
    if (all <= max_bytes)
        return true;
    while (count && all + SLACK * 2 > max_bytes)
        all -= packed(rows->rows[--count]) + 1; // its length takes one byte more at least: on the safe side
    rows->warning = gw_arena_printf(arena, "%s%sonly the first %zu of %zu rows fit into a message", rows->warning,
                                    rows->warning[0] ? "; " : "", count, rows->n_rows);
    rows->n_rows = count;
    if (packed(rows) > max_bytes)
        rows->n_next = 0;
    return rows->warning != NULL;
}
