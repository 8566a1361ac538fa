// SPDX-License-Identifier: Apache-2.0
#include "store_world.h"

#include "base/fs.h"

#include <stdio.h>
#include <stdlib.h>

enum { ARENA_BYTES = 1 << 20 };

const char *backend;
char store_directory[64], store_path[96];

struct gw_store_options options_for(const char *name)
{
    return (struct gw_store_options){.backend = name, .path = store_path};
}

int set_up(void **state)
{
    strcpy(store_directory, "/tmp/gw-store-XXXXXX");
    assert_non_null(mkdtemp(store_directory));
    snprintf(store_path, sizeof store_path, "%s/store.db", store_directory);
    struct fixture *f = calloc(1, sizeof *f);
    struct gw_store_options options = options_for(backend);
    check_ok(gw_store_open(&options, &f->store));
    f->arena = gw_arena_new(ARENA_BYTES);
    *state = f;
    return 0;
}

int tear_down(void **state)
{
    struct fixture *f = *state;
    gw_store_close(f->store);
    gw_arena_free(f->arena);
    free(f);
    check_ok(gw_fs_remove(store_directory));
    return 0;
}

struct gw_id id_of(const char *name)
{
    uint8_t digest[GW_SHA256_BYTES];
    gw_sha256(name, strlen(name), digest);
    struct gw_id id;
    memcpy(id.at, digest, sizeof id.at);
    return id;
}

enum gw_store_append append(struct gw_store *store, Gw__Stream stream, const char *name)
{
    enum gw_store_append outcome;
    struct gw_store_event event = {.stream = stream, .id = id_of(name), .stored_ms = 7, .event = {name, strlen(name)}};
    check_ok(gw_store_append(store, &event, &outcome));
    return outcome;
}

void append_alone(struct gw_store *store, Gw__Stream stream, const char *name)
{
    check_ok(gw_store_begin(store));
    assert_int_equal(append(store, stream, name), GW_APPEND_STORED);
    check_ok(gw_store_commit(store));
}

bool list_event(const struct gw_store_event *event, void *arg)
{
    gw_buf_printf(arg, "%llu=%.*s ", (unsigned long long)event->seq, (int)event->event.bytes, event->event.at);
    return true;
}

void check_events(struct gw_store *store, Gw__Stream stream, uint64_t from, uint64_t to, bool newest_first,
                  const char *expected)
{
    struct gw_buf out = GW_BUF(100000);
    check_ok(gw_store_events(store, stream, from, to, newest_first, list_event, &out));
    assert_string_equal(gw_buf_str(&out), expected);
    gw_buf_fini(&out);
}

void check_bounds(struct gw_store *store, Gw__Stream stream, uint64_t first, uint64_t last)
{
    uint64_t found_first, found_last;
    check_ok(gw_store_bounds(store, stream, &found_first, &found_last));
    assert_int_equal(found_first, first);
    assert_int_equal(found_last, last);
}

bool count_event(const struct gw_store_event *event, void *arg)
{
    (void)event;
    ++*(uint64_t *)arg;
    return true;
}

bool list_letter(const struct gw_store_letter *letter, void *arg)
{
    gw_buf_printf(arg, "%s%llu:%s:%.*s ", letter->kind, (unsigned long long)letter->msgno, letter->reason,
                  (int)letter->bytes.bytes, letter->bytes.at);
    return true;
}

int run_on_every_backend(const char *name, const struct CMUnitTest *tests, size_t count)
{
    static const char *const backends[] = {"memory", "sqlite"};
    int failed = 0;
    for (size_t i = 0; i < GW_COUNT(backends); i++) {
        char group[64];
        snprintf(group, sizeof group, "%s/%s", name, backends[i]);
        backend = backends[i];
        failed += _cmocka_run_group_tests(group, tests, count, NULL, NULL);
    }
    return failed;
}
