// SPDX-License-Identifier: Apache-2.0
#include "references.h"

#include "lawnames.h"

#include <string.h>

enum { TITLE_MAX = 600, NEAR = 60, NEST_MAX = 16 };

static inline bool stands(const struct gw_scan *scan, size_t at, const char *word)
{
    return gw_scan_at(scan, at, word);
}

// 《 and 》 nest. Each 》 closes the last 《 that is open and near; of titles inside each other the outer one is kept.
void gw_references_mark(struct gw_scan *scan)
{
    const struct gw_anchors *opens = &scan->anchors[GW_ANCHOR_TITLE], *closes = &scan->anchors[GW_ANCHOR_TITLE_END];
    size_t open[NEST_MAX], depth = 0, next = 0;
    for (size_t i = 0; i < closes->count; i++) {
        size_t end = closes->at[i] + strlen("》");
        for (; next < opens->count && opens->at[next] < closes->at[i]; next++) {
            if (depth == NEST_MAX) // the first is too far away by now, or this is no text
                memmove(open, open + 1, (--depth) * sizeof *open);
            open[depth++] = opens->at[next];
        }
        if (!depth)
            continue;
        size_t start = open[--depth];
        if (end - start > TITLE_MAX)
            continue;
        while (scan->title_count && scan->titles[scan->title_count - 1].start > start)
            scan->title_count--;
        struct gw_text_line *more = gw_scan_grow(scan, scan->titles, scan->title_count, sizeof *more);
        if (!more)
            return;
        scan->titles = more;
        more[scan->title_count++] = (struct gw_text_line){(uint32_t)start, (uint32_t)end};
    }
    for (size_t i = 0; i < scan->title_count; i++)
        gw_scan_mark(scan, scan->titles[i].start, scan->titles[i].end, GW_MARK_TITLE);
}

// ---- is it a document?

static const char *const KINDS[] = {
    "法",     "条例", "规定", "办法", "意见", "通知", "决定",   "方案", "规划",       "纲要",   "细则", "标准", "规范",
    "措施",   "计划", "公告", "通告", "批复", "函",   "报告",   "条件", "目录",       "指南",   "协定", "公约", "宣言",
    "请示",   "建议", "议案", "提案", "指引", "规程", "制度",   "名录", "清单",       "白皮书", "要点", "解释", "章程",
    "备忘录", "声明", "准则", "决议", "法典", "政策", "预案",   "规则", "通报",       "命令",   "协议", "大纲", "导则",
    "机制",   "总则", "合同", "举措", "答复", "复函", "修正案", "草案", "征求意见稿", "试行",   "暂行", "修订",
};

// 《条例》, 《实施意见》: the short form of a document named before.
static const char *const SHORT[] = {
    "实施意见",   "实施方案", "指导意见", "行动计划", "管理办法", "暂行办法", "若干措施", "决定", "通知", "标准",
    "征求意见稿", "工作方案", "行动方案", "发展规划", "实施细则", "暂行规定", "若干意见", "办法", "规划"};

static struct gw_span without_tail(struct gw_span title)
{
    for (;;) { // …办法（试行）, …规划（2021—2025年）
        const char *open = NULL;
        if (!gw_ends_with(title, "）") && !gw_ends_with(title, ")"))
            return title;
        for (size_t i = title.bytes; i > 0; i--)
            if (title.at[i - 1] == '(' || (i >= 3 && memcmp(title.at + i - 3, "（", 3) == 0)) {
                open = title.at + i - (title.at[i - 1] == '(' ? 1 : 3);
                break;
            }
        if (!open || open == title.at)
            return title;
        title.bytes = (size_t)(open - title.at);
    }
}

static bool is_document(struct gw_span title)
{
    if (title.bytes < strlen("民法典"))
        return false;
    struct gw_span core = without_tail(title);
    for (size_t i = 0; i < GW_COUNT(SHORT); i++)
        if (gw_span_eq(core, gw_span_of(SHORT[i])))
            return false;
    for (size_t i = 0; i < GW_COUNT(KINDS); i++)
        if (gw_ends_with(core, KINDS[i]) && core.bytes > strlen(KINDS[i]))
            return core.bytes > strlen("规定") + 3;
    return false;
}

// The page's own title, or the text it issues: 关于印发《…》的通知 with that 《…》 in the body's 现将《…》印发.
static bool is_own(const struct gw_scan *scan, size_t start, size_t end)
{
    struct gw_span title = {scan->text.at, scan->body_at - 1};
    struct gw_span name = {scan->text.at + start + 3, end - start - 6};
    // A report of what others issued: 近日，…联合印发《…》. Its title is not the text's.
    bool report = !scan->titled && !scan->document->doc_number[0];
    if (report)
        return gw_span_eq(gw_span_trim(title), name);
    if (start < scan->body_at)
        return gw_scan_has(scan, start > 18 ? start - 18 : 0, start, "印发|转发|发布");
    if (gw_span_eq(gw_span_trim(title), name))
        return true;
    if (gw_scan_has(scan, start > 12 ? start - 12 : 0, start, "现将|现印发") &&
        gw_scan_has(scan, end, end + NEAR < scan->text.bytes ? end + NEAR : end, "印发|转发|公布"))
        return true;
    if (gw_scan_has(scan, end, end + 4 * NEAR < scan->text.bytes ? end + 4 * NEAR : scan->text.bytes,
                    "现予公布|现予发布|予以公布"))
        return true;
    return gw_find(title, name) >= 0 && gw_find(title, GW_SPAN("印发")) >= 0;
}

// ---- relation

static const char *relation_of(const struct gw_scan *scan, size_t start, size_t end)
{
    size_t begin = gw_scan_sentence(scan, start), after = end + NEAR < scan->text.bytes ? end + NEAR : scan->text.bytes;
    size_t near = start - begin > NEAR ? start - NEAR : begin;
    if (gw_scan_has(scan, end, after, "收悉") ||
        gw_scan_has(scan, near, start, "贵部|贵委|你部|你委|你省|你们提出|你厅|你局") ||
        gw_scan_has(scan, start, end, "请示》|议案》|请示|提案"))
        return "replies_to";
    if (gw_scan_has(scan, end, after, "同时废止|予以废止|即行废止|废止。|停止执行"))
        return "repeals";
    if (gw_scan_has(scan, near, start, "修改|修订|修正") ||
        gw_scan_has(scan, end, end + 12 < after ? end + 12 : after, "作如下修改|修改为|予以修改"))
        return "amends";
    const struct gw_text_line *line = &scan->lines[gw_scan_line(scan, start)];
    if (start - line->start < 3 * NEAR &&
        gw_scan_has(scan, line->start, start, "根据|为贯彻|为落实|为深入贯彻|贯彻落实|为做好|依照|按照"))
        return gw_scan_before(scan, end, "报告》") ? "cites" : "implements";
    return "cites";
}

// ---- facts

static void complete(struct gw_scan *scan, struct gw_span title, struct gw_span number)
{
    for (size_t i = 0; i < scan->document->n_references; i++) {
        Gw__Reference *reference = scan->document->references[i];
        char *copy;
        if (reference->doc_number[0] || !gw_span_is(title, reference->title))
            continue;
        if ((copy = gw_arena_strndup(scan->arena, number.at, number.bytes)))
            reference->doc_number = copy;
        return;
    }
}

static void push(struct gw_scan *scan, size_t start, size_t end, struct gw_span title, struct gw_span number,
                 const char *relation)
{
    Gw__Document *document = scan->document;
    bool new_title = title.bytes && gw_seen_add(scan, &scan->references, title, (struct gw_span){0});
    bool new_number = number.bytes && gw_seen_add(scan, &scan->references, number, GW_SPAN("number"));
    if (title.bytes && !new_title && new_number) // named again, now with its number
        complete(scan, title, number);
    if ((title.bytes && !new_title) || (number.bytes && !new_number))
        return;
    Gw__Reference *reference = gw_arena_alloc(scan->arena, sizeof *reference);
    Gw__Proof *proof =
        gw_scan_proof(scan, start, end, 900,
                      title.bytes ? "a title that ends in a kind of document" : "a document number in the text");
    if (!reference || !proof) {
        scan->full = true;
        return;
    }
    gw__reference__init(reference);
    char *copy;
    if (title.bytes && (copy = gw_arena_strndup(scan->arena, title.at, title.bytes)))
        reference->title = copy;
    if (number.bytes && (copy = gw_arena_strndup(scan->arena, number.at, number.bytes)))
        reference->doc_number = copy;
    reference->relation = (char *)relation;
    reference->proof = proof;
    gw_scan_push(scan, &document->references, &document->n_references, reference);
}

// The number in brackets right behind a title: 《…》（教职成〔2018〕8号）.
static const struct gw_docno *number_behind(const struct gw_scan *scan, size_t at)
{
    size_t low = 0, high = scan->number_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (scan->numbers[middle].start < at)
            low = middle + 1;
        else
            high = middle;
    }
    const struct gw_docno *number = low < scan->number_count ? &scan->numbers[low] : NULL;
    bool near = number && number->start <= at + strlen("（第") + 12;
    return near && !gw_scan_has(scan, at, number->start, "》|。|，|\n") ? number : NULL;
}

static struct gw_span span(const struct gw_scan *scan, size_t start, size_t end)
{
    return (struct gw_span){scan->text.at + start, end - start};
}

// The same order, its issuer written out or short: 国令第707号, 中华人民共和国国务院令 第707号.
static bool is_same_order(struct gw_span a, struct gw_span b)
{
    ptrdiff_t i = gw_find(a, GW_SPAN("第")), j = gw_find(b, GW_SPAN("第"));
    return i > 0 && j > 0 && gw_find(a, GW_SPAN("令")) > 0 && gw_find(b, GW_SPAN("令")) > 0 &&
           gw_span_eq((struct gw_span){a.at + i, a.bytes - (size_t)i}, (struct gw_span){b.at + j, b.bytes - (size_t)j});
}

static bool is_own_number(const struct gw_scan *scan, const struct gw_docno *number)
{
    struct gw_span own = gw_span_of(scan->document->doc_number);
    return gw_span_eq(own, span(scan, number->start, number->end)) ||
           is_same_order(own, span(scan, number->start, number->end)) || scan->marks[number->start] & GW_MARK_LABEL;
}

static void read_titles(struct gw_scan *scan)
{
    for (size_t i = 0; i < scan->title_count && scan->references.count < GW_FACTS_MAX; i++) {
        size_t start = scan->titles[i].start, end = scan->titles[i].end;
        struct gw_span title = span(scan, start + strlen("《"), end - strlen("》"));
        if (!is_document(title) || is_own(scan, start, end) || scan->marks[start] & GW_MARK_LABEL)
            continue;
        const struct gw_docno *number = number_behind(scan, end);
        size_t quote_end = number ? number->end : end;
        if (number && (stands(scan, quote_end, "）") || stands(scan, quote_end, ")")))
            quote_end += stands(scan, quote_end, ")") ? 1 : strlen("）");
        push(scan, start, quote_end, title, number ? span(scan, number->start, number->end) : (struct gw_span){0},
             relation_of(scan, start, end));
    }
}

// The request that is answered is one, named by title here and by number there.
static bool complete_request(struct gw_scan *scan, struct gw_span number)
{
    for (size_t i = 0; i < scan->document->n_references; i++) {
        Gw__Reference *reference = scan->document->references[i];
        char *copy;
        if (strcmp(reference->relation, "replies_to") != 0 || reference->doc_number[0])
            continue;
        if ((copy = gw_arena_strndup(scan->arena, number.at, number.bytes)))
            reference->doc_number = copy;
        return true;
    }
    return false;
}

// 第7240号建议, 关于…的请示（〔1996〕武司字第82号）, 国办发〔1993〕71号 in running text.
static void read_numbers(struct gw_scan *scan)
{
    for (size_t i = 0; i < scan->number_count; i++) {
        const struct gw_docno *number = &scan->numbers[i];
        struct gw_span text = span(scan, number->start, number->end);
        size_t line = gw_scan_line(scan, number->start);
        if (is_own_number(scan, number) ||
            (scan->lines[line].start == number->start && scan->lines[line].end == number->end))
            continue;
        if (number->form == GW_DOCNO_SERIAL) {
            bool proposal = stands(scan, number->end, "建议") || stands(scan, number->end, "提案") ||
                            stands(scan, number->end, "议案");
            if (proposal && !complete_request(scan, text))
                push(scan, number->start, number->end + strlen("建议"), (struct gw_span){0}, text, "replies_to");
            continue;
        }
        size_t bracket = number->start - (gw_scan_before(scan, number->start, "（")  ? 3
                                          : gw_scan_before(scan, number->start, "(") ? 1
                                                                                     : 0);
        size_t sentence = gw_scan_line(scan, number->start);
        struct gw_span title = {0};
        size_t about = scan->lines[sentence].start;
        if (bracket != number->start && stands(scan, about, "关于") && gw_scan_before(scan, bracket, "请示"))
            title = span(scan, about + strlen("关于"), bracket);
        push(scan, title.bytes ? about : number->start, number->end, title, text,
             relation_of(scan, number->start, number->end));
    }
}

static void read_laws(struct gw_scan *scan)
{
    struct gw_law law;
    if (strcmp(scan->lang, "de") == 0)
        for (size_t next = 0; gw_law_next_german(scan, &next, &law);)
            push(scan, law.start, law.end, law.title, (struct gw_span){0}, "cites");
    if (strcmp(scan->lang, "en") == 0)
        for (size_t next = 0; gw_law_next_english(scan, &next, &law);) {
            size_t near = law.start > NEAR ? law.start - NEAR : 0;
            bool amends = gw_scan_has(scan, near, law.start, "amend|amends|amendment to|amending");
            push(scan, law.start, law.end, law.title, (struct gw_span){0}, amends ? "amends" : "cites");
        }
}

void gw_references_read(struct gw_scan *scan)
{
    read_titles(scan);
    read_numbers(scan);
    read_laws(scan);
}
