// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "world.h"

#include "broker/event.h"

#define POLICY GW__STREAM__STREAM_POLICY

static void new_unchanged_revised(void **state)
{
    struct world *w = *state;
    world_read(w, WORLD_PAGE, "Notice", "One.\nTwo.", GW_OUTCOME_STORED);
    world_read(w, WORLD_PAGE, "Notice", "One.\nTwo.", GW_OUTCOME_UNCHANGED);
    world_read(w, WORLD_PAGE, " Notice ", "One.  \nTwo.\n", GW_OUTCOME_UNCHANGED);
    world_read(w, WORLD_PAGE, "Notice", "One.\nTwo.\nThree.", GW_OUTCOME_STORED);
    world_read(w, WORLD_PAGE, "Notice", "One.\nTwo.", GW_OUTCOME_STORED);
    world_check_events(w, POLICY, "1 published r1; 2 revised r2 addition; 3 revised r3 deletion; ");
    const Gw__Event *first = world_event(w, POLICY, 1), *second = world_event(w, POLICY, 2);
    assert_string_equal(second->change->previous_event_id, first->event_id);
    assert_string_equal(second->document_id, first->document_id);
    assert_string_equal(second->subject, WORLD_PAGE);
    assert_string_equal(first->provenance->node, "node");
    assert_int_equal(first->provenance->epoch, 5);
    assert_int_equal(first->provenance->msgno, 1);
}

static void an_event_id_follows_from_document_revision_and_type(void **state)
{
    struct world *w = *state;
    world_read(w, WORLD_PAGE, "Notice", "One.", GW_OUTCOME_STORED);
    char hex[GW_ID_HEX];
    struct gw_id document = gw_document_id(WORLD_PAGE), event = gw_policy_event_id(&document, 1, "published");
    assert_string_equal(world_event(w, POLICY, 1)->event_id, gw_id_hex(&event, hex));
    assert_string_equal(world_event(w, POLICY, 1)->document_id, gw_id_hex(&document, hex));
}

static void a_newer_extractor_rebases_without_an_event(void **state)
{
    struct world *w = *state;
    world_read(w, WORLD_PAGE, "Notice", "One. Menu. Footer.", GW_OUTCOME_STORED);
    Gw__Observation *o = world_article(w, WORLD_PAGE, "Notice", "One.");
    o->extractor = 2;
    assert_int_equal(world_publish(w, o), GW_OUTCOME_UNCHANGED);
    assert_int_equal(w->result.verdict, GW_VERDICT_REBASED);
    // An older one, still running somewhere, changes nothing, whatever it reads.
    world_read(w, WORLD_PAGE, "Notice", "Something else.", GW_OUTCOME_UNCHANGED);
    o = world_article(w, WORLD_PAGE, "Notice", "One.");
    o->extractor = 2;
    assert_int_equal(world_publish(w, o), GW_OUTCOME_UNCHANGED);
    // A change is compared with what the newer one read, not with the last event.
    o = world_article(w, WORLD_PAGE, "Notice", "One.\nTwo.");
    o->extractor = 2;
    assert_int_equal(world_publish(w, o), GW_OUTCOME_STORED);
    world_check_events(w, POLICY, "1 published r1; 2 revised r2 addition; ");
    o = world_article(w, WORLD_PAGE, "Notice", "One.\nTwo.\nThree.");
    o->extractor = 2;
    assert_int_equal(world_publish(w, o), GW_OUTCOME_STORED);
    world_check_events(w, POLICY, "1 published r1; 2 revised r2 addition; 3 revised r3 addition; ");
}

static Gw__Observation *redirected(struct world *w, const char *url, const char *to, uint32_t status)
{
    Gw__Observation *o = world_article(w, url, "Notice", "One.");
    o->response = gw_arena_alloc(w->arena, sizeof *o->response);
    gw__response__init(o->response);
    o->response->final_url = (char *)to;
    o->response->hops = gw_arena_alloc(w->arena, sizeof *o->response->hops);
    o->response->hops[0] = gw_arena_alloc(w->arena, sizeof **o->response->hops);
    gw__hop__init(o->response->hops[0]);
    o->response->hops[0]->url = (char *)url;
    o->response->hops[0]->status = status;
    o->response->n_hops = 1;
    return o;
}

static void a_moved_page_is_the_same_document(void **state)
{
    struct world *w = *state;
    world_read(w, WORLD_PAGE, "Notice", "One.", GW_OUTCOME_STORED);
    assert_int_equal(world_publish(w, redirected(w, WORLD_PAGE, "https://a.example/new", 301)), GW_OUTCOME_UNCHANGED);
    world_read(w, "https://a.example/new", "Notice", "One.", GW_OUTCOME_UNCHANGED); // known from its old place
    // An unknown URL that permanently leads to a known one is that document.
    assert_int_equal(world_publish(w, redirected(w, "https://a.example/old", WORLD_PAGE, 308)), GW_OUTCOME_UNCHANGED);
    world_read(w, "https://a.example/old", "Notice", "One.\nMore.", GW_OUTCOME_STORED);
    world_check_events(w, POLICY, "1 published r1; 2 revised r2 addition; ");
    assert_string_equal(world_event(w, POLICY, 2)->subject, WORLD_PAGE);
}

static void a_temporary_redirect_moves_nothing(void **state)
{
    struct world *w = *state;
    world_read(w, WORLD_PAGE, "Notice", "One.", GW_OUTCOME_STORED);
    assert_int_equal(world_publish(w, redirected(w, "https://a.example/2", WORLD_PAGE, 302)), GW_OUTCOME_STORED);
    world_check_events(w, POLICY, "1 published r1; 2 published r1; ");
}

static void a_printed_notice_withdraws(void **state)
{
    struct world *w = *state;
    world_read(w, WORLD_PAGE, "Notice", "One.", GW_OUTCOME_STORED);
    for (int again = 0; again < 2; again++) {
        Gw__Observation *o = world_article(w, WORLD_PAGE, "Notice", "One.");
        o->document->notice = "Repealed on 1 March.";
        assert_int_equal(world_publish(w, o), again ? GW_OUTCOME_UNCHANGED : GW_OUTCOME_STORED);
    }
    world_check_events(w, POLICY, "1 published r1; 2 withdrawn r1 minor; ");
    assert_string_equal(world_event(w, POLICY, 2)->document->body, "One."); // whole, also when withdrawn
    world_read(w, WORLD_PAGE, "Notice", "One.", GW_OUTCOME_STORED);
    Gw__Observation *o = world_article(w, WORLD_PAGE, "Notice", "One.\nAnd more.");
    o->document->notice = "Repealed again.";
    world_publish(w, o);
    world_check_events(w, POLICY,
                       "1 published r1; 2 withdrawn r1 minor; 3 reinstated r2 minor; 4 revised r3 addition; "
                       "5 withdrawn r3; ");
}

static void a_first_sight_may_be_withdrawn_already(void **state)
{
    struct world *w = *state;
    Gw__Observation *o = world_article(w, WORLD_PAGE, "Notice", "One.");
    o->document->notice = "No longer valid.";
    world_publish(w, o);
    world_check_events(w, POLICY, "1 published r1; 2 withdrawn r1; ");
}

static void what_retention_removed_can_still_be_revised(void **state)
{
    struct world *w = *state;
    world_read(w, WORLD_PAGE, "Notice", "One.", GW_OUTCOME_STORED);
    check_ok(gw_store_begin(w->store));
    check_ok(gw_store_trim(w->store, POLICY, 2));
    check_ok(gw_store_commit(w->store));
    world_read(w, WORLD_PAGE, "Notice", "One.", GW_OUTCOME_UNCHANGED);
    world_read(w, WORLD_PAGE, "Notice", "Two.", GW_OUTCOME_STORED);
    world_check_events(w, POLICY, "2 revised r2 ; ");
    world_read(w, WORLD_PAGE, "Notice", "Two.\nThree.", GW_OUTCOME_STORED);
    world_check_events(w, POLICY, "2 revised r2 ; 3 revised r3 addition; ");
}

static void relaxed_rules_are_on_record(void **state)
{
    struct world *w = *state;
    struct gw_store_source row;
    Gw__Source source = GW__SOURCE__INIT;
    Gw__FetchRule fetch = GW__FETCH_RULE__INIT;
    source.id = "town";
    source.url = WORLD_LIST;
    source.fetch = &fetch;
    fetch.robots = GW__ROBOTS__ROBOTS_IGNORE;
    fetch.reason = "they asked us to";
    uint8_t packed[200];
    row = (struct gw_store_source){.id = "town", .health = {"", 0}};
    row.definition = (struct gw_span){(char *)packed, gw__source__pack(&source, packed)};
    check_ok(gw_store_begin(w->store));
    check_ok(gw_store_source_put(w->store, &row));
    check_ok(gw_store_commit(w->store));
    world_read(w, WORLD_PAGE, "Notice", "One.", GW_OUTCOME_STORED);
    assert_string_equal(world_event(w, POLICY, 1)->provenance->robots, "ignored: they asked us to");
    assert_string_equal(world_event(w, POLICY, 1)->provenance->tls, "");
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(new_unchanged_revised),
        IN_WORLD(an_event_id_follows_from_document_revision_and_type),
        IN_WORLD(a_newer_extractor_rebases_without_an_event),
        IN_WORLD(a_moved_page_is_the_same_document),
        IN_WORLD(a_temporary_redirect_moves_nothing),
        IN_WORLD(a_printed_notice_withdraws),
        IN_WORLD(a_first_sight_may_be_withdrawn_already),
        IN_WORLD(what_retention_removed_can_still_be_revised),
        IN_WORLD(relaxed_rules_are_on_record),
    };
    return cmocka_run_group_tests_name("broker/registry", tests, NULL, NULL);
}
