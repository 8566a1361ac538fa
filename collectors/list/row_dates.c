// SPDX-License-Identifier: Apache-2.0
#include "list/row_dates.h"

#include "base/clock.h"
#include "model/url.h"

#include <string.h>

enum { DAY_MS = 86400000, YEAR_DAYS = 365, SLACK_DAYS = 31 };

bool gw_row_date_find(struct gw_span text, enum gw_date_order order, struct gw_date *ret_date)
{
    static const unsigned accepts[] = {GW_DATE_WHOLE, GW_DATE_SPLIT, GW_DATE_NO_YEAR, GW_DATE_NO_DAY};
    for (size_t i = 0; i < GW_COUNT(accepts); i++)
        if (gw_date_find(text, 0, order, accepts[i], ret_date))
            return true;
    return false;
}

bool gw_row_date_any(struct gw_span text, struct gw_date *ret_date)
{
    return gw_date_find(text, 0, GW_DATE_UNKNOWN, GW_DATE_NO_DAY | GW_DATE_NO_YEAR | GW_DATE_SPLIT, ret_date);
}

int gw_row_year(struct gw_span text)
{
    int found = 0;
    for (size_t i = 0; i < text.bytes; i++) {
        int value = 0;
        size_t digits = 0;
        for (; i + digits < text.bytes && gw_is_digit((unsigned char)text.at[i + digits]); digits++)
            value = digits < 6 ? value * 10 + (text.at[i + digits] - '0') : value;
        if (digits == 4 && value >= 1990 && value <= 2099) {
            if (found != 0 && found != value)
                return 0;
            found = value;
        } else if (digits >= 4) {
            return 0;
        }
        i += digits;
    }
    return found;
}

// ---- day before month, or month before day

// The first number of a date written in numbers with its year at the end ("03" of "03/04/2024"); 0: not so written.
static int leading_number(struct gw_span text, const struct gw_date *date)
{
    const char *s = text.at + date->start, *end = text.at + date->end;
    int value = 0, digits = 0;
    for (; s < end && gw_is_digit((unsigned char)*s); s++, digits++)
        value = value * 10 + (*s - '0');
    return digits <= 2 && s < end && strchr("/.-", *s) ? value : 0;
}

struct order_votes {
    size_t month_first, day_first; // forced by numbers over 12
    size_t steps_up, steps_down;   // between neighbours, read in the order that is tried
};

static void count_forced(const struct gw_row_set *set, struct order_votes *votes)
{
    for (size_t i = 0; i < set->count; i++) {
        struct gw_date date;
        struct gw_span text = set->rows[i].date_text;
        if (set->rows[i].has_date || !gw_row_date_find(text, GW_DATE_UNKNOWN, &date) || date.ambiguous)
            continue;
        int first = leading_number(text, &date);
        votes->month_first += first > 0 && first == date.month && first != date.day;
        votes->day_first += first > 0 && first == date.day && first != date.month;
    }
}

// Neighbours that break the sorting when read in `order`: the fewer, the likelier.
static size_t disorder(const struct gw_row_set *set, enum gw_date_order order)
{
    size_t up = 0, down = 0;
    int32_t before = 0;
    bool any = false;
    for (size_t i = 0; i < set->count; i++) {
        struct gw_date date;
        if (!gw_row_date_find(set->rows[i].date_text, order, &date) || date.year == 0)
            continue;
        int32_t days = gw_date_days(&date);
        up += any && days > before;
        down += any && days < before;
        before = days;
        any = true;
    }
    return up < down ? up : down;
}

// Countries that write the month first in numbers, by the host's last label; generic domains are American.
static bool host_writes_day_first(const struct gw_row_set *set)
{
    static const char *const month_first[] = {"us", "ph", "ca", "cn", "jp", "kr", "tw", "hk", "mo"};
    const char *host = set->base ? gw_url_hostname(set->arena, set->base) : NULL;
    const char *label = host ? strrchr(host, '.') : NULL;
    if (!label || strlen(label) != 3)
        return false;
    for (size_t i = 0; i < GW_COUNT(month_first); i++)
        if (strcmp(label + 1, month_first[i]) == 0)
            return false;
    return true;
}

static enum gw_date_order settle_order(const struct gw_row_set *set)
{
    struct order_votes votes = {0};
    count_forced(set, &votes);
    if (votes.month_first != votes.day_first)
        return votes.month_first > votes.day_first ? GW_DATE_MDY : GW_DATE_DMY;
    size_t mdy = disorder(set, GW_DATE_MDY), dmy = disorder(set, GW_DATE_DMY);
    if (mdy != dmy)
        return mdy < dmy ? GW_DATE_MDY : GW_DATE_DMY;
    return host_writes_day_first(set) ? GW_DATE_DMY : GW_DATE_UNKNOWN;
}

// ---- missing years

// A year and month in the row's own URL: "/202310/", "/2023/10/", "t20231009_1.html".
static bool year_in_url(const char *url, int month, int16_t *ret_year)
{
    const char *path = strstr(url, "://");
    for (const char *s = path ? path + 3 : url; *s; s++) {
        if (!gw_is_digit((unsigned char)*s) || (s > url && gw_is_digit((unsigned char)s[-1])))
            continue;
        int year = 0, in_url = 0, digits = 0;
        for (; digits < 4 && gw_is_digit((unsigned char)s[digits]); digits++)
            year = year * 10 + (s[digits] - '0');
        const char *m = s + 4 + (digits == 4 && strchr("/-_", s[4]) && s[4]);
        if (digits < 4 || year < 1990 || year > 2100 || !gw_is_digit((unsigned char)*m))
            continue;
        in_url = *m - '0';
        if (gw_is_digit((unsigned char)m[1]))
            in_url = in_url * 10 + (m[1] - '0');
        if (in_url == month) {
            *ret_year = (int16_t)year;
            return true;
        }
    }
    return false;
}

static bool known(const struct gw_row *row)
{
    return row->has_date && row->date.year != 0;
}

static bool sorted_upward(const struct gw_row_set *set)
{
    size_t up = 0, down = 0;
    const struct gw_row *before = NULL;
    for (size_t i = 0; i < set->count; i++) {
        const struct gw_row *row = &set->rows[i];
        if (!known(row))
            continue;
        int32_t step = before ? gw_date_days(&row->date) - gw_date_days(&before->date) : 0;
        up += step > 0;
        down += step < 0;
        before = row;
    }
    return up > down;
}

// The year that puts the date where the list's order wants it: after `neighbour` (newer) or before it, give or take a
// month, and not in the future.
static void complete_near(struct gw_date *date, const struct gw_date *neighbour, bool newer, int32_t today)
{
    int32_t newest = gw_date_days(neighbour) + (newer ? YEAR_DAYS - SLACK_DAYS : SLACK_DAYS);
    gw_date_complete(date, newest < today ? newest : today);
}

// Years spread from the rows that have one to their neighbours; what is left is the newest that is not in the future.
static void complete_years(struct gw_row_set *set)
{
    int32_t today = (int32_t)(gw_clock_unix_ms() / DAY_MS) + 1;
    bool upward;
    for (size_t i = 0; i < set->count; i++)
        if (set->rows[i].has_date && set->rows[i].date.year == 0)
            year_in_url(set->rows[i].url, set->rows[i].date.month, &set->rows[i].date.year);
    upward = sorted_upward(set);
    for (size_t i = 1; i < set->count; i++)
        if (set->rows[i].has_date && !known(&set->rows[i]) && known(&set->rows[i - 1]))
            complete_near(&set->rows[i].date, &set->rows[i - 1].date, upward, today);
    for (size_t i = set->count; i-- > 1;)
        if (set->rows[i - 1].has_date && !known(&set->rows[i - 1]) && known(&set->rows[i]))
            complete_near(&set->rows[i - 1].date, &set->rows[i].date, !upward, today);
    for (size_t i = 0; i < set->count; i++)
        if (set->rows[i].has_date && !known(&set->rows[i]))
            gw_date_complete(&set->rows[i].date, today);
}

void gw_row_dates_read(struct gw_row_set *set, enum gw_date_order order)
{
    if (order == GW_DATE_UNKNOWN)
        order = settle_order(set);
    for (size_t i = 0; i < set->count; i++)
        if (!set->rows[i].has_date)
            set->rows[i].has_date = gw_row_date_find(set->rows[i].date_text, order, &set->rows[i].date);
    complete_years(set);
}
