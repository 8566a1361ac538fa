// SPDX-License-Identifier: Apache-2.0
// `govwire check`: everything that is wrong with the files of a DIR, before anything is started.
#include "cli.h"
#include "dir.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

// Sources of one file follow each other, and say "file:line".
static size_t count_files(const struct gw_source_set *set)
{
    size_t files = 0, last = 0;
    for (size_t i = 0; i < set->count; i++) {
        const char *file = set->sources[i]->file;
        size_t name = strlen(file) - strlen(strrchr(file, ':'));
        files += i == 0 || name != last || memcmp(file, set->sources[i - 1]->file, name) != 0;
        last = name;
    }
    return files;
}

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

int cmd_check(int argc, char **argv)
{
    static const struct option options[] = {{"dir", required_argument, NULL, 1}, {0}};
    const char *path = NULL;
    struct gw_cli_dir dir;
    opterr = 0;
    optind = 0;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c != 1)
            return gw_cli_usage("check", "unknown or incomplete option '%s'", argv[optind - 1]);
        path = optarg;
    }
    if (optind < argc)
        return gw_cli_usage("check", "unexpected argument '%s'", argv[optind]);
    if (!path)
        return gw_cli_usage("check", "--dir is missing");
    int code = gw_cli_dir_load(path, true, &dir);
    if (code >= 0)
        return code;
    size_t sources = dir.sources.count, files = count_files(&dir.sources);
    if (dir.errors) {
        code = gw_cli_error(GW_EXIT_CONFIG, "%u error%s, %u warning%s", dir.errors, plural(dir.errors), dir.warnings,
                            plural(dir.warnings));
    } else {
        printf("ok: %zu source%s in %zu file%s, %u warning%s\n", sources, plural(sources), files, plural(files),
               dir.warnings, plural(dir.warnings));
        code = GW_EXIT_OK;
    }
    gw_cli_dir_fini(&dir);
    return code;
}
