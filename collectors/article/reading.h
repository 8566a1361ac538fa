// SPDX-License-Identifier: Apache-2.0
// What the parts of the article reader share while they read one page. Everything lives in the page's arena.
#ifndef GW_ARTICLE_READING_H
#define GW_ARTICLE_READING_H

#include "article.h"
#include "blocks.h"
#include "facts.h"
#include "labels.h"
#include "phrases.h"
#include "region.h"

enum { GW_NO_BLOCK = -1 };

// What a block's text says about its part on the page; computed once for all who ask.
struct gw_line {
    struct gw_phrase_sets phrases;
    uint8_t labels;      // labels found in it (short lines only)
    uint8_t first_label; // enum gw_label of the first one, when the line begins with it
};

struct gw_reading {
    const struct gw_page *page;
    const struct gw_article_options *options;
    struct gw_arena *arena;
    struct gw_blocks blocks;
    struct gw_line *lines; // one per block
    struct gw_facts facts;
    struct gw_region region;
    int32_t *worths;       // one per block
    bool *keep;            // one per block: part of the body
    const int16_t *scores; // one per block, of the forests (positive: body); NULL: they were not asked
    bool ruled;            // the body was chosen by the source's selector
    int32_t title_block;
    int32_t first, last; // of the kept blocks; GW_NO_BLOCK when none is kept
    Gw__Document *document;
};

// Everything that comes before the choice of the body: blocks, facts, lines, region, title. GW_ELIMIT: arena full.
GW_MUST_CHECK int gw_article_start(struct gw_page *page, const struct gw_article_options *options,
                                   struct gw_reading **ret_reading);

// Each of these fills its part of reading->document (strings in the arena) and evidence for it.
void gw_guess_title(struct gw_reading *reading); // sets title_block, before the body is known
void gw_read_lines(struct gw_reading *reading);  // labelled lines and the metadata block become facts
void gw_find_body(struct gw_reading *reading);   // sets keep, first, last
void gw_read_title(struct gw_reading *reading);  // sets title_block again
void gw_read_body(struct gw_reading *reading);   // trims what gw_find_body kept
void gw_find_body_by(struct gw_reading *reading, const int16_t *scores); // by these scores; for training
void gw_read_times(struct gw_reading *reading);
void gw_read_scripts(struct gw_reading *reading); // dates that scripts state become facts
void gw_read_names(struct gw_reading *reading);   // source, author, editor, channel, numbers

void gw_read_attachments(struct gw_reading *reading);
void gw_read_next_page(struct gw_reading *reading); // next_url of an article on several pages

// The source definition's own rules: its values become facts; its body selector, when it finds something, decides
// (true); what it removes leaves.
void gw_read_rules(struct gw_reading *reading);
bool gw_rules_choose_body(struct gw_reading *reading);
void gw_rules_remove(struct gw_reading *reading);

// Set a text field of the document with its evidence. The value is copied with white space folded.
void gw_reading_set(struct gw_reading *reading, char **field, const char *name, struct gw_span value, const char *from,
                    uint32_t confidence);
// The text with white space folded, in the arena; NULL when the arena is full.
char *gw_reading_fold(struct gw_reading *reading, struct gw_span text);
// East of UTC in minutes, of times that do not say it: DESIGN §3's rule. False: unknown.
bool gw_reading_zone(struct gw_reading *reading, int16_t *ret_minutes);
// What the page is instead of an article (article.h has the words); NULL: it is one. Last, when all is read.
const char *gw_reading_no_article(const struct gw_reading *reading);
// Its letters and digits alone, lower case: two titles that differ in quotes and blanks are one. In the arena.
struct gw_span gw_reading_plain(struct gw_reading *reading, struct gw_span text);

#endif
