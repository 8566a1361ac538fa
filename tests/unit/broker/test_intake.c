// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "world.h"

#include "base/clock.h"
#include "broker/event.h"
#include "wire/frame.h"

#include "schema/source.pb-c.h"

#define POLICY   GW__STREAM__STREAM_POLICY
#define SOURCE   GW__STREAM__STREAM_SOURCE
#define COVERAGE GW__STREAM__STREAM_COVERAGE

static void a_lists_rows_become_targets_once(void **state)
{
    struct world *w = *state;
    const char *const rows[] = {"https://a.example/1", "http://www.a.example/1#top", "https://b.example/x",
                                "mailto:nobody@a.example", NULL};
    Gw__Observation *o = world_list(w, rows);
    o->backlog = true;
    assert_int_equal(world_publish(w, o), GW_OUTCOME_STORED);
    assert_int_equal(w->result.target_count, 2);
    assert_string_equal(w->result.targets[0].host, "a.example:443");
    assert_string_equal(w->result.targets[0].target->url, "https://a.example/1");
    assert_string_equal(w->result.targets[0].target->row->url, "https://a.example/1");
    assert_true(w->result.targets[0].target->backlog);
    assert_int_equal(w->result.targets[0].target->purpose, GW__PURPOSE__PURPOSE_ARTICLE);
    assert_string_equal(w->result.targets[1].host, "b.example:443");
    assert_int_equal(world_publish(w, world_list(w, rows)), GW_OUTCOME_STORED);
    assert_int_equal(w->result.target_count, 0);
}

static void a_target_is_stored_with_what_changed_it(void **state)
{
    struct world *w = *state;
    Gw__Observation *o = world_article(w, WORLD_PAGE, "Notice", "One.");
    o->target->etag = "\"abc\"";
    world_publish(w, o);
    assert_string_equal(world_target(w, WORLD_PAGE)->etag, "\"abc\"");
    o = world_article(w, WORLD_PAGE, "Notice", "One."); // this one cannot be taken: nor can its validator
    o->target->etag = "\"def\"";
    o->target->url = "https://a.example/other";
    assert_int_equal(world_publish(w, o), GW_OUTCOME_DEAD);
    assert_string_equal(world_target(w, WORLD_PAGE)->etag, "\"abc\"");
}

static void repeats_and_gaps_change_nothing(void **state)
{
    struct world *w = *state;
    world_read(w, WORLD_PAGE, "Notice", "One.", GW_OUTCOME_STORED);
    w->origin.msgno = 0;
    world_read(w, WORLD_PAGE, "Notice", "Two.", GW_OUTCOME_REPEAT);
    w->origin.msgno = 5;
    world_read(w, WORLD_PAGE, "Notice", "Two.", GW_OUTCOME_GAP);
    world_check_events(w, POLICY, "1 published r1; ");
}

static void what_cannot_be_taken_is_buried_and_counts(void **state)
{
    struct world *w = *state;
    Gw__Observation *bad[8];
    size_t n = 0;
    bad[n] = world_article(w, WORLD_PAGE, "t", "b");
    bad[n++]->source_id = "nowhere";
    bad[n++] = world_article(w, "https://b.example/1", "t", "b"); // not of the leased host
    bad[n++] = world_article(w, "ftp://a.example/1", "t", "b");
    bad[n] = world_article(w, WORLD_PAGE, "t", "b");
    bad[n++]->target = NULL;
    bad[n] = world_article(w, WORLD_PAGE, "t", "b");
    bad[n++]->fetched_ms = 0;
    bad[n] = world_article(w, WORLD_PAGE, "t", "b");
    bad[n++]->target->url = "https://a.example/2";
    for (size_t i = 0; i < n; i++)
        assert_int_equal(world_publish(w, bad[i]), GW_OUTCOME_DEAD);
    assert_int_equal(world_letters(w, "dead"), n);
    world_check_events(w, POLICY, "");
    world_read(w, WORLD_PAGE, "Notice", "One.", GW_OUTCOME_STORED); // the next is no gap
}

static void an_event_too_large_to_send_is_buried(void **state)
{
    struct world *w = *state;
    struct gw_buf body = GW_BUF(2 << 20);
    while (body.bytes < 1100000)
        gw_buf_puts(&body, "more and more ");
    assert_int_equal(world_publish(w, world_article(w, WORLD_PAGE, "t", gw_buf_str(&body))), GW_OUTCOME_DEAD);
    gw_buf_fini(&body);
}

// Promise 9.
static void a_late_message_is_kept_and_changes_nothing_known(void **state)
{
    struct world *w = *state;
    Gw__Observation *o = world_article(w, WORLD_PAGE, "Notice", "One.");
    o->target->etag = "current";
    world_publish(w, o);
    w->origin.epoch = 4;
    o = world_article(w, WORLD_PAGE, "Notice", "Two.");
    o->target->etag = "late";
    assert_int_equal(world_publish(w, o), GW_OUTCOME_LATE);
    assert_string_equal(world_target(w, WORLD_PAGE)->etag, "current");
    assert_int_equal(world_letters(w, "late"), 1);
    // An unknown URL still publishes, and leaves no target behind.
    world_read(w, "https://a.example/2", "Other", "Text.", GW_OUTCOME_LATE);
    assert_null(world_target(w, "https://a.example/2"));
    const char *const rows[] = {"https://a.example/3", NULL};
    assert_int_equal(world_publish(w, world_list(w, rows)), GW_OUTCOME_LATE);
    assert_non_null(world_target(w, "https://a.example/3"));
    world_check_events(w, POLICY, "1 published r1; 2 published r1; ");
    world_check_events(w, COVERAGE, "");
}

static void another_holders_epoch_is_late_too(void **state)
{
    struct world *w = *state;
    world_read(w, WORLD_PAGE, "Notice", "One.", GW_OUTCOME_STORED);
    memset(w->origin.incarnation.at, 0xCD, GW_ID_BYTES);
    w->origin.msgno = 0;
    world_read(w, WORLD_PAGE, "Notice", "Two.", GW_OUTCOME_LATE);
    w->origin.host = "c.example:443"; // never leased to anybody
    world_read(w, "https://c.example/1", "Notice", "Two.", GW_OUTCOME_LATE);
}

static void within_an_epoch_the_fetch_time_orders(void **state)
{
    struct world *w = *state;
    Gw__Observation *early = world_article(w, WORLD_PAGE, "Notice", "One.");
    world_read(w, WORLD_PAGE, "Notice", "Two.", GW_OUTCOME_STORED);
    assert_int_equal(world_publish(w, early), GW_OUTCOME_LATE);
    world_check_events(w, POLICY, "1 published r1; ");
}

static void a_clock_that_jumped_ahead_silences_nothing(void **state)
{
    struct world *w = *state;
    Gw__Observation *o = world_article(w, WORLD_PAGE, "Notice", "One.");
    o->fetched_ms = o->target->fetched_ms = gw_clock_unix_ms() + 2 * 86400000LL;
    assert_int_equal(world_publish(w, o), GW_OUTCOME_STORED);
    world_read(w, WORLD_PAGE, "Notice", "Two.", GW_OUTCOME_STORED);
}

static Gw__Observation *poll(struct world *w, Gw__Failure failure)
{
    const char *const none[] = {WORLD_PAGE, NULL};
    Gw__Observation *o = failure ? world_observation(w, WORLD_LIST, GW__PURPOSE__PURPOSE_LIST) : world_list(w, none);
    o->failure = failure;
    return o;
}

static void a_run_of_equal_answers_is_one_event(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < 3; i++)
        world_publish(w, poll(w, GW__FAILURE__FAILURE_NONE));
    world_check_events(w, COVERAGE, ""); // still open
    for (int i = 0; i < 2; i++)
        world_publish(w, poll(w, GW__FAILURE__FAILURE_NOT_FOUND));
    world_check_events(w, COVERAGE, "1 run ok 3; ");
    Gw__Observation *unchanged = poll(w, GW__FAILURE__FAILURE_TIMEOUT);
    unchanged->failure = GW__FAILURE__FAILURE_NONE;
    unchanged->reading_case = GW__OBSERVATION__READING_UNCHANGED;
    unchanged->unchanged = true;
    world_publish(w, unchanged);
    world_check_events(w, COVERAGE, "1 run ok 3; 2 run not_found 2; ");
    for (int i = 0; i < 1000; i++) {
        Gw__Observation *more = poll(w, GW__FAILURE__FAILURE_TIMEOUT);
        world_publish(w, more);
    }
    world_check_events(w, COVERAGE, "1 run ok 3; 2 run not_found 2; 3 run unchanged 1; ");
    world_publish(w, poll(w, GW__FAILURE__FAILURE_TIMEOUT));
    world_check_events(w, COVERAGE, "1 run ok 3; 2 run not_found 2; 3 run unchanged 1; 4 run timeout 1000; ");
    Gw__Observation *next_day = poll(w, GW__FAILURE__FAILURE_TIMEOUT);
    next_day->fetched_ms = next_day->target->fetched_ms = next_day->fetched_ms + 25 * 3600000LL;
    world_publish(w, next_day);
    world_check_events(w, COVERAGE,
                       "1 run ok 3; 2 run not_found 2; 3 run unchanged 1; 4 run timeout 1000; 5 run timeout 1; ");
}

static void say(struct world *w, const char *state, const char *reason)
{
    Gw__Observation *o = poll(w, GW__FAILURE__FAILURE_NONE);
    o->health = gw_arena_alloc(w->arena, sizeof *o->health);
    gw__health__init(o->health);
    o->health->state = (char *)state;
    o->health->reason = (char *)reason;
    o->health->since_ms = o->fetched_ms;
    assert_int_equal(world_publish(w, o), GW_OUTCOME_STORED);
}

static void a_change_of_health_is_an_event(void **state)
{
    struct world *w = *state;
    say(w, "ok", "");
    world_check_events(w, SOURCE, ""); // the first ok is none
    say(w, "degraded", "timeout");
    say(w, "degraded", "timeout");
    say(w, "broken", "not_found");
    say(w, "broken", "dns");
    say(w, "ok", "");
    world_check_events(w, SOURCE,
                       "1 degraded(timeout) from ok; 2 broken(not_found) from degraded; 3 broken(dns) from broken; "
                       "4 ok() from broken; ");
}

static void a_first_state_that_is_not_ok_is_an_event(void **state)
{
    struct world *w = *state;
    say(w, "broken", "empty_list");
    world_check_events(w, SOURCE, "1 broken(empty_list) from new; ");
}

// As the definition's reading leaves it in the store.
static void turn(struct world *w, bool paused)
{
    Gw__Source source = GW__SOURCE__INIT;
    Gw__Health health = GW__HEALTH__INIT;
    struct gw_buf definition = GW_BUF(GW_FRAME_MAX), packed = GW_BUF(GW_FRAME_MAX);
    source.id = "town";
    source.url = WORLD_LIST;
    source.paused = paused;
    health.state = paused ? "paused" : "new";
    health.detail = paused ? "" : GW_SOURCE_RESUMED;
    check_ok(gw_message_pack(&definition, &source));
    check_ok(gw_message_pack(&packed, &health));
    struct gw_store_source row = {
        .id = "town", .definition = {definition.data, definition.bytes}, .health = {packed.data, packed.bytes}};
    check_ok(gw_store_begin(w->store));
    check_ok(gw_store_source_put(w->store, &row));
    check_ok(gw_store_commit(w->store));
    gw_buf_fini(&definition);
    gw_buf_fini(&packed);
}

static void a_paused_source_changes_no_state_and_recovers_when_resumed(void **state)
{
    struct world *w = *state;
    say(w, "ok", "");
    turn(w, true);
    say(w, "degraded", "timeout"); // it was on its way
    world_check_events(w, SOURCE, "");
    turn(w, false);
    say(w, "ok", "");
    say(w, "ok", "");
    world_check_events(w, SOURCE, "1 ok() from new; ");
}

static void tombstones_count(void **state)
{
    struct world *w = *state;
    w->origin.msgno = 1;
    check_ok(gw_store_begin(w->store));
    check_ok(gw_intake_tombstone(w->store, &w->origin, "does not decode", &w->result));
    check_ok(gw_store_commit(w->store));
    assert_int_equal(w->result.outcome, GW_OUTCOME_DEAD);
    world_read(w, WORLD_PAGE, "Notice", "One.", GW_OUTCOME_STORED);
    assert_int_equal(world_letters(w, "dead"), 1);
}

static void offers_make_targets(void **state)
{
    struct world *w = *state;
    Gw__Offer offer = GW__OFFER__INIT;
    offer.source_id = "town";
    offer.url = "https://b.example/x";
    for (int again = 0; again < 2; again++) {
        check_ok(gw_store_begin(w->store));
        check_ok(gw_intake_offer(w->store, w->arena, &offer, &w->result));
        check_ok(gw_store_commit(w->store));
        assert_int_equal(w->result.target_count, again ? 0 : 1);
    }
}

static void two_sources_may_share_a_list_url(void **state)
{
    (void)state;
    struct gw_arena *arena = gw_arena_new(1000);
    const char *a = gw_intake_target_key(arena, GW__PURPOSE__PURPOSE_LIST, WORLD_LIST, "one");
    const char *b = gw_intake_target_key(arena, GW__PURPOSE__PURPOSE_LIST, WORLD_LIST, "two");
    assert_string_not_equal(a, b);
    assert_string_equal(gw_intake_target_key(arena, GW__PURPOSE__PURPOSE_ARTICLE, WORLD_LIST, "one"), WORLD_LIST);
    gw_arena_free(arena);
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(a_lists_rows_become_targets_once),
        IN_WORLD(a_target_is_stored_with_what_changed_it),
        IN_WORLD(repeats_and_gaps_change_nothing),
        IN_WORLD(what_cannot_be_taken_is_buried_and_counts),
        IN_WORLD(an_event_too_large_to_send_is_buried),
        IN_WORLD(a_late_message_is_kept_and_changes_nothing_known),
        IN_WORLD(another_holders_epoch_is_late_too),
        IN_WORLD(within_an_epoch_the_fetch_time_orders),
        IN_WORLD(a_clock_that_jumped_ahead_silences_nothing),
        IN_WORLD(a_run_of_equal_answers_is_one_event),
        IN_WORLD(a_change_of_health_is_an_event),
        IN_WORLD(a_paused_source_changes_no_state_and_recovers_when_resumed),
        IN_WORLD(a_first_state_that_is_not_ok_is_an_event),
        IN_WORLD(tombstones_count),
        IN_WORLD(offers_make_targets),
        cmocka_unit_test(two_sources_may_share_a_list_url),
    };
    return cmocka_run_group_tests_name("broker/intake", tests, NULL, NULL);
}
