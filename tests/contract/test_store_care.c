// SPDX-License-Identifier: Apache-2.0
// The contract of a store: full, trimmed, renewed, verified; and what only a file can go through.
#include "store_world.h"

#include "base/fs.h"
#include "kit/small_disk.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void a_full_store_refuses_and_keeps_what_it_has(void **state)
{
    struct fixture *f = *state;
    gw_store_close(f->store);
    struct gw_store_options options = options_for(backend);
    options.max_bytes = 1 << 20;
    check_ok(gw_fs_remove(store_path));
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
    snprintf(command, sizeof command, "sqlite3 %s \"%s\" >/dev/null", store_path, text);
    if (system(command) != 0)
        fail_msg("%s", command);
}

static void a_backup_is_a_store(void **state)
{
    struct fixture *f = *state;
    char copy[128];
    struct gw_store_identity before, after;
    struct gw_store *opened;
    snprintf(copy, sizeof copy, "%s/copy.db", store_directory);
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

#define SHA256_OF_A "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"

static void a_store_of_the_schema_before_is_taken_over(void **state)
{
    struct fixture *f = *state;
    char copy[sizeof store_path];
    if (system("command -v sqlite3 >/dev/null") != 0)
        skip();
    append_alone(f->store, POLICY, "a");
    append_alone(f->store, POLICY, "b");
    append_alone(f->store, SOURCE, "x");
    snprintf(copy, sizeof copy, "%s/v1.db", store_directory);
    check_ok(gw_store_backup(f->store, copy)); // events in their rows, as they were then
    f->store = gw_store_close(f->store);
    memcpy(store_path, copy, sizeof copy);
    static const char *const tables[] = {"policy_events", "source_events", "coverage_events"};
    for (size_t i = 0; i < GW_COUNT(tables); i++) {
        char text[160];
        snprintf(text, sizeof text, "ALTER TABLE %s DROP COLUMN place; ALTER TABLE %s DROP COLUMN bytes", tables[i],
                 tables[i]);
        sql(text);
    }
    sql("UPDATE policy_events SET sha256 = x'" SHA256_OF_A "' WHERE seq = 1");
    sql("UPDATE policy_events SET sha256 = x'" SHA256_OF_A "' WHERE seq = 2"); // which is "b"
    sql("DROP TABLE applied; CREATE INDEX targets_of_source ON targets (source_id); PRAGMA user_version = 1");
    struct gw_store *reader = NULL;
    struct gw_store_options options = options_for("sqlite");
    options.read_only = true;
    check_rc(gw_store_open(&options, &reader), GW_EVERSION);
    check_ok(open_again(f, false, &f->store));
    append_alone(f->store, POLICY, "c");
    check_events(f->store, POLICY, 1, 99, false, "1=a 2=b 3=c ");
    check_events(f->store, SOURCE, 1, 99, false, "1=x ");
    struct gw_store_damage damage;
    check_ok(gw_store_verify(f->store, NULL, NULL, &damage));
    assert_int_equal(damage.bad, 1);
    assert_string_equal(damage.first, "event 2 of stream 1 differs from its digest");
    check_ok(gw_store_begin(f->store));
    check_ok(gw_store_trim(f->store, POLICY, 2));
    check_ok(gw_store_commit(f->store));
    check_ok(open_again(f, false, &f->store));
    check_events(f->store, POLICY, 1, 99, false, "2=b 3=c ");
}

static void copy_file(const char *tail, const char *from, const char *to)
{
    char command[256];
    snprintf(command, sizeof command, "cp %s%s%s %s%s%s", store_path, from, tail, store_path, to, tail);
    assert_int_equal(system(command), 0);
}

// The database as it was at the start, beside event files that lost what nobody had synced.
static void cut_power(void)
{
    char command[256];
    copy_file("", ".then", "");
    copy_file("-wal", ".then", "");
    snprintf(command, sizeof command, "rm %s-shm && truncate -s 0 %s-events/*", store_path, store_path);
    assert_int_equal(system(command), 0);
}

static void what_was_secured_survives_a_power_cut(void **state)
{
    struct fixture *f = *state;
    f->store = gw_store_close(f->store);
    pid_t child = fork();
    if (child == 0) { // dies with transactions that no commit has shown, and one that is not secured
        struct gw_store_options options = options_for("sqlite");
        struct gw_store *store;
        if (gw_store_open(&options, &store) != GW_OK)
            _exit(1);
        copy_file("", "", ".then");
        copy_file("-wal", "", ".then");
        append_alone(store, POLICY, "shown");
        for (char name[2] = "a"; *name < 'd'; ++*name) {
            struct gw_store_letter letter = {.kind = "dead", .reason = name};
            struct gw_store_consumer consumer = {.name = name, .stream = SOURCE, .filter = "", .seq = 7};
            if (gw_store_begin(store) != GW_OK)
                _exit(1);
            append(store, POLICY, name);
            append(store, SOURCE, name);
            if (gw_store_letter_put(store, &letter) != GW_OK || gw_store_consumer_put(store, &consumer) != GW_OK ||
                gw_store_savepoint(store) != GW_OK)
                _exit(1);
            append(store, POLICY, "undone");
            if (gw_store_undo(store) != GW_OK || gw_store_secure(store) != GW_OK)
                _exit(1);
        }
        if (gw_store_begin(store) != GW_OK)
            _exit(1);
        append(store, POLICY, "lost");
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    for (int i = 0; i < 2; i++) { // the second finds nothing left to do
        if (i == 0)
            cut_power();
        struct gw_store_damage damage;
        struct gw_buf letters = GW_BUF(1000);
        struct gw_store_consumer consumer;
        check_ok(open_again(f, false, &f->store));
        check_events(f->store, POLICY, 1, 99, false, "1=shown 2=a 3=b 4=c ");
        check_events(f->store, SOURCE, 1, 99, false, "1=a 2=b 3=c ");
        check_ok(gw_store_letters(f->store, list_letter, &letters));
        assert_string_equal(gw_buf_str(&letters), "dead0:a: dead0:b: dead0:c: ");
        check_ok(gw_store_consumer_get(f->store, f->arena, "c", &consumer));
        assert_int_equal(consumer.seq, 7);
        check_ok(gw_store_verify(f->store, NULL, NULL, &damage));
        assert_int_equal(damage.bad, 0);
        gw_buf_fini(&letters);
    }
    append_alone(f->store, POLICY, "next");
    check_events(f->store, POLICY, 4, 99, false, "4=c 5=next ");
}

static void files_of_trimmed_events_go(void **state)
{
    enum { LARGE = 1 << 20, MANY = 70 }; // more than one file of events
    struct fixture *f = *state;
    char first[128], second[128];
    char *bytes = calloc(1, LARGE);
    snprintf(first, sizeof first, "%s-events/0000000001", store_path);
    snprintf(second, sizeof second, "%s-events/0000000002", store_path);
    for (int i = 1; i <= MANY; i++) {
        enum gw_store_append outcome;
        snprintf(bytes, LARGE, "%d", i);
        struct gw_store_event event = {.stream = POLICY, .id = id_of(bytes), .event = {bytes, LARGE}};
        check_ok(gw_store_begin(f->store));
        check_ok(gw_store_append(f->store, &event, &outcome));
        check_ok(gw_store_commit(f->store));
    }
    free(bytes);
    assert_true(gw_fs_exists(first) && gw_fs_exists(second));
    check_ok(gw_store_begin(f->store));
    check_ok(gw_store_trim(f->store, POLICY, 60));
    check_ok(gw_store_commit(f->store));
    check_ok(open_again(f, false, &f->store));
    assert_true(gw_fs_exists(first)); // its last events stay
    check_ok(gw_store_begin(f->store));
    check_ok(gw_store_trim(f->store, POLICY, 68));
    gw_store_rollback(f->store);
    check_ok(open_again(f, false, &f->store));
    assert_true(gw_fs_exists(first));
    check_ok(gw_store_begin(f->store));
    check_ok(gw_store_trim(f->store, POLICY, 68));
    check_ok(gw_store_commit(f->store));
    check_ok(open_again(f, false, &f->store));
    assert_false(gw_fs_exists(first));
    struct gw_store_damage damage;
    check_ok(gw_store_verify(f->store, NULL, NULL, &damage));
    assert_int_equal(damage.bad, 0);
    assert_int_equal(damage.events, 3);
}

static void what_failed_to_settle_never_was(void **state)
{
    struct fixture *f = *state;
    append_alone(f->store, POLICY, "a");
    check_ok(gw_store_begin(f->store));
    append(f->store, POLICY, "b");
    check_ok(gw_store_secure(f->store)); // only in SQLite's open transaction, and in the redo log
    check_ok(gw_store_begin(f->store));
    append(f->store, POLICY, "lost");
    check_ok(gw_store_seal(f->store));
    check_ok(gw_store_begin(f->store));
    append(f->store, POLICY, "lost, too");
    limit_files(2);
    int rc = gw_store_settle(f->store);
    limit_files(RLIM_INFINITY);
    assert_true(gw_rc_class(rc) == GW_CLASS_RETRY);
    gw_store_rollback(f->store);
    gw_store_unseal(f->store);
    for (int i = 0; i < 2; i++) {
        append_alone(f->store, POLICY, i ? "d" : "c");
        check_events(f->store, POLICY, 1, 99, false, i ? "1=a 2=b 3=c 4=d " : "1=a 2=b 3=c ");
    }
    check_ok(open_again(f, false, &f->store));
    check_events(f->store, POLICY, 1, 99, false, "1=a 2=b 3=c 4=d ");
    struct gw_store_damage damage;
    check_ok(gw_store_verify(f->store, NULL, NULL, &damage));
    assert_int_equal(damage.bad, 0);
}

static void one_process_writes(void **state)
{
    struct fixture *f = *state;
    struct gw_store_options options = options_for("sqlite");
    struct gw_store *second = NULL;
    check_rc(gw_store_open(&options, &second), GW_EAGAIN);
    append_alone(f->store, POLICY, "a");
}

// As a bad disk leaves it.
static void spoil(const char *path, long at, int bytes)
{
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    fseek(file, at, SEEK_SET);
    for (int i = 0; i < bytes; i++)
        fputc(0xA5, file);
    fclose(file);
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
    char events[128];
    snprintf(events, sizeof events, "%s-events/0000000001", store_path);
    spoil(events, 1, 1); // the event "b"
    sql("DELETE FROM policy_events WHERE seq = 4");
    check_ok(open_again(f, false, &f->store));
    check_ok(gw_store_verify(f->store, NULL, NULL, &damage));
    assert_int_equal(damage.bad, 2);
    assert_string_equal(damage.first, "event 2 of stream 1 differs from its digest");
    f->store = gw_store_close(f->store);
    assert_int_equal(truncate(events, 1), 0);
    check_ok(open_again(f, true, &f->store));
    check_ok(gw_store_verify(f->store, NULL, NULL, &damage));
    assert_true(damage.bad > 0);
    assert_non_null(strstr(damage.first, "0000000001 ends before its event"));
    f->store = gw_store_close(f->store);
    assert_int_equal(unlink(events), 0);
    check_ok(open_again(f, true, &f->store));
    uint64_t count = 0;
    check_rc(gw_store_events(f->store, POLICY, 1, 99, false, count_event, &count), GW_ECORRUPT);
    assert_non_null(strstr(gw_reason(), "the file of event 1 is missing"));
    struct gw_store_event found;
    struct gw_id id = id_of("a");
    check_rc(gw_store_event_get(f->store, f->arena, &id, &found), GW_ECORRUPT);
    f->store = gw_store_close(f->store);
    spoil(store_path, 3 * 4096, 20 * 4096);
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
        sql("PRAGMA user_version = 2; UPDATE streams SET last = 1");
        check_rc(open_again(f, false, &f->store), GW_ECORRUPT);
        sql("UPDATE streams SET last = 3");
        check_rc(open_again(f, false, &f->store), GW_ECORRUPT);
        sql("PRAGMA application_id = 7");
        check_rc(open_again(f, false, &f->store), GW_ECORRUPT);
    }
    check_ok(gw_fs_write(store_path, "this is no database, but long enough to look at it twice", 56, 0600));
    check_rc(open_again(f, false, &f->store), GW_ECORRUPT);
    check_ok(gw_fs_remove(store_path));
    check_rc(open_again(f, true, &f->store), GW_ENOTFOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(a_full_store_refuses_and_keeps_what_it_has),
        WITH_STORE(trimming_leaves_a_gap_and_the_count_goes_on),
        WITH_STORE(a_new_generation_forgets_what_was_counted),
        WITH_STORE(a_whole_store_verifies),
    };
    const struct CMUnitTest files[] = {
        WITH_STORE(a_file_survives_its_process),
        WITH_STORE(a_backup_is_a_store),
        WITH_STORE(a_store_of_the_schema_before_is_taken_over),
        WITH_STORE(what_was_secured_survives_a_power_cut),
        WITH_STORE(files_of_trimmed_events_go),
        WITH_STORE(what_failed_to_settle_never_was),
        WITH_STORE(one_process_writes),
        WITH_STORE(damage_is_found),
        WITH_STORE(strange_files_are_refused),
        cmocka_unit_test(an_unknown_backend_is_refused),
    };
    int failed = RUN_ON_EVERY_BACKEND("store/care", tests);
    return failed + cmocka_run_group_tests_name("store/files", files, NULL, NULL);
}
