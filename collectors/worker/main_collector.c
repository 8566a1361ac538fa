// SPDX-License-Identifier: Apache-2.0
// govwire-collector: the fetcher, or (started by it) the nursery of its readers.
#include "base/err.h"
#include "base/log.h"
#include "base/str.h"
#include "worker/fetcher.h"
#include "worker/nursery.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>

enum { SLOTS = 32, SLOTS_MAX = 512, READERS = 2, READERS_MAX = 16 };
enum {
    OPT_HELP = 256,
    OPT_VERSION,
    OPT_CONNECT,
    OPT_SLOTS,
    OPT_READERS,
    OPT_CA_DIR,
    OPT_BODIES,
    OPT_READER,
    OPT_LEVEL,
    OPT_FORMAT
};

#define PROGRAM "govwire-collector " GOVWIRE_VERSION

static const char HELP[] = "Usage: govwire-collector --connect ENDPOINT [OPTION]...\n"
                           "Fetch and read pages for an agent, which normally starts this program itself.\n"
                           "\n"
                           "      --connect ENDPOINT    the agent's endpoint for jobs\n"
                           "      --slots N             jobs at once (32)\n"
                           "      --readers N           processes that read pages (2)\n"
                           "      --ca-dir DIR          one more folder that a source's ca_file may lie in\n"
                           "      --bodies FILE         your own public bodies, CSV: name,canonical,level,region\n"
                           "      --log-level LEVEL     error, warn, info or debug\n"
                           "      --log-format FORMAT   auto, text or json\n"
                           "      --help, --version\n"
                           "\n"
                           "Example: govwire-collector --connect ipc:///run/govwire-0-1f3c/jobs --slots 64\n";

static const struct option OPTIONS[] = {
    {"help", no_argument, NULL, OPT_HELP},
    {"version", no_argument, NULL, OPT_VERSION},
    {"connect", required_argument, NULL, OPT_CONNECT},
    {"slots", required_argument, NULL, OPT_SLOTS},
    {"readers", required_argument, NULL, OPT_READERS},
    {"ca-dir", required_argument, NULL, OPT_CA_DIR},
    {"bodies", required_argument, NULL, OPT_BODIES},
    {"reader", no_argument, NULL, OPT_READER}, // for the fetcher alone: descriptor 3 is its socket
    {"log-level", required_argument, NULL, OPT_LEVEL},
    {"log-format", required_argument, NULL, OPT_FORMAT},
    {0},
};

static int usage(const char *why)
{
    fprintf(stderr, "govwire-collector: %s\nTry 'govwire-collector --help'.\n", why);
    return GW_EXIT_USAGE;
}

static bool parse_count(const char *text, unsigned max, unsigned *ret_count)
{
    uint64_t value;
    if (!gw_parse_u64(gw_span_of(text), max, &value) || value == 0)
        return false;
    *ret_count = (unsigned)value;
    return true;
}

int main(int argc, char **argv)
{
    struct gw_fetcher_options options = {.program = PROGRAM, .slots = SLOTS, .readers = READERS};
    enum gw_log_level level = GW_LOG_INFO;
    enum gw_log_format format = GW_LOG_AUTO;
    bool reader = false;
    for (int option; (option = getopt_long(argc, argv, "", OPTIONS, NULL)) != -1;) {
        switch (option) {
        case OPT_HELP:
            fputs(HELP, stdout);
            return GW_EXIT_OK;
        case OPT_VERSION:
            puts(PROGRAM);
            return GW_EXIT_OK;
        case OPT_CONNECT:
            options.endpoint = optarg;
            break;
        case OPT_SLOTS:
            if (!parse_count(optarg, SLOTS_MAX, &options.slots))
                return usage("--slots wants a number from 1 to 512");
            break;
        case OPT_READERS:
            if (!parse_count(optarg, READERS_MAX, &options.readers))
                return usage("--readers wants a number from 1 to 16");
            break;
        case OPT_CA_DIR:
            options.ca_dir = optarg;
            break;
        case OPT_BODIES:
            options.bodies = optarg;
            break;
        case OPT_READER:
            reader = true;
            break;
        case OPT_LEVEL:
            if (!gw_log_level_parse(optarg, &level))
                return usage("--log-level wants error, warn, info or debug");
            break;
        case OPT_FORMAT:
            if (!gw_log_format_parse(optarg, &format))
                return usage("--log-format wants auto, text or json");
            break;
        default:
            return usage("unknown option");
        }
    }
    gw_log_init(reader ? "govwire-reader" : "govwire-collector", level, format);
    if (reader)
        return gw_nursery_main(options.bodies);
    if (optind < argc)
        return usage("no arguments are expected beside the options");
    if (!options.endpoint)
        return usage("--connect is missing");
    return gw_fetcher_main(&options);
}
