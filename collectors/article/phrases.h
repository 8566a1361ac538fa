// SPDX-License-Identifier: Apache-2.0
// Phrases of what surrounds an article: share bars, pagers, notices. One row each in phrases.c.
#ifndef GW_ARTICLE_PHRASES_H
#define GW_ARTICLE_PHRASES_H

#include "base/str.h"

#include <stdint.h>

// The order is that of the features.
enum gw_phrase {
    PHRASE_SHARE,
    PHRASE_COPYRIGHT,
    PHRASE_RELATED, // "Related stories", 相关链接, "Read more": what follows is something else
    PHRASE_COMMENT,
    PHRASE_SIGNUP,
    PHRASE_TOOLS, // print, close, font size, back to top
    PHRASE_NAV,   // previous, next, home
    PHRASE_AD,
    PHRASE_EDITOR,
    PHRASE_SOURCE, // source, date, author lines
    PHRASE_CAPTION,
    PHRASE_CONTACT,
    PHRASE_TAGS,
    PHRASE_QR,
    PHRASE_BROWSER, // "your browser is too old", "leaving this site"
    PHRASE_ATTACHMENT,
    PHRASE_DISCLAIMER,
    PHRASES
};

struct gw_phrase_sets {
    uint32_t first; // (1u << enum gw_phrase) of phrases the line begins with
    uint32_t any;   // of those anywhere in its first 200 bytes
    uint32_t whole; // of those that are the whole line
};

struct gw_phrase_sets gw_phrases_in(struct gw_span line);

#endif
