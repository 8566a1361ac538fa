// SPDX-License-Identifier: Apache-2.0
#include "regions.h"

#include <string.h>

enum { PLACES_MAX = 128, OFTEN = 4 };

struct tally {
    const struct gw_place *place;
    unsigned mentions, title, addressee;
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

static void push_place(struct gw_scan *scan, const struct gw_place *place, unsigned confidence)
{
    push(scan, place->code, place->name, gw_scan_proof(scan, place->start, place->end, confidence));
}

// The addressee line: ends in a colon before the text begins.
static bool is_addressee_line(const struct gw_scan *scan, const struct gw_text_line *line)
{
    return line->start >= scan->body_at && gw_scan_before(scan, line->end, "：") &&
           !gw_scan_has(scan, line->start, line->end, "。");
}

static size_t count_places(const struct gw_scan *scan, const struct gw_places *places, struct tally *tallies)
{
    size_t count = 0, addressee_lines = 0;
    for (size_t i = 0; i < places->count; i++) {
        const struct gw_place *place = &places->at[i];
        if (scan->marks[place->start] & GW_MARK_LABEL)
            continue;
        size_t j = 0;
        while (j < count && strcmp(tallies[j].place->code, place->code) != 0)
            j++;
        if (j == count) {
            if (count == PLACES_MAX)
                continue;
            tallies[count++] = (struct tally){.place = place};
        }
        const struct gw_text_line *line = &scan->lines[gw_scan_line(scan, place->start)];
        tallies[j].mentions++;
        tallies[j].title += place->start < scan->body_at;
        tallies[j].addressee += is_addressee_line(scan, line) && addressee_lines < 3;
    }
    return count;
}

static const char *issuer_region(const struct gw_body *const *issuers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (issuers[i]->code)
            return issuers[i]->code;
    return NULL;
}

static void push_code(struct gw_scan *scan, const char *code, const struct gw_body *issuer, unsigned confidence)
{
    const char *name = gw_place_name(code);
    if (strcmp(code, "CN") == 0)
        name = strcmp(scan->lang, "zh") == 0 ? "中国" : "China";
    if (!name)
        for (unsigned row = 0; row < gw_tables[GW_T_COUNTRIES].rows; row++)
            if (strcmp(gw_table_cell(&gw_tables[GW_T_COUNTRIES], row, GW_COUNTRY_CODE), code) == 0) {
                const char *names = gw_table_cell(&gw_tables[GW_T_COUNTRIES], row, GW_COUNTRY_EN);
                name = gw_arena_strndup(scan->arena, names, strcspn(names, ";"));
            }
    if (name)
        push(scan, code, name, gw_scan_proof(scan, issuer->start, issuer->end, confidence));
}

static void chinese(struct gw_scan *scan, struct tally *tallies, size_t count, const struct gw_body *const *issuers,
                    size_t issuer_count)
{
    const char *code = issuer_region(issuers, issuer_count);
    bool local = code && gw_place_is_chinese(code), specific = false;
    if (local) {
        for (size_t i = 0; i < issuer_count; i++)
            if (issuers[i]->code && gw_place_is_chinese(issuers[i]->code))
                push_code(scan, issuers[i]->code, issuers[i], 900);
    }
    for (size_t i = 0; i < count; i++) {
        bool foreign = !gw_place_is_chinese(tallies[i].place->code);
        if (strcmp(tallies[i].place->code, "CN") == 0)
            continue;
        bool often = tallies[i].mentions >= OFTEN && tallies[i].place->level != GW_PLACE_COUNTY;
        if (tallies[i].title || tallies[i].addressee || (!local && often && !foreign)) {
            push_place(scan, tallies[i].place, tallies[i].title ? 900 : 750);
            specific |= !foreign;
        }
    }
    bool all = issuer_count && code && strcmp(code, "CN") == 0 &&
               (!specific || gw_scan_has(scan, scan->body_at, scan->text.bytes, "各省、自治区、直辖市"));
    if (all)
        push_code(scan, "CN", issuers[0], 850);
}

static void abroad(struct gw_scan *scan, struct tally *tallies, size_t count, const struct gw_body *const *issuers,
                   size_t issuer_count)
{
    const char *code = issuer_region(issuers, issuer_count);
    if (scan->china && code && strcmp(code, "CN") == 0)
        push_code(scan, code, issuers[0], 850);
    for (size_t i = 0; i < issuer_count; i++) {
        if (!issuers[i]->code)
            continue;
        char country[3] = {issuers[i]->code[0], issuers[i]->code[1], '\0'};
        if (!gw_place_is_chinese(issuers[i]->code))
            push_code(scan, country, issuers[i], 850);
        if (strlen(issuers[i]->code) > 2)
            push_code(scan, issuers[i]->code, issuers[i], 800);
    }
    for (size_t i = 0; i < count; i++) {
        const struct gw_place *place = tallies[i].place;
        bool country = place->level == GW_PLACE_COUNTRY;
        if (tallies[i].title && (country || gw_place_is_chinese(place->code)))
            push_place(scan, place, 800);
        else if (tallies[i].mentions >= OFTEN && (country || (scan->china && gw_place_is_chinese(place->code))))
            push_place(scan, place, 700);
    }
    if (!scan->document->n_regions && strcmp(scan->lang, "ja") == 0 && issuer_count)
        push_code(scan, "JP", issuers[0], 700);
}

void gw_regions_read(struct gw_scan *scan, const struct gw_places *places, const struct gw_body *const *issuers,
                     size_t issuer_count)
{
    struct tally tallies[PLACES_MAX];
    size_t count = count_places(scan, places, tallies);
    if (strcmp(scan->lang, "zh") == 0)
        chinese(scan, tallies, count, issuers, issuer_count);
    else
        abroad(scan, tallies, count, issuers, issuer_count);
}
