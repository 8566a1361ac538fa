// SPDX-License-Identifier: Apache-2.0
// The words of words.h as FTS5 tokens, in the index as in its expressions.
#ifndef GW_SEARCH_FTS_TOKENIZER_H
#define GW_SEARCH_FTS_TOKENIZER_H

#include "base/err.h"

#include <sqlite3.h>

#define GW_FTS_TOKENIZER "govwire"

GW_MUST_CHECK int gw_fts_tokenizer_add(sqlite3 *db);

#endif
