// SPDX-License-Identifier: Apache-2.0
// JSON-LD of a page: the fields of the first object that describes an article.
//
// A reader of its own, because what pages call JSON is often none (raw newlines in strings, comments, trailing commas,
// CDATA marks) and a strict parser then loses a perfectly readable date. Depth is bounded; one pass; no tree.
#ifndef GW_ARTICLE_JSONLD_H
#define GW_ARTICLE_JSONLD_H

#include "facts.h"
#include "html/page.h"

void gw_jsonld_read(const struct gw_page *page, struct gw_facts *facts);

#endif
