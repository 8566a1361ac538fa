// SPDX-License-Identifier: Apache-2.0
// `govwire extract --explain`: a document for people, each fact marked in the text and with the rule that gave it.
#ifndef GW_CLI_EXPLAIN_H
#define GW_CLI_EXPLAIN_H

#include "base/buf.h"
#include "policy/policy.h"

// `reasons` is sorted in place. `colour`: with the terminal's colours, one per field; without, marks are brackets and
// numbers alone.
void gw_explain(struct gw_buf *out, const char *id, const Gw__Document *document, struct gw_policy_reasons *reasons,
                bool colour);

#endif
