// SPDX-License-Identifier: Apache-2.0
// Metadata that mark-up states: <meta> by name (the Chinese government standard, Open Graph, Dublin Core and their
// deviations), microdata, <time>, <link>, <title>, and the date in the page's URL.
#ifndef GW_ARTICLE_META_H
#define GW_ARTICLE_META_H

#include "facts.h"
#include "html/page.h"

void gw_meta_read(const struct gw_page *page, struct gw_facts *facts);
// "/2024/03/04/", "t20240304_12.html" …: a date of low confidence, or none.
void gw_meta_read_url(const char *url, struct gw_facts *facts);

#endif
