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

// Before the figure. By last byte, so that few are compared; of one last byte the longer first, as the first that ends
// there holds. A unit test keeps the order.
static const struct comparator BEFORE[] = {
    ROW("ca.", "approx"),
    ROW("circa", "approx"),
    ROW("hasta", "lte"),
    ROW("etwa", "approx"),
    ROW("not to exceed", "lte"),
    ROW("an estimated", "approx"),
    ROW("exceed", "gt"),
    ROW("around", "approx"),
    ROW("rund", "approx"),
    ROW("máximo de", "lte"),
    ROW("maximum de", "lte"),
    ROW("moins de", "lt"),
    ROW("près de", "approx"),
    ROW("menos de", "lt"),
    ROW("cerca de", "approx"),
    ROW("plus de", "gt"),
    ROW("más de", "gt"),
    ROW("mais de", "gt"),
    ROW("above", "gt"),
    ROW("oltre", "gt"),
    ROW("some", "approx"),
    ROW("a maximum of", "lte"),
    ROW("a minimum of", "gte"),
    ROW("in excess of", "gt"),
    ROW("maximum of", "lte"),
    ROW("minimum of", "gte"),
    ROW("exceeding", "gt"),
    ROW("maximal", "lte"),
    ROW("not more than", "lte"),
    ROW("not less than", "gte"),
    ROW("no more than", "lte"),
    ROW("no less than", "gte"),
    ROW("greater than", "gt"),
    ROW("fewer than", "lt"),
    ROW("more than", "gt"),
    ROW("less than", "lt"),
    ROW("environ", "approx"),
    ROW("limited to", "lte"),
    ROW("up to", "lte"),
    ROW("knapp", "approx"),
    ROW("ungefähr", "approx"),
    ROW("under", "lt"),
    ROW("über", "gt"),
    ROW("unter", "lt"),
    ROW("over", "gt"),
    ROW("weniger als", "lt"),
    ROW("as much as", "lte"),
    ROW("as many as", "lte"),
    ROW("mindestens", "gte"),
    ROW("höchstens", "lte"),
    ROW("pelo menos", "gte"),
    ROW("mehr als", "gt"),
    ROW("au moins", "gte"),
    ROW("al menos", "gte"),
    ROW("capped at", "lte"),
    ROW("at least", "gte"),
    ROW("at most", "lte"),
    ROW("almost", "approx"),
    ROW("about", "approx"),
    ROW("fast", "approx"),
    ROW("bis zu", "lte"),
    ROW("at/below", "lte"),
    ROW("below", "lt"),
    ROW("approximately", "approx"),
    ROW("roughly", "approx"),
    ROW("nearly", "approx"),
    ROW("최대", "lte"),
    ROW("約", "approx"),
    ROW("超", "gt"),
    ROW("超过了", "gt"),
    ROW("不得超过", "lte"),
    ROW("不超过", "lte"),
    ROW("超过", "gt"),
    ROW("不高于", "lte"),
    ROW("不多于", "lte"),
    ROW("不低于", "gte"),
    ROW("不少于", "gte"),
    ROW("不小于", "gte"),
    ROW("高于", "gt"),
    ROW("多于", "gt"),
    ROW("大于", "gt"),
    ROW("低于", "lt"),
    ROW("少于", "lt"),
    ROW("小于", "lt"),
    ROW("至少", "gte"),
    ROW("将近", "approx"),
    ROW("接近", "approx"),
    ROW("近", "approx"),
    ROW("最高", "lte"),
    ROW("最多", "lte"),
    ROW("jusqu’à", "lte"),
    ROW("jusqu'à", "lte"),
    ROW("大约", "approx"),
    ROW("约", "approx"),
    ROW("最大", "lte"),
    ROW("até", "lte"),
    ROW("不到", "lt"),
    ROW("不足", "lt"),
    ROW("突破", "gt"),
    ROW("не более", "lte"),
    ROW("не менее", "gte"),
    ROW("более", "gt"),
    ROW("менее", "lt"),
    ROW("свыше", "gt"),
    ROW("限额为", "lte"),
    ROW("额度为", "lte"),
    ROW("上限为", "lte"),
    ROW("约为", "approx"),
    ROW("약", "approx"),
    ROW("около", "approx"),
    ROW("逾", "gt"),
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

// The first row whose last byte is `c` or behind it.
static size_t first_ending_in(char c)
{
    size_t low = 0, high = GW_COUNT(BEFORE);
    while (low < high) {
        size_t middle = (low + high) / 2;
        if ((unsigned char)BEFORE[middle].word[BEFORE[middle].bytes - 1] < (unsigned char)c)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
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
    for (size_t i = first_ending_in(at ? scan->text.at[at - 1] : '\0'); i < GW_COUNT(BEFORE); i++) {
        size_t n = BEFORE[i].bytes;
        if (!at || scan->text.at[at - 1] != BEFORE[i].word[n - 1])
            break;
        if (at < n || gw_lower(scan->text.at[at - n]) != BEFORE[i].word[0] ||
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
