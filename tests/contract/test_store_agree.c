// SPDX-License-Identifier: Apache-2.0
// The contract of a store: the same random transactions leave all backends in the same state.
#include "store_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {WITH_STORE(all_backends_agree)};
    backend = "sqlite";
    return cmocka_run_group_tests_name("store/agree", tests, NULL, NULL);
}
