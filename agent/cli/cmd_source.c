// SPDX-License-Identifier: Apache-2.0
// `govwire source`: a table of sub-commands, alphabetical.
#include "cmd_source.h"

#include "cli.h"

static const struct gw_command commands[] = {
    {"add", source_add, "Write the file of a new source",
     "Usage: govwire source add URL --dir DIR [--id ID] [--discover]\n\n"
     "Writes DIR/sources.d/ID.yaml with id and url, and every other key as a comment. URL is a list page, feed, "
     "sitemap\n"
     "or site. A running govwire picks the file up within seconds.\n\n"
     "  --dir DIR   where govwire.yaml (optional), sources.d/ and state/ are\n"
     "  --id ID     letters, digits, '-', '_', '.'; made from the URL's host unless given\n"
     "  --discover  look at the site first, and write what 'source discover' proposes\n\n"
     "Exit codes: 0 written, 1 it could not be fetched, 2 usage, 3 fetched but nothing to watch, 73 the source or its "
     "file\n"
     "exists, 74 I/O.\n\n"
     "Example:\n  govwire source add https://jxj.ningbo.gov.cn/col/col1229561617/index.html --dir .\n"},
    {"discover", source_discover, "Propose the source file for a URL",
     "Usage: govwire source discover URL [--id ID] [--dir DIR] [--json] [--allow-private-networks]\n\n"
     "Fetches the page as a running govwire would and prints a commented source file: what to watch, the first rows, "
     "one\n"
     "article, and what is missing. Of a home page, or one without dated rows, it also looks for feeds and sitemaps: "
     "those "
     "it\n"
     "links, those robots.txt names, and usual addresses; at most a dozen requests, as far apart as 'delay' says. "
     "Nothing\n"
     "is stored.\n\n"
     "  --id ID     of the proposed source; made from the URL's host unless given\n"
     "  --dir DIR   its govwire.yaml gives the defaults\n"
     "  --json      {\"list\",\"document\",\"warnings\",\"others\",\"source\"}\n"
     "  --allow-private-networks\n"
     "              also addresses of this machine and its networks; the proposed file says so\n\n"
     "Exit codes: 0 proposed, 1 the page could not be fetched, 2 usage, 3 fetched but nothing to watch,\n"
     "69 a program is missing.\n\n"
     "Example:\n  govwire source discover https://jxj.ningbo.gov.cn/ >sources.d/ningbo.yaml\n"},
    {"list", source_list, "The sources of a directory",
     "Usage: govwire source list (--dir DIR | --broker ADDRESS --key FILE) [--json]\n\n"
     "Reads DIR/sources.d itself and says in which state each source is: works while nothing runs. Of a broker "
     "elsewhere\n"
     "it lists the sources that it has.\n\n"
     "  --dir DIR   where govwire.yaml (optional), sources.d/ and state/ are\n"
     "  --broker ADDRESS   instead: a running broker, \"tcp://HOST:7600\"\n"
     "  --key FILE         this machine's key for it, with the role consumer or operator ('govwire key')\n"
     "  --json      id, url, name, state, reason and the like as one JSON object per line\n\n"
     "Exit codes: 0 done, 2 usage, 69 no answer, 77 key not allowed, 78 a file has errors (the others are listed).\n\n"
     "Example:\n  govwire source list --dir .\n"},
    {"log", source_log, "What became of a source: its changes of state",
     "Usage: govwire source log ID (--dir DIR | --broker ADDRESS --key FILE) [--from DAY] [--to DAY] [--json]\n\n"
     "Its events of the source stream, oldest first: when it broke, why, and when it recovered. Works while nothing "
     "runs.\n\n"
     "  --dir DIR   where govwire.yaml (optional), sources.d/ and state/ are\n"
     "  --broker ADDRESS   instead: a running broker, \"tcp://HOST:7600\"\n"
     "  --key FILE         this machine's key for it, with the role consumer or operator ('govwire key')\n"
     "  --from DAY  from this day on: 2024-03-04\n"
     "  --to DAY    up to this day\n"
     "  --json      the events, one per line\n\n"
     "Exit codes: 0 done, 2 usage, 65 store not usable, 69 no answer, 77 key not allowed.\n\n"
     "Example:\n  govwire source log jxj-ningbo --dir .\n"},
    {"pause", source_pause, "Watch a source no more until it is resumed",
     "Usage: govwire source pause ID (--dir DIR | --broker ADDRESS --key FILE)\n\n"
     "Puts the line 'paused: true' into the source's file; a running govwire obeys within seconds. Nothing is "
     "forgotten.\n\n"
     "  --dir DIR   where govwire.yaml (optional), sources.d/ and state/ are\n"
     "  --broker ADDRESS   instead: a running broker, \"tcp://HOST:7600\"\n"
     "  --key FILE         this machine's key for it, with the role operator ('govwire key')\n\n"
     "Exit codes: 0 paused, 1 no such source, or its file has to be edited by hand, 2 usage, 69 no answer, 73 cannot\n"
     "write, 77 key not allowed.\n\n"
     "Example:\n  govwire source pause jxj-ningbo --dir .\n"},
    {"poll", source_poll, "Ask for a source's list now",
     "Usage: govwire source poll ID (--dir DIR | --broker ADDRESS --key FILE)\n\n"
     "The agent that watches it polls it next, whatever its own pace or back-off says. The host's delay, its "
     "robots.txt "
     "and\n"
     "Retry-After are obeyed as ever.\n\n"
     "  --dir DIR          where a broker and its agent run\n"
     "  --broker ADDRESS   instead: a running broker, \"tcp://HOST:7600\"\n"
     "  --key FILE         this machine's key for it, with the role operator ('govwire key')\n\n"
     "Exit codes: 0 it is next, 1 nobody watches it, or it is paused, 2 usage, 69 nothing runs, 77 key not allowed.\n\n"
     "Example:\n  govwire source poll jxj-ningbo --dir .\n"},
    {"resume", source_resume, "Watch a paused source again",
     "Usage: govwire source resume ID (--dir DIR | --broker ADDRESS --key FILE)\n\n"
     "Takes the line 'paused: …' out of the source's file again.\n\n"
     "  --dir DIR   where govwire.yaml (optional), sources.d/ and state/ are\n"
     "  --broker ADDRESS   instead: a running broker, \"tcp://HOST:7600\"\n"
     "  --key FILE         this machine's key for it, with the role operator ('govwire key')\n\n"
     "Exit codes: 0 watched, 1 no such source, or its file has to be edited by hand, 2 usage, 69 no answer, 73 cannot\n"
     "write, 77 key not allowed.\n\n"
     "Example:\n  govwire source resume jxj-ningbo --dir .\n"},
    {"show", source_show, "One definition, as its file says it",
     "Usage: govwire source show ID (--dir DIR | --broker ADDRESS --key FILE) [--json]\n\n"
     "Prints what was said, as YAML. Secrets (${VAR}, key_file) are not resolved.\n\n"
     "  --dir DIR   where govwire.yaml (optional), sources.d/ and state/ are\n"
     "  --broker ADDRESS   instead: a running broker, \"tcp://HOST:7600\"\n"
     "  --key FILE         this machine's key for it, with the role operator ('govwire key')\n"
     "  --json      as JSON\n\n"
     "Exit codes: 0 done, 1 no such source, 2 usage, 69 no answer, 77 key not allowed.\n\n"
     "Example:\n  govwire source show jxj-ningbo --dir .\n"},
    {"test", source_test, "Poll the list, read one article, show what was understood",
     "Usage: govwire source test ID|FILE|URL [--dir DIR] [--json]\n\n"
     "Does what a running govwire would do with this source, once, in a directory of its own: polls the list, reads "
     "the\n"
     "page of its first row, and shows rows, document and where each field was read. Nothing is stored.\n\n"
     "  --dir DIR   whose source ID is; its govwire.yaml also gives the defaults\n"
     "  --json      {\"list\",\"document\",\"warnings\"}, the first two as list and extract print them\n\n"
     "Exit codes: 0 understood, 1 something could not be fetched, 2 usage, 3 fetched but nothing understood,\n"
     "69 a program is missing, 78 the file has errors.\n\n"
     "Example:\n  govwire source test https://jxj.ningbo.gov.cn/col/col1229561617/index.html\n"},
    {0},
};

int cmd_source(int argc, char **argv)
{
    return gw_cli_dispatch("source", commands, argc, argv);
}
