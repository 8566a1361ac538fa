// SPDX-License-Identifier: Apache-2.0
// What a word is, for searching: the one tokenizer of the query matcher and of any index that pre-selects for it.
//
// Over text in compare form (text.h). Where a script writes without blanks (CJK, Thai, Lao, Khmer, Burmese) each
// character is a token of its own, so that words are found as substrings; elsewhere a token is a run of letters, marks
// and digits, found as a whole. Everything else separates.
#ifndef GW_MODEL_TOKENS_H
#define GW_MODEL_TOKENS_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

struct gw_token {
    struct gw_span text; // within the form
    bool unspaced;       // one character of a script without blanks
    bool joined;         // stands right behind the token before it
};

// The next token at or after byte *at of the form, which moves behind it; false: no more.
bool gw_token_next(struct gw_span form, size_t *at, struct gw_token *ret_token);
// The tokens stand in the form in this order. What was joined has to be joined there too, but for one blank where the
// script changes ("ai模型" finds "ai 模型"); between the others up to 16 separators may stand. No tokens: false.
bool gw_tokens_found(struct gw_span form, const struct gw_token *tokens, size_t count);

#endif
