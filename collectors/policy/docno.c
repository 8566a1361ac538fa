// SPDX-License-Identifier: Apache-2.0
// The grammar (ABNF in spirit):
//   full   = prefix open year close ["第"] serial "号" / open year close prefix "第" serial "号"
//   order  = issuer ("令" / "公告" / "通告") [year "年"] ["第"] serial "号"
//   serial = "第" digits "号"
// All of them end in 号, so each 号 is read backwards. A prefix is Han without a border before it: greedy reading would
// swallow the sentence (人民政府要按照国办发〔1993〕71号), so the longest suffix known as a prefix wins, else the first
// stop.
#include "docno.h"

#include "numerals.h"

#include <stdlib.h>
#include <string.h>

enum { PREFIX_MAX = 10, SERIAL_DIGITS_MAX = 7, TOP_LINES = 14, TITLE_NUMBER_MAX = 40 };

static size_t char_before(const struct gw_scan *scan, size_t at)
{
    size_t n = 1;
    while (n < 4 && n < at && ((unsigned char)scan->text.at[at - n] & 0xc0) == 0x80)
        n++;
    return n <= at ? n : at;
}

static bool is_han_before(const struct gw_scan *scan, size_t at)
{
    unsigned char lead = at >= 3 ? (unsigned char)scan->text.at[at - 3] : 0;
    return lead >= 0xe4 && lead <= 0xe9 && char_before(scan, at) == 3;
}

// Steps back over digits, ASCII or full-width; *ret_count of them.
static size_t digits_before(const struct gw_scan *scan, size_t at, unsigned *ret_count)
{
    size_t n;
    unsigned count = 0;
    while (at && count <= SERIAL_DIGITS_MAX) {
        size_t step = char_before(scan, at);
        if (gw_digit_at(scan->text, at - step, &n) < 0)
            break;
        at -= step;
        count++;
    }
    *ret_count = count;
    return at;
}

static size_t blanks_before(const struct gw_scan *scan, size_t at)
{
    while (at && (scan->text.at[at - 1] == ' ' || gw_scan_before(scan, at, "\xe3\x80\x80")))
        at -= scan->text.at[at - 1] == ' ' ? 1 : 3;
    return at;
}

static size_t one_of_before(const struct gw_scan *scan, size_t at, const char *const *words)
{
    for (; *words; words++)
        if (gw_scan_before(scan, at, *words))
            return at - strlen(*words);
    return at;
}

static const char *const OPEN[] = {"〔", "[", "［", "【", "(", "（", "〈", "﹝", "<", NULL};
static const char *const CLOSE[] = {"〕", "]", "］", "】", ")", "）", "〉", "﹞", ">", NULL};

// open year close before `at`; returns its begin, or `at`.
static size_t year_before(const struct gw_scan *scan, size_t at)
{
    size_t end = one_of_before(scan, at, CLOSE);
    if (end == at)
        return at;
    unsigned count;
    size_t digits = blanks_before(scan, end), year = digits_before(scan, digits, &count);
    size_t open = blanks_before(scan, year), n;
    if (count != 4 || one_of_before(scan, open, OPEN) == open)
        return at;
    int century = gw_digit_at(scan->text, year, &n);
    return century == 1 || century == 2 ? one_of_before(scan, open, OPEN) : at;
}

static size_t known_prefix(const struct gw_scan *scan, size_t least, size_t at)
{
    const struct gw_table *table = &gw_tables[GW_T_PREFIXES];
    size_t best = at;
    for (unsigned row = 0; row < table->rows; row++) {
        const char *prefix = gw_table_cell(table, row, GW_PREFIX_PREFIX);
        size_t n = strlen(prefix);
        if (at - n < best && at >= least + n && gw_scan_before(scan, at, prefix))
            best = at - n;
    }
    return best;
}

// Begin of the prefix that ends at `at`.
static size_t prefix_before(const struct gw_scan *scan, size_t at)
{
    static const char *const stops[] = {"的", "于", "按", "照", "据", "和", "与", "及", "以",
                                        "在", "了", "对", "为", "是", "由", "从", NULL};
    size_t begin = at;
    for (unsigned i = 0; i < PREFIX_MAX && is_han_before(scan, begin); i++) {
        if (one_of_before(scan, begin, stops) != begin && begin != at)
            break;
        begin -= 3;
    }
    // A body's name used as prefix (民航总局) is taken whole; 关于印发 and the like were stopped above.
    size_t known = known_prefix(scan, 0, at);
    return known < at && known > begin ? known : begin;
}

static size_t order_before(const struct gw_scan *scan, size_t at)
{
    static const char *const words[] = {"令", "公告", "通告", NULL};
    unsigned count = 0;
    size_t end = blanks_before(scan, at);
    if (gw_scan_before(scan, end, "年")) {
        size_t year = digits_before(scan, end - strlen("年"), &count);
        end = count == 4 ? blanks_before(scan, year) : end;
    }
    size_t word = one_of_before(scan, end, words);
    if (word == end)
        return at;
    // The issuer: back to the line's begin or a mark, so that 中华人民共和国国务院令 and 财政部 税务总局公告 are whole.
    size_t begin = word;
    for (unsigned i = 0; i < 24; i++) {
        if (is_han_before(scan, begin) &&
            one_of_before(scan, begin,
                          (const char *[]){"的", "第", "据", "日", "月", "年", "经", "由", "以", "号", NULL}) == begin)
            begin -= 3;
        else if (begin && scan->text.at[begin - 1] == ' ' && is_han_before(scan, begin - 1))
            begin -= 1;
        else
            break;
    }
    return begin < word ? begin : at;
}

static void add(struct gw_scan *scan, size_t start, size_t end, enum gw_docno_form form)
{
    struct gw_docno *more = gw_scan_grow(scan, scan->numbers, scan->number_count, sizeof *more);
    if (!more || scan->number_count >= GW_FACTS_MAX)
        return;
    scan->numbers = more;
    more[scan->number_count++] = (struct gw_docno){(uint32_t)start, (uint32_t)end, form};
    gw_scan_mark(scan, start, end, GW_MARK_DOCNO);
}

// `at` is behind 号.
static void read_number(struct gw_scan *scan, size_t at)
{
    unsigned count;
    size_t digits = blanks_before(scan, at - strlen("号"));
    size_t serial = digits_before(scan, digits, &count);
    if (count < 1 || count > SERIAL_DIGITS_MAX || gw_scan_marked(scan, serial, at, GW_MARK_DOCNO))
        return;
    size_t ordinal =
        gw_scan_before(scan, blanks_before(scan, serial), "第") ? blanks_before(scan, serial) - strlen("第") : serial;
    size_t open = year_before(scan, blanks_before(scan, ordinal));
    if (open != blanks_before(scan, ordinal)) {
        size_t prefix = prefix_before(scan, open);
        if (prefix < open)
            add(scan, prefix, at, GW_DOCNO_FULL);
        return;
    }
    if (ordinal == serial && !gw_scan_before(scan, serial, "令"))
        return;
    size_t order = order_before(scan, ordinal);
    if (order != ordinal) {
        add(scan, order, at, GW_DOCNO_ORDER);
        return;
    }
    size_t prefix = prefix_before(scan, ordinal); // 〔1996〕武司字第82号
    size_t year = prefix < ordinal ? year_before(scan, prefix) : prefix;
    if (year != prefix)
        add(scan, year, at, GW_DOCNO_FULL);
    else if (ordinal < serial && count >= 2)
        add(scan, ordinal, at, GW_DOCNO_SERIAL);
}

void gw_docno_find(struct gw_scan *scan)
{
    const struct gw_anchors *ends = &scan->anchors[GW_ANCHOR_NUMBER];
    for (size_t i = 0; i < ends->count; i++)
        read_number(scan, ends->at[i] + strlen("号"));
}

int gw_docno_year(const char *number)
{
    for (const char *p = number; *p; p++)
        if ((*p == '1' || *p == '2') && strspn(p, "0123456789") == 4)
            return atoi(p);
        else if (gw_is_digit((unsigned char)*p))
            p += strspn(p, "0123456789") - 1;
    return 0;
}

// ---- the page's own

static void set_text(char **field, char *text)
{
    if (text)
        *field = text;
}

// A press release's number: "Pressemitteilung 6/2022", "Press Release No. 12/2021".
static bool release_number(struct gw_scan *scan, const struct gw_text_line *line)
{
    static const char *const labels[] = {"Pressemitteilung",   "Press release number", "Press release no",
                                         "Press Release No",   "Press Release Number", "Pressemitteilung Nr",
                                         "Medienmitteilung Nr"};
    for (size_t i = 0; i < GW_COUNT(labels); i++) {
        struct gw_span text = {scan->text.at + line->start, line->end - line->start};
        ptrdiff_t found = gw_find(text, gw_span_of(labels[i]));
        if (found < 0)
            continue;
        size_t at = line->start + (size_t)found + strlen(labels[i]), begin;
        at += strspn(scan->text.at + at, ".: NnRrOo");
        begin = at;
        at += strspn(scan->text.at + at, "0123456789");
        if (at == begin || at - begin > 4 || scan->text.at[at] != '/')
            continue;
        size_t year = at + 1;
        at = year + strspn(scan->text.at + year, "0123456789");
        if ((at - year != 4 && at - year != 2) || at > line->end)
            continue;
        set_text(&scan->document->doc_number, gw_scan_copy(scan, begin, at));
        gw_scan_mark(scan, begin, at, GW_MARK_DOCNO);
        return true;
    }
    return false;
}

// Does the line hold nothing but this number (and brackets around it)?
static bool alone(const struct gw_scan *scan, const struct gw_docno *number)
{
    const struct gw_text_line *line = &scan->lines[gw_scan_line(scan, number->start)];
    size_t before = number->start - line->start, after = line->end - number->end;
    return before <= strlen("（") && after <= strlen("）") && (before == 0) == (after == 0);
}

// 浙江省人民政府令 on one line, 第318号 on the next.
static bool split_order(struct gw_scan *scan)
{
    for (size_t i = 0; i < scan->number_count; i++) {
        const struct gw_docno *number = &scan->numbers[i];
        size_t line = gw_scan_line(scan, number->start);
        if (number->form != GW_DOCNO_SERIAL || line == 0 || line >= TOP_LINES || !alone(scan, number))
            continue;
        const struct gw_text_line *above = &scan->lines[line - 1];
        if (!gw_scan_before(scan, above->end, "令") && !gw_scan_before(scan, above->end, "公告"))
            continue;
        set_text(&scan->document->doc_number,
                 gw_arena_printf(scan->arena, "%.*s%.*s", (int)(above->end - above->start),
                                 scan->text.at + above->start, (int)(number->end - number->start),
                                 scan->text.at + number->start));
        return true;
    }
    return false;
}

// …的公告（2023年第88号）: a number in brackets that ends the title.
static bool title_number(struct gw_scan *scan)
{
    size_t end = scan->body_at - 1, start;
    if (!gw_scan_before(scan, end, "号）"))
        return false;
    end -= strlen("）");
    for (start = end; start && end - start < TITLE_NUMBER_MAX && !gw_scan_before(scan, start, "（"); start--)
        ;
    int year;
    if (!gw_scan_before(scan, start, "（") || gw_integer_at(scan->text, start, 4, &year) != 4 ||
        !gw_scan_at(scan, start + 4, "年第"))
        return false;
    set_text(&scan->document->doc_number, gw_scan_copy(scan, start, end));
    gw_scan_mark(scan, start, end, GW_MARK_DOCNO);
    return true;
}

void gw_docno_own(struct gw_scan *scan)
{
    Gw__Document *document = scan->document;
    if (!strpbrk(document->doc_number, "0123456789") && !strstr(document->doc_number, "号"))
        document->doc_number = (char *)protobuf_c_empty_string; // 文号：无
    if (document->doc_number[0])
        return;
    size_t top = scan->line_count < TOP_LINES ? scan->line_count : TOP_LINES;
    for (size_t i = 0; i < scan->number_count; i++) {
        const struct gw_docno *number = &scan->numbers[i];
        size_t line = gw_scan_line(scan, number->start);
        if (number->form != GW_DOCNO_SERIAL && line < top && alone(scan, number)) {
            set_text(&document->doc_number, gw_scan_copy(scan, number->start, number->end));
            return;
        }
    }
    if (split_order(scan) || title_number(scan))
        return;
    for (size_t i = 0; i < scan->line_count && i < 6; i++)
        if (release_number(scan, &scan->lines[i]))
            return;
}
