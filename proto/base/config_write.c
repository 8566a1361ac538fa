// SPDX-License-Identifier: Apache-2.0
// The other direction: a struct back to YAML, and a table to commented YAML.
#include "config_tree.h"

#include "str.h"

#include <string.h>

// Plain where no reader of YAML could take it for anything else.
static bool is_safe_plain(const char *text)
{
    static const char *const words[] = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"};
    if (!gw_is_alpha((unsigned char)text[0]) && text[0] != '/')
        return false;
    for (const char *at = text; *at; at++)
        if (!gw_is_alpha((unsigned char)*at) && !gw_is_digit((unsigned char)*at) && !strchr("-_./", *at) &&
            !(*at == ':' && at[1] == '/'))
            return false;
    for (size_t i = 0; i < GW_COUNT(words); i++)
        if (gw_str_eq_nocase(text, words[i]))
            return false;
    return true;
}

void gw_config_write_text(struct gw_buf *out, const char *text)
{
    if (is_safe_plain(text)) {
        gw_buf_puts(out, text);
        return;
    }
    gw_buf_putc(out, '"');
    for (const char *at = text, *end = text + strlen(text); at < end;) {
        const char *from = at;
        uint32_t c = gw_utf8_next(&at, end);
        if (c == '"' || c == '\\')
            gw_buf_printf(out, "\\%c", (char)c);
        else if (c < ' ' || c == 0x7F || (c >= 0x80 && c < 0xA0) || c == 0x2028 || c == 0x2029 || c == 0xFEFF ||
                 c == 0xFFFE || c == 0xFFFF)
            gw_buf_printf(out, "\\u%04X", c);
        else if (c == '$' && at < end && *at == '{')
            gw_buf_puts(out, "$$");
        else
            gw_buf_add(out, from, (size_t)(at - from));
    }
    gw_buf_putc(out, '"');
}

static void start(struct gw_buf *out, unsigned indent, const char *key)
{
    gw_buf_printf(out, "%*s%s:", (int)indent, "", key);
}

static void write_texts(const struct gw_config_key *row, const char *target, struct gw_buf *out)
{
    size_t n = *(const size_t *)(const void *)(target + row->count);
    char *const *texts = *(char *const *const *)(const void *)(target + row->offset);
    for (size_t i = 0; i < n; i++) {
        gw_buf_puts(out, i ? ", " : " [");
        gw_config_write_text(out, texts[i]);
    }
    gw_buf_puts(out, "]\n");
}

static void write_mapping(const struct gw_config_key *row, const char *target, unsigned indent, struct gw_buf *out)
{
    const void *inner = row->blank ? *(const void *const *)(const void *)(target + row->offset) : target + row->offset;
    size_t before = out->bytes;
    if (!inner)
        return;
    start(out, indent, row->key);
    gw_buf_putc(out, '\n');
    size_t head = out->bytes;
    gw_config_write(row->keys, inner, indent + 2, out);
    if (out->bytes == head)
        gw_buf_truncate(out, before);
}

static void write_number(const struct gw_config_key *row, const char *target, unsigned indent, struct gw_buf *out)
{
    const void *member = target + row->offset;
    bool said = row->said && *(const int *)(const void *)(target + row->said);
    uint64_t value = row->type == GW_CONFIG_COUNT ? *(const uint32_t *)member : *(const uint64_t *)member;
    if (!value && !said)
        return;
    start(out, indent, row->key);
    gw_buf_putc(out, ' ');
    gw_config_write_number(row->type, value, out);
    gw_buf_putc(out, '\n');
}

static void write_other(const struct gw_config_key *row, const char *target, unsigned indent, struct gw_buf *out)
{
    size_t before = out->bytes;
    start(out, indent, row->key);
    gw_buf_putc(out, ' ');
    if (row->write(target, out))
        gw_buf_putc(out, '\n');
    else
        gw_buf_truncate(out, before);
}

static void write_row(const struct gw_config_key *row, const char *target, unsigned indent, struct gw_buf *out)
{
    const void *member = target + row->offset;
    switch (row->type) {
    case GW_CONFIG_TEXT: {
        const char *text = *(const char *const *)member;
        if (text && text[0]) {
            start(out, indent, row->key);
            gw_buf_putc(out, ' ');
            gw_config_write_text(out, text);
            gw_buf_putc(out, '\n');
        }
        break;
    }
    case GW_CONFIG_WORD:
    case GW_CONFIG_BOOL:
        if (*(const int *)member) {
            start(out, indent, row->key);
            gw_buf_printf(out, " %s\n", row->type == GW_CONFIG_BOOL ? "true" : row->words[*(const int *)member]);
        }
        break;
    case GW_CONFIG_COUNT:
    case GW_CONFIG_DURATION:
    case GW_CONFIG_SIZE:
        write_number(row, target, indent, out);
        break;
    case GW_CONFIG_TEXTS:
        if (*(const size_t *)(const void *)(target + row->count)) {
            start(out, indent, row->key);
            write_texts(row, target, out);
        }
        break;
    case GW_CONFIG_MAPPING:
        write_mapping(row, target, indent, out);
        break;
    case GW_CONFIG_OTHER:
        write_other(row, target, indent, out);
        break;
    }
}

void gw_config_write(const struct gw_config_key *table, const void *target, unsigned indent, struct gw_buf *out)
{
    for (const struct gw_config_key *row = table; row->key && gw_buf_ok(out); row++)
        write_row(row, target, indent, out);
}

void gw_config_write_help(const struct gw_config_key *table, unsigned indent, struct gw_buf *out)
{
    for (const struct gw_config_key *row = table; row->key; row++) {
        if (!row->help)
            continue;
        size_t from = out->bytes;
        gw_buf_printf(out, "# %*s%s:%s%s", (int)indent, "", row->key, row->fallback ? " " : "",
                      row->fallback ? row->fallback : "");
        enum { HELP_COLUMN = 34 };
        size_t width = out->bytes - from;
        gw_buf_printf(out, "%*s# %s\n", width < HELP_COLUMN ? (int)(HELP_COLUMN - width) : 2, "", row->help);
        if (row->type == GW_CONFIG_MAPPING)
            gw_config_write_help(row->keys, indent + 2, out);
    }
}
