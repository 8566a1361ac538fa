// SPDX-License-Identifier: Apache-2.0
#include "pages.h"

#include "template.h"

#include "base/err.h"
#include "base/hash.h"
#include "base/str.h"

#include <iconv.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BODY_MAX = 8 << 20, ZONE_S = 8 * 3600, DAY_MS = 86400 * 1000, ROWS_ALL = 20000, RELATED = 3, HOME_ROWS = 5 };

static const struct column {
    const char *path, *name;
    const char *article; // form of its article's path behind `path`: month, day, id
} columns[GW_SITE_COLUMNS] = {
    [GW_SITE_POLICY] = {"/zh/zcwj/", "政策文件", "%s/t%s_%u.html"},
    [GW_SITE_WORK] = {"/zh/gzdt/", "工作动态", "%s/t%s_%u.html"},
    [GW_SITE_CITY] = {"/en/news/", "News", "%s/%s-content_%u.html"},
    [GW_SITE_LOAD] = {"/load/", "通知公告", "%s/t%s_%u.html"},
};

// ---- days, in the site's zone (+08:00)

static struct tm day_of(int64_t unix_ms)
{
    time_t seconds = (time_t)(unix_ms / 1000) + ZONE_S;
    struct tm day;
    gmtime_r(&seconds, &day);
    return day;
}

static void day_print(struct gw_buf *out, int64_t unix_ms, bool in_english)
{
    struct tm day = day_of(unix_ms);
    char text[64];
    if (in_english) {
        strftime(text, sizeof text, "%B", &day);
        gw_buf_printf(out, "%s %d, %d", text, day.tm_mday, day.tm_year + 1900);
    } else {
        gw_buf_printf(out, "%d年%d月%d日", day.tm_year + 1900, day.tm_mon + 1, day.tm_mday);
    }
}

static const char *day_form(struct gw_arena *arena, int64_t unix_ms, const char *form)
{
    struct tm day = day_of(unix_ms);
    char text[64];
    strftime(text, sizeof text, form, &day);
    return gw_arena_strdup(arena, text);
}

static const char *day_text(struct gw_arena *arena, int64_t unix_ms, bool in_english)
{
    struct gw_buf text = GW_BUF(64);
    day_print(&text, unix_ms, in_english);
    const char *copy = gw_arena_strdup(arena, gw_buf_str(&text));
    gw_buf_fini(&text);
    return copy;
}

// ---- the article's text: its places filled, its revision in force

static void place_put(struct gw_buf *out, const char *place, const struct gw_site_entry *entry)
{
    bool in_english = gw_site_article_is_english(entry->article);
    if (place[0] == 'y')
        gw_buf_printf(out, "%d", day_of(entry->published_ms).tm_year + 1900);
    else
        day_print(out, entry->published_ms + atol(place + 1) * DAY_MS, in_english);
}

static void text_put(struct gw_buf *out, const char *text, const struct gw_site_entry *entry)
{
    const struct gw_site_article *a = entry->article;
    while (*text) {
        if (entry->changed && strncmp(text, a->before, strlen(a->before)) == 0) {
            const struct gw_site_entry unchanged = {.article = a, .published_ms = entry->published_ms};
            text_put(out, a->after, &unchanged);
            text += strlen(a->before);
        } else if (*text == '{') {
            place_put(out, text + 1, entry);
            text = strchr(text, '}') + 1;
        } else {
            gw_buf_putc(out, *text++);
        }
    }
}

static const char *text_of(struct gw_arena *arena, const char *text, const struct gw_site_entry *entry)
{
    if (!text)
        return "";
    struct gw_buf out = GW_BUF(65536);
    text_put(&out, text, entry);
    const char *copy = gw_arena_strdup(arena, gw_buf_str(&out));
    gw_buf_fini(&out);
    return copy ? copy : "";
}

static void paragraph_put(struct gw_buf *out, const char *text, bool in_english)
{
    bool heading = gw_starts_with(gw_span_of(text), "# ");
    const char *open = in_english ? "<p>" : "<p style=\"text-indent: 2em;\">";
    gw_buf_puts(out, heading ? "<p style=\"text-align: center;\"><strong>" : open);
    if (!heading && !in_english)
        gw_buf_puts(out, "　　"); // both, as editors paste it
    gw_site_escape(out, heading ? text + 2 : text);
    gw_buf_puts(out, heading ? "</strong></p>\n" : "</p>\n");
}

static void body_put(struct gw_buf *out, struct gw_arena *arena, const struct gw_site_entry *entry)
{
    const struct gw_site_article *a = entry->article;
    bool in_english = gw_site_article_is_english(a);
    for (size_t i = 0; i < GW_COUNT(a->paragraphs) && a->paragraphs[i]; i++)
        paragraph_put(out, text_of(arena, a->paragraphs[i], entry), in_english);
    for (size_t i = 0; i < GW_COUNT(a->signature) && a->signature[i]; i++) {
        gw_buf_puts(out, "<p style=\"text-align: right;\">");
        gw_site_escape(out, text_of(arena, a->signature[i], entry));
        gw_buf_puts(out, "</p>\n");
    }
}

static void attachments_put(struct gw_buf *out, const struct gw_site_article *a)
{
    if (!a->attachments[0])
        return;
    gw_buf_puts(out, gw_site_article_is_english(a) ? "<div class=\"files\"><h3>Attachments</h3><ul>\n"
                                                   : "<div class=\"fj\">附件：<ul>\n");
    for (size_t i = 0; i < GW_COUNT(a->attachments) && a->attachments[i]; i++) {
        const char *extension = strrchr(a->attachments[i], '.');
        gw_buf_printf(out, "<li><a href=\"/files/%u-%zu%s\" target=\"_blank\">", a->id, i + 1, extension);
        gw_site_escape(out, a->attachments[i]);
        gw_buf_puts(out, "</a></li>\n");
    }
    gw_buf_puts(out, "</ul></div>\n");
}

// ---- links

const char *gw_site_article_path(struct gw_arena *arena, const struct gw_site_entry *entry)
{
    const struct column *column = &columns[entry->article->column];
    char tail[128];
    snprintf(tail, sizeof tail, column->article, day_form(arena, entry->published_ms, "%Y%m"),
             day_form(arena, entry->published_ms, "%Y%m%d"), entry->article->id);
    return gw_arena_printf(arena, "%s%s", column->path, tail);
}

static void link_put(struct gw_buf *out, struct gw_arena *arena, const struct gw_site_entry *entry)
{
    gw_buf_printf(out, "<li><a href=\"%s\">", gw_site_article_path(arena, entry));
    gw_site_escape(out, text_of(arena, entry->article->title, entry));
    gw_buf_puts(out, "</a></li>\n");
}

static const char *links_of(const struct gw_site_pages *pages, struct gw_arena *arena, enum gw_site_column column,
                            size_t n, const struct gw_site_entry *but)
{
    struct gw_site_entry entries[HOME_ROWS + 1];
    gw_assert(n < GW_COUNT(entries));
    size_t total, got = gw_site_state_list(pages->state, arena, column, 0, n + 1, entries, &total);
    struct gw_buf out = GW_BUF(65536);
    for (size_t i = 0, put = 0; i < got && put < n; i++)
        if (!but || entries[i].article->id != but->article->id) {
            link_put(&out, arena, &entries[i]);
            put++;
        }
    const char *copy = gw_arena_strdup(arena, gw_buf_str(&out));
    gw_buf_fini(&out);
    return copy;
}

// ---- article pages

static const char *kept(struct gw_arena *arena, struct gw_buf *buf)
{
    const char *copy = gw_arena_strdup(arena, gw_buf_str(buf));
    gw_buf_reset(buf);
    return copy ? copy : "";
}

static const char *block_of(struct gw_arena *arena, const struct gw_site_entry *entry)
{
    const struct gw_site_article *a = entry->article;
    if (!a->number)
        return "";
    const struct gw_site_var vars[] = {
        {"index_no", text_of(arena, a->index_no, entry)},
        {"topic", a->topic},
        {"written", day_text(arena, entry->published_ms - 3 * (int64_t)DAY_MS, false)},
        {"title", text_of(arena, a->title, entry)},
        {"number", text_of(arena, a->number, entry)},
        {"published", day_text(arena, entry->published_ms, false)},
    };
    struct gw_buf out = GW_BUF(65536);
    gw_site_fill(&out, gw_site_form_zh_block, vars, GW_COUNT(vars));
    const char *block = kept(arena, &out);
    gw_buf_fini(&out);
    return block;
}

// In GBK, or as it is when a character has no place there.
static void to_gbk(struct gw_buf *page)
{
    iconv_t cd = iconv_open("GBK", "UTF-8");
    gw_assert(cd != (iconv_t)-1);
    char *in = page->data, *out = malloc(page->bytes);
    gw_assert(out);
    char *at = out;
    size_t in_left = page->bytes, out_left = page->bytes;
    if (iconv(cd, &in, &in_left, &at, &out_left) != (size_t)-1) {
        gw_buf_reset(page);
        gw_buf_add(page, out, (size_t)(at - out));
    }
    free(out);
    iconv_close(cd);
}

static void article_page(const struct gw_site_pages *pages, struct gw_arena *arena, const struct gw_site_entry *entry,
                         struct gw_site_answer *answer)
{
    const struct gw_site_article *a = entry->article;
    bool in_english = gw_site_article_is_english(a);
    struct gw_buf out = GW_BUF(1 << 20);
    body_put(&out, arena, entry);
    const char *body = kept(arena, &out);
    attachments_put(&out, a);
    const char *attachments = kept(arena, &out);
    const char *author = !a->author   ? ""
                         : in_english ? gw_arena_printf(arena, " | By %s", a->author)
                                      : gw_arena_printf(arena, "<span>作者：%s</span>　", a->author);
    const struct gw_site_var vars[] = {
        {"charset", a->gbk ? "gb2312" : "utf-8"},
        {"column", columns[a->column].name},
        {"title", text_of(arena, a->title, entry)},
        {"subtitle", a->subtitle ? gw_arena_printf(arena, "<h2>%s</h2>\n", a->subtitle) : ""},
        {"date", day_form(arena, entry->published_ms, "%Y-%m-%d")},
        {"time", day_form(arena, entry->published_ms, "%H:%M")},
        {"long_date", day_text(arena, entry->published_ms, true)},
        {"source", a->source},
        {"author", author},
        {"editor", a->editor ? a->editor : "信息中心"},
        {"path", gw_site_article_path(arena, entry)},
        {"block", block_of(arena, entry)},
        {"body", body},
        {"attachments", attachments},
        {"related", links_of(pages, arena, a->column, RELATED, entry)},
    };
    gw_site_fill(&answer->body, in_english ? gw_site_form_en_article : gw_site_form_zh_article, vars, GW_COUNT(vars));
    if (a->gbk)
        to_gbk(&answer->body);
    answer->content_type = a->gbk ? "text/html" : "text/html; charset=utf-8";
    answer->modified_ms = entry->modified_ms;
    gw_buf_fini(&out);
}

// The id stands before ".html"; only the one path that the list gives is the article's.
static bool article_at(const struct gw_site_pages *pages, enum gw_site_column column, const char *path,
                       struct gw_arena *arena, struct gw_site_answer *answer)
{
    const char *id = strrchr(path, '_');
    struct gw_site_entry entry;
    uint64_t number;
    struct gw_span digits = gw_span_of(id ? id + 1 : "");
    if (!gw_ends_with(digits, ".html"))
        return false;
    digits.bytes -= strlen(".html");
    if (!gw_parse_u64(digits, UINT32_MAX, &number) ||
        !gw_site_state_find(pages->state, arena, column, (uint32_t)number, &entry) ||
        strcmp(gw_site_article_path(arena, &entry), path) != 0)
        return false;
    article_page(pages, arena, &entry, answer);
    return true;
}

// ---- lists

static void row_put(struct gw_buf *out, struct gw_arena *arena, const struct gw_site_entry *entry)
{
    const struct gw_site_article *a = entry->article;
    const char *title = text_of(arena, a->title, entry), *path = gw_site_article_path(arena, entry);
    const char *relative = path + strlen(columns[a->column].path);
    if (a->column == GW_SITE_CITY) {
        gw_buf_printf(out, "<div class=\"item\"><h3><a href=\"%s\">", path);
        gw_site_escape(out, title);
        gw_buf_printf(out, "</a></h3><span class=\"date\">%s</span><p>", day_text(arena, entry->published_ms, true));
        gw_site_escape(out, text_of(arena, a->paragraphs[0], entry));
        gw_buf_puts(out, "</p></div>\n");
        return;
    }
    size_t shown = gw_utf8_cut(title, strlen(title), 84); // long titles are cut on the page and whole in the attribute
    gw_buf_printf(out, "<li><a href=\"./%s\" target=\"_blank\" title=\"", relative);
    gw_site_escape(out, title);
    gw_buf_puts(out, "\">");
    gw_site_escape(out, gw_arena_strndup(arena, title, shown));
    gw_buf_printf(out, "%s</a><span>%s</span></li>\n", title[shown] ? "..." : "",
                  day_form(arena, entry->published_ms, "%Y-%m-%d"));
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

static bool list_page(const struct gw_site_pages *pages, enum gw_site_column column, size_t page,
                      struct gw_arena *arena, struct gw_site_answer *answer)
{
    size_t per_page = gw_site_state_per_page(pages->state, column);
    if (!per_page)
        per_page = ROWS_ALL;
    struct gw_site_entry *entries = calloc(per_page, sizeof *entries);
    gw_assert(entries);
    size_t total, n = gw_site_state_list(pages->state, arena, column, page * per_page, per_page, entries, &total);
    bool exists = n > 0 || page == 0;
    if (exists) {
        struct gw_buf rows = GW_BUF(BODY_MAX), pager = GW_BUF(1024);
        for (size_t i = 0; i < n; i++) {
            row_put(&rows, arena, &entries[i]);
            if (entries[i].modified_ms > answer->modified_ms)
                answer->modified_ms = entries[i].modified_ms;
        }
        size_t page_count = (total + per_page - 1) / per_page;
        pager_put(&pager, column, page, page_count);
        char page_text[24], pages_text[24];
        snprintf(page_text, sizeof page_text, "%zu", page);
        snprintf(pages_text, sizeof pages_text, "%zu", page_count);
        const struct gw_site_var vars[] = {
            {"column", columns[column].name},
            {"rows", gw_buf_str(&rows)},
            {"pager", gw_buf_str(&pager)},
            {"page", page_text},
            {"pages", pages_text},
        };
        gw_site_fill(&answer->body, column == GW_SITE_CITY ? gw_site_form_en_list : gw_site_form_zh_list, vars,
                     GW_COUNT(vars));
        answer->content_type = "text/html; charset=utf-8";
        gw_buf_fini(&rows);
        gw_buf_fini(&pager);
    }
    free(entries);
    return exists;
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

static void feed_page(const struct gw_site_pages *pages, struct gw_arena *arena, struct gw_site_answer *answer)
{
    struct gw_site_entry entries[20];
    size_t total, n = gw_site_state_list(pages->state, arena, GW_SITE_CITY, 0, GW_COUNT(entries), entries, &total);
    struct gw_buf *out = &answer->body;
    gw_buf_puts(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\"><channel><title>City of Hailan: "
                     "news</title><link>/en/news/</link><description>News of the city</description>\n");
    for (size_t i = 0; i < n; i++) {
        gw_buf_puts(out, "<item><title>");
        gw_site_escape(out, text_of(arena, entries[i].article->title, &entries[i]));
        gw_buf_printf(out, "</title><link>%s</link><pubDate>%s</pubDate></item>\n",
                      gw_site_article_path(arena, &entries[i]),
                      day_form(arena, entries[i].published_ms, "%a, %d %b %Y %H:%M:%S +0800"));
        if (entries[i].modified_ms > answer->modified_ms)
            answer->modified_ms = entries[i].modified_ms;
    }
    gw_buf_puts(out, "</channel></rss>\n");
    answer->content_type = "application/rss+xml; charset=utf-8";
}

// ---- the rest

static void home_page(const struct gw_site_pages *pages, struct gw_arena *arena, struct gw_site_answer *answer)
{
    const struct gw_site_var vars[] = {
        {"column", "首页"},
        {"policy", links_of(pages, arena, GW_SITE_POLICY, HOME_ROWS, NULL)},
        {"work", links_of(pages, arena, GW_SITE_WORK, HOME_ROWS, NULL)},
        {"city", links_of(pages, arena, GW_SITE_CITY, HOME_ROWS, NULL)},
    };
    gw_site_fill(&answer->body, gw_site_form_home, vars, GW_COUNT(vars));
    answer->content_type = "text/html; charset=utf-8";
}

static void robots_page(const struct gw_site_pages *pages, struct gw_site_answer *answer)
{
    gw_buf_puts(&answer->body, "# Robots of the Ministry of Coastal Industry\nUser-agent: *\nDisallow: /admin/\n"
                               "Disallow: /search\nAllow: /\n");
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

static bool column_page(const struct gw_site_pages *pages, const char *path, struct gw_arena *arena,
                        struct gw_site_answer *answer)
{
    for (enum gw_site_column column = 0; column < GW_SITE_COLUMNS; column++) {
        if (!gw_starts_with(gw_span_of(path), columns[column].path))
            continue;
        const char *name = path + strlen(columns[column].path);
        size_t page;
        if (column == GW_SITE_CITY && strcmp(name, "feed.xml") == 0) {
            feed_page(pages, arena, answer);
            return true;
        }
        return list_number(name, &page) ? list_page(pages, column, page, arena, answer)
                                        : article_at(pages, column, path, arena, answer);
    }
    return false;
}

void gw_site_page(const struct gw_site_pages *pages, const char *path, struct gw_arena *arena,
                  struct gw_site_answer *ret_answer)
{
    *ret_answer = (struct gw_site_answer){.status = 200, .body = GW_BUF(BODY_MAX)};
    if (strcmp(path, "/") == 0 || strcmp(path, "/index.html") == 0)
        home_page(pages, arena, ret_answer);
    else if (strcmp(path, "/robots.txt") == 0)
        robots_page(pages, ret_answer);
    else if (gw_starts_with(gw_span_of(path), "/files/"))
        file_page(path + strlen("/files/"), ret_answer);
    else if (strcmp(path, "/css/site.css") == 0)
        style_page(ret_answer);
    else if (!column_page(pages, path, arena, ret_answer)) {
        gw_site_page_error(ret_answer, 404, "您访问的页面不存在", "抱歉，您访问的页面不存在或已被删除。");
        return;
    }
    gw_site_answer_seal(ret_answer);
}
