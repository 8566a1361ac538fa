// SPDX-License-Identifier: Apache-2.0
// DESIGN: elements are visited in document order and each is tried right to left: its own compound first, then what the
// combinator asks for. Trying is cheap but can be made to repeat (":has" in long lists, "a b c d" in deep trees), so
// every step is counted and the count has a ceiling.
#include "html/select.h"

#include "html/dom.h"
#include "model/text.h"

#include <string.h>

enum { STEPS_MAX = 4000000, LIST_FIRST = 16, TEXT_MAX = 1 << 20 };

struct matcher {
    size_t steps;
    GumboNode *anchor; // in :has(): the element that has; NULL outside
    // nth-child counts siblings; in document order the next question is mostly about the next sibling.
    const GumboNode *counted_parent;
    unsigned counted_index;
    int counted;
};

static bool spend(struct matcher *m, size_t steps)
{
    m->steps += steps;
    return m->steps < STEPS_MAX;
}

static GumboNode *parent_element(const GumboNode *node)
{
    GumboNode *parent = node->parent;
    return parent && gw_dom_is_element(parent) ? parent : NULL;
}

static bool has_word(struct gw_span list, struct gw_span word)
{
    const char *end = list.at + list.bytes;
    for (const char *s = list.at; s < end;) {
        while (s < end && gw_is_space((unsigned char)*s))
            s++;
        const char *from = s;
        while (s < end && !gw_is_space((unsigned char)*s))
            s++;
        if (word.bytes > 0 && gw_span_eq((struct gw_span){from, (size_t)(s - from)}, word))
            return true;
    }
    return false;
}

static void lower(struct gw_span s, char *out)
{
    for (size_t i = 0; i < s.bytes; i++)
        out[i] = gw_lower(s.at[i]);
}

static bool compare(char op, struct gw_span have, struct gw_span want)
{
    if (want.bytes == 0 && op != '=' && op != '|')
        return false;
    switch (op) {
    case '~':
        return has_word(have, want);
    case '^':
        return have.bytes >= want.bytes && memcmp(have.at, want.at, want.bytes) == 0;
    case '$':
        return have.bytes >= want.bytes && memcmp(have.at + have.bytes - want.bytes, want.at, want.bytes) == 0;
    case '*':
        return gw_find(have, want) >= 0;
    case '|':
        return gw_span_eq(have, want) ||
               (have.bytes > want.bytes && have.at[want.bytes] == '-' && memcmp(have.at, want.at, want.bytes) == 0);
    default:
        return gw_span_eq(have, want);
    }
}

static bool attribute_fits(struct matcher *m, const struct gw_selector_test *test, const GumboNode *element)
{
    char have_lower[1024], want_lower[1024];
    const char *text = gw_dom_attr(element, test->name);
    if (!text || test->op == 0)
        return text != NULL;
    struct gw_span have = gw_span_of(text), want = gw_span_of(test->value);
    if (!spend(m, have.bytes / 16))
        return false;
    if (test->nocase && have.bytes <= sizeof have_lower && want.bytes <= sizeof want_lower) {
        lower(have, have_lower);
        lower(want, want_lower);
        have.at = have_lower;
        want.at = want_lower;
    }
    return compare(test->op, have, want);
}

static bool nth_fits(struct matcher *m, const struct gw_selector_test *test, const GumboNode *element)
{
    if (!element->parent)
        return false;
    const GumboVector *siblings = gw_dom_children(element->parent);
    unsigned index = (unsigned)element->index_within_parent, i = 0;
    int number = 1;
    if (m->counted_parent == element->parent && m->counted_index <= index) {
        i = m->counted_index;
        number = m->counted;
    }
    for (; i < index && spend(m, 1); i++)
        number += gw_dom_is_element(siblings->data[i]);
    m->counted_parent = element->parent;
    m->counted_index = index;
    m->counted = number;
    int ahead = number - test->offset;
    return test->step == 0 ? ahead == 0 : ahead % test->step == 0 && ahead / test->step >= 0;
}

// Texts are compared as they stand, piece by piece joined without regard to white space between the pieces' ends.
static bool contains(struct matcher *m, const char *wanted, GumboNode *element)
{
    struct gw_buf text = GW_BUF(STEPS_MAX);
    for (GumboNode *n = element; n && spend(m, 1); n = gw_dom_next(n, element))
        if (gw_dom_is_text(n) && spend(m, strlen(n->v.text.text) / 8))
            gw_buf_puts(&text, n->v.text.text);
    bool found = gw_find(gw_span_of(gw_buf_str(&text)), gw_span_of(wanted)) >= 0;
    gw_buf_fini(&text);
    return found;
}

static bool fits_any(struct matcher *m, const struct gw_selector *selector, GumboNode *element);

static bool has(struct matcher *m, const struct gw_selector *inner, GumboNode *element)
{
    // "+" and "~" look beside the element, the others below it: searching the parent covers both.
    GumboNode *scope = element;
    for (const struct gw_selector *s = inner; s; s = s->next) {
        const struct gw_selector_part *first = s->last;
        while (first->left)
            first = first->left;
        if (first->combinator >= GW_NEXT_SIBLING && element->parent)
            scope = element->parent;
    }
    GumboNode *outer = m->anchor;
    bool found = false;
    m->anchor = element;
    for (GumboNode *n = gw_dom_next(scope, scope); n && !found && spend(m, 1); n = gw_dom_next(n, scope))
        found = gw_dom_is_element(n) && fits_any(m, inner, n);
    m->anchor = outer;
    return found;
}

static bool test_fits(struct matcher *m, const struct gw_selector_test *test, GumboNode *element)
{
    struct matcher outside;
    bool fits;
    switch (test->kind) {
    case GW_TEST_TYPE:
        return gw_dom_named(element, test->name);
    case GW_TEST_CLASS: {
        const char *classes = gw_dom_attr(element, "class");
        return classes && spend(m, strlen(classes) / 16) && has_word(gw_span_of(classes), gw_span_of(test->name));
    }
    case GW_TEST_ID:
        return gw_str_eq(gw_dom_attr(element, "id"), test->name) && test->name;
    case GW_TEST_ATTRIBUTE:
        return attribute_fits(m, test, element);
    case GW_TEST_NTH_CHILD:
        return nth_fits(m, test, element);
    case GW_TEST_NOT: // what stands in :not() is absolute, also inside :has()
        outside = *m;
        outside.anchor = NULL;
        fits = fits_any(&outside, test->inner, element);
        m->steps = outside.steps;
        return !fits;
    case GW_TEST_HAS:
        return has(m, test->inner, element);
    case GW_TEST_CONTAINS:
        return contains(m, test->value, element);
    }
    return false;
}

static bool compound_fits(struct matcher *m, const struct gw_selector_part *part, GumboNode *element)
{
    if (!spend(m, 1))
        return false;
    for (const struct gw_selector_test *test = part->tests; test; test = test->next)
        if (!test_fits(m, test, element))
            return false;
    return true;
}

static bool left_fits(struct matcher *m, const struct gw_selector_part *part, GumboNode *element);

static bool chain_fits(struct matcher *m, const struct gw_selector_part *part, GumboNode *element)
{
    return compound_fits(m, part, element) && left_fits(m, part, element);
}

// Is `element` where `combinator` puts it from the anchor?
static bool joins_anchor(struct matcher *m, enum gw_combinator combinator, const GumboNode *element)
{
    const GumboNode *n = element;
    switch (combinator) {
    case GW_CHILD:
        return element->parent == m->anchor;
    case GW_DESCENDANT:
        while ((n = n->parent) && spend(m, 1))
            if (n == m->anchor)
                return true;
        return false;
    case GW_NEXT_SIBLING:
        return gw_dom_prev_element(element) == m->anchor;
    case GW_LATER_SIBLING:
        return element->parent == m->anchor->parent && element->index_within_parent > m->anchor->index_within_parent;
    }
    return false;
}

static bool left_fits(struct matcher *m, const struct gw_selector_part *part, GumboNode *element)
{
    if (!part->left)
        return !m->anchor || joins_anchor(m, part->combinator, element);
    bool up = part->combinator == GW_DESCENDANT || part->combinator == GW_CHILD;
    bool once = part->combinator == GW_CHILD || part->combinator == GW_NEXT_SIBLING;
    GumboNode *n = element;
    while ((n = up ? parent_element(n) : gw_dom_prev_element(n)) && spend(m, 1)) {
        if (chain_fits(m, part->left, n))
            return true;
        if (once)
            return false;
    }
    return false;
}

static bool fits_any(struct matcher *m, const struct gw_selector *selector, GumboNode *element)
{
    for (; selector; selector = selector->next)
        if (chain_fits(m, selector->last, element))
            return true;
    return false;
}

static int append(struct gw_arena *arena, struct gw_node_list *list, size_t *capacity, GumboNode *node)
{
    if (list->count == *capacity) {
        size_t wider = *capacity ? *capacity * 2 : LIST_FIRST;
        GumboNode **nodes = gw_arena_alloc(arena, wider * sizeof *nodes);
        if (!nodes)
            return gw_fail(GW_ELIMIT, "selector: out of memory");
        if (list->count > 0)
            memcpy(nodes, list->nodes, list->count * sizeof *nodes);
        list->nodes = nodes;
        *capacity = wider;
    }
    list->nodes[list->count++] = node;
    return 0;
}

int gw_select(const struct gw_selector *selector, struct gw_arena *arena, GumboNode *scope, size_t most,
              struct gw_node_list *ret_list)
{
    struct matcher m = {0};
    struct gw_node_list list = {0};
    size_t capacity = 0;
    for (GumboNode *n = gw_dom_next(scope, scope); n && list.count < most && spend(&m, 1); n = gw_dom_next(n, scope)) {
        if (!gw_dom_is_element(n) || !fits_any(&m, selector, n))
            continue;
        int rc = append(arena, &list, &capacity, n);
        if (rc != 0)
            return rc;
    }
    if (m.steps >= STEPS_MAX)
        return gw_fail(GW_ELIMIT, "selector: too much work on this page");
    *ret_list = list;
    return 0;
}

GumboNode *gw_select_first(const struct gw_selector *selector, GumboNode *scope)
{
    struct matcher m = {0};
    for (GumboNode *n = gw_dom_next(scope, scope); n && spend(&m, 1); n = gw_dom_next(n, scope))
        if (gw_dom_is_element(n) && fits_any(&m, selector, n))
            return m.steps < STEPS_MAX ? n : NULL;
    return gw_dom_is_element(scope) && m.steps < STEPS_MAX && fits_any(&m, selector, scope) ? scope : NULL;
}

bool gw_select_fits(const struct gw_selector *selector, GumboNode *element)
{
    struct matcher m = {0};
    return fits_any(&m, selector, element) && m.steps < STEPS_MAX;
}

const char *gw_select_text(struct gw_arena *arena, const GumboNode *node)
{
    struct gw_buf text = GW_BUF(TEXT_MAX), folded = GW_BUF(TEXT_MAX);
    gw_dom_text(node, &text);
    gw_text_fold_space((struct gw_span){gw_buf_str(&text), text.bytes}, &folded);
    const char *result = gw_arena_strndup(arena, gw_buf_str(&folded), folded.bytes);
    gw_buf_fini(&text);
    gw_buf_fini(&folded);
    return result;
}

struct request {
    struct gw_arena *arena;
    GumboNode *element;
};

static const char *get(const struct gw_value_alternative *what, void *arg)
{
    struct request *r = arg;
    GumboNode *node = what->selector ? gw_select_first(what->selector, r->element) : r->element;
    if (!node)
        return NULL;
    if (!what->attribute)
        return gw_select_text(r->arena, node);
    const char *attribute = gw_dom_attr(node, what->attribute);
    struct gw_span text = gw_span_trim(gw_span_of(attribute));
    return attribute ? gw_arena_strndup(r->arena, text.at, text.bytes) : NULL;
}

const char *gw_select_value(const struct gw_value *value, struct gw_arena *arena, GumboNode *element)
{
    struct request r = {arena, element};
    return gw_value_get(value, arena, get, &r);
}
