// SPDX-License-Identifier: Apache-2.0
#include "latinnames.h"

#include <string.h>

enum { NAME_WORDS = 4, TITLE_MAX = 200, HONOURS_MAX = 4 };

static const char *const NO_NAME[] = {
    "The",
    "This",
    "In",
    "On",
    "At",
    "For",
    "And",
    "Of",
    "Office",
    "Commission",
    "Department",
    "Council",
    "City",
    "County",
    "State",
    "Act",
    "Day",
    "House",
    "Senate",
    "Committee",
    "Board",
    "Meeting",
    "General",
    "Executive",
    "Order",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
    "National",
    "American",
    "United",
    "States",
    "Ministry",
    "Bureau",
    "Agency",
    "Administration",
    "Government",
    "Party",
    "Policy",
    "Public",
    "Health",
    "Services",
    "Security",
    "Center",
    "Association",
    "University",
    "School",
    "District",
    "Division",
    "Affairs",
    "New",
    "Chair",
    "Director",
    "President",
    "Secretary",
    "Minister",
    "Deputy",
    "Vice",
    "Mayor",
    "Governor",
    "Officer",
    "Chief",
    "Elect",
    "Emeritus",
    "Photo",
    "Contact",
    "It",
    "We",
    "He",
    "She",
    "They",
    "His",
    "Her",
    "Our",
    "As",
    "By",
    "To",
    "I",
    "A",
    "An",
    "When",
    "That",
    "Each",
    "Every",
    "Street",
    "Avenue",
    "Road",
    "Building",
    "Room",
    "Park",
    "Bundesregierung",
    "Bundestag",
    "Das",
    "Die",
    "Der",
    "Und",
    "Im",
    "Court",
    "Judge",
    "Attorney",
    "Congress",
    "Federal",
    "Republic",
    "People",
    "Christmas",
    "Conf",
    "Rm",
    "Authority",
    "Information",
    "MP",
    "MSP",
    "MEP",
    "MLA",
    "QC",
    "KC",
    "MBE",
    "CBE",
    "OBE",
    "AO",
    "AM",
    "Hon",
    "White",
};

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

// Letters, hyphens, and apostrophes before a capital; typographic marks (U+2000 …) end a word.
static size_t word_end(const struct gw_scan *scan, size_t at)
{
    const char *text = scan->text.at;
    for (; at < scan->text.bytes; at++) {
        unsigned char c = (unsigned char)text[at];
        if (c == 0xe2 && gw_scan_at(scan, at, "’") && is_upper(text[at + 3])) {
            at += 2;
            continue;
        }
        bool apostrophe = c == '\'' && at + 1 < scan->text.bytes && is_upper(text[at + 1]);
        if (c == 0xe2 || c == 0xe3 || !(gw_is_alpha(c) || c >= 0x80 || c == '-' || apostrophe))
            break;
    }
    return at;
}

static bool is_listed(const struct gw_scan *scan, size_t start, size_t end)
{
    struct gw_span word = {scan->text.at + start, end - start};
    for (size_t i = 0; i < GW_COUNT(NO_NAME); i++)
        if (gw_span_is(word, NO_NAME[i]))
            return true;
    return false;
}

// What a minister or secretary is of: "Secretary of Homeland Security Janet Napolitano".
static const char *const FIELDS[] = {
    "State",
    "Defense",
    "Treasury",
    "the",
    "Labor",
    "Labour",
    "Education",
    "Energy",
    "Commerce",
    "Agriculture",
    "Transportation",
    "Transport",
    "Interior",
    "Justice",
    "Homeland",
    "Security",
    "Veterans",
    "Veterans'",
    "Affairs",
    "Health",
    "Human",
    "Services",
    "Housing",
    "Urban",
    "Development",
    "Finance",
    "Foreign",
    "Trade",
    "Industry",
    "Investment",
    "Tourism",
    "National",
    "Public",
    "Works",
    "Environment",
    "Science",
    "Technology",
    "Culture",
    "Sport",
    "Sports",
    "Youth",
    "Information",
    "Communications",
    "Economic",
    "Economy",
    "Growth",
    "Job",
    "Creation",
    "Exchequer",
    "Manpower",
    "Jobs",
    "Skills",
    "Digital",
    "Communities",
    "Home",
    "Families",
    "Seniors",
    "Children",
    "Women",
    "Equality",
    "Equalities",
    "Innovation",
    "Fisheries",
    "Forestry",
    "Mines",
    "Minerals",
    "Resources",
    "Railways",
    "Roads",
    "Highways",
    "Textiles",
    "Steel",
    "Coal",
    "Power",
    "Petroleum",
    "Natural",
    "Gas",
    "Ports",
    "Shipping",
    "Civil",
    "Aviation",
    "Law",
    "Legal",
    "Aged",
    "Care",
    "Disability",
    "Emergency",
    "Infrastructure",
    "Regional",
    "Small",
    "Business",
    "Cities",
    "Cyber",
    "Media",
    "Heritage",
    "Immigration",
    "Citizenship",
    "Indigenous",
    "Food",
    "Oceans",
    "Higher",
    "Training",
    "Employment",
    "Workplace",
    "Relations",
    "Consumer",
    "Revenue",
    "Planning",
    "Policing",
    "Space",
    "Arts",
    "Rights",
    "Net",
    "Zero",
    "Policy",
    "Cooperation",
    "Insurance",
    "Pensions",
    "Work",
    "Levelling",
    "Up",
    "Trade,",
    "Family",
    "Petroleum,",
    "New",
    "Renewable",
    "Electronics",
    "Local",
    "Government",
    "Rural",
    "Land",
    "Water",
    "Climate",
    "Change",
    "and",
    "&",
    "of",
    "Social",
    "Welfare",
    "Gender",
    "Entertainment",
};

// A word of a name: "Joe", "O'Brien", "J.", "SubbaRao".
static size_t name_word(const struct gw_scan *scan, size_t at)
{
    bool umlaut = gw_scan_at(scan, at, "Ä") || gw_scan_at(scan, at, "Ö") || gw_scan_at(scan, at, "Ü") ||
                  gw_scan_at(scan, at, "É");
    if (at >= scan->text.bytes || (!is_upper(scan->text.at[at]) && !umlaut))
        return 0;
    size_t end = word_end(scan, at);
    if (end - at == 1)
        return end < scan->text.bytes && scan->text.at[end] == '.' ? end + 1 : 0;
    if (is_listed(scan, at, end))
        return 0;
    bool shouting = end - at > 3;
    for (size_t i = at; i < end; i++)
        shouting &= !(scan->text.at[i] >= 'a' && scan->text.at[i] <= 'z');
    struct gw_span word = {scan->text.at + at, end - at};
    return shouting || gw_find(word, GW_SPAN("--")) >= 0 ? 0 : end;
}

// A name that begins at `at`: its end, and how many words; 0 when it is none.
static size_t name_at(const struct gw_scan *scan, size_t at, unsigned *ret_words)
{
    size_t end = 0;
    *ret_words = 0;
    while (*ret_words < NAME_WORDS) {
        size_t word = name_word(scan, at);
        if (!word)
            break;
        end = word;
        (*ret_words)++;
        if (word >= scan->text.bytes || scan->text.at[word] != ' ')
            break;
        at = word + 1;
    }
    return end;
}

// "of Homeland Security " behind an office: where the name would begin.
static size_t skip_field(const struct gw_scan *scan, size_t at)
{
    if (!gw_scan_at(scan, at, "of ") && !gw_scan_at(scan, at, "for "))
        return at;
    for (unsigned words = 0; words < 8; words++) {
        size_t end = at;
        while (end < scan->text.bytes && scan->text.at[end] != ' ' && scan->text.at[end] != '\n')
            end++;
        struct gw_span word = {scan->text.at + at, end - at};
        word.bytes -= gw_ends_with(word, ",") || gw_ends_with(word, "’");
        bool field = gw_span_eq(word, GW_SPAN("for"));
        for (size_t i = 0; i < GW_COUNT(FIELDS) && !field; i++)
            field = gw_span_is(word, FIELDS[i]);
        if (!field || end >= scan->text.bytes || scan->text.at[end] != ' ')
            break;
        at = end + 1;
    }
    return at;
}

static size_t skip_honours(const struct gw_scan *scan, size_t at)
{
    static const char *const honours[] = {"Professor ",
                                          "Dr. ",
                                          "Prof. ",
                                          "Hon. ",
                                          "Dr ",
                                          "Mr. ",
                                          "Ms. ",
                                          "Mrs. ",
                                          "Sir ",
                                          "Dame ",
                                          "the Hon. ",
                                          "the Honourable ",
                                          "Honourable ",
                                          "Her Excellency ",
                                          "His Excellency ",
                                          "Senator the Hon. ",
                                          "the Hon ",
                                          "The Hon ",
                                          "Hon ",
                                          "Mr ",
                                          "Ms ",
                                          "Mrs ",
                                          "Miss ",
                                          "Shri ",
                                          "Smt. ",
                                          "Smt ",
                                          "Lord ",
                                          "Baroness ",
                                          "Datuk ",
                                          "Dato' ",
                                          "Rt Hon ",
                                          "Tan Sri ",
                                          "the Rt Hon ",
                                          "Senator the Hon "};
    for (size_t round = 0, from = at + 1; round < HONOURS_MAX && from != at; round++) {
        from = at;
        for (size_t i = 0; i < GW_COUNT(honours) && at == from; i++)
            if (gw_scan_at(scan, at, honours[i]))
                at += strlen(honours[i]);
    }
    return at;
}

// The name that ends at `end`.
static size_t name_before(const struct gw_scan *scan, size_t end, unsigned *ret_words)
{
    size_t begin = end, at = end;
    *ret_words = 0;
    while (*ret_words < NAME_WORDS && at) {
        size_t word = at;
        while (word && scan->text.at[word - 1] != ' ' && scan->text.at[word - 1] != '\n' &&
               scan->text.at[word - 1] != ',' && scan->text.at[word - 1] != '(' && at - word < 30)
            word--;
        if (name_word(scan, word) != at)
            break;
        begin = word;
        (*ret_words)++;
        if (!word || scan->text.at[word - 1] != ' ')
            break;
        at = word - 1;
    }
    return begin;
}

// Offices that are named with a bare surname: President Obama.
static bool takes_surname(const struct gw_scan *scan, const struct gw_hit *office)
{
    static const char *const offices[] = {"President",     "Vice President", "Prime Minister", "Chancellor",
                                          "Mayor",         "Governor",       "Senator",        "Bundeskanzlerin",
                                          "Bundeskanzler", "Secretary"};
    struct gw_span word = {scan->text.at + office->start, office->end - office->start};
    for (size_t i = 0; i < GW_COUNT(offices); i++)
        if (gw_span_is(word, offices[i]))
            return true;
    return false;
}

// The title goes on to the clause's end: "Deputy Director of the X and Director of the Y".
static size_t title_end(const struct gw_scan *scan, size_t at)
{
    static const char *const stops[] = {
        ", ",     ". ", "; ",    "\n",    " said", " attended", " presided",  " announced", " who ",          " has ",
        " will ", " (", " told", " was ", " is ",  " were ",    " delivered", ".\n",        " and delivered", " added",
        " noted"};
    size_t most = at + TITLE_MAX < scan->text.bytes ? at + TITLE_MAX : scan->text.bytes;
    for (; at < most; at++)
        for (size_t i = 0; i < GW_COUNT(stops); i++)
            if (gw_scan_at(scan, at, stops[i]))
                return at;
    return at;
}

// A place from its first letter to its last.
static bool is_place(const struct gw_scan *scan, size_t start, size_t end)
{
    const struct gw_hits *places = &scan->hits[GW_HITS_PLACES];
    size_t i = gw_hits_from(places, start);
    return i < places->count && places->at[i].start <= start && places->at[i].end >= end;
}

// "Criminal Justice Information Authority" names no justice, "PRESIDENT A. Adoption" is a line of an agenda.
static bool is_no_office(const struct gw_scan *scan, const struct gw_hit *office)
{
    static const char *const before[] = {"Criminal ",      "Social ", "Racial ", "Juvenile ",
                                         "Environmental ", "of ",     "and "};
    struct gw_span word = {scan->text.at + office->start, office->end - office->start};
    bool shouts = word.bytes > 4;
    for (size_t i = 0; i < word.bytes; i++)
        shouts &= !(word.at[i] >= 'a' && word.at[i] <= 'z');
    for (size_t i = 0; gw_span_is(word, "Justice") && i < GW_COUNT(before); i++)
        if (gw_scan_before(scan, office->start, before[i]))
            return true;
    return shouts;
}

static bool title_then_name(const struct gw_scan *scan, const struct gw_hit *office, struct gw_latin_person *ret_person)
{
    if (!gw_scan_at(scan, office->end, " ") || is_no_office(scan, office))
        return false;
    unsigned words;
    size_t behind = skip_field(scan, office->end + 1);
    size_t name = skip_honours(scan, behind), end = name_at(scan, name, &words);
    bool capital = is_upper(scan->text.at[office->start]);
    // "governor of South Dakota", "chairman of the Official Monetary Forum": what follows is the office's, no name.
    bool open = behind > office->end + 1 && name == behind &&
                (gw_scan_before(scan, behind, "of ") || gw_scan_before(scan, behind, "for ") ||
                 gw_scan_before(scan, behind, "the ") || gw_scan_before(scan, behind, "and "));
    if (!end || open || is_place(scan, name, end) || words < (capital && takes_surname(scan, office) ? 1 : 2))
        return false;
    if (words == 1 && office->start < scan->body_at) // "Secretary Declares Emergency"
        return false;
    if (words > 3) // "Director Global Trade Policy Research" is no name
        return false;
    size_t title_stop = behind > office->end + 1 ? behind - 1 : office->end;
    title_stop -= gw_scan_before(scan, title_stop, " the") ? strlen(" the") : 0;
    title_stop -= gw_scan_before(scan, title_stop, ",");
    *ret_person = (struct gw_latin_person){.name = name,
                                           .name_end = end,
                                           .title = office->start,
                                           .title_end = title_stop,
                                           .start = office->start,
                                           .end = end};
    return true;
}

static bool name_then_title(const struct gw_scan *scan, const struct gw_hit *office, struct gw_latin_person *ret_person)
{
    static const char *const joints[] = {", ", ", the ", ", a "};
    for (size_t i = 0; i < GW_COUNT(joints); i++) {
        if (!gw_scan_before(scan, office->start, joints[i]))
            continue;
        unsigned words;
        size_t end = office->start - strlen(joints[i]), name = name_before(scan, end, &words);
        size_t bare = skip_honours(scan, name);
        words -= bare > name;
        name = bare;
        if (words < 2 || words > 3)
            continue;
        size_t title = title_end(scan, office->end);
        *ret_person = (struct gw_latin_person){
            .name = name, .name_end = end, .title = office->start, .title_end = title, .start = name, .end = title};
        return true;
    }
    return false;
}

bool gw_latin_office_at(const struct gw_scan *scan, size_t at, struct gw_hit *ret_office)
{
    static const char *const endings[] = {"minister",     "ministerin",  "sekretär",    "sekretärin", "präsident",
                                          "präsidentin",  "meister",     "meisterin",   "führer",     "führerin",
                                          "direktor",     "direktorin",  "sprecher",    "sprecherin", "leiter",
                                          "leiterin",     "landrätin",   "senator",     "senatorin",  "vorsitzende",
                                          "vorsitzender", "beauftragte", "beauftragter"};
    if (!is_upper(scan->text.at[at]) ||
        (at && (gw_is_alpha((unsigned char)scan->text.at[at - 1]) || scan->text.at[at - 1] == '-')))
        return false;
    size_t end = word_end(scan, at);
    struct gw_span word = {scan->text.at + at, end - at};
    for (size_t i = 0; i < GW_COUNT(endings); i++)
        if (word.bytes > strlen(endings[i]) && gw_ends_with(word, endings[i])) {
            *ret_office = (struct gw_hit){.start = (uint32_t)at, .end = (uint32_t)end, .table = GW_T_OFFICES};
            return true;
        }
    return false;
}

bool gw_latin_person_read(const struct gw_scan *scan, const struct gw_hit *office, struct gw_latin_person *ret_person)
{
    return name_then_title(scan, office, ret_person) || title_then_name(scan, office, ret_person);
}
