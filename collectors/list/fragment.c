// SPDX-License-Identifier: Apache-2.0
#include "list/fragment.h"

#include "html/select.h"

#include <string.h>

const char *gw_fragment_text(struct gw_arena *arena, const char *html)
{
    if (!html || !strpbrk(html, "<&"))
        return html;
    struct gw_page page;
    struct gw_page_input input = {.bytes = html, .length = strlen(html), .charset = "utf-8"};
    if (gw_page_parse(arena, &input, &page) != 0 || !page.body)
        return html;
    const char *text = gw_select_text(arena, page.body);
    return text ? text : html;
}

const char *gw_fragment_unescape(struct gw_arena *arena, struct gw_span text)
{
    static const struct {
        const char *escape;
        char sign;
    } escapes[] = {{"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}, {"&#39;", '\''}, {"&amp;", '&'}};
    char *plain = gw_arena_alloc(arena, text.bytes + 1);
    size_t n = 0;
    if (!plain)
        return NULL;
    for (size_t i = 0; i < text.bytes;) {
        struct gw_span rest = {text.at + i, text.bytes - i};
        size_t step = 1;
        char sign = *rest.at;
        for (size_t k = 0; sign == '&' && step == 1 && k < GW_COUNT(escapes); k++)
            if (gw_starts_with(rest, escapes[k].escape)) {
                sign = escapes[k].sign;
                step = strlen(escapes[k].escape);
                break;
            }
        plain[n++] = sign;
        i += step;
    }
    plain[n] = '\0';
    return plain;
}

bool gw_fragment_has_link(struct gw_span html)
{
    return gw_find_nocase(html, GW_SPAN("<a ")) >= 0 || gw_find_nocase(html, GW_SPAN("<a\n")) >= 0;
}
