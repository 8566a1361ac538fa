// SPDX-License-Identifier: Apache-2.0
// What the index knows of an event, and what a query asks of it, both as words for FTS5.
//
// DESIGN: a run of characters of a script without blanks becomes the pairs of its neighbours, and its last character
// alone: every word of two characters is then a term, a longer one several, and a single character the beginning of
// some. Words of other scripts, and the values of the query language's fields, have a sign in front. Days and amounts
// are numbers of a fixed length, so that a range is a few beginnings. A word may say too much (an amount has its first
// digits only, and where words stand is not kept), never too little.
//
// FTS5 pays by the byte: a pair has four, not six. Each word has its length in front, which our tokenizer goes by.
#ifndef GW_SEARCH_WORDS_H
#define GW_SEARCH_WORDS_H

#include "model/query.h"

// Append the words of the event.
void gw_words_put(const Gw__Event *event, struct gw_buf *out);

// What an expression of the index says of a query: nothing, who may match, or who does.
enum gw_answer { GW_ANSWER_NONE, GW_ANSWER_MAYBE, GW_ANSWER_EXACT };
// Append the FTS5 expression of TEXT, TITLE or FIELD. What is appended with NONE is for the caller to take back.
enum gw_answer gw_words_expect(const struct gw_query_node *leaf, struct gw_buf *out);
// Append the FTS5 expression of every event there is.
void gw_words_expect_any(struct gw_buf *out);

#endif
