// SPDX-License-Identifier: Apache-2.0
// Sub-commands of `govwire source` that read and write DIR/sources.d and need nobody else.
#include "cmd_source.h"

#include "base/config.h"
#include "base/fs.h"
#include "base/str.h"
#include "cli.h"
#include "dir.h"
#include "discover.h"
#include "model/json.h"
#include "model/source_file.h"
#include "model/url.h"
#include "states.h"
#include "wire/frame.h"

#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OUT_MAX = 16 * 1024 * 1024, LINES_MAX = 256 * 1024 * 1024 };

struct arguments {
    struct gw_broker_at at;
    const char *dir, *id, *what; // what: URL or ID
    bool json, discover;
};

// < 0: go on. `what` names the argument that has to be there, NULL: there is none.
static int parse(const char *command, const char *what, int argc, char **argv, struct arguments *args)
{
    enum { DIR_ = 1, BROKER, KEY, ID, JSON, DISCOVER };
    static const struct option options[] = {{"dir", required_argument, NULL, DIR_},
                                            {"broker", required_argument, NULL, BROKER},
                                            {"key", required_argument, NULL, KEY},
                                            {"id", required_argument, NULL, ID},
                                            {"json", no_argument, NULL, JSON},
                                            {"discover", no_argument, NULL, DISCOVER},
                                            {0}};
    bool adding = strcmp(command, "source add") == 0;
    opterr = 0;
    optind = 0;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == DIR_)
            args->dir = optarg;
        else if (c == BROKER && !adding)
            args->at.broker = optarg;
        else if (c == KEY && !adding)
            args->at.key_file = optarg;
        else if (c == ID && adding)
            args->id = optarg;
        else if (c == DISCOVER && adding)
            args->discover = true;
        else if (c == JSON && !adding)
            args->json = true;
        else
            return gw_cli_usage(command, "unknown or incomplete option '%s'", argv[optind - 1]);
    }
    if (what && optind == argc)
        return gw_cli_usage(command, "needs %s", what);
    args->what = what ? argv[optind++] : NULL;
    if (optind < argc)
        return gw_cli_usage(command, "unexpected argument '%s'", argv[optind]);
    args->at.dir = args->dir;
    if (!adding)
        return gw_broker_at_check(&args->at, command);
    return args->dir ? -1 : gw_cli_usage(command, "--dir is missing");
}

// ---- add

static void write_new(const Gw__Source *source, struct gw_buf *out)
{
    gw_buf_puts(out,
                "# A source of govwire: a list page, feed, sitemap or site to watch. Only id and url are needed.\n");
    gw_source_write(source, out);
    gw_buf_puts(out, "\n# Everything else is found out, or can be said. The keys, with their defaults:\n#\n");
    gw_source_write_help(out);
}

// As gw_fs_write, but never over a file that is there: whole, or not at all, or GW_EEXIST.
static int write_exclusively(const char *folder, const char *path, const char *id, const struct gw_buf *text)
{
    char *beside;
    if (asprintf(&beside, "%s/.%s.%ld.new", folder, id, (long)getpid()) < 0)
        return gw_fail(GW_ELIMIT, "out of memory");
    int rc = gw_fs_write(beside, text->data, text->bytes, 0644);
    if (rc == GW_OK && link(beside, path) != 0)
        rc = errno == EEXIST ? gw_fail(GW_EEXIST, "%s exists", path) : gw_fail_errno("%s", path);
    unlink(beside);
    free(beside);
    return rc ? rc : gw_fs_sync_dir(folder);
}

static const Gw__Source *holder_of(const struct gw_source_set *set, const char *id)
{
    for (size_t i = 0; i < set->count; i++)
        if (strcmp(set->sources[i]->id, id) == 0)
            return set->sources[i];
    return NULL;
}

// The text of the new file: what was found out, or id and url.
static int make_text(struct gw_cli_dir *dir, const struct arguments *args, const char *url, const char *id,
                     struct gw_buf *out)
{
    Gw__Source source = GW__SOURCE__INIT;
    struct gw_discovery discovery;
    int code = GW_EXIT_OK;
    source.id = (char *)id;
    source.url = (char *)url;
    if (args->discover)
        code = gw_cli_discover(dir->arena, id, url, NULL, &dir->settings.fetch, &discovery);
    if (args->discover && code == GW_EXIT_OK)
        gw_discovery_write(dir->arena, &discovery, out);
    else if (!args->discover)
        write_new(&source, out);
    return code;
}

static int add(struct gw_cli_dir *dir, const struct arguments *args, const char *url, const char *id)
{
    struct gw_source_set set;
    struct gw_buf text = GW_BUF(OUT_MAX), problems = GW_BUF(OUT_MAX);
    char *folder = gw_arena_printf(dir->arena, "%s/sources.d", args->dir);
    char *path = gw_arena_printf(dir->arena, "%s/%s.yaml", folder, id);
    const Gw__Source *holder = holder_of(&dir->sources, id);
    if (holder)
        return gw_cli_error(GW_EXIT_CANTCREATE, "the source '%s' exists, at %s/%s; --id gives another name", id, folder,
                            holder->file);
    int code = make_text(dir, args, url, id, &text);
    if (code != GW_EXIT_OK) {
        gw_buf_fini(&text);
        return code;
    }
    int rc = gw_source_parse(dir->arena, path, text.data, text.bytes, 0, &dir->settings.fetch, &problems, &set);
    gw_assert(rc == GW_OK); // what we write is what we read
    rc = gw_fs_mkdir(folder, 0755);
    if (rc == GW_OK)
        rc = write_exclusively(folder, path, id, &text);
    if (rc == GW_OK)
        printf("%s\n", path);
    if (rc == GW_OK)
        fputs(gw_buf_str(&problems), stderr);
    gw_buf_fini(&text);
    gw_buf_fini(&problems);
    if (rc == GW_EEXIST)
        return gw_cli_error(GW_EXIT_CANTCREATE, "%s; --id gives another name", gw_reason());
    return rc ? gw_cli_error(rc == GW_EIO ? GW_EXIT_CANTCREATE : gw_exit_for(rc), "%s", gw_reason()) : GW_EXIT_OK;
}

int source_add(int argc, char **argv)
{
    struct arguments args = {0};
    struct gw_cli_dir dir = {0};
    int code = parse("source add", "a URL", argc, argv, &args);
    if (code >= 0)
        return code;
    if (args.id && !gw_source_id_valid(args.id))
        return gw_cli_usage(
            "source add", "--id '%s': letters, digits, '-', '_' and '.', at most 64, not beginning with '.'", args.id);
    int rc = gw_fs_mkdir(args.dir, 0755);
    if (rc)
        return gw_cli_error(GW_EXIT_CANTCREATE, "%s", gw_reason());
    code = gw_cli_dir_load(args.dir, false, &dir);
    if (code >= 0)
        return code;
    const char *url = gw_url_resolve(dir.arena, NULL, args.what);
    const char *id = url && !args.id ? gw_source_id_from_url(dir.arena, url) : args.id;
    code = url && id ? add(&dir, &args, url, id) : gw_cli_usage("source add", "%s", gw_reason());
    gw_cli_dir_fini(&dir);
    return code;
}

// ---- list

static int width_of_ids(const struct gw_source_set *set)
{
    int width = 2;
    for (size_t i = 0; i < set->count; i++) {
        int n = (int)strlen(set->sources[i]->id);
        width = n > width ? n : width;
    }
    return width;
}

// One row, from its JSON or from what it was made of.
static void print_source(int width, const char *id, const char *state, const char *reason, const char *url,
                         const char *file)
{
    printf("%-*s  %-8s %-14s  %s  (%s)\n", width, id, state, *reason ? reason : "-", url, file);
}

static const char *text_of(const json_t *row, const char *key)
{
    const char *text = json_string_value(json_object_get(row, key));
    return text ? text : "";
}

static int add_part(void *arg, uint64_t seq, struct gw_span part)
{
    struct gw_buf *lines = arg;
    (void)seq;
    gw_buf_add(lines, part.at, part.bytes);
    return gw_buf_ok(lines) ? GW_OK : gw_fail(GW_ELIMIT, "more than %zu bytes of sources", lines->limit);
}

static void print_lines(struct gw_span left)
{
    json_t *rows = json_array();
    int width = 2;
    while (left.bytes) {
        json_t *row = json_loadb(left.at, left.bytes, JSON_DISABLE_EOF_CHECK, NULL);
        const char *end = memchr(left.at, '\n', left.bytes);
        size_t n = end ? (size_t)(end - left.at) + 1 : left.bytes;
        left = (struct gw_span){left.at + n, left.bytes - n};
        int id_bytes = (int)strlen(text_of(row, "id"));
        width = id_bytes > width ? id_bytes : width;
        json_array_append_new(rows, row);
    }
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        print_source(width, text_of(row, "id"), text_of(row, "state"), text_of(row, "reason"), text_of(row, "url"),
                     text_of(row, "file"));
    }
    json_decref(rows);
}

static int list_remote(const struct arguments *args)
{
    struct gw_buf lines = GW_BUF(LINES_MAX);
    int rc = gw_broker_errand(&args->at, GW__ERRAND__ERRAND_SOURCES, "", add_part, &lines, NULL);
    if (rc == GW_OK && args->json)
        fputs(gw_buf_str(&lines), stdout);
    else if (rc == GW_OK)
        print_lines((struct gw_span){gw_buf_str(&lines), lines.bytes});
    gw_buf_fini(&lines);
    return rc == GW_OK ? GW_EXIT_OK
                       : gw_cli_error(rc == GW_EAGAIN ? GW_EXIT_UNAVAILABLE : gw_exit_for(rc), "%s", gw_reason());
}

int source_list(int argc, char **argv)
{
    struct arguments args = {0};
    struct gw_cli_dir dir;
    int code = parse("source list", NULL, argc, argv, &args);
    if (code < 0 && args.at.broker)
        return list_remote(&args);
    if (code < 0)
        code = gw_cli_dir_load(args.dir, false, &dir);
    if (code >= 0)
        return code;
    int width = width_of_ids(&dir.sources);
    struct gw_buf line = GW_BUF(OUT_MAX);
    struct gw_states states = {0};
    if (gw_states_gather(&(struct gw_broker_at){.dir = args.dir}, &states) != GW_OK)
        fprintf(stderr, "govwire: the states are not known: %s\n", gw_reason());
    for (size_t i = 0; i < dir.sources.count; i++) {
        const Gw__Source *source = dir.sources.sources[i];
        const struct gw_source_state *row = gw_states_find(&states, source->id);
        const char *state = source->paused ? "paused" : gw_state_of(row), *reason = gw_reason_of(row);
        gw_buf_reset(&line);
        if (args.json) {
            gw_json_source_brief(&line, source, state, reason);
            puts(gw_buf_str(&line));
        } else {
            print_source(width, source->id, state, reason, source->url, source->file);
        }
    }
    gw_states_fini(&states);
    gw_buf_fini(&line);
    code = dir.errors ? GW_EXIT_CONFIG : GW_EXIT_OK;
    gw_cli_dir_fini(&dir);
    return code;
}

// ---- show

// Texts of a definition whose secrets were kept hold "${" as written; gw_source_write took it for text and doubled the
// dollar.
static void put_as_written(const struct gw_buf *yaml, struct gw_buf *out)
{
    struct gw_span left = {gw_buf_str(yaml), yaml->bytes};
    for (ptrdiff_t at; (at = gw_find(left, GW_SPAN("$${"))) >= 0;) {
        gw_buf_add(out, left.at, (size_t)at);
        left = (struct gw_span){left.at + at + 1, left.bytes - (size_t)at - 1};
        gw_buf_puts(out, "${");
        left = (struct gw_span){left.at + 2, left.bytes - 2};
    }
    gw_buf_add(out, left.at, left.bytes);
}

static int print_definition(const Gw__Source *written, const struct arguments *args, const char *file)
{
    struct gw_buf yaml = GW_BUF(OUT_MAX), out = GW_BUF(OUT_MAX);
    if (args->json) {
        gw_json_source(&out, written);
        gw_buf_putc(&out, '\n');
    } else {
        gw_buf_printf(&out, "# %s%ssources.d/%s\n", args->dir ? args->dir : "", args->dir ? "/" : "", file);
        gw_source_write(written, &yaml);
        put_as_written(&yaml, &out);
    }
    fputs(gw_buf_str(&out), stdout);
    gw_buf_fini(&yaml);
    gw_buf_fini(&out);
    return GW_EXIT_OK;
}

static int show(const struct gw_cli_dir *dir, const struct arguments *args)
{
    const Gw__Source *source = gw_cli_dir_source(dir, args->what), *written;
    if (!source)
        return GW_EXIT_FAILED;
    int rc = gw_source_file_show(dir->arena, args->dir, source, &written);
    return rc == GW_OK ? print_definition(written, args, source->file)
                       : gw_cli_error(gw_exit_for(rc), "%s", gw_reason());
}

static int show_remote(const struct arguments *args)
{
    struct gw_buf packed = GW_BUF(LINES_MAX);
    struct gw_arena *arena = gw_arena_new(OUT_MAX);
    ProtobufCMessage *message = NULL;
    int rc = gw_broker_errand(&args->at, GW__ERRAND__ERRAND_SOURCE_SHOW, args->what, add_part, &packed, NULL);
    if (rc == GW_OK)
        rc = gw_message_unpack(&gw__source__descriptor, packed.data, packed.bytes, arena, &message);
    int exit_code = rc == GW_OK ? print_definition((const Gw__Source *)message, args, ((Gw__Source *)message)->file)
                                : gw_cli_error(rc == GW_ENOTFOUND ? GW_EXIT_FAILED
                                               : rc == GW_EAGAIN  ? GW_EXIT_UNAVAILABLE
                                                                  : gw_exit_for(rc),
                                               "%s", gw_reason());
    gw_arena_free(arena);
    gw_buf_fini(&packed);
    return exit_code;
}

int source_show(int argc, char **argv)
{
    struct arguments args = {0};
    struct gw_cli_dir dir;
    int code = parse("source show", "an ID", argc, argv, &args);
    if (code < 0 && args.at.broker)
        return show_remote(&args);
    if (code < 0)
        code = gw_cli_dir_load(args.dir, false, &dir);
    if (code >= 0)
        return code;
    code = show(&dir, &args);
    gw_cli_dir_fini(&dir);
    return code;
}
