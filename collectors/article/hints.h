// SPDX-License-Identifier: Apache-2.0
// What the class, id, role and itemprop of an element suggest about its text: one row per word in hints.c.
#ifndef GW_ARTICLE_HINTS_H
#define GW_ARTICLE_HINTS_H

#include <gumbo.h>
#include <stdint.h>

// The order is the order of the features the forest was trained with.
enum hint {
    HINT_BODY,    // article body by name
    HINT_CONTENT, // something of content
    HINT_TITLE,
    HINT_META, // byline, date, source line
    HINT_CAPTION,
    HINT_SUMMARY,
    HINT_COMMENT,
    HINT_SHARE,
    HINT_RELATED,
    HINT_NAV,
    HINT_FOOTER,
    HINT_HEADER,
    HINT_SIDE,
    HINT_AD,
    HINT_TAGS,
    HINT_SIGNUP, // newsletter, login, consent
    HINT_TOOLS,  // print, font size, buttons
    HINT_HIDDEN,
    HINT_BIO,
    HINT_LIST,
    HINT_QUOTE,
    HINTS
};

// Set of (1u << enum hint) for an element.
uint32_t gw_hints_of(const GumboNode *element);

#endif
