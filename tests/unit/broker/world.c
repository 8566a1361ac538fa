// SPDX-License-Identifier: Apache-2.0
#include "world.h"

#include "kit/check.h"

#include "base/clock.h"
#include "wire/frame.h"

#include <stdlib.h>

enum { ARENA_BYTES = 64 << 20 };

static void put_source(struct world *w)
{
    Gw__Source source = GW__SOURCE__INIT;
    source.id = "town";
    source.url = WORLD_LIST;
    struct gw_buf packed = GW_BUF(10000);
    check_ok(gw_message_pack(&packed, &source));
    struct gw_store_source row = {.id = "town", .definition = {packed.data, packed.bytes}, .health = {"", 0}};
    struct gw_store_lease lease = {.host = WORLD_HOST, .epoch = w->origin.epoch, .holder = w->origin.incarnation};
    check_ok(gw_store_begin(w->store));
    check_ok(gw_store_source_put(w->store, &row));
    check_ok(gw_store_lease_put(w->store, &lease));
    check_ok(gw_store_commit(w->store));
    gw_buf_fini(&packed);
}

int world_set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    gw_clock_set(WORLD_NOW * 1000LL, 1000);
    check_ok(gw_store_open(&(struct gw_store_options){.backend = "memory"}, &w->store));
    w->arena = gw_arena_new(ARENA_BYTES);
    w->origin = (struct gw_origin){.node = "node", .host = WORLD_HOST, .epoch = 5};
    memset(w->origin.incarnation.at, 0xAB, GW_ID_BYTES);
    put_source(w);
    *state = w;
    return 0;
}

int world_tear_down(void **state)
{
    struct world *w = *state;
    gw_store_close(w->store);
    gw_arena_free(w->arena);
    free(w);
    gw_clock_set(-1, -1);
    return 0;
}

Gw__Observation *world_observation(struct world *w, const char *url, Gw__Purpose purpose)
{
    static int64_t ticks;
    Gw__Observation *o = gw_arena_alloc(w->arena, sizeof *o);
    gw__observation__init(o);
    o->source_id = "town";
    o->url = (char *)url;
    o->purpose = purpose;
    o->fetched_ms = gw_clock_unix_ms() - 1000000 + ++ticks;
    o->extractor = 1;
    o->target = gw_arena_alloc(w->arena, sizeof *o->target);
    gw__target__init(o->target);
    o->target->url = (char *)url;
    o->target->source_id = "town";
    o->target->purpose = purpose;
    o->target->fetched_ms = o->fetched_ms;
    return o;
}

Gw__Observation *world_article(struct world *w, const char *url, const char *title, const char *body)
{
    Gw__Observation *o = world_observation(w, url, GW__PURPOSE__PURPOSE_ARTICLE);
    o->reading_case = GW__OBSERVATION__READING_DOCUMENT;
    o->document = gw_arena_alloc(w->arena, sizeof *o->document);
    gw__document__init(o->document);
    o->document->url = (char *)url;
    o->document->title = (char *)title;
    o->document->body = (char *)body;
    return o;
}

Gw__Observation *world_list(struct world *w, const char *const *urls)
{
    Gw__Observation *o = world_observation(w, WORLD_LIST, GW__PURPOSE__PURPOSE_LIST);
    o->reading_case = GW__OBSERVATION__READING_ROWS;
    o->rows = gw_arena_alloc(w->arena, sizeof *o->rows);
    gw__rows__init(o->rows);
    for (; urls[o->rows->n_rows]; o->rows->n_rows++)
        continue;
    o->rows->rows = gw_arena_alloc(w->arena, (o->rows->n_rows + 1) * sizeof *o->rows->rows);
    for (size_t i = 0; i < o->rows->n_rows; i++) {
        o->rows->rows[i] = gw_arena_alloc(w->arena, sizeof(Gw__Row));
        gw__row__init(o->rows->rows[i]);
        o->rows->rows[i]->url = (char *)urls[i];
        o->rows->rows[i]->title = "row";
    }
    return o;
}

int world_publish(struct world *w, Gw__Observation *observation)
{
    w->origin.msgno++;
    check_ok(gw_store_begin(w->store));
    check_ok(gw_store_savepoint(w->store));
    struct gw_prepared prepared;
    gw_intake_prepare(w->arena, &w->origin, observation, &prepared);
    int rc = gw_intake_publish(w->store, w->arena, &w->origin, observation, &prepared, &w->result);
    if (rc == GW_OK) {
        check_ok(gw_store_release(w->store));
    } else {
        check_ok(gw_store_undo(w->store));
        check_ok(gw_intake_bury(w->store, &w->origin, GW_SPAN("bytes"), gw_reason(), &w->result));
    }
    check_ok(gw_store_commit(w->store));
    return (int)w->result.outcome;
}

void world_read(struct world *w, const char *url, const char *title, const char *body, enum gw_outcome expected)
{
    int outcome = world_publish(w, world_article(w, url, title, body));
    if (outcome != (int)expected)
        fail_msg("'%s': %s, expected %s (%s)", title, gw_outcome_name((enum gw_outcome)outcome),
                 gw_outcome_name(expected), gw_reason());
}

static Gw__Event *unpack(struct world *w, const struct gw_store_event *row)
{
    ProtobufCMessage *message;
    check_ok(gw_message_unpack(&gw__event__descriptor, row->event.at, row->event.bytes, w->arena, &message));
    return (Gw__Event *)message;
}

struct listing {
    struct world *world;
    struct gw_buf *out;
};

static bool list_event(const struct gw_store_event *row, void *arg)
{
    struct listing *l = arg;
    const Gw__Event *e = unpack(l->world, row);
    gw_buf_printf(l->out, "%llu %s", (unsigned long long)row->seq, e->type);
    if (e->source_change)
        gw_buf_printf(l->out, "(%s) from %s", e->source_change->reason, e->source_change->previous);
    else if (e->coverage)
        gw_buf_printf(l->out, " %s %u", e->coverage->status, e->coverage->polls);
    else
        gw_buf_printf(l->out, " r%u%s%s", e->revision, e->change ? " " : "", e->change ? e->change->significance : "");
    gw_buf_puts(l->out, "; ");
    return true;
}

void world_events(struct world *w, Gw__Stream stream, struct gw_buf *out)
{
    check_ok(gw_store_events(w->store, stream, 1, UINT64_MAX, false, list_event, &(struct listing){w, out}));
}

void world_check_events(struct world *w, Gw__Stream stream, const char *expected)
{
    struct gw_buf out = GW_BUF(1 << 20);
    world_events(w, stream, &out);
    assert_string_equal(gw_buf_str(&out), expected);
    gw_buf_fini(&out);
}

struct catch
{
    struct world *world;
    const Gw__Event *event;
};

static bool catch_event(const struct gw_store_event *row, void *arg)
{
    struct catch *c = arg;
    c->event = unpack(c->world, row);
    return false;
}

const Gw__Event *world_event(struct world *w, Gw__Stream stream, uint64_t seq)
{
    struct catch c = {.world = w};
    check_ok(gw_store_events(w->store, stream, seq, seq, false, catch_event, &c));
    assert_non_null(c.event);
    return c.event;
}

const Gw__Target *world_target(struct world *w, const char *url)
{
    struct gw_store_target row;
    int rc = gw_store_target_get(w->store, w->arena, url, &row);
    if (rc == GW_ENOTFOUND)
        return NULL;
    check_ok(rc);
    ProtobufCMessage *message;
    check_ok(gw_message_unpack(&gw__target__descriptor, row.target.at, row.target.bytes, w->arena, &message));
    return (Gw__Target *)message;
}

struct count {
    const char *kind;
    size_t n;
};

static bool count_letter(const struct gw_store_letter *letter, void *arg)
{
    struct count *c = arg;
    c->n += strcmp(letter->kind, c->kind) == 0;
    return true;
}

size_t world_letters(struct world *w, const char *kind)
{
    struct count c = {.kind = kind};
    check_ok(gw_store_letters(w->store, count_letter, &c));
    return c.n;
}
