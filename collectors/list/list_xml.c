// SPDX-License-Identifier: Apache-2.0
// Kind `xml`: documents of a make of their own, whose rows are the elements with an address and a title right below
// them.
#include "list/fragment.h"
#include "list/kind.h"
#include "list/xml.h"

enum { MAX_NAMES = 32, ROWS_CAP = 50 };

static const char *const titles[] = {"title", "name", "subject", "headline"};
static const char *const urls[] = {"link", "url", "href", "permalink"};
static const char *const dates[] = {"pubDate",     "date",      "published", "publishdate", "publicationdate",
                                    "releasedate", "startdate", "start",     "datetime",    "updated"};

// The first child of one of these names that says something; its first part when it has parts.
static const char *child_text(struct gw_arena *arena, const xmlNode *item, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const xmlNode *child = gw_xml_child(item, names[i]);
        for (const xmlNode *part = child; part; child = part, part = xmlFirstElementChild((xmlNode *)part))
            ;
        const char *text = gw_xml_text(arena, child);
        if (*text)
            return text;
    }
    return "";
}

struct item {
    const char *title, *url, *date;
};

static bool read_item(struct gw_arena *arena, const xmlNode *node, struct item *ret_item)
{
    ret_item->url = child_text(arena, node, urls, GW_COUNT(urls));
    ret_item->title = *ret_item->url ? child_text(arena, node, titles, GW_COUNT(titles)) : "";
    ret_item->date = *ret_item->title ? child_text(arena, node, dates, GW_COUNT(dates)) : "";
    return *ret_item->title != '\0';
}

// Items by the name of their element: those of most rows and dates are the list, others are parts of them.
struct named {
    const xmlChar *name;
    size_t rows, dated;
};

static double worth(const struct named *n)
{
    double rows = n->rows < ROWS_CAP ? (double)n->rows : ROWS_CAP;
    return n->rows ? rows * (0.35 + 0.65 * (double)n->dated / (double)n->rows) : 0;
}

static const xmlChar *best_name(struct gw_arena *arena, const xmlNode *root)
{
    struct named names[MAX_NAMES] = {0};
    struct item item;
    size_t count = 0, best = 0;
    for (const xmlNode *n = root; (n = gw_xml_next(root, n, NULL));) {
        if (!read_item(arena, n, &item))
            continue;
        size_t i = 0;
        while (i < count && !xmlStrEqual(names[i].name, n->name))
            i++;
        if (i == MAX_NAMES)
            continue;
        count += i == count;
        names[i].name = n->name;
        names[i].rows++;
        names[i].dated += *item.date != '\0';
    }
    for (size_t i = 1; i < count; i++)
        best = worth(&names[i]) > worth(&names[best]) ? i : best;
    return names[best].name;
}

static int read_elements(const struct gw_list_job *job, const xmlNode *root, Gw__Rows **ret_rows)
{
    struct gw_row_set set;
    struct item item;
    gw_rows_init(&set, job, job->url, job->input->source);
    const xmlChar *name = best_name(job->arena, root);
    for (const xmlNode *n = root; name && (n = gw_xml_next(root, n, NULL));)
        if (xmlStrEqual(n->name, name) && read_item(job->arena, n, &item))
            gw_rows_add_dated(&set, gw_fragment_text(job->arena, item.title), item.url, item.date);
    int rc = gw_rows_finish(&set, "feed:xml", ret_rows);
    if (rc == 0 && (*ret_rows)->n_rows == 0)
        gw_rows_warn(job->arena, *ret_rows, "no element of this XML has an address and a title");
    return rc;
}

static int read_xml(const struct gw_list_job *job, Gw__Rows **ret_rows, Gw__Request **ret_then)
{
    xmlDoc *doc;
    (void)ret_then;
    int rc = gw_xml_parse(job->arena, &job->input->answer, &doc);
    if (rc != 0)
        return rc;
    rc = read_elements(job, xmlDocGetRootElement(doc), ret_rows);
    gw_xml_free(doc);
    return rc;
}

// A document that declares itself XML and is no page of any kind.
static bool sniff(const struct gw_page_input *answer)
{
    struct gw_span start = gw_span_trim((struct gw_span){answer->bytes, answer->length < 4096 ? answer->length : 4096});
    if (gw_starts_with(start, "\xEF\xBB\xBF"))
        start = (struct gw_span){start.at + 3, start.bytes - 3};
    return gw_starts_with(start, "<?xml") && gw_find_nocase(start, GW_SPAN("<html")) < 0 &&
           gw_find_nocase(start, GW_SPAN("<!doctype")) < 0 && gw_find_nocase(start, GW_SPAN("<body")) < 0;
}

const struct gw_list_kind gw_list_xml = {"xml", read_xml, sniff};
