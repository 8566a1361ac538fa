// SPDX-License-Identifier: Apache-2.0
#include "list/row_text.h"

#include "html/dom.h"
#include "html/select.h"
#include "list/row_dates.h"
#include "model/text.h"

#include <string.h>

enum { DATE_ELEMENT_MAX = 64, GENERIC_MAX = 40, BADGE_WIDTH = 8 };

size_t gw_text_width(struct gw_span text)
{
    size_t width = 0;
    if (text.bytes == 0)
        return 0;
    for (const char *s = text.at, *end = text.at + text.bytes; s < end;) {
        uint32_t c = gw_utf8_next(&s, end);
        width += gw_is_wide_space(c) ? 0 : gw_is_cjk(c) ? 2 : 1;
    }
    return width;
}

static bool is_date_alone(struct gw_span text)
{
    struct gw_date date;
    return text.bytes <= DATE_ELEMENT_MAX && gw_row_date_any(text, &date) &&
           (date.end - date.start) * 3 >= text.bytes * 2;
}

// "10:00 AM", "9:30 a.m.": digits, a colon, digits, and hardly more.
static bool is_time_alone(struct gw_span text)
{
    size_t digits = 0, others = 0, colons = 0;
    for (size_t i = 0; i < text.bytes; i++) {
        unsigned char c = (unsigned char)text.at[i];
        digits += gw_is_digit(c);
        colons += c == ':';
        others += !gw_is_digit(c) && !strchr(": apmAPM.", c);
    }
    return colons > 0 && digits >= 3 && others == 0 && text.bytes <= 24;
}

// Brackets, arrows, dots and colons off both ends.
static struct gw_span trim_signs(struct gw_span text)
{
    static const char *const signs[] = {"[", "]", "(", ")", "<",  ">", "【", "】", "（", "）", "…",     "›",
                                        "»", ".", "·", ":", "：", "+", "-",  "→",  "[",  " ",  "\u00a0"};
    for (size_t i = 0; i < GW_COUNT(signs); i++) {
        size_t n = strlen(signs[i]);
        bool front = gw_starts_with(text, signs[i]), back = !front && gw_ends_with(text, signs[i]);
        if (!front && !back)
            continue;
        text.at += front ? n : 0;
        text.bytes -= n;
        i = (size_t)-1; // what this one covered may go too
    }
    return text;
}

// "Read more: Title", "Continue reading about Title": the title stands elsewhere without the lead.
static bool has_generic_lead(struct gw_span text)
{
    static const struct {
        const char *words;
        bool alone; // words that begin titles too count only before a colon
    } leads[] = {
        {"read more", false},    {"read the full", false}, {"continue reading", false},
        {"learn more", false},   {"find out more", false}, {"more about", false},
        {"view details", false}, {"lire la suite", false}, {"en savoir plus", false},
        {"leer más", false},     {"ver más", false},       {"leia mais", false},
        {"saiba mais", false},   {"weiterlesen", false},   {"mehr erfahren", false},
        {"leggi tutto", false},  {"lees meer", false},     {"阅读全文", false},
        {"查看详情", false},     {"続きを読む", false},    {"mehr", true},
        {"more", true},          {"details", true},        {"view", true},
        {"read", true},          {"download", true},       {"详情", true},
        {"查看", true},
    };
    for (size_t i = 0; i < GW_COUNT(leads); i++) {
        size_t n = strlen(leads[i].words);
        if (text.bytes <= n || !gw_starts_with_nocase(text, leads[i].words))
            continue;
        struct gw_span rest = {text.at + n, text.bytes - n};
        if (gw_starts_with(rest, ":") || gw_starts_with(rest, "：") || gw_starts_with(rest, " :"))
            return true;
        if (!leads[i].alone && !gw_is_alpha((unsigned char)*rest.at))
            return true;
    }
    return false;
}

bool gw_title_is_generic(struct gw_span text)
{
    static const char *const phrases[] = {
        "more",
        "read more",
        "continue reading",
        "details",
        "detail",
        "view",
        "download",
        "pdf",
        "learn more",
        "click here",
        "here",
        "html",
        "doc",
        "docx",
        "xls",
        "view/download",
        "full text",
        "full story",
        "read",
        "link",
        "video",
        "open",
        "read full article",
        "更多",
        "详情",
        "查看",
        "查看详情",
        "阅读全文",
        "全文",
        "点击查看",
        "详细",
        "查看全文",
        "下载",
        "附件下载",
        "阅读更多",
        "了解更多",
        "查看更多",
        "続きを読む",
        "詳細",
        "詳しくはこちら",
        "mehr",
        "weiterlesen",
        "mehr erfahren",
        "lire la suite",
        "en savoir plus",
        "leer más",
        "ver más",
        "leia mais",
        "permalink",
        "print",
        "email",
        "share",
        "comments",
        "agenda",
        "minutes",
        "notice",
        "document",
        "documents",
        "attachment",
        "attachments",
        "packet",
        "next",
        "previous",
        "附件",
        "查看附件",
        "مزيد",
        "اقرأ المزيد",
        "подробнее",
        "читать далее",
        "자세히 보기",
        "더보기",
        "saiba mais",
        "leggi tutto",
        "lees meer",
        "läs mer",
        "les mer",
        "læs mere",
    };
    text = trim_signs(text);
    if (text.bytes == 0)
        return true;
    for (size_t i = 0; text.bytes <= GENERIC_MAX && i < GW_COUNT(phrases); i++)
        if (gw_span_eq_nocase(text, gw_span_of(phrases[i])))
            return true;
    return has_generic_lead(text) || is_date_alone(text) || is_time_alone(text);
}

// ---- links

bool gw_href_is_usable(const char *href)
{
    static const char *const schemes[] = {"javascript:", "mailto:", "tel:", "data:", "ftp:", "file:"};
    // Calendars, maps, sharing and the sorting of tables: beside rows everywhere, never a row.
    static const char *const services[] = {
        "google.com/calendar", "calendar.google.",   "maps.google.",      "google.com/maps",
        "facebook.com/sharer", "twitter.com/intent", "twitter.com/share", "linkedin.com/share",
        "addtoany.com",        "SaveToCalendar",     "orderby=",          "sortby="};
    struct gw_span text = gw_span_trim(gw_span_of(href));
    if (text.bytes == 0 || *text.at == '#' || gw_find(text, GW_SPAN("{{")) >= 0)
        return false;
    for (size_t i = 0; i < GW_COUNT(schemes); i++)
        if (gw_starts_with_nocase(text, schemes[i]))
            return false;
    for (size_t i = 0; i < GW_COUNT(services); i++)
        if (gw_find_nocase(text, gw_span_of(services[i])) >= 0)
            return false;
    return true;
}

uint32_t gw_row_link(const struct gw_outline *outline, uint32_t place)
{
    uint32_t best = 0;
    size_t best_width = 0;
    bool best_generic = true;
    for (uint32_t i = place; i < outline->places[place].end; i++) {
        const GumboNode *node = outline->places[i].node;
        const char *href = gw_dom_is(node, GUMBO_TAG_A) ? gw_dom_attr(node, "href") : NULL;
        if (!href || !gw_href_is_usable(href))
            continue;
        struct gw_span text = gw_span_trim(gw_place_text(outline, &outline->places[i]));
        struct gw_span attribute = gw_span_trim(gw_span_of(gw_dom_attr(node, "title")));
        bool generic = gw_title_is_generic(text) && gw_title_is_generic(attribute);
        size_t width = gw_text_width(text.bytes > attribute.bytes ? text : attribute);
        if (!best || (generic != best_generic ? best_generic : width > best_width)) {
            best = i;
            best_width = width;
            best_generic = generic;
        }
    }
    return best;
}

// ---- titles

static bool is_cut(struct gw_span text)
{
    return gw_ends_with(text, "...") || gw_ends_with(text, "…") || gw_ends_with(text, "..");
}

// A title attribute says more than the text only where the text is short of it.
static bool attribute_wins(struct gw_span text, struct gw_span attribute)
{
    if (attribute.bytes == 0 || gw_title_is_generic(attribute))
        return false;
    if (text.bytes == 0 || gw_title_is_generic(text) || is_cut(text))
        return true;
    return attribute.bytes > text.bytes && memcmp(attribute.at, text.at, text.bytes) == 0;
}

static bool is_heading(const GumboNode *node)
{
    return gw_dom_is_element(node) && node->v.element.tag >= GUMBO_TAG_H1 && node->v.element.tag <= GUMBO_TAG_H6;
}

static bool is_called_title(const GumboNode *node)
{
    static const char *const names[] = {"title", "tit", "headline", "bt", "name", "subject"};
    const char *class = gw_dom_attr(node, "class");
    for (size_t i = 0; class && i < GW_COUNT(names); i++) {
        ptrdiff_t at = gw_find_nocase(gw_span_of(class), gw_span_of(names[i]));
        if (at >= 0 && (at == 0 || !gw_is_alpha((unsigned char)class[at - 1]) || i < 2))
            return true;
    }
    return false;
}

// Is the place in (or is it) a link that leads elsewhere than `link`?
static bool leads_elsewhere(const struct gw_outline *outline, uint32_t place, uint32_t link)
{
    const char *own = gw_dom_attr(outline->places[link].node, "href");
    for (uint32_t p = place; p != 0; p = outline->places[p].parent) {
        const GumboNode *node = outline->places[p].node;
        const char *href = gw_dom_is(node, GUMBO_TAG_A) ? gw_dom_attr(node, "href") : NULL;
        if (href && gw_href_is_usable(href))
            return !own || strcmp(href, own) != 0;
    }
    return false;
}

// The part of a range of places that is the title: a heading, else what is called title, else the first (or the widest)
// small block that is no date, and of no link but `skip`. Returns 0 when there is none.
static uint32_t title_place(const struct gw_outline *outline, uint32_t from, uint32_t end, uint32_t skip)
{
    uint32_t called = 0, block = 0;
    size_t widest = 0;
    for (uint32_t i = from; i < end; i++) {
        const struct gw_place *place = &outline->places[i];
        struct gw_span text = gw_span_trim(gw_place_text(outline, place));
        if (i == skip || text.bytes == 0 || gw_title_is_generic(text))
            continue;
        if (is_heading(place->node))
            return i;
        if (!called && is_called_title(place->node))
            called = i;
        bool leaf = place->end == i + 1 && !(skip && leads_elsewhere(outline, i, skip));
        size_t width = leaf ? gw_text_width(text) : 0;
        if (width > widest && (!block || skip || widest < BADGE_WIDTH)) {
            widest = width;
            block = i;
        }
    }
    return called ? called : block;
}

// The link holds more than a title: blocks, or a date beside other text.
static bool is_card(const struct gw_outline *outline, uint32_t link)
{
    const struct gw_place *place = &outline->places[link];
    for (uint32_t i = link + 1; i < place->end; i++) {
        struct gw_span text = gw_span_trim(gw_place_text(outline, &outline->places[i]));
        if (text.bytes > 0 && text.bytes < gw_place_text(outline, place).bytes &&
            (gw_dom_is_block(outline->places[i].node) || is_date_alone(text)))
            return true;
    }
    return false;
}

static const char *image_text(const struct gw_outline *outline, uint32_t link)
{
    const GumboNode *image = gw_dom_find(outline->places[link].node, GUMBO_TAG_IMG);
    const char *alt = image ? gw_dom_attr(image, "alt") : NULL;
    return alt ? alt : "";
}

static bool is_called_date(const GumboNode *node)
{
    static const char *const names[] = {"date", "time", "posted", "publish", "rq", "sj"};
    const char *class = gw_dom_attr(node, "class");
    if (gw_dom_is(node, GUMBO_TAG_TIME))
        return true;
    for (size_t i = 0; class && i < GW_COUNT(names); i++)
        if (gw_find_nocase(gw_span_of(class), gw_span_of(names[i])) >= 0)
            return true;
    return false;
}

// "Title<span>2024-03-22</span>": the text before the first part that is a date alone, or behind it.
static const char *text_beside_date(struct gw_arena *arena, const struct gw_outline *outline, uint32_t link)
{
    const struct gw_place *place = &outline->places[link];
    for (uint32_t i = link + 1; i < place->end; i++) {
        const struct gw_place *part = &outline->places[i];
        if (!is_date_alone(gw_span_trim(gw_place_text(outline, part))))
            continue;
        struct gw_span before = gw_span_trim(gw_outline_text(outline, place->text_start, part->text_start));
        struct gw_span behind = gw_span_trim(gw_outline_text(outline, part->text_end, place->text_end));
        bool leads = before.bytes == 0 && is_called_date(part->node); // else it may be how the title begins
        struct gw_span title = leads ? behind : before;
        return title.bytes > 0 ? gw_arena_strndup(arena, title.at, title.bytes) : NULL;
    }
    return NULL;
}

static const char *link_title(struct gw_arena *arena, const struct gw_outline *outline, uint32_t link)
{
    GumboNode *node = outline->places[link].node;
    const char *text = gw_select_text(arena, node);
    struct gw_span attribute = gw_span_trim(gw_span_of(gw_dom_attr(node, "title")));
    if (text && attribute_wins(gw_span_of(text), attribute))
        return gw_arena_strndup(arena, attribute.at, attribute.bytes);
    bool card = is_card(outline, link);
    uint32_t part = card ? title_place(outline, link + 1, outline->places[link].end, 0) : 0;
    const char *beside = card && !part ? text_beside_date(arena, outline, link) : NULL;
    if (part || beside)
        text = part ? gw_select_text(arena, outline->places[part].node) : beside;
    return text && *text ? text : image_text(outline, link);
}

// The row's heading, or what is called its title, that no other link is about; 0: none.
static uint32_t heading_place(const struct gw_outline *outline, uint32_t container, uint32_t link)
{
    for (uint32_t i = container + 1; i < outline->places[container].end; i++) {
        const struct gw_place *place = &outline->places[i];
        struct gw_span text = gw_span_trim(gw_place_text(outline, place));
        bool around = i <= link && link < place->end;
        bool named = !around && (is_heading(place->node) || is_called_title(place->node));
        if (named && text.bytes > 0 && !gw_title_is_generic(text) && !leads_elsewhere(outline, i, link))
            return i;
    }
    return 0;
}

const char *gw_row_title(struct gw_arena *arena, const struct gw_outline *outline, uint32_t container, uint32_t link,
                         bool says_the_same)
{
    const char *title = link_title(arena, outline, link);
    if (title && *title && !gw_title_is_generic(gw_span_of(title))) {
        uint32_t heading = says_the_same ? heading_place(outline, container, link) : 0;
        const char *better = heading ? gw_select_text(arena, outline->places[heading].node) : NULL;
        return better && *better ? better : title;
    }
    uint32_t part = title_place(outline, container + 1, outline->places[container].end, link);
    const char *beside = part ? gw_select_text(arena, outline->places[part].node) : NULL;
    return beside && *beside ? beside : title ? title : "";
}

// ---- dates

static bool has_date(struct gw_span text)
{
    struct gw_date date;
    return gw_row_date_any(text, &date);
}

struct gw_span gw_row_date_text(const struct gw_outline *outline, uint32_t container, uint32_t link)
{
    const struct gw_place *row = &outline->places[container], *title = &outline->places[link];
    struct gw_span small = {0};
    const char *machine = NULL;
    for (uint32_t i = container; i < row->end; i++) {
        const struct gw_place *place = &outline->places[i];
        struct gw_span text = gw_span_trim(gw_place_text(outline, place));
        if (!machine && gw_dom_is(place->node, GUMBO_TAG_TIME))
            machine = gw_dom_attr(place->node, "datetime");
        if (text.bytes == 0 || text.bytes > DATE_ELEMENT_MAX || i == link ||
            (small.bytes && !is_called_date(place->node)))
            continue;
        if (is_date_alone(text) || (is_called_date(place->node) && has_date(text))) {
            small = text;
            if (is_called_date(place->node))
                break;
        }
    }
    if (small.bytes > 0)
        return small;
    const struct gw_place behind_row = {.text_start = row->text_end, .text_end = row->text_end};
    if (link == 0) // the row has none: all of it is before
        title = &behind_row;
    struct gw_span before = gw_outline_text(outline, row->text_start, title->text_start);
    struct gw_span behind = gw_outline_text(outline, title->text_end, row->text_end);
    struct gw_date date;
    if (gw_date_find(before, 0, GW_DATE_UNKNOWN, GW_DATE_WHOLE, &date))
        return before;
    if (has_date(behind))
        return behind;
    if (has_date(before))
        return before;
    if (machine && has_date(gw_span_of(machine)))
        return gw_span_of(machine);
    struct gw_span own = gw_place_text(outline, title);
    return gw_date_find(own, 0, GW_DATE_UNKNOWN, GW_DATE_WHOLE, &date) ? own : (struct gw_span){0};
}
