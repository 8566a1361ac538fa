// SPDX-License-Identifier: Apache-2.0
// DIR as the commands see it that read it themselves: govwire.yaml, sources.d and bodies.csv, their problems on stderr.
#ifndef GW_CLI_DIR_H
#define GW_CLI_DIR_H

#include "base/arena.h"
#include "model/settings.h"
#include "model/source.h"

#include <stdbool.h>

struct gw_cli_dir {
    struct gw_arena *arena;
    struct gw_settings settings;
    struct gw_source_set sources; // those that can be used
    unsigned errors, warnings;
    bool settings_bad; // some of the errors are in govwire.yaml
};

// Read them and print every error, and on request every warning. < 0: go on (look at `errors`); else the exit code,
// after a message.
int gw_cli_dir_load(const char *dir, bool warnings, struct gw_cli_dir *ret_dir);
void gw_cli_dir_fini(struct gw_cli_dir *dir);
// The source with this id; NULL after a message that names the nearest one.
const Gw__Source *gw_cli_dir_source(const struct gw_cli_dir *dir, const char *id);

#endif
