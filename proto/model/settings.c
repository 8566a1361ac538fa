// SPDX-License-Identifier: Apache-2.0
#include "settings.h"

#include "base/config.h"
#include "base/fs.h"
#include "model/source_keys.h"

#include <string.h>

#define AT(member) offsetof(struct gw_settings, member)
#define DAY        UINT64_C(86400000)
#define MIB        UINT64_C(1048576)

static const char *const levels[] = {"error", "warn", "info", "debug", NULL};
static const char *const formats[] = {"auto", "text", "json", NULL};

static const struct gw_config_key broker_keys[] = {
    {"listen", GW_CONFIG_TEXT, AT(broker_listen), "null", "tcp://*:7600; null: only this machine's own socket"},
    {"keys_dir", GW_CONFIG_TEXT, AT(broker_keys_dir), "keys", "allowed keys; relative to this file"},
    {0},
};
static const struct gw_config_key agent_keys[] = {
    {"broker", GW_CONFIG_TEXT, AT(agent_broker), "null", "tcp://HOST:7600; null: the broker of this machine"},
    {"key", GW_CONFIG_TEXT, AT(agent_key), "null", "this machine's key file, for tcp; relative to this file"},
    {"collectors", GW_CONFIG_COUNT, AT(agent_collectors), "2", "processes that fetch and read", .min = 1, .max = 256},
    {0},
};
static const struct gw_config_key outbox_keys[] = {
    {"max", GW_CONFIG_SIZE, AT(outbox_max), "2GiB", "then fetching stops", .min = MIB},
    {0},
};
static const struct gw_config_key archive_keys[] = {
    {"max", GW_CONFIG_SIZE, AT(archive_max), "10GiB", "then the oldest goes"},
    {"keep", GW_CONFIG_DURATION, AT(archive_keep_ms), "30d", "raw answers"},
    {0},
};
static const struct gw_config_key quarantine_keys[] = {
    {"max", GW_CONFIG_SIZE, AT(quarantine_max), "256MiB", "then the oldest goes"},
    {0},
};
static const struct gw_config_key store_keys[] = {
    {"retention", GW_CONFIG_DURATION, AT(store_retention_ms), "null", "of events; null: for ever", .min = DAY},
    {0},
};
static const struct gw_config_key log_keys[] = {
    {"level", GW_CONFIG_TEXT, AT(log_level), "info", "error warn info debug", .words = levels},
    {"format", GW_CONFIG_TEXT, AT(log_format), "auto", "auto: text on a terminal, else JSON Lines", .words = formats},
    {0},
};

// Every section is a part of struct gw_settings itself, but fetch, which is a struct of its own.
static const struct gw_config_key settings_keys[] = {
    {"broker", GW_CONFIG_MAPPING, .keys = broker_keys},
    {"agent", GW_CONFIG_MAPPING, .keys = agent_keys},
    {"fetch", GW_CONFIG_MAPPING, AT(fetch), .help = "for sources that do not say otherwise", .keys = gw_fetch_keys},
    {"outbox", GW_CONFIG_MAPPING, .keys = outbox_keys},
    {"archive", GW_CONFIG_MAPPING, .keys = archive_keys},
    {"quarantine", GW_CONFIG_MAPPING, .keys = quarantine_keys},
    {"store", GW_CONFIG_MAPPING, .keys = store_keys},
    {"log", GW_CONFIG_MAPPING, .keys = log_keys},
    {0},
};

static int parse(struct gw_arena *arena, struct gw_arena *scratch, const char *file, const struct gw_buf *text,
                 struct gw_buf *problems, struct gw_settings *settings)
{
    struct gw_config *config;
    int rc = gw_config_parse(arena, scratch, file, gw_buf_str(text), text->bytes, problems, &config);
    if (rc)
        return rc;
    gw_config_defaults(config, settings_keys, settings);
    gw__fetch_rule__init(&settings->fetch); // what nobody said stays unsaid, so that a source's packed rule stays small
    const struct gw_config_node *root = gw_config_root(config);
    if (root && !gw_config_is_null(root))
        gw_config_read(config, root, settings_keys, settings);
    gw_source_check_fetch(config, root, &settings->fetch);
    settings->broker_keys_dir = gw_config_path(config, settings->broker_keys_dir);
    if (settings->agent_key)
        settings->agent_key = gw_config_path(config, settings->agent_key);
    if (gw_config_errors(config) == 0)
        return GW_OK;
    return gw_fail(GW_EINVAL, "%s: %u %s", file, gw_config_errors(config),
                   gw_config_errors(config) == 1 ? "error" : "errors");
}

int gw_settings_load(struct gw_arena *arena, const char *dir, struct gw_buf *problems, struct gw_settings *ret_settings)
{
    struct gw_settings settings = {0};
    struct gw_arena *scratch = gw_arena_new(64 * MIB);
    struct gw_buf text = GW_BUF(MIB);
    char *file = gw_arena_printf(scratch, "%s/govwire.yaml", dir);
    int rc = file ? gw_fs_read(file, &text) : GW_ELIMIT;
    if (rc == GW_OK || rc == GW_ENOTFOUND)
        rc = parse(arena, scratch, file, &text, problems, &settings);
    else if (file)
        gw_buf_printf(problems, "%s:1:1: %s\n", file, rc == GW_ELIMIT ? "a file of more than 1 MiB" : gw_reason());
    if (rc == GW_OK)
        *ret_settings = settings;
    gw_buf_fini(&text);
    gw_arena_free(scratch);
    return rc;
}
