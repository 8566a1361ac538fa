// SPDX-License-Identifier: Apache-2.0
// The `govwire` command: a table of commands, alphabetical. A command with sub-commands has no help of its own here;
// its table does.
#include "cli.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

static const struct gw_command commands[] = {
    {"check", cmd_check, "Find every error in the files of a directory",
     "Usage: govwire check --dir DIR\n\n"
     "Reads DIR/govwire.yaml and DIR/sources.d without starting anything. Each problem is a line on standard error,\n"
     "file:line:column: key: reason; warnings begin with \"warning: \".\n\n"
     "  --dir DIR   where govwire.yaml (optional), sources.d/ and state/ are\n\n"
     "Exit codes: 0 no error, 2 usage, 78 errors.\n\n"
     "Example:\n  govwire check --dir .\n"},
    {"demo", cmd_demo, "Watch a small ministry of our own on this machine",
     "Usage: govwire demo [--port P] [--events N]\n"
     "\n"
     "Serves a ministry and a city that do not exist on loopback, Chinese and English, watches them with a whole\n"
     "govwire in a temporary directory, and prints what happens: old articles, revisions after two seconds, a new\n"
     "article every five. Needs no network and no configuration, and leaves nothing behind. Events go to standard\n"
     "output (JSON Lines, or a line each on a terminal), all else to standard error.\n"
     "\n"
     "  --port P     the ministry's port (default: a free one)\n"
     "  --events N   end after N events; exit 1 when 60 seconds were not enough\n"
     "\n"
     "Example:\n  govwire demo --events 8\n"},
    {"event", cmd_event, "What was found: tail, search, get, diff, history, export", NULL},
    {"extract", cmd_extract, "Documents from saved pages, as JSON Lines",
     "Usage: govwire extract [OPTION]… FILE|DIR|-…\n"
     "       govwire extract [OPTION]… --manifest FILE\n\n"
     "Prints one JSON object per input, in input order. A page without an article gives "
     "{\"id\",\"article\":false,\"reason\"}.\n"
     "Files ending in .txt are plain text; a DIR means every file below it.\n\n"
     "  --url URL           address of the page, for relative links and dates in it (one input)\n"
     "  --content-type T    as a server would send it (one input)\n"
     "  --site FILE         a source file whose rules for articles hold; id and url may be missing\n"
     "  --bodies FILE       public bodies of your own, CSV: name,canonical,level,region (names split by ';')\n"
     "  --manifest FILE     JSON Lines of {\"file\",\"id\"?,\"url\"?,\"content_type\"?}, paths relative to it\n"
     "  --jobs N            read with N processes\n"
     "  --json-errors       inputs that cannot be read give {\"id\",\"error\"} in the record's place\n"
     "  --explain           for people: the text with each fact marked, and why it was taken (NO_COLOR holds)\n\n"
     "Exit: 0 all read, 1 some input could not be read, 2 usage, 78 the file of --site or --bodies is wrong.\n\n"
     "Example:\n  govwire extract --url https://www.example.gov.cn/art/1.html page.html\n"},
    {"healthcheck", cmd_healthcheck, "Whether what runs in a directory works, as an exit code",
     "Usage: govwire healthcheck --dir DIR\n\n"
     "For supervisors and containers: asks the broker of DIR, and whether an agent is connected to it. How each "
     "source\n"
     "is doing is another question: govwire status.\n\n"
     "Exit codes: 0 the broker answers and an agent is connected, 2 usage, 69 otherwise.\n\n"
     "Example:\n  govwire healthcheck --dir /var/lib/govwire\n"},
    {"key", cmd_key, "Who may join a broker from another machine: new, allow, list, revoke", NULL},
    {"list", cmd_list, "Rows of saved list pages, feeds, sitemaps and data, as JSON Lines",
     "Usage: govwire list [OPTION]… FILE|-…\n"
     "       govwire list [OPTION]… --manifest FILE\n\n"
     "Prints {\"id\",\"url\",\"how\",\"items\":[{\"title\",\"url\",\"date\"}],\"next\"} for each input. A list without "
     "rows\n"
     "gives \"items\":[] and a warning. Nothing is fetched: of a page whose rows come with a second request the\n"
     "warning says which; the saved answer of that request can be given instead.\n\n"
     "  --url URL           address of the page, for relative links (one input)\n"
     "  --site FILE         a source file with selectors and the like; its id and url may be missing\n"
     "  --manifest FILE     JSON Lines of {\"file\",\"id\"?,\"url\"?,\"content_type\"?}, paths relative to it\n"
     "  --json-errors       inputs that cannot be read give {\"id\",\"error\"} in the record's place\n\n"
     "Exit: 0 all read, 1 some input could not be read, 2 usage, 78 the site file is wrong.\n\n"
     "Example:\n  govwire list --url https://www.example.gov.cn/tzgg/ page.html\n"},
    {"quarantine", cmd_quarantine, "Pages that could not be taken: list, show, bytes, replay, drop", NULL},
    {"source", cmd_source, "What is watched: add, list, show", NULL},
    {"status", cmd_status, "What runs, and how each source is",
     "Usage: govwire status (--dir DIR | --broker ADDRESS --key FILE) [--json]\n\n"
     "Asks the running broker for agents, sources and counters; when nothing runs, says what the store remembers.\n\n"
     "  --dir DIR          where govwire.yaml (optional), sources.d/ and state/ are\n"
     "  --broker ADDRESS   instead: a running broker, \"tcp://HOST:7600\"\n"
     "  --key FILE         this machine's key for it, with the role operator ('govwire key')\n"
     "  --json             one JSON object\n\n"
     "Exit codes: 0 done, also when nothing runs, 1 no such DIR, 2 usage, 65 store not usable, 69 no answer, 77 key "
     "not\n"
     "allowed.\n\n"
     "Example:\n  govwire status --dir .\n"},
    {"store", cmd_store, "Look after what is stored: backup, restore, verify, reindex", NULL},
    {"up", cmd_up, "Watch the sources of a directory: broker, agent and collectors",
     "Usage: govwire up --dir DIR [--collectors N] [--once [--revisit all]]\n"
     "\n"
     "Runs everything on this machine. Sources are read from DIR/sources.d/*.yaml, everything written lies below\n"
     "DIR/state. Policy events go to standard output as they are stored: JSON Lines, or a line each on a terminal.\n"
     "\n"
     "  --dir DIR        where govwire.yaml, bodies.csv (both optional), sources.d/ and state/ are\n"
     "  --collectors N   collectors to run (default: agent.collectors of govwire.yaml)\n"
     "  --once           poll every source once, read what that found and what is due, wait until all is stored, end\n"
     "  --revisit all    with --once: read every known article again\n"
     "\n"
     "Exit codes: 0 done (also after SIGINT or SIGTERM), 1 with --once: a list could not be fetched or an article was\n"
     "left unread, 2 usage, 65 store newer or damaged, 69 a program is missing or a port taken, 73 DIR cannot be\n"
     "written, 74 I/O, 75 another 'up' runs here, 78 configuration.\n"
     "\n"
     "Example:\n  govwire up --dir . --once\n"},
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
