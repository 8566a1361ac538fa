// SPDX-License-Identifier: Apache-2.0
#include "labels.h"

#include "factdates.h"

#include <string.h>

enum { BLOCK_LINES = 30, LABEL_MAX = 40, FURNITURE_MAX = 160 };

enum label { LABEL_OTHER, LABEL_INDEX, LABEL_NUMBER, LABEL_ISSUER, LABEL_WRITTEN, LABEL_PUBLISHED };

// Labels of the metadata block; 索 引 号 is written with any white space inside.
static const struct {
    const char *name;
    enum label label;
} LABELS[] = {
    {"索引号", LABEL_INDEX},       {"信息索取号", LABEL_INDEX},   {"发文字号", LABEL_NUMBER},
    {"文号", LABEL_NUMBER},        {"发文机关", LABEL_ISSUER},    {"发布机构", LABEL_ISSUER},
    {"责任部门", LABEL_ISSUER},    {"发布单位", LABEL_ISSUER},    {"发文单位", LABEL_ISSUER},
    {"成文日期", LABEL_WRITTEN},   {"发布日期", LABEL_PUBLISHED}, {"发文日期", LABEL_PUBLISHED},
    {"生成日期", LABEL_PUBLISHED}, {"主题分类", LABEL_OTHER},     {"主题词", LABEL_OTHER},
    {"公开方式", LABEL_OTHER},     {"公开时限", LABEL_OTHER},     {"公开范围", LABEL_OTHER},
    {"名称", LABEL_OTHER},         {"标题", LABEL_OTHER},         {"分类", LABEL_OTHER},
    {"公文种类", LABEL_OTHER},     {"有效性", LABEL_OTHER},       {"体裁分类", LABEL_OTHER},
};

// Beginnings of lines that are furniture wherever they stand.
static const char *const FURNITURE[] = {
    "责任编辑",   "责编",      "（责编",   "(责编",    "（责任编辑", "【责任编辑",    "编辑：",       "编辑:",
    "来源：",     "来源:",     "信息来源", "文章来源", "稿件来源",   "扫一扫",        "打印",         "分享到",
    "【字体",     "字体：",    "字号",     "当前位置", "您当前",     "您所在的",      "首页",         "浏览次数",
    "网站标识码", "主办单位",  "版权所有", "本文来源", "声明：",     "作者：",        "记者 ",        "（记者",
    "审核：",     "校对：",    "网站首页", "上一篇",   "下一篇",     "相关链接",      "联系电话",     "联系人",
    "地址：",     "邮编",      "Editor:",  "Source:",  "Share ",     "Print",         "You are here", "position:",
    "Location :", "home page", "Tel",      "Phone",    "Fax",        "Pressekontakt", "冀ICP备",      "冀公网安备",
    "承办单位",   "原标题",    "（原标题", "By ",      "Photo",      "Foto",
};

// From such a line on nothing belongs to the text.
static const char *const ENDS[] = {"Top News", "相关新闻",     "推荐阅读",      "延伸阅读",
                                   "相关稿件", "Related News", "Wonderful push"};

// `name` at the line's begin with white space inside ignored; bytes up to behind the colon, 0 when it is not there.
static size_t match_label(struct gw_span line, const char *name)
{
    size_t at = 0;
    while (at < line.bytes && at < LABEL_MAX) {
        if (line.at[at] == ' ') {
            at++;
        } else if (at + 3 <= line.bytes && memcmp(line.at + at, "\xe3\x80\x80", 3) == 0) {
            at += 3;
        } else if (at + 2 <= line.bytes && memcmp(line.at + at, "\xc2\xa0", 2) == 0) {
            at += 2;
        } else if (*name && line.at[at] == *name) {
            at++;
            name++;
        } else {
            break;
        }
    }
    if (*name || at >= line.bytes)
        return 0;
    if (line.at[at] == ':')
        return at + 1;
    return at + 3 <= line.bytes && memcmp(line.at + at, "：", 3) == 0 ? at + 3 : 0;
}

static struct gw_span line_span(const struct gw_scan *scan, size_t line)
{
    const struct gw_text_line *l = &scan->lines[line];
    return (struct gw_span){scan->text.at + l->start, l->end - l->start};
}

static size_t find_label(const struct gw_scan *scan, size_t line, enum label *ret_label)
{
    struct gw_span head = line_span(scan, line);
    head.bytes = head.bytes < LABEL_MAX ? head.bytes : LABEL_MAX;
    if (gw_find(head, GW_SPAN("：")) < 0 && !memchr(head.at, ':', head.bytes))
        return 0;
    for (size_t i = 0; i < GW_COUNT(LABELS); i++) {
        size_t bytes = match_label(line_span(scan, line), LABELS[i].name);
        if (bytes) {
            *ret_label = LABELS[i].label;
            return bytes;
        }
    }
    return 0;
}

static struct gw_span trim_wide(struct gw_span s)
{
    s = gw_span_trim(s);
    while (s.bytes >= 3 && memcmp(s.at, "\xe3\x80\x80", 3) == 0)
        s = gw_span_trim((struct gw_span){s.at + 3, s.bytes - 3});
    return s;
}

static void fill(struct gw_scan *scan, char **field, struct gw_span value)
{
    if ((*field)[0] || !value.bytes)
        return;
    char *copy = gw_arena_strndup(scan->arena, value.at, value.bytes);
    scan->full |= !copy;
    if (copy)
        *field = copy;
}

static void fill_day(struct gw_scan *scan, char **field, struct gw_span value)
{
    struct gw_day day;
    if (gw_dates_parse_day(value, &day))
        fill(scan, field, gw_span_of(gw_dates_print(scan->arena, day)));
}

static void take_value(struct gw_scan *scan, enum label label, struct gw_span value)
{
    Gw__Document *document = scan->document;
    value = trim_wide(value);
    switch (label) {
    case LABEL_INDEX:
        if (value.bytes < 64 && gw_find(value, GW_SPAN("/")) > 0)
            fill(scan, &document->index_number, value);
        break;
    case LABEL_NUMBER: // 文号：无
        if (gw_ends_with(value, "号") && value.bytes < 96)
            fill(scan, &document->doc_number, value);
        break;
    case LABEL_ISSUER:
        if (!scan->issuer_label.bytes && value.bytes < 240)
            scan->issuer_label = value;
        break;
    case LABEL_WRITTEN:
        fill_day(scan, &document->written, value);
        break;
    case LABEL_PUBLISHED:
        fill_day(scan, &document->published, value);
        break;
    case LABEL_OTHER:
        break;
    }
}

static void read_block(struct gw_scan *scan)
{
    size_t lines = scan->line_count < BLOCK_LINES ? scan->line_count : BLOCK_LINES;
    for (size_t i = 1; i < lines; i++) {
        enum label label = LABEL_OTHER, next;
        size_t bytes = find_label(scan, i, &label);
        if (!bytes)
            continue;
        struct gw_span value = line_span(scan, i);
        value = (struct gw_span){value.at + bytes, value.bytes - bytes};
        gw_scan_mark(scan, scan->lines[i].start, scan->lines[i].end, GW_MARK_LABEL);
        if (!value.bytes && i + 1 < lines && !find_label(scan, i + 1, &next)) {
            value = line_span(scan, ++i);
            gw_scan_mark(scan, scan->lines[i].start, scan->lines[i].end, GW_MARK_LABEL);
        }
        take_value(scan, label, value);
    }
}

void gw_labels_read(struct gw_scan *scan)
{
    read_block(scan);
    for (size_t i = 1; i < scan->line_count; i++) {
        struct gw_span line = line_span(scan, i);
        for (size_t j = 0; line.bytes <= FURNITURE_MAX && j < GW_COUNT(FURNITURE); j++)
            if (line.at[0] == FURNITURE[j][0] && gw_starts_with(line, FURNITURE[j]))
                gw_scan_mark(scan, scan->lines[i].start, scan->lines[i].end, GW_MARK_LABEL);
        for (size_t j = 0; i > 3 && j < GW_COUNT(ENDS); j++)
            if (gw_span_eq(line, gw_span_of(ENDS[j])))
                gw_scan_mark(scan, scan->lines[i].start, scan->text.bytes, GW_MARK_LABEL);
    }
}
