// SPDX-License-Identifier: Apache-2.0
#include "envelope.h"

#include <string.h>

enum { ADDRESS_LINES = 6, ADDRESS_MAX = 600, FILE_LINE_MAX = 160 };

static bool is_address(const struct gw_scan *scan, const struct gw_text_line *line)
{
    static const char *const ends[] = {"人民政府", "机构", "部门", "单位", "总部", "部",     "委",   "局",   "厅",
                                       "代表",     "委员", "公司", "院",   "办",   "办公室", "同志", "政府", "会",
                                       "企业",     "者",   "处",   "中心", "署",   "行",     "学校", "大学"};
    size_t end = line->end - strlen("：");
    if (!gw_scan_before(scan, line->end, "：") || line->end - line->start > ADDRESS_MAX ||
        gw_scan_has(scan, line->start, line->end, "。|如下|现将|“|附件"))
        return false;
    for (size_t i = 0; i < GW_COUNT(ends); i++)
        if (gw_scan_before(scan, end, ends[i]))
            return true;
    return false;
}

static void push_addressees(struct gw_scan *scan, const struct gw_text_line *line)
{
    size_t start = line->start, end = line->end - strlen("：");
    for (size_t at = start; at <= end; at++) {
        bool stop = at == end || gw_scan_at(scan, at, "，") || gw_scan_at(scan, at, "、") || gw_scan_at(scan, at, "；");
        // 各省、自治区、直辖市人民政府 is one: 、 splits only behind a body's last character.
        if (stop && at != end && gw_scan_at(scan, at, "、") &&
            !(gw_scan_before(scan, at, "委") || gw_scan_before(scan, at, "部") || gw_scan_before(scan, at, "局") ||
              gw_scan_before(scan, at, "厅") || gw_scan_before(scan, at, "政府")))
            continue;
        if (!stop)
            continue;
        if (at > start)
            gw_scan_push(scan, &scan->document->addressees, &scan->document->n_addressees,
                         gw_scan_copy(scan, start, at));
        start = at + strlen("，");
    }
}

static void push_attachment(struct gw_scan *scan, size_t start, size_t end)
{
    Gw__Attachment *attachment = gw_arena_alloc(scan->arena, sizeof *attachment);
    char *name = gw_scan_copy(scan, start, end);
    if (!attachment || !name) {
        scan->full = true;
        return;
    }
    gw__attachment__init(attachment);
    attachment->name = name;
    gw_scan_push(scan, &scan->document->attachments, &scan->document->n_attachments, attachment);
}

// 附件：1. … or 附件：name; names on the lines below are numbered.
static void read_attachments(struct gw_scan *scan)
{
    if (scan->document->n_attachments)
        return;
    for (size_t i = 0; i < scan->line_count; i++) {
        const struct gw_text_line *line = &scan->lines[i];
        size_t at = line->start;
        if (at < scan->body_at || !(gw_scan_at(scan, at, "附件：") || gw_scan_at(scan, at, "附件:")))
            continue;
        at += gw_scan_at(scan, at, "附件：") ? strlen("附件：") : strlen("附件:");
        for (;;) {
            while (at < line->end && (gw_is_digit((unsigned char)scan->text.at[at]) || scan->text.at[at] == '.' ||
                                      scan->text.at[at] == ' '))
                at++;
            while (gw_scan_at(scan, at, "、") || gw_scan_at(scan, at, "．"))
                at += 3;
            if (at < line->end && line->end - at < 300) {
                push_attachment(scan, at, line->end);
            }
            if (++i >= scan->line_count)
                return;
            line = &scan->lines[i];
            at = line->start;
            if (!gw_is_digit((unsigned char)scan->text.at[at]) || scan->marks[at] & GW_MARK_DATE)
                return;
        }
    }
}

// A line that is a file's name, with its size perhaps: "Agenda.pdf 49.69 KB".
static void read_files(struct gw_scan *scan)
{
    static const char *const extensions[] = {".pdf", ".docx", ".doc", ".xlsx", ".xls", ".zip", ".wps", ".ofd", ".pptx"};
    for (size_t i = 0; i < scan->line_count; i++) {
        struct gw_text_line line = scan->lines[i];
        struct gw_span text = {scan->text.at + line.start, line.end - line.start};
        if (line.start < scan->body_at || text.bytes > FILE_LINE_MAX || !memchr(text.at, '.', text.bytes) ||
            gw_find(text, GW_SPAN("://")) >= 0)
            continue;
        for (size_t j = 0; j < GW_COUNT(extensions); j++) {
            ptrdiff_t at = gw_find(text, gw_span_of(extensions[j]));
            size_t end = (size_t)at + strlen(extensions[j]);
            if (at <= 0 || text.bytes - end > strlen(" (1234.56 KB)") ||
                (end < text.bytes && gw_is_alpha((unsigned char)text.at[end])))
                continue;
            push_attachment(scan, line.start, line.start + end);
            break;
        }
    }
}

void gw_envelope_read(struct gw_scan *scan)
{
    read_files(scan);
    if (strcmp(scan->lang, "zh") != 0)
        return;
    unsigned seen = 0;
    for (size_t i = 0; i < scan->line_count && seen < ADDRESS_LINES; i++) {
        const struct gw_text_line *line = &scan->lines[i];
        if (line->start < scan->body_at || scan->marks[line->start] & GW_MARK_LABEL)
            continue;
        seen++;
        if (is_address(scan, line)) {
            push_addressees(scan, line);
            break;
        }
    }
    read_attachments(scan);
}
