// SPDX-License-Identifier: Apache-2.0
#include "render.h"

#include "template.h"

#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ZONE_S = 8 * 3600, DAY_MS = 86400 * 1000, LINKS_MAX = 8, TEXT_MAX = 65536 };

const struct gw_site_column_form gw_site_columns[GW_SITE_COLUMNS] = {
    [GW_SITE_POLICY] = {"/zh/zcwj/", "政策文件", "%s/t%s_%u.html"},
    [GW_SITE_WORK] = {"/zh/gzdt/", "工作动态", "%s/t%s_%u.html"},
    [GW_SITE_CITY] = {"/en/news/", "News", "%s/%s-content_%u.html"},
    [GW_SITE_NOTICE] = {"/zh/tzgg/", "通知公告", "art/%s/art_%s_%u.html"},
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

const char *gw_site_day_form(struct gw_arena *arena, int64_t unix_ms, const char *form)
{
    struct tm day = day_of(unix_ms);
    char text[64];
    strftime(text, sizeof text, form, &day);
    return gw_arena_strdup(arena, text);
}

const char *gw_site_day_text(struct gw_arena *arena, int64_t unix_ms, bool in_english)
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

const char *gw_site_text(struct gw_arena *arena, const char *text, const struct gw_site_entry *entry)
{
    if (!text)
        return "";
    struct gw_buf out = GW_BUF(TEXT_MAX);
    text_put(&out, text, entry);
    const char *copy = gw_arena_strdup(arena, gw_buf_str(&out));
    gw_buf_fini(&out);
    return copy ? copy : "";
}

// ---- links

const char *gw_site_keep(struct gw_arena *arena, struct gw_buf *buf)
{
    const char *copy = gw_arena_strdup(arena, gw_buf_str(buf));
    gw_buf_reset(buf);
    return copy ? copy : "";
}

const char *gw_site_article_path(struct gw_arena *arena, const struct gw_site_entry *entry)
{
    const struct gw_site_column_form *column = &gw_site_columns[entry->article->column];
    char tail[128];
    snprintf(tail, sizeof tail, column->article, gw_site_day_form(arena, entry->published_ms, "%Y%m"),
             gw_site_day_form(arena, entry->published_ms, "%Y%m%d"), entry->article->id);
    return gw_arena_printf(arena, "%s%s", column->path, tail);
}

static void link_put(struct gw_buf *out, struct gw_arena *arena, const struct gw_site_entry *entry)
{
    gw_buf_printf(out, "<li><a href=\"%s\">", gw_site_article_path(arena, entry));
    gw_site_escape(out, gw_site_text(arena, entry->article->title, entry));
    gw_buf_puts(out, "</a></li>\n");
}

const char *gw_site_links(const struct gw_site_pages *pages, struct gw_arena *arena, enum gw_site_column column,
                          size_t n, const struct gw_site_entry *but)
{
    struct gw_site_entry entries[LINKS_MAX + 1];
    gw_assert(n < GW_COUNT(entries));
    size_t total, got = gw_site_state_list(pages->state, arena, column, 0, n + 1, entries, &total);
    struct gw_buf out = GW_BUF(TEXT_MAX);
    for (size_t i = 0, put = 0; i < got && put < n; i++)
        if (!but || entries[i].article->id != but->article->id) {
            link_put(&out, arena, &entries[i]);
            put++;
        }
    const char *copy = gw_arena_strdup(arena, gw_buf_str(&out));
    gw_buf_fini(&out);
    return copy;
}
