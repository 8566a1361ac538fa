// SPDX-License-Identifier: Apache-2.0
// One event as one line for people: time, what happened, source, kind, title; cut to the width of the terminal.
#ifndef GW_CLI_EVENT_LINE_H
#define GW_CLI_EVENT_LINE_H

#include "base/buf.h"
#include "schema/event.pb-c.h"

#include <stdbool.h>
#include <stdio.h>

// How lines to `file` should look: its width (0: no limit, when it is no terminal), and colours: on a terminal, unless
// NO_COLOR (no-color.org) is set or TERM is dumb.
struct gw_look {
    int columns;
    bool colours;
    bool terminal;
};
struct gw_look gw_look_of(FILE *file);

// Append the line without its end. Control characters of the page become blanks.
void gw_event_line(struct gw_buf *out, const Gw__Event *event, const struct gw_look *look);
// Append at most `columns` columns of text (East Asian wide characters take two; 0: all), "…" for what was cut. Returns
// the columns used.
int gw_text_columns(struct gw_buf *out, const char *text, int columns);

#endif
