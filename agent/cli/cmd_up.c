// SPDX-License-Identifier: Apache-2.0
#include "cli.h"
#include "house.h"

#include "base/str.h"

#include <getopt.h>
#include <string.h>

// < 0: go on.
static int parse(int argc, char **argv, struct gw_house_options *up)
{
    enum { DIR_ = 1, COLLECTORS, ONCE, REVISIT };
    static const struct option options[] = {
        {"dir", required_argument, NULL, DIR_},
        {"collectors", required_argument, NULL, COLLECTORS},
        {"once", no_argument, NULL, ONCE},
        {"revisit", required_argument, NULL, REVISIT},
        {0},
    };
    opterr = 0;
    optind = 0;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        uint64_t n;
        switch (c) {
        case DIR_:
            up->dir = optarg;
            break;
        case COLLECTORS:
            if (!gw_parse_u64(gw_span_of(optarg), 256, &n) || n == 0)
                return gw_cli_usage("up", "--collectors needs a number from 1 to 256, not '%s'", optarg);
            up->collectors = (uint32_t)n;
            break;
        case ONCE:
            up->once = true;
            break;
        case REVISIT:
            if (strcmp(optarg, "all") != 0)
                return gw_cli_usage("up", "--revisit knows only 'all', not '%s'", optarg);
            up->revisit_all = true;
            break;
        default:
            return gw_cli_usage("up", "unknown or incomplete option '%s'", argv[optind - 1]);
        }
    }
    if (optind < argc)
        return gw_cli_usage("up", "unexpected argument '%s'", argv[optind]);
    if (!up->dir)
        return gw_cli_usage("up", "--dir is missing");
    if (up->revisit_all && !up->once)
        return gw_cli_usage("up", "--revisit goes with --once");
    return -1;
}

int cmd_up(int argc, char **argv)
{
    struct gw_house_options up = {0};
    int exit_code = parse(argc, argv, &up);
    if (exit_code >= 0)
        return exit_code;
    return gw_house_run(&up);
}
