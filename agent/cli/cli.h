// SPDX-License-Identifier: Apache-2.0
// What the commands of `govwire` share: the table rows, help, usage errors.
#ifndef GW_CLI_CLI_H
#define GW_CLI_CLI_H

#include "base/err.h"

struct gw_command {
    const char *name;                  // "source"
    int (*run)(int argc, char **argv); // argv[0] is the command's name; returns an exit code (enum gw_exit)
    const char *summary;               // one line for `govwire --help`
    const char *help;                  // whole text of `govwire NAME --help`: usage, options, exit codes, an example
};

// Print "govwire: …" and "Try 'govwire NAME --help'." on stderr; returns GW_EXIT_USAGE.
int gw_cli_usage(const char *command, const char *format, ...) GW_PRINTF(2, 3);
// Print "govwire: …" on stderr; returns `exit_code`.
int gw_cli_error(int exit_code, const char *format, ...) GW_PRINTF(2, 3);
// True when --help or -h is among the arguments before "--" (the command then prints its help and returns 0).
bool gw_cli_wants_help(int argc, char **argv);
// Run the sub-command argv[1] names out of `table` (terminated by a row without a name), with usage errors and
// suggestions.
int gw_cli_dispatch(const char *parent, const struct gw_command *table, int argc, char **argv);
// The nearest of the table's names by edit distance, NULL when none is near.
const char *gw_cli_nearest(const char *word, const struct gw_command *table);

int cmd_check(int argc, char **argv);
int cmd_demo(int argc, char **argv);
int cmd_event(int argc, char **argv);
int cmd_extract(int argc, char **argv);
int cmd_healthcheck(int argc, char **argv);
int cmd_key(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_quarantine(int argc, char **argv);
int cmd_source(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_store(int argc, char **argv);
int cmd_up(int argc, char **argv);
int cmd_version(int argc, char **argv);

#endif
