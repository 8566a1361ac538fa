// SPDX-License-Identifier: Apache-2.0
#include "dateforms.h"

#include "numerals.h"

#include <stdlib.h>
#include <string.h>

enum { YEAR_MIN = 1900, YEAR_MAX = 2100 };

static bool stands(struct gw_span text, size_t at, const char *word)
{
    size_t n = strlen(word);
    return at + n <= text.bytes && memcmp(text.at + at, word, n) == 0;
}

static bool stood(struct gw_span text, size_t at, const char *word)
{
    size_t n = strlen(word);
    return at >= n && memcmp(text.at + at - n, word, n) == 0;
}

static size_t skip_blanks(struct gw_span text, size_t at)
{
    while (at < text.bytes && (text.at[at] == ' ' || stands(text, at, "\xc2\xa0") || stands(text, at, "\xe3\x80\x80")))
        at += text.at[at] == ' ' ? 1 : text.at[at] == '\xc2' ? 2 : 3;
    return at;
}

static size_t one_of(struct gw_span text, size_t at, const char *const *words)
{
    for (; *words; words++)
        if (stands(text, at, *words))
            return strlen(*words);
    return 0;
}

static bool is_year(int year)
{
    return year >= YEAR_MIN && year <= YEAR_MAX;
}

static bool is_day(struct gw_day day)
{
    static const uint8_t days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return day.month >= 1 && day.month <= 12 && day.day >= 0 && day.day <= days[day.month - 1];
}

// ---- 2024年3月4日

// `integer` reads ASCII or Han numerals, so that both kinds share the grammar.
typedef size_t integer_fn(struct gw_span text, size_t at, int *ret_value);

static size_t short_integer(struct gw_span text, size_t at, int *ret_value)
{
    return gw_integer_at(text, at, 4, ret_value);
}

// 年月日 and 년월일: three bytes each.
enum unit { UNIT_YEAR, UNIT_MONTH, UNIT_DAY };
static bool is_unit(struct gw_span text, size_t at, enum unit unit)
{
    static const char *const han[] = {"年", "月", "日"}, *const hangul[] = {"년", "월", "일"};
    return stands(text, at, han[unit]) || stands(text, at, hangul[unit]);
}

// 令和6年: the first year of the era before `at`, less one; 0: none.
static int era_before(struct gw_span text, size_t at)
{
    static const struct {
        const char *name;
        int before;
    } eras[] = {{"令和", 2018}, {"平成", 1988}, {"昭和", 1925}};
    for (size_t i = 0; i < sizeof eras / sizeof *eras; i++)
        if (stood(text, at, eras[i].name))
            return eras[i].before;
    return 0;
}

// "[N年][N月][N日]" from `at`, at least a month, or a day when `day_only`. Returns its end, 0 when it is none.
static size_t read_nian_yue_ri(struct gw_span text, size_t at, integer_fn *integer, bool day_only,
                               struct gw_day *ret_day)
{
    struct gw_day day = {0};
    int value;
    size_t n = integer(text, at, &value), end = 0;
    if (!n)
        return 0;
    size_t unit = skip_blanks(text, at + n);
    if (is_unit(text, unit, UNIT_YEAR)) {
        value += value < 100 ? era_before(text, at) : 0;
        if (!is_year(value))
            return 0;
        day.year = value;
        at = skip_blanks(text, unit + 3);
        n = integer(text, at, &value);
        unit = skip_blanks(text, at + n);
        if (!n)
            return 0;
    }
    if (is_unit(text, unit, UNIT_MONTH)) {
        day.month = value;
        end = unit + 3;
        at = skip_blanks(text, end);
        n = integer(text, at, &value);
        unit = skip_blanks(text, at + n);
    } else if (!day_only || day.year) {
        return 0;
    }
    if (n && (is_unit(text, unit, UNIT_DAY) || (stands(text, unit, "号") && day.month)) && value >= 1 && value <= 31) {
        day.day = value;
        end = unit + 3;
    }
    if (!end || (day.month && !is_day(day)) || (!day.month && !day.day))
        return 0;
    *ret_day = day;
    return end;
}

static const char *const RANGE_HAN[] = {"起至", "持续至", "持续到", "延续至", "至", "到", "——", "—",
                                        "－",   "–",      "～",     "~",      "-",  "〜", NULL};

static size_t skip_weekday(struct gw_span text, size_t at)
{
    static const char *const opens[] = {"（星期", "(星期", "（周", "(周", NULL};
    size_t n = one_of(text, at, opens);
    if (!n)
        return at;
    for (size_t i = at + n; i < text.bytes && i < at + n + 6; i++)
        if (stands(text, i, "）") || text.at[i] == ')')
            return i + (text.at[i] == ')' ? 1 : 3);
    return at;
}

// The second half of a range behind `end`, completed from the first.
static void read_last(struct gw_span text, integer_fn *integer, struct gw_text_date *date)
{
    size_t at = skip_blanks(text, skip_weekday(text, date->end));
    size_t n = one_of(text, at, RANGE_HAN);
    struct gw_day last;
    if (!n)
        return;
    size_t end = read_nian_yue_ri(text, skip_blanks(text, at + n), integer, true, &last);
    if (!end || (!last.month && !date->day.day) || (last.day != 0) != (date->day.day != 0))
        return;
    if (!last.month)
        last.month = date->day.month;
    if (!last.year)
        last.year = date->day.year;
    if (!is_day(last))
        return;
    date->range = true;
    date->last = last;
    date->end = end;
}

static bool read_han_form(struct gw_span text, size_t at, integer_fn *integer, struct gw_text_date *ret_date)
{
    struct gw_text_date date = {.start = at};
    date.end = read_nian_yue_ri(text, at, integer, false, &date.day);
    if (!date.end)
        return false;
    date.start -= date.day.year && era_before(text, at) ? strlen("令和") : 0;
    read_last(text, integer, &date);
    bool own_month = stood(text, at, "今年") || stood(text, at, "去年") || stood(text, at, "明年") ||
                     stands(text, date.end, "底前") || stands(text, date.end, "底以前") ||
                     stands(text, date.end, "前，");
    if (!date.day.day && !date.day.year && !date.range && !own_month)
        return false;
    date.anchored = own_month || date.day.year;
    if (!date.day.day && (stands(text, date.end, "份") || stands(text, date.end, "底")))
        date.end += 3;
    *ret_date = date;
    return true;
}

// 1-3月, 1至3月, of a year: a range whose first half has no unit.
static bool read_month_span(struct gw_span text, size_t at, struct gw_text_date *ret_date)
{
    int year = 0, first, last;
    size_t begin = at, n = gw_integer_at(text, at, 4, &year);
    if (n && stands(text, at + n, "年")) {
        at += n + 3;
        n = gw_integer_at(text, at, 2, &first);
    } else {
        first = year;
        year = 0;
    }
    size_t dash = n ? one_of(text, at + n, RANGE_HAN) : 0;
    if (!dash)
        return false;
    size_t m = gw_integer_at(text, at + n + dash, 2, &last);
    size_t end = at + n + dash + m;
    if (!m || !stands(text, end, "月") || first < 1 || last > 12 || first >= last || (year && !is_year(year)))
        return false;
    int day;
    if (gw_integer_at(text, end + 3, 2, &day)) // 3-5月10日 is something else
        return false;
    *ret_date = (struct gw_text_date){.start = begin,
                                      .end = end + 3,
                                      .day = {year, first, 0},
                                      .last = {year, last, 0},
                                      .range = true,
                                      .anchored = true};
    return true;
}

bool gw_date_han(struct gw_span text, size_t at, struct gw_text_date *ret_date)
{
    int year;
    size_t n = gw_han_integer_at(text, at, &year);
    if (n != 12 || !stands(text, at + n, "年") || !is_year(year))
        return false;
    return read_han_form(text, at, gw_han_integer_at, ret_date) && ret_date->day.month;
}

// ---- 2024-03-04, 04.03.2024, 3/4/2024

static bool is_separator(char c)
{
    return c == '-' || c == '/' || c == '.';
}

static bool read_separated(struct gw_span text, size_t at, const char *lang, struct gw_text_date *ret_date)
{
    int v[3] = {0};
    size_t n[3] = {0}, end = at;
    char separator = 0;
    for (int i = 0; i < 3; i++) {
        n[i] = gw_integer_at(text, end, 4, &v[i]);
        if (!n[i])
            return false;
        end += n[i];
        if (i == 2)
            break;
        if (end >= text.bytes || !is_separator(text.at[end]) || (separator && text.at[end] != separator))
            return false;
        separator = text.at[end++];
    }
    struct gw_day day;
    if (n[0] == 4 && n[1] <= 2 && n[2] <= 2)
        day = (struct gw_day){v[0], v[1], v[2]};
    else if (n[0] <= 2 && n[1] <= 2 && n[2] == 4 &&
             (separator == '.' || (strcmp(lang, "en") != 0 && separator == '/') || v[0] > 12))
        day = (struct gw_day){v[2], v[1], v[0]};
    else if (n[0] <= 2 && n[1] <= 2 && n[2] == 4 && separator == '/')
        day = (struct gw_day){v[2], v[0], v[1]};
    else
        return false;
    // "14.03.2022." may end a sentence; 14.03.2022.5 is something else
    bool more = end + 1 < text.bytes && text.at[end] == separator && gw_is_digit((unsigned char)text.at[end + 1]);
    bool word = end < text.bytes && gw_is_alpha((unsigned char)text.at[end]) && text.at[end] != 'T';
    if (!is_year(day.year) || !is_day(day) || !day.day || more || word)
        return false;
    *ret_date = (struct gw_text_date){.start = at, .end = end, .day = day, .anchored = true};
    return true;
}

// Does what stands behind the first digits let them begin a date: - / . or, behind a blank perhaps, no Latin letter?
static bool may_be_date(struct gw_span text, size_t at)
{
    int value;
    size_t n = gw_integer_at(text, at, 4, &value);
    if (!n || at + n >= text.bytes)
        return false;
    at += n + (text.at[at + n] == ' ');
    return at < text.bytes &&
           (is_separator(text.at[at]) || text.at[at] & 0x80 || text.at[at] == ' ' || text.at[at] == '~');
}

bool gw_date_numeric(struct gw_span text, size_t at, const char *lang, struct gw_text_date *ret_date)
{
    if (!may_be_date(text, at))
        return false;
    if (at && (gw_is_digit((unsigned char)text.at[at - 1]) || text.at[at - 1] == '.' || text.at[at - 1] == '/'))
        return false;
    return read_month_span(text, at, ret_date) || read_han_form(text, at, short_integer, ret_date) ||
           read_separated(text, at, lang, ret_date);
}

// ---- month names

static int month_of(const struct gw_hit *month)
{
    return atoi(gw_hit_cell(month, GW_MONTH_NUMBER));
}

static size_t skip_ordinal(struct gw_span text, size_t at)
{
    static const char *const endings[] = {"st", "nd", "rd", "th", ".", "er", "º", "°", "ª", NULL};
    size_t n = one_of(text, at, endings);
    return n && !(at + n < text.bytes && gw_is_alpha((unsigned char)text.at[at + n])) ? at + n : at;
}

// Blanks, or a comma and blanks.
static size_t skip_comma(struct gw_span text, size_t at)
{
    size_t next = skip_blanks(text, at);
    return skip_blanks(text, next + (next < text.bytes && text.at[next] == ','));
}

static size_t read_year(struct gw_span text, size_t at, int *ret_year)
{
    int year;
    size_t n = gw_integer_at(text, at, 4, &year);
    if (n != 4 || !is_year(year))
        return 0;
    *ret_year = year;
    return n;
}

static size_t read_day(struct gw_span text, size_t at, int *ret_day)
{
    size_t n = gw_integer_at(text, at, 2, ret_day);
    if (!n || *ret_day < 1 || *ret_day > 31 || stands(text, at + n, ":") ||
        ((stands(text, at + n, ",") || stands(text, at + n, ".")) && at + n + 1 < text.bytes &&
         gw_is_digit((unsigned char)text.at[at + n + 1])))
        return 0;
    return n;
}

static const char *const RANGE_LATIN[] = {"to ", "through ", "until ", "and ", "bis zum ", "bis ", "- ",
                                          "– ",  "— ",       "-",      "–",    "—",        NULL};

static size_t range_latin(struct gw_span text, size_t at)
{
    size_t from = skip_blanks(text, at), n = one_of(text, from, RANGE_LATIN);
    return n && !stands(text, from, "and ") ? from + n : 0;
}

bool gw_date_day_first(struct gw_span text, size_t at, const struct gw_hit *month, struct gw_text_date *ret_date)
{
    struct gw_text_date date = {.start = at, .anchored = true};
    int first, last;
    if (!month || month->start > at + 24 || (at && gw_is_digit((unsigned char)text.at[at - 1])))
        return false;
    size_t n = read_day(text, at, &first);
    if (!n)
        return false;
    size_t end = skip_ordinal(text, at + n), to = range_latin(text, end);
    if (to) {
        n = read_day(text, to, &last);
        if (!n)
            return false;
        end = skip_ordinal(text, to + n);
        date.range = true;
    }
    size_t name = skip_blanks(text, end);
    name += stands(text, name, "of ") ? 3 : stands(text, name, "de ") ? 3 : 0;
    if (name != month->start || name == at + n)
        return false;
    date.day = (struct gw_day){0, month_of(month), first};
    date.end = month->end;
    end = skip_comma(text, month->end + stands(text, month->end, "."));
    n = read_year(text, stands(text, end, "de ") ? end + 3 : end, &date.day.year);
    if (n)
        date.end = end + n + (stands(text, end, "de ") ? 3 : 0);
    if (date.range) {
        date.last = date.day;
        date.last.day = last;
    }
    *ret_date = date;
    return is_day(date.day);
}

// "January 18" behind which a range or year may follow.
static bool month_and_day(struct gw_span text, const struct gw_hit *month, const struct gw_hit *next,
                          struct gw_text_date *date)
{
    size_t at = skip_blanks(text, month->end + stands(text, month->end, "."));
    size_t n = at > month->end ? read_day(text, at, &date->day.day) : 0;
    if (!n)
        return false;
    date->end = at + n;
    if (!stands(text, date->end, ".")) // "April 9." ends a sentence; "9. April" is the ordinal
        date->end = skip_ordinal(text, date->end);
    at = date->end;
    size_t to = range_latin(text, at);
    if (to) {
        struct gw_day last = {0, date->day.month, 0};
        if (next && next->start == to) {
            last.month = month_of(next);
            to = skip_blanks(text, next->end);
        }
        n = read_day(text, to, &last.day);
        if (n && (last.month != date->day.month || last.day > date->day.day)) {
            date->range = true;
            date->last = last;
            date->end = stands(text, to + n, ".") ? to + n : skip_ordinal(text, to + n);
        }
    }
    at = skip_comma(text, date->end);
    n = read_year(text, at, &date->day.year);
    if (n)
        date->end = at + n;
    date->last.year = date->day.year;
    return is_day(date->day);
}

static bool month_alone(struct gw_span text, const struct gw_hit *month, const struct gw_hit *next,
                        struct gw_text_date *date)
{
    static const char *const lead[] = {"early ",  "late ", "mid-",   "Early ", "Late ",
                                       "Anfang ", "Ende ", "Mitte ", NULL};
    size_t to = range_latin(text, month->end);
    if (to && next && next->start == to) { // Januar bis Juli 2021
        size_t at = skip_comma(text, next->end), n = read_year(text, at, &date->day.year);
        if (!n)
            return false;
        date->range = true;
        date->last = (struct gw_day){date->day.year, month_of(next), 0};
        date->end = at + n;
        return true;
    }
    size_t at = skip_comma(text, month->end), n = at > month->end ? read_year(text, at, &date->day.year) : 0;
    date->end = n ? at + n : month->end;
    for (size_t i = 0; lead[i]; i++) {
        if (stood(text, month->start, lead[i])) {
            date->start = month->start - strlen(lead[i]);
            date->anchored = true;
        }
    }
    date->anchored |= n > 0;
    return date->anchored;
}

bool gw_date_month_first(struct gw_span text, const struct gw_hit *month, const struct gw_hit *next,
                         struct gw_text_date *ret_date)
{
    struct gw_text_date date = {.start = month->start, .day = {0, month_of(month), 0}, .anchored = true};
    if (!month_and_day(text, month, next, &date)) {
        date = (struct gw_text_date){.start = month->start, .day = {0, month_of(month), 0}};
        if (!month_alone(text, month, next, &date))
            return false;
    }
    *ret_date = date;
    return true;
}
