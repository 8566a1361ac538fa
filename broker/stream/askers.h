// SPDX-License-Identifier: Apache-2.0
// Who waits for ANSWER: each ASK and ORDER has a number until its last answer is sent. Answers come from any thread and
// are sent by the loop of the sockets.
#ifndef GW_STREAM_ASKERS_H
#define GW_STREAM_ASKERS_H

#include "wire/socket.h"

#include "schema/link.pb-c.h"

enum { GW_ASKERS_MAX = 16 }; // at once: each may be sent as much as an entry of the quarantine is long

struct gw_askers;

struct gw_askers *gw_askers_new(uv_loop_t *loop);
// On the loop, while the sockets are there.
void gw_askers_stop(struct gw_askers *askers);
// After its loop has run to its end, and nobody answers any more.
struct gw_askers *gw_askers_free(struct gw_askers *askers);

// On the loop. A number for the question of this peer; 0: there are too many.
uint64_t gw_askers_add(struct gw_askers *askers, struct gw_socket *socket, const struct gw_peer *peer);
// Any thread. What is said to a number that is no more is lost. The one with `last` is the last.
void gw_askers_answer(struct gw_askers *askers, uint64_t number, const Gw__Answer *answer);

#endif
