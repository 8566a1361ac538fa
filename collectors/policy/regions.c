// SPDX-License-Identifier: Apache-2.0
// DESIGN: Chinese documents: where the issuer is, what title and addressee name, lists of places
// (试点地区：北京、吉林…), and what a report mostly speaks of; a national document that names none of these holds for
// the country. Elsewhere: the issuer's country, or the one that addresses and states speak for, and the state of a body
// below the nation.
#include "regions.h"

#include <string.h>

enum { PLACES_MAX = 256, SLOTS = 1024, OFTEN_WHOLE = 4, OFTEN_SHORT = 7, LISTED = 3, ADDRESS_MAX = 900, SIBLINGS = 5 };

struct tally {
    const struct gw_place *place;
    unsigned mentions, whole, title, addressee, listed, held;
};

struct tallies {
    struct tally at[PLACES_MAX];
    size_t count;
    uint16_t slots[SLOTS]; // index + 1, by hash of the code
};

static void push(struct gw_scan *scan, const char *code, const char *name, Gw__Proof *proof)
{
    Gw__Document *document = scan->document;
    for (size_t i = 0; i < document->n_regions; i++)
        if (strcmp(document->regions[i]->code, code) == 0)
            return;
    Gw__Region *region = gw_arena_alloc(scan->arena, sizeof *region);
    char *copy = gw_arena_strdup(scan->arena, code);
    if (!region || !copy || !proof) {
        scan->full = true;
        return;
    }
    gw__region__init(region);
    region->code = copy;
    region->name = (char *)name;
    region->proof = proof;
    gw_scan_push(scan, &document->regions, &document->n_regions, region);
}

static void push_place(struct gw_scan *scan, const struct gw_place *place, unsigned confidence, const char *why)
{
    push(scan, place->code, place->name, gw_scan_proof(scan, place->start, place->end, confidence, why));
}

// A code that the words at [start, end) speak for without spelling it.
static void push_code(struct gw_scan *scan, const char *code, size_t start, size_t end, unsigned confidence,
                      const char *why)
{
    const char *name = gw_place_name(code);
    if (strcmp(code, "CN") == 0)
        name = strcmp(scan->lang, "zh") == 0 ? "中国" : "China";
    if (name)
        push(scan, code, name, gw_scan_proof(scan, start, end, confidence, why));
}

// The addressee line: ends in a colon before the text begins.
static bool is_addressee_line(const struct gw_scan *scan, const struct gw_text_line *line)
{
    return line->start >= scan->body_at && line->end - line->start <= ADDRESS_MAX &&
           gw_scan_before(scan, line->end, "：") && !gw_scan_has(scan, line->start, line->end, "。|如下|《|，现");
}

// Places with nothing but 、 or 和 between them: how many in a row from `i`; *ret_named: they name places, not their
// garrisons.
static size_t row_of(const struct gw_scan *scan, const struct gw_places *places, size_t i, bool *ret_named)
{
    static const char *const others[] = {"军区", "战区", "铁路局", "海关", "航空", "银行", "证券"};
    size_t end = i + 1;
    while (end < places->count) {
        size_t from = places->at[end - 1].end, to = places->at[end].start;
        bool joint = to - from == strlen("、") && (gw_scan_at(scan, from, "、") || gw_scan_at(scan, from, "和"));
        if (!joint)
            break;
        end++;
    }
    *ret_named = true;
    for (size_t j = 0; j < GW_COUNT(others); j++)
        if (gw_scan_at(scan, places->at[end - 1].end, others[j])) // 沈阳、北京、兰州军区
            *ret_named = false;
    return end - i;
}

// 确定北京、吉林…作为试点地区 speaks of them; 重点保证北京、天津、上海…的需要 only mentions them. Counties are a
// document's own.
static bool is_chosen(const struct gw_scan *scan, const struct gw_places *places, size_t first, size_t count)
{
    size_t begin = places->at[first].start, end = places->at[first + count - 1].end;
    return places->at[first].level != GW_PLACE_PROVINCE || strcmp(scan->lang, "zh") != 0 ||
           is_addressee_line(scan, &scan->lines[gw_scan_line(scan, begin)]) ||
           gw_scan_has(scan, gw_scan_sentence(scan, begin), gw_scan_sentence_end(scan, end),
                       "试点|示范|确定|同意|批准|设立|名单|率先|先行");
}

// What holds for several places that follow each other, so that it is looked at once.
struct stretch {
    size_t row_end, skip_end, checked_end; // rows of places, as indices
    size_t line_end;                       // of the line that was looked at
    bool addressee;
    size_t sentence_end;
    bool held;
};

static void look_ahead(const struct gw_scan *scan, const struct gw_places *places, size_t i, struct stretch *stretch)
{
    const struct gw_place *place = &places->at[i];
    if (i >= stretch->checked_end) {
        bool named;
        size_t row = row_of(scan, places, i, &named);
        stretch->checked_end = i + row;
        if (!named)
            stretch->skip_end = i + row;
        else if (row >= LISTED && is_chosen(scan, places, i, row))
            stretch->row_end = i + row;
    }
    if (place->start >= stretch->line_end) {
        const struct gw_text_line *line = &scan->lines[gw_scan_line(scan, place->start)];
        stretch->line_end = line->end;
        stretch->addressee = is_addressee_line(scan, line);
    }
    if (place->start >= stretch->sentence_end) { // "… was held in Kunming"
        stretch->sentence_end = gw_scan_sentence_end(scan, place->end);
        stretch->held = false;
        const struct gw_hits *words = &scan->hits[GW_HITS_WORDS];
        for (size_t w = gw_hits_from(words, gw_scan_sentence(scan, place->start));
             w < words->count && words->at[w].end < stretch->sentence_end; w++)
            stretch->held |= strcmp(gw_hit_cell(&words->at[w], GW_WORD_CLASS), "held") == 0;
    }
}

static struct tally *tally_of(struct tallies *tallies, const struct gw_place *place)
{
    unsigned hash = 0;
    for (const char *p = place->code; *p; p++)
        hash = hash * 31 + (unsigned char)*p;
    for (;; hash++) {
        uint16_t *slot = &tallies->slots[hash % SLOTS];
        if (*slot && strcmp(tallies->at[*slot - 1].place->code, place->code) != 0)
            continue;
        if (!*slot) {
            if (tallies->count == PLACES_MAX)
                return NULL;
            tallies->at[tallies->count++] = (struct tally){.place = place};
            *slot = (uint16_t)tallies->count;
        }
        return &tallies->at[*slot - 1];
    }
}

static void count_places(const struct gw_scan *scan, const struct gw_places *places, struct tallies *tallies)
{
    struct stretch stretch = {0};
    bool han = strcmp(scan->lang, "zh") == 0;
    for (size_t i = 0; i < places->count; i++) {
        const struct gw_place *place = &places->at[i];
        look_ahead(scan, places, i, &stretch);
        if (i < stretch.skip_end || scan->marks[place->start] & GW_MARK_LABEL)
            continue;
        struct tally *tally = tally_of(tallies, place);
        if (!tally)
            continue;
        tally->mentions++;
        tally->whole += place->whole;
        tally->title += place->start < scan->body_at;
        tally->listed += i < stretch.row_end;
        tally->held += stretch.held && (!han || !gw_place_is_chinese(place->code));
        tally->addressee += stretch.addressee;
    }
}

static const struct gw_body *first_with_code(const struct gw_body *const *issuers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (issuers[i]->code)
            return issuers[i];
    return NULL;
}

static const char *why_of(const struct tally *tally)
{
    return tally->title       ? "in the title"
           : tally->addressee ? "in the addressee"
           : tally->listed    ? "one of a list of places"
           : tally->held      ? "where it was held"
                              : "named again and again";
}

// ---- China

// Five cities of one province and its own name: the text is about the province.
static void push_common_parent(struct gw_scan *scan, const struct tallies *tallies)
{
    for (size_t i = 0; i < tallies->count; i++) {
        const struct gw_place *province = tallies->at[i].place;
        unsigned cities = 0;
        if (province->level != GW_PLACE_PROVINCE || !gw_place_is_chinese(province->code))
            continue;
        for (size_t j = 0; j < tallies->count; j++)
            cities += tallies->at[j].place->level == GW_PLACE_PREFECTURE &&
                      strncmp(tallies->at[j].place->code, province->code, 2) == 0;
        if (cities >= SIBLINGS)
            push_place(scan, province, 750, "five of its cities are named");
    }
}

// 全省春季农业生产现场推进会在周口召开: the province of the place the title names.
static void push_province_of_title(struct gw_scan *scan, const struct tallies *tallies)
{
    char province[7];
    for (size_t i = 0; i < tallies->count; i++) {
        const struct gw_place *place = tallies->at[i].place;
        if (!tallies->at[i].title || !gw_place_parent(place->code, GW_PLACE_PROVINCE, province))
            continue;
        push_code(scan, province, place->start, place->end, 700, "the province of the place in the title");
        return;
    }
}

static bool speaks_of(const struct tally *tally, bool local, bool provincial)
{
    const struct gw_place *place = tally->place;
    bool often = tally->whole >= OFTEN_WHOLE || tally->mentions >= OFTEN_SHORT;
    if (!gw_place_is_chinese(place->code))
        return tally->title || tally->mentions >= OFTEN_SHORT;
    return tally->title || tally->addressee || (tally->listed && (!local || place->level == GW_PLACE_COUNTY)) ||
           (!local && often && place->level != GW_PLACE_COUNTY) || (provincial && tally->whole >= 2);
}

static void chinese(struct gw_scan *scan, const struct tallies *tallies, const struct gw_body *const *issuers,
                    size_t issuer_count, bool announces)
{
    const struct gw_body *issuer = first_with_code(issuers, issuer_count);
    bool local = issuer && gw_place_is_chinese(issuer->code), national = issuer && strcmp(issuer->code, "CN") == 0;
    bool provincial = local && strcmp(issuer->level, "provincial") == 0;
    const struct gw_place *only = NULL;
    size_t specific = 0, named = 0;
    for (size_t i = 0; local && i < issuer_count; i++)
        if (issuers[i]->code && gw_place_is_chinese(issuers[i]->code))
            push_code(scan, issuers[i]->code, issuers[i]->start, issuers[i]->end, 900, "region of the issuer");
    for (size_t i = 0; i < tallies->count; i++) {
        const struct tally *tally = &tallies->at[i];
        bool chinese = gw_place_is_chinese(tally->place->code);
        if (strcmp(tally->place->code, "CN") == 0)
            continue;
        named += chinese;
        only = chinese ? tally->place : only;
        if (!speaks_of(tally, local, provincial) || (!announces && !chinese))
            continue;
        push_place(scan, tally->place, tally->title ? 900 : 750, why_of(tally));
        specific += chinese && (!tally->listed || tally->addressee);
    }
    push_common_parent(scan, tallies);
    if (!local && !national && gw_scan_has(scan, 0, scan->body_at, "全省|我省|全区|全自治区"))
        push_province_of_title(scan, tallies);
    bool everywhere = gw_scan_has(scan, scan->body_at, scan->source_at, "各省、自治区、直辖市");
    if (national && !specific && !everywhere && named == 1 && gw_scan_at(scan, only->end, "政府")) { // 请商北京市政府
        push_place(scan, only, 700, "the one place a national document turns to");
        return;
    }
    if (national && (!specific || everywhere))
        push_code(scan, "CN", issuer->start, issuer->end, 850, "a national issuer, no place named");
}

// ---- elsewhere

// ", MI 48226": the state of a postal address. NULL: none.
static const char *state_of_address(const struct gw_scan *scan, size_t *ret_at)
{
    const struct gw_table *table = &gw_tables[GW_T_SUBDIVISIONS];
    const char *text = scan->text.at;
    const struct gw_anchors *digits = &scan->anchors[GW_ANCHOR_DIGITS];
    for (size_t d = 0; d < digits->count; d++) {
        size_t i = digits->at[d] - 4; // of the blank before the two letters
        if (digits->at[d] < 5 || text[i + 3] != ' ' || text[i] != ' ' || text[i + 1] < 'A' || text[i + 1] > 'Z' ||
            strspn(text + i + 4, "0123456789") != 5)
            continue;
        for (unsigned row = 0; row < table->rows; row++) {
            const char *postal = gw_table_cell(table, row, GW_SUBDIVISION_POSTAL);
            if (*postal && text[i + 1] == postal[0] && text[i + 2] == postal[1]) {
                *ret_at = i + 1;
                return gw_table_cell(table, row, GW_SUBDIVISION_CODE);
            }
        }
    }
    return NULL;
}

static bool is_below_nation(const struct gw_body *body)
{
    return strcmp(body->level, "national") != 0;
}

// The one state or land that the text names; NULL: none, or several.
static const struct gw_place *sole_state(const struct gw_places *places)
{
    const struct gw_place *state = NULL;
    for (size_t i = 0; i < places->count; i++) {
        if (!strchr(places->at[i].code, '-'))
            continue;
        if (state && strcmp(state->code, places->at[i].code) != 0)
            return NULL;
        state = &places->at[i];
    }
    return state;
}

// The state that issuers, source and title name.
static const struct gw_place *state_named(const struct gw_scan *scan, const struct gw_places *places,
                                          const struct gw_body *const *issuers, size_t issuer_count)
{
    for (size_t i = 0; i < places->count; i++) {
        const struct gw_place *place = &places->at[i];
        bool inside = place->start < scan->body_at || place->start >= scan->source_at;
        for (size_t j = 0; j < issuer_count; j++)
            inside |= place->start >= issuers[j]->start && place->end <= issuers[j]->end && is_below_nation(issuers[j]);
        if (inside && strchr(place->code, '-'))
            return place;
    }
    return NULL;
}

static void push_country(struct gw_scan *scan, const char *code, size_t start, size_t end, unsigned confidence,
                         const char *why)
{
    char country[3] = {code[0], code[1], '\0'};
    push_code(scan, country, start, end, confidence, why);
}

// The country of an issuer, and its part of the country: GB and GB-SCT.
static void push_region_of(struct gw_scan *scan, const struct gw_body *issuer)
{
    push_country(scan, issuer->code, issuer->start, issuer->end, 850, "region of the issuer");
    if (strchr(issuer->code, '-'))
        push_code(scan, issuer->code, issuer->start, issuer->end, 850, "region of the issuer");
}

static bool mentions_country(const struct gw_places *places, const char *code, const struct gw_place **ret_place)
{
    for (size_t i = 0; i < places->count; i++)
        if (strncmp(places->at[i].code, code, 2) == 0) {
            *ret_place = &places->at[i];
            return true;
        }
    return false;
}

// The one country that all places named are in; NULL: none, or several.
static const struct gw_place *sole_country(const struct gw_places *places)
{
    for (size_t i = 1; i < places->count; i++)
        if (strncmp(places->at[i].code, places->at[0].code, 2) != 0)
            return NULL;
    return places->count ? &places->at[0] : NULL;
}

// The country that a page of this language speaks from unless it says otherwise.
static void push_home_country(struct gw_scan *scan, const struct gw_places *places,
                              const struct gw_body *const *issuers, size_t issuer_count)
{
    const struct gw_place *place = NULL;
    if (issuer_count && strcmp(scan->lang, "ja") == 0)
        push_code(scan, "JP", issuers[0]->start, issuers[0]->end, 750,
                  "country of the language, nothing says otherwise");
    if (strcmp(scan->lang, "de") == 0) {
        const char *code = mentions_country(places, "AT", &place)   ? "AT"
                           : mentions_country(places, "CH", &place) ? "CH"
                                                                    : "DE";
        bool named = mentions_country(places, code, &place);
        if (issuer_count)
            push_code(scan, code, issuers[0]->start, issuers[0]->end, 750,
                      "country of the language, nothing says otherwise");
        else if (named)
            push_code(scan, code, place->start, place->end, 700, "country of the language, nothing says otherwise");
    }
    bool american = issuer_count && issuers[0]->by_form && gw_find(scan->text, GW_SPAN("$")) >= 0 &&
                    gw_scan_has(scan, issuers[0]->start, issuers[0]->end,
                                "City of |County |City |Township|Town of |Board of |School Board");
    if (american && strcmp(scan->lang, "en") == 0)
        push_code(scan, "US", issuers[0]->start, issuers[0]->end, 600,
                  "country of the language, nothing says otherwise");
}

static void abroad(struct gw_scan *scan, const struct gw_places *places, const struct tallies *tallies,
                   const struct gw_body *const *issuers, size_t issuer_count)
{
    const struct gw_body *issuer = first_with_code(issuers, issuer_count);
    size_t at = 0;
    const char *state = state_of_address(scan, &at);
    for (size_t i = 0; i < issuer_count; i++)
        if (issuers[i]->code && !gw_place_is_chinese(issuers[i]->code))
            push_region_of(scan, issuers[i]);
    const struct gw_place *named = state_named(scan, places, issuers, issuer_count);
    bool below = !issuer_count;
    for (size_t i = 0; i < issuer_count; i++)
        below |= is_below_nation(issuers[i]);
    if (!named && below && (!issuer || memcmp(issuer->code, "US", 2) == 0))
        named = sole_state(places);
    if (named) {
        push_country(scan, named->code, named->start, named->end, 850,
                     "country of a place that issuer, source or title name");
        if (below || named->start >= scan->source_at)
            push_place(scan, named, 800, "named by issuer, source or title");
    } else if (state && (below || !issuer)) {
        push_country(scan, state, at, at + 2, 800, "country of a postal address");
        push_code(scan, state, at, at + 2, 750, "state of a postal address");
    }
    for (size_t i = 0; i < places->count && i < PLACES_MAX; i++) // "an emergency for the state of Louisiana"
        if (strchr(places->at[i].code, '-') && gw_scan_before(scan, places->at[i].start, "tate of "))
            push_place(scan, &places->at[i], 750, "the state it is for");
    for (size_t i = 0; i < tallies->count; i++) {
        const struct tally *tally = &tallies->at[i];
        bool country = tally->place->level == GW_PLACE_COUNTRY,
             chinese = scan->china && gw_place_is_chinese(tally->place->code);
        if (country ? tally->title || tally->held || tally->mentions >= OFTEN_SHORT
                    : chinese && (tally->title || tally->held || tally->mentions >= OFTEN_WHOLE))
            push_place(scan, tally->place, tally->title ? 800 : 700, why_of(tally));
    }
    if (!scan->document->n_regions)
        push_home_country(scan, places, issuers, issuer_count);
    const struct gw_place *us, *sole;
    if (scan->document->n_regions || scan->china || strcmp(scan->lang, "en") != 0)
        return;
    if (issuer_count && (sole = sole_country(places)))
        push_country(scan, sole->code, sole->start, sole->end, 700, "the only country named");
    else if (mentions_country(places, "US", &us))
        push_country(scan, "US", us->start, us->end, 650, "the only country named");
}

// An English page about China: the places of its issuers, and what happened where.
static void about_china(struct gw_scan *scan, const struct gw_places *places, const struct tallies *tallies,
                        const struct gw_body *const *issuers, size_t issuer_count)
{
    for (size_t i = 0; i < issuer_count; i++)
        if (issuers[i]->code && (gw_place_is_chinese(issuers[i]->code) || strcmp(issuers[i]->code, "CN") == 0))
            push_code(scan, issuers[i]->code, issuers[i]->start, issuers[i]->end, 850, "region of the issuer");
    abroad(scan, places, tallies, issuers, 0);
}

void gw_regions_read(struct gw_scan *scan, const struct gw_places *places, const struct gw_body *const *issuers,
                     size_t issuer_count, bool announces)
{
    struct tallies tallies;
    tallies.count = 0;
    memset(tallies.slots, 0, sizeof tallies.slots);
    bool han = strcmp(scan->lang, "zh") == 0;
    if (!announces && !han) // where a film or a match is from is no policy's region
        return;
    count_places(scan, places, &tallies);
    if (han)
        chinese(scan, &tallies, issuers, issuer_count, announces);
    else if (scan->china)
        about_china(scan, places, &tallies, issuers, issuer_count);
    else
        abroad(scan, places, &tallies, issuers, issuer_count);
}
