// SPDX-License-Identifier: Apache-2.0
// When: every layer's dates weighed, as precise as the page, in the zone that DESIGN's rule gives.
#include "reading.h"

#include "base/err.h"
#include "model/dates.h"
#include "model/text.h"
#include "model/url.h"

#include <stdlib.h>
#include <string.h>

struct stamp {
    struct gw_date date;
    const char *from;
    int32_t score;
    bool updated;
};
enum { STAMPS = 96, FREE_LINE = 200, KEPT_LINE = 40, EVENT_LIMIT = 860, SAID_BONUS = 1000 };

struct stamps {
    struct stamp items[STAMPS];
    size_t count;
};

// Only English is written month first, and only in America.
static enum gw_date_order order_of_language(const struct gw_reading *r)
{
    const struct gw_fact *fact = gw_facts_best(&r->facts, FIELD_LANG);
    if (!fact || fact->value.bytes < 2)
        return GW_DATE_UNKNOWN;
    if (!gw_starts_with_nocase(fact->value, "en"))
        return GW_DATE_DMY;
    static const char *const day_first[] = {"gb", "au", "nz", "ie", "in", "za"};
    for (size_t i = 0; i < GW_COUNT(day_first) && fact->value.bytes >= 5; i++)
        if (gw_starts_with_nocase((struct gw_span){fact->value.at + 3, 2}, day_first[i]))
            return GW_DATE_DMY;
    return GW_DATE_UNKNOWN;
}

static enum gw_date_order order_of(const struct gw_reading *r)
{
    const Gw__Source *source = r->options->source;
    enum gw_date_order order = source && source->date_order ? gw_date_order_of(source->date_order) : GW_DATE_UNKNOWN;
    return order != GW_DATE_UNKNOWN ? order : order_of_language(r);
}

// The page of a meeting names the meeting's day.
static bool is_event_page(const struct gw_reading *r)
{
    const char *url = r->page->base_url;
    return url && (strstr(url, "/event/") || strstr(url, "/events/") || strstr(url, "/calendar/"));
}

static bool same_moment(const struct gw_date *a, const struct gw_date *b)
{
    return gw_date_days(a) == gw_date_days(b) && a->hour == b->hour && a->minute == b->minute && a->second == b->second;
}

// A time that a CMS fills in when it has none.
static bool is_filler(const struct gw_date *d)
{
    return (d->hour == 0 && d->minute == 0 && d->second <= 0) || (d->hour == 23 && d->minute == 59 && d->second == 59);
}

static bool is_generation_time(const struct gw_reading *r, const struct gw_date *date)
{
    size_t at = 0;
    const struct gw_fact *fact;
    while ((fact = gw_facts_next(&r->facts, FIELD_GENERATED, &at))) {
        struct gw_date generated;
        if (gw_date_find(fact->value, 0, GW_DATE_UNKNOWN, GW_DATE_WHOLE, &generated) && generated.hour >= 0 &&
            same_moment(date, &generated))
            return true;
    }
    return false;
}

static void add(struct stamps *all, const struct gw_date *date, const char *from, int32_t score, bool updated)
{
    if (all->count < STAMPS && date->year >= 1949 && date->year < 2100)
        all->items[all->count++] = (struct stamp){*date, from, score, updated};
}

static void collect(const struct gw_reading *r, enum gw_field field, bool updated, struct stamps *all)
{
    size_t at = 0;
    const struct gw_fact *fact;
    while ((fact = gw_facts_next(&r->facts, field, &at))) {
        struct gw_date date;
        if (!gw_date_find(fact->value, 0, order_of(r), GW_DATE_NO_DAY, &date) &&
            !gw_date_find(fact->value, 0, GW_DATE_YMD, GW_DATE_NO_DAY, &date)) // "18-03-08" behind a label
            continue;
        bool from_meta = gw_starts_with(gw_span_of(fact->from), "meta:");
        if (from_meta && is_generation_time(r, &date))
            continue;
        if (fact->confidence <= EVENT_LIMIT && is_event_page(r))
            continue;
        int32_t score = fact->confidence - (date.day == 0 ? 200 : 0);
        if (strcmp(fact->from, "site") == 0)
            score += SAID_BONUS;
        // A label far from the text belongs to something else.
        if (fact->block >= 0 && r->first >= 0 && (fact->block > r->last + 12 || fact->block < r->first - 40))
            score -= 300;
        add(all, &date, fact->from, score, updated);
    }
}

// Dates that nothing labels. Between title and text they are the page's own; further away they may be anybody's, and
// the nearest is the likeliest.
static int32_t worth_of_place(const struct gw_reading *r, int32_t i)
{
    if (r->first < 0) { // no text: around the title
        int32_t away = i > r->title_block ? i - r->title_block : r->title_block - i;
        return away <= 3 ? 740 : 400 - (away > 200 ? 200 : away);
    }
    int32_t head = r->title_block >= 0 && r->title_block < r->first ? r->title_block - 3 : r->first - 12;
    if (i > r->title_block && r->title_block >= 0 && i <= r->first + 1)
        return 760;
    if (i >= head && i <= r->first + 1)
        return 700;
    if (i > r->last && i <= r->last + 8)
        return 560;
    int32_t away = i < head ? head - i : i > r->last ? i - r->last : i - r->first;
    return 480 - (away > 200 ? 200 : away);
}

static void collect_free(const struct gw_reading *r, struct stamps *all)
{
    if ((r->first < 0 && r->title_block < 0) || is_event_page(r))
        return;
    for (int32_t i = 0; i < (int32_t)r->blocks.count; i++) {
        const struct gw_block *b = &r->blocks.blocks[i];
        bool head = i > r->title_block && i <= r->first;
        struct gw_date date;
        if (b->digits < 3 || (b->text.bytes > FREE_LINE && !head) ||
            (r->keep[i] && i > r->first + 1 && b->text.bytes > KEPT_LINE))
            continue;
        struct gw_span text = {b->text.at, gw_utf8_cut(b->text.at, b->text.bytes, FREE_LINE)};
        if (!gw_date_find(text, 0, order_of(r), GW_DATE_WHOLE, &date))
            continue;
        int32_t score = worth_of_place(r, i) + (b->text.bytes < 60 ? 40 : 0) + (date.hour >= 0 ? 30 : 0) -
                        (r->keep[i] ? 250 : 0) - (b->link_chars * 2 > b->chars ? 120 : 0);
        add(all, &date, "text", score, false);
    }
}

// ---- zone

static bool has_han_without_kana(const struct gw_reading *r)
{
    size_t han = 0;
    for (size_t i = 0; i < r->blocks.count; i++) {
        struct gw_span t = r->blocks.blocks[i].text;
        if (r->blocks.blocks[i].cjk == 0)
            continue;
        for (const char *p = t.at, *end = t.at + t.bytes; p < end;) {
            uint32_t c = gw_utf8_next(&p, end);
            if (gw_is_kana(c) || gw_is_hangul(c))
                return false;
            han += gw_is_han(c);
        }
        if (han > 400)
            return true;
    }
    return han >= 2;
}

static bool parse_zone(const char *zone, int16_t *ret_minutes)
{
    if (!zone || (zone[0] != '+' && zone[0] != '-') || strlen(zone) < 6)
        return false;
    int minutes = atoi(zone + 1) * 60 + atoi(zone + 4);
    *ret_minutes = (int16_t)(zone[0] == '-' ? -minutes : minutes);
    return true;
}

// DESIGN §3: said on the page > the source's > SiteIDCode or region > .cn host > Han text without kana > unknown.
bool gw_reading_zone(struct gw_reading *r, int16_t *ret_minutes)
{
    const Gw__Source *source = r->options->source;
    if (source && parse_zone(source->zone, ret_minutes))
        return true;
    *ret_minutes = 480;
    const char *region = source ? source->region : NULL;
    if (gw_facts_best(&r->facts, FIELD_SITE_ID_CODE) ||
        (region && strlen(region) == 6 && gw_is_digit((unsigned char)region[0])))
        return true;
    const char *host = r->page->base_url ? gw_url_hostname(r->arena, r->page->base_url) : NULL;
    if (host && gw_ends_with(gw_span_of(host), ".cn"))
        return true;
    return has_han_without_kana(r);
}

// ---- decisions

// A wiki's page is as old as its last revision; what it says of its first one is about another text.
static bool is_wiki(const struct gw_reading *r)
{
    const struct gw_fact *generator = gw_facts_best(&r->facts, FIELD_GENERATOR);
    return generator && gw_find_nocase(generator->value, GW_SPAN("mediawiki")) >= 0;
}

// Layers that name the same day lift each other.
static const struct stamp *decide(struct stamps *all)
{
    const struct stamp *best = NULL;
    int32_t best_score = 0;
    for (size_t i = 0; i < all->count; i++) {
        int32_t score = all->items[i].score - (all->items[i].updated ? 250 : 0);
        for (size_t k = 0; k < all->count; k++)
            if (k != i && gw_date_days(&all->items[k].date) == gw_date_days(&all->items[i].date) &&
                strcmp(all->items[k].from, all->items[i].from) != 0)
                score += 40;
        if (!best || score > best_score) {
            best = &all->items[i];
            best_score = score;
        }
    }
    return best;
}

static void set_time(struct gw_reading *r, char **field, const char *name, struct gw_date date, const char *from,
                     int32_t confidence)
{
    int16_t zone;
    if (is_filler(&date))
        date.hour = date.minute = date.second = -1;
    if (date.hour < 0)
        date.zoned = false;
    else if (!date.zoned && gw_reading_zone(r, &zone)) {
        date.zoned = true;
        date.zone_minutes = zone;
    }
    char text[GW_DATE_BYTES];
    gw_date_format(&date, text);
    gw_reading_set(r, field, name, gw_span_of(text), from, confidence > 990 ? 990 : (uint32_t)confidence);
}

static void set_one(struct gw_reading *r, enum gw_field field, char **ret, const char *name)
{
    struct stamps *all = gw_arena_zalloc(r->arena, sizeof *all);
    if (!all)
        return;
    collect(r, field, false, all);
    const struct stamp *best = decide(all);
    if (best)
        set_time(r, ret, name, best->date, best->from, best->score);
}

void gw_read_times(struct gw_reading *r)
{
    struct stamps *all = gw_arena_zalloc(r->arena, sizeof *all);
    if (!all)
        return;
    bool wiki = is_wiki(r);
    collect(r, FIELD_PUBLISHED, wiki, all);
    collect(r, FIELD_UPDATED, !wiki, all);
    collect_free(r, all);
    const struct stamp *best = decide(all);
    if (best) {
        struct gw_date date = best->date;
        // Another layer may give the time of the day the best one only names.
        for (size_t i = 0; i < all->count; i++) {
            const struct gw_date *other = &all->items[i].date;
            if ((date.hour < 0 || is_filler(&date)) && other->hour >= 0 && !is_filler(other) &&
                !all->items[i].updated && gw_date_days(other) == gw_date_days(&date))
                date = *other;
        }
        set_time(r, &r->document->published, "published", date, best->from, best->score);
    } else if (r->options->row && r->options->row->date && r->options->row->date[0]) {
        gw_reading_set(r, &r->document->published, "published", gw_span_of(r->options->row->date), "list", 700);
    }
    set_one(r, FIELD_WRITTEN, &r->document->written, "written");
    set_one(r, FIELD_EFFECTIVE, &r->document->effective, "effective");
    set_one(r, FIELD_EXPIRY, &r->document->expiry, "expiry");
}
