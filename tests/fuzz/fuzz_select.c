// SPDX-License-Identifier: Apache-2.0
// Any bytes as a value expression of either kind, and its shapes over the same bytes.
#include "base/arena.h"
#include "model/value.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gw_arena *arena = gw_arena_new(4 << 20);
    char *text = gw_arena_strndup(arena, (const char *)data, size);
    for (int kind = GW_VALUE_CSS; text && kind <= GW_VALUE_PATH; kind++) {
        struct gw_value value = {0};
        if (gw_value_parse(arena, text, (enum gw_value_kind)kind, &value) == 0) {
            gw_value_shape(value.shapes, arena, text);
            gw_value_close(&value);
        }
    }
    gw_arena_free(arena);
    return 0;
}
