// SPDX-License-Identifier: Apache-2.0
// What of a document is its content: the fields that a reader of the page sees. Everything the registry calls "the
// same" or "changed" is decided here.
//
// Not content: the language, kind, people, amounts and other facts (read from the content, by code that changes), the
// breadcrumb (the site's, not the text's), and a value that came from the list row instead of the page.
#ifndef GW_BROKER_CONTENT_H
#define GW_BROKER_CONTENT_H

#include "base/buf.h"
#include "base/hash.h"
#include "schema/document.pb-c.h"

#include <stdbool.h>

// What a change of this field alone means, before looking closer.
enum gw_content_class { GW_CONTENT_TEXT, GW_CONTENT_DATE, GW_CONTENT_NUMBER, GW_CONTENT_OTHER };

struct gw_content_field {
    const char *name; // as in JSON
    size_t offset;    // of the string in Gw__Document
    enum gw_content_class class;
};
extern const struct gw_content_field gw_content_fields[]; // without the body and the attachments; ends with a NULL name

// The field's text, "" when the page did not give it.
const char *gw_content_text(const Gw__Document *document, const struct gw_content_field *field);
// One line per attachment: name, URL.
void gw_content_attachments(const Gw__Document *document, struct gw_buf *out);
// White space and Unicode forms make no difference.
void gw_content_digest(const Gw__Document *document, uint8_t out[GW_SHA256_BYTES]);
bool gw_content_same(const char *a, const char *b);

#endif
