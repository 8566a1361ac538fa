// SPDX-License-Identifier: Apache-2.0
// The one contract of every store backend: each test runs on each of them, and at the end random transactions must
// leave them all in the same state.
#include "kit/check.h"

#include "base/fs.h"
#include "store/store.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ARENA_BYTES = 1 << 20 };

static const char *backend;
static char directory[64], path[96];

struct fixture {
    struct gw_store *store;
    struct gw_arena *arena;
};

static struct gw_store_options options_for(const char *name)
{
    return (struct gw_store_options){.backend = name, .path = path};
}

static int set_up(void **state)
{
    strcpy(directory, "/tmp/gw-store-XXXXXX");
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/store.db", directory);
    struct fixture *f = calloc(1, sizeof *f);
    struct gw_store_options options = options_for(backend);
    check_ok(gw_store_open(&options, &f->store));
    f->arena = gw_arena_new(ARENA_BYTES);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    gw_store_close(f->store);
    gw_arena_free(f->arena);
    free(f);
    check_ok(gw_fs_remove(directory));
    return 0;
}

static struct gw_id id_of(const char *name)
{
    uint8_t digest[GW_SHA256_BYTES];
    gw_sha256(name, strlen(name), digest);
    struct gw_id id;
    memcpy(id.at, digest, sizeof id.at);
    return id;
}

static enum gw_store_append append(struct gw_store *store, Gw__Stream stream, const char *name)
{
    enum gw_store_append outcome;
    struct gw_store_event event = {.stream = stream, .id = id_of(name), .stored_ms = 7, .event = {name, strlen(name)}};
    check_ok(gw_store_append(store, &event, &outcome));
    return outcome;
}

static void append_alone(struct gw_store *store, Gw__Stream stream, const char *name)
{
    check_ok(gw_store_begin(store));
    assert_int_equal(append(store, stream, name), GW_APPEND_STORED);
    check_ok(gw_store_commit(store));
}

// "1=a 2=b " of a range.
static bool list_event(const struct gw_store_event *event, void *arg)
{
    gw_buf_printf(arg, "%llu=%.*s ", (unsigned long long)event->seq, (int)event->event.bytes, event->event.at);
    return true;
}

static void check_events(struct gw_store *store, Gw__Stream stream, uint64_t from, uint64_t to, bool newest_first,
                         const char *expected)
{
    struct gw_buf out = GW_BUF(100000);
    check_ok(gw_store_events(store, stream, from, to, newest_first, list_event, &out));
    assert_string_equal(gw_buf_str(&out), expected);
    gw_buf_fini(&out);
}

static void check_bounds(struct gw_store *store, Gw__Stream stream, uint64_t first, uint64_t last)
{
    uint64_t found_first, found_last;
    check_ok(gw_store_bounds(store, stream, &found_first, &found_last));
    assert_int_equal(found_first, first);
    assert_int_equal(found_last, last);
}

#define POLICY   GW__STREAM__STREAM_POLICY
#define SOURCE   GW__STREAM__STREAM_SOURCE
#define COVERAGE GW__STREAM__STREAM_COVERAGE

static void a_new_store_is_empty_and_has_a_name(void **state)
{
    struct fixture *f = *state;
    struct gw_store_identity identity;
    check_ok(gw_store_identify(f->store, &identity));
    assert_int_equal(strlen(identity.store_id), 32);
    assert_int_equal(identity.generation, 1);
    for (Gw__Stream s = POLICY; s <= COVERAGE; s++)
        check_bounds(f->store, s, 1, 0);
    check_events(f->store, POLICY, 0, UINT64_MAX, false, "");
}

static void sequences_are_dense_and_each_stream_has_its_own(void **state)
{
    struct fixture *f = *state;
    check_ok(gw_store_begin(f->store));
    append(f->store, POLICY, "a");
    append(f->store, SOURCE, "b");
    append(f->store, POLICY, "c");
    check_ok(gw_store_commit(f->store));
    append_alone(f->store, POLICY, "d");
    append_alone(f->store, COVERAGE, "e");
    check_events(f->store, POLICY, 1, 99, false, "1=a 2=c 3=d ");
    check_events(f->store, SOURCE, 1, 99, false, "1=b ");
    check_events(f->store, COVERAGE, 1, 99, false, "1=e ");
    check_bounds(f->store, POLICY, 1, 3);
}

static void a_repeated_event_takes_no_place(void **state)
{
    struct fixture *f = *state;
    append_alone(f->store, POLICY, "a");
    check_ok(gw_store_begin(f->store));
    assert_int_equal(append(f->store, POLICY, "a"), GW_APPEND_REPEAT);
    assert_int_equal(append(f->store, POLICY, "b"), GW_APPEND_STORED);
    assert_int_equal(append(f->store, POLICY, "b"), GW_APPEND_REPEAT);
    check_ok(gw_store_commit(f->store));
    append_alone(f->store, POLICY, "c");
    check_events(f->store, POLICY, 1, 99, false, "1=a 2=b 3=c ");
}

static void ranges_run_both_ways_and_stop_when_told(void **state)
{
    struct fixture *f = *state;
    const char *const names[] = {"a", "b", "c", "d", "e"};
    for (size_t i = 0; i < GW_COUNT(names); i++)
        append_alone(f->store, POLICY, names[i]);
    append_alone(f->store, SOURCE, "x");
    check_events(f->store, POLICY, 2, 4, false, "2=b 3=c 4=d ");
    check_events(f->store, POLICY, 2, 4, true, "4=d 3=c 2=b ");
    check_events(f->store, POLICY, 4, UINT64_MAX, false, "4=d 5=e ");
    check_events(f->store, POLICY, 4, UINT64_MAX, true, "5=e 4=d ");
    check_events(f->store, POLICY, 6, UINT64_MAX, false, "");
    check_events(f->store, POLICY, 4, 3, false, "");
}

static bool take_two(const struct gw_store_event *event, void *arg)
{
    (void)event;
    return ++*(int *)arg < 2;
}

static void a_scan_stops_when_told_and_can_start_again(void **state)
{
    struct fixture *f = *state;
    for (char name[2] = "a"; *name < 'f'; ++*name)
        append_alone(f->store, POLICY, name);
    for (int again = 0; again < 2; again++) {
        int taken = 0;
        check_ok(gw_store_events(f->store, POLICY, 1, 99, again, take_two, &taken));
        assert_int_equal(taken, 2);
    }
    append_alone(f->store, POLICY, "z"); // no statement was left open
}

static void an_event_is_found_by_its_id_with_its_digest(void **state)
{
    struct fixture *f = *state;
    append_alone(f->store, POLICY, "a");
    check_ok(gw_store_begin(f->store));
    enum gw_store_append outcome;
    struct gw_store_event second = {
        .stream = COVERAGE, .id = id_of("b"), .previous = id_of("a"), .stored_ms = -5, .event = GW_SPAN("b\0b")};
    check_ok(gw_store_append(f->store, &second, &outcome));
    check_ok(gw_store_commit(f->store));
    struct gw_store_event found;
    check_ok(gw_store_event_get(f->store, f->arena, &second.id, &found));
    assert_int_equal(found.stream, COVERAGE);
    assert_int_equal(found.seq, 1);
    assert_int_equal(found.stored_ms, -5);
    assert_true(gw_id_eq(&found.previous, &second.previous));
    assert_int_equal(found.event.bytes, 3);
    assert_memory_equal(found.event.at, "b\0b", 3);
    uint8_t digest[GW_SHA256_BYTES];
    gw_sha256("b\0b", 3, digest);
    assert_memory_equal(found.sha256, digest, sizeof digest);
    struct gw_id absent = id_of("absent");
    check_rc(gw_store_event_get(f->store, f->arena, &absent, &found), GW_ENOTFOUND);
    struct gw_arena *small = gw_arena_new(1);
    check_rc(gw_store_event_get(f->store, small, &second.id, &found), GW_ELIMIT);
    gw_arena_free(small);
}

static void undo_takes_one_message_back_and_leaves_the_others(void **state)
{
    struct fixture *f = *state;
    struct gw_id agent = id_of("agent");
    enum gw_store_claim claim;
    check_ok(gw_store_begin(f->store));
    check_ok(gw_store_savepoint(f->store));
    check_ok(gw_store_claim(f->store, &agent, 1, &claim));
    append(f->store, POLICY, "a");
    check_ok(gw_store_release(f->store));

    check_ok(gw_store_savepoint(f->store));
    check_ok(gw_store_claim(f->store, &agent, 2, &claim));
    append(f->store, POLICY, "bad");
    append(f->store, SOURCE, "bad too");
    check_ok(gw_store_undo(f->store));

    check_ok(gw_store_savepoint(f->store));
    check_ok(gw_store_claim(f->store, &agent, 2, &claim));
    assert_int_equal(claim, GW_CLAIM_NEW);
    append(f->store, POLICY, "b");
    check_ok(gw_store_release(f->store));
    check_ok(gw_store_commit(f->store));
    check_events(f->store, POLICY, 1, 99, false, "1=a 2=b ");
    check_bounds(f->store, SOURCE, 1, 0);
}

static void rollback_takes_everything_back(void **state)
{
    struct fixture *f = *state;
    append_alone(f->store, POLICY, "a");
    for (int in_savepoint = 0; in_savepoint < 2; in_savepoint++) {
        check_ok(gw_store_begin(f->store));
        append(f->store, POLICY, "b");
        check_ok(gw_store_lease_put(f->store, &(struct gw_store_lease){.host = "h", .epoch = 3}));
        if (in_savepoint)
            check_ok(gw_store_savepoint(f->store));
        gw_store_rollback(f->store);
        gw_store_rollback(f->store); // of nothing is fine
    }
    struct gw_store_lease lease;
    check_rc(gw_store_lease_get(f->store, f->arena, "h", &lease), GW_ENOTFOUND);
    append_alone(f->store, POLICY, "c");
    check_events(f->store, POLICY, 1, 99, false, "1=a 2=c ");
}

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
    check_ok(gw_store_targets_of_source(f->store, "s2", list_target, &out));
    assert_string_equal(gw_buf_str(&out), "https://b/0@1 https://b/2@7 ");
    gw_buf_reset(&out);
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

static bool list_letter(const struct gw_store_letter *letter, void *arg)
{
    gw_buf_printf(arg, "%s%llu:%s:%.*s ", letter->kind, (unsigned long long)letter->msgno, letter->reason,
                  (int)letter->bytes.bytes, letter->bytes.at);
    return true;
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
struct pairs {
    struct gw_store *reader;
    bool torn, stop;
    uint64_t seen;
};

static bool count_event(const struct gw_store_event *event, void *arg)
{
    (void)event;
    ++*(uint64_t *)arg;
    return true;
}

static void *read_pairs(void *arg)
{
    struct pairs *p = arg;
    while (!__atomic_load_n(&p->stop, __ATOMIC_ACQUIRE)) {
        uint64_t events = 0;
        check_ok(gw_store_events(p->reader, POLICY, 1, UINT64_MAX, false, count_event, &events));
        p->torn |= events % 2 != 0 || events < p->seen;
        p->seen = events;
    }
    return NULL;
}

static void readers_see_whole_transactions(void **state)
{
    struct fixture *f = *state;
    struct pairs pairs = {0};
    check_ok(gw_store_reader(f->store, &pairs.reader));
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, read_pairs, &pairs), 0);
    for (int i = 0; i < 100; i++) {
        char name[16];
        check_ok(gw_store_begin(f->store));
        snprintf(name, sizeof name, "%da", i);
        append(f->store, POLICY, name);
        snprintf(name, sizeof name, "%db", i);
        append(f->store, POLICY, name);
        check_ok(gw_store_commit(f->store));
    }
    __atomic_store_n(&pairs.stop, true, __ATOMIC_RELEASE);
    pthread_join(thread, NULL);
    assert_false(pairs.torn);
    check_bounds(pairs.reader, POLICY, 1, 200);
    gw_store_close(pairs.reader);
}

static void a_full_store_refuses_and_keeps_what_it_has(void **state)
{
    struct fixture *f = *state;
    gw_store_close(f->store);
    struct gw_store_options options = options_for(backend);
    options.max_bytes = 1 << 20;
    check_ok(gw_fs_remove(path));
    check_ok(gw_store_open(&options, &f->store));
    append_alone(f->store, POLICY, "first");
    static char big[100000];
    int rc = GW_OK;
    for (int i = 0; i < 20 && rc == GW_OK; i++) {
        rc = gw_store_begin(f->store);
        snprintf(big, sizeof big, "%d", i);
        enum gw_store_append outcome;
        struct gw_store_event event = {.stream = POLICY, .id = id_of(big), .event = {big, sizeof big}};
        for (int j = 0; j < 2 && rc == GW_OK; j++) {
            event.id.at[0] ^= (uint8_t)j;
            rc = gw_store_append(f->store, &event, &outcome);
        }
        if (rc == GW_OK)
            rc = gw_store_commit(f->store);
    }
    assert_int_equal(rc, GW_ENOSPC);
    gw_store_rollback(f->store);
    uint64_t first, last, count = 0;
    check_ok(gw_store_bounds(f->store, POLICY, &first, &last));
    assert_int_equal(last % 2, 1); // the half that failed left nothing
    check_ok(gw_store_events(f->store, POLICY, 1, UINT64_MAX, false, count_event, &count));
    assert_int_equal(count, last);
}

static void trimming_leaves_a_gap_and_the_count_goes_on(void **state)
{
    struct fixture *f = *state;
    for (char name[2] = "a"; *name < 'f'; ++*name)
        append_alone(f->store, POLICY, name);
    append_alone(f->store, SOURCE, "x");
    check_ok(gw_store_begin(f->store));
    check_ok(gw_store_trim(f->store, POLICY, 4));
    check_ok(gw_store_commit(f->store));
    check_bounds(f->store, POLICY, 4, 5);
    check_events(f->store, POLICY, 1, 99, false, "4=d 5=e ");
    check_events(f->store, SOURCE, 1, 99, false, "1=x ");
    struct gw_store_event found;
    struct gw_id gone = id_of("a");
    check_rc(gw_store_event_get(f->store, f->arena, &gone, &found), GW_ENOTFOUND);
    check_ok(gw_store_begin(f->store));
    check_ok(gw_store_trim(f->store, POLICY, 2));  // was done
    check_ok(gw_store_trim(f->store, POLICY, 99)); // everything, and no further
    check_ok(gw_store_commit(f->store));
    check_bounds(f->store, POLICY, 6, 5);
    append_alone(f->store, POLICY, "next");
    check_events(f->store, POLICY, 1, 99, false, "6=next ");
    check_ok(gw_store_begin(f->store));
    check_ok(gw_store_trim(f->store, POLICY, 7));
    gw_store_rollback(f->store);
    check_bounds(f->store, POLICY, 6, 6);
    check_events(f->store, POLICY, 1, 99, false, "6=next ");
}

static void a_new_generation_forgets_what_was_counted(void **state)
{
    struct fixture *f = *state;
    struct gw_id agent = id_of("agent");
    struct gw_store_identity identity;
    enum gw_store_claim claim;
    check_ok(gw_store_begin(f->store));
    check_ok(gw_store_claim(f->store, &agent, 5, &claim));
    check_ok(gw_store_renew(f->store, 7));
    check_ok(gw_store_commit(f->store));
    check_ok(gw_store_identify(f->store, &identity));
    assert_int_equal(identity.generation, 7);
    check_ok(gw_store_begin(f->store));
    check_ok(gw_store_claim(f->store, &agent, 9, &claim));
    assert_int_equal(claim, GW_CLAIM_NEW);
    check_ok(gw_store_commit(f->store));
}

static void a_whole_store_verifies(void **state)
{
    struct fixture *f = *state;
    struct gw_store_damage damage;
    for (char name[2] = "a"; *name < 'f'; ++*name)
        append_alone(f->store, POLICY, name);
    append_alone(f->store, COVERAGE, "y");
    check_ok(gw_store_begin(f->store));
    check_ok(gw_store_trim(f->store, POLICY, 3));
    check_ok(gw_store_commit(f->store));
    check_ok(gw_store_verify(f->store, NULL, NULL, &damage));
    assert_int_equal(damage.bad, 0);
    assert_int_equal(damage.events, 4);
}

static void an_unknown_backend_is_refused(void **state)
{
    (void)state;
    struct gw_store *store;
    struct gw_store_options options = options_for("paper");
    check_rc(gw_store_open(&options, &store), GW_EINVAL);
}

// ---- SQLite alone: what only a file can go through

static int open_again(struct fixture *f, bool read_only, struct gw_store **ret_store)
{
    f->store = gw_store_close(f->store);
    struct gw_store_options options = options_for("sqlite");
    options.read_only = read_only;
    return gw_store_open(&options, ret_store);
}

static void a_file_survives_its_process(void **state)
{
    struct fixture *f = *state;
    struct gw_store_identity before, after;
    check_ok(gw_store_identify(f->store, &before));
    f->store = gw_store_close(f->store);
    pid_t child = fork();
    if (child == 0) { // dies in the middle of a transaction, closing nothing
        struct gw_store_options options = options_for("sqlite");
        struct gw_store *store;
        if (gw_store_open(&options, &store) != GW_OK)
            _exit(1);
        append_alone(store, POLICY, "kept");
        if (gw_store_begin(store) != GW_OK)
            _exit(1);
        append(store, POLICY, "lost");
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    struct gw_store *reader = NULL; // the log it left is read even before a writer comes back
    check_ok(open_again(f, true, &reader));
    check_events(reader, POLICY, 1, 99, false, "1=kept ");
    gw_store_close(reader);
    check_ok(open_again(f, false, &f->store));
    check_ok(gw_store_identify(f->store, &after));
    assert_string_equal(before.store_id, after.store_id);
    append_alone(f->store, POLICY, "next");
    check_events(f->store, POLICY, 1, 99, false, "1=kept 2=next ");
}

static void sql(const char *text)
{
    char command[256];
    snprintf(command, sizeof command, "sqlite3 %s \"%s\" >/dev/null", path, text);
    if (system(command) != 0)
        fail_msg("%s", command);
}

static void a_backup_is_a_store(void **state)
{
    struct fixture *f = *state;
    char copy[128];
    struct gw_store_identity before, after;
    struct gw_store *opened;
    snprintf(copy, sizeof copy, "%s/copy.db", directory);
    append_alone(f->store, POLICY, "a");
    check_ok(gw_store_identify(f->store, &before));
    struct gw_store *reader;
    check_ok(gw_store_reader(f->store, &reader));
    check_ok(gw_store_backup(reader, copy));
    check_rc(gw_store_backup(reader, copy), GW_EEXIST);
    gw_store_close(reader);
    append_alone(f->store, POLICY, "b");
    check_ok(gw_store_open(&(struct gw_store_options){.backend = "sqlite", .path = copy}, &opened));
    check_ok(gw_store_identify(opened, &after));
    assert_string_equal(before.store_id, after.store_id);
    append_alone(opened, POLICY, "c");
    check_events(opened, POLICY, 1, 99, false, "1=a 2=c ");
    gw_store_close(opened);
}

static void damage_is_found(void **state)
{
    struct fixture *f = *state;
    struct gw_store_damage damage;
    if (system("command -v sqlite3 >/dev/null") != 0)
        skip();
    for (char name[2] = "a"; *name < 'f'; ++*name)
        append_alone(f->store, POLICY, name);
    f->store = gw_store_close(f->store);
    sql("UPDATE policy_events SET event = x'00' WHERE seq = 2; DELETE FROM policy_events WHERE seq = 4");
    check_ok(open_again(f, false, &f->store));
    check_ok(gw_store_verify(f->store, NULL, NULL, &damage));
    assert_int_equal(damage.bad, 2);
    assert_string_equal(damage.first, "event 2 of stream 1 differs from its digest");
    f->store = gw_store_close(f->store);
    FILE *file = fopen(path, "r+b"); // a page in the middle, as a bad disk leaves it
    fseek(file, 3 * 4096, SEEK_SET);
    for (int i = 0; i < 20 * 4096; i++)
        fputc(0xA5, file);
    fclose(file);
    struct gw_store *hurt = NULL;
    int rc = open_again(f, true, &hurt);
    if (rc == GW_OK)
        check_ok(gw_store_verify(hurt, NULL, NULL, &damage));
    assert_true(rc == GW_ECORRUPT || damage.bad > 0);
    gw_store_close(hurt);
}

static void strange_files_are_refused(void **state)
{
    struct fixture *f = *state;
    append_alone(f->store, POLICY, "a");
    append_alone(f->store, POLICY, "b");
    check_rc(open_again(f, true, &f->store), GW_OK);

    f->store = gw_store_close(f->store);
    if (system("command -v sqlite3 >/dev/null") == 0) {
        sql("PRAGMA user_version = 99");
        check_rc(open_again(f, false, &f->store), GW_EVERSION);
        check_rc(open_again(f, true, &f->store), GW_EVERSION);
        sql("PRAGMA user_version = 1; UPDATE streams SET last = 1");
        check_rc(open_again(f, false, &f->store), GW_ECORRUPT);
        sql("UPDATE streams SET last = 3");
        check_rc(open_again(f, false, &f->store), GW_ECORRUPT);
        sql("PRAGMA application_id = 7");
        check_rc(open_again(f, false, &f->store), GW_ECORRUPT);
    }
    check_ok(gw_fs_write(path, "this is no database, but long enough to look at it twice", 56, 0600));
    check_rc(open_again(f, false, &f->store), GW_ECORRUPT);
    check_ok(gw_fs_remove(path));
    check_rc(open_again(f, true, &f->store), GW_ENOTFOUND);
}

// ---- the same random transactions on all

static bool dump_lease(const struct gw_store_lease *row, void *arg)
{
    gw_buf_printf(arg, "lease %s %u %02x\n", row->host, row->epoch, row->holder.at[0]);
    return true;
}
static bool dump_source(const struct gw_store_source *row, void *arg)
{
    gw_buf_printf(arg, "source %s %.*s %d\n", row->id, (int)row->definition.bytes, row->definition.at, row->removed);
    return true;
}
static bool dump_target(const struct gw_store_target *row, void *arg)
{
    gw_buf_printf(arg, "target %s %s %u %.*s\n", row->url, row->source_id, row->epoch, (int)row->target.bytes,
                  row->target.at);
    return true;
}
static bool dump_event(const struct gw_store_event *row, void *arg)
{
    gw_buf_printf(arg, "event %d %llu %02x %.*s\n", (int)row->stream, (unsigned long long)row->seq, row->id.at[0],
                  (int)row->event.bytes, row->event.at);
    return true;
}
static bool dump_consumer(const struct gw_store_consumer *row, void *arg)
{
    gw_buf_printf(arg, "consumer %s %llu\n", row->name, (unsigned long long)row->seq);
    return true;
}

static void dump(struct gw_store *store, struct gw_buf *out)
{
    check_ok(gw_store_leases(store, dump_lease, out));
    check_ok(gw_store_sources(store, dump_source, out));
    check_ok(gw_store_targets(store, "h", NULL, dump_target, out));
    check_ok(gw_store_letters(store, list_letter, out));
    check_ok(gw_store_consumers(store, dump_consumer, out));
    for (Gw__Stream s = POLICY; s <= COVERAGE; s++) {
        uint64_t first, last;
        check_ok(gw_store_bounds(store, s, &first, &last));
        gw_buf_printf(out, "stream %d %llu..%llu\n", (int)s, (unsigned long long)first, (unsigned long long)last);
        check_ok(gw_store_events(store, s, 1, UINT64_MAX, false, dump_event, out));
    }
    gw_assert(gw_buf_ok(out));
}

static void random_change(struct gw_store *store, unsigned *seed)
{
    char name[8];
    snprintf(name, sizeof name, "n%d", rand_r(seed) % 12);
    uint32_t number = (uint32_t)rand_r(seed) % 100;
    struct gw_id id = id_of(name);
    enum gw_store_claim claim;
    switch (rand_r(seed) % 8) {
    case 0:
        check_ok(gw_store_lease_put(store, &(struct gw_store_lease){.host = name, .epoch = number, .holder = id}));
        break;
    case 1:
        check_ok(
            gw_store_source_put(store, &(struct gw_store_source){name, {name, strlen(name)}, {NULL, 0}, number % 2}));
        break;
    case 2:
        check_ok(gw_store_target_put(
            store, &(struct gw_store_target){name, number % 2 ? "h" : "g", "s", 1, number, 0, {name, strlen(name)}}));
        break;
    case 3:
        check_ok(gw_store_letter_put(
            store, &(struct gw_store_letter){.kind = "dead", .msgno = number, .reason = name, .bytes = GW_SPAN("x")}));
        check_ok(gw_store_letters_trim(store, "dead", 5));
        break;
    case 4:
        check_ok(gw_store_consumer_put(store, &(struct gw_store_consumer){name, POLICY, "", number, 0}));
        break;
    case 5:
        check_ok(gw_store_claim(store, &id, number % 4, &claim));
        snprintf(name, sizeof name, "c%d", (int)claim); // the answer shows in the dump
        check_ok(gw_store_source_put(store, &(struct gw_store_source){name, {name, 2}, {NULL, 0}, false}));
        break;
    default:
        if (rand_r(seed) % 10 == 0)
            check_ok(gw_store_trim(store, (Gw__Stream)(1 + number % 3), number % 8));
        snprintf(name, sizeof name, "e%d", rand_r(seed) % 200);
        append(store, (Gw__Stream)(1 + number % 3), name);
    }
}

static void random_transaction(struct gw_store *store, unsigned seed)
{
    check_ok(gw_store_begin(store));
    for (int messages = rand_r(&seed) % 4; messages >= 0; messages--) {
        check_ok(gw_store_savepoint(store));
        for (int changes = rand_r(&seed) % 5; changes >= 0; changes--)
            random_change(store, &seed);
        if (rand_r(&seed) % 4 == 0)
            check_ok(gw_store_undo(store));
        else
            check_ok(gw_store_release(store));
    }
    if (rand_r(&seed) % 5 == 0)
        gw_store_rollback(store);
    else
        check_ok(gw_store_commit(store));
}

static void all_backends_agree(void **state)
{
    struct fixture *f = *state;
    struct gw_store *reference;
    struct gw_store_options options = options_for("memory");
    check_ok(gw_store_open(&options, &reference));
    unsigned seed = (unsigned)time(NULL);
    struct gw_buf expected = GW_BUF(1 << 20), found = GW_BUF(1 << 20);
    for (unsigned i = 0; i < 150; i++) {
        random_transaction(reference, seed + i);
        random_transaction(f->store, seed + i);
        gw_buf_reset(&expected);
        gw_buf_reset(&found);
        dump(reference, &expected);
        dump(f->store, &found);
        if (strcmp(gw_buf_str(&expected), gw_buf_str(&found)) != 0)
            fail_msg("seed %u differs at transaction %u:\n%s---\n%s", seed, i, gw_buf_str(&expected),
                     gw_buf_str(&found));
    }
    gw_buf_fini(&expected);
    gw_buf_fini(&found);
    gw_store_close(reference);
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest every_backend[] = {
        WITH_STORE(a_new_store_is_empty_and_has_a_name),
        WITH_STORE(sequences_are_dense_and_each_stream_has_its_own),
        WITH_STORE(a_repeated_event_takes_no_place),
        WITH_STORE(ranges_run_both_ways_and_stop_when_told),
        WITH_STORE(a_scan_stops_when_told_and_can_start_again),
        WITH_STORE(an_event_is_found_by_its_id_with_its_digest),
        WITH_STORE(undo_takes_one_message_back_and_leaves_the_others),
        WITH_STORE(rollback_takes_everything_back),
        WITH_STORE(each_message_counts_once_and_gaps_are_seen),
        WITH_STORE(an_agents_row_and_its_count_are_independent),
        WITH_STORE(a_lease_remembers_its_epoch_when_nobody_holds_it),
        WITH_STORE(a_source_is_replaced_whole),
        WITH_STORE(targets_are_found_by_url_by_host_and_by_source),
        WITH_STORE(a_document_keeps_where_it_was_first_seen),
        WITH_STORE(letters_are_kept_up_to_a_number_of_each_kind),
        WITH_STORE(runs_and_consumers_come_back_as_they_went_in),
        WITH_STORE(readers_see_whole_transactions),
        WITH_STORE(a_full_store_refuses_and_keeps_what_it_has),
        WITH_STORE(trimming_leaves_a_gap_and_the_count_goes_on),
        WITH_STORE(a_new_generation_forgets_what_was_counted),
        WITH_STORE(a_whole_store_verifies),
    };
    const struct CMUnitTest files[] = {
        WITH_STORE(a_file_survives_its_process), WITH_STORE(strange_files_are_refused),
        WITH_STORE(a_backup_is_a_store),         WITH_STORE(damage_is_found),
        WITH_STORE(all_backends_agree),          cmocka_unit_test(an_unknown_backend_is_refused),
    };
    backend = "memory";
    int failed = cmocka_run_group_tests_name("store/memory", every_backend, NULL, NULL);
    backend = "sqlite";
    failed += cmocka_run_group_tests_name("store/sqlite", every_backend, NULL, NULL);
    failed += cmocka_run_group_tests_name("store/files", files, NULL, NULL);
    return failed;
}
