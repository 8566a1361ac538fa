// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "base/err.h"
#include "policy.h"

#include <stdio.h>
#include <stdlib.h>

enum { ARENA = 8 * 1024 * 1024 };

static struct gw_arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = gw_arena_new(ARENA);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena = gw_arena_free(arena);
    return 0;
}

static Gw__Document *read_document(const char *title, const char *published, const char *body)
{
    Gw__Document *document = gw_arena_alloc(arena, sizeof *document);
    gw__document__init(document);
    document->title = (char *)title;
    document->body = (char *)body;
    document->published = (char *)published;
    check_ok(gw_policy_read(arena, NULL, document));
    return document;
}

static const char *date_of(const Gw__Document *document, const char *role)
{
    for (size_t i = 0; i < document->n_dates; i++)
        if (strcmp(document->dates[i]->role, role) == 0)
            return document->dates[i]->value;
    return "";
}

static void check_proof(const Gw__Document *document, const Gw__Proof *proof)
{
    assert_non_null(proof);
    if (proof->place != GW__PLACE__PLACE_BODY)
        return;
    assert_true(proof->start < proof->end && proof->end <= strlen(document->body));
    assert_int_equal(strlen(proof->quote), proof->end - proof->start);
    assert_memory_equal(document->body + proof->start, proof->quote, proof->end - proof->start);
}

static const char NOTICE_BODY[] =
    "杭州市经信局、杭州市财政局关于做好设备更新工作的通知\n杭经信联〔2023〕17号\n各区、县（市）人民政府：\n"
    "为贯彻落实《国务院关于加快设备更新的意见》（国发〔2022〕9号）精神，现将有关事项通知如下。\n"
    "一、加大支持力度。单个项目补助不超过300万元，贴息比例为2.5个百分点，惠及企业1200多家。\n"
    "二、严格申报时限。各地于2023年9月底前报送，局长王建国负责。\n"
    "本通知自2023年8月1日起施行。\n杭州市经信局\n杭州市财政局\n2023年7月20日";

static void test_a_notice(void **state)
{
    (void)state;
    Gw__Document *d = read_document("杭州市经信局、杭州市财政局关于做好设备更新工作的通知", "2023-07-21", NOTICE_BODY);
    assert_string_equal(d->kind, "notice");
    assert_string_equal(d->doc_number, "杭经信联〔2023〕17号");
    assert_int_equal(d->n_issuers, 2);
    assert_string_equal(d->issuers[0]->canonical, "杭州市经济和信息化局");
    assert_string_equal(d->issuers[1]->canonical, "杭州市财政局");
    assert_string_equal(d->regions[0]->code, "330100");
    assert_string_equal(date_of(d, "written"), "2023-07-20");
    assert_string_equal(date_of(d, "effective"), "2023-08-01");
    assert_string_equal(d->effective, "2023-08-01");
    assert_string_equal(date_of(d, "deadline"), "2023-09");
    assert_int_equal(d->n_amounts, 1);
    assert_string_equal(d->amounts[0]->value, "3000000");
    assert_string_equal(d->amounts[0]->currency, "CNY");
    assert_string_equal(d->amounts[0]->comparator, "lte");
    assert_int_equal(d->n_quantities, 2);
    assert_string_equal(d->quantities[0]->unit, "percentage_points");
    assert_string_equal(d->quantities[1]->value, "1200");
    assert_string_equal(d->quantities[1]->comparator, "gt");
    assert_int_equal(d->n_people, 1);
    assert_string_equal(d->people[0]->name, "王建国");
    assert_int_equal(d->n_references, 1);
    assert_string_equal(d->references[0]->title, "国务院关于加快设备更新的意见");
    assert_string_equal(d->references[0]->doc_number, "国发〔2022〕9号");
    assert_string_equal(d->references[0]->relation, "implements");
    assert_int_equal(d->n_measures, 2);
    assert_string_equal(d->measures[1]->head, "严格申报时限");
}

static void test_proofs_are_exact(void **state)
{
    (void)state;
    Gw__Document *d = read_document("杭州市经信局、杭州市财政局关于做好设备更新工作的通知", "2023-07-21", NOTICE_BODY);
    for (size_t i = 0; i < d->n_issuers; i++)
        check_proof(d, d->issuers[i]->proof);
    for (size_t i = 0; i < d->n_regions; i++)
        check_proof(d, d->regions[i]->proof);
    for (size_t i = 0; i < d->n_dates; i++)
        check_proof(d, d->dates[i]->proof);
    for (size_t i = 0; i < d->n_amounts; i++)
        check_proof(d, d->amounts[i]->proof);
    for (size_t i = 0; i < d->n_quantities; i++)
        check_proof(d, d->quantities[i]->proof);
    for (size_t i = 0; i < d->n_people; i++)
        check_proof(d, d->people[i]->proof);
    for (size_t i = 0; i < d->n_references; i++)
        check_proof(d, d->references[i]->proof);
    for (size_t i = 0; i < d->n_measures; i++)
        check_proof(d, d->measures[i]->proof);
}

static void test_nothing_to_say(void **state)
{
    (void)state;
    Gw__Document *d = read_document("", "", "");
    assert_int_equal(d->n_issuers + d->n_dates + d->n_amounts + d->n_people, 0);
    d = read_document("Grandma's apple cake", "",
                      "Take 3 apples, 250 grams of flour and 100 raisins. Serves 8 guests. It costs $5.");
    assert_int_equal(d->n_issuers + d->n_amounts + d->n_quantities + d->n_people + d->n_regions, 0);
}

// No table knows this ministry; whoever watches it does.
static void test_the_source_says_who_publishes(void **state)
{
    (void)state;
    Gw__LocalName zh = GW__LOCAL_NAME__INIT, en = GW__LOCAL_NAME__INIT, *names[] = {&en, &zh};
    Gw__Source source = GW__SOURCE__INIT;
    Gw__Document document = GW__DOCUMENT__INIT;
    zh.lang = (char *)"zh", zh.text = (char *)"近岸产业发展部";
    en.lang = (char *)"en", en.text = (char *)"Ministry of Coasts";
    source.name = names, source.n_name = 2, source.level = (char *)"national";
    document.title = (char *)"Ministry of Coasts opens a fund";
    document.body =
        (char *)"The Ministry of Coasts opened a fund of 5 million euros. The Ministry of Coastsides did not.";
    check_ok(gw_policy_read(arena, &source, &document));
    assert_int_equal(document.n_issuers, 1);
    assert_string_equal(document.issuers[0]->name, "Ministry of Coasts");
    assert_string_equal(document.issuers[0]->canonical, "近岸产业发展部");
    assert_string_equal(document.issuers[0]->level, "national");
    assert_int_equal(document.n_amounts, 1);
}

// A full arena ends the reading with a reason, never with a crash, wherever it happens.
static void test_full_arena(void **state)
{
    (void)state;
    for (size_t bytes = 1024; bytes < 512 * 1024; bytes += 3 * 1024) {
        struct gw_arena *small = gw_arena_new(bytes);
        Gw__Document document = GW__DOCUMENT__INIT;
        document.body = (char *)NOTICE_BODY;
        int rc = gw_policy_read(small, NULL, &document);
        assert_true(rc == GW_OK || rc == GW_ELIMIT);
        gw_arena_free(small);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_notice, setup, teardown),
        cmocka_unit_test_setup_teardown(test_proofs_are_exact, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nothing_to_say, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_source_says_who_publishes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_full_arena, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
