// SPDX-License-Identifier: Apache-2.0
#include "hanbodies.h"

#include <string.h>

enum { BODY_MAX = 96, FUNCTION_LEAST = 6 };

// What such a name ends in. `sub`: it belongs to a town or street, below the levels that have codes.
static const struct {
    const char *word;
    bool sub;
} ENDINGS[] = {
    {"委员会", false},       {"办公室", false}, {"办公厅", false},    {"指挥部", false},    {"领导小组", false},
    {"管委会", false},       {"办事处", true},  {"镇人民政府", true}, {"乡人民政府", true}, {"局", false},
    {"厅", false},           {"中心", false},   {"总队", false},      {"支队", false},      {"大队", false},
    {"研究院", false},       {"监察院", false}, {"法院", false},      {"检察院", false},    {"联合会", false},
    {"总工会", false},       {"协会", false},   {"工作专班", false},  {"专项组", false},    {"联席会议", false},
    {"委员会办公室", false}, {"新闻办", false}, {"税务局", false},    {"海关", false},
};

static const char *const NATIONAL[] = {"国务院", "国家", "全国", "中国", "中共中央", "中央", "最高人民"};

static bool is_han(const struct gw_scan *scan, size_t at)
{
    unsigned char c = at < scan->text.bytes ? (unsigned char)scan->text.at[at] : 0;
    return c >= 0xe4 && c <= 0xe9;
}

static bool one_of(const struct gw_scan *scan, size_t at, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (gw_scan_at(scan, at, words[i]))
            return true;
    return false;
}

// Does a name begin at `at`: at a line's begin, or behind a joint of names?
static bool begins(const struct gw_scan *scan, size_t at)
{
    static const char *const joints[] = {" ", "、", "　", "：", "\xc2\xa0", "（", "和"};
    if (scan->lines[gw_scan_line(scan, at)].start == at || at == 0 || at == scan->source_at)
        return true;
    for (size_t i = 0; i < GW_COUNT(joints); i++)
        if (gw_scan_before(scan, at, joints[i]))
            return true;
    return false;
}

// Does one end here: at the line's end, a joint, or what a title goes on with?
static bool ends(const struct gw_scan *scan, size_t at)
{
    static const char *const words[] = {"\n",   " ",  "、",   "　", "\xc2\xa0", "关于",
                                        "公告", "令", "通告", "（", "印发",     "文件"};
    return at >= scan->text.bytes || one_of(scan, at, words, GW_COUNT(words));
}

// The end of the longest name that begins at `at` with a function behind `from`; 0: none.
static size_t name_end(const struct gw_scan *scan, size_t at, size_t from, bool *ret_sub)
{
    // Verbs and particles that stand in no body's name.
    static const char *const breaks[] = {"的",   "是",   "在",   "将",   "召开", "关于",
                                         "印发", "举行", "公布", "发布", "推进", "开展"};
    size_t end = 0;
    for (size_t i = from; is_han(scan, i) && i < at + BODY_MAX && !one_of(scan, i, breaks, GW_COUNT(breaks)); i += 3) {
        size_t stop = i + 3;
        if (stop < from + FUNCTION_LEAST || !ends(scan, stop))
            continue;
        for (size_t j = 0; j < GW_COUNT(ENDINGS); j++)
            if (gw_scan_before(scan, stop, ENDINGS[j].word) && stop - strlen(ENDINGS[j].word) >= from) {
                end = stop;
                *ret_sub = ENDINGS[j].sub;
            }
    }
    return end;
}

static void add(struct gw_scan *scan, struct gw_bodies *bodies, size_t start, size_t end, const char *level,
                const char *code)
{
    struct gw_body body = {.start = (uint32_t)start,
                           .end = (uint32_t)end,
                           .canonical = gw_scan_copy(scan, start, end),
                           .level = level,
                           .code = code,
                           .by_form = true};
    gw_bodies_add(scan, bodies, body);
}

// 上海市浦东新区|科技和经济委员会: the chain of places, then the function.
static void read_local(struct gw_scan *scan, const struct gw_places *places, struct gw_bodies *bodies)
{
    for (size_t i = 0, next; i < places->count; i = next) {
        const struct gw_place *first = &places->at[i], *last = first;
        for (next = i + 1; next < places->count && places->at[next].start == last->end; next++)
            last = &places->at[next];
        bool sub = false;
        if (!gw_place_is_chinese(first->code) || !gw_place_is_chinese(last->code) || !begins(scan, first->start))
            continue;
        size_t end = name_end(scan, first->start, last->end, &sub);
        if (end)
            add(scan, bodies, first->start, end, sub ? "other" : gw_bodies_level(last->code), last->code);
    }
}

static void read_national(struct gw_scan *scan, struct gw_bodies *bodies)
{
    for (size_t i = 0; i < scan->line_count; i++) {
        const struct gw_text_line *line = &scan->lines[i];
        for (size_t at = line->start; at < line->end && at < line->start + 4 * BODY_MAX;) {
            for (size_t j = 0; j < GW_COUNT(NATIONAL); j++) {
                bool sub = false;
                size_t end = gw_scan_at(scan, at, NATIONAL[j]) ? name_end(scan, at, at + strlen(NATIONAL[j]), &sub) : 0;
                bool society = gw_scan_before(scan, end, "研究院") || gw_scan_before(scan, end, "会") ||
                               gw_scan_before(scan, end, "中心");
                if (end && !sub && (!society || gw_scan_before(scan, end, "委员会")))
                    add(scan, bodies, at, end, "national", "CN");
            }
            const char *blank = memchr(scan->text.at + at, ' ', line->end - at); // joint issuers stand side by side
            at = blank ? (size_t)(blank - scan->text.at) + 1 : line->end;
        }
    }
}

void gw_hanbodies_read(struct gw_scan *scan, const struct gw_places *places, struct gw_bodies *bodies)
{
    read_local(scan, places, bodies);
    read_national(scan, bodies);
}
