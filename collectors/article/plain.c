// SPDX-License-Identifier: Apache-2.0
// DESIGN: The title is what a label says it is; else the line that a longer one above repeats with the site's name ("A
// | Site" and "A"); else the first line that is short and no date, label or path. The body is the rest, less the
// metadata block above it, the lines that repeat the title, and what comes behind "Top News".
#include "plain.h"
#include "rows.h"

#include "base/err.h"
#include "model/dates.h"

#include <string.h>

enum {
    TITLE_BYTES = 300,    // longer first lines are prose
    HEAD_LINES = 30,      // the metadata block lies in these
    DATE_LINE_EXTRA = 24, // bytes besides the date
    TITLE_LINES = 4,      // a title may be set over so many lines
    LEAST_TITLE = 6
};

static struct gw_span line(const struct gw_reading *r, size_t i)
{
    return r->blocks.blocks[i].text;
}

static bool is_date_line(struct gw_span text)
{
    struct gw_date date;
    return text.bytes < 80 && gw_date_find(text, 0, GW_DATE_UNKNOWN, GW_DATE_WHOLE, &date) &&
           (date.start == 0 || text.bytes <= date.end - date.start + DATE_LINE_EXTRA);
}

// "Home > News > …", "首页 > 要闻", "> Home"
static bool is_path(struct gw_span text)
{
    static const char *const begins[] = {"首页",         "网站首页", "您当前",   "您所在",   "当前位置",
                                         "Location",     "location", "position", "Position", "home page",
                                         "You are here", "Home >",   "Skip to",  ">",        "»"};
    for (size_t i = 0; i < GW_COUNT(begins); i++)
        if (gw_starts_with(text, begins[i]) && GW_ROW_ON("path begins", begins, i))
            return text.bytes < TITLE_BYTES;
    return gw_find(text, GW_SPAN("首页 >")) > 0;
}

static bool is_label(const struct gw_reading *r, size_t i)
{
    struct gw_label_hit hit;
    return r->lines[i].labels && r->lines[i].first_label != LABEL_NONE && r->lines[i].first_label != LABEL_TITLE &&
           line(r, i).bytes < TITLE_BYTES && gw_labels_find(line(r, i), &hit, 1) &&
           (hit.colon || (hit.value.bytes && gw_is_digit((unsigned char)hit.value.at[0])));
}

static bool is_furniture(const struct gw_reading *r, size_t i)
{
    const uint32_t furniture =
        1u << PHRASE_SHARE | 1u << PHRASE_TOOLS | 1u << PHRASE_QR | 1u << PHRASE_COPYRIGHT | 1u << PHRASE_BROWSER;
    return is_path(line(r, i)) || (r->lines[i].phrases.whole & furniture) ||
           ((r->lines[i].phrases.first & furniture) && line(r, i).bytes < 120);
}

static const struct gw_fact *labelled_title(const struct gw_reading *r)
{
    size_t at = 0;
    return gw_facts_next(&r->facts, FIELD_TITLE, &at);
}

// Bytes of `text` that `start` spells at its begin, blanks apart; 0 when it does not.
static size_t begins_with(struct gw_span text, struct gw_span start)
{
    size_t i = 0, j = 0;
    while (j < start.bytes) {
        if (i < text.bytes && text.at[i] == start.at[j])
            i++, j++;
        else if (i < text.bytes && i && text.at[i] == ' ')
            i++;
        else if (start.at[j] == ' ')
            j++;
        else
            return 0;
    }
    return i;
}

// What is left of the first line where another repeats it: nothing, or the site's name behind a mark.
static bool is_site_tail(struct gw_span rest)
{
    static const char *const marks[] = {"_", "|", "-", "–", "—", "·", "•", "｜", "»", ">"};
    for (size_t i = 0; i < GW_COUNT(marks); i++)
        if (gw_starts_with(rest, marks[i]))
            return true;
    return rest.bytes == 0;
}

// Lines that together repeat the first one without its tail ("A B | Site", then "A", "B"): the first and how many; 0:
// none.
static size_t repeats(const struct gw_reading *r, size_t first, size_t head, size_t *ret_at)
{
    for (size_t i = first + 1; i < head; i++) {
        struct gw_span rest = line(r, first);
        size_t lines = 0;
        while (i + lines < head && lines < TITLE_LINES) {
            struct gw_span next = line(r, i + lines);
            rest = gw_span_trim(rest);
            size_t n = begins_with(rest, next);
            if (!n)
                break;
            rest.at += n;
            rest.bytes -= n;
            lines++;
        }
        if (lines && line(r, i).bytes >= LEAST_TITLE && is_site_tail(gw_span_trim(rest))) {
            *ret_at = i;
            return lines;
        }
    }
    return 0;
}

// A later line of the head that begins as the first one does, word for word at first: the page's own form of what its
// <title> said in other words.
static size_t rewords(const struct gw_reading *r, size_t first, size_t head)
{
    struct gw_span title = line(r, first);
    for (size_t i = first + 1; i < head; i++) {
        struct gw_span text = line(r, i);
        size_t shared = 0;
        while (shared < title.bytes && shared < text.bytes && title.at[shared] == text.at[shared])
            shared++;
        if (shared * 2 > title.bytes && text.bytes < TITLE_BYTES)
            return i;
    }
    return first;
}

// "… _ financial online", "… - 太原晚报", "… | City of Detroit"
static struct gw_span without_site(struct gw_span title)
{
    static const char *const joints[] = {" | ", "_", " - ", "--", "｜"};
    size_t cut = title.bytes;
    for (size_t i = 0; i < GW_COUNT(joints); i++) {
        ptrdiff_t at = gw_find(title, gw_span_of(joints[i]));
        if (at >= 12 && (size_t)at < cut)
            cut = (size_t)at;
    }
    return gw_span_trim((struct gw_span){title.at, cut});
}

void gw_plain_read_title(struct gw_reading *r)
{
    r->title_block = GW_NO_BLOCK;
    size_t head = r->blocks.count < HEAD_LINES ? r->blocks.count : HEAD_LINES, first = 0;
    const struct gw_fact *said = labelled_title(r);
    if (said) {
        gw_reading_set(r, &r->document->title, "title", said->value, said->from, 950);
        r->title_block = said->block;
        return;
    }
    while (first < head && (is_furniture(r, first) || is_label(r, first) || is_date_line(line(r, first)) ||
                            line(r, first).bytes < LEAST_TITLE))
        first++;
    if (first == head)
        return;
    size_t at = first, again = repeats(r, first, head, &at);
    if (!again)
        first = rewords(r, first, head);
    struct gw_span title = without_site(line(r, first));
    if (again) { // the first line's bytes up to where the repeating ones end
        struct gw_span rest = line(r, first);
        for (size_t i = 0; i < again; i++) {
            rest = gw_span_trim(rest);
            size_t n = begins_with(rest, line(r, at + i));
            rest = (struct gw_span){rest.at + n, rest.bytes - n};
        }
        title = gw_span_trim((struct gw_span){line(r, first).at, (size_t)(rest.at - line(r, first).at)});
    }
    bool prose = gw_ends_with(title, "。") && title.bytes > 120;
    if (title.bytes > TITLE_BYTES || prose)
        return;
    gw_reading_set(r, &r->document->title, "title", title, "line", 700);
    r->title_block = (int32_t)first;
    ptrdiff_t site = gw_find(line(r, first), GW_SPAN(" | "));
    if (site > 0 && again)
        gw_facts_add(
            &r->facts, FIELD_SOURCE,
            gw_span_trim((struct gw_span){line(r, first).at + site + 3, line(r, first).bytes - (size_t)site - 3}),
            "line", (struct gw_span){0}, 500, (int32_t)first);
}

// Do the lines from `i` spell the title? How many of them, 0 when they do not.
static size_t spells_title(const struct gw_reading *r, size_t i)
{
    const char *title = r->document->title;
    size_t lines = 0;
    for (; *title && lines < TITLE_LINES && i + lines < r->blocks.count; lines++) {
        struct gw_span text = line(r, i + lines);
        while (*title == ' ')
            title++;
        if (strncmp(title, text.at, text.bytes) != 0)
            return 0;
        title += text.bytes;
    }
    return *title ? 0 : lines;
}

// Behind the value of a label that stands alone on its line.
static bool is_value(const struct gw_reading *r, size_t i)
{
    struct gw_span name;
    return i > 0 && i < HEAD_LINES && gw_label_alone(line(r, i - 1), &name) != LABEL_NONE &&
           gw_label_alone(line(r, i), &name) == LABEL_NONE;
}

// "(Related data drawing)" above the text.
static bool is_caption(struct gw_span text)
{
    return text.bytes < 60 && gw_starts_with(text, "(") && gw_ends_with(text, ")");
}

static bool ends_text(const struct gw_reading *r, size_t i)
{
    static const char *const ends[] = {"Top News", "Related News", "Related stories", "相关新闻",      "相关链接",
                                       "相关阅读", "推荐阅读",     "延伸阅读",        "Wonderful push"};
    for (size_t k = 0; k < GW_COUNT(ends); k++)
        if (gw_span_eq(line(r, i), gw_span_of(ends[k])) && GW_ROW_ON("plain text ends", ends, k))
            return true;
    return false;
}

void gw_plain_choose_body(struct gw_reading *r)
{
    size_t title_lines = 0;
    bool any = false;
    for (size_t i = 0; i < r->blocks.count; i++) {
        if (i >= 3 && ends_text(r, i))
            break;
        if (!title_lines && r->document->title[0])
            title_lines = spells_title(r, i);
        if (title_lines) {
            title_lines--;
            continue;
        }
        bool head = (int32_t)i <= r->title_block || (!any && is_caption(line(r, i))) ||
                    (i < HEAD_LINES && (is_label(r, i) || is_value(r, i)));
        r->keep[i] = !head && !is_furniture(r, i) && !(r->lines[i].first_label == LABEL_EDITOR);
        any |= r->keep[i];
    }
}
