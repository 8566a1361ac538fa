// SPDX-License-Identifier: Apache-2.0
// The query language of INTERFACE.md: compiled once, one matcher for search, live and replay.
//
//     query  = terms *( "OR" terms )              ; OR in capitals, weaker than the blank
//     terms  = 1*( ["-"] ( word / phrase / field / "(" query ")" ) )   ; all of them
//     phrase = DQUOTE text DQUOTE
//     field  = name ":" ( value / (">=" / ">" / "<=" / "<") value / [value] ".." [value] )
//
// Words and phrases match the title or the body, by the tokens of tokens.h. The fields are the rows of query_fields.c;
// the range forms are for dates (by day, in the document's zone) and amounts.
#ifndef GW_MODEL_QUERY_H
#define GW_MODEL_QUERY_H

#include "base/buf.h"
#include "base/err.h"
#include "model/tokens.h"
#include "schema/event.pb-c.h"

#include <stdbool.h>

enum { GW_QUERY_MAX_BYTES = 4096, GW_QUERY_MAX_TERMS = 64, GW_QUERY_MAX_DEPTH = 16 };

struct gw_query;

// Life. GW_EINVAL: "column N: reason (did you mean …?)", N in characters from 1; GW_ELIMIT: too long, too many terms,
// nested too deep. The empty query matches everything.
GW_MUST_CHECK int gw_query_new(const char *text, struct gw_query **ret_query);
struct gw_query *gw_query_free(struct gw_query *query);

// Use
bool gw_query_match(const struct gw_query *query, const Gw__Event *event);
// One event against many queries: its texts are brought into compare form once.
struct gw_query_subject {
    const Gw__Event *event;
    struct gw_buf title, body; // compare forms, made when first asked for
    bool has_title, has_body;
};
void gw_query_subject_init(struct gw_query_subject *subject, const Gw__Event *event); // the event stays the caller's
void gw_query_subject_set(struct gw_query_subject *subject, const Gw__Event *event);  // another one; memory is kept
void gw_query_subject_fini(struct gw_query_subject *subject);
bool gw_query_match_subject(const struct gw_query *query, struct gw_query_subject *subject);

// Inspect: what an index can use to pre-select: the tokens of TEXT and TITLE in order, the value of FIELD
// (query_fields.h). Whatever it selects is matched again here.
enum gw_query_kind {
    GW_QUERY_ALL, // all children match; without children: everything
    GW_QUERY_ANY, // one child matches
    GW_QUERY_NOT, // its child does not
    GW_QUERY_TEXT,
    GW_QUERY_TITLE,
    GW_QUERY_FIELD,
};
struct gw_query_node {
    enum gw_query_kind kind;
    const struct gw_query_node *children, *next; // first child; next of the same parent
    const struct gw_token *tokens;               // TEXT, TITLE, and FIELD where its value is words
    size_t token_count;
    const struct gw_query_field *field; // TITLE and FIELD
    const struct gw_query_value *value;
};
const struct gw_query_node *gw_query_root(const struct gw_query *query);

#endif
