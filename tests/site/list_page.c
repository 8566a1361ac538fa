// SPDX-License-Identifier: Apache-2.0
#include "render.h"
#include "template.h"

#include "base/err.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

enum { BODY_MAX = 8 << 20, ROWS_ALL = 20000 };

static void row_put(struct gw_buf *out, struct gw_arena *arena, const struct gw_site_entry *entry)
{
    const struct gw_site_article *a = entry->article;
    const char *title = gw_site_text(arena, a->title, entry), *path = gw_site_article_path(arena, entry);
    const char *relative = path + strlen(gw_site_columns[a->column].path);
    if (a->column == GW_SITE_CITY) {
        gw_buf_printf(out, "<div class=\"item\"><h3><a href=\"%s\">", path);
        gw_site_escape(out, title);
        gw_buf_printf(out, "</a></h3><span class=\"date\">%s</span><p>",
                      gw_site_day_text(arena, entry->published_ms, true));
        gw_site_escape(out, gw_site_text(arena, a->paragraphs[0], entry));
        gw_buf_puts(out, "</p></div>\n");
        return;
    }
    size_t shown = gw_utf8_cut(title, strlen(title), 84); // long titles are cut on the page and whole in the attribute
    bool rooted = a->column == GW_SITE_NOTICE;            // the unit's answer has no place that links could start from
    gw_buf_printf(out, "<li><a href=\"%s%s\" target=\"_blank\" title=\"", rooted ? "" : "./", rooted ? path : relative);
    gw_site_escape(out, title);
    gw_buf_puts(out, "\">");
    gw_site_escape(out, gw_arena_strndup(arena, title, shown));
    gw_buf_printf(out, "%s</a><span>%s</span></li>\n", title[shown] ? "..." : "",
                  gw_site_day_form(arena, entry->published_ms, "%Y-%m-%d"));
}

static void pager_put(struct gw_buf *out, enum gw_site_column column, size_t page, size_t pages)
{
    const char *next = column == GW_SITE_CITY ? "Next »" : "下一页",
               *previous = column == GW_SITE_CITY ? "« Previous" : "上一页";
    if (page == 1)
        gw_buf_printf(out, "<a href=\"index.html\">%s</a> ", previous);
    else if (page > 1)
        gw_buf_printf(out, "<a href=\"index_%zu.html\">%s</a> ", page - 1, previous);
    if (page + 1 < pages)
        gw_buf_printf(out, "<a href=\"index_%zu.html\">%s</a>", page + 1, next);
    gw_buf_putc(out, '\n');
}

// One page of a column, and which it is of how many.
struct leaf {
    size_t page, page_count, n;
    struct gw_site_entry *entries; // the caller's to free
    int64_t modified_ms;           // of the newest content
};

static struct leaf leaf_of(const struct gw_site_pages *pages, enum gw_site_column column, size_t page,
                           struct gw_arena *arena)
{
    struct leaf leaf = {.page = page};
    size_t per_page = gw_site_state_per_page(pages->state, column), total;
    if (!per_page)
        per_page = ROWS_ALL;
    leaf.entries = calloc(per_page, sizeof *leaf.entries);
    gw_assert(leaf.entries);
    leaf.n = gw_site_state_list(pages->state, arena, column, page * per_page, per_page, leaf.entries, &total);
    leaf.page_count = (total + per_page - 1) / per_page;
    for (size_t i = 0; i < leaf.n; i++)
        if (leaf.entries[i].modified_ms > leaf.modified_ms)
            leaf.modified_ms = leaf.entries[i].modified_ms;
    return leaf;
}

static void leaf_put(const struct leaf *leaf, enum gw_site_column column, struct gw_arena *arena,
                     struct gw_site_answer *answer)
{
    struct gw_buf rows = GW_BUF(BODY_MAX), pager = GW_BUF(1024);
    for (size_t i = 0; i < leaf->n; i++)
        row_put(&rows, arena, &leaf->entries[i]);
    pager_put(&pager, column, leaf->page, leaf->page_count);
    const struct gw_site_var vars[] = {
        {"column", gw_site_columns[column].name},
        {"rows", gw_buf_str(&rows)},
        {"pager", gw_buf_str(&pager)},
        {"page", gw_arena_printf(arena, "%zu", leaf->page)},
        {"pages", gw_arena_printf(arena, "%zu", leaf->page_count)},
    };
    gw_site_fill(&answer->body, column == GW_SITE_CITY ? gw_site_form_en_list : gw_site_form_zh_list, vars,
                 GW_COUNT(vars));
    gw_buf_fini(&rows);
    gw_buf_fini(&pager);
}

// "", "index.html" or "index_7.html"
static bool list_number(const char *name, size_t *ret_page)
{
    uint64_t page = 0;
    struct gw_span number = gw_span_of(name);
    if (gw_starts_with(number, "index_") && gw_ends_with(number, ".html")) {
        number.at += strlen("index_");
        number.bytes -= strlen("index_.html");
        if (!gw_parse_u64(number, 100000, &page) || page == 0)
            return false;
    } else if (*name && strcmp(name, "index.html") != 0) {
        return false;
    }
    *ret_page = (size_t)page;
    return true;
}

bool gw_site_list_page(const struct gw_site_pages *pages, enum gw_site_column column, const char *name,
                       struct gw_arena *arena, struct gw_site_answer *answer)
{
    size_t page;
    if (!list_number(name, &page))
        return false;
    answer->content_type = "text/html; charset=utf-8";
    if (column == GW_SITE_NOTICE) { // nothing but the script that asks for the unit below
        const struct gw_site_var vars[] = {{"column", gw_site_columns[column].name}};
        gw_site_fill(&answer->body, gw_site_form_zh_unit, vars, GW_COUNT(vars));
        return page == 0;
    }
    struct leaf leaf = leaf_of(pages, column, page, arena);
    bool exists = leaf.n > 0 || page == 0;
    if (exists) {
        leaf_put(&leaf, column, arena, answer);
        answer->modified_ms = leaf.modified_ms;
    }
    free(leaf.entries);
    return exists;
}

static void json_text_put(struct gw_buf *out, const char *text)
{
    for (; *text; text++)
        if (*text == '\n')
            gw_buf_puts(out, "\\n");
        else if (*text == '"' || *text == '\\')
            gw_buf_printf(out, "\\%c", *text);
        else
            gw_buf_putc(out, *text);
}

bool gw_site_unit_page(const struct gw_site_pages *pages, const char *parameters, struct gw_arena *arena,
                       struct gw_site_answer *answer)
{
    static const char key[] = "\"pageNo\":";
    const char *number = parameters ? strstr(parameters, key) : NULL;
    long page = number ? atol(number + sizeof key - 1) : 0;
    if (page < 1 || page > 100000)
        return false;
    struct leaf leaf = leaf_of(pages, GW_SITE_NOTICE, (size_t)page - 1, arena);
    struct gw_buf rows = GW_BUF(BODY_MAX);
    gw_buf_puts(&rows, "<ul class=\"page-content\">\n");
    for (size_t i = 0; i < leaf.n; i++)
        row_put(&rows, arena, &leaf.entries[i]);
    gw_buf_puts(&rows, "</ul>\n");
    gw_buf_puts(&answer->body, "{\"success\":true,\"message\":\"\",\"code\":200,\"data\":{\"html\":\"");
    json_text_put(&answer->body, gw_buf_str(&rows));
    gw_buf_puts(&answer->body, "\"}}\n");
    answer->content_type = "application/json;charset=UTF-8";
    answer->modified_ms = leaf.modified_ms;
    gw_buf_fini(&rows);
    free(leaf.entries);
    return true;
}

void gw_site_feed_page(const struct gw_site_pages *pages, struct gw_arena *arena, struct gw_site_answer *answer)
{
    struct gw_site_entry entries[20];
    size_t total, n = gw_site_state_list(pages->state, arena, GW_SITE_CITY, 0, GW_COUNT(entries), entries, &total);
    struct gw_buf *out = &answer->body;
    gw_buf_puts(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\"><channel><title>City of Hailan: "
                     "news</title><link>/en/news/</link><description>News of the city</description>\n");
    for (size_t i = 0; i < n; i++) {
        gw_buf_puts(out, "<item><title>");
        gw_site_escape(out, gw_site_text(arena, entries[i].article->title, &entries[i]));
        gw_buf_printf(out, "</title><link>%s</link><pubDate>%s</pubDate></item>\n",
                      gw_site_article_path(arena, &entries[i]),
                      gw_site_day_form(arena, entries[i].published_ms, "%a, %d %b %Y %H:%M:%S +0800"));
        if (entries[i].modified_ms > answer->modified_ms)
            answer->modified_ms = entries[i].modified_ms;
    }
    gw_buf_puts(out, "</channel></rss>\n");
    answer->content_type = "application/rss+xml; charset=utf-8";
}
