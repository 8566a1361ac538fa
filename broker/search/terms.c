// SPDX-License-Identifier: Apache-2.0
#include "terms.h"

#include "base/arena.h"
#include "base/hash.h"
#include "model/query_fields.h"
#include "model/text.h"

#include <stdlib.h>
#include <string.h>

enum {
    VALUE_BITS = 42,
    POINT_BITS = 21,               // of a code point
    FORM_BYTES = 16 * 1024 * 1024, // as much as the matcher looks at
    ARENA_BYTES = 1024 * 1024,
    CODE_CHARACTERS = 7, // of a region code, six bits each
    AMOUNT_DIGITS = 10,  // that tell amounts of one length apart
    AMOUNT_LENGTH_MAX = 63,
};
#define VALUE_MAX ((UINT64_C(1) << VALUE_BITS) - 1)
#define POINT_MAX ((UINT64_C(1) << POINT_BITS) - 1)

// What a term is of. Words of a text have the number behind that of its pairs.
enum of {
    TEXT = 0,
    TITLE = 2,
    ISSUER = 4,
    REGION_NAME = 6,
    REGION_CODE = 8,
    DOC_NUMBER,
    PUBLISHED,
    STORED,
    DEADLINE,
    AMOUNT,
    TYPE,
    KIND,
    LANG,
    SOURCE,
    CLUSTER,
    LEVEL,
    TOPIC,
};

static uint64_t term(enum of of, uint64_t value)
{
    return (uint64_t)of << VALUE_BITS | value;
}

// ---- values

static uint64_t hash_of(struct gw_span word)
{
    return gw_hash64(word.at, word.bytes) & VALUE_MAX;
}

static uint64_t point_of(struct gw_span character)
{
    const char *at = character.at;
    return gw_utf8_next(&at, at + character.bytes);
}

static uint64_t pair_of(uint64_t a, uint64_t b)
{
    return a << POINT_BITS | b;
}

static uint64_t day_value(int32_t day)
{
    return (uint64_t)((int64_t)day - INT32_MIN);
}

// By length before the point, then by the first digits, as decimals are compared.
static uint64_t amount_value(const char *decimal)
{
    size_t length = strcspn(decimal, ".");
    if (length > AMOUNT_LENGTH_MAX)
        return VALUE_MAX;
    uint64_t digits = 0;
    for (size_t n = 0; n < AMOUNT_DIGITS; n++) {
        decimal += *decimal == '.';
        digits = 10 * digits + (*decimal ? (uint64_t)(*decimal++ - '0') : 0);
    }
    return (uint64_t)length << (VALUE_BITS - 6) | digits;
}

static unsigned code_character(char c)
{
    unsigned char lower = (unsigned char)gw_lower(c);
    return gw_is_digit(lower) ? 1u + lower - '0' : gw_is_alpha(lower) ? 11u + lower - 'a' : c == '-' ? 37 : 38;
}

// The codes that begin with `code`.
static struct gw_term_range codes_from(const char *code)
{
    uint64_t value = 0;
    unsigned n = 0, left;
    for (; n < CODE_CHARACTERS && code[n]; n++)
        value = value << 6 | code_character(code[n]);
    left = 6 * (CODE_CHARACTERS - n);
    value <<= left;
    return (struct gw_term_range){term(REGION_CODE, value), term(REGION_CODE, value | ((UINT64_C(1) << left) - 1))};
}

// ---- of an event

void gw_terms_init(struct gw_terms *terms)
{
    *terms = (struct gw_terms){.form = GW_BUF(FORM_BYTES), .arena = gw_arena_new(ARENA_BYTES)};
}

void gw_terms_fini(struct gw_terms *terms)
{
    free(terms->keys);
    gw_buf_fini(&terms->form);
    gw_arena_free(terms->arena);
    *terms = (struct gw_terms){0};
}

void gw_terms_reset(struct gw_terms *terms)
{
    terms->count = 0;
}

struct sink {
    struct gw_terms *terms;
    unsigned place;
};

static void put(struct sink *sink, uint64_t term)
{
    struct gw_terms *terms = sink->terms;
    if (terms->count == terms->capacity) {
        terms->capacity = terms->capacity ? terms->capacity * 2 : 4096;
        terms->keys = realloc(terms->keys, terms->capacity * sizeof *terms->keys);
        gw_assert(terms->keys);
    }
    terms->keys[terms->count++] = term << GW_TERM_PLACE_BITS | sink->place;
}

static void put_word(struct sink *sink, enum of of, const char *word)
{
    if (word && *word)
        put(sink, term(of, hash_of(gw_span_of(word))));
}

// The words of the form at hand.
static void put_form(struct sink *sink, enum of of)
{
    struct gw_span form = {gw_buf_str(&sink->terms->form), sink->terms->form.bytes};
    struct gw_token token;
    uint64_t before = 0; // the character that the next may join; 0: none
    for (size_t at = 0; gw_token_next(form, &at, &token);) {
        uint64_t point = token.unspaced ? point_of(token.text) : 0;
        if (before)
            put(sink, term(of, pair_of(before, token.joined ? point : 0)));
        if (!token.unspaced)
            put(sink, term((enum of)(of + 1), hash_of(token.text)));
        before = point;
    }
    if (before)
        put(sink, term(of, pair_of(before, 0)));
}

static void put_text(struct sink *sink, enum of of, const char *text)
{
    gw_buf_reset(&sink->terms->form);
    gw_text_compare_form(gw_span_of(text), &sink->terms->form);
    put_form(sink, of);
}

static void put_doc_number(struct sink *sink, const char *number)
{
    struct gw_buf *form = &sink->terms->form;
    gw_buf_reset(form);
    gw_query_number_form(gw_span_of(number), form);
    uint64_t before = 0;
    for (const char *at = gw_buf_str(form), *end = at + form->bytes; at < end;) {
        uint64_t point = gw_utf8_next(&at, end);
        if (before)
            put(sink, term(DOC_NUMBER, pair_of(before, point)));
        before = point;
    }
    if (before)
        put(sink, term(DOC_NUMBER, pair_of(before, 0)));
}

static void put_day(struct sink *sink, enum of of, const char *date)
{
    int32_t day;
    if (gw_query_day(date, &day))
        put(sink, term(of, day_value(day)));
}

static void put_amount(struct sink *sink, const char *text)
{
    gw_arena_reset(sink->terms->arena);
    const char *decimal = text ? gw_query_decimal(sink->terms->arena, gw_span_of(text)) : NULL;
    if (decimal)
        put(sink, term(AMOUNT, amount_value(decimal)));
}

static void put_document(struct sink *sink, const Gw__Document *document)
{
    put_text(sink, TITLE, document->title);
    put_form(sink, TEXT);
    put_text(sink, TEXT, document->body);
    put_word(sink, KIND, document->kind);
    put_word(sink, LANG, document->lang);
    put_day(sink, PUBLISHED, document->published);
    if (document->doc_number)
        put_doc_number(sink, document->doc_number);
    for (size_t i = 0; i < document->n_regions; i++) {
        put_text(sink, REGION_NAME, document->regions[i]->name);
        if (document->regions[i]->code)
            put(sink, codes_from(document->regions[i]->code).first);
    }
    for (size_t i = 0; i < document->n_issuers; i++) {
        put_text(sink, ISSUER, document->issuers[i]->name);
        put_text(sink, ISSUER, document->issuers[i]->canonical);
        put_word(sink, LEVEL, document->issuers[i]->level);
    }
    for (size_t i = 0; i < document->n_topics; i++)
        put_word(sink, TOPIC, document->topics[i]);
    for (size_t i = 0; i < document->n_dates; i++)
        if (gw_str_eq(document->dates[i]->role, "deadline"))
            put_day(sink, DEADLINE, document->dates[i]->value);
    for (size_t i = 0; i < document->n_amounts; i++)
        put_amount(sink, document->amounts[i]->value);
}

void gw_terms_add(struct gw_terms *terms, const Gw__Event *event, unsigned place)
{
    struct sink sink = {terms, place};
    int32_t day;
    gw_assert(place < GW_TERM_PLACES);
    put_word(&sink, TYPE, event->type);
    put_word(&sink, SOURCE, event->source_id);
    if (event->cluster)
        put_word(&sink, CLUSTER, event->cluster->id);
    if (gw_query_stored_day(event, &day))
        put(&sink, term(STORED, day_value(day)));
    if (event->document)
        put_document(&sink, event->document);
}

// ---- in order

// By one byte, keeping the order of equals. False: all have the same, nothing was moved.
static bool sort_by_byte(const uint64_t *from, uint64_t *to, size_t count, unsigned shift)
{
    size_t places[256] = {0};
    for (size_t i = 0; i < count; i++)
        places[from[i] >> shift & 0xff]++;
    if (places[from[0] >> shift & 0xff] == count)
        return false;
    for (size_t i = 0, at = 0; i < GW_COUNT(places); i++) {
        size_t n = places[i];
        places[i] = at;
        at += n;
    }
    for (size_t i = 0; i < count; i++)
        to[places[from[i] >> shift & 0xff]++] = from[i];
    return true;
}

// Least byte first; the places already are in order.
void gw_terms_sort(struct gw_terms *terms)
{
    size_t count = terms->count, kept = 0;
    if (count == 0)
        return;
    uint64_t *from = terms->keys, *to = malloc(terms->capacity * sizeof *to);
    gw_assert(to);
    for (unsigned shift = GW_TERM_PLACE_BITS; shift < 64; shift += 8)
        if (sort_by_byte(from, to, count, shift)) {
            uint64_t *moved = to;
            to = from;
            from = moved;
        }
    for (size_t i = 0; i < count; i++)
        if (i == 0 || from[i] != from[i - 1])
            from[kept++] = from[i];
    free(to);
    terms->keys = from;
    terms->count = kept;
}

// ---- of a query

struct wanting {
    gw_term_range_fn *fn;
    void *arg;
};

static bool want(const struct wanting *w, uint64_t first, uint64_t last)
{
    return w->fn(&(struct gw_term_range){first, last}, w->arg);
}

// True: an event that has these has the tokens in a row.
static bool want_tokens(const struct wanting *w, enum of of, const struct gw_token *tokens, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool after = i && tokens[i - 1].unspaced && tokens[i].joined;
        bool before = i + 1 < count && tokens[i + 1].unspaced && tokens[i + 1].joined;
        uint64_t point = tokens[i].unspaced ? point_of(tokens[i].text) : 0;
        bool going = true;
        if (!point)
            going = want(w, term((enum of)(of + 1), hash_of(tokens[i].text)),
                         term((enum of)(of + 1), hash_of(tokens[i].text)));
        else if (before)
            going = want(w, term(of, pair_of(point, point_of(tokens[i + 1].text))),
                         term(of, pair_of(point, point_of(tokens[i + 1].text))));
        else if (!after)
            going = want(w, term(of, pair_of(point, 0)), term(of, pair_of(point, POINT_MAX)));
        if (!going)
            break;
    }
    return tokens[0].unspaced && (count == 1 || (count == 2 && tokens[1].unspaced && tokens[1].joined));
}

static void want_word(const struct wanting *w, enum of of, const struct gw_query_value *value)
{
    uint64_t word = term(of, hash_of(gw_span_of(value->text)));
    want(w, word, word);
}

static void want_days(const struct wanting *w, enum of of, const struct gw_query_value *value)
{
    want(w, term(of, value->days.has_from ? day_value(value->days.from) : 0),
         term(of, value->days.has_to ? day_value(value->days.to) : VALUE_MAX));
}

static void want_amount(const struct wanting *w, enum of of, const struct gw_query_value *value)
{
    want(w, term(of, value->numbers.from ? amount_value(value->numbers.from) : 0),
         term(of, value->numbers.to ? amount_value(value->numbers.to) : VALUE_MAX));
}

static void want_issuer(const struct wanting *w, enum of of, const struct gw_query_value *value)
{
    want_tokens(w, of, value->tokens, value->token_count);
}

static void want_region(const struct wanting *w, enum of of, const struct gw_query_value *value)
{
    if (value->text) {
        struct gw_term_range codes = codes_from(value->text);
        want(w, codes.first, codes.last);
    } else {
        want_tokens(w, of, value->tokens, value->token_count);
    }
}

static void want_doc_number(const struct wanting *w, enum of of, const struct gw_query_value *value)
{
    const char *at = value->text, *end = at + strlen(at);
    uint64_t before = gw_utf8_next(&at, end);
    if (at == end)
        want(w, term(of, pair_of(before, 0)), term(of, pair_of(before, POINT_MAX)));
    for (uint64_t point; at < end; before = point) {
        point = gw_utf8_next(&at, end);
        uint64_t pair = term(of, pair_of(before, point));
        if (!want(w, pair, pair))
            return;
    }
}

static const struct {
    const char *name;
    enum of of;
    void (*want)(const struct wanting *w, enum of of, const struct gw_query_value *value);
    bool exact; // a word of a closed list: a test sees that no two have one hash
} fields[] = {
    {"amount", AMOUNT, want_amount, false},     {"cluster", CLUSTER, want_word, false},
    {"deadline", DEADLINE, want_days, false},   {"doc_number", DOC_NUMBER, want_doc_number, false},
    {"issuer", ISSUER, want_issuer, false},     {"kind", KIND, want_word, true},
    {"lang", LANG, want_word, false},           {"level", LEVEL, want_word, true},
    {"published", PUBLISHED, want_days, false}, {"region", REGION_NAME, want_region, false},
    {"source", SOURCE, want_word, false},       {"stored", STORED, want_days, false},
    {"topic", TOPIC, want_word, true},          {"type", TYPE, want_word, true},
};

bool gw_terms_wanted(const struct gw_query_node *node, gw_term_range_fn *fn, void *arg)
{
    struct wanting w = {fn, arg};
    if (node->kind == GW_QUERY_TEXT || node->kind == GW_QUERY_TITLE)
        return want_tokens(&w, node->kind == GW_QUERY_TITLE ? TITLE : TEXT, node->tokens, node->token_count);
    const char *name = gw_query_field_name(node->field);
    for (size_t i = 0; i < GW_COUNT(fields); i++)
        if (strcmp(fields[i].name, name) == 0) {
            fields[i].want(&w, fields[i].of, node->value);
            return fields[i].exact;
        }
    return false; // a field that the index does not know wants nothing of it
}
