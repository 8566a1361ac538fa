// SPDX-License-Identifier: Apache-2.0
// The walk: values by the type of their row, mappings by their table.
#include "config_tree.h"

#include "str.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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
    bool secret = from_file || (node->kind == GW_NODE_TEXT && gw_config_has_variable(node));
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

static void read_word(struct gw_config *config, const struct gw_config_node *node, const char *const *words,
                      int *target)
{
    const char *text = gw_config_plain(config, node);
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
    const char *text = gw_config_plain(config, node);
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
    const char *text = gw_config_plain(config, node);
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
                 (int)gw_utf8_cut(key->text, key->bytes, GW_CONFIG_QUOTE_MAX), key->text);
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
        if (config->reports > GW_CONFIG_REPORTS_MAX)
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
