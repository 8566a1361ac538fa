// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "base/fs.h"
#include "search/indexer.c" // when it waits
#include "wire/frame.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

static void publish(struct gw_store *store, uint64_t number)
{
    Gw__Document document = GW__DOCUMENT__INIT;
    document.title = "通知";
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
    uint8_t packed[200];
    struct gw_store_event row = {.stream = GW__STREAM__STREAM_POLICY,
                                 .event = {(char *)packed, gw__event__pack(&event, packed)}};
    memcpy(row.id.at, &number, sizeof number);
    enum gw_store_append outcome;
    check_ok(gw_store_append(store, &row, &outcome));
}

static void publish_many(struct gw_store *store, uint64_t from, uint64_t to)
{
    check_ok(gw_store_begin(store));
    for (uint64_t i = from; i <= to; i++)
        publish(store, i);
    check_ok(gw_store_commit(store));
}

// The test's own TIMEOUT ends a wait that never comes true.
static void wait_for(struct gw_indexer *indexer, uint64_t seq)
{
    while (gw_indexer_indexed(indexer) < seq)
        sched_yield();
}

static void it_follows_the_log_and_goes_on_where_it_was(void **state)
{
    (void)state;
    char directory[] = "/tmp/gw-indexer-XXXXXX", path[64];
    struct gw_store *store;
    struct gw_indexer *indexer;
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/index.db", directory);
    check_ok(gw_store_open(&(struct gw_store_options){.backend = "memory"}, &store));
    publish_many(store, 1, 1200); // more than one batch
    struct gw_indexer_options options = {.path = path, .store = store};
    check_ok(gw_indexer_new(&options, &indexer));
    wait_for(indexer, 1200);
    publish_many(store, 1201, 1300);
    gw_indexer_poke(indexer, 1300);
    wait_for(indexer, 1300);
    assert_int_equal(gw_indexer_lag(indexer), 0);
    gw_indexer_poke(indexer, 1310);
    assert_int_equal(gw_indexer_lag(indexer), 10); // whatever it is doing
    gw_indexer_free(indexer);
    check_ok(gw_indexer_new(&options, &indexer));
    assert_int_equal(gw_indexer_indexed(indexer), 1300); // at once
    gw_indexer_free(indexer);
    gw_store_close(store);
    check_ok(gw_fs_remove(directory));
}

static void it_waits_while_many_come(void **state)
{
    (void)state;
    struct gw_indexer x = {0};
    static const struct {
        int64_t ms;
        uint64_t indexed, last;
        bool waits;
    } turns[] = {
        {10000, 0, 900000, false},      // what was there at the start is no rush
        {10010, 500, 900500, false},    // too soon to tell
        {10050, 899000, 900040, false}, // 800 a second
        {10100, 899000, 900100, true},  // 1200
        {10110, 899000, 900100, true},  // the same rush
        {10150, 815000, 915000, false}, // a rush, but 100000 behind
        {10160, 900001, 915000, true},  // closer again
        {10200, 900100, 915050, true},  // 1000 a second; the last rush is not long over
        {10449, 900100, 915051, true},  {10450, 900100, 915051, false}, {10500, 900100, 915100, false},
    };
    for (size_t i = 0; i < sizeof turns / sizeof turns[0]; i++)
        assert_int_equal(must_wait(&x, turns[i].indexed, turns[i].last, turns[i].ms), turns[i].waits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(it_follows_the_log_and_goes_on_where_it_was),
                                       cmocka_unit_test(it_waits_while_many_come)};
    return cmocka_run_group_tests_name("search/indexer", tests, NULL, NULL);
}
