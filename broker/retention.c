// SPDX-License-Identifier: Apache-2.0
#include "retention.h"

#include "base/clock.h"
#include "base/log.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    EVENTS_AT_ONCE = 500, // of each stream, in one transaction: others wait for it
    LOOK_LEAST_MS = 1000,
    LOOK_MOST_MS = 3600 * 1000,
    LOOKS = 20, // in the time that events are kept
};

struct gw_retention {
    struct gw_work work;
    uv_timer_t timer;
    struct gw_writer *writer;
    struct gw_port *port;
    uint64_t keep_ms;
    bool working, stopped;
    uint64_t removed; // by the last work
    bool more;
};

struct cutting {
    int64_t before_ms;
    uint64_t before; // the first seq that stays
    uint64_t count;
};

static bool is_old(const struct gw_store_event *event, void *arg)
{
    struct cutting *c = arg;
    if (event->stored_ms >= c->before_ms)
        return false;
    c->before = event->seq + 1;
    c->count++;
    return true;
}

static int apply(struct gw_store *store, struct gw_work *work)
{
    struct gw_retention *r = (struct gw_retention *)work;
    r->removed = 0;
    r->more = false;
    for (Gw__Stream stream = 1; stream < GW_STREAMS; stream++) {
        struct cutting c = {.before_ms = gw_clock_unix_ms() - (int64_t)r->keep_ms};
        uint64_t first, last;
        int rc = gw_store_bounds(store, stream, &first, &last);
        if (rc == GW_OK)
            rc = gw_store_events(store, stream, first, first + EVENTS_AT_ONCE - 1, false, is_old, &c);
        if (rc == GW_OK && c.count)
            rc = gw_store_trim(store, stream, c.before);
        if (rc != GW_OK)
            return rc;
        r->removed += c.count;
        r->more |= c.count == EVENTS_AT_ONCE;
    }
    return GW_OK;
}

static void on_look(uv_timer_t *timer);

static void done(struct gw_work *work)
{
    struct gw_retention *r = (struct gw_retention *)work;
    r->working = false;
    if (work->rc == GW_OK && r->removed)
        gw_info("store", "retention", "%" PRIu64 " events removed", r->removed);
    if (work->rc != GW_OK)
        gw_warn("store", "retention", "%s, trying again later", work->reason);
    else if (r->more && !r->stopped)
        on_look(&r->timer);
}

static void on_look(uv_timer_t *timer)
{
    struct gw_retention *r = timer->data;
    if (r->working)
        return;
    r->work = (struct gw_work){.apply = apply, .done = done, .port = r->port, .bytes = sizeof *r};
    r->working = gw_writer_put(r->writer, &r->work) == GW_OK;
}

struct gw_retention *gw_retention_new(uv_loop_t *loop, struct gw_writer *writer, uint64_t keep_ms)
{
    struct gw_retention *r = calloc(1, sizeof *r);
    gw_assert(r);
    r->writer = writer;
    r->keep_ms = keep_ms;
    uint64_t look_ms = keep_ms / LOOKS;
    look_ms = look_ms < LOOK_LEAST_MS ? LOOK_LEAST_MS : look_ms > LOOK_MOST_MS ? LOOK_MOST_MS : look_ms;
    r->port = gw_port_new(loop);
    gw_assert(uv_timer_init(loop, &r->timer) == 0);
    r->timer.data = r;
    uv_timer_start(&r->timer, on_look, LOOK_LEAST_MS, look_ms);
    return r;
}

void gw_retention_stop(struct gw_retention *r)
{
    if (!r)
        return;
    r->stopped = true;
    uv_timer_stop(&r->timer);
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

struct gw_retention *gw_retention_free(struct gw_retention *r)
{
    if (!r)
        return NULL;
    r->port = gw_port_free(r->port);
    uv_close((uv_handle_t *)&r->timer, on_closed);
    return NULL;
}
