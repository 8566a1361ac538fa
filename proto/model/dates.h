// SPDX-License-Identifier: Apache-2.0
// Dates and times as pages print them: every form of the table in dates.c, in any of its languages, as precise as
// written.
//
// What is not printed is not invented: a date may lack its year, its day, its time or its zone. Whoever knows more (the
// list's other dates, the source's zone) completes it.
#ifndef GW_MODEL_DATES_H
#define GW_MODEL_DATES_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// How to read 03/04/05. UNKNOWN: by the numbers when they decide, else by the separator ('/' month first, '.' and '-'
// day first).
enum gw_date_order { GW_DATE_UNKNOWN, GW_DATE_YMD, GW_DATE_MDY, GW_DATE_DMY };

struct gw_date {
    int16_t year;        // 0: not printed
    int8_t month, day;   // 0: not printed
    int8_t hour, minute; // -1: not printed
    int8_t second;       // -1: not printed
    bool zoned;
    int16_t zone_minutes; // east of UTC; meaningful when zoned
    bool ambiguous;       // day and month could be the other way round, and the order was not known
    size_t start, end;    // bytes of the text it was read from
};

// What a search accepts besides whole dates.
enum gw_date_accept {
    GW_DATE_WHOLE = 0,   // year, month and day
    GW_DATE_NO_DAY = 1,  // also year and month ("2023年5月", "March 2024", "2024-03")
    GW_DATE_NO_YEAR = 2, // also month and day ("10-09", "Feb 25", "3月4日")
    GW_DATE_SPLIT = 4,   // also the orders of dates set in several boxes ("25 2024-03", "03-25 2024")
};

// The first date at or after byte `from`. `accept` is a set of enum gw_date_accept. Linear in the text. False: none.
bool gw_date_find(struct gw_span text, size_t from, enum gw_date_order order, unsigned accept,
                  struct gw_date *ret_date);
// "ymd" "mdy" "dmy"; anything else is GW_DATE_UNKNOWN.
enum gw_date_order gw_date_order_of(const char *name);

// ISO 8601 as precise as the date: "2024-03-04T09:18:27+08:00", "2024-03-04T09:18", "2024-03-04", "2024-03", and
// "--03-04" without a year; into out[GW_DATE_BYTES].
enum { GW_DATE_BYTES = 32 };
const char *gw_date_format(const struct gw_date *date, char out[GW_DATE_BYTES]);
// Days since 1970-01-01 in the proleptic Gregorian calendar; a missing day counts as the first. The year must be known.
int32_t gw_date_days(const struct gw_date *date);
void gw_date_from_days(int32_t days, struct gw_date *ret_date);
// True when month, day, hour … exist (31 April does not; 29 February needs its year or none).
bool gw_date_valid(const struct gw_date *date);
// Give a date without a year the newest year in which it is not after `newest_days`.
void gw_date_complete(struct gw_date *date, int32_t newest_days);

#endif
