// SPDX-License-Identifier: Apache-2.0
// A job in a world of paper: answers and readings by script, permits by the test.
#include "kit/check.h"

#include "base/clock.h"
#include "base/err.h"
#include "model/digest.h"
#include "worker/job.h"
#include "worker/understand.h"

#include <stdio.h>
#include <stdlib.h>

enum { SCRIPT_MAX = 32 };

struct page { // what the network and the reader say to a URL
    const char *url;
    uint32_t status;
    const char *location, *etag, *body, *content_type, *cookies;
    Gw__Failure failure;
    Gw__Failure reader_failure; // the reader dies of it
    const char *rows;           // "a b c": a row each
    const char *next;           // of rows, or the document's next page
    const char *then;           // url of the second request; {n} is the page's number
    const char *text;           // of a document
    const char *no_article;
};

struct pending { // a transfer or a reading, answered at the next turn
    const struct page *page;
    gw_transfer_fn *on_answer;
    gw_reading_fn *on_reading;
    void *arg;
    uint32_t page_no, request_no;
    struct gw_buf body;
    bool cancelled;
};

struct world {
    uv_loop_t loop;
    struct gw_port port;
    const struct page *pages;
    struct gw_job *job;
    bool ended, elsewhere, permits_are_late;
    char log[4096]; // "permit ROBOTS /robots.txt; get /a; read 0/1; …"
    struct pending pending[SCRIPT_MAX];
    size_t pending_count;
    // the outcome, re-made from its bytes: what a job sends lives no longer than the call
    struct gw_arena *arena;
    const Gw__Observation *observation;
    bool failed, quarantine;
    size_t body_bytes;
    char last_request[256]; // "POST body" of the last transfer
    char validators[64];
};

static const char HOST[] = "https://town.example";

static void note(struct world *world, const char *format, const char *a, const char *b)
{
    size_t n = strlen(world->log);
    snprintf(world->log + n, sizeof world->log - n, format, a, b);
}

static const char *path_of(const char *url)
{
    return strncmp(url, HOST, sizeof HOST - 1) == 0 ? url + sizeof HOST - 1 : url;
}

static const struct page *find_page(const struct world *world, const char *url)
{
    for (const struct page *page = world->pages; page->url; page++)
        if (strcmp(page->url, path_of(url)) == 0)
            return page;
    fail_msg("nobody expected a request of %s", url);
    return NULL;
}

static void keep_outcome(struct world *world, const Gw__Observation *observation, bool failed, bool quarantine)
{
    struct gw_buf bytes = GW_BUF(GW_FRAME_MAX);
    ProtobufCMessage *copy;
    assert_null(world->observation);
    check_ok(gw_message_pack(&bytes, observation));
    check_ok(gw_message_unpack(&gw__observation__descriptor, bytes.data, bytes.bytes, world->arena, &copy));
    gw_buf_fini(&bytes);
    world->observation = (const Gw__Observation *)copy;
    world->failed = failed;
    world->quarantine = quarantine;
}

static void world_send(void *arg, enum gw_msg type, const void *message)
{
    struct world *world = arg;
    check_ok(gw_message_check(message));
    if (type == GW_MSG_PERMIT_REQ) {
        const Gw__PermitReq *req = message;
        const char *kind = protobuf_c_enum_descriptor_get_value(&gw__request_kind__descriptor, (int)req->kind)->name;
        note(world, "permit %s %s; ", kind + strlen("REQUEST_"), path_of(req->url));
        // answered in pump(), as the agent would: later
        snprintf(world->last_request, sizeof world->last_request, "%s", req->url);
    } else if (type == GW_MSG_RESULT) {
        keep_outcome(world, ((const Gw__Result *)message)->observation, false, false);
    } else if (type == GW_MSG_FAILED) {
        const Gw__Failed *failed = message;
        keep_outcome(world, failed->observation, true, failed->quarantine);
    } else if (type == GW_MSG_BODY_PART) {
        assert_int_equal(((const Gw__BodyPart *)message)->offset, world->body_bytes);
        world->body_bytes += ((const Gw__BodyPart *)message)->bytes.len;
    } else if (type == GW_MSG_ROBOTS_SEEN) {
        note(world, "robots %s%s; ", ((const Gw__RobotsSeen *)message)->host, "");
    }
}

static struct pending *add_pending(struct world *world, struct pending pending)
{
    assert_true(world->pending_count < SCRIPT_MAX);
    world->pending[world->pending_count] = pending;
    return &world->pending[world->pending_count++];
}

static struct gw_transfer *world_transfer(void *arg, const struct gw_request *request, gw_transfer_fn *on_done,
                                          void *done)
{
    struct world *world = arg;
    note(world, "%s %s; ", request->method ? request->method : "GET", path_of(request->url));
    if (request->cookie)
        note(world, "with %s%s; ", request->cookie, "");
    snprintf(world->validators, sizeof world->validators, "%s", request->etag ? request->etag : "");
    return (struct gw_transfer *)add_pending(
        world, (struct pending){.page = find_page(world, request->url), .on_answer = on_done, .arg = done});
}

static struct gw_reading *world_read(void *arg, Gw__ReadReq *request, struct gw_buf *body, gw_reading_fn *on_done,
                                     void *done)
{
    struct world *world = arg;
    struct pending pending = {.page = find_page(world, request->url),
                              .on_reading = on_done,
                              .arg = done,
                              .page_no = request->page_no,
                              .request_no = request->request_no,
                              .body = *body};
    *body = (struct gw_buf){0};
    char what[32];
    snprintf(what, sizeof what, "%u/%u", request->request_no, request->page_no);
    note(world, "read %s%s; ", what, "");
    return (struct gw_reading *)add_pending(world, pending);
}

static void world_cancel(struct pending *pending)
{
    pending->cancelled = true;
    gw_buf_fini(&pending->body);
}

static void world_transfer_cancel(void *arg, struct gw_transfer *transfer)
{
    (void)arg;
    world_cancel((struct pending *)transfer);
}

static void world_read_cancel(void *arg, struct gw_reading *reading)
{
    (void)arg;
    world_cancel((struct pending *)reading);
}

// ---- what the network and the readers say

static void answer(struct pending *pending)
{
    const struct page *page = pending->page;
    struct gw_answer answer = {.failure = page->failure,
                               .detail = page->failure ? "as scripted" : "",
                               .status = page->status ? page->status : 200,
                               .content_type = page->content_type ? page->content_type : "text/html",
                               .etag = page->etag ? page->etag : "",
                               .last_modified = "",
                               .location = page->location ? page->location : "",
                               .cookies = page->cookies ? page->cookies : "",
                               .body = GW_BUF(1 << 20)};
    gw_buf_puts(&answer.body, page->body ? page->body : "<html>");
    const char *says = page->rows ? page->rows : gw_buf_str(&answer.body); // what other rows come from is other bytes
    gw_sha256(says, strlen(says), answer.sha256);
    pending->on_answer(&answer, pending->arg);
    gw_buf_fini(&answer.body);
}

static char *number(struct gw_arena *arena, const char *text, uint32_t page_no)
{
    const char *at = strstr(text, "{n}");
    return at ? gw_arena_printf(arena, "%.*s%u%s", (int)(at - text), text, page_no, at + 3)
              : gw_arena_strdup(arena, text);
}

static void fill_rows(struct gw_arena *arena, const struct page *page, Gw__Rows *rows)
{
    rows->rows = gw_arena_alloc(arena, 16 * sizeof *rows->rows);
    rows->how = (char *)"auto:test";
    char *rest, *words = gw_arena_strdup(arena, page->rows);
    for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        Gw__Row *row = gw_arena_alloc(arena, sizeof *row);
        gw__row__init(row);
        row->url = gw_arena_printf(arena, "%s/%s", HOST, word);
        row->title = word;
        rows->rows[rows->n_rows++] = row;
    }
    if (page->next) {
        rows->next = gw_arena_alloc(arena, sizeof *rows->next);
        rows->next[0] = gw_arena_printf(arena, "%s%s", HOST, page->next);
        rows->n_next = 1;
    }
}

static void read_page(struct pending *pending)
{
    const struct page *page = pending->page;
    struct gw_arena *arena = gw_arena_new(1 << 20);
    struct gw_reading_end end = {.arena = arena, .body = pending->body};
    Gw__ReadResult result = GW__READ_RESULT__INIT;
    Gw__Request then = GW__REQUEST__INIT;
    Gw__Rows rows = GW__ROWS__INIT;
    Gw__Document document = GW__DOCUMENT__INIT;
    Gw__NoArticle none = GW__NO_ARTICLE__INIT;
    result.job = 1;
    result.charset = (char *)"utf-8 (valid)";
    if (page->then && pending->request_no == 0) {
        then.url = number(arena, page->then, pending->page_no);
        result.reading_case = GW__READ_RESULT__READING_THEN;
        result.then = &then;
    } else if (page->rows) {
        fill_rows(arena, page, &rows);
        result.reading_case = GW__READ_RESULT__READING_ROWS;
        result.rows = &rows;
    } else if (page->text) {
        document.body = (char *)page->text;
        document.next_url = page->next ? gw_arena_printf(arena, "%s%s", HOST, page->next) : (char *)"";
        result.reading_case = GW__READ_RESULT__READING_DOCUMENT;
        result.document = &document;
    } else if (page->no_article) {
        none.reason = (char *)page->no_article;
        result.reading_case = GW__READ_RESULT__READING_NO_ARTICLE;
        result.no_article = &none;
    } else {
        result.failure = GW__FAILURE__FAILURE_BAD_ANSWER;
        result.failure_detail = (char *)"no list";
    }
    ProtobufCMessage *copy = NULL;
    struct gw_buf bytes = GW_BUF(GW_FRAME_MAX);
    check_ok(gw_message_pack(&bytes, &result));
    check_ok(gw_message_unpack(&gw__read_result__descriptor, bytes.data, bytes.bytes, arena, &copy));
    gw_buf_fini(&bytes);
    end.result = page->reader_failure ? NULL : (const Gw__ReadResult *)copy;
    end.failure = page->reader_failure;
    end.detail = page->reader_failure ? "the reader died" : "";
    pending->body = (struct gw_buf){0};
    pending->on_reading(&end, pending->arg);
    gw_arena_free(end.arena);
    gw_buf_fini(&end.body);
}

// One event of the world: an answer, a reading, a permit. False: nothing is waited for.
static bool step(struct world *world)
{
    uv_run(&world->loop, UV_RUN_NOWAIT);
    if (world->pending_count) {
        struct pending pending = world->pending[0];
        world->pending_count = 0; // a job waits for one thing at a time
        if (!pending.cancelled)
            pending.on_answer ? answer(&pending) : read_page(&pending);
        return true;
    }
    if (world->last_request[0]) {
        char url[sizeof world->last_request];
        memcpy(url, world->last_request, sizeof url);
        world->last_request[0] = '\0';
        Gw__Permit permit = GW__PERMIT__INIT;
        Gw__Elsewhere elsewhere = GW__ELSEWHERE__INIT;
        permit.url = elsewhere.url = url;
        elsewhere.reason = (char *)"another's";
        permit.not_after_ms = gw_clock_boot_ms() + (world->permits_are_late ? -1 : 60000);
        if (world->elsewhere)
            gw_job_elsewhere(world->job, &elsewhere);
        else
            gw_job_permit(world->job, &permit);
        return true;
    }
    return world->ended || uv_loop_alive(&world->loop);
}

static void on_end(struct gw_job *job, void *arg)
{
    struct world *world = arg;
    assert_ptr_equal(job, world->job);
    world->ended = true;
}

// ---- tests

static void world_init(struct world *world, const struct page *pages)
{
    *world = (struct world){.pages = pages, .arena = gw_arena_new(8 << 20)};
    uv_loop_init(&world->loop);
    world->port = (struct gw_port){.loop = &world->loop,
                                   .hosts = gw_hosts_new(),
                                   .send = world_send,
                                   .transfer = world_transfer,
                                   .transfer_cancel = world_transfer_cancel,
                                   .read = world_read,
                                   .read_cancel = world_read_cancel,
                                   .arg = world};
}

static void world_fini(struct world *world)
{
    uv_run(&world->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&world->loop), 0);
    gw_hosts_free(world->port.hosts);
    gw_arena_free(world->arena);
}

struct options {
    Gw__Purpose purpose; // NONE: a list
    Gw__ListRule *list;
    Gw__Target *target;
    bool needs_robots, want_body;
};

static void give(struct world *world, const struct options *options)
{
    static Gw__Source source;
    static Gw__RobotsSeen robots;
    struct gw_arena *arena = gw_arena_new(1 << 20);
    Gw__Job *job = gw_arena_alloc(arena, sizeof *job);
    gw__job__init(job);
    gw__source__init(&source);
    gw__robots_seen__init(&robots);
    source.id = (char *)"town";
    source.list = options->list;
    robots.host = (char *)"town.example:443";
    robots.status = 404;
    robots.fetched_ms = gw_clock_unix_ms();
    job->job = 1;
    job->purpose = options->purpose ? options->purpose : GW__PURPOSE__PURPOSE_LIST;
    job->url = gw_arena_printf(arena, "%s/first", HOST);
    job->source = &source;
    job->target = options->target;
    job->robots = options->needs_robots ? NULL : &robots;
    job->want_body = options->want_body;
    world->job = gw_job_start(&world->port, arena, job, on_end, world);
    assert_false(world->ended);
}

static void run(struct world *world, const struct page *pages, struct options options)
{
    world_init(world, pages);
    give(world, &options);
    for (int i = 0; !world->ended; i++)
        assert_true(step(world) && i < 200);
    assert_non_null(world->observation);
}

// Another job for the same pages.
static void again(struct world *world, struct options options)
{
    world->ended = false, world->observation = NULL, world->log[0] = '\0';
    give(world, &options);
    while (!world->ended)
        assert_true(step(world));
}

static void check_failure(struct world *world, Gw__Failure failure)
{
    assert_true(world->failed);
    assert_int_equal(world->observation->failure, failure);
    assert_true(world->observation->failure_detail[0]);
    world_fini(world);
}

static void a_list(void **state)
{
    (void)state;
    struct world world;
    run(&world, (struct page[]){{"/first", .rows = "a b", .next = "/p2", .etag = "\"1\""}, {0}}, (struct options){0});
    assert_string_equal(world.log, "permit FIRST /first; GET /first; read 0/1; ");
    assert_int_equal(world.observation->rows->n_rows, 2);
    assert_string_equal(world.observation->target->etag, "\"1\"");
    assert_string_equal(world.observation->target->url, "https://town.example/first");
    assert_int_equal(world.observation->target->digest.len, 32);
    assert_int_equal(world.observation->target->extractor, GW_EXTRACTOR_VERSION);
    world_fini(&world);
}

static void further_pages(void **state)
{
    (void)state;
    struct world world;
    Gw__ListRule list = GW__LIST_RULE__INIT;
    list.pages = 3;
    const struct page pages[] = {{"/first", .rows = "a b", .next = "/p2"},
                                 {"/p2", .rows = "b c", .next = "/p3"},
                                 {"/p3", .status = 404, .failure = GW__FAILURE__FAILURE_NOT_FOUND},
                                 {0}};
    run(&world, pages, (struct options){.list = &list});
    assert_string_equal(world.log, "permit FIRST /first; GET /first; read 0/1; permit PAGE /p2; GET /p2; read 0/2; "
                                   "permit PAGE /p3; GET /p3; ");
    assert_false(world.failed);
    assert_int_equal(world.observation->rows->n_rows, 3);
    assert_non_null(strstr(world.observation->rows->warning, "page 3"));
    assert_int_equal(world.observation->response->status, 200);
    world_fini(&world);
}

static void first_poll_goes_further_back(void **state)
{
    (void)state;
    struct world world;
    Gw__ListRule list = GW__LIST_RULE__INIT;
    list.backfill = GW__BACKFILL__BACKFILL_PAGES;
    list.backfill_pages = 2;
    const struct page pages[] = {{"/first", .rows = "a", .next = "/p2"}, {"/p2", .rows = "b", .next = "/p3"}, {0}};
    run(&world, pages, (struct options){.list = &list});
    assert_int_equal(world.observation->rows->n_rows, 2);
    Gw__Target target = *world.observation->target;
    target.answer.len = 0; // the page is another by now
    again(&world, (struct options){.list = &list, .target = &target});
    assert_int_equal(world.observation->rows->n_rows, 1);
    world_fini(&world);
}

static void the_same_answer_is_not_read_again(void **state)
{
    (void)state;
    struct world world;
    run(&world, (struct page[]){{"/first", .rows = "a b"}, {0}}, (struct options){0});
    Gw__Target target = *world.observation->target;
    again(&world, (struct options){.target = &target});
    assert_string_equal(world.log, "permit FIRST /first; GET /first; ");
    assert_int_equal(world.observation->reading_case, GW__OBSERVATION__READING_UNCHANGED);
    assert_int_equal(world.observation->target->answer.len, GW_DIGEST_ANSWER_BYTES);
    // What was found by other rules says nothing.
    Gw__ListRule list = GW__LIST_RULE__INIT;
    list.item = (char *)"li";
    target = *world.observation->target;
    again(&world, (struct options){.list = &list, .target = &target});
    assert_string_equal(world.log, "permit FIRST /first; GET /first; read 0/1; ");
    // Nor does what could not be understood, or what is only the way to the rows.
    world_fini(&world);
    run(&world, (struct page[]){{"/first", .rows = ""}, {0}}, (struct options){0});
    assert_int_equal(world.observation->target->answer.len, 0);
    world_fini(&world);
    run(&world, (struct page[]){{"/first", .rows = "", .next = "/map1", .etag = "\"1\""}, {"/map1", .rows = "a"}, {0}},
        (struct options){0});
    assert_int_equal(world.observation->target->answer.len, 0);
    assert_string_equal(world.observation->target->etag, "");
    world_fini(&world);
}

static void the_same_second_answer_is_not_read_again(void **state)
{
    (void)state;
    struct world world;
    run(&world, (struct page[]){{"/first", .then = "/api"}, {"/api", .rows = "a b"}, {0}}, (struct options){0});
    Gw__Target target = *world.observation->target;
    again(&world, (struct options){.target = &target});
    assert_string_equal(world.log, "permit FIRST /first; GET /first; read 0/1; permit THEN /api; GET /api; ");
    assert_int_equal(world.observation->reading_case, GW__OBSERVATION__READING_UNCHANGED);
    world_fini(&world);
}

static void a_list_behind_a_second_request(void **state)
{
    (void)state;
    struct world world;
    Gw__ListRule list = GW__LIST_RULE__INIT;
    list.pages = 2;
    const struct page pages[] = {
        {"/first", .then = "/api?n={n}", .etag = "\"1\""}, {"/api?n=1", .rows = "a b"}, {"/api?n=2", .rows = "c"}, {0}};
    run(&world, pages, (struct options){.list = &list});
    assert_string_equal(world.log, "permit FIRST /first; GET /first; read 0/1; permit THEN /api?n=1; GET /api?n=1; "
                                   "read 1/1; read 0/2; permit PAGE /api?n=2; GET /api?n=2; read 1/2; ");
    assert_int_equal(world.observation->rows->n_rows, 3);
    // A 304 of the first answer would say nothing about the rows.
    assert_string_equal(world.observation->target->etag, "");
    world_fini(&world);
}

static void a_second_request_without_pages_is_sent_once(void **state)
{
    (void)state;
    struct world world;
    Gw__ListRule list = GW__LIST_RULE__INIT;
    list.pages = 5;
    run(&world, (struct page[]){{"/first", .then = "/api"}, {"/api", .rows = "a b"}, {0}},
        (struct options){.list = &list});
    assert_string_equal(world.log, "permit FIRST /first; GET /first; read 0/1; permit THEN /api; GET /api; read 1/1; "
                                   "read 0/2; ");
    assert_int_equal(world.observation->rows->n_rows, 2);
    world_fini(&world);
}

static void a_sitemap_index(void **state)
{
    (void)state;
    struct world world;
    const struct page pages[] = {
        {"/first", .rows = "", .next = "/map1"}, {"/map1", .rows = "a b", .next = "/map2"}, {0}};
    run(&world, pages, (struct options){0});
    assert_int_equal(world.observation->rows->n_rows, 2);
    world_fini(&world);
}

static void second_request_fails(void **state)
{
    (void)state;
    struct world world;
    const struct page pages[] = {
        {"/first", .then = "/api"}, {"/api", .status = 500, .failure = GW__FAILURE__FAILURE_SERVER_ERROR}, {0}};
    run(&world, pages, (struct options){0});
    assert_int_equal(world.observation->response->status, 500);
    check_failure(&world, GW__FAILURE__FAILURE_SERVER_ERROR);
}

static void an_article_in_parts(void **state)
{
    (void)state;
    struct world world;
    const struct page pages[] = {{"/first", .text = "One.", .next = "/p2"},
                                 {"/p2", .text = "Two.", .next = "/p3"},
                                 {"/p3", .text = "Three.", .next = "/first"},
                                 {0}};
    run(&world, pages, (struct options){.purpose = GW__PURPOSE__PURPOSE_ARTICLE});
    assert_string_equal(world.observation->document->body, "One.\nTwo.\nThree.");
    assert_int_equal(world.observation->document->pages, 3);
    assert_string_equal(world.observation->document->next_url, "");
    assert_string_equal(world.observation->document->url, "https://town.example/first");
    world_fini(&world);
}

static void an_article_with_a_missing_part(void **state)
{
    (void)state;
    struct world world;
    const struct page pages[] = {{"/first", .text = "One.", .next = "/p2", .etag = "\"1\""},
                                 {"/p2", .text = "Two.", .reader_failure = GW__FAILURE__FAILURE_READER_CRASH},
                                 {0}};
    run(&world, pages, (struct options){.purpose = GW__PURPOSE__PURPOSE_ARTICLE});
    assert_string_equal(world.observation->document->body, "One.");
    assert_true(world.observation->document->truncated);
    assert_string_equal(world.observation->target->etag, ""); // so that it is tried again
    world_fini(&world);
}

static void unchanged(void **state)
{
    (void)state;
    struct world world;
    const struct page pages[] = {{"/first", .text = "One.", .etag = "\"1\""}, {0}};
    run(&world, pages, (struct options){.purpose = GW__PURPOSE__PURPOSE_ARTICLE});
    Gw__Target target = *world.observation->target;
    again(&world, (struct options){.purpose = GW__PURPOSE__PURPOSE_ARTICLE, .target = &target});
    assert_string_equal(world.validators, "\"1\"");
    assert_int_equal(world.observation->reading_case, GW__OBSERVATION__READING_UNCHANGED);
    // An older extractor's result says nothing about this one's: read it anew.
    target.extractor--;
    again(&world, (struct options){.purpose = GW__PURPOSE__PURPOSE_ARTICLE, .target = &target});
    assert_string_equal(world.validators, "");
    assert_int_equal(world.observation->reading_case, GW__OBSERVATION__READING_DOCUMENT);
    world_fini(&world);
}

static void not_modified(void **state)
{
    (void)state;
    struct world world;
    Gw__Target target = GW__TARGET__INIT;
    target.url = (char *)"https://town.example/first";
    target.source_id = (char *)"town";
    target.purpose = GW__PURPOSE__PURPOSE_ARTICLE;
    target.etag = (char *)"\"1\"";
    target.extractor = GW_EXTRACTOR_VERSION;
    target.reads = 4;
    const struct page pages[] = {{"/first", .status = 304}, {0}};
    run(&world, pages, (struct options){.purpose = GW__PURPOSE__PURPOSE_ARTICLE, .target = &target});
    assert_int_equal(world.observation->reading_case, GW__OBSERVATION__READING_UNCHANGED);
    assert_string_equal(world.observation->target->etag, "\"1\"");
    assert_int_equal(world.observation->target->reads, 4); // the agent's business
    assert_true(world.observation->target->fetched_ms > 0);
    world_fini(&world);
    run(&world, pages, (struct options){.purpose = GW__PURPOSE__PURPOSE_ARTICLE}); // nobody asked for that
    check_failure(&world, GW__FAILURE__FAILURE_BAD_ANSWER);
}

static void redirects(void **state)
{
    (void)state;
    struct world world;
    const struct page pages[] = {{"/first", .status = 301, .location = "/second"},
                                 {"/second", .status = 302, .location = "https://town.example/third"},
                                 {"/third", .text = "Here."},
                                 {0}};
    run(&world, pages, (struct options){.purpose = GW__PURPOSE__PURPOSE_ARTICLE});
    assert_string_equal(world.log, "permit FIRST /first; GET /first; permit REDIRECT /second; GET /second; "
                                   "permit REDIRECT /third; GET /third; read 0/1; ");
    assert_int_equal(world.observation->response->n_hops, 2);
    assert_int_equal(world.observation->response->hops[0]->status, 301);
    assert_string_equal(world.observation->response->final_url, "https://town.example/third");
    world_fini(&world);
}

static void cookies(void **state)
{
    (void)state;
    struct world world;
    // What the page sets goes with the second request, and to nobody else.
    run(&world,
        (struct page[]){{"/first", .then = "/api", .cookies = "sid=7; Path=/; HttpOnly\ntheme=dark; Path=/skin"},
                        {"/api", .rows = "a b"},
                        {0}},
        (struct options){0});
    assert_string_equal(world.log, "permit FIRST /first; GET /first; read 0/1; permit THEN /api; GET /api; "
                                   "with sid=7; read 1/1; ");
    world_fini(&world);
    // A wall is asked once more with its cookie, and no more than that.
    run(&world,
        (struct page[]){{"/first", .status = 412, .failure = GW__FAILURE__FAILURE_CHALLENGE, .cookies = "w=1"}, {0}},
        (struct options){.purpose = GW__PURPOSE__PURPOSE_ARTICLE});
    assert_string_equal(world.log, "permit FIRST /first; GET /first; permit COOKIE /first; GET /first; with w=1; ");
    check_failure(&world, GW__FAILURE__FAILURE_CHALLENGE);
}

static void redirects_that_go_wrong(void **state)
{
    (void)state;
    struct world world;
    run(&world, (struct page[]){{"/first", .status = 302, .location = "/first"}, {0}}, (struct options){0});
    check_failure(&world, GW__FAILURE__FAILURE_REDIRECT_LOOP);
    run(&world, (struct page[]){{"/first", .status = 302}, {0}}, (struct options){0});
    check_failure(&world, GW__FAILURE__FAILURE_BAD_ANSWER);
    run(&world, (struct page[]){{"/first", .status = 302, .location = "ftp://a.example/"}, {0}}, (struct options){0});
    check_failure(&world, GW__FAILURE__FAILURE_BAD_ANSWER);
    const struct page chain[] = {{"/first", .status = 302, .location = "/1"},
                                 {"/1", .status = 302, .location = "/2"},
                                 {"/2", .status = 302, .location = "/3"},
                                 {"/3", .status = 302, .location = "/4"},
                                 {"/4", .status = 302, .location = "/5"},
                                 {"/5", .status = 302, .location = "/6"},
                                 {0}};
    run(&world, chain, (struct options){0});
    check_failure(&world, GW__FAILURE__FAILURE_REDIRECT_LOOP);
}

static void robots_first(void **state)
{
    (void)state;
    struct world world;
    const struct page pages[] = {
        {"/robots.txt", .body = "User-agent: *\nDisallow: /x\n"}, {"/first", .rows = "a"}, {0}};
    run(&world, pages, (struct options){.needs_robots = true});
    assert_string_equal(world.log, "permit ROBOTS /robots.txt; GET /robots.txt; robots town.example:443; "
                                   "permit FIRST /first; GET /first; read 0/1; ");
    world_fini(&world);
    run(&world, (struct page[]){{"/robots.txt", .body = "User-agent: *\nDisallow: /f\n"}, {0}},
        (struct options){.needs_robots = true});
    check_failure(&world, GW__FAILURE__FAILURE_ROBOTS);
    run(&world, (struct page[]){{"/robots.txt", .status = 503, .failure = GW__FAILURE__FAILURE_SERVER_ERROR}, {0}},
        (struct options){.needs_robots = true});
    check_failure(&world, GW__FAILURE__FAILURE_SERVER_ERROR);
    run(&world, (struct page[]){{"/robots.txt", .status = 0, .failure = GW__FAILURE__FAILURE_DNS}, {0}},
        (struct options){.needs_robots = true});
    check_failure(&world, GW__FAILURE__FAILURE_DNS);
    const struct page moved[] = {{"/robots.txt", .status = 301, .location = "/r"},
                                 {"/r", .status = 404, .failure = GW__FAILURE__FAILURE_NOT_FOUND},
                                 {"/first", .rows = "a"},
                                 {0}};
    run(&world, moved, (struct options){.needs_robots = true});
    assert_false(world.failed);
    world_fini(&world);
}

static void late_permits_are_asked_for_again_but_not_for_ever(void **state)
{
    (void)state;
    struct world world;
    world_init(&world, (struct page[]){{0}});
    world.permits_are_late = true;
    give(&world, &(struct options){0});
    while (!world.ended)
        assert_true(step(&world));
    check_failure(&world, GW__FAILURE__FAILURE_TIMEOUT);
}

static void elsewhere(void **state)
{
    (void)state;
    struct world world;
    world_init(&world, (struct page[]){{0}});
    world.elsewhere = true;
    give(&world, &(struct options){0});
    while (!world.ended)
        assert_true(step(&world));
    assert_string_equal(world.observation->failure_detail, "elsewhere: another's");
    check_failure(&world, GW__FAILURE__FAILURE_REFUSED);
}

static void readings_that_go_wrong(void **state)
{
    (void)state;
    struct world world;
    run(&world,
        (struct page[]){{"/first", .reader_failure = GW__FAILURE__FAILURE_READER_TIME, .body = "<hostile>"}, {0}},
        (struct options){0});
    assert_true(world.quarantine);
    assert_int_equal(world.body_bytes, strlen("<hostile>"));
    check_failure(&world, GW__FAILURE__FAILURE_READER_TIME);
    run(&world, (struct page[]){{"/first"}, {0}}, (struct options){0}); // no list in it
    assert_false(world.quarantine);
    assert_int_equal(world.body_bytes, 0);
    check_failure(&world, GW__FAILURE__FAILURE_BAD_ANSWER);
    run(&world, (struct page[]){{"/first", .body = "%PDF-1.7"}, {0}}, (struct options){0});
    check_failure(&world, GW__FAILURE__FAILURE_WRONG_TYPE);
}

static void no_article(void **state)
{
    (void)state;
    struct world world;
    run(&world, (struct page[]){{"/first", .no_article = "home", .etag = "\"1\"", .body = "0123456789"}, {0}},
        (struct options){.purpose = GW__PURPOSE__PURPOSE_ARTICLE, .want_body = true});
    assert_string_equal(world.observation->no_article->reason, "home");
    assert_string_equal(world.observation->target->etag, ""); // no validator may hide what was not read
    assert_int_equal(world.body_bytes, 10);
    world_fini(&world);
}

static void cancelled_at_every_step(void **state)
{
    (void)state;
    Gw__ListRule list = GW__LIST_RULE__INIT;
    list.pages = 2;
    const struct page pages[] = {{"/robots.txt", .body = ""},
                                 {"/first", .then = "/api?n={n}"},
                                 {"/api?n=1", .rows = "a b"},
                                 {"/api?n=2", .rows = "c"},
                                 {0}};
    for (int steps = 0;; steps++) {
        struct world world;
        world_init(&world, pages);
        give(&world, &(struct options){.list = &list, .needs_robots = true});
        for (int i = 0; i < steps && !world.ended; i++)
            assert_true(step(&world));
        bool ended = world.ended;
        if (!ended)
            gw_job_cancel(world.job);
        for (size_t i = 0; i < world.pending_count; i++)
            assert_true(world.pending[i].cancelled);
        world_fini(&world);
        if (ended) {
            assert_true(steps > 8);
            return;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list),
        cmocka_unit_test(further_pages),
        cmocka_unit_test(first_poll_goes_further_back),
        cmocka_unit_test(the_same_answer_is_not_read_again),
        cmocka_unit_test(the_same_second_answer_is_not_read_again),
        cmocka_unit_test(a_list_behind_a_second_request),
        cmocka_unit_test(a_second_request_without_pages_is_sent_once),
        cmocka_unit_test(a_sitemap_index),
        cmocka_unit_test(second_request_fails),
        cmocka_unit_test(an_article_in_parts),
        cmocka_unit_test(an_article_with_a_missing_part),
        cmocka_unit_test(unchanged),
        cmocka_unit_test(not_modified),
        cmocka_unit_test(redirects),
        cmocka_unit_test(cookies),
        cmocka_unit_test(redirects_that_go_wrong),
        cmocka_unit_test(robots_first),
        cmocka_unit_test(late_permits_are_asked_for_again_but_not_for_ever),
        cmocka_unit_test(elsewhere),
        cmocka_unit_test(readings_that_go_wrong),
        cmocka_unit_test(no_article),
        cmocka_unit_test(cancelled_at_every_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
