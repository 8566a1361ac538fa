// SPDX-License-Identifier: Apache-2.0
#include "list/auto.h"

#include "base/hash.h"
#include "html/dom.h"
#include "list/list.h"
#include "list/row_dates.h"
#include "list/row_text.h"

#include <stdlib.h>
#include <string.h>

enum {
    MAX_LINKS = 20000,
    MAX_SCORED = 40,     // groups looked at closely
    TITLE_WIDE = 40,     // wider titles are no better
    TITLE_NARROW = 8,    // narrower ones are hardly titles
    UNDATED_LEAST = 3,   // rows of a list without dates
    UNDATED_WIDTH = 24,  // width of its titles
    COMPARED_ROWS = 16,  // rows looked at to learn how rows are made
    HEADING_MAX = 64,    // bytes of a heading
    HEADING_REACH = 240, // bytes before the first row in which a heading's date counts
};

struct link {
    uint32_t place;
    uint64_t group;  // signature
    uint64_t target; // hash of href
    size_t width;    // of text or title attribute
    bool generic;
};

struct group {
    struct link *links;
    size_t link_count;
    struct gw_auto_row *rows;
    size_t count;
    size_t dated;
    size_t width; // median of titles
    double score;
    bool generic; // its links say "more" and the like
};

struct finder {
    struct gw_arena *arena;
    const struct gw_outline *outline;
    struct link *links;
    size_t link_count;
    uint32_t *inside; // per place: links of the group at hand below it
};

// ---- links

static struct link make_link(const struct gw_outline *outline, uint32_t place, const char *href)
{
    const struct gw_place *p = &outline->places[place];
    struct gw_span text = gw_span_trim(gw_place_text(outline, p)), target = gw_span_trim(gw_span_of(href));
    struct gw_span attribute = gw_span_trim(gw_span_of(gw_dom_attr(p->node, "title")));
    size_t width = gw_text_width(text), attribute_width = gw_text_width(attribute);
    return (struct link){.place = place,
                         .group = p->signature,
                         .target = gw_hash64(target.at, target.bytes),
                         .width = width > attribute_width ? width : attribute_width,
                         .generic = gw_title_is_generic(text) && gw_title_is_generic(attribute)};
}

static int compare_links(const void *a, const void *b)
{
    const struct link *x = a, *y = b;
    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

static int collect_links(struct finder *f)
{
    f->links = gw_arena_alloc(f->arena, MAX_LINKS * sizeof *f->links);
    f->inside = gw_arena_zalloc(f->arena, (f->outline->count + 1) * sizeof *f->inside);
    if (!f->links || !f->inside)
        return gw_fail(GW_ELIMIT, "list: out of memory");
    for (uint32_t i = 0; i < f->outline->count && f->link_count < MAX_LINKS; i++) {
        const GumboNode *node = f->outline->places[i].node;
        const char *href = gw_dom_is(node, GUMBO_TAG_A) ? gw_dom_attr(node, "href") : NULL;
        if (href && gw_href_is_usable(href))
            f->links[f->link_count++] = make_link(f->outline, i, href);
    }
    qsort(f->links, f->link_count, sizeof *f->links, compare_links);
    return 0;
}

static int compare_targets(const void *a, const void *b)
{
    const struct link *x = *(const struct link *const *)a, *y = *(const struct link *const *)b;
    if (x->target != y->target)
        return x->target < y->target ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

static int compare_places(const void *a, const void *b)
{
    const struct link *x = a, *y = b;
    return x->place < y->place ? -1 : x->place > y->place;
}

// One link per target: the one that says most (an image and a title often lead to the same page).
static bool keep_one_per_target(struct finder *f, struct group *g)
{
    const struct link **order = malloc(g->link_count * sizeof *order);
    struct link *kept = gw_arena_alloc(f->arena, g->link_count * sizeof *kept);
    size_t count = 0;
    gw_assert(order);
    for (size_t i = 0; i < g->link_count; i++)
        order[i] = &g->links[i];
    qsort(order, g->link_count, sizeof *order, compare_targets);
    for (size_t i = 0; kept && i < g->link_count;) {
        const struct link *best = order[i];
        size_t same = i;
        for (; same < g->link_count && order[same]->target == order[i]->target; same++)
            if (best->generic ? !order[same]->generic || order[same]->width > best->width
                              : !order[same]->generic && order[same]->width > best->width)
                best = order[same];
        kept[count++] = *best;
        i = same;
    }
    free(order);
    if (!kept)
        return false;
    qsort(kept, count, sizeof *kept, compare_places);
    g->links = kept;
    g->link_count = count;
    return true;
}

// ---- rows of a group

static void count_inside(struct finder *f, const struct group *g, int step)
{
    for (size_t i = 0; i < g->link_count; i++)
        for (uint32_t p = g->links[i].place;; p = f->outline->places[p].parent) {
            f->inside[p] += (uint32_t)step;
            if (p == 0)
                break;
        }
}

static bool is_row_tag(const GumboNode *node)
{
    return gw_dom_is(node, GUMBO_TAG_LI) || gw_dom_is(node, GUMBO_TAG_TR) || gw_dom_is(node, GUMBO_TAG_DT) ||
           gw_dom_is(node, GUMBO_TAG_DD) || gw_dom_is(node, GUMBO_TAG_ARTICLE);
}

// The row around a link: up to where another link of the group comes in. A link alone in its group stops at the first
// element that rows are commonly made of.
static uint32_t container_of(const struct finder *f, const struct group *g, uint32_t link)
{
    uint32_t p = link;
    while (p != 0) {
        uint32_t parent = f->outline->places[p].parent;
        if (parent == 0 || f->inside[parent] > 1)
            break;
        if (g->link_count == 1 && is_row_tag(f->outline->places[p].node))
            break;
        p = parent;
    }
    return p;
}

static const struct link *link_at(const struct group *g, uint32_t place)
{
    size_t low = 0, high = g->link_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (g->links[middle].place < place)
            low = middle + 1;
        else
            high = middle;
    }
    return low < g->link_count && g->links[low].place == place ? &g->links[low] : NULL;
}

static bool better_link(const struct link *a, const struct link *b)
{
    return a->generic != b->generic ? b->generic : a->width > b->width;
}

static uint64_t signature_of(const struct finder *f, const struct gw_auto_row *row)
{
    return f->outline->places[row->container].signature;
}

// The commonest signature among the rows' containers.
static uint64_t common_signature(const struct finder *f, const struct group *g)
{
    uint64_t best = 0;
    size_t most = 0;
    for (size_t i = 0; i < g->count && i < COMPARED_ROWS; i++) {
        size_t same = 0;
        for (size_t k = 0; k < g->count && k < COMPARED_ROWS; k++)
            same += signature_of(f, &g->rows[k]) == signature_of(f, &g->rows[i]);
        if (same > most) {
            most = same;
            best = signature_of(f, &g->rows[i]);
        }
    }
    return best;
}

// A row alone in its list took in the list: back to the element that the other rows are.
static void lower_lone_rows(const struct finder *f, struct group *g, uint64_t common)
{
    for (size_t i = 0; i < g->count; i++)
        for (uint32_t p = g->rows[i].link; p > g->rows[i].container; p = f->outline->places[p].parent)
            if (f->outline->places[p].signature == common)
                g->rows[i].container = p;
}

static uint32_t ancestor_signed(const struct finder *f, uint32_t place, uint64_t signature)
{
    for (uint32_t p = place; p != 0; p = f->outline->places[p].parent)
        if (f->outline->places[p].signature == signature)
            return p;
    return place;
}

// Would the rows be elements of this signature, each with one link that says far more than its others? Such rows are
// split when two links of the group stand in each ("[category] title").
static bool joins_rows(const struct finder *f, const struct group *g, uint64_t signature)
{
    size_t joined = 0, clear = 0;
    for (size_t i = 0, end; i < g->count; i = end) {
        uint32_t container = ancestor_signed(f, g->rows[i].container, signature);
        size_t widest = 0, second = 0;
        for (end = i; end < g->count && ancestor_signed(f, g->rows[end].container, signature) == container; end++) {
            size_t width = link_at(g, g->rows[end].link)->width;
            second = width > widest ? widest : width > second ? width : second;
            widest = width > widest ? width : widest;
        }
        joined += end - i >= 2;
        clear += end - i >= 2 && end - i <= 4 && widest >= 2 * second;
    }
    return joined >= 2 && clear * 10 >= joined * 7;
}

static void join_rows(const struct finder *f, struct group *g, uint64_t signature)
{
    size_t kept = 0;
    for (size_t i = 0; i < g->count; i++) {
        struct gw_auto_row row = g->rows[i];
        row.container = ancestor_signed(f, row.container, signature);
        if (kept == 0 || g->rows[kept - 1].container != row.container)
            g->rows[kept++] = row;
        else if (better_link(link_at(g, row.link), link_at(g, g->rows[kept - 1].link)))
            g->rows[kept - 1].link = row.link;
    }
    g->count = kept;
}

// Links that say "view" or "PDF" name nothing: the row is the table row or list item around them, its first link
// counts.
static void widen_generic_rows(const struct finder *f, struct group *g)
{
    size_t generic = 0, kept = 0;
    for (size_t i = 0; i < g->link_count; i++)
        generic += g->links[i].generic;
    for (size_t i = 0; generic * 2 > g->link_count && i < g->count; i++)
        for (uint32_t p = g->rows[i].container; p != 0; p = f->outline->places[p].parent)
            if (is_row_tag(f->outline->places[p].node)) {
                g->rows[i].container = p;
                break;
            }
    for (size_t i = 0; i < g->count; i++)
        if (kept == 0 || g->rows[kept - 1].container != g->rows[i].container)
            g->rows[kept++] = g->rows[i];
    g->count = kept;
}

static void settle_rows(const struct finder *f, struct group *g)
{
    widen_generic_rows(f, g);
    uint64_t common = common_signature(f, g);
    lower_lone_rows(f, g, common);
    for (size_t i = 0; i < g->count && i < COMPARED_ROWS; i++) {
        uint32_t container = g->rows[i].container, parent = f->outline->places[container].parent;
        uint64_t around = f->outline->places[signature_of(f, &g->rows[i]) == common ? parent : container].signature;
        if (around != common && joins_rows(f, g, around)) {
            join_rows(f, g, around);
            return;
        }
    }
}

static bool make_rows(struct finder *f, struct group *g)
{
    g->rows = gw_arena_zalloc(f->arena, g->link_count * sizeof *g->rows);
    if (!g->rows)
        return false;
    count_inside(f, g, 1);
    for (size_t i = 0; i < g->link_count; i++)
        g->rows[i] =
            (struct gw_auto_row){.container = container_of(f, g, g->links[i].place), .link = g->links[i].place};
    count_inside(f, g, -1);
    g->count = g->link_count;
    if (g->count >= UNDATED_LEAST)
        settle_rows(f, g);
    return true;
}

// ---- dates of a group's rows

static uint32_t row_start(const struct finder *f, const struct gw_auto_row *row)
{
    return f->outline->places[row->container].text_start;
}

static uint32_t row_end(const struct finder *f, const struct gw_auto_row *row)
{
    return f->outline->places[row->container].text_end;
}

static uint32_t row_parent(const struct finder *f, const struct gw_auto_row *row)
{
    return f->outline->places[row->container].parent;
}

// The text between row i - 1 and row i (i = count: behind the last), as far as it lies in their parents.
static struct gw_span gap_before(const struct finder *f, const struct group *g, size_t i)
{
    uint32_t parent = row_parent(f, &g->rows[i < g->count ? i : g->count - 1]);
    uint32_t start = f->outline->places[parent].text_start, end = f->outline->places[parent].text_end;
    if (i > 0 && row_end(f, &g->rows[i - 1]) > start)
        start = row_end(f, &g->rows[i - 1]);
    if (i < g->count)
        end = row_start(f, &g->rows[i]);
    return gw_outline_text(f->outline, start, end);
}

static size_t count_dated(const struct group *g)
{
    size_t dated = 0;
    for (size_t i = 0; i < g->count; i++)
        dated += g->rows[i].date_text.bytes > 0;
    return dated;
}

// Rows whose dates stand between them (dl, or headings and paragraphs in a row): before or behind, whichever side of
// the gaps the dates are nearer to.
static void date_by_gaps(const struct finder *f, struct group *g)
{
    size_t nearer_next = 0, nearer_previous = 0;
    for (size_t i = 0; i <= g->count; i++) {
        struct gw_date date;
        struct gw_span gap = gap_before(f, g, i);
        if (!gw_row_date_any(gap, &date))
            continue;
        bool next = i == 0 || (i < g->count && gap.bytes - date.end < date.start);
        nearer_next += next;
        nearer_previous += !next;
    }
    if ((nearer_next + nearer_previous) * 2 < g->count)
        return;
    bool before = nearer_next > nearer_previous;
    for (size_t i = 0; i < g->count; i++) {
        struct gw_date date;
        struct gw_span gap = gap_before(f, g, before ? i : i + 1);
        bool same_parent = before || i + 1 == g->count || row_parent(f, &g->rows[i]) == row_parent(f, &g->rows[i + 1]);
        if (!same_parent) { // behind the last row of its parent
            uint32_t end = f->outline->places[row_parent(f, &g->rows[i])].text_end;
            gap = gw_outline_text(f->outline, row_end(f, &g->rows[i]), end);
        }
        if (gw_row_date_any(gap, &date))
            g->rows[i].date_text = gap;
    }
}

// The last small element between two places that is a date alone (to the month is enough), or with `year` one that
// names a year; NULL: none.
static const struct gw_place *heading_between(const struct finder *f, uint32_t from, uint32_t to, bool year)
{
    const struct gw_place *found = NULL;
    for (uint32_t i = from; i < to; i++) {
        const struct gw_place *place = &f->outline->places[i];
        struct gw_span text = gw_span_trim(gw_place_text(f->outline, place));
        struct gw_date date;
        if (text.bytes == 0 || text.bytes > HEADING_MAX || place->end > to)
            continue;
        if (year ? gw_row_year(text) != 0
                 : gw_date_find(text, 0, GW_DATE_UNKNOWN, GW_DATE_NO_DAY, &date) &&
                       (date.end - date.start) * 2 >= text.bytes)
            found = place;
    }
    return found;
}

// The heading above each row: between it and the row before, or for the first row not far above it.
static const struct gw_place *heading_above(const struct finder *f, const struct group *g, size_t i, bool year)
{
    uint32_t to = g->rows[i].container;
    uint32_t from = i > 0 ? f->outline->places[g->rows[i - 1].container].end : to;
    while (i == 0 && from > 0 && row_start(f, &g->rows[0]) - f->outline->places[from - 1].text_start < HEADING_REACH)
        from--;
    return from < to ? heading_between(f, from, to, year) : NULL;
}

// Rows grouped under dates: each row has the date of the last heading above it. Headings that never change are no dates
// of rows ("Updated March 2020").
static void date_by_headings(const struct finder *f, struct group *g)
{
    struct gw_span heading = {0};
    size_t headings = 0, days = 0;
    struct gw_span *texts = gw_arena_zalloc(f->arena, g->count * sizeof *texts);
    for (size_t i = 0; texts && i < g->count; i++) {
        uint32_t end = row_start(f, &g->rows[i]), reach = end > HEADING_REACH ? end - HEADING_REACH : 0;
        struct gw_span between = gw_outline_text(f->outline, i > 0 ? row_end(f, &g->rows[i - 1]) : reach, end);
        const struct gw_place *above = heading_above(f, g, i, false);
        struct gw_date date;
        for (size_t from = 0; gw_date_find(between, from, GW_DATE_UNKNOWN, GW_DATE_WHOLE, &date);
             from = date.end, days++)
            heading = (struct gw_span){between.at + date.start, date.end - date.start};
        if (above) {
            heading = gw_place_text(f->outline, above);
            headings++;
        }
        if (heading.bytes == 0)
            return; // the first row stands under no date
        texts[i] = heading;
    }
    for (size_t i = 0; texts && (headings > 1 || days > 0) && i < g->count; i++)
        if (g->rows[i].date_text.bytes == 0)
            g->rows[i].date_text = texts[i];
}

// "Feb 13" below the heading "2018 meetings": the year goes to the date.
static void year_by_headings(const struct finder *f, struct group *g)
{
    int year = 0;
    for (size_t i = 0; i < g->count; i++) {
        struct gw_span text = g->rows[i].date_text;
        struct gw_date date;
        const struct gw_place *above = heading_above(f, g, i, true);
        year = above ? gw_row_year(gw_place_text(f->outline, above)) : year;
        if (year == 0 || !gw_row_date_find(text, GW_DATE_UNKNOWN, &date) || date.year != 0)
            continue;
        const char *whole =
            gw_arena_printf(f->arena, "%.*s %d", (int)(date.end - date.start), text.at + date.start, year);
        g->rows[i].date_text = gw_span_of(whole);
    }
}

static void find_dates(const struct finder *f, struct group *g)
{
    for (size_t i = 0; i < g->count; i++)
        g->rows[i].date_text = gw_row_date_text(f->outline, g->rows[i].container, g->rows[i].link);
    g->dated = count_dated(g);
    if (g->dated * 5 <= g->count)
        date_by_gaps(f, g);
    if (count_dated(g) * 5 <= g->count)
        date_by_headings(f, g);
    year_by_headings(f, g);
    g->dated = count_dated(g);
}

void gw_auto_find_dates(struct gw_arena *arena, const struct gw_outline *outline, struct gw_auto_list *list)
{
    struct finder f = {.arena = arena, .outline = outline};
    struct group g = {.rows = list->rows, .count = list->count};
    if (g.count > 0)
        find_dates(&f, &g);
}

// ---- scoring

static int compare_sizes(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return x < y ? -1 : x > y;
}

static void measure_titles(struct group *g)
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
static bool follows_side_heading(const struct finder *f, const struct group *g)
{
    static const char *const words[] = {"相关",    "热门",    "热点",      "排行",     "推荐",     "友情链接",   "猜你",
                                        "related", "popular", "most read", "trending", "see also", "quick links"};
    uint32_t end = row_start(f, &g->rows[0]);
    struct gw_span before = gw_outline_text(f->outline, end > 40 ? end - 40 : 0, end);
    for (size_t i = 0; i < GW_COUNT(words); i++)
        if (gw_find_nocase(before, gw_span_of(words[i])) >= 0)
            return true;
    return false;
}

static bool is_beside(const struct finder *f, const struct group *g)
{
    size_t beside = 0;
    for (size_t i = 0; i < g->count; i++)
        beside += f->outline->places[g->rows[i].link].beside;
    return beside * 2 > g->count;
}

static void score(const struct finder *f, struct group *g)
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
static bool is_lone_row(const struct finder *f, const struct gw_auto_row *row)
{
    const struct gw_place *container = &f->outline->places[row->container], *link = &f->outline->places[row->link];
    return is_row_tag(container->node) && !gw_dom_is(container->node, GUMBO_TAG_ARTICLE) &&
           (link->text_end - link->text_start) * 3 >= container->text_end - container->text_start;
}

// What a group must have to be a list at all.
static bool is_list(const struct finder *f, const struct group *g)
{
    bool dated = g->dated * 5 >= g->count * 3;
    if (is_beside(f, g) || (g->width < TITLE_NARROW && !(dated && g->generic)))
        return false;
    if (dated)
        return g->count >= 2 || is_lone_row(f, &g->rows[0]);
    return g->count >= UNDATED_LEAST && g->width >= UNDATED_WIDTH && !g->generic &&
           !f->outline->places[g->rows[0].link].aside;
}

// ---- choosing

static int compare_promise(const void *a, const void *b)
{
    const struct group *x = a, *y = b;
    return x->score > y->score ? -1 : x->score < y->score;
}

// Split the sorted links into groups; the most promising by number and width of links come first.
static size_t make_groups(struct finder *f, struct group *groups, size_t most)
{
    size_t count = 0;
    for (size_t i = 0, end; i < f->link_count; i = end) {
        struct group g = {.links = &f->links[i]};
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
static bool overlaps(const struct finder *f, const struct group *a, const struct group *b)
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

// On a home page the best block is one of several of its kind: take them all. On a list page the best one holds most of
// what is dated, and stands alone.
static void mark_home_blocks(const struct finder *f, const struct group *groups, size_t count, size_t best, bool *taken)
{
    size_t dated = 0, blocks = 0;
    const struct group *b = &groups[best];
    for (size_t i = 0; i < count; i++) {
        const struct group *g = &groups[i];
        taken[i] =
            i == best || (is_list(f, g) && g->dated * 10 >= g->count * 6 && !g->generic &&
                          !f->outline->places[g->rows[0].link].aside && g->width * 2 >= b->width && !overlaps(f, g, b));
        blocks += taken[i] && g->count >= 2;
        dated += taken[i] ? g->dated : 0;
    }
    if (blocks >= 3 && b->dated * 2 < dated)
        return;
    for (size_t i = 0; i < count; i++)
        taken[i] = i == best;
}

// ---- rows made a little differently

static bool holds_row(const struct group *g, const struct gw_place *places, uint32_t place)
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

static bool names_something(const struct finder *f, uint32_t link)
{
    struct link l = make_link(f->outline, link, "");
    return !l.generic && l.width >= TITLE_NARROW;
}

// Siblings of the rows, of the same tag, with a link of their own.
static bool take_siblings(const struct finder *f, struct group *g)
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

// The groups that are taken, as one, in page order.
static struct group merge(const struct finder *f, const struct group *groups, size_t count, const bool *taken)
{
    struct group all = {0};
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
    struct finder f = {.arena = arena, .outline = outline};
    struct group groups[MAX_SCORED];
    bool taken[MAX_SCORED] = {false};
    *ret_list = (struct gw_auto_list){0};
    int rc = collect_links(&f);
    if (rc != 0)
        return rc;
    size_t count = make_groups(&f, groups, MAX_SCORED), best = MAX_SCORED;
    for (size_t i = 0; i < count; i++) {
        struct group *g = &groups[i];
        if (!keep_one_per_target(&f, g) || !make_rows(&f, g))
            return gw_fail(GW_ELIMIT, "list: out of memory");
        measure_titles(g);
        find_dates(&f, g);
        score(&f, g);
        if (is_list(&f, g) && (best == MAX_SCORED || g->score > groups[best].score))
            best = i;
    }
    if (best == MAX_SCORED)
        return 0;
    mark_home_blocks(&f, groups, count, best, taken);
    struct group all = merge(&f, groups, count, taken);
    if (!all.rows || !take_siblings(&f, &all))
        return gw_fail(GW_ELIMIT, "list: out of memory");
    struct gw_span tag = gw_dom_name(outline->places[groups[best].rows[0].container].node);
    const char *how = gw_arena_printf(arena, "auto:repeated %.*s", (int)tag.bytes, tag.at);
    *ret_list = (struct gw_auto_list){all.rows, all.count, how};
    gw_auto_drop_undated_blocks(outline, ret_list);
    return how ? 0 : gw_fail(GW_ELIMIT, "list: out of memory");
}
