// SPDX-License-Identifier: Apache-2.0
// The terminal of `up` and `demo`: event lines and log lines scroll, one status line stays at the bottom.
//
// DESIGN: while it lives, stderr of this process and of the children it starts is a pseudo-terminal whose other end is
// read here, so that a log line never lands in the middle of the status line. What is no terminal has no screen.
#ifndef GW_CLI_SCREEN_H
#define GW_CLI_SCREEN_H

#include "event_line.h"

#include <uv.h>

struct gw_screen;

// NULL when stdout is no terminal, or no pseudo-terminal is to be had: then write lines to stdout as they are.
struct gw_screen *gw_screen_new(uv_loop_t *loop, const struct gw_look *look);
// Prints what is left, takes the status line away, gives stderr back. Closes asynchronously: run the loop once more.
// Accepts NULL, returns NULL.
struct gw_screen *gw_screen_free(struct gw_screen *screen);

void gw_screen_line(struct gw_screen *screen, const char *text);   // without its line end
void gw_screen_status(struct gw_screen *screen, const char *text); // cut to the width

#endif
