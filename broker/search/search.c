// SPDX-License-Identifier: Apache-2.0
#include "search.h"

#include "base/log.h"
#include "wire/frame.h"

#include <inttypes.h>

enum {
    CHUNK = 1000, // events read at once: a longer reading would keep the store's log from being cut
    CANDIDATES = 256,
    EXPRESSION_BYTES = 64 * 1024,
};

struct searching {
    const struct gw_search *what;
    gw_search_fn *fn;
    void *arg;
    int rc;
    bool over;
};

static bool try_row(const struct gw_store_event *row, void *arg)
{
    struct searching *s = arg;
    ProtobufCMessage *message;
    gw_arena_reset(s->what->arena);
    s->rc = gw_message_unpack(&gw__event__descriptor, row->event.at, row->event.bytes, s->what->arena, &message);
    if (s->rc != GW_OK) {
        s->rc = gw_fail_prefix(s->rc == GW_EPROTO ? GW_ECORRUPT : s->rc, "event %" PRIu64, row->seq);
        return false;
    }
    const Gw__Event *event = (const Gw__Event *)message;
    if (!s->what->query || gw_query_match(s->what->query, event))
        s->over = !s->fn(row->seq, event, s->arg);
    return !s->over;
}

// Everything from..to, newest first.
static int look_through(struct searching *s, uint64_t from, uint64_t to)
{
    while (from <= to && !s->over) {
        uint64_t n = to - from + 1 < CHUNK ? to - from + 1 : CHUNK;
        int rc = gw_store_events(s->what->store, s->what->stream, to - n + 1, to, true, try_row, s);
        if (rc != GW_OK || s->rc != GW_OK)
            return rc != GW_OK ? rc : s->rc;
        if (to < n)
            break;
        to -= n;
    }
    return GW_OK;
}

// What the index selects from..to, newest first. GW_ENOTFOUND: the index failed; *ret_upto is where to go on without.
static int look_up(struct searching *s, const char *expression, uint64_t from, uint64_t to, uint64_t *ret_upto)
{
    uint64_t seqs[CANDIDATES];
    size_t count = CANDIDATES;
    while (count == CANDIDATES && from <= to && !s->over) {
        *ret_upto = to;
        if (gw_index_find(s->what->index, expression, to, seqs, CANDIDATES, &count) != GW_OK) {
            gw_warn("search", "index", "%s, looking through all events instead", gw_reason());
            return GW_ENOTFOUND;
        }
        for (size_t i = 0; i < count && seqs[i] >= from && !s->over; i++) {
            int rc = gw_store_events(s->what->store, s->what->stream, seqs[i], seqs[i], true, try_row, s);
            if (rc != GW_OK || s->rc != GW_OK)
                return rc != GW_OK ? rc : s->rc;
        }
        to = count ? seqs[count - 1] - 1 : 0;
    }
    return GW_OK;
}

int gw_search_run(const struct gw_search *search, gw_search_fn *fn, void *arg)
{
    struct searching s = {.what = search, .fn = fn, .arg = arg};
    uint64_t first, last, indexed = 0, upto;
    int rc = gw_store_bounds(search->store, search->stream, &first, &last);
    if (rc != GW_OK || first > last)
        return rc;
    struct gw_buf expression = GW_BUF(EXPRESSION_BYTES);
    bool helps = search->index && search->query && search->stream == GW__STREAM__STREAM_POLICY &&
                 gw_index_expression(search->query, &expression) && gw_index_last(search->index, &indexed) == GW_OK;
    if (!helps || indexed > last)
        indexed = helps && indexed > last ? last : 0;
    rc = look_through(&s, indexed + 1 > first ? indexed + 1 : first, last);
    if (rc == GW_OK && indexed >= first) {
        upto = indexed;
        rc = look_up(&s, gw_buf_str(&expression), first, indexed, &upto);
        if (rc == GW_ENOTFOUND)
            rc = look_through(&s, first, upto);
    }
    gw_buf_fini(&expression);
    return rc;
}
