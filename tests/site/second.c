// SPDX-License-Identifier: Apache-2.0
#include "second.h"

#include "render.h"

#include "base/str.h"

#include <stdlib.h>
#include <string.h>

enum { BODY_MAX = 1 << 20, ROWS = 4 }; // of a page, so that the column has several

#define CHANNEL "7f3a90c2d5e1486b9a0c4d2e6f8b1a35"

static const char HEAD[] = "<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\">"
                           "<title>工作动态_近岸产业发展部</title>\n";
static const char NAV[] = "<div class=\"nav\"><ul><li><a href=\"/\">首页</a></li><li><a href=\"/zh/zcwj/\">政策文件</a>"
                          "</li><li><a href=\"/zh/tzgg/\">通知公告</a></li></ul></div>\n";
static const char FOOT[] = "<div class=\"footer\"><p>近岸产业发展部 网站标识码：bm99000001</p></div></body></html>\n";

static void channel_page(struct gw_buf *out)
{
    gw_buf_printf(out,
                  "%s<meta name=\"channelId\" content=\"" CHANNEL "\">\n</head><body>%s"
                  "<ul id=\"rows\"></ul>\n<script>$.getJSON('/searchList/' + channelId + '?_isJson=true&page=' + page, "
                  "function (d) { d.data.results.forEach(function (r) { $('#rows').append('<li><a href=\"' + r.url + "
                  "'\">' + r.title + '</a></li>'); }); });</script>\n%s",
                  HEAD, NAV, FOOT);
}

static void hanweb_page(struct gw_buf *out)
{
    gw_buf_printf(
        out,
        "%s</head><body>%s<div id=\"4821907\" class=\"default_pgContainer\"></div>\n"
        "<script type=\"text/javascript\" src=\"/script/0/1803201053/jpage.js\"></script>\n"
        "<script>$('#4821907').jpage({totalRecord: 0, proxyUrl: '/module/web/jpage/dataproxy.jsp', perPage: %d, "
        "ajaxParam: {columnid: '1540', unitid: '4821907', webid: '3', path: '/', permissiontype: 0}});"
        "</script>\n%s",
        HEAD, NAV, ROWS, FOOT);
}

static void session_page(struct gw_site_answer *answer)
{
    gw_buf_printf(
        &answer->body,
        "%s</head><body>%s<div id=\"list\" data-token=\"t-58f1\"></div><script src=\"/js/list.js\"></script>\n%s", HEAD,
        NAV, FOOT);
    answer->cookie = "JSESSIONID=5C0A77D1; Path=/zh; HttpOnly";
}

// ---- the rows

struct leaf {
    struct gw_site_entry entries[ROWS];
    size_t n, total;
};

static struct leaf leaf_of(const struct gw_site_pages *pages, const char *number, struct gw_arena *arena)
{
    struct leaf leaf = {0};
    long page = number ? atol(number) : 1;
    if (page >= 1 && page <= 10000)
        leaf.n = gw_site_state_list(pages->state, arena, GW_SITE_WORK, (size_t)(page - 1) * ROWS, ROWS, leaf.entries,
                                    &leaf.total);
    return leaf;
}

static const char *title_of(struct gw_arena *arena, const struct gw_site_entry *entry)
{
    return gw_site_text(arena, entry->article->title, entry);
}

static const char *day_of(struct gw_arena *arena, const struct gw_site_entry *entry)
{
    return gw_site_day_form(arena, entry->published_ms, "%Y-%m-%d");
}

static void channel_rows(const struct leaf *leaf, struct gw_arena *arena, struct gw_site_answer *answer)
{
    struct gw_buf *out = &answer->body;
    gw_buf_printf(out, "{\"code\":200,\"data\":{\"channelName\":\"工作动态\",\"total\":%zu,\"results\":[", leaf->total);
    for (size_t i = 0; i < leaf->n; i++)
        gw_buf_printf(out,
                      "%s{\"title\":\"%s\",\"url\":\"%s\",\"publishedTimeStr\":\"%s\",\"channelName\":\"工作动态\"}",
                      i ? "," : "", title_of(arena, &leaf->entries[i]), gw_site_article_path(arena, &leaf->entries[i]),
                      day_of(arena, &leaf->entries[i]));
    gw_buf_puts(out, "]}}\n");
    answer->content_type = "application/json;charset=UTF-8";
}

static void hanweb_rows(const struct leaf *leaf, struct gw_arena *arena, struct gw_site_answer *answer)
{
    struct gw_buf *out = &answer->body;
    gw_buf_printf(out, "<datastore><totalrecord>%zu</totalrecord><totalpage>%zu</totalpage><recordset>\n", leaf->total,
                  (leaf->total + ROWS - 1) / ROWS);
    for (size_t i = 0; i < leaf->n; i++) {
        gw_buf_printf(out, "<record><![CDATA[<li><span>%s</span><a href=\"%s\" title=\"",
                      day_of(arena, &leaf->entries[i]), gw_site_article_path(arena, &leaf->entries[i]));
        gw_buf_printf(out, "%s\">%s</a></li>]]></record>\n", title_of(arena, &leaf->entries[i]),
                      title_of(arena, &leaf->entries[i]));
    }
    gw_buf_puts(out, "</recordset></datastore>\n");
    answer->content_type = "text/xml;charset=UTF-8";
}

static void session_rows(const struct leaf *leaf, const struct gw_site_ask *ask, struct gw_arena *arena,
                         struct gw_site_answer *answer)
{
    bool session = ask->cookie && strstr(ask->cookie, "JSESSIONID=5C0A77D1");
    bool token = ask->token && strcmp(ask->token, "t-58f1") == 0;
    if (!session || !token) {
        gw_site_page_error(answer, 403, "无权访问", session ? "口令不对。" : "会话已失效。");
        return;
    }
    channel_rows(leaf, arena, answer);
}

bool gw_site_second_page(const struct gw_site_pages *pages, const struct gw_site_ask *ask, struct gw_arena *arena,
                         struct gw_site_answer *answer)
{
    struct leaf leaf = leaf_of(pages, ask->page, arena);
    answer->content_type = "text/html; charset=utf-8";
    if (strcmp(ask->path, "/zh/channel/") == 0)
        channel_page(&answer->body);
    else if (strcmp(ask->path, "/searchList/" CHANNEL) == 0)
        channel_rows(&leaf, arena, answer);
    else if (strcmp(ask->path, "/zh/jpage/") == 0)
        hanweb_page(&answer->body);
    else if (strcmp(ask->path, "/module/web/jpage/dataproxy.jsp") == 0)
        hanweb_rows(&leaf, arena, answer);
    else if (strcmp(ask->path, "/zh/session/") == 0)
        session_page(answer);
    else if (strcmp(ask->path, "/zh/session/rows.json") == 0)
        session_rows(&leaf, ask, arena, answer);
    else
        return false;
    return true;
}
