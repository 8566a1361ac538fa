// SPDX-License-Identifier: Apache-2.0
// Any bytes as a source file. What is accepted can be written, and reading that gives the same definition.
#include "base/err.h"
#include "model/source.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_round_trip(struct gw_arena *arena, const Gw__Source *source)
{
    struct gw_source_set again;
    struct gw_buf yaml = GW_BUF(4u << 20), problems = GW_BUF(1u << 20);
    gw_source_write(source, &yaml);
    if (gw_buf_ok(&yaml) && yaml.bytes) {
        gw_assert(gw_source_parse(arena, "f.yaml", yaml.data, yaml.bytes, GW_SOURCE_PARTIAL, NULL, &problems, &again) ==
                  GW_OK);
        struct gw_buf twice = GW_BUF(4u << 20);
        gw_source_write(again.sources[0], &twice);
        gw_assert(strcmp(gw_buf_str(&yaml), gw_buf_str(&twice)) == 0);
        gw_buf_fini(&twice);
    }
    gw_buf_fini(&yaml);
    gw_buf_fini(&problems);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gw_arena *arena = gw_arena_new(64u << 20);
    struct gw_buf problems = GW_BUF(1u << 20);
    struct gw_source_set set;
    if (size == 0)
        data = (const uint8_t *)"";
    int rc = gw_source_parse(arena, "f.yaml", (const char *)data, size, GW_SOURCE_PARTIAL, NULL, &problems, &set);
    gw_assert(rc == GW_OK || problems.bytes > 0);
    for (size_t i = 0; rc == GW_OK && i < set.count && i < 4; i++)
        check_round_trip(arena, set.sources[i]);
    gw_buf_fini(&problems);
    gw_arena_free(arena);
    return 0;
}
