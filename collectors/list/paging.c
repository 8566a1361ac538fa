// SPDX-License-Identifier: Apache-2.0
#include "list/paging.h"

#include "html/dom.h"
#include "html/select.h"
#include "list/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL_MAX = 40, MAX_PAGES = 100000 };

static const char *resolve_other(const struct gw_page *page, const char *reference)
{
    const char *url = gw_rows_resolve(page->arena, page->base_url, reference);
    return url && (!page->base_url || strcmp(url, page->base_url) != 0) ? url : NULL;
}

// ---- links that say so

static bool says_next(struct gw_span label)
{
    static const char *const labels[] = {"下一页",
                                         "下页",
                                         "后一页",
                                         "下一頁",
                                         "次へ",
                                         "次のページ",
                                         "다음",
                                         "next",
                                         "next page",
                                         "older",
                                         "older posts",
                                         "older entries",
                                         "older articles",
                                         "older stories",
                                         "older news",
                                         "nächste",
                                         "nächste seite",
                                         "weiter",
                                         "suivant",
                                         "page suivante",
                                         "siguiente",
                                         "próxima",
                                         "próximo",
                                         "volgende",
                                         "successiva",
                                         "nästa",
                                         "neste",
                                         "næste",
                                         "następna",
                                         "následující",
                                         "další",
                                         "következő",
                                         "următoarea",
                                         "sonraki",
                                         "επόμενη",
                                         "التالي",
                                         "הבא",
                                         "следующая",
                                         "наступна",
                                         "seuraava",
                                         "trang sau",
                                         "tiếp",
                                         "ถัดไป",
                                         "selanjutnya",
                                         "berikutnya",
                                         "다음 페이지",
                                         "次",
                                         "następna strona",
                                         "další strana",
                                         "sonraki sayfa",
                                         "επόμενη σελίδα",
                                         "следующая страница"};
    static const char *const signs[] = {"»", "«", "‹", "←", "›", ">", "→", "≫", "[", "]", "<", "【", "】"};
    label = gw_span_trim(label);
    for (size_t i = 0; i < GW_COUNT(signs); i++) {
        size_t n = strlen(signs[i]);
        if (label.bytes > n && gw_ends_with(label, signs[i]))
            label.bytes -= n;
        if (label.bytes > n && gw_starts_with(label, signs[i])) {
            label.at += n;
            label.bytes -= n;
        }
        label = gw_span_trim(label);
    }
    for (size_t i = 0; label.bytes <= LABEL_MAX && i < GW_COUNT(labels); i++)
        if (gw_span_eq_nocase(label, gw_span_of(labels[i])))
            return true;
    return false;
}

static bool real_target(const char *href)
{
    struct gw_span text = gw_span_trim(gw_span_of(href));
    return text.bytes > 0 && *text.at != '#' && !gw_starts_with_nocase(text, "javascript:");
}

static const char *next_by_link(const struct gw_page *page)
{
    const char *labelled = NULL;
    for (GumboNode *n = page->root; n; n = gw_dom_next(n, page->root)) {
        bool anchor = gw_dom_is(n, GUMBO_TAG_A);
        const char *href = anchor || gw_dom_is(n, GUMBO_TAG_LINK) ? gw_dom_attr(n, "href") : NULL;
        if (!href || !real_target(href))
            continue;
        if (gw_dom_attr_has_word(n, "rel", "next"))
            return resolve_other(page, href);
        const char *text = anchor && !labelled ? gw_select_text(page->arena, n) : NULL;
        if (text && (says_next(gw_span_of(text)) || says_next(gw_span_of(gw_dom_attr(n, "title"))) ||
                     says_next(gw_span_of(gw_dom_attr(n, "aria-label")))))
            labelled = resolve_other(page, href);
    }
    return labelled;
}

// The link "3" beside the links of a pager, when this is page 2.
static const char *next_by_number(const struct gw_page *page, uint32_t page_no)
{
    char wanted[16];
    snprintf(wanted, sizeof wanted, "%u", page_no + 1);
    for (GumboNode *n = page->body; n; n = gw_dom_next(n, page->body)) {
        const char *href = gw_dom_is(n, GUMBO_TAG_A) ? gw_dom_attr(n, "href") : NULL;
        if (!href || !real_target(href) || n->v.element.children.length == 0)
            continue;
        const char *text = gw_select_text(page->arena, n);
        if (!text || strcmp(text, wanted) != 0)
            continue;
        const GumboNode *before = gw_dom_prev_element(n), *up = n->parent;
        if (!before && up)
            before = gw_dom_prev_element(up); // <li><a>
        const char *number = before ? gw_select_text(page->arena, before) : NULL;
        if (number && (uint32_t)strtoul(number, NULL, 10) == page_no && strlen(number) < sizeof wanted)
            return resolve_other(page, href);
    }
    return NULL;
}

// ---- createPageHTML(count, current, "index", "html") and its sibling with the element's name before
//      (element, count, current, "name", "shtml", rows). The first counts pages from 0, the second from 1.

struct call {
    char words[4][64];
    long numbers[4];
    int word_count, number_count;
    bool number_first;
};

static bool parse_call(struct gw_span text, struct call *call)
{
    const char *s = text.at, *end = text.at + text.bytes;
    *call = (struct call){0};
    for (int arguments = 0; s < end && *s != ')' && arguments < 8; arguments++) {
        while (s < end && (gw_is_space((unsigned char)*s) || *s == ','))
            s++;
        if (s < end && (*s == '"' || *s == '\'')) {
            const char *from = s + 1, *close = memchr(from, *s, (size_t)(end - from));
            if (!close || close - from >= (ptrdiff_t)sizeof call->words[0] || call->word_count == 4)
                return false;
            memcpy(call->words[call->word_count++], from, (size_t)(close - from));
            s = close + 1;
        } else if (s < end && gw_is_digit((unsigned char)*s)) {
            long value = 0;
            while (s < end && gw_is_digit((unsigned char)*s) && value < MAX_PAGES)
                value = value * 10 + (*s++ - '0');
            if (call->number_count == 4)
                return false;
            call->number_first = call->number_first || arguments == 0;
            call->numbers[call->number_count++] = value;
        } else {
            return false;
        }
    }
    return s < end && *s == ')';
}

static const char *next_by_call(const struct gw_page *page, struct gw_span script)
{
    static const struct gw_span name = {"createPageHTML(", 15};
    for (ptrdiff_t at; (at = gw_find(script, name)) >= 0;) {
        script.at += (size_t)at + name.bytes;
        script.bytes -= (size_t)at + name.bytes;
        struct call call;
        if (!parse_call(script, &call) || call.number_count < 2 || call.word_count < 2)
            continue;
        const char *stem = call.words[call.word_count - 2], *extension = call.words[call.word_count - 1];
        long count = call.numbers[0], next = call.numbers[1] + 1;
        if (call.number_first ? next < count : next <= count)
            return resolve_other(page, gw_arena_printf(page->arena, "%s_%ld.%s", stem, next, extension));
    }
    return NULL;
}

// ---- "var countPage = 12//共多少页", "var currentPage = 0;//所在页从0开始" and a pager that document.write() makes of
// them

static long leading_number(struct gw_span text)
{
    long value = 0;
    for (size_t i = 0; i < text.bytes && gw_is_digit((unsigned char)text.at[i]) && value < MAX_PAGES; i++)
        value = value * 10 + (text.at[i] - '0');
    return value;
}

// The number that a script gives to one of these names; -1: to none.
static long variable(struct gw_span script, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (struct gw_span rest = script; rest.bytes > 0;) {
            ptrdiff_t at = gw_find(rest, gw_span_of(names[i]));
            if (at < 0)
                break;
            rest.at += (size_t)at + strlen(names[i]);
            rest.bytes -= (size_t)at + strlen(names[i]);
            struct gw_span value = gw_span_trim((struct gw_span){rest.at, rest.bytes < 16 ? rest.bytes : 16});
            if (value.bytes < 2 || *value.at != '=' || value.at[1] == '=')
                continue;
            value = gw_span_trim((struct gw_span){value.at + 1, value.bytes - 1});
            if (value.bytes > 0 && gw_is_digit((unsigned char)*value.at))
                return leading_number(value);
        }
    return -1;
}

static const char *next_by_variables(const struct gw_page *page, struct gw_span script)
{
    static const char *const counts[] = {"countPage", "pageCount", "nPageCount"};
    static const char *const currents[] = {"currentPage", "nCurrIndex", "curPage"};
    static const char *const endings[] = {"shtml", "jhtml", "html", "htm"};
    long count = variable(script, counts, GW_COUNT(counts)), current = variable(script, currents, GW_COUNT(currents));
    if (current < 0 || current + 1 >= count || gw_find(script, GW_SPAN("index")) < 0)
        return NULL;
    for (size_t i = 0; i < GW_COUNT(endings); i++) {
        char quoted[16], dotted[16];
        snprintf(quoted, sizeof quoted, "\"%s\"", endings[i]);
        snprintf(dotted, sizeof dotted, ".%s", endings[i]);
        if (gw_find(script, gw_span_of(quoted)) >= 0 || gw_find(script, gw_span_of(dotted)) >= 0)
            return resolve_other(page, gw_arena_printf(page->arena, "index_%ld.%s", current + 1, endings[i]));
    }
    return NULL;
}

static const char *next_by_script(const struct gw_page *page)
{
    for (size_t i = 0; i < page->aside_count; i++) {
        if (page->asides[i].kind == GW_ASIDE_STYLE)
            continue;
        const char *url = next_by_call(page, page->asides[i].text);
        url = url || page->asides[i].kind != GW_ASIDE_SCRIPT ? url : next_by_variables(page, page->asides[i].text);
        if (url)
            return url;
    }
    return NULL;
}

// ---- templates

struct filling {
    struct gw_arena *arena;
    uint32_t page_no;
    bool from_one;
};

static const char *fill_number(const char *name, void *arg)
{
    const struct filling *f = arg;
    if (strcmp(name, "n") == 0)
        return gw_arena_printf(f->arena, "%u", f->page_no - (f->from_one ? 1 : 0));
    return strcmp(name, "n-1") == 0 ? gw_arena_printf(f->arena, "%u", f->page_no - 1) : NULL;
}

const char *gw_paging_fill(struct gw_arena *arena, const char *pattern, uint32_t page_no)
{
    struct filling f = {arena, page_no, strstr(pattern, "index_{n}.") != NULL};
    return gw_template_fill(arena, pattern, fill_number, &f);
}

const char *gw_paging_next(const struct gw_page *page, const struct gw_list_rule *rule, uint32_t page_no)
{
    if (rule->next_template)
        return resolve_other(page, gw_paging_fill(page->arena, rule->next_template, page_no + 1));
    if (rule->next)
        return page->root ? resolve_other(page, gw_select_value(rule->next, page->arena, page->root)) : NULL;
    const char *url = page->root ? next_by_link(page) : NULL;
    if (!url)
        url = next_by_script(page);
    return url || !page->body ? url : next_by_number(page, page_no);
}
