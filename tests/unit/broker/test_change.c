// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "broker/change.h"
#include "broker/content.h"

#include <stdio.h>
#include <stdlib.h>

enum { ARENA_BYTES = 64 << 20 };

static Gw__Document *document(struct gw_arena *arena, const char *title, const char *body)
{
    Gw__Document *d = gw_arena_alloc(arena, sizeof *d);
    gw__document__init(d);
    d->title = (char *)title;
    d->body = (char *)body;
    return d;
}

static void significance_is_the_gravest_of_what_changed(void **state)
{
    (void)state;
    static const struct {
        const char *before, *after, *expected;
    } cases[] = {
        {"The ministry recieved the plan.", "The ministry received the plan.", "typo"},
        {"各部门要认真贯彻落实。", "各部门要认真贯彻执行。", "typo"},
        {"The office on Main Street, second floor, opens on weekdays.",
         "The office on Main Street, second floor, opens daily.", "minor"},
        {"截止日期为2024年3月4日。", "截止日期为2024年3月14日。", "date"},
        {"The deadline is March 4, 2024.", "The deadline is March 14, 2024.", "date"},
        {"补助资金300万元。", "补助资金500万元。", "amount"},
        {"A grant of $2.5 million.", "A grant of $3.5 million.", "amount"},
        {"共有12个项目入选。", "共有15个项目入选。", "number"},
        {"One.\nTwo.", "One.\nTwo.\nThree.", "addition"},
        {"One.\nTwo.\nThree.", "One.\nThree.", "deletion"},
        {"First line here.\nSecond line here.", "Something else entirely now.\nAnd this is different too.", "rewrite"},
        {"补助资金300万元。\n附则。", "补助资金500万元。\n附则。\n又一条。", "amount"},
    };
    struct gw_arena *arena = gw_arena_new(ARENA_BYTES);
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        Gw__Change *change;
        check_ok(gw_change_make(arena, document(arena, "t", cases[i].before), document(arena, "t", cases[i].after),
                                &change));
        if (strcmp(change->significance, cases[i].expected) != 0)
            fail_msg("'%s' to '%s': %s, expected %s", cases[i].before, cases[i].after, change->significance,
                     cases[i].expected);
    }
    gw_arena_free(arena);
}

static void paragraphs_say_where_and_what(void **state)
{
    (void)state;
    struct gw_arena *arena = gw_arena_new(ARENA_BYTES);
    Gw__Change *change;
    check_ok(
        gw_change_make(arena, document(arena, "t", "a\nb\nc\nd"), document(arena, "t", "a\nB!\nc\ne\nd"), &change));
    assert_int_equal(change->n_paragraphs, 2);
    const Gw__ParagraphChange *p = change->paragraphs[0];
    assert_int_equal(p->op, GW__DIFF_OP__DIFF_CHANGED);
    assert_int_equal(p->paragraph, 1);
    assert_string_equal(p->before, "b");
    assert_string_equal(p->after, "B!");
    p = change->paragraphs[1];
    assert_int_equal(p->op, GW__DIFF_OP__DIFF_ADDED);
    assert_int_equal(p->paragraph, 3);
    assert_string_equal(p->after, "e");
    assert_int_equal(change->n_fields, 0);
    gw_arena_free(arena);
}

static void fields_say_what_they_were(void **state)
{
    (void)state;
    struct gw_arena *arena = gw_arena_new(ARENA_BYTES);
    Gw__Document *before = document(arena, "Old title", "b"), *after = document(arena, "New title", "b");
    before->published = "2024-03-04";
    after->published = "2024-03-05";
    before->source = "  A  office";
    after->source = "A office";
    Gw__Attachment attachment = GW__ATTACHMENT__INIT, *attachments = &attachment;
    attachment.name = "annex";
    attachment.url = "https://a.example/annex.pdf";
    after->attachments = &attachments;
    after->n_attachments = 1;
    Gw__Change *change;
    check_ok(gw_change_make(arena, before, after, &change));
    assert_int_equal(change->n_fields, 3);
    assert_string_equal(change->fields[0]->field, "title");
    assert_string_equal(change->fields[0]->before, "Old title");
    assert_string_equal(change->fields[1]->field, "published");
    assert_string_equal(change->fields[1]->after, "2024-03-05");
    assert_string_equal(change->fields[2]->field, "attachments");
    assert_string_equal(change->fields[2]->before, "");
    assert_string_equal(change->significance, "date");
    gw_arena_free(arena);
}

static void a_huge_rewrite_stays_bounded(void **state)
{
    (void)state;
    struct gw_arena *arena = gw_arena_new(ARENA_BYTES);
    struct gw_buf a = GW_BUF(1 << 20), b = GW_BUF(1 << 20);
    for (int i = 0; i < 5000; i++) {
        gw_buf_printf(&a, "old paragraph %d with some text in it\n", i);
        gw_buf_printf(&b, "another paragraph %d with other words\n", i);
    }
    Gw__Change *change;
    check_ok(
        gw_change_make(arena, document(arena, "t", gw_buf_str(&a)), document(arena, "t", gw_buf_str(&b)), &change));
    assert_int_equal(change->n_paragraphs + change->more_paragraphs, 5000);
    assert_true(change->n_paragraphs <= 200);
    assert_true(gw__change__get_packed_size(change) < 100 * 1024);
    assert_string_equal(change->significance, "rewrite");
    gw_buf_fini(&a);
    gw_buf_fini(&b);
    gw_arena_free(arena);
}

static void white_space_and_forms_are_no_content(void **state)
{
    (void)state;
    struct gw_arena *arena = gw_arena_new(ARENA_BYTES);
    Gw__Document *a = document(arena, "关于　２０２４年的通知", "第一段。\n第二段 caf\u00e9"),
                 *b = document(arena, " 关于2024年的通知", "第一段。第二段cafe\u0301\n"),
                 *c = document(arena, "关于2024年的通知", "第一段。第二段Café");
    uint8_t x[32], y[32];
    gw_content_digest(a, x);
    gw_content_digest(b, y);
    assert_memory_equal(x, y, 32);
    gw_content_digest(c, y);
    assert_memory_not_equal(x, y, 32);
    b->author = "somebody"; // every field counts
    gw_content_digest(b, y);
    assert_memory_not_equal(x, y, 32);
    b->author = "";
    b->lang = "zh"; // what was made from the content does not
    gw_content_digest(b, y);
    assert_memory_equal(x, y, 32);
    b->title = "";
    b->subtitle = a->title; // text in another field is another content
    gw_content_digest(b, y);
    assert_memory_not_equal(x, y, 32);
    gw_arena_free(arena);
}

static void a_value_of_the_list_is_not_the_pages(void **state)
{
    (void)state;
    struct gw_arena *arena = gw_arena_new(ARENA_BYTES);
    Gw__Document *d = document(arena, "t", "b");
    uint8_t bare[32], listed[32], stated[32];
    gw_content_digest(d, bare);
    d->published = "2024-03-04";
    gw_content_digest(d, stated);
    Gw__Evidence evidence = GW__EVIDENCE__INIT, *evidences = &evidence;
    evidence.field = "published";
    evidence.from = "list";
    d->evidence = &evidences;
    d->n_evidence = 1;
    gw_content_digest(d, listed);
    assert_memory_equal(bare, listed, 32);
    assert_memory_not_equal(bare, stated, 32);
    gw_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(significance_is_the_gravest_of_what_changed),
        cmocka_unit_test(paragraphs_say_where_and_what),
        cmocka_unit_test(fields_say_what_they_were),
        cmocka_unit_test(a_huge_rewrite_stays_bounded),
        cmocka_unit_test(white_space_and_forms_are_no_content),
        cmocka_unit_test(a_value_of_the_list_is_not_the_pages),
    };
    return cmocka_run_group_tests_name("broker/change", tests, NULL, NULL);
}
