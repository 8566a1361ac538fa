// SPDX-License-Identifier: Apache-2.0
// DESIGN: without a path, every array of objects is looked at. A member's part (title, URL, date) is chosen by its name
// where the name is a known one, and by its values otherwise; the array with the most rows that have a URL and a title
// wins. Numbers of seconds or milliseconds are dates only in members that are named like dates.
#include "list/json_rows.h"

#include "list/fragment.h"
#include "list/row_dates.h"
#include "list/row_text.h"
#include "list/rule.h"
#include "model/text.h"
#include "model/url.h"

#include <stdio.h>
#include <string.h>

enum {
    MAX_DEPTH = 12,
    MAX_ARRAYS = 4096,
    SAMPLE = 20,
    PATH_MAX_BYTES = 256,
    MS_FROM = 100000000000,
    CHINA_MINUTES = 480
};

// ---- values of a row

// Seconds or milliseconds since 1970 as RFC 3339 in the zone the list is read in; the text itself otherwise.
static const char *date_text(struct gw_arena *arena, const json_t *value, int zone_minutes)
{
    const char *text = gw_json_text(arena, value);
    uint64_t number;
    if (!text || !gw_parse_u64(gw_span_trim(gw_span_of(text)), INT64_MAX, &number))
        return text;
    size_t digits = gw_span_trim(gw_span_of(text)).bytes;
    if (digits != 10 && digits != 13)
        return text; // 20240304 reads as a date by itself
    struct gw_date date;
    char out[GW_DATE_BYTES];
    int64_t seconds = (int64_t)(number >= MS_FROM ? number / 1000 : number) + zone_minutes * 60;
    gw_date_from_days((int32_t)(seconds / 86400), &date);
    date.hour = (int8_t)(seconds % 86400 / 3600);
    date.minute = (int8_t)(seconds % 3600 / 60);
    date.second = (int8_t)(seconds % 60);
    date.zoned = true;
    date.zone_minutes = (int16_t)zone_minutes;
    return gw_arena_strdup(arena, gw_date_format(&date, out));
}

// ---- by paths

struct lookup {
    struct gw_arena *arena;
    json_t *row;
    bool date;
    int zone_minutes;
};

static const char *fill_member(const char *name, void *arg)
{
    const struct lookup *l = arg;
    return gw_json_text(l->arena, gw_json_at(l->row, name));
}

static const char *get(const struct gw_value_alternative *what, void *arg)
{
    struct lookup *l = arg;
    if (strchr(what->path, '{'))
        return gw_template_fill(l->arena, what->path, fill_member, l);
    json_t *value = gw_json_at(l->row, what->path);
    return l->date ? date_text(l->arena, value, l->zone_minutes) : gw_json_text(l->arena, value);
}

// ---- by names and values

static const char *const title_names[] = {
    "title",      "sub_title",    "articletitle", "doctitle", "name",    "headline",  "subject",
    "eventtitle", "contenttitle", "infotitle",    "bt",       "heading", "newstitle", "showtitle",
    "label",      "event_title",  "eventname",    "summary",  "标题",    "件名",      "名称",
};
static const char *const url_names[] = {
    "url",     "link",   "href",      "publishurl", "docpuburl",  "pubsrc",    "pcurl",   "staticurl",
    "linkurl", "weburl", "eventpath", "path",       "articleurl", "permalink", "htmlurl", "visiturl",
    "curl",    "docurl", "htmllink",  "html_url",   "链接",       "地址",
};
static const char *const date_names[] = {
    "date",
    "pubdate",
    "publishtime",
    "publishdate",
    "publishedtimestr",
    "publishedtime",
    "docrelpubtime",
    "releasetime",
    "releasedate",
    "writetime",
    "createdate",
    "createtime",
    "published_at",
    "published",
    "start",
    "time",
    "cwrq",
    "fbrq",
    "datetime",

    "posted",
    "startdatetime",
    "start_date",
    "meeting date",
    "display_date",
    "updated",
    "created",
    "trs_time",
    "display_publish_time",
    "pub_time",
    "日付",
    "发布日期",
    "日期",
    "公布日",
};

enum part { TITLE, URL, DATE, PARTS };

static const struct {
    const char *const *names;
    size_t count;
} named[PARTS] = {
    {title_names, GW_COUNT(title_names)}, {url_names, GW_COUNT(url_names)}, {date_names, GW_COUNT(date_names)}};

static int rank_of(const char *key, enum part part)
{
    for (size_t i = 0; i < named[part].count; i++)
        if (gw_str_eq_nocase(key, named[part].names[i]))
            return 100 - (int)i;
    return 0;
}

static bool reads_as_url(const char *text)
{
    struct gw_span s = gw_span_trim(gw_span_of(text));
    if (s.bytes < 2 || memchr(s.at, ' ', s.bytes) || memchr(s.at, '<', s.bytes))
        return false;
    return gw_starts_with_nocase(s, "http://") || gw_starts_with_nocase(s, "https://") || *s.at == '/' ||
           gw_starts_with(s, "./") || gw_starts_with(s, "../") || gw_ends_with(s, ".html") || gw_ends_with(s, ".htm") ||
           gw_ends_with(s, ".shtml") || gw_ends_with(s, ".pdf");
}

static bool reads_as_image(const char *text)
{
    static const char *const endings[] = {".jpg", ".jpeg", ".png", ".gif", ".svg", ".webp", ".ico"};
    for (size_t i = 0; i < GW_COUNT(endings); i++)
        if (gw_ends_with(gw_span_of(text), endings[i]))
            return true;
    return false;
}

static int value_score(struct gw_arena *arena, json_t *value, enum part part)
{
    const char *text = gw_json_text(arena, value);
    struct gw_date date;
    if (!text || !*text)
        return 0;
    switch (part) {
    case URL:
        return reads_as_url(text) && !reads_as_image(text) ? 2 : 0;
    case DATE:
        text = date_text(arena, value, 0);
        return text && strlen(text) <= 64 && gw_row_date_any(gw_span_of(text), &date) ? 2 : 0;
    default:
        if (!json_is_string(value) || reads_as_url(text) || gw_title_is_generic(gw_span_of(text)))
            return 0;
        return gw_text_width(gw_span_of(text)) >= 10 ? 2 : 1;
    }
}

struct member {
    const char *key; // a path, in arena; NULL: none
    int score;
};

struct finding {
    json_t *array;
    struct member members[PARTS];
    double score;
    char path[PATH_MAX_BYTES];
};

// How well a member (a path of one or two names) plays a part, by its values in a sample of the rows. A title that
// never changes is none; URLs count as far as they differ.
static int judge(struct gw_arena *arena, json_t *array, const char *path, enum part part, int rank)
{
    size_t fits = 0, seen = 0, repeats = 0;
    for (; seen < json_array_size(array) && seen < SAMPLE; seen++) {
        json_t *sample = gw_json_at(json_array_get(array, seen), path);
        size_t earlier = 0;
        while (earlier < seen && !json_equal(sample, gw_json_at(json_array_get(array, earlier), path)))
            earlier++;
        repeats += earlier < seen;
        fits += (size_t)value_score(arena, sample, part);
    }
    if (fits < seen || (part == DATE && rank == 0 && (unsigned char)*path < 0x80 && !strpbrk(path, "dDtTrR")))
        return 0; // a number of ten digits is a date only where the name could mean one
    int score = rank + (int)(fits * 25 / seen);
    if (part == URL)
        return (int)((size_t)score * (seen - repeats) / seen);
    return part == TITLE && seen > 2 && repeats + 1 == seen ? score / 4 : score;
}

// What an object instead of a plain value says with its inner name: {"label", "url"}, {"rendered"}, {"dateTime"}.
static int inner_rank(const char *outer, const char *inner, enum part part)
{
    static const char *const plain[] = {"rendered", "value", "text", "#text", "label", "datetime", "date", "zh", "en"};
    int rank = rank_of(inner, part);
    for (size_t i = 0; i < GW_COUNT(plain); i++)
        if (gw_str_eq_nocase(inner, plain[i]) && rank_of(outer, part) > rank)
            rank = rank_of(outer, part);
    return rank > 3 ? rank - 3 : 0;
}

static void keep_better(struct gw_arena *arena, struct member *best, const char *path, int score)
{
    const char *copy = score > best->score ? gw_arena_strdup(arena, path) : NULL;
    if (copy)
        *best = (struct member){copy, score};
}

// The member of the array's objects that plays a part best; objects in it are looked into.
static struct member find_member(struct gw_arena *arena, json_t *array, enum part part)
{
    struct member best = {0};
    const char *key, *inner;
    json_t *value, *below;
    json_object_foreach(json_array_get(array, 0), key, value)
    {
        keep_better(arena, &best, key, judge(arena, array, key, part, rank_of(key, part)));
        json_object_foreach(value, inner, below)
        {
            char path[PATH_MAX_BYTES];
            snprintf(path, sizeof path, "%s.%s", key, inner);
            int rank = inner_rank(key, inner, part);
            if (rank > 0)
                keep_better(arena, &best, path, judge(arena, array, path, part, rank));
        }
    }
    return best;
}

static void consider(struct gw_arena *arena, json_t *array, const char *path, struct finding *best)
{
    struct finding f = {.array = array};
    if (!json_is_object(json_array_get(array, 0)))
        return;
    for (int part = 0; part < PARTS; part++)
        f.members[part] = find_member(arena, array, (enum part)part);
    double count = json_array_size(array) < 50 ? (double)json_array_size(array) : 50;
    f.score = count * ((f.members[TITLE].key ? 1 : 0) + (f.members[URL].key ? 2 : 0) + (f.members[DATE].key ? 0.5 : 0));
    snprintf(f.path, sizeof f.path, "%s", path);
    if (f.members[TITLE].key && f.score > best->score)
        *best = f;
}

static void search(struct gw_arena *arena, json_t *json, const char *path, int depth, int *arrays, struct finding *best)
{
    char below[PATH_MAX_BYTES];
    const char *key;
    json_t *value;
    size_t i;
    if (depth > MAX_DEPTH || *arrays > MAX_ARRAYS)
        return;
    if (json_is_array(json)) {
        ++*arrays;
        consider(arena, json, path, best);
        json_array_foreach(json, i, value)
        {
            snprintf(below, sizeof below, "%s%s%zu", path, *path ? "." : "", i);
            if (i < SAMPLE)
                search(arena, value, below, depth + 1, arrays, best);
        }
    } else if (json_is_object(json)) {
        json_object_foreach(json, key, value)
        {
            snprintf(below, sizeof below, "%s%s%s", path, *path ? "." : "", key);
            search(arena, value, below, depth + 1, arrays, best);
        }
    }
}

// ---- rows

// The zone in which a day is a day here: the source's, else China's for its hosts and for Chinese text.
static int zone_of(const struct gw_list_job *job, const char *title)
{
    struct gw_date date;
    const char *zone = job->input->source ? job->input->source->zone : "";
    char probe[64];
    snprintf(probe, sizeof probe, "2000-01-01T00:00%.8s", zone);
    if (*zone && gw_date_find(gw_span_of(probe), 0, GW_DATE_UNKNOWN, GW_DATE_WHOLE, &date) && date.zoned)
        return date.zone_minutes;
    const char *host = job->url ? gw_url_hostname(job->arena, job->url) : NULL;
    bool chinese =
        (host && gw_ends_with(gw_span_of(host), ".cn")) || (title && gw_str_eq(gw_text_lang(gw_span_of(title)), "zh"));
    return chinese ? CHINA_MINUTES : 0;
}

static const char *part_text(const struct gw_list_job *job, const struct gw_value *value, const struct finding *f,
                             json_t *row, enum part part, int zone_minutes)
{
    struct lookup l = {job->arena, row, part == DATE, zone_minutes};
    if (value)
        return gw_value_get(value, job->arena, get, &l);
    json_t *member = f->members[part].key ? gw_json_at(row, f->members[part].key) : NULL;
    return part == DATE ? date_text(job->arena, member, zone_minutes) : gw_json_text(job->arena, member);
}

static void add_row(const struct gw_list_job *job, const struct gw_list_rule *rule, const struct finding *f,
                    json_t *row, struct gw_row_set *set)
{
    const char *title = part_text(job, rule->title, f, row, TITLE, 0);
    const char *url = part_text(job, rule->url, f, row, URL, 0);
    const char *date = part_text(job, rule->date, f, row, DATE, zone_of(job, title));
    if (url)
        gw_rows_add_dated(set, gw_fragment_text(job->arena, title), url, date);
}

static const char *why_empty(const struct gw_list_rule *rule, const struct finding *f)
{
    if (rule->item_path && !f->array)
        return "list.item leads to no array";
    if (!f->array)
        return "no array of objects with titles in this JSON";
    if (!rule->url && !f->members[URL].key)
        return "the rows have no address: list.url needs a template such as /detail/{id}.html";
    return "the array has no rows with an address, or the source's filters leave none";
}

static int read_with(const struct gw_list_job *job, const struct gw_list_rule *rule, json_t *json, const char *kind,
                     Gw__Rows **ret_rows)
{
    struct finding f = {0};
    struct gw_row_set set;
    int arrays = 0;
    bool whole = rule->item_path && (!rule->title || !rule->url || !rule->date);
    json_t *at = rule->item_path ? gw_json_at(json, rule->item_path) : json;
    if (!rule->item_path)
        search(job->arena, json, "", 0, &arrays, &f);
    else if (json_is_array(at))
        f.array = at;
    for (int part = 0; whole && f.array && part < PARTS; part++)
        f.members[part] = find_member(job->arena, f.array, (enum part)part);
    gw_rows_init(&set, job, job->url, job->input->source);
    size_t i;
    json_t *row;
    json_array_foreach(f.array, i, row) add_row(job, rule, &f, row, &set);
    const char *how =
        rule->item_path ? "site" : gw_arena_printf(job->arena, "auto:%s %s", kind, *f.path ? f.path : "array");
    int rc = gw_rows_finish(&set, how ? how : kind, ret_rows);
    if (rc == 0 && (*ret_rows)->n_rows == 0)
        gw_rows_warn(job->arena, *ret_rows, why_empty(rule, &f));
    return rc;
}

int gw_json_rows_read(const struct gw_list_job *job, json_t *json, const char *kind, Gw__Rows **ret_rows)
{
    struct gw_list_rule rule;
    int rc = gw_list_rule_compile(job->compiled, job->rule, GW_VALUE_PATH, &rule);
    if (rc != 0)
        return rc;
    return read_with(job, &rule, json, kind, ret_rows);
}
