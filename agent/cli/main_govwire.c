// SPDX-License-Identifier: Apache-2.0
// The `govwire` command: a table of commands, alphabetical. A command with sub-commands has no help of its own here;
// its table does.
#include "cli.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

static const struct gw_command commands[] = {
    {"version", cmd_version, "Print the version",
     "Usage: govwire version\n\nPrints name and version.\n\nExample:\n  govwire version\n"},
    {0},
};

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, ""); // widths on a terminal; nothing else depends on the locale
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return cmd_version(1, argv);
    return gw_cli_dispatch(NULL, commands, argc, argv);
}
