// SPDX-License-Identifier: Apache-2.0
// What STATUS shows of the running broker: written by the loop of the link, read by the thread that serves consumers.
#ifndef GW_BROKER_BOARD_H
#define GW_BROKER_BOARD_H

#include "base/arena.h"
#include "base/buf.h"
#include "schema/stream.pb-c.h"
#include "store/store.h"
#include "wire/refusals.h"

// Each with a row (name, for people) in board.c.
enum gw_count {
    GW_COUNT_SESSIONS,
    GW_COUNT_REFUSED,
    GW_COUNT_STORED,
    GW_COUNT_UNCHANGED,
    GW_COUNT_LATE,
    GW_COUNT_DEAD,
    GW_COUNT_REPEATS,
    GW_COUNT_TARGETS,
    GW_COUNT_GRANTS,
    GW_COUNT_EXPIRED,
    GW_COUNTS,
};

struct gw_board;

// `refusals` are shown with the counters.
struct gw_board *gw_board_new(const struct gw_refusals *refusals);
struct gw_board *gw_board_free(struct gw_board *board);

// Any thread.
void gw_board_add(struct gw_board *board, enum gw_count which, uint64_t n);
// An agent as it is now. Known ones stay listed when they leave.
void gw_board_agent(struct gw_board *board, const struct gw_id *incarnation, const char *node, bool connected);
// What it says of itself, or one page of that. GW_ELIMIT: far too long.
GW_MUST_CHECK int gw_board_report(struct gw_board *board, const struct gw_id *incarnation, const Gw__Report *report);
// Fill status->agents, ->counters and ->sources (from the newest reports); everything in the arena. GW_ELIMIT.
GW_MUST_CHECK int gw_board_fill(struct gw_board *board, struct gw_arena *arena, Gw__Status *status);

#endif
