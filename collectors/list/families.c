// SPDX-License-Identifier: Apache-2.0
#include "list/families.h"

#include "base/buf.h"
#include "html/dom.h"
#include "html/select.h"
#include "list/chain.h"
#include "list/json.h"
#include "list/literal.h"
#include "list/scripts.h"
#include "model/url.h"

#include <string.h>

enum { QUERY_MAX = 8192, UNIT_PAGE_SIZE = 50, CHANNEL_PAGE_SIZE = 20, NUMBER_MAX = 24 };

static uint32_t page_no(const struct gw_list_job *job)
{
    return job->input->page_no ? job->input->page_no : 1;
}

static void put_parameter(struct gw_buf *query, const char *name, const char *value)
{
    gw_buf_putc(query, query->bytes ? '&' : '?');
    for (int part = 0; part < 2; part++) {
        for (const char *s = part ? value : name; *s; s++)
            if (gw_is_alpha((unsigned char)*s) || gw_is_digit((unsigned char)*s) || strchr("-_.~", *s))
                gw_buf_putc(query, *s);
            else
                gw_buf_printf(query, "%%%02X", (unsigned char)*s);
        if (part == 0)
            gw_buf_putc(query, '=');
    }
}

static Gw__Request *get_with(const struct gw_list_job *job, const char *url, struct gw_buf *query)
{
    char *whole = gw_buf_ok(query) ? gw_arena_printf(job->arena, "%s%s", url, gw_buf_str(query)) : NULL;
    gw_buf_fini(query);
    return whole ? gw_chain_get(job, whole) : NULL;
}

// ---- jpaas: <script src="…unitbuild.js" url="…/build/unit" querydata="{'webId':'…','tagId':'…'}">

static bool names_a_list(const char *tag)
{
    static const char *const words[] = {"列表", "list", "右侧", "当前内容", "当前栏目", "信息"};
    for (size_t i = 0; tag && i < GW_COUNT(words); i++)
        if (gw_find_nocase(gw_span_of(tag), gw_span_of(words[i])) >= 0)
            return true;
    return false;
}

static json_t *query_data(const GumboNode *script)
{
    const char *text = gw_dom_attr(script, "querydata");
    struct gw_buf out = GW_BUF(QUERY_MAX);
    json_t *data = NULL;
    if (text && gw_literal_to_json(gw_span_trim(gw_span_of(text)), &out) > 0 &&
        gw_json_parse_text((struct gw_span){out.data, out.bytes}, &data) != 0)
        data = NULL;
    gw_buf_fini(&out);
    return data;
}

// A page may build several units; the list is the one whose tag says so, else the first.
static GumboNode *choose_unit(struct gw_page *scripts)
{
    GumboNode *chosen = NULL;
    for (GumboNode *n = scripts->body; n; n = gw_dom_next(n, scripts->body)) {
        json_t *data = gw_dom_is_element(n) ? query_data(n) : NULL;
        if (!data)
            continue;
        bool list = names_a_list(json_string_value(json_object_get(data, "tagId")));
        json_decref(data);
        if (list)
            return n;
        chosen = chosen ? chosen : n;
    }
    return chosen;
}

static void put_unit_page(const struct gw_list_job *job, const json_t *data, struct gw_buf *query)
{
    // What the page's own parameters say besides the page stays ("search" of some columns).
    json_t *own = NULL, *given = json_object_get(data, "paramJson");
    if (json_is_string(given) && gw_json_parse_text(gw_span_of(json_string_value(given)), &own) != 0)
        own = NULL;
    own = own ? own : json_object();
    json_object_set_new(own, "pageNo", json_integer(page_no(job)));
    if (!json_object_get(own, "pageSize"))
        json_object_set_new(own, "pageSize", json_integer(UNIT_PAGE_SIZE));
    char *text = json_dumps(own, JSON_COMPACT);
    put_parameter(query, "paramJson", text ? text : "{}");
    free(text);
    json_decref(own);
}

static Gw__Request *unit_build(const struct gw_list_job *job, const struct gw_page *page)
{
    struct gw_page scripts;
    GumboNode *unit = gw_scripts_page(page, &scripts) == 0 ? choose_unit(&scripts) : NULL;
    json_t *data = unit ? query_data(unit) : NULL, *value;
    const char *url = unit ? gw_dom_attr(unit, "url") : NULL, *type = unit ? gw_dom_attr(unit, "parsetype") : NULL,
               *key;
    struct gw_buf query = GW_BUF(QUERY_MAX);
    if (!json_is_object(data))
        return NULL;
    json_object_foreach(data, key, value)
    {
        const char *text = gw_json_text(job->arena, value);
        if (text && strcmp(key, "paramJson") != 0)
            put_parameter(&query, key, text);
    }
    if (type && !json_object_get(data, "parseType"))
        put_parameter(&query, "parseType", type);
    if (!json_object_get(data, "pageType"))
        put_parameter(&query, "pageType", "column");
    put_unit_page(job, data, &query);
    json_decref(data);
    return get_with(job, url && *url ? url : "/api-gateway/jpaas-publish-server/front/page/build/unit", &query);
}

// ---- Hanweb JPage without rows in the page: dataproxy.jsp with the ids that stand in its scripts

// The digits behind the first `name`, signs and quotes between; "" when there are none.
static const char *number_behind(struct gw_arena *arena, struct gw_span text, const char *name)
{
    for (ptrdiff_t at; (at = gw_find_nocase(text, gw_span_of(name))) >= 0;) {
        text.at += (size_t)at + strlen(name);
        text.bytes -= (size_t)at + strlen(name);
        size_t from = 0, to;
        while (from < text.bytes && from < 6 && strchr("\"'=: ", text.at[from]))
            from++;
        for (to = from; to < text.bytes && to - from < NUMBER_MAX && gw_is_digit((unsigned char)text.at[to]);)
            to++;
        if (to > from && from > 0)
            return gw_arena_strndup(arena, text.at + from, to - from);
    }
    return "";
}

static Gw__Request *data_proxy(const struct gw_list_job *job, const struct gw_page *page)
{
    const char *column = number_behind(job->arena, page->text, "columnid");
    const char *unit = number_behind(job->arena, page->text, "unitid"),
               *web = number_behind(job->arena, page->text, "webid");
    struct gw_buf query = GW_BUF(QUERY_MAX);
    if (!column || !unit || !web || !*column || !*unit)
        return NULL;
    gw_buf_printf(&query, "?page=%u&appid=1&webid=%s&path=/&columnid=%s&unitid=%s&permissiontype=0", page_no(job),
                  *web ? web : "1", column, unit);
    return get_with(job, "/module/web/jpage/dataproxy.jsp", &query);
}

// ---- NEA: <ul data="datasource:ID"> is filled from ds_ID.json beside the page

static Gw__Request *data_source(const struct gw_list_job *job, const struct gw_page *page)
{
    static const struct gw_span mark = {"datasource:", 11};
    for (GumboNode *n = page->body; n; n = gw_dom_next(n, page->body)) {
        const char *data = gw_dom_attr(n, "data");
        if (!data || !gw_starts_with(gw_span_of(data), mark.at) || strlen(data) > mark.bytes + 64)
            continue;
        return gw_chain_get(job, gw_arena_printf(job->arena, "ds_%s.json", data + mark.bytes));
    }
    return NULL;
}

// ---- <meta name="channelId">: JSON of /searchList/ID or /common/search/ID, as the page's scripts have it

static Gw__Request *channel_search(const struct gw_list_job *job, const struct gw_page *page)
{
    const char *id = NULL;
    for (GumboNode *n = page->root; n && !id; n = gw_dom_next(n, page->root))
        if (gw_dom_is(n, GUMBO_TAG_META) && gw_str_eq_nocase(gw_dom_attr(n, "name"), "channelid"))
            id = gw_dom_attr(n, "content");
    const char *path = gw_find(page->text, GW_SPAN("common/search")) >= 0 ? "/common/search" : "/searchList";
    if (!id || !*id || strlen(id) > 64)
        return NULL;
    return gw_chain_get(job, gw_arena_printf(job->arena,
                                             "%s/%s?_isAgg=true&_isJson=true&_pageSize=%d&_template=index&page=%u",
                                             path, id, CHANNEL_PAGE_SIZE, page_no(job)));
}

// ---- Guangdong's gkmlpt: /gkmlpt/api/all/CATEGORY?page=N&sid=SID below the site's own prefix

static Gw__Request *disclosure_api(const struct gw_list_job *job, const struct gw_page *page)
{
    struct gw_span url = gw_span_of(job->url);
    ptrdiff_t at = gw_find(url, GW_SPAN("/gkmlpt"));
    const char *sid = number_behind(job->arena, page->text, "SID");
    const char *asked = job->input->source ? strchr(job->input->source->url, '#') : NULL; // the category is a fragment
    const char *category = asked && gw_is_digit((unsigned char)asked[1]) ? asked + 1 : "0";
    if (at < 0 || !sid)
        return NULL;
    return gw_chain_get(job, gw_arena_printf(job->arena, "%.*s/gkmlpt/api/all/%.*s?page=%u%s%s", (int)at, url.at,
                                             (int)strspn(category, "0123456789"), category, page_no(job),
                                             *sid ? "&sid=" : "", sid));
}

// ---- a JSON file that a script of an empty page names ("./ZUIXINZHENGCE.json")

static Gw__Request *named_json(const struct gw_list_job *job, const struct gw_page *page)
{
    for (size_t i = 0; i < page->aside_count; i++) {
        struct gw_span text = page->asides[i].text;
        ptrdiff_t at = page->asides[i].kind == GW_ASIDE_SCRIPT ? gw_find(text, GW_SPAN(".json")) : -1;
        if (at < 0)
            continue;
        size_t end = (size_t)at + 5, from = (size_t)at;
        while (from > 0 && !strchr("\"'` \n(=", text.at[from - 1]) && end - from < 200)
            from--;
        if (from > 0 && strchr("\"'`", text.at[from - 1]) && end < text.bytes && strchr("\"'`?", text.at[end]))
            return gw_chain_get(job, gw_arena_strndup(job->arena, text.at + from, end - from));
    }
    return NULL;
}

// ---- the table: what is told more surely comes first

static const struct gw_family families[] = {
    {.name = "jpaas",
     .markers = {"unitbuild&querydata", "jpaas-publish-server&querydata"},
     .then = unit_build,
     .rows_need_then = true},
    {.name = "hanweb2", .markers = {"loadPageData&webSiteCode"}},
    {.name = "hanweb", .markers = {"/module/web/jpage/&columnid&unitid", "jpage&dataproxy.jsp"}, .then = data_proxy},
    {.name = "nea", .markers = {"data=\"datasource:", "data='datasource:"}, .then = data_source},
    {.name = "channel-search",
     .markers = {"channelid&searchList", "channelId&searchList", "channelId&common/search", "channelid&common/search"},
     .then = channel_search},
    {.name = "gkmlpt", .markers = {"/gkmlpt/&SID:", "/gkmlpt/&gkmlpt/api"}, .then = disclosure_api},
    {.name = "gov.cn", .markers = {"ZUIXINZHENGCE", "YAOWENLIEBIAO", "ZCJD_QZ", "gongbao.json"}, .then = named_json},
    {.name = "legistar",
     .markers = {"rgMasterTable&egistar"},
     .item = "table.rgMasterTable tr.rgRow, table.rgMasterTable tr.rgAltRow",
     .title = "td:nth-child(1)",
     .url = "a[href*=MeetingDetail]@href | a[href*=LegislationDetail]@href | a[href*='View.ashx']@href"},
    {.name = "civicplus",
     .markers = {"catAgendaRow"},
     .item = "tr.catAgendaRow",
     .title = "td p a | td h3",
     .url = "td p a@href | a@href",
     .date = "h3 strong@aria-label | h3 strong | h3"},
    {.name = "drupal",
     .markers = {"views-row&Drupal.settings", "views-row&drupal-settings-json", "views-row&/sites/default/files"},
     .item = ".view-content .views-row"},
    {.name = "wordpress",
     .markers = {"wp-content&entry-title", "wp-content&hentry", "wp-includes&entry-title"},
     .item = "article, .hentry",
     .title = ".entry-title",
     .url = ".entry-title a@href | a:has(.entry-title)@href | a@href"},
    {.name = "joomla", .markers = {"com_content&cat-list-row", "cat-list-row&categorylist_header"}},
    {.name = "trs", .markers = {"createPageHTML(", "TRS_Editor", "trs_"}},
};

// Every part of a "a&b" set is in the text.
static bool has_all(struct gw_span text, const char *set)
{
    for (const char *s = set; *s;) {
        size_t n = strcspn(s, "&");
        if (gw_find(text, (struct gw_span){s, n}) < 0)
            return false;
        s += n + (s[n] == '&');
    }
    return true;
}

const struct gw_family *gw_family_of(const struct gw_list_job *job, const struct gw_page *page)
{
    const char *wanted = job->rule->family;
    for (size_t i = 0; i < GW_COUNT(families); i++) {
        if (wanted && *wanted) {
            if (gw_str_eq_nocase(wanted, families[i].name))
                return &families[i];
            continue;
        }
        for (size_t k = 0; k < GW_COUNT(families[i].markers) && families[i].markers[k]; k++)
            if (has_all(page->text, families[i].markers[k]))
                return &families[i];
    }
    return NULL;
}

const char *gw_family_how(struct gw_arena *arena, const struct gw_family *family)
{
    const char *how = gw_arena_printf(arena, "family:%s", family->name);
    return how ? how : family->name;
}

const char *gw_family_of_json(struct gw_span text)
{
    static const char *const marks[][2] = {
        {"gov.cn", "DOCRELPUBTIME&SUB_TITLE"},
        {"nea", "\"datasource\"&publishUrl"},
        {"channel-search", "publishedTimeStr&channelName"},
        {"gkmlpt", "\"articles\"&post_url"},
        {"gkmlpt", "\"articles\"&gkmlpt"},
        {"jpaas", "\"success\"&\"html\"&<li"},
    };
    for (size_t i = 0; i < GW_COUNT(marks); i++)
        if (has_all(text, marks[i][1]))
            return marks[i][0];
    return NULL;
}
