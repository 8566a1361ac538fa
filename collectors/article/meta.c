// SPDX-License-Identifier: Apache-2.0
#include "meta.h"
#include "rows.h"

#include "base/err.h"
#include "html/dom.h"
#include "model/dates.h"

#include <stdio.h>
#include <string.h>

// <meta name= | property= | itemprop= | http-equiv=>, ASCII case ignored. Confidence is of the layer as such.
static const struct {
    const char *name;
    enum gw_field field;
    uint16_t confidence;
} names[] = {
    // 国办发〔2017〕47号, and gov.cn's own
    {"ArticleTitle", FIELD_TITLE, 980},
    {"PubDate", FIELD_PUBLISHED, 930},
    {"ContentSource", FIELD_SOURCE, 950},
    {"SiteName", FIELD_SITE_NAME, 900},
    {"SiteIDCode", FIELD_SITE_ID_CODE, 950},
    {"ColumnName", FIELD_CHANNEL, 700},
    {"lanmu", FIELD_CHANNEL, 600},
    {"firstpublishedtime", FIELD_PUBLISHED, 930},
    {"lastmodifiedtime", FIELD_UPDATED, 900},
    {"publishdate", FIELD_PUBLISHED, 880},
    {"createDate", FIELD_PUBLISHED, 800},
    {"docsource", FIELD_SOURCE, 880},
    {"source", FIELD_SOURCE, 800},
    {"HtmlGenerateTime", FIELD_GENERATED, 900},
    {"Maketime", FIELD_GENERATED, 900},
    {"others", FIELD_GENERATED, 900},
    // Open Graph, Twitter, and the article vocabulary
    {"og:title", FIELD_TITLE, 860},
    {"twitter:title", FIELD_TITLE, 830},
    {"og:description", FIELD_DESCRIPTION, 850},
    {"description", FIELD_DESCRIPTION, 800},
    {"twitter:description", FIELD_DESCRIPTION, 780},
    {"og:site_name", FIELD_SITE_NAME, 850},
    {"application-name", FIELD_SITE_NAME, 700},
    {"og:type", FIELD_TYPE, 800},
    {"og:locale", FIELD_LANG, 600},
    {"article:published_time", FIELD_PUBLISHED, 940},
    {"article:published", FIELD_PUBLISHED, 930},
    {"og:article:published_time", FIELD_PUBLISHED, 930},
    {"og:published_time", FIELD_PUBLISHED, 920},
    {"og:release_date", FIELD_PUBLISHED, 900},
    {"og:pubdate", FIELD_PUBLISHED, 900},
    {"article:modified_time", FIELD_UPDATED, 900},
    {"og:updated_time", FIELD_UPDATED, 880},
    {"article:author", FIELD_AUTHOR, 760},
    {"og:article:author", FIELD_AUTHOR, 760},
    {"article:section", FIELD_CHANNEL, 500},
    {"article:create_at", FIELD_PUBLISHED, 880},
    {"article:update_at", FIELD_UPDATED, 860},
    // Dublin Core
    {"dc.title", FIELD_TITLE, 840},
    {"dcterms.title", FIELD_TITLE, 840},
    {"dc.date", FIELD_PUBLISHED, 860},
    {"dc.date.issued", FIELD_PUBLISHED, 900},
    {"dc.date.created", FIELD_PUBLISHED, 860},
    {"dc.date.publication", FIELD_PUBLISHED, 900},
    {"dc.date.modified", FIELD_UPDATED, 860},
    {"dcterms.date", FIELD_PUBLISHED, 860},
    {"dcterms.issued", FIELD_PUBLISHED, 900},
    {"dcterms.created", FIELD_PUBLISHED, 880},
    {"dcterms.available", FIELD_PUBLISHED, 880},
    {"dcterms.modified", FIELD_UPDATED, 860},
    {"dc.creator", FIELD_AUTHOR, 780},
    {"dcterms.creator", FIELD_AUTHOR, 780},
    {"dc.description", FIELD_DESCRIPTION, 700},
    // others that are met
    {"datePublished", FIELD_PUBLISHED, 930},
    {"dateCreated", FIELD_PUBLISHED, 860},
    {"dateModified", FIELD_UPDATED, 900},
    {"dateUpdate", FIELD_UPDATED, 880},
    {"apub:time", FIELD_PUBLISHED, 900},
    {"article:published_date", FIELD_PUBLISHED, 920},
    {"article_publish_time", FIELD_PUBLISHED, 900},
    {"og:time", FIELD_PUBLISHED, 860},
    {"headline", FIELD_TITLE, 860},
    {"title", FIELD_TITLE, 700},
    {"date", FIELD_PUBLISHED, 850},
    {"pub_date", FIELD_PUBLISHED, 880},
    {"publish-date", FIELD_PUBLISHED, 880},
    {"publish_date", FIELD_PUBLISHED, 880},
    {"publishtime", FIELD_PUBLISHED, 880},
    {"publish_time", FIELD_PUBLISHED, 880},
    {"publication_date", FIELD_PUBLISHED, 880},
    {"published_date", FIELD_PUBLISHED, 880},
    {"published_time", FIELD_PUBLISHED, 880},
    {"pubtime", FIELD_PUBLISHED, 880},
    {"article_date_original", FIELD_PUBLISHED, 900},
    {"article.published", FIELD_PUBLISHED, 900},
    {"article.created", FIELD_PUBLISHED, 880},
    {"article-published-date", FIELD_PUBLISHED, 900},
    {"originalpublicationdate", FIELD_PUBLISHED, 900},
    {"sailthru.date", FIELD_PUBLISHED, 880},
    {"sailthru.title", FIELD_TITLE, 800},
    {"sailthru.author", FIELD_AUTHOR, 800},
    {"parsely-pub-date", FIELD_PUBLISHED, 900},
    {"parsely-title", FIELD_TITLE, 840},
    {"parsely-author", FIELD_AUTHOR, 820},
    {"cxenseparse:recs:publishtime", FIELD_PUBLISHED, 900},
    {"shareaholic:article_published_time", FIELD_PUBLISHED, 890},
    {"bt:pubdate", FIELD_PUBLISHED, 880},
    {"bt:author", FIELD_AUTHOR, 800},
    {"dcsext.articlefirstpublished", FIELD_PUBLISHED, 880},
    {"vr:published_time", FIELD_PUBLISHED, 880},
    {"rnews:datepublished", FIELD_PUBLISHED, 900},
    {"citation_title", FIELD_TITLE, 860},
    {"citation_publication_date", FIELD_PUBLISHED, 880},
    {"citation_date", FIELD_PUBLISHED, 860},
    {"citation_author", FIELD_AUTHOR, 820},
    {"eprints.date", FIELD_PUBLISHED, 860},
    {"release_date", FIELD_PUBLISHED, 860},
    {"creation_date", FIELD_PUBLISHED, 820},
    {"date_published", FIELD_PUBLISHED, 880},
    {"displaydate", FIELD_PUBLISHED, 860},
    {"timestamp", FIELD_PUBLISHED, 780},
    {"ptime", FIELD_PUBLISHED, 860},
    {"last-modified", FIELD_UPDATED, 700},
    {"lastmod", FIELD_UPDATED, 700},
    {"revised", FIELD_UPDATED, 700},
    {"date-revised", FIELD_UPDATED, 700},
    {"author", FIELD_AUTHOR, 800},
    {"authors", FIELD_AUTHOR, 780},
    {"byl", FIELD_AUTHOR, 840},
    {"creator", FIELD_AUTHOR, 700},
    {"generator", FIELD_GENERATOR, 900},
    {"content-language", FIELD_LANG, 600},
    {"language", FIELD_LANG, 600},
};

static void read_meta(const GumboNode *node, struct gw_facts *facts)
{
    static const char *const naming[] = {"name", "property", "itemprop", "http-equiv"};
    const char *content = gw_dom_attr(node, "content");
    const char *name = NULL;
    for (size_t i = 0; i < GW_COUNT(naming) && !name; i++)
        name = gw_dom_attr(node, naming[i]);
    if (!content || !name)
        return;
    for (size_t i = 0; i < GW_COUNT(names); i++)
        if (gw_str_eq_nocase(name, names[i].name) && GW_ROW_ON("meta", names, i)) {
            // The standard's case outranks a second, lower-case family beside it (DOMAIN: MEE).
            uint16_t other = strcmp(name, names[i].name) == 0 ? 0 : 5;
            gw_facts_add(facts, names[i].field, gw_span_of(content), "meta:", gw_span_of(name),
                         (uint16_t)(names[i].confidence - other), -1);
            return;
        }
}

static const struct {
    const char *name;
    enum gw_field field;
    uint16_t confidence;
} properties[] = {
    {"datePublished", FIELD_PUBLISHED, 920}, {"dateCreated", FIELD_PUBLISHED, 840},
    {"dateModified", FIELD_UPDATED, 880},    {"headline", FIELD_TITLE, 850},
    {"author", FIELD_AUTHOR, 780},
};

// Text of a small element, folded by the caller of the decision; "" when it is too long to be a value.
static struct gw_span text_of(const GumboNode *node, struct gw_arena *arena)
{
    struct gw_buf text = GW_BUF(512);
    gw_dom_text(node, &text);
    struct gw_span all = {gw_buf_str(&text), text.bytes};
    struct gw_span result = {NULL, 0};
    if (gw_buf_ok(&text)) {
        all = gw_span_trim(all);
        char *copy = gw_arena_strndup(arena, all.at, all.bytes);
        result = (struct gw_span){copy, copy ? all.bytes : 0};
    }
    gw_buf_fini(&text);
    return result;
}

static struct gw_span value_of(const GumboNode *node, struct gw_arena *arena)
{
    static const char *const attributes[] = {"content", "datetime"};
    for (size_t i = 0; i < GW_COUNT(attributes); i++) {
        const char *value = gw_dom_attr(node, attributes[i]);
        if (value && *value)
            return gw_span_of(value);
    }
    return text_of(node, arena);
}

static void read_property(const GumboNode *node, const char *property, struct gw_facts *facts)
{
    for (size_t i = 0; i < GW_COUNT(properties); i++)
        if (gw_dom_attr_has_word(node, "itemprop", properties[i].name) && GW_ROW_ON("properties", properties, i)) {
            struct gw_span value = value_of(node, facts->arena);
            gw_facts_add(facts, properties[i].field, value, "itemprop:", gw_span_of(property), properties[i].confidence,
                         -1);
        }
}

static void read_time(const GumboNode *node, struct gw_facts *facts)
{
    const char *stamp = gw_dom_attr(node, "datetime");
    struct gw_span value = stamp && *stamp ? gw_span_of(stamp) : text_of(node, facts->arena);
    bool published = gw_dom_attr(node, "pubdate") || gw_dom_attr_has_word(node, "class", "published") ||
                     gw_dom_attr_has_word(node, "class", "entry-date") ||
                     gw_dom_attr_has_word(node, "class", "dt-published");
    bool updated = gw_dom_attr_has_word(node, "class", "updated") && !published;
    gw_facts_add(facts, updated ? FIELD_UPDATED : FIELD_PUBLISHED, value, published ? "time:published" : "time",
                 GW_SPAN(""), published ? 860 : 700, -1);
}

// A moment in seconds since 1970, as social networks mark their posts.
static void read_stamp(const GumboNode *node, struct gw_facts *facts)
{
    uint64_t seconds;
    struct gw_date date;
    if (!gw_parse_u64(gw_span_of(gw_dom_attr(node, "data-utime")), UINT32_MAX, &seconds))
        return;
    gw_date_from_days((int32_t)(seconds / 86400), &date);
    char text[GW_DATE_BYTES];
    gw_facts_add(facts, FIELD_PUBLISHED, gw_span_of(gw_arena_strdup(facts->arena, gw_date_format(&date, text))),
                 "data-utime", GW_SPAN(""), 700, -1);
}

static void read_link(const GumboNode *node, struct gw_facts *facts)
{
    const char *href = gw_dom_attr(node, "href");
    if (href && gw_dom_attr_has_word(node, "rel", "canonical"))
        gw_facts_add(facts, FIELD_CANONICAL, gw_span_of(href), "link:canonical", GW_SPAN(""), 900, -1);
}

void gw_meta_read(const struct gw_page *page, struct gw_facts *facts)
{
    const char *lang = page->root ? gw_dom_attr(page->root, "lang") : NULL;
    if (lang)
        gw_facts_add(facts, FIELD_LANG, gw_span_of(lang), "html:lang", GW_SPAN(""), 700, -1);
    for (GumboNode *n = page->root; n; n = gw_dom_next(n, page->root)) {
        if (!gw_dom_is_element(n))
            continue;
        const char *property;
        switch (n->v.element.tag) {
        case GUMBO_TAG_META:
            read_meta(n, facts);
            break;
        case GUMBO_TAG_TIME:
            read_time(n, facts);
            break;
        case GUMBO_TAG_LINK:
            read_link(n, facts);
            break;
        default:
            if (n->v.element.tag == GUMBO_TAG_ABBR && gw_dom_attr(n, "data-utime"))
                read_stamp(n, facts);
            if (n->v.element.attributes.length && (property = gw_dom_attr(n, "itemprop")))
                read_property(n, property, facts);
        }
    }
}

// ---- dates in URLs: digits between other characters

static bool plausible(int y, int m, int d)
{
    return y >= 1990 && y <= 2099 && m >= 1 && m <= 12 && d >= 1 && d <= 31;
}

static void add_url_date(struct gw_facts *facts, int y, int m, int d)
{
    char *text = gw_arena_printf(facts->arena, "%04d-%02d-%02d", y, m, d);
    if (text)
        gw_facts_add(facts, FIELD_PUBLISHED, gw_span_of(text), "url", GW_SPAN(""), 600, -1);
}

void gw_meta_read_url(const char *url, struct gw_facts *facts)
{
    const char *path = url ? strstr(url, "//") : NULL;
    path = path ? strchr(path + 2, '/') : NULL;
    for (const char *p = path; p && *p; p++) {
        if (gw_is_digit((unsigned char)p[-1]) || !gw_is_digit((unsigned char)*p))
            continue;
        size_t run = strspn(p, "0123456789");
        int y, m, d, n = 0;
        if (run == 4 && sscanf(p, "%4d%*1[-/_.]%2d%*1[-/_.]%2d%n", &y, &m, &d, &n) == 3 && n > 0 &&
            !gw_is_digit((unsigned char)p[n]) && plausible(y, m, d)) {
            add_url_date(facts, y, m, d);
            return;
        }
        if (run == 4 && sscanf(p, "%4d/%2d%2d%n", &y, &m, &d, &n) == 3 && n == 9 && !gw_is_digit((unsigned char)p[n]) &&
            plausible(y, m, d)) {
            add_url_date(facts, y, m, d);
            return;
        }
        if ((run == 8 || run == 14 || run == 12) && sscanf(p, "%4d%2d%2d", &y, &m, &d) == 3 && plausible(y, m, d)) {
            add_url_date(facts, y, m, d);
            return;
        }
        if (run == 6 && p[6] == '/' && sscanf(p, "%4d%2d/%2d%n", &y, &m, &d, &n) == 3 && n == 9 &&
            !gw_is_digit((unsigned char)p[n]) && plausible(y, m, d)) {
            add_url_date(facts, y, m, d);
            return;
        }
        p += run - 1;
    }
}
