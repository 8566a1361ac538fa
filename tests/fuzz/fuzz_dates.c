// SPDX-License-Identifier: Apache-2.0
// Any text, every acceptance: what is found exists and lies inside the text.
#include "base/err.h"
#include "model/dates.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gw_span text = {(const char *)data, size};
    for (unsigned accept = 0; accept < 8; accept++) {
        struct gw_date date;
        for (size_t from = 0; gw_date_find(text, from, (enum gw_date_order)(size % 4), accept, &date);
             from = date.end) {
            char out[GW_DATE_BYTES];
            gw_assert(date.start >= from && date.end > date.start && date.end <= size);
            gw_assert(gw_date_valid(&date) && *gw_date_format(&date, out));
        }
    }
    return 0;
}
