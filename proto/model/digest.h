// SPDX-License-Identifier: Apache-2.0
// The digest of what was understood: two readings with the same digest say the same, byte for byte, whatever markup
// they came in. Target.digest holds it. It is finer than what the broker calls a change, so that `unchanged` never
// hides one.
#ifndef GW_MODEL_DIGEST_H
#define GW_MODEL_DIGEST_H

#include "base/hash.h"
#include "schema/document.pb-c.h"
#include "schema/observation.pb-c.h"
#include "schema/source.pb-c.h"

#include <stdint.h>

// URL, title and date of each row, in order.
void gw_digest_rows(const Gw__Rows *rows, uint8_t out[GW_SHA256_BYTES]);
// What the page says: texts, times, numbers and attachments. Not what is derived from them (facts, evidence), nor where
// it was found (url).
void gw_digest_document(const Gw__Document *document, uint8_t out[GW_SHA256_BYTES]);

enum { GW_DIGEST_ANSWER_BYTES = 16 };
// An answer before it is read: its bytes (by their SHA-256) and what else decides how they are read. Target.answer.
void gw_digest_answer(const uint8_t sha256[GW_SHA256_BYTES], const char *url, const char *content_type,
                      uint8_t out[GW_DIGEST_ANSWER_BYTES]);
// What a source says about reading its list; never 0. Target.definition.
uint64_t gw_digest_definition(const Gw__Source *source);

#endif
