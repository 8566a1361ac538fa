// SPDX-License-Identifier: Apache-2.0
// govwire-agent: options, settings, lock and signals around agent.c.
#include "agent.h"

#include "base/fs.h"
#include "base/log.h"
#include "base/str.h"
#include "model/program.h"
#include "wire/endpoints.h"
#include "wire/socket.h"

#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "Usage: govwire-agent --dir DIR [--broker ENDPOINT --key FILE] [--collectors N] [--once [--revisit all]]\n"
    "\n"
    "Decides when lists and articles are read, runs the collectors that read them, and delivers what they saw to the\n"
    "broker. Everything it writes lies below DIR/state.\n"
    "\n"
    "  --dir DIR          where govwire.yaml and state/ are\n"
    "  --broker ENDPOINT  the broker, \"tcp://HOST:7600\" (default: agent.broker of govwire.yaml, else the one of DIR "
    "on\n"
    "                     this machine)\n"
    "  --key FILE         this machine's key for it, from 'govwire key new' (default: agent.key of govwire.yaml)\n"
    "  --collectors N     collectors to run (default: agent.collectors of govwire.yaml)\n"
    "  --once             poll every source once, read what that found and what is due, then end\n"
    "  --revisit all      with --once: read every known article again\n"
    "  --help, --version\n"
    "\n"
    "Exit codes: 0 done, 1 with --once: something stayed unread, 2 usage, 65 the outbox is damaged, 69 no collector\n"
    "program, 73 DIR cannot be written, 74 I/O, 75 another agent runs here, 77 a key others can read, 78 govwire.yaml\n"
    "or the key file is wrong, or there is none for a broker elsewhere.\n"
    "\n"
    "Example:\n"
    "  govwire-agent --dir /var/lib/govwire --once\n";

enum { COLLECTORS_MAX = 256, SETTINGS_ARENA = 4 * 1024 * 1024 };

struct arguments {
    const char *dir, *broker, *key;
    uint32_t collectors; // 0: as the settings say
    bool once, revisit_all;
};

static int usage(const char *what, const char *which)
{
    fprintf(stderr, "govwire-agent: %s%s%s%s\nTry 'govwire-agent --help'.\n", what, which ? " '" : "",
            which ? which : "", which ? "'" : "");
    return GW_EXIT_USAGE;
}

// < 0: go on; otherwise the exit code.
static int parse(int argc, char **argv, struct arguments *args)
{
    enum { DIR_ = 1, BROKER, COLLECTORS, KEY, ONCE, REVISIT, HELP, VERSION };
    static const struct option options[] = {
        {"dir", required_argument, NULL, DIR_},
        {"broker", required_argument, NULL, BROKER},
        {"once", no_argument, NULL, ONCE},
        {"collectors", required_argument, NULL, COLLECTORS},
        {"help", no_argument, NULL, HELP},
        {"revisit", required_argument, NULL, REVISIT},
        {"version", no_argument, NULL, VERSION},
        {"key", required_argument, NULL, KEY},
        {0},
    };
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        uint64_t n;
        switch (c) {
        case DIR_:
            args->dir = optarg;
            break;
        case BROKER:
            args->broker = optarg;
            break;
        case KEY:
            args->key = optarg;
            break;
        case COLLECTORS:
            if (!gw_parse_u64(gw_span_of(optarg), COLLECTORS_MAX, &n) || n == 0)
                return usage("--collectors needs a number from 1 to 256, not", optarg);
            args->collectors = (uint32_t)n;
            break;
        case ONCE:
            args->once = true;
            break;
        case REVISIT:
            if (strcmp(optarg, "all") != 0)
                return usage("--revisit knows only 'all', not", optarg);
            args->revisit_all = true;
            break;
        case HELP:
        case 'h':
            fputs(help, stdout);
            return GW_EXIT_OK;
        case VERSION:
            printf("govwire-agent %s\n", GOVWIRE_VERSION);
            return GW_EXIT_OK;
        default:
            return usage("unknown or incomplete option", argv[optind - 1]);
        }
    }
    if (optind < argc)
        return usage("unexpected argument", argv[optind]);
    if (!args->dir)
        return usage("--dir is missing", NULL);
    if (args->revisit_all && !args->once)
        return usage("--revisit goes with --once", NULL);
    return -1;
}

static int fail(int exit_code)
{
    fprintf(stderr, "govwire-agent: %s\n", gw_reason());
    return exit_code;
}

static int take_lock(const char *dir, int *ret_fd)
{
    char state[PATH_MAX], lock[PATH_MAX];
    if (snprintf(state, sizeof state, "%s/state", dir) >= (int)sizeof state ||
        snprintf(lock, sizeof lock, "%s/agent.lock", state) >= (int)sizeof lock)
        return fail(gw_exit_for(gw_fail(GW_ELIMIT, "%s: path too long", dir)));
    if (gw_fs_mkdir(state, 0700))
        return fail(GW_EXIT_CANTCREATE);
    int rc = gw_fs_lock(lock, ret_fd);
    if (rc)
        return fail(rc == GW_EAGAIN ? GW_EXIT_TEMPFAIL : GW_EXIT_CANTCREATE);
    return GW_EXIT_OK;
}

// What it needs to reach the broker; `ret_key` stays as it is for one on this machine.
static int load_key(const char *file, const char *broker, struct gw_key *ret_key)
{
    if (gw_endpoint_is_ipc(broker) || (!file && gw_endpoint_is_local(broker)))
        return GW_EXIT_OK;
    if (!file) {
        fprintf(stderr, "govwire-agent: %s is not on this machine: --key FILE is missing ('govwire key new')\n",
                broker);
        return GW_EXIT_CONFIG;
    }
    int rc = gw_key_load_client(file, ret_key);
    return rc == GW_OK ? GW_EXIT_OK : fail(rc == GW_EDENIED ? GW_EXIT_NOPERM : GW_EXIT_CONFIG);
}

// ---- running

struct run {
    struct gw_agent *agent;
    uv_signal_t interrupt, terminate;
};

static void on_signal(uv_signal_t *handle, int number)
{
    struct run *run = handle->data;
    gw_info("agent", "signal", "%s, ending", number == SIGINT ? "SIGINT" : "SIGTERM");
    gw_agent_stop(run->agent, GW_EXIT_OK);
}

static void listen_for(uv_loop_t *loop, struct run *run, uv_signal_t *handle, int number)
{
    uv_signal_init(loop, handle);
    handle->data = run;
    uv_signal_start(handle, on_signal, number);
    uv_unref((uv_handle_t *)handle); // the loop ends with the agent's handles
}

static int run_agent(const struct gw_agent_options *options)
{
    uv_loop_t loop;
    gw_assert(uv_loop_init(&loop) == 0);
    struct run run = {0};
    int rc = gw_agent_new(&loop, options, &run.agent), exit_code;
    if (rc) {
        exit_code = fail(rc == GW_EEXIST ? GW_EXIT_TEMPFAIL : gw_exit_for(rc));
    } else {
        listen_for(&loop, &run, &run.interrupt, SIGINT);
        listen_for(&loop, &run, &run.terminate, SIGTERM);
        uv_run(&loop, UV_RUN_DEFAULT);
        exit_code = (int)gw_agent_exit(run.agent);
        uv_close((uv_handle_t *)&run.interrupt, NULL);
        uv_close((uv_handle_t *)&run.terminate, NULL);
    }
    uv_run(&loop, UV_RUN_DEFAULT);
    gw_agent_free(run.agent);
    uv_loop_close(&loop);
    gw_socket_shutdown();
    return exit_code;
}

int main(int argc, char **argv)
{
    struct arguments args = {0};
    int exit_code = parse(argc, argv, &args), lock_fd = -1;
    if (exit_code >= 0)
        return exit_code;
    signal(SIGPIPE, SIG_IGN);
    struct gw_arena *arena = gw_arena_new(SETTINGS_ARENA);
    struct gw_settings settings;
    char *collector = NULL, node[256] = "", own_broker[GW_ENDPOINT_BYTES], jobs[GW_ENDPOINT_BYTES];
    const char *broker = own_broker;
    struct gw_key key = {0};
    exit_code = gw_program_begin(arena, "govwire-agent", args.dir, &settings);
    if (exit_code == GW_EXIT_OK)
        exit_code = take_lock(args.dir, &lock_fd);
    if (exit_code == GW_EXIT_OK && gw_fs_find_program("govwire-collector", &collector))
        exit_code = fail(GW_EXIT_UNAVAILABLE);
    if (exit_code == GW_EXIT_OK &&
        (gw_endpoint(args.dir, GW_ENDPOINT_AGENTS, own_broker) || gw_endpoint(args.dir, GW_ENDPOINT_JOBS, jobs)))
        exit_code = fail(GW_EXIT_CANTCREATE);
    if (exit_code == GW_EXIT_OK) {
        broker = args.broker ? args.broker : settings.agent_broker ? settings.agent_broker : own_broker;
        exit_code = load_key(args.key ? args.key : settings.agent_key, broker, &key);
    }
    if (exit_code == GW_EXIT_OK) {
        gethostname(node, sizeof node - 1);
        struct gw_agent_options options = {
            .dir = args.dir,
            .broker = broker,
            .key = *key.secret_key ? &key : NULL,
            .jobs = jobs,
            .node = node,
            .program = "govwire-agent " GOVWIRE_VERSION,
            .collector_program = collector,
            .log_level = settings.log_level ? settings.log_level : "info",
            .log_format = settings.log_format ? settings.log_format : "auto",
            .collectors = args.collectors ? args.collectors : settings.agent_collectors,
            .outbox_max = settings.outbox_max,
            .quarantine_max = settings.quarantine_max,
            .once = args.once,
            .revisit_all = args.revisit_all,
        };
        exit_code = run_agent(&options);
    }
    gw_key_wipe(&key);
    free(collector);
    gw_arena_free(arena);
    if (lock_fd >= 0)
        close(lock_fd);
    return exit_code;
}
