// SPDX-License-Identifier: Apache-2.0
// Numbers as texts write them: 5,000万 · １０ · 8500多万 · 6,4 Mio. · .07 · 2.6万 · 二〇〇四. Values are decimal text,
// so that 0.1 stays 0.1.
#ifndef GW_POLICY_NUMERALS_H
#define GW_POLICY_NUMERALS_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

struct gw_number {
    size_t start, end; // of the text, magnitude words and 多/余 included
    char value[48];    // "85000000", "0.07"
    unsigned digits;   // integer digits as written, before the magnitude
    bool decimal;      // has a fraction
    bool grouped;      // 5,000
    bool magnitude;    // 万, million …
    bool more;         // 多, 余: somewhat more than this
};

// The number whose first digit (ASCII, full-width, or the point of ".07") stands at `at`. `comma_decimal`: 1.246,5.
// False: no number, or longer than any real one (24 digits).
bool gw_number_read(struct gw_span text, size_t at, bool comma_decimal, struct gw_number *ret_number);
// The value's decimal point moved by `places` to the right.
void gw_number_shift(struct gw_number *number, int places);

// One digit at `at`: its value and bytes, or -1. Full-width ones too.
int gw_digit_at(struct gw_span text, size_t at, size_t *ret_bytes);
// Up to `most` digits as a small integer; returns bytes, 0 when there is none or one more digit follows.
size_t gw_integer_at(struct gw_span text, size_t at, unsigned most, int *ret_value);
// Chinese numerals for a day, month or ordinal: 一 … 九十九, 〇, also 二十八; and digit by digit (二〇〇四). Bytes, or
// 0.
size_t gw_han_integer_at(struct gw_span text, size_t at, int *ret_value);

#endif
