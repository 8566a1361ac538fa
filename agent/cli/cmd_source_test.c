// SPDX-License-Identifier: Apache-2.0
// `govwire source test`: poll a source's list and read one article as `up` would, and show what was understood and why.
#include "cmd_source.h"

#include "cli.h"
#include "dir.h"
#include "look.h"

#include "base/buf.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/str.h"
#include "model/source.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

enum {
    ARENA_BYTES = 64 * 1024 * 1024,
    FILE_MAX = 1024 * 1024,
    PROBLEMS_MAX = 256 * 1024,
    JSON_MAX = 32 * 1024 * 1024,
};

// ---- which source

static const Gw__Source *of_url(struct gw_arena *arena, const char *url, const Gw__FetchRule *defaults)
{
    Gw__Source *source = gw_arena_alloc(arena, sizeof *source);
    gw_assert(source);
    gw__source__init(source);
    source->url = (char *)url;
    source->id = gw_source_id_from_url(arena, url);
    source->fetch = (Gw__FetchRule *)defaults;
    return source;
}

static int of_file(struct gw_arena *arena, const char *path, const Gw__FetchRule *defaults,
                   const Gw__Source **ret_source)
{
    struct gw_buf text = GW_BUF(FILE_MAX), problems = GW_BUF(PROBLEMS_MAX);
    struct gw_source_set set = {0};
    int rc = gw_fs_read(path, &text), exit_code = GW_EXIT_OK;
    if (rc)
        exit_code = gw_cli_error(gw_exit_for(rc), "%s", gw_reason());
    else if (gw_source_parse(arena, path, gw_buf_str(&text), text.bytes, 0, defaults, &problems, &set))
        exit_code = GW_EXIT_CONFIG;
    else if (set.count == 0)
        exit_code = gw_cli_error(GW_EXIT_CONFIG, "%s: no source in it", path);
    else
        *ret_source = set.sources[0];
    fputs(gw_buf_str(&problems), stderr);
    if (set.count > 1)
        fprintf(stderr, "govwire: %s has %zu sources, testing the first\n", path, set.count);
    gw_buf_fini(&text);
    gw_buf_fini(&problems);
    return exit_code;
}

// A URL says so, an ID is one of DIR's, anything else is a file.
static int find_source(const struct gw_cli_dir *dir, struct gw_arena *arena, const char *what,
                       const Gw__Source **ret_source)
{
    struct gw_span span = gw_span_of(what);
    if (gw_starts_with_nocase(span, "http://") || gw_starts_with_nocase(span, "https://")) {
        *ret_source = of_url(arena, what, dir ? &dir->settings.fetch : NULL);
        return (*ret_source)->id ? GW_EXIT_OK : gw_cli_usage("source test", "%s", gw_reason());
    }
    bool file = gw_fs_exists(what);
    if (dir && gw_source_id_valid(what) && !file)
        return (*ret_source = gw_cli_dir_source(dir, what)) ? GW_EXIT_OK : GW_EXIT_FAILED;
    if (!file)
        return gw_cli_error(GW_EXIT_FAILED, "%s: no such file, and no URL (for the ID of a source say --dir too)",
                            what);
    return of_file(arena, what, dir ? &dir->settings.fetch : NULL, ret_source);
}

// ---- the look

static int test(struct gw_arena *arena, const Gw__Source *source, bool json)
{
    struct gw_looks looks;
    const char *warnings[GW_LOOK_WARNINGS];
    int rc = gw_probe_run(arena, source, NULL, NULL, &looks);
    if (rc)
        return gw_cli_error(rc == GW_ENOTFOUND ? GW_EXIT_UNAVAILABLE : gw_exit_for(rc), "%s", gw_reason());
    const struct gw_look *look = &looks.looks[0];
    size_t count = gw_look_warnings(arena, look, warnings);
    if (json) {
        struct gw_buf out = GW_BUF(JSON_MAX);
        gw_look_put_json(look, &out);
        gw_look_put_warnings(&out, warnings, count);
        gw_buf_putc(&out, '}');
        puts(gw_buf_str(&out));
        gw_buf_fini(&out);
    } else {
        gw_look_print_list(look);
        gw_look_print_article(look);
        for (size_t i = 0; i < count; i++)
            printf("missing %s\n", warnings[i]);
    }
    fflush(stdout);
    return gw_look_verdict(look);
}

int source_test(int argc, char **argv)
{
    enum { DIR_ = 1, JSON };
    static const struct option options[] = {
        {"dir", required_argument, NULL, DIR_}, {"json", no_argument, NULL, JSON}, {0}};
    const char *path = NULL;
    bool json = false;
    opterr = 0;
    optind = 0;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == DIR_)
            path = optarg;
        else if (c == JSON)
            json = true;
        else
            return gw_cli_usage("source test", "unknown or incomplete option '%s'", argv[optind - 1]);
    }
    if (optind == argc)
        return gw_cli_usage("source test", "needs an ID, a FILE or a URL");
    if (optind + 1 < argc)
        return gw_cli_usage("source test", "unexpected argument '%s'", argv[optind + 1]);
    gw_log_init("govwire", GW_LOG_WARN, GW_LOG_AUTO);
    struct gw_cli_dir dir = {0};
    int exit_code = path ? gw_cli_dir_load(path, false, &dir) : -1;
    if (exit_code >= 0)
        return exit_code;
    struct gw_arena *arena = gw_arena_new(ARENA_BYTES);
    const Gw__Source *source = NULL;
    exit_code = find_source(path ? &dir : NULL, arena, argv[optind], &source);
    if (exit_code == GW_EXIT_OK)
        exit_code = test(arena, source, json);
    gw_arena_free(arena);
    gw_cli_dir_fini(&dir);
    return exit_code;
}
