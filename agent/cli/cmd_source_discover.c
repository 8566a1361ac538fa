// SPDX-License-Identifier: Apache-2.0
// `govwire source discover`: from a URL to a source file.
#include "cmd_source.h"

#include "cli.h"
#include "dir.h"
#include "discover.h"
#include "look.h"

#include "base/buf.h"
#include "base/log.h"
#include "model/json.h"
#include "model/source.h"
#include "model/url.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

enum { ARENA_BYTES = 256 * 1024 * 1024, OUT_MAX = 64 * 1024 * 1024 };

struct arguments {
    const char *dir, *id, *url;
    bool json, private;
};

static int parse(int argc, char **argv, struct arguments *args)
{
    enum { DIR_ = 1, ID, JSON, PRIVATE };
    static const struct option options[] = {{"dir", required_argument, NULL, DIR_},
                                            {"id", required_argument, NULL, ID},
                                            {"json", no_argument, NULL, JSON},
                                            {"allow-private-networks", no_argument, NULL, PRIVATE},
                                            {0}};
    opterr = 0;
    optind = 0;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == DIR_)
            args->dir = optarg;
        else if (c == ID)
            args->id = optarg;
        else if (c == JSON)
            args->json = true;
        else if (c == PRIVATE)
            args->private = true;
        else
            return gw_cli_usage("source discover", "unknown or incomplete option '%s'", argv[optind - 1]);
    }
    if (optind == argc)
        return gw_cli_usage("source discover", "needs a URL");
    args->url = argv[optind++];
    if (optind < argc)
        return gw_cli_usage("source discover", "unexpected argument '%s'", argv[optind]);
    if (args->id && !gw_source_id_valid(args->id))
        return gw_cli_usage("source discover", "--id '%s': letters, digits, '-', '_' and '.', at most 64", args->id);
    return -1;
}

static void put_others(const struct gw_discovery *d, struct gw_buf *out)
{
    const char *comma = "";
    gw_buf_puts(out, ",\"others\":[");
    for (size_t i = 0; i < d->looks.count; i++) {
        const struct gw_look *look = &d->looks.looks[i];
        struct gw_look_rows n = gw_look_count(look);
        if (look == d->chosen || !look->list)
            continue;
        gw_buf_printf(out, "%s{\"url\":", comma);
        gw_json_string(out, look->source->url);
        gw_buf_puts(out, ",\"how\":");
        gw_json_string(out, gw_look_rows(look) ? gw_look_rows(look)->how : "");
        gw_buf_printf(out, ",\"rows\":%zu,\"dated\":%zu}", n.rows, n.dated);
        comma = ",";
    }
    gw_buf_putc(out, ']');
}

static void put_json(struct gw_arena *arena, const struct gw_discovery *d, struct gw_buf *out)
{
    const char *warnings[GW_LOOK_WARNINGS];
    gw_look_put_json(d->chosen, out);
    gw_look_put_warnings(out, warnings, gw_look_warnings(arena, d->chosen, warnings));
    put_others(d, out);
    gw_buf_puts(out, ",\"source\":");
    gw_json_source(out, &d->proposal);
    gw_buf_puts(out, "}\n");
}

int gw_cli_discover(struct gw_arena *arena, const char *id, const char *url, const Gw__FetchRule *fetch,
                    const Gw__FetchRule *defaults, struct gw_discovery *ret_discovery)
{
    gw_log_init("govwire", GW_LOG_WARN, GW_LOG_AUTO);
    int rc = gw_discover(arena, id, url, fetch, defaults, ret_discovery);
    if (rc)
        return gw_cli_error(rc == GW_ENOTFOUND ? GW_EXIT_UNAVAILABLE : gw_exit_for(rc), "%s", gw_reason());
    const Gw__Observation *list = ret_discovery->looks.looks[0].list;
    if (ret_discovery->chosen)
        return GW_EXIT_OK;
    if (list->failure)
        return gw_cli_error(GW_EXIT_FAILED, "%s could not be fetched: %s", url, list->failure_detail);
    return gw_cli_error(GW_EXIT_NOTHING, "%s has no rows that could be found, and no feed or sitemap beside it", url);
}

static int discover(struct gw_arena *arena, const struct arguments *args, const Gw__FetchRule *defaults)
{
    struct gw_discovery discovery;
    Gw__FetchRule fetch = GW__FETCH_RULE__INIT;
    if (args->private) {
        fetch = defaults ? *defaults : fetch;
        fetch.allow_private_networks = 1;
    }
    const char *url = gw_url_resolve(arena, NULL, args->url);
    const char *id = args->id ? args->id : url ? gw_source_id_from_url(arena, url) : NULL;
    if (!url || !id)
        return gw_cli_usage("source discover", "%s", gw_reason());
    int exit_code = gw_cli_discover(arena, id, url, args->private ? &fetch : NULL, defaults, &discovery);
    if (exit_code != GW_EXIT_OK)
        return exit_code;
    struct gw_buf out = GW_BUF(OUT_MAX);
    if (args->json)
        put_json(arena, &discovery, &out);
    else
        gw_discovery_write(arena, &discovery, &out);
    fputs(gw_buf_str(&out), stdout);
    gw_buf_fini(&out);
    return GW_EXIT_OK;
}

int source_discover(int argc, char **argv)
{
    struct arguments args = {0};
    struct gw_cli_dir dir = {0};
    int exit_code = parse(argc, argv, &args);
    if (exit_code < 0 && args.dir)
        exit_code = gw_cli_dir_load(args.dir, false, &dir);
    if (exit_code >= 0)
        return exit_code;
    struct gw_arena *arena = gw_arena_new(ARENA_BYTES);
    exit_code = discover(arena, &args, args.dir ? &dir.settings.fetch : NULL);
    gw_arena_free(arena);
    gw_cli_dir_fini(&dir);
    return exit_code;
}
