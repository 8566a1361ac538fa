// SPDX-License-Identifier: Apache-2.0
// Texts without mark-up: nothing but lines says what is title, what is metadata and what is body.
#ifndef GW_ARTICLE_PLAIN_H
#define GW_ARTICLE_PLAIN_H

#include "reading.h"

// Sets title and title_block.
void gw_plain_read_title(struct gw_reading *reading);
// Sets keep: every line that is neither title, metadata nor furniture. A text was made by someone who wanted all of it.
void gw_plain_choose_body(struct gw_reading *reading);

#endif
