// SPDX-License-Identifier: Apache-2.0
// The page after this one.
#ifndef GW_LIST_PAGING_H
#define GW_LIST_PAGING_H

#include "html/page.h"
#include "list/rule.h"

#include <stdint.h>

// Absolute URL in page->arena, or NULL when there is none. By the rule's `next` when it has one; else a link that says
// so (rel, "下一页", "Next"), a createPageHTML() call in a script, or the number after this page's in the pager.
const char *gw_paging_next(const struct gw_page *page, const struct gw_list_rule *rule, uint32_t page_no);
// A page template filled for page `page_no`: {n} is the page's number and {n-1} one less; in "index_{n}." it is one
// less too, because such sites call their second page index_1.
const char *gw_paging_fill(struct gw_arena *arena, const char *pattern, uint32_t page_no);

#endif
