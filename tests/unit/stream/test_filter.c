// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "stream/filter.h"
#include "wire/frame.h"

static struct gw_buf packed(const char *title, const char *body)
{
    Gw__Document document = GW__DOCUMENT__INIT;
    document.title = (char *)title;
    document.body = (char *)body;
    Gw__Event event = GW__EVENT__INIT;
    event.stream = GW__STREAM__STREAM_POLICY;
    event.event_id = "id";
    event.type = "published";
    event.stored_ms = 1;
    event.revision = 1;
    event.document_id = "id";
    event.source_id = "town";
    event.subject = "https://a.example/";
    event.document = &document;
    struct gw_buf out = GW_BUF(1 << 20);
    check_ok(gw_message_pack(&out, &event));
    return out;
}

static struct gw_span span_of(const struct gw_buf *buf)
{
    return (struct gw_span){buf->data, buf->bytes};
}

static void each_event_is_judged_anew_and_filters_are_shared(void **state)
{
    (void)state;
    struct gw_filters filters = {0};
    struct gw_filter *plans, *again, *notices;
    struct gw_judging judging;
    struct gw_buf plan = packed("A plan", "for energy"), notice = packed("通知", "关于补助"), torn = packed("plan", "");
    gw_judging_init(&judging, gw_arena_new(1 << 20));
    check_ok(gw_filter_open(&filters, "plan", &plans));
    check_ok(gw_filter_open(&filters, "plan", &again));
    check_ok(gw_filter_open(&filters, "补助 -plan", &notices));
    assert_ptr_equal(plans, again);
    assert_ptr_not_equal(plans, notices);
    assert_null(gw_filter_close(&filters, again));

    gw_judging_begin(&judging, span_of(&plan));
    assert_true(gw_filter_wants(plans, &judging));
    assert_true(gw_filter_wants(plans, &judging));
    assert_false(gw_filter_wants(notices, &judging));
    gw_judging_begin(&judging, span_of(&notice));
    assert_true(gw_filter_wants(notices, &judging));
    assert_false(gw_filter_wants(plans, &judging));
    // What cannot be judged is for the consumer to see.
    gw_judging_begin(&judging, (struct gw_span){torn.data, torn.bytes - 1});
    assert_true(gw_filter_wants(notices, &judging));
    assert_true(gw_filter_wants(plans, &judging));
    gw_judging_begin(&judging, span_of(&plan));
    assert_false(gw_filter_wants(notices, &judging));

    assert_null(gw_filter_close(&filters, plans));
    assert_null(gw_filter_close(&filters, notices));
    assert_null(filters.all);
    gw_judging_fini(&judging);
    gw_buf_fini(&plan);
    gw_buf_fini(&notice);
    gw_buf_fini(&torn);
}

static void a_wrong_filter_is_refused(void **state)
{
    (void)state;
    struct gw_filters filters = {0};
    struct gw_filter *filter = NULL;
    check_rc(gw_filter_open(&filters, "kind:decree", &filter), GW_EINVAL);
    assert_null(filters.all);
    assert_null(gw_filter_close(&filters, filter));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_event_is_judged_anew_and_filters_are_shared),
        cmocka_unit_test(a_wrong_filter_is_refused),
    };
    return cmocka_run_group_tests_name("stream/filter", tests, NULL, NULL);
}
