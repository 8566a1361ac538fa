// SPDX-License-Identifier: Apache-2.0
// DIR/govwire.yaml: settings of the programs on this machine. Optional; every key has a default (the table in
// settings.c).
#ifndef GW_MODEL_SETTINGS_H
#define GW_MODEL_SETTINGS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "schema/source.pb-c.h"

#include <stdint.h>

struct gw_settings {
    const char *broker_listen; // NULL: only the ipc socket of this machine
    const char *broker_keys_dir;
    const char *agent_broker, *agent_key;
    uint32_t agent_collectors;
    Gw__FetchRule fetch; // only what was said: defaults for sources (gw_source_load_dir)
    uint64_t outbox_max; // bytes
    uint64_t archive_max, archive_keep_ms;
    uint64_t quarantine_max;
    uint64_t store_retention_ms; // 0: for ever
    const char *log_level, *log_format;
};

// Read DIR/govwire.yaml; a missing file gives the defaults. Strings live in arena. GW_EINVAL: `problems` has the lines,
// one each: "file:line:column: key: reason"; warnings begin with "warning: ".
GW_MUST_CHECK int gw_settings_load(struct gw_arena *arena, const char *dir, struct gw_buf *problems,
                                   struct gw_settings *ret_settings);

#endif
