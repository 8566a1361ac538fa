// SPDX-License-Identifier: Apache-2.0
#include "render.h"
#include "template.h"

#include "base/err.h"
#include "base/str.h"

#include <iconv.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_MS = 86400 * 1000, RELATED = 3, FORM_MAX = 65536, TEXT_MAX = 1 << 20 };

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
        paragraph_put(out, gw_site_text(arena, a->paragraphs[i], entry), in_english);
    for (size_t i = 0; i < GW_COUNT(a->signature) && a->signature[i]; i++) {
        gw_buf_puts(out, "<p style=\"text-align: right;\">");
        gw_site_escape(out, gw_site_text(arena, a->signature[i], entry));
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

static const char *block_of(struct gw_arena *arena, const struct gw_site_entry *entry)
{
    const struct gw_site_article *a = entry->article;
    if (!a->number)
        return "";
    const struct gw_site_var vars[] = {
        {"index_no", gw_site_text(arena, a->index_no, entry)},
        {"topic", a->topic},
        {"written", gw_site_day_text(arena, entry->published_ms - 3 * (int64_t)DAY_MS, false)},
        {"title", gw_site_text(arena, a->title, entry)},
        {"number", gw_site_text(arena, a->number, entry)},
        {"published", gw_site_day_text(arena, entry->published_ms, false)},
    };
    struct gw_buf out = GW_BUF(FORM_MAX);
    gw_site_fill(&out, gw_site_form_zh_block, vars, GW_COUNT(vars));
    const char *block = gw_site_keep(arena, &out);
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
    struct gw_buf out = GW_BUF(TEXT_MAX);
    body_put(&out, arena, entry);
    const char *body = gw_site_keep(arena, &out);
    attachments_put(&out, a);
    const char *attachments = gw_site_keep(arena, &out);
    const char *author = !a->author   ? ""
                         : in_english ? gw_arena_printf(arena, " | By %s", a->author)
                                      : gw_arena_printf(arena, "<span>作者：%s</span>　", a->author);
    const struct gw_site_var vars[] = {
        {"charset", a->gbk ? "gb2312" : "utf-8"},
        {"column", gw_site_columns[a->column].name},
        {"title", gw_site_text(arena, a->title, entry)},
        {"subtitle", a->subtitle ? gw_arena_printf(arena, "<h2>%s</h2>\n", a->subtitle) : ""},
        {"date", gw_site_day_form(arena, entry->published_ms, "%Y-%m-%d")},
        {"time", gw_site_day_form(arena, entry->published_ms, "%H:%M")},
        {"long_date", gw_site_day_text(arena, entry->published_ms, true)},
        {"source", a->source},
        {"author", author},
        {"editor", a->editor ? a->editor : "信息中心"},
        {"path", gw_site_article_path(arena, entry)},
        {"block", block_of(arena, entry)},
        {"body", body},
        {"attachments", attachments},
        {"related", gw_site_links(pages, arena, a->column, RELATED, entry)},
    };
    gw_site_fill(&answer->body, in_english ? gw_site_form_en_article : gw_site_form_zh_article, vars, GW_COUNT(vars));
    if (a->gbk)
        to_gbk(&answer->body);
    answer->content_type = a->gbk ? "text/html" : "text/html; charset=utf-8";
    answer->modified_ms = entry->modified_ms;
    gw_buf_fini(&out);
}

// The id stands before ".html"; only the one path that the list gives is the article's.
bool gw_site_article_page(const struct gw_site_pages *pages, enum gw_site_column column, const char *path,
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
