// SPDX-License-Identifier: Apache-2.0
// DESIGN: threads and who talks to whom.
//
//   main loop      link (agents), sources            puts work, gets it back through its port
//   writer thread  the store's only writing handle   applies work, commits, pokes the stream
//   stream thread  consumers, status                 reads the log, puts positions
//   index thread   the text index                    reads the log
//   gate thread    keys of those who come by tcp     asked by ZeroMQ, and by both loops per message
//
// They share the writer's queue, the board (counters, reports), the refusals and nothing else. Stopping goes against
// the flow: first nobody gives new work, then the writer finishes what it has, then those it answers are freed.
#include "broker.h"

#include "base/fs.h"
#include "base/log.h"
#include "board.h"
#include "care.h"
#include "errands.h"
#include "link.h"
#include "retention.h"
#include "search/indexer.h"
#include "sources.h"
#include "store/writer.h"
#include "stream/stream.h"

#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    INDEX_LAG_MAX = 100000, // events; beyond it credit waits
    TRIM_MS = 10000,
};

struct gw_broker {
    char *dir;
    uv_loop_t *loop;
    struct gw_store *store;
    struct gw_writer *writer;
    struct gw_refusals *refusals;
    struct gw_board *board;
    struct gw_care *care;
    struct gw_gate *gate; // NULL: nobody comes by tcp, or without keys
    struct gw_sources *sources;
    struct gw_indexer *indexer;
    struct gw_retention *retention; // NULL: everything is kept
    struct gw_stream *stream;
    struct gw_broker_link *link;
    uv_async_t broke; // from any thread: stop, the store is damaged
    uv_timer_t trim;
    int failure;
    bool watching, stopped;
};

static void on_committed(void *arg)
{
    struct gw_broker *broker = arg;
    struct gw_stream *stream = __atomic_load_n(&broker->stream, __ATOMIC_ACQUIRE);
    uint64_t first, last;
    if (stream)
        gw_stream_poke(stream);
    if (gw_store_bounds(broker->store, GW__STREAM__STREAM_POLICY, &first, &last) == GW_OK)
        gw_indexer_poke(broker->indexer, last);
}

static void on_broken(void *arg, int rc)
{
    struct gw_broker *broker = arg;
    __atomic_store_n(&broker->failure, rc, __ATOMIC_RELEASE);
    uv_async_send(&broker->broke);
}

static void on_broke(uv_async_t *async)
{
    gw_broker_stop(async->data);
}

// A connection takes ZeroMQ some 60 KiB, and glibc never gives back what thousands of them leave free in the heap of
// ZeroMQ's thread: one small block at its end holds it all. Takes 1 to 4 ms after a storm, 0.1 ms otherwise.
static void on_trim(uv_timer_t *timer)
{
    (void)timer;
    malloc_trim(0);
}

static void on_refused(void *arg, enum gw_refusal kind, const char *peer, const char *why, uint64_t times)
{
    (void)arg;
    gw_warn("gate", gw_refusal_name(kind), "peer=\"%s\" times=%" PRIu64 " %s, heard of again in a minute", peer, times,
            why);
}

static void on_gate(void *arg, bool bad, const char *text)
{
    (void)arg;
    if (bad)
        gw_warn("gate", "key", "%s, not used", text);
    else
        gw_info("gate", "keys", "%s", text);
}

static int fill_status(void *arg, struct gw_arena *arena, Gw__Status *status)
{
    struct gw_broker *broker = arg;
    uint64_t indexed = gw_indexer_indexed(broker->indexer);
    status->index_lag = status->policy_seq > indexed ? status->policy_seq - indexed : 0;
    return gw_board_fill(broker->board, arena, status);
}

// Search looks through what the index does not have yet, so its delay is bounded by bounding the lag.
static bool is_behind(void *arg)
{
    struct gw_broker *broker = arg;
    return gw_indexer_lag(broker->indexer) > INDEX_LAG_MAX;
}

// ---- errands: from the stream's thread to the store or the agents, and back

struct asked {
    struct gw_stream *stream;
    uint64_t number;
};

static void on_answered(void *arg, const Gw__Answer *answer)
{
    const struct asked *asked = arg;
    gw_stream_answer(asked->stream, asked->number, answer);
}

static void on_agents_answer(void *arg, uint64_t number, const Gw__Answer *answer)
{
    struct gw_broker *broker = arg;
    gw_stream_answer(broker->stream, number, answer);
}

static void on_ask(void *arg, struct gw_stream *stream, uint64_t number, Gw__Errand errand, const char *subject,
                   struct gw_store *reader)
{
    struct gw_broker *broker = arg;
    struct gw_broker_link *link = __atomic_load_n(&broker->link, __ATOMIC_ACQUIRE);
    struct asked asked = {stream, number};
    if (gw_errand_do(errand, subject, broker->dir, reader, broker->board, on_answered, &asked) ||
        gw_care_do(broker->care, errand, subject, on_answered, &asked))
        return;
    if (link) {
        gw_broker_link_ask(link, number, errand, subject);
        return;
    }
    Gw__Answer starting = GW__ANSWER__INIT;
    starting.last = true;
    starting.outcome = GW__OUTCOME__OUTCOME_NOT_NOW;
    starting.reason = "the broker is just starting";
    on_answered(&asked, &starting);
}

static void on_source_changed(void *arg, const char *source_id)
{
    struct gw_broker *broker = arg;
    if (broker->link)
        gw_broker_link_source_changed(broker->link, source_id);
}

static int open_store(struct gw_broker *broker, const struct gw_broker_options *o)
{
    struct gw_buf path = GW_BUF(64 * 1024);
    gw_buf_printf(&path, "%s/state/store.db", o->dir);
    struct gw_store_options options = {.backend = "sqlite", .path = gw_buf_str(&path)};
    int rc = gw_buf_ok(&path) ? gw_store_open(&options, &broker->store) : gw_fail(GW_ELIMIT, "%s: too long", o->dir);
    gw_buf_fini(&path);
    return rc;
}

static int open_indexer(struct gw_broker *broker, const struct gw_broker_options *o)
{
    struct gw_buf path = GW_BUF(64 * 1024);
    gw_buf_printf(&path, "%s/state/index.db", o->dir);
    struct gw_indexer_options options = {.path = gw_buf_str(&path), .store = broker->store};
    int rc = gw_indexer_new(&options, &broker->indexer);
    gw_buf_fini(&path);
    return rc;
}

static int open_gate(struct gw_broker *broker, const struct gw_broker_options *o)
{
    struct gw_buf path = GW_BUF(64 * 1024);
    gw_buf_printf(&path, "%s/state/owners", o->dir);
    struct gw_gate_options options = {
        .keys_dir = o->keys_dir, .owners = gw_buf_str(&path), .refusals = broker->refusals, .say = on_gate};
    int rc = gw_gate_new(&options, &broker->gate);
    gw_buf_fini(&path);
    return rc;
}

static int open_all(struct gw_broker *broker, const struct gw_broker_options *o)
{
    int rc = open_store(broker, o);
    if (rc != GW_OK)
        return rc;
    // The sources first: whoever is answered finds them in the store.
    struct gw_sources_options sources = {.dir = o->dir, .changed = on_source_changed, .arg = broker};
    rc = gw_sources_new(&sources, broker->store, &broker->sources);
    if (rc != GW_OK)
        return rc;
    rc = open_indexer(broker, o);
    if (rc != GW_OK)
        return rc;
    struct gw_writer_options writer = {.committed = on_committed, .arg = broker};
    broker->writer = gw_writer_new(broker->store, &writer);
    gw_sources_watch(broker->sources, broker->loop, broker->writer);
    if (o->retention_ms)
        broker->retention = gw_retention_new(broker->loop, broker->writer, o->retention_ms);
    if (o->listen_agents && o->keys_dir)
        rc = open_gate(broker, o);
    if (rc != GW_OK)
        return rc;
    struct gw_stream_options stream = {.endpoints = {o->consumers, o->listen_consumers},
                                       .gate = broker->gate,
                                       .refusals = broker->refusals,
                                       .store = broker->store,
                                       .writer = broker->writer,
                                       .status = fill_status,
                                       .ask = on_ask,
                                       .broken = on_broken,
                                       .arg = broker};
    struct gw_stream *opened;
    rc = gw_stream_new(&stream, &opened);
    if (rc != GW_OK)
        return rc;
    __atomic_store_n(&broker->stream, opened, __ATOMIC_RELEASE);
    struct gw_broker_link_options link = {.endpoints = {o->agents, o->listen_agents},
                                          .gate = broker->gate,
                                          .refusals = broker->refusals,
                                          .store = broker->store,
                                          .writer = broker->writer,
                                          .board = broker->board,
                                          .is_behind = is_behind,
                                          .answer = on_agents_answer,
                                          .broken = on_broken,
                                          .arg = broker};
    struct gw_broker_link *listening;
    rc = gw_broker_link_new(broker->loop, &link, &listening);
    if (rc == GW_OK)
        __atomic_store_n(&broker->link, listening, __ATOMIC_RELEASE);
    return rc;
}

int gw_broker_new(uv_loop_t *loop, const struct gw_broker_options *options, struct gw_broker **ret_broker)
{
    struct gw_broker *broker = calloc(1, sizeof *broker);
    gw_assert(broker);
    broker->loop = loop;
    broker->dir = strdup(options->dir);
    gw_assert(broker->dir);
    broker->refusals = gw_refusals_new(on_refused, broker);
    broker->board = gw_board_new(broker->refusals);
    broker->care = gw_care_new(broker->dir);
    gw_assert(uv_async_init(loop, &broker->broke, on_broke) == 0);
    broker->broke.data = broker;
    gw_assert(uv_timer_init(loop, &broker->trim) == 0);
    uv_timer_start(&broker->trim, on_trim, TRIM_MS, TRIM_MS);
    int rc = open_all(broker, options);
    if (rc != GW_OK) {
        char reason[256];
        snprintf(reason, sizeof reason, "%s", gw_reason());
        gw_broker_stop(broker);
        uv_run(loop, UV_RUN_DEFAULT);
        gw_broker_free(broker);
        return gw_fail((enum gw_rc)rc, "%s", reason);
    }
    *ret_broker = broker;
    return GW_OK;
}

void gw_broker_reload(struct gw_broker *broker)
{
    if (broker->gate && !broker->stopped)
        gw_gate_reload(broker->gate);
}

void gw_broker_stop(struct gw_broker *broker)
{
    if (broker->stopped)
        return;
    broker->stopped = true;
    gw_broker_link_stop(broker->link);
    gw_sources_stop(broker->sources);
    gw_retention_stop(broker->retention);
    gw_stream_stop(broker->stream);
    broker->writer = gw_writer_free(broker->writer);
    broker->indexer = gw_indexer_free(broker->indexer);
    broker->link = gw_broker_link_free(broker->link);
    broker->sources = gw_sources_free(broker->sources);
    broker->retention = gw_retention_free(broker->retention);
    broker->stream = gw_stream_free(broker->stream);
    broker->gate = gw_gate_free(broker->gate); // behind the sockets it guards
    broker->store = gw_store_close(broker->store);
    uv_close((uv_handle_t *)&broker->broke, NULL);
    uv_close((uv_handle_t *)&broker->trim, NULL);
}

int gw_broker_free(struct gw_broker *broker)
{
    int failure = broker->failure;
    gw_care_free(broker->care);
    gw_board_free(broker->board);
    gw_refusals_free(broker->refusals);
    free(broker->dir);
    free(broker);
    return failure;
}
