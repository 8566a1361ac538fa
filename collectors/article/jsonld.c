// SPDX-License-Identifier: Apache-2.0
#include "jsonld.h"
#include "rows.h"

#include "base/err.h"

#include <string.h>

enum { DEPTH = 24, SCRIPT_MAX = 512 * 1024 };

// What an object may describe; only articles give facts.
static const char *const article_types[] = {
    "Article",
    "NewsArticle",
    "BlogPosting",
    "Report",
    "PressRelease",
    "ReportageNewsArticle",
    "WebPage",
    "AnalysisNewsArticle",
    "OpinionNewsArticle",
    "TechArticle",
    "ScholarlyArticle",
    "LiveBlogPosting",
    "SocialMediaPosting",
    "AdvertiserContentArticle",
    "Posting",
    "GovernmentService",
    "SpecialAnnouncement",
    "BackgroundNewsArticle",
    "ReviewNewsArticle",
    "AskPublicNewsArticle",
    "MedicalWebPage",
    "Event",
};
enum { WEB_PAGE = 6 }; // a page that is described beside its article; believed less

static const struct {
    const char *key;
    enum gw_field field;
    uint16_t confidence;
} keys[] = {
    {"headline", FIELD_TITLE, 880},          {"datePublished", FIELD_PUBLISHED, 940},
    {"dateCreated", FIELD_PUBLISHED, 820},   {"dateModified", FIELD_UPDATED, 900},
    {"description", FIELD_DESCRIPTION, 800}, {"articleBody", FIELD_BODY, 900},
    {"uploadDate", FIELD_PUBLISHED, 700},    {"articleSection", FIELD_CHANNEL, 500},
    {"inLanguage", FIELD_LANG, 700},
};

struct level {
    bool array;
    int type;           // index into article_types; -1: none of them
    struct gw_span key; // of the member being read
    struct gw_span values[GW_COUNT(keys)];
    struct gw_span name, authors[4];
    size_t author_count;
};

struct scan {
    const struct gw_page *page;
    struct gw_facts *facts;
    const char *at, *end;
    struct level levels[DEPTH];
    int depth; // of the current level; -1: outside
};

static bool key_is(struct gw_span key, const char *name)
{
    return gw_span_eq(key, gw_span_of(name));
}

static uint32_t hex4(const char *p)
{
    uint32_t v = 0;
    for (int i = 0; i < 4; i++) {
        char c = gw_lower(p[i]);
        if (!gw_is_digit((unsigned char)c) && (c < 'a' || c > 'f'))
            return 0xFFFD;
        v = v << 4 | (uint32_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return v;
}

// The characters behind a JSON string: a copy in the arena when it has escapes.
static struct gw_span unescape(struct gw_arena *arena, struct gw_span raw)
{
    if (!memchr(raw.at, '\\', raw.bytes))
        return raw;
    char *out = gw_arena_alloc(arena, raw.bytes + 4);
    if (!out)
        return (struct gw_span){NULL, 0};
    char *to = out;
    for (const char *p = raw.at, *end = raw.at + raw.bytes; p < end; p++) {
        if (*p != '\\' || p + 1 == end) {
            *to++ = *p;
            continue;
        }
        switch (*++p) {
        case 'n':
        case 'r':
        case 't':
            *to++ = *p == 't' ? '\t' : '\n';
            break;
        case 'b':
        case 'f':
            break;
        case 'u':
            if (end - p >= 5) {
                uint32_t c = hex4(p + 1);
                p += 4;
                if (c >= 0xD800 && c < 0xDC00 && end - p >= 7 && p[1] == '\\' && p[2] == 'u') {
                    uint32_t low = hex4(p + 3);
                    if (low >= 0xDC00 && low < 0xE000) {
                        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
                        p += 6;
                    }
                }
                to += gw_utf8_put(to, c == 0 || (c >= 0xD800 && c < 0xE000) ? 0xFFFD : c);
            }
            break;
        default:
            *to++ = *p;
        }
    }
    return (struct gw_span){out, (size_t)(to - out)};
}

// The raw text of the string whose opening quote `at` is on; `at` moves behind the closing one.
static struct gw_span string(struct scan *s)
{
    const char *from = ++s->at;
    while (s->at < s->end && *s->at != '"')
        s->at += *s->at == '\\' && s->at + 1 < s->end ? 2 : 1;
    struct gw_span raw = {from, (size_t)(s->at - from)};
    if (s->at < s->end)
        s->at++;
    return raw;
}

static int article_type(struct gw_span type)
{
    ptrdiff_t slash = -1;
    for (size_t i = 0; i < type.bytes; i++)
        if (type.at[i] == '/' || type.at[i] == ':')
            slash = (ptrdiff_t)i;
    type = (struct gw_span){type.at + slash + 1, type.bytes - (size_t)(slash + 1)};
    for (size_t i = 0; i < GW_COUNT(article_types); i++)
        if (key_is(type, article_types[i]) && GW_ROW_ON("article types", article_types, i))
            return (int)i;
    return -1;
}

static void add_author(struct level *level, struct gw_span name)
{
    for (size_t i = 0; i < level->author_count; i++)
        if (gw_span_eq(level->authors[i], name))
            return;
    if (name.bytes && level->author_count < GW_COUNT(level->authors))
        level->authors[level->author_count++] = name;
}

// The object whose member `level` (an object or an array below one) is, for arrays of authors and types.
static struct level *owner(struct scan *s, int depth)
{
    while (depth >= 0 && s->levels[depth].array)
        depth--;
    return depth >= 0 ? &s->levels[depth] : NULL;
}

static void member(struct scan *s, struct gw_span raw)
{
    struct level *object = s->depth >= 0 ? owner(s, s->depth) : NULL;
    if (!object || object->key.bytes == 0)
        return;
    if (key_is(object->key, "@type")) {
        int type = article_type(raw);
        if (type >= 0 && (object->type < 0 || object->type == WEB_PAGE))
            object->type = type;
    } else if (key_is(object->key, "name")) {
        object->name = raw;
    } else if (key_is(object->key, "author") || key_is(object->key, "creator")) {
        add_author(object, raw);
    }
    for (size_t i = 0; i < GW_COUNT(keys); i++)
        if (object->values[i].bytes == 0 && key_is(object->key, keys[i].key) && GW_ROW_ON("JSON-LD keys", keys, i))
            object->values[i] = raw;
}

static void open_level(struct scan *s, bool array)
{
    if (s->depth + 1 == DEPTH) {
        s->at = s->end; // deeper than any description of an article
        return;
    }
    s->levels[++s->depth] = (struct level){.array = array, .type = -1};
}

static void report(struct scan *s, const struct level *level)
{
    uint16_t minus = level->type == WEB_PAGE ? 60 : 0;
    for (size_t i = 0; i < GW_COUNT(keys); i++) {
        struct gw_span raw = level->values[i];
        if (raw.bytes)
            gw_facts_add(s->facts, keys[i].field, unescape(s->page->arena, raw), "jsonld", GW_SPAN(""),
                         (uint16_t)(keys[i].confidence - minus), -1);
    }
    for (size_t i = 0; i < level->author_count; i++)
        gw_facts_add(s->facts, FIELD_AUTHOR, unescape(s->page->arena, level->authors[i]), "jsonld", GW_SPAN(""),
                     (uint16_t)(900 - minus), -1);
    gw_facts_add(s->facts, FIELD_TYPE, gw_span_of(article_types[level->type]), "jsonld", GW_SPAN(""), 900, -1);
}

static void close_level(struct scan *s)
{
    if (s->depth < 0)
        return;
    struct level *level = &s->levels[s->depth--];
    if (level->array)
        return;
    if (level->type >= 0)
        report(s, level);
    struct level *parent = s->depth >= 0 ? owner(s, s->depth) : NULL;
    if (parent && (key_is(parent->key, "author") || key_is(parent->key, "creator")))
        add_author(parent, level->name);
}

static void read_script(const struct gw_page *page, struct gw_facts *facts, struct gw_span text)
{
    struct scan *s = gw_arena_zalloc(page->arena, sizeof *s);
    if (!s)
        return;
    *s = (struct scan){.page = page, .facts = facts, .at = text.at, .end = text.at + text.bytes, .depth = -1};
    if (text.bytes > SCRIPT_MAX)
        s->end = s->at + SCRIPT_MAX;
    while (s->at < s->end) {
        switch (*s->at) {
        case '{':
        case '[':
            open_level(s, *s->at++ == '[');
            break;
        case '}':
        case ']':
            close_level(s);
            s->at++;
            break;
        case '"': {
            struct gw_span raw = string(s);
            while (s->at < s->end && gw_is_space((unsigned char)*s->at))
                s->at++;
            if (s->depth >= 0 && !s->levels[s->depth].array && s->at < s->end && *s->at == ':') {
                s->levels[s->depth].key = raw;
                s->at++;
            } else {
                member(s, raw);
            }
            break;
        }
        case ',':
            if (s->depth >= 0 && !s->levels[s->depth].array)
                s->levels[s->depth].key = (struct gw_span){NULL, 0};
            s->at++;
            break;
        default:
            s->at++;
        }
    }
}

void gw_jsonld_read(const struct gw_page *page, struct gw_facts *facts)
{
    for (size_t i = 0; i < page->aside_count; i++) {
        const struct gw_aside *aside = &page->asides[i];
        if (aside->kind == GW_ASIDE_SCRIPT && gw_find_nocase(aside->attributes, GW_SPAN("ld+json")) >= 0)
            read_script(page, facts, aside->text);
    }
}
