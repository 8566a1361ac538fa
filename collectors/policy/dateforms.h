// SPDX-License-Identifier: Apache-2.0
// The written forms of dates, each read at one place of a text.
#ifndef GW_POLICY_DATEFORMS_H
#define GW_POLICY_DATEFORMS_H

#include "scan.h"

struct gw_text_date {
    size_t start, end;
    struct gw_day day;  // year 0: not written
    struct gw_day last; // of a range
    bool range;
    bool anchored; // a month that stands for itself: 今年3月, early April
    bool inferred, last_inferred;
    const char *role;              // already known; else NULL
    size_t sentence, sentence_end; // of its sentence, as far as the words around matter
};

// Beginning with a digit: 2024年3月4日, 3月4日, 2024-03-04, 04.03.2024, 3/4/2024 (in the order of `lang`), ranges of
// them.
bool gw_date_numeric(struct gw_span text, size_t at, const char *lang, struct gw_text_date *ret_date);
// 二〇〇四年八月十二日, at its first digit.
bool gw_date_han(struct gw_span text, size_t at, struct gw_text_date *ret_date);
// 18 January 2024, 26. bis 28. Juni: `month` is the next month name behind `at`, or NULL.
bool gw_date_day_first(struct gw_span text, size_t at, const struct gw_hit *month, struct gw_text_date *ret_date);
// January 18(, 2024), July 16 to 20, Januar bis Juli 2021, early April; `next` the month name behind it, or NULL.
bool gw_date_month_first(struct gw_span text, const struct gw_hit *month, const struct gw_hit *next,
                         struct gw_text_date *ret_date);

#endif
