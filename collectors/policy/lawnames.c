// SPDX-License-Identifier: Apache-2.0
#include "lawnames.h"

#include <string.h>

enum { WORDS_MAX = 12 };

// ---- German: one long word

bool gw_law_next_german(const struct gw_scan *scan, size_t *next, struct gw_law *ret_law)
{
    static const char *const endings[] = {"verordnung", "gesetz", "gesetzes", "gesetzbuch"};
    const struct gw_anchors *capitals = &scan->anchors[GW_ANCHOR_CAPITAL];
    while (*next < capitals->count) {
        size_t begin = capitals->at[(*next)++], i = begin;
        while (i < scan->text.bytes && (gw_is_alpha((unsigned char)scan->text.at[i]) || scan->text.at[i] & 0x80 ||
                                        scan->text.at[i] == '-' || gw_is_digit((unsigned char)scan->text.at[i])))
            i++;
        struct gw_span word = {scan->text.at + begin, i - begin};
        while (*next < capitals->count && capitals->at[*next] < i) // Corona-Schutzmaßnahmen
            (*next)++;
        for (size_t j = 0; j < GW_COUNT(endings); j++) {
            if (!gw_ends_with(word, endings[j]) || word.bytes < strlen(endings[j]) + 8 || begin < scan->body_at)
                continue;
            *ret_law = (struct gw_law){begin, begin + word.bytes, word};
            ret_law->title.bytes -= j == 2 ? strlen("es") : 0;
            return true;
        }
    }
    return false;
}

// ---- English: capitals that end in a kind of text

// What a name ends in, and how many words it has at least. `the`: too many things are called so; only behind "the".
static const struct {
    const char *word;
    unsigned least;
    bool the;
} ENDINGS[] = {{"Act", 2, false},        {"Directive", 3, false}, {"Ordinance", 3, false},
               {"Convention", 3, false}, {"Treaty", 3, false},    {"Bill", 3, true},
               {"Strategy", 4, true},    {"Plan", 4, true},       {"Framework", 4, true}};

static const char *const JOINTS[] = {"of", "for", "and", "the", "on", "at", "in", "to", "with", "&"};
static const char *const NOT_FIRST[] = {"The",  "This",  "That", "In",  "On",    "Under", "For",   "By",
                                        "And",  "A",     "An",   "If",  "When",  "As",    "Our",   "Its",
                                        "With", "To",    "Each", "All", "New",   "These", "Both",  "From",
                                        "At",   "Since", "See",  "How", "About", "While", "After", "No"};

static struct gw_span word_at(const struct gw_scan *scan, size_t at)
{
    size_t end = at;
    while (end < scan->text.bytes &&
           (gw_is_alpha((unsigned char)scan->text.at[end]) ||
            ((scan->text.at[end] == '\'' || scan->text.at[end] == '-' || scan->text.at[end] == '&') && end >= at) ||
            gw_scan_at(scan, end, "’")))
        end += gw_scan_at(scan, end, "’") ? strlen("’") : 1;
    return (struct gw_span){scan->text.at + at, end - at};
}

static bool one_of(struct gw_span word, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (gw_span_is(word, list[i]))
            return true;
    return false;
}

// " 2025", " of 2021" behind a name.
static size_t year_end(const struct gw_scan *scan, size_t at)
{
    size_t from = at + (gw_scan_at(scan, at, " of ") ? strlen(" of ") : gw_scan_at(scan, at, " "));
    size_t digits = strspn(scan->text.at + from, "0123456789");
    return from > at && digits == 4 ? from + 4 : at;
}

bool gw_law_next_english(const struct gw_scan *scan, size_t *next, struct gw_law *ret_law)
{
    const struct gw_anchors *capitals = &scan->anchors[GW_ANCHOR_CAPITAL];
    while (*next < capitals->count) {
        const uint32_t *at_first = &capitals->at[*next];
        size_t start = capitals->at[(*next)++], at = start, end = start;
        unsigned words = 0, capital_words = 0, ands = 0;
        size_t second = 0; // where the part behind the first "and" begins
        bool law = false, capital_before = false;
        for (; words < WORDS_MAX; words++) {
            struct gw_span word = word_at(scan, at);
            bool capital = word.bytes && word.at[0] >= 'A' && word.at[0] <= 'Z';
            if (!word.bytes || (!capital && !(words && one_of(word, JOINTS, GW_COUNT(JOINTS)))))
                break;
            capital_words += capital;
            ands += gw_span_is(word, "and");
            if (capital && ands == 1 && !second)
                second = (size_t)(word.at - scan->text.at);
            at = (size_t)(word.at - scan->text.at) + word.bytes;
            // "Senators Introduce the Clean Air Act": a headline's capitals; the name begins behind its "the"
            if (gw_span_is(word, "the") && capital_before) {
                start = at + 1;
                capital_words = ands = 0;
                second = 0;
            }
            capital_before = capital;
            if (capital) {
                end = at;
                law = false;
                for (size_t i = 0; i < GW_COUNT(ENDINGS); i++)
                    law |= capital_words >= ENDINGS[i].least && gw_span_is(word, ENDINGS[i].word) &&
                           (!ENDINGS[i].the || gw_scan_before(scan, start, "the "));
            }
            if (at >= scan->text.bytes || scan->text.at[at] != ' ')
                break;
            at++;
        }
        while (words && *next < capitals->count && capitals->at[*next] < end)
            (*next)++;
        struct gw_span first = word_at(scan, start);
        if (law && one_of(first, NOT_FIRST, GW_COUNT(NOT_FIRST))) // begin again behind it
            *next = (size_t)(at_first + 1 - capitals->at);
        if (!law || one_of(first, NOT_FIRST, GW_COUNT(NOT_FIRST)) || scan->marks[start] & GW_MARK_LABEL ||
            start < scan->body_at)
            continue;
        if (ands > 1) // "X and the Y and Z Act": what stands before the first of two is another thing
            start = second;
        end = year_end(scan, end);
        *ret_law = (struct gw_law){start, end, {scan->text.at + start, end - start}};
        return true;
    }
    return false;
}
