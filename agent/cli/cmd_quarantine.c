// SPDX-License-Identifier: Apache-2.0
// `govwire quarantine`: what could not be taken, kept with its bytes and the reason. With --dir it reads DIR itself, so
// it works while nothing runs; with --broker it asks that broker's agents.
#include "broker_talk.h"
#include "cli.h"

#include "agent/quarantine.h"
#include "base/fs.h"

#include <getopt.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { META_MAX = 256 * 1024, BYTES_MAX = 16 * 1024 * 1024, REPLAY_CPU_S = 20 };
#ifdef __SANITIZE_ADDRESS__
static const rlim_t REPLAY_BYTES = RLIM_INFINITY; // it reserves far more than it uses
#else
static const rlim_t REPLAY_BYTES = 1024 * 1024 * 1024;
#endif

struct arguments {
    struct gw_broker_at at;
    char dir[PATH_MAX]; // of the quarantine; "": it is elsewhere
    const char *id;     // NULL: none
    bool json;
};

// < 0: go on.
static int parse(const char *command, int argc, char **argv, bool wants_id, struct arguments *args)
{
    enum { DIR_ = 1, BROKER, KEY, JSON };
    static const struct option options[] = {{"dir", required_argument, NULL, DIR_},
                                            {"broker", required_argument, NULL, BROKER},
                                            {"key", required_argument, NULL, KEY},
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
        else if (c == JSON)
            args->json = true;
        else
            return gw_cli_usage(command, "unknown or incomplete option '%s'", argv[optind - 1]);
    }
    int exit_code = gw_broker_at_check(&args->at, command);
    if (exit_code >= 0)
        return exit_code;
    if (wants_id && optind == argc)
        return gw_cli_usage(command, "needs an ID");
    args->id = wants_id ? argv[optind++] : NULL;
    if (wants_id && (strchr(args->id, '/') || *args->id == '.'))
        return gw_cli_usage(command, "'%s' is no ID", args->id);
    if (optind < argc)
        return gw_cli_usage(command, "unexpected argument '%s'", argv[optind]);
    const char *dir = args->at.dir;
    if (!dir)
        return -1;
    if (!gw_fs_exists(dir))
        return gw_cli_error(GW_EXIT_FAILED, "%s: no such directory", dir);
    if (snprintf(args->dir, sizeof args->dir, "%s/state/quarantine", dir) >= (int)sizeof args->dir)
        return gw_cli_error(GW_EXIT_FAILED, "%s: path too long", dir);
    return -1;
}

static int failed(int rc)
{
    return gw_cli_error(rc == GW_ENOTFOUND || rc == GW_EINVAL ? GW_EXIT_FAILED
                        : rc == GW_EAGAIN                     ? GW_EXIT_UNAVAILABLE
                                                              : gw_exit_for(rc),
                        "%s", gw_reason());
}

// ---- here or elsewhere

static int add_part(void *arg, uint64_t seq, struct gw_span part)
{
    struct gw_buf *to = arg;
    (void)seq;
    gw_buf_add(to, part.at, part.bytes);
    return gw_buf_ok(to) ? GW_OK : gw_fail(GW_ELIMIT, "more than %zu bytes", to->limit);
}

static int get_meta(const struct arguments *args, struct gw_buf *out)
{
    if (args->at.dir)
        return gw_quarantine_meta(args->dir, args->id, out);
    return gw_broker_errand(&args->at, GW__ERRAND__ERRAND_QUARANTINE_SHOW, args->id, add_part, out, NULL);
}

static int get_bytes(const struct arguments *args, struct gw_buf *out)
{
    if (args->at.dir)
        return gw_quarantine_bytes(args->dir, args->id, out);
    return gw_broker_errand(&args->at, GW__ERRAND__ERRAND_QUARANTINE_BYTES, args->id, add_part, out, NULL);
}

// ---- list, show, bytes

static const char *text_of(const json_t *meta, const char *key)
{
    const char *text = json_string_value(json_object_get(meta, key));
    return text ? text : "";
}

static void print_record(const struct arguments *args, struct gw_span record)
{
    if (args->json) {
        printf("%.*s\n", (int)record.bytes, record.at);
        return;
    }
    json_t *meta = json_loadb(record.at, record.bytes, 0, NULL);
    printf("%-30s  %-14s  %-16s  %s\n", text_of(meta, "id"), text_of(meta, "reason"), text_of(meta, "source"),
           text_of(meta, "url"));
    json_decref(meta);
}

static int list_one(const char *id, void *arg)
{
    const struct arguments *args = arg;
    struct gw_buf text = GW_BUF(META_MAX);
    if (gw_quarantine_meta(args->dir, id, &text))
        gw_cli_error(0, "%s", gw_reason()); // half an entry; the others are still of use
    else
        print_record(args, (struct gw_span){gw_buf_str(&text), text.bytes});
    gw_buf_fini(&text);
    return GW_OK;
}

static int list_part(void *arg, uint64_t seq, struct gw_span part)
{
    (void)seq;
    while (part.bytes) {
        const char *end = memchr(part.at, '\n', part.bytes);
        size_t n = end ? (size_t)(end - part.at) : part.bytes;
        print_record(arg, (struct gw_span){part.at, n});
        n += end != NULL;
        part = (struct gw_span){part.at + n, part.bytes - n};
    }
    return GW_OK;
}

static int quarantine_list(int argc, char **argv)
{
    struct arguments args = {0};
    int exit_code = parse("quarantine list", argc, argv, false, &args);
    if (exit_code >= 0)
        return exit_code;
    int rc = args.at.dir ? gw_quarantine_each(args.dir, list_one, &args)
                         : gw_broker_errand(&args.at, GW__ERRAND__ERRAND_QUARANTINE_LIST, "", list_part, &args, NULL);
    return rc ? failed(rc) : GW_EXIT_OK;
}

static int quarantine_show(int argc, char **argv)
{
    struct arguments args = {0};
    int exit_code = parse("quarantine show", argc, argv, true, &args);
    if (exit_code >= 0)
        return exit_code;
    struct gw_buf text = GW_BUF(META_MAX);
    int rc = get_meta(&args, &text);
    if (rc == GW_OK && args.json) {
        puts(gw_buf_str(&text));
    } else if (rc == GW_OK) {
        json_t *meta = json_loadb(text.data, text.bytes, 0, NULL), *value;
        const char *key;
        json_object_foreach(meta, key, value)
        {
            if (json_is_integer(value))
                printf("%-13s %lld\n", key, (long long)json_integer_value(value));
            else
                printf("%-13s %s\n", key, json_string_value(value));
        }
        json_decref(meta);
    }
    gw_buf_fini(&text);
    return rc ? failed(rc) : GW_EXIT_OK;
}

static int quarantine_bytes(int argc, char **argv)
{
    struct arguments args = {0};
    int exit_code = parse("quarantine bytes", argc, argv, true, &args);
    if (exit_code >= 0)
        return exit_code;
    struct gw_buf bytes = GW_BUF(BYTES_MAX);
    int rc = get_bytes(&args, &bytes);
    if (rc == GW_OK && (fwrite(gw_buf_str(&bytes), 1, bytes.bytes, stdout) != bytes.bytes || fflush(stdout) != 0))
        rc = gw_fail_errno("output");
    gw_buf_fini(&bytes);
    return rc ? failed(rc) : GW_EXIT_OK;
}

// ---- replay

static void become_extract(const struct arguments *args, const char *url, const char *type)
{
    char path[PATH_MAX + GW_QUARANTINE_ID_BYTES + 8];
    snprintf(path, sizeof path, "%s/%s/bytes", args->dir, args->id);
    char *const argv[] = {"govwire", "extract", "--url", (char *)url, "--content-type", (char *)type, path, NULL};
    struct rlimit cpu = {REPLAY_CPU_S, REPLAY_CPU_S}, memory = {REPLAY_BYTES, REPLAY_BYTES};
    setrlimit(RLIMIT_CPU, &cpu);
    setrlimit(RLIMIT_AS, &memory);
    execv("/proc/self/exe", argv);
    _exit(GW_EXIT_FAILED);
}

// In a process of its own: these bytes may have been the end of a reader before.
static int replay(const struct arguments *args, const json_t *meta)
{
    const char *type = text_of(meta, "content_type");
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        become_extract(args, text_of(meta, "url"), *type ? type : "text/html");
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child)
        return failed(gw_fail_errno("a process to read it in"));
    if (WIFSIGNALED(status))
        return gw_cli_error(GW_EXIT_NOTHING, "%s: reading it ends with signal %d (%s), as it did", args->id,
                            WTERMSIG(status), strsignal(WTERMSIG(status)));
    return WEXITSTATUS(status) == GW_EXIT_OK ? GW_EXIT_OK : GW_EXIT_NOTHING;
}

// From elsewhere into a directory of its own, as it lies there.
static int fetch_and_replay(struct arguments *args, const json_t *meta)
{
    char place[PATH_MAX], file[PATH_MAX + 8];
    struct gw_buf bytes = GW_BUF(BYTES_MAX);
    const char *tmp = getenv("TMPDIR");
    snprintf(args->dir, sizeof args->dir, "%s/govwire-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    int rc = get_bytes(args, &bytes), exit_code = GW_EXIT_FAILED;
    if (rc == GW_OK && !mkdtemp(args->dir))
        rc = gw_fail_errno("%s", args->dir);
    bool made = rc == GW_OK;
    if (rc == GW_OK && snprintf(place, sizeof place, "%s/%s", args->dir, args->id) >= (int)sizeof place)
        rc = gw_fail(GW_ELIMIT, "%s: path too long", args->dir);
    if (rc == GW_OK)
        rc = gw_fs_mkdir(place, 0700);
    if (rc == GW_OK)
        snprintf(file, sizeof file, "%s/bytes", place);
    if (rc == GW_OK)
        rc = gw_fs_write(file, gw_buf_str(&bytes), bytes.bytes, 0600);
    exit_code = rc == GW_OK ? replay(args, meta) : failed(rc);
    if (made && gw_fs_remove(args->dir) != GW_OK)
        gw_cli_error(0, "%s", gw_reason());
    gw_buf_fini(&bytes);
    return exit_code;
}

static int quarantine_replay(int argc, char **argv)
{
    struct arguments args = {0};
    int exit_code = parse("quarantine replay", argc, argv, true, &args);
    if (exit_code >= 0)
        return exit_code;
    struct gw_buf text = GW_BUF(META_MAX);
    int rc = get_meta(&args, &text);
    if (rc == GW_OK) {
        json_t *meta = json_loadb(text.data, text.bytes, 0, NULL);
        if (*text_of(meta, "url"))
            exit_code = args.at.dir ? replay(&args, meta) : fetch_and_replay(&args, meta);
        else
            exit_code = gw_cli_error(GW_EXIT_FAILED, "%s is a message, not a page; 'quarantine bytes' has it", args.id);
        json_decref(meta);
    }
    gw_buf_fini(&text);
    return rc ? failed(rc) : exit_code;
}

static int quarantine_drop(int argc, char **argv)
{
    struct arguments args = {0};
    int exit_code = parse("quarantine drop", argc, argv, true, &args);
    if (exit_code >= 0)
        return exit_code;
    int rc = args.at.dir ? gw_quarantine_drop(args.dir, args.id)
                         : gw_broker_errand(&args.at, GW__ERRAND__ERRAND_QUARANTINE_DROP, args.id, NULL, NULL, NULL);
    return rc ? failed(rc) : GW_EXIT_OK;
}

#define WHERE                                                                                                          \
    "\n  --dir DIR          where state/ is; it may run or not\n"                                                      \
    "  --broker ADDRESS   instead: what the agents of a running broker keep, \"tcp://HOST:7600\"\n"
#define READER   WHERE "  --key FILE         this machine's key for it, with the role consumer or operator\n"
#define OPERATOR WHERE "  --key FILE         this machine's key for it, with the role operator\n"
#define CODES    "\nExit codes: 0 done, 1 no such entry, 2 usage, 69 no answer, 77 key not allowed.\n\n"

static const struct gw_command commands[] = {
    {"bytes", quarantine_bytes, "Write an entry's bytes to standard output",
     "Usage: govwire quarantine bytes (--dir DIR | --broker ADDRESS --key FILE) ID\n\n"
     "Writes the bytes as they were received (decoded) to standard output.\n" READER CODES
     "Example:\n  govwire quarantine bytes --dir . 20261122T041200123Z-0a1b2c3d > page.html\n"},
    {"drop", quarantine_drop, "Delete an entry",
     "Usage: govwire quarantine drop (--dir DIR | --broker ADDRESS --key FILE) ID\n\nDeletes the entry and its "
     "bytes.\n" OPERATOR CODES "Example:\n  govwire quarantine drop --dir . 20261122T041200123Z-0a1b2c3d\n"},
    {"list", quarantine_list, "List the entries, oldest first",
     "Usage: govwire quarantine list (--dir DIR | --broker ADDRESS --key FILE) [--json]\n\n"
     "One line for each entry: id, reason, source, URL; with --json its whole record.\n" READER CODES
     "Example:\n  govwire quarantine list --dir .\n"},
    {"replay", quarantine_replay, "Read an entry again, with the reader of today",
     "Usage: govwire quarantine replay (--dir DIR | --broker ADDRESS --key FILE) ID\n\n"
     "Reads the kept bytes again as the page they were, in a process of its own with little time and memory, and "
     "writes\n"
     "what it makes of them as `govwire extract` does. Nothing is published and the entry stays: a page that is read "
     "now\n"
     "is read at its next turn, too.\n" READER "\nExit codes: 0 it is read now, 1 no such entry, 2 usage, 3 it still "
     "is not, 69 no answer, 77 key not allowed.\n\n"
     "Example:\n  govwire quarantine replay --dir . 20261122T041200123Z-0a1b2c3d\n"},
    {"show", quarantine_show, "Show why something was put away",
     "Usage: govwire quarantine show (--dir DIR | --broker ADDRESS --key FILE) ID [--json]\n\n"
     "Shows reason, URL, source, time, length and SHA-256 of one entry.\n" READER CODES
     "Example:\n  govwire quarantine show --dir . 20261122T041200123Z-0a1b2c3d\n"},
    {0},
};

int cmd_quarantine(int argc, char **argv)
{
    return gw_cli_dispatch("quarantine", commands, argc, argv);
}
