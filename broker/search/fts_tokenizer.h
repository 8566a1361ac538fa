// SPDX-License-Identifier: Apache-2.0
// The tokens of model/tokens.h as an FTS5 tokenizer, so that the index and the matcher agree on what a word is.
//
// A run of characters of an unspaced script becomes the pairs of its neighbours, and its last character alone: every
// word of two characters is then a term, a longer one a phrase of terms, and a single character the beginning of one.
// In a query the last character is left out (unless it is all there is), or a word would only be found at a run's end.
#ifndef GW_SEARCH_FTS_TOKENIZER_H
#define GW_SEARCH_FTS_TOKENIZER_H

#include "base/err.h"

#include <sqlite3.h>

#define GW_FTS_TOKENIZER "govwire"

GW_MUST_CHECK int gw_fts_tokenizer_add(sqlite3 *db);

#endif
