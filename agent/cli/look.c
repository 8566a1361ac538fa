// SPDX-License-Identifier: Apache-2.0
#include "look.h"

#include "cli.h"

#include "agent/interval.h"
#include "base/str.h"
#include "model/json.h"
#include "model/url.h"

#include <stdio.h>
#include <string.h>

enum { ROWS_SHOWN = 10, VALUE_SHOWN = 72, SHORT_BODY = 200 };

static void print_answer(const Gw__Observation *seen)
{
    const Gw__Response *r = seen->response;
    for (size_t i = 0; r && i < r->n_hops; i++)
        printf("  redirect   %u to %s\n", r->hops[i]->status, r->hops[i]->url);
    if (r && r->status)
        printf("  answer     %u %s, %llu bytes in %u ms%s%s\n", r->status, r->content_type,
               (unsigned long long)r->body_bytes, r->duration_ms, r->charset[0] ? ", " : "", r->charset);
    if (seen->failure)
        printf("  failed     %s: %s\n", gw_failure_reason(seen->failure), seen->failure_detail);
}

void gw_look_print_list(const struct gw_look *look)
{
    const Gw__Observation *list = look->list;
    printf("list %s\n", look->source->url);
    print_answer(list);
    if (list->health)
        printf("  state      %s%s%s\n", list->health->state, list->health->reason[0] ? " " : "", list->health->reason);
    if (list->reading_case != GW__OBSERVATION__READING_ROWS)
        return;
    const Gw__Rows *rows = list->rows;
    printf("  rows       %zu (%s)%s%s\n", rows->n_rows, rows->how, rows->warning[0] ? ", " : "", rows->warning);
    for (size_t i = 0; i < rows->n_rows && i < ROWS_SHOWN; i++)
        printf("  %-10s %s\n             %s\n", rows->rows[i]->date[0] ? rows->rows[i]->date : "-",
               rows->rows[i]->title, rows->rows[i]->url);
    if (rows->n_rows > ROWS_SHOWN)
        printf("  … and %zu more\n", rows->n_rows - ROWS_SHOWN);
    for (size_t i = 0; i < rows->n_next; i++)
        printf("  next       %s\n", rows->next[i]);
}

// A field's value as text, whatever its type; "" when it is no string.
static const char *value_of(const Gw__Document *document, const char *name)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(&gw__document__descriptor, name);
    if (!field || field->type != PROTOBUF_C_TYPE_STRING || field->label == PROTOBUF_C_LABEL_REPEATED)
        return "";
    return *(char *const *)(const void *)((const char *)document + field->offset);
}

void gw_look_print_article(const struct gw_look *look)
{
    const Gw__Observation *article = look->article;
    if (!article)
        return;
    printf("article %s\n", article->url);
    print_answer(article);
    if (article->reading_case == GW__OBSERVATION__READING_NO_ARTICLE)
        printf("  no article %s\n", article->no_article->reason);
    if (article->reading_case != GW__OBSERVATION__READING_DOCUMENT)
        return;
    const Gw__Document *document = article->document;
    for (size_t i = 0; i < document->n_evidence; i++) {
        const Gw__Evidence *e = document->evidence[i];
        const char *value = value_of(document, e->field);
        size_t n = strcspn(value, "\n"), cut = gw_utf8_cut(value, n, VALUE_SHOWN);
        printf("  %-10s %.*s%s\n             from %s, sure to %u%%\n", e->field, (int)cut, value, value[cut] ? "…" : "",
               e->from, e->confidence / 10);
    }
    printf("  body       %zu bytes, %zu facts with proof\n", strlen(document->body),
           document->n_issuers + document->n_regions + document->n_people + document->n_amounts +
               document->n_quantities + document->n_dates + document->n_measures + document->n_references);
}

// ---- what is missing

const Gw__Rows *gw_look_rows(const struct gw_look *look)
{
    return look->list && look->list->reading_case == GW__OBSERVATION__READING_ROWS ? look->list->rows : NULL;
}

struct gw_look_rows gw_look_count(const struct gw_look *look)
{
    const Gw__Rows *rows = gw_look_rows(look);
    struct gw_look_rows count = {.newest = ""};
    for (; rows && count.rows < rows->n_rows; count.rows++) {
        const Gw__Row *row = rows->rows[count.rows];
        count.titled += row->title[0] != '\0';
        count.dated += row->date[0] != '\0';
        count.own += gw_url_same_site(look->source->url, row->url);
        if (strcmp(row->date, count.newest) > 0)
            count.newest = row->date;
    }
    return count;
}

struct warner {
    struct gw_arena *arena;
    const char **texts;
    size_t count;
};

static void warn(struct warner *w, const char *text)
{
    if (text && w->count < GW_LOOK_WARNINGS)
        w->texts[w->count++] = text;
}

static void warn_of_list(struct warner *w, const struct gw_look *look)
{
    const Gw__Rows *rows = gw_look_rows(look);
    const Gw__Response *response = look->list->response;
    struct gw_look_rows n = gw_look_count(look);
    if (rows->warning[0])
        warn(w, rows->warning);
    if (n.rows == 0)
        return;
    if (n.dated == 0)
        warn(w, "no row has a date (list.date says where it is); the article's own is taken");
    else if (n.dated < n.rows)
        warn(w, gw_arena_printf(w->arena, "%zu of %zu rows have no date", n.rows - n.dated, n.rows));
    if (n.titled < n.rows)
        warn(w, gw_arena_printf(w->arena, "%zu of %zu rows have no title; the article's own is taken",
                                n.rows - n.titled, n.rows));
    if (n.own == 0)
        warn(w, "all rows lead to other sites (list.hosts, list.exclude)");
    if (n.rows < 3)
        warn(w, "so few rows: is this the list? (list.item says which)");
    if (response && !response->etag[0] && !response->last_modified[0])
        warn(w, "the server sends neither ETag nor Last-Modified: each poll transfers the whole answer");
}

static void warn_of_article(struct warner *w, const Gw__Document *document)
{
    if (!document->title[0])
        warn(w, "the article has no title of its own; the row's is taken (article.title)");
    if (!document->published[0])
        warn(w, "the article gives no time of publication; the row's is taken (article.published)");
    if (strlen(document->body) < SHORT_BODY)
        warn(w, "the article's text is very short: is this all of it? (article.body)");
    if (!document->source[0] && document->n_issuers == 0)
        warn(w, "the article names no source and no issuer");
    if (document->truncated)
        warn(w, "the article was cut off");
}

size_t gw_look_warnings(struct gw_arena *arena, const struct gw_look *look, const char *warnings[GW_LOOK_WARNINGS])
{
    struct warner w = {.arena = arena, .texts = warnings};
    if (gw_look_rows(look))
        warn_of_list(&w, look);
    if (look->article && look->article->reading_case == GW__OBSERVATION__READING_DOCUMENT)
        warn_of_article(&w, look->article->document);
    return w.count;
}

// ---- JSON, and the end

void gw_look_put_json(const struct gw_look *look, struct gw_buf *out)
{
    const Gw__Rows *rows = gw_look_rows(look);
    gw_buf_puts(out, "{\"list\":");
    if (rows)
        gw_json_rows(out, look->source->id, look->source->url, rows);
    else
        gw_buf_puts(out, "null");
    gw_buf_puts(out, ",\"document\":");
    if (look->article && look->article->reading_case == GW__OBSERVATION__READING_DOCUMENT)
        gw_json_document(out, NULL, look->article->document);
    else
        gw_buf_puts(out, "null");
}

void gw_look_put_warnings(struct gw_buf *out, const char *const *warnings, size_t count)
{
    gw_buf_puts(out, ",\"warnings\":[");
    for (size_t i = 0; i < count; i++) {
        gw_buf_puts(out, i ? "," : "");
        gw_json_string(out, warnings[i]);
    }
    gw_buf_putc(out, ']');
}

int gw_look_verdict(const struct gw_look *look)
{
    if (look->list->failure)
        return gw_cli_error(GW_EXIT_FAILED, "the list could not be fetched: %s", look->list->failure_detail);
    if (!gw_look_rows(look) || gw_look_rows(look)->n_rows == 0)
        return gw_cli_error(GW_EXIT_NOTHING, "the list was fetched, but no rows were found in it");
    if (!look->article)
        return gw_cli_error(GW_EXIT_FAILED, "the first row was not read");
    if (look->article->failure)
        return gw_cli_error(GW_EXIT_FAILED, "the first row's page could not be read: %s",
                            look->article->failure_detail);
    if (look->article->reading_case != GW__OBSERVATION__READING_DOCUMENT)
        return gw_cli_error(GW_EXIT_NOTHING, "the first row's page was fetched, but no article was found in it");
    return GW_EXIT_OK;
}
