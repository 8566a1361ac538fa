// SPDX-License-Identifier: Apache-2.0
#include "units.h"

#include <stdlib.h>
#include <string.h>

enum { NOUN_WORDS = 4, NOUN_REACH = 6 };

static inline bool stands(const struct gw_scan *scan, size_t at, const char *word)
{
    return gw_scan_at(scan, at, word);
}

// ---- money

static const struct {
    const char *word, *currency;
    int shift;
} MONEY_AFTER[] = {
    {"元人民币", "CNY", 0},
    {"元", "CNY", 0},
    {"美元", "USD", 0},
    {"美金", "USD", 0},
    {"欧元", "EUR", 0},
    {"港元", "HKD", 0},
    {"港币", "HKD", 0},
    {"日元", "JPY", 0},
    {"英镑", "GBP", 0},
    {"分钱", "CNY", -2},
    {"角钱", "CNY", -1},
    {"块钱", "CNY", 0},
    {"卢布", "RUB", 0},
    {"韩元", "KRW", 0},
    {"瑞士法郎", "CHF", 0},
    {"澳元", "AUD", 0},
    {"加元", "CAD", 0},
    {"円", "JPY", 0},
    {"ドル", "USD", 0},
    {"ユーロ", "EUR", 0},
    {"RMB", "CNY", 0},
    {"CNY", "CNY", 0},
    {"yuan", "CNY", 0},
    {"Yuan", "CNY", 0},
    {"dollars", "USD", 0},
    {"US dollars", "USD", 0},
    {"U.S. dollars", "USD", 0},
    {"USD", "USD", 0},
    {"euros", "EUR", 0},
    {"euro", "EUR", 0},
    {"Euro", "EUR", 0},
    {"EUR", "EUR", 0},
    {"€", "EUR", 0},
    {"Franken", "CHF", 0},
    {"CHF", "CHF", 0},
    {"yen", "JPY", 0},
    {"pounds sterling", "GBP", 0},
    {"rupees", "INR", 0},
    {"d'euros", "EUR", 0},
    {"d’euros", "EUR", 0},
    {"de euros", "EUR", 0},
    {"di euro", "EUR", 0},
    {"de dollars", "USD", 0},
    {"de dólares", "USD", 0},
    {"dólares", "USD", 0},
    {"de reais", "BRL", 0},
    {"reais", "BRL", 0},
    {"francs suisses", "CHF", 0},
    {"рублей", "RUB", 0},
    {"рубля", "RUB", 0},
    {"руб.", "RUB", 0},
    {"₽", "RUB", 0},
    {"원", "KRW", 0},
    {"달러", "USD", 0},
    {"złotych", "PLN", 0},
    {"zł", "PLN", 0},
};

static const struct {
    const char *word, *currency; // currency NULL: by the page's country
} MONEY_BEFORE[] = {
    // the longer first
    {"人民币", "CNY"}, {"US$", "USD"}, {"HK$", "HKD"}, {"NZ$", "NZD"}, {"€", "EUR"},   {"￥", "CNY"},
    {"RMB", "CNY"},    {"CNY", "CNY"}, {"USD", "USD"}, {"EUR", "EUR"}, {"CHF", "CHF"}, {"GBP", "GBP"},
    {"Rs.", "INR"},    {"₹", "INR"},   {"JPY", "JPY"}, {"HKD", "HKD"}, {"NT$", "TWD"}, {"SGD", "SGD"},
    {"AUD", "AUD"},    {"INR", "INR"}, {"₩", "KRW"},   {"C$", "CAD"},  {"A$", "AUD"},  {"J$", "JMD"},
    {"£", "GBP"},      {"¥", "CNY"},   {"Rs", "INR"},  {"S$", "SGD"},  {"R$", "BRL"},  {"$", NULL},
};

// Whose dollar "$" is: the one the text writes out (S$), else that of the country it speaks of.
static const char *find_dollar(const struct gw_scan *scan)
{
    static const struct {
        const char *sign, *country, *currency;
    } dollars[] = {{"S$", "SG", "SGD"},  {"A$", "AU", "AUD"}, {"C$", "CA", "CAD"},
                   {"NZ$", "NZ", "NZD"}, {"J$", "JM", "JMD"}, {"HK$", "HK", "HKD"}};
    const struct gw_hits *places = &scan->hits[GW_HITS_PLACES];
    unsigned votes[GW_COUNT(dollars)] = {0}, all = 0;
    const char *written = NULL;
    for (size_t i = 0; i < places->count; i++) {
        bool abroad = places->at[i].table == GW_T_COUNTRIES || places->at[i].table == GW_T_SUBDIVISIONS;
        all += abroad;
        for (size_t j = 0; abroad && j < GW_COUNT(dollars); j++)
            votes[j] += memcmp(gw_hit_cell(&places->at[i], 0), dollars[j].country, 2) == 0;
    }
    for (size_t j = 0; j < GW_COUNT(dollars); j++)
        if (votes[j] && (votes[j] == all || (votes[j] >= 2 && votes[j] * 2 > all)))
            return dollars[j].currency;
    for (size_t at = 0; at < scan->text.bytes; at++) {
        const char *sign = memchr(scan->text.at + at, '$', scan->text.bytes - at);
        if (!sign)
            break;
        at = (size_t)(sign - scan->text.at);
        if (gw_scan_before(scan, at + 1, "US$"))
            return "USD";
        for (size_t j = 0; j < GW_COUNT(dollars); j++)
            if (gw_scan_before(scan, at + 1, dollars[j].sign))
                written = written && strcmp(written, dollars[j].currency) != 0 ? "USD" : dollars[j].currency;
    }
    return written ? written : "USD";
}

static const char *dollar(struct gw_scan *scan)
{
    if (!scan->dollar)
        scan->dollar = find_dollar(scan);
    return scan->dollar;
}

static size_t skip_blank(const struct gw_scan *scan, size_t at)
{
    if (at < scan->text.bytes && scan->text.at[at] == ' ')
        return at + 1;
    return stands(scan, at, "\xc2\xa0") ? at + 2 : at;
}

static bool word_ends(const struct gw_scan *scan, size_t at)
{
    return at >= scan->text.bytes || !gw_is_alpha((unsigned char)scan->text.at[at]);
}

static bool read_money(struct gw_scan *scan, const struct gw_number *number, struct gw_unit *unit)
{
    size_t at = skip_blank(scan, number->end);
    for (size_t i = 0; i < GW_COUNT(MONEY_AFTER); i++) {
        if (!stands(scan, at, MONEY_AFTER[i].word))
            continue;
        size_t n = strlen(MONEY_AFTER[i].word);
        bool latin = gw_is_alpha((unsigned char)MONEY_AFTER[i].word[0]);
        if (latin && !word_ends(scan, at + n))
            continue;
        *unit = (struct gw_unit){
            .start = number->start, .end = at + n, .currency = MONEY_AFTER[i].currency, .shift = MONEY_AFTER[i].shift};
        return true;
    }
    size_t before = number->start;
    while (before && scan->text.at[before - 1] == ' ' && number->start - before < 2)
        before--;
    // The last bytes of them all, so that most numbers are done here.
    if (!before || !strchr("$\xac\xa3\xa5\xb9\x81\xa9YBDRFPs.", scan->text.at[before - 1]))
        return false;
    for (size_t i = 0; i < GW_COUNT(MONEY_BEFORE); i++) {
        const char *word = MONEY_BEFORE[i].word;
        if (!gw_scan_before(scan, before, word))
            continue;
        size_t n = strlen(word);
        if (gw_is_alpha((unsigned char)word[0]) && before > n &&
            gw_is_alpha((unsigned char)scan->text.at[before - n - 1]))
            continue;
        size_t end = number->end;
        static const struct {
            char letter[4];
            int shift;
        } scales[] = {{"M", 6}, {"m", 6}, {"B", 9}, {"bn", 9}, {"K", 3}, {"k", 3}};
        int shift = 0;
        for (size_t j = 0; j < GW_COUNT(scales) && !number->magnitude; j++) {
            size_t m = strlen(scales[j].letter);
            if (stands(scan, end, scales[j].letter) && word_ends(scan, end + m)) {
                shift = scales[j].shift;
                end += m;
                break;
            }
        }
        const char *currency = MONEY_BEFORE[i].currency ? MONEY_BEFORE[i].currency : dollar(scan);
        *unit = (struct gw_unit){.start = before - n, .end = end, .currency = currency, .shift = shift};
        return true;
    }
    return false;
}

// ---- shares

static bool read_share(const struct gw_scan *scan, const struct gw_number *number, struct gw_unit *unit)
{
    static const struct {
        const char *word, *name;
    } shares[] = {
        {"个百分点", "percentage_points"},
        {"百分点", "percentage_points"},
        {"percentage points", "percentage_points"},
        {"percentage point", "percentage_points"},
        {"Prozentpunkte", "percentage_points"},
        {"%", "percent"},
        {"％", "percent"},
        {"percent", "percent"},
        {"per cent", "percent"},
        {"Prozent", "percent"},
        {"‰", "permille"},
        {"パーセント", "percent"},
        {"pour cent", "percent"},
        {"por ciento", "percent"},
        {"por cento", "percent"},
        {"процент", "percent"},
        {"퍼센트", "percent"},
    };
    size_t at = skip_blank(scan, number->end);
    if (!strchr("%\xef\xe4\xe7\xe2\xe3\xd0\xed"
                "pP",
                scan->text.at[at]))
        return false;
    for (size_t i = 0; i < GW_COUNT(shares); i++) {
        if (!stands(scan, at, shares[i].word))
            continue;
        *unit = (struct gw_unit){.start = number->start, .end = at + strlen(shares[i].word), .name = shares[i].name};
        return true;
    }
    return false;
}

// ---- things, in Chinese

// Units and classifiers of counts, areas, masses, the frequent ones first; but the longer first where one begins
// another.
static const char *const HAN_UNITS[] = {
    "个",     "人次",   "人",   "家次",     "家",       "万人次", "户次",  "户",   "名", "项",     "亿千瓦时",
    "千瓦时", "万千瓦", "千瓦", "平方公里", "平方千米", "平方米", "吨/年", "吨",   "亩", "公里",   "公顷",
    "件",     "所",     "台",   "辆",       "批次",     "批",     "张",    "种",   "处", "条",     "立方米",
    "公斤",   "千克",   "兆瓦", "斤",       "套",       "起",     "例",    "份",   "座", "根",     "只",
    "头",     "株",     "棵",   "艘",       "架",       "位",     "对",    "场",   "间", "栋",     "幢",
    "支",     "部",     "款",   "枚",       "颗",       "块",     "片",    "箱",   "桶", "标准箱", "床",
    "门",     "宗",     "群",   "册",       "篇",       "幅",     "尾",    "羽",   "盏", "类",     "组",
    "站",     "村",     "镇",   "县",       "市",       "省",     "国",    "立方", "升", "瓶",     "袋",
};

// What makes a classifier a time, a rank or a place instead.
static const char *const NOT_COUNTED[] = {
    "个月",   "个小时",   "个工作日", "个星期",   "个季度", "个学期", "个年度", "个自然日", "个交易日",
    "个周",   "个半小时", "个半月",   "个百分点", "个世纪", "起施行", "起实施", "起执行",   "起，",
    "起至",   "起开始",   "起正",     "门电话",   "场比赛", "部电话", "县道",   "省道",     "国道",
    "位小数", "条第",     "项第",     "条规定",   "款规定", "项规定", "部分",   "间隔",     "块钱",
    "站立",   "组成",     "场边",     "对一",     "所有",   "处于",   "处以",   "家庭",     "人民",
    "市区",   "国家",     "台阶",     "个半",     "条所",   "个日",
};

static bool is_han(const struct gw_scan *scan, size_t at)
{
    unsigned char c = at < scan->text.bytes ? (unsigned char)scan->text.at[at] : 0;
    return c >= 0xe4 && c <= 0xe9;
}

// "3.1 市级机构", "4.2 国家…": a number set off by a blank that begins its line, or whose "unit" begins a word.
static bool is_section(const struct gw_scan *scan, const struct gw_number *number, size_t unit)
{
    static const char *const words[] = {"省", "市", "县", "国", "村", "镇", "对", "组", "部", "门", "站"};
    if (scan->lines[gw_scan_line(scan, number->start)].start == number->start)
        return true;
    for (size_t i = 0; i < GW_COUNT(words); i++)
        if (stands(scan, unit, words[i]) && (number->decimal || is_han(scan, unit + strlen(words[i]))))
            return true;
    return false;
}

static bool read_han_things(struct gw_scan *scan, const struct gw_number *number, struct gw_unit *unit)
{
    size_t at = skip_blank(scan, number->end);
    if (at != number->end && is_section(scan, number, at))
        return false;
    for (size_t i = 0; i < GW_COUNT(NOT_COUNTED); i++)
        if (stands(scan, at, NOT_COUNTED[i]))
            return false;
    for (size_t i = 0; i < GW_COUNT(HAN_UNITS); i++) {
        if (!stands(scan, at, HAN_UNITS[i]))
            continue;
        size_t n = strlen(HAN_UNITS[i]);
        if (strcmp(HAN_UNITS[i], "条") == 0 && gw_scan_before(scan, number->start, "章")) // 共11章56条
            return false;
        *unit = (struct gw_unit){.start = number->start, .end = at + n, .name = HAN_UNITS[i]};
        return true;
    }
    if (!number->magnitude || at != number->end || !is_han(scan, at))
        return false;
    // 20多万华商: without a classifier only what is counted so; 200多万的高薪 is money.
    static const char *const nouns[] = {
        "华商",     "华侨", "群众", "学生", "党员", "职工", "农民", "市民", "居民", "游客", "观众",   "用户",
        "网民",     "企业", "教师", "官兵", "干部", "老人", "儿童", "人口", "考生", "师生", "毕业生", "消费者",
        "市场主体", "旅客", "代表", "会员", "患者", "军民", "民众", "移民", "大军", "农户", "志愿者", "劳动者"};
    for (unsigned words = 0; words < NOUN_REACH && is_han(scan, at) && !stands(scan, at, "的"); words++, at += 3)
        for (size_t i = 0; i < GW_COUNT(nouns); i++)
            if (stands(scan, at, nouns[i])) {
                *unit = (struct gw_unit){.start = number->start, .end = number->end, .name = nouns[i]};
                return true;
            }
    return false;
}

// ---- things, in languages with words

static const char *const NO_THING[] = {
    "year",   "days",     "Tage",      "Tagen",    "month",      "day",       "week",      "hour",     "minute",
    "second", "a.m",      "p.m",       "am",       "pm",         "o'clock",   "degree",    "mile",     "feet",
    "foot",   "inch",     "meter",     "metre",    "kilomet",    "km",        "cm",        "mm",       "milli",
    "megab",  "gigab",    "kilob",     "kilogram", "gigaw",      "megaw",     "knots",     "night",    "times",
    "time",   "Uhr",      "Jahr",      "Monat",    "Tag",        "Woche",     "Stunde",    "Minute",   "Sekunde",
    "Grad",   "Meter",    "Kilometer", "points",   "point",      "and",       "or",        "of",       "in",
    "to",     "on",       "at",        "by",       "for",        "the",       "is",        "was",      "with",
    "as",     "from",     "St",        "Street",   "Ave",        "Avenue",    "Road",      "Rd",       "Blvd",
    "Drive",  "Lane",     "East",      "West",     "North",      "South",     "th",        "st",       "nd",
    "rd",     "volt",     "watt",      "MHz",      "GHz",        "GB",        "MB",        "TB",       "grams",
    "gram",   "pounds",   "ounce",     "cup",      "tablespoon", "teaspoon",  "und",       "oder",     "bis",
    "von",    "der",      "die",       "das",      "im",         "am",        "zum",       "Cent",     "Artikel",
    "Absatz", "comments", "comment",   "views",    "shares",     "likes",     "followers", "reviews",  "stars",
    "pages",  "seasons",  "jours",     "mois",     "années",     "heures",    "minutes",   "semaines", "mètres",
    "días",   "meses",    "años",      "horas",    "minutos",    "semanas",   "metros",    "dias",     "anos",
    "puntos", "pontos",   "giorni",    "mesi",     "anni",       "ore",       "heure",     "années",   "degrés",
    "grados", "kilómet",  "quilómet",  "millas",   "fois",       "veces",     "vezes",     "ans",      "episodes",
    "goals",  "runs",     "yards",     "games",    "wins",       "sets",      "January",   "February", "March",
    "April",  "May",      "June",      "July",     "August",     "September", "October",   "November", "December",
};

static const char *const NO_NUMBER_AFTER[] = {
    "Suite", "Room",       "No",    "Nr",       "Section",    "Article", "Chapter", "Title",   "Page",   "Highway",
    "Route", "Interstate", "Phase", "District", "Ward",       "Level",   "Type",    "Fortune", "Group",  "Top",
    "Class", "Version",    "Part",  "Figure",   "Table",      "Box",     "Unit",    "Floor",   "Grade",  "Day",
    "Week",  "Public",     "Law",   "Order",    "Resolution", "Bill",    "Act",     "Rule",    "Form",   "Step",
    "Line",  "Zone",       "Area",  "Gate",     "Channel",    "Seite",   "Artikel", "Absatz",  "Platz",  "since",
    "Since", "seit",       "until", "Jahr",     "Jahre",      "Ende",    "year",    "years",   "fiscal", "FY",
    "line",  "route",      "gate",  "platform", "runway",     "section", "chapter", "article", "page",   "paragraph",
    "zone",  "phase",      "room",  "highway",  "flight",     "reactor", "tier",    "stage",   "pier",   "berth",
};

static bool is_word(char c)
{
    return gw_is_alpha((unsigned char)c) || (c & 0x80) || c == '-' || c == '\'';
}

static struct gw_span word_before(const struct gw_scan *scan, size_t at)
{
    while (at && (scan->text.at[at - 1] == ' ' || scan->text.at[at - 1] == '.'))
        at--;
    size_t begin = at;
    while (begin && at - begin < 32 && is_word(scan->text.at[begin - 1]))
        begin--;
    return (struct gw_span){scan->text.at + begin, at - begin};
}

static bool in_list(struct gw_span word, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (gw_span_is(word, list[i]))
            return true;
    return false;
}

static bool begins_in_list(struct gw_span word, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!word.bytes || list[i][0] != word.at[0])
            continue;
        size_t n = strlen(list[i]);
        if (n <= word.bytes && memcmp(word.at, list[i], n) == 0 && (n >= 4 || n == word.bytes))
            return true;
    }
    return false;
}

// enterprises, people, Einreisen: the noun a count is of.
static bool is_counted_noun(struct gw_span word, bool german)
{
    static const char *const plural[] = {
        "people",       "children", "personnel", "Americans",    "Canadians", "Australians", "Europeans",
        "Californians", "Texans",   "staff",     "women",        "men",       "housing",     "households",
        "jobs",         "acres",    "Personen",  "Teilnehmende", "Menschen",  "sheep",       "beneficiaries"};
    if (in_list(word, plural, GW_COUNT(plural)))
        return true;
    if (word.bytes < 4)
        return false;
    char last = word.at[word.bytes - 1];
    if (german)
        return word.at[0] >= 'A' && word.at[0] <= 'Z' && (last == 'n' || last == 'e' || last == 's' || last == 'r');
    return last == 's' && word.at[word.bytes - 2] != 's' && word.at[0] >= 'a';
}

static bool looks_like_year(const struct gw_number *number)
{
    int value = atoi(number->value);
    return !number->magnitude && !number->grouped && !number->decimal && number->digits == 4 && value >= 1900 &&
           value <= 2035;
}

static bool read_words(struct gw_scan *scan, const struct gw_number *number, struct gw_unit *unit)
{
    bool german = strcmp(scan->lang, "de") == 0;
    if (looks_like_year(number) ||
        in_list(word_before(scan, number->start), NO_NUMBER_AFTER, GW_COUNT(NO_NUMBER_AFTER)))
        return false;
    if (number->digits > 1 && scan->text.at[number->start] == '0' && !number->decimal)
        return false;
    if (german && number->digits >= 4 && !number->grouped && !number->magnitude) // a postal code: 3003 Bern
        return false;
    size_t at = number->end;
    for (unsigned i = 0; i < NOUN_WORDS; i++) {
        size_t begin = skip_blank(scan, at);
        size_t end = begin;
        if (begin == at)
            return false;
        while (end < scan->text.bytes && is_word(scan->text.at[end]))
            end++;
        struct gw_span word = {scan->text.at + begin, end - begin};
        if (!word.bytes || begins_in_list(word, NO_THING, GW_COUNT(NO_THING)))
            return false;
        if (is_counted_noun(word, german)) {
            char *name = gw_scan_copy(scan, begin, end);
            *unit = (struct gw_unit){.start = number->start, .end = end, .name = name ? name : ""};
            return true;
        }
        if (!german && word.at[0] < 'a' && !(word.at[0] & 0x80)) // a capital: a name, not an adjective
            return false;
        at = end;
    }
    return false;
}

// Languages whose nouns no ending gives away: what is counted, and nothing else. The longer first.
static const struct {
    const char *lang, *words;
} COUNTED[] = {
    {"ja", "事業者|団体|か所|箇所|カ所|世帯|人|社|件|名|校|戸|台|本|トン|ヘクタール|施設"},
    {"ko", "개사|개소|가구|세대|업체|기업|개|명|곳|건|톤|호|대"},
    {"ru", "компаний|компании|предприятий|организаций|человек|семей|детей|проектов|рабочих мест|домов|школ|граждан|"
           "жителей|регионов|тонн|гектаров|объектов|участников|студентов|больниц"},
};

static bool read_counted(const struct gw_scan *scan, const struct gw_number *number, const char *words,
                         struct gw_unit *unit)
{
    size_t at = skip_blank(scan, number->end);
    for (size_t n; *words; words += n + (words[n] == '|')) {
        n = strcspn(words, "|");
        if (at + n > scan->text.bytes || memcmp(scan->text.at + at, words, n) != 0)
            continue;
        char *name = gw_arena_strndup(scan->arena, words, n);
        *unit = (struct gw_unit){.start = number->start, .end = at + n, .name = name ? name : ""};
        return true;
    }
    return false;
}

bool gw_unit_read(struct gw_scan *scan, const struct gw_number *number, bool tied, struct gw_unit *ret_unit)
{
    if (read_share(scan, number, ret_unit) || read_money(scan, number, ret_unit))
        return true;
    if (tied)
        return false;
    if (strcmp(scan->lang, "zh") == 0)
        return read_han_things(scan, number, ret_unit);
    for (size_t i = 0; i < GW_COUNT(COUNTED); i++)
        if (strcmp(scan->lang, COUNTED[i].lang) == 0)
            return read_counted(scan, number, COUNTED[i].words, ret_unit);
    return read_words(scan, number, ret_unit);
}
