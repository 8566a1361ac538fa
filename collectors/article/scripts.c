// SPDX-License-Identifier: Apache-2.0
// Dates that a page's scripts state: state of the application, analytics, WeChat's variables. Only well-known names, as
// "name": "value", name = "value" or name: 1581604666.
#include "reading.h"
#include "rows.h"

#include "base/err.h"
#include "model/dates.h"

#include <string.h>

static const struct {
    const char *name; // letters as written; what stands before and behind must be no letter
    enum gw_field field;
    uint16_t confidence;
} names[] = {
    {"datePublished", FIELD_PUBLISHED, 820},
    {"publish_time", FIELD_PUBLISHED, 800},
    {"publishTime", FIELD_PUBLISHED, 790},
    {"publishDate", FIELD_PUBLISHED, 800},
    {"publish_date", FIELD_PUBLISHED, 800},
    {"published_date", FIELD_PUBLISHED, 790},
    {"publishedDate", FIELD_PUBLISHED, 790},
    {"publishedAt", FIELD_PUBLISHED, 790},
    {"published_at", FIELD_PUBLISHED, 790},
    {"published_time", FIELD_PUBLISHED, 790},
    {"publicationDate", FIELD_PUBLISHED, 800},
    {"publication_date", FIELD_PUBLISHED, 800},
    {"pubDate", FIELD_PUBLISHED, 780},
    {"pubdate", FIELD_PUBLISHED, 780},
    {"pubtime", FIELD_PUBLISHED, 780},
    {"pub_date", FIELD_PUBLISHED, 780},
    {"pubTime", FIELD_PUBLISHED, 780},
    {"datePub", FIELD_PUBLISHED, 760},
    {"firstPublished", FIELD_PUBLISHED, 790},
    {"first_published_at", FIELD_PUBLISHED, 790},
    {"articlePublishedDate", FIELD_PUBLISHED, 790},
    {"pagePublishDate", FIELD_PUBLISHED, 780},
    {"postDate", FIELD_PUBLISHED, 740},
    {"dateModified", FIELD_UPDATED, 780},
    {"ct", FIELD_PUBLISHED, 760},
    {"ptime", FIELD_PUBLISHED, 760},
};
enum { SHORTEST = 2, SEARCHED = 512 * 1024 };

static bool name_char(char c)
{
    return gw_is_alpha((unsigned char)c) || gw_is_digit((unsigned char)c) || c == '_';
}

// The value behind a name: past quotes, ':' or '=', blanks; up to the closing quote, or the end of the number.
static struct gw_span value_behind(const char *p, const char *end)
{
    const char *limit = end - p > 80 ? p + 80 : end;
    bool assigned = false;
    for (; p < limit && (strchr("\"' \t:=\\", *p)); p++)
        assigned |= *p == ':' || *p == '=';
    const char *from = p;
    while (p < limit && *p != '"' && *p != '\'' && *p != ',' && *p != ';' && *p != '}' && *p != '<' && *p != '\n' &&
           *p != '\\')
        p++;
    return (struct gw_span){from, assigned ? (size_t)(p - from) : 0};
}

// Seconds or milliseconds since 1970 that a news page may bear.
static bool unix_time(struct gw_span value, int64_t *ret_seconds)
{
    uint64_t v;
    if (!gw_parse_u64(value, UINT64_MAX, &v))
        return false;
    v = v > 100000000000u ? v / 1000 : v;
    *ret_seconds = (int64_t)v;
    return v > 946684800 && v < 4102444800;
}

static void take(struct gw_reading *r, size_t which, struct gw_span value)
{
    struct gw_date date;
    int64_t seconds;
    if (unix_time(value, &seconds)) {
        int16_t zone = 0;
        if (!gw_reading_zone(r, &zone))
            zone = 0;
        seconds += zone * 60;
        gw_date_from_days((int32_t)(seconds / 86400), &date);
        date.hour = (int8_t)(seconds / 3600 % 24);
        date.minute = (int8_t)(seconds / 60 % 60);
        date.second = (int8_t)(seconds % 60);
        date.zoned = true;
        date.zone_minutes = zone;
        char text[GW_DATE_BYTES];
        value = gw_span_of(gw_arena_strdup(r->arena, gw_date_format(&date, text)));
    } else if (value.bytes < 8 || !gw_date_find(value, 0, GW_DATE_YMD, GW_DATE_WHOLE, &date) || date.start > 2) {
        return;
    }
    gw_facts_add(&r->facts, names[which].field, value, "script:", gw_span_of(names[which].name),
                 names[which].confidence, -1);
}

// One pass: wherever a letter of the table's first ones begins a word.
static void search(struct gw_reading *r, struct gw_span text)
{
    const char *end = text.at + (text.bytes < SEARCHED ? text.bytes : SEARCHED);
    bool done[GW_COUNT(names)] = {0};
    for (const char *p = text.at; p + SHORTEST < end; p++) {
        if ((*p != 'd' && *p != 'p' && *p != 'f' && *p != 'a' && *p != 'c') || (p > text.at && name_char(p[-1])))
            continue;
        const char *word_end = p;
        while (word_end < end && name_char(*word_end))
            word_end++;
        struct gw_span word = {p, (size_t)(word_end - p)};
        for (size_t i = 0; i < GW_COUNT(names); i++)
            if (!done[i] && gw_span_eq(word, gw_span_of(names[i].name)) && GW_ROW_ON("script names", names, i)) {
                size_t before = r->facts.count;
                take(r, i, value_behind(word_end, end));
                done[i] = r->facts.count > before;
            }
        p = word_end - 1;
    }
}

void gw_read_scripts(struct gw_reading *r)
{
    for (size_t i = 0; i < r->page->aside_count; i++)
        if (r->page->asides[i].kind == GW_ASIDE_SCRIPT)
            search(r, r->page->asides[i].text);
}
