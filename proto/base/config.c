// SPDX-License-Identifier: Apache-2.0
#include "config.h"

#include "config_tree.h"
#include "fs.h"
#include "str.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    VISITS_MAX = 4000000,
    REPORTS_MAX = 50,
    TEXT_MAX = 64 * 1024,
    QUOTE_MAX = 60,
};

// ---- problems

static void add_printable(struct gw_buf *out, const char *text, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        gw_buf_putc(out, (unsigned char)text[i] < ' ' || text[i] == 0x7F ? '?' : text[i]);
}

static void report(struct gw_config *config, const struct gw_config_node *node, const char *key, const char *level,
                   const char *format, va_list args)
{
    struct gw_buf *out = config->problems;
    char text[1024];
    if (++config->reports > REPORTS_MAX) {
        if (config->reports == REPORTS_MAX + 1)
            gw_buf_printf(out, "%s: more problems, not shown\n", config->file);
        return;
    }
    if (!key)
        key = config->path;
    gw_buf_printf(out, "%s%s:%u:%u: ", level, config->file, node ? node->line : 1, node ? node->column : 1);
    add_printable(out, key, strlen(key));
    gw_buf_puts(out, key[0] ? ": " : "");
    int n = vsnprintf(text, sizeof text, format, args);
    add_printable(out, text, gw_utf8_cut(text, n < (int)sizeof text ? (size_t)n : sizeof text - 1, sizeof text - 1));
    gw_buf_putc(out, '\n');
}

void gw_config_error(struct gw_config *config, const struct gw_config_node *node, const char *key, const char *format,
                     ...)
{
    va_list args;
    va_start(args, format);
    config->errors++;
    report(config, node, key, "", format, args);
    va_end(args);
}

void gw_config_warn(struct gw_config *config, const struct gw_config_node *node, const char *key, const char *format,
                    ...)
{
    va_list args;
    va_start(args, format);
    report(config, node, key, "warning: ", format, args);
    va_end(args);
}

static bool has_variable(const struct gw_config_node *node)
{
    return gw_find((struct gw_span){node->text, node->bytes}, GW_SPAN("${")) >= 0;
}

const char *gw_config_quote(struct gw_config *config, const struct gw_config_node *node)
{
    if (node->kind != GW_NODE_TEXT)
        return node->kind == GW_NODE_MAPPING ? "a mapping" : "a sequence";
    if (has_variable(node))
        return "…";
    size_t cut = gw_utf8_cut(node->text, node->bytes, QUOTE_MAX);
    char *quoted = gw_arena_printf(config->scratch, "'%.*s%s'", (int)cut, node->text, cut < node->bytes ? "…" : "");
    return quoted ? quoted : "…";
}

// ---- life

int gw_config_parse(struct gw_arena *arena, struct gw_arena *scratch, const char *file, const char *text, size_t bytes,
                    struct gw_buf *problems, struct gw_config **ret_config)
{
    struct gw_config *config = gw_arena_zalloc(scratch, sizeof *config);
    gw_assert(config); // a scratch arena that small is a bug of the caller
    config->arena = arena;
    config->scratch = scratch;
    config->file = file;
    config->problems = problems;
    *ret_config = config;
    int rc = gw_config_tree(config, text, bytes);
    return rc ? gw_fail(rc, "%s is not usable", file) : GW_OK;
}

void gw_config_keep_secrets(struct gw_config *config)
{
    config->keep_secrets = true;
}

// ---- looking at nodes

const struct gw_config_node *gw_config_root(const struct gw_config *config)
{
    return config->root;
}

bool gw_config_is_text(const struct gw_config_node *node)
{
    return node->kind == GW_NODE_TEXT;
}

bool gw_config_is_mapping(const struct gw_config_node *node)
{
    return node->kind == GW_NODE_MAPPING;
}

bool gw_config_is_sequence(const struct gw_config_node *node)
{
    return node->kind == GW_NODE_SEQUENCE;
}

bool gw_config_is_null(const struct gw_config_node *node)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL"}; // YAML 1.2 §10.2
    for (size_t i = 0; node->kind == GW_NODE_TEXT && node->plain && i < GW_COUNT(words); i++)
        if (strcmp(node->text, words[i]) == 0)
            return true;
    return false;
}

uint32_t gw_config_line(const struct gw_config_node *node)
{
    return node->line;
}

uint32_t gw_config_column(const struct gw_config_node *node)
{
    return node->column;
}

static const struct gw_config_node *visit(struct gw_config *config, const struct gw_config_node *node)
{
    if (!node || config->visits > VISITS_MAX)
        return NULL;
    if (++config->visits > VISITS_MAX) {
        gw_config_error(config, node, "", "aliases make too much of this file");
        return NULL;
    }
    return node;
}

const struct gw_config_node *gw_config_first(struct gw_config *config, const struct gw_config_node *node)
{
    return visit(config, node->child);
}

const struct gw_config_node *gw_config_next(struct gw_config *config, const struct gw_config_node *node)
{
    return visit(config, node->next);
}

const struct gw_config_node *gw_config_value(const struct gw_config_node *key)
{
    return key->value;
}

const struct gw_config_node *gw_config_find(const struct gw_config_node *from, const char *path)
{
    while (from && from->kind == GW_NODE_MAPPING) {
        size_t n = strcspn(path, ".");
        const struct gw_config_node *key = from->child;
        while (key && !gw_span_eq((struct gw_span){key->text, key->bytes}, (struct gw_span){path, n}))
            key = key->next;
        if (!key || !path[n])
            return key ? key->value : NULL;
        path += n + 1;
        from = key->value;
    }
    return NULL;
}

struct gw_arena *gw_config_arena(const struct gw_config *config)
{
    return config->arena;
}

struct gw_arena *gw_config_scratch(const struct gw_config *config)
{
    return config->scratch;
}

unsigned gw_config_errors(const struct gw_config *config)
{
    return config->errors;
}

// ---- texts

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
    if (replace && has_variable(node))
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

// ---- values by type

// "no one of a, b, c", and which is meant.
static void report_word(struct gw_config *config, const struct gw_config_node *node, const char *word,
                        const char *const *words)
{
    struct gw_buf list = GW_BUF(512);
    const char *nearest = NULL;
    size_t best = 1 + strlen(word) / 2;
    for (size_t i = 0; words[i]; i++) {
        size_t distance = gw_str_distance(word, words[i]);
        gw_buf_printf(&list, "%s%s", i ? " " : "", words[i]);
        if (distance < best) {
            best = distance;
            nearest = words[i];
        }
    }
    gw_config_error(config, node, NULL, "%s is none of: %s%s%s%s", gw_config_quote(config, node), gw_buf_str(&list),
                    nearest ? " (did you mean " : "", nearest ? nearest : "", nearest ? "?)" : "");
    gw_buf_fini(&list);
}

static void read_text(struct gw_config *config, const struct gw_config_node *node, const struct gw_config_key *row,
                      bool from_file, char **target)
{
    char *text = from_file ? gw_config_secret(config, node) : gw_config_text(config, node);
    bool secret = from_file || (node->kind == GW_NODE_TEXT && has_variable(node));
    if (!text)
        return;
    if (!text[0]) {
        gw_config_error(config, node, NULL, "empty text; leave the key out, or write null");
        return;
    }
    if (secret && config->keep_secrets) { // nothing to check yet
        *target = text;
        return;
    }
    for (size_t i = 0; row->words && (i == 0 || row->words[i - 1]); i++) {
        if (!row->words[i]) {
            report_word(config, node, text, row->words);
            return;
        }
        if (strcmp(row->words[i], text) == 0)
            break;
    }
    const char *wrong = row->check ? row->check(config, text) : NULL;
    if (wrong)
        gw_config_error(config, node, NULL, "%s", secret ? "not usable (the value is not shown)" : wrong);
    else
        *target = text;
}

// Scalars that are no texts are replaced always: ${…} in a number is no secret worth keeping.
static const char *plain_text(struct gw_config *config, const struct gw_config_node *node)
{
    return text_of(config, node, true, config->scratch);
}

bool gw_config_says(struct gw_config *config, const struct gw_config_node *node, const char *word)
{
    const char *text = node->kind == GW_NODE_TEXT ? plain_text(config, node) : NULL;
    return text && strcmp(text, word) == 0;
}

static void read_word(struct gw_config *config, const struct gw_config_node *node, const char *const *words,
                      int *target)
{
    const char *text = plain_text(config, node);
    for (int i = 0; text && words[i]; i++)
        if (strcmp(words[i], text) == 0) {
            *target = i;
            return;
        }
    if (text)
        report_word(config, node, text, words);
}

static void read_bool(struct gw_config *config, const struct gw_config_node *node, int *target)
{
    static const char *const other[] = {"no", "yes", "off", "on", "0", "1"};
    const char *text = plain_text(config, node);
    if (!text)
        return;
    if (gw_str_eq_nocase(text, "true") || gw_str_eq_nocase(text, "false")) {
        *target = gw_str_eq_nocase(text, "true");
        return;
    }
    for (size_t i = 0; i < GW_COUNT(other); i++)
        if (gw_str_eq_nocase(text, other[i])) {
            gw_config_error(config, node, NULL, "%s is neither true nor false (did you mean %s?)",
                            gw_config_quote(config, node), i % 2 ? "true" : "false");
            return;
        }
    gw_config_error(config, node, NULL, "%s is neither true nor false", gw_config_quote(config, node));
}

struct unit {
    const char *name;
    uint64_t factor;
};
static const struct unit durations[] = {{"w", 604800000}, {"d", 86400000}, {"h", 3600000}, {"m", 60000},
                                        {"s", 1000},      {"ms", 1},       {NULL, 0}};
static const struct unit sizes[] = {
    {"TiB", UINT64_C(1) << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"TB", UINT64_C(1000000000000)},
    {"GB", 1000000000},         {"MB", 1000000},  {"kB", 1000},     {"B", 1},         {NULL, 0}};
static const struct unit counts[] = {{"", 1}, {NULL, 0}};

static const struct unit *units_of(enum gw_config_type type)
{
    return type == GW_CONFIG_DURATION ? durations : type == GW_CONFIG_SIZE ? sizes : counts;
}

void gw_config_write_number(enum gw_config_type type, uint64_t value, struct gw_buf *out)
{
    const struct unit *unit = units_of(type);
    while (unit[1].name &&
           (value == 0 ? type == GW_CONFIG_SIZE || strcmp(unit->name, "s") != 0 : value % unit->factor != 0))
        unit++;
    gw_buf_printf(out, "%" PRIu64 "%s", value / unit->factor, unit->name);
}

static bool parse_number(const char *text, const struct unit *units, uint64_t *ret_value)
{
    size_t digits = strspn(text, "0123456789");
    for (const struct unit *unit = units; unit->name; unit++) {
        uint64_t n;
        if (strcmp(text + digits, unit->name) != 0)
            continue;
        if (!gw_parse_u64((struct gw_span){text, digits}, UINT64_MAX / unit->factor, &n))
            return false;
        *ret_value = n * unit->factor;
        return true;
    }
    return false;
}

bool gw_config_number(struct gw_config *config, const struct gw_config_node *node, const struct gw_config_key *row,
                      const char *or_else, uint64_t *ret_value)
{
    static const char *const expected[] = {[GW_CONFIG_DURATION] = "a duration like 90s, 10m, 1h or 7d",
                                           [GW_CONFIG_SIZE] = "a size like 64MiB or 2GiB",
                                           [GW_CONFIG_COUNT] = "a whole number"};
    const char *text = plain_text(config, node);
    uint64_t value, max = row->max ? row->max : row->type == GW_CONFIG_COUNT ? UINT32_MAX : INT64_MAX;
    if (!text)
        return false;
    if (!parse_number(text, units_of(row->type), &value)) {
        gw_config_error(config, node, NULL, "expected %s%s, found %s", expected[row->type], or_else,
                        gw_config_quote(config, node));
        return false;
    }
    if (value >= row->min && value <= max) {
        *ret_value = value;
        return true;
    }
    struct gw_buf bound = GW_BUF(64);
    gw_config_write_number(row->type, value < row->min ? row->min : max, &bound);
    gw_config_error(config, node, NULL, "%s is out of range: at %s %s", gw_config_quote(config, node),
                    value < row->min ? "least" : "most", gw_buf_str(&bound));
    gw_buf_fini(&bound);
    return false;
}

static void read_texts(struct gw_config *config, const struct gw_config_node *node, const struct gw_config_key *row,
                       char *target)
{
    bool sequence = node->kind == GW_NODE_SEQUENCE;
    size_t n = 0, room = 0;
    for (const struct gw_config_node *item = sequence ? gw_config_first(config, node) : NULL; item;
         item = gw_config_next(config, item))
        room++;
    if (row->max && room > row->max) {
        gw_config_error(config, node, NULL, "more than %" PRIu64 " entries", row->max);
        return;
    }
    char **texts = gw_arena_alloc(config->arena, (sequence ? room : 1) * sizeof *texts);
    if (!texts)
        return;
    const struct gw_config_node *item = sequence ? gw_config_first(config, node) : node;
    for (; item; item = sequence ? gw_config_next(config, item) : NULL) {
        texts[n] = NULL;
        read_text(config, item, row, false, &texts[n]);
        n += texts[n] != NULL;
    }
    memcpy(target + row->offset, &texts, sizeof(char **));
    memcpy(target + row->count, &n, sizeof n);
}

static void read_mapping(struct gw_config *config, const struct gw_config_node *node, const struct gw_config_key *row,
                         char *target)
{
    void *inner = target + row->offset;
    if (row->blank) {
        inner = gw_arena_alloc(config->arena, row->blank_bytes);
        if (!inner)
            return;
        memcpy(inner, row->blank, row->blank_bytes);
        memcpy(target + row->offset, &inner, sizeof inner);
    }
    gw_config_read(config, node, row->keys, inner);
}

static void read_value(struct gw_config *config, const struct gw_config_node *node, const struct gw_config_key *row,
                       bool from_file, char *target)
{
    void *member = target + row->offset;
    uint64_t number;
    switch (row->type) {
    case GW_CONFIG_TEXT:
        read_text(config, node, row, from_file, member);
        break;
    case GW_CONFIG_WORD:
        read_word(config, node, row->words, member);
        break;
    case GW_CONFIG_BOOL:
        read_bool(config, node, member);
        break;
    case GW_CONFIG_COUNT:
        if (gw_config_number(config, node, row, "", &number))
            *(uint32_t *)member = (uint32_t)number;
        break;
    case GW_CONFIG_DURATION:
    case GW_CONFIG_SIZE:
        if (gw_config_number(config, node, row, "", &number))
            *(uint64_t *)member = number;
        break;
    case GW_CONFIG_TEXTS:
        read_texts(config, node, row, target);
        break;
    case GW_CONFIG_MAPPING:
        read_mapping(config, node, row, target);
        break;
    case GW_CONFIG_OTHER:
        row->read(config, node, target);
        break;
    }
    if (row->said)
        *(int *)(void *)(target + row->said) = 1;
}

void gw_config_read_value(struct gw_config *config, const struct gw_config_node *node, const struct gw_config_key *row,
                          void *target)
{
    read_value(config, node, row, false, target);
}

// ---- mappings

// The row of a key; "NAME_file" is the text NAME, read from a file, unless it is a key itself.
static const struct gw_config_key *row_of(const struct gw_config_key *table, struct gw_span key, bool *ret_from_file)
{
    *ret_from_file = false;
    for (const struct gw_config_key *row = table; row->key; row++)
        if (gw_span_eq(gw_span_of(row->key), key))
            return row;
    if (!gw_ends_with(key, "_file"))
        return NULL;
    key.bytes -= strlen("_file");
    for (const struct gw_config_key *row = table; row->key; row++)
        if (row->type == GW_CONFIG_TEXT && gw_span_eq(gw_span_of(row->key), key)) {
            *ret_from_file = true;
            return row;
        }
    return NULL;
}

// Where else the key exists: one level down, or at the top.
static const char *elsewhere(struct gw_config *config, const struct gw_config_key *table, const char *key)
{
    for (const struct gw_config_key *outer = table; outer->key; outer++)
        for (const struct gw_config_key *row = outer->keys; row && row->key; row++)
            if (strcmp(row->key, key) == 0)
                return gw_arena_printf(config->scratch, "%s.%s", outer->key, key);
    for (const struct gw_config_key *row = config->root_table; table != config->root_table && row->key; row++)
        if (strcmp(row->key, key) == 0)
            return gw_arena_printf(config->scratch, "%s at the top", key);
    return NULL;
}

static void report_unknown(struct gw_config *config, const struct gw_config_key *table,
                           const struct gw_config_node *key)
{
    const char *meant = elsewhere(config, table, key->text);
    size_t best = 1 + (key->bytes + 1) / 2;
    for (const struct gw_config_key *row = table; row->key && !meant; row++)
        best = gw_str_distance(key->text, row->key) < best ? gw_str_distance(key->text, row->key) : best;
    for (const struct gw_config_key *row = table; row->key && !meant; row++)
        if (best < 1 + (key->bytes + 1) / 2 && gw_str_distance(key->text, row->key) == best)
            meant = row->key;
    gw_config_error(config, key, NULL, "unknown key%s%s%s", meant ? " (did you mean " : "", meant ? meant : "",
                    meant ? "?)" : "");
}

static void report_doubled(struct gw_config *config, const struct gw_config_node *mapping,
                           const struct gw_config_node *key, const char *name)
{
    const struct gw_config_node *first = mapping->child;
    size_t n = strlen(name);
    while (first != key && !(first->bytes >= n && memcmp(first->text, name, n) == 0 &&
                             (!first->text[n] || strcmp(first->text + n, "_file") == 0)))
        first = first->next;
    gw_config_error(config, key, NULL, "doubled key; it stands in line %u already", first->line);
}

void gw_config_read(struct gw_config *config, const struct gw_config_node *node, const struct gw_config_key *table,
                    void *target)
{
    uint64_t seen = 0;
    size_t outer = strlen(config->path);
    if (!config->root_table)
        config->root_table = table;
    if (node->kind != GW_NODE_MAPPING) {
        gw_config_error(config, node, NULL, "expected a mapping (key: value), found %s", gw_config_quote(config, node));
        return;
    }
    for (const struct gw_config_node *key = gw_config_first(config, node); key; key = gw_config_next(config, key)) {
        bool from_file;
        const struct gw_config_key *row = row_of(table, (struct gw_span){key->text, key->bytes}, &from_file);
        snprintf(config->path + outer, sizeof config->path - outer, "%s%.*s", outer ? "." : "",
                 (int)gw_utf8_cut(key->text, key->bytes, QUOTE_MAX), key->text);
        if (!row) {
            report_unknown(config, table, key);
        } else if (seen & UINT64_C(1) << (row - table)) {
            report_doubled(config, node, key, row->key);
        } else {
            gw_assert(row - table < 64);
            seen |= UINT64_C(1) << (row - table);
            if (!gw_config_is_null(key->value))
                read_value(config, key->value, row, from_file, target);
        }
        config->path[outer] = '\0';
        if (config->reports > REPORTS_MAX)
            return;
    }
}

void gw_config_defaults(struct gw_config *config, const struct gw_config_key *table, void *target)
{
    for (const struct gw_config_key *row = table; row->key; row++) {
        char *at = target;
        if (row->type == GW_CONFIG_MAPPING && !row->blank) {
            gw_config_defaults(config, row->keys, at + row->offset);
        } else if (row->fallback) {
            struct gw_config_node node = {.text = row->fallback, .bytes = strlen(row->fallback), .plain = true};
            if (!gw_config_is_null(&node))
                read_value(config, &node, row, false, at);
        }
    }
}
