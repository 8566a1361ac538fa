// SPDX-License-Identifier: Apache-2.0
#include "understand.h"

#include "base/clock.h"
#include "html/page.h"
#include "model/url.h"
#include "wire/frame.h"
#include "worker/fit.h"

static void fail(Gw__ReadResult *result, Gw__Failure failure, const char *detail)
{
    result->failure = failure;
    result->failure_detail = (char *)detail;
    result->reading_case = GW__READ_RESULT__READING__NOT_SET;
    result->rows = NULL;
}

// The parse gives one code for both of its ceilings; the clock tells which it was.
static Gw__Failure ceiling(int64_t cpu_us, uint32_t budget_ms)
{
    return cpu_us >= (int64_t)budget_ms * 1000 ? GW__FAILURE__FAILURE_READER_TIME : GW__FAILURE__FAILURE_READER_MEMORY;
}

static int read_list(struct gw_arena *arena, const Gw__ReadReq *request, const struct gw_understand_kept *kept,
                     const struct gw_page_input *answer, Gw__ReadResult *result)
{
    struct gw_list_input input = {.answer = *answer,
                                  .source = request->source,
                                  .compiled = kept->compiled,
                                  .request_no = request->request_no,
                                  .page_no = request->page_no ? request->page_no : 1};
    Gw__Rows *rows = NULL;
    Gw__Request *then = NULL;
    int rc = gw_list_read(arena, &input, &rows, &then);
    if (rc)
        return rc;
    if (then) {
        result->reading_case = GW__READ_RESULT__READING_THEN;
        result->then = then;
        return 0;
    }
    result->reading_case = GW__READ_RESULT__READING_ROWS;
    result->rows = rows;
    return gw_fit_rows(arena, rows, GW_READING_MAX) ? 0 : gw_fail(GW_ELIMIT, "out of memory");
}

static int read_article(struct gw_arena *arena, const Gw__ReadReq *request, const struct gw_understand_kept *kept,
                        const struct gw_page_input *answer, Gw__ReadResult *result)
{
    struct gw_page page;
    int rc = gw_page_parse(arena, answer, &page);
    if (rc)
        return rc;
    result->charset = (char *)(page.charset ? page.charset : "");
    struct gw_article_options options = {.source = request->source, .row = request->row, .compiled = kept->compiled};
    Gw__Document *document = NULL;
    const char *reason = NULL;
    rc = gw_article_read(&page, &options, &document, &reason);
    if (rc)
        return rc;
    if (reason) {
        Gw__NoArticle *none = gw_arena_alloc(arena, sizeof *none);
        if (!none)
            return gw_fail(GW_ELIMIT, "out of memory");
        gw__no_article__init(none);
        none->reason = (char *)reason;
        result->reading_case = GW__READ_RESULT__READING_NO_ARTICLE;
        result->no_article = none;
        return 0;
    }
    const char *canonical = gw_url_canonical(arena, request->url);
    document->canonical_url = (char *)(canonical ? canonical : request->url);
    // A document with some of its facts is worth more than none.
    struct gw_policy_options facts = {.names = kept->bodies};
    rc = gw_policy_read_with(arena, request->source, &facts, document);
    document->truncated |= request->truncated || page.truncated;
    result->reading_case = GW__READ_RESULT__READING_DOCUMENT;
    result->document = document;
    (void)rc;
    return gw_fit_document(arena, document, GW_READING_MAX) ? 0 : gw_fail(GW_ELIMIT, "out of memory");
}

static Gw__Failure failure_of(int rc, const Gw__ReadReq *request, size_t n, int64_t cpu_us, uint32_t budget_ms)
{
    bool list = request->purpose == GW__PURPOSE__PURPOSE_LIST;
    if (rc == GW_ELIMIT)
        return ceiling(cpu_us, budget_ms);
    if (request->truncated && list)
        return GW__FAILURE__FAILURE_TOO_BIG; // half a data file is none
    return n == 0 || list ? GW__FAILURE__FAILURE_BAD_ANSWER : GW__FAILURE__FAILURE_WRONG_TYPE;
}

void gw_understand(struct gw_arena *arena, const Gw__ReadReq *request, const struct gw_understand_kept *kept,
                   const void *bytes, size_t n, Gw__ReadResult *ret_result)
{
    static const struct gw_understand_kept nothing = {0};
    int64_t started_us = gw_clock_cpu_us();
    kept = kept ? kept : &nothing;
    bool list = request->purpose == GW__PURPOSE__PURPOSE_LIST;
    uint32_t budget_ms = request->budget_ms ? request->budget_ms : GW_PAGE_BUDGET_MS;
    struct gw_page_input answer = {.bytes = bytes,
                                   .length = n,
                                   .url = request->url,
                                   .content_type = request->content_type,
                                   .charset = request->source ? request->source->charset : NULL,
                                   .truncated = request->truncated,
                                   .budget_ms = budget_ms,
                                   // The source's own selectors may ask for any attribute.
                                   .lean = !list && !(request->source && request->source->article)};
    gw__read_result__init(ret_result);
    ret_result->job = request->job;
    ret_result->extractor = GW_EXTRACTOR_VERSION;
    int rc = list ? read_list(arena, request, kept, &answer, ret_result)
                  : read_article(arena, request, kept, &answer, ret_result);
    int64_t cpu_us = gw_clock_cpu_us() - started_us;
    ret_result->cpu_ms = (uint32_t)((cpu_us + 999) / 1000);
    if (rc) {
        fail(ret_result, failure_of(rc, request, n, cpu_us, budget_ms), gw_reason());
    } else if (gw_message_check(&ret_result->base)) {
        // Our own mistake, on these bytes: keep them to find it.
        fail(ret_result, GW__FAILURE__FAILURE_READER_CRASH, gw_reason());
    }
}
