// SPDX-License-Identifier: Apache-2.0
// DESIGN: An office word (局长, Deputy Director) is the anchor; a name without one is not reported, except in a list
// behind a name that has one. Chinese: title then name (省长王凯), name then title (习近平总书记), and rows "name blank
// title" of member lists. Others: "Wu Wei, deputy mayor of …" and "Vice President Joe Biden".
#include "people.h"

#include "hannames.h"
#include "latinnames.h"

#include <string.h>

enum { TITLE_MAX = 120, LIST_TITLE_MAX = 240, OFFICES_MAX = 10000 };

static char *without_blanks(struct gw_scan *scan, size_t start, size_t end)
{
    char *name = gw_scan_copy(scan, start, end), *to = name;
    for (const char *p = name; p && *p;) {
        if (*p == ' ' || (memcmp(p, "\xc2\xa0", 1) == 0 && p[1] == '\xa0')) {
            p += *p == ' ' ? 1 : 2;
        } else if (strncmp(p, "\xe3\x80\x80", 3) == 0) {
            p += 3;
        } else {
            *to++ = *p++;
        }
    }
    if (to)
        *to = '\0';
    return name;
}

static void push(struct gw_scan *scan, char *name, size_t title_start, size_t title_end, size_t start, size_t end,
                 unsigned confidence, const char *why)
{
    if (!name || !gw_seen_add(scan, &scan->people, gw_span_of(name), (struct gw_span){0}))
        return;
    Gw__Person *person = gw_arena_alloc(scan->arena, sizeof *person);
    Gw__Proof *proof = gw_scan_proof(scan, start, end, confidence, why);
    if (!person || !proof) {
        scan->full = true;
        return;
    }
    gw__person__init(person);
    person->name = name;
    if (title_end > title_start) {
        char *title = gw_scan_copy(scan, title_start, title_end);
        if (title)
            person->title = title;
    }
    person->proof = proof;
    gw_scan_push(scan, &scan->document->people, &scan->document->n_people, person);
}

// ---- Chinese

static size_t blank_run(const struct gw_scan *scan, size_t at)
{
    size_t from = at;
    for (;;) {
        if (at < scan->text.bytes && scan->text.at[at] == ' ')
            at++;
        else if (gw_scan_at(scan, at, "\xe3\x80\x80"))
            at += 3;
        else if (gw_scan_at(scan, at, "\xc2\xa0"))
            at += 2;
        else
            return at - from;
    }
}

static bool stops_title(const struct gw_scan *scan, size_t at)
{
    static const char *const stops[] = {
        "，",   "。",           "；",       "：",   "！",   "？",     "“",     "”",    "》",   "《",   "（",
        "）",   "\n",           " ",        ",",    ";",    ":",      "(",     ")",    "的",   "了",   "由",
        "是",   "在",           "被",       "据",   "从",   "向",     "以及",  "担任", "时任", "任命", "为",
        "记者", "\xe3\x80\x80", "\xc2\xa0", "近日", "日前", "日上午", "日下午"};
    for (size_t i = 0; i < GW_COUNT(stops); i++)
        if (gw_scan_before(scan, at, stops[i]))
            return true;
    // 经 ends what goes before it, but in 经济, 经理, 经贸, 经信.
    return gw_scan_before(scan, at, "经") && !gw_scan_at(scan, at, "济") && !gw_scan_at(scan, at, "理") &&
           !gw_scan_at(scan, at, "贸") && !gw_scan_at(scan, at, "信") && !gw_scan_at(scan, at, "营");
}

// Begin of the title that ends at `end`, not before `least` (the end of the person before).
static size_t title_begin(const struct gw_scan *scan, size_t end, size_t least)
{
    size_t at = end;
    while (at > least && end - at < TITLE_MAX && !stops_title(scan, at)) {
        at--;
        while (at > least && ((unsigned char)scan->text.at[at] & 0xc0) == 0x80)
            at--;
    }
    if (end - at >= TITLE_MAX) // too long for one title: what stands behind the last 、 of a list of people
        for (size_t i = at; i < end; i++)
            at = gw_scan_at(scan, i, "、") ? i : at;
    while (at < end && (gw_scan_at(scan, at, "、") || gw_scan_at(scan, at, "和") || gw_scan_at(scan, at, "与")))
        at += 3;
    return at;
}

// 习近平新时代中国特色社会主义思想: a name inside the name of a thought.
static bool is_thought(const struct gw_scan *scan, size_t end)
{
    static const char *const things[] = {"新时代",   "强军思想", "思想",         "外交思想",
                                         "法治思想", "经济思想", "生态文明思想", "文化思想"};
    for (size_t i = 0; i < GW_COUNT(things); i++)
        if (gw_scan_at(scan, end, things[i]))
            return true;
    return false;
}

// Names behind 、 that follow a titled one: 直接责任人黎兵、李二民.
static size_t more_names(struct gw_scan *scan, size_t at)
{
    while (gw_scan_at(scan, at, "、") || gw_scan_at(scan, at, "和")) {
        size_t start = at + 3, end = gw_hanname_end(scan, start);
        bool mark = gw_scan_at(scan, end, "、") || gw_scan_at(scan, end, "等") || gw_scan_at(scan, end, "被") ||
                    gw_scan_at(scan, end, "和") || gw_scan_at(scan, end, "，") || gw_scan_at(scan, end, "。") ||
                    gw_scan_at(scan, end, "受") || gw_scan_at(scan, end, "出席");
        if (!end || !mark || gw_scan_marked(scan, start, end, GW_MARK_TITLE))
            break;
        push(scan, gw_scan_copy(scan, start, end), 0, 0, start, end, 650, "joined to the person before");
        at = end;
    }
    return at;
}

static bool is_reporter(const struct gw_scan *scan, size_t start, size_t end)
{
    return gw_scan_has(scan, start, end, "记者|编辑|摄影|通讯员|作者|责编");
}

static bool inside_place_or_body(const struct gw_scan *scan, size_t start, size_t end)
{
    static const enum gw_hit_group groups[] = {GW_HITS_PLACES, GW_HITS_BODIES, GW_HITS_BUREAUS};
    for (size_t g = 0; g < GW_COUNT(groups); g++) {
        const struct gw_hits *hits = &scan->hits[groups[g]];
        size_t i = gw_hits_from(hits, start);
        // 陈金华: a given name that is a place's is still one
        bool given = i < hits->count && g == 0 && hits->at[i].start == start + 3 && hits->at[i].end == end;
        if (i < hits->count && !given && hits->at[i].start < end &&
            (hits->at[i].start >= start || hits->at[i].end > start + 3))
            return true;
    }
    return false;
}

// Offices whose holder is named before them: 习近平总书记, 曾培炎副总理.
static bool name_before(struct gw_scan *scan, const struct gw_hit *office)
{
    static const char *const offices[] = {"总书记", "主席", "副主席", "总理", "副总理", "国务委员", "部长",
                                          "副部长", "省长", "副省长", "市长", "副市长", "县长",     "副县长",
                                          "区长",   "书记", "副书记", "局长", "副局长", "代表",     "委员"};
    static const char *const before[] = {"，", "。", "、", "；", "：", "“",  "”",  "\n", "了", "由", "和",
                                         "与", "在", "对", "受", "向", "据", "》", "（", "彻", "实", "按",
                                         "照", "习", "神", "出", "持", "为", "神", "是", " ",  "从", "期"};
    struct gw_span word = {scan->text.at + office->start, office->end - office->start};
    bool known = false, others = false;
    for (size_t i = 0; i < GW_COUNT(offices) && !known; i++)
        known = gw_span_eq(word, gw_span_of(offices[i]));
    size_t end = office->start;
    if (gw_scan_before(scan, end, "等")) {
        end -= strlen("等");
        others = true;
    }
    bool addressed = gw_scan_at(scan, office->end, "：") &&
                     scan->lines[gw_scan_line(scan, office->start)].end <= office->end + strlen("：");
    bool plain = gw_span_eq(word, GW_SPAN("代表")) || gw_span_eq(word, GW_SPAN("委员"));
    if (!known || (plain && !others && !addressed))
        return false;
    for (size_t length = 9; length >= 6; length -= 3) {
        size_t start = end - length;
        if (end < length || !gw_surname_at(scan, start) || inside_place_or_body(scan, start, end) ||
            !gw_hanname_alone(scan, start, end))
            continue;
        bool border = start == 0;
        for (size_t i = 0; i < GW_COUNT(before) && !border; i++)
            border = gw_scan_before(scan, start, before[i]);
        if (!border || gw_scan_has(scan, start, end, "市|省|县|区|部|委|局|院|会|党|国|副|常|全|总"))
            continue;
        push(scan, gw_scan_copy(scan, start, end), office->start, office->end, start, office->end, 800,
             "a name beside its title");
        return true;
    }
    return false;
}

// 省长 赵启明 alone on its line: who signs an order.
static bool signs(struct gw_scan *scan, const struct gw_hit *office)
{
    const struct gw_text_line *line = &scan->lines[gw_scan_line(scan, office->start)];
    size_t blank = blank_run(scan, office->end), name = office->end + blank;
    if (!blank || name >= line->end || line->end - line->start > LIST_TITLE_MAX / 4 ||
        !gw_hanname_alone(scan, name, line->end))
        return false;
    push(scan, without_blanks(scan, name, line->end), line->start, office->end, line->start, line->end, 850,
         "signs: a title and a name alone on a line");
    return true;
}

// 任命张伟为苏州市财政局副局长, 免去王建军的苏州市水务局局长职务: the name, then what the person is made or was.
static size_t appointed(struct gw_scan *scan, const struct gw_hit *office, size_t least)
{
    static const struct {
        const char *verb, *link;
    } forms[] = {{"任命", "为"}, {"免去", "的"}, {"免去", ""}, {"聘任", "为"},
                 {"决定", "为"}, {"提名", "为"}, {"", "任"}};
    size_t begin = gw_scan_within_sentence(scan, office->start, TITLE_MAX);
    const struct gw_text_line *line = &scan->lines[gw_scan_line(scan, office->start)];
    begin = begin > line->start ? begin : line->start;
    begin = begin > least ? begin : least;
    for (size_t i = 0; i < GW_COUNT(forms); i++) {
        size_t name = begin + strlen(forms[i].verb);
        if (name >= office->start || !gw_scan_at(scan, begin, forms[i].verb) || !gw_surname_at(scan, name))
            continue;
        size_t end = gw_hanname_end(scan, name);
        size_t title = end + strlen(forms[i].link);
        if (!end || title >= office->start || !gw_scan_at(scan, end, forms[i].link) ||
            (!*forms[i].verb && !gw_scan_has(scan, 0, scan->body_at, "任免|任职|任命|免职")) ||
            gw_scan_has(scan, title, office->start, "，|。|；"))
            continue;
        push(scan, gw_scan_copy(scan, name, end), title, office->end, name, office->end, 850,
             "appointed or removed: the name, then the office");
        return office->end;
    }
    return 0;
}

static void han_offices(struct gw_scan *scan)
{
    const struct gw_hits *offices = &scan->hits[GW_HITS_OFFICES];
    size_t last = scan->body_at; // end of the person before
    for (size_t i = 0; i < offices->count && i < OFFICES_MAX && scan->people.count < GW_FACTS_MAX; i++) {
        const struct gw_hit *office = &offices->at[i];
        if (gw_scan_marked(scan, office->start, office->end, GW_MARK_TITLE | GW_MARK_LABEL))
            continue;
        size_t end = gw_hanname_end(scan, office->end);
        if (!end && signs(scan, office)) {
            last = office->end;
            continue;
        }
        if (!end) {
            size_t done = appointed(scan, office, last);
            if (done || name_before(scan, office))
                last = office->end;
            continue;
        }
        if (gw_scan_marked(scan, office->end, end, GW_MARK_TITLE) || is_thought(scan, end) ||
            inside_place_or_body(scan, office->end, end))
            continue;
        size_t begin = title_begin(scan, office->end, last < office->start ? last : 0);
        if (is_reporter(scan, begin, office->start))
            continue;
        push(scan, gw_scan_copy(scan, office->end, end), begin, office->end, begin, end, 850,
             "a title, then a name that ends before a word that follows names");
        last = more_names(scan, end);
    }
}

// ---- rows of a member list: "副主任：陈宝生 教育部部长"

struct row {
    size_t name, name_end, title, title_end;
};

static bool read_row(const struct gw_scan *scan, const struct gw_text_line *line, struct row *ret_row)
{
    if (line->end - line->start > LIST_TITLE_MAX || scan->marks[line->start] & GW_MARK_LABEL)
        return false;
    size_t start = line->start;
    for (size_t at = start; at < line->end && at < start + 30; at++)
        if (gw_scan_at(scan, at, "：")) {
            start = at + strlen("：") + blank_run(scan, at + strlen("："));
            break;
        }
    if (!gw_surname_at(scan, start))
        return false;
    // The name is one word, or two when the first is one character: 尤 权.
    size_t at = start, words = 0, end = 0;
    while (at < line->end && words < 2) {
        size_t word = at;
        while (at < line->end && !blank_run(scan, at))
            at++;
        words++;
        end = at;
        if (at - word > 3 || words == 2)
            break;
        at += blank_run(scan, at);
    }
    size_t blank = blank_run(scan, end);
    if (!blank || end + blank >= line->end || !gw_hanname_alone(scan, start, end))
        return false;
    const struct gw_hits *offices = &scan->hits[GW_HITS_OFFICES];
    size_t i = gw_hits_from(offices, end);
    if (i == offices->count || offices->at[i].end > line->end || gw_scan_has(scan, end, line->end, "。|；"))
        return false;
    struct gw_span title = {scan->text.at + end + blank, line->end - end - blank};
    if (gw_find(title, (struct gw_span){scan->text.at + start, end - start}) >= 0) // two rows on one line
        return false;
    *ret_row = (struct row){start, end, end + blank, line->end};
    return true;
}

static void han_rows(struct gw_scan *scan)
{
    struct row row;
    size_t rows = 0;
    for (size_t i = 0; i < scan->line_count; i++)
        rows += scan->lines[i].start >= scan->body_at && read_row(scan, &scan->lines[i], &row);
    for (size_t i = 0; rows >= 2 && i < scan->line_count; i++)
        if (scan->lines[i].start >= scan->body_at && read_row(scan, &scan->lines[i], &row))
            push(scan, without_blanks(scan, row.name, row.name_end), row.title, row.title_end, row.name, row.title_end,
                 900, "name and title of a list row");
}

// ---- languages with capitals

static void latin_offices(struct gw_scan *scan)
{
    const struct gw_hits *offices = &scan->hits[GW_HITS_OFFICES];
    for (size_t i = 0; i < offices->count && i < OFFICES_MAX && scan->people.count < GW_FACTS_MAX; i++) {
        struct gw_latin_person person;
        if (gw_scan_marked(scan, offices->at[i].start, offices->at[i].end, GW_MARK_LABEL))
            continue;
        if (gw_latin_person_read(scan, &offices->at[i], &person))
            push(scan, gw_scan_copy(scan, person.name, person.name_end), person.title, person.title_end, person.start,
                 person.end, 800, "a name beside its title");
    }
}

static void german_offices(struct gw_scan *scan)
{
    const struct gw_anchors *capitals = &scan->anchors[GW_ANCHOR_CAPITAL];
    for (size_t i = 0; i < capitals->count && capitals->at[i] < scan->source_at; i++) {
        struct gw_hit office;
        struct gw_latin_person person;
        size_t at = capitals->at[i];
        if (at < scan->body_at || scan->marks[at] & GW_MARK_LABEL || !gw_latin_office_at(scan, at, &office))
            continue;
        if (gw_latin_person_read(scan, &office, &person))
            push(scan, gw_scan_copy(scan, person.name, person.name_end), person.title, person.title_end, person.start,
                 person.end, 800, "a name beside its title");
    }
}

void gw_people_read(struct gw_scan *scan)
{
    if (strcmp(scan->lang, "zh") == 0) {
        han_rows(scan);
        han_offices(scan);
    } else if (strcmp(scan->lang, "ja") != 0) {
        latin_offices(scan);
        if (strcmp(scan->lang, "de") == 0)
            german_offices(scan);
    }
}
