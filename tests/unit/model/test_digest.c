// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "base/err.h"
#include "model/digest.h"

#include <stdbool.h>

static Gw__Document document_of(const char *title, const char *body)
{
    Gw__Document document = GW__DOCUMENT__INIT;
    document.title = (char *)title;
    document.body = (char *)body;
    return document;
}

static bool same(const Gw__Document *a, const Gw__Document *b)
{
    uint8_t first[GW_SHA256_BYTES], second[GW_SHA256_BYTES];
    gw_digest_document(a, first);
    gw_digest_document(b, second);
    return memcmp(first, second, sizeof first) == 0;
}

static void what_a_document_says(void **state)
{
    (void)state;
    Gw__Document one = document_of("Notice 7", "First line\nSecond"),
                 other = document_of("Notice 7", "First line\nSecond");
    assert_true(same(&one, &other));
    other.url = (char *)"https://elsewhere.example/", other.kind = (char *)"notice"; // found elsewhere; derived
    assert_true(same(&one, &other));
    other.body = (char *)"First Line\nSecond"; // a reader may see it
    assert_false(same(&one, &other));
    other.body = (char *)"First line\nThird";
    assert_false(same(&one, &other));
    other = document_of("Notice 7", "First line\nSecond");
    other.published = (char *)"2024-03-04";
    assert_false(same(&one, &other));
}

// A word that moves from the end of one field to the start of the next is a change.
static void fields_do_not_run_together(void **state)
{
    (void)state;
    Gw__Document one = document_of("Notice", "seven and eight"), other = document_of("Notice seven", "and eight");
    assert_false(same(&one, &other));
}

static void attachments_count(void **state)
{
    (void)state;
    Gw__Document one = document_of("Notice", "text"), other = document_of("Notice", "text");
    Gw__Attachment attachment = GW__ATTACHMENT__INIT;
    attachment.url = (char *)"https://a.example/form.doc";
    Gw__Attachment *list[] = {&attachment};
    other.attachments = list;
    other.n_attachments = 1;
    assert_false(same(&one, &other));
}

static void rows_in_order(void **state)
{
    (void)state;
    Gw__Row a = GW__ROW__INIT, b = GW__ROW__INIT;
    a.url = (char *)"https://a.example/1", a.title = (char *)"One", a.date = (char *)"2024-03-04";
    b.url = (char *)"https://a.example/2", b.title = (char *)"Two";
    Gw__Row *forward[] = {&a, &b}, *backward[] = {&b, &a};
    Gw__Rows rows = GW__ROWS__INIT;
    uint8_t first[GW_SHA256_BYTES], second[GW_SHA256_BYTES];
    rows.rows = forward;
    rows.n_rows = 2;
    rows.how = (char *)"family:trs";
    gw_digest_rows(&rows, first);
    rows.how = (char *)"auto:repeated li"; // how they were found is not what they say
    gw_digest_rows(&rows, second);
    assert_memory_equal(first, second, sizeof first);
    rows.rows = backward;
    gw_digest_rows(&rows, second);
    assert_memory_not_equal(first, second, sizeof first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_document_says),
        cmocka_unit_test(fields_do_not_run_together),
        cmocka_unit_test(attachments_count),
        cmocka_unit_test(rows_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
