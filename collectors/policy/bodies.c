// SPDX-License-Identifier: Apache-2.0
// DESIGN: Four makers, one list. Source: who publishes here, by name. Table: a hit of agencies.csv or bodies.csv,
// unless a place stands right before it (宁波市统计局 is not 国家统计局). Local: a function of bureaus.csv behind a
// place (宁波市经信局) or behind 市, 省, 县 of the document's own place. Form: a run of capitalised words with a head
// (Council, Department of …), for countries without a table.
#include "bodies.h"

#include "capitals.h"
#include "hanbodies.h"
#include "ownnames.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PLACES_BACK = 64, BODIES_MAX = 4 * GW_FACTS_MAX, ABBREVIATIONS_MAX = 8, ABBREVIATION_BYTES = 8 };

void gw_bodies_add(struct gw_scan *scan, struct gw_bodies *bodies, struct gw_body body)
{
    struct gw_body *more = gw_scan_grow(scan, bodies->at, bodies->count, sizeof *more);
    if (!more || bodies->count >= BODIES_MAX || !body.canonical || !body.level)
        return;
    bodies->at = more;
    more[bodies->count++] = body;
}

const char *gw_bodies_level(const char *code)
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
    // Names that do not begin with their place.
    static const struct {
        const char *function, *before, *after;
    } forms[] = {{"委员会", "中国共产党", "委员会"},
                 {"纪律检查委员会", "中国共产党", "纪律检查委员会"},
                 {"中国人民政治协商会议委员会", "中国人民政治协商会议", "委员会"},
                 {"委组织部", "中国共产党", "委员会组织部"},
                 {"委宣传部", "中国共产党", "委员会宣传部"},
                 {"委员会办公厅", "中国共产党", "委员会办公厅"},
                 {"国际贸易促进委员会", "中国国际贸易促进委员会", "委员会"}};
    for (size_t i = 0; i < GW_COUNT(forms); i++)
        if (strcmp(function, forms[i].function) == 0)
            return gw_arena_printf(scan->arena, "%s%s%s", forms[i].before, place, forms[i].after);
    return gw_arena_printf(scan->arena, "%s%s", place, function);
}

// 开发区管委会, 特区政府, 上市委员会: the word is the end of another.
static bool ends_other_word(const struct gw_scan *scan, size_t at, const char *word)
{
    static const struct {
        const char *word, *before; // characters, split by '|'
    } others[] = {
        {"区",
         "发|特|地|新|园|社|林|景|校|战|军|灾|山|矿|库|范|片|小|街|辖|城|郊|牧|治|验|护|作|税|学|厂|政|能|带|禁|港"},
        {"市", "城|上|夜|股|超|都|集|门|楼|车|菜|早|花|海"},
        {"省", "节|反|各"},
        {"州", "治"}};
    if (at < 3)
        return false;
    for (size_t i = 0; i < GW_COUNT(others); i++)
        if (strcmp(others[i].word, word) == 0)
            for (const char *p = others[i].before; *p; p += 3 + (p[3] == '|'))
                if (memcmp(p, scan->text.at + at - 3, 3) == 0)
                    return true;
    return false;
}

static const char *const LEVELS[] = {
    [GW_PLACE_PROVINCE] = "provincial", [GW_PLACE_PREFECTURE] = "municipal", [GW_PLACE_COUNTY] = "county"};

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
        if (ends_other_word(scan, at - n, words[i].word))
            return NULL;
        *ret_bytes = n;
        // The nearest place of that level in the text, else the document's home.
        size_t from = gw_places_from(places, at), least = from > PLACES_BACK ? from - PLACES_BACK : 0;
        for (size_t j = from; j > least; j--)
            if (places->at[j - 1].level == words[i].level && gw_place_is_chinese(places->at[j - 1].code))
                return places->at[j - 1].code;
        if (places->first[words[i].level])
            return places->first[words[i].level];
        if (!places->home)
            return NULL;
        if (words[i].level != GW_PLACE_COUNTY && gw_place_parent(places->home, words[i].level, parent))
            return gw_arena_strdup(scan->arena, parent);
        return strcmp(gw_bodies_level(places->home), LEVELS[words[i].level]) == 0 ? places->home : NULL;
    }
    return NULL;
}

// The office that stands behind a body's name and is named with it: 财政部办公厅.
static size_t general_office_end(const struct gw_scan *scan, size_t at)
{
    static const char *const offices[] = {"办公厅", "办公室", "综合司", "秘书局"};
    for (size_t i = 0; i < GW_COUNT(offices); i++)
        if (gw_scan_at(scan, at, offices[i]))
            return at + strlen(offices[i]);
    return at;
}

static void add_local(struct gw_scan *scan, const struct gw_places *places, struct gw_bodies *bodies, size_t start,
                      size_t end, const char *function)
{
    size_t begin = start, word = 0, office = general_office_end(scan, end);
    if (office > end) {
        function = gw_arena_printf(scan->arena, "%s%.*s", function, (int)(office - end), scan->text.at + end);
        end = office;
    }
    const struct gw_place *place = function ? places_before(places, start, &begin) : NULL;
    // 市 of 宁波市 belongs to the place; "宁波市市场监管局" holds one more.
    if (place && gw_place_is_chinese(place->code)) {
        gw_bodies_add(scan, bodies,
                      (struct gw_body){.start = (uint32_t)begin,
                                       .end = (uint32_t)end,
                                       .canonical = local_name(scan, place->name, function),
                                       .level = gw_bodies_level(place->code),
                                       .code = place->code});
        return;
    }
    const char *code = own_place(scan, places, start, &word);
    const char *name = code ? gw_place_name(code) : NULL;
    if (name && word)
        gw_bodies_add(scan, bodies,
                      (struct gw_body){.start = (uint32_t)(start - word),
                                       .end = (uint32_t)end,
                                       .canonical = local_name(scan, name, function),
                                       .level = gw_bodies_level(code),
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

// Which place an office is in: the last one named in [start, end).
static const char *code_within(const struct gw_places *places, size_t start, size_t end)
{
    const char *code = NULL;
    for (size_t i = gw_places_from(places, start); i < places->count && places->at[i].start < end; i++)
        if (places->at[i].start >= start && gw_place_is_chinese(places->at[i].code))
            code = places->at[i].code;
    return code;
}

// The place of the page whose name begins as [start, end) does: 万载调查队 is in 万载县.
static const char *code_named(const struct gw_scan *scan, const struct gw_places *places, size_t start, size_t end)
{
    for (size_t i = 0; i < places->count && i < PLACES_BACK; i++) {
        size_t n = strlen(places->at[i].name) - strlen("县");
        if (gw_place_is_chinese(places->at[i].code) && n >= strlen("万载") && n <= end - start &&
            memcmp(places->at[i].name, scan->text.at + start, n) == 0)
            return places->at[i].code;
    }
    return NULL;
}

// 国家统计局万载调查队, 中国人民银行常德市中心支行: a local office of a central body, where a place stands between
// (公安部治安 管理局 is none; a 调查队 always is one). Its end, or `at`.
static size_t office_end(const struct gw_scan *scan, const struct gw_places *places, size_t at)
{
    static const char *const tails[] = {"调查总队", "调查队", "监管分局", "监管局",    "专员办", "中心支行",
                                        "分行",     "支行",   "税务局",   "分局",      "办事处", "特派办",
                                        "海关",     "管理局", "监管总队", "监督管理局"};
    for (size_t place = 6; place <= 15; place += 3)
        for (size_t i = 0; i < GW_COUNT(tails); i++)
            if (gw_scan_at(scan, at + place, tails[i]) &&
                !gw_scan_has(scan, at, at + place, "，|。|、| |\n|和|与|在|的|各|对|将|会同|联合|：|部|局"))
                return i < 2 || code_within(places, at, at + place) ? at + place + strlen(tails[i]) : at;
    return at;
}

static bool is_foreign(const struct gw_places *places, size_t at)
{
    const struct gw_place *place = gw_place_ending(places, at);
    return place && !gw_place_is_chinese(place->code) && strcmp(place->code, "CN") != 0;
}

// What "(CDC)" stands for on this page: looked up once for each of a few abbreviations.
struct abbreviations {
    struct {
        uint16_t row;
        bool other;
    } at[ABBREVIATIONS_MAX];
    size_t count;
};

// "Community Development Commission (CDC)": the page gives the letters a meaning of its own.
static bool is_other_abbreviation(const struct gw_scan *scan, const struct gw_hit *hit,
                                  struct abbreviations *abbreviations)
{
    struct gw_span text = {scan->text.at + hit->start, hit->end - hit->start};
    char bracketed[ABBREVIATION_BYTES + 3];
    for (size_t i = 0; i < text.bytes; i++)
        if (text.at[i] < 'A' || text.at[i] > 'Z')
            return false;
    if (text.bytes > ABBREVIATION_BYTES)
        return false;
    for (size_t i = 0; i < abbreviations->count; i++)
        if (abbreviations->at[i].row == hit->row)
            return abbreviations->at[i].other;
    if (abbreviations->count == ABBREVIATIONS_MAX)
        return false;
    int n = snprintf(bracketed, sizeof bracketed, "(%.*s)", (int)text.bytes, text.at);
    ptrdiff_t found = gw_find(scan->text, (struct gw_span){bracketed, (size_t)n});
    bool other = false;
    if (found > 1) { // behind a long name of the same row it means what the table says
        const struct gw_hits *hits = &scan->hits[GW_HITS_BODIES];
        size_t at = (size_t)found - (scan->text.at[found - 1] == ' '), i = gw_hits_from(hits, at - 1);
        other = !(i < hits->count && hits->at[i].end >= at && hits->at[i].start < at && hits->at[i].row == hit->row);
    }
    abbreviations->at[abbreviations->count].row = hit->row;
    abbreviations->at[abbreviations->count++].other = other;
    return other;
}

static void add_from_tables(struct gw_scan *scan, const struct gw_places *places, struct gw_bodies *bodies,
                            const struct gw_hit *hit, struct abbreviations *abbreviations)
{
    if (hit->table == GW_T_BODIES && is_other_abbreviation(scan, hit, abbreviations))
        return;
    if (hit->table == GW_T_BODIES) {
        const char *region = gw_hit_cell(hit, GW_BODY_REGION);
        gw_bodies_add(scan, bodies,
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
    if (!latin && is_foreign(places, hit->start)) // 美国财政部
        return;
    if (!latin && is_local_tail(scan, places, hit->start)) {
        const struct gw_hits *bureaus = &scan->hits[GW_HITS_BUREAUS];
        size_t same = gw_hits_from(bureaus, hit->start);
        if (same < bureaus->count && bureaus->at[same].start == hit->start && bureaus->at[same].end == hit->end)
            return; // 省发改委: the table of bureaus knows its full name
        struct gw_span name = {scan->text.at + hit->start, hit->end - hit->start};
        char *function = gw_arena_strndup(scan->arena, name.at, name.bytes);
        if (function)
            add_local(scan, places, bodies, hit->start, hit->end, function);
        return;
    }
    size_t start = hit->start;
    if (gw_scan_before(scan, start, "中华人民共和国"))
        start -= strlen("中华人民共和国");
    size_t end = latin ? hit->end : office_end(scan, places, hit->end);
    const char *name = gw_hit_cell(hit, GW_AGENCY_NAME);
    if (end > hit->end) {
        const char *code = code_within(places, hit->end, end);
        code = code ? code : code_named(scan, places, hit->end, end);
        code = code ? code : places->home;
        gw_bodies_add(scan, bodies,
                      (struct gw_body){.start = (uint32_t)start,
                                       .end = (uint32_t)end,
                                       .canonical = gw_arena_printf(scan->arena, "%s%.*s", name, (int)(end - hit->end),
                                                                    scan->text.at + hit->end),
                                       .level = code ? gw_bodies_level(code) : "other",
                                       .code = code});
        return;
    }
    end = latin ? hit->end : general_office_end(scan, hit->end);
    if (end > hit->end)
        name = gw_arena_printf(scan->arena, "%s%.*s", name, (int)(end - hit->end), scan->text.at + hit->end);
    gw_bodies_add(
        scan, bodies,
        (struct gw_body){
            .start = (uint32_t)start, .end = (uint32_t)end, .canonical = name, .level = "national", .code = "CN"});
}

static void add_own(struct gw_scan *scan, struct gw_bodies *bodies, const struct gw_hit *hit)
{
    const struct gw_table *table = &scan->own_names->table;
    const char *region = gw_table_cell(table, hit->row, GW_BODY_REGION);
    gw_bodies_add(
        scan, bodies,
        (struct gw_body){.start = hit->start,
                         .end = hit->end,
                         .canonical = gw_arena_strdup(scan->arena, gw_table_cell(table, hit->row, GW_BODY_CANONICAL)),
                         .level = gw_arena_strdup(scan->arena, gw_table_cell(table, hit->row, GW_BODY_LEVEL)),
                         .code = *region ? gw_arena_strdup(scan->arena, region) : NULL,
                         .own = true});
}

static bool is_word_byte(char c)
{
    return gw_is_alpha((unsigned char)c) || gw_is_digit((unsigned char)c);
}

// Who publishes here, as the source's definition calls them.
static void add_named(struct gw_scan *scan, struct gw_bodies *bodies, struct gw_span name, const char *canonical)
{
    const Gw__Source *source = scan->source;
    const char *region = source->region && source->region[0] ? source->region : NULL;
    const char *level = source->level && source->level[0] ? source->level : region ? gw_bodies_level(region) : "other";
    struct gw_span rest = scan->text;
    for (ptrdiff_t at; name.bytes && (at = gw_find(rest, name)) >= 0;) {
        const char *start = rest.at + at, *end = start + name.bytes;
        bool inside = (start > scan->text.at && is_word_byte(start[-1]) && is_word_byte(*start)) ||
                      (is_word_byte(end[-1]) && is_word_byte(*end)); // there is a NUL behind the text
        if (!inside)
            gw_bodies_add(scan, bodies,
                          (struct gw_body){.start = (uint32_t)(start - scan->text.at),
                                           .end = (uint32_t)(end - scan->text.at),
                                           .canonical = gw_arena_strdup(scan->arena, canonical),
                                           .level = gw_arena_strdup(scan->arena, level),
                                           .code = region ? gw_arena_strdup(scan->arena, region) : NULL,
                                           .own = true});
        rest = (struct gw_span){end, (size_t)(scan->text.at + scan->text.bytes - end)};
    }
}

static void add_source(struct gw_scan *scan, struct gw_bodies *bodies)
{
    const Gw__Source *source = scan->source;
    const char *canonical = NULL;
    for (size_t i = 0; source && i < source->n_name; i++)
        if (!canonical || strcmp(source->name[i]->lang, "zh") == 0)
            canonical = source->name[i]->text;
    for (size_t i = 0; source && i < source->n_name; i++)
        add_named(scan, bodies, gw_span_of(source->name[i]->text), canonical);
}

static void add_bureau(struct gw_scan *scan, const struct gw_places *places, struct gw_bodies *bodies,
                       const struct gw_hit *hit)
{
    const char *function = gw_hit_cell(hit, GW_BUREAU_NAME);
    if (hit->column == GW_BUREAU_SHORT)
        add_local(scan, places, bodies, hit->start, hit->end, function);
}

// ---- by form

// "des Bayerischen Staatsministeriums für …" names the Bayerisches Staatsministerium für …
static const char *nominative(struct gw_scan *scan, const char *name)
{
    const char *blank = strchr(name, ' '), *noun = strstr(name, "inisterium");
    size_t adjective = blank ? (size_t)(blank - name) : 0;
    struct gw_span first = {name, adjective};
    if (!noun)
        return name;
    bool genitive = noun[strlen("inisterium")] == 's';
    size_t stem = gw_ends_with(first, "schen") ? adjective - 2 : gw_ends_with(first, "sche") ? adjective - 1 : 0;
    if (!genitive && !stem)
        return name;
    size_t keep = stem ? stem : adjective, end = (size_t)(noun - name) + strlen("inisterium");
    if (noun < name + adjective) // no adjective in front
        return gw_arena_printf(scan->arena, "%.*s%s", (int)end, name, name + end + genitive);
    return gw_arena_printf(scan->arena, "%.*s%s%.*s%s", (int)keep, name, stem ? "es" : "", (int)(end - adjective),
                           name + adjective, name + end + genitive);
}

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
    for (size_t i = gw_places_from(places, run->start); i < places->count && places->at[i].start < run->end; i++)
        if (places->at[i].start >= run->start)
            code = places->at[i].code;
    if (scan->china && function && !code)
        code = places->home;
    if (scan->china && function && gw_place_is_chinese(code)) {
        body.canonical = local_name(scan, gw_place_name(code), function);
        body.level = gw_bodies_level(code);
    } else {
        body.canonical = gw_scan_copy(scan, run->start, run->end);
        if (strcmp(scan->lang, "de") == 0 && body.canonical)
            body.canonical = nominative(scan, body.canonical);
    }
    body.code = code;
    gw_bodies_add(scan, bodies, body);
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
static void drop_inner(const struct gw_scan *scan, struct gw_bodies *bodies)
{
    size_t kept = 0;
    for (size_t i = 0; i < bodies->count; i++) {
        struct gw_body *body = &bodies->at[i], *last = kept ? &bodies->at[kept - 1] : NULL;
        // "Home Business Ministry of …"; but "Customs Tariff Commission of the State Council" is one body
        bool known = last && last->by_form && !body->by_form && body->end == last->end &&
                     !gw_scan_before(scan, body->start, "of the ") && !gw_scan_before(scan, body->start, "of ");
        // "National Weather Service Detroit Office" speaks for the service
        bool branch = last && last->by_form && !body->by_form && body->start == last->start &&
                      gw_scan_before(scan, last->end, " Office");
        bool overlaps = last && body->start < last->end && body->by_form && !last->by_form;
        bool tail = last && body->by_form && last->by_form &&
                    body->start <= last->end + 1; // "City of Marion" Building Department
        if (known || branch)
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
    struct abbreviations abbreviations = {.count = 0};
    const struct gw_hits *hits = &scan->hits[GW_HITS_BODIES], *bureaus = &scan->hits[GW_HITS_BUREAUS];
    for (size_t i = 0; i < hits->count; i++)
        add_from_tables(scan, places, ret_bodies, &hits->at[i], &abbreviations);
    for (size_t i = 0; i < scan->hits[GW_HITS_OWN].count; i++)
        add_own(scan, ret_bodies, &scan->hits[GW_HITS_OWN].at[i]);
    add_source(scan, ret_bodies);
    for (size_t i = 0; i < bureaus->count; i++)
        add_bureau(scan, places, ret_bodies, &bureaus->at[i]);
    if (strcmp(scan->lang, "zh") != 0 && strcmp(scan->lang, "ja") != 0) {
        struct gw_run run;
        for (size_t next = 0; ret_bodies->count < BODIES_MAX && gw_run_next(scan, &next, &run);)
            add_run(scan, places, ret_bodies, &run);
    } else {
        gw_hanbodies_read(scan, places, ret_bodies);
    }
    if (ret_bodies->count)
        qsort(ret_bodies->at, ret_bodies->count, sizeof *ret_bodies->at, by_start);
    drop_inner(scan, ret_bodies);
    join_offices(scan, ret_bodies);
}
