// SPDX-License-Identifier: Apache-2.0
// The worst that a page can do to its reader: shapes of up to 8 MiB made here, each decoded, cut, parsed and read in
// an arena, with its CPU time and the memory of the process beside what it became. The slowest come last.
//
// usage: bench_hostile [--goal MS]     exit 1 when a shape takes longer than MS of CPU; default: twice the 200 ms that
// are allowed, for machines with other work
#include "article/article.h"
#include "base/buf.h"
#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIZE = GW_BODY_MAX, RUNS = 2 };

// A page is `head`, then `unit` until it has `bytes` ("%d" in it counts), then `tail`.
static const struct shape {
    const char *name, *head, *unit, *tail;
    size_t bytes;
    const char *type; // NULL: text/html
} shapes[] = {
    {"nothing but blanks", "", " ", "", SIZE, NULL},
    {"one word", "<p>", "a", "", SIZE, NULL},
    {"one line of words", "<p>", "river works ", "", SIZE, NULL},
    {"one line of sentences", "<p>", "The river works go on in twelve districts. ", "", SIZE, NULL},
    {"one line of Chinese", "<p>", "河道治理项目扩大到十二个县。", "", SIZE, NULL},
    {"paragraphs", "", "<p>The river works go on in twelve districts, she said.\n", "", SIZE, NULL},
    {"short paragraphs", "", "<p>a", "", SIZE, NULL},
    {"different paragraphs", "", "<p>The river works number %d go on, she said.\n", "", SIZE, NULL},
    {"line breaks", "<p>", "a<br>", "", SIZE, NULL},
    {"lines of dates", "", "<p>2024-03-04 09:18 10.03.2024 3/4/2024 Mar 4, 2024", "", SIZE, NULL},
    {"one line of dates", "<p>", "2024-03-04 09:18 10.03.2024 3/4/2024 ", "", SIZE, NULL},
    {"lines of labels", "", "<p>来源：省水利厅 发布时间：2024-03-04 作者：王小明 浏览次数：12", "", SIZE, NULL},
    {"lines of phrases", "", "<p>Share on Facebook Read more Subscribe Comments", "", SIZE, NULL},
    {"links", "", "<a href=/a%d>a</a> ", "", SIZE, NULL},
    {"rows of links", "<ul>", "<li><a href=/a%d.html>The river works go on</a> 2024-03-04", "", SIZE, NULL},
    {"deep boxes", "", "<div>", "", SIZE, NULL},
    {"deep boxes with text", "", "<div>a", "", SIZE, NULL},
    {"deep lists", "", "<ul><li>a", "", SIZE, NULL},
    {"deep inline", "", "<span>a", "", SIZE, NULL},
    {"deep quotes", "", "<blockquote><p>a", "", SIZE, NULL},
    {"unclosed formatting", "", "<b><i><p>a", "", SIZE, NULL},
    {"misnested formatting", "", "<b><i><u><s></b></i></u></s>", "", SIZE, NULL},
    {"formatting in boxes", "", "<font color=red><div>a</font>", "", SIZE, NULL},
    {"links in links", "", "<a href=/a><p>a", "", SIZE, NULL},
    {"different formatting", "", "<font size=%d>", "", SIZE, NULL},
    {"tables in tables", "", "<table><tr><td>a", "", SIZE, NULL},
    {"text before its table", "<table>", "a<tr>", "", SIZE, NULL},
    {"boxes before their table", "<table>", "<div>a</div>", "", SIZE, NULL},
    {"rows", "<table>", "<tr><td>1<td>2<td>3", "", SIZE, NULL},
    {"cells", "<table><tr>", "<td>1", "", SIZE, NULL},
    {"options", "<select>", "<option>a", "", SIZE, NULL},
    {"headings", "", "<h1>River works %d</h1>", "", SIZE, NULL},
    {"headings that are links", "", "<h2><a href=/%d>River works %d go on</a></h2>", "", SIZE, NULL},
    {"articles", "", "<article><h2>River works</h2><p>They go on, she said.</article>", "", SIZE, NULL},
    {"forms", "", "<form><input name=a%d>", "", SIZE, NULL},
    {"pictures", "", "<figure><img src=/a%d.jpg><figcaption>a</figcaption></figure>", "", SIZE, NULL},
    {"unknown elements", "", "<x-%d>a", "", SIZE, NULL},
    {"end tags", "<div>", "</p>", "", SIZE, NULL},
    {"end tags of nothing", "", "</x>", "", SIZE, NULL},
    {"body again", "", "<body class=a>", "", SIZE, NULL},
    {"one great attribute", "<p class=\"", "article-body ", "\">a", SIZE, NULL},
    {"many attributes", "<p ", "a%d=b ", ">a", SIZE, NULL},
    {"the same attributes", "", "<p class=content id=zoom itemprop=articleBody>a", "", SIZE, NULL},
    {"great names of boxes", "", "<div class='article-content-body-related-share-comment-nav-%d'>a</div>", "", SIZE,
     NULL},
    {"metas", "", "<meta name=PubDate content='2024-03-04 09:18'>", "", SIZE, NULL},
    {"one great title", "<title>", "river works ", "</title><p>a", SIZE, NULL},
    {"a title in every line", "<title>River works go on</title>", "<p>River works go on", "", SIZE, NULL},
    {"entities", "<p>", "&amp;", "", SIZE, NULL},
    {"long entities", "<p>", "&CounterClockwiseContourIntegral;", "", SIZE, NULL},
    {"no entities", "<p>", "&notanentity", "", SIZE, NULL},
    {"number entities", "<p>", "&#x6cb3;", "", SIZE, NULL},
    {"entities in attributes", "<p title='", "&amp;&#1234;", "'>a", SIZE, NULL},
    {"less-than signs", "<p>", "<", "", SIZE, NULL},
    {"open tags", "", "<p ", "", SIZE, NULL},
    {"comments", "", "<!--a-->", "", SIZE, NULL},
    {"one comment", "<!--", "a", "", SIZE, NULL},
    {"scripts", "", "<script>var a=1</script>", "", SIZE, NULL},
    {"one script", "<script>", "var publishDate=\"2024-03-04\";", "</script><p>a", SIZE, NULL},
    {"an open script", "<script>", "a<!--", "", SIZE, NULL},
    {"styles", "", "<style>a{}</style>", "", SIZE, NULL},
    {"JSON-LD", "", "<script type=application/ld+json>{\"@type\":\"NewsArticle\",\"headline\":\"a\"}</script>", "",
     SIZE, NULL},
    {"deep JSON-LD", "<script type=application/ld+json>", "{\"@graph\":[", "", SIZE, NULL},
    {"one stated body", "<script type=application/ld+json>{\"@type\":\"Article\",\"articleBody\":\"",
     "the river works go on ", "\"}</script><p>the river works go on", SIZE / 2, NULL},
    {"templates", "", "<template><p>a", "", SIZE, NULL},
    {"drawings", "", "<svg><path d='M0 0L1 1'/><g>", "", SIZE, NULL},
    {"formulas", "", "<math><mi>a", "", SIZE, NULL},
    {"drawings in formulas", "", "<math><annotation-xml encoding=text/html><svg><desc>", "", SIZE, NULL},
    {"data addresses", "", "<img src='data:image/png;base64,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'>", "", SIZE, NULL},
    {"half characters", "<p>", "\xE6\xB2", "", SIZE, NULL},
    {"no characters", "<p>", "\xFF\xFE", "", SIZE, NULL},
    {"GB 18030", "<meta charset=gbk><p>", "\xBA\xD3\xB5\xC0", "", SIZE, NULL},
    {"plain text", "", "The river works go on.\n", "", SIZE, "text/plain"},
    {"plain text of one line", "", "The river works go on. ", "", SIZE, "text/plain"},
    {"plain text of titles", "River works\n\n", "River works\n", "", SIZE, "text/plain"},
    {"plain text of labels", "", "Source: River Board | 2024-03-04 | Author: Anna Marsh\n", "", SIZE, "text/plain"},
    {"empty lines", "", "\n", "", SIZE, "text/plain"},
};

static void make(const struct shape *shape, struct gw_buf *out)
{
    gw_buf_reset(out);
    gw_buf_add(out, shape->head, strlen(shape->head));
    size_t end = shape->bytes - strlen(shape->tail) - 128;
    const char *first = strstr(shape->unit, "%d"), *second = first ? strstr(first + 2, "%d") : NULL;
    for (int n = 0; out->bytes < end; n++) {
        if (!first) {
            gw_buf_add(out, shape->unit, strlen(shape->unit));
            continue;
        }
        const char *mid = second ? second : first;
        gw_buf_add(out, shape->unit, (size_t)(first - shape->unit));
        gw_buf_printf(out, "%d", n);
        if (second) {
            gw_buf_add(out, first + 2, (size_t)(second - first - 2));
            gw_buf_printf(out, "%d", n);
        }
        gw_buf_add(out, mid + 2, strlen(mid + 2));
    }
    gw_buf_add(out, shape->tail, strlen(shape->tail));
}

struct result {
    const struct shape *shape;
    double parse_ms, read_ms;
    long peak_kib;
    char what[120];
};

static void read_once(const struct shape *shape, const struct gw_buf *bytes, struct gw_arena *arena, struct result *r)
{
    struct gw_page_input input = {.bytes = gw_buf_str(bytes),
                                  .length = bytes->bytes,
                                  .url = "https://www.example.gov.cn/art/2024/3/4/art_1.html",
                                  .content_type = shape->type,
                                  .lean = true};
    struct gw_page page;
    Gw__Document *document = NULL;
    const char *reason = NULL;
    gw_arena_reset(arena);
    int64_t start = gw_clock_cpu_us();
    int rc = gw_page_parse(arena, &input, &page);
    int64_t parsed = gw_clock_cpu_us();
    if (rc == GW_OK)
        rc = gw_article_read(&page, NULL, &document, &reason);
    int64_t end = gw_clock_cpu_us();
    double parse_ms = (double)(parsed - start) / 1000, read_ms = (double)(end - parsed) / 1000;
    if (r->shape && r->parse_ms + r->read_ms <= parse_ms + read_ms)
        return;
    r->shape = shape;
    r->parse_ms = parse_ms;
    r->read_ms = read_ms;
    snprintf(r->what, sizeof r->what, "%s", rc < 0 ? gw_reason() : document ? "article" : reason);
}

// In a process of its own, for its own peak of memory; the least of a few runs.
static struct result measure(const struct shape *shape)
{
    int ends[2];
    struct result r = {0};
    gw_assert(pipe(ends) == 0);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        struct gw_buf bytes = GW_BUF(2 * SIZE);
        struct gw_arena *arena = gw_arena_new(GW_PAGE_ARENA);
        make(shape, &bytes);
        for (int i = 0; i < RUNS; i++)
            read_once(shape, &bytes, arena, &r);
        struct rusage usage;
        getrusage(RUSAGE_SELF, &usage);
        r.peak_kib = usage.ru_maxrss;
        _exit(write(ends[1], &r, sizeof r) == (ssize_t)sizeof r ? 0 : 1);
    }
    int status = 0;
    close(ends[1]);
    bool whole = read(ends[0], &r, sizeof r) == (ssize_t)sizeof r;
    close(ends[0]);
    waitpid(child, &status, 0);
    if (!whole || status)
        snprintf(r.what, sizeof r.what, "the reader died");
    r.shape = shape;
    return r;
}

static int by_time(const void *a, const void *b)
{
    const struct result *x = a, *y = b;
    double d = x->parse_ms + x->read_ms - y->parse_ms - y->read_ms;
    return d > 0 ? 1 : d < 0 ? -1 : 0;
}

int main(int argc, char **argv)
{
    double goal = argc > 2 && strcmp(argv[1], "--goal") == 0 ? atof(argv[2]) : 400;
    static struct result results[GW_COUNT(shapes)];
    for (size_t i = 0; i < GW_COUNT(shapes); i++)
        results[i] = measure(&shapes[i]);
    qsort(results, GW_COUNT(shapes), sizeof results[0], by_time);
    long peak = 0;
    bool died = false;
    for (size_t i = 0; i < GW_COUNT(shapes); i++) {
        const struct result *r = &results[i];
        printf("%-28s %6.1f + %6.1f = %6.1f ms  %5.1f MiB  %s\n", r->shape->name, r->parse_ms, r->read_ms,
               r->parse_ms + r->read_ms, (double)r->peak_kib / 1024, r->what);
        peak = r->peak_kib > peak ? r->peak_kib : peak;
        died |= r->peak_kib == 0;
    }
    const struct result *worst = &results[GW_COUNT(shapes) - 1];
    printf("worst of %zu shapes: %s, %.0f ms; peak %.1f MiB\n", GW_COUNT(shapes), worst->shape->name,
           worst->parse_ms + worst->read_ms, (double)peak / 1024);
    return died || worst->parse_ms + worst->read_ms > goal;
}
