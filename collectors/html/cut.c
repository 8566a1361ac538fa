// SPDX-License-Identifier: Apache-2.0
#include "cut.h"

#include <string.h>

// ---- tables

// What becomes of an element by its name. All else is copied.
enum fate {
    COPY,
    VOID,     // never has an end tag (WHATWG HTML §13.1.2)
    LOOSE,    // closed by its next sibling: not counted as depth
    RAW_CUT,  // text up to its end tag leaves, nothing kept
    RAW_KEEP, // text up to its end tag is copied as it is
    ASIDE_SCRIPT,
    ASIDE_STYLE,
    TREE_CUT, // leaves with everything inside
    PRE,      // white space inside matters
};

static const unsigned char fates[GUMBO_TAG_LAST + 1] = {
    [GUMBO_TAG_AREA] = VOID,
    [GUMBO_TAG_BASE] = VOID,
    [GUMBO_TAG_BR] = VOID,
    [GUMBO_TAG_COL] = VOID,
    [GUMBO_TAG_EMBED] = VOID,
    [GUMBO_TAG_HR] = VOID,
    [GUMBO_TAG_IMG] = VOID,
    [GUMBO_TAG_INPUT] = VOID,
    [GUMBO_TAG_LINK] = VOID,
    [GUMBO_TAG_META] = VOID,
    [GUMBO_TAG_PARAM] = VOID,
    [GUMBO_TAG_SOURCE] = VOID,
    [GUMBO_TAG_TRACK] = VOID,
    [GUMBO_TAG_WBR] = VOID,
    [GUMBO_TAG_KEYGEN] = VOID,
    [GUMBO_TAG_FRAME] = VOID,
    [GUMBO_TAG_BGSOUND] = VOID,
    [GUMBO_TAG_P] = LOOSE,
    [GUMBO_TAG_LI] = LOOSE,
    [GUMBO_TAG_DT] = LOOSE,
    [GUMBO_TAG_DD] = LOOSE,
    [GUMBO_TAG_OPTION] = LOOSE,
    [GUMBO_TAG_OPTGROUP] = LOOSE,
    [GUMBO_TAG_TR] = LOOSE,
    [GUMBO_TAG_TD] = LOOSE,
    [GUMBO_TAG_TH] = LOOSE,
    [GUMBO_TAG_TBODY] = LOOSE,
    [GUMBO_TAG_THEAD] = LOOSE,
    [GUMBO_TAG_TFOOT] = LOOSE,
    [GUMBO_TAG_RP] = LOOSE,
    [GUMBO_TAG_RT] = LOOSE,
    [GUMBO_TAG_HTML] = LOOSE,
    [GUMBO_TAG_HEAD] = LOOSE,
    [GUMBO_TAG_BODY] = LOOSE,
    [GUMBO_TAG_SCRIPT] = ASIDE_SCRIPT,
    [GUMBO_TAG_STYLE] = ASIDE_STYLE,
    [GUMBO_TAG_SVG] = TREE_CUT,
    [GUMBO_TAG_IFRAME] = RAW_CUT,
    [GUMBO_TAG_NOEMBED] = RAW_CUT,
    [GUMBO_TAG_NOFRAMES] = RAW_CUT,
    [GUMBO_TAG_TITLE] = RAW_KEEP,
    [GUMBO_TAG_TEXTAREA] = RAW_KEEP,
    [GUMBO_TAG_XMP] = RAW_KEEP,
    [GUMBO_TAG_PRE] = PRE,
    [GUMBO_TAG_LISTING] = PRE,
};

// Attributes that a lean parse keeps: identity, links, metadata, and what hides an element.
static const char *const lean_attributes[] = {
    "id",         "class",      "href",      "name",        "content",        "property",      "itemprop",
    "itemtype",   "itemscope",  "rel",       "datetime",    "title",          "lang",          "role",
    "http-equiv", "type",       "hidden",    "aria-hidden", "style",          "itemid",        "charset",
    "align",      "pubdate",    "data-time", "data-date",   "data-timestamp", "data-datetime", "data-published",
    "dir",        "data-utime",
};

// How an end tag finds the element it closes (WHATWG HTML §13.2.6.4.7).
enum closing {
    ORDINARY,   // its end tag does not reach past a special element
    SPECIAL,    // closes everything inside it; as far as such elements stay open in the count
    FORMATTING, // taken out from under special ones ("adoption agency")
    HEADING,    // special; the end tag of any heading closes any
};

static const unsigned char closings[GUMBO_TAG_LAST + 1] = {
    [GUMBO_TAG_ADDRESS] = SPECIAL,    [GUMBO_TAG_ARTICLE] = SPECIAL,  [GUMBO_TAG_ASIDE] = SPECIAL,
    [GUMBO_TAG_BLOCKQUOTE] = SPECIAL, [GUMBO_TAG_BUTTON] = SPECIAL,   [GUMBO_TAG_CAPTION] = SPECIAL,
    [GUMBO_TAG_CENTER] = SPECIAL,     [GUMBO_TAG_COLGROUP] = SPECIAL, [GUMBO_TAG_DETAILS] = SPECIAL,
    [GUMBO_TAG_DIR] = SPECIAL,        [GUMBO_TAG_DIV] = SPECIAL,      [GUMBO_TAG_DL] = SPECIAL,
    [GUMBO_TAG_FIELDSET] = SPECIAL,   [GUMBO_TAG_FIGURE] = SPECIAL,   [GUMBO_TAG_FIGCAPTION] = SPECIAL,
    [GUMBO_TAG_FOOTER] = SPECIAL,     [GUMBO_TAG_FORM] = SPECIAL,     [GUMBO_TAG_FRAMESET] = SPECIAL,
    [GUMBO_TAG_HEADER] = SPECIAL,     [GUMBO_TAG_HGROUP] = SPECIAL,   [GUMBO_TAG_LISTING] = SPECIAL,
    [GUMBO_TAG_MAIN] = SPECIAL,       [GUMBO_TAG_MARQUEE] = SPECIAL,  [GUMBO_TAG_MENU] = SPECIAL,
    [GUMBO_TAG_NAV] = SPECIAL,        [GUMBO_TAG_OBJECT] = SPECIAL,   [GUMBO_TAG_OL] = SPECIAL,
    [GUMBO_TAG_PRE] = SPECIAL,        [GUMBO_TAG_SECTION] = SPECIAL,  [GUMBO_TAG_SELECT] = SPECIAL,
    [GUMBO_TAG_SUMMARY] = SPECIAL,    [GUMBO_TAG_TABLE] = SPECIAL,    [GUMBO_TAG_TEMPLATE] = SPECIAL,
    [GUMBO_TAG_UL] = SPECIAL,         [GUMBO_TAG_H1] = HEADING,       [GUMBO_TAG_H2] = HEADING,
    [GUMBO_TAG_H3] = HEADING,         [GUMBO_TAG_H4] = HEADING,       [GUMBO_TAG_H5] = HEADING,
    [GUMBO_TAG_H6] = HEADING,         [GUMBO_TAG_A] = FORMATTING,     [GUMBO_TAG_B] = FORMATTING,
    [GUMBO_TAG_BIG] = FORMATTING,     [GUMBO_TAG_CODE] = FORMATTING,  [GUMBO_TAG_EM] = FORMATTING,
    [GUMBO_TAG_FONT] = FORMATTING,    [GUMBO_TAG_I] = FORMATTING,     [GUMBO_TAG_NOBR] = FORMATTING,
    [GUMBO_TAG_S] = FORMATTING,       [GUMBO_TAG_SMALL] = FORMATTING, [GUMBO_TAG_STRIKE] = FORMATTING,
    [GUMBO_TAG_STRONG] = FORMATTING,  [GUMBO_TAG_TT] = FORMATTING,    [GUMBO_TAG_U] = FORMATTING,
};

// ---- state

struct open {
    uint32_t key;
    bool special;
};

struct cutter {
    struct gw_arena *arena;
    const char *at, *end, *start;
    bool lean;
    char *out, *to, *out_end;
    struct gw_cut *cut;
    size_t aside_room;
    struct open open[GW_CUT_DEPTH];
    size_t depth;
    uint16_t open_of[256]; // how many of the open elements have a key of that remainder: most end tags need no search
    size_t pre;            // open elements in which white space matters
    // Known not to come any more, so that repeats of an unclosed one stay linear.
    bool no_comment_end, no_svg_end;
    bool full;
    size_t tags; // start tags put
};

struct tag {
    struct gw_span name;
    GumboTag tag;
    uint32_t key; // the same for elements whose end tags close each other
};

static uint32_t key_of(const struct tag *tag)
{
    if (closings[tag->tag] == HEADING)
        return GUMBO_TAG_H1;
    if (tag->tag != GUMBO_TAG_UNKNOWN)
        return tag->tag;
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < tag->name.bytes; i++)
        h = (h ^ (unsigned char)gw_lower(tag->name.at[i])) * 16777619u;
    return h | 0x80000000u;
}

static bool name_char(char c)
{
    return !gw_is_space((unsigned char)c) && c != '/' && c != '>';
}

// `*at` stands on the first letter.
static struct tag read_name(const char **at, const char *end)
{
    const char *p = *at;
    while (p < end && name_char(*p))
        p++;
    struct tag tag = {.name = {*at, (size_t)(p - *at)}, .tag = GUMBO_TAG_UNKNOWN};
    if (tag.name.bytes < 16)
        tag.tag = gumbo_tagn_enum(tag.name.at, (unsigned)tag.name.bytes);
    tag.key = key_of(&tag);
    *at = p;
    return tag;
}

static void put(struct cutter *c, const char *text, size_t bytes)
{
    if ((size_t)(c->out_end - c->to) < bytes) {
        c->full = true;
        return;
    }
    memcpy(c->to, text, bytes);
    c->to += bytes;
}

static bool keep_aside(struct cutter *c, enum gw_aside_kind kind, struct gw_span attributes, const char *from,
                       const char *to)
{
    struct gw_cut *cut = c->cut;
    if (cut->aside_count == GW_CUT_ASIDES)
        return true;
    if (cut->aside_count == c->aside_room) {
        size_t room = c->aside_room ? c->aside_room * 2 : 64;
        struct gw_aside *more = gw_arena_alloc(c->arena, room * sizeof *more);
        if (!more)
            return false;
        if (cut->aside_count)
            memcpy(more, cut->asides, cut->aside_count * sizeof *more);
        cut->asides = more;
        c->aside_room = room;
    }
    cut->asides[cut->aside_count++] =
        (struct gw_aside){kind, attributes, {from, (size_t)(to - from)}, (size_t)(from - c->start)};
    return true;
}

// ---- depth

static void push(struct cutter *c, const struct tag *tag)
{
    unsigned char closing = closings[tag->tag];
    c->open[c->depth++] = (struct open){tag->key, closing == SPECIAL || closing == HEADING};
    c->open_of[tag->key & 0xFF]++;
}

// Close the nearest open element that this end tag can reach; false when there is none.
static bool pop(struct cutter *c, const struct tag *tag)
{
    unsigned char closing = closings[tag->tag];
    for (size_t i = c->open_of[tag->key & 0xFF] ? c->depth : 0; i-- > 0;) {
        if (c->open[i].key == tag->key) {
            if (c->open[i].special) {
                while (c->depth > i)
                    c->open_of[c->open[--c->depth].key & 0xFF]--;
            } else {
                c->open_of[tag->key & 0xFF]--;
                memmove(&c->open[i], &c->open[i + 1], (c->depth - i - 1) * sizeof c->open[0]);
                c->depth--;
            }
            return true;
        }
        if (c->open[i].special && closing == ORDINARY)
            return false;
    }
    return false;
}

// ---- attributes

static bool wanted_attribute(struct gw_span name)
{
    for (size_t i = 0; i < GW_COUNT(lean_attributes); i++)
        if (gw_lower(name.at[0]) == lean_attributes[i][0] && gw_span_eq_nocase(name, gw_span_of(lean_attributes[i])))
            return true;
    return false;
}

// Of style only what hides matters.
static bool hides(struct gw_span style)
{
    return gw_find_nocase(style, GW_SPAN("none")) >= 0 || gw_find_nocase(style, GW_SPAN("hidden")) >= 0;
}

struct attribute {
    struct gw_span name, value;
    char quote; // 0: unquoted
    bool has_value;
};

// The next attribute of the tag `*at` is inside of; false at its '>' (or the end of the page), where `*at` then stands.
static bool next_attribute(const char **at, const char *end, struct attribute *a)
{
    const char *p = *at;
    while (p < end && (gw_is_space((unsigned char)*p) || *p == '/'))
        p++;
    *at = p;
    if (p == end || *p == '>')
        return false;
    *a = (struct attribute){.name.at = p};
    if (*p == '=')
        p++;
    while (p < end && name_char(*p) && *p != '=')
        p++;
    a->name.bytes = (size_t)(p - a->name.at);
    const char *after_name = p;
    while (p < end && gw_is_space((unsigned char)*p))
        p++;
    if (p == end || *p != '=') {
        *at = after_name;
        return true;
    }
    p++;
    while (p < end && gw_is_space((unsigned char)*p))
        p++;
    a->has_value = true;
    if (p < end && (*p == '"' || *p == '\'')) {
        a->quote = *p++;
        a->value.at = p;
        const char *close = memchr(p, a->quote, (size_t)(end - p));
        p = close ? close : end;
        a->value.bytes = (size_t)(p - a->value.at);
        *at = close ? close + 1 : end;
        return true;
    }
    a->value.at = p;
    while (p < end && !gw_is_space((unsigned char)*p) && *p != '>')
        p++;
    a->value.bytes = (size_t)(p - a->value.at);
    *at = p;
    return true;
}

static void put_attribute(struct cutter *c, const struct attribute *a)
{
    put(c, " ", 1);
    put(c, a->name.at, a->name.bytes);
    if (!a->has_value)
        return;
    put(c, "=", 1);
    bool data_uri = a->value.bytes > 64 && gw_starts_with_nocase(a->value, "data:");
    size_t bytes = data_uri ? 5 : a->value.bytes;
    char quote = a->quote ? a->quote : '"';
    if (!a->quote && memchr(a->value.at, '"', a->value.bytes))
        quote = '\'';
    put(c, &quote, 1);
    put(c, a->value.at, bytes);
    put(c, &quote, 1);
}

// Copy (or only skip) the rest of a start tag; false when the page ended inside it.
static bool attributes(struct cutter *c, bool copy, struct gw_span *ret_raw)
{
    struct attribute a;
    const char *from = c->at;
    for (size_t kept = 0, seen = 0; next_attribute(&c->at, c->end, &a);) {
        if (++seen == GW_CUT_ATTRIBUTES_SEEN) {
            c->full = true;
            return false;
        }
        if (!copy || kept == GW_CUT_ATTRIBUTES)
            continue;
        if (c->lean && (!wanted_attribute(a.name) || (gw_span_eq_nocase(a.name, GW_SPAN("style")) && !hides(a.value))))
            continue;
        put_attribute(c, &a);
        kept++;
    }
    if (ret_raw)
        *ret_raw = gw_span_trim((struct gw_span){from, (size_t)(c->at - from)});
    return c->at < c->end;
}

// ---- raw text

static bool is_end_tag(const char *p, const char *end, struct gw_span name)
{
    return (size_t)(end - p) > name.bytes + 2 && p[1] == '/' &&
           gw_span_eq_nocase((struct gw_span){p + 2, name.bytes}, name) && !name_char(p[2 + name.bytes]);
}

// Where the end tag of a raw-text element begins, or the end of the page. Scripts follow WHATWG's "double escaped"
// states: after "<!--" and "<script" the next "</script" is only text.
static const char *raw_end(const char *from, const char *end, struct gw_span name, bool script)
{
    bool escaped = false, doubly = false;
    for (const char *p = from; p < end; p++) {
        const char *stop = escaped ? NULL : memchr(p, '<', (size_t)(end - p));
        if (!escaped) {
            if (!stop)
                return end;
            p = stop;
        }
        if (*p == '-' && escaped && end - p >= 3 && memcmp(p, "-->", 3) == 0) {
            escaped = doubly = false;
            continue;
        }
        if (*p != '<')
            continue;
        if (script && end - p >= 4 && memcmp(p, "<!--", 4) == 0) {
            escaped = true;
            p += 1; // "<!-->" closes at once
        } else if (is_end_tag(p, end, name)) {
            if (!doubly)
                return p;
            doubly = false;
        } else if (escaped && (size_t)(end - p) > name.bytes + 1 &&
                   gw_span_eq_nocase((struct gw_span){p + 1, name.bytes}, name) && !name_char(p[1 + name.bytes])) {
            doubly = true;
        }
    }
    return end;
}

// Past the '>' of the end tag at p.
static const char *past_tag(const char *p, const char *end)
{
    const char *close = memchr(p, '>', (size_t)(end - p));
    return close ? close + 1 : end;
}

// Behind the element whose start tag was just read, its own kind nested inside counted; NULL when it is never closed.
static const char *tree_end(const char *from, const char *end, struct gw_span name)
{
    size_t depth = 1;
    for (const char *p = from; (p = memchr(p, '<', (size_t)(end - p))); p++) {
        if (is_end_tag(p, end, name)) {
            if (--depth == 0)
                return past_tag(p, end);
        } else if ((size_t)(end - p) > name.bytes + 1 && gw_span_eq_nocase((struct gw_span){p + 1, name.bytes}, name) &&
                   !name_char(p[1 + name.bytes])) {
            const char *close = memchr(p, '>', (size_t)(end - p));
            depth += !(close && close[-1] == '/');
        }
    }
    return NULL;
}

// ---- one piece of the page each

static bool aside(struct cutter *c, enum gw_aside_kind kind, struct gw_span raw, const struct tag *tag)
{
    const char *stop = raw_end(c->at, c->end, tag->name, kind == GW_ASIDE_SCRIPT);
    bool kept = keep_aside(c, kind, raw, c->at, stop);
    c->at = stop < c->end ? past_tag(stop, c->end) : stop;
    return kept;
}

static void keep_raw(struct cutter *c, const struct tag *tag)
{
    const char *stop = raw_end(c->at, c->end, tag->name, false);
    put(c, c->at, (size_t)(stop - c->at));
    c->at = stop < c->end ? past_tag(stop, c->end) : stop;
    put(c, "</", 2);
    put(c, tag->name.at, tag->name.bytes);
    put(c, ">", 1);
}

static void skip_raw(struct cutter *c, const struct tag *tag)
{
    const char *stop = raw_end(c->at, c->end, tag->name, false);
    c->at = stop < c->end ? past_tag(stop, c->end) : stop;
}

static bool start_tag(struct cutter *c)
{
    const char *from = c->at++;
    struct tag tag = read_name(&c->at, c->end);
    enum fate fate = fates[tag.tag];
    char *before = c->to;
    bool counted = fate == COPY || fate == PRE;
    bool copy = fate < RAW_CUT || fate == RAW_KEEP || fate == PRE;
    if (counted && c->depth == GW_CUT_DEPTH)
        copy = counted = false;
    if (copy)
        put(c, from, (size_t)(c->at - from));
    struct gw_span raw;
    if (!attributes(c, copy, &raw)) {
        c->to = before; // the page ends inside a tag: no tag (WHATWG "eof-in-tag")
        return true;
    }
    bool closed = c->at > from && c->at[-1] == '/';
    c->at++;
    if (copy) {
        put(c, closed ? "/>" : ">", closed ? 2 : 1);
        c->full |= ++c->tags == GW_PARSE_TAGS;
    }
    if (counted)
        push(c, &tag);
    c->pre += fate == PRE && counted;
    switch (fate) {
    case ASIDE_SCRIPT:
        return aside(c, GW_ASIDE_SCRIPT, raw, &tag);
    case ASIDE_STYLE:
        return aside(c, GW_ASIDE_STYLE, raw, &tag);
    case RAW_KEEP:
        keep_raw(c, &tag);
        break;
    case RAW_CUT:
        skip_raw(c, &tag);
        break;
    case TREE_CUT:
        if (!closed && !c->no_svg_end) {
            const char *behind = tree_end(c->at, c->end, tag.name);
            c->no_svg_end = !behind;
            c->at = behind ? behind : c->at;
        }
        break;
    default:
        break;
    }
    return true;
}

static void end_tag(struct cutter *c)
{
    const char *name = c->at + 2;
    struct tag tag = read_name(&name, c->end);
    const char *behind = past_tag(name, c->end);
    enum fate fate = fates[tag.tag];
    c->at = behind;
    if (fate >= RAW_CUT && fate != PRE && fate != RAW_KEEP)
        return; // of something that left; a stray one says nothing
    if ((fate == COPY || fate == PRE) && !pop(c, &tag))
        return; // closes nothing, here and in Gumbo; there it would cost a walk up the open elements
    if (fate == PRE && c->pre)
        c->pre--;
    put(c, "</", 2);
    put(c, tag.name.at, tag.name.bytes);
    put(c, ">", 1);
}

// "<!--" up to "-->" or "--!>" (or the end), any other "<!" and "<?" up to '>'.
static bool comment(struct cutter *c)
{
    if (c->end - c->at < 4 || memcmp(c->at, "<!--", 4) != 0) {
        const char *behind = past_tag(c->at, c->end);
        if (gw_starts_with_nocase((struct gw_span){c->at, (size_t)(c->end - c->at)}, "<!doctype"))
            put(c, c->at, (size_t)(behind - c->at));
        c->at = behind;
        return true;
    }
    const char *from = c->at + 4, *stop = NULL;
    if (from < c->end && *from == '>')
        stop = from;
    for (const char *p = from; !stop && !c->no_comment_end;) {
        p = memchr(p, '-', (size_t)(c->end - p));
        if (!p || c->end - p < 3)
            c->no_comment_end = true;
        else if (p[1] == '-' && (p[2] == '>' || (p[2] == '!' && c->end - p > 3 && p[3] == '>')))
            stop = p;
        else
            p++;
    }
    const char *to = stop ? stop : c->end;
    bool kept = keep_aside(c, GW_ASIDE_COMMENT, (struct gw_span){NULL, 0}, from, to);
    c->at = stop ? past_tag(stop, c->end) : c->end;
    return kept;
}

// Text up to the next '<'; runs of ASCII white space become one character.
static void text(struct cutter *c)
{
    const char *stop = memchr(c->at + 1, '<', (size_t)(c->end - c->at) - 1);
    const char *end = stop ? stop : c->end;
    if (c->pre) {
        put(c, c->at, (size_t)(end - c->at));
        c->at = end;
        return;
    }
    for (const char *p = c->at; p < end;) {
        const char *run = p;
        while (p < end && !gw_is_space((unsigned char)*p))
            p++;
        put(c, run, (size_t)(p - run));
        if (p == end)
            break;
        bool line = false;
        for (; p < end && gw_is_space((unsigned char)*p); p++)
            line |= *p == '\n';
        put(c, line ? "\n" : " ", 1);
    }
    c->at = end;
}

int gw_cut(struct gw_arena *arena, struct gw_span page, bool lean, struct gw_cut *ret_cut)
{
    struct gw_cut cut = {0};
    // Quotes may be added around an attribute's value; half again is more than any page needs, and the ceiling holds.
    size_t room = page.bytes + page.bytes / 2 + 64;
    if (room > GW_PARSE_MAX)
        room = GW_PARSE_MAX;
    char *out = gw_arena_alloc(arena, room);
    struct cutter *c = gw_arena_zalloc(arena, sizeof *c);
    if (!out || !c)
        return gw_fail(GW_ELIMIT, "page memory is full while cutting");
    *c = (struct cutter){.arena = arena,
                         .at = page.at,
                         .start = page.at,
                         .end = page.at + page.bytes,
                         .lean = lean,
                         .out = out,
                         .to = out,
                         .out_end = out + room,
                         .cut = &cut};
    while (c->at < c->end && !c->full) {
        char next = c->at + 1 < c->end ? c->at[1] : ' ';
        bool kept = true;
        char *before = c->to;
        if (*c->at != '<')
            text(c);
        else if (gw_is_alpha((unsigned char)next))
            kept = start_tag(c);
        else if (next == '/' && c->at + 2 < c->end && gw_is_alpha((unsigned char)c->at[2]))
            end_tag(c);
        else if (next == '!' || next == '?' || (next == '/' && c->at + 2 < c->end))
            kept = comment(c);
        else
            text(c);
        if (!kept)
            return gw_fail(GW_ELIMIT, "page memory is full while cutting");
        if (c->full && before < c->to && *before == '<')
            c->to = before; // half a tag is worse than none
    }
    cut.truncated = c->full;
    cut.text = (struct gw_span){out, (size_t)(c->to - out)};
    *ret_cut = cut;
    return GW_OK;
}
