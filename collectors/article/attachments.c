// SPDX-License-Identifier: Apache-2.0
// Files that the page offers: links by the ending of their path, outside of navigation.
#include "reading.h"
#include "rows.h"

#include "base/err.h"
#include "html/dom.h"
#include "model/url.h"

#include <string.h>

enum { ATTACHMENTS_MAX = 64, NAME_BYTES = 400 };

static const char *const endings[] = {".pdf", ".doc", ".docx", ".xls", ".xlsx", ".wps", ".et",  ".ppt", ".pptx",
                                      ".ofd", ".zip", ".rar",  ".7z",  ".csv",  ".rtf", ".odt", ".ods", ".xml"};

static bool is_file(const char *href)
{
    size_t bytes = strcspn(href, "?#");
    for (size_t i = 0; i < GW_COUNT(endings); i++) {
        size_t n = strlen(endings[i]);
        if (bytes > n && gw_span_eq_nocase((struct gw_span){href + bytes - n, n}, gw_span_of(endings[i])) &&
            GW_ROW_ON("attachment endings", endings, i))
            return true;
    }
    return false;
}

static bool is_navigation(const GumboNode *node)
{
    for (; node; node = node->parent)
        if (gw_dom_is(node, GUMBO_TAG_NAV) || gw_dom_is(node, GUMBO_TAG_FOOTER) || gw_dom_is(node, GUMBO_TAG_ASIDE) ||
            gw_dom_is(node, GUMBO_TAG_HEADER))
            return true;
    return false;
}

static bool known(const Gw__Document *d, const char *url)
{
    for (size_t i = 0; i < d->n_attachments; i++)
        if (strcmp(d->attachments[i]->url, url) == 0)
            return true;
    return false;
}

static void add(struct gw_reading *r, const GumboNode *link, const char *href)
{
    Gw__Document *d = r->document;
    char *url = gw_url_resolve(r->arena, r->page->base_url, href);
    if (!url || known(d, url))
        return;
    struct gw_buf text = GW_BUF(NAME_BYTES);
    gw_dom_text(link, &text);
    const char *title = gw_dom_attr(link, "title");
    char *name = gw_reading_fold(r, text.bytes ? (struct gw_span){text.data, text.bytes} : gw_span_of(title));
    gw_buf_fini(&text);
    Gw__Attachment *attachment = gw_arena_alloc(r->arena, sizeof *attachment);
    if (!name || !attachment)
        return;
    *attachment = (Gw__Attachment)GW__ATTACHMENT__INIT;
    attachment->name = name;
    attachment->url = url;
    d->attachments[d->n_attachments++] = attachment;
}

void gw_read_attachments(struct gw_reading *r)
{
    Gw__Document *d = r->document;
    if (!r->page->body || !r->page->base_url) // a relative address says nothing without its page's
        return;
    for (GumboNode *n = r->page->body; n; n = gw_dom_next(n, r->page->body)) {
        const char *href = gw_dom_is(n, GUMBO_TAG_A) ? gw_dom_attr(n, "href") : NULL;
        if (!href || !is_file(href) || is_navigation(n))
            continue;
        if (!d->attachments)
            d->attachments = gw_arena_alloc(r->arena, ATTACHMENTS_MAX * sizeof *d->attachments);
        if (!d->attachments || d->n_attachments == ATTACHMENTS_MAX)
            return;
        add(r, n, href);
    }
}
