// SPDX-License-Identifier: Apache-2.0
// Events on standard output: a line for people, JSON Lines, CSV, or one in full.
#ifndef GW_CLI_EVENT_PRINT_H
#define GW_CLI_EVENT_PRINT_H

#include "base/err.h"
#include "schema/event.pb-c.h"

#include <stdint.h>

enum gw_event_format { GW_EVENT_LINE, GW_EVENT_JSON, GW_EVENT_CSV };

// Once, before the first: the header of CSV.
void gw_event_print_head(enum gw_event_format format);
// One line. GW_EIO: the output is closed or full.
GW_MUST_CHECK int gw_event_print(enum gw_event_format format, uint64_t seq, const Gw__Event *event);
// Everything, for people.
void gw_event_print_whole(uint64_t seq, const Gw__Event *event);
// What a revision changed, for people.
void gw_event_print_change(const Gw__Event *event);

#endif
