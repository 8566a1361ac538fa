// SPDX-License-Identifier: Apache-2.0
// Kind `sitemap`: sitemaps.org url sets with Google's news extension, indexes of them (their children are `next`), the
// plain-text form with one URL per line, and a robots.txt, which names sitemaps (RFC 9309 §2.2.4) and so is an index. A
// compressed one was unpacked before (list.c).
#include "list/kind.h"
#include "list/xml.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_NAMED = 50 };

struct entry {
    const char *url, *title, *date;
    size_t order;
};

struct entries {
    struct entry *list;
    size_t count, capacity;
};

static bool append(struct gw_arena *arena, struct entries *entries, struct entry entry)
{
    if (entries->count == entries->capacity) {
        size_t wider = entries->capacity ? entries->capacity * 2 : 64;
        struct entry *list = gw_arena_alloc(arena, wider * sizeof *list);
        if (!list)
            return false;
        if (entries->count > 0)
            memcpy(list, entries->list, entries->count * sizeof *list);
        entries->list = list;
        entries->capacity = wider;
    }
    entry.order = entries->count;
    entries->list[entries->count++] = entry;
    return true;
}

// Newest first by the text of the date (W3C dates sort as text); undated last; else as they stood.
static int compare_newest(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int order = strcmp(y->date, x->date);
    return order != 0 ? order : x->order < y->order ? -1 : x->order > y->order;
}

static bool collect(struct gw_arena *arena, const xmlNode *root, const char *name, struct entries *entries)
{
    for (const xmlNode *n = root; (n = gw_xml_next(root, n, name));) {
        const xmlNode *news = gw_xml_child(n, "news"), *title = gw_xml_child(news, "title");
        const xmlNode *published = gw_xml_child(news, "publication_date");
        struct entry entry = {.url = gw_xml_text(arena, gw_xml_child(n, "loc")),
                              .title = gw_xml_text(arena, title),
                              .date = gw_xml_text(arena, published ? published : gw_xml_child(n, "lastmod"))};
        if (*entry.url && !append(arena, entries, entry))
            return false;
    }
    return true;
}

static int finish(const struct gw_list_job *job, struct entries *entries, const char *how, Gw__Rows **ret_rows)
{
    struct gw_row_set set;
    gw_rows_init(&set, job, job->url, job->input->source);
    if (entries->count > GW_LIST_MAX_ROWS) // of more than can be read, the newest
        qsort(entries->list, entries->count, sizeof *entries->list, compare_newest);
    for (size_t i = 0; i < entries->count; i++)
        gw_rows_add_dated(&set, entries->list[i].title, entries->list[i].url, entries->list[i].date);
    int rc = gw_rows_finish(&set, how, ret_rows);
    if (rc == 0 && (*ret_rows)->n_rows == 0)
        gw_rows_warn(job->arena, *ret_rows, "the sitemap has no URLs, or the source's filters leave none");
    return rc;
}

static int finish_index(const struct gw_list_job *job, struct entries *children, Gw__Rows **ret_rows)
{
    struct gw_row_set none;
    gw_rows_init(&none, job, job->url, NULL);
    int rc = gw_rows_finish(&none, "feed:sitemap-index", ret_rows);
    if (rc != 0)
        return rc;
    if (children->count > 0)
        qsort(children->list, children->count, sizeof *children->list, compare_newest);
    for (size_t i = 0; i < children->count; i++)
        gw_rows_add_next(job->arena, *ret_rows, gw_rows_resolve(job->arena, job->url, children->list[i].url));
    gw_rows_warn(job->arena, *ret_rows, "a sitemap index: its sitemaps are under next");
    return 0;
}

static int read_xml(const struct gw_list_job *job, Gw__Rows **ret_rows)
{
    xmlDoc *doc;
    struct entries entries = {0};
    int rc = gw_xml_parse(job->arena, &job->input->answer, &doc);
    if (rc != 0)
        return rc;
    const xmlNode *root = xmlDocGetRootElement(doc);
    bool index = gw_xml_is(root, "sitemapindex");
    if (!collect(job->arena, root, index ? "sitemap" : "url", &entries))
        rc = gw_fail(GW_ELIMIT, "list: out of memory");
    gw_xml_free(doc);
    if (rc == 0)
        rc = index ? finish_index(job, &entries, ret_rows) : finish(job, &entries, "feed:sitemap", ret_rows);
    return rc;
}

static struct gw_span next_line(struct gw_span *rest)
{
    const char *newline = memchr(rest->at, '\n', rest->bytes);
    size_t n = newline ? (size_t)(newline - rest->at) : rest->bytes;
    struct gw_span line = gw_span_trim((struct gw_span){rest->at, n});
    rest->at += n + (newline != NULL);
    rest->bytes -= n + (newline != NULL);
    return line;
}

static bool is_url_line(struct gw_span line)
{
    return gw_starts_with_nocase(line, "http://") || gw_starts_with_nocase(line, "https://");
}

static int read_lines(const struct gw_list_job *job, Gw__Rows **ret_rows)
{
    struct gw_span rest = {job->input->answer.bytes, job->input->answer.length};
    struct entries entries = {0};
    while (rest.bytes > 0) {
        struct gw_span line = next_line(&rest);
        char *url = is_url_line(line) ? gw_arena_strndup(job->arena, line.at, line.bytes) : NULL;
        if (url && !append(job->arena, &entries, (struct entry){.url = url, .title = "", .date = ""}))
            return gw_fail(GW_ELIMIT, "list: out of memory");
    }
    return finish(job, &entries, "feed:sitemap-text", ret_rows);
}

static bool is_lines(const struct gw_page_input *answer)
{
    struct gw_span rest = {answer->bytes, answer->length < 4096 ? answer->length : 4096};
    size_t lines = 0;
    for (; rest.bytes > 0 && lines < 8; lines++)
        if (!is_url_line(next_line(&rest)))
            return false;
    return lines > 0;
}

// ---- robots.txt

// The value of a line "KEY: value # comment"; empty when it is none.
static struct gw_span robots_value(struct gw_span line, const char *key)
{
    size_t n = strlen(key);
    if (!gw_starts_with_nocase(line, key))
        return (struct gw_span){0};
    struct gw_span value = gw_span_trim((struct gw_span){line.at + n, line.bytes - n});
    if (value.bytes == 0 || *value.at != ':')
        return (struct gw_span){0};
    value = gw_span_trim((struct gw_span){value.at + 1, value.bytes - 1});
    ptrdiff_t comment = gw_find(value, GW_SPAN(" #"));
    return comment < 0 ? value : gw_span_trim((struct gw_span){value.at, (size_t)comment});
}

static int read_robots(const struct gw_list_job *job, Gw__Rows **ret_rows)
{
    struct gw_span rest = {job->input->answer.bytes, job->input->answer.length};
    struct gw_row_set none;
    gw_rows_init(&none, job, job->url, NULL);
    int rc = gw_rows_finish(&none, "feed:robots", ret_rows);
    while (rc == 0 && rest.bytes > 0 && (*ret_rows)->n_next < MAX_NAMED) {
        struct gw_span value = robots_value(next_line(&rest), "sitemap");
        char *url = value.bytes ? gw_arena_strndup(job->arena, value.at, value.bytes) : NULL;
        if (url)
            gw_rows_add_next(job->arena, *ret_rows, gw_rows_resolve(job->arena, job->url, url));
    }
    if (rc == 0)
        gw_rows_warn(job->arena, *ret_rows,
                     (*ret_rows)->n_next ? "a robots.txt: its sitemaps are under next" : "robots.txt names no sitemap");
    return rc;
}

// The first line that says anything begins a group or names a sitemap.
static bool is_robots(const struct gw_page_input *answer)
{
    struct gw_span rest = {answer->bytes, answer->length < 4096 ? answer->length : 4096};
    if (gw_starts_with(rest, "\xEF\xBB\xBF"))
        rest = (struct gw_span){rest.at + 3, rest.bytes - 3};
    while (rest.bytes > 0) {
        struct gw_span line = next_line(&rest);
        if (robots_value(line, "user-agent").bytes > 0 || robots_value(line, "sitemap").bytes > 0)
            return true;
        if (line.bytes > 0 && *line.at != '#')
            return false;
    }
    return false;
}

// ---- the kind

static bool sniff(const struct gw_page_input *answer)
{
    return is_robots(answer) || gw_xml_begins_with(answer, "urlset") || gw_xml_begins_with(answer, "sitemapindex") ||
           is_lines(answer);
}

static int read_sitemap(const struct gw_list_job *job, Gw__Rows **ret_rows, Gw__Request **ret_then)
{
    (void)ret_then;
    if (is_robots(&job->input->answer))
        return read_robots(job, ret_rows);
    return is_lines(&job->input->answer) ? read_lines(job, ret_rows) : read_xml(job, ret_rows);
}

const struct gw_list_kind gw_list_sitemap = {"sitemap", read_sitemap, sniff};
