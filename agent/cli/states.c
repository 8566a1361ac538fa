// SPDX-License-Identifier: Apache-2.0
#include "states.h"

#include "base/buf.h"
#include "wire/frame.h"

#include <stdlib.h>
#include <string.h>

enum { ARENA_BYTES = 256 * 1024 * 1024, SCRATCH_BYTES = 4 * 1024 * 1024 };

static struct gw_source_state *add_row(struct gw_states *s)
{
    if (s->count == s->capacity) {
        s->capacity = s->capacity ? s->capacity * 2 : 64;
        s->rows = realloc(s->rows, s->capacity * sizeof *s->rows);
        gw_assert(s->rows);
    }
    return &s->rows[s->count++];
}

static bool add_source(const struct gw_store_source *source, void *arg)
{
    struct gw_states *s = arg;
    ProtobufCMessage *health = NULL;
    if (source->removed)
        return true;
    struct gw_source_state *row = add_row(s);
    *row = (struct gw_source_state){.id = gw_arena_strdup(s->arena, source->id)};
    if (source->health.bytes &&
        gw_message_unpack(&gw__health__descriptor, source->health.at, source->health.bytes, s->arena, &health) == GW_OK)
        row->health = (const Gw__Health *)health;
    return row->id != NULL;
}

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct gw_source_state *)a)->id, ((const struct gw_source_state *)b)->id);
}

static struct gw_source_state *row_of(const struct gw_states *s, const char *id)
{
    struct gw_source_state key = {.id = id};
    return s->count ? bsearch(&key, s->rows, s->count, sizeof key, by_id) : NULL;
}

static void join_reports(struct gw_states *s)
{
    for (size_t i = 0; s->status && i < s->status->n_sources; i++) {
        const Gw__SourceReport *report = s->status->sources[i];
        struct gw_source_state *row = row_of(s, report->source_id);
        if (row) {
            row->report = report;
            row->health = report->health ? report->health : row->health;
        }
    }
}

// ---- what the store says of those that nobody reports

struct tallying {
    struct gw_states *states;
    struct gw_arena *scratch;
    char **hosts;
    size_t count, capacity;
};

static bool note_host(const char *host, void *arg)
{
    struct tallying *t = arg;
    if (t->count == t->capacity) {
        t->capacity = t->capacity ? 2 * t->capacity : 64;
        t->hosts = realloc(t->hosts, t->capacity * sizeof *t->hosts);
        gw_assert(t->hosts);
    }
    t->hosts[t->count] = strdup(host);
    gw_assert(t->hosts[t->count]);
    t->count++;
    return true;
}

static bool tally_target(const struct gw_store_target *row, void *arg)
{
    struct tallying *t = arg;
    struct gw_source_state *source = row_of(t->states, row->source_id);
    ProtobufCMessage *message;
    gw_arena_reset(t->scratch);
    if (!source || !source->stored || // 'store verify' is for what cannot be read
        gw_message_unpack(&gw__target__descriptor, row->target.at, row->target.bytes, t->scratch, &message) != GW_OK)
        return true;
    const Gw__Target *target = (const Gw__Target *)message;
    Gw__SourceReport *report = source->stored;
    if (target->purpose == GW__PURPOSE__PURPOSE_LIST) {
        report->rows_usual = target->rows_usual;
        report->next_poll_ms = target->next_due_ms;
        report->last_success_ms = target->failures == 0 ? target->fetched_ms : 0;
    } else {
        report->pending += target->reads == 0 && !target->done;
        if (target->first_seen_ms > report->last_new_ms)
            report->last_new_ms = target->first_seen_ms;
    }
    return true;
}

static int tally_targets(struct gw_states *s, struct gw_store *store)
{
    struct tallying t = {.states = s, .scratch = gw_arena_new(SCRATCH_BYTES)};
    int rc = gw_store_target_hosts(store, note_host, &t);
    for (size_t i = 0; i < t.count; i++) {
        if (rc == GW_OK)
            rc = gw_store_targets(store, t.hosts[i], NULL, tally_target, &t);
        free(t.hosts[i]);
    }
    free(t.hosts);
    gw_arena_free(t.scratch);
    return rc;
}

static int begin_tally(struct gw_states *s, struct gw_store *store, struct gw_source_state *row)
{
    struct gw_store_run run;
    row->stored = gw_arena_alloc(s->arena, sizeof *row->stored);
    if (!row->stored)
        return gw_fail(GW_ELIMIT, "no memory for so many sources");
    gw__source_report__init(row->stored);
    int rc = gw_store_run_get(store, s->arena, row->id, &run);
    if (rc == GW_OK)
        row->stored->last_poll_ms = run.to_ms;
    row->report = row->stored;
    return rc == GW_ENOTFOUND ? GW_OK : rc;
}

static int read_sources(struct gw_states *s, struct gw_store *store)
{
    uint64_t first;
    bool any = false;
    int rc = gw_store_bounds(store, GW__STREAM__STREAM_POLICY, &first, &s->seq);
    if (rc == GW_OK)
        rc = gw_store_sources(store, add_source, s);
    join_reports(s);
    for (size_t i = 0; i < s->count && rc == GW_OK; i++)
        if (!s->rows[i].report) {
            rc = begin_tally(s, store, &s->rows[i]);
            any = true;
        }
    return rc == GW_OK && any ? tally_targets(s, store) : rc;
}

static int read_store(struct gw_states *s, const char *dir)
{
    struct gw_store *store;
    struct gw_buf path = GW_BUF(64 * 1024);
    gw_buf_printf(&path, "%s/state/store.db", dir);
    struct gw_store_options options = {.backend = "sqlite", .path = gw_buf_str(&path), .read_only = true};
    int rc = gw_store_open(&options, &store);
    gw_buf_fini(&path);
    if (rc != GW_OK)
        return rc == GW_ENOTFOUND ? GW_OK : rc; // nothing has run here yet
    rc = read_sources(s, store);
    gw_store_close(store);
    return rc;
}

// Of a broker elsewhere, whose store is not at hand.
static void take_reports(struct gw_states *s)
{
    for (size_t i = 0; i < s->status->n_sources; i++) {
        const Gw__SourceReport *report = s->status->sources[i];
        *add_row(s) = (struct gw_source_state){.id = report->source_id, .report = report, .health = report->health};
    }
    if (s->count)
        qsort(s->rows, s->count, sizeof *s->rows, by_id);
}

int gw_states_gather(const struct gw_broker_at *at, struct gw_states *ret_states)
{
    struct gw_states s = {.arena = gw_arena_new(ARENA_BYTES)};
    int rc = gw_broker_ask_status(at, &s.answer, &s.status);
    if (rc == GW_OK && at->broker)
        take_reports(&s);
    else if (rc == GW_OK || rc == GW_ENOTFOUND)
        rc = read_store(&s, at->dir);
    if (rc != GW_OK) {
        gw_states_fini(&s);
        return rc;
    }
    if (s.status)
        s.seq = s.status->policy_seq;
    *ret_states = s;
    return GW_OK;
}

void gw_states_fini(struct gw_states *states)
{
    gw_arena_free(states->answer);
    gw_arena_free(states->arena);
    free(states->rows);
    *states = (struct gw_states){0};
}

const struct gw_source_state *gw_states_find(const struct gw_states *states, const char *id)
{
    return row_of(states, id);
}

const char *gw_state_of(const struct gw_source_state *row)
{
    return row && row->health && *row->health->state ? row->health->state : "new";
}

const char *gw_reason_of(const struct gw_source_state *row)
{
    return row && row->health ? row->health->reason : "";
}
