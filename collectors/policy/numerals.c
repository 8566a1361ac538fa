// SPDX-License-Identifier: Apache-2.0
#include "numerals.h"

#include "base/err.h"

#include <stdio.h>
#include <string.h>

enum { DIGITS_MAX = 24 };

int gw_digit_at(struct gw_span text, size_t at, size_t *ret_bytes)
{
    if (at >= text.bytes)
        return -1;
    unsigned char c = (unsigned char)text.at[at];
    if (gw_is_digit(c)) {
        *ret_bytes = 1;
        return c - '0';
    }
    if (c == 0xef && at + 2 < text.bytes && (unsigned char)text.at[at + 1] == 0xbc) { // U+FF10 … U+FF19
        unsigned char low = (unsigned char)text.at[at + 2];
        *ret_bytes = 3;
        return low >= 0x90 && low <= 0x99 ? low - 0x90 : -1;
    }
    return -1;
}

size_t gw_integer_at(struct gw_span text, size_t at, unsigned most, int *ret_value)
{
    size_t n, bytes = 0;
    int value = 0, digit;
    for (unsigned i = 0; (digit = gw_digit_at(text, at + bytes, &n)) >= 0; i++) {
        if (i == most)
            return 0;
        value = value * 10 + digit;
        bytes += n;
    }
    *ret_value = value;
    return bytes;
}

static int han_digit(struct gw_span text, size_t at)
{
    static const char digits[] = "零一二三四五六七八九十";
    if (at + 3 > text.bytes)
        return -1;
    const char *p = text.at + at;
    if ((unsigned char)*p < 0xe2 || (unsigned char)*p > 0xe9)
        return -1;
    if (memcmp(p, "〇", 3) == 0 || memcmp(p, "○", 3) == 0 || memcmp(p, "Ｏ", 3) == 0)
        return 0;
    for (int i = 0; i <= 10; i++)
        if (memcmp(p, digits + (size_t)i * 3, 3) == 0)
            return i;
    return -1;
}

size_t gw_han_integer_at(struct gw_span text, size_t at, int *ret_value)
{
    int value = 0, pending = -1, digit;
    bool tens = false;
    size_t bytes = 0;
    for (; bytes < 15 && (digit = han_digit(text, at + bytes)) >= 0; bytes += 3) {
        if (digit == 10) {
            value = (pending < 0 ? 1 : pending) * 10;
            pending = 0;
            tens = true;
        } else if (tens) {
            value += digit;
            pending = 0;
        } else {
            pending = (pending < 0 ? 0 : pending) * 10 + digit;
        }
    }
    *ret_value = tens ? value : pending;
    return bytes;
}

// ---- decimal text

struct decimal {
    char digits[DIGITS_MAX];
    int count, point; // value = 0.digits * 10^point
};

static void print_decimal(const struct decimal *d, char *out, size_t bytes)
{
    int first = 0, last = d->count;
    while (first < last && d->digits[first] == '0' && first < d->point - 1)
        first++;
    while (last > first && last > d->point && d->digits[last - 1] == '0')
        last--;
    size_t n = 0;
    if (d->point <= 0) {
        n += (size_t)snprintf(out, bytes, "0.");
        for (int i = d->point; i < 0 && n + 1 < bytes; i++)
            out[n++] = '0';
    }
    for (int i = first; (i < last || i < d->point) && n + 2 < bytes; i++) {
        if (i == d->point && i > first)
            out[n++] = '.';
        out[n++] = i < d->count ? d->digits[i] : '0';
    }
    if (n > 1 && out[n - 1] == '.')
        n--;
    out[n] = '\0';
}

static struct decimal parse_decimal(const char *value)
{
    struct decimal d = {.point = -1};
    for (; *value && d.count < DIGITS_MAX; value++) {
        if (*value == '.')
            d.point = d.count;
        else
            d.digits[d.count++] = *value;
    }
    if (d.point < 0)
        d.point = d.count;
    return d;
}

void gw_number_shift(struct gw_number *number, int places)
{
    struct decimal d = parse_decimal(number->value);
    d.point += places;
    if (d.point > DIGITS_MAX || d.point < -DIGITS_MAX / 2)
        return;
    if (d.point < 0) { // leading zeros become digits, so that "2" by -2 is "0.02"
        int zeros = -d.point;
        if (d.count + zeros > DIGITS_MAX)
            return;
        memmove(d.digits + zeros, d.digits, (size_t)d.count);
        memset(d.digits, '0', (size_t)zeros);
        d.count += zeros;
        d.point = 0;
    }
    print_decimal(&d, number->value, sizeof number->value);
}

// ---- reading

static const struct {
    const char *word;
    int places;
    bool spaced; // a Latin word, set off by a blank
} MAGNITUDES[] = {
    {"万亿", 12, false},     {"亿", 8, false},        {"千万", 7, false},        {"百万", 6, false},
    {"万", 4, false},        {"trillion", 12, true},  {"billion", 9, true},      {"million", 6, true},
    {"Billionen", 12, true}, {"Milliarden", 9, true}, {"Milliarde", 9, true},    {"Millionen", 6, true},
    {"Million", 6, true},    {"Mrd.", 9, true},       {"Mio.", 6, true},         {"thousand", 3, true},
    {"bn", 9, true},         {"億", 8, false},        {"萬", 4, false},          {"millions", 6, true},
    {"milliards", 9, true},  {"milliard", 9, true},   {"mil millones", 9, true}, {"millones", 6, true},
    {"millón", 6, true},     {"milhões", 6, true},    {"milhão", 6, true},       {"bilhões", 9, true},
    {"bilhão", 9, true},     {"milioni", 6, true},    {"miliardi", 9, true},     {"mil", 3, true},
    {"crores", 7, true},     {"crore", 7, true},      {"lakhs", 5, true},        {"lakh", 5, true},
    {"трлн", 12, true},      {"млрд", 9, true},       {"млн", 6, true},          {"тыс.", 3, true},
    {"조", 12, false},       {"억", 8, false},        {"천만", 7, false},        {"백만", 6, false},
    {"만", 4, false},
};

static bool stands(struct gw_span text, size_t at, const char *word)
{
    size_t n = strlen(word);
    return at + n <= text.bytes && memcmp(text.at + at, word, n) == 0;
}

static size_t blank_at(struct gw_span text, size_t at)
{
    if (at < text.bytes && (text.at[at] == ' ' || text.at[at] == '-'))
        return 1;
    return stands(text, at, "\xc2\xa0") ? 2 : 0;
}

static size_t more_at(struct gw_span text, size_t at)
{
    return stands(text, at, "多") || stands(text, at, "余") ? 3 : 0;
}

static void read_magnitude(struct gw_span text, struct gw_number *number)
{
    size_t more = more_at(text, number->end);
    size_t at = number->end + more;
    // First letters of them all (behind a blank perhaps), so that most numbers are done here.
    if (at >= text.bytes || (gw_is_digit((unsigned char)text.at[at]) || text.at[at] == '%' || text.at[at] == '.'))
        return;
    size_t blank = blank_at(text, at);
    for (size_t i = 0; i < GW_COUNT(MAGNITUDES); i++) {
        size_t from = at + (MAGNITUDES[i].spaced ? blank : 0);
        if (from >= text.bytes || text.at[from] != MAGNITUDES[i].word[0])
            continue;
        size_t n = strlen(MAGNITUDES[i].word);
        if (!stands(text, from, MAGNITUDES[i].word))
            continue;
        if (MAGNITUDES[i].spaced && from + n < text.bytes && gw_is_alpha((unsigned char)text.at[from + n]))
            continue;
        gw_number_shift(number, MAGNITUDES[i].places);
        number->magnitude = true;
        number->end = from + n;
        number->more = more > 0;
        break;
    }
    size_t after = more_at(text, number->end);
    if (after) {
        number->more = true;
        number->end += after;
    }
}

// A separator of thousands is followed by exactly three digits.
static bool groups(struct gw_span text, size_t at)
{
    int value;
    return gw_integer_at(text, at, 3, &value) == 3 && at + 2 < text.bytes &&
           gw_is_digit((unsigned char)text.at[at + 2]);
}

// A blank that splits thousands (20 000, with a no-break or thin blank too), or an apostrophe (1'200): its bytes, or 0.
static size_t blank_separator(struct gw_span text, size_t at, int digits)
{
    static const char *const blanks[] = {" ", "'", "’", "\xc2\xa0", "\xe2\x80\xaf", "\xe2\x80\x89"};
    for (size_t i = 0; digits <= 3 && i < sizeof blanks / sizeof *blanks; i++)
        if (stands(text, at, blanks[i]) && groups(text, at + strlen(blanks[i])))
            return strlen(blanks[i]);
    return 0;
}

bool gw_number_read(struct gw_span text, size_t at, bool comma_decimal, struct gw_number *ret_number)
{
    *ret_number = (struct gw_number){.start = at, .end = at};
    char point = comma_decimal ? ',' : '.', separator = comma_decimal ? '.' : ',';
    struct decimal d = {.point = -1};
    size_t n, blank;
    int first = 0; // digits before the first blank
    for (;;) {
        int digit = gw_digit_at(text, at, &n);
        if (digit >= 0) {
            if (d.count == DIGITS_MAX)
                return false;
            d.digits[d.count++] = (char)('0' + digit);
            at += n;
        } else if (at < text.bytes && text.at[at] == separator && d.point < 0 && d.count && groups(text, at + 1)) {
            ret_number->grouped = true;
            at++;
        } else if (comma_decimal && d.point < 0 && d.count && !(ret_number->grouped && !first) &&
                   (blank = blank_separator(text, at, first ? first : d.count)) > 0) {
            first = first ? first : d.count;
            ret_number->grouped = true;
            at += blank;
        } else if (d.point < 0 && at < text.bytes && (text.at[at] == point || stands(text, at, "．")) &&
                   gw_digit_at(text, at + (text.at[at] == point ? 1 : 3), &n) >= 0) {
            d.point = d.count;
            at += text.at[at] == point ? 1 : 3;
        } else {
            break;
        }
    }
    if (!d.count)
        return false;
    ret_number->decimal = d.point >= 0;
    if (d.point < 0)
        d.point = d.count;
    ret_number->digits = (unsigned)d.point;
    ret_number->end = at;
    print_decimal(&d, ret_number->value, sizeof ret_number->value);
    read_magnitude(text, ret_number);
    return true;
}
