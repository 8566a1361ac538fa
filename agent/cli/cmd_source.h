// SPDX-License-Identifier: Apache-2.0
// The sub-commands of `govwire source`, one file per group; their table is in cmd_source.c.
#ifndef GW_CLI_CMD_SOURCE_H
#define GW_CLI_CMD_SOURCE_H

// cmd_source_files.c: what only needs the files of DIR
int source_add(int argc, char **argv);
int source_list(int argc, char **argv);
int source_show(int argc, char **argv);

// cmd_source_test.c: one look at it
int source_test(int argc, char **argv);

#endif
