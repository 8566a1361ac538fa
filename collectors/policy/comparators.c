// SPDX-License-Identifier: Apache-2.0
#include "comparators.h"

#include <string.h>

struct comparator {
    const char *word, *meaning;
};

// Before the figure; the first that ends there holds, so longer words come first.
static const struct comparator BEFORE[] = {
    {"不超过", "lte"},
    {"不得超过", "lte"},
    {"不高于", "lte"},
    {"不多于", "lte"},
    {"不低于", "gte"},
    {"不少于", "gte"},
    {"不小于", "gte"},
    {"至少", "gte"},
    {"超过了", "gt"},
    {"超过", "gt"},
    {"突破", "gt"},
    {"高于", "gt"},
    {"多于", "gt"},
    {"大于", "gt"},
    {"逾", "gt"},
    {"超", "gt"},
    {"低于", "lt"},
    {"少于", "lt"},
    {"小于", "lt"},
    {"不足", "lt"},
    {"不到", "lt"},
    {"最高", "lte"},
    {"最多", "lte"},
    {"限额为", "lte"},
    {"额度为", "lte"},
    {"上限为", "lte"},
    {"大约", "approx"},
    {"约为", "approx"},
    {"约", "approx"},
    {"将近", "approx"},
    {"接近", "approx"},
    {"近", "approx"},
    {"no more than", "lte"},
    {"not more than", "lte"},
    {"at most", "lte"},
    {"up to", "lte"},
    {"as much as", "lte"},
    {"as many as", "lte"},
    {"a maximum of", "lte"},
    {"maximum of", "lte"},
    {"not to exceed", "lte"},
    {"limited to", "lte"},
    {"capped at", "lte"},
    {"at/below", "lte"},
    {"not less than", "gte"},
    {"no less than", "gte"},
    {"at least", "gte"},
    {"a minimum of", "gte"},
    {"minimum of", "gte"},
    {"more than", "gt"},
    {"greater than", "gt"},
    {"in excess of", "gt"},
    {"exceeding", "gt"},
    {"exceed", "gt"},
    {"over", "gt"},
    {"above", "gt"},
    {"fewer than", "lt"},
    {"less than", "lt"},
    {"under", "lt"},
    {"below", "lt"},
    {"approximately", "approx"},
    {"roughly", "approx"},
    {"about", "approx"},
    {"around", "approx"},
    {"nearly", "approx"},
    {"almost", "approx"},
    {"an estimated", "approx"},
    {"some", "approx"},
    {"mehr als", "gt"},
    {"über", "gt"},
    {"mindestens", "gte"},
    {"bis zu", "lte"},
    {"höchstens", "lte"},
    {"maximal", "lte"},
    {"weniger als", "lt"},
    {"unter", "lt"},
    {"rund", "approx"},
    {"etwa", "approx"},
    {"circa", "approx"},
    {"ca.", "approx"},
    {"fast", "approx"},
    {"knapp", "approx"},
    {"ungefähr", "approx"},
};

static const struct comparator AFTER[] = {
    {"以上", "gte"},      {"及以上", "gte"},    {"以下", "lte"},       {"以内", "lte"},       {"左右", "approx"},
    {"上下", "approx"},   {" or more", "gte"},  {" or above", "gte"},  {" or higher", "gte"}, {" or less", "lte"},
    {" or fewer", "lte"}, {" or below", "lte"}, {" and above", "gte"},
};

static bool is_letter_before(const struct gw_scan *scan, size_t at)
{
    return at && gw_is_alpha((unsigned char)scan->text.at[at - 1]);
}

const char *gw_comparator_read(const struct gw_scan *scan, size_t *start, size_t *end, bool more)
{
    for (size_t i = 0; i < GW_COUNT(AFTER); i++) {
        if (gw_scan_at(scan, *end, AFTER[i].word)) {
            *end += strlen(AFTER[i].word);
            return AFTER[i].meaning;
        }
    }
    size_t at = *start;
    while (at && scan->text.at[at - 1] == ' ')
        at--;
    for (size_t i = 0; i < GW_COUNT(BEFORE); i++) {
        size_t n = strlen(BEFORE[i].word);
        if (!gw_scan_before(scan, at, BEFORE[i].word))
            continue;
        if (gw_is_alpha((unsigned char)BEFORE[i].word[0]) && is_letter_before(scan, at - n))
            continue;
        *start = at - n;
        // 低于100万元（含100万元）
        bool inclusive =
            strcmp(BEFORE[i].meaning, "lt") == 0 && (gw_scan_at(scan, *end, "（含") || gw_scan_at(scan, *end, "(含"));
        return inclusive ? "lte" : BEFORE[i].meaning;
    }
    return more ? "gt" : "eq";
}
