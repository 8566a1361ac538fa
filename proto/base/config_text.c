// SPDX-License-Identifier: Apache-2.0
// Texts of a file and what they stand for: variables of the environment, files that hold secrets.
#include "config_tree.h"

#include "fs.h"
#include "str.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 64 * 1024 };

bool gw_config_has_variable(const struct gw_config_node *node)
{
    return gw_find((struct gw_span){node->text, node->bytes}, GW_SPAN("${")) >= 0;
}

char *gw_config_path(struct gw_config *config, const char *path)
{
    const char *slash = strrchr(config->file, '/');
    if (path[0] == '/' || !slash)
        return gw_arena_strdup(config->arena, path);
    return gw_arena_printf(config->arena, "%.*s/%s", (int)(slash - config->file), config->file, path);
}

static bool is_variable_name(struct gw_span name)
{
    if (name.bytes == 0 || gw_is_digit((unsigned char)name.at[0]))
        return false;
    for (size_t i = 0; i < name.bytes; i++)
        if (!gw_is_alpha((unsigned char)name.at[i]) && !gw_is_digit((unsigned char)name.at[i]) && name.at[i] != '_')
            return false;
    return true;
}

// The inside of one ${…}: NAME, NAME:-default or NAME:?message.
static bool add_variable(struct gw_config *config, const struct gw_config_node *node, struct gw_span inside,
                         struct gw_buf *out)
{
    const char *colon = memchr(inside.at, ':', inside.bytes);
    struct gw_span name = {inside.at, colon ? (size_t)(colon - inside.at) : inside.bytes};
    struct gw_span rest = {colon ? colon + 1 : "", colon ? inside.bytes - name.bytes - 1 : 0};
    if (!is_variable_name(name) || (colon && (rest.bytes == 0 || (rest.at[0] != '-' && rest.at[0] != '?')))) {
        gw_config_error(config, node, NULL, "expected ${NAME}, ${NAME:-default} or ${NAME:?message}");
        return false;
    }
    char *key = gw_arena_strndup(config->scratch, name.at, name.bytes);
    const char *value = key ? getenv(key) : NULL;
    bool usable = value && gw_utf8_valid(value, strlen(value), true) && (value[0] || !colon);
    if (usable)
        gw_buf_puts(out, value);
    else if (colon && rest.at[0] == '-')
        gw_buf_add(out, rest.at + 1, rest.bytes - 1);
    else if (colon && rest.bytes > 1)
        gw_config_error(config, node, NULL, "%s: %.*s", key, (int)rest.bytes - 1, rest.at + 1);
    else if (value && value[0])
        gw_config_error(config, node, NULL, "the environment variable %s is not UTF-8", key);
    else
        gw_config_error(config, node, NULL,
                        "the environment variable %.*s is not set; ${%.*s:-default} would allow that", (int)name.bytes,
                        name.at, (int)name.bytes, name.at); // key is NULL when the arena is full
    return usable || (colon && rest.at[0] == '-');
}

static char *replace_variables(struct gw_config *config, const struct gw_config_node *node, struct gw_arena *arena)
{
    struct gw_buf out = GW_BUF(TEXT_MAX);
    struct gw_span left = {node->text, node->bytes};
    bool fine = true;
    for (ptrdiff_t at; fine && (at = gw_find(left, GW_SPAN("${"))) >= 0;) {
        bool escaped = at > 0 && left.at[at - 1] == '$';
        const char *inside = left.at + at + 2;
        gw_buf_add(&out, left.at, (size_t)at);
        if (escaped) {
            gw_buf_putc(&out, '{');
        } else {
            const char *close = memchr(inside, '}', left.bytes - (size_t)at - 2);
            fine = close != NULL;
            if (!close)
                gw_config_error(config, node, NULL, "${ without its }; $${ is a plain ${");
            else
                fine = add_variable(config, node, (struct gw_span){inside, (size_t)(close - inside)}, &out);
            inside = close ? close + 1 : inside;
        }
        left = (struct gw_span){inside, left.bytes - (size_t)(inside - left.at)};
    }
    gw_buf_add(&out, left.at, left.bytes);
    if (fine && !gw_buf_ok(&out))
        gw_config_error(config, node, NULL, "longer than 64 KiB");
    char *text = fine && gw_buf_ok(&out) ? gw_arena_strndup(arena, gw_buf_str(&out), out.bytes) : NULL;
    gw_buf_fini(&out);
    return text;
}

static char *text_of(struct gw_config *config, const struct gw_config_node *node, bool replace, struct gw_arena *arena)
{
    if (node->kind != GW_NODE_TEXT) {
        gw_config_error(config, node, NULL, "expected text, found %s", gw_config_quote(config, node));
        return NULL;
    }
    if (node->bytes > TEXT_MAX) {
        gw_config_error(config, node, NULL, "longer than 64 KiB");
        return NULL;
    }
    if (replace && gw_config_has_variable(node))
        return replace_variables(config, node, arena);
    return gw_arena_strndup(arena, node->text, node->bytes);
}

char *gw_config_text(struct gw_config *config, const struct gw_config_node *node)
{
    return text_of(config, node, !config->keep_secrets, config->arena);
}

char *gw_config_key_text(struct gw_config *config, const struct gw_config_node *key)
{
    return gw_arena_strndup(config->arena, key->text, key->bytes);
}

char *gw_config_secret(struct gw_config *config, const struct gw_config_node *node)
{
    char *name = text_of(config, node, true, config->scratch);
    if (!name)
        return NULL;
    if (config->keep_secrets)
        return gw_arena_printf(config->arena, "(what %s holds)", name);
    char *path = gw_config_path(config, name);
    struct gw_buf held = GW_BUF(TEXT_MAX);
    char *text = NULL;
    if (!path || gw_fs_read(path, &held) != GW_OK) {
        gw_config_error(config, node, NULL, "%s", path ? gw_reason() : "out of memory");
    } else {
        size_t bytes = held.bytes;
        while (bytes && (held.data[bytes - 1] == '\n' || held.data[bytes - 1] == '\r'))
            bytes--;
        if (bytes == 0 || !gw_utf8_valid(held.data, bytes, true))
            gw_config_error(config, node, NULL, "%s holds no text", path);
        else
            text = gw_arena_strndup(config->arena, held.data, bytes);
    }
    gw_buf_fini(&held);
    return text;
}

const char *gw_config_plain(struct gw_config *config, const struct gw_config_node *node)
{
    return text_of(config, node, true, config->scratch);
}

bool gw_config_says(struct gw_config *config, const struct gw_config_node *node, const char *word)
{
    const char *text = node->kind == GW_NODE_TEXT ? gw_config_plain(config, node) : NULL;
    return text && strcmp(text, word) == 0;
}
