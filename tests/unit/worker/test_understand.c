// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "base/err.h"
#include "html/page.h"
#include "wire/frame.h"
#include "worker/sandbox.h"
#include "worker/understand.h"

#include <stdlib.h>

static struct gw_arena *arena;

static Gw__ReadResult read_page(Gw__Purpose purpose, const char *content_type, const void *bytes, size_t n,
                                bool truncated)
{
    static Gw__Source source;
    gw__source__init(&source);
    source.id = (char *)"town";
    Gw__ReadReq request = GW__READ_REQ__INIT;
    request.job = 7;
    request.purpose = purpose;
    request.url = (char *)"http://www.town.example/news/1.html";
    request.content_type = (char *)content_type;
    request.source = &source;
    request.truncated = truncated;
    request.budget_ms = GW_PAGE_BUDGET_MS * GW_SLOWER;
    Gw__ReadResult result;
    gw_arena_reset(arena);
    gw_understand(arena, &request, NULL, bytes, n, &result);
    check_ok(gw_message_check(&result.base));
    assert_int_equal(result.job, 7);
    assert_int_equal(result.extractor, GW_EXTRACTOR_VERSION);
    return result;
}

#define PAGE(text)                                                                                                     \
    "<html><head><title>Plan approved</title></head><body><h1>Plan approved</h1><div>" text "</div></body></html>"
#define TEXT                                                                                                           \
    "<p>The council has approved the plan for the market square after a hearing on Monday, the mayor said.</p>"        \
    "<p>Work begins in spring and takes two years; residents may comment until the end of the month.</p>"

static void an_article(void **state)
{
    (void)state;
    Gw__ReadResult result = read_page(GW__PURPOSE__PURPOSE_ARTICLE, "text/html", PAGE(TEXT), strlen(PAGE(TEXT)), false);
    assert_int_equal(result.reading_case, GW__READ_RESULT__READING_DOCUMENT);
    assert_string_equal(result.document->title, "Plan approved");
    assert_string_equal(result.document->canonical_url, "https://town.example/news/1.html");
    assert_false(result.document->truncated);
    result = read_page(GW__PURPOSE__PURPOSE_ARTICLE, "text/html", PAGE(TEXT), strlen(PAGE(TEXT)), true);
    assert_true(result.document->truncated);
}

static void what_cannot_be_read(void **state)
{
    (void)state;
    assert_int_equal(read_page(GW__PURPOSE__PURPOSE_ARTICLE, "text/html", "", 0, false).failure,
                     GW__FAILURE__FAILURE_BAD_ANSWER);
    assert_int_equal(read_page(GW__PURPOSE__PURPOSE_ARTICLE, "text/html",
                               "\x7F"
                               "ELF\0\0\1\2\3\0\0\0",
                               12, false)
                         .failure,
                     GW__FAILURE__FAILURE_WRONG_TYPE);
    assert_int_equal(read_page(GW__PURPOSE__PURPOSE_LIST, "text/html", "", 0, false).failure,
                     GW__FAILURE__FAILURE_BAD_ANSWER);
    assert_int_equal(read_page(GW__PURPOSE__PURPOSE_LIST, "application/json", "{\"rows\":[{", 10, true).failure,
                     GW__FAILURE__FAILURE_TOO_BIG);
}

// The worst we know for a tree builder. Read or refused, but within the budget and with a valid result.
static void hostile_pages_end(void **state)
{
    (void)state;
    enum { BYTES = 2 * 1024 * 1024 };
    static const char *const PIECES[] = {"<div>",           "<b><p>", "<table><tr><td>",
                                         "<a a=1 b=2 c=3>", "<!--",   "&amp;<i><p>"};
    char *page = malloc(BYTES);
    assert_non_null(page);
    for (size_t i = 0; i < GW_COUNT(PIECES); i++) {
        size_t bytes = strlen(PIECES[i]);
        for (size_t at = 0; at + bytes <= BYTES; at += bytes)
            memcpy(page + at, PIECES[i], bytes);
        Gw__ReadResult result =
            read_page(GW__PURPOSE__PURPOSE_ARTICLE, "text/html", page, BYTES - BYTES % bytes, false);
        assert_true(result.cpu_ms < 600 * GW_SLOWER); // where a reader would be killed
    }
    free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_article),
        cmocka_unit_test(what_cannot_be_read),
        cmocka_unit_test(hostile_pages_end),
    };
    arena = gw_arena_new(GW_PAGE_ARENA);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gw_arena_free(arena);
    return failed;
}
