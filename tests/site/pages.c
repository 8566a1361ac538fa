// SPDX-License-Identifier: Apache-2.0
#include "pages.h"

#include "render.h"
#include "second.h"
#include "template.h"

#include "base/err.h"
#include "base/hash.h"
#include "base/str.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { BODY_MAX = 8 << 20, HOME_ROWS = 5 };

static void home_page(const struct gw_site_pages *pages, struct gw_arena *arena, struct gw_site_answer *answer)
{
    const struct gw_site_var vars[] = {
        {"column", "首页"},
        {"policy", gw_site_links(pages, arena, GW_SITE_POLICY, HOME_ROWS, NULL)},
        {"work", gw_site_links(pages, arena, GW_SITE_WORK, HOME_ROWS, NULL)},
        {"city", gw_site_links(pages, arena, GW_SITE_CITY, HOME_ROWS, NULL)},
    };
    gw_site_fill(&answer->body, gw_site_form_home, vars, GW_COUNT(vars));
    answer->content_type = "text/html; charset=utf-8";
}

static void robots_page(const struct gw_site_pages *pages, struct gw_site_answer *answer)
{
    gw_buf_puts(&answer->body, "# Robots of the Ministry of Coastal Industry\nUser-agent: *\nDisallow: /admin/\n"
                               "Disallow: /search?\nAllow: /\n");
    if (pages->crawl_delay_s)
        gw_buf_printf(&answer->body, "Crawl-delay: %u\n", pages->crawl_delay_s);
    answer->content_type = "text/plain";
}

static void file_page(const char *name, struct gw_site_answer *answer)
{
    gw_buf_printf(&answer->body, "%%PDF-1.4\n%% %s of the test ministry\n%%%%EOF\n", name);
    answer->content_type = "application/octet-stream";
}

static void style_page(struct gw_site_answer *answer)
{
    gw_buf_puts(&answer->body, "body{font:16px/1.8 sans-serif;margin:0}.wrap{width:1100px;margin:0 auto}"
                               ".list span{float:right}h1{text-align:center}.info{color:#666}\n");
    answer->content_type = "text/css";
}

void gw_site_page_error(struct gw_site_answer *answer, int status, const char *title, const char *text)
{
    const struct gw_site_var vars[] = {{"title", title}, {"text", text}, {"column", "首页"}};
    gw_buf_reset(&answer->body);
    gw_site_fill(&answer->body, gw_site_form_error, vars, GW_COUNT(vars));
    answer->status = status;
    answer->content_type = "text/html; charset=utf-8";
    answer->modified_ms = 0;
    answer->etag[0] = '\0';
}

void gw_site_answer_seal(struct gw_site_answer *answer)
{
    snprintf(answer->etag, sizeof answer->etag, "\"%016" PRIx64 "\"",
             gw_hash64(gw_buf_str(&answer->body), answer->body.bytes));
}

// The misspelt "bulidstatic" of its script is the real one's.
static const char UNIT[] = "/api-gateway/jpaas-publish-server/front/page/build/unit";

static bool column_page(const struct gw_site_pages *pages, const char *path, struct gw_arena *arena,
                        struct gw_site_answer *answer)
{
    for (enum gw_site_column column = 0; column < GW_SITE_COLUMNS; column++) {
        if (!gw_starts_with(gw_span_of(path), gw_site_columns[column].path))
            continue;
        const char *name = path + strlen(gw_site_columns[column].path);
        if (column == GW_SITE_CITY && strcmp(name, "feed.xml") == 0) {
            gw_site_feed_page(pages, arena, answer);
            return true;
        }
        return gw_site_list_page(pages, column, name, arena, answer) ||
               gw_site_article_page(pages, column, path, arena, answer);
    }
    return false;
}

void gw_site_page(const struct gw_site_pages *pages, const struct gw_site_ask *ask, struct gw_arena *arena,
                  struct gw_site_answer *ret_answer)
{
    const char *path = ask->path;
    *ret_answer = (struct gw_site_answer){.status = 200, .body = GW_BUF(BODY_MAX)};
    if (strcmp(path, "/") == 0 || strcmp(path, "/index.html") == 0)
        home_page(pages, arena, ret_answer);
    else if (strcmp(path, "/robots.txt") == 0)
        robots_page(pages, ret_answer);
    else if (gw_starts_with(gw_span_of(path), "/files/"))
        file_page(path + strlen("/files/"), ret_answer);
    else if (strcmp(path, "/css/site.css") == 0)
        style_page(ret_answer);
    else if (gw_site_second_page(pages, ask, arena, ret_answer))
        ;
    else if (strcmp(path, UNIT) == 0 ? !gw_site_unit_page(pages, ask->parameters, arena, ret_answer)
                                     : !column_page(pages, path, arena, ret_answer)) {
        gw_site_page_error(ret_answer, 404, "您访问的页面不存在", "抱歉，您访问的页面不存在或已被删除。");
        return;
    }
    gw_site_answer_seal(ret_answer);
}
