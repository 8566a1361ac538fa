// SPDX-License-Identifier: Apache-2.0
#include "reading_print.h"

#include "article/reading.h"

static const char *const fields[FIELDS] = {"title",     "published", "updated",  "written",     "effective", "expiry",
                                           "generated", "source",    "author",   "editor",      "channel",   "index",
                                           "number",    "site",      "site id",  "description", "body",      "type",
                                           "lang",      "generator", "canonical"};
static const char *const phrases[PHRASES] = {"share", "copyright", "related", "comment",    "signup",    "tools",
                                             "nav",   "ad",        "editor",  "source",     "caption",   "contact",
                                             "tags",  "qr",        "browser", "attachment", "disclaimer"};
static const char *const labels[LABELS] = {"none",   "published", "date",    "updated", "written", "effective",
                                           "expiry", "source",    "issuer",  "author",  "editor",  "index",
                                           "number", "title",     "channel", "noise"};
static const char *const hints[HINTS] = {"body",  "content", "title", "meta",   "caption", "summary", "comment",
                                         "share", "related", "nav",   "footer", "header",  "side",    "ad",
                                         "tags",  "signup",  "tools", "hidden", "bio",     "list",    "quote"};

enum { SHOWN = 60 }; // bytes of a text

static void print_span(struct gw_buf *out, struct gw_span text)
{
    gw_buf_printf(out, "%.*s", (int)gw_utf8_cut(text.at, text.bytes, text.bytes < SHOWN ? text.bytes : SHOWN), text.at);
}

static void print_block(struct gw_buf *out, const struct gw_reading *r, size_t i)
{
    const struct gw_block *b = &r->blocks.blocks[i];
    const struct gw_phrase_sets *sets = &r->lines[i].phrases;
    struct gw_label_hit hits[GW_LABELS_MAX];
    print_span(out, b->text);
    for (int p = 0; p < PHRASES; p++)
        if (sets->any & 1u << p)
            gw_buf_printf(out, "  %s%s", phrases[p], sets->whole & 1u << p ? "!" : sets->first & 1u << p ? "^" : "");
    size_t n = gw_labels_find(b->text, hits, GW_LABELS_MAX);
    for (size_t k = 0; k < n; k++) {
        gw_buf_printf(out, "  %s=", labels[hits[k].label]);
        print_span(out, hits[k].value);
    }
    for (int k = 0; k < HINTS; k++)
        if (r->blocks.boxes[b->box].near[k] == 0 || b->hints & 1u << k)
            gw_buf_printf(out, "  <%s>", hints[k]);
    gw_buf_printf(out, "\n");
}

void print_reading(struct gw_buf *out, struct gw_page *page)
{
    struct gw_reading *r = NULL;
    if (gw_article_start(page, NULL, &r) < 0)
        return;
    gw_read_scripts(r);
    for (size_t i = 0; i < r->facts.count; i++) {
        const struct gw_fact *f = &r->facts.items[i];
        gw_buf_printf(out, "%s: ", fields[f->field]);
        print_span(out, f->value);
        gw_buf_printf(out, "  [%s]\n", f->from);
    }
    for (size_t i = 0; i < r->blocks.count; i++)
        print_block(out, r, i);
}

void print_document(struct gw_buf *out, const Gw__Document *d, const char *reason)
{
    if (!d) {
        gw_buf_printf(out, "no article: %s\n", reason);
        return;
    }
    gw_buf_printf(out, "%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n", d->title, d->published, d->source, d->author,
                  d->editor, d->written, d->effective, d->expiry, d->doc_number, d->index_number, d->next_url);
    for (size_t i = 0; i < d->n_channel; i++)
        gw_buf_printf(out, "> %s\n", d->channel[i]);
    for (size_t i = 0; i < d->n_attachments; i++)
        gw_buf_printf(out, "@ %s\n", d->attachments[i]->url);
    for (size_t i = 0; i < d->n_evidence; i++)
        gw_buf_printf(out, "%s [%s]\n", d->evidence[i]->field, d->evidence[i]->from);
    gw_buf_printf(out, "%s\n", d->body);
}
