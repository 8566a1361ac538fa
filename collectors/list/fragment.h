// SPDX-License-Identifier: Apache-2.0
// Pieces of HTML that come inside other formats: in JSON strings, CDATA, comments, feed titles.
#ifndef GW_LIST_FRAGMENT_H
#define GW_LIST_FRAGMENT_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "html/page.h"

// Plain text of a string that may be HTML ("a &amp; <b>b</b>"); in arena. A string without '<' and '&' is itself.
const char *gw_fragment_text(struct gw_arena *arena, const char *html);
// One `&lt;`-level of escaping undone: &lt; &gt; &quot; &apos; &#39; &amp;; in arena, NULL when it is full.
const char *gw_fragment_unescape(struct gw_arena *arena, struct gw_span text);
// Does it hold a link?
bool gw_fragment_has_link(struct gw_span html);

#endif
