// SPDX-License-Identifier: Apache-2.0
// The rows of one answer while they are being found, the same for every kind: URLs made absolute and unique, titles
// cleaned, the source's include, exclude and hosts applied, dates completed and written.
#ifndef GW_LIST_ROWS_H
#define GW_LIST_ROWS_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "model/compiled.h"
#include "model/dates.h"
#include "schema/observation.pb-c.h"
#include "schema/source.pb-c.h"

#include <stdbool.h>
#include <stddef.h>

struct gw_row {
    const char *title; // "" when there is none
    const char *url;
    struct gw_span date_text; // where a date is to be read; empty: nowhere
    bool has_date;            // `date` is set: nothing is left to read
    struct gw_date date;
};

struct gw_list_job;

struct gw_row_set {
    struct gw_arena *arena;
    struct gw_compiled *compiled;
    const char *base; // what relative URLs are resolved against; NULL: they stay as written
    const Gw__Source *source;
    struct gw_row *rows;
    size_t count, capacity;
    size_t *index, index_size; // open addressing by URL; entries are row + 1
    bool full;                 // GW_LIST_MAX_ROWS reached: the rest was left out
};

void gw_rows_init(struct gw_row_set *set, const struct gw_list_job *job, const char *base, const Gw__Source *source);

// Add a row; texts are copied. A URL seen before fills the older row's missing title and date instead. Rows without a
// usable http(s) URL, and the list's own URL, are left out. NULL: left out, a repeat, or out of memory.
struct gw_row *gw_rows_add(struct gw_row_set *set, const char *title, const char *url);
// As above, with the text that holds the date, or a date already read (either may be empty or NULL).
struct gw_row *gw_rows_add_dated(struct gw_row_set *set, const char *title, const char *url, const char *date_text);

// Read what dates are still texts, settle the order of day and month and missing years over the whole list, apply the
// source's filters, and make the message. `how` is copied. GW_EINVAL: an include or exclude that does not compile;
// GW_ELIMIT: out of arena.
GW_MUST_CHECK int gw_rows_finish(struct gw_row_set *set, const char *how, Gw__Rows **ret_rows);

// Put `warning` (copied; the first one stays) into the message; add a further page.
void gw_rows_warn(struct gw_arena *arena, Gw__Rows *rows, const char *warning);
void gw_rows_add_next(struct gw_arena *arena, Gw__Rows *rows, const char *url); // NULL: nothing is added
// A reference made absolute against `base`; as written when base is NULL; NULL when it is no http(s) URL.
const char *gw_rows_resolve(struct gw_arena *arena, const char *base, const char *reference);

#endif
