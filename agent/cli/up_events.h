// SPDX-License-Identifier: Apache-2.0
// What `govwire up` hears from its broker: the policy events as they are stored, and its status. One consumer,
// anonymous, from the moment `up` began; a restarted broker is asked to go on where the last one ended.
#ifndef GW_CLI_UP_EVENTS_H
#define GW_CLI_UP_EVENTS_H

#include "event_line.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <uv.h>

struct gw_up_events;

// Life. Events go to `out`: JSON Lines, or lines and a status line when it is a terminal. At most `limit` are printed
// (0: all). Borrows `endpoint`.
struct gw_up_events *gw_up_events_new(uv_loop_t *loop, const char *endpoint, FILE *out, const struct gw_look *look,
                                      uint64_t limit);
struct gw_up_events *gw_up_events_free(struct gw_up_events *events); // accepts NULL, returns NULL

// Use
void gw_up_events_connect(struct gw_up_events *events); // a (new) broker was started
void gw_up_events_tick(struct gw_up_events *events, int64_t now_ms);
// Ask for the status again and again from now on, see gw_up_events_settled().
void gw_up_events_ask(struct gw_up_events *events);

// Inspect
bool gw_up_events_listening(const struct gw_up_events *events); // the broker took our subscription
// Since gw_up_events_ask() the broker has said that all is searchable, and every event up to then has been printed.
bool gw_up_events_settled(const struct gw_up_events *events);
uint64_t gw_up_events_printed(const struct gw_up_events *events);

#endif
