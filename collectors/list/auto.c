// SPDX-License-Identifier: Apache-2.0
#include "list/auto.h"

#include "html/dom.h"
#include "list/groups.h"
#include "list/row_text.h"
#include "model/dates.h"

#include <stdlib.h>
#include <string.h>

enum {
    MAX_SCORED = 40,     // groups looked at closely
    TITLE_WIDE = 40,     // wider titles are no better
    TITLE_NARROW = 8,    // narrower ones are hardly titles
    UNDATED_LEAST = 3,   // rows of a list without dates
    UNDATED_WIDTH = 24,  // width of its titles
    REGISTER_WIDTH = 16, // what a row of a register says beside its number and date, at least
};

// ---- measuring

static uint32_t row_parent(const struct gw_grouping *f, const struct gw_auto_row *row)
{
    return f->outline->places[row->container].parent;
}

static void find_dates(const struct gw_grouping *f, struct gw_group *g)
{
    struct gw_auto_list list = {.rows = g->rows, .count = g->count};
    gw_auto_find_dates(f->arena, f->outline, &list);
    g->dated = 0;
    for (size_t i = 0; i < g->count; i++)
        g->dated += g->rows[i].date_text.bytes > 0;
}

static int compare_sizes(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return x < y ? -1 : x > y;
}

static void measure_titles(struct gw_group *g)
{
    size_t *widths = malloc(g->link_count * sizeof *widths), generic = 0;
    gw_assert(widths);
    for (size_t i = 0; i < g->link_count; i++) {
        widths[i] = g->links[i].width;
        generic += g->links[i].generic;
    }
    qsort(widths, g->link_count, sizeof *widths, compare_sizes);
    g->width = widths[g->link_count / 2];
    g->generic = generic * 2 > g->link_count;
    free(widths);
}

// Words before a block that make it a side matter.
static bool follows_side_heading(const struct gw_grouping *f, const struct gw_group *g)
{
    static const char *const words[] = {"相关",    "热门",    "热点",      "排行",     "推荐",     "友情链接",   "猜你",
                                        "related", "popular", "most read", "trending", "see also", "quick links"};
    uint32_t end = f->outline->places[g->rows[0].container].text_start;
    struct gw_span before = gw_outline_text(f->outline, end > 40 ? end - 40 : 0, end);
    for (size_t i = 0; i < GW_COUNT(words); i++)
        if (gw_find_nocase(before, gw_span_of(words[i])) >= 0)
            return true;
    return false;
}

static bool is_beside(const struct gw_grouping *f, const struct gw_group *g)
{
    size_t beside = 0;
    for (size_t i = 0; i < g->count; i++)
        beside += f->outline->places[g->rows[i].link].beside;
    return beside * 2 > g->count;
}

static void score(const struct gw_grouping *f, struct gw_group *g)
{
    double width = (double)(g->width < TITLE_WIDE ? g->width : TITLE_WIDE) / TITLE_WIDE;
    double count = g->count < 30 ? (double)g->count : 30;
    double dated = (double)g->dated / (double)g->count;
    g->score = count * width * (0.35 + 0.65 * dated);
    if (g->generic)
        g->score *= 0.5;
    if (is_beside(f, g))
        g->score *= 0.1;
    else if (f->outline->places[g->rows[0].link].aside || follows_side_heading(f, g))
        g->score *= 0.3;
}

// A list of one row: an item or table row that is mostly its link, not an article with a link in it.
static bool is_lone_row(const struct gw_grouping *f, const struct gw_auto_row *row)
{
    const struct gw_place *container = &f->outline->places[row->container], *link = &f->outline->places[row->link];
    return gw_is_row_tag(container->node) && !gw_dom_is(container->node, GUMBO_TAG_ARTICLE) &&
           (link->text_end - link->text_start) * 3 >= container->text_end - container->text_start;
}

// Table rows whose links are numbers of files or cases ("24-117") and whose other cells say more.
static bool is_register(const struct gw_grouping *f, const struct gw_group *g)
{
    size_t wordy = 0;
    for (size_t i = 0; i < g->count; i++) {
        const struct gw_place *row = &f->outline->places[g->rows[i].container];
        struct gw_span text = gw_place_text(f->outline, row);
        wordy += gw_dom_is(row->node, GUMBO_TAG_TR) && gw_text_width(text) >= g->width + REGISTER_WIDTH;
    }
    return g->count >= UNDATED_LEAST && g->dated * 5 >= g->count * 4 && wordy * 5 >= g->count * 4;
}

// What a group must have to be a list at all.
static bool is_list(const struct gw_grouping *f, const struct gw_group *g)
{
    bool dated = g->dated * 5 >= g->count * 3;
    if (is_beside(f, g) || (g->width < TITLE_NARROW && !(dated && (g->generic || is_register(f, g)))))
        return false;
    if (dated)
        return g->count >= 2 || is_lone_row(f, &g->rows[0]);
    return g->count >= UNDATED_LEAST && g->width >= UNDATED_WIDTH && !g->generic &&
           !f->outline->places[g->rows[0].link].aside;
}

// ---- choosing

static int compare_promise(const void *a, const void *b)
{
    const struct gw_group *x = a, *y = b;
    return x->score > y->score ? -1 : x->score < y->score;
}

// Split the sorted links into groups; the most promising by number and width of links come first.
static size_t make_groups(struct gw_grouping *f, struct gw_group *groups, size_t most)
{
    size_t count = 0;
    for (size_t i = 0, end; i < f->link_count; i = end) {
        struct gw_group g = {.links = &f->links[i]};
        double width = 0;
        for (end = i; end < f->link_count && f->links[end].group == f->links[i].group; end++)
            width += (double)(f->links[end].width < TITLE_WIDE ? f->links[end].width : TITLE_WIDE);
        g.link_count = end - i;
        g.score = width * (f->outline->places[f->links[i].place].beside ? 0.1 : 1);
        if (count < most) {
            groups[count++] = g;
            continue;
        }
        size_t worst = 0;
        for (size_t k = 1; k < count; k++)
            if (groups[k].score < groups[worst].score)
                worst = k;
        if (groups[worst].score < g.score)
            groups[worst] = g;
    }
    qsort(groups, count, sizeof *groups, compare_promise);
    return count;
}

// Does a row of one group lie in a row of the other? Both are in page order.
static bool overlaps(const struct gw_grouping *f, const struct gw_group *a, const struct gw_group *b)
{
    for (size_t i = 0, k = 0; i < a->count && k < b->count;) {
        uint32_t x = a->rows[i].container, y = b->rows[k].container;
        uint32_t x_end = f->outline->places[x].end, y_end = f->outline->places[y].end;
        if (x < y_end && y < x_end)
            return true;
        if (x < y)
            i++;
        else
            k++;
    }
    return false;
}

static bool is_within(const struct gw_outline *outline, struct gw_span text, uint32_t place)
{
    size_t at = (size_t)(text.at - outline->text.at);
    return text.bytes > 0 && at >= outline->places[place].text_start && at < outline->places[place].text_end;
}

// Are the rows of `inner` parts of those of `outer` (files of a notice), which have dates of their own beside them? A
// heading above a list of its own has none.
static bool holds_rows_of(const struct gw_grouping *f, const struct gw_group *outer, const struct gw_group *inner)
{
    size_t inside = 0, own = 0, holders = 0;
    if (outer == inner || outer->generic || outer->count < UNDATED_LEAST || outer->dated * 5 < outer->count * 4)
        return false;
    for (size_t o = 0, i = 0; o < outer->count; o++) {
        uint32_t row = outer->rows[o].container, end = f->outline->places[row].end;
        size_t before = inside;
        bool dated_by_part = false;
        while (i < inner->count && inner->rows[i].container < row)
            i++;
        for (; i < inner->count && inner->rows[i].container < end; i++, inside++)
            dated_by_part |= is_within(f->outline, outer->rows[o].date_text, inner->rows[i].container);
        own += !dated_by_part;
        holders += inside > before;
    }
    return holders * 2 >= outer->count && inside * 5 >= inner->count * 4 && own * 5 >= outer->count * 4;
}

// The table that rows are of; NULL: they are none.
static const GumboNode *table_of(const struct gw_grouping *f, const struct gw_group *g)
{
    uint32_t row = g->rows[0].container;
    if (!gw_dom_is(f->outline->places[row].node, GUMBO_TAG_TR))
        return NULL;
    for (uint32_t p = row; p != 0; p = f->outline->places[p].parent)
        if (gw_dom_is(f->outline->places[p].node, GUMBO_TAG_TABLE))
            return f->outline->places[p].node;
    return NULL;
}

// A table of documents by day like that of the best group, elsewhere on the page: another year of it.
static bool is_another_table(const struct gw_grouping *f, const struct gw_group *b, const struct gw_group *g)
{
    const GumboNode *best = table_of(f, b), *table = table_of(f, g);
    bool dated = b->dated == b->count && g->dated == g->count;
    if (!best || !table || !dated || g->count < 2 || !is_list(f, g) || f->outline->places[g->rows[0].link].aside)
        return false;
    const char *class = gw_dom_attr(best, "class"), *other = gw_dom_attr(table, "class");
    return strcmp(class ? class : "", other ? other : "") == 0 && !overlaps(f, g, b);
}

// On a home page the best block is one of several of its kind: take them all. On a list page the best one holds most of
// what is dated, and stands alone.
static void mark_home_blocks(const struct gw_grouping *f, const struct gw_group *groups, size_t count, size_t best,
                             bool *taken)
{
    size_t dated = 0, blocks = 0;
    const struct gw_group *b = &groups[best];
    for (size_t i = 0; i < count; i++) {
        const struct gw_group *g = &groups[i];
        taken[i] =
            i == best || (is_list(f, g) && g->dated * 10 >= g->count * 6 && !g->generic &&
                          !f->outline->places[g->rows[0].link].aside && g->width * 2 >= b->width && !overlaps(f, g, b));
        blocks += taken[i] && g->count >= 2;
        dated += taken[i] ? g->dated : 0;
    }
    if (blocks >= 3 && b->dated * 2 < dated)
        return;
    for (size_t i = 0; i < count; i++)
        taken[i] = i == best || is_another_table(f, b, &groups[i]);
}

// ---- rows made a little differently

static bool holds_row(const struct gw_group *g, const struct gw_place *places, uint32_t place)
{
    size_t low = 0, high = g->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (g->rows[middle].container < place)
            low = middle + 1;
        else
            high = middle;
    }
    return low < g->count && g->rows[low].container < places[place].end;
}

static int compare_rows(const void *a, const void *b)
{
    const struct gw_auto_row *x = a, *y = b;
    return x->container < y->container ? -1 : x->container > y->container;
}

static bool names_something(const struct gw_grouping *f, uint32_t link)
{
    struct gw_link l = gw_groups_link(f->outline, link, "");
    return !l.generic && l.width >= TITLE_NARROW;
}

// Siblings of the rows, of the same tag, with a link of their own.
static bool take_siblings(const struct gw_grouping *f, struct gw_group *g)
{
    size_t room = g->count, found = g->count;
    for (size_t i = 0; i < g->count; i++)
        if (i == 0 || row_parent(f, &g->rows[i]) != row_parent(f, &g->rows[i - 1]))
            room += gw_dom_children(f->outline->places[row_parent(f, &g->rows[i])].node)->length;
    struct gw_auto_row *rows = gw_arena_alloc(f->arena, room * sizeof *rows);
    if (!rows)
        return false;
    memcpy(rows, g->rows, g->count * sizeof *rows);
    bool need_date = g->dated * 5 >= g->count * 4;
    for (size_t i = 0; i < g->count; i++) {
        uint32_t parent = row_parent(f, &g->rows[i]);
        if (i > 0 && row_parent(f, &g->rows[i - 1]) == parent)
            continue;
        GumboTag tag = f->outline->places[g->rows[i].container].node->v.element.tag;
        for (uint32_t p = parent + 1; p < f->outline->places[parent].end; p = f->outline->places[p].end) {
            if (!gw_dom_is(f->outline->places[p].node, tag) || holds_row(g, f->outline->places, p) || found == room)
                continue;
            struct gw_auto_row row = {.container = p, .link = gw_row_link(f->outline, p)};
            if (!row.link || !names_something(f, row.link))
                continue;
            row.date_text = gw_row_date_text(f->outline, p, row.link);
            if (row.date_text.bytes > 0 || !need_date)
                rows[found++] = row;
        }
    }
    qsort(rows, found, sizeof *rows, compare_rows);
    g->rows = rows;
    g->count = found;
    return true;
}

// One address only below a place, image and title alike.
static bool has_one_target(const struct gw_outline *outline, uint32_t place, const char *href)
{
    for (uint32_t p = place; p < outline->places[place].end; p++) {
        const GumboNode *node = outline->places[p].node;
        const char *other = gw_dom_is(node, GUMBO_TAG_A) ? gw_dom_attr(node, "href") : NULL;
        if (other && gw_href_is_usable(other) && strcmp(other, href) != 0)
            return false;
    }
    return true;
}

static bool has_heading(const struct gw_outline *outline, uint32_t place)
{
    for (uint32_t p = place; p < outline->places[place].end; p++) {
        GumboTag tag = outline->places[p].node->v.element.tag;
        if (tag >= GUMBO_TAG_H1 && tag <= GUMBO_TAG_H6)
            return true;
    }
    return false;
}

// The story shown large above the list: beside the list's block, with a heading, one link, and a date of its own.
static bool is_lead(const struct gw_grouping *f, uint32_t place, struct gw_auto_row *ret_row)
{
    struct gw_date date;
    struct gw_auto_row row = {.container = place, .link = gw_row_link(f->outline, place)};
    const struct gw_place *p = &f->outline->places[place];
    if (!row.link || p->beside || p->aside || !names_something(f, row.link) || !has_heading(f->outline, place) ||
        !has_one_target(f->outline, place, gw_dom_attr(f->outline->places[row.link].node, "href")))
        return false;
    row.date_text = gw_row_date_text(f->outline, place, row.link);
    *ret_row = row;
    return row.date_text.bytes > 0 && gw_date_find(row.date_text, 0, GW_DATE_UNKNOWN, GW_DATE_WHOLE, &date);
}

static bool take_lead(const struct gw_grouping *f, struct gw_group *g)
{
    struct gw_auto_row lead;
    uint32_t first = g->rows[0].container, list = row_parent(f, &g->rows[0]);
    uint32_t around = f->outline->places[list].parent;
    if (list == 0 || around == 0 || g->count < UNDATED_LEAST || g->dated < g->count)
        return true;
    for (uint32_t p = around + 1; p < first; p = f->outline->places[p].end) {
        if (f->outline->places[p].end > first || !is_lead(f, p, &lead))
            continue;
        struct gw_auto_row *rows = gw_arena_alloc(f->arena, (g->count + 1) * sizeof *rows);
        if (!rows)
            return false;
        rows[0] = lead;
        memcpy(rows + 1, g->rows, g->count++ * sizeof *rows);
        g->rows = rows;
        g->dated++;
        return true;
    }
    return true;
}

// The groups that are taken, as one, in page order.
static struct gw_group merge(const struct gw_grouping *f, const struct gw_group *groups, size_t count,
                             const bool *taken)
{
    struct gw_group all = {0};
    size_t rows = 0;
    for (size_t i = 0; i < count; i++)
        rows += taken[i] ? groups[i].count : 0;
    all.rows = gw_arena_alloc(f->arena, rows * sizeof *all.rows);
    for (size_t i = 0; all.rows && i < count; i++) {
        if (!taken[i])
            continue;
        memcpy(all.rows + all.count, groups[i].rows, groups[i].count * sizeof *all.rows);
        all.count += groups[i].count;
        all.dated += groups[i].dated;
    }
    if (all.count > 0)
        qsort(all.rows, all.count, sizeof *all.rows, compare_rows);
    return all;
}

void gw_auto_drop_undated_blocks(const struct gw_outline *outline, struct gw_auto_list *list)
{
    size_t dated = 0, kept = 0;
    for (size_t i = 0; i < list->count; i++)
        dated += list->rows[i].date_text.bytes > 0;
    if (dated * 2 < list->count)
        return;
    for (size_t i = 0, end; i < list->count; i = end) {
        uint32_t parent = outline->places[list->rows[i].container].parent;
        bool any = false;
        for (end = i; end < list->count && outline->places[list->rows[end].container].parent == parent; end++)
            any = any || list->rows[end].date_text.bytes > 0;
        for (size_t k = i; any && k < end; k++)
            list->rows[kept++] = list->rows[k];
    }
    list->count = kept;
}

int gw_auto_rows(struct gw_arena *arena, const struct gw_outline *outline, struct gw_auto_list *ret_list)
{
    struct gw_grouping f = {.arena = arena, .outline = outline};
    struct gw_group groups[MAX_SCORED];
    bool taken[MAX_SCORED] = {false};
    *ret_list = (struct gw_auto_list){0};
    int rc = gw_groups_collect(&f);
    if (rc != 0)
        return rc;
    size_t count = make_groups(&f, groups, MAX_SCORED), best = MAX_SCORED;
    for (size_t i = 0; i < count; i++) {
        struct gw_group *g = &groups[i];
        if (!gw_groups_make_rows(&f, g))
            return gw_fail(GW_ELIMIT, "list: out of memory");
        measure_titles(g);
        find_dates(&f, g);
        score(&f, g);
        if (is_list(&f, g) && (best == MAX_SCORED || g->score > groups[best].score))
            best = i;
    }
    if (best == MAX_SCORED)
        return 0;
    for (size_t i = 0; i < count; i++)
        if (is_list(&f, &groups[i]) && holds_rows_of(&f, &groups[i], &groups[best]))
            best = i;
    mark_home_blocks(&f, groups, count, best, taken);
    struct gw_group all = merge(&f, groups, count, taken);
    if (!all.rows || !take_siblings(&f, &all) || !take_lead(&f, &all))
        return gw_fail(GW_ELIMIT, "list: out of memory");
    struct gw_span tag = gw_dom_name(outline->places[groups[best].rows[0].container].node);
    const char *how = gw_arena_printf(arena, "auto:repeated %.*s", (int)tag.bytes, tag.at);
    *ret_list = (struct gw_auto_list){all.rows, all.count, how};
    gw_auto_drop_undated_blocks(outline, ret_list);
    return how ? 0 : gw_fail(GW_ELIMIT, "list: out of memory");
}
