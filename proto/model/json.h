// SPDX-License-Identifier: Apache-2.0
// The JSON of INTERFACE.md, from the messages. Written straight into a buffer (no tree): keys in schema order, absent
// fields left out, strings escaped per RFC 8259, always valid UTF-8 (malformed bytes become U+FFFD).
#ifndef GW_MODEL_JSON_H
#define GW_MODEL_JSON_H

#include "base/buf.h"
#include "schema/document.pb-c.h"
#include "schema/event.pb-c.h"
#include "schema/observation.pb-c.h"
#include "schema/source.pb-c.h"

#include <stdint.h>

void gw_json_string(struct gw_buf *out, const char *text);
void gw_json_string_n(struct gw_buf *out, const char *text, size_t bytes);
// {"id":…, then the document's fields}; id NULL leaves it out.
void gw_json_document(struct gw_buf *out, const char *id, const Gw__Document *document);
// {"id","url","how","items":[{"title","url","date"}],"next"} of `govwire list`.
void gw_json_rows(struct gw_buf *out, const char *id, const char *url, const Gw__Rows *rows);
// A definition, by the field names of source.proto. Secrets are not hidden here (GW_SOURCE_KEEP_SECRETS).
void gw_json_source(struct gw_buf *out, const Gw__Source *source);
// One row of `source list --json`: without the rules, which may hold secrets, and with its state.
void gw_json_source_brief(struct gw_buf *out, const Gw__Source *source, const char *state, const char *reason);
// CloudEvents 1.0, structured mode.
void gw_json_event(struct gw_buf *out, uint64_t seq, const Gw__Event *event);

#endif
