// SPDX-License-Identifier: Apache-2.0
// The next page of an article that a site cut into several: its address is this one's with a page number more. A link
// that only says "next" may lead to another article, so the address decides and the words only say where to look.
#include "reading.h"

#include "base/err.h"
#include "html/dom.h"
#include "model/text.h"
#include "model/url.h"

#include <string.h>

enum { PAGES_MAX = 99, LINK_BYTES = 40, BACK_LINKS = 400 };

// What a link to the next page says, whole; marks around it are taken off.
static const char *const words[] = {"下一页", "下页",          "下一頁",    "next page", "next",
                                    "weiter", "page suivante", "siguiente", "次へ"};
// Parameters of a query that count pages.
static const char *const parameters[] = {"page", "p", "pageno", "pageindex", "pn"};

// An address without its page number, and the number: "a_2.html" is the third of "a.html" to one CMS, the second to
// another; all that counts is that the next one's is higher by one.
struct place {
    struct gw_span before, behind; // of the number; `before` ends with the mark that joins it
    unsigned number;               // 0: none
    bool query;
};

static bool number_at(struct gw_span digits, unsigned *ret_number)
{
    uint64_t n;
    if (digits.bytes == 0 || digits.bytes > 2 || digits.at[0] == '0' || !gw_parse_u64(digits, PAGES_MAX, &n))
        return false;
    *ret_number = (unsigned)n;
    return true;
}

static struct gw_span without_fragment(const char *url)
{
    return (struct gw_span){url, strcspn(url, "#")};
}

// Where the name of the last part of the path ends: at its extension, or at its end.
static size_t name_end(struct gw_span path)
{
    size_t at = path.bytes;
    while (at > 0 && path.at[at - 1] != '/' && path.at[at - 1] != '.')
        at--;
    return at > 0 && path.at[at - 1] == '.' ? at - 1 : path.bytes;
}

// "…/a_2.html", "…/a-2.html", "…/a/2", "…/a/page/2/".
static bool split_path(struct gw_span url, struct place *ret)
{
    const char *question = memchr(url.at, '?', url.bytes);
    struct gw_span path = {url.at, question ? (size_t)(question - url.at) : url.bytes};
    size_t end = name_end(path);
    if (end == path.bytes && end > 0 && path.at[end - 1] == '/')
        end--;
    size_t from = end;
    while (from > 0 && gw_is_digit((unsigned char)path.at[from - 1]))
        from--;
    if (from == 0 || !strchr("_-/", path.at[from - 1]) ||
        !number_at((struct gw_span){path.at + from, end - from}, &ret->number))
        return false;
    ret->before = (struct gw_span){url.at, from};
    ret->behind = (struct gw_span){url.at + end, url.bytes - end};
    ret->query = false;
    return true;
}

static bool split_query(struct gw_span url, struct place *ret)
{
    const char *question = memchr(url.at, '?', url.bytes), *end = url.at + url.bytes;
    for (const char *p = question; p && p < end; p = memchr(p, '&', (size_t)(end - p))) {
        const char *name = ++p, *equals = memchr(p, '=', (size_t)(end - p));
        if (!equals)
            return false;
        const char *stop = memchr(equals, '&', (size_t)(end - equals));
        stop = stop ? stop : end;
        for (size_t i = 0; i < GW_COUNT(parameters); i++)
            if (gw_span_eq_nocase((struct gw_span){name, (size_t)(equals - name)}, gw_span_of(parameters[i])) &&
                number_at((struct gw_span){equals + 1, (size_t)(stop - equals - 1)}, &ret->number)) {
                ret->before = (struct gw_span){url.at, (size_t)(equals + 1 - url.at)};
                ret->behind = (struct gw_span){stop, (size_t)(end - stop)};
                ret->query = true;
                return true;
            }
    }
    return false;
}

// `next` is this very address with a page number put in: "a.html" and "a_2.html", "a" and "a/2", "a" and "a?page=2".
static bool begins_pages(struct gw_span url, const struct place *next)
{
    struct gw_span before = {next->before.at, next->before.bytes - 1}; // without the mark, or the '=' of the query
    if (next->query) {
        while (before.bytes && before.at[before.bytes - 1] != '?' && before.at[before.bytes - 1] != '&')
            before.bytes--;
        before.bytes -= before.bytes > 0;
        return gw_span_eq(url, before);
    }
    if (gw_ends_with(before, "/page"))
        before.bytes -= 5;
    if (url.bytes && url.at[url.bytes - 1] == '/' && next->behind.bytes <= 1)
        return gw_span_eq((struct gw_span){url.at, url.bytes - 1}, before);
    return url.bytes == before.bytes + next->behind.bytes && url.bytes > before.bytes - 1 &&
           memcmp(url.at, before.at, before.bytes) == 0 &&
           memcmp(url.at + before.bytes, next->behind.at, next->behind.bytes) == 0;
}

// Whether the page links back to the first of its pages: "a_3.html" is a page only where there is an "a.html" or an
// "a_1.html", else the third article of a day.
static bool links_back(const struct gw_reading *r, const struct place *own)
{
    size_t seen = 0;
    for (GumboNode *n = r->page->body; n && seen < BACK_LINKS; n = gw_dom_next(n, r->page->body)) {
        const char *href = gw_dom_is(n, GUMBO_TAG_A) ? gw_dom_attr(n, "href") : NULL;
        if (!href || !href[0] || href[0] == '#' || gw_starts_with_nocase(gw_span_of(href), "javascript:"))
            continue;
        seen++;
        char *url = gw_url_resolve(r->arena, r->page->base_url, href);
        if (url && begins_pages(without_fragment(url), own))
            return true;
    }
    return false;
}

static bool follows(const struct gw_reading *r, const char *url)
{
    struct gw_span own = without_fragment(r->page->base_url), other = without_fragment(url);
    struct place next, here;
    if (!gw_url_same_site(r->page->base_url, url) || (!split_query(other, &next) && !split_path(other, &next)))
        return false;
    if (begins_pages(own, &next))
        return next.number <= 2;
    return (split_query(own, &here) || split_path(own, &here)) && next.number == here.number + 1 &&
           gw_span_eq(here.before, next.before) && gw_span_eq(here.behind, next.behind) && links_back(r, &here);
}

// ---- where to look

static struct gw_span without_marks(struct gw_span s)
{
    static const char *const marks[] = {"[", "]", "【", "】", "(", ")", "（", "）", "<", ">", "»", "›", "→", ">>", "…"};
    s = gw_span_trim(s);
    for (size_t i = 0; i < GW_COUNT(marks);) {
        size_t n = strlen(marks[i]);
        if (s.bytes > n && gw_ends_with(s, marks[i]))
            s.bytes -= n;
        else if (s.bytes > n && gw_starts_with(s, marks[i]))
            s.at += n, s.bytes -= n;
        else {
            i++;
            continue;
        }
        s = gw_span_trim(s);
        i = 0;
    }
    return s;
}

enum says { SAYS_NOTHING, SAYS_NUMBER, SAYS_NEXT };

static enum says says(const GumboNode *link)
{
    struct gw_buf text = GW_BUF(512);
    enum says said = SAYS_NOTHING;
    gw_dom_text(link, &text);
    struct gw_span s = without_marks((struct gw_span){gw_buf_str(&text), gw_buf_ok(&text) ? text.bytes : 0});
    unsigned number;
    if (s.bytes && s.bytes <= LINK_BYTES) {
        for (size_t i = 0; i < GW_COUNT(words) && !said; i++)
            if (gw_span_eq_nocase(s, gw_span_of(words[i])))
                said = SAYS_NEXT;
        if (!said && number_at(s, &number))
            said = SAYS_NUMBER;
    }
    gw_buf_fini(&text);
    return said || !gw_dom_attr_has_word(link, "rel", "next") ? said : SAYS_NEXT;
}

static bool is_of_comments(const GumboNode *node)
{
    for (; node && gw_dom_is_element(node); node = node->parent)
        if (gw_hints_of(node) & 1u << HINT_COMMENT)
            return true;
    return false;
}

// The link that says so, else the lowest number that follows.
static char *by_link(struct gw_reading *r)
{
    char *best = NULL;
    for (GumboNode *n = r->page->body; n; n = gw_dom_next(n, r->page->body)) {
        const char *href = gw_dom_is(n, GUMBO_TAG_A) ? gw_dom_attr(n, "href") : NULL;
        enum says said = href && href[0] ? says(n) : SAYS_NOTHING;
        if (!said || (best && said == SAYS_NUMBER))
            continue;
        char *url = gw_url_resolve(r->arena, r->page->base_url, href);
        if (!url || !follows(r, url) || is_of_comments(n))
            continue;
        best = url;
        if (said == SAYS_NEXT)
            break;
    }
    return best;
}

// TRS writes its pager by script: createPageHTML(3, 0, "t20240304_123456", "html"): how many, which (from 0), name,
// ending. `ret_at` stands behind the parenthesis.
static bool read_call(const char *p, const char *end, unsigned *ret_count, unsigned *ret_index,
                      struct gw_span *ret_texts)
{
    unsigned *numbers[2] = {ret_count, ret_index};
    for (int i = 0; i < 4; i++) {
        while (p < end && (gw_is_space((unsigned char)*p) || *p == ','))
            p++;
        const char *from = p;
        if (i < 2) {
            while (p < end && gw_is_digit((unsigned char)*p))
                p++;
            uint64_t n;
            if (!gw_parse_u64((struct gw_span){from, (size_t)(p - from)}, PAGES_MAX, &n))
                return false;
            *numbers[i] = (unsigned)n;
            continue;
        }
        if (p == end || (*p != '"' && *p != '\''))
            return false;
        const char *close = memchr(p + 1, *p, (size_t)(end - p - 1));
        if (!close || close - p > 128)
            return false;
        ret_texts[i - 2] = (struct gw_span){p + 1, (size_t)(close - p - 1)};
        p = close + 1;
    }
    return true;
}

static char *by_script(struct gw_reading *r)
{
    static const char call[] = "createPageHTML(";
    for (size_t i = 0; i < r->page->aside_count; i++) {
        struct gw_span script = r->page->asides[i].text, texts[2];
        ptrdiff_t at = r->page->asides[i].kind == GW_ASIDE_SCRIPT ? gw_find(script, gw_span_of(call)) : -1;
        unsigned count, index;
        if (at < 0 || !read_call(script.at + at + strlen(call), script.at + script.bytes, &count, &index, texts) ||
            index + 1 >= count)
            continue;
        char *name = gw_arena_printf(r->arena, "%.*s_%u.%.*s", (int)texts[0].bytes, texts[0].at, index + 1,
                                     (int)texts[1].bytes, texts[1].at);
        char *url = name ? gw_url_resolve(r->arena, r->page->base_url, name) : NULL;
        if (url && gw_url_same_site(url, r->page->base_url))
            return url;
    }
    return NULL;
}

void gw_read_next_page(struct gw_reading *r)
{
    if (!r->page->body || !r->page->base_url)
        return;
    char *url = by_script(r);
    url = url ? url : by_link(r);
    if (url)
        r->document->next_url = url;
}
