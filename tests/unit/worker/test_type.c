// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "base/err.h"
#include "worker/type.h"

static const struct {
    const char *content_type;
    struct gw_span body;
    bool article, list; // may be read
} ROWS[] = {
    {"text/html", GW_SPAN("<html>"), true, true},
    {"", GW_SPAN("hello"), true, true},
    {"text/plain; charset=utf-8", GW_SPAN("hello"), true, true},
    {"application/json", GW_SPAN("{\"a\":1}"), false, true},
    {"application/xml", GW_SPAN("<?xml"), true, true},
    {"application/octet-stream", GW_SPAN("hello"), true, true},
    {"application/pdf", GW_SPAN("%PDF-1.4"), false, false},
    {"text/html", GW_SPAN("%PDF-1.4"), false, false},        // bytes before labels …
    {"application/pdf", GW_SPAN(" \r\n<html>"), true, true}, // … both ways
    {"image/png", GW_SPAN("\xEF\xBB\xBF<html>"), true, true},
    {"image/jpeg", GW_SPAN("\xFF\xD8\xFF\xE0"), false, false},
    {"IMAGE/GIF", GW_SPAN("GIF"), false, false},
    {"text/html", GW_SPAN("PK\x03\x04..."), false, false},
    {"application/msword", GW_SPAN("\xD0\xCF\x11\xE0"), false, false},
    {"application/gzip", GW_SPAN("\x1F\x8B\x08"), true, true}, // sitemaps; the reader says what an article is not
    {"video/mp4",
     GW_SPAN("\0\0\0\x18"
             "ftypmp42"),
     false, false},
    {"text/html", GW_SPAN(""), true, true},
};

static void table(void **state)
{
    (void)state;
    for (size_t i = 0; i < GW_COUNT(ROWS); i++) {
        bool article = !gw_type_refuses(GW__PURPOSE__PURPOSE_ARTICLE, ROWS[i].content_type, ROWS[i].body);
        bool list = !gw_type_refuses(GW__PURPOSE__PURPOSE_LIST, ROWS[i].content_type, ROWS[i].body);
        if (article != ROWS[i].article || list != ROWS[i].list)
            fail_msg("row %zu (%s): article %d, list %d", i, ROWS[i].content_type, article, list);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(table)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
