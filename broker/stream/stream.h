// SPDX-License-Identifier: Apache-2.0
// The broker's side of the consumers' conversation (CONVERSATION.md, "Stream" and "Status"), on a thread of its own:
// what a consumer does, or does not do, costs the agents nothing.
//
// DESIGN: a commit only says "there is more" (gw_stream_poke); the events come from the log by sequence, so replay and
// live are one thing and nothing can fall between them.
#ifndef GW_STREAM_STREAM_H
#define GW_STREAM_STREAM_H

#include "base/arena.h"
#include "store/writer.h"
#include "wire/gate.h"

#include "schema/stream.pb-c.h"

struct gw_stream;

struct gw_stream_options {
    const char *endpoints[2]; // where to listen; NULL ends
    struct gw_gate *gate;     // of those endpoints that are tcp; NULL: they are plain
    struct gw_refusals *refusals;
    struct gw_store *store;   // only to open a reader of it
    struct gw_writer *writer; // for the positions of durable consumers
    // The stream's thread: add what else STATUS shows, in the arena. May be NULL.
    int (*status)(void *arg, struct gw_arena *arena, Gw__Status *status);
    // The stream's thread: somebody asks, or orders, and has the right to. Answered by gw_stream_answer(), then or
    // later. May be NULL.
    void (*ask)(void *arg, struct gw_stream *stream, uint64_t number, Gw__Errand errand, const char *subject,
                struct gw_store *reader);
    // The stream's thread: the store is damaged.
    void (*broken)(void *arg, int rc);
    void *arg;
};

// Listens when it returns. GW_EEXIST: an endpoint is taken.
GW_MUST_CHECK int gw_stream_new(const struct gw_stream_options *options, struct gw_stream **ret_stream);
// Any thread: something was committed.
void gw_stream_poke(struct gw_stream *stream);
// Any thread, until it is freed: an answer to the question of that number, as gw_askers_answer().
void gw_stream_answer(struct gw_stream *stream, uint64_t number, const Gw__Answer *answer);
// Says goodbye, and puts the last positions to the writer.
void gw_stream_stop(struct gw_stream *stream);
// After the writer is freed.
struct gw_stream *gw_stream_free(struct gw_stream *stream);

#endif
