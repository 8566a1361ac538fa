// SPDX-License-Identifier: Apache-2.0
// `govwire extract`: documents from files, one JSON object per input, in input order.
//
// With --jobs N, N child processes take every Nth input each and send records through a pipe; the parent only writes
// them in turn. A child that dies costs its page an error and is replaced.
#include "bodies.h"
#include "cli.h"
#include "explain.h"
#include "inputs.h"

#include "article/article.h"
#include "base/fs.h"
#include "base/str.h"
#include "model/json.h"
#include "model/source.h"
#include "policy/policy.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    INPUT_MAX = 64 * 1024 * 1024,
    RECORD_MAX = 64 * 1024 * 1024,
    JOBS_MAX = 64,
    ARGUMENTS_ARENA = 256 * 1024 * 1024
};

struct extract {
    struct gw_inputs inputs;
    const Gw__Source *site;         // --site; NULL: none
    struct gw_policy_table *bodies; // --bodies; NULL: none
    bool json_errors;
    bool explain, colour; // --explain, and on a terminal
    unsigned jobs;
};

// ---- one page

struct reader {
    const struct extract *e;
    struct gw_arena *arena;
    struct gw_buf bytes, out, err;
    struct gw_policy_reasons reasons; // with --explain: why each fact was taken
};

static void reader_init(struct reader *r, const struct extract *e)
{
    *r = (struct reader){.e = e,
                         .arena = gw_arena_new(GW_PAGE_ARENA),
                         .bytes = GW_BUF(INPUT_MAX),
                         .out = GW_BUF(RECORD_MAX),
                         .err = GW_BUF(RECORD_MAX)};
}

static void reader_fini(struct reader *r)
{
    gw_arena_free(r->arena);
    gw_buf_fini(&r->bytes);
    gw_buf_fini(&r->out);
    gw_buf_fini(&r->err);
}

static int understand(struct reader *r, const struct gw_input *input, Gw__Document **ret_document,
                      const char **ret_reason)
{
    const Gw__Source *site = r->e->site;
    int rc = gw_input_read(input, &r->bytes);
    if (rc < 0)
        return rc;
    struct gw_page_input page_input = {
        .bytes = gw_buf_str(&r->bytes),
        .length = r->bytes.bytes,
        .url = input->url             ? input->url
               : site && site->url[0] ? site->url
                                      : NULL,
        .content_type = input->content_type,
        .charset = site && site->charset[0] ? site->charset : NULL,
        .lean = !(site && site->article), // selectors may name any attribute
    };
    struct gw_article_options options = {.source = site};
    struct gw_policy_options policy_options = {.names = r->e->bodies, .reasons = r->e->explain ? &r->reasons : NULL};
    r->reasons = (struct gw_policy_reasons){0};
    struct gw_page page;
    rc = gw_page_parse(r->arena, &page_input, &page);
    if (rc == GW_OK)
        rc = gw_article_read(&page, &options, ret_document, ret_reason);
    if (rc == GW_OK && *ret_document)
        rc = gw_policy_read_with(r->arena, site, &policy_options, *ret_document);
    return rc;
}

static void report_failure(struct reader *r, const struct gw_input *input, const char *reason)
{
    if (!r->e->json_errors) {
        gw_buf_printf(&r->err, "govwire: %s: %s\n", input->path ? input->path : "-", reason);
        return;
    }
    gw_buf_puts(&r->out, "{\"id\":");
    gw_json_string(&r->out, input->id);
    gw_buf_puts(&r->out, ",\"error\":");
    gw_json_string(&r->out, reason);
    gw_buf_puts(&r->out, "}\n");
}

// Fills r->out and r->err; true when the input could be read.
static bool read_one(struct reader *r, const struct gw_input *input)
{
    Gw__Document *document = NULL;
    const char *reason = NULL;
    gw_arena_reset(r->arena);
    gw_buf_reset(&r->bytes);
    gw_buf_reset(&r->out);
    gw_buf_reset(&r->err);
    if (understand(r, input, &document, &reason) < 0) {
        report_failure(r, input, gw_reason());
        return false;
    }
    if (document && r->e->explain) {
        gw_explain(&r->out, input->id, document, &r->reasons, r->e->colour);
    } else if (document) {
        gw_json_document(&r->out, input->id, document);
        gw_buf_putc(&r->out, '\n');
    } else {
        gw_buf_puts(&r->out, "{\"id\":");
        gw_json_string(&r->out, input->id);
        gw_buf_printf(&r->out, ",\"article\":false,\"reason\":\"%s\"}\n", reason);
    }
    return true;
}

static void put(FILE *to, const char *bytes, size_t n)
{
    fwrite(bytes, 1, n, to);
}

// ---- many pages in children

struct record {
    size_t out_bytes, err_bytes;
    bool ok;
};

struct child {
    pid_t pid;
    int pipe; // its records; -1: none
};

static void write_all_or_leave(int fd, const void *bytes, size_t n)
{
    for (size_t at = 0; at < n;) {
        ssize_t done = write(fd, (const char *)bytes + at, n - at);
        if (done < 0)
            _exit(1); // the parent is gone
        at += (size_t)done;
    }
}

static _Noreturn void run_child(const struct extract *e, size_t from, int fd)
{
    struct reader r;
    reader_init(&r, e);
    for (size_t i = from; i < e->inputs.count; i += e->jobs) {
        bool ok = read_one(&r, &e->inputs.items[i]);
        struct record record = {r.out.bytes, r.err.bytes, ok};
        write_all_or_leave(fd, &record, sizeof record);
        write_all_or_leave(fd, gw_buf_str(&r.out), r.out.bytes);
        write_all_or_leave(fd, gw_buf_str(&r.err), r.err.bytes);
    }
    _exit(0);
}

static int start_child(const struct extract *e, size_t from, struct child *ret_child)
{
    int ends[2];
    if (pipe(ends) < 0)
        return gw_fail_errno("pipe");
    pid_t pid = fork();
    if (pid < 0) {
        close(ends[0]);
        close(ends[1]);
        return gw_fail_errno("fork");
    }
    if (pid == 0) {
        close(ends[0]);
        run_child(e, from, ends[1]);
    }
    close(ends[1]);
    *ret_child = (struct child){pid, ends[0]};
    return GW_OK;
}

static void end_child(struct child *child)
{
    if (child->pipe >= 0) {
        close(child->pipe);
        waitpid(child->pid, NULL, 0);
    }
    child->pipe = -1;
}

static bool read_exactly(int fd, void *to, size_t n)
{
    for (size_t at = 0; at < n;) {
        ssize_t got = read(fd, (char *)to + at, n - at);
        if (got <= 0)
            return false;
        at += (size_t)got;
    }
    return true;
}

static bool take_record(const struct child *child, struct reader *r, bool *ret_ok)
{
    struct record record;
    gw_buf_reset(&r->out);
    gw_buf_reset(&r->err);
    if (!read_exactly(child->pipe, &record, sizeof record))
        return false;
    char *out = gw_buf_reserve(&r->out, record.out_bytes + 1), *err = gw_buf_reserve(&r->err, record.err_bytes + 1);
    if (!out || !err || !read_exactly(child->pipe, out, record.out_bytes) ||
        !read_exactly(child->pipe, err, record.err_bytes))
        return false;
    gw_buf_grow(&r->out, record.out_bytes);
    gw_buf_grow(&r->err, record.err_bytes);
    *ret_ok = record.ok;
    return true;
}

static int run_children(const struct extract *e, struct reader *r, bool *ret_all_ok)
{
    struct child children[JOBS_MAX];
    int rc = GW_OK;
    for (unsigned k = 0; k < JOBS_MAX; k++)
        children[k] = (struct child){.pipe = -1};
    for (unsigned k = 0; rc == GW_OK && k < e->jobs; k++)
        rc = start_child(e, k, &children[k]);
    for (size_t i = 0; rc == GW_OK && i < e->inputs.count; i++) {
        struct child *child = &children[i % e->jobs];
        bool ok = false;
        if (!take_record(child, r, &ok)) {
            gw_buf_reset(&r->out);
            gw_buf_reset(&r->err);
            report_failure(r, &e->inputs.items[i], "the reader died on it");
            end_child(child);
            rc = start_child(e, i + e->jobs, child);
        }
        *ret_all_ok &= ok;
        put(stdout, gw_buf_str(&r->out), r->out.bytes);
        put(stderr, gw_buf_str(&r->err), r->err.bytes);
    }
    for (unsigned k = 0; k < e->jobs; k++)
        end_child(&children[k]);
    return rc;
}

static int run(const struct extract *e)
{
    struct reader r;
    bool all_ok = true;
    int rc = GW_OK;
    reader_init(&r, e);
    if (e->jobs > 1) {
        rc = run_children(e, &r, &all_ok);
    } else {
        for (size_t i = 0; i < e->inputs.count; i++) {
            all_ok &= read_one(&r, &e->inputs.items[i]);
            put(stdout, gw_buf_str(&r.out), r.out.bytes);
            put(stderr, gw_buf_str(&r.err), r.err.bytes);
        }
    }
    reader_fini(&r);
    if (rc < 0)
        return gw_cli_error(gw_exit_for(rc), "%s", gw_reason());
    if (fflush(stdout) != 0)
        return gw_cli_error(GW_EXIT_IO, "standard output: %m");
    return all_ok ? GW_EXIT_OK : GW_EXIT_FAILED;
}

// ---- arguments

enum { OPT_URL = 256, OPT_SITE, OPT_BODIES, OPT_JOBS, OPT_TYPE, OPT_ERRORS, OPT_MANIFEST, OPT_EXPLAIN };
static const struct option options[] = {
    {"url", required_argument, NULL, OPT_URL},
    {"site", required_argument, NULL, OPT_SITE},
    {"bodies", required_argument, NULL, OPT_BODIES},
    {"jobs", required_argument, NULL, OPT_JOBS},
    {"content-type", required_argument, NULL, OPT_TYPE},
    {"json-errors", no_argument, NULL, OPT_ERRORS},
    {"manifest", required_argument, NULL, OPT_MANIFEST},
    {"explain", no_argument, NULL, OPT_EXPLAIN},
    {0},
};

static int load_site(struct extract *e, const char *path)
{
    struct gw_buf yaml = GW_BUF(1024 * 1024), problems = GW_BUF(64 * 1024);
    struct gw_source_set set = {0};
    int rc = gw_fs_read(path, &yaml), exit_code = GW_EXIT_OK;
    if (rc < 0) {
        exit_code = gw_cli_error(gw_exit_for(rc), "%s: %s", path, gw_reason());
    } else {
        rc = gw_source_parse(e->inputs.arena, path, gw_buf_str(&yaml), yaml.bytes, GW_SOURCE_PARTIAL, NULL, &problems,
                             &set);
        fputs(gw_buf_str(&problems), stderr);
        if (rc < 0 || set.count == 0)
            exit_code = GW_EXIT_CONFIG;
        else
            e->site = set.sources[0];
    }
    gw_buf_fini(&yaml);
    gw_buf_fini(&problems);
    return exit_code;
}

static int add_inputs(struct extract *e, int argc, char **argv, const char *manifest, const char *url, const char *type)
{
    int rc = manifest ? gw_inputs_add_manifest(&e->inputs, manifest) : GW_OK;
    for (int i = optind; rc == GW_OK && i < argc; i++)
        rc = gw_inputs_add(&e->inputs, argv[i]);
    if (rc < 0)
        return gw_cli_error(gw_exit_for(rc), "%s", gw_reason());
    if (e->inputs.count == 0 && !manifest && optind == argc)
        return gw_cli_usage("extract", "extract needs a FILE, a DIR, - or --manifest");
    if ((url || type) && e->inputs.count > 1)
        return gw_cli_usage("extract", "%s is for one input", url ? "--url" : "--content-type");
    if (e->inputs.count == 1 && url)
        e->inputs.items[0].url = url;
    if (e->inputs.count == 1 && type)
        e->inputs.items[0].content_type = type;
    return GW_EXIT_OK;
}

static int run_with(struct extract *e, int argc, char **argv)
{
    const char *url = NULL, *site = NULL, *type = NULL, *manifest = NULL, *bodies = NULL;
    uint64_t jobs = 1;
    optind = 0;
    for (int o; (o = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (o) {
        case OPT_URL:
            url = optarg;
            break;
        case OPT_SITE:
            site = optarg;
            break;
        case OPT_BODIES:
            bodies = optarg;
            break;
        case OPT_JOBS:
            if (!gw_parse_u64(gw_span_of(optarg), JOBS_MAX, &jobs) || jobs == 0)
                return gw_cli_usage("extract", "--jobs needs a number from 1 to %d, not '%s'", JOBS_MAX, optarg);
            break;
        case OPT_TYPE:
            type = optarg;
            break;
        case OPT_ERRORS:
            e->json_errors = true;
            break;
        case OPT_EXPLAIN:
            e->explain = true;
            e->colour = isatty(STDOUT_FILENO) && !(getenv("NO_COLOR") && *getenv("NO_COLOR"));
            break;
        case OPT_MANIFEST:
            manifest = optarg;
            break;
        default:
            fputs("Try 'govwire extract --help'.\n", stderr);
            return GW_EXIT_USAGE;
        }
    }
    int exit_code = site ? load_site(e, site) : GW_EXIT_OK;
    if (exit_code == GW_EXIT_OK && bodies && gw_cli_bodies_load(bodies, &e->bodies) != GW_OK)
        exit_code = gw_cli_error(GW_EXIT_CONFIG, "%s", gw_reason());
    if (exit_code == GW_EXIT_OK)
        exit_code = add_inputs(e, argc, argv, manifest, url, type);
    e->jobs = jobs < e->inputs.count ? (unsigned)jobs : e->inputs.count ? (unsigned)e->inputs.count : 1;
    return exit_code == GW_EXIT_OK ? run(e) : exit_code;
}

int cmd_extract(int argc, char **argv)
{
    struct extract e = {.inputs.arena = gw_arena_new(ARGUMENTS_ARENA)};
    int exit_code = run_with(&e, argc, argv);
    gw_policy_table_free(e.bodies);
    gw_arena_free(e.inputs.arena);
    return exit_code;
}
