// SPDX-License-Identifier: Apache-2.0
// `govwire source pause|resume|log|poll`. Whether a source is paused is said in its file, where people look for it.
#include "cmd_source.h"

#include "broker_talk.h"
#include "cli.h"
#include "dir.h"

#include "model/source.h"
#include "model/source_file.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int set_paused(const struct gw_cli_dir *dir, const char *path_of_dir, const char *id, bool paused)
{
    const Gw__Source *source = gw_cli_dir_source(dir, id);
    const char *path;
    if (!source)
        return GW_EXIT_FAILED;
    int rc = gw_source_file_pause(dir->arena, path_of_dir, source, paused, &path);
    if (rc != GW_OK)
        return gw_cli_error(rc == GW_EINVAL ? GW_EXIT_FAILED : GW_EXIT_CANTCREATE, "%s", gw_reason());
    if (path)
        printf("%s is %s, by %s\n", id, paused ? "paused" : "watched again", path);
    else
        printf("%s is %s already\n", id, paused ? "paused" : "watched");
    return GW_EXIT_OK;
}

// ---- the commands

struct arguments {
    struct gw_broker_at at;
    const char *id, *from, *to;
    bool json;
};

static int parse(const char *command, bool log, int argc, char **argv, struct arguments *args)
{
    enum { DIR_ = 1, BROKER, KEY, FROM, TO, JSON };
    static const struct option options[] = {{"dir", required_argument, NULL, DIR_},
                                            {"broker", required_argument, NULL, BROKER},
                                            {"key", required_argument, NULL, KEY},
                                            {"from", required_argument, NULL, FROM},
                                            {"to", required_argument, NULL, TO},
                                            {"json", no_argument, NULL, JSON},
                                            {0}};
    opterr = 0;
    optind = 0;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == DIR_)
            args->at.dir = optarg;
        else if (c == BROKER)
            args->at.broker = optarg;
        else if (c == KEY)
            args->at.key_file = optarg;
        else if (c == FROM && log)
            args->from = optarg;
        else if (c == TO && log)
            args->to = optarg;
        else if (c == JSON && log)
            args->json = true;
        else
            return gw_cli_usage(command, "unknown or incomplete option '%s'", argv[optind - 1]);
    }
    if (optind == argc)
        return gw_cli_usage(command, "needs an ID");
    args->id = argv[optind++];
    if (optind < argc)
        return gw_cli_usage(command, "unexpected argument '%s'", argv[optind]);
    if (!gw_source_id_valid(args->id))
        return gw_cli_usage(command, "'%s' is no ID", args->id);
    return gw_broker_at_check(&args->at, command);
}

// What somebody else does: a broker elsewhere, or the agents.
static int order(const struct arguments *args, Gw__Errand errand)
{
    char remark[GW_REMARK_BYTES];
    int rc = gw_broker_errand(&args->at, errand, args->id, NULL, NULL, remark);
    if (rc == GW_OK) {
        printf("%s: %s\n", args->id, remark);
        return GW_EXIT_OK;
    }
    return gw_cli_error(rc == GW_ENOTFOUND || rc == GW_EINVAL ? GW_EXIT_FAILED
                        : rc == GW_EAGAIN                     ? GW_EXIT_UNAVAILABLE
                                                              : gw_exit_for(rc),
                        "%s", gw_reason());
}

static int pause_or_resume(const char *command, bool paused, int argc, char **argv)
{
    struct arguments args = {0};
    struct gw_cli_dir dir;
    int exit_code = parse(command, false, argc, argv, &args);
    if (exit_code < 0 && args.at.broker)
        return order(&args, paused ? GW__ERRAND__ERRAND_PAUSE : GW__ERRAND__ERRAND_RESUME);
    if (exit_code < 0)
        exit_code = gw_cli_dir_load(args.at.dir, false, &dir);
    if (exit_code >= 0)
        return exit_code;
    exit_code = set_paused(&dir, args.at.dir, args.id, paused);
    gw_cli_dir_fini(&dir);
    return exit_code;
}

int source_pause(int argc, char **argv)
{
    return pause_or_resume("source pause", true, argc, argv);
}

int source_resume(int argc, char **argv)
{
    return pause_or_resume("source resume", false, argc, argv);
}

// The source's events are in the log like all others.
int source_log(int argc, char **argv)
{
    struct arguments args = {0};
    char query[512];
    int exit_code = parse("source log", true, argc, argv, &args);
    if (exit_code >= 0)
        return exit_code;
    int n = snprintf(query, sizeof query, "source:\"%s\"%s%s%s%s", args.id, args.from ? " stored:>=" : "",
                     args.from ? args.from : "", args.to ? " stored:<=" : "", args.to ? args.to : "");
    if (n >= (int)sizeof query)
        return gw_cli_usage("source log", "--from and --to are days: 2024-03-04");
    char *tail[16] = {"event", "tail", "--stream", "source", "--from", "1", "--query", query};
    int count = 8;
    tail[count++] = args.at.dir ? "--dir" : "--broker";
    tail[count++] = (char *)(args.at.dir ? args.at.dir : args.at.broker);
    if (args.at.key_file) {
        tail[count++] = "--key";
        tail[count++] = (char *)args.at.key_file;
    }
    if (args.json)
        tail[count++] = "--json";
    return cmd_event(count, tail);
}

// ---- poll

int source_poll(int argc, char **argv)
{
    struct arguments args = {0};
    int exit_code = parse("source poll", false, argc, argv, &args);
    return exit_code >= 0 ? exit_code : order(&args, GW__ERRAND__ERRAND_POLL);
}
