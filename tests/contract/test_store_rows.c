// SPDX-License-Identifier: Apache-2.0
// The contract of a store: what it keeps of agents, hosts, sources, targets, documents, letters and consumers.
#include "store_world.h"

#include <stdio.h>

static void each_message_counts_once_and_gaps_are_seen(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *agent;
        uint64_t msgno;
        enum gw_store_claim expected;
    } steps[] = {
        {"one", 1, GW_CLAIM_NEW},     {"one", 1, GW_CLAIM_REPEAT}, {"one", 2, GW_CLAIM_NEW},  {"one", 4, GW_CLAIM_GAP},
        {"one", 1, GW_CLAIM_REPEAT},  {"one", 3, GW_CLAIM_NEW},    {"two", 57, GW_CLAIM_NEW}, // first of its kind here
        {"two", 56, GW_CLAIM_REPEAT}, {"two", 58, GW_CLAIM_NEW},   {"one", 4, GW_CLAIM_NEW},
    };
    for (size_t i = 0; i < GW_COUNT(steps); i++) {
        struct gw_id agent = id_of(steps[i].agent);
        enum gw_store_claim claim;
        check_ok(gw_store_begin(f->store));
        check_ok(gw_store_claim(f->store, &agent, steps[i].msgno, &claim));
        check_ok(gw_store_commit(f->store));
        if (claim != steps[i].expected)
            fail_msg("step %zu: %d, expected %d", i, (int)claim, (int)steps[i].expected);
    }
}

static void an_agents_row_and_its_count_are_independent(void **state)
{
    struct fixture *f = *state;
    struct gw_store_agent agent = {.incarnation = id_of("agent"), .node = "town", .seen_ms = 5}, found;
    check_rc(gw_store_agent_get(f->store, f->arena, &agent.incarnation, &found), GW_ENOTFOUND);
    enum gw_store_claim claim;
    check_ok(gw_store_begin(f->store));
    check_ok(gw_store_agent_put(f->store, &agent));
    check_ok(gw_store_commit(f->store));
    check_ok(gw_store_agent_get(f->store, f->arena, &agent.incarnation, &found));
    assert_false(found.counted);
    check_ok(gw_store_begin(f->store));
    check_ok(gw_store_claim(f->store, &agent.incarnation, 9, &claim));
    assert_int_equal(claim, GW_CLAIM_NEW);
    agent.seen_ms = 6;
    check_ok(gw_store_agent_put(f->store, &agent));
    check_ok(gw_store_commit(f->store));
    check_ok(gw_store_agent_get(f->store, f->arena, &agent.incarnation, &found));
    assert_true(found.counted);
    assert_int_equal(found.acked_msgno, 9);
    assert_int_equal(found.seen_ms, 6);
    assert_string_equal(found.node, "town");
    assert_true(gw_id_eq(&found.incarnation, &agent.incarnation));
}

static void a_lease_remembers_its_epoch_when_nobody_holds_it(void **state)
{
    struct fixture *f = *state;
    struct gw_store_lease lease = {.host = "a.example:443", .epoch = 4, .holder = id_of("agent")}, found;
    check_ok(gw_store_begin(f->store));
    check_ok(gw_store_lease_put(f->store, &lease));
    lease.holder = (struct gw_id){0};
    lease.epoch = 4000000000u;
    check_ok(gw_store_lease_put(f->store, &lease));
    check_ok(gw_store_commit(f->store));
    check_ok(gw_store_lease_get(f->store, f->arena, "a.example:443", &found));
    assert_int_equal(found.epoch, 4000000000u);
    assert_true(gw_id_is_none(&found.holder));
    assert_string_equal(found.host, "a.example:443");
}

static void a_source_is_replaced_whole(void **state)
{
    struct fixture *f = *state;
    struct gw_store_source source = {.id = "town", .definition = GW_SPAN("d1"), .health = GW_SPAN("")}, found;
    check_ok(gw_store_begin(f->store));
    check_ok(gw_store_source_put(f->store, &source));
    check_ok(gw_store_commit(f->store));
    check_ok(gw_store_source_get(f->store, f->arena, "town", &found));
    assert_int_equal(found.health.bytes, 0);
    assert_false(found.removed);
    source =
        (struct gw_store_source){.id = "town", .definition = GW_SPAN("d2"), .health = GW_SPAN("h"), .removed = true};
    check_ok(gw_store_begin(f->store));
    check_ok(gw_store_source_put(f->store, &source));
    check_ok(gw_store_commit(f->store));
    check_ok(gw_store_source_get(f->store, f->arena, "town", &found));
    assert_memory_equal(found.definition.at, "d2", 2);
    assert_memory_equal(found.health.at, "h", 1);
    assert_true(found.removed);
}

static bool list_target(const struct gw_store_target *target, void *arg)
{
    gw_buf_printf(arg, "%s@%u ", target->url, target->epoch);
    return true;
}

static bool list_host(const char *host, void *arg)
{
    gw_buf_printf(arg, "%s ", host);
    return true;
}

static void targets_are_found_by_url_by_host_and_by_source(void **state)
{
    struct fixture *f = *state;
    static const struct gw_store_target rows[] = {
        {"https://b/2", "b:443", "s2", 2, 1, 10, GW_SPAN("t")}, {"https://a/1", "a:443", "s1", 1, 1, 10, GW_SPAN("t")},
        {"https://b/1", "b:443", "s1", 2, 1, 10, GW_SPAN("t")}, {"https://b/2", "b:443", "s2", 2, 7, 11, GW_SPAN("u")},
        {"https://b/0", "b:80", "s2", 2, 1, 10, GW_SPAN("t")},
    };
    check_ok(gw_store_begin(f->store));
    for (size_t i = 0; i < GW_COUNT(rows); i++)
        check_ok(gw_store_target_put(f->store, &rows[i]));
    check_ok(gw_store_commit(f->store));
    struct gw_store_target found;
    check_ok(gw_store_target_get(f->store, f->arena, "https://b/2", &found));
    assert_int_equal(found.epoch, 7);
    assert_int_equal(found.fetched_ms, 11);
    assert_string_equal(found.source_id, "s2");
    assert_memory_equal(found.target.at, "u", 1);
    assert_string_equal(found.host, "b:443");
    check_rc(gw_store_target_get(f->store, f->arena, "https://b/3", &found), GW_ENOTFOUND);

    struct gw_buf out = GW_BUF(1000);
    check_ok(gw_store_targets(f->store, "b:443", NULL, list_target, &out));
    assert_string_equal(gw_buf_str(&out), "https://b/1@1 https://b/2@7 ");
    gw_buf_reset(&out);
    check_ok(gw_store_targets(f->store, "b:443", "https://b/1", list_target, &out));
    assert_string_equal(gw_buf_str(&out), "https://b/2@7 ");
    gw_buf_reset(&out);
    check_ok(gw_store_targets(f->store, "none:1", NULL, list_target, &out));
    assert_string_equal(gw_buf_str(&out), "");
    check_ok(gw_store_target_hosts(f->store, list_host, &out));
    assert_string_equal(gw_buf_str(&out), "a:443 b:443 b:80 ");
    gw_buf_fini(&out);
}

static void a_document_keeps_where_it_was_first_seen(void **state)
{
    struct fixture *f = *state;
    struct gw_store_document d = {.id = id_of("d"),
                                  .url = "https://a/1",
                                  .source_id = "s",
                                  .state = GW_DOCUMENT_LIVE,
                                  .revision = 1,
                                  .event_id = id_of("e1"),
                                  .digest = {1, 2, 3},
                                  .extractor = 1,
                                  .epoch = 1,
                                  .fetched_ms = 10,
                                  .first_seen_ms = 9},
                             found;
    check_ok(gw_store_begin(f->store));
    check_ok(gw_store_document_put(f->store, &d));
    check_ok(gw_store_alias_put(f->store, "https://a/moved", &d.id));
    d.url = "https://elsewhere/";
    d.source_id = "other";
    d.first_seen_ms = 99;
    d.revision = 2;
    d.event_id = id_of("e2");
    d.state = GW_DOCUMENT_WITHDRAWN;
    d.extractor = 2;
    d.rebased = true;
    check_ok(gw_store_document_put(f->store, &d));
    check_ok(gw_store_baseline_put(f->store, &d.id, GW_SPAN("old")));
    check_ok(gw_store_baseline_put(f->store, &d.id, GW_SPAN("content")));
    check_ok(gw_store_commit(f->store));
    struct gw_id id;
    check_ok(gw_store_alias_get(f->store, "https://a/moved", &id));
    assert_true(gw_id_eq(&id, &d.id));
    check_rc(gw_store_alias_get(f->store, "https://a/1", &id), GW_ENOTFOUND);
    check_ok(gw_store_document_get(f->store, f->arena, &d.id, &found));
    assert_string_equal(found.url, "https://a/1");
    assert_string_equal(found.source_id, "s");
    assert_int_equal(found.first_seen_ms, 9);
    assert_int_equal(found.revision, 2);
    assert_int_equal(found.state, GW_DOCUMENT_WITHDRAWN);
    assert_int_equal(found.extractor, 2);
    assert_true(found.rebased);
    assert_true(gw_id_eq(&found.event_id, &d.event_id));
    assert_memory_equal(found.digest, d.digest, sizeof d.digest);
    struct gw_span content;
    check_ok(gw_store_baseline_get(f->store, f->arena, &d.id, &content));
    assert_int_equal(content.bytes, 7);
    assert_memory_equal(content.at, "content", 7);
}

static void letters_are_kept_up_to_a_number_of_each_kind(void **state)
{
    struct fixture *f = *state;
    check_ok(gw_store_begin(f->store));
    for (uint64_t i = 1; i <= 4; i++)
        check_ok(gw_store_letter_put(f->store, &(struct gw_store_letter){.kind = i == 2 ? "late" : "dead",
                                                                         .incarnation = id_of("agent"),
                                                                         .msgno = i,
                                                                         .reason = "why",
                                                                         .bytes = GW_SPAN("x")}));
    check_ok(gw_store_letters_trim(f->store, "dead", 2));
    check_ok(gw_store_letters_trim(f->store, "late", 2));
    check_ok(gw_store_commit(f->store));
    struct gw_buf out = GW_BUF(1000);
    check_ok(gw_store_letters(f->store, list_letter, &out));
    assert_string_equal(gw_buf_str(&out), "late2:why:x dead3:why:x dead4:why:x ");
    gw_buf_fini(&out);
}

static void runs_and_consumers_come_back_as_they_went_in(void **state)
{
    struct fixture *f = *state;
    struct gw_store_run run = {"s", "unchanged", 1, 2, 3}, found_run;
    struct gw_store_consumer consumer = {"paper", SOURCE, "kind:notice", 12345678901ull, 5}, found;
    check_ok(gw_store_begin(f->store));
    check_ok(gw_store_run_put(f->store, &run));
    run.polls = 4;
    check_ok(gw_store_run_put(f->store, &run));
    check_ok(gw_store_consumer_put(f->store, &consumer));
    check_ok(gw_store_commit(f->store));
    check_ok(gw_store_run_get(f->store, f->arena, "s", &found_run));
    assert_string_equal(found_run.status, "unchanged");
    assert_int_equal(found_run.from_ms, 1);
    assert_int_equal(found_run.polls, 4);
    check_rc(gw_store_run_get(f->store, f->arena, "t", &found_run), GW_ENOTFOUND);
    check_ok(gw_store_consumer_get(f->store, f->arena, "paper", &found));
    assert_int_equal(found.stream, SOURCE);
    assert_string_equal(found.filter, "kind:notice");
    assert_int_equal(found.seq, 12345678901ull);
}

// Commits come in pairs of events; a reader that ever sees an odd number saw half a transaction.

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(each_message_counts_once_and_gaps_are_seen),
        WITH_STORE(an_agents_row_and_its_count_are_independent),
        WITH_STORE(a_lease_remembers_its_epoch_when_nobody_holds_it),
        WITH_STORE(a_source_is_replaced_whole),
        WITH_STORE(targets_are_found_by_url_by_host_and_by_source),
        WITH_STORE(a_document_keeps_where_it_was_first_seen),
        WITH_STORE(letters_are_kept_up_to_a_number_of_each_kind),
        WITH_STORE(runs_and_consumers_come_back_as_they_went_in),
    };
    return RUN_ON_EVERY_BACKEND("store/rows", tests);
}
