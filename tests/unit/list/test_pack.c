// SPDX-License-Identifier: Apache-2.0
// The sources of deploy/sources: they parse without a word, have ids of their own, invent no selectors, and name only
// families that a golden list proves.
#include "base/fs.h"
#include "base/str.h"
#include "kit/check.h"
#include "model/source.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#define PACK   "../../../deploy/sources"
#define GOLDEN "../../golden/list"

enum { FILE_MAX_BYTES = 1 << 20, MOST_SOURCES = 512 };

struct pack {
    struct gw_arena *arena;
    const Gw__Source *sources[MOST_SOURCES];
    size_t count;
};

static void read_file(const char *folder, const char *name, struct gw_buf *out)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    gw_buf_reset(out);
    check_ok(gw_fs_read(path, out));
}

static bool ends_with(const char *name, const char *ending)
{
    return gw_ends_with(gw_span_of(name), ending);
}

static void add_file(struct pack *pack, const char *name)
{
    struct gw_buf yaml = GW_BUF(FILE_MAX_BYTES), problems = GW_BUF(FILE_MAX_BYTES);
    struct gw_source_set set = {0};
    read_file(PACK, name, &yaml);
    int rc = gw_source_parse(pack->arena, name, gw_buf_str(&yaml), yaml.bytes, 0, NULL, &problems, &set);
    if (rc != 0 || problems.bytes > 0)
        fail_msg("%s", gw_buf_str(&problems));
    for (size_t i = 0; i < set.count && pack->count < MOST_SOURCES; i++)
        pack->sources[pack->count++] = set.sources[i];
    gw_buf_fini(&yaml);
    gw_buf_fini(&problems);
}

static int load(void **state)
{
    struct pack *pack = calloc(1, sizeof *pack);
    pack->arena = gw_arena_new(64 << 20);
    DIR *folder = opendir(PACK);
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder));)
        if (ends_with(entry->d_name, ".yaml"))
            add_file(pack, entry->d_name);
    closedir(folder);
    *state = pack;
    return 0;
}

static int unload(void **state)
{
    struct pack *pack = *state;
    gw_arena_free(pack->arena);
    free(pack);
    return 0;
}

static void test_there_are_enough_and_ids_differ(void **state)
{
    const struct pack *pack = *state;
    assert_true(pack->count >= 40);
    for (size_t i = 0; i < pack->count; i++)
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(pack->sources[i]->id, pack->sources[k]->id);
}

static void test_no_selectors_are_invented(void **state)
{
    const struct pack *pack = *state;
    for (size_t i = 0; i < pack->count; i++) {
        const Gw__ListRule *list = pack->sources[i]->list;
        if (list && (*list->item || *list->title || *list->url || *list->date || *list->next || list->then))
            fail_msg("%s says how its rows are marked up", pack->sources[i]->id);
    }
}

// Is there a golden list that was read by this family?
static bool is_proven(const char *family)
{
    char line[128];
    snprintf(line, sizeof line, "how: family:%s\n", family);
    struct gw_buf text = GW_BUF(FILE_MAX_BYTES);
    bool found = false;
    DIR *folder = opendir(GOLDEN);
    assert_non_null(folder);
    for (struct dirent *entry; !found && (entry = readdir(folder));) {
        if (!ends_with(entry->d_name, ".expect"))
            continue;
        read_file(GOLDEN, entry->d_name, &text);
        found = gw_find((struct gw_span){text.data, text.bytes}, gw_span_of(line)) >= 0;
    }
    closedir(folder);
    gw_buf_fini(&text);
    return found;
}

static void test_families_are_proven(void **state)
{
    const struct pack *pack = *state;
    size_t proven = 0;
    for (size_t i = 0; i < pack->count; i++) {
        const Gw__ListRule *list = pack->sources[i]->list;
        if (!list || !*list->family)
            continue;
        if (!is_proven(list->family))
            fail_msg("%s: no golden list of family %s", pack->sources[i]->id, list->family);
        proven++;
    }
    assert_true(proven >= 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_are_enough_and_ids_differ),
        cmocka_unit_test(test_no_selectors_are_invented),
        cmocka_unit_test(test_families_are_proven),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
