// SPDX-License-Identifier: Apache-2.0
// Kind `feed`: RSS 0.9x, 1.0 (RDF) and 2.0, Atom (RFC 4287), JSON Feed 1.x.
#include "list/fragment.h"
#include "list/json.h"
#include "list/kind.h"
#include "list/xml.h"

#include <string.h>

static const char *const date_names[] = {"pubDate", "published", "date", "updated", "issued", "modified", "created"};

// ---- RSS and Atom

static const char *atom_link(struct gw_arena *arena, const xmlNode *entry, const char *wanted)
{
    const char *any = NULL;
    for (const xmlNode *n = entry->children; n; n = n->next) {
        const char *href = gw_xml_is(n, "link") ? gw_xml_attr(arena, n, "href") : NULL;
        const char *rel = href ? gw_xml_attr(arena, n, "rel") : NULL;
        if (href && gw_str_eq_nocase(rel ? rel : "alternate", wanted))
            any = any ? any : href;
    }
    return any;
}

static bool looks_like_url(const char *text)
{
    return gw_starts_with_nocase(gw_span_of(text), "http://") || gw_starts_with_nocase(gw_span_of(text), "https://");
}

// The item's address, by what feeds have been seen to keep it in.
static const char *item_url(struct gw_arena *arena, const xmlNode *item)
{
    const char *url = atom_link(arena, item, "alternate");
    for (const xmlNode *n = item->children; !url && n; n = n->next)
        if (gw_xml_is(n, "link") && *gw_xml_text(arena, n))
            url = gw_xml_text(arena, n);
    const char *guid = gw_xml_text(arena, gw_xml_child(item, "guid"));
    if (!url && looks_like_url(guid))
        url = guid;
    if (!url)
        url = gw_xml_attr(arena, item, "about"); // RSS 1.0
    const char *id = gw_xml_text(arena, gw_xml_child(item, "id"));
    if (!url && looks_like_url(id))
        url = id;
    return url ? url : gw_xml_attr(arena, gw_xml_child(item, "enclosure"), "url");
}

static const char *item_date(struct gw_arena *arena, const xmlNode *item)
{
    for (size_t i = 0; i < GW_COUNT(date_names); i++) {
        const char *text = gw_xml_text(arena, gw_xml_child(item, date_names[i]));
        if (*text)
            return text;
    }
    return NULL;
}

static const char *kind_of(struct gw_arena *arena, const xmlNode *root)
{
    if (gw_xml_is(root, "feed"))
        return "feed:atom";
    if (!gw_xml_is(root, "rss"))
        return "feed:rss1";
    const char *version = gw_xml_attr(arena, root, "version");
    bool two = !version || *version != '0';
    return two ? "feed:rss2" : gw_arena_printf(arena, "feed:rss%s", version);
}

static int read_xml(const struct gw_list_job *job, Gw__Rows **ret_rows)
{
    xmlDoc *doc;
    struct gw_row_set set;
    int rc = gw_xml_parse(job->arena, &job->input->answer, &doc);
    if (rc != 0)
        return rc;
    const xmlNode *root = xmlDocGetRootElement(doc), *next_in = root;
    const char *item = gw_xml_is(root, "feed") ? "entry" : "item", *base = gw_xml_attr(job->arena, root, "base");
    gw_rows_init(&set, job, base && looks_like_url(base) ? base : job->url, job->input->source);
    for (const xmlNode *n = root; (n = gw_xml_next(root, n, item));) {
        const char *title = gw_xml_text(job->arena, gw_xml_child(n, "title"));
        const char *url = item_url(job->arena, n);
        if (url)
            gw_rows_add_dated(&set, gw_fragment_text(job->arena, title), url, item_date(job->arena, n));
    }
    const char *how = kind_of(job->arena, root);
    if (gw_xml_child(root, "channel"))
        next_in = gw_xml_child(root, "channel");
    const char *next = atom_link(job->arena, next_in, "next");
    rc = gw_rows_finish(&set, how ? how : "feed", ret_rows);
    if (rc == 0 && next)
        gw_rows_add_next(job->arena, *ret_rows, gw_rows_resolve(job->arena, job->url, next));
    if (rc == 0 && (*ret_rows)->n_rows == 0)
        gw_rows_warn(job->arena, *ret_rows, "the feed has no items with an address");
    gw_xml_free(doc);
    return rc;
}

// ---- JSON Feed (jsonfeed.org)

static int read_json_feed(const struct gw_list_job *job, Gw__Rows **ret_rows)
{
    json_t *feed;
    struct gw_row_set set;
    int rc = gw_json_parse(job->arena, &job->input->answer, &feed);
    if (rc != 0)
        return rc;
    size_t i;
    json_t *item;
    gw_rows_init(&set, job, job->url, job->input->source);
    json_array_foreach(json_object_get(feed, "items"), i, item)
    {
        const char *url = json_string_value(json_object_get(item, "url"));
        const char *date = json_string_value(json_object_get(item, "date_published"));
        const char *title = json_string_value(json_object_get(item, "title"));
        url = url ? url : json_string_value(json_object_get(item, "external_url"));
        date = date ? date : json_string_value(json_object_get(item, "date_modified"));
        if (url)
            gw_rows_add_dated(&set, title, url, date);
    }
    rc = gw_rows_finish(&set, "feed:json", ret_rows);
    const char *next = json_string_value(json_object_get(feed, "next_url"));
    if (rc == 0 && next)
        gw_rows_add_next(job->arena, *ret_rows, gw_rows_resolve(job->arena, job->url, next));
    json_decref(feed);
    return rc;
}

// ---- the kind

static bool is_json_feed(const struct gw_page_input *answer)
{
    struct gw_span start = {answer->bytes, answer->length < 4096 ? answer->length : 4096};
    return gw_json_begins(answer) && gw_find(start, GW_SPAN("jsonfeed.org/version/")) >= 0;
}

static bool sniff(const struct gw_page_input *answer)
{
    return gw_xml_begins_with(answer, "rss") || gw_xml_begins_with(answer, "feed") ||
           gw_xml_begins_with(answer, "RDF") || is_json_feed(answer);
}

static int read_feed(const struct gw_list_job *job, Gw__Rows **ret_rows, Gw__Request **ret_then)
{
    (void)ret_then;
    return gw_json_begins(&job->input->answer) ? read_json_feed(job, ret_rows) : read_xml(job, ret_rows);
}

const struct gw_list_kind gw_list_feed = {"feed", read_feed, sniff};
