// SPDX-License-Identifier: Apache-2.0
// Path in, answer out: home, lists, articles, feed, robots.txt, attachments, the little things around them.
#ifndef GW_SITE_PAGES_H
#define GW_SITE_PAGES_H

#include "state.h"

#include "base/buf.h"

enum { GW_SITE_ETAG_BYTES = 24 };

struct gw_site_answer {
    int status;
    const char *content_type; // whole header value; static or in the arena
    struct gw_buf body;       // the owner's to free
    int64_t modified_ms;      // 0: no Last-Modified
    char etag[GW_SITE_ETAG_BYTES];
    const char *location; // of a redirect; in the arena
    uint64_t retry_after_s;
    const char *cookie; // value of Set-Cookie; static
    bool is_gzip;       // the body is compressed already
};

struct gw_site_pages {
    struct gw_site_state *state;
    uint32_t crawl_delay_s; // in robots.txt; 0: not said
};

// What was asked for, as far as pages care; of the query and the Cookie header NULL when they have none.
struct gw_site_ask {
    const char *path;
    const char *parameters, *page, *token; // paramJson, page, token of the query
    const char *cookie;
};

// Never fails: what does not exist is a 404.
void gw_site_page(const struct gw_site_pages *pages, const struct gw_site_ask *ask, struct gw_arena *arena,
                  struct gw_site_answer *ret_answer);

// A page with the site's head and foot around a sentence.
void gw_site_page_error(struct gw_site_answer *answer, int status, const char *title, const char *text);
void gw_site_answer_seal(struct gw_site_answer *answer); // ETag of the body

// Path of an entry's page.
const char *gw_site_article_path(struct gw_arena *arena, const struct gw_site_entry *entry);

#endif
