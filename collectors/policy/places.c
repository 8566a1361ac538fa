// SPDX-License-Identifier: Apache-2.0
#include "places.h"

#include <stdlib.h>
#include <string.h>

enum { PROVINCES = 100 };

struct votes {
    unsigned province[PROVINCES]; // by the first two digits
    unsigned prefecture[PROVINCES][100];
};

bool gw_place_is_chinese(const char *code)
{
    return code && gw_is_digit((unsigned char)code[0]);
}

// The table a code is in tells by its form: 330203, 330200, US-MI, US.
static enum gw_table_id table_of(const char *code)
{
    if (!gw_place_is_chinese(code))
        return strchr(code, '-') ? GW_T_SUBDIVISIONS : GW_T_COUNTRIES;
    return strlen(code) == 6 && memcmp(code + 4, "00", 2) == 0 ? GW_T_DIVISIONS : GW_T_COUNTIES;
}

const char *gw_place_name(const char *code)
{
    enum gw_table_id id = table_of(code);
    unsigned name = id == GW_T_DIVISIONS ? GW_DIVISION_NAME : 1, low = 0, high = gw_tables[id].rows;
    bool sorted = id == GW_T_COUNTIES; // by code, and the only large one
    while (sorted && low + 1 < high) {
        unsigned middle = (low + high) / 2;
        if (strcmp(gw_table_cell(&gw_tables[id], middle, 0), code) <= 0)
            low = middle;
        else
            high = middle;
    }
    for (unsigned row = low; row < high; row++)
        if (strcmp(gw_table_cell(&gw_tables[id], row, 0), code) == 0)
            return gw_table_cell(&gw_tables[id], row, name);
    return NULL;
}

bool gw_place_parent(const char *code, enum gw_place_level level, char ret_code[7])
{
    size_t keep = level == GW_PLACE_PROVINCE ? 2 : 4;
    if (!gw_place_is_chinese(code) || strlen(code) != 6 || strspn(code + keep, "0") == 6 - keep)
        return false;
    memcpy(ret_code, code, keep);
    memset(ret_code + keep, '0', 6 - keep);
    ret_code[6] = '\0';
    return true;
}

static int two_digits(const char *code)
{
    return (code[0] - '0') * 10 + code[1] - '0';
}

static const char *hit_code(const struct gw_hit *hit)
{
    return gw_hit_cell(hit, 0); // the first column of every place table
}

// Hits of one place in the text: [i, end).
static size_t same_place(const struct gw_hits *hits, size_t i)
{
    size_t end = i + 1;
    while (end < hits->count && hits->at[end].start == hits->at[i].start && hits->at[end].end == hits->at[i].end)
        end++;
    return end;
}

static void vote(struct votes *votes, const char *code, unsigned weight)
{
    if (!gw_place_is_chinese(code) || strlen(code) < 6)
        return;
    votes->province[two_digits(code)] += weight;
    if (two_digits(code + 2))
        votes->prefecture[two_digits(code)][two_digits(code + 2)] += weight;
}

static enum gw_place_level level_of(const char *code)
{
    if (!gw_place_is_chinese(code))
        return strchr(code, '-') ? GW_PLACE_PROVINCE : GW_PLACE_COUNTRY;
    return strcmp(code + 2, "0000") == 0 ? GW_PLACE_PROVINCE
           : strcmp(code + 4, "00") == 0 ? GW_PLACE_PREFECTURE
                                         : GW_PLACE_COUNTY;
}

// Of several meanings the one that the rest of the document supports; NULL when none stands out.
static const struct gw_hit *choose(const struct gw_hits *hits, size_t first, size_t end, const struct votes *votes,
                                   const char *beside)
{
    const struct gw_hit *best = NULL;
    unsigned most = 0;
    bool tie = false;
    for (size_t i = first; i < end; i++) {
        const char *code = hit_code(&hits->at[i]);
        unsigned score = 1;
        if (gw_place_is_chinese(code)) {
            score += votes->province[two_digits(code)];
            score += 2 * votes->prefecture[two_digits(code)][two_digits(code + 2)];
            score += level_of(code) == GW_PLACE_PROVINCE ? 3 : 0; // 吉林, 海南: the province unless told otherwise
            if (beside && strncmp(beside, code, 2) == 0)
                score += 100 + (strncmp(beside, code, 4) == 0 ? 100 : 0);
        }
        tie = score == most ? true : score > most ? false : tie;
        if (score > most) {
            most = score;
            best = &hits->at[i];
        }
    }
    return tie ? NULL : best;
}

// 河南村, 北京大学, 中山路: the name is part of another.
static bool is_part(const struct gw_scan *scan, const struct gw_hit *hit)
{
    static const char *const behind[] = {"村",   "路",           "街",   "大学", "大道", "学院", "饭店", "银行",
                                         "路上", "镇",           "乡",   "晚报", "日报", "卫视", "牌",   "出版社",
                                         "大桥", "话",           "菜",   "人寿", "股份", "证券", "社",   "语",
                                         "籍",   "生产建设兵团", "久安", "祝",   "典"};
    for (size_t i = 0; i < GW_COUNT(behind); i++)
        if (gw_scan_at(scan, hit->end, behind[i]))
            return true;
    return gw_scan_at(scan, hit->end, "ese") || gw_scan_at(scan, hit->end, "n's");
}

static bool is_whole(const struct gw_hit *hit)
{
    return (hit->table == GW_T_DIVISIONS && hit->column == GW_DIVISION_NAME) || hit->table == GW_T_COUNTIES;
}

static bool in_script(const struct gw_scan *scan, const struct gw_hit *hit)
{
    bool latin = (unsigned char)scan->text.at[hit->start] < 0xe0;
    return latin || strcmp(scan->lang, "zh") == 0 || strcmp(scan->lang, "ja") == 0;
}

static void keep(struct gw_scan *scan, struct gw_places *places, const struct gw_hit *hit)
{
    const char *code = hit_code(hit);
    const char *name = hit->table == GW_T_DIVISIONS   ? gw_hit_cell(hit, GW_DIVISION_NAME)
                       : hit->table == GW_T_COUNTRIES ? gw_hit_cell(hit, GW_COUNTRY_NAME)
                                                      : gw_hit_cell(hit, 1);
    struct gw_place *more = gw_scan_grow(scan, places->at, places->count, sizeof *more);
    if (!more)
        return;
    places->at = more;
    size_t level = level_of(code);
    if (!places->first[level] && (gw_place_is_chinese(code) || level == GW_PLACE_COUNTRY))
        places->first[level] = code;
    more[places->count++] = (struct gw_place){.start = hit->start,
                                              .end = hit->end,
                                              .code = code,
                                              .name = name,
                                              .level = level_of(code),
                                              .whole = is_whole(hit)};
}

static const struct gw_place *places_last(const struct gw_places *places)
{
    return places->count ? &places->at[places->count - 1] : NULL;
}

static const char *home_of(struct gw_scan *scan, const struct votes *votes)
{
    const char *site = scan->document->site_id_code;
    if (scan->source && scan->source->region && scan->source->region[0])
        return scan->source->region;
    if (gw_is_digit((unsigned char)site[0]) && strlen(site) >= 6) {
        char *code = gw_arena_strndup(scan->arena, site, 6);
        if (code && gw_place_name(code))
            return code;
    }
    unsigned best = 0, sum = 0, province = 0, city = 0, most = 0;
    for (unsigned i = 0; i < PROVINCES; i++) {
        sum += votes->province[i];
        if (votes->province[i] > best) {
            best = votes->province[i];
            province = i;
        }
    }
    if (!best || best * 2 <= sum)
        return NULL;
    for (unsigned i = 1; i < 100; i++)
        if (votes->prefecture[province][i] > most) {
            most = votes->prefecture[province][i];
            city = i;
        }
    bool one_city = most * 2 > best;
    return gw_arena_printf(scan->arena, "%02u%02u00", province, one_city ? city : 0);
}

void gw_places_read(struct gw_scan *scan, struct gw_places *ret_places)
{
    const struct gw_hits *hits = &scan->hits[GW_HITS_PLACES];
    struct votes *votes = gw_arena_zalloc(scan->arena, sizeof *votes);
    *ret_places = (struct gw_places){0};
    if (!votes) {
        scan->full = true;
        return;
    }
    if (scan->source && scan->source->region)
        vote(votes, scan->source->region, 20);
    vote(votes, scan->document->site_id_code, 20);
    for (size_t i = 0, end; i < hits->count; i = end) {
        end = same_place(hits, i);
        if (end == i + 1 && !is_part(scan, &hits->at[i]))
            vote(votes, hit_code(&hits->at[i]), is_whole(&hits->at[i]) ? 2 : 1);
    }
    for (size_t i = 0, end; i < hits->count; i = end) {
        end = same_place(hits, i);
        const struct gw_place *last = places_last(ret_places);
        const char *beside = last && last->end == hits->at[i].start ? last->code : NULL;
        if (last && last->end > hits->at[i].start) // 上海口岸: the one that began first
            continue;
        const struct gw_hit *hit = choose(hits, i, end, votes, beside);
        if (hit && in_script(scan, hit) && (is_whole(hit) || !is_part(scan, hit)))
            keep(scan, ret_places, hit);
    }
    ret_places->home = home_of(scan, votes);
}

size_t gw_places_from(const struct gw_places *places, size_t at)
{
    size_t low = 0, high = places->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (places->at[middle].end <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct gw_place *gw_place_ending(const struct gw_places *places, size_t at)
{
    size_t i = at ? gw_places_from(places, at - 1) : 0;
    return i < places->count && places->at[i].end == at ? &places->at[i] : NULL;
}
