// SPDX-License-Identifier: Apache-2.0
#include "words.h"

#include "base/arena.h"
#include "base/str.h"
#include "model/query_fields.h"
#include "model/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    WORD_BYTES = 64,
    FORM_BYTES = 16 * 1024 * 1024, // as much as the matcher looks at
    ARENA_BYTES = 1024 * 1024,
    DAY_DIGITS = 7,
    DAY_ZERO = 1000000, // the number of 1970-01-01
    DAY_MAX = 9999999,
    AMOUNT_DIGITS = 6, // two for the length before the point, then the first of the number
    AMOUNT_MAX = 999999,
};

// The sign in front of a word. Characters begin with bytes from 12 on.
enum sign {
    TEXT = 0, // pairs have none
    TEXT_WORD = 2,
    TITLE,
    TITLE_WORD,
    ISSUER,
    ISSUER_WORD,
    REGION_NAME,
    REGION_WORD,
    DOC_NUMBER,
    ANY = '*', // from here on behind FIELD; every event has this one
    AMOUNT = 'a',
    CLUSTER = 'c',
    DEADLINE = 'e',
    KIND = 'k',
    LANG = 'l',
    LEVEL = 'v',
    PUBLISHED = 'p',
    REGION_CODE = 'r',
    SOURCE = 's',
    STORED = 'w',
    TOPIC = 'o',
    TYPE = 't',
};
enum { FIELD = 1, CHARACTER = 12, CHARACTER_BYTES = 4 };

// ---- values

static size_t put_sign(char *out, enum sign sign)
{
    size_t n = 0;
    if (sign >= ANY)
        out[n++] = FIELD;
    if (sign != TEXT)
        out[n++] = (char)sign;
    return n;
}

// A word of FTS5 must hold no NUL. Two bytes for what is in scripts without blanks, four for anything else.
static size_t put_character(char *out, uint32_t c)
{
    const uint32_t first = 0xE00, digits = 255;
    if (c >= first && c <= 0xFFFF) {
        out[0] = (char)(CHARACTER + (c - first) / digits);
        out[1] = (char)(1 + (c - first) % digits);
        return 2;
    }
    out[0] = (char)0xFF;
    for (int i = CHARACTER_BYTES - 1; i > 0; i--, c /= digits)
        out[i] = (char)(1 + c % digits);
    return CHARACTER_BYTES;
}

static uint64_t day_number(int32_t day)
{
    int64_t number = (int64_t)day + DAY_ZERO;
    return number < 0 ? 0 : number > DAY_MAX ? DAY_MAX : (uint64_t)number;
}

// By length before the point, then by the first digits, as decimals are compared.
static uint64_t amount_number(const char *decimal)
{
    uint64_t number = strcspn(decimal, ".");
    if (number > 99)
        return AMOUNT_MAX;
    for (size_t n = 2; n < AMOUNT_DIGITS; n++) {
        decimal += *decimal == '.';
        number = 10 * number + (*decimal ? (uint64_t)(*decimal++ - '0') : 0);
    }
    return number;
}

// ---- terms of texts

typedef void term_fn(void *arg, enum sign sign, const char *term, size_t bytes, bool beginning);

// Two characters, or one (b = 0); `beginning`: and all pairs that begin with it.
static void give_characters(enum sign sign, uint32_t a, uint32_t b, bool beginning, term_fn *fn, void *arg)
{
    char term[2 * CHARACTER_BYTES];
    size_t n = put_character(term, a);
    if (b)
        n += put_character(term + n, b);
    fn(arg, sign, term, n, beginning);
}

static void give_word(enum sign sign, struct gw_span word, term_fn *fn, void *arg)
{
    fn(arg, sign, word.at, word.bytes < WORD_BYTES ? word.bytes : WORD_BYTES, false);
}

static uint32_t character_of(const struct gw_token *token)
{
    const char *at = token->text.at;
    return gw_utf8_next(&at, at + token->text.bytes);
}

// Of a document's form: each pair, and the last of each run alone.
static void put_form(struct gw_span form, enum sign sign, enum sign word_sign, term_fn *fn, void *arg)
{
    struct gw_token token;
    uint32_t before = 0; // that the next may join; 0: none
    for (size_t at = 0; gw_token_next(form, &at, &token);) {
        uint32_t c = token.unspaced ? character_of(&token) : 0;
        if (before)
            give_characters(sign, before, token.joined ? c : 0, false, fn, arg);
        if (!c)
            give_word(word_sign, token.text, fn, arg);
        before = c;
    }
    if (before)
        give_characters(sign, before, 0, false, fn, arg);
}

// Of a query's tokens: each pair, or a character that is in none.
static void expect_tokens(const struct gw_token *tokens, size_t count, enum sign sign, enum sign word_sign, term_fn *fn,
                          void *arg)
{
    for (size_t i = 0; i < count; i++) {
        bool after = i && tokens[i - 1].unspaced && tokens[i].joined;
        bool before = i + 1 < count && tokens[i + 1].unspaced && tokens[i + 1].joined;
        if (!tokens[i].unspaced)
            give_word(word_sign, tokens[i].text, fn, arg);
        else if (before)
            give_characters(sign, character_of(&tokens[i]), character_of(&tokens[i + 1]), false, fn, arg);
        else if (!after)
            give_characters(sign, character_of(&tokens[i]), 0, true, fn, arg);
    }
}

// Any part of a document number may be asked for: all its characters are in pairs.
static void give_doc_number(struct gw_span form, bool query, term_fn *fn, void *arg)
{
    uint32_t before = 0;
    bool paired = false;
    for (const char *at = form.at, *end = at + form.bytes; at < end;) {
        uint32_t c = gw_utf8_next(&at, end);
        if (before)
            give_characters(DOC_NUMBER, before, c, false, fn, arg);
        paired = before != 0;
        before = c;
    }
    if (before && (!query || !paired))
        give_characters(DOC_NUMBER, before, 0, query, fn, arg);
}

// ---- of an event

static void put_term(void *arg, enum sign sign, const char *term, size_t bytes, bool beginning)
{
    struct gw_buf *out = arg;
    char word[WORD_BYTES + 8];
    size_t n = 1 + put_sign(word + 1, sign);
    (void)beginning;
    memcpy(word + n, term, bytes);
    word[0] = (char)(n + bytes - 1);
    gw_buf_add(out, word, n + bytes);
}

static void put_value(struct gw_buf *out, enum sign sign, const char *value)
{
    if (value && *value)
        give_word(sign, gw_span_of(value), put_term, out);
}

static void put_number(struct gw_buf *out, enum sign sign, int digits, uint64_t number)
{
    char text[24];
    int n = snprintf(text, sizeof text, "%0*" PRIu64, digits, number);
    put_term(out, sign, text, (size_t)n, false);
}

static void put_text(struct gw_buf *out, enum sign sign, enum sign word_sign, struct gw_span form)
{
    put_form(form, sign, word_sign, put_term, out);
}

static void put_name(struct gw_buf *out, enum sign sign, const char *text)
{
    struct gw_buf form = GW_BUF(FORM_BYTES);
    gw_text_compare_form(gw_span_of(text), &form);
    put_text(out, sign, (enum sign)(sign + 1), (struct gw_span){gw_buf_str(&form), form.bytes});
    gw_buf_fini(&form);
}

static void put_doc_number(struct gw_buf *out, const char *number)
{
    struct gw_buf form = GW_BUF(FORM_BYTES);
    gw_query_number_form(gw_span_of(number), &form);
    give_doc_number((struct gw_span){gw_buf_str(&form), form.bytes}, false, put_term, out);
    gw_buf_fini(&form);
}

// In lower case, cut where a word is.
static size_t code_form(char form[WORD_BYTES], const char *code)
{
    size_t n = 0;
    for (; code[n] && n < WORD_BYTES; n++)
        form[n] = gw_lower(code[n]);
    return n;
}

static void put_code(struct gw_buf *out, const char *code)
{
    char form[WORD_BYTES];
    put_term(out, REGION_CODE, form, code_form(form, code), false);
}

static void put_day(struct gw_buf *out, enum sign sign, const char *date)
{
    int32_t day;
    if (gw_query_day(date, &day))
        put_number(out, sign, DAY_DIGITS, day_number(day));
}

static void put_amounts(struct gw_buf *out, const Gw__Document *document)
{
    struct gw_arena *arena = document->n_amounts ? gw_arena_new(ARENA_BYTES) : NULL;
    for (size_t i = 0; i < document->n_amounts; i++) {
        const char *text = document->amounts[i]->value;
        gw_arena_reset(arena);
        const char *decimal = text ? gw_query_decimal(arena, gw_span_of(text)) : NULL;
        if (decimal)
            put_number(out, AMOUNT, AMOUNT_DIGITS, amount_number(decimal));
    }
    gw_arena_free(arena);
}

static void put_document(struct gw_buf *out, const Gw__Document *document)
{
    put_value(out, KIND, document->kind);
    put_value(out, LANG, document->lang);
    put_day(out, PUBLISHED, document->published);
    if (document->doc_number)
        put_doc_number(out, document->doc_number);
    for (size_t i = 0; i < document->n_regions; i++) {
        put_code(out, document->regions[i]->code);
        put_name(out, REGION_NAME, document->regions[i]->name);
    }
    for (size_t i = 0; i < document->n_issuers; i++) {
        put_name(out, ISSUER, document->issuers[i]->name);
        put_name(out, ISSUER, document->issuers[i]->canonical);
        put_value(out, LEVEL, document->issuers[i]->level);
    }
    for (size_t i = 0; i < document->n_topics; i++)
        put_value(out, TOPIC, document->topics[i]);
    for (size_t i = 0; i < document->n_dates; i++)
        if (gw_str_eq(document->dates[i]->role, "deadline"))
            put_day(out, DEADLINE, document->dates[i]->value);
    put_amounts(out, document);
}

static void put_texts(struct gw_buf *out, const Gw__Event *event)
{
    struct gw_query_subject subject;
    gw_query_subject_init(&subject, event);
    put_text(out, TITLE, TITLE_WORD, gw_query_title(&subject));
    put_text(out, TEXT, TEXT_WORD, gw_query_title(&subject));
    put_text(out, TEXT, TEXT_WORD, gw_query_body(&subject));
    gw_query_subject_fini(&subject);
}

void gw_words_put(const Gw__Event *event, struct gw_buf *out)
{
    int32_t day;
    put_term(out, ANY, "", 0, false);
    put_value(out, TYPE, event->type);
    put_value(out, SOURCE, event->source_id);
    if (event->cluster)
        put_value(out, CLUSTER, event->cluster->id);
    if (gw_query_stored_day(event, &day))
        put_number(out, STORED, DAY_DIGITS, day_number(day));
    if (event->document)
        put_document(out, event->document);
    put_texts(out, event);
}

// ---- of a query

// A string of FTS5, which doubles the quotes in it. All that is asked for must be there.
static void expect(struct gw_buf *out, enum sign sign, const char *term, size_t bytes, bool beginning)
{
    struct gw_buf word = GW_BUF(2 * WORD_BYTES);
    put_term(&word, sign, term, bytes, false);
    gw_buf_putc(out, '"');
    for (size_t i = 0; i < word.bytes; i++) {
        gw_buf_putc(out, word.data[i]);
        if (word.data[i] == '"')
            gw_buf_putc(out, '"');
    }
    gw_buf_puts(out, beginning ? "\" *" : "\"");
    gw_buf_fini(&word);
}

static void expect_also(void *arg, enum sign sign, const char *term, size_t bytes, bool beginning)
{
    struct gw_buf *out = arg;
    if (out->data[out->bytes - 1] != '(')
        gw_buf_puts(out, " AND ");
    expect(out, sign, term, bytes, beginning);
}

void gw_words_expect_any(struct gw_buf *out)
{
    expect(out, ANY, "", 0, false);
}

static void expect_value(struct gw_buf *out, enum sign sign, const struct gw_query_value *value)
{
    give_word(sign, gw_span_of(value->text), expect_also, out);
}

// The words of numbers in first..last, as the fewest beginnings.
static void expect_range(struct gw_buf *out, enum sign sign, int digits, uint64_t first, uint64_t last)
{
    uint64_t step;
    for (uint64_t at = first; at <= last; at += step) {
        char number[24];
        int length = digits;
        for (step = 1; length > 0 && at % (10 * step) == 0 && at + 10 * step - 1 <= last; step *= 10)
            length--;
        snprintf(number, sizeof number, "%0*" PRIu64, digits, at);
        if (at != first)
            gw_buf_puts(out, " OR ");
        expect(out, sign, number, (size_t)length, length < digits);
    }
}

static void expect_days(struct gw_buf *out, enum sign sign, const struct gw_query_value *value)
{
    expect_range(out, sign, DAY_DIGITS, value->days.has_from ? day_number(value->days.from) : 0,
                 value->days.has_to ? day_number(value->days.to) : DAY_MAX);
}

static void expect_amount(struct gw_buf *out, enum sign sign, const struct gw_query_value *value)
{
    expect_range(out, sign, AMOUNT_DIGITS, value->numbers.from ? amount_number(value->numbers.from) : 0,
                 value->numbers.to ? amount_number(value->numbers.to) : AMOUNT_MAX);
}

static void expect_name(struct gw_buf *out, enum sign sign, const struct gw_query_value *value)
{
    expect_tokens(value->tokens, value->token_count, sign, (enum sign)(sign + 1), expect_also, out);
}

static void expect_region(struct gw_buf *out, enum sign sign, const struct gw_query_value *value)
{
    char form[WORD_BYTES];
    if (value->text)
        expect(out, REGION_CODE, form, code_form(form, value->text), true);
    else
        expect_name(out, sign, value);
}

static void expect_doc_number(struct gw_buf *out, enum sign sign, const struct gw_query_value *value)
{
    (void)sign;
    give_doc_number(gw_span_of(value->text), true, expect_also, out);
}

static const struct {
    const char *name;
    enum sign sign;
    void (*expect)(struct gw_buf *out, enum sign sign, const struct gw_query_value *value);
} fields[] = {
    {"amount", AMOUNT, expect_amount},     {"cluster", CLUSTER, expect_value},
    {"deadline", DEADLINE, expect_days},   {"doc_number", DOC_NUMBER, expect_doc_number},
    {"issuer", ISSUER, expect_name},       {"kind", KIND, expect_value},
    {"lang", LANG, expect_value},          {"level", LEVEL, expect_value},
    {"published", PUBLISHED, expect_days}, {"region", REGION_NAME, expect_region},
    {"source", SOURCE, expect_value},      {"stored", STORED, expect_days},
    {"topic", TOPIC, expect_value},        {"type", TYPE, expect_value},
};

// One character, or two side by side, are exactly a term.
static enum gw_answer expect_text(const struct gw_query_node *leaf, struct gw_buf *out)
{
    const struct gw_token *tokens = leaf->tokens;
    bool title = leaf->kind == GW_QUERY_TITLE;
    expect_tokens(tokens, leaf->token_count, title ? TITLE : TEXT, title ? TITLE_WORD : TEXT_WORD, expect_also, out);
    bool exact = tokens[0].unspaced &&
                 (leaf->token_count == 1 || (leaf->token_count == 2 && tokens[1].unspaced && tokens[1].joined));
    return exact ? GW_ANSWER_EXACT : GW_ANSWER_MAYBE;
}

static enum gw_answer expect_field(const struct gw_query_node *leaf, struct gw_buf *out)
{
    const char *name = gw_query_field_name(leaf->field);
    for (size_t i = 0; i < GW_COUNT(fields); i++)
        if (strcmp(fields[i].name, name) == 0) {
            fields[i].expect(out, fields[i].sign, leaf->value);
            return fields[i].expect == expect_value && strlen(leaf->value->text) < WORD_BYTES ? GW_ANSWER_EXACT
                                                                                              : GW_ANSWER_MAYBE;
        }
    return GW_ANSWER_NONE;
}

enum gw_answer gw_words_expect(const struct gw_query_node *leaf, struct gw_buf *out)
{
    gw_buf_putc(out, '(');
    enum gw_answer answer = leaf->kind == GW_QUERY_FIELD ? expect_field(leaf, out) : expect_text(leaf, out);
    gw_buf_putc(out, ')');
    return answer;
}
