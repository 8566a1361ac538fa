// SPDX-License-Identifier: Apache-2.0
// DESIGN: Three steps. Scan: every form of date at its place, as it is written (dateforms.c), ranges joined. Settle:
// the day the document speaks from (its signature, its publication), then a year for each date that has none, from the
// dates before it in its paragraph, from 今年, from the title, from that day. Judge: the role, from the words around.
#include "factdates.h"

#include "dateforms.h"
#include "docno.h"
#include "numerals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    NEAR = 48,
    TOP_LINES = 6,
    YEAR_REACH = 400,
    PAGE_DATE_REACH = 16,
    HAN_YEAR = 12,
    SURE = 540,
    REACH = 60,
    DATELINE_MAX = 40
};

struct dates {
    struct gw_text_date *at;
    size_t count;
    int title_year; // the one year the title names; 0
    bool told;      // the day of publication is a fact of this page
    int latest;     // see latest_year(); -1: not asked yet
    struct gw_day published;
};

char *gw_dates_print(struct gw_arena *arena, struct gw_day day)
{
    if (!day.month)
        return gw_arena_printf(arena, "%04d", day.year);
    if (!day.day)
        return gw_arena_printf(arena, "%04d-%02d", day.year, day.month);
    return gw_arena_printf(arena, "%04d-%02d-%02d", day.year, day.month, day.day);
}

bool gw_dates_parse_day(struct gw_span value, struct gw_day *ret_day)
{
    struct gw_text_date date;
    for (size_t i = 0; i < value.bytes; i++)
        if (gw_date_numeric(value, i, "zh", &date) && date.day.year && date.day.month) {
            *ret_day = date.day;
            return true;
        }
    return false;
}

// ---- scan

// Behind "Friday, " or "Freitag, den " at `at`; `at` when there is no weekday.
static size_t behind_weekday(const struct gw_scan *scan, size_t at)
{
    static const char *const days[] = {"Monday",     "Tuesday", "Wednesday", "Thursday", "Friday",
                                       "Saturday",   "Sunday",  "Montag",    "Dienstag", "Mittwoch",
                                       "Donnerstag", "Freitag", "Samstag",   "Sonntag"};
    for (size_t i = 0; i < GW_COUNT(days); i++)
        if (gw_scan_at(scan, at, days[i])) {
            at += strlen(days[i]);
            at += gw_scan_at(scan, at, ", ") ? 2 : gw_scan_at(scan, at, " ");
            return at + (gw_scan_at(scan, at, "den ") ? 4 : gw_scan_at(scan, at, "dem ") ? 4 : 0);
        }
    return at;
}

// "from 1 May 2024 to 5 June 2024", "du 4 mars au 29 mars", 2月1日から3月29日: two days and nothing but a joint
// between.
static bool joins(const struct gw_scan *scan, struct gw_text_date *first, const struct gw_text_date *date)
{
    static const char *const joints[] = {" to ",  " through ", " until ", " till ", " - ", " – ",
                                         " bis ", " bis zum ", " au ",    " al ",   " a ", " à ",
                                         "から",  "부터 ",     " по ",    " e "};
    if (first->range || date->range || (first->day.day != 0) != (date->day.day != 0) || !date->day.month)
        return false;
    bool opened = gw_scan_before(scan, first->start, "entre ") || gw_scan_before(scan, first->start, "zwischen ") ||
                  gw_scan_before(scan, first->start, "between ");
    size_t count = GW_COUNT(joints) - !opened;
    for (size_t i = 0; i < count; i++)
        if (gw_scan_at(scan, first->end, joints[i]) &&
            behind_weekday(scan, first->end + strlen(joints[i])) == date->start) {
            first->range = true;
            first->last = date->day;
            first->end = date->end;
            first->sentence_end = date->sentence_end;
            if (!first->day.year)
                first->day.year = date->day.year - (date->day.year && first->day.month > date->day.month);
            return true;
        }
    return false;
}

static void add(struct gw_scan *scan, struct dates *dates, struct gw_text_date date)
{
    date.sentence = gw_scan_within_sentence(scan, date.start, REACH);
    date.sentence_end = gw_scan_within_sentence_end(scan, date.end, REACH);
    gw_scan_mark(scan, date.start, date.end, GW_MARK_DATE);
    if (dates->count && joins(scan, &dates->at[dates->count - 1], &date))
        return;
    struct gw_text_date *more = gw_scan_grow(scan, dates->at, dates->count, sizeof *more);
    if (!more)
        return;
    dates->at = more;
    more[dates->count++] = date;
}

// The three kinds of places where a date can begin, taken in the order of the text.
struct beginnings {
    const struct gw_anchors *digits, *years;
    const struct gw_hits *months;
    size_t digit, year, month;
};

static size_t next_beginning(const struct beginnings *b)
{
    size_t at = SIZE_MAX;
    if (b->digit < b->digits->count)
        at = b->digits->at[b->digit];
    if (b->year < b->years->count && b->years->at[b->year] < at)
        at = b->years->at[b->year];
    if (b->month < b->months->count && b->months->at[b->month].start < at)
        at = b->months->at[b->month].start;
    return at;
}

static void skip_to(struct beginnings *b, size_t at)
{
    while (b->digit < b->digits->count && b->digits->at[b->digit] < at)
        b->digit++;
    while (b->year < b->years->count && b->years->at[b->year] < at)
        b->year++;
    while (b->month < b->months->count && b->months->at[b->month].start < at)
        b->month++;
}

static bool read_date(const struct gw_scan *scan, size_t at, const struct beginnings *b, struct gw_text_date *date)
{
    const struct gw_hit *month = b->month < b->months->count ? &b->months->at[b->month] : NULL;
    if (month && month->start == at)
        return gw_date_month_first(scan->text, month, b->month + 1 < b->months->count ? month + 1 : NULL, date);
    if (b->year < b->years->count && b->years->at[b->year] == at) // 二〇〇四年: found by its 年
        return at >= HAN_YEAR && gw_date_han(scan->text, at - HAN_YEAR, date);
    return gw_date_numeric(scan->text, at, scan->lang, date) || gw_date_day_first(scan->text, at, month, date);
}

static void collect(struct gw_scan *scan, struct dates *dates)
{
    struct beginnings b = {.digits = &scan->anchors[GW_ANCHOR_DIGITS],
                           .years = &scan->anchors[GW_ANCHOR_YEAR],
                           .months = &scan->hits[GW_HITS_MONTHS]};
    const unsigned skip = GW_MARK_DOCNO | GW_MARK_TITLE | GW_MARK_ADDRESS | GW_MARK_LABEL;
    for (size_t at; dates->count < GW_FACTS_MAX && (at = next_beginning(&b)) != SIZE_MAX;) {
        struct gw_text_date date;
        size_t next = at + 1;
        if (!(scan->marks[at] & skip) && read_date(scan, at, &b, &date)) {
            add(scan, dates, date);
            next = date.end;
        }
        skip_to(&b, next);
    }
}

// ---- settle

static bool whole(struct gw_day day)
{
    return day.year && day.month && day.day;
}

static const struct gw_text_line *line_of(const struct gw_scan *scan, const struct gw_text_date *date)
{
    return &scan->lines[gw_scan_line(scan, date->start)];
}

// Alone on its line, in brackets perhaps: （2023年5月）.
static bool fills_line(const struct gw_scan *scan, const struct gw_text_date *date)
{
    const struct gw_text_line *line = line_of(scan, date);
    size_t open = gw_scan_at(scan, line->start, "（") ? strlen("（") : 0;
    size_t close = gw_scan_before(scan, line->end, "）") ? strlen("）") : 0;
    return date->start == line->start + open && date->end == line->end - close;
}

// A date in 年月日 alone on its line is the signature of a Chinese document, wherever its attachments put it.
static bool is_signature(const struct gw_scan *scan, const struct gw_text_date *date)
{
    return strcmp(scan->lang, "zh") == 0 && date->day.year && date->day.month && !date->range &&
           fills_line(scan, date) && gw_scan_line(scan, date->start) > 1 &&
           gw_scan_has(scan, date->start, date->end, "年");
}

// （2007年6月29日…通过） under the title.
static bool is_adoption(const struct gw_scan *scan, const struct gw_text_date *date)
{
    const struct gw_text_line *line = line_of(scan, date);
    return whole(date->day) && line - scan->lines < TOP_LINES + 2 &&
           gw_scan_has(scan, line->start, line->start + 3, "（|(") && gw_scan_has(scan, date->end, line->end, "通过");
}

static void settle_base(struct gw_scan *scan, struct dates *dates)
{
    Gw__Document *document = scan->document;
    struct gw_day written = {0}, published = {0};
    gw_dates_parse_day(gw_span_of(document->published), &published);
    gw_dates_parse_day(gw_span_of(document->written), &written);
    for (size_t i = 0; i < dates->count; i++) {
        struct gw_text_date *date = &dates->at[i];
        if (is_signature(scan, date) || is_adoption(scan, date)) {
            date->role = "written";
            if (!written.year)
                written = date->day;
        }
    }
    dates->published = published;
    scan->base = written.year ? written : published;
    int year = gw_docno_year(document->doc_number);
    if (!written.year && year && (!published.year || published.year - year >= 2))
        scan->base = (struct gw_day){.year = year};
}

// The latest year the text speaks of, for a text without any day of its own.
static int find_latest_year(const struct gw_scan *scan, const struct dates *dates)
{
    int latest = 0, value;
    for (size_t i = 0; i < dates->count; i++)
        if (dates->at[i].day.year > latest)
            latest = dates->at[i].day.year;
    if (latest)
        return latest;
    for (size_t i = 0; i + 4 <= scan->text.bytes; i++) {
        if ((scan->text.at[i] != '2' && scan->text.at[i] != '1') ||
            (i && gw_is_digit((unsigned char)scan->text.at[i - 1])))
            continue;
        bool han = strcmp(scan->lang, "zh") == 0 && !gw_scan_at(scan, i + 4, "年"); // 2026世界杯 is no year that passes
        if (!han && gw_integer_at(scan->text, i, 4, &value) == 4 && value >= 1990 && value <= 2040 && value > latest &&
            !(scan->marks[i] & (GW_MARK_ADDRESS | GW_MARK_DOCNO)))
            latest = value;
    }
    return latest;
}

static int latest_year(const struct gw_scan *scan, struct dates *dates)
{
    if (dates->latest < 0)
        dates->latest = find_latest_year(scan, dates);
    return dates->latest;
}

static int title_year(const struct gw_scan *scan)
{
    int year = 0, value;
    for (size_t i = 0; i + 4 < scan->body_at; i++) {
        size_t n = gw_integer_at(scan->text, i, 4, &value);
        if (!n)
            continue;
        if (n == 4 && value >= 1949 && value <= 2060 && gw_scan_at(scan, i + 4, "年")) {
            if (year && year != value)
                return 0;
            year = value;
        }
        i += n - 1;
    }
    return year;
}

// The nearest bare year before `at` in its sentence or, when a line speaks of one year, at the line's begin:
// 1996年…2月3日.
static int bare_year(const struct gw_scan *scan, size_t at, size_t *ret_at)
{
    size_t begin = scan->lines[gw_scan_line(scan, at)].start;
    int value, year = 0;
    if (at - begin > YEAR_REACH)
        begin = at - YEAR_REACH;
    for (size_t i = begin; i + 7 <= at; i++) {
        size_t n = gw_integer_at(scan->text, i, 4, &value);
        if (!n)
            continue;
        if (n == 4 && value >= 1949 && value <= 2060 && gw_scan_at(scan, i + 4, "年") &&
            !(scan->marks[i] & (GW_MARK_DATE | GW_MARK_TITLE))) {
            year = value;
            *ret_at = i;
        }
        i += n - 1;
    }
    return year;
}

static int near_base(const struct gw_scan *scan, const struct gw_text_date *date)
{
    int year = scan->base.year;
    if (scan->base.month && date->day.month - scan->base.month >= 10)
        return year - 1;
    if (scan->base.month && scan->base.month - date->day.month >= 11)
        return year + 1;
    return year;
}

static void settle_year(struct gw_scan *scan, struct dates *dates, struct gw_text_date *date,
                        const struct gw_text_date *previous)
{
    if (date->day.year)
        return;
    int said = 0;
    bool same_line = previous && gw_scan_line(scan, previous->start) == gw_scan_line(scan, date->start);
    size_t year_at = 0;
    int bare = bare_year(scan, date->start, &year_at);
    if (gw_scan_before(scan, date->start, "今年"))
        said = dates->published.year ? dates->published.year : scan->base.year;
    else if (gw_scan_before(scan, date->start, "去年"))
        said = scan->base.year - 1;
    else if (gw_scan_before(scan, date->start, "明年"))
        said = scan->base.year + 1;
    else if (bare && (!same_line || year_at > previous->end))
        said = bare;
    else if (same_line && previous->day.year)
        said = previous->range ? previous->last.year : previous->day.year;
    else if (dates->title_year && (!scan->base.year || dates->title_year >= scan->base.year))
        said = dates->title_year;
    else if (scan->base.year)
        said = near_base(scan, date);
    else
        said = latest_year(scan, dates);
    date->day.year = said > 1 ? said : 0;
    date->inferred = true;
    if (date->range && !date->last.year) { // 12月30日至1月2日
        bool wraps = date->last.month && date->last.month < date->day.month;
        date->last.year = date->day.year + wraps;
        date->last_inferred = true;
    }
}

// ---- judge

static bool after_has(const struct gw_scan *scan, const struct gw_text_date *date, size_t bytes, const char *words)
{
    size_t most = date->end + bytes;
    return gw_scan_has(scan, date->end, most < date->sentence_end ? most : date->sentence_end, words);
}

static bool before_has(const struct gw_scan *scan, const struct gw_text_date *date, size_t bytes, const char *words)
{
    size_t begin = date->start > bytes ? date->start - bytes : 0;
    return gw_scan_has(scan, begin > date->sentence ? begin : date->sentence, date->start, words);
}

static bool stands_after(const struct gw_scan *scan, const struct gw_text_date *date, const char *words)
{
    for (; *words; words += strcspn(words, "|") + (words[strcspn(words, "|")] == '|')) {
        size_t n = strcspn(words, "|");
        if (date->end + n <= scan->text.bytes && memcmp(scan->text.at + date->end, words, n) == 0)
            return true;
    }
    return false;
}

static bool is_past(const struct gw_scan *scan, const struct gw_text_date *date)
{
    struct gw_day a = date->day, b = scan->base;
    return b.year && (a.year * 400 + a.month * 31 + a.day <= b.year * 400 + b.month * 31 + (b.day ? b.day : 31));
}

// Words that begin with 前 and set no deadline.
static const char NOT_BEFORE[] =
    "前期|前后|前夕|前往|前来|前述|前提|前三|前款|前一|前两|前十|前五|前沿|前景|前列|前者|前不久";

static const char *han_role(const struct gw_scan *scan, const struct gw_text_date *date)
{
    bool from = before_has(scan, date, 6, "自|从");
    if (from && stands_after(scan, date, "起")) {
        if (after_has(scan, date, NEAR, "施行|实施|执行|生效|开始") || !is_past(scan, date))
            return "effective";
        return "period_start";
    }
    if (stands_after(scan, date, "起施行|起实施|起执行|起生效|起正式|施行|生效"))
        return "effective";
    if (before_has(scan, date, NEAR, "施行日期|生效日期"))
        return "effective";
    if (stands_after(scan, date, "废止|失效") || before_has(scan, date, 24, "有效期至|有效期限至|执行至|有效至"))
        return "expiry";
    bool until = (stands_after(scan, date, "前") && !stands_after(scan, date, NOT_BEFORE)) ||
                 stands_after(scan, date, "之前|以前|底前|末前");
    if (until || before_has(scan, date, 30, "截止时间|截止日期|截止到|报名截止"))
        return "deadline";
    return "event";
}

// Words of other languages, in order: the first row that fits gives the role.
static const struct {
    const char *role;
    unsigned reach;     // bytes before the date, in the same sentence
    const char *before; // '|' splits
} ROLES[] = {
    {"effective", 26,
     "effective |takes effect|take effect|in effect on|into force|Implementing |implementing |in Kraft|ab "
     "dem |gilt ab "},
    {"effective", 26, "starting from |starting on |beginning on |with effect from |as from |commence on "},
    {"effective", 34,
     "en vigueur|en vigor|em vigor|in vigore|в силу|вступает|вступит|à compter du |a partir del |a partir de |a "
     "decorrere dal "},
    {"deadline", 26,
     "jusqu'au |jusqu’au |avant le |au plus tard|hasta el |antes del |até |antes de |entro il |fino al | до |не "
     "позднее |extended to |extended until |submitted by "},
    {"deadline", 40,
     "due by|is due|are due|be submitted|submit by|be received|apply by|Apply by|closing date|close on"},
    {"deadline", 22, "by the end of |by late |by early |before the end of |until the end of "},
    {"deadline", 14, " by |By |before |no later than|due on |due by|vor dem |spätestens"},
    {"deadline", 30, "eadline"},
    {"expiry", 14, "expires|expire on|läuft am|außer Kraft"},
    {"period_start", 14, "Since |since |Seit |seit |seit dem |depuis |Depuis |desde "},
};

// Japanese and Korean say it behind the date.
static const char *east_role(const struct gw_scan *scan, const struct gw_text_date *date)
{
    if (after_has(scan, date, 24, "から施行|より施行|から適用|に施行|부터 시행|부터 적용"))
        return "effective";
    return stands_after(scan, date, "まで|迄|까지") ? "deadline" : "event";
}

static const char *latin_role(const struct gw_scan *scan, const struct gw_text_date *date)
{
    if (strcmp(scan->lang, "ja") == 0 || strcmp(scan->lang, "ko") == 0)
        return east_role(scan, date);
    // "travel free by bus from 31 January 2022", told before that day
    if (gw_scan_before(scan, date->start, " from ") && !is_past(scan, date))
        return "effective";
    for (size_t i = 0; i < GW_COUNT(ROLES); i++)
        if (before_has(scan, date, ROLES[i].reach, ROLES[i].before))
            return ROLES[i].role;
    if (after_has(scan, date, 14, "in Kraft"))
        return "effective";
    if (before_has(scan, date, 20, "Bis |bis |until |through |Until |up to "))
        return is_past(scan, date) ? "period_end" : "deadline";
    return "event";
}

static bool is_dateline(const struct gw_scan *scan, const struct gw_text_date *date)
{
    return stands_after(scan, date, "电|讯|消息|报道|（记者|(记者|晚间消息|）电") ||
           after_has(scan, date, 14, " 版|04版|01版|第1版") ||
           before_has(scan, date, 40,
                      "发布时间|发布日期|更新时间|最終更新日|originally published|last updated|Posted on|posted on");
}

static bool same_day(struct gw_day a, struct gw_day b)
{
    return a.year == b.year && a.month == b.month && a.day == b.day;
}

// The day of publication again, at the begin of one of the first lines, or alone on its line anywhere: "27.01.2020
// Soziales".
static bool is_page_date(const struct gw_scan *scan, const struct dates *dates, const struct gw_text_date *date)
{
    size_t line = gw_scan_line(scan, date->start);
    static const char headings[] =
        "Pressemitteilung|Medienmitteilung|Presseinformation|ress release|RESS RELEASE|mmediate Release|MMEDIATE "
        "RELEASE|mmediate release|ews "
        "release|ews Release|ress Release|Published|Posted|Date|Datum|Stand:|发布时间|发布日期";
    bool heading = line < TOP_LINES && gw_scan_has(scan, scan->lines[line].start, date->start, headings);
    return dates->told && !date->range && same_day(date->day, dates->published) &&
           (date->start < scan->body_at || heading ||
            (line < TOP_LINES && date->start < scan->lines[line].start + PAGE_DATE_REACH) || fills_line(scan, date));
}

static void push(struct gw_scan *scan, const char *role, struct gw_day day, bool inferred, Gw__Proof *proof)
{
    Gw__Document *document = scan->document;
    char *value = gw_dates_print(scan->arena, day);
    Gw__DateFact *fact = gw_arena_alloc(scan->arena, sizeof *fact);
    if (!fact || !value || !proof) {
        scan->full = true;
        return;
    }
    for (size_t i = 0; i < document->n_dates; i++)
        if (strcmp(document->dates[i]->role, role) == 0 && strcmp(document->dates[i]->value, value) == 0)
            return;
    gw__date_fact__init(fact);
    fact->role = (char *)role;
    fact->value = value;
    fact->inferred_year = inferred;
    fact->proof = proof;
    gw_scan_push(scan, &document->dates, &document->n_dates, fact);
    if (strcmp(role, "effective") == 0 && !document->effective[0])
        document->effective = value;
    if (strcmp(role, "expiry") == 0 && !document->expiry[0])
        document->expiry = value;
}

// The page's one date is that of its meeting, of a deadline, of the adoption it reports: not of its publication.
static bool is_event_day(const struct gw_scan *scan, const struct dates *dates)
{
    for (size_t i = 0; i < dates->count; i++) {
        const struct gw_text_date *date = &dates->at[i];
        if (!same_day(date->day, dates->published) || is_page_date(scan, dates, date))
            continue;
        bool meets =
            before_has(
                scan, date, 60,
                "to be held on|will be held|has scheduled|will meet|will have an|Date:|will take place|eadline") ||
            after_has(scan, date, 60, "will be held|will start|will take place|in the Main Office");
        if (meets || is_adoption(scan, date))
            return true;
    }
    return false;
}

// A publication date that was only found somewhere in the text must be surer than a guess.
static bool is_said(const struct gw_scan *scan)
{
    const Gw__Document *document = scan->document;
    for (size_t i = 0; i < document->n_evidence; i++) {
        const Gw__Evidence *evidence = document->evidence[i];
        if (strcmp(evidence->field, "published") != 0 || strcmp(evidence->from, "text") != 0)
            continue;
        return evidence->confidence >= SURE && !scan->list;
    }
    return true;
}

static void push_meta(struct gw_scan *scan, const char *role, const char *value)
{
    struct gw_day day;
    if (gw_dates_parse_day(gw_span_of(value), &day))
        push(scan, role, day, false,
             gw_scan_meta_proof(scan, gw_arena_strndup(scan->arena, value, strcspn(value, "T")), 950,
                                "metadata of the page"));
}

static const char *why_role(const char *role)
{
    static const struct {
        const char *role, *why;
    } whys[] = {
        {"written", "alone on its line, or of the adoption under the title: a signature"},
        {"effective", "with words of taking effect (自…起施行, effective, in Kraft)"},
        {"expiry", "with words of ending (有效期至, 废止, expires)"},
        {"deadline", "with words of a limit (前, 截止, by, deadline)"},
        {"period_start", "since then (自…起, since, seit)"},
        {"period_end", "until then, in the past"},
    };
    for (size_t i = 0; i < GW_COUNT(whys); i++)
        if (strcmp(whys[i].role, role) == 0)
            return whys[i].why;
    return "a date that no word makes more than a day something happens";
}

// "For Immediate Release May 5, 2014", "WASHINGTON, July 28, 2022 – ", "Köln, 14.03.2022."
static bool is_release_day(const struct gw_scan *scan, const struct gw_text_date *date)
{
    static const char *const dashes[] = {" –", " —", " --", " - ", ". ", " ("};
    size_t index = gw_scan_line(scan, date->start), start = scan->lines[index].start;
    if (!whole(date->day) || index >= TOP_LINES || date->start < scan->body_at)
        return false;
    if (gw_scan_has(scan, start, date->start,
                    "Immediate Release|IMMEDIATE RELEASE|immediate release|Released|Published"))
        return true;
    bool dash = false, place = date->start - start <= DATELINE_MAX && gw_scan_before(scan, date->start, ", ");
    for (size_t i = 0; i < GW_COUNT(dashes) && !dash; i++)
        dash = gw_scan_at(scan, date->end, dashes[i]);
    return dash && place && !gw_scan_has(scan, start, date->start, " on | am | the | der |: ");
}

static void judge(struct gw_scan *scan, const struct dates *dates, const struct gw_text_date *date)
{
    if (!date->day.year || !date->day.month)
        return;
    bool latin = scan->lang[0] && strcmp(scan->lang, "zh") != 0;
    unsigned confidence = date->inferred ? 800 : 900;
    const char *why = "a range, both ends written";
    if (date->range) {
        push(scan, "period_start", date->day, date->inferred,
             gw_scan_proof(scan, date->start, date->end, confidence, why));
        push(scan, "period_end", date->last, date->last_inferred || date->inferred,
             gw_scan_proof(scan, date->start, date->end, confidence, why));
        return;
    }
    if (date->inferred && gw_scan_before(scan, date->start, "每年")) // each year's, no day of its own
        return;
    if (latin && date->inferred && is_release_day(scan, date)) // "BEIJING, Feb. 24 (Xinhua) --"
        return;
    if (!dates->told && latin && is_release_day(scan, date)) {
        push(scan, "published", date->day, false,
             gw_scan_proof(scan, date->start, date->end, 850, "the day a release is given at its head"));
        return;
    }
    if (is_dateline(scan, date) || (!date->role && is_page_date(scan, dates, date)))
        return;
    if (!date->day.day && ((date->inferred && !date->anchored) || date->start < scan->body_at))
        return;
    const char *role = date->role ? date->role : latin ? latin_role(scan, date) : han_role(scan, date);
    why = why_role(role);
    push(scan, role, date->day, date->inferred, gw_scan_proof(scan, date->start, date->end, confidence, why));
}

void gw_dates_read(struct gw_scan *scan)
{
    struct dates dates = {.latest = -1};
    collect(scan, &dates);
    settle_base(scan, &dates);
    dates.title_year = title_year(scan);
    dates.told = dates.published.year && is_said(scan);
    dates.told = dates.told && !is_event_day(scan, &dates);
    if (dates.told)
        push_meta(scan, "published", scan->document->published);
    push_meta(scan, "written", scan->document->written);
    for (size_t i = 0; i < dates.count && !scan->list; i++) {
        settle_year(scan, &dates, &dates.at[i], i ? &dates.at[i - 1] : NULL);
        judge(scan, &dates, &dates.at[i]);
    }
}
