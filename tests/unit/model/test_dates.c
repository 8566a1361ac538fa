// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"
#include "model/dates.h"
#include "base/err.h"

#include <stdio.h>

struct expectation {
    const char *text;
    const char *date; // NULL: no date there
    unsigned accept;
    enum gw_date_order order;
};

static void check_all(const struct expectation *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct gw_date date;
        char out[GW_DATE_BYTES];
        bool found = gw_date_find(gw_span_of(rows[i].text), 0, rows[i].order, rows[i].accept, &date);
        if (!found && rows[i].date)
            fail_msg("'%s': no date, expected %s", rows[i].text, rows[i].date);
        if (!found)
            continue;
        gw_date_format(&date, out);
        if (!rows[i].date || strcmp(out, rows[i].date) != 0)
            fail_msg("'%s': got %s, expected %s", rows[i].text, out, rows[i].date ? rows[i].date : "none");
    }
}

static void test_whole_dates(void **state)
{
    (void)state;
    static const struct expectation rows[] = {
        {"2024-03-04 09:18:27", "2024-03-04T09:18:27"},
        {"2024-03-04 09:18", "2024-03-04T09:18"},
        {"时间：2024-03-04 来源", "2024-03-04"},
        {"2024/3/4", "2024-03-04"},
        {"[2024.03.04]", "2024-03-04"},
        {"2024. 3. 4.", "2024-03-04"},
        {"2017——04——12 21:37", "2017-04-12T21:37"},
        {"2024年3月4日 09:18", "2024-03-04T09:18"},
        {"２０２４年３月４日", "2024-03-04"},
        {"2024年 3月 4日 星期一 09:18", "2024-03-04T09:18"},
        {"2024年3月4日9时18分", "2024-03-04T09:18"},
        {"2024-03-04 下午3:05", "2024-03-04T15:05"},
        {"二〇〇四年八月十二日", "2004-08-12"},
        {"一九九六年六月二十九日", "1996-06-29"},
        {"二○一○年十二月三十一日", "2010-12-31"},
        {"20220717", "2022-07-17"},
        {"2007-08-20-23:59:59", "2007-08-20T23:59:59"},
        {"Mon, 04 Mar 2024 09:18:27 +0800", "2024-03-04T09:18:27+08:00"},
        {"Mon, 04 Mar 2024 09:18:27 GMT", "2024-03-04T09:18:27+00:00"},
        {"Mon Mar 04 09:18:27 CST 2024", "2024-03-04T09:18:27"},
        {"Mon Mar 04 09:18:27 UTC 2024", "2024-03-04T09:18:27+00:00"},
        {"2024-03-04T09:18:27+08:00", "2024-03-04T09:18:27+08:00"},
        {"2024-03-04T01:18:27.123Z", "2024-03-04T01:18:27+00:00"},
        {"Apr 16, 2015", "2015-04-16"},
        {"April 10, 2015", "2015-04-10"},
        {"10 April 2015", "2015-04-10"},
        {"May 1st, 2013", "2013-05-01"},
        {"1st of May 2013", "2013-05-01"},
        {"September 10, 2011 at 1:06 PM ET", "2011-09-10T13:06"},
        {"Monday, April 15, 2013 - 2:23pm", "2013-04-15T14:23"},
        {"Sept. 3, 2020 | 9:05 a.m. EDT", "2020-09-03T09:05-04:00"},
        {"Datum 28.01.2022", "2022-01-28"},
        {"Bern, 17.08.2007 -", "2007-08-17"},
        {"Schengen, 3. Juli 2018 — Aussendung", "2018-07-03"},
        {"le 1er août 2019", "2019-08-01"},
        {"3 de julio de 2018", "2018-07-03"},
        {"Brasília, 5 de março de 2021 às 10h30", "2021-03-05"},
        {"最終更新日：2019年4月2日", "2019-04-02"},
        {"令和6年3月4日", "2024-03-04"},
        {"令和元年5月1日", "2019-05-01"},
        {"R6.3.4", "2024-03-04"},
        {"٢٢ مارس ٢٠٢٤", "2024-03-22"},
        {"السبت، 4 يونيو 2024", "2024-06-04"},
        {"۱۴ نيسان ۲۰۲۴", "2024-04-14"},
        {"14 تشرين الثاني 2023", "2023-11-14"},
        {"Ngày 04 tháng 3 năm 2024", "2024-03-04"},
        {"2024. március 4.", "2024-03-04"},
        {"4. maaliskuuta 2024", "2024-03-04"},
        {"4 Μαρτίου 2024", "2024-03-04"},
        {"4 березня 2024", "2024-03-04"},
        {"4 martie 2024", "2024-03-04"},
        {"民國113年3月4日", "2024-03-04"},
        {"113年03月04日", "2024-03-04"},
        {"113-03-04", "2024-03-04"},
        {"4 มีนาคม 2567", "2024-03-04"},
        {"2024년 3월 4일", "2024-03-04"},
        {"4 марта 2024", "2024-03-04"},
        {"Feb / 25 / 2015", "2015-02-25"},
        {"25-Feb-2015", "2015-02-25"},
        {"2015-Feb-25", "2015-02-25"},
    };
    check_all(rows, GW_COUNT(rows));
}

static void test_the_order_of_day_and_month(void **state)
{
    (void)state;
    static const struct expectation rows[] = {
        {"03.27.15", "2015-03-27"},
        {"04/30/13", "2013-04-30"},
        {"05/10/2018", "2018-05-10"},
        {"05/10/2018", "2018-10-05", 0, GW_DATE_DMY},
        {"05.10.2018", "2018-10-05"},
        {"05.10.2018", "2018-05-10", 0, GW_DATE_MDY},
        {"30/04/2013", "2013-04-30", 0, GW_DATE_MDY},
        {"13/13/2013", NULL},
    };
    check_all(rows, GW_COUNT(rows));
}

static void test_partial_dates_only_when_accepted(void **state)
{
    (void)state;
    static const struct expectation rows[] = {
        {"2023年5月", NULL},
        {"2023年5月", "2023-05", GW_DATE_NO_DAY},
        {"March 2024", "2024-03", GW_DATE_NO_DAY},
        {"2024-03", "2024-03", GW_DATE_NO_DAY},
        {"10-09", NULL},
        {"[10-09]", "--10-09", GW_DATE_NO_YEAR},
        {"On July 22 the city", "--07-22", GW_DATE_NO_YEAR},
        {"3月4日", "--03-04", GW_DATE_NO_YEAR},
        {"2/30", NULL, GW_DATE_NO_YEAR},
        {"25 2024-03", "2024-03-25", GW_DATE_SPLIT},
        {"03-25 2024", "2024-03-25", GW_DATE_SPLIT},
        {"25 / 2024.03", "2024-03-25", GW_DATE_SPLIT},
    };
    check_all(rows, GW_COUNT(rows));
}

static void test_numbers_that_are_no_dates(void **state)
{
    (void)state;
    static const struct expectation rows[] = {
        {"0574-8718-2024-03", NULL, GW_DATE_NO_DAY},
        {"t20240304_123.html", NULL},
        {"国发〔2019〕5号", NULL},
        {"192.168.10.12", NULL},
        {"31 February 2020", NULL},
        {"2023-02-29", NULL},
        {"v1.2024-03-04", NULL},
        {"the marching 3 of them", NULL, GW_DATE_NO_YEAR},
        {"123456789", NULL},
        {"2024-13-01", NULL},
    };
    check_all(rows, GW_COUNT(rows));
}

static void test_offsets_and_searching_on(void **state)
{
    (void)state;
    const char *text = "first 2024-03-04 09:18, then 5 May 2024.";
    struct gw_date date;
    assert_true(gw_date_find(gw_span_of(text), 0, GW_DATE_UNKNOWN, 0, &date));
    assert_int_equal(date.start, 6);
    assert_int_equal(date.end, 22);
    assert_true(gw_date_find(gw_span_of(text), date.end, GW_DATE_UNKNOWN, 0, &date));
    assert_int_equal(date.start, 29);
    assert_int_equal(date.end, 39);
    assert_false(gw_date_find(gw_span_of(text), date.end, GW_DATE_UNKNOWN, 0, &date));
}

static void test_days_count_both_ways(void **state)
{
    (void)state;
    for (int32_t days = -200000; days < 200000; days += 13) {
        struct gw_date date;
        gw_date_from_days(days, &date);
        assert_true(gw_date_valid(&date));
        assert_int_equal(gw_date_days(&date), days);
    }
    struct gw_date epoch = {.year = 1970, .month = 1, .day = 1};
    assert_int_equal(gw_date_days(&epoch), 0);
}

static void test_a_missing_year_is_the_newest_possible(void **state)
{
    (void)state;
    struct gw_date newest = {.year = 2023, .month = 10, .day = 11}, date = {.month = 10, .day = 9};
    gw_date_complete(&date, gw_date_days(&newest));
    assert_int_equal(date.year, 2023);
    date = (struct gw_date){.month = 12, .day = 30};
    gw_date_complete(&date, gw_date_days(&newest));
    assert_int_equal(date.year, 2022);
    date = (struct gw_date){.month = 2, .day = 29};
    gw_date_complete(&date, gw_date_days(&newest));
    assert_int_equal(date.year, 2020);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_dates),
        cmocka_unit_test(test_the_order_of_day_and_month),
        cmocka_unit_test(test_partial_dates_only_when_accepted),
        cmocka_unit_test(test_numbers_that_are_no_dates),
        cmocka_unit_test(test_offsets_and_searching_on),
        cmocka_unit_test(test_days_count_both_ways),
        cmocka_unit_test(test_a_missing_year_is_the_newest_possible),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
