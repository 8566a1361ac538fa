// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "agent/heap.h"

#include <stdlib.h>

enum { COUNT = 500 };

static void gives_the_smallest_first_whatever_happens(void **state)
{
    (void)state;
    static struct gw_heap_node nodes[COUNT];
    struct gw_heap heap = {0};
    srand(7);
    for (size_t round = 0; round < 20; round++) {
        for (size_t i = 0; i < COUNT; i++)
            gw_heap_put(&heap, &nodes[i], rand() % 1000);
        for (size_t i = 0; i < COUNT; i += 3) // moved both ways, and some taken out
            gw_heap_put(&heap, &nodes[i], rand() % 1000);
        for (size_t i = 0; i < COUNT; i += 7)
            gw_heap_remove(&heap, &nodes[i]);
        int64_t last = -1;
        size_t seen = 0;
        for (struct gw_heap_node *node; (node = gw_heap_min(&heap)); seen++) {
            assert_true(node->key >= last);
            last = node->key;
            gw_heap_remove(&heap, node);
            assert_false(gw_heap_has(node));
        }
        assert_int_equal(seen, COUNT - (COUNT + 6) / 7);
    }
    gw_heap_fini(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(gives_the_smallest_first_whatever_happens)};
    return cmocka_run_group_tests_name("agent/heap", tests, NULL, NULL);
}
