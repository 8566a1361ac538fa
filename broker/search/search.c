// SPDX-License-Identifier: Apache-2.0
#include "search.h"

#include "base/log.h"
#include "wire/frame.h"

#include <inttypes.h>

enum {
    CHUNK = 1000, // events read at once: a longer reading would keep the store's log from being cut
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

// What the index selects.
struct looking_up {
    struct searching *searching;
    uint64_t upto; // what is above is done
    int rc;
};

static bool look_up_run(uint64_t first, uint64_t last, void *arg)
{
    struct looking_up *l = arg;
    l->rc = look_through(l->searching, first, last);
    l->upto = first - 1;
    return l->rc == GW_OK && !l->searching->over;
}

static int look_up(struct searching *s, uint64_t from, uint64_t upto)
{
    struct looking_up l = {.searching = s, .upto = upto};
    int rc = gw_index_find(s->what->index, s->what->query, from, upto, look_up_run, &l);
    if (rc == GW_OK || l.rc != GW_OK || s->over)
        return l.rc;
    gw_warn("search", "index", "%s, looking through all events instead", gw_reason());
    return look_through(s, from, l.upto);
}

int gw_search_run(const struct gw_search *search, gw_search_fn *fn, void *arg)
{
    struct searching s = {.what = search, .fn = fn, .arg = arg};
    uint64_t first, last, indexed = 0;
    int rc = gw_store_bounds(search->store, search->stream, &first, &last);
    if (rc != GW_OK || first > last)
        return rc;
    bool helps = search->index && search->query && search->stream == GW__STREAM__STREAM_POLICY &&
                 gw_index_last(search->index, &indexed) == GW_OK;
    indexed = !helps ? 0 : indexed > last ? last : indexed;
    rc = look_through(&s, indexed + 1 > first ? indexed + 1 : first, last);
    return rc == GW_OK && indexed >= first ? look_up(&s, first, indexed) : rc;
}
