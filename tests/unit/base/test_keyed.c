// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "base/keyed.h"

#include <stdbool.h>
#include <stdio.h>

enum { MANY = 5000 };

struct thing {
    char name[24];
    bool seen;
};

static struct thing things[MANY];

static const char *name_of(const void *object)
{
    return ((const struct thing *)object)->name;
}

static struct gw_keyed filled(void)
{
    struct gw_keyed keyed = {.key = name_of};
    for (int i = 0; i < MANY; i++) {
        snprintf(things[i].name, sizeof things[i].name, "thing-%d", i);
        things[i].seen = false;
        gw_keyed_add(&keyed, &things[i]);
    }
    return keyed;
}

static void found_by_name(void **state)
{
    (void)state;
    struct gw_keyed none = {.key = name_of}, keyed = filled();
    uint32_t at = 0;
    assert_null(gw_keyed_find(&none, "thing-1"));
    assert_null(gw_keyed_next(&none, &at));
    for (int i = 0; i < MANY; i++)
        assert_ptr_equal(gw_keyed_find(&keyed, things[i].name), &things[i]);
    assert_null(gw_keyed_find(&keyed, "thing-5000"));
    assert_int_equal(keyed.count, MANY);
    assert_true(keyed.capacity <= 4 * MANY);
    gw_keyed_fini(&keyed);
    assert_null(gw_keyed_find(&keyed, "thing-1"));
}

static void removed_while_walked(void **state)
{
    (void)state;
    struct gw_keyed keyed = filled();
    struct thing *thing;
    size_t walked = 0;
    for (uint32_t at = 0; (thing = gw_keyed_next(&keyed, &at)); walked++) {
        assert_false(thing->seen);
        thing->seen = true;
        if ((thing - things) % 2)
            gw_keyed_remove(&keyed, thing);
    }
    assert_int_equal(walked, MANY);
    assert_int_equal(keyed.count, MANY / 2);
    for (int i = 0; i < MANY; i++)
        assert_ptr_equal(gw_keyed_find(&keyed, things[i].name), i % 2 ? NULL : &things[i]);
    gw_keyed_fini(&keyed);
}

static void marks_do_not_pile_up(void **state)
{
    (void)state;
    struct gw_keyed keyed = {.key = name_of};
    struct thing thing = {.name = ""};
    for (int i = 0; i < 100000; i++) {
        snprintf(thing.name, sizeof thing.name, "t%d", i);
        gw_keyed_add(&keyed, &thing);
        gw_keyed_remove(&keyed, &thing);
    }
    assert_int_equal(keyed.count, 0);
    assert_true(keyed.capacity <= 64);
    assert_null(gw_keyed_find(&keyed, "t1"));
    gw_keyed_fini(&keyed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(found_by_name),
        cmocka_unit_test(removed_while_walked),
        cmocka_unit_test(marks_do_not_pile_up),
    };
    return cmocka_run_group_tests_name("base/keyed", tests, NULL, NULL);
}
