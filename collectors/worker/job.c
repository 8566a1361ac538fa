// SPDX-License-Identifier: Apache-2.0
// The steps of a job:
//
//     FIRST ── rows ──────────► PAGE, PAGE … ──► outcome        a list
//       │                        ▲
//       └─ then ──► THEN ── rows ┘                              a list behind a second request
//     FIRST ── document ──────► PAGE, PAGE … ──► outcome        an article
//
// Whatever goes wrong in FIRST or THEN is the job's failure; a page behind them that cannot be read is only missing.
#include "job.h"

#include "base/clock.h"
#include "base/log.h"
#include "html/page.h"
#include "model/digest.h"
#include "model/url.h"
#include "worker/ask.h"
#include "worker/fit.h"
#include "worker/pages.h"
#include "worker/sandbox.h"
#include "worker/type.h"
#include "worker/understand.h"
#include "worker/visit.h"

#include <stdlib.h>
#include <string.h>

enum { BODY_PART = 512 * 1024, JOB_ARENA = 32 * 1024 * 1024 };

enum step { FIRST, THEN, PAGE };

struct kept { // arenas of readings, which hold rows and documents until the outcome
    struct kept *next;
    struct gw_arena *arena;
};

struct gw_job {
    const struct gw_port *port;
    gw_job_fn *on_end;
    void *arg;
    struct gw_arena *message_arena, *arena;
    const Gw__Job *job;
    struct gw_visit *visit;
    struct gw_reading *reading;
    struct kept *kept;
    enum step step;
    uint32_t page_no, page_limit;
    bool chained;             // rows come from a second request
    bool indexed;             // rows come from the sitemaps that the first answer names
    bool rereading;           // the first answer is read again, for the second request of the next page
    struct gw_buf first_body; // kept for want_body, and for further pages of a chained list
    char *first_url, *first_type;
    struct gw_request then; // the last second request
    const char *page_url;   // of the answer being read
    struct gw_pages pages;
    struct gw_jar jar;
    Gw__Document *document;
    const char *article_pages[GW_PAGES_ARTICLE];
    Gw__Response response;
    Gw__Observation observation;
    Gw__Target target;
    uint8_t sha256[GW_SHA256_BYTES], digest[GW_SHA256_BYTES];
    uint8_t answer[GW_DIGEST_ANSWER_BYTES]; // of a list: the one that brought the rows
    uint64_t definition;                    // of a list: what it is read by
    char *etag, *last_modified;             // of the first answer
};

static bool is_list(const struct gw_job *job)
{
    return job->job->purpose == GW__PURPOSE__PURPOSE_LIST;
}

static char *keep(struct gw_job *job, const char *text)
{
    char *copy = gw_arena_strdup(job->arena, text ? text : "");
    return copy ? copy : (char *)"";
}

static void free_job(struct gw_job *job)
{
    while (job->kept) {
        struct kept *next = job->kept->next;
        gw_arena_free(job->kept->arena);
        free(job->kept);
        job->kept = next;
    }
    gw_buf_fini(&job->first_body);
    gw_arena_free(job->message_arena);
    gw_arena_free(job->arena);
    free(job);
}

// ---- the outcome

static void send_body(struct gw_job *job, const struct gw_buf *body, const char *content_type)
{
    size_t at = 0;
    do {
        Gw__BodyPart part = GW__BODY_PART__INIT;
        size_t left = body->bytes - at;
        part.job = job->job->job;
        part.offset = at;
        part.bytes.data = (uint8_t *)body->data + at;
        part.bytes.len = left < BODY_PART ? left : BODY_PART;
        part.last = part.bytes.len == left;
        part.content_type = at == 0 ? (char *)content_type : (char *)"";
        job->port->send(job->port->arg, GW_MSG_BODY_PART, &part);
        at += part.bytes.len;
    } while (at < body->bytes);
}

static void fill_target(struct gw_job *job)
{
    const Gw__Job *message = job->job;
    Gw__Target *target = &job->target;
    if (message->target) {
        *target = *message->target;
    } else {
        gw__target__init(target);
        const char *canonical = gw_url_canonical(job->arena, message->url);
        target->url = (char *)(canonical ? canonical : message->url);
        target->source_id = message->source->id;
        target->purpose = is_list(job) ? GW__PURPOSE__PURPOSE_LIST : GW__PURPOSE__PURPOSE_ARTICLE;
    }
    job->observation.target = target;
    job->observation.backlog = target->backlog;
}

static void begin_outcome(struct gw_job *job)
{
    const Gw__Job *message = job->job;
    gw__observation__init(&job->observation);
    job->observation.source_id = message->source->id;
    job->observation.url = message->url;
    job->observation.purpose = message->purpose;
    job->observation.fetched_ms = gw_clock_unix_ms();
    job->observation.response = &job->response;
    job->observation.extractor = GW_EXTRACTOR_VERSION;
    fill_target(job);
}

static void end_job(struct gw_job *job)
{
    job->on_end(job, job->arg);
    free_job(job);
}

static void fail(struct gw_job *job, Gw__Failure failure, const char *detail, const struct gw_buf *quarantine)
{
    begin_outcome(job);
    job->observation.failure = failure;
    job->observation.failure_detail = (char *)detail;
    Gw__Failed failed = GW__FAILED__INIT;
    failed.job = job->job->job;
    failed.observation = &job->observation;
    failed.quarantine = quarantine != NULL;
    if (quarantine)
        send_body(job, quarantine, job->response.content_type);
    job->port->send(job->port->arg, GW_MSG_FAILED, &failed);
    end_job(job);
}

// A 304 says that the first answer is as it was. That is the whole truth only when nothing else was read; and
// validators may be kept only of an answer that was understood.
static bool may_keep_validators(const struct gw_job *job)
{
    switch (job->observation.reading_case) {
    case GW__OBSERVATION__READING_ROWS:
        return !job->chained && !job->indexed && job->pages.rows.n_rows > 0;
    case GW__OBSERVATION__READING_DOCUMENT:
        return !job->document->truncated;
    default:
        return false;
    }
}

// A list's answer that was understood, so that the same one is not read again.
static void note_answer(struct gw_job *job, bool understood)
{
    Gw__Target *target = &job->target;
    bool noted = is_list(job) && understood && !job->indexed;
    target->answer =
        noted ? (ProtobufCBinaryData){.data = job->answer, .len = sizeof job->answer} : (ProtobufCBinaryData){0};
    target->definition = noted ? job->definition : 0;
}

static void finish(struct gw_job *job)
{
    Gw__Observation *observation = &job->observation;
    Gw__Target *target = &job->target;
    const Gw__Target *before = job->job->target;
    bool keep_validators = may_keep_validators(job), digested = true;
    target->fetched_ms = observation->fetched_ms;
    target->etag = keep_validators ? job->etag : (char *)"";
    target->last_modified = keep_validators ? job->last_modified : (char *)"";
    target->extractor = GW_EXTRACTOR_VERSION;
    note_answer(job, observation->reading_case == GW__OBSERVATION__READING_ROWS && observation->rows->n_rows > 0);
    if (observation->reading_case == GW__OBSERVATION__READING_ROWS)
        gw_digest_rows(observation->rows, job->digest);
    else if (observation->reading_case == GW__OBSERVATION__READING_DOCUMENT)
        gw_digest_document(observation->document, job->digest);
    else
        digested = false;
    target->digest =
        digested ? (ProtobufCBinaryData){.data = job->digest, .len = sizeof job->digest} : (ProtobufCBinaryData){0};
    bool same = digested && before && before->extractor == GW_EXTRACTOR_VERSION &&
                before->digest.len == sizeof job->digest &&
                memcmp(before->digest.data, job->digest, sizeof job->digest) == 0;
    if (same) {
        observation->reading_case = GW__OBSERVATION__READING_UNCHANGED;
        observation->unchanged = true;
    }
    if (job->job->want_body)
        send_body(job, &job->first_body, job->first_type);
    Gw__Result result = GW__RESULT__INIT;
    result.job = job->job->job;
    result.observation = observation;
    job->port->send(job->port->arg, GW_MSG_RESULT, &result);
    end_job(job);
}

// The answer is the one that was understood before: a 304, or the same bytes.
static void finish_not_modified(struct gw_job *job)
{
    begin_outcome(job);
    if (job->response.status != 304 && !job->chained) { // what the server calls it now
        job->target.etag = job->etag;
        job->target.last_modified = job->last_modified;
    }
    job->observation.reading_case = GW__OBSERVATION__READING_UNCHANGED;
    job->observation.unchanged = true;
    job->target.fetched_ms = job->observation.fetched_ms;
    Gw__Result result = GW__RESULT__INIT;
    result.job = job->job->job;
    result.observation = &job->observation;
    job->port->send(job->port->arg, GW_MSG_RESULT, &result);
    end_job(job);
}

static void finish_rows(struct gw_job *job)
{
    begin_outcome(job);
    gw_fit_rows(job->arena, &job->pages.rows, GW_READING_MAX);
    job->observation.reading_case = GW__OBSERVATION__READING_ROWS;
    job->observation.rows = &job->pages.rows;
    finish(job);
}

static void finish_document(struct gw_job *job)
{
    begin_outcome(job);
    job->document->url = (char *)job->job->url;
    job->document->next_url = (char *)"";
    gw_fit_document(job->arena, job->document, GW_READING_MAX);
    job->observation.reading_case = GW__OBSERVATION__READING_DOCUMENT;
    job->observation.document = job->document;
    finish(job);
}

static void finish_no_article(struct gw_job *job, Gw__NoArticle *no_article)
{
    begin_outcome(job);
    job->observation.reading_case = GW__OBSERVATION__READING_NO_ARTICLE;
    job->observation.no_article = no_article;
    finish(job);
}

// The page that was to follow is not to be had: what is there is the outcome.
static void finish_without_page(struct gw_job *job, const char *why)
{
    gw_debug("job", "page_missing", "%s page %u: %s", job->job->url, job->page_no, why);
    if (!is_list(job)) {
        job->document->truncated = true;
        finish_document(job);
        return;
    }
    const char *had = job->pages.rows.warning;
    job->pages.rows.warning =
        keep(job, gw_arena_printf(job->arena, "%s%spage %u: %s", had, had[0] ? "; " : "", job->page_no, why));
    finish_rows(job);
}

// ---- requests

static void on_visit(struct gw_visit_end *end, void *arg);
static void on_reading(struct gw_reading_end *end, void *arg);

static void visit(struct gw_job *job, const struct gw_request *request, Gw__RequestKind kind)
{
    struct gw_visit_options options = {.port = job->port,
                                       .arena = job->arena,
                                       .job = job->job->job,
                                       .kind = kind,
                                       .request = *request,
                                       .permit = job->step == FIRST ? job->job->permit : NULL,
                                       .jar = &job->jar,
                                       .on_done = on_visit,
                                       .arg = job};
    options.request.rule = job->job->source->fetch;
    options.request.body_max = GW_BODY_MAX;
    job->visit = gw_visit_start(&options);
}

static void visit_url(struct gw_job *job, const char *url, Gw__RequestKind kind)
{
    struct gw_request request = {.url = url};
    visit(job, &request, kind);
}

static void read_body(struct gw_job *job, struct gw_buf *body, const char *content_type, bool truncated,
                      uint32_t request_no)
{
    const Gw__Job *message = job->job;
    Gw__Stage stage = GW__STAGE__INIT;
    stage.job = message->job;
    stage.stage = GW__JOB_STAGE__JOB_STAGE_READING;
    stage.body_bytes = body->bytes;
    job->port->send(job->port->arg, GW_MSG_STAGE, &stage);
    Gw__ReadReq request = GW__READ_REQ__INIT;
    request.job = message->job;
    request.purpose = message->purpose;
    request.url = (char *)job->page_url;
    request.content_type = (char *)content_type;
    request.source = message->source;
    request.row = message->target ? message->target->row : NULL;
    request.truncated = truncated;
    request.budget_ms = GW_PAGE_BUDGET_MS * GW_SLOWER;
    request.request_no = request_no;
    request.page_no = job->page_no;
    job->reading = job->port->read(job->port->arg, &request, body, on_reading, job);
}

static void note_response(struct gw_job *job, const struct gw_visit_end *end)
{
    Gw__Response *response = &job->response;
    gw__response__init(response);
    response->final_url = keep(job, end->final_url);
    response->hops = end->hops;
    response->n_hops = end->hop_count;
    const struct gw_answer *answer = end->answer;
    if (!answer)
        return;
    response->status = answer->status;
    response->content_type = keep(job, answer->content_type);
    response->etag = keep(job, answer->etag);
    response->last_modified = keep(job, answer->last_modified);
    response->duration_ms = answer->duration_ms;
    response->truncated = answer->truncated;
    response->retry_after_ms = answer->retry_after_ms;
    if (answer->status == 304 || answer->status == 0)
        return;
    memcpy(job->sha256, answer->sha256, sizeof job->sha256);
    response->sha256 = (ProtobufCBinaryData){.data = job->sha256, .len = sizeof job->sha256};
    response->body_bytes = answer->body.bytes;
}

static void note_first(struct gw_job *job, const struct gw_visit_end *end)
{
    job->etag = job->response.etag;
    job->last_modified = job->response.last_modified;
    job->first_url = job->response.final_url;
    job->first_type = job->response.content_type;
    bool again = is_list(job) && job->page_limit > 1;
    if (job->job->want_body || again) {
        job->first_body = GW_BUF(GW_BODY_MAX);
        gw_buf_add(&job->first_body, end->answer->body.data, end->answer->body.bytes);
    }
}

// The target as it was left by this very reader under this very definition; NULL: what it remembers holds no more.
static const Gw__Target *trusted(const struct gw_job *job)
{
    const Gw__Target *before = job->job->target;
    bool same_reader = before && before->extractor == GW_EXTRACTOR_VERSION;
    return same_reader && before->definition == job->definition ? before : NULL;
}

// The first answer, or that of the second request, for the bytes of which the rows are known. Notes which it is.
static bool is_known_answer(struct gw_job *job, const struct gw_answer *answer)
{
    if (!is_list(job) || job->step == PAGE)
        return false;
    gw_digest_answer(answer->sha256, job->page_url, answer->content_type, job->answer);
    const Gw__Target *before = job->job->want_body ? NULL : trusted(job);
    return before && before->answer.len == sizeof job->answer &&
           memcmp(before->answer.data, job->answer, sizeof job->answer) == 0;
}

static void on_visit(struct gw_visit_end *end, void *arg)
{
    struct gw_job *job = arg;
    job->visit = NULL;
    if (job->step != PAGE)
        note_response(job, end);
    if (end->failure != GW__FAILURE__FAILURE_NONE) {
        if (job->step == PAGE)
            finish_without_page(job, end->detail);
        else
            fail(job, end->failure, end->detail, NULL);
        return;
    }
    if (end->answer->status == 304) { // only the first request carries validators
        finish_not_modified(job);
        return;
    }
    job->page_url = keep(job, end->final_url);
    if (job->step == FIRST)
        note_first(job, end);
    struct gw_span body = {gw_buf_str(&end->answer->body), end->answer->body.bytes};
    const char *what = gw_type_refuses(job->job->purpose, end->answer->content_type, body);
    if (what && job->step == PAGE) {
        finish_without_page(job, what);
        return;
    }
    if (what) {
        fail(job, GW__FAILURE__FAILURE_WRONG_TYPE, what, NULL);
        return;
    }
    if (is_known_answer(job, end->answer)) {
        finish_not_modified(job);
        return;
    }
    struct gw_buf bytes = end->answer->body;
    end->answer->body = (struct gw_buf){0};
    read_body(job, &bytes, keep(job, end->answer->content_type), end->answer->truncated, job->chained ? 1 : 0);
}

// ---- answers, read

static bool same_request(const struct gw_request *a, const struct gw_request *b)
{
    return strcmp(a->url, b->url) == 0 && a->body_bytes == b->body_bytes &&
           memcmp(a->body ? a->body : "", b->body ? b->body : "", a->body_bytes) == 0;
}

static void on_then(struct gw_job *job, const Gw__Request *then)
{
    struct gw_ask_values values = {.list_url = job->first_url, .page_no = job->page_no};
    struct gw_request request;
    if (gw_ask_fill(job->arena, then, &values, &request)) {
        if (job->step == FIRST)
            fail(job, GW__FAILURE__FAILURE_BAD_ANSWER, gw_reason(), NULL);
        else
            finish_without_page(job, gw_reason());
        return;
    }
    bool more = job->step != FIRST;
    if (more && same_request(&request, &job->then)) {
        finish_rows(job); // this list has one page
        return;
    }
    job->then = request;
    job->chained = true;
    job->step = more ? PAGE : THEN;
    visit(job, &request, more ? GW__REQUEST_KIND__REQUEST_PAGE : GW__REQUEST_KIND__REQUEST_THEN);
}

static void next_list_page(struct gw_job *job)
{
    const Gw__ListRule *list = job->job->source->list;
    const Gw__Request *rule = list ? list->request : NULL;
    job->page_no++;
    job->step = PAGE;
    if (job->chained) {
        struct gw_buf copy = GW_BUF(GW_BODY_MAX);
        gw_buf_add(&copy, job->first_body.data, job->first_body.bytes);
        job->page_url = job->first_url;
        job->rereading = true;
        read_body(job, &copy, job->first_type, false, 0);
        return;
    }
    struct gw_request request;
    struct gw_ask_values values = {.list_url = job->job->url, .page_no = job->page_no};
    if (gw_ask_fill(job->arena, rule, &values, &request)) {
        finish_without_page(job, gw_reason());
        return;
    }
    if (!gw_ask_has_pages(rule)) {
        request.url = gw_pages_next(&job->pages);
        if (!request.url) {
            finish_rows(job);
            return;
        }
    }
    visit(job, &request, GW__REQUEST_KIND__REQUEST_PAGE);
}

static void on_rows(struct gw_job *job, const Gw__Rows *rows)
{
    bool index =
        job->pages.rows.n_rows == 0 && rows->n_rows == 0 && rows->n_next > 0; // of sitemaps: no page of its own
    size_t fresh = gw_pages_add(&job->pages, rows, job->page_url);
    job->indexed |= index;
    if (index && job->page_limit < GW_PAGES_NEXT)
        job->page_limit++;
    bool stop = job->page_no >= job->page_limit || (fresh == 0 && !index);
    if (stop)
        finish_rows(job);
    else
        next_list_page(job);
}

static bool is_new_article_page(struct gw_job *job, const char *url)
{
    if (!url[0] || job->page_no >= GW_PAGES_ARTICLE || !gw_url_same_site(job->first_url, url))
        return false;
    for (uint32_t i = 0; i < job->page_no; i++)
        if (strcmp(job->article_pages[i], url) == 0)
            return false;
    return true;
}

static void on_document(struct gw_job *job, Gw__Document *document)
{
    job->article_pages[job->page_no - 1] = job->page_url;
    if (!job->document) {
        job->document = document;
    } else if (!gw_pages_join(job->arena, job->document, document)) {
        finish_document(job);
        return;
    }
    const char *next = document->next_url;
    if (!is_new_article_page(job, next)) {
        finish_document(job);
        return;
    }
    job->page_no++;
    job->step = PAGE;
    visit_url(job, next, GW__REQUEST_KIND__REQUEST_PAGE);
}

static void keep_arena(struct gw_job *job, struct gw_reading_end *end)
{
    struct kept *kept = calloc(1, sizeof *kept);
    gw_assert(kept);
    *kept = (struct kept){.next = job->kept, .arena = end->arena};
    end->arena = NULL;
    job->kept = kept;
}

static bool is_readers_fault(Gw__Failure failure)
{
    return failure >= GW__FAILURE__FAILURE_READER_CRASH && failure <= GW__FAILURE__FAILURE_READER_MEMORY;
}

static void on_reading(struct gw_reading_end *end, void *arg)
{
    struct gw_job *job = arg;
    job->reading = NULL;
    if (end->result)
        keep_arena(job, end);
    const Gw__ReadResult *result = end->result;
    Gw__Failure failure = result ? result->failure : end->failure;
    const char *detail = result ? result->failure_detail : end->detail;
    if (result && !job->response.charset[0])
        job->response.charset = result->charset;
    if (!result || failure != GW__FAILURE__FAILURE_NONE) {
        if (job->step == PAGE)
            finish_without_page(job, detail);
        else
            fail(job, failure, keep(job, detail), is_readers_fault(failure) ? &end->body : NULL);
        return;
    }
    bool again = job->rereading;
    job->rereading = false;
    switch (result->reading_case) {
    case GW__READ_RESULT__READING_THEN:
        if (job->step == THEN)
            fail(job, GW__FAILURE__FAILURE_BAD_ANSWER, "the second request asks for a third", NULL);
        else if (job->step == PAGE && !again)
            finish_without_page(job, "it asks for another request");
        else
            on_then(job, result->then);
        return;
    case GW__READ_RESULT__READING_ROWS:
        on_rows(job, result->rows);
        return;
    case GW__READ_RESULT__READING_DOCUMENT:
        on_document(job, result->document);
        return;
    case GW__READ_RESULT__READING_NO_ARTICLE:
        if (job->step == PAGE)
            finish_without_page(job, result->no_article->reason);
        else
            finish_no_article(job, result->no_article);
        return;
    default:
        fail(job, GW__FAILURE__FAILURE_READER_CRASH, "the reader gave no reading", &end->body);
    }
}

// ---- public

static uint32_t pages_wanted(const Gw__Job *message)
{
    const Gw__ListRule *list = message->source->list;
    if (!list)
        return 1;
    bool first_poll = !message->target || message->target->fetched_ms == 0;
    uint32_t pages = list->pages ? list->pages : 1;
    bool more = first_poll && list->backfill == GW__BACKFILL__BACKFILL_PAGES && list->backfill_pages > pages;
    return more ? list->backfill_pages : pages;
}

// Validators come with the answer they belong to; a newer reader has to see the page itself.
static void set_validators(const struct gw_job *job, struct gw_request *request)
{
    const Gw__Job *message = job->job;
    const Gw__Target *target = message->target;
    bool post = request->method && gw_str_eq_nocase(request->method, "POST");
    if (!target || post || !trusted(job) || message->purpose == GW__PURPOSE__PURPOSE_CONFIRM)
        return;
    request->etag = target->etag;
    request->last_modified = target->last_modified;
}

struct gw_job *gw_job_start(const struct gw_port *port, struct gw_arena *arena, const Gw__Job *message,
                            gw_job_fn *on_end, void *arg)
{
    struct gw_job *job = calloc(1, sizeof *job);
    gw_assert(job);
    *job = (struct gw_job){.port = port,
                           .on_end = on_end,
                           .arg = arg,
                           .message_arena = arena,
                           .arena = gw_arena_new(JOB_ARENA),
                           .job = message,
                           .page_no = 1,
                           .page_limit = pages_wanted(message)};
    job->definition = is_list(job) ? gw_digest_definition(message->source) : 0;
    gw__response__init(&job->response);
    job->jar.arena = job->arena;
    gw_pages_init(&job->pages, job->arena);
    const char *host = gw_url_host_key(job->arena, message->url);
    if (message->robots && host && strcmp(host, message->robots->host) == 0)
        gw_hosts_put(port->hosts, host, message->robots->status,
                     (struct gw_span){(const char *)message->robots->text.data, message->robots->text.len},
                     message->robots->fetched_ms);
    const Gw__ListRule *list = is_list(job) ? message->source->list : NULL;
    struct gw_ask_values values = {.list_url = message->url, .page_no = 1};
    struct gw_request request;
    if (gw_ask_fill(job->arena, list ? list->request : NULL, &values, &request))
        request = (struct gw_request){.url = message->url}; // the checks of a source file are elsewhere; try without
    set_validators(job, &request);
    bool confirm = message->purpose == GW__PURPOSE__PURPOSE_CONFIRM;
    visit(job, &request, confirm ? GW__REQUEST_KIND__REQUEST_CONFIRM : GW__REQUEST_KIND__REQUEST_FIRST);
    return job;
}

void gw_job_cancel(struct gw_job *job)
{
    if (job->visit)
        gw_visit_cancel(job->visit);
    if (job->reading)
        job->port->read_cancel(job->port->arg, job->reading);
    free_job(job);
}

void gw_job_permit(struct gw_job *job, const Gw__Permit *permit)
{
    if (job->visit)
        gw_visit_permit(job->visit, permit);
}

void gw_job_elsewhere(struct gw_job *job, const Gw__Elsewhere *elsewhere)
{
    if (job->visit)
        gw_visit_elsewhere(job->visit, elsewhere);
}

uint64_t gw_job_number(const struct gw_job *job)
{
    return job->job->job;
}
