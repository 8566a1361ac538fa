// SPDX-License-Identifier: Apache-2.0
// DESIGN: A document says who it is from in few places, and they are asked in the order of their worth: metadata
// (发文机关), the title's head (国务院、中央军委关于…), the signature. What they name is the issuer and nothing else is
// looked at. A report has none of these: there the first bodies that act (举行, 发布, issued by, announced) in the
// title or the opening are taken, two at most.
#include "issuers.h"

#include "actors.h"
#include "docno.h"

#include <stdlib.h>
#include <string.h>

enum { REPORT_MAX = 4, HEAD_LINES = 8, BESIDE_MAX = 200 };

struct choice {
    struct gw_scan *scan;
    const struct gw_places *places;
    const struct gw_bodies *bodies;
    const struct gw_body **chosen;
    size_t max, count;
    const char *why; // the step that is being taken
};

static bool is_new(const struct choice *choice, const struct gw_body *body)
{
    for (size_t i = 0; i < choice->count; i++)
        if (strcmp(choice->chosen[i]->canonical, body->canonical) == 0)
            return false;
    return true;
}

static void take(struct choice *choice, const struct gw_body *body, Gw__Proof *proof)
{
    struct gw_scan *scan = choice->scan;
    if (choice->count == choice->max || !is_new(choice, body))
        return;
    Gw__Body *issuer = gw_arena_alloc(scan->arena, sizeof *issuer);
    char *name = gw_scan_copy(scan, body->start, body->end);
    if (!issuer || !name || !proof) {
        scan->full = true;
        return;
    }
    gw__body__init(issuer);
    issuer->name = name;
    issuer->canonical = (char *)body->canonical;
    issuer->level = (char *)body->level;
    issuer->proof = proof;
    gw_scan_push(scan, &scan->document->issuers, &scan->document->n_issuers, issuer);
    choice->chosen[choice->count++] = body;
}

static void take_here(struct choice *choice, const struct gw_body *body, unsigned confidence)
{
    take(choice, body, gw_scan_proof(choice->scan, body->start, body->end, confidence, choice->why));
}

// First body that ends behind `at`.
static size_t bodies_from(const struct gw_bodies *bodies, size_t at)
{
    size_t low = 0, high = bodies->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (bodies->at[middle].end <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_between(const struct gw_scan *scan, size_t start, size_t end)
{
    static const char *const joints[] = {"、", "，", ",",  " ",    "\xe3\x80\x80", "\xc2\xa0", "和",   "与",  "及",
                                         ";",  "；", "\n", "and ", "und ",         "& ",       "联合", "会同"};
    while (start < end) {
        size_t n = 0;
        for (size_t i = 0; i < GW_COUNT(joints) && !n; i++)
            n = gw_scan_at(scan, start, joints[i]) ? strlen(joints[i]) : 0;
        if (!n)
            return false;
        start += n;
    }
    return start == end;
}

// All bodies of [start, end) when nothing but bodies and joints stands there; 0 otherwise.
static size_t only_bodies(const struct choice *choice, size_t start, size_t end, size_t *ret_first)
{
    const struct gw_bodies *bodies = choice->bodies;
    size_t first = bodies_from(bodies, start), i = first, at = start;
    for (; i < bodies->count && bodies->at[i].start < end; i++) {
        if (!is_between(choice->scan, at, bodies->at[i].start))
            return 0;
        at = bodies->at[i].end;
    }
    *ret_first = first;
    return i > first && is_between(choice->scan, at, end) ? i - first : 0;
}

// ---- metadata

static void from_label(struct choice *choice)
{
    struct gw_span label = choice->scan->issuer_label;
    if (!label.bytes)
        return;
    size_t start = (size_t)(label.at - choice->scan->text.at), first;
    size_t n = only_bodies(choice, start, start + label.bytes, &first);
    for (size_t i = 0; i < n; i++)
        take_here(choice, &choice->bodies->at[first + i], 950);
}

// ---- the title's head

// What a document's title goes on with behind its issuers; a report's ("X: …", X召开…) is weighed with the rest of it.
static bool heads_title(const struct gw_scan *scan, size_t at)
{
    static const char *const words[] = {"关于", "对",   "印发", "令",   "公告", "通告",
                                        "决定", "转发", "批转", "通报", "公布"};
    for (size_t i = 0; i < GW_COUNT(words); i++)
        if (gw_scan_at(scan, at, words[i]))
            return true;
    return false;
}

static void from_title_at(struct choice *choice, size_t start, size_t end)
{
    const struct gw_bodies *bodies = choice->bodies;
    size_t first = bodies_from(bodies, start), last = first, at = start;
    while (last < bodies->count && bodies->at[last].end <= end && is_between(choice->scan, at, bodies->at[last].start))
        at = bodies->at[last++].end;
    while (at < end && choice->scan->text.at[at] == ' ')
        at++;
    if (last == first || !heads_title(choice->scan, at))
        return;
    for (size_t i = first; i < last; i++)
        take_here(choice, &bodies->at[i], 950);
}

// The title, or where the body repeats it over two lines, its first line.
static void from_title(struct choice *choice)
{
    const struct gw_scan *scan = choice->scan;
    from_title_at(choice, 0, scan->body_at - 1);
}

// ---- the signature

// A date alone on the line, in brackets perhaps.
static bool is_day_line(const struct gw_scan *scan, size_t line)
{
    const struct gw_text_line *l = &scan->lines[line];
    size_t start = l->start + (gw_scan_at(scan, l->start, "（") ? strlen("（") : 0);
    size_t end = l->end - (gw_scan_before(scan, l->end, "）") ? strlen("）") : 0);
    return start < end && scan->marks[start] & GW_MARK_DATE && scan->marks[end - 1] & GW_MARK_DATE;
}

// 经济产业局 2024年3月1日: bodies and their day on one line.
static bool take_beside_day(struct choice *choice, size_t line)
{
    const struct gw_scan *scan = choice->scan;
    const struct gw_text_line *l = &scan->lines[line];
    size_t start = l->start, end = l->end, first;
    if (end - start > BESIDE_MAX)
        return false;
    if (scan->marks[start] & GW_MARK_DATE)
        while (start < end && scan->marks[start] & GW_MARK_DATE)
            start++;
    else
        while (end > start && scan->marks[end - 1] & GW_MARK_DATE)
            end--;
    size_t n = end - start < l->end - l->start ? only_bodies(choice, start, end, &first) : 0;
    for (size_t i = 0; i < n; i++)
        take_here(choice, &choice->bodies->at[first + i], 950);
    return n > 0;
}

// The bodies on the lines right above `line`.
static void take_above(struct choice *choice, size_t line)
{
    for (size_t above = line, lines = 0; above > 1 && lines < 4; above--, lines++) {
        const struct gw_text_line *l = &choice->scan->lines[above - 1];
        size_t first, n = only_bodies(choice, l->start, l->end, &first);
        for (size_t i = 0; i < n; i++)
            take_here(choice, &choice->bodies->at[first + i], 950);
        if (!n)
            break;
    }
}

// A signature at the head names all who issue, also beside a 责任部门; the last one in the text speaks when nothing
// above did.
static void from_signature(struct choice *choice)
{
    const struct gw_scan *scan = choice->scan;
    for (size_t line = 1; line < scan->line_count && line < HEAD_LINES; line++)
        if (!take_beside_day(choice, line) && is_day_line(scan, line))
            take_above(choice, line);
    for (size_t line = scan->line_count; line > 2 && !choice->count; line--)
        if (!take_beside_day(choice, line - 1) && is_day_line(scan, line - 1))
            take_above(choice, line - 1);
}

// ---- an order's number names its issuer: 中华人民共和国国务院令 第707号

static void from_order(struct choice *choice)
{
    const struct gw_scan *scan = choice->scan;
    for (size_t i = 0; i < scan->number_count; i++) {
        const struct gw_docno *number = &scan->numbers[i];
        if (number->form != GW_DOCNO_ORDER || gw_scan_line(scan, number->start) > 8)
            continue;
        size_t b = bodies_from(choice->bodies, number->start);
        if (b < choice->bodies->count && choice->bodies->at[b].start <= number->start + strlen("中华人民共和国") &&
            choice->bodies->at[b].end <= number->end)
            take_here(choice, &choice->bodies->at[b], 900);
        return;
    }
}

// ---- the page's source, when it is a public body

static void from_source(struct choice *choice)
{
    const struct gw_scan *scan = choice->scan;
    size_t first, n = only_bodies(choice, scan->source_at, scan->text.bytes, &first);
    for (size_t i = 0; i < n; i++)
        take_here(choice, &choice->bodies->at[first + i], 900);
}

// ---- reports

// "From: HM Treasury and Ministry of Housing": of those who publish together the report may name one alone.
static void join_source(struct choice *choice)
{
    const struct gw_scan *scan = choice->scan;
    size_t first, n = only_bodies(choice, scan->source_at, scan->text.bytes, &first);
    bool named = false;
    for (size_t i = 0; i < n; i++)
        named |= !is_new(choice, &choice->bodies->at[first + i]);
    for (size_t i = 0; named && i < n; i++)
        take_here(choice, &choice->bodies->at[first + i], 850);
}

static void from_report(struct choice *choice)
{
    const struct gw_body *actors[REPORT_MAX];
    size_t count = gw_actors_pick(choice->scan, choice->places, choice->bodies, actors, REPORT_MAX);
    for (size_t i = 0; i < count; i++)
        take_here(choice, actors[i], 700);
    join_source(choice);
}

void gw_issuers_read(struct gw_scan *scan, const struct gw_places *places, const struct gw_bodies *bodies,
                     const struct gw_body **ret_chosen, size_t max, size_t *ret_count)
{
    struct choice choice = {.scan = scan, .places = places, .bodies = bodies, .chosen = ret_chosen, .max = max};
    // A site's name ("City of Detroit") is worth less than the body that acts; a Chinese source is the issuer itself.
    static const struct step {
        void (*take)(struct choice *choice);
        const char *why;
    } label = {from_label, "the metadata names it (发文机关)"}, title = {from_title, "head of the title"},
      signature = {from_signature, "signs above the date"}, order = {from_order, "in the number of the order"},
      from = {from_source, "source of the page"},
      report = {from_report, "acts in the report (举行, 发布, issued by, announced)"};
    bool latin = strcmp(scan->lang, "zh") != 0;
    const struct step *const steps[] = {
        &label, &title, &signature, &order, latin ? &report : &from, latin ? &from : &report};
    for (size_t i = 0; i < GW_COUNT(steps); i++) {
        choice.why = steps[i]->why;
        if (!choice.count || steps[i] == &signature)
            steps[i]->take(&choice);
    }
    *ret_count = choice.count;
}
