// SPDX-License-Identifier: Apache-2.0
#include "model/compiled.h"

#include "base/keyed.h"

#include <stdlib.h>
#include <string.h>

enum { ARENA_BYTES = 64 * 1024 * 1024 };

// What the first letter of an entry's key says.
enum kind { SELECTOR = 's', CSS = 'c', PATH = 'p', REGEX = 'r' };

struct entry {
    const struct gw_selector *selector;
    struct gw_value value;
    struct gw_regex *regex;
    char key[]; // kind and text
};

struct gw_compiled {
    struct gw_arena *arena;
    struct gw_keyed entries;
    uint64_t count;
};

static const char *entry_key(const void *entry)
{
    return ((const struct entry *)entry)->key;
}

struct gw_compiled *gw_compiled_new(void)
{
    struct gw_compiled *compiled = calloc(1, sizeof *compiled);
    gw_assert(compiled);
    *compiled = (struct gw_compiled){.arena = gw_arena_new(ARENA_BYTES), .entries = {.key = entry_key}};
    return compiled;
}

static void forget_all(struct gw_compiled *compiled)
{
    struct entry *entry;
    for (uint32_t at = 0; (entry = gw_keyed_next(&compiled->entries, &at));) {
        gw_value_close(&entry->value);
        gw_regex_free(entry->regex);
    }
    gw_keyed_fini(&compiled->entries);
    gw_arena_reset(compiled->arena);
}

struct gw_compiled *gw_compiled_free(struct gw_compiled *compiled)
{
    if (!compiled)
        return NULL;
    forget_all(compiled);
    gw_arena_free(compiled->arena);
    free(compiled);
    return NULL;
}

void gw_compiled_trim(struct gw_compiled *compiled, size_t most_bytes)
{
    if (gw_arena_used(compiled->arena) > most_bytes)
        forget_all(compiled);
}

static int compile(struct gw_compiled *compiled, enum kind kind, const char *text, struct entry *entry)
{
    switch (kind) {
    case SELECTOR:
        return gw_selector_parse(compiled->arena, gw_span_of(text), &entry->selector);
    case CSS:
        return gw_value_parse(compiled->arena, text, GW_VALUE_CSS, &entry->value);
    case PATH:
        return gw_value_parse(compiled->arena, text, GW_VALUE_PATH, &entry->value);
    case REGEX:
        return gw_regex_new(gw_span_of(text), false, &entry->regex);
    }
    return gw_fail(GW_EBUG, "no such kind");
}

static int entry_of(struct gw_compiled *compiled, enum kind kind, const char *text, const struct entry **ret_entry)
{
    char key[GW_VALUE_MAX + 2] = {(char)kind};
    size_t bytes = strlen(text) + 1;
    if (bytes + 1 > sizeof key)
        return gw_fail(GW_ELIMIT, "more than %d bytes", GW_VALUE_MAX);
    memcpy(key + 1, text, bytes);
    const struct entry *known = gw_keyed_find(&compiled->entries, key);
    if (known) {
        *ret_entry = known;
        return GW_OK;
    }
    struct entry *fresh = gw_arena_zalloc(compiled->arena, sizeof *fresh + bytes + 1);
    if (!fresh)
        return gw_fail(GW_ELIMIT, "compiled rules: out of memory");
    memcpy(fresh->key, key, bytes + 1);
    int rc = compile(compiled, kind, text, fresh);
    if (rc != GW_OK)
        return rc;
    compiled->count++;
    gw_keyed_add(&compiled->entries, fresh);
    *ret_entry = fresh;
    return GW_OK;
}

int gw_compiled_selector(struct gw_compiled *compiled, const char *text, const struct gw_selector **ret_selector)
{
    const struct entry *entry;
    int rc = entry_of(compiled, SELECTOR, text, &entry);
    if (rc == GW_OK)
        *ret_selector = entry->selector;
    return rc;
}

int gw_compiled_value(struct gw_compiled *compiled, const char *text, enum gw_value_kind kind,
                      const struct gw_value **ret_value)
{
    const struct entry *entry;
    int rc = entry_of(compiled, kind == GW_VALUE_CSS ? CSS : PATH, text, &entry);
    if (rc == GW_OK)
        *ret_value = &entry->value;
    return rc;
}

int gw_compiled_regex(struct gw_compiled *compiled, const char *text, const struct gw_regex **ret_regex)
{
    const struct entry *entry;
    int rc = entry_of(compiled, REGEX, text, &entry);
    if (rc == GW_OK)
        *ret_regex = entry->regex;
    return rc;
}

uint64_t gw_compiled_count(const struct gw_compiled *compiled)
{
    return compiled->count;
}
