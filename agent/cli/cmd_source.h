// SPDX-License-Identifier: Apache-2.0
// The sub-commands of `govwire source`, one file per group; their table is in cmd_source.c.
#ifndef GW_CLI_CMD_SOURCE_H
#define GW_CLI_CMD_SOURCE_H

#include "schema/source.pb-c.h"

// cmd_source_files.c: what only needs the files of DIR
int source_add(int argc, char **argv);
int source_list(int argc, char **argv);
int source_show(int argc, char **argv);

// cmd_source_discover.c: from a URL to a file
int source_discover(int argc, char **argv);
struct gw_arena;
struct gw_discovery;
// gw_discover() with its messages: 0, or the exit code.
int gw_cli_discover(struct gw_arena *arena, const char *id, const char *url, const Gw__FetchRule *fetch,
                    const Gw__FetchRule *defaults, struct gw_discovery *ret_discovery);

// cmd_source_control.c: what it does, and what it did
int source_log(int argc, char **argv);
int source_poll(int argc, char **argv);
int source_pause(int argc, char **argv);
int source_resume(int argc, char **argv);

// cmd_source_test.c: one look at it
int source_test(int argc, char **argv);

#endif
