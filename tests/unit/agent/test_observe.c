// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "agent/interval.h"
#include "agent/observe.h"
#include "base/clock.h"

static const int64_t HOUR = 3600 * 1000, T0 = 1700000000000;

struct world {
    struct gw_arena *arena;
    struct gw_targets targets;
    Gw__Source source;
    struct gw_watch *watch;
    struct gw_target *article;
};

static int set_up(void **state)
{
    static struct world w;
    bool moved;
    w = (struct world){.arena = gw_arena_new(8 << 20)};
    gw_targets_init(&w.targets);
    gw__source__init(&w.source);
    w.source.id = "town";
    w.source.url = "http://town.example/list";
    w.watch = gw_watch_put(&w.targets, &w.source, &moved);
    assert_true(moved);
    assert_string_equal(w.watch->list->url, "https://town.example/list");
    Gw__Target article = GW__TARGET__INIT;
    article.url = "https://town.example/a";
    article.source_id = "town";
    article.purpose = GW__PURPOSE__PURPOSE_ARTICLE;
    article.first_seen_ms = T0;
    article.backlog = 1;
    Gw__Row row = GW__ROW__INIT;
    row.url = "http://www.town.example/a"; // another host than that of its identity
    article.row = &row;
    w.article = gw_targets_put(&w.targets, &article);
    assert_non_null(w.article);
    gw_clock_set(T0, 1000);
    *state = &w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    gw_targets_fini(&w->targets);
    gw_arena_free(w->arena);
    gw_clock_set(-1, -1);
    return 0;
}

static struct gw_observed see(struct world *w, struct gw_target *target, Gw__Observation *seen, int64_t now_ms)
{
    struct gw_observed observed;
    seen->fetched_ms = now_ms;
    gw_observe(w->arena, &w->targets, target, &w->source, seen, now_ms, &observed);
    assert_non_null(seen->target);
    gw_targets_put(&w->targets, seen->target);
    return observed;
}

static Gw__Row row_a, row_b;
static Gw__Row *row_list[] = {&row_a, &row_b};

// What a collector says of the target: validators and digest.
static Gw__Target *told(const char *etag, const char *digest, uint32_t extractor)
{
    static Gw__Target target;
    gw__target__init(&target);
    target.etag = (char *)etag;
    target.digest.data = (uint8_t *)digest;
    target.digest.len = strlen(digest);
    target.extractor = extractor;
    return &target;
}

static const char digest_1[] = "11111111111111111111111111111111", digest_2[] = "22222222222222222222222222222222";

static Gw__Observation rows_of(size_t n)
{
    static Gw__Rows rows;
    gw__rows__init(&rows);
    gw__row__init(&row_a);
    gw__row__init(&row_b);
    row_a.url = "http://www.town.example/a"; // known, by its identity
    row_a.title = "A";
    row_a.date = "2024-03-04";
    row_b.url = "http://town.example/b";
    row_b.title = "B";
    rows.rows = row_list;
    rows.n_rows = n;
    Gw__Observation seen = GW__OBSERVATION__INIT;
    seen.reading_case = GW__OBSERVATION__READING_ROWS;
    seen.rows = &rows;
    seen.extractor = 7;
    seen.target = told("", digest_1, 7);
    return seen;
}

static Gw__Observation document_of(const char *digest)
{
    static Gw__Document document;
    gw__document__init(&document);
    document.url = "http://town.example/a";
    document.title = "A";
    Gw__Observation seen = GW__OBSERVATION__INIT;
    seen.reading_case = GW__OBSERVATION__READING_DOCUMENT;
    seen.document = &document;
    seen.extractor = 7;
    seen.target = told("\"1\"", digest, 7);
    return seen;
}

static Gw__Observation failure_of(Gw__Failure failure)
{
    Gw__Observation seen = GW__OBSERVATION__INIT;
    seen.failure = failure;
    return seen;
}

static void a_lists_first_poll_is_backlog_and_counts_what_is_new(void **state)
{
    struct world *w = *state;
    Gw__Observation seen = rows_of(2);
    struct gw_observed observed = see(w, w->watch->list, &seen, T0);
    assert_true(seen.backlog && observed.understood && observed.state_changed);
    assert_int_equal(observed.new_rows, 1);
    assert_string_equal(seen.source_id, "town");
    assert_string_equal(seen.url, "http://town.example/list"); // the address, not the identity
    assert_string_equal(seen.target->url, "https://town.example/list");
    assert_string_equal(seen.health->state, "ok");
    assert_int_equal(seen.target->reads, 1);
    assert_int_equal(seen.target->digest.len, 32);
    assert_in_range(seen.target->next_due_ms - T0, GW_POLL_START_MS * 9 / 10, GW_POLL_START_MS * 11 / 10);
    assert_int_equal(w->watch->list->reads, 1); // the copy followed

    seen = rows_of(1);
    observed = see(w, w->watch->list, &seen, T0 + HOUR);
    assert_false(seen.backlog);
    assert_int_equal(seen.reading_case, GW__OBSERVATION__READING_ROWS);
    assert_false(observed.state_changed);
    assert_null(seen.health);
}

static void what_changed_may_change_again_soon(void **state)
{
    struct world *w = *state;
    Gw__Observation seen = document_of(digest_1);
    see(w, w->article, &seen, T0);
    assert_true(seen.backlog);
    assert_string_equal(seen.url, "http://www.town.example/a");
    assert_string_equal(seen.target->etag, "\"1\"");
    assert_int_equal(seen.target->next_due_ms, T0 + HOUR);

    seen = document_of(digest_2);
    see(w, w->article, &seen, T0 + 100 * HOUR);
    assert_int_equal(seen.target->next_due_ms, T0 + 101 * HOUR);

    seen = document_of(digest_1);
    seen.extractor = seen.target->extractor = 8; // only read otherwise
    see(w, w->article, &seen, T0 + 102 * HOUR);
    assert_int_equal(seen.target->extractor, 8);
    assert_int_equal(seen.target->next_due_ms, T0 + 168 * HOUR);
}

static void an_unchanged_answer_keeps_what_is_known(void **state)
{
    struct world *w = *state;
    Gw__Observation seen = document_of(digest_1);
    see(w, w->article, &seen, T0);
    Gw__Observation again = GW__OBSERVATION__INIT;
    again.reading_case = GW__OBSERVATION__READING_UNCHANGED;
    again.unchanged = 1;
    again.target = told("\"1\"", digest_1, 7);
    struct gw_observed observed = see(w, w->article, &again, T0 + HOUR);
    assert_true(observed.understood);
    assert_string_equal(again.target->etag, "\"1\"");
    assert_int_equal(again.target->digest.len, 32);
    assert_int_equal(again.target->extractor, 7);
    assert_int_equal(again.target->reads, 2);
    assert_int_equal(again.target->next_due_ms, T0 + 6 * HOUR);
}

static void a_failure_keeps_the_validators_of_the_last_reading(void **state)
{
    struct world *w = *state;
    Gw__Observation seen = document_of(digest_1);
    see(w, w->article, &seen, T0);
    seen = failure_of(GW__FAILURE__FAILURE_CUT_OFF);
    seen.target = told("\"2\"", digest_2, 7);
    see(w, w->article, &seen, T0);
    assert_string_equal(seen.target->etag, "\"1\"");
    assert_memory_equal(seen.target->digest.data, digest_1, 32);
}

static void failures_back_off_and_a_success_forgets_them(void **state)
{
    struct world *w = *state;
    int64_t last = 0;
    for (uint32_t i = 1; i <= 4; i++) {
        Gw__Observation seen = failure_of(GW__FAILURE__FAILURE_TIMEOUT);
        struct gw_observed observed = see(w, w->article, &seen, T0);
        assert_true(observed.temporary && !observed.understood);
        assert_int_equal(seen.target->failures, i);
        assert_true(seen.target->next_due_ms - T0 > last);
        last = (seen.target->next_due_ms - T0) * 3 / 2;
    }
    Gw__Observation seen = document_of(digest_1);
    see(w, w->article, &seen, T0);
    assert_int_equal(seen.target->failures, 0);
    assert_int_equal(seen.target->last_failure, GW__FAILURE__FAILURE_NONE);
}

static void a_read_article_that_is_gone_is_suspect_and_confirmed(void **state)
{
    struct world *w = *state;
    Gw__Observation seen = document_of(digest_1);
    see(w, w->article, &seen, T0);
    seen = failure_of(GW__FAILURE__FAILURE_NOT_FOUND);
    see(w, w->article, &seen, T0 + HOUR);
    assert_int_equal(seen.target->suspect_ms, T0 + HOUR);
    assert_int_equal(seen.target->next_due_ms, T0 + 9 * HOUR); // three times in a day
    assert_false(seen.target->done);
    seen = failure_of(GW__FAILURE__FAILURE_NOT_FOUND);
    see(w, w->article, &seen, T0 + 9 * HOUR);
    assert_int_equal(seen.target->suspect_ms, T0 + HOUR); // since the first
    seen = document_of(digest_1);
    see(w, w->article, &seen, T0 + 17 * HOUR);
    assert_int_equal(seen.target->suspect_ms, 0);
}

static void an_article_that_never_was_is_given_up(void **state)
{
    struct world *w = *state;
    Gw__Observation seen;
    for (int i = 0; i < 5; i++) {
        assert_false(w->article->done);
        seen = failure_of(GW__FAILURE__FAILURE_NOT_FOUND);
        see(w, w->article, &seen, T0 + i * HOUR);
        assert_int_equal(seen.target->suspect_ms, 0);
    }
    assert_true(seen.target->done);
}

static void a_page_in_quarantine_is_not_read_again(void **state)
{
    struct world *w = *state;
    assert_int_equal(w->watch->pending, 1);
    Gw__Observation seen = failure_of(GW__FAILURE__FAILURE_READER_MEMORY);
    see(w, w->article, &seen, T0);
    assert_true(seen.target->done);
    assert_int_equal(w->watch->pending, 0);
}

static void a_wall_is_a_failure_that_holds_the_host(void **state)
{
    struct world *w = *state;
    Gw__NoArticle wall = GW__NO_ARTICLE__INIT;
    wall.reason = "challenge";
    Gw__Observation seen = GW__OBSERVATION__INIT;
    seen.reading_case = GW__OBSERVATION__READING_NO_ARTICLE;
    seen.no_article = &wall;
    struct gw_observed observed = see(w, w->article, &seen, T0);
    assert_int_equal(seen.failure, GW__FAILURE__FAILURE_CHALLENGE);
    assert_int_equal(seen.reading_case, GW__OBSERVATION__READING__NOT_SET);
    assert_true(observed.hold_host_ms >= HOUR && !observed.understood);
    assert_true(seen.target->next_due_ms >= T0 + observed.hold_host_ms);
}

static void retry_after_is_kept(void **state)
{
    struct world *w = *state;
    Gw__Response response = GW__RESPONSE__INIT;
    response.status = 503;
    response.retry_after_ms = (uint64_t)(5 * HOUR);
    Gw__Observation seen = failure_of(GW__FAILURE__FAILURE_SERVER_ERROR);
    seen.response = &response;
    struct gw_observed observed = see(w, w->article, &seen, T0);
    assert_int_equal(observed.hold_host_ms, 5 * HOUR);
    assert_true(seen.target->next_due_ms >= T0 + 5 * HOUR);
}

static void a_period_that_was_asked_for_is_kept_exactly(void **state)
{
    struct world *w = *state;
    bool moved;
    w->source.poll = GW__POLL__POLL_EVERY;
    w->source.poll_ms = 1000;
    gw_watch_put(&w->targets, &w->source, &moved);
    assert_false(moved);
    Gw__Observation seen = rows_of(2);
    see(w, w->watch->list, &seen, T0);
    assert_int_equal(seen.target->next_due_ms, T0 + 1000);
    seen = failure_of(GW__FAILURE__FAILURE_CONNECT);
    see(w, w->watch->list, &seen, T0 + 1000);
    assert_true(seen.target->next_due_ms > T0 + 1000 + GW_BACKOFF_START_MS / 2);
}

static void an_older_target_does_not_replace_a_newer_one(void **state)
{
    struct world *w = *state;
    Gw__Observation seen = document_of(digest_1);
    see(w, w->article, &seen, T0 + HOUR);
    Gw__Target old = GW__TARGET__INIT;
    old.url = w->article->url;
    old.source_id = "town";
    old.purpose = GW__PURPOSE__PURPOSE_ARTICLE;
    old.fetched_ms = T0;
    assert_null(gw_targets_put(&w->targets, &old));
    assert_int_equal(w->article->reads, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_lists_first_poll_is_backlog_and_counts_what_is_new),
        TEST(what_changed_may_change_again_soon),
        TEST(an_unchanged_answer_keeps_what_is_known),
        TEST(a_failure_keeps_the_validators_of_the_last_reading),
        TEST(failures_back_off_and_a_success_forgets_them),
        TEST(a_read_article_that_is_gone_is_suspect_and_confirmed),
        TEST(an_article_that_never_was_is_given_up),
        TEST(a_page_in_quarantine_is_not_read_again),
        TEST(a_wall_is_a_failure_that_holds_the_host),
        TEST(retry_after_is_kept),
        TEST(a_period_that_was_asked_for_is_kept_exactly),
        TEST(an_older_target_does_not_replace_a_newer_one),
    };
    return cmocka_run_group_tests_name("agent/observe", tests, NULL, NULL);
}
