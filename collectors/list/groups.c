// SPDX-License-Identifier: Apache-2.0
#include "list/groups.h"

#include "base/hash.h"
#include "html/dom.h"
#include "list/row_text.h"
#include "model/dates.h"

#include <stdlib.h>
#include <string.h>

enum {
    MAX_LINKS = 20000,
    SETTLED_ROWS = 3,       // fewer rows do not tell how rows are made
    COMPARED_ROWS = 16,     // rows looked at to learn it
    COMPARED_SIBLINGS = 64, // elements looked at to learn whether one is repeated
};

// ---- links

struct gw_link gw_groups_link(const struct gw_outline *outline, uint32_t place, const char *href)
{
    const struct gw_place *p = &outline->places[place];
    struct gw_span text = gw_span_trim(gw_place_text(outline, p)), target = gw_span_trim(gw_span_of(href));
    struct gw_span attribute = gw_span_trim(gw_span_of(gw_dom_attr(p->node, "title")));
    size_t width = gw_text_width(text), attribute_width = gw_text_width(attribute);
    return (struct gw_link){.place = place,
                            .group = p->signature,
                            .target = gw_hash64(target.at, target.bytes),
                            .width = width > attribute_width ? width : attribute_width,
                            .generic = gw_title_is_generic(text) && gw_title_is_generic(attribute)};
}

static int compare_links(const void *a, const void *b)
{
    const struct gw_link *x = a, *y = b;
    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

int gw_groups_collect(struct gw_grouping *f)
{
    f->links = gw_arena_alloc(f->arena, MAX_LINKS * sizeof *f->links);
    f->inside = gw_arena_zalloc(f->arena, (f->outline->count + 1) * sizeof *f->inside);
    if (!f->links || !f->inside)
        return gw_fail(GW_ELIMIT, "list: out of memory");
    for (uint32_t i = 0; i < f->outline->count && f->link_count < MAX_LINKS; i++) {
        const GumboNode *node = f->outline->places[i].node;
        const char *href = gw_dom_is(node, GUMBO_TAG_A) ? gw_dom_attr(node, "href") : NULL;
        if (href && gw_href_is_usable(href))
            f->links[f->link_count++] = gw_groups_link(f->outline, i, href);
    }
    qsort(f->links, f->link_count, sizeof *f->links, compare_links);
    return 0;
}

static int compare_targets(const void *a, const void *b)
{
    const struct gw_link *x = *(const struct gw_link *const *)a, *y = *(const struct gw_link *const *)b;
    if (x->target != y->target)
        return x->target < y->target ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

static int compare_places(const void *a, const void *b)
{
    const struct gw_link *x = a, *y = b;
    return x->place < y->place ? -1 : x->place > y->place;
}

// One link per target: the one that says most (an image and a title often lead to the same page).
static bool keep_one_per_target(struct gw_grouping *f, struct gw_group *g)
{
    const struct gw_link **order = malloc(g->link_count * sizeof *order);
    struct gw_link *kept = gw_arena_alloc(f->arena, g->link_count * sizeof *kept);
    size_t count = 0;
    gw_assert(order);
    for (size_t i = 0; i < g->link_count; i++)
        order[i] = &g->links[i];
    qsort(order, g->link_count, sizeof *order, compare_targets);
    for (size_t i = 0; kept && i < g->link_count;) {
        const struct gw_link *best = order[i];
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

static void count_inside(struct gw_grouping *f, const struct gw_group *g, int step)
{
    for (size_t i = 0; i < g->link_count; i++)
        for (uint32_t p = g->links[i].place;; p = f->outline->places[p].parent) {
            f->inside[p] += (uint32_t)step;
            if (p == 0)
                break;
        }
}

bool gw_is_row_tag(const GumboNode *node)
{
    return gw_dom_is(node, GUMBO_TAG_LI) || gw_dom_is(node, GUMBO_TAG_TR) || gw_dom_is(node, GUMBO_TAG_DT) ||
           gw_dom_is(node, GUMBO_TAG_DD) || gw_dom_is(node, GUMBO_TAG_ARTICLE);
}

// The row around a link: up to where another link of the group comes in. A link alone in its group stops at the first
// element that rows are commonly made of.
static uint32_t container_of(const struct gw_grouping *f, const struct gw_group *g, uint32_t link)
{
    uint32_t p = link;
    while (p != 0) {
        uint32_t parent = f->outline->places[p].parent;
        if (parent == 0 || f->inside[parent] > 1)
            break;
        if (g->link_count == 1 && gw_is_row_tag(f->outline->places[p].node))
            break;
        p = parent;
    }
    return p;
}

static const struct gw_link *link_at(const struct gw_group *g, uint32_t place)
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

static bool better_link(const struct gw_link *a, const struct gw_link *b)
{
    return a->generic != b->generic ? b->generic : a->width > b->width;
}

static uint64_t signature_of(const struct gw_grouping *f, const struct gw_auto_row *row)
{
    return f->outline->places[row->container].signature;
}

// The commonest signature among the rows' containers.
static uint64_t common_signature(const struct gw_grouping *f, const struct gw_group *g)
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
static void lower_lone_rows(const struct gw_grouping *f, struct gw_group *g, uint64_t common)
{
    for (size_t i = 0; i < g->count; i++)
        for (uint32_t p = g->rows[i].link; p > g->rows[i].container; p = f->outline->places[p].parent)
            if (f->outline->places[p].signature == common)
                g->rows[i].container = p;
}

static uint32_t ancestor_signed(const struct gw_grouping *f, uint32_t place, uint64_t signature)
{
    for (uint32_t p = place; p != 0; p = f->outline->places[p].parent)
        if (f->outline->places[p].signature == signature)
            return p;
    return place;
}

// Would the rows be elements of this signature, each with one link that says far more than its others? Such rows are
// split when two links of the group stand in each ("[category] title").
static bool joins_rows(const struct gw_grouping *f, const struct gw_group *g, uint64_t signature)
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

static void join_rows(const struct gw_grouping *f, struct gw_group *g, uint64_t signature)
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

// Does the place stand among others of its make?
static bool is_repeated(const struct gw_grouping *f, uint32_t place)
{
    const struct gw_place *places = f->outline->places;
    uint32_t parent = places[place].parent, alike = 0, seen = 0;
    for (uint32_t p = parent + 1; p < places[parent].end && alike < SETTLED_ROWS && seen < COMPARED_SIBLINGS; seen++) {
        alike += places[p].signature == places[place].signature;
        p = places[p].end;
    }
    return alike >= SETTLED_ROWS;
}

// The row that an element stands in: of a tag that rows are made of, or, for links that name nothing, the nearest of
// several of one make. 0: none.
static uint32_t row_around(const struct gw_grouping *f, uint32_t place, bool generic)
{
    for (uint32_t p = place; p != 0; p = f->outline->places[p].parent) {
        bool link = gw_dom_is(f->outline->places[p].node, GUMBO_TAG_A);
        if (gw_is_row_tag(f->outline->places[p].node) || (generic && !link && is_repeated(f, p)))
            return p;
    }
    return 0;
}

static bool mostly_generic(const struct gw_group *g)
{
    size_t generic = 0;
    for (size_t i = 0; i < g->link_count; i++)
        generic += g->links[i].generic;
    return generic * 2 > g->link_count;
}

// Every date in the text is the same day, and there is one.
static bool has_one_day(struct gw_span text)
{
    struct gw_date first = {0}, date;
    for (size_t from = 0; gw_date_find(text, from, GW_DATE_UNKNOWN, GW_DATE_SPLIT, &date); from = date.end) {
        if (first.year != 0 && gw_date_days(&date) != gw_date_days(&first))
            return false;
        first = date;
    }
    return first.year != 0;
}

// Several documents of one day in each table row or list item ("Notice | Agenda | Minutes"): the element is the row,
// its first link counts. Elsewhere an item with links in it is a list of its own.
static void join_rows_of_a_day(const struct gw_grouping *f, struct gw_group *g)
{
    size_t shared = 0, others = 0, kept = 0;
    bool generic = mostly_generic(g);
    for (size_t i = 0, end; i < g->count; i = end) {
        uint32_t around = row_around(f, g->rows[i].container, generic);
        for (end = i + 1; around && end < g->count && row_around(f, g->rows[end].container, generic) == around; end++)
            ;
        bool one = around && has_one_day(gw_place_text(f->outline, &f->outline->places[around]));
        shared += end - i >= 2 && one;
        others += end - i >= 2 && !one;
    }
    if (shared < 2 || others * 3 > shared)
        return;
    for (size_t i = 0; i < g->count; i++) {
        struct gw_auto_row row = g->rows[i];
        uint32_t around = row_around(f, row.container, generic);
        row.container = around ? around : row.container;
        if (kept == 0 || g->rows[kept - 1].container != row.container)
            g->rows[kept++] = row;
    }
    g->count = kept;
}

// Links that say "view" or "PDF" name nothing: the row is the table row or list item around them, its first link
// counts.
static void widen_generic_rows(const struct gw_grouping *f, struct gw_group *g)
{
    size_t kept = 0;
    bool generic = mostly_generic(g);
    for (size_t i = 0; generic && i < g->count; i++)
        for (uint32_t p = g->rows[i].container; p != 0; p = f->outline->places[p].parent)
            if (gw_is_row_tag(f->outline->places[p].node)) {
                g->rows[i].container = p;
                break;
            }
    for (size_t i = 0; i < g->count; i++)
        if (kept == 0 || g->rows[kept - 1].container != g->rows[i].container)
            g->rows[kept++] = g->rows[i];
    g->count = kept;
}

static void settle_rows(const struct gw_grouping *f, struct gw_group *g)
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
    join_rows_of_a_day(f, g);
}

bool gw_groups_make_rows(struct gw_grouping *f, struct gw_group *g)
{
    if (!keep_one_per_target(f, g))
        return false;
    g->rows = gw_arena_zalloc(f->arena, g->link_count * sizeof *g->rows);
    if (!g->rows)
        return false;
    count_inside(f, g, 1);
    for (size_t i = 0; i < g->link_count; i++)
        g->rows[i] =
            (struct gw_auto_row){.container = container_of(f, g, g->links[i].place), .link = g->links[i].place};
    count_inside(f, g, -1);
    g->count = g->link_count;
    if (g->count >= SETTLED_ROWS)
        settle_rows(f, g);
    return true;
}
