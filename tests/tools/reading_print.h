// SPDX-License-Identifier: Apache-2.0
// What the article reader makes of a page, in lines: to compare with what is expected, and with itself.
#ifndef GW_TESTS_READING_PRINT_H
#define GW_TESTS_READING_PRINT_H

#include "article/article.h"
#include "base/buf.h"

// The document's fields, or why it is no article.
void print_document(struct gw_buf *out, const Gw__Document *document, const char *reason);
// Before the decisions: every fact found, then every block with the phrases, labels and names of boxes it stands in.
void print_reading(struct gw_buf *out, struct gw_page *page);

#endif
