// SPDX-License-Identifier: Apache-2.0
#include "state.h"

#include "base/clock.h"
#include "base/err.h"

#include <pthread.h>
#include <stdlib.h>

enum { ARRIVALS_MAX = 65536, ROWS_PER_PAGE = 15, NOTICES = 20, HOUR_MS = 3600 * 1000 };

struct gw_site_state {
    struct gw_site_state_options options;
    int64_t birth_ms, birth_boot_ms;
    uint32_t written_arrivals; // of the tables; later ones are generated
    pthread_mutex_t lock;      // of what follows
    int64_t changed_ms;        // 0: not yet
    uint32_t arrived;          // how many; arrival n has place n - 1 below
    int64_t arrived_ms[ARRIVALS_MAX];
};

static uint32_t written_arrivals_of(const struct gw_site_article *articles, size_t n)
{
    uint32_t last = 0;
    for (size_t i = 0; i < n; i++)
        if (articles[i].arrival > last)
            last = articles[i].arrival;
    return last;
}

struct gw_site_state *gw_site_state_new(const struct gw_site_state_options *options)
{
    struct gw_site_state *s = calloc(1, sizeof *s);
    gw_assert(s);
    s->options = *options;
    s->birth_ms = options->now_ms ? options->now_ms : gw_clock_unix_ms();
    s->birth_boot_ms = gw_clock_boot_ms();
    uint32_t zh = written_arrivals_of(gw_site_articles_zh, gw_site_articles_zh_count);
    uint32_t en = written_arrivals_of(gw_site_articles_en, gw_site_articles_en_count);
    s->written_arrivals = zh > en ? zh : en;
    pthread_mutex_init(&s->lock, NULL);
    return s;
}

struct gw_site_state *gw_site_state_free(struct gw_site_state *s)
{
    if (s)
        pthread_mutex_destroy(&s->lock);
    free(s);
    return NULL;
}

static int64_t age_ms(const struct gw_site_state *s)
{
    return gw_clock_boot_ms() - s->birth_boot_ms;
}

static void arrive(struct gw_site_state *s, int64_t at_ms)
{
    if (s->arrived < ARRIVALS_MAX)
        s->arrived_ms[s->arrived++] = at_ms;
}

void gw_site_state_publish(struct gw_site_state *s, uint32_t n)
{
    pthread_mutex_lock(&s->lock);
    for (; n > 0; n--)
        arrive(s, s->birth_ms + age_ms(s));
    pthread_mutex_unlock(&s->lock);
}

void gw_site_state_change(struct gw_site_state *s)
{
    pthread_mutex_lock(&s->lock);
    if (!s->changed_ms)
        s->changed_ms = s->birth_ms + age_ms(s);
    pthread_mutex_unlock(&s->lock);
}

// Let happen what is due. The lock is held.
static void catch_up(struct gw_site_state *s)
{
    const struct gw_site_state_options *o = &s->options;
    int64_t age = age_ms(s);
    if (o->change_after_ms && !s->changed_ms && age >= (int64_t)o->change_after_ms)
        s->changed_ms = s->birth_ms + (int64_t)o->change_after_ms;
    while (o->interval_ms && s->arrived < ARRIVALS_MAX && age >= (int64_t)(o->interval_ms * (s->arrived + 1)))
        arrive(s, s->birth_ms + (int64_t)(o->interval_ms * (s->arrived + 1)));
}

static const struct gw_site_article *written_arrival(uint32_t n)
{
    for (size_t i = 0; i < gw_site_articles_zh_count; i++)
        if (gw_site_articles_zh[i].arrival == n)
            return &gw_site_articles_zh[i];
    for (size_t i = 0; i < gw_site_articles_en_count; i++)
        if (gw_site_articles_en[i].arrival == n)
            return &gw_site_articles_en[i];
    return NULL;
}

static enum gw_site_column column_of_arrival(const struct gw_site_state *s, uint32_t n)
{
    const struct gw_site_article *written = n <= s->written_arrivals ? written_arrival(n) : NULL;
    if (written)
        return written->column;
    return n % 2 ? GW_SITE_WORK : GW_SITE_CITY;
}

static const struct gw_site_article *arrival_get(const struct gw_site_state *s, struct gw_arena *arena, uint32_t n)
{
    const struct gw_site_article *written = n <= s->written_arrivals ? written_arrival(n) : NULL;
    return written ? written : gw_site_article_generate(arena, s->options.seed, column_of_arrival(s, n), n);
}

static struct gw_site_entry entry_of(const struct gw_site_state *s, const struct gw_site_article *article,
                                     int64_t published_ms)
{
    struct gw_site_entry entry = {.article = article, .published_ms = published_ms, .modified_ms = published_ms};
    if (article->before && s->changed_ms) {
        entry.changed = true;
        entry.modified_ms = s->changed_ms;
    }
    return entry;
}

static int64_t published_at_birth(const struct gw_site_state *s, const struct gw_site_article *article)
{
    return s->birth_ms - (int64_t)article->age_hours * HOUR_MS;
}

// Columns that are generated as a whole say how many there are; the others 0.
static uint32_t generated_count(const struct gw_site_state *s, enum gw_site_column column)
{
    return column == GW_SITE_LOAD ? s->options.articles : column == GW_SITE_NOTICE ? NOTICES : 0;
}

// ---- lists: a window over "newest first", filled by those who know a part of it

struct window {
    size_t offset, limit, seen, filled;
    struct gw_site_entry *entries;
};

// Whether the next entry falls into the window and has to be made.
static bool window_wants(struct window *w)
{
    size_t at = w->seen++;
    return at >= w->offset && w->filled < w->limit;
}

static void list_arrivals(struct gw_site_state *s, struct gw_arena *arena, enum gw_site_column column, struct window *w)
{
    for (uint32_t n = s->arrived; n > 0; n--) {
        if (column_of_arrival(s, n) != column || !window_wants(w))
            continue;
        const struct gw_site_article *article = arrival_get(s, arena, n);
        if (article)
            w->entries[w->filled++] = entry_of(s, article, s->arrived_ms[n - 1]);
    }
}

// The tables are written with each column's newest first.
static void list_written(struct gw_site_state *s, const struct gw_site_article *articles, size_t n,
                         enum gw_site_column column, struct window *w)
{
    uint32_t left = s->options.newest ? s->options.newest : UINT32_MAX;
    for (size_t i = 0; i < n && left; i++) {
        if (articles[i].column != column || articles[i].arrival)
            continue;
        left--;
        if (window_wants(w))
            w->entries[w->filled++] = entry_of(s, &articles[i], published_at_birth(s, &articles[i]));
    }
}

static void list_generated(struct gw_site_state *s, struct gw_arena *arena, enum gw_site_column column,
                           struct window *w)
{
    for (uint32_t i = 0; i < generated_count(s, column); i++) {
        if (!window_wants(w))
            continue;
        const struct gw_site_article *article = gw_site_article_generate(arena, s->options.seed, column, i);
        if (article)
            w->entries[w->filled++] = entry_of(s, article, published_at_birth(s, article));
    }
}

size_t gw_site_state_list(struct gw_site_state *s, struct gw_arena *arena, enum gw_site_column column, size_t offset,
                          size_t limit, struct gw_site_entry *ret_entries, size_t *ret_total)
{
    struct window w = {.offset = offset, .limit = limit, .entries = ret_entries};
    pthread_mutex_lock(&s->lock);
    catch_up(s);
    if (generated_count(s, column)) {
        list_generated(s, arena, column, &w);
    } else {
        list_arrivals(s, arena, column, &w);
        list_written(s, gw_site_articles_zh, gw_site_articles_zh_count, column, &w);
        list_written(s, gw_site_articles_en, gw_site_articles_en_count, column, &w);
    }
    pthread_mutex_unlock(&s->lock);
    *ret_total = w.seen;
    return w.filled;
}

// ---- one

static const struct gw_site_article *written_by_id(uint32_t id)
{
    for (size_t i = 0; i < gw_site_articles_zh_count; i++)
        if (gw_site_articles_zh[i].id == id)
            return &gw_site_articles_zh[i];
    for (size_t i = 0; i < gw_site_articles_en_count; i++)
        if (gw_site_articles_en[i].id == id)
            return &gw_site_articles_en[i];
    return NULL;
}

enum { GENERATED_ID = 100001 }; // of index 0, as gw_site_article_generate() counts

static bool find_locked(struct gw_site_state *s, struct gw_arena *arena, enum gw_site_column column, uint32_t id,
                        struct gw_site_entry *ret_entry)
{
    const struct gw_site_article *article = id < GENERATED_ID ? written_by_id(id) : NULL;
    uint32_t n = article ? article->arrival : id - GENERATED_ID; // of the arrival
    if (id >= GENERATED_ID && n < generated_count(s, column)) {
        article = gw_site_article_generate(arena, s->options.seed, column, n);
        n = 0;
    } else if (id >= GENERATED_ID && !generated_count(s, column) && n > 0 && n <= s->arrived) {
        article = arrival_get(s, arena, n);
    }
    if (!article || article->column != column || article->id != id || n > s->arrived)
        return false;
    *ret_entry = entry_of(s, article, n ? s->arrived_ms[n - 1] : published_at_birth(s, article));
    return true;
}

bool gw_site_state_find(struct gw_site_state *s, struct gw_arena *arena, enum gw_site_column column, uint32_t id,
                        struct gw_site_entry *ret_entry)
{
    pthread_mutex_lock(&s->lock);
    catch_up(s);
    bool found = find_locked(s, arena, column, id, ret_entry);
    pthread_mutex_unlock(&s->lock);
    return found;
}

uint32_t gw_site_state_per_page(const struct gw_site_state *s, enum gw_site_column column)
{
    return column == GW_SITE_LOAD ? s->options.per_page : ROWS_PER_PAGE;
}
