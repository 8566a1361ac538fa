// SPDX-License-Identifier: Apache-2.0
#include "list/html_rows.h"

#include "html/dom.h"
#include "html/select.h"
#include "list/auto.h"
#include "list/kind.h"
#include "list/paging.h"
#include "list/row_text.h"
#include "list/rule.h"

#include <string.h>

enum {
    USUAL_SHARE = 3, // a family's markup that gives fewer than a third of the rows found out was a side block
    SAME_ROWS = 3,   // fewer links that say the same may do so by chance
};

// A row as it is known before the rule has its say.
static const char *value_or(const struct gw_value *value, struct gw_arena *arena, GumboNode *row, const char *otherwise)
{
    return value ? gw_select_value(value, arena, row) : otherwise;
}

static void add_row(const struct gw_page *page, const struct gw_outline *outline, const struct gw_list_rule *rule,
                    const struct gw_auto_row *row, bool says_the_same, struct gw_row_set *set)
{
    GumboNode *node = outline->places[row->container].node;
    bool linked = row->link != 0, titled = rule->title != NULL;
    const char *title =
        linked && !titled ? gw_row_title(page->arena, outline, row->container, row->link, says_the_same) : NULL;
    const char *href = linked ? gw_dom_attr(outline->places[row->link].node, "href") : NULL;
    title = value_or(rule->title, page->arena, node, title);
    href = value_or(rule->url, page->arena, node, href);
    if (!href)
        return;
    const char *date = rule->date ? gw_select_value(rule->date, page->arena, node) : NULL;
    struct gw_row *added = gw_rows_add_dated(set, title, href, date);
    if (added && !rule->date)
        added->date_text = row->date_text;
}

// Most links say what the first or second says: "Continuar leyendo", "Meeting Agenda".
static bool links_say_the_same(const struct gw_outline *outline, const struct gw_auto_list *list)
{
    size_t most = 0;
    for (size_t first = 0; first < 2 && first < list->count; first++) {
        struct gw_span wanted = gw_place_text(outline, &outline->places[list->rows[first].link]);
        size_t same = 0;
        for (size_t i = 0; i < list->count; i++)
            same += gw_span_eq(gw_place_text(outline, &outline->places[list->rows[i].link]), wanted);
        most = same > most ? same : most;
    }
    return list->count >= SAME_ROWS && most * 4 >= list->count * 3;
}

// The rows that a selector gives.
static int selected_rows(const struct gw_page *page, const struct gw_outline *outline,
                         const struct gw_selector *selector, struct gw_auto_list *ret_list)
{
    struct gw_node_list nodes;
    int rc = gw_select(selector, page->arena, page->document, GW_LIST_MAX_ROWS, &nodes);
    if (rc != 0)
        return gw_fail_prefix(rc, "list.item");
    struct gw_auto_row *rows = gw_arena_zalloc(page->arena, (nodes.count + 1) * sizeof *rows);
    if (!rows)
        return gw_fail(GW_ELIMIT, "list: out of memory");
    *ret_list = (struct gw_auto_list){.rows = rows};
    for (uint32_t place = 0, i = 0; place < outline->count && i < nodes.count; place++) {
        while (i < nodes.count && !gw_outline_holds(outline, nodes.nodes[i])) // below a silent element
            i++;
        if (i == nodes.count || outline->places[place].node != nodes.nodes[i])
            continue;
        struct gw_auto_row *row = &rows[ret_list->count++];
        row->container = place;
        row->link = gw_row_link(outline, place);
        i++;
    }
    gw_auto_find_dates(page->arena, outline, ret_list);
    return 0;
}

static int add_rows(const struct gw_list_job *job, const struct gw_page *page, const struct gw_outline *outline,
                    const struct gw_list_rule *rule, const struct gw_auto_list *list, const char *how,
                    Gw__Rows **ret_rows)
{
    struct gw_row_set set;
    bool same = links_say_the_same(outline, list);
    gw_rows_init(&set, job, page->base_url, job->input->source);
    for (size_t i = 0; i < list->count; i++)
        add_row(page, outline, rule, &list->rows[i], same, &set);
    return gw_rows_finish(&set, how, ret_rows);
}

// By the usual markup of the page's family. Fewer than two rows: this site does not follow it.
static int read_family(const struct gw_list_job *job, const struct gw_page *page, const struct gw_outline *outline,
                       const struct gw_family *family, Gw__Rows **ret_rows)
{
    Gw__ListRule usual = *job->rule;
    struct gw_list_rule rule;
    struct gw_auto_list list;
    usual.item = (char *)family->item;
    if (!*usual.title && family->title)
        usual.title = (char *)family->title;
    if (!*usual.url && family->url)
        usual.url = (char *)family->url;
    if (!*usual.date && family->date)
        usual.date = (char *)family->date;
    int rc = gw_list_rule_compile(job->compiled, &usual, GW_VALUE_CSS, &rule);
    if (rc != 0)
        return rc;
    rc = selected_rows(page, outline, rule.item, &list);
    if (rc == 0) {
        gw_auto_drop_undated_blocks(outline, &list);
        rc = add_rows(job, page, outline, &rule, &list, gw_family_how(job->arena, family), ret_rows);
    }
    return rc != 0 ? rc : (*ret_rows)->n_rows < 2 ? GW_ENOTFOUND : 0;
}

static const char *why_empty(const struct gw_page *page, const struct gw_list_rule *rule,
                             const struct gw_auto_list *list)
{
    if (rule->item && list->count == 0)
        return "list.item selects nothing on this page";
    if (list->count > 0)
        return "the rows found have no usable link, or the source's filters leave none";
    for (size_t i = 0; i < page->aside_count; i++)
        if (page->asides[i].kind == GW_ASIDE_SCRIPT && gw_find(page->asides[i].text, GW_SPAN("{{")) >= 0)
            return "no rows in the page: a script fills its list from a second request";
    return "nothing on the page looks like a list";
}

static int read_rows(const struct gw_list_job *job, const struct gw_page *page, const struct gw_list_rule *rule,
                     const struct gw_family *family, Gw__Rows **ret_rows)
{
    struct gw_outline outline;
    struct gw_auto_list list;
    bool said = rule->item && page->document;
    int rc = gw_outline_make(page, &outline);
    Gw__Rows *usual = NULL;
    if (rc == 0 && !said && family && family->item && page->document) {
        rc = read_family(job, page, &outline, family, &usual);
        if (rc != 0 && rc != GW_ENOTFOUND)
            return rc;
        usual = rc == 0 ? usual : NULL;
        rc = 0;
    }
    if (rc == 0)
        rc = said ? selected_rows(page, &outline, rule->item, &list) : gw_auto_rows(page->arena, &outline, &list);
    if (rc != 0)
        return rc;
    if (usual && usual->n_rows * USUAL_SHARE >= list.count) {
        *ret_rows = usual;
        return 0;
    }
    bool named = family && !family->item && list.count > 0;
    const char *how = said ? "site" : named ? gw_family_how(job->arena, family) : list.how;
    rc = add_rows(job, page, &outline, rule, &list, how ? how : "auto:none", ret_rows);
    if (rc == 0 && (*ret_rows)->n_rows == 0)
        gw_rows_warn(page->arena, *ret_rows, why_empty(page, rule, &list));
    return rc;
}

int gw_html_rows(const struct gw_list_job *job, const struct gw_page *page, const struct gw_family *family,
                 Gw__Rows **ret_rows)
{
    struct gw_list_rule rule;
    int rc = gw_list_rule_compile(job->compiled, job->rule, GW_VALUE_CSS, &rule);
    if (rc != 0)
        return rc;
    rc = read_rows(job, page, &rule, family, ret_rows);
    const char *next = rc == 0 ? gw_paging_next(page, &rule, job->input->page_no ? job->input->page_no : 1) : NULL;
    if (next)
        gw_rows_add_next(job->arena, *ret_rows, next);
    if (rc == 0 && page->truncated)
        gw_rows_warn(job->arena, *ret_rows, "the page was cut off: rows may be missing");
    return rc;
}

int gw_html_rows_of_text(const struct gw_list_job *job, struct gw_span html, const char *how, Gw__Rows **ret_rows)
{
    struct gw_page page;
    struct gw_page_input input = {.bytes = html.at, .length = html.bytes, .url = job->url, .charset = "utf-8"};
    int rc = gw_page_parse(job->arena, &input, &page);
    if (rc == 0)
        rc = gw_html_rows(job, &page, NULL, ret_rows);
    if (rc != 0)
        return rc;
    struct gw_span found = gw_span_of((*ret_rows)->how);
    char *whole = NULL;
    if (gw_starts_with(gw_span_of(how), "family:"))
        whole = gw_arena_strdup(job->arena, how);
    else if (gw_starts_with(found, "auto:"))
        whole = gw_arena_printf(job->arena, "auto:%s, %s", how, found.at + strlen("auto:"));
    (*ret_rows)->how = whole ? whole : (*ret_rows)->how;
    return 0;
}
