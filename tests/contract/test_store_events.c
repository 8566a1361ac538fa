// SPDX-License-Identifier: Apache-2.0
// The contract of a store: events, transactions, and what readers see of them.
#include "store_world.h"

#include <pthread.h>
#include <stdio.h>

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
    uint8_t digest[GW_HASH128_BYTES];
    gw_hash128("b\0b", 3, digest);
    assert_int_equal(found.digest.bytes, sizeof digest);
    assert_memory_equal(found.digest.at, digest, sizeof digest);
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

struct pairs {
    struct gw_store *reader;
    bool torn, stop;
    uint64_t seen;
};

static void a_transaction_begins_while_another_settles(void **state)
{
    struct fixture *f = *state;
    for (char name[2] = "a"; *name < 'e'; ++*name) {
        check_ok(gw_store_begin(f->store));
        append(f->store, POLICY, name);
        append(f->store, SOURCE, name);
        if (*name > 'a') {
            struct gw_store_event found;
            struct gw_id before = id_of((char[]){(char)(*name - 1), 0});
            check_ok(gw_store_event_get(f->store, f->arena, &before, &found)); // on its way, and there for us
            assert_int_equal(found.event.at[0], *name - 1);
            check_ok(gw_store_settle(f->store));
        }
        check_ok(gw_store_seal(f->store));
    }
    check_ok(gw_store_begin(f->store));
    append(f->store, POLICY, "undone");
    check_ok(gw_store_settle(f->store));
    gw_store_rollback(f->store);
    append_alone(f->store, POLICY, "e");
    struct gw_store *reader;
    check_ok(gw_store_reader(f->store, &reader));
    check_events(reader, POLICY, 1, 99, false, "1=a 2=b 3=c 4=d 5=e ");
    check_events(reader, SOURCE, 1, 99, false, "1=a 2=b 3=c 4=d ");
    gw_store_close(reader);
}

static void a_rollback_leaves_what_was_secured_before(void **state)
{
    struct fixture *f = *state;
    for (char name[2] = "a"; *name < 'd'; ++*name) {
        check_ok(gw_store_begin(f->store));
        append(f->store, POLICY, name);
        append(f->store, SOURCE, name);
        check_ok(gw_store_secure(f->store));
    }
    check_ok(gw_store_begin(f->store));
    append(f->store, POLICY, "lost");
    gw_store_rollback(f->store);
    check_ok(gw_store_begin(f->store));
    append(f->store, POLICY, "d");
    check_ok(gw_store_savepoint(f->store));
    append(f->store, POLICY, "undone");
    check_ok(gw_store_undo(f->store));
    check_ok(gw_store_secure(f->store));
    check_ok(gw_store_begin(f->store));
    check_ok(gw_store_commit(f->store)); // shows them
    struct gw_store *reader;
    check_ok(gw_store_reader(f->store, &reader));
    check_events(reader, POLICY, 1, 99, false, "1=a 2=b 3=c 4=d ");
    check_events(reader, SOURCE, 1, 99, false, "1=a 2=b 3=c ");
    check_bounds(reader, POLICY, 1, 4);
    gw_store_close(reader);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(a_new_store_is_empty_and_has_a_name),
        WITH_STORE(sequences_are_dense_and_each_stream_has_its_own),
        WITH_STORE(a_repeated_event_takes_no_place),
        WITH_STORE(ranges_run_both_ways_and_stop_when_told),
        WITH_STORE(a_scan_stops_when_told_and_can_start_again),
        WITH_STORE(an_event_is_found_by_its_id_with_its_digest),
        WITH_STORE(undo_takes_one_message_back_and_leaves_the_others),
        WITH_STORE(rollback_takes_everything_back),
        WITH_STORE(a_rollback_leaves_what_was_secured_before),
        WITH_STORE(a_transaction_begins_while_another_settles),
        WITH_STORE(readers_see_whole_transactions),
    };
    return RUN_ON_EVERY_BACKEND("store/events", tests);
}
