// SPDX-License-Identifier: Apache-2.0
// Where the dates of rows stand when a row does not hold its own: between the rows, or in headings above them.
#include "list/auto.h"

#include "html/dom.h"
#include "list/row_dates.h"
#include "list/row_text.h"

enum {
    HEADING_MAX = 64,    // bytes of a heading
    HEADING_REACH = 240, // bytes before the first row in which a heading's date counts
};

struct dating {
    struct gw_arena *arena;
    const struct gw_outline *outline;
    struct gw_auto_row *rows;
    size_t count;
};

static uint32_t row_start(const struct dating *d, const struct gw_auto_row *row)
{
    return d->outline->places[row->container].text_start;
}

static uint32_t row_end(const struct dating *d, const struct gw_auto_row *row)
{
    return d->outline->places[row->container].text_end;
}

static uint32_t row_parent(const struct dating *d, const struct gw_auto_row *row)
{
    return d->outline->places[row->container].parent;
}

// The text between row i - 1 and row i (i = count: behind the last), as far as it lies in their parents.
static struct gw_span gap_before(const struct dating *d, size_t i)
{
    uint32_t parent = row_parent(d, &d->rows[i < d->count ? i : d->count - 1]);
    uint32_t start = d->outline->places[parent].text_start, end = d->outline->places[parent].text_end;
    if (i > 0 && row_end(d, &d->rows[i - 1]) > start)
        start = row_end(d, &d->rows[i - 1]);
    if (i < d->count)
        end = row_start(d, &d->rows[i]);
    return gw_outline_text(d->outline, start, end);
}

static size_t count_dated(const struct dating *d)
{
    size_t dated = 0;
    for (size_t i = 0; i < d->count; i++)
        dated += d->rows[i].date_text.bytes > 0;
    return dated;
}

// Rows whose dates stand between them (dl, or headings and paragraphs in a row): before or behind, whichever side of
// the gaps the dates are nearer to.
static void date_by_gaps(struct dating *d)
{
    size_t nearer_next = 0, nearer_previous = 0;
    for (size_t i = 0; i <= d->count; i++) {
        struct gw_date date;
        struct gw_span gap = gap_before(d, i);
        if (!gw_row_date_any(gap, &date))
            continue;
        bool next = i == 0 || (i < d->count && gap.bytes - date.end < date.start);
        nearer_next += next;
        nearer_previous += !next;
    }
    if ((nearer_next + nearer_previous) * 2 < d->count)
        return;
    bool before = nearer_next > nearer_previous;
    for (size_t i = 0; i < d->count; i++) {
        struct gw_date date;
        struct gw_span gap = gap_before(d, before ? i : i + 1);
        bool same_parent = before || i + 1 == d->count || row_parent(d, &d->rows[i]) == row_parent(d, &d->rows[i + 1]);
        if (!same_parent) { // behind the last row of its parent
            uint32_t end = d->outline->places[row_parent(d, &d->rows[i])].text_end;
            gap = gw_outline_text(d->outline, row_end(d, &d->rows[i]), end);
        }
        if (gw_row_date_any(gap, &date))
            d->rows[i].date_text = gap;
    }
}

// The last small element between two places that is a date alone (to the month is enough), or with `year` one that
// names a year; NULL: none.
static const struct gw_place *heading_between(const struct dating *d, uint32_t from, uint32_t to, bool year)
{
    const struct gw_place *found = NULL;
    for (uint32_t i = from; i < to; i++) {
        const struct gw_place *place = &d->outline->places[i];
        struct gw_span text = gw_span_trim(gw_place_text(d->outline, place));
        struct gw_date date;
        if (text.bytes == 0 || text.bytes > HEADING_MAX || place->end > to)
            continue;
        if (year ? gw_row_year(text) != 0
                 : gw_date_find(text, 0, GW_DATE_UNKNOWN, GW_DATE_NO_DAY, &date) &&
                       (date.end - date.start) * 2 >= text.bytes)
            found = place;
    }
    return found;
}

// The heading above each row: between it and the row before, or for the first row not far above it.
static const struct gw_place *heading_above(const struct dating *d, size_t i, bool year)
{
    uint32_t to = d->rows[i].container;
    uint32_t from = i > 0 ? d->outline->places[d->rows[i - 1].container].end : to;
    while (i == 0 && from > 0 && row_start(d, &d->rows[0]) - d->outline->places[from - 1].text_start < HEADING_REACH)
        from--;
    return from < to ? heading_between(d, from, to, year) : NULL;
}

// Rows grouped under dates: each row has the date of the last heading above it. Headings that never change are no dates
// of rows ("Updated March 2020").
static void date_by_headings(struct dating *d)
{
    struct gw_span heading = {0};
    size_t headings = 0, days = 0;
    struct gw_span *texts = gw_arena_zalloc(d->arena, d->count * sizeof *texts);
    for (size_t i = 0; texts && i < d->count; i++) {
        uint32_t end = row_start(d, &d->rows[i]), reach = end > HEADING_REACH ? end - HEADING_REACH : 0;
        struct gw_span between = gw_outline_text(d->outline, i > 0 ? row_end(d, &d->rows[i - 1]) : reach, end);
        const struct gw_place *above = heading_above(d, i, false);
        struct gw_date date;
        for (size_t from = 0; gw_date_find(between, from, GW_DATE_UNKNOWN, GW_DATE_WHOLE, &date);
             from = date.end, days++)
            heading = (struct gw_span){between.at + date.start, date.end - date.start};
        if (above) {
            heading = gw_place_text(d->outline, above);
            headings++;
        }
        if (heading.bytes == 0)
            return; // the first row stands under no date
        texts[i] = heading;
    }
    for (size_t i = 0; texts && (headings > 1 || days > 0) && i < d->count; i++)
        if (d->rows[i].date_text.bytes == 0)
            d->rows[i].date_text = texts[i];
}

// "Feb 13" below the heading "2018 meetings": the year goes to the date.
static void year_by_headings(struct dating *d)
{
    int year = 0;
    for (size_t i = 0; i < d->count; i++) {
        struct gw_span text = d->rows[i].date_text;
        struct gw_date date;
        const struct gw_place *above = heading_above(d, i, true);
        year = above ? gw_row_year(gw_place_text(d->outline, above)) : year;
        if (year == 0 || !gw_row_date_find(text, GW_DATE_UNKNOWN, &date) || date.year != 0)
            continue;
        const char *whole =
            gw_arena_printf(d->arena, "%.*s %d", (int)(date.end - date.start), text.at + date.start, year);
        d->rows[i].date_text = gw_span_of(whole);
    }
}

static void find_dates(struct dating *d)
{
    for (size_t i = 0; i < d->count; i++)
        d->rows[i].date_text = gw_row_date_text(d->outline, d->rows[i].container, d->rows[i].link);
    if (count_dated(d) * 5 <= d->count)
        date_by_gaps(d);
    if (count_dated(d) * 5 <= d->count)
        date_by_headings(d);
    year_by_headings(d);
}

void gw_auto_find_dates(struct gw_arena *arena, const struct gw_outline *outline, struct gw_auto_list *list)
{
    struct dating d = {arena, outline, list->rows, list->count};
    if (d.count > 0)
        find_dates(&d);
}
