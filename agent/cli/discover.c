// SPDX-License-Identifier: Apache-2.0
// DESIGN: the looks come in rounds, each begun when the one before has answered:
//
//     the URL itself ── a list with dates, or a feed ──────────────► that
//         │ a site's home page, or rows without dates, or none
//     the feeds it links, and robots.txt for its sitemaps ── a feed ► that
//         │
//     usual addresses of feeds and sitemaps, one by one ── a feed ──► that, else the best of all that was seen
#include "discover.h"

#include "base/clock.h"
#include "base/str.h"
#include "look.h"
#include "model/source.h"
#include "model/url.h"

#include <string.h>

enum {
    LINKED_FEEDS = 3,
    PROPOSED_ROWS = 5,
    TITLE_SHOWN = 120,
    OTHERS_SHOWN = 12,
};

// Relative to the page, then to the site; what most feeds and sitemaps are called.
static const char *const usual_places[] = {"feed/",  "rss.xml",  "feed.xml",  "atom.xml",    "index.xml",
                                           "/feed/", "/rss.xml", "/feed.xml", "/sitemap.xml"};

struct search {
    struct gw_arena *arena;
    const Gw__FetchRule *fetch;
    size_t usual_at; // next of usual_places
    bool linked;     // the linked ones were asked for
    const struct gw_look *chosen;
};

// ---- what a look is worth

static bool is_how(const struct gw_look *look, const char *how)
{
    const Gw__Rows *rows = gw_look_rows(look);
    return rows && gw_starts_with(gw_span_of(rows->how), how);
}

static bool is_sitemap(const struct gw_look *look)
{
    return is_how(look, "feed:sitemap") || is_how(look, "feed:robots");
}

static bool is_feed(const struct gw_look *look)
{
    return is_how(look, "feed:") && !is_sitemap(look);
}

// A home page shows a bit of everything.
static bool is_home(struct gw_arena *arena, const char *url)
{
    char *path = gw_url_resolve(arena, url, "/"); // what the site's root is called
    struct gw_span rest = gw_span_of(url);
    size_t root = path ? strlen(path) : 0;
    if (rest.bytes <= root)
        return true;
    rest = (struct gw_span){rest.at + root, rest.bytes - root};
    bool named = gw_starts_with_nocase(rest, "index.") || gw_starts_with_nocase(rest, "default.") ||
                 gw_starts_with_nocase(rest, "home.");
    return named && !memchr(rest.at, '/', rest.bytes) && !memchr(rest.at, '?', rest.bytes);
}

static unsigned worth(struct gw_arena *arena, const struct gw_look *look)
{
    struct gw_look_rows n = gw_look_count(look);
    bool dated = n.dated * 2 >= n.rows;
    if (n.rows == 0)
        return 0;
    if (is_sitemap(look))
        return n.titled * 2 >= n.rows ? 3 : 1;
    if (is_feed(look))
        return dated ? 6 : 2;
    return !dated ? 4 : is_home(arena, look->source->url) ? 5 : 7;
}

// ---- looking

static void look_at(struct search *s, struct gw_probe *probe, const char *url)
{
    const struct gw_looks *looks = gw_probe_looks(probe);
    for (size_t i = 0; url && i < looks->count; i++)
        if (strcmp(looks->looks[i].source->url, url) == 0)
            return;
    Gw__Source *source = gw_arena_alloc(s->arena, sizeof *source);
    if (!url || !source)
        return;
    gw__source__init(source);
    source->id = gw_arena_printf(s->arena, "look-%zu", looks->count);
    source->url = (char *)url;
    source->fetch = (Gw__FetchRule *)s->fetch;
    if (source->id)
        gw_probe_add(probe, source);
}

static void look_beside(struct search *s, struct gw_probe *probe, const struct gw_look *first)
{
    const Gw__Rows *rows = gw_look_rows(first);
    for (size_t i = 0; rows && i < rows->n_feeds && i < LINKED_FEEDS; i++)
        look_at(s, probe, rows->feeds[i]);
    look_at(s, probe, gw_url_resolve(s->arena, first->source->url, "/robots.txt"));
    s->linked = true;
}

// The next usual address that was not looked at yet; false: that was the last.
static bool look_further(struct search *s, struct gw_probe *probe, const char *base)
{
    size_t before = gw_probe_looks(probe)->count;
    while (s->usual_at < GW_COUNT(usual_places) && gw_probe_looks(probe)->count == before)
        look_at(s, probe, gw_url_resolve(s->arena, base, usual_places[s->usual_at++]));
    return gw_probe_looks(probe)->count > before;
}

static const struct gw_look *best_of(struct search *s, const struct gw_looks *looks)
{
    const struct gw_look *best = NULL;
    for (size_t i = 0; i < looks->count; i++)
        if (worth(s->arena, &looks->looks[i]) > (best ? worth(s->arena, best) : 0))
            best = &looks->looks[i];
    return best;
}

static void choose(struct search *s, struct gw_probe *probe, const struct gw_look *look)
{
    s->chosen = look;
    if (look)
        gw_probe_read(probe, look);
}

static void on_list(struct gw_probe *probe, const struct gw_look *look, void *arg)
{
    struct search *s = arg;
    const struct gw_looks *looks = gw_probe_looks(probe);
    const struct gw_look *first = &looks->looks[0];
    if (s->chosen || (look == first && look->list->failure)) // a temporary failure is tried again, and comes again
        return;
    if (look == first && (is_feed(look) || worth(s->arena, look) == 7)) {
        choose(s, probe, look);
        return;
    }
    if (!s->linked) {
        look_beside(s, probe, first);
        return;
    }
    for (size_t i = 0; i < looks->count; i++)
        if (!looks->looks[i].list)
            return;
    const struct gw_look *best = best_of(s, looks);
    bool enough = best && (is_feed(best) || worth(s->arena, best) >= 5);
    if (enough || !look_further(s, probe, first->source->url))
        choose(s, probe, best);
}

// ---- the proposal

static const char *proposed_kind(const struct gw_look *look)
{
    return is_feed(look) ? "feed" : is_sitemap(look) ? "sitemap" : "";
}

static void propose(struct gw_arena *arena, struct gw_discovery *d, const char *id, const Gw__FetchRule *fetch)
{
    const Gw__Rows *rows = gw_look_rows(d->chosen);
    static const struct gw_span family = GW_SPAN("family:");
    gw__source__init(&d->proposal);
    d->proposal.id = (char *)id;
    d->proposal.url = d->chosen->source->url;
    const Gw__Response *response = d->chosen->list->response;
    if (is_how(d->chosen, "feed:robots"))
        d->proposal.url = rows->next[0];
    else if (is_how(d->chosen, "feed:") && response && response->final_url[0])
        d->proposal.url = response->final_url; // a page without rows may have led to its feed
    d->proposal.fetch = (Gw__FetchRule *)fetch;
    Gw__ListRule *list = gw_arena_alloc(arena, sizeof *list);
    if (!list)
        return;
    gw__list_rule__init(list);
    list->kind = (char *)proposed_kind(d->chosen);
    if (gw_starts_with(gw_span_of(rows->how), family.at))
        list->family = rows->how + family.bytes;
    if (list->kind[0] || list->family[0])
        d->proposal.list = list;
}

int gw_discover(struct gw_arena *arena, const char *id, const char *url, const Gw__FetchRule *fetch,
                const Gw__FetchRule *defaults, struct gw_discovery *ret_discovery)
{
    struct search s = {.arena = arena, .fetch = fetch ? fetch : defaults};
    struct gw_discovery d = {0};
    Gw__Source *first = gw_arena_alloc(arena, sizeof *first);
    if (!first)
        return gw_fail(GW_ELIMIT, "out of memory");
    gw__source__init(first);
    first->id = (char *)id;
    first->url = (char *)url;
    first->fetch = (Gw__FetchRule *)s.fetch;
    int rc = gw_probe_run(arena, first, on_list, &s, &d.looks);
    if (rc)
        return rc;
    *ret_discovery = d;
    ret_discovery->chosen = best_of(&s, &ret_discovery->looks); // its own copy of the looks
    if (ret_discovery->chosen)
        propose(arena, ret_discovery, id, fetch);
    return GW_OK;
}

// ---- the file

static void put_line(struct gw_buf *out, const char *text, size_t most)
{
    size_t n = strcspn(text, "\r\n"), cut = gw_utf8_cut(text, n, most);
    gw_buf_add(out, text, cut);
    gw_buf_puts(out, text[cut] ? "…\n" : "\n");
}

static void put_rows(const struct gw_look *look, struct gw_buf *out)
{
    const Gw__Rows *rows = gw_look_rows(look);
    struct gw_look_rows n = gw_look_count(look);
    gw_buf_printf(out, "#\n# Found: %zu rows, %zu with a date%s%s (%s). The first:\n", n.rows, n.dated,
                  n.newest[0] ? ", the newest " : "", n.newest, rows->how);
    for (size_t i = 0; i < n.rows && i < PROPOSED_ROWS; i++) {
        gw_buf_printf(out, "#   %-10s  ", rows->rows[i]->date[0] ? rows->rows[i]->date : "-");
        put_line(out, rows->rows[i]->title[0] ? rows->rows[i]->title : "(no title)", TITLE_SHOWN);
        gw_buf_puts(out, "#               ");
        put_line(out, rows->rows[i]->url, TITLE_SHOWN * 2);
    }
    if (rows->n_next && !is_how(look, "feed:"))
        gw_buf_printf(out, "# More of them at %s (list.pages: how many pages a poll reads)\n", rows->next[0]);
}

static void put_article(const struct gw_look *look, struct gw_buf *out)
{
    if (!look->article)
        return;
    gw_buf_printf(out, "#\n# The first row's page: ");
    if (look->article->reading_case != GW__OBSERVATION__READING_DOCUMENT) {
        put_line(out, look->article->failure ? look->article->failure_detail : "no article was found in it", 200);
        return;
    }
    const Gw__Document *document = look->article->document;
    gw_buf_printf(out, "%zu bytes of text\n", strlen(document->body));
    const struct {
        const char *name, *value;
    } fields[] = {{"title", document->title}, {"published", document->published}, {"source", document->source}};
    for (size_t i = 0; i < GW_COUNT(fields); i++) {
        if (!fields[i].value[0])
            continue;
        const char *from = "";
        for (size_t k = 0; k < document->n_evidence; k++)
            if (strcmp(document->evidence[k]->field, fields[i].name) == 0)
                from = document->evidence[k]->from;
        gw_buf_printf(out, "#   %-10s  %s%s", fields[i].name, from, from[0] ? ": " : "");
        put_line(out, fields[i].value, TITLE_SHOWN);
    }
}

static void put_others(const struct gw_discovery *d, struct gw_buf *out)
{
    const char *head = "#\n# Also looked at:\n";
    size_t shown = 0;
    for (size_t i = 0; i < d->looks.count; i++) {
        const struct gw_look *look = &d->looks.looks[i];
        struct gw_look_rows n = gw_look_count(look);
        if (look == d->chosen || !look->list || (n.rows == 0 && i > 0) || shown == OTHERS_SHOWN)
            continue;
        gw_buf_printf(out, "%s#   %s  ", head, look->source->url);
        gw_buf_printf(out, "%zu rows, %zu with a date%s%s%s\n", n.rows, n.dated, n.rows ? " (" : "",
                      n.rows ? gw_look_rows(look)->how : "", n.rows ? ")" : "");
        head = "";
        shown++;
    }
    const Gw__Rows *first = gw_look_rows(&d->looks.looks[0]);
    for (size_t i = 0; first && i < first->n_feeds && d->looks.count == 1; i++)
        gw_buf_printf(out, "%s#   %s\n", i ? "" : "#\n# The page links these feeds:\n", first->feeds[i]);
}

void gw_discovery_write(struct gw_arena *arena, const struct gw_discovery *d, struct gw_buf *out)
{
    char now[GW_RFC3339_BYTES];
    const char *warnings[GW_LOOK_WARNINGS];
    size_t count = gw_look_warnings(arena, d->chosen, warnings);
    gw_rfc3339_ms(gw_clock_unix_ms(), now);
    gw_buf_printf(out, "# A source of govwire, proposed on %.10s for %s\n", now, d->looks.looks[0].source->url);
    put_rows(d->chosen, out);
    put_article(d->chosen, out);
    for (size_t i = 0; i < count; i++) {
        gw_buf_puts(out, i ? "#   " : "#\n# Mind:\n#   ");
        put_line(out, warnings[i], 400);
    }
    put_others(d, out);
    gw_buf_putc(out, '\n');
    gw_source_write(&d->proposal, out);
    gw_buf_puts(out, "\n# Everything else is found out, or can be said. The keys, with their defaults:\n#\n");
    gw_source_write_help(out);
}
