// SPDX-License-Identifier: Apache-2.0
// XML of feeds, sitemaps and data sets: libxml2 without network, without entity expansion, forgiving what can be
// forgiven. Names are compared without prefix and case, as the sloppier half of all feeds needs it.
#ifndef GW_LIST_XML_H
#define GW_LIST_XML_H

#include "base/arena.h"
#include "base/err.h"
#include "html/page.h"

#include <libxml/tree.h>
#include <stdbool.h>

// The answer decoded and parsed; gw_xml_free() afterwards. GW_EINVAL: no XML at all (the reason has the line).
GW_MUST_CHECK int gw_xml_parse(struct gw_arena *arena, const struct gw_page_input *answer, xmlDoc **ret_doc);
xmlDoc *gw_xml_free(xmlDoc *doc);

bool gw_xml_is(const xmlNode *node, const char *name);
// The first child element of that name; NULL.
xmlNode *gw_xml_child(const xmlNode *node, const char *name);
// The next element behind `node` (itself not) that is named `name` (NULL: any), in document order below `root`; start
// with root.
xmlNode *gw_xml_next(const xmlNode *root, const xmlNode *node, const char *name);
// Text below the node, trimmed, in arena; "" when node is NULL or holds none.
const char *gw_xml_text(struct gw_arena *arena, const xmlNode *node);
// Attribute by name; in arena, NULL when absent.
const char *gw_xml_attr(struct gw_arena *arena, const xmlNode *node, const char *name);

// Does the answer, behind a BOM, white space, declaration, comments and doctype, begin with an element of this name
// (any prefix)?
bool gw_xml_begins_with(const struct gw_page_input *answer, const char *name);

#endif
