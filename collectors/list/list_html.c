// SPDX-License-Identifier: Apache-2.0
// Kind `html`: rows that the server set into the page; where it shows none, or the rule says so, those in its comments.
#include "html/dom.h"
#include "list/chain.h"
#include "list/fragment.h"
#include "list/html_rows.h"
#include "base/buf.h"

#include <string.h>

enum { MAX_FEEDS = 8 };

static int read_comments(const struct gw_list_job *job, const struct gw_page *page, Gw__Rows **ret_rows)
{
    struct gw_buf html = GW_BUF(GW_PARSE_MAX);
    for (size_t i = 0; i < page->aside_count; i++)
        if (page->asides[i].kind == GW_ASIDE_COMMENT && gw_fragment_has_link(page->asides[i].text))
            gw_buf_add(&html, page->asides[i].text.at, page->asides[i].text.bytes);
    int rc = html.bytes == 0 ? GW_ENOTFOUND
                             : gw_html_rows_of_text(job, (struct gw_span){html.data, html.bytes}, "comment", ret_rows);
    gw_buf_fini(&html);
    return rc;
}

// What a page shows that has no rows in its tree: those in its comments, else in its scripts; GW_ENOTFOUND: none.
static int read_hidden(const struct gw_list_job *job, const struct gw_page *page, Gw__Rows **ret_rows)
{
    Gw__Request *then = NULL;
    int rc = read_comments(job, page, ret_rows);
    if ((rc == 0 && (*ret_rows)->n_rows > 0) || job->rule->in_comments || job->rule->item[0])
        return rc;
    rc = gw_list_script_array.read(job, ret_rows, &then);
    return rc == 0 && (*ret_rows)->n_rows == 0 ? GW_ENOTFOUND : rc;
}

static int empty_rows(const struct gw_list_job *job, const char *how, Gw__Rows **ret_rows)
{
    struct gw_row_set none;
    gw_rows_init(&none, job, job->url, NULL);
    return gw_rows_finish(&none, how, ret_rows);
}

// The second request that the page's family needs; *ret_then stays NULL when there is none.
static int ask_family(const struct gw_list_job *job, const struct gw_page *page, const struct gw_family *family,
                      Gw__Rows **ret_rows, Gw__Request **ret_then)
{
    bool may = family && family->then && job->input->request_no == 0 && !*job->rule->item;
    *ret_then = may ? family->then(job, page) : NULL;
    return *ret_then ? empty_rows(job, gw_family_how(job->arena, family), ret_rows) : 0;
}

// The feeds that a page links for its readers: up to `most` addresses, absolute.
static size_t linked_feeds(const struct gw_page *page, const char **feeds, size_t most)
{
    static const char *const types[] = {"application/rss+xml", "application/atom+xml", "application/feed+json",
                                        "application/rdf+xml"};
    size_t count = 0;
    for (GumboNode *n = page->root; n && count < most; n = gw_dom_next(n, page->root)) {
        const char *href = gw_dom_is(n, GUMBO_TAG_LINK) ? gw_dom_attr(n, "href") : NULL;
        if (!href || !gw_dom_attr_has_word(n, "rel", "alternate"))
            continue;
        for (size_t i = 0; i < GW_COUNT(types); i++) {
            bool typed = gw_str_eq_nocase(gw_dom_attr(n, "type"), types[i]);
            const char *url = typed ? gw_rows_resolve(page->arena, page->base_url, href) : NULL;
            if (url)
                feeds[count++] = url;
        }
    }
    return count;
}

static Gw__Request *linked_feed(const struct gw_list_job *job, const struct gw_page *page)
{
    const char *feed;
    return linked_feeds(page, &feed, 1) ? gw_chain_get(job, feed) : NULL;
}

// No rows anywhere in the page: what its family asks for next, else its feed, where the source leaves the way open.
static int ask_elsewhere(const struct gw_list_job *job, const struct gw_page *page, const struct gw_family *family,
                         Gw__Rows **ret_rows, Gw__Request **ret_then)
{
    int rc = ask_family(job, page, family, ret_rows, ret_then);
    bool open = !*job->rule->item && !gw_str_eq(job->rule->kind, "html") && !job->rule->in_comments;
    if (rc != 0 || *ret_then || !open || job->input->request_no != 0)
        return rc;
    *ret_then = linked_feed(job, page);
    return *ret_then ? empty_rows(job, "feed:linked", ret_rows) : 0;
}

static int read_page(const struct gw_list_job *job, const struct gw_page *page, Gw__Rows **ret_rows,
                     Gw__Request **ret_then)
{
    Gw__Rows *hidden = NULL;
    int rc = 0;
    const struct gw_family *family = page->root ? gw_family_of(job, page) : NULL;
    if (family && family->rows_need_then)
        rc = ask_family(job, page, family, ret_rows, ret_then);
    if (rc == 0 && !*ret_then)
        rc = gw_html_rows(job, page, family, ret_rows);
    if (rc != 0 || *ret_then || ((*ret_rows)->n_rows > 0 && !job->rule->in_comments))
        return rc;
    rc = read_hidden(job, page, &hidden);
    if (rc != 0)
        return rc == GW_ENOTFOUND ? ask_elsewhere(job, page, family, ret_rows, ret_then) : rc;
    if (hidden->n_next == 0 && (*ret_rows)->n_next > 0)
        gw_rows_add_next(job->arena, hidden, (*ret_rows)->next[0]);
    if (hidden->n_rows > 0 || job->rule->in_comments)
        *ret_rows = hidden;
    return (*ret_rows)->n_rows == 0 ? ask_elsewhere(job, page, family, ret_rows, ret_then) : 0;
}

static int read_html(const struct gw_list_job *job, Gw__Rows **ret_rows, Gw__Request **ret_then)
{
    struct gw_page page;
    const char *feeds[MAX_FEEDS];
    int rc = gw_page_parse(job->arena, &job->input->answer, &page);
    if (rc == 0)
        rc = read_page(job, &page, ret_rows, ret_then);
    size_t count = rc == 0 ? linked_feeds(&page, feeds, MAX_FEEDS) : 0;
    char **kept = count ? gw_arena_alloc(job->arena, sizeof feeds) : NULL;
    if (kept) {
        memcpy(kept, feeds, sizeof feeds);
        (*ret_rows)->feeds = kept;
        (*ret_rows)->n_feeds = count;
    }
    return rc;
}

const struct gw_list_kind gw_list_html = {"html", read_html, NULL};
