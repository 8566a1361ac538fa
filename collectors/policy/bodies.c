// SPDX-License-Identifier: Apache-2.0
// DESIGN: Three makers, one list. Table: a hit of agencies.csv or bodies.csv, unless a place stands right before it
// (宁波市统计局 is not 国家统计局). Local: a function of bureaus.csv behind a place (宁波市经信局) or behind 市, 省, 县
// of the document's own place. Form: a run of capitalised words with a head (Council, Department of …), for countries
// without a table.
#include "bodies.h"

#include "capitals.h"
#include "ownnames.h"

#include <stdlib.h>
#include <string.h>

static void add(struct gw_scan *scan, struct gw_bodies *bodies, struct gw_body body)
{
    struct gw_body *more = gw_scan_grow(scan, bodies->at, bodies->count, sizeof *more);
    if (!more || bodies->count >= 4 * GW_FACTS_MAX || !body.canonical || !body.level)
        return;
    bodies->at = more;
    more[bodies->count++] = body;
}

static const char *level_of_code(const char *code)
{
    if (!gw_place_is_chinese(code))
        return "other";
    if (strcmp(code + 2, "0000") == 0)
        return "provincial";
    return strcmp(code + 4, "00") == 0 ? "municipal" : "county";
}

// ---- China

static bool is_han_before(const struct gw_scan *scan, size_t at, const char *const *words)
{
    for (; *words; words++)
        if (gw_scan_before(scan, at, *words))
            return true;
    return false;
}

// The chain of places right before `at`: 江苏省无锡市|中级人民法院. NULL: none.
static const struct gw_place *places_before(const struct gw_places *places, size_t at, size_t *ret_start)
{
    const struct gw_place *last = gw_place_ending(places, at), *place = last;
    for (unsigned i = 0; place && i < 4; i++) {
        *ret_start = place->start;
        place = gw_place_ending(places, place->start);
    }
    return last;
}

static char *local_name(struct gw_scan *scan, const char *place, const char *function)
{
    if (strcmp(function, "委员会") == 0)
        return gw_arena_printf(scan->arena, "中国共产党%s委员会", place);
    return gw_arena_printf(scan->arena, "%s%s", place, function);
}

// 市, 省, 县, 区 before a function mean the document's own place at that level. *ret_bytes of the word.
static const char *own_place(struct gw_scan *scan, const struct gw_places *places, size_t at, size_t *ret_bytes)
{
    static const struct {
        const char *word;
        enum gw_place_level level;
    } words[] = {{"自治区", GW_PLACE_PROVINCE}, {"全省", GW_PLACE_PROVINCE},  {"省", GW_PLACE_PROVINCE},
                 {"市", GW_PLACE_PREFECTURE},   {"州", GW_PLACE_PREFECTURE},  {"县", GW_PLACE_COUNTY},
                 {"区", GW_PLACE_COUNTY},       {"我市", GW_PLACE_PREFECTURE}};
    char parent[7];
    for (size_t i = 0; i < GW_COUNT(words); i++) {
        size_t n = strlen(words[i].word);
        if (!gw_scan_before(scan, at, words[i].word))
            continue;
        *ret_bytes = n;
        // The nearest place of that level in the text, else the document's home.
        for (size_t j = places->count; j > 0; j--)
            if (places->at[j - 1].level == words[i].level && places->at[j - 1].start < at &&
                gw_place_is_chinese(places->at[j - 1].code))
                return places->at[j - 1].code;
        for (size_t j = 0; j < places->count; j++)
            if (places->at[j].level == words[i].level && gw_place_is_chinese(places->at[j].code))
                return places->at[j].code;
        if (!places->home)
            return NULL;
        if (words[i].level != GW_PLACE_COUNTY && gw_place_parent(places->home, words[i].level, parent))
            return gw_arena_strdup(scan->arena, parent);
        return places->home;
    }
    return NULL;
}

static void add_local(struct gw_scan *scan, const struct gw_places *places, struct gw_bodies *bodies, size_t start,
                      size_t end, const char *function)
{
    size_t begin = start, word = 0;
    const struct gw_place *place = places_before(places, start, &begin);
    // 市 of 宁波市 belongs to the place; "宁波市市场监管局" holds one more.
    if (place && gw_place_is_chinese(place->code)) {
        add(scan, bodies,
            (struct gw_body){.start = (uint32_t)begin,
                             .end = (uint32_t)end,
                             .canonical = local_name(scan, place->name, function),
                             .level = level_of_code(place->code),
                             .code = place->code});
        return;
    }
    const char *code = own_place(scan, places, start, &word);
    const char *name = code ? gw_place_name(code) : NULL;
    if (name && word)
        add(scan, bodies,
            (struct gw_body){.start = (uint32_t)(start - word),
                             .end = (uint32_t)end,
                             .canonical = local_name(scan, name, function),
                             .level = level_of_code(code),
                             .code = code});
}

static bool is_local_tail(const struct gw_scan *scan, const struct gw_places *places, size_t at)
{
    static const char *const tails[] = {"市", "省", "县", "区", "州", "旗", "盟", "自治区", NULL};
    const struct gw_place *place = gw_place_ending(places, at);
    if (place)
        return gw_place_is_chinese(place->code);
    return is_han_before(scan, at, tails);
}

// 国家统计局万载调查队: a local office of a central body, whose place no table has. Its end, or `at`.
static size_t office_end(const struct gw_scan *scan, size_t at)
{
    static const char *const tails[] = {"调查总队", "调查队", "监管分局", "监管局", "专员办"};
    for (size_t place = 6; place <= 12; place += 3)
        for (size_t i = 0; i < GW_COUNT(tails); i++)
            if (gw_scan_at(scan, at + place, tails[i]) && !gw_scan_has(scan, at, at + place, "，|。|、| |\n|和"))
                return at + place + strlen(tails[i]);
    return at;
}

static void add_from_tables(struct gw_scan *scan, const struct gw_places *places, struct gw_bodies *bodies,
                            const struct gw_hit *hit)
{
    if (hit->table == GW_T_BODIES) {
        const char *region = gw_hit_cell(hit, GW_BODY_REGION);
        add(scan, bodies,
            (struct gw_body){.start = hit->start,
                             .end = hit->end,
                             .canonical = gw_hit_cell(hit, GW_BODY_CANONICAL),
                             .level = gw_hit_cell(hit, GW_BODY_LEVEL),
                             .code = *region ? region : NULL});
        return;
    }
    bool latin = hit->column == GW_AGENCY_EN;
    if (latin && !scan->china) // another country's Ministry of Finance
        return;
    if (!latin && is_local_tail(scan, places, hit->start)) {
        struct gw_span name = {scan->text.at + hit->start, hit->end - hit->start};
        char *function = gw_arena_strndup(scan->arena, name.at, name.bytes);
        if (function)
            add_local(scan, places, bodies, hit->start, hit->end, function);
        return;
    }
    size_t start = hit->start;
    if (gw_scan_before(scan, start, "中华人民共和国"))
        start -= strlen("中华人民共和国");
    size_t end = latin ? hit->end : office_end(scan, hit->end);
    if (end > hit->end) {
        add(scan, bodies,
            (struct gw_body){.start = (uint32_t)start,
                             .end = (uint32_t)end,
                             .canonical = gw_scan_copy(scan, start, end),
                             .level = places->home ? level_of_code(places->home) : "other",
                             .code = places->home});
        return;
    }
    add(scan, bodies,
        (struct gw_body){.start = (uint32_t)start,
                         .end = hit->end,
                         .canonical = gw_hit_cell(hit, GW_AGENCY_NAME),
                         .level = "national",
                         .code = "CN"});
}

static void add_own(struct gw_scan *scan, struct gw_bodies *bodies, const struct gw_hit *hit)
{
    const struct gw_table *table = &scan->own_names->table;
    const char *region = gw_table_cell(table, hit->row, GW_BODY_REGION);
    add(scan, bodies,
        (struct gw_body){.start = hit->start,
                         .end = hit->end,
                         .canonical = gw_arena_strdup(scan->arena, gw_table_cell(table, hit->row, GW_BODY_CANONICAL)),
                         .level = gw_arena_strdup(scan->arena, gw_table_cell(table, hit->row, GW_BODY_LEVEL)),
                         .code = *region ? gw_arena_strdup(scan->arena, region) : NULL,
                         .own = true});
}

static void add_bureau(struct gw_scan *scan, const struct gw_places *places, struct gw_bodies *bodies,
                       const struct gw_hit *hit)
{
    const char *function = gw_hit_cell(hit, GW_BUREAU_NAME);
    if (hit->column == GW_BUREAU_SHORT)
        add_local(scan, places, bodies, hit->start, hit->end, function);
}

// ---- by form

static void add_run(struct gw_scan *scan, const struct gw_places *places, struct gw_bodies *bodies,
                    const struct gw_run *run)
{
    struct gw_body body = {.start = run->start, .end = run->end, .level = run->level, .by_form = true};
    const struct gw_hits *bureaus = &scan->hits[GW_HITS_BUREAUS];
    const char *function = NULL;
    for (size_t i = gw_hits_from(bureaus, run->start); i < bureaus->count && bureaus->at[i].start < run->end; i++)
        if (bureaus->at[i].end <= run->end && bureaus->at[i].start >= run->start)
            function = gw_hit_cell(&bureaus->at[i], GW_BUREAU_NAME);
    const char *code = NULL;
    for (size_t i = 0; i < places->count && places->at[i].start < run->end; i++)
        if (places->at[i].start >= run->start)
            code = places->at[i].code;
    if (scan->china && function && !code)
        code = places->home;
    if (scan->china && function && gw_place_is_chinese(code)) {
        body.canonical = local_name(scan, gw_place_name(code), function);
        body.level = level_of_code(code);
    } else {
        body.canonical = gw_scan_copy(scan, run->start, run->end);
    }
    body.code = code;
    add(scan, bodies, body);
}

static int by_start(const void *a, const void *b)
{
    const struct gw_body *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    if (x->end != y->end)
        return x->end > y->end ? -1 : 1;
    return (x->by_form - x->own) - (y->by_form - y->own); // a table knows it better, the user best
}

// A body inside another is not named: 市委 in 市委宣传部, State Council in General Office of the State Council.
static void drop_inner(struct gw_bodies *bodies)
{
    size_t kept = 0;
    for (size_t i = 0; i < bodies->count; i++) {
        struct gw_body *body = &bodies->at[i], *last = kept ? &bodies->at[kept - 1] : NULL;
        bool known = last && last->by_form && !body->by_form && body->end == last->end; // "Home Business Ministry of …"
        bool overlaps = last && body->start < last->end && body->by_form && !last->by_form;
        bool tail = last && body->by_form && last->by_form &&
                    body->start <= last->end + 1; // "City of Marion" Building Department
        if (known)
            *last = *body;
        else if (!(last && body->end <= last->end) && !overlaps && !tail)
            bodies->at[kept++] = *body;
    }
    bodies->count = kept;
}

// 国家统计局|万载调查队, 国家税务总局|宁波市税务局: a central body and its local office are one.
static void join_offices(struct gw_scan *scan, struct gw_bodies *bodies)
{
    size_t kept = 0;
    for (size_t i = 0; i < bodies->count; i++) {
        struct gw_body *last = kept ? &bodies->at[kept - 1] : NULL, *body = &bodies->at[i];
        bool central = last && last->code && strcmp(last->code, "CN") == 0 && gw_place_is_chinese(body->code);
        if (central && last->end == body->start) {
            char *name = gw_scan_copy(scan, last->start, body->end);
            last->end = body->end;
            last->level = body->level;
            last->code = body->code;
            if (name)
                last->canonical = name;
        } else {
            bodies->at[kept++] = *body;
        }
    }
    bodies->count = kept;
}

void gw_bodies_read(struct gw_scan *scan, const struct gw_places *places, struct gw_bodies *ret_bodies)
{
    *ret_bodies = (struct gw_bodies){0};
    const struct gw_hits *hits = &scan->hits[GW_HITS_BODIES], *bureaus = &scan->hits[GW_HITS_BUREAUS];
    for (size_t i = 0; i < hits->count; i++)
        add_from_tables(scan, places, ret_bodies, &hits->at[i]);
    for (size_t i = 0; i < scan->hits[GW_HITS_OWN].count; i++)
        add_own(scan, ret_bodies, &scan->hits[GW_HITS_OWN].at[i]);
    for (size_t i = 0; i < bureaus->count; i++)
        add_bureau(scan, places, ret_bodies, &bureaus->at[i]);
    if (strcmp(scan->lang, "zh") != 0 && strcmp(scan->lang, "ja") != 0) {
        struct gw_run run;
        for (size_t next = 0; gw_run_next(scan, &next, &run);)
            add_run(scan, places, ret_bodies, &run);
    }
    if (ret_bodies->count)
        qsort(ret_bodies->at, ret_bodies->count, sizeof *ret_bodies->at, by_start);
    drop_inner(ret_bodies);
    join_offices(scan, ret_bodies);
}
