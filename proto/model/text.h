// SPDX-License-Identifier: Apache-2.0
// What text means alike everywhere: normal forms, tokens, scripts. Unicode by utf8proc (NFKC, UAX #15).
#ifndef GW_MODEL_TEXT_H
#define GW_MODEL_TEXT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

bool gw_is_han(uint32_t c); // CJK ideographs, all planes, and 〇
bool gw_is_kana(uint32_t c);
bool gw_is_hangul(uint32_t c);
bool gw_is_cjk(uint32_t c);        // any of the three
bool gw_is_wide_space(uint32_t c); // any Unicode white space, NBSP, U+3000, and the zero-width characters

// Append `s` with runs of white space (Unicode, zero-width and soft hyphen dropped) folded to one blank, ends trimmed.
void gw_text_fold_space(struct gw_span s, struct gw_buf *out);
// As above with NFKC and lower case: the form in which texts are compared. Invalid UTF-8 becomes U+FFFD.
void gw_text_compare_form(struct gw_span s, struct gw_buf *out);
// NFKC without any white space, case kept: texts that differ here differ for a reader, others do not.
void gw_text_bare_form(struct gw_span s, struct gw_buf *out);
// Full-width ASCII (U+FF01–FF5E), full-width digits and U+3000 to ASCII; lengths change, so never on a body with spans.
void gw_text_narrow(struct gw_span s, struct gw_buf *out);
// Characters (code points) that are not white space.
size_t gw_text_length(struct gw_span s);
// Main language by script and common words: "zh", "ja", "ko", "en", "de", "fr", …; "" when there is too little to say.
// Static string.
const char *gw_text_lang(struct gw_span s);
// SHA-256 of the compare form: the content digest of documents and rows.
void gw_text_digest(struct gw_span s, uint8_t out[32]);

#endif
