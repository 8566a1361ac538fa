// SPDX-License-Identifier: Apache-2.0
// DESIGN: One pass collects every enumerator with its level (一、 above （一） above 一是 and 第一，). The outermost
// level that counts at least to two is the series. An item whose heading is a bare label stands for its own items
// (保障措施), or for nothing (总体要求).
#include "measures.h"

#include "numerals.h"

#include <string.h>

enum level { LEVEL_SECTION, LEVEL_PAREN, LEVEL_INLINE, LEVEL_ORDINAL, LEVEL_ENGLISH, LEVEL_COUNT };
enum { HEAD_MAX = 240, ORDINAL_MAX = 60, ITEMS_MAX = 400, LEAST_HEAD = 12, LABEL_FRONT = 12 };

struct item {
    size_t start, head, end; // enumerator, its text, up to the first stop
    int ordinal;
    enum level level;
};

struct items {
    struct item *at;
    size_t count;
};

static inline bool stands(const struct gw_scan *scan, size_t at, const char *word)
{
    return gw_scan_at(scan, at, word);
}

static size_t one_of(const struct gw_scan *scan, size_t at, const char *const *words)
{
    for (; *words; words++)
        if (stands(scan, at, *words))
            return strlen(*words);
    return 0;
}

// First bytes of the stops below.
static bool begins_stop(char c)
{
    return c == '\n' || c == ';' || c == '.' || c == '\xe3' || c == '\xef';
}

static size_t head_end(const struct gw_scan *scan, size_t at, bool english)
{
    static const char *const han[] = {"。", "；", "，", "\n", "：", ";", "！", "？", NULL};
    static const char *const latin[] = {". ", ".\n", "\n", "; ", NULL};
    static const char *const weak[] = {"，", "：", "、", NULL}; // 元旦：2018年12月30日 is one head
    size_t end = at, most = at + HEAD_MAX < scan->text.bytes ? at + HEAD_MAX : scan->text.bytes;
    while (end < most && (!begins_stop(scan->text.at[end]) || !one_of(scan, end, english ? latin : han) ||
                          (!english && end - at < LEAST_HEAD && one_of(scan, end, weak))))
        end++;
    while (end > at && (scan->text.at[end] & 0xc0) == 0x80)
        end--;
    return end;
}

static void add(struct gw_scan *scan, struct items *items, struct item item)
{
    bool english = item.level == LEVEL_ENGLISH;
    if (items->count == ITEMS_MAX)
        return;
    item.end = head_end(scan, item.head, english);
    if (item.end < item.head + 6)
        return;
    struct item *more = gw_scan_grow(scan, items->at, items->count, sizeof *more);
    if (!more)
        return;
    items->at = more;
    more[items->count++] = item;
}

// 一、 and （一） at a line's begin.
static bool line_item(const struct gw_scan *scan, const struct gw_text_line *line, struct item *ret_item)
{
    static const char *const open[] = {"（", "(", NULL}, *const close[] = {"）", ")", NULL},
                             *const dot[] = {"、", "．", ".", NULL};
    size_t at = line->start, paren = one_of(scan, at, open);
    int ordinal;
    size_t n = gw_han_integer_at(scan->text, at + paren, &ordinal);
    if (!n || ordinal < 1 || ordinal > ORDINAL_MAX)
        return false;
    size_t after = at + paren + n, mark = one_of(scan, after, paren ? close : dot);
    if (!mark)
        return false;
    size_t head = after + mark;
    if (paren)
        head += one_of(scan, head, dot);
    while (head < line->end && (scan->text.at[head] == ' ' || stands(scan, head, "\xe3\x80\x80")))
        head += scan->text.at[head] == ' ' ? 1 : 3;
    *ret_item =
        (struct item){.start = at, .head = head, .ordinal = ordinal, .level = paren ? LEVEL_PAREN : LEVEL_SECTION};
    return true;
}

static bool begins_clause(const struct gw_scan *scan, size_t at)
{
    static const char *const stops[] = {"。", "；", "：", "，", "\n", "“", "！", "？", ";", ":"};
    for (size_t i = 0; i < GW_COUNT(stops); i++)
        if (gw_scan_before(scan, at, stops[i]))
            return true;
    return at == 0;
}

// 一是 / 一要 / 第一， at `at`.
static bool han_inline(const struct gw_scan *scan, size_t at, struct item *ret_item)
{
    if (!begins_clause(scan, at))
        return false;
    size_t ordinal_at = at + (stands(scan, at, "第") ? 3 : 0);
    int ordinal;
    size_t n = gw_han_integer_at(scan->text, ordinal_at, &ordinal);
    if (!n || n > 6 || ordinal < 1 || ordinal > 20)
        return false;
    size_t after = ordinal_at + n;
    if (ordinal_at == at && (stands(scan, after, "是") || stands(scan, after, "要"))) {
        *ret_item = (struct item){.start = at, .head = after + 3, .ordinal = ordinal, .level = LEVEL_INLINE};
        return true;
    }
    if (ordinal_at != at && (stands(scan, after, "，") || stands(scan, after, "、"))) {
        *ret_item = (struct item){.start = at, .head = after + 3, .ordinal = ordinal, .level = LEVEL_ORDINAL};
        return true;
    }
    return false;
}

static const char *const ENGLISH[] = {"first", "second",  "third",  "fourth", "fifth",
                                      "sixth", "seventh", "eighth", "ninth",  "tenth"};

// "Firstly, we …", "One is to …", "The second is to …": the head holds the number word.
static bool english_inline(const struct gw_scan *scan, size_t at, struct item *ret_item)
{
    struct gw_span rest = {scan->text.at + at, scan->text.bytes - at};
    if (!strchr("oOtTfFsSeEnN", scan->text.at[at])) // one, the, and the first letters of the ordinals
        return false;
    *ret_item = (struct item){.start = at, .head = at, .level = LEVEL_ENGLISH};
    if (gw_starts_with(rest, "One is to ") || gw_starts_with(rest, "One is ") || gw_starts_with(rest, "one is to ")) {
        ret_item->ordinal = 1;
        return true;
    }
    size_t the = gw_starts_with_nocase(rest, "the ") ? 4 : 0;
    for (int i = 0; i < (int)GW_COUNT(ENGLISH); i++) {
        struct gw_span word = {rest.at + the, rest.bytes - the};
        if (!word.bytes || (word.at[0] | 0x20) != ENGLISH[i][0] || !gw_starts_with_nocase(word, ENGLISH[i]))
            continue;
        word.at += strlen(ENGLISH[i]);
        word.bytes -= strlen(ENGLISH[i]);
        ret_item->ordinal = i + 1;
        if (the || gw_starts_with(word, " is"))
            return gw_starts_with(word, " is to ") || gw_starts_with(word, " is that ");
        bool ly = gw_starts_with(word, "ly,");
        bool comma = gw_starts_with(word, ", ") && rest.at[0] < 'a';
        return ly || comma;
    }
    return false;
}

static void collect(struct gw_scan *scan, struct items *items)
{
    bool han = strcmp(scan->lang, "zh") == 0;
    const struct gw_anchors *clauses = &scan->anchors[GW_ANCHOR_CLAUSE];
    size_t clause = 0;
    for (size_t l = 0; l < scan->line_count; l++) {
        const struct gw_text_line *line = &scan->lines[l];
        struct item item;
        if (line->start < scan->body_at || scan->marks[line->start] & GW_MARK_LABEL)
            continue;
        if (han && line_item(scan, line, &item)) {
            add(scan, items, item);
            continue;
        }
        while (clause < clauses->count && clauses->at[clause] <= line->start)
            clause++;
        for (size_t at = line->start; at < line->end;) {
            size_t from = at + 1;
            if (han ? han_inline(scan, at, &item) : english_inline(scan, at, &item)) {
                add(scan, items, item);
                from = at + 5; // "The first is" holds no other
            }
            while (clause < clauses->count && clauses->at[clause] < from)
                clause++;
            at = clause < clauses->count ? clauses->at[clause] : line->end;
        }
    }
}

// ---- labels that are no measures

static bool label_is(const struct gw_scan *scan, const struct item *item, const char *const *words)
{
    // 明确支持范围 is something to do; 支持范围 is a label.
    static const char *const acts[] = {"明确", "严格", "规范", "扩大", "完善", "优化", "健全", "落实", "强化",
                                       "加强", "突出", "细化", "创新", "改进", "把握", "拓展", NULL};
    struct gw_span head = {scan->text.at + item->head, item->end - item->head};
    for (size_t i = 0; acts[i]; i++)
        if (gw_starts_with(head, acts[i]))
            return false;
    for (; *words; words++)
        if (gw_ends_with(head, *words) && head.bytes <= strlen(*words) + LABEL_FRONT)
            return true;
    return false;
}

static bool ends_with_any(struct gw_span head, const char *const *words)
{
    for (; *words; words++)
        if (gw_ends_with(head, *words))
            return true;
    return false;
}

static bool opens(const struct gw_scan *scan, const struct item *item)
{
    static const char *const labels[] = {"任务",     "措施",     "组织实施", "进度",     "有关要求",
                                         "工作要求", "重点工作", "工作安排", "进度安排", NULL};
    static const char *const reports[] = {"工作的意见", "工作意见", "工作的建议", "工作建议", NULL};
    struct gw_span head = {scan->text.at + item->head, item->end - item->head};
    return label_is(scan, item, labels) || ends_with_any(head, reports);
}

static bool is_dropped(const struct gw_scan *scan, const struct item *item)
{
    static const char *const labels[] = {"总体要求", "指导思想", "基本原则", "目标",     "范围",   "情况", "职能",
                                         "职责",     "组成",     "组成人员", "工作机构", "规则",   "附则", "成员单位",
                                         "总则",     "适用对象", "原则",     "意义",     "背景",   "依据", "对象",
                                         "条件",     "名单",     "内容",     "过程",     "必要性", "概况", "时间",
                                         "程序",     "流程",     "方式",     "期限",     NULL};
    static const char *const reports[] = {"趋势", "形势", NULL};
    struct gw_span head = {scan->text.at + item->head, item->end - item->head};
    if (gw_starts_with(head, "问：") || gw_starts_with(head, "答：") || gw_ends_with(head, "？")) // an interview
        return true;
    // 关于…问题 of an answer that only reports how things stand.
    if (gw_starts_with(head, "关于") && gw_ends_with(head, "问题") &&
        gw_scan_has(scan, scan->body_at, item->start, "有关情况|办理情况"))
        return true;
    return label_is(scan, item, labels) || ends_with_any(head, reports);
}

static void push(struct gw_scan *scan, const struct item *item)
{
    Gw__Measure *measure = gw_arena_alloc(scan->arena, sizeof *measure);
    char *head = gw_scan_copy(scan, item->head, item->end);
    Gw__Proof *proof = gw_scan_proof(scan, item->head, item->end, 850, "item of the outermost numbered series");
    if (!measure || !head || !proof) {
        scan->full = true;
        return;
    }
    gw__measure__init(measure);
    measure->ordinal = (uint32_t)item->ordinal;
    measure->head = head;
    measure->proof = proof;
    gw_scan_push(scan, &scan->document->measures, &scan->document->n_measures, measure);
}

// A level is a series when it counts 1, 2 within [from, to).
static bool is_series(const struct items *items, enum level level, size_t from, size_t to)
{
    int next = 1;
    for (size_t i = 0; i < items->count; i++) {
        const struct item *item = &items->at[i];
        if (item->level == level && item->start >= from && item->start < to && item->ordinal == next && ++next > 2)
            return true;
    }
    return false;
}

static size_t next_of_level(const struct items *items, size_t i, size_t to)
{
    for (size_t j = i + 1; j < items->count; j++)
        if (items->at[j].level == items->at[i].level)
            return items->at[j].start;
    return to;
}

static void push_series(struct gw_scan *scan, const struct items *items, enum level level, size_t from, size_t to)
{
    for (size_t i = 0; i < items->count; i++) {
        const struct item *item = &items->at[i];
        if (item->level != level || item->start < from || item->start >= to || is_dropped(scan, item))
            continue;
        if (!opens(scan, item))
            push(scan, item);
        else if (level == LEVEL_SECTION)
            push_series(scan, items, LEVEL_PAREN, item->start, next_of_level(items, i, to));
    }
}

// Where the document proper ends: at its signature, before its attachments.
static size_t main_end(const struct gw_scan *scan)
{
    for (size_t i = 0; i < scan->line_count; i++) {
        const struct gw_text_line *line = &scan->lines[i];
        bool day = scan->marks[line->start] & GW_MARK_DATE && scan->marks[line->end - 1] & GW_MARK_DATE;
        if (line->start > scan->body_at && i > 4 && (day || gw_scan_at(scan, line->start, "附件\n")))
            return line->start;
    }
    return scan->text.bytes;
}

static bool read_between(struct gw_scan *scan, const struct items *items, size_t from, size_t to)
{
    for (int level = 0; level < LEVEL_COUNT; level++) {
        if (!is_series(items, (enum level)level, from, to))
            continue;
        push_series(scan, items, (enum level)level, from, to);
        return true;
    }
    return false;
}

void gw_measures_read(struct gw_scan *scan)
{
    static const char *const unmeasured[] = {"statistics", "regulation", "other", "name_list"};
    for (size_t i = 0; i < GW_COUNT(unmeasured); i++)
        if (strcmp(scan->document->kind, unmeasured[i]) == 0)
            return;
    struct items items = {0};
    collect(scan, &items);
    size_t end = main_end(scan);
    if (!read_between(scan, &items, scan->body_at, end))
        read_between(scan, &items, end, scan->text.bytes);
}
