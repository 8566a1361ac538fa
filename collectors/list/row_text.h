// SPDX-License-Identifier: Apache-2.0
// What one row says: its title, and where its date is printed.
#ifndef GW_LIST_ROW_TEXT_H
#define GW_LIST_ROW_TEXT_H

#include "list/outline.h"

#include <stdbool.h>
#include <stdint.h>

// Width on a page in half characters: CJK counts two.
size_t gw_text_width(struct gw_span text);
// "Read more", "详情", "PDF" …, or a date alone: what a link may say without naming its target.
bool gw_title_is_generic(struct gw_span text);
// A link that leads somewhere: not "#", a script, mail, or a template's "{{…}}".
bool gw_href_is_usable(const char *href);
// The link in (or at) a place that says most; 0: none.
uint32_t gw_row_link(const struct gw_outline *outline, uint32_t place);
// The title of a row: of its link (the title attribute when the text is cut short or absent, a heading or the first
// block inside when the link holds a whole card), else of the row beside it. Where the links of the list all say the
// same (`says_the_same`), the row's heading names it better. In arena; "" when there is none.
const char *gw_row_title(struct gw_arena *arena, const struct gw_outline *outline, uint32_t container, uint32_t link,
                         bool says_the_same);
// The stretch of a row's text that holds its date: a small element that is a date, else any text beside the link, else
// the link's own; empty when there is none. <time datetime> counts when nothing readable is printed (borrowed).
struct gw_span gw_row_date_text(const struct gw_outline *outline, uint32_t container, uint32_t link);

#endif
