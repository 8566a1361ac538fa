// SPDX-License-Identifier: Apache-2.0
#include "dir.h"

#include "base/fs.h"
#include "base/str.h"
#include "bodies.h"
#include "cli.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { ARENA_MAX = 1024 * 1024 * 1024, PROBLEMS_MAX = 16 * 1024 * 1024 };

// Whole lines, of which those that only warn say so.
static void print_problems(const struct gw_buf *problems, bool warnings, struct gw_cli_dir *dir)
{
    struct gw_span left = {gw_buf_str(problems), problems->bytes};
    while (left.bytes) {
        const char *end = memchr(left.at, '\n', left.bytes);
        size_t line = end ? (size_t)(end - left.at) + 1 : left.bytes;
        bool warning = gw_starts_with(left, "warning: ");
        *(warning ? &dir->warnings : &dir->errors) += 1;
        if (!warning || warnings)
            fwrite(left.at, 1, line, stderr);
        left = (struct gw_span){left.at + line, left.bytes - line};
    }
}

// bodies.csv is read by the collectors; here it is only checked.
static void check_bodies(const char *path, struct gw_cli_dir *dir)
{
    char file[PATH_MAX];
    struct gw_policy_table *table = NULL;
    if (snprintf(file, sizeof file, "%s/bodies.csv", path) >= (int)sizeof file || !gw_fs_exists(file))
        return;
    if (gw_cli_bodies_load(file, &table) != GW_OK) {
        fprintf(stderr, "%s\n", gw_reason());
        dir->errors++;
    }
    gw_policy_table_free(table);
}

int gw_cli_dir_load(const char *path, bool warnings, struct gw_cli_dir *ret_dir)
{
    struct gw_cli_dir dir = {0};
    struct gw_buf problems = GW_BUF(PROBLEMS_MAX);
    if (!gw_fs_exists(path))
        return gw_cli_error(GW_EXIT_CONFIG, "%s: no such directory", path);
    dir.arena = gw_arena_new(ARENA_MAX);
    int rc = gw_settings_load(dir.arena, path, &problems, &dir.settings);
    int sources_rc = gw_source_load_dir(dir.arena, path, rc ? NULL : &dir.settings.fetch, &problems, &dir.sources);
    dir.settings_bad = rc != GW_OK;
    print_problems(&problems, warnings, &dir);
    check_bodies(path, &dir);
    gw_buf_fini(&problems);
    *ret_dir = dir;
    if (sources_rc == GW_OK || sources_rc == GW_EINVAL)
        return -1;
    int code = gw_cli_error(gw_exit_for(sources_rc), "%s", gw_reason());
    gw_cli_dir_fini(ret_dir);
    return code;
}

void gw_cli_dir_fini(struct gw_cli_dir *dir)
{
    dir->arena = gw_arena_free(dir->arena);
}

const Gw__Source *gw_cli_dir_source(const struct gw_cli_dir *dir, const char *id)
{
    const char *nearest = NULL;
    size_t best = 1 + strlen(id) / 2;
    for (size_t i = 0; i < dir->sources.count; i++) {
        size_t distance = gw_str_distance(id, dir->sources.sources[i]->id);
        if (strcmp(id, dir->sources.sources[i]->id) == 0)
            return dir->sources.sources[i];
        if (distance < best) {
            best = distance;
            nearest = dir->sources.sources[i]->id;
        }
    }
    if (nearest)
        gw_cli_error(GW_EXIT_FAILED, "no source '%s' (did you mean '%s'?)", id, nearest);
    else
        gw_cli_error(GW_EXIT_FAILED, "no source '%s'", id);
    return NULL;
}
