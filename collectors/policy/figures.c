// SPDX-License-Identifier: Apache-2.0
// One place for both: what follows the number decides which it is. A number is a fact only when a currency or a known
// unit says so; times, ages, ordinals, addresses and durations have units that are in no table.
#include "figures.h"

#include "comparators.h"
#include "numerals.h"
#include "units.h"

#include <string.h>

struct figure {
    struct gw_number number;
    size_t start, end; // of the quote
    const char *comparator;
};

static void push_amount(struct gw_scan *scan, const struct figure *figure, const char *currency)
{
    Gw__Document *document = scan->document;
    if (!gw_seen_add(scan, &scan->amounts, gw_span_of(figure->number.value), gw_span_of(currency)))
        return;
    Gw__Amount *amount = gw_arena_alloc(scan->arena, sizeof *amount);
    Gw__Proof *proof = gw_scan_proof(scan, figure->start, figure->end, 900, "a number with its currency");
    char *value = gw_arena_strdup(scan->arena, figure->number.value);
    if (!amount || !proof || !value) {
        scan->full = true;
        return;
    }
    gw__amount__init(amount);
    amount->value = value;
    amount->currency = (char *)currency;
    amount->comparator = (char *)figure->comparator;
    amount->proof = proof;
    gw_scan_push(scan, &document->amounts, &document->n_amounts, amount);
}

static void push_quantity(struct gw_scan *scan, const struct figure *figure, const char *unit)
{
    Gw__Document *document = scan->document;
    if (!unit || !gw_seen_add(scan, &scan->quantities, gw_span_of(figure->number.value), gw_span_of(unit)))
        return;
    Gw__Quantity *quantity = gw_arena_alloc(scan->arena, sizeof *quantity);
    Gw__Proof *proof =
        gw_scan_proof(scan, figure->start, figure->end, 850, "a number with a unit or the noun it counts");
    char *value = gw_arena_strdup(scan->arena, figure->number.value);
    if (!quantity || !proof || !value) {
        scan->full = true;
        return;
    }
    gw__quantity__init(quantity);
    quantity->value = value;
    quantity->unit = (char *)unit;
    quantity->comparator = (char *)figure->comparator;
    quantity->proof = proof;
    gw_scan_push(scan, &document->quantities, &document->n_quantities, quantity);
}

// 16—24岁, 3-12个月, 1:2, 5G, B2B: a number tied to its neighbour is no count of its own.
static bool is_tied(const struct gw_scan *scan, const struct gw_number *number)
{
    static const char *const before[] = {"-", "—",  "–", "~", "～", ":", "：", "·", "/",
                                         "+", "第", "№", "#", "号", "(", "_",  "@", "&"};
    size_t at = number->start;
    if (at && (gw_is_alpha((unsigned char)scan->text.at[at - 1]) || gw_is_digit((unsigned char)scan->text.at[at - 1])))
        return true;
    if (at > 1 && scan->text.at[at - 1] == '-' && gw_is_alpha((unsigned char)scan->text.at[at - 2])) // GLP-1, COVID-19
        return true;
    // The last bytes of them all, so that most numbers are done here.
    if (!at || !strchr("-:/+#(_@&\x94\x93\x9e\x9a\xb7\xac\x96", scan->text.at[at - 1]))
        return false;
    for (size_t i = 0; i < GW_COUNT(before); i++) {
        size_t n = strlen(before[i]);
        if (!gw_scan_before(scan, at, before[i]))
            continue;
        size_t digits;
        if (strcmp(before[i], "第") == 0 || strcmp(before[i], "#") == 0 || strcmp(before[i], "№") == 0 ||
            strcmp(before[i], "@") == 0)
            return true;
        if (at > n && gw_digit_at(scan->text, at - n - 1, &digits) >= 0)
            return true;
    }
    return false;
}

static void found(struct gw_scan *scan, struct figure *figure, const struct gw_unit *unit)
{
    if (unit->shift)
        gw_number_shift(&figure->number, unit->shift);
    figure->end = unit->end;
    if (unit->start < figure->start)
        figure->start = unit->start;
    figure->comparator = gw_comparator_read(scan, &figure->start, &figure->end, figure->number.more);
    gw_scan_mark(scan, figure->start, figure->end, GW_MARK_FIGURE);
    if (unit->currency)
        push_amount(scan, figure, unit->currency);
    else
        push_quantity(scan, figure, unit->name);
}

// Returns the end of the number.
static size_t read_figure(struct gw_scan *scan, size_t at)
{
    struct figure figure;
    bool comma = scan->decimal_comma;
    if (!gw_number_read(scan->text, at, comma, &figure.number))
        return at;
    figure.start = figure.number.start;
    figure.end = figure.number.end;
    struct gw_unit unit;
    if (!gw_scan_marked(scan, figure.start, figure.end, ~(unsigned)GW_MARK_HEADING)) {
        if (gw_unit_read(scan, &figure.number, is_tied(scan, &figure.number), &unit))
            found(scan, &figure, &unit);
    }
    return figure.end;
}

void gw_figures_read(struct gw_scan *scan)
{
    const struct gw_anchors *digits = &scan->anchors[GW_ANCHOR_DIGITS];
    size_t end = 0;
    for (size_t i = 0; i < digits->count; i++) {
        if (scan->amounts.count == GW_FACTS_MAX && scan->quantities.count == GW_FACTS_MAX)
            return;
        if (digits->at[i] >= end)
            end = read_figure(scan, digits->at[i]);
    }
}
