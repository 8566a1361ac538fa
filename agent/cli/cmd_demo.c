// SPDX-License-Identifier: Apache-2.0
// `govwire demo`: the test ministry on loopback, watched by a whole govwire in a directory that goes away with it.
#include "cli.h"
#include "house.h"

#include "base/buf.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/str.h"
#include "site/site.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PATIENCE_MS = 60000,
    ARRIVAL_MS = 5000, // a new article every so often
    CHANGE_MS = 2000,  // until the articles with a revision change
    NEWEST = 2,        // articles a column has at the start: few enough that the first events are of several kinds
    PATH_BYTES = 4096,
};

struct demo {
    uint16_t port;
    uint64_t events;
};

// What is watched: one file each, as a user would write it.
static const struct {
    const char *id, *path, *name;
} columns[] = {
    {"coastal-documents", "zh/zcwj/",
     "{zh: 近岸产业发展部, en: Ministry of Coastal Industry Development}\n  level: national"},
    {"coastal-news", "zh/gzdt/",
     "{zh: 近岸产业发展部, en: Ministry of Coastal Industry Development}\n  level: national"},
    {"hailan-news", "en/news/", "{en: City of Hailan}\n  level: municipal"},
};

// < 0: go on.
static int parse(int argc, char **argv, struct demo *demo)
{
    enum { PORT = 1, EVENTS };
    static const struct option options[] = {
        {"port", required_argument, NULL, PORT}, {"events", required_argument, NULL, EVENTS}, {0}};
    opterr = 0;
    optind = 0;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        uint64_t n = 0;
        if (c == PORT && (!gw_parse_u64(gw_span_of(optarg), 65535, &n) || n == 0))
            return gw_cli_usage("demo", "--port needs a number from 1 to 65535, not '%s'", optarg);
        if (c == EVENTS && (!gw_parse_u64(gw_span_of(optarg), 1000000, &n) || n == 0))
            return gw_cli_usage("demo", "--events needs a number from 1, not '%s'", optarg);
        if (c == PORT)
            demo->port = (uint16_t)n;
        else if (c == EVENTS)
            demo->events = n;
        else
            return gw_cli_usage("demo", "unknown or incomplete option '%s'", argv[optind - 1]);
    }
    if (optind < argc)
        return gw_cli_usage("demo", "unexpected argument '%s'", argv[optind]);
    return -1;
}

static int write_sources(const char *dir, const char *site_url)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/sources.d", dir);
    int rc = gw_fs_mkdir(path, 0700);
    struct gw_buf yaml = GW_BUF(PATH_BYTES);
    for (size_t i = 0; i < GW_COUNT(columns); i++)
        gw_buf_printf(&yaml,
                      "- id: %s\n  url: %s%s\n  name: %s\n  poll: 1s\n  revisit: 2s\n"
                      "  fetch: {allow_private_networks: true, delay: 0s}\n",
                      columns[i].id, site_url, columns[i].path, columns[i].name);
    snprintf(path, sizeof path, "%s/sources.d/demo.yaml", dir);
    if (rc == GW_OK)
        rc = gw_fs_write(path, gw_buf_str(&yaml), yaml.bytes, 0600);
    snprintf(path, sizeof path, "%s/govwire.yaml", dir);
    static const char settings[] = "log: {level: warn}\n";
    if (rc == GW_OK)
        rc = gw_fs_write(path, settings, sizeof settings - 1, 0600);
    gw_buf_fini(&yaml);
    return rc;
}

static int watch(const struct demo *demo, const char *dir, const char *site_url)
{
    int rc = write_sources(dir, site_url);
    if (rc)
        return gw_cli_error(gw_exit_for(rc), "%s", gw_reason());
    fprintf(stderr, "govwire: the ministry is at %s\n", site_url);
    const struct gw_house_options house = {
        .dir = dir, .collectors = 1, .stop_after = demo->events, .stop_in_ms = demo->events ? PATIENCE_MS : 0};
    return gw_house_run(&house);
}

int cmd_demo(int argc, char **argv)
{
    struct demo demo = {0};
    int exit_code = parse(argc, argv, &demo);
    if (exit_code >= 0)
        return exit_code;
    gw_log_init("govwire", GW_LOG_WARN, GW_LOG_AUTO);

    const char *parent = getenv("TMPDIR");
    char dir[PATH_BYTES / 2];
    snprintf(dir, sizeof dir, "%s/govwire-demo-XXXXXX", parent && *parent ? parent : "/tmp");
    if (!mkdtemp(dir))
        return gw_cli_error(GW_EXIT_CANTCREATE, "%s: cannot make a directory", dir);
    const struct gw_site_options options = {
        .port = demo.port, .state = {.interval_ms = ARRIVAL_MS, .change_after_ms = CHANGE_MS, .newest = NEWEST}};
    struct gw_site *site = NULL;
    int rc = gw_site_new(&options, &site);
    if (rc == GW_OK)
        exit_code = watch(&demo, dir, gw_site_url(site));
    else
        exit_code = gw_cli_error(rc == GW_EEXIST ? GW_EXIT_UNAVAILABLE : gw_exit_for(rc), "%s", gw_reason());
    gw_site_free(site);
    if (gw_fs_remove(dir))
        return gw_cli_error(GW_EXIT_IO, "%s", gw_reason());
    return exit_code;
}
