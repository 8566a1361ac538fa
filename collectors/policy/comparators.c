// SPDX-License-Identifier: Apache-2.0
#include "comparators.h"

#include <string.h>

struct comparator {
    const char *word, *meaning;
    size_t bytes; // of the word
};
#define ROW(word, meaning)                                                                                             \
    {                                                                                                                  \
        word, meaning, sizeof(word) - 1                                                                                \
    }

// Before the figure; the first that ends there holds, so longer words come first.
static const struct comparator BEFORE[] = {
    ROW("不超过", "lte"),
    ROW("不得超过", "lte"),
    ROW("不高于", "lte"),
    ROW("不多于", "lte"),
    ROW("不低于", "gte"),
    ROW("不少于", "gte"),
    ROW("不小于", "gte"),
    ROW("至少", "gte"),
    ROW("超过了", "gt"),
    ROW("超过", "gt"),
    ROW("突破", "gt"),
    ROW("高于", "gt"),
    ROW("多于", "gt"),
    ROW("大于", "gt"),
    ROW("逾", "gt"),
    ROW("超", "gt"),
    ROW("低于", "lt"),
    ROW("少于", "lt"),
    ROW("小于", "lt"),
    ROW("不足", "lt"),
    ROW("不到", "lt"),
    ROW("最高", "lte"),
    ROW("最多", "lte"),
    ROW("限额为", "lte"),
    ROW("额度为", "lte"),
    ROW("上限为", "lte"),
    ROW("大约", "approx"),
    ROW("约为", "approx"),
    ROW("约", "approx"),
    ROW("将近", "approx"),
    ROW("接近", "approx"),
    ROW("近", "approx"),
    ROW("no more than", "lte"),
    ROW("not more than", "lte"),
    ROW("at most", "lte"),
    ROW("up to", "lte"),
    ROW("as much as", "lte"),
    ROW("as many as", "lte"),
    ROW("a maximum of", "lte"),
    ROW("maximum of", "lte"),
    ROW("not to exceed", "lte"),
    ROW("limited to", "lte"),
    ROW("capped at", "lte"),
    ROW("at/below", "lte"),
    ROW("not less than", "gte"),
    ROW("no less than", "gte"),
    ROW("at least", "gte"),
    ROW("a minimum of", "gte"),
    ROW("minimum of", "gte"),
    ROW("more than", "gt"),
    ROW("greater than", "gt"),
    ROW("in excess of", "gt"),
    ROW("exceeding", "gt"),
    ROW("exceed", "gt"),
    ROW("over", "gt"),
    ROW("above", "gt"),
    ROW("fewer than", "lt"),
    ROW("less than", "lt"),
    ROW("under", "lt"),
    ROW("below", "lt"),
    ROW("approximately", "approx"),
    ROW("roughly", "approx"),
    ROW("about", "approx"),
    ROW("around", "approx"),
    ROW("nearly", "approx"),
    ROW("almost", "approx"),
    ROW("an estimated", "approx"),
    ROW("some", "approx"),
    ROW("mehr als", "gt"),
    ROW("über", "gt"),
    ROW("mindestens", "gte"),
    ROW("bis zu", "lte"),
    ROW("höchstens", "lte"),
    ROW("maximal", "lte"),
    ROW("weniger als", "lt"),
    ROW("unter", "lt"),
    ROW("rund", "approx"),
    ROW("etwa", "approx"),
    ROW("circa", "approx"),
    ROW("ca.", "approx"),
    ROW("fast", "approx"),
    ROW("knapp", "approx"),
    ROW("ungefähr", "approx"),
    ROW("plus de", "gt"),
    ROW("moins de", "lt"),
    ROW("jusqu'à", "lte"),
    ROW("jusqu’à", "lte"),
    ROW("au moins", "gte"),
    ROW("environ", "approx"),
    ROW("près de", "approx"),
    ROW("más de", "gt"),
    ROW("menos de", "lt"),
    ROW("hasta", "lte"),
    ROW("al menos", "gte"),
    ROW("máximo de", "lte"),
    ROW("maximum de", "lte"),
    ROW("cerca de", "approx"),
    ROW("mais de", "gt"),
    ROW("pelo menos", "gte"),
    ROW("até", "lte"),
    ROW("oltre", "gt"),
    ROW("circa", "approx"),
    ROW("не более", "lte"),
    ROW("не менее", "gte"),
    ROW("более", "gt"),
    ROW("менее", "lt"),
    ROW("свыше", "gt"),
    ROW("около", "approx"),
    ROW("最大", "lte"),
    ROW("約", "approx"),
    ROW("최대", "lte"),
    ROW("약", "approx"),
};

static const struct comparator AFTER[] = {
    ROW("以上", "gte"),       ROW("及以上", "gte"),   ROW("以下", "lte"),      ROW("以内", "lte"),
    ROW("左右", "approx"),    ROW("上下", "approx"),  ROW(" or more", "gte"),  ROW(" or above", "gte"),
    ROW(" or higher", "gte"), ROW(" or less", "lte"), ROW(" or fewer", "lte"), ROW(" or below", "lte"),
    ROW(" and above", "gte"), ROW("超", "gt"),        ROW("未満", "lt"),       ROW("이상", "gte"),
    ROW("이하", "lte"),       ROW("초과", "gt"),      ROW("미만", "lt"),       ROW("程度", "approx"),
};

static bool is_letter_before(const struct gw_scan *scan, size_t at)
{
    return at && gw_is_alpha((unsigned char)scan->text.at[at - 1]);
}

const char *gw_comparator_read(const struct gw_scan *scan, size_t *start, size_t *end, bool more)
{
    for (size_t i = 0; i < GW_COUNT(AFTER); i++) {
        if (gw_scan_at(scan, *end, AFTER[i].word)) {
            *end += AFTER[i].bytes;
            return AFTER[i].meaning;
        }
    }
    size_t at = *start;
    while (at && scan->text.at[at - 1] == ' ')
        at--;
    for (size_t i = 0; i < GW_COUNT(BEFORE); i++) {
        size_t n = BEFORE[i].bytes;
        if (at < n || scan->text.at[at - 1] != BEFORE[i].word[n - 1] ||
            gw_lower(scan->text.at[at - n]) != BEFORE[i].word[0] ||
            memcmp(scan->text.at + at - n + 1, BEFORE[i].word + 1, n - 1) != 0)
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
