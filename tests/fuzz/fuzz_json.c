// SPDX-License-Identifier: Apache-2.0
// Any bytes that unpack as an event: what comes out is one JSON value, whatever the strings and numbers hold.
#include "base/err.h"
#include "model/json.h"

#include <jansson.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Gw__Event *event = gw__event__unpack(NULL, size, data);
    if (!event)
        return 0;
    struct gw_buf out = GW_BUF(16u << 20);
    gw_json_event(&out, size, event);
    if (gw_buf_ok(&out)) {
        json_t *parsed = json_loadb(out.data, out.bytes, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, NULL);
        gw_assert(parsed);
        json_decref(parsed);
    }
    gw_buf_fini(&out);
    gw__event__free_unpacked(event, NULL);
    return 0;
}
