// SPDX-License-Identifier: Apache-2.0
// Inside of the query language: the fields, their values and how they match.
#ifndef GW_MODEL_QUERY_FIELDS_H
#define GW_MODEL_QUERY_FIELDS_H

#include "base/arena.h"
#include "model/query.h"

struct gw_query_field;

// Either end may be missing: then it has no bound.
struct gw_query_days {
    bool has_from, has_to;
    int32_t from, to; // days since 1970, inclusive
};
struct gw_query_numbers {
    const char *from, *to; // normal decimals; NULL: no bound
    bool from_open, to_open;
};
struct gw_query_value {
    const char *text;              // as the field compares it
    const struct gw_token *tokens; // text fields
    size_t token_count;
    struct gw_query_days days;
    struct gw_query_numbers numbers;
};

// NULL: no such field; *ret_nearest is then the most likely one, or NULL.
const struct gw_query_field *gw_query_field(struct gw_span name, const char **ret_nearest);
const char *gw_query_field_name(const struct gw_query_field *field);
// The value as written behind the colon (quotes taken off). GW_EINVAL with the reason; GW_ELIMIT.
int gw_query_value(struct gw_arena *arena, const struct gw_query_field *field, struct gw_span text,
                   struct gw_query_value *ret_value);
bool gw_query_field_match(const struct gw_query_field *field, const struct gw_query_value *value,
                          struct gw_query_subject *subject);
// What the fields compare, for an index that has to agree with them: the day a document's date or an event's storing
// begins with (false: none), a number's normal form (NULL: none), a document number's.
bool gw_query_day(const char *date, int32_t *ret_day);
bool gw_query_stored_day(const Gw__Event *event, int32_t *ret_day);
const char *gw_query_decimal(struct gw_arena *arena, struct gw_span text);
void gw_query_number_form(struct gw_span text, struct gw_buf *out);
// `text` in compare form as tokens. GW_ELIMIT.
int gw_query_tokens(struct gw_arena *arena, struct gw_span text, const struct gw_token **ret_tokens, size_t *ret_count);
// The subject's compare forms.
struct gw_span gw_query_title(struct gw_query_subject *subject);
struct gw_span gw_query_body(struct gw_query_subject *subject);

#endif
