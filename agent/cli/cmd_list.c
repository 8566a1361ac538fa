// SPDX-License-Identifier: Apache-2.0
// `govwire list`: rows of saved lists, one JSON object per input. Offline: of a page whose rows come with a second
// request it says so; the saved answer of that request is read as what it is.
#include "cli.h"
#include "inputs.h"

#include "base/fs.h"
#include "list/list.h"
#include "model/json.h"
#include "model/source.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

enum {
    INPUT_MAX = 64 * 1024 * 1024,
    RECORD_MAX = 64 * 1024 * 1024,
    SITE_MAX = 1024 * 1024,
    ARGUMENTS_ARENA = 64 * 1024 * 1024
};

struct lister {
    struct gw_arena *arguments; // lives as long as the command
    struct gw_inputs inputs;
    const Gw__Source *site; // NULL: none
    bool json_errors;
};

// ---- one list

static const char *url_of(const struct lister *l, const struct gw_input *input)
{
    if (input->url)
        return input->url;
    return l->site && *l->site->url ? l->site->url : NULL;
}

// With list.then in the site file a saved answer is the first one or the second: data is the second, and so is a page
// in which nothing of list.values is to be found.
static int read_rows(const struct lister *l, struct gw_arena *arena, struct gw_list_input *input, Gw__Rows **ret_rows,
                     Gw__Request **ret_then)
{
    bool chained = l->site && l->site->list && l->site->list->then;
    input->request_no = chained && !gw_list_is_page(&input->answer);
    int rc = gw_list_read(arena, input, ret_rows, ret_then);
    if (!chained || input->request_no == 1 || rc != 0 || *ret_then)
        return rc;
    Gw__Rows *second = NULL;
    input->request_no = 1;
    if (gw_list_read(arena, input, &second, ret_then) == 0 && second->n_rows > 0)
        *ret_rows = second;
    return 0;
}

static void report_failure(const struct lister *l, const struct gw_input *input)
{
    const char *reason = gw_reason();
    if (!l->json_errors) {
        fprintf(stderr, "govwire: %s: %s\n", input->path ? input->path : "-", reason);
        return;
    }
    struct gw_buf out = GW_BUF(RECORD_MAX);
    gw_buf_puts(&out, "{\"id\":");
    gw_json_string(&out, input->id);
    gw_buf_puts(&out, ",\"error\":");
    gw_json_string(&out, reason);
    gw_buf_puts(&out, "}\n");
    fwrite(gw_buf_str(&out), 1, out.bytes, stdout);
    gw_buf_fini(&out);
}

static void print_rows(const struct gw_input *input, const char *url, const Gw__Rows *rows)
{
    struct gw_buf out = GW_BUF(RECORD_MAX);
    gw_json_rows(&out, input->id, url ? url : "", rows);
    gw_buf_putc(&out, '\n');
    fwrite(gw_buf_str(&out), 1, out.bytes, stdout);
    gw_buf_fini(&out);
    if (*rows->warning)
        fprintf(stderr, "govwire: %s: warning: %s\n", input->path ? input->path : "-", rows->warning);
}

static bool list_one(const struct lister *l, struct gw_arena *arena, const struct gw_input *input)
{
    struct gw_buf bytes = GW_BUF(INPUT_MAX);
    Gw__Rows *rows = NULL;
    Gw__Request *then = NULL;
    const char *url = url_of(l, input);
    int rc = gw_input_read(input, &bytes);
    struct gw_list_input list = {
        .answer = {.bytes = gw_buf_str(&bytes), .length = bytes.bytes, .url = url, .content_type = input->content_type},
        .source = l->site,
        .page_no = 1};
    if (l->site && *l->site->charset)
        list.answer.charset = l->site->charset;
    if (rc == 0)
        rc = read_rows(l, arena, &list, &rows, &then);
    if (rc == 0)
        print_rows(input, url, rows);
    else
        report_failure(l, input);
    gw_buf_fini(&bytes);
    return rc == 0;
}

static int run(const struct lister *l)
{
    struct gw_arena *arena = gw_arena_new(GW_PAGE_ARENA);
    bool all_read = true;
    for (size_t i = 0; i < l->inputs.count; i++) {
        gw_arena_reset(arena);
        all_read = list_one(l, arena, &l->inputs.items[i]) && all_read;
    }
    gw_arena_free(arena);
    if (fflush(stdout) != 0)
        return gw_cli_error(GW_EXIT_IO, "standard output: %m");
    return all_read ? GW_EXIT_OK : GW_EXIT_FAILED;
}

// ---- arguments

static int load_site(struct lister *l, const char *path)
{
    struct gw_buf yaml = GW_BUF(SITE_MAX), problems = GW_BUF(SITE_MAX);
    struct gw_source_set set = {0};
    int rc = gw_fs_read(path, &yaml), exit_code = GW_EXIT_OK;
    if (rc != 0) {
        exit_code = gw_cli_error(gw_exit_for(rc), "%s", gw_reason());
    } else {
        rc = gw_source_parse(l->arguments, path, gw_buf_str(&yaml), yaml.bytes, GW_SOURCE_PARTIAL, NULL, &problems,
                             &set);
        fputs(gw_buf_str(&problems), stderr);
        if (rc != 0)
            exit_code = GW_EXIT_CONFIG;
        else if (set.count != 1)
            exit_code = gw_cli_error(GW_EXIT_CONFIG, "%s: expected one source, found %zu", path, set.count);
        else
            l->site = set.sources[0];
    }
    gw_buf_fini(&yaml);
    gw_buf_fini(&problems);
    return exit_code;
}

enum { OPT_URL = 256, OPT_SITE, OPT_ERRORS, OPT_MANIFEST };
static const struct option options[] = {
    {"url", required_argument, NULL, OPT_URL},
    {"site", required_argument, NULL, OPT_SITE},
    {"json-errors", no_argument, NULL, OPT_ERRORS},
    {"manifest", required_argument, NULL, OPT_MANIFEST},
    {0},
};

static int add_inputs(struct lister *l, int argc, char **argv, const char *manifest, const char *url)
{
    int rc = manifest ? gw_inputs_add_manifest(&l->inputs, manifest) : GW_OK;
    for (int i = optind; rc == GW_OK && i < argc; i++)
        rc = gw_inputs_add(&l->inputs, argv[i]);
    if (rc < 0)
        return gw_cli_error(gw_exit_for(rc), "%s", gw_reason());
    if (!manifest && optind == argc)
        return gw_cli_usage("list", "list needs a FILE, - or --manifest");
    if (url && l->inputs.count > 1)
        return gw_cli_usage("list", "--url is for one input");
    if (url && l->inputs.count == 1)
        l->inputs.items[0].url = url;
    return GW_EXIT_OK;
}

static int run_with(struct lister *l, int argc, char **argv)
{
    const char *url = NULL, *manifest = NULL, *site = NULL;
    optind = 0;
    for (int o; (o = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (o) {
        case OPT_URL:
            url = optarg;
            break;
        case OPT_SITE:
            site = optarg;
            break;
        case OPT_ERRORS:
            l->json_errors = true;
            break;
        case OPT_MANIFEST:
            manifest = optarg;
            break;
        default:
            fputs("Try 'govwire list --help'.\n", stderr);
            return GW_EXIT_USAGE;
        }
    }
    int exit_code = add_inputs(l, argc, argv, manifest, url);
    if (exit_code == GW_EXIT_OK && site)
        exit_code = load_site(l, site);
    return exit_code == GW_EXIT_OK ? run(l) : exit_code;
}

int cmd_list(int argc, char **argv)
{
    struct lister l = {.arguments = gw_arena_new(ARGUMENTS_ARENA)};
    l.inputs.arena = l.arguments;
    int exit_code = run_with(&l, argc, argv);
    gw_arena_free(l.arguments);
    return exit_code;
}
