// SPDX-License-Identifier: Apache-2.0
// Where the dates of rows stand when a row does not hold its own: between the rows, or in headings above them.
#include "list/auto.h"

#include "html/dom.h"
#include "list/row_dates.h"
#include "list/row_text.h"

#include <string.h>

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

static bool date_at(const struct dating *d, size_t gap)
{
    struct gw_date date;
    return gw_row_date_any(gap_before(d, gap), &date);
}

// Do the dates between rows belong to the row behind them? A dt goes with the dd behind it; else it shows at the ends
// of the list, where there is a date before the first row or behind the last; else they are nearer to one side.
static bool dates_stand_before(const struct dating *d)
{
    const GumboNode *row = d->outline->places[d->rows[0].container].node;
    bool first = date_at(d, 0), last = date_at(d, d->count);
    size_t nearer_next = 0, nearer_previous = 0;
    if (gw_dom_is(row, GUMBO_TAG_DD) || gw_dom_is(row, GUMBO_TAG_DT))
        return gw_dom_is(row, GUMBO_TAG_DD);
    if (first != last)
        return first;
    for (size_t i = 1; i < d->count; i++) {
        struct gw_date date;
        struct gw_span gap = gw_span_trim(gap_before(d, i));
        if (!gw_row_date_any(gap, &date))
            continue;
        nearer_next += gap.bytes - date.end < date.start;
        nearer_previous += gap.bytes - date.end > date.start;
    }
    return nearer_next >= nearer_previous;
}

// Rows whose dates stand between them (dl, or headings and paragraphs in a row). True: before the rows, so that one may
// hold for several.
static bool date_by_gaps(struct dating *d)
{
    size_t dated = 0;
    for (size_t i = 0; i <= d->count; i++)
        dated += date_at(d, i);
    if (dated * 2 < d->count)
        return false;
    bool before = dates_stand_before(d);
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
    return before;
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

// "22 - Title" below "March 2024": the day at the row's beginning or end, beside its link; 0: none.
static int day_beside_link(const struct dating *d, const struct gw_auto_row *row)
{
    const struct gw_place *link = &d->outline->places[row->link];
    struct gw_span sides[] = {gw_outline_text(d->outline, row_start(d, row), link->text_start),
                              gw_outline_text(d->outline, link->text_end, row_end(d, row))};
    for (size_t i = 0; row->link != 0 && i < GW_COUNT(sides); i++) {
        int day = 0, digits = 0, others = 0;
        for (size_t k = 0; k < sides[i].bytes; k++) {
            unsigned char c = (unsigned char)sides[i].at[k];
            bool digit = gw_is_digit(c);
            day = digit && digits < 3 ? day * 10 + (c - '0') : day;
            digits += digit;
            others += !digit && !strchr(" .-:,()[]thndrs", c) && c < 0x80;
        }
        if (digits >= 1 && digits <= 2 && others == 0 && day >= 1 && day <= 31)
            return day;
    }
    return 0;
}

static struct gw_span with_day(const struct dating *d, const struct gw_auto_row *row, struct gw_span heading)
{
    struct gw_date date;
    int day = day_beside_link(d, row);
    if (day == 0 || !gw_date_find(heading, 0, GW_DATE_UNKNOWN, GW_DATE_NO_DAY, &date) || date.day != 0)
        return heading;
    const char *whole = gw_arena_printf(d->arena, "%04d-%02d-%02d", date.year, date.month, day);
    return whole ? gw_span_of(whole) : heading;
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
            d->rows[i].date_text = with_day(d, &d->rows[i], texts[i]);
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

// ---- columns of a table

// The place of a row's cell; 0: it has fewer.
static uint32_t nth_cell(const struct dating *d, uint32_t row, size_t wanted)
{
    uint32_t end = d->outline->places[row].end, cell = row + 1;
    while (cell < end && wanted-- > 0)
        cell = d->outline->places[cell].end;
    return cell < end ? cell : 0;
}

// Is the text a head of the column that says when a thing was put online?
static bool says_published(struct gw_span text)
{
    static const char *const heads[] = {"发布日期",  "发布时间",   "公布日期", "公开日期", "上网日期", "發布日期",
                                        "公告日期",  "掲載日",     "公開日",   "등록일",   "게시일",   "publish",
                                        "posted",    "release",    "issued",   "filed",    "publié",   "veröffentl",
                                        "publicaci", "pubblicazi", "publica"};
    for (size_t i = 0; text.bytes <= HEADING_MAX && i < GW_COUNT(heads); i++)
        if (gw_find_nocase(text, gw_span_of(heads[i])) >= 0)
            return true;
    return false;
}

// The column of the table around a row that is headed so; SIZE_MAX: none.
static size_t published_column(const struct dating *d, uint32_t row)
{
    uint32_t table = row;
    while (table != 0 && !gw_dom_is(d->outline->places[table].node, GUMBO_TAG_TABLE))
        table = d->outline->places[table].parent;
    for (uint32_t p = table; table != 0 && p < row; p++) {
        if (!gw_dom_is(d->outline->places[p].node, GUMBO_TAG_TR))
            continue;
        uint32_t cell;
        for (size_t column = 0; (cell = nth_cell(d, p, column)) != 0; column++)
            if (says_published(gw_span_trim(gw_place_text(d->outline, &d->outline->places[cell]))))
                return column;
        return SIZE_MAX; // the first row is the head, or there is none
    }
    return SIZE_MAX;
}

// Of several dates in a table row, that of the column headed "published".
static void date_by_columns(struct dating *d)
{
    size_t column = SIZE_MAX;
    for (size_t i = 0; i < d->count; i++) {
        uint32_t row = d->rows[i].container;
        struct gw_date date;
        if (!gw_dom_is(d->outline->places[row].node, GUMBO_TAG_TR))
            return;
        if (i == 0 || row_parent(d, &d->rows[i]) != row_parent(d, &d->rows[i - 1]))
            column = published_column(d, row);
        uint32_t cell = column == SIZE_MAX ? 0 : nth_cell(d, row, column);
        struct gw_span text = cell ? gw_place_text(d->outline, &d->outline->places[cell]) : (struct gw_span){0};
        if (gw_row_date_any(text, &date))
            d->rows[i].date_text = text;
    }
}

static void find_dates(struct dating *d)
{
    for (size_t i = 0; i < d->count; i++)
        d->rows[i].date_text = gw_row_date_text(d->outline, d->rows[i].container, d->rows[i].link);
    date_by_columns(d);
    bool headed = false;
    if (count_dated(d) * 5 <= d->count)
        headed = date_by_gaps(d);
    if (count_dated(d) * 5 <= d->count || (headed && count_dated(d) < d->count))
        date_by_headings(d);
    year_by_headings(d);
}

void gw_auto_find_dates(struct gw_arena *arena, const struct gw_outline *outline, struct gw_auto_list *list)
{
    struct dating d = {arena, outline, list->rows, list->count};
    if (d.count > 0)
        find_dates(&d);
}
