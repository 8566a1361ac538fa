// SPDX-License-Identifier: Apache-2.0
// `govwire source pause|resume|log|poll`. Whether a source is paused is said in its file, where people look for it: one
// line is put in or taken out, everything else stays as it was written.
#include "cmd_source.h"

#include "broker_talk.h"
#include "cli.h"
#include "dir.h"

#include "base/buf.h"
#include "base/fs.h"
#include "base/str.h"
#include "model/source.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 16 * 1024 * 1024, PROBLEMS_MAX = 1024 * 1024 };

static const char LINE[] = "paused: true\n";

// ---- one line in a file

// Where a definition stands: its first key's line, and that key's column, which all its keys have.
struct place {
    const char *line, *key;
    size_t indent;
};

static const char *next_line(const char *line)
{
    const char *newline = strchr(line, '\n');
    return newline ? newline + 1 : line + strlen(line);
}

static struct place place_of(const char *yaml, unsigned number)
{
    struct place place = {.line = yaml};
    while (number-- > 1 && *place.line)
        place.line = next_line(place.line);
    place.key = place.line;
    while (*place.key == ' ' || (*place.key == '-' && place.key[1] == ' '))
        place.key++;
    place.indent = (size_t)(place.key - place.line);
    return place;
}

// The definition's own "paused:"; NULL: it has none.
static const char *paused_key(const struct place *place)
{
    static const char name[] = "paused:";
    if (strncmp(place->key, name, sizeof name - 1) == 0)
        return place->key;
    for (const char *line = next_line(place->line); *line; line = next_line(line)) {
        size_t indent = strspn(line, " ");
        bool empty = line[indent] == '\n' || line[indent] == '\r' || line[indent] == '#' || !line[indent];
        if (!empty && (indent < place->indent || (indent == place->indent && line[indent] == '-')))
            return NULL; // behind it
        if (indent == place->indent && strncmp(line + indent, name, sizeof name - 1) == 0)
            return line + indent;
    }
    return NULL;
}

static void put_paused(const char *yaml, const struct place *place, struct gw_buf *out)
{
    gw_buf_add(out, yaml, (size_t)(place->key - yaml));
    gw_buf_puts(out, LINE);
    gw_buf_printf(out, "%*s%s", (int)place->indent, "", place->key);
}

static void take_paused(const char *yaml, const struct place *place, const char *key, struct gw_buf *out)
{
    bool first = key == place->key;
    const char *from = first ? key : key - place->indent, *rest = next_line(key);
    size_t indent = first ? strspn(rest, " ") : 0; // the next key moves up beside the dash
    gw_buf_add(out, yaml, (size_t)(from - yaml));
    gw_buf_puts(out, rest + (indent < place->indent ? indent : first ? place->indent : 0));
}

// ---- and nothing else

static const Gw__Source *read_as_written(struct gw_arena *arena, const char *path, const char *yaml, const char *id)
{
    struct gw_buf problems = GW_BUF(PROBLEMS_MAX);
    struct gw_source_set set = {0};
    int rc = gw_source_parse(arena, path, yaml, strlen(yaml), GW_SOURCE_KEEP_SECRETS, NULL, &problems, &set);
    gw_buf_fini(&problems);
    for (size_t i = 0; rc == GW_OK && i < set.count; i++)
        if (strcmp(set.sources[i]->id, id) == 0)
            return set.sources[i];
    return NULL;
}

// Both say the same but for `paused`.
static bool only_paused_differs(const Gw__Source *a, const Gw__Source *b)
{
    Gw__Source x = *a, y = *b;
    struct gw_buf first = GW_BUF(FILE_MAX), second = GW_BUF(FILE_MAX);
    x.file = y.file = (char *)protobuf_c_empty_string;
    x.paused = y.paused = false;
    gw_source_write(&x, &first);
    gw_source_write(&y, &second);
    bool same = first.bytes == second.bytes && memcmp(gw_buf_str(&first), gw_buf_str(&second), first.bytes) == 0;
    gw_buf_fini(&first);
    gw_buf_fini(&second);
    return same;
}

static int edit(struct gw_arena *arena, const char *path, unsigned line, const char *id, bool paused)
{
    struct gw_buf text = GW_BUF(FILE_MAX), edited = GW_BUF(FILE_MAX);
    if (gw_fs_read(path, &text))
        return gw_cli_error(GW_EXIT_IO, "%s", gw_reason());
    const char *yaml = gw_buf_str(&text);
    const struct place place = place_of(yaml, line);
    const char *key = paused_key(&place);
    if (paused && !key)
        put_paused(yaml, &place, &edited);
    else if (!paused && key)
        take_paused(yaml, &place, key, &edited);
    const Gw__Source *before = read_as_written(arena, path, yaml, id);
    const Gw__Source *after = edited.bytes ? read_as_written(arena, path, gw_buf_str(&edited), id) : NULL;
    int exit_code = GW_EXIT_OK;
    if (!before || !after || after->paused != paused || !only_paused_differs(before, after))
        exit_code =
            gw_cli_error(GW_EXIT_FAILED, "%s:%u is written in a way that is not edited here; say paused: %s there",
                         path, line, paused ? "true" : "false");
    else if (gw_fs_write(path, edited.data, edited.bytes, 0644))
        exit_code = gw_cli_error(GW_EXIT_CANTCREATE, "%s", gw_reason());
    gw_buf_fini(&text);
    gw_buf_fini(&edited);
    return exit_code;
}

static int set_paused(const struct gw_cli_dir *dir, const char *path_of_dir, const char *id, bool paused)
{
    const Gw__Source *source = gw_cli_dir_source(dir, id);
    if (!source)
        return GW_EXIT_FAILED;
    const char *word = paused ? "paused" : "watched";
    if (source->paused == paused) {
        printf("%s is %s already\n", id, word);
        return GW_EXIT_OK;
    }
    const char *colon = strrchr(source->file, ':');
    char *path =
        gw_arena_printf(dir->arena, "%s/sources.d/%.*s", path_of_dir, (int)(colon - source->file), source->file);
    if (!path)
        return gw_cli_error(GW_EXIT_IO, "out of memory");
    int exit_code = edit(dir->arena, path, (unsigned)atoi(colon + 1), id, paused);
    if (exit_code == GW_EXIT_OK)
        printf("%s is %s, by %s\n", id, paused ? "paused" : "watched again", path);
    return exit_code;
}

// ---- the commands

struct arguments {
    struct gw_broker_at at;
    const char *id, *from, *to;
    bool json;
};

enum { LOCAL = 0, REMOTE = 1, LOG = 2 }; // bits: may be of a broker elsewhere; has the options of `log`

static int parse(const char *command, unsigned kind, int argc, char **argv, struct arguments *args)
{
    enum { DIR_ = 1, BROKER, KEY, FROM, TO, JSON };
    bool log = kind & LOG, remote = kind & REMOTE;
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
        else if (c == BROKER && remote)
            args->at.broker = optarg;
        else if (c == KEY && remote)
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
    if (!remote)
        return args->at.dir ? -1 : gw_cli_usage(command, "--dir is missing");
    return gw_broker_at_check(&args->at, command);
}

static int pause_or_resume(const char *command, bool paused, int argc, char **argv)
{
    struct arguments args = {0};
    struct gw_cli_dir dir;
    int exit_code = parse(command, LOCAL, argc, argv, &args);
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
    int exit_code = parse("source log", REMOTE | LOG, argc, argv, &args);
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
    char remark[GW_REMARK_BYTES];
    int exit_code = parse("source poll", REMOTE, argc, argv, &args);
    if (exit_code >= 0)
        return exit_code;
    int rc = gw_broker_errand(&args.at, GW__ERRAND__ERRAND_POLL, args.id, NULL, NULL, remark);
    if (rc == GW_OK) {
        printf("%s: %s\n", args.id, remark);
        return GW_EXIT_OK;
    }
    return gw_cli_error(rc == GW_ENOTFOUND || rc == GW_EINVAL ? GW_EXIT_FAILED
                        : rc == GW_EAGAIN                     ? GW_EXIT_UNAVAILABLE
                                                              : gw_exit_for(rc),
                        "%s", gw_reason());
}
