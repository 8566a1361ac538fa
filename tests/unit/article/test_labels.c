// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "article/labels.h"
#include "base/err.h"

static void splits(const char *line, size_t n, const enum gw_label *labels, const char *const *values)
{
    struct gw_label_hit hits[GW_LABELS_MAX];
    size_t found = gw_labels_find(gw_span_of(line), hits, GW_LABELS_MAX);
    if (found != n)
        fail_msg("%s: %zu labels, not %zu", line, found, n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(hits[i].label, labels[i]);
        if (!gw_span_eq(hits[i].value, gw_span_of(values[i])))
            fail_msg("%s: value %zu is '%.*s'", line, i, (int)hits[i].value.bytes, hits[i].value.at);
    }
}
#define SPLITS(line, labels, ...)                                                                                      \
    splits(line, sizeof((enum gw_label[])labels) / sizeof(enum gw_label), (enum gw_label[])labels,                     \
           (const char *const[]){__VA_ARGS__})
#define L(...)                                                                                                         \
    {                                                                                                                  \
        __VA_ARGS__                                                                                                    \
    }

static void lines_of_several(void **state)
{
    (void)state;
    SPLITS("From: 市经信局 Time: 2024-03-04 09:18:27 Print Close",
           L(LABEL_SOURCE, LABEL_DATE, LABEL_NOISE, LABEL_NOISE), "市经信局", "2024-03-04 09:18:27", "", "");
    SPLITS("Source: Science Daily | 2024-04-18 20:59:25 | Author: CHEN Chunyou", L(LABEL_SOURCE, LABEL_AUTHOR),
           "Science Daily", "CHEN Chunyou");
    SPLITS("发布日期：2016-11-22 浏览次数： 信息来源：省发改委", L(LABEL_PUBLISHED, LABEL_NOISE, LABEL_SOURCE),
           "2016-11-22", "", "省发改委");
    SPLITS("来源： 访问量：199 发布日期：2017-05-15 10:49:00", L(LABEL_SOURCE, LABEL_NOISE, LABEL_PUBLISHED), "", "199",
           "2017-05-15 10:49:00");
    SPLITS("来源：巴彦淖尔日报 编辑：苏亮", L(LABEL_SOURCE, LABEL_EDITOR), "巴彦淖尔日报", "苏亮");
    SPLITS("（责任编辑：系统管理员）", L(LABEL_EDITOR), "系统管理员");
}

static void blanks_inside_labels(void **state)
{
    (void)state;
    SPLITS("索 引 号： 000014349/2019-00007", L(LABEL_INDEX_NUMBER), "000014349/2019-00007");
    SPLITS("标\u3000\u3000题： 关于印发的通知", L(LABEL_TITLE), "关于印发的通知");
}

static void running_text_is_no_label(void **state)
{
    (void)state;
    SPLITS("Time is money, and the source of it is work.", L(), NULL);
    SPLITS("资金来源广泛，发布时间未定。", L(), NULL);
    SPLITS("Update by hand", L(), NULL);
    struct gw_span name;
    assert_int_equal(gw_label_alone(GW_SPAN("发 文 机 关："), &name), LABEL_ISSUER);
    assert_int_equal(gw_label_alone(GW_SPAN("发文机关：国务院"), &name), LABEL_NONE);
}

static void dates_need_no_colon(void **state)
{
    (void)state;
    SPLITS("date 2023-03-01 Home Business", L(LABEL_DATE), "2023-03-01 Home Business");
    SPLITS("Posted on April 10, 2015", L(LABEL_PUBLISHED), "April 10, 2015");
    SPLITS("Posted in General", L(), NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_of_several),
        cmocka_unit_test(blanks_inside_labels),
        cmocka_unit_test(running_text_is_no_label),
        cmocka_unit_test(dates_need_no_colon),
    };
    return cmocka_run_group_tests_name("article/labels", tests, NULL, NULL);
}
