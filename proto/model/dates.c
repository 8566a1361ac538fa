// SPDX-License-Identifier: Apache-2.0
// DESIGN: one pass over the text; wherever a date could begin, the rows of `forms` are tried in order and the first
// that fits wins. A form is a little pattern over bytes, so that a new way to write a date is a new row and no new
// code. The time of day and the zone behind a date have one grammar for all forms.
#include "model/dates.h"

#include "base/err.h"

#include <stdio.h>
#include <string.h>

// ---- words

// Twelve names each, in order; case does not matter for ASCII letters. Languages whose names begin with ASCII letters,
// then those that have none: a word of the first is not compared with the others.
static const char *const latin_month_names[][12] = {
    {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
     "December"},
    {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec"},
    {"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "Sep", "Oktober", "November", "Dezember"},
    {"Jänner", "Feber", "Mrz", "Apr", "Mai", "Jun", "Jul", "Aug", "Sept", "Okt", "Nov", "Dez"},
    {"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
     "décembre"},
    {"janv", "févr", "mars", "avr", "mai", "juin", "juil", "aout", "sept", "oct", "nov", "déc"},
    {"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre",
     "diciembre"},
    {"ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "setiembre", "oct", "nov", "dic"},
    {"janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro",
     "dezembro"},
    {"gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre",
     "novembre", "dicembre"},
    {"gen", "fev", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic"},
    {"januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november",
     "december"},
    {"januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "out", "november", "dez"},
    {"januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober", "november",
     "desember"},
    {"stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia", "września", "października",
     "listopada", "grudnia"},
    {"ledna", "února", "března", "dubna", "května", "června", "července", "srpna", "září", "října", "listopadu",
     "prosince"},
    {"Ocak", "Şubat", "Mart", "Nisan", "Mayıs", "Haziran", "Temmuz", "Ağustos", "Eylül", "Ekim", "Kasım", "Aralık"},
    {"Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November",
     "Desember"},
    {"tammikuuta", "helmikuuta", "maaliskuuta", "huhtikuuta", "toukokuuta", "kesäkuuta", "heinäkuuta", "elokuuta",
     "syyskuuta", "lokakuuta", "marraskuuta", "joulukuuta"},
    {"január", "február", "március", "április", "május", "június", "július", "augusztus", "szeptember", "október",
     "november", "december"},
    {"ianuarie", "februarie", "martie", "aprilie", "mai", "iunie", "iulie", "august", "septembrie", "octombrie",
     "noiembrie", "decembrie"},
};
static const char *const other_month_names[][12] = {
    {"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября",
     "декабря"},
    {"มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน", "กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน",
     "ธันวาคม"},
    {"ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค."},
    {"січня", "лютого", "березня", "квітня", "травня", "червня", "липня", "серпня", "вересня", "жовтня", "листопада",
     "грудня"},
    {"Ιανουαρίου", "Φεβρουαρίου", "Μαρτίου", "Απριλίου", "Μαΐου", "Ιουνίου", "Ιουλίου", "Αυγούστου", "Σεπτεμβρίου",
     "Οκτωβρίου", "Νοεμβρίου", "Δεκεμβρίου"},
    {"يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"},
    {"جانفي", "فيفري", "مارس", "ابريل", "ماي", "يونيه", "يوليه", "اغسطس", "سبتمبر", "اكتوبر", "نونبر", "دجنبر"},
    {"كانون الثاني", "شباط", "آذار", "نيسان", "أيار", "حزيران", "تموز", "آب", "أيلول", "تشرين الأول", "تشرين الثاني",
     "كانون الأول"},
};

// Year 1 of an era is `base` + 1.
static const struct {
    const char *name;
    int16_t base;
} eras[] = {
    {"令和", 2018}, {"平成", 1988}, {"昭和", 1925}, {"民國", 1911}, {"民国", 1911}, {"R", 2018}, {"H", 1988},
};

// Offsets that a name fixes. CST is left out: it is read as China's on one page and as Chicago's on another.
static const struct {
    const char *name;
    int16_t minutes;
} zones[] = {
    {"UTC", 0},    {"GMT", 0},    {"Z", 0},      {"EST", -300}, {"EDT", -240}, {"CDT", -300},
    {"MST", -420}, {"MDT", -360}, {"PST", -480}, {"PDT", -420}, {"CET", 60},   {"CEST", 120},
    {"BST", 60},   {"JST", 540},  {"KST", 540},  {"HKT", 480},
};

// ---- forms

// Y year of four digits, y of two, C yyyymmdd, K an era and its year, O a year of the Republic of China (three digits)
// M month, D day, A B day and month in the order that holds, N month's name, H h d year, month, day in Han digits
// _ any blanks, o an ordinal's ending or "de", "of", t a time of day, v V Vietnamese for month and year; - / . in any
// width; anything else is itself.
static const struct {
    const char *pattern;
    unsigned needs; // enum gw_date_accept bits that must be accepted
} forms[] = {
    {"Y_年_M_月_D_日", 0},
    {"Y_年_M_月_D_号", 0},
    {"H_年_h_月_d_日", 0},
    {"K_年_M_月_D_日", 0},
    {"O_年_M_月_D_日", 0},
    {"Y_년_M_월_D_일", 0},
    {"Y_-_M_-_D", 0},
    {"Y_/_M_/_D", 0},
    {"Y_._M_._D", 0},
    {"Y-N-D", 0},
    {"Y_N_D", 0},
    {"Y_._N_D", 0},
    {"D_v_M_V_Y", 0},
    {"C", 0},
    {"A_/_B_/_Y", 0},
    {"A_._B_._Y", 0},
    {"A-B-Y", 0},
    {"N_D_t_Y", 0},
    {"N_Do_,_Y", 0},
    {"N_Do_/_Y", 0},
    {"N_Do_Y", 0},
    {"N_/_D_/_Y", 0},
    {"Do_N_o_,_Y", 0},
    {"Do_N_o_Y", 0},
    {"D_-_N_-_Y", 0},
    {"D_/_N_/_Y", 0},
    {"A/B/y", 0},
    {"A.B.y", 0},
    {"A-B-y", 0},
    {"D-N-y", 0},
    {"D N y", 0},
    {"K.M.D", 0},
    {"O-M-D", 0},
    {"O/M/D", 0},
    {"O.M.D", 0},
    {"D_Y-M", GW_DATE_SPLIT},
    {"D_Y/M", GW_DATE_SPLIT},
    {"D_Y.M", GW_DATE_SPLIT},
    {"D_/_Y-M", GW_DATE_SPLIT},
    {"D_/_Y.M", GW_DATE_SPLIT},
    {"D_日_Y_年_M_月", GW_DATE_SPLIT},
    {"D_Y_年_M_月", GW_DATE_SPLIT},
    {"M-D_Y", GW_DATE_SPLIT},
    {"M/D_Y", GW_DATE_SPLIT},
    {"M.D_Y", GW_DATE_SPLIT},
    {"M_月_D_日_Y", GW_DATE_SPLIT},
    {"Y_M-D", GW_DATE_SPLIT},
    {"Y_M/D", GW_DATE_SPLIT},
    {"Y_年_M-D", GW_DATE_SPLIT},
    {"Y_N_D", GW_DATE_SPLIT},
    {"Y_年_M_月", GW_DATE_NO_DAY},
    {"H_年_h_月", GW_DATE_NO_DAY},
    {"K_年_M_月", GW_DATE_NO_DAY},
    {"N_o_,_Y", GW_DATE_NO_DAY},
    {"N_o_Y", GW_DATE_NO_DAY},
    {"Y-M", GW_DATE_NO_DAY},
    {"Y/M", GW_DATE_NO_DAY},
    {"Y.M", GW_DATE_NO_DAY},
    {"M_月_D_日", GW_DATE_NO_YEAR},
    {"h_月_d_日", GW_DATE_NO_YEAR},
    {"N_Do", GW_DATE_NO_YEAR},
    {"Do_N", GW_DATE_NO_YEAR},
    {"M-D", GW_DATE_NO_YEAR},
    {"A/B", GW_DATE_NO_YEAR},
};

// Where reading stands. Every read either advances `at` and returns true, or leaves the cursor alone.
struct cursor {
    const char *at, *end;
};

static bool take(struct cursor *c, const char *literal)
{
    size_t n = strlen(literal);
    if ((size_t)(c->end - c->at) < n || memcmp(c->at, literal, n) != 0)
        return false;
    c->at += n;
    return true;
}

static bool take_nocase(struct cursor *c, const char *literal)
{
    size_t n = strlen(literal);
    if ((size_t)(c->end - c->at) < n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (gw_lower(c->at[i]) != gw_lower(literal[i]))
            return false;
    c->at += n;
    return true;
}

static bool take_any(struct cursor *c, const char *const *literals)
{
    for (; *literals; literals++)
        if (take_nocase(c, *literals))
            return true;
    return false;
}

static bool is_letter(const struct cursor *c)
{
    return c->at < c->end && gw_is_alpha((unsigned char)*c->at);
}

static const char *const blanks[] = {" ", "\t", "\n", "\r", "\u00a0", "\u3000", "\u200b", "\u2003", "\u202f", NULL};

static void skip_blanks(struct cursor *c)
{
    while (take_any(c, blanks))
        ;
}

// One decimal digit, of either width or of the Arabic scripts; -1 when there is none.
static int take_digit(struct cursor *c)
{
    if (c->at >= c->end)
        return -1;
    if (gw_is_digit((unsigned char)*c->at))
        return *c->at++ - '0';
    const char *s = c->at; // U+FF10 … U+FF19
    if (c->end - s >= 3 && (unsigned char)s[0] == 0xef && (unsigned char)s[1] == 0xbc && (unsigned char)s[2] >= 0x90 &&
        (unsigned char)s[2] <= 0x99) {
        c->at += 3;
        return (unsigned char)s[2] - 0x90;
    }
    if (c->end - s < 2)
        return -1;
    unsigned char lead = (unsigned char)s[0], trail = (unsigned char)s[1];
    int first = lead == 0xd9 ? 0xa0 : lead == 0xdb ? 0xb0 : 0x100; // U+0660 … U+0669, U+06F0 … U+06F9
    if (trail < first || trail > first + 9)
        return -1;
    c->at += 2;
    return trail - first;
}

// A number of least..most digits that no further digit follows.
static bool take_number(struct cursor *c, int least, int most, int *ret_value)
{
    struct cursor probe = *c;
    int value = 0, digits = 0;
    for (int digit; digits <= most && (digit = take_digit(&probe)) >= 0; digits++)
        value = value * 10 + digit;
    if (digits < least || digits > most)
        return false;
    *c = probe;
    *ret_value = value;
    return true;
}

static int take_han_digit(struct cursor *c)
{
    static const struct {
        const char *sign;
        int value;
    } signs[] = {{"〇", 0}, {"○", 0},  {"零", 0}, {"Ｏ", 0}, {"一", 1}, {"二", 2}, {"三", 3},
                 {"四", 4}, {"五", 5}, {"六", 6}, {"七", 7}, {"八", 8}, {"九", 9}};
    for (size_t i = 0; i < GW_COUNT(signs); i++)
        if (take(c, signs[i].sign))
            return signs[i].value;
    return -1;
}

static bool take_han_year(struct cursor *c, int *ret_year)
{
    struct cursor probe = *c;
    int year = 0;
    for (int i = 0; i < 4; i++) {
        int digit = take_han_digit(&probe);
        if (digit < 0)
            return false;
        year = year * 10 + digit;
    }
    *c = probe;
    *ret_year = year;
    return true;
}

// Han numbers to 99: 三, 十, 十二, 二十, 三十一.
static bool take_han_number(struct cursor *c, int *ret_value)
{
    struct cursor probe = *c;
    int tens = take_han_digit(&probe), value = tens;
    if (take(&probe, "十")) {
        int ones = take_han_digit(&probe);
        value = (tens < 0 ? 1 : tens) * 10 + (ones < 0 ? 0 : ones);
    }
    if (value <= 0)
        return false;
    *c = probe;
    *ret_value = value;
    return true;
}

// The longest name of these that stands here; false: none.
static bool longest_name(const struct cursor *c, const char *const (*languages)[12], size_t count, size_t *longest,
                         int *ret_month)
{
    size_t before = *longest;
    for (size_t language = 0; language < count; language++)
        for (int month = 0; month < 12; month++) {
            const char *name = languages[language][month];
            struct cursor probe = *c;
            if (gw_lower(*name) != gw_lower(*c->at) || !take_nocase(&probe, name))
                continue;
            if (is_letter(&probe) || (size_t)(probe.at - c->at) <= *longest)
                continue;
            *longest = (size_t)(probe.at - c->at);
            *ret_month = month + 1;
        }
    return *longest > before;
}

static bool take_month_name(struct cursor *c, int *ret_month)
{
    size_t longest = 0;
    bool found = longest_name(c, latin_month_names, GW_COUNT(latin_month_names), &longest, ret_month);
    if ((unsigned char)*c->at >= 0x80)
        found |= longest_name(c, other_month_names, GW_COUNT(other_month_names), &longest, ret_month);
    if (!found)
        return false;
    c->at += longest;
    take(c, ".");
    return true;
}

static bool take_era_year(struct cursor *c, int *ret_year)
{
    for (size_t i = 0; i < GW_COUNT(eras); i++) {
        struct cursor probe = *c;
        int year = 1;
        if (!take(&probe, eras[i].name))
            continue;
        skip_blanks(&probe);
        if (!take(&probe, "元") && !take_number(&probe, 1, 3, &year))
            continue;
        *c = probe;
        *ret_year = eras[i].base + year;
        return true;
    }
    return false;
}

static bool take_year(struct cursor *c, int *ret_year)
{
    struct cursor probe = *c;
    int year;
    if (!take_number(&probe, 4, 4, &year))
        return false;
    if (year >= 2443 && year < 2700) // the Buddhist era of Thai pages
        year -= 543;
    if (year < 1800 || year >= 2200)
        return false;
    *c = probe;
    *ret_year = year;
    return true;
}

// ---- time of day

static bool take_zone(struct cursor *c, struct gw_date *date)
{
    struct cursor probe = *c;
    skip_blanks(&probe);
    take(&probe, "(");
    for (size_t i = 0; i < GW_COUNT(zones); i++) {
        struct cursor word = probe;
        if (!take(&word, zones[i].name) || is_letter(&word))
            continue;
        *c = word;
        date->zoned = true;
        date->zone_minutes = zones[i].minutes;
        if (zones[i].minutes == 0)
            take_zone(c, date); // "GMT+0800"
        return true;
    }
    int sign = take(&probe, "+") ? 1 : take(&probe, "-") || take(&probe, "−") ? -1 : 0;
    int hours, minutes = 0;
    if (sign == 0)
        return false;
    if (take_number(&probe, 4, 4, &hours)) {
        minutes = hours % 100;
        hours /= 100;
    } else if (!take_number(&probe, 2, 2, &hours) || (take(&probe, ":") && !take_number(&probe, 2, 2, &minutes))) {
        return false;
    }
    if (hours > 14 || minutes > 59)
        return false;
    *c = probe;
    date->zoned = true;
    date->zone_minutes = (int16_t)(sign * (hours * 60 + minutes));
    return true;
}

static const char *const hour_signs[] = {":", "：", "时", "時", "点", "點", "h", NULL};
static const char *const minute_signs[] = {":", "：", "分", NULL};
static const char *const morning[] = {"am", "a.m.", "上午", "午前", "오전", NULL};
static const char *const evening[] = {"pm", "p.m.", "下午", "午後", "오후", NULL};

// "09:18", "09:18:27.5", "2:23pm", "下午3:05", "9时18分27秒", and a zone behind.
static bool take_time(struct cursor *c, struct gw_date *date)
{
    struct cursor probe = *c;
    int hour, minute, second = -1;
    bool am = take_any(&probe, morning), pm = !am && take_any(&probe, evening);
    skip_blanks(&probe);
    if (!take_number(&probe, 1, 2, &hour) || !take_any(&probe, hour_signs))
        return false;
    skip_blanks(&probe);
    if (!take_number(&probe, 2, 2, &minute))
        return false;
    struct cursor more = probe;
    if (take_any(&more, minute_signs) && take_number(&more, 2, 2, &second)) {
        probe = more;
        take(&probe, "秒");
        if (take(&more, ".") && take_digit(&more) >= 0) {
            while (take_digit(&more) >= 0)
                ;
            probe = more;
        }
    } else {
        take(&probe, "分");
    }
    more = probe;
    skip_blanks(&more);
    am = am || take_any(&more, morning);
    pm = pm || (!am && take_any(&more, evening));
    if ((am || pm) && hour <= 12) {
        if (more.at > probe.at && !is_letter(&more))
            probe = more;
        hour = hour % 12 + (pm ? 12 : 0);
    }
    if (hour > 23 || minute > 59 || second > 60)
        return false;
    date->hour = (int8_t)hour;
    date->minute = (int8_t)minute;
    date->second = (int8_t)(second > 59 ? 59 : second);
    *c = probe;
    take_zone(c, date);
    return true;
}

// What may stand between a date and its time.
static void take_time_behind(struct cursor *c, struct gw_date *date)
{
    static const char *const joints[] = {"T",   ",",   "-",  "–", "—",    "|",  "/",
                                         "at ", "um ", "à ", "@", "kl. ", "，", NULL};
    static const char *const weekdays[] = {"星期", "周", "礼拜", "曜日", NULL};
    struct cursor probe = *c;
    skip_blanks(&probe);
    struct cursor paren = probe;
    if (take(&paren, "(") || take(&paren, "（")) { // a weekday: "(Mon)", "（月）"
        for (int i = 0; i < 12 && paren.at < paren.end && *paren.at != ')' && !take(&paren, "）"); i++)
            paren.at++;
        take(&paren, ")");
        probe = paren;
    } else if (take_any(&probe, weekdays)) {
        gw_utf8_next(&probe.at, probe.end);
    }
    skip_blanks(&probe);
    take_any(&probe, joints);
    skip_blanks(&probe);
    if (take_time(&probe, date))
        *c = probe;
}

// ---- one form

struct reading {
    int year, month, day;
    int first, second; // A and B
    bool ordered;      // A and B were read
    struct gw_date time;
};

static void take_ordinal(struct cursor *c)
{
    static const char *const endings[] = {"st", "nd", "rd", "th", "er", "º", "°", ".", NULL};
    static const char *const particles[] = {"of", "de", "do", NULL};
    struct cursor probe = *c;
    if (take_any(&probe, endings) && !is_letter(&probe))
        *c = probe;
    probe = *c;
    skip_blanks(&probe);
    if (take_any(&probe, particles) && !is_letter(&probe))
        *c = probe;
}

static bool take_sign(struct cursor *c, char sign)
{
    static const char *const dashes[] = {"-", "–", "—", "－", "−", NULL};
    static const char *const slashes[] = {"/", "／", NULL};
    static const char *const points[] = {".", "．", NULL};
    switch (sign) {
    case '-':
        return take_any(c, dashes) && (take(c, "—"), true); // "2017——04——12"
    case '/':
        return take_any(c, slashes);
    default:
        return take_any(c, points);
    }
}

static bool take_compact(struct cursor *c, struct reading *r)
{
    int value;
    if (!take_number(c, 8, 8, &value))
        return false;
    r->year = value / 10000;
    r->month = value / 100 % 100;
    r->day = value % 100;
    return r->year >= 1900 && r->year < 2100;
}

static bool take_element(struct cursor *c, char element, struct reading *r)
{
    int value;
    switch (element) {
    case 'Y':
        return take_year(c, &r->year);
    case 'y':
        if (!take_number(c, 2, 2, &value))
            return false;
        r->year = value + (value < 70 ? 2000 : 1900);
        return true;
    case 'C':
        return take_compact(c, r);
    case 'K':
        return take_era_year(c, &r->year);
    case 'O':
        if (!take_number(c, 3, 3, &value) || value < 60 || value > 200)
            return false;
        r->year = value + 1911;
        return true;
    case 'H':
        return take_han_year(c, &r->year);
    case 'h':
        return take_han_number(c, &r->month);
    case 'd':
        return take_han_number(c, &r->day);
    case 'M':
        return take_number(c, 1, 2, &r->month);
    case 'D':
        return take_number(c, 1, 2, &r->day);
    case 'A':
        r->ordered = true;
        return take_number(c, 1, 2, &r->first);
    case 'B':
        return take_number(c, 1, 2, &r->second);
    case 'N':
        return c->at < c->end && take_month_name(c, &r->month);
    case 'o':
        take_ordinal(c);
        return true;
    case 'v':
        return take_nocase(c, "tháng");
    case 'V':
        return take_nocase(c, "năm");
    case 't':
        if (!take_time(c, &r->time))
            return false;
        skip_blanks(c);
        take(c, "CST"); // see `zones`
        return true;
    case '_':
        skip_blanks(c);
        return true;
    case '-':
    case '/':
    case '.':
        return take_sign(c, element);
    default:
        return false;
    }
}

static bool take_form(struct cursor *c, const char *pattern, struct reading *r)
{
    for (; *pattern; pattern++) {
        if (strchr("YyCKOHhdMDABNotvV_-/.", *pattern)) {
            if (!take_element(c, *pattern, r))
                return false;
        } else if (c->at < c->end && *c->at == *pattern) {
            c->at++;
        } else {
            return false;
        }
    }
    return true;
}

// Day and month of A and B; false when neither order gives a date.
static bool settle_order(struct reading *r, enum gw_date_order order, char separator, struct gw_date *date)
{
    bool month_first = order == GW_DATE_MDY || (order != GW_DATE_DMY && separator == '/');
    if (r->first > 12)
        month_first = false;
    else if (r->second > 12)
        month_first = true;
    else
        date->ambiguous = r->first != r->second && order != GW_DATE_MDY && order != GW_DATE_DMY;
    r->month = month_first ? r->first : r->second;
    r->day = month_first ? r->second : r->first;
    return true;
}

static bool digit_at(struct gw_span text, size_t i)
{
    return i < text.bytes && gw_is_digit((unsigned char)text.at[i]);
}

// A date is no part of a longer number, path or version: "1.2024-03-04", "2024-03-04-05".
static bool free_before(struct gw_span text, size_t start)
{
    if (start == 0)
        return true;
    unsigned char before = (unsigned char)text.at[start - 1];
    bool starts_digit = digit_at(text, start);
    if (gw_is_alpha(before) || before == '_' || before == '%' || before == '=')
        return false;
    if (!starts_digit)
        return true;
    if (gw_is_digit(before))
        return false;
    return !(start > 1 && strchr("-/.:,", before) && digit_at(text, start - 2));
}

static bool free_behind(struct gw_span text, size_t end)
{
    if (end >= text.bytes || !digit_at(text, end - 1))
        return true;
    unsigned char next = (unsigned char)text.at[end];
    if (gw_is_digit(next) || next == '%' || next == '_')
        return false;
    if (gw_is_alpha(next) && next != 'T')
        return false;
    return !(strchr("-/.", next) && next && digit_at(text, end + 1));
}

static bool read_form(struct gw_span text, size_t start, size_t form, enum gw_date_order order, struct gw_date *ret)
{
    struct cursor c = {text.at + start, text.at + text.bytes};
    struct reading r = {.time = {.hour = -1, .minute = -1, .second = -1}};
    if (!take_form(&c, forms[form].pattern, &r))
        return false;
    struct gw_date date = r.time;
    if (r.ordered) {
        char separator = strpbrk(forms[form].pattern, "/.-")[0];
        if (!settle_order(&r, order, separator, &date))
            return false;
    }
    date.year = (int16_t)r.year;
    date.month = (int8_t)r.month;
    date.day = (int8_t)r.day;
    if (date.month == 0 || !gw_date_valid(&date))
        return false;
    const char *behind = c.at;
    if (date.hour < 0)
        take_time_behind(&c, &date);
    if (c.at == behind && !free_behind(text, (size_t)(c.at - text.at)))
        return false;
    date.start = start;
    date.end = (size_t)(c.at - text.at);
    *ret = date;
    return true;
}

// ---- where a date may start

enum { NAME_REACH = 44 }; // bytes from a month's name to a number that belongs to it

// What stands at a place, as the first letters of the patterns that may begin there; NULL: no date begins there.
static const char *starts_at(struct gw_span text, size_t i, size_t next_digit)
{
    static const char *const by_digits[] = {NULL, "ADMy", "ADMy", "O", "Y", NULL, NULL, NULL, "C"};
    struct cursor c = {text.at + i, text.at + text.bytes};
    unsigned char here = (unsigned char)*c.at;
    size_t digits = 0;
    while (digits < GW_COUNT(by_digits) && take_digit(&c) >= 0)
        digits++;
    if (digits > 0 || here == 0xef) {
        return digits < GW_COUNT(by_digits) ? by_digits[digits] : NULL;
    }
    int month;
    bool near_digit = next_digit - i < NAME_REACH;
    if (gw_is_alpha(here)) {
        if (!near_digit || (i > 0 && gw_is_alpha((unsigned char)text.at[i - 1])))
            return NULL;
        return take_month_name(&c, &month) ? "NK" : here == 'R' || here == 'H' ? "K" : NULL;
    }
    if (here < 0xc0) // a sign, or inside a character
        return NULL;
    if (here == 0xe4 || here == 0xe5 || here == 0xe3 || (here >= 0xe6 && here <= 0xe9)) // Han, and the circle for zero
        return take_han_digit(&c) >= 0 || take(&c, "十") ? "Hh" : here >= 0xe4 && here <= 0xe6 ? "K" : NULL;
    return near_digit && take_month_name(&c, &month) ? "N" : NULL;
}

bool gw_date_find(struct gw_span text, size_t from, enum gw_date_order order, unsigned accept, struct gw_date *ret_date)
{
    size_t next_digit = from;
    for (size_t i = from; i < text.bytes; i++) {
        while (next_digit < text.bytes && (next_digit < i || !gw_is_digit((unsigned char)text.at[next_digit])))
            next_digit++;
        const char *starts = starts_at(text, i, next_digit < text.bytes ? next_digit : SIZE_MAX);
        if (!starts || !free_before(text, i))
            continue;
        for (size_t form = 0; form < GW_COUNT(forms); form++)
            if (strchr(starts, forms[form].pattern[0]) && (forms[form].needs & ~accept) == 0 &&
                read_form(text, i, form, order, ret_date))
                return true;
    }
    return false;
}

enum gw_date_order gw_date_order_of(const char *name)
{
    if (gw_str_eq_nocase(name, "ymd"))
        return GW_DATE_YMD;
    if (gw_str_eq_nocase(name, "mdy"))
        return GW_DATE_MDY;
    return gw_str_eq_nocase(name, "dmy") ? GW_DATE_DMY : GW_DATE_UNKNOWN;
}

// ---- the calendar

bool gw_date_valid(const struct gw_date *date)
{
    static const int8_t days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (date->month < 1 || date->month > 12 || date->day < 0 || date->day > days[date->month - 1])
        return false;
    bool leap = date->year % 4 == 0 && (date->year % 100 != 0 || date->year % 400 == 0);
    return !(date->month == 2 && date->day == 29 && date->year != 0 && !leap);
}

// Days and civil dates of the proleptic Gregorian calendar, in years that start in March so that the leap day is last.
int32_t gw_date_days(const struct gw_date *date)
{
    int32_t y = date->year - (date->month <= 2), m = (date->month + 9) % 12, d = date->day ? date->day : 1;
    int32_t era = (y >= 0 ? y : y - 399) / 400, year_of_era = y - era * 400;
    int32_t day_of_year = (153 * m + 2) / 5 + d - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

void gw_date_from_days(int32_t days, struct gw_date *ret_date)
{
    int32_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, day = z - era * 146097;
    int32_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    int32_t day_of_year = day - (365 * year + year / 4 - year / 100), m = (5 * day_of_year + 2) / 153;
    int32_t month = m < 10 ? m + 3 : m - 9;
    *ret_date = (struct gw_date){.year = (int16_t)(year + era * 400 + (month <= 2)),
                                 .month = (int8_t)month,
                                 .day = (int8_t)(day_of_year - (153 * m + 2) / 5 + 1),
                                 .hour = -1,
                                 .minute = -1,
                                 .second = -1};
}

void gw_date_complete(struct gw_date *date, int32_t newest_days)
{
    struct gw_date newest;
    gw_date_from_days(newest_days, &newest);
    for (int back = 0; back < 8 && date->year == 0; back++) { // 29 February is at most eight years ago
        struct gw_date candidate = *date;
        candidate.year = (int16_t)(newest.year - back);
        if (gw_date_valid(&candidate) && gw_date_days(&candidate) <= newest_days)
            date->year = candidate.year;
    }
}

const char *gw_date_format(const struct gw_date *date, char out[GW_DATE_BYTES])
{
    int n = date->year ? snprintf(out, GW_DATE_BYTES, "%04d-%02d", date->year % 10000, date->month)
                       : snprintf(out, GW_DATE_BYTES, "--%02d", date->month);
    if (date->day)
        n += snprintf(out + n, GW_DATE_BYTES - (size_t)n, "-%02d", date->day);
    if (!date->year || !date->day || date->hour < 0)
        return out;
    n += snprintf(out + n, GW_DATE_BYTES - (size_t)n, "T%02d:%02d", date->hour, date->minute);
    if (date->second >= 0)
        n += snprintf(out + n, GW_DATE_BYTES - (size_t)n, ":%02d", date->second);
    if (date->zoned) {
        int minutes = date->zone_minutes < 0 ? -date->zone_minutes : date->zone_minutes;
        snprintf(out + n, GW_DATE_BYTES - (size_t)n, "%c%02d:%02d", date->zone_minutes < 0 ? '-' : '+',
                 minutes / 60 % 100, minutes % 60);
    }
    return out;
}
