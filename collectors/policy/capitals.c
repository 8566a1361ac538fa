// SPDX-License-Identifier: Apache-2.0
#include "capitals.h"

#include <string.h>

enum { WORDS_MAX = 14 };

struct word {
    size_t start, end;
    bool capital, joint; // joint: of, for, and, the … between capitals
    int head;            // row of HEADS; -1: none
};

// What makes a run a body: first or last word of it, with the level it speaks for.
static const struct {
    const char *word, *level;
    bool opens; // stands first: "Ministry of …", "City of …"
} HEADS[] = {
    // by first letter, so that few are compared; a unit test keeps the order
    {"Administration", "other", true},
    {"Agency", "other", true},
    {"Authority", "other", true},
    {"Behörde", "provincial", true},
    {"Bezirksregierung", "provincial", true},
    {"Board", "other", true},
    {"Bundesamt", "national", true},
    {"Bundesanstalt", "national", true},
    {"Bundesinstitut", "national", true},
    {"Bundesministerium", "national", true},
    {"Bundeszentrale", "national", true},
    {"Bureau", "other", true},
    {"Cabinet", "national", false},
    {"City", "municipal", true},
    {"Commission", "other", true},
    {"Commissioners", "other", false},
    {"Committee", "other", true},
    {"Corporation", "other", false},
    {"Council", "other", true},
    {"County", "county", true},
    {"Court", "other", true},
    {"Department", "other", true},
    {"Directorate", "other", true},
    {"District", "other", false},
    {"Gemeinde", "municipal", true},
    {"Government", "other", true},
    {"Kultusministerium", "provincial", true},
    {"Landesamt", "provincial", true},
    {"Landesregierung", "provincial", true},
    {"Landkreis", "county", true},
    {"Landratsamt", "county", true},
    {"Landtag", "provincial", true},
    {"Legislature", "provincial", false},
    {"Ministerium", "provincial", true},
    {"Ministry", "national", true},
    {"Office", "other", true},
    {"Ombudsman", "other", false},
    {"Parliament", "national", true},
    {"Polizei", "other", true},
    {"Polizeipräsidium", "provincial", true},
    {"Regierungspräsidium", "provincial", true},
    {"Secretariat", "other", true},
    {"Senate", "national", false},
    {"Senatsverwaltung", "provincial", true},
    {"Service", "other", false},
    {"Staatskanzlei", "provincial", true},
    {"Staatsministerium", "provincial", true},
    {"Stadt", "municipal", true},
    {"State", "provincial", true},
    {"Town", "municipal", true},
    {"Treasury", "national", false},
    {"Tribunal", "other", false},
    {"Umweltministerium", "provincial", true},
    {"Village", "municipal", true},
    {"Wirtschaftsministerium", "provincial", true},
};

static const char *const JOINTS[] = {"of", "for", "and", "the", "&", "on", "de"};
// These join every second pair of German nouns, so only behind a head.
static const char *const GERMAN_JOINTS[] = {"für", "und", "der", "des", "von", "zur"};

static const char *const NOT_FIRST[] = {
    "The",    "This",    "That",      "In",       "On",      "At",       "For",    "From",      "By",     "And",
    "A",      "An",      "If",        "When",     "As",      "Our",      "Its",    "Das",       "Die",    "Der",
    "Des",    "Im",      "Am",        "Bei",      "With",    "To",       "Visit",  "Contact",   "Please", "Call",
    "Other",  "Each",    "Local",     "All",      "Under",   "Former",   "Mr",     "Ms",        "See",    "About",
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday",  "Saturday", "Sunday", "Following", "While",  "After",
    "Before", "Since",   "Both",      "Another",  "Mit",     "Eine",     "Ein",    "Read",      "View",   "New",
    "Join",   "Regular", "Special",   "Annual",   "Monthly", "Official", "Weekly"};

static bool is_letter(unsigned char c)
{
    return gw_is_alpha(c) || c >= 0x80;
}

static struct word word_at(const struct gw_scan *scan, size_t at)
{
    const char *text = scan->text.at;
    struct word word = {.start = at, .end = at};
    while (word.end < scan->text.bytes &&
           (is_letter((unsigned char)text[word.end]) || gw_is_digit((unsigned char)text[word.end]) ||
            ((text[word.end] == '\'' || text[word.end] == '-' || text[word.end] == '&') && word.end > at)))
        word.end++;
    if (word.end == at && text[at] == '&')
        word.end++;
    if (word.end - at == 1 && text[at] == 'U' && gw_scan_at(scan, at, "U.S."))
        word.end = at + 4;
    if (word.end - at > 2 && memcmp(text + word.end - 2, "'s", 2) == 0)
        word.end -= 2;
    word.capital = word.end > at && text[at] >= 'A' && text[at] <= 'Z';
    return word;
}

static bool is(const struct gw_scan *scan, const struct word *word, const char *text)
{
    const char *p = scan->text.at + word->start, *end = scan->text.at + word->end;
    while (p < end && *p == *text) {
        p++;
        text++;
    }
    return p == end && !*text;
}

static bool is_any(const struct gw_scan *scan, const struct word *word, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is(scan, word, list[i]))
            return true;
    return false;
}

static int find_head(const struct gw_scan *scan, const struct word *word)
{
    size_t low = 0, high = GW_COUNT(HEADS);
    char c = word->capital ? scan->text.at[word->start] : '\0';
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (HEADS[middle].word[0] < c)
            low = middle + 1;
        else
            high = middle;
    }
    for (size_t i = low; i < GW_COUNT(HEADS) && HEADS[i].word[0] == c; i++)
        if (is(scan, word, HEADS[i].word))
            return (int)i;
    return -1;
}

// "Oklahoma City" is a place, "City Council" a body: heads that do not make one standing last.
static bool closes(const struct gw_scan *scan, const struct word *word)
{
    static const char *const never[] = {"City",     "County",  "Town",  "Village",  "State",
                                        "District", "Service", "Stadt", "Gemeinde", "Landkreis"};
    return word->head >= 0 && !is_any(scan, word, never, GW_COUNT(never));
}

static bool shouts(const struct gw_scan *scan, const struct word *word)
{
    if (word->end - word->start < 4)
        return false;
    for (size_t i = word->start; i < word->end; i++)
        if (scan->text.at[i] >= 'a' && scan->text.at[i] <= 'z')
            return false;
    return true;
}

// "Ministry of Housing, Communities and Local Government": does what stands behind the comma end in "and Y"?
static bool enumerates(const struct gw_scan *scan, const struct word *words, size_t count, size_t at)
{
    bool of = false;
    for (size_t i = 0; i + 1 < count; i++)
        of |= words[i].head >= 0 &&
              (is(scan, &words[i + 1], "of") || is(scan, &words[i + 1], "for") || is(scan, &words[i + 1], "für"));
    for (unsigned item = 0; of && item < 3; item++) {
        struct word word = word_at(scan, at);
        for (unsigned i = 0; i < 2 && word.capital && scan->text.at[word.end] == ' ';
             i++) { // items of up to three words
            struct word next = word_at(scan, word.end + 1);
            if (is(scan, &next, "and") || is(scan, &next, "und"))
                return word_at(scan, next.end + 1).capital;
            word = next;
        }
        if (!word.capital || !gw_scan_at(scan, word.end, ", "))
            return false;
        at = word.end + 2;
    }
    return false;
}

// Words of one run from `at`; joints at its end are not in it.
static size_t collect(const struct gw_scan *scan, size_t at, struct word *words)
{
    size_t count = 0, kept = 0;
    bool headed = false;
    while (count < WORDS_MAX && at < scan->text.bytes) {
        struct word word = word_at(scan, at);
        if (word.end == word.start)
            break;
        word.joint = !word.capital && count &&
                     (is_any(scan, &word, JOINTS, GW_COUNT(JOINTS)) ||
                      (headed && is_any(scan, &word, GERMAN_JOINTS, GW_COUNT(GERMAN_JOINTS))));
        if (!word.capital && !word.joint)
            break;
        if (count && shouts(scan, &word) != shouts(scan, &words[0]) && !word.joint)
            break;
        word.head = find_head(scan, &word);
        headed |= word.head >= 0;
        words[count++] = word;
        if (word.capital)
            kept = count;
        at = word.end;
        if (at < scan->text.bytes && scan->text.at[at] == ' ')
            at++;
        else if (gw_scan_at(scan, at, ", ") && word.capital && enumerates(scan, words, count, at + 2))
            at += 2;
        else
            break;
    }
    return kept;
}

// The part of words that is one body: from the first word to before an "and" whose other side has a head of its own.
static bool carve_from(const struct gw_scan *scan, const struct word *words, size_t first, size_t count,
                       struct gw_run *run)
{
    while (first < count && (is_any(scan, &words[first], NOT_FIRST, GW_COUNT(NOT_FIRST)) || words[first].joint))
        first++;
    size_t end = count;
    int head = -1;
    bool heads = false;
    for (size_t i = first; i < count; i++) {
        int h = words[i].head;
        if (h >= 0 && heads && i > first + 1) { // "City of Austin and Austin Housing Finance Corporation"
            for (size_t j = i; j > first + 1; j--)
                if (is(scan, &words[j - 1], "and") || is(scan, &words[j - 1], "&")) {
                    end = j - 1;
                    break;
                }
            if (end < count)
                break;
        }
        if (h >= 0) {
            if (head < 0 || strcmp(HEADS[head].level, "other") == 0)
                head = h;
            heads = true;
        }
    }
    static const char *const tails[] = {"Meeting", "MEETING",  "Meetings", "MEETINGS", "Hearings",
                                        "Agendas", "Notices",  "Hearing",  "Agenda",   "Minutes",
                                        "Program", "Training", "Calendar", "News",     "Department Department"};
    while (end > first && (words[end - 1].joint || is_any(scan, &words[end - 1], tails, GW_COUNT(tails))))
        end--;
    // "City of Marion Building Department": the city is who speaks.
    int opens_with = words[first].head;
    if (opens_with >= 0 && HEADS[opens_with].opens &&
        (strcmp(HEADS[opens_with].level, "municipal") == 0 || strcmp(HEADS[opens_with].level, "county") == 0) &&
        end > first + 3)
        for (size_t i = first + 3; i < end; i++)
            if (words[i].head >= 0) {
                end = first + 3;
                break;
            }
    if (head < 0 || end < first + 2)
        return false;
    int opening = words[first].head;
    bool closing = closes(scan, &words[end - 1]);
    bool of = first + 2 < end && words[first + 1].joint && !is(scan, &words[first + 1], "and");
    bool german =
        opening >= 0 && strchr("SLGBP", HEADS[opening].word[0]) && !of && end - first == 2 && HEADS[opening].opens;
    bool inside = false; // "Detroit Board of Police Commissioners", "Detroit Department of Transportation"
    for (size_t i = first + 1; i + 2 < end + 1; i++)
        inside |= words[i].head >= 0 && HEADS[words[i].head].opens && i + 1 < end && is(scan, &words[i + 1], "of");
    bool opened = opening >= 0 && HEADS[opening].opens && (of || german);
    if (!opened && !closing && !inside)
        return false;
    const char *level = HEADS[head].level;
    for (size_t i = first; i < end; i++) {
        if (is(scan, &words[i], "City") || is(scan, &words[i], "Municipal") || is(scan, &words[i], "Stadt"))
            level = "municipal";
        else if (is(scan, &words[i], "County"))
            level = "county";
        else if (is(scan, &words[i], "Provincial"))
            level = "provincial";
        else if (is(scan, &words[i], "Federal") || is(scan, &words[i], "National") || is(scan, &words[i], "U.S."))
            level = "national";
    }
    *run = (struct gw_run){.start = (uint32_t)words[first].start, .end = (uint32_t)words[end - 1].end, .level = level};
    return true;
}

static bool is_adjective_of_land(const struct gw_scan *scan, const struct word *word)
{
    struct gw_span text = {scan->text.at + word->start, word->end - word->start};
    return word->capital && (gw_ends_with(text, "sche") || gw_ends_with(text, "sches") || gw_ends_with(text, "schen") ||
                             gw_ends_with(text, "scher"));
}

// Where the whole is no body, what begins at a head inside it may be: "Funding Department of …", "Veranstaltung der
// Stadt Ahlen".
static bool carve(const struct gw_scan *scan, const struct word *words, size_t count, struct gw_run *run)
{
    if (carve_from(scan, words, 0, count, run))
        return true;
    for (size_t i = 1; i + 1 < count; i++) {
        int head = words[i].head;
        if (head < 0 || !HEADS[head].opens || !carve_from(scan, words, i, count, run))
            continue;
        if (is_adjective_of_land(scan, &words[i - 1])) // Bayerisches Staatsministerium
            run->start = (uint32_t)words[i - 1].start;
        return true;
    }
    return false;
}

// Most capitals begin a sentence or are one name: no blank behind the word, or a small word that joins nothing.
static bool stands_alone(const struct gw_scan *scan, size_t at)
{
    size_t end = at;
    while (end < scan->text.bytes && is_letter((unsigned char)scan->text.at[end]))
        end++;
    char c = scan->text.at[end], then = c == ' ' ? scan->text.at[end + 1] : '\0';
    return c == '\n' || c == '.' ? !gw_scan_at(scan, at, "U.S.")
                                 : c == ' ' && then >= 'a' && then <= 'z' && !strchr("aofdtuvz", then);
}

bool gw_run_next(const struct gw_scan *scan, size_t *next, struct gw_run *ret_run)
{
    struct word words[WORDS_MAX];
    const struct gw_anchors *capitals = &scan->anchors[GW_ANCHOR_CAPITAL];
    while (*next < capitals->count) {
        size_t at = capitals->at[(*next)++];
        if (stands_alone(scan, at))
            continue;
        size_t count = collect(scan, at, words);
        bool headed = false;
        for (size_t k = 0; k < count; k++)
            headed |= words[k].head >= 0;
        bool found = headed && count >= 2 && carve(scan, words, count, ret_run);
        size_t end = found ? ret_run->end : count ? words[count - 1].end : at;
        while (*next < capitals->count && capitals->at[*next] < end)
            (*next)++;
        if (found && (ret_run->start >= scan->source_at || !(scan->marks[ret_run->start] & GW_MARK_LABEL)))
            return true;
    }
    return false;
}
