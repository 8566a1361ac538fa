// SPDX-License-Identifier: Apache-2.0
#include "query_fields.h"

#include "base/str.h"
#include "model/dates.h"
#include "model/source.h"
#include "model/text.h"

#include <stdlib.h>
#include <string.h>

enum { VALUE_MAX = 1024, FORM_MAX = 16 * 1024, TEXT_MAX = 16 * 1024 * 1024 };

struct gw_query_field {
    const char *name;
    const char *const *words; // the closed list its values are from; NULL: open
    int (*parse)(struct gw_arena *arena, const struct gw_query_field *field, struct gw_span text,
                 struct gw_query_value *value);
    bool (*match)(const struct gw_query_value *value, struct gw_query_subject *subject);
};

// ---- texts

int gw_query_tokens(struct gw_arena *arena, struct gw_span text, const struct gw_token **ret_tokens, size_t *ret_count)
{
    struct gw_buf form = GW_BUF(FORM_MAX);
    struct gw_token token, *tokens = NULL;
    size_t n = 0, at = 0;
    gw_text_compare_form(text, &form);
    char *copy = gw_buf_ok(&form) ? gw_arena_strndup(arena, gw_buf_str(&form), form.bytes) : NULL;
    struct gw_span all = {copy, form.bytes};
    gw_buf_fini(&form);
    for (at = 0; copy && gw_token_next(all, &at, &token);)
        n++;
    tokens = copy ? gw_arena_alloc(arena, n * sizeof *tokens) : NULL;
    if (!tokens)
        return gw_fail(GW_ELIMIT, "too long");
    for (at = n = 0; gw_token_next(all, &at, &token);)
        tokens[n++] = token;
    if (n)
        tokens[0].joined = false;
    *ret_tokens = tokens;
    *ret_count = n;
    return GW_OK;
}

static struct gw_span form_of(const char *text, struct gw_buf *buf, bool *made)
{
    if (!*made)
        gw_text_compare_form(gw_span_of(text), buf);
    *made = true;
    return (struct gw_span){gw_buf_str(buf), buf->bytes};
}

struct gw_span gw_query_title(struct gw_query_subject *subject)
{
    const Gw__Document *document = subject->event->document;
    return form_of(document ? document->title : NULL, &subject->title, &subject->has_title);
}

struct gw_span gw_query_body(struct gw_query_subject *subject)
{
    const Gw__Document *document = subject->event->document;
    return form_of(document ? document->body : NULL, &subject->body, &subject->has_body);
}

void gw_query_subject_init(struct gw_query_subject *subject, const Gw__Event *event)
{
    *subject = (struct gw_query_subject){.event = event, .title = GW_BUF(TEXT_MAX), .body = GW_BUF(TEXT_MAX)};
}

void gw_query_subject_set(struct gw_query_subject *subject, const Gw__Event *event)
{
    gw_buf_reset(&subject->title);
    gw_buf_reset(&subject->body);
    subject->event = event;
    subject->has_title = subject->has_body = false;
}

void gw_query_subject_fini(struct gw_query_subject *subject)
{
    gw_buf_fini(&subject->title);
    gw_buf_fini(&subject->body);
}

static bool text_has(const char *text, const struct gw_query_value *value)
{
    struct gw_buf buf = GW_BUF(TEXT_MAX);
    bool made = false;
    bool found = text && text[0] && gw_tokens_found(form_of(text, &buf, &made), value->tokens, value->token_count);
    gw_buf_fini(&buf);
    return found;
}

// ---- values: words

static int parse_text(struct gw_arena *arena, const struct gw_query_field *field, struct gw_span text,
                      struct gw_query_value *value)
{
    int rc = gw_query_tokens(arena, text, &value->tokens, &value->token_count);
    if (rc == GW_OK && value->token_count == 0)
        rc = gw_fail(GW_EINVAL, "%s has no letter or digit to look for", field->name);
    return rc;
}

static int parse_exact(struct gw_arena *arena, const struct gw_query_field *field, struct gw_span text,
                       struct gw_query_value *value)
{
    (void)field;
    value->text = gw_arena_strndup(arena, text.at, text.bytes);
    return value->text ? GW_OK : gw_fail(GW_ELIMIT, "too long");
}

static int parse_lower(struct gw_arena *arena, const struct gw_query_field *field, struct gw_span text,
                       struct gw_query_value *value)
{
    char *lower = gw_arena_strndup(arena, text.at, text.bytes);
    (void)field;
    for (char *at = lower; lower && *at; at++)
        *at = gw_lower(*at);
    value->text = lower;
    return lower ? GW_OK : gw_fail(GW_ELIMIT, "too long");
}

static int parse_word(struct gw_arena *arena, const struct gw_query_field *field, struct gw_span text,
                      struct gw_query_value *value)
{
    int rc = parse_lower(arena, field, text, value);
    const char *nearest = NULL;
    size_t best = 1 + text.bytes / 2;
    for (size_t i = 0; rc == GW_OK && field->words[i]; i++) {
        size_t distance = gw_str_distance(value->text, field->words[i]);
        if (distance == 0)
            return GW_OK;
        if (distance < best) {
            best = distance;
            nearest = field->words[i];
        }
    }
    return rc ? rc
              : gw_fail(GW_EINVAL, "no %s is called '%s'%s%s%s", field->name, value->text,
                        nearest ? " (did you mean " : "", nearest ? nearest : "", nearest ? "?)" : "");
}

static int parse_source(struct gw_arena *arena, const struct gw_query_field *field, struct gw_span text,
                        struct gw_query_value *value)
{
    int rc = parse_exact(arena, field, text, value);
    if (rc == GW_OK && !gw_source_id_valid(value->text))
        rc = gw_fail(GW_EINVAL, "'%s' is no id of a source", value->text);
    return rc;
}

static int parse_lang(struct gw_arena *arena, const struct gw_query_field *field, struct gw_span text,
                      struct gw_query_value *value)
{
    int rc = parse_lower(arena, field, text, value);
    size_t letters = rc ? 0 : strspn(value->text, "abcdefghijklmnopqrstuvwxyz");
    if (rc == GW_OK && (letters < 2 || letters > 3 || value->text[letters]))
        rc = gw_fail(GW_EINVAL, "'%s' is no language: zh, en, de …", value->text);
    return rc;
}

// A code is compared by its beginning; anything else is a name.
static int parse_region(struct gw_arena *arena, const struct gw_query_field *field, struct gw_span text,
                        struct gw_query_value *value)
{
    char *code = gw_arena_strndup(arena, text.at, text.bytes);
    if (!code)
        return gw_fail(GW_ELIMIT, "too long");
    size_t digits = strspn(code, "0123456789");
    size_t letters = strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    if (code[0] == '\0' || digits > 6 || (digits && code[digits]))
        return gw_fail(GW_EINVAL, "'%s' is no region: 33, 330200, DE, DE-BY, or a name", code);
    if (digits || (letters == 2 && (!code[2] || code[2] == '-'))) {
        for (char *at = code; *at; at++)
            *at = gw_is_alpha((unsigned char)*at) ? (char)(*at & ~0x20) : *at;
        value->text = code;
        return GW_OK;
    }
    return parse_text(arena, field, text, value);
}

// Brackets of any kind are one, blanks are none: "国办发〔2018〕15号" and "国办发 [2018] 15号".
void gw_query_number_form(struct gw_span text, struct gw_buf *out)
{
    static const char *const brackets[] = {"〔", "〕", "【", "】", "〈", "〉", "(", ")", "[", "]", " "};
    struct gw_buf form = GW_BUF(FORM_MAX);
    gw_text_compare_form(text, &form);
    struct gw_span left = {gw_buf_str(&form), form.bytes};
    while (left.bytes) {
        size_t i = 0;
        while (i < GW_COUNT(brackets) && !gw_starts_with(left, brackets[i]))
            i++;
        size_t n = i < GW_COUNT(brackets) ? strlen(brackets[i]) : 1;
        if (i == GW_COUNT(brackets))
            gw_buf_putc(out, left.at[0]);
        else if (brackets[i][0] != ' ')
            gw_buf_putc(out, '|');
        left.at += n;
        left.bytes -= n;
    }
    gw_buf_fini(&form);
}

static int parse_doc_number(struct gw_arena *arena, const struct gw_query_field *field, struct gw_span text,
                            struct gw_query_value *value)
{
    struct gw_buf form = GW_BUF(FORM_MAX);
    gw_query_number_form(text, &form);
    int rc = parse_exact(arena, field, (struct gw_span){gw_buf_str(&form), form.bytes}, value);
    gw_buf_fini(&form);
    return rc == GW_OK && !value->text[0] ? gw_fail(GW_EINVAL, "doc_number is empty") : rc;
}

// ---- values: ranges

// What stands between the range's signs: ">=v" and "a..b" become the two ends, of which one may be empty.
struct ends {
    struct gw_span from, to;
    bool from_open, to_open;
};

static int split_range(const struct gw_query_field *field, struct gw_span text, struct ends *ret)
{
    ptrdiff_t dots = gw_find(text, GW_SPAN(".."));
    struct ends ends = {text, text, false, false};
    if (text.bytes && (text.at[0] == '>' || text.at[0] == '<')) {
        bool closed = text.bytes > 1 && text.at[1] == '=';
        struct gw_span value = {text.at + 1 + closed, text.bytes - 1 - closed};
        ends =
            text.at[0] == '>' ? (struct ends){value, {0}, !closed, false} : (struct ends){{0}, value, false, !closed};
        if (value.bytes == 0)
            return gw_fail(GW_EINVAL, "%s: a value is missing after '%.*s'", field->name, 1 + closed, text.at);
    } else if (dots >= 0) {
        ends.from.bytes = (size_t)dots;
        ends.to = (struct gw_span){text.at + dots + 2, text.bytes - (size_t)dots - 2};
        if (text.bytes == 2)
            return gw_fail(GW_EINVAL, "%s: a range needs at least one end", field->name);
    }
    *ret = ends;
    return GW_OK;
}

// "2024", "2024-03" or "2024-03-04" (longer when a time follows): its first and last day.
static bool days_of(struct gw_span text, int32_t *ret_first, int32_t *ret_last)
{
    uint64_t part[3] = {0, 0, 0};
    size_t n = 0;
    if (text.bytes > 10 && text.at[10] == 'T')
        text.bytes = 10;
    for (;; n++) {
        const char *dash = memchr(text.at, '-', text.bytes);
        struct gw_span number = {text.at, dash ? (size_t)(dash - text.at) : text.bytes};
        if (n == 3 || number.bytes != (n ? 2u : 4u) || !gw_parse_u64(number, 9999, &part[n]))
            return false;
        if (!dash)
            break;
        text = (struct gw_span){dash + 1, text.bytes - number.bytes - 1};
    }
    struct gw_date first = {
        .year = (int16_t)part[0], .month = (int8_t)(n ? part[1] : 1), .day = (int8_t)(n > 1 ? part[2] : 1)};
    struct gw_date behind = {.year = (int16_t)(part[0] + (n == 0 || part[1] == 12)),
                             .month = (int8_t)(n == 0 ? 1 : part[1] % 12 + 1),
                             .day = 1};
    if (part[0] == 0 || first.month == 0 || first.day == 0 || !gw_date_valid(&first))
        return false;
    *ret_first = gw_date_days(&first);
    *ret_last = n > 1 ? *ret_first : gw_date_days(&behind) - 1;
    return true;
}

static int parse_days(struct gw_arena *arena, const struct gw_query_field *field, struct gw_span text,
                      struct gw_query_value *value)
{
    struct ends ends;
    struct gw_query_days *days = &value->days;
    int32_t first, last;
    int rc = split_range(field, text, &ends);
    (void)arena;
    if (rc)
        return rc;
    days->has_from = ends.from.bytes > 0;
    days->has_to = ends.to.bytes > 0;
    struct gw_span wrong = {0};
    if (days->has_from && days_of(ends.from, &first, &last))
        days->from = ends.from_open ? last + 1 : first;
    else if (days->has_from)
        wrong = ends.from;
    if (days->has_to && days_of(ends.to, &first, &last))
        days->to = ends.to_open ? first - 1 : last;
    else if (days->has_to)
        wrong = ends.to;
    if (wrong.bytes || (!days->has_from && !days->has_to))
        return gw_fail(GW_EINVAL, "%s: '%.*s' is no date like 2024-03-04, 2024-03 or 2024", field->name,
                       (int)gw_utf8_cut(wrong.at, wrong.bytes, 40), wrong.at ? wrong.at : "");
    if (days->has_from && days->has_to && days->from > days->to)
        return gw_fail(GW_EINVAL, "%s: the range ends before it begins", field->name);
    return GW_OK;
}

// A decimal without superfluous zeros, so that comparing needs no arithmetic; NULL: not one.
const char *gw_query_decimal(struct gw_arena *arena, struct gw_span text)
{
    char *out = text.bytes ? gw_arena_strndup(arena, text.at, text.bytes) : NULL;
    if (!out)
        return NULL;
    size_t digits = strspn(out, "0123456789"), fraction = 0;
    if (out[digits] == '.')
        fraction = 1 + strspn(out + digits + 1, "0123456789");
    if (digits == 0 || fraction == 1 || out[digits + fraction])
        return NULL;
    char *end = out + digits + fraction;
    while (fraction && (end[-1] == '0' || end[-1] == '.')) {
        fraction = end[-1] == '.' ? 0 : fraction - 1;
        end--;
    }
    *end = '\0';
    while (out[0] == '0' && gw_is_digit((unsigned char)out[1]))
        out++;
    return out;
}

static int compare_decimals(const char *a, const char *b)
{
    size_t x = strcspn(a, "."), y = strcspn(b, ".");
    if (x != y)
        return x < y ? -1 : 1;
    int order = strcmp(a, b); // '.' and the end sort before digits
    return order < 0 ? -1 : order > 0;
}

static int parse_numbers(struct gw_arena *arena, const struct gw_query_field *field, struct gw_span text,
                         struct gw_query_value *value)
{
    struct ends ends;
    int rc = split_range(field, text, &ends);
    if (rc)
        return rc;
    struct gw_query_numbers numbers = {gw_query_decimal(arena, ends.from), gw_query_decimal(arena, ends.to),
                                       ends.from_open, ends.to_open};
    if ((ends.from.bytes && !numbers.from) || (ends.to.bytes && !numbers.to) || (!numbers.from && !numbers.to))
        return gw_fail(GW_EINVAL, "%s: '%.*s' is no number of full units like 300000000 or 2.5", field->name,
                       (int)gw_utf8_cut(text.at, text.bytes, 40), text.at);
    if (numbers.from && numbers.to && compare_decimals(numbers.from, numbers.to) > 0)
        return gw_fail(GW_EINVAL, "%s: the range ends before it begins", field->name);
    value->numbers = numbers;
    return GW_OK;
}

// ---- matching

static const Gw__Document *document_of(const struct gw_query_subject *subject)
{
    static const Gw__Document nothing = GW__DOCUMENT__INIT;
    return subject->event->document ? subject->event->document : &nothing;
}

static bool match_type(const struct gw_query_value *value, struct gw_query_subject *subject)
{
    return gw_str_eq(value->text, subject->event->type);
}

static bool match_kind(const struct gw_query_value *value, struct gw_query_subject *subject)
{
    return gw_str_eq(value->text, document_of(subject)->kind);
}

static bool match_lang(const struct gw_query_value *value, struct gw_query_subject *subject)
{
    return gw_str_eq(value->text, document_of(subject)->lang);
}

static bool match_source(const struct gw_query_value *value, struct gw_query_subject *subject)
{
    return gw_str_eq(value->text, subject->event->source_id);
}

static bool match_cluster(const struct gw_query_value *value, struct gw_query_subject *subject)
{
    return subject->event->cluster && gw_str_eq(value->text, subject->event->cluster->id);
}

static bool match_region(const struct gw_query_value *value, struct gw_query_subject *subject)
{
    const Gw__Document *document = document_of(subject);
    for (size_t i = 0; i < document->n_regions; i++) {
        const Gw__Region *region = document->regions[i];
        if (value->text ? gw_starts_with_nocase(gw_span_of(region->code), value->text) : text_has(region->name, value))
            return true;
    }
    return false;
}

static bool match_issuer(const struct gw_query_value *value, struct gw_query_subject *subject)
{
    const Gw__Document *document = document_of(subject);
    for (size_t i = 0; i < document->n_issuers; i++)
        if (text_has(document->issuers[i]->name, value) || text_has(document->issuers[i]->canonical, value))
            return true;
    return false;
}

static bool match_level(const struct gw_query_value *value, struct gw_query_subject *subject)
{
    const Gw__Document *document = document_of(subject);
    for (size_t i = 0; i < document->n_issuers; i++)
        if (gw_str_eq(value->text, document->issuers[i]->level))
            return true;
    return false;
}

static bool match_topic(const struct gw_query_value *value, struct gw_query_subject *subject)
{
    const Gw__Document *document = document_of(subject);
    for (size_t i = 0; i < document->n_topics; i++)
        if (gw_str_eq(value->text, document->topics[i]))
            return true;
    return false;
}

static bool match_title(const struct gw_query_value *value, struct gw_query_subject *subject)
{
    return gw_tokens_found(gw_query_title(subject), value->tokens, value->token_count);
}

static bool match_doc_number(const struct gw_query_value *value, struct gw_query_subject *subject)
{
    const char *number = document_of(subject)->doc_number;
    struct gw_buf form = GW_BUF(FORM_MAX);
    if (number)
        gw_query_number_form(gw_span_of(number), &form);
    bool found = gw_find((struct gw_span){gw_buf_str(&form), form.bytes}, gw_span_of(value->text)) >= 0;
    gw_buf_fini(&form);
    return found;
}

static bool days_match(const struct gw_query_days *wanted, int32_t first, int32_t last)
{
    return (!wanted->has_from || first >= wanted->from) && (!wanted->has_to || last <= wanted->to);
}

static bool date_matches(const struct gw_query_value *value, const char *date)
{
    int32_t first, last;
    return date && days_of(gw_span_of(date), &first, &last) && days_match(&value->days, first, last);
}

bool gw_query_day(const char *date, int32_t *ret_day)
{
    int32_t last;
    return date && days_of(gw_span_of(date), ret_day, &last);
}

static bool match_published(const struct gw_query_value *value, struct gw_query_subject *subject)
{
    return date_matches(value, document_of(subject)->published);
}

// Minutes east of UTC that an RFC 3339 time ends with; 0 when it says none.
static int32_t zone_minutes(const char *time)
{
    size_t n = time ? strlen(time) : 0;
    uint64_t hours, minutes;
    if (n < 16 || time[n - 3] != ':' || (time[n - 6] != '+' && time[n - 6] != '-') ||
        !gw_parse_u64((struct gw_span){time + n - 5, 2}, 14, &hours) ||
        !gw_parse_u64((struct gw_span){time + n - 2, 2}, 59, &minutes))
        return 0;
    return (int32_t)(hours * 60 + minutes) * (time[n - 6] == '-' ? -1 : 1);
}

bool gw_query_stored_day(const Gw__Event *event, int32_t *ret_day)
{
    const int64_t day = 86400000;
    int64_t stored = event->stored_ms;
    if (stored <= 0 || stored > INT32_MAX * day / 2)
        return false;
    stored += (int64_t)zone_minutes(event->document ? event->document->published : NULL) * 60000;
    *ret_day = (int32_t)(stored >= 0 ? stored / day : -1);
    return true;
}

static bool match_stored(const struct gw_query_value *value, struct gw_query_subject *subject)
{
    int32_t day;
    return gw_query_stored_day(subject->event, &day) && days_match(&value->days, day, day);
}

static bool match_deadline(const struct gw_query_value *value, struct gw_query_subject *subject)
{
    const Gw__Document *document = document_of(subject);
    for (size_t i = 0; i < document->n_dates; i++)
        if (gw_str_eq(document->dates[i]->role, "deadline") && date_matches(value, document->dates[i]->value))
            return true;
    return false;
}

static bool number_matches(const struct gw_query_numbers *wanted, const char *number)
{
    int low = wanted->from ? compare_decimals(number, wanted->from) : 1;
    int high = wanted->to ? compare_decimals(number, wanted->to) : -1;
    return (low > 0 || (low == 0 && !wanted->from_open)) && (high < 0 || (high == 0 && !wanted->to_open));
}

static bool match_amount(const struct gw_query_value *value, struct gw_query_subject *subject)
{
    const Gw__Document *document = document_of(subject);
    bool found = false;
    struct gw_arena *arena = document->n_amounts ? gw_arena_new(64 * 1024) : NULL;
    for (size_t i = 0; i < document->n_amounts && !found; i++) {
        const char *text = document->amounts[i]->value;
        const char *number = text ? gw_query_decimal(arena, gw_span_of(text)) : NULL;
        found = number && number_matches(&value->numbers, number);
    }
    gw_arena_free(arena);
    return found;
}

// ---- the table

static const char *const types[] = {"published", "revised", "withdrawn", "reinstated", "reposted", "new", "ok", "quiet",
                                    "degraded",  "broken",  "blocked",   "gone",       "paused",   "run", NULL};
static const char *const levels[] = {"national", "provincial", "municipal", "county", "other", NULL};
static const char *const kinds[] = {
    "notice",
    "regulation",
    "opinion",
    "reply",
    "letter",
    "order",
    "announcement",
    "draft_for_comment",
    "interpretation",
    "meeting",
    "press_conference",
    "speech",
    "plan",
    "program",
    "funding",
    "name_list",
    "inspection_visit",
    "appointment",
    "statistics",
    "enforcement",
    "news",
    "other",
    NULL,
};
static const char *const topics[] = {
    "manufacturing",
    "digital_transformation",
    "artificial_intelligence",
    "telecom_networks",
    "energy",
    "environment",
    "agriculture",
    "health",
    "education",
    "employment",
    "housing",
    "transport",
    "finance_tax",
    "trade_investment",
    "science_technology",
    "sme_support",
    "consumer",
    "public_security",
    "justice",
    "culture_sport",
    "social_security",
    "emergency_management",
    "governance_reform",
    "foreign_affairs",
    "regional_development",
    "defence_veterans",
    "other",
    NULL,
};

static const struct gw_query_field fields[] = {
    {"amount", NULL, parse_numbers, match_amount},    {"cluster", NULL, parse_lower, match_cluster},
    {"deadline", NULL, parse_days, match_deadline},   {"doc_number", NULL, parse_doc_number, match_doc_number},
    {"issuer", NULL, parse_text, match_issuer},       {"kind", kinds, parse_word, match_kind},
    {"lang", NULL, parse_lang, match_lang},           {"level", levels, parse_word, match_level},
    {"published", NULL, parse_days, match_published}, {"region", NULL, parse_region, match_region},
    {"source", NULL, parse_source, match_source},     {"stored", NULL, parse_days, match_stored},
    {"title", NULL, parse_text, match_title},         {"topic", topics, parse_word, match_topic},
    {"type", types, parse_word, match_type},
};

const struct gw_query_field *gw_query_field(struct gw_span name, const char **ret_nearest)
{
    char word[24];
    size_t best = 1 + name.bytes / 2;
    *ret_nearest = NULL;
    if (name.bytes >= sizeof word)
        return NULL;
    for (size_t i = 0; i < name.bytes; i++)
        word[i] = gw_lower(name.at[i]);
    word[name.bytes] = '\0';
    for (size_t i = 0; i < GW_COUNT(fields); i++) {
        size_t distance = gw_str_distance(word, fields[i].name);
        if (distance == 0)
            return &fields[i];
        if (distance < best) {
            best = distance;
            *ret_nearest = fields[i].name;
        }
    }
    return NULL;
}

const char *gw_query_field_name(const struct gw_query_field *field)
{
    return field->name;
}

int gw_query_value(struct gw_arena *arena, const struct gw_query_field *field, struct gw_span text,
                   struct gw_query_value *ret_value)
{
    struct gw_query_value value = {0};
    bool ranged = field->parse == parse_days || field->parse == parse_numbers;
    if (text.bytes == 0)
        return gw_fail(GW_EINVAL, "%s: a value is missing", field->name);
    if (text.bytes > VALUE_MAX)
        return gw_fail(GW_ELIMIT, "%s: a value of more than %d bytes", field->name, VALUE_MAX);
    if (!ranged && (text.at[0] == '>' || text.at[0] == '<'))
        return gw_fail(GW_EINVAL, "%s has no order: only published, stored, deadline and amount take < and >",
                       field->name);
    int rc = field->parse(arena, field, text, &value);
    if (rc == GW_OK)
        *ret_value = value;
    return rc;
}

bool gw_query_field_match(const struct gw_query_field *field, const struct gw_query_value *value,
                          struct gw_query_subject *subject)
{
    return field->match(value, subject);
}
