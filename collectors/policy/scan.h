// SPDX-License-Identifier: Apache-2.0
// One document being read: its title, body and source as one text, the names found in it, which bytes are spoken for,
// and how a fact gets its proof.
//
// DESIGN: The text is title, newline, body, newline, source. A fact is found as [start, end) of that text;
// gw_scan_proof() turns the place into what the message promises (offsets of the body, or the title). Each field is
// read by a file of its own that looks at hits and bytes and pushes facts; what a file has understood it marks, so that
// "2018年" in a document number is no date and a date is no quantity. The order of the files is policy.c's.
#ifndef GW_POLICY_SCAN_H
#define GW_POLICY_SCAN_H

#include "base/arena.h"
#include "base/str.h"
#include "schema/document.pb-c.h"
#include "schema/source.pb-c.h"
#include "policy.h"
#include "tables.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct gw_hit {
    uint32_t start, end; // of the text
    uint8_t table, column;
    uint16_t row;
};

// Hits of one group never lie inside one another: the longer name is the one that was meant.
enum gw_hit_group {
    GW_HITS_BODIES, // agencies, bodies abroad
    GW_HITS_PLACES, // divisions, counties, countries, subdivisions
    GW_HITS_BUREAUS,
    GW_HITS_OFFICES,
    GW_HITS_TOPICS,
    GW_HITS_MONTHS,
    GW_HITS_WORDS,
    GW_HITS_OWN, // rows of own_names
    GW_HITS_GROUPS
};

struct gw_hits {
    struct gw_hit *at; // by start; several rows may share one place (Suzhou)
    size_t count, capacity;
};

struct gw_text_line {
    uint32_t start, end; // without white space at its ends
};

// Who understood a byte.
enum gw_mark {
    GW_MARK_DOCNO = 1,
    GW_MARK_TITLE = 2, // inside 《》 and the like
    GW_MARK_DATE = 4,
    GW_MARK_FIGURE = 8,   // amount or quantity
    GW_MARK_ADDRESS = 16, // URL, mail address, telephone number
    GW_MARK_LABEL = 32,   // a line of metadata, or furniture of the page
    GW_MARK_HEADING = 64,
};

enum gw_docno_form {
    GW_DOCNO_FULL,  // 国办发〔2018〕15号, 〔1996〕武司字第82号
    GW_DOCNO_ORDER, // 国令第706号, 财政部公告2026年第27号
    GW_DOCNO_SERIAL // 第7240号
};
struct gw_docno {
    uint32_t start, end;
    enum gw_docno_form form;
};

// Places where something can begin, found in one pass over the text, so that no reader walks all of it.
enum gw_anchor {
    GW_ANCHOR_DIGITS,    // first digit of a run, ASCII or full-width, or the point of ".07"
    GW_ANCHOR_YEAR,      // 年
    GW_ANCHOR_NUMBER,    // 号
    GW_ANCHOR_TITLE,     // 《
    GW_ANCHOR_TITLE_END, // 》
    GW_ANCHOR_CAPITAL,   // first letter of a word, a capital
    GW_ANCHOR_CLAUSE,    // begin of a clause: behind a Chinese stop or mark, or of a Latin word that may number one
    GW_ANCHORS
};
struct gw_anchors {
    uint32_t *at;
    size_t count, capacity;
};

struct gw_day { // month and day 0: not given
    int year, month, day;
};

// What a field already holds, so that a thousand facts are compared at once: hashes of what makes a fact one.
struct gw_seen {
    uint64_t *slots; // in the arena; NULL: nothing yet
    size_t count;
};

struct gw_scan {
    struct gw_arena *arena;
    Gw__Document *document;
    const Gw__Source *source;                // may be NULL
    const struct gw_policy_table *own_names; // the user's; NULL: none
    struct gw_policy_reasons *reasons;       // NULL: nobody asked
    struct gw_span text;                     // NUL behind it
    size_t body_at;                          // where the body begins in text
    size_t source_at;                        // where the source, as the page states it, begins
    struct gw_text_line *lines;              // non-empty ones; the title's come first
    size_t line_count;
    struct gw_anchors anchors[GW_ANCHORS];
    uint8_t *marks; // enum gw_mark bits per byte of text
    struct gw_hits hits[GW_HITS_GROUPS];
    struct gw_docno *numbers; // document numbers in the text, by start
    size_t number_count;
    struct gw_text_line *titles; // 《…》 with its marks, by start; those inside others are not listed
    size_t title_count;
    struct gw_span issuer_label; // value of 发文机关 and the like, in the text
    bool decimal_comma;          // 1.246,5 in this language
    char lang[3];                // "zh", "en", "de", … ; "" unknown
    bool list;                   // a list or home page: what it names belongs to other pages
    bool titled;                 // the title ends in a kind of document: …的通知, …办法
    bool china;                  // from or about China
    const char *dollar;          // currency of "$" on this page; NULL: not asked yet
    struct gw_day base;          // the day the document speaks from; year 0: unknown
    bool full;                   // the arena, or a list, reached its end
    struct gw_seen amounts, quantities, people, references;
};

enum { GW_FACTS_MAX = 1000 }; // of one field

// Life. False: the arena is full.
bool gw_scan_init(struct gw_scan *scan, struct gw_arena *arena, const Gw__Source *source,
                  const struct gw_policy_options *options, Gw__Document *document);

// Facts. Each returns NULL, or does nothing, when the arena is full.
char *gw_scan_copy(struct gw_scan *scan, size_t start, size_t end);
// `why` (static) goes to scan->reasons, when someone asked for them.
Gw__Proof *gw_scan_proof(struct gw_scan *scan, size_t start, size_t end, unsigned confidence, const char *why);
Gw__Proof *gw_scan_meta_proof(struct gw_scan *scan, const char *quote, unsigned confidence, const char *why);
// Append to a repeated field: list and count are the message's own.
void gw_scan_push(struct gw_scan *scan, void *list, size_t *count, void *item);

// Remembers it. False: it was there before, or the field is full.
bool gw_seen_add(struct gw_scan *scan, struct gw_seen *seen, struct gw_span what, struct gw_span more);

// Room for one more item behind `count` of a list made by this function; NULL when the arena is full.
void *gw_scan_grow(struct gw_scan *scan, void *list, size_t count, size_t item_bytes);

// Text
bool gw_scan_marked(const struct gw_scan *scan, size_t start, size_t end, unsigned marks); // any byte
void gw_scan_mark(struct gw_scan *scan, size_t start, size_t end, enum gw_mark mark);
// Does `text` stand at `at`? A loop, as most words of a table differ in their first bytes (there is a NUL behind the
// text).
static inline bool gw_scan_at(const struct gw_scan *scan, size_t at, const char *text)
{
    const char *p = scan->text.at + (at < scan->text.bytes ? at : scan->text.bytes);
    while (*text && *p == *text) {
        p++;
        text++;
    }
    return !*text;
}
// Does it end at `at`? Inline, so that a literal's length is known to the compiler.
static inline bool gw_scan_before(const struct gw_scan *scan, size_t at, const char *text)
{
    size_t n = strlen(text);
    return at >= n && scan->text.at[at - 1] == text[n - 1] && memcmp(scan->text.at + at - n, text, n) == 0;
}
// The line that holds `at`; its index.
size_t gw_scan_line(const struct gw_scan *scan, size_t at);
// Begin of the clause or sentence that holds `at`: behind the last 。！？；\n (and ". ") within 600 bytes.
size_t gw_scan_sentence(const struct gw_scan *scan, size_t at);
size_t gw_scan_sentence_end(const struct gw_scan *scan, size_t at);
// The same within `reach` bytes.
size_t gw_scan_within_sentence(const struct gw_scan *scan, size_t at, size_t reach);
size_t gw_scan_within_sentence_end(const struct gw_scan *scan, size_t at, size_t reach);
// First hit of a group that ends behind `at`; its index, or the count.
size_t gw_hits_from(const struct gw_hits *hits, size_t at);
const char *gw_hit_cell(const struct gw_hit *hit, unsigned column);
// Is the span this word? Decided by the first byte almost always, for lists that are walked.
static inline bool gw_span_is(struct gw_span span, const char *word)
{
    return span.bytes && span.at[0] == word[0] && strncmp(span.at, word, span.bytes) == 0 && !word[span.bytes];
}
// Words to look for in one pass. Rows of lists split by '|'; the first row that is met wins.
enum { GW_WORDS_MAX = 255, GW_WORDS_BUCKETS = 128, GW_NO_ROW = 255 };
struct gw_words {
    uint8_t first[GW_WORDS_BUCKETS], next[GW_WORDS_MAX], row[GW_WORDS_MAX]; // 1 + index; 0: none
    uint8_t count;
    const char *word[GW_WORDS_MAX];
    uint8_t single; // 1 + index of the first word of one byte; 0: none
};
// By the first two bytes. Words of one byte lie apart.
static inline unsigned gw_words_bucket(const char *p)
{
    return ((unsigned char)p[0] * 5u + (unsigned char)p[1]) % GW_WORDS_BUCKETS;
}
static inline void gw_words_init(struct gw_words *words)
{
    memset(words->first, 0, sizeof words->first);
    words->count = words->single = 0;
}
// `list` outlives the words; no word of it is empty.
void gw_words_add(struct gw_words *words, const char *list, unsigned row);
// The lowest row with a word inside [start, end); GW_NO_ROW: none.
unsigned gw_words_find(const struct gw_words *words, const struct gw_scan *scan, size_t start, size_t end);
// Is any of the words (split by '|') inside [start, end)?
bool gw_scan_has(const struct gw_scan *scan, size_t start, size_t end, const char *words);

#endif
