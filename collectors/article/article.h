// SPDX-License-Identifier: Apache-2.0
// One article page, understood: metadata by weighing every layer, and the main text. Policy facts are
// policy/policy.h's.
#ifndef GW_ARTICLE_ARTICLE_H
#define GW_ARTICLE_ARTICLE_H

#include "html/page.h"
#include "schema/document.pb-c.h"
#include "schema/observation.pb-c.h"
#include "schema/source.pb-c.h"

// Raised with every change that reads some page differently; part of each observation (a changed version re-baselines).
enum { GW_ARTICLE_VERSION = 1 };

struct gw_compiled;

struct gw_article_options {
    const Gw__Source *source;     // selectors, zone, date order, region; may be NULL
    const Gw__Row *row;           // the list row that led here; may be NULL
    struct gw_compiled *compiled; // where the source's rules are kept compiled; NULL: they are compiled for this alone
};

// Exactly one of *ret_document and *ret_reason is set on success; both live in page->arena (the reason is static).
// *ret_reason: the page has no article: "list", "home", "data" (JSON, a feed), "challenge",
// "video" or "empty".
// GW_ELIMIT: the page's budget ran out.
GW_MUST_CHECK int gw_article_read(struct gw_page *page, const struct gw_article_options *options,
                                  Gw__Document **ret_document, const char **ret_reason);

#endif
