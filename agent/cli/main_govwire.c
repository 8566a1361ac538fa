// SPDX-License-Identifier: Apache-2.0
// The `govwire` command: a table of commands, alphabetical. A command with sub-commands has no help of its own here;
// its table does.
#include "cli.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

static const struct gw_command commands[] = {
    {"extract", cmd_extract, "Documents from saved pages, as JSON Lines",
     "Usage: govwire extract [OPTION]… FILE|DIR|-…\n"
     "       govwire extract [OPTION]… --manifest FILE\n\n"
     "Prints one JSON object per input, in input order. A page without an article gives "
     "{\"id\",\"article\":false,\"reason\"}.\n"
     "Files ending in .txt are plain text; a DIR means every file below it.\n\n"
     "  --url URL           address of the page, for relative links and dates in it (one input)\n"
     "  --content-type T    as a server would send it (one input)\n"
     "  --manifest FILE     JSON Lines of {\"file\",\"id\"?,\"url\"?,\"content_type\"?}, paths relative to it\n"
     "  --jobs N            read with N processes\n"
     "  --json-errors       inputs that cannot be read give {\"id\",\"error\"} in the record's place\n\n"
     "Exit: 0 all read, 1 some input could not be read, 2 usage.\n\n"
     "Example:\n  govwire extract --url https://www.example.gov.cn/art/1.html page.html\n"},
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
