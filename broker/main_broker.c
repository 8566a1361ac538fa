// SPDX-License-Identifier: Apache-2.0
// govwire-broker: options, settings, lock and signals around broker.c.
#include "broker.h"

#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/str.h"
#include "model/program.h"
#include "wire/endpoints.h"
#include "wire/socket.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static const char help[] =
    "Usage: govwire-broker --dir DIR [--listen tcp://ADDRESS:PORT [--plain]]\n"
    "\n"
    "Keeps what the agents of DIR saw in DIR/state/store.db, decides what is new, and serves the events to consumers.\n"
    "Reads DIR/govwire.yaml and DIR/sources.d, and looks for changes there every second.\n"
    "\n"
    "  --dir DIR          where govwire.yaml, sources.d/ and state/ are\n"
    "  --listen ENDPOINT  also for agents at this address (\"tcp://*:7600\"), and for consumers and operators at the "
    "port\n"
    "                     after it; encrypted, and only for the keys that 'govwire key allow' let in; SIGHUP reads "
    "them\n"
    "                     at once, otherwise within a second (default: broker.listen of govwire.yaml)\n"
    "  --plain            without keys; --listen must be a loopback address then\n"
    "  --help, --version\n"
    "\n"
    "Exit codes: 0 done, 2 usage, 65 the store is damaged or newer than this program, 69 the address is taken,\n"
    "73 DIR cannot be written, 74 I/O, 75 another broker runs here, 77 a key others can read, 78 govwire.yaml, the\n"
    "address or a key file is wrong.\n"
    "\n"
    "Example:\n"
    "  govwire-broker --dir /var/lib/govwire\n";

enum { SETTINGS_ARENA = 4 * 1024 * 1024, LOCK_WAIT_MS = 3000, LOCK_STEP_MS = 50 };

struct arguments {
    const char *dir, *listen;
    bool plain;
};

static int usage(const char *what, const char *which)
{
    fprintf(stderr, "govwire-broker: %s%s%s%s\nTry 'govwire-broker --help'.\n", what, which ? " '" : "",
            which ? which : "", which ? "'" : "");
    return GW_EXIT_USAGE;
}

// < 0: go on; otherwise the exit code.
static int parse(int argc, char **argv, struct arguments *args)
{
    enum { DIR_ = 1, LISTEN, PLAIN, HELP, VERSION };
    static const struct option options[] = {
        {"dir", required_argument, NULL, DIR_},  {"listen", required_argument, NULL, LISTEN},
        {"plain", no_argument, NULL, PLAIN},     {"help", no_argument, NULL, HELP},
        {"version", no_argument, NULL, VERSION}, {0},
    };
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        switch (c) {
        case DIR_:
            args->dir = optarg;
            break;
        case LISTEN:
            args->listen = optarg;
            break;
        case PLAIN:
            args->plain = true;
            break;
        case HELP:
        case 'h':
            fputs(help, stdout);
            return GW_EXIT_OK;
        case VERSION:
            printf("govwire-broker %s\n", GOVWIRE_VERSION);
            return GW_EXIT_OK;
        default:
            return usage("unknown or incomplete option", argv[optind - 1]);
        }
    }
    if (optind < argc)
        return usage("unexpected argument", argv[optind]);
    return args->dir ? -1 : usage("--dir is missing", NULL);
}

static int fail(int exit_code)
{
    fprintf(stderr, "govwire-broker: %s\n", gw_reason());
    return exit_code;
}

// A broker that was just told to end may still hold it.
static int take_lock(const char *dir, int *ret_fd)
{
    struct gw_buf path = GW_BUF(64 * 1024);
    gw_buf_printf(&path, "%s/state", dir);
    int rc = gw_fs_mkdir(gw_buf_str(&path), 0700), exit_code = GW_EXIT_OK;
    gw_buf_puts(&path, "/broker.lock");
    int64_t give_up_ms = gw_clock_boot_ms() + LOCK_WAIT_MS;
    if (rc == GW_OK)
        while ((rc = gw_fs_lock(gw_buf_str(&path), ret_fd)) == GW_EAGAIN && gw_clock_boot_ms() < give_up_ms)
            nanosleep(&(struct timespec){.tv_nsec = LOCK_STEP_MS * 1000000L}, NULL);
    if (rc != GW_OK)
        exit_code = fail(rc == GW_EAGAIN ? GW_EXIT_TEMPFAIL : GW_EXIT_CANTCREATE);
    gw_buf_fini(&path);
    return exit_code;
}

// ---- where to listen

struct addresses {
    char agents[GW_ENDPOINT_BYTES], consumers[GW_ENDPOINT_BYTES];
    char listen_agents[256], listen_consumers[256];
};

static int wrong_address(const char *listen, const char *why)
{
    fprintf(stderr, "govwire-broker: %s: %s\n", listen, why);
    return GW_EXIT_CONFIG;
}

// "tcp://HOST:PORT" for agents; consumers get the next port, or one of the kernel's choice like the first.
static int split_listen(const char *listen, bool plain, struct addresses *to)
{
    int n = snprintf(to->listen_agents, sizeof to->listen_agents, "%s", listen);
    if (strncmp(listen, "tcp://", 6) != 0 || (size_t)n >= sizeof to->listen_agents ||
        gw_endpoint_for_consumers(listen, to->listen_consumers, sizeof to->listen_consumers) != GW_OK)
        return wrong_address(listen, "broker.listen needs tcp://ADDRESS:PORT with a port up to 65534");
    if (plain && !gw_endpoint_is_local(listen))
        return wrong_address(listen, "--plain goes with a loopback address alone: others must prove who they are");
    return GW_EXIT_OK;
}

static int find_addresses(const char *dir, const char *listen, bool plain, struct addresses *to)
{
    int rc = gw_endpoint(dir, GW_ENDPOINT_AGENTS, to->agents);
    if (rc == GW_OK)
        rc = gw_endpoint(dir, GW_ENDPOINT_CONSUMERS, to->consumers);
    if (rc != GW_OK)
        return fail(gw_exit_for(rc));
    return listen ? split_listen(listen, plain, to) : GW_EXIT_OK;
}

// ---- running

struct run {
    struct gw_broker *broker;
    uv_signal_t signals[3];
};

static void on_signal(uv_signal_t *handle, int number)
{
    struct run *run = handle->data;
    if (number == SIGHUP) {
        gw_broker_reload(run->broker);
        return;
    }
    gw_info("broker", "signal", "%s, ending", number == SIGINT ? "SIGINT" : "SIGTERM");
    gw_broker_stop(run->broker);
}

static int run_broker(const struct gw_broker_options *options)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    uv_loop_t loop;
    struct run run = {0};
    gw_assert(uv_loop_init(&loop) == 0);
    int rc = gw_broker_new(&loop, options, &run.broker);
    if (rc == GW_OK) {
        for (size_t i = 0; i < GW_COUNT(numbers); i++) {
            uv_signal_init(&loop, &run.signals[i]);
            run.signals[i].data = &run;
            uv_signal_start(&run.signals[i], on_signal, numbers[i]);
            uv_unref((uv_handle_t *)&run.signals[i]); // the loop ends with the broker's handles
        }
        gw_info("broker", "ready", "dir=%s", options->dir);
        uv_run(&loop, UV_RUN_DEFAULT);
        rc = gw_broker_free(run.broker);
        for (size_t i = 0; i < GW_COUNT(numbers); i++)
            uv_close((uv_handle_t *)&run.signals[i], NULL);
        uv_run(&loop, UV_RUN_DEFAULT);
    } else {
        fail(0);
    }
    uv_loop_close(&loop);
    gw_socket_shutdown();
    return rc == GW_EEXIST ? GW_EXIT_UNAVAILABLE : rc == GW_EINVAL ? GW_EXIT_CONFIG : gw_exit_for(rc);
}

static int run_in(const struct arguments *args, const struct gw_settings *settings)
{
    struct addresses at = {0};
    const char *listen = args->listen ? args->listen : settings->broker_listen;
    int lock_fd, exit_code = find_addresses(args->dir, listen, args->plain, &at);
    if (exit_code == GW_EXIT_OK)
        exit_code = take_lock(args->dir, &lock_fd);
    if (exit_code != GW_EXIT_OK)
        return exit_code;
    struct gw_broker_options options = {
        .dir = args->dir,
        .retention_ms = settings->store_retention_ms,
        .agents = at.agents,
        .consumers = at.consumers,
        .listen_agents = *at.listen_agents ? at.listen_agents : NULL,
        .listen_consumers = *at.listen_consumers ? at.listen_consumers : NULL,
        .keys_dir = args->plain ? NULL : settings->broker_keys_dir,
    };
    return run_broker(&options); // the lock ends with the process
}

// Each connection is one, and out of them ZeroMQ would spin.
static void raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv)
{
    struct arguments args = {0};
    int exit_code = parse(argc, argv, &args);
    if (exit_code >= 0)
        return exit_code;
    signal(SIGPIPE, SIG_IGN);
    raise_descriptors();
    struct gw_arena *arena = gw_arena_new(SETTINGS_ARENA);
    struct gw_settings settings;
    exit_code = gw_program_begin(arena, "govwire-broker", args.dir, &settings);
    if (exit_code == GW_EXIT_OK)
        exit_code = run_in(&args, &settings);
    gw_arena_free(arena);
    return exit_code;
}
