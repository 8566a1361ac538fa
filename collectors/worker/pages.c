// SPDX-License-Identifier: Apache-2.0
#include "pages.h"

#include "base/hash.h"
#include "model/url.h"
#include "worker/facts.h"

#include <string.h>

enum { SEEN_SLOTS = 16384 }; // power of two, well above GW_PAGES_ROWS + GW_PAGES_NEXT

void gw_pages_init(struct gw_pages *pages, struct gw_arena *arena)
{
    *pages = (struct gw_pages){.arena = arena};
    gw__rows__init(&pages->rows);
}

// True the first time.
static bool note(struct gw_pages *pages, const char *url)
{
    uint64_t hash = gw_hash64(url, strlen(url));
    hash += hash == 0;
    for (size_t i = (size_t)hash & (SEEN_SLOTS - 1);; i = (i + 1) & (SEEN_SLOTS - 1)) {
        if (pages->seen[i] == hash)
            return false;
        if (pages->seen[i] == 0) {
            pages->seen[i] = hash;
            return true;
        }
    }
}

static void remember_next(struct gw_pages *pages, const Gw__Rows *rows, const char *page_url)
{
    for (size_t i = 0; i < rows->n_next && pages->next_count < GW_PAGES_NEXT; i++)
        if (gw_url_same_site(page_url, rows->next[i]) && note(pages, rows->next[i]))
            pages->next[pages->next_count++] = rows->next[i];
}

size_t gw_pages_add(struct gw_pages *pages, const Gw__Rows *rows, const char *page_url)
{
    if (!pages->seen) { // the first page
        pages->seen = gw_arena_zalloc(pages->arena, SEEN_SLOTS * sizeof *pages->seen);
        pages->rows.rows = gw_arena_alloc(pages->arena, GW_PAGES_ROWS * sizeof *pages->rows.rows);
        if (!pages->seen || !pages->rows.rows) {
            pages->seen = NULL;
            return 0;
        }
        pages->rows.how = rows->how;
        pages->rows.warning = rows->warning;
        pages->rows.next = rows->next;
        pages->rows.n_next = rows->n_next;
        pages->rows.feeds = rows->feeds;
        pages->rows.n_feeds = rows->n_feeds;
        note(pages, page_url);
    }
    size_t before = pages->rows.n_rows;
    for (size_t i = 0; i < rows->n_rows && pages->rows.n_rows < GW_PAGES_ROWS; i++)
        if (note(pages, rows->rows[i]->url))
            pages->rows.rows[pages->rows.n_rows++] = rows->rows[i];
    remember_next(pages, rows, page_url);
    return pages->rows.n_rows - before;
}

const char *gw_pages_next(struct gw_pages *pages)
{
    return pages->next_at < pages->next_count ? pages->next[pages->next_at++] : NULL;
}

static bool shift(Gw__Proof *proof, void *arg)
{
    const uint32_t *by = arg;
    if (!proof || proof->place != GW__PLACE__PLACE_BODY)
        return false; // of the metadata, which the first page has too
    proof->start += *by;
    proof->end += *by;
    return true;
}

static bool append_attachments(struct gw_arena *arena, Gw__Document *first, const Gw__Document *next)
{
    size_t count = first->n_attachments + next->n_attachments;
    Gw__Attachment **all = gw_arena_alloc(arena, (count + 1) * sizeof *all);
    if (!all)
        return false;
    size_t n = first->n_attachments;
    if (n)
        memcpy(all, first->attachments, n * sizeof *all);
    for (size_t i = 0; i < next->n_attachments; i++) {
        bool known = false;
        for (size_t j = 0; j < n && !known; j++)
            known = strcmp(all[j]->url, next->attachments[i]->url) == 0;
        if (!known)
            all[n++] = next->attachments[i];
    }
    first->attachments = all;
    first->n_attachments = n;
    return true;
}

bool gw_pages_join(struct gw_arena *arena, Gw__Document *first, Gw__Document *next)
{
    size_t have = strlen(first->body), more = strlen(next->body);
    if (more == 0 || (have >= more && memcmp(first->body + have - more, next->body, more) == 0))
        return false;
    char *body = gw_arena_alloc(arena, have + 1 + more + 1);
    if (!body || !append_attachments(arena, first, next))
        return false;
    memcpy(body, first->body, have);
    size_t at = have;
    if (have)
        body[at++] = '\n';
    memcpy(body + at, next->body, more + 1);
    first->body = body;
    uint32_t by = (uint32_t)at;
    gw_facts_keep(next, shift, &by);
    first->truncated |= next->truncated;
    first->pages = (first->pages ? first->pages : 1) + 1;
    return gw_facts_append(arena, first, next);
}
