// SPDX-License-Identifier: Apache-2.0
// `govwire healthcheck`: does it work? One question, answered by the exit code, for supervisors and containers.
#include "broker_talk.h"
#include "cli.h"

#include "base/fs.h"

#include <getopt.h>
#include <stdio.h>

int cmd_healthcheck(int argc, char **argv)
{
    static const struct option options[] = {{"dir", required_argument, NULL, 1}, {0}};
    const char *dir = NULL;
    opterr = 0;
    optind = 0;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c != 1)
            return gw_cli_usage("healthcheck", "unknown or incomplete option '%s'", argv[optind - 1]);
        dir = optarg;
    }
    if (optind < argc)
        return gw_cli_usage("healthcheck", "unexpected argument '%s'", argv[optind]);
    if (!dir)
        return gw_cli_usage("healthcheck", "--dir is missing");
    if (!gw_fs_exists(dir))
        return gw_cli_error(GW_EXIT_UNAVAILABLE, "%s: no such directory", dir);

    struct gw_arena *answer = NULL;
    const Gw__Status *status = NULL;
    size_t connected = 0;
    int exit_code = GW_EXIT_OK;
    if (gw_broker_ask_status(&(struct gw_broker_at){.dir = dir}, &answer, &status) != GW_OK) {
        exit_code = gw_cli_error(GW_EXIT_UNAVAILABLE, "%s", gw_reason());
    } else {
        for (size_t i = 0; i < status->n_agents; i++)
            connected += status->agents[i]->connected;
        if (connected == 0)
            exit_code = gw_cli_error(GW_EXIT_UNAVAILABLE, "the broker in %s answers, but no agent is connected", dir);
        else
            printf("ok: the broker answers, %zu of %zu agents connected\n", connected, status->n_agents);
    }
    gw_arena_free(answer);
    return exit_code;
}
