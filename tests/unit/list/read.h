// SPDX-License-Identifier: Apache-2.0
// A list read from a text, as lines of "date | title | url".
#ifndef GW_TESTS_UNIT_LIST_READ_H
#define GW_TESTS_UNIT_LIST_READ_H

#include "base/arena.h"
#include "schema/observation.pb-c.h"
#include "schema/source.pb-c.h"

struct reading {
    struct gw_arena *arena;
    Gw__Rows *rows;
    Gw__Request *then;
    char *lines; // of all rows, in arena
};

// Fails the running test when the answer cannot be read. `rule` may be NULL. reading_free() afterwards.
struct reading reading_of(const char *answer, const char *url, Gw__ListRule *rule);
struct reading reading_of_bytes(const void *answer, size_t bytes, const char *url, Gw__ListRule *rule,
                                unsigned request_no);
void reading_free(struct reading *reading);

#endif
