// SPDX-License-Identifier: Apache-2.0
#include "list/rows.h"

#include "base/buf.h"
#include "base/hash.h"
#include "list/kind.h"
#include "list/list.h"
#include "list/row_dates.h"
#include "model/regex.h"
#include "model/text.h"
#include "model/url.h"

#include <string.h>

enum { TITLE_MAX = 4096, FIRST_ROWS = 32, FIRST_INDEX = 128 };

void gw_rows_init(struct gw_row_set *set, const struct gw_list_job *job, const char *base, const Gw__Source *source)
{
    *set = (struct gw_row_set){
        .arena = job->arena, .compiled = job->compiled, .base = base && *base ? base : NULL, .source = source};
}

// ---- the index by URL

static size_t *slot_of(const struct gw_row_set *set, const char *url)
{
    size_t at = gw_hash64(url, strlen(url)) & (set->index_size - 1);
    while (set->index[at] != 0 && strcmp(set->rows[set->index[at] - 1].url, url) != 0)
        at = (at + 1) & (set->index_size - 1);
    return &set->index[at];
}

static bool grow(struct gw_row_set *set)
{
    size_t capacity = set->capacity ? set->capacity * 2 : FIRST_ROWS;
    struct gw_row *rows = gw_arena_alloc(set->arena, capacity * sizeof *rows);
    size_t index_size = set->index_size ? set->index_size * 2 : FIRST_INDEX;
    size_t *index = gw_arena_zalloc(set->arena, index_size * sizeof *index);
    if (!rows || !index)
        return false;
    if (set->count > 0)
        memcpy(rows, set->rows, set->count * sizeof *rows);
    set->rows = rows;
    set->capacity = capacity;
    set->index = index;
    set->index_size = index_size;
    for (size_t i = 0; i < set->count; i++)
        *slot_of(set, rows[i].url) = i + 1;
    return true;
}

// ---- adding

static const char *clean_title(struct gw_arena *arena, const char *title)
{
    struct gw_buf folded = GW_BUF(TITLE_MAX);
    struct gw_span text = gw_span_of(title);
    text.bytes = gw_utf8_cut(text.at, text.bytes, TITLE_MAX / 2);
    gw_text_fold_space(text, &folded);
    const char *clean = gw_arena_strndup(arena, gw_buf_str(&folded), folded.bytes);
    gw_buf_fini(&folded);
    return clean ? clean : "";
}

const char *gw_rows_resolve(struct gw_arena *arena, const char *base, const char *reference)
{
    struct gw_span text = gw_span_trim(gw_span_of(reference));
    const char *resolved = reference ? gw_url_resolve(arena, base, reference) : NULL;
    if (resolved || base || text.bytes == 0 || gw_find(text, GW_SPAN(":")) >= 0)
        return resolved;
    return gw_arena_strndup(arena, text.at, text.bytes);
}

static const char *absolute(struct gw_row_set *set, const char *url)
{
    struct gw_span text = gw_span_trim(gw_span_of(url));
    if (text.bytes == 0 || *text.at == '#' || gw_find(text, GW_SPAN("{{")) >= 0) // an anchor; a script's template
        return NULL;
    const char *resolved = gw_rows_resolve(set->arena, set->base, url);
    return resolved && (!set->base || strcmp(resolved, set->base) != 0) ? resolved : NULL;
}

struct gw_row *gw_rows_add(struct gw_row_set *set, const char *title, const char *url)
{
    return gw_rows_add_dated(set, title, url, NULL);
}

struct gw_row *gw_rows_add_dated(struct gw_row_set *set, const char *title, const char *url, const char *date_text)
{
    const char *resolved = absolute(set, url);
    if (!resolved || (set->count == set->capacity && !grow(set)))
        return NULL;
    const char *clean = clean_title(set->arena, title ? title : "");
    const char *date = date_text && *date_text ? gw_arena_strdup(set->arena, date_text) : NULL;
    size_t *slot = slot_of(set, resolved);
    if (*slot != 0) {
        struct gw_row *older = &set->rows[*slot - 1];
        if (!*older->title)
            older->title = clean;
        if (older->date_text.bytes == 0)
            older->date_text = gw_span_of(date);
        return NULL;
    }
    if (set->count == GW_LIST_MAX_ROWS) {
        set->full = true;
        return NULL;
    }
    *slot = set->count + 1;
    struct gw_row *row = &set->rows[set->count++];
    *row = (struct gw_row){.title = clean, .url = resolved, .date_text = gw_span_of(date)};
    return row;
}

// ---- the source's filters

struct filter {
    const struct gw_regex *include, *exclude;
    const Gw__ListRule *rule;
    const char *base;
};

static int compile(struct gw_compiled *compiled, const char *key, const char *pattern,
                   const struct gw_regex **ret_regex)
{
    *ret_regex = NULL;
    if (!pattern || !*pattern)
        return 0;
    int rc = gw_compiled_regex(compiled, pattern, ret_regex);
    return rc == 0 ? 0 : gw_fail_prefix(rc, "list.%s", key);
}

static bool either_fits(const struct gw_regex *regex, const struct gw_row *row)
{
    return gw_regex_match(regex, gw_span_of(row->title)) || gw_regex_match(regex, gw_span_of(row->url));
}

static bool host_fits(struct gw_arena *arena, const struct filter *filter, const char *url)
{
    if (filter->rule->hosts == GW__HOSTS__HOSTS_SAME_SITE)
        return !filter->base || gw_url_same_site(filter->base, url);
    if (filter->rule->hosts != GW__HOSTS__HOSTS_NAMED)
        return true;
    const char *host = gw_url_hostname(arena, url);
    for (size_t i = 0; host && i < filter->rule->n_host_names; i++)
        if (gw_str_eq_nocase(host, filter->rule->host_names[i]))
            return true;
    return false;
}

static int apply_filters(struct gw_row_set *set)
{
    if (!set->source || !set->source->list)
        return 0;
    struct filter f = {.rule = set->source->list, .base = set->base};
    int rc = compile(set->compiled, "include", f.rule->include, &f.include);
    if (rc == 0)
        rc = compile(set->compiled, "exclude", f.rule->exclude, &f.exclude);
    size_t kept = 0;
    for (size_t i = 0; rc == 0 && i < set->count; i++) {
        const struct gw_row *row = &set->rows[i];
        if ((!f.include || either_fits(f.include, row)) && !(f.exclude && either_fits(f.exclude, row)) &&
            host_fits(set->arena, &f, row->url))
            set->rows[kept++] = *row;
    }
    if (rc == 0)
        set->count = kept; // the index is stale now: nothing is added after this
    return rc;
}

// ---- the message

static Gw__Row *make_row(struct gw_arena *arena, const struct gw_row *row)
{
    char date[GW_DATE_BYTES];
    Gw__Row *message = gw_arena_alloc(arena, sizeof *message);
    if (!message)
        return NULL;
    gw__row__init(message);
    message->title = (char *)row->title;
    message->url = (char *)row->url;
    if (row->has_date && row->date.year != 0)
        message->date = gw_arena_strdup(arena, gw_date_format(&row->date, date));
    return message->date ? message : NULL;
}

int gw_rows_finish(struct gw_row_set *set, const char *how, Gw__Rows **ret_rows)
{
    int rc = apply_filters(set);
    if (rc != 0)
        return rc;
    gw_row_dates_read(set, set->source ? gw_date_order_of(set->source->date_order) : GW_DATE_UNKNOWN);
    Gw__Rows *rows = gw_arena_alloc(set->arena, sizeof *rows);
    Gw__Row **list = gw_arena_alloc(set->arena, (set->count + 1) * sizeof(Gw__Row *));
    if (!rows || !list)
        return gw_fail(GW_ELIMIT, "list: out of memory");
    gw__rows__init(rows);
    rows->rows = list;
    rows->how = gw_arena_strdup(set->arena, how);
    for (; rows->n_rows < set->count; rows->n_rows++)
        if (!(list[rows->n_rows] = make_row(set->arena, &set->rows[rows->n_rows])))
            break;
    if (!rows->how || rows->n_rows < set->count)
        return gw_fail(GW_ELIMIT, "list: out of memory");
    if (set->full)
        gw_rows_warn(set->arena, rows, "more rows than are read of one list");
    *ret_rows = rows;
    return 0;
}

void gw_rows_warn(struct gw_arena *arena, Gw__Rows *rows, const char *warning)
{
    char *copy = *rows->warning ? NULL : gw_arena_strdup(arena, warning);
    if (copy)
        rows->warning = copy;
}

void gw_rows_add_next(struct gw_arena *arena, Gw__Rows *rows, const char *url)
{
    char **next = gw_arena_alloc(arena, (rows->n_next + 1) * sizeof *next);
    char *copy = url ? gw_arena_strdup(arena, url) : NULL;
    if (!next || !copy)
        return;
    if (rows->n_next > 0)
        memcpy(next, rows->next, rows->n_next * sizeof *next);
    next[rows->n_next++] = copy;
    rows->next = next;
}
