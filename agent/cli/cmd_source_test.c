// SPDX-License-Identifier: Apache-2.0
// `govwire source test`: poll a source's list and read one article as `up` would, and show what was understood and why.
#include "cmd_source.h"

#include "cli.h"
#include "dir.h"
#include "probe.h"

#include "agent/interval.h"
#include "base/buf.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/str.h"
#include "model/json.h"
#include "model/source.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

enum {
    ARENA_BYTES = 64 * 1024 * 1024,
    FILE_MAX = 1024 * 1024,
    PROBLEMS_MAX = 256 * 1024,
    JSON_MAX = 32 * 1024 * 1024,
    ROWS_SHOWN = 10,
    VALUE_SHOWN = 72,
};

// ---- which source

static const Gw__Source *of_url(struct gw_arena *arena, const char *url)
{
    Gw__Source *source = gw_arena_alloc(arena, sizeof *source);
    gw_assert(source);
    gw__source__init(source);
    source->url = (char *)url;
    source->id = gw_source_id_from_url(arena, url);
    return source;
}

static int of_file(struct gw_arena *arena, const char *path, const Gw__FetchRule *defaults,
                   const Gw__Source **ret_source)
{
    struct gw_buf text = GW_BUF(FILE_MAX), problems = GW_BUF(PROBLEMS_MAX);
    struct gw_source_set set = {0};
    int rc = gw_fs_read(path, &text), exit_code = GW_EXIT_OK;
    if (rc)
        exit_code = gw_cli_error(gw_exit_for(rc), "%s", gw_reason());
    else if (gw_source_parse(arena, path, gw_buf_str(&text), text.bytes, 0, defaults, &problems, &set))
        exit_code = GW_EXIT_CONFIG;
    else if (set.count == 0)
        exit_code = gw_cli_error(GW_EXIT_CONFIG, "%s: no source in it", path);
    else
        *ret_source = set.sources[0];
    fputs(gw_buf_str(&problems), stderr);
    if (set.count > 1)
        fprintf(stderr, "govwire: %s has %zu sources, testing the first\n", path, set.count);
    gw_buf_fini(&text);
    gw_buf_fini(&problems);
    return exit_code;
}

// A URL says so, an ID is one of DIR's, anything else is a file.
static int find_source(const struct gw_cli_dir *dir, struct gw_arena *arena, const char *what,
                       const Gw__Source **ret_source)
{
    struct gw_span span = gw_span_of(what);
    if (gw_starts_with_nocase(span, "http://") || gw_starts_with_nocase(span, "https://")) {
        *ret_source = of_url(arena, what);
        return GW_EXIT_OK;
    }
    bool file = gw_fs_exists(what);
    if (dir && gw_source_id_valid(what) && !file)
        return (*ret_source = gw_cli_dir_source(dir, what)) ? GW_EXIT_OK : GW_EXIT_FAILED;
    if (!file)
        return gw_cli_error(GW_EXIT_FAILED, "%s: no such file, and no URL (for the ID of a source say --dir too)",
                            what);
    return of_file(arena, what, dir ? &dir->settings.fetch : NULL, ret_source);
}

// ---- what was found

static void print_answer(const Gw__Observation *seen)
{
    const Gw__Response *r = seen->response;
    for (size_t i = 0; r && i < r->n_hops; i++)
        printf("  redirect   %u to %s\n", r->hops[i]->status, r->hops[i]->url);
    if (r && r->status)
        printf("  answer     %u %s, %llu bytes in %u ms%s%s\n", r->status, r->content_type,
               (unsigned long long)r->body_bytes, r->duration_ms, r->charset[0] ? ", " : "", r->charset);
    if (seen->failure)
        printf("  failed     %s: %s\n", gw_failure_reason(seen->failure), seen->failure_detail);
}

static void print_list(const Gw__Observation *list, const Gw__Source *source)
{
    printf("list %s\n", source->url);
    print_answer(list);
    if (list->health)
        printf("  state      %s%s%s\n", list->health->state, list->health->reason[0] ? " " : "", list->health->reason);
    if (list->reading_case != GW__OBSERVATION__READING_ROWS)
        return;
    const Gw__Rows *rows = list->rows;
    printf("  rows       %zu (%s)%s%s\n", rows->n_rows, rows->how, rows->warning[0] ? ", " : "", rows->warning);
    for (size_t i = 0; i < rows->n_rows && i < ROWS_SHOWN; i++)
        printf("  %-10s %s\n             %s\n", rows->rows[i]->date[0] ? rows->rows[i]->date : "-",
               rows->rows[i]->title, rows->rows[i]->url);
    if (rows->n_rows > ROWS_SHOWN)
        printf("  … and %zu more\n", rows->n_rows - ROWS_SHOWN);
    for (size_t i = 0; i < rows->n_next; i++)
        printf("  next       %s\n", rows->next[i]);
}

// A field's value as text, whatever its type; "" when it is no string.
static const char *value_of(const Gw__Document *document, const char *name)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(&gw__document__descriptor, name);
    if (!field || field->type != PROTOBUF_C_TYPE_STRING || field->label == PROTOBUF_C_LABEL_REPEATED)
        return "";
    return *(char *const *)(const void *)((const char *)document + field->offset);
}

static void print_article(const Gw__Observation *article)
{
    printf("article %s\n", article->url);
    print_answer(article);
    if (article->reading_case == GW__OBSERVATION__READING_NO_ARTICLE)
        printf("  no article %s\n", article->no_article->reason);
    if (article->reading_case != GW__OBSERVATION__READING_DOCUMENT)
        return;
    const Gw__Document *document = article->document;
    for (size_t i = 0; i < document->n_evidence; i++) {
        const Gw__Evidence *e = document->evidence[i];
        const char *value = value_of(document, e->field);
        size_t n = strcspn(value, "\n"), cut = gw_utf8_cut(value, n, VALUE_SHOWN);
        printf("  %-10s %.*s%s\n             from %s, sure to %u%%\n", e->field, (int)cut, value, value[cut] ? "…" : "",
               e->from, e->confidence / 10);
    }
    printf("  body       %zu bytes, %zu facts with proof\n", strlen(document->body),
           document->n_issuers + document->n_regions + document->n_people + document->n_amounts +
               document->n_quantities + document->n_dates + document->n_measures + document->n_references);
}

static void print_json(const struct gw_probe *probe, const Gw__Source *source)
{
    struct gw_buf out = GW_BUF(JSON_MAX);
    gw_buf_puts(&out, "{\"list\":");
    if (probe->list->reading_case == GW__OBSERVATION__READING_ROWS)
        gw_json_rows(&out, source->id, source->url, probe->list->rows);
    else
        gw_buf_puts(&out, "null");
    gw_buf_puts(&out, ",\"document\":");
    if (probe->article && probe->article->reading_case == GW__OBSERVATION__READING_DOCUMENT)
        gw_json_document(&out, NULL, probe->article->document);
    else
        gw_buf_puts(&out, "null");
    gw_buf_puts(&out, "}");
    puts(gw_buf_str(&out));
    gw_buf_fini(&out);
}

static int verdict(const struct gw_probe *probe)
{
    if (probe->list->failure)
        return gw_cli_error(GW_EXIT_FAILED, "the list could not be fetched: %s", probe->list->failure_detail);
    if (probe->list->reading_case != GW__OBSERVATION__READING_ROWS || probe->list->rows->n_rows == 0)
        return gw_cli_error(GW_EXIT_NOTHING, "the list was fetched, but no rows were found in it");
    if (!probe->article)
        return gw_cli_error(GW_EXIT_FAILED, "the first row was not read");
    if (probe->article->failure)
        return gw_cli_error(GW_EXIT_FAILED, "the first row's page could not be read: %s",
                            probe->article->failure_detail);
    if (probe->article->reading_case != GW__OBSERVATION__READING_DOCUMENT)
        return gw_cli_error(GW_EXIT_NOTHING, "the first row's page was fetched, but no article was found in it");
    return GW_EXIT_OK;
}

static int test(struct gw_arena *arena, const Gw__Source *source, bool json)
{
    struct gw_probe probe;
    int rc = gw_probe_run(arena, source, &probe);
    if (rc)
        return gw_cli_error(rc == GW_ENOTFOUND ? GW_EXIT_UNAVAILABLE : gw_exit_for(rc), "%s", gw_reason());
    if (json) {
        print_json(&probe, source);
    } else {
        print_list(probe.list, source);
        if (probe.article)
            print_article(probe.article);
    }
    fflush(stdout);
    return verdict(&probe);
}

int source_test(int argc, char **argv)
{
    enum { DIR_ = 1, JSON };
    static const struct option options[] = {
        {"dir", required_argument, NULL, DIR_}, {"json", no_argument, NULL, JSON}, {0}};
    const char *path = NULL;
    bool json = false;
    opterr = 0;
    optind = 0;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == DIR_)
            path = optarg;
        else if (c == JSON)
            json = true;
        else
            return gw_cli_usage("source test", "unknown or incomplete option '%s'", argv[optind - 1]);
    }
    if (optind == argc)
        return gw_cli_usage("source test", "needs an ID, a FILE or a URL");
    if (optind + 1 < argc)
        return gw_cli_usage("source test", "unexpected argument '%s'", argv[optind + 1]);
    gw_log_init("govwire", GW_LOG_WARN, GW_LOG_AUTO);
    struct gw_cli_dir dir = {0};
    int exit_code = path ? gw_cli_dir_load(path, false, &dir) : -1;
    if (exit_code >= 0)
        return exit_code;
    struct gw_arena *arena = gw_arena_new(ARENA_BYTES);
    const Gw__Source *source = NULL;
    exit_code = find_source(path ? &dir : NULL, arena, argv[optind], &source);
    if (exit_code == GW_EXIT_OK)
        exit_code = test(arena, source, json);
    gw_arena_free(arena);
    gw_cli_dir_fini(&dir);
    return exit_code;
}
