// SPDX-License-Identifier: Apache-2.0
// The policy in a document: numbers, issuers, regions, dates, amounts, people, references, measures, kind, topics, each
// with its proof.
#ifndef GW_POLICY_POLICY_H
#define GW_POLICY_POLICY_H

#include "base/arena.h"
#include "base/err.h"
#include "schema/document.pb-c.h"
#include "schema/source.pb-c.h"

enum { GW_POLICY_VERSION = 1 };

// Fills the fact fields of `document` (title, body and metadata are read, never changed); what it adds lives in
// `arena`. `source` may be NULL. Linear in the body. GW_ELIMIT: the arena is full; the document keeps the facts found
// so far.
GW_MUST_CHECK int gw_policy_read(struct gw_arena *arena, const Gw__Source *source, Gw__Document *document);

#endif
