// SPDX-License-Identifier: Apache-2.0
#include "names.h"

#include <stdlib.h>
#include <string.h>

enum { ROOT = 1, FREE = -1, SEARCH_CELLS = 1024 };

// ---- build: a trie over the sorted names, laid out breadth first

struct builder {
    struct gw_names_cell *cells;
    int32_t capacity, used;
    bool full;
    struct gw_arena *arena;
};

// The names [first, end) share the `depth` bytes that lead to `state`.
struct node {
    int32_t state;
    uint32_t first, end;
    uint32_t depth;
};

static unsigned char fold(char c)
{
    return (unsigned char)gw_lower(c);
}

static int compare_folded(const char *a, const char *b)
{
    for (; *a && fold(*a) == fold(*b); a++, b++)
        ;
    return (int)fold(*a) - (int)fold(*b);
}

static int compare_sources(const void *a, const void *b)
{
    const struct gw_names_source *x = a, *y = b;
    int order = compare_folded(x->name, y->name);
    if (order == 0)
        order = x->table != y->table ? x->table - y->table : x->row - y->row;
    return order;
}

static bool grow(struct builder *builder, int32_t cells)
{
    if (cells <= builder->capacity)
        return true;
    int32_t capacity = builder->capacity ? builder->capacity : 1024;
    while (capacity < cells)
        capacity *= 2;
    struct gw_names_cell *more = gw_arena_alloc(builder->arena, (size_t)capacity * sizeof *more);
    builder->full = !more;
    if (!more)
        return false;
    if (builder->cells)
        memcpy(more, builder->cells, (size_t)builder->capacity * sizeof *more);
    for (int32_t i = builder->capacity; i < capacity; i++)
        more[i] = (struct gw_names_cell){.check = FREE};
    builder->cells = more;
    builder->capacity = capacity;
    return true;
}

// A base near the end of the used cells at which every edge byte meets a free cell. The holes further down are few,
// seldom fit, and would be tried anew for each node.
static int32_t find_base(struct builder *builder, const unsigned char *edges, size_t count)
{
    for (int32_t at = builder->used > SEARCH_CELLS ? builder->used - SEARCH_CELLS : 0;; at++) {
        int32_t base = at - edges[0];
        if (base < 1)
            continue;
        if (!grow(builder, base + 256))
            return 0;
        size_t i = 0;
        while (i < count && builder->cells[base + edges[i]].check == FREE)
            i++;
        if (i == count)
            return base;
    }
}

static int32_t edge(const struct gw_names_cell *cells, int32_t state, unsigned char c)
{
    int32_t base = cells[state].base;
    return base && cells[base + c].check == state ? base + c : 0;
}

static void link_suffix(struct gw_names_cell *cells, int32_t parent, int32_t state, unsigned char c)
{
    int32_t fail = parent == ROOT ? 0 : cells[parent].fail;
    while (fail && !edge(cells, fail, c))
        fail = fail == ROOT ? 0 : cells[fail].fail;
    cells[state].fail = fail ? edge(cells, fail, c) : ROOT;
    const struct gw_names_cell *suffix = &cells[cells[state].fail];
    cells[state].link = suffix->names ? cells[state].fail : suffix->link;
}

// Give `node` its edges and queue its children. `sources` of one node are in order, so equal bytes lie together.
static size_t lay_out(struct builder *builder, const struct gw_names_source *sources, struct node node,
                      struct node *queue)
{
    unsigned char edges[256];
    size_t count = 0;
    uint32_t at = node.first;
    while (at < node.end && !sources[at].name[node.depth])
        at++; // names that end here
    for (uint32_t i = at; i < node.end; i++) {
        unsigned char c = fold(sources[i].name[node.depth]);
        if (!count || edges[count - 1] != c)
            edges[count++] = c;
    }
    int32_t base = count ? find_base(builder, edges, count) : 0;
    if (!base)
        return 0;
    builder->cells[node.state].base = base;
    for (size_t i = 0; i < count; i++) {
        int32_t state = base + edges[i];
        uint32_t end = at;
        while (end < node.end && fold(sources[end].name[node.depth]) == edges[i])
            end++;
        builder->cells[state].check = node.state;
        builder->cells[state].names = sources[at].name[node.depth + 1] ? 0 : at + 1;
        queue[i] = (struct node){.state = state, .first = at, .end = end, .depth = node.depth + 1};
        at = end;
        if (state >= builder->used)
            builder->used = state + 1;
    }
    for (size_t i = 0; i < count; i++)
        link_suffix(builder->cells, node.state, base + edges[i], edges[i]);
    return count;
}

static bool is_word_byte(char c)
{
    return gw_is_alpha((unsigned char)c) || gw_is_digit((unsigned char)c);
}

static bool is_capital(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_all_capitals(const char *name)
{
    size_t capitals = 0;
    for (const char *p = name; *p; p++) {
        if (gw_is_alpha((unsigned char)*p) && !is_capital(*p))
            return false;
        capitals += is_capital(*p);
    }
    return capitals >= 2;
}

static struct gw_names_entry describe(const struct gw_names_source *source)
{
    size_t bytes = strlen(source->name);
    return (struct gw_names_entry){
        .table = source->table,
        .column = source->column,
        .row = source->row,
        .bytes = (uint8_t)bytes,
        .word = is_word_byte(source->name[0]) && is_word_byte(source->name[bytes - 1]),
        .capital = is_capital(source->name[0]),
        .capitals = is_all_capitals(source->name),
    };
}

static bool is_usable(const struct gw_names_source *source)
{
    return source->name[0] && strlen(source->name) <= GW_NAME_MAX;
}

// Sorted, without empty and overlong names, without a row's second column that spells the same (Belarus, Belarus).
static size_t tidy(struct gw_names_source *sources, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (is_usable(&sources[i]))
            sources[kept++] = sources[i];
    qsort(sources, kept, sizeof *sources, compare_sources);
    count = kept;
    kept = 0;
    for (size_t i = 0; i < count; i++)
        if (!kept || compare_sources(&sources[kept - 1], &sources[i]) != 0)
            sources[kept++] = sources[i];
    return kept;
}

int gw_names_build(struct gw_arena *arena, struct gw_names_source *sources, size_t count, struct gw_names *ret_names)
{
    count = tidy(sources, count);
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        bytes += strlen(sources[i].name);
    struct gw_names_entry *entries = gw_arena_alloc(arena, (count + 1) * sizeof *entries);
    struct node *queue = gw_arena_alloc(arena, (bytes + 257) * sizeof *queue);
    struct builder builder = {.arena = arena, .used = ROOT + 1};
    if (!entries || !queue || !grow(&builder, 1024))
        return gw_fail(GW_ELIMIT, "the names need more memory than allowed");
    for (size_t i = 0; i < count; i++) {
        entries[i] = describe(&sources[i]);
        entries[i].last = i + 1 == count || compare_folded(sources[i].name, sources[i + 1].name) != 0;
    }
    builder.cells[0].check = builder.cells[ROOT].check = 0;
    queue[0] = (struct node){.state = ROOT, .first = 0, .end = (uint32_t)count};
    for (size_t at = 0, end = 1; at < end && !builder.full; at++)
        end += lay_out(&builder, sources, queue[at], queue + end);
    if (builder.full || !grow(&builder, builder.used + 256))
        return gw_fail(GW_ELIMIT, "the names need more memory than allowed");
    *ret_names = (struct gw_names){.cells = builder.cells,
                                   .cell_count = (uint32_t)builder.used + 256,
                                   .entries = entries,
                                   .entry_count = (uint32_t)count};
    return GW_OK;
}

// ---- use

static bool written_so(const struct gw_names_entry *entry, struct gw_span text, size_t start, size_t end)
{
    const char *p = text.at;
    if (entry->word && ((start && is_word_byte(p[start - 1])) || (end < text.bytes && is_word_byte(p[end]))))
        return false;
    if (entry->capital && !is_capital(p[start]))
        return false;
    for (size_t i = start; entry->capitals && i < end; i++)
        if (gw_is_alpha((unsigned char)p[i]) && !is_capital(p[i]))
            return false;
    return true;
}

static void report(const struct gw_names *names, int32_t state, struct gw_span text, size_t end,
                   gw_names_visit_fn *visit, void *arg)
{
    for (; state; state = names->cells[state].link) {
        if (!names->cells[state].names)
            continue;
        const struct gw_names_entry *entry = &names->entries[names->cells[state].names - 1];
        for (;; entry++) {
            if (written_so(entry, text, end - entry->bytes, end))
                visit(entry, end - entry->bytes, end, arg);
            if (entry->last)
                break;
        }
    }
}

// Can a name begin here? Those in Latin begin at words, and bytes inside a character begin none.
static bool may_begin(const struct gw_names_cell *cells, struct gw_span text, size_t i, unsigned char c, int32_t state)
{
    if (c < 0x80)
        return !i || !gw_is_alpha(c) || !gw_is_alpha((unsigned char)text.at[i - 1]);
    if (c < 0xe0 || i + 2 >= text.bytes)
        return true;
    int32_t second = edge(cells, state, (unsigned char)text.at[i + 1]);
    return second && edge(cells, second, (unsigned char)text.at[i + 2]);
}

// Where no name begins at i: the last byte up to which none can, of the Latin word or of the character.
static size_t last_of(struct gw_span text, size_t i, unsigned char c)
{
    if (c >= 0xe0)
        return i + 2;
    while (gw_is_alpha(c) && i + 1 < text.bytes && gw_is_alpha((unsigned char)text.at[i + 1]))
        i++;
    return i;
}

void gw_names_find(const struct gw_names *names, struct gw_span text, gw_names_visit_fn *visit, void *arg)
{
    const struct gw_names_cell *cells = names->cells;
    int32_t state = ROOT, root = cells[ROOT].base;
    for (size_t i = 0; i < text.bytes; i++) {
        unsigned char c = fold(text.at[i]);
        int32_t next = 0;
        while (state != ROOT && !(next = edge(cells, state, c)))
            state = cells[state].fail;
        if (state == ROOT) { // most bytes begin no name
            next = root + c;
            if (cells[next].check != ROOT || !may_begin(cells, text, i, c, next)) {
                i = last_of(text, i, c);
                continue;
            }
        }
        state = next;
        if (cells[state].names || cells[state].link)
            report(names, state, text, i + 1, visit, arg);
    }
}
