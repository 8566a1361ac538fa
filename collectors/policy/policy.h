// SPDX-License-Identifier: Apache-2.0
// The policy in a document: numbers, issuers, regions, dates, amounts, people, references, measures, kind, topics, each
// with its proof.
#ifndef GW_POLICY_POLICY_H
#define GW_POLICY_POLICY_H

#include "base/arena.h"
#include "base/err.h"
#include "schema/document.pb-c.h"
#include "schema/source.pb-c.h"

enum { GW_POLICY_VERSION = 2 };

// The user's own public bodies, beside the compiled tables: CSV with the header `name,canonical,level,region`, a row
// per body; `name` may hold several spellings, split by ';'; level is one of the closed list; region a GB/T 2260 or ISO
// 3166 code or empty.
struct gw_policy_table;
enum { GW_POLICY_TABLE_MAX = 4 * 1024 * 1024 }; // bytes of CSV that make sense
// GW_EINVAL: "line N: …" or "row N: …"; GW_ELIMIT: too long. Heap object, caller owns.
GW_MUST_CHECK int gw_policy_table_new(const char *csv, size_t bytes, struct gw_policy_table **ret_table);
struct gw_policy_table *gw_policy_table_free(struct gw_policy_table *table);

// Which rule gave a fact: for `govwire extract --explain`.
struct gw_policy_reason {
    const Gw__Proof *proof; // the fact's
    const char *why;        // static
};
struct gw_policy_reasons {
    struct gw_policy_reason *at; // in the arena
    size_t count;
};

struct gw_policy_options {
    const struct gw_policy_table *names; // may be NULL; outlives the call only
    struct gw_policy_reasons *reasons;   // filled when given; may be NULL
};

enum { GW_POLICY_TEXT_MAX = 384 * 1024 }; // bytes of a body that are read: no policy is longer, only attacks are

// Fills the fact fields of `document` (title, body and metadata are read, never changed); what it adds lives in
// `arena`. `source` and `options` may be NULL. Linear in the body, of which
// the first GW_POLICY_TEXT_MAX bytes are read. GW_ELIMIT: the arena is full; the document keeps the
// facts found so far.
GW_MUST_CHECK int gw_policy_read_with(struct gw_arena *arena, const Gw__Source *source,
                                      const struct gw_policy_options *options, Gw__Document *document);
// Without options.
GW_MUST_CHECK int gw_policy_read(struct gw_arena *arena, const Gw__Source *source, Gw__Document *document);

#endif
