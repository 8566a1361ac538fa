// SPDX-License-Identifier: Apache-2.0
#include "scan.h"

#include "numerals.h"
#include "ownnames.h"

#include <string.h>

enum { SENTENCE_MAX = 600, TITLE_MAX = 4096 };

// ---- lists

// Room for one more item at the end of a list whose capacity is the power of two at or above its count.
void *gw_scan_grow(struct gw_scan *scan, void *list, size_t count, size_t item_bytes)
{
    if (list && (count & (count - 1)))
        return list;
    if (list && count < 4)
        return list;
    size_t capacity = count < 4 ? 4 : 2 * count;
    void *more = gw_arena_alloc(scan->arena, capacity * item_bytes);
    scan->full |= !more;
    if (more && count)
        memcpy(more, list, count * item_bytes);
    return more;
}

void gw_scan_push(struct gw_scan *scan, void *list, size_t *count, void *item)
{
    void ***at = list;
    if (!item || *count >= GW_FACTS_MAX)
        return;
    void **more = gw_scan_grow(scan, *at, *count, sizeof item);
    if (!more)
        return;
    more[(*count)++] = item;
    *at = more;
}

enum { SEEN_SLOTS = 4096 }; // a power of two, well above GW_FACTS_MAX

static uint64_t hash_of(uint64_t hash, struct gw_span text) // FNV-1a
{
    for (size_t i = 0; i < text.bytes; i++)
        hash = (hash ^ (unsigned char)text.at[i]) * 0x100000001b3;
    return (hash ^ 0xff) * 0x100000001b3;
}

bool gw_seen_add(struct gw_scan *scan, struct gw_seen *seen, struct gw_span what, struct gw_span more)
{
    uint64_t hash = hash_of(hash_of(0xcbf29ce484222325, what), more) | 1; // 0: an empty slot
    if (!seen->slots && !(seen->slots = gw_arena_zalloc(scan->arena, SEEN_SLOTS * sizeof *seen->slots))) {
        scan->full = true;
        return false;
    }
    size_t at = hash & (SEEN_SLOTS - 1);
    for (; seen->slots[at]; at = (at + 1) & (SEEN_SLOTS - 1))
        if (seen->slots[at] == hash)
            return false;
    if (seen->count >= GW_FACTS_MAX)
        return false;
    seen->slots[at] = hash;
    seen->count++;
    return true;
}

// ---- names

static enum gw_hit_group group_of(uint8_t table)
{
    static const uint8_t groups[GW_T_COUNT] = {
        [GW_T_AGENCIES] = GW_HITS_BODIES, [GW_T_BODIES] = GW_HITS_BODIES,    [GW_T_DIVISIONS] = GW_HITS_PLACES,
        [GW_T_COUNTIES] = GW_HITS_PLACES, [GW_T_COUNTRIES] = GW_HITS_PLACES, [GW_T_SUBDIVISIONS] = GW_HITS_PLACES,
        [GW_T_BUREAUS] = GW_HITS_BUREAUS, [GW_T_OFFICES] = GW_HITS_OFFICES,  [GW_T_TOPICS] = GW_HITS_TOPICS,
        [GW_T_MONTHS] = GW_HITS_MONTHS,   [GW_T_WORDS] = GW_HITS_WORDS,
    };
    return groups[table];
}

// Hits come by end, the longest of one end first: what lies inside the new one is on top of the list.
static void keep_in(struct gw_scan *scan, enum gw_hit_group group, const struct gw_names_entry *entry, size_t start,
                    size_t end)
{
    struct gw_hits *hits = &scan->hits[group];
    while (hits->count) {
        const struct gw_hit *last = &hits->at[hits->count - 1];
        if (last->start < start && last->end == end)
            return;
        if (last->start < start || last->end == end)
            break;
        hits->count--;
    }
    if (hits->count == hits->capacity) { // counts go down as well as up: a capacity of its own keeps this linear
        struct gw_hit *more = gw_scan_grow(scan, hits->at, hits->count, sizeof *more);
        if (!more)
            return;
        hits->at = more;
        hits->capacity = hits->count < 4 ? 4 : 2 * hits->count;
    }
    hits->at[hits->count++] = (struct gw_hit){.start = (uint32_t)start,
                                              .end = (uint32_t)end,
                                              .table = entry->table,
                                              .column = entry->column,
                                              .row = entry->row};
}

static void keep_hit(const struct gw_names_entry *entry, size_t start, size_t end, void *arg)
{
    keep_in(arg, group_of(entry->table), entry, start, end);
}

static void keep_own(const struct gw_names_entry *entry, size_t start, size_t end, void *arg)
{
    keep_in(arg, GW_HITS_OWN, entry, start, end);
}

size_t gw_hits_from(const struct gw_hits *hits, size_t at)
{
    size_t low = 0, high = hits->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (hits->at[middle].end <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const char *gw_hit_cell(const struct gw_hit *hit, unsigned column)
{
    return gw_table_cell(&gw_tables[hit->table], hit->row, column);
}

// ---- lines

// Bytes of the white space that begins at p; 0: none.
static size_t space_at(const char *p, const char *end)
{
    if (gw_is_space((unsigned char)*p))
        return 1;
    if (end - p >= 3 && memcmp(p, "\xe3\x80\x80", 3) == 0)
        return 3;
    return end - p >= 2 && memcmp(p, "\xc2\xa0", 2) == 0 ? 2 : 0;
}

static size_t space_before(const char *p, const char *begin)
{
    if (p > begin && gw_is_space((unsigned char)p[-1]))
        return 1;
    if (p - begin >= 3 && memcmp(p - 3, "\xe3\x80\x80", 3) == 0)
        return 3;
    return p - begin >= 2 && memcmp(p - 2, "\xc2\xa0", 2) == 0 ? 2 : 0;
}

static bool split_lines(struct gw_scan *scan)
{
    const char *text = scan->text.at, *end = text + scan->text.bytes;
    for (const char *p = text; p < end;) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        const char *from = p, *to = stop ? stop : end;
        p = to + 1;
        for (size_t n; from < to && (n = space_at(from, to));)
            from += n;
        for (size_t n; from < to && (n = space_before(to, from));)
            to -= n;
        if (from == to)
            continue;
        struct gw_text_line *more = gw_scan_grow(scan, scan->lines, scan->line_count, sizeof *more);
        if (!more)
            return false;
        scan->lines = more;
        scan->lines[scan->line_count++] =
            (struct gw_text_line){.start = (uint32_t)(from - text), .end = (uint32_t)(to - text)};
    }
    return true;
}

size_t gw_scan_line(const struct gw_scan *scan, size_t at)
{
    size_t low = 0, high = scan->line_count;
    while (low + 1 < high) {
        size_t middle = (low + high) / 2;
        if (scan->lines[middle].start <= at)
            low = middle;
        else
            high = middle;
    }
    return low;
}

// ---- text

bool gw_scan_marked(const struct gw_scan *scan, size_t start, size_t end, unsigned marks)
{
    for (size_t i = start; i < end; i++)
        if (scan->marks[i] & marks)
            return true;
    return false;
}

void gw_scan_mark(struct gw_scan *scan, size_t start, size_t end, enum gw_mark mark)
{
    for (size_t i = start; i < end; i++)
        scan->marks[i] |= (uint8_t)mark;
}

// 。！？； or a newline, or a full stop and a blank, right before `at`: decided by the last byte almost always.
static bool ends_sentence(const struct gw_scan *scan, size_t at)
{
    if (!at)
        return false;
    switch ((unsigned char)scan->text.at[at - 1]) {
    case '\n':
        return true;
    case ' ':
        // "5 p.m. on": no sentence begins with a small letter
        return at > 1 && !(scan->text.at[at] >= 'a' && scan->text.at[at] <= 'z') &&
               (scan->text.at[at - 2] == '.' || scan->text.at[at - 2] == '!' || scan->text.at[at - 2] == '?');
    case 0x82:
        return gw_scan_before(scan, at, "。");
    case 0x81:
        return gw_scan_before(scan, at, "！");
    case 0x9f:
        return gw_scan_before(scan, at, "？");
    case 0x9b:
        return gw_scan_before(scan, at, "；");
    default:
        return false;
    }
}

size_t gw_scan_within_sentence(const struct gw_scan *scan, size_t at, size_t reach)
{
    size_t least = at > reach ? at - reach : 0;
    while (at > least && !ends_sentence(scan, at))
        at--;
    return at;
}

size_t gw_scan_sentence(const struct gw_scan *scan, size_t at)
{
    return gw_scan_within_sentence(scan, at, SENTENCE_MAX);
}

size_t gw_scan_sentence_end(const struct gw_scan *scan, size_t at)
{
    return gw_scan_within_sentence_end(scan, at, SENTENCE_MAX);
}

size_t gw_scan_within_sentence_end(const struct gw_scan *scan, size_t at, size_t reach)
{
    size_t most = at + reach < scan->text.bytes ? at + reach : scan->text.bytes;
    for (at++; at < most && !ends_sentence(scan, at); at++)
        ;
    return at < most ? at : most;
}

void gw_words_add(struct gw_words *words, const char *list, unsigned row)
{
    for (const char *p = list; *p && words->count < GW_WORDS_MAX;) {
        bool single = !p[1] || p[1] == '|';
        uint8_t *bucket = single ? &words->single : &words->first[gw_words_bucket(p)], at = words->count++;
        words->word[at] = p;
        words->row[at] = (uint8_t)row;
        words->next[at] = *bucket;
        *bucket = (uint8_t)(at + 1);
        while (*p && *p != '|')
            p++;
        p += *p == '|';
    }
}

// Does the word stand at p? It ends at '|' or NUL.
static bool word_stands(const char *p, const char *stop, const char *word)
{
    while (p < stop && *p == *word) {
        p++;
        word++;
        if (!*word || *word == '|')
            return true;
    }
    return false;
}

unsigned gw_words_find(const struct gw_words *words, const struct gw_scan *scan, size_t start, size_t end)
{
    unsigned best = GW_NO_ROW;
    const char *stop = scan->text.at + (end < scan->text.bytes ? end : scan->text.bytes);
    for (const char *p = scan->text.at + start; p < stop && best; p++) {
        for (unsigned i = words->first[gw_words_bucket(p)]; i; i = words->next[i - 1])
            if (words->row[i - 1] < best && word_stands(p, stop, words->word[i - 1]))
                best = words->row[i - 1];
        for (unsigned i = words->single; i; i = words->next[i - 1])
            if (words->row[i - 1] < best && *p == *words->word[i - 1])
                best = words->row[i - 1];
    }
    return best;
}

bool gw_scan_has(const struct gw_scan *scan, size_t start, size_t end, const char *list)
{
    if (start >= end)
        return false;
    struct gw_words words;
    gw_words_init(&words);
    gw_words_add(&words, list, 0);
    return gw_words_find(&words, scan, start, end) == 0;
}

// ---- facts

char *gw_scan_copy(struct gw_scan *scan, size_t start, size_t end)
{
    char *copy = gw_arena_strndup(scan->arena, scan->text.at + start, end - start);
    scan->full |= !copy;
    return copy;
}

// Which rule gave the fact of this proof.
static void remember(struct gw_scan *scan, const Gw__Proof *proof, const char *why)
{
    struct gw_policy_reasons *reasons = scan->reasons;
    if (!reasons)
        return;
    struct gw_policy_reason *more = gw_scan_grow(scan, reasons->at, reasons->count, sizeof *more);
    if (!more)
        return;
    reasons->at = more;
    more[reasons->count++] = (struct gw_policy_reason){proof, why};
}

Gw__Proof *gw_scan_proof(struct gw_scan *scan, size_t start, size_t end, unsigned confidence, const char *why)
{
    Gw__Proof *proof = gw_arena_alloc(scan->arena, sizeof *proof);
    char *quote = gw_scan_copy(scan, start, end);
    scan->full |= !proof;
    if (!proof || !quote)
        return NULL;
    gw__proof__init(proof);
    proof->quote = quote;
    proof->confidence = confidence;
    proof->place = start < scan->body_at     ? GW__PLACE__PLACE_TITLE
                   : start < scan->source_at ? GW__PLACE__PLACE_BODY
                                             : GW__PLACE__PLACE_META;
    if (proof->place == GW__PLACE__PLACE_BODY) {
        proof->start = (uint32_t)(start - scan->body_at);
        proof->end = (uint32_t)(end - scan->body_at);
    }
    remember(scan, proof, why);
    return proof;
}

Gw__Proof *gw_scan_meta_proof(struct gw_scan *scan, const char *quote, unsigned confidence, const char *why)
{
    Gw__Proof *proof = gw_arena_alloc(scan->arena, sizeof *proof);
    char *copy = quote ? gw_arena_strdup(scan->arena, quote) : NULL;
    scan->full |= !proof || !copy;
    if (!proof || !copy)
        return NULL;
    gw__proof__init(proof);
    proof->quote = copy;
    proof->place = GW__PLACE__PLACE_META;
    proof->confidence = confidence;
    remember(scan, proof, why);
    return proof;
}

// ---- anchors

static void add_anchor(struct gw_scan *scan, enum gw_anchor kind, size_t at)
{
    struct gw_anchors *anchors = &scan->anchors[kind];
    if (anchors->count == anchors->capacity) {
        size_t capacity = anchors->capacity ? 2 * anchors->capacity : 64;
        uint32_t *more = gw_arena_alloc(scan->arena, capacity * sizeof *more);
        if (!more) {
            scan->full = true;
            return;
        }
        if (anchors->count)
            memcpy(more, anchors->at, anchors->count * sizeof *more);
        anchors->at = more;
        anchors->capacity = capacity;
    }
    anchors->at[anchors->count++] = (uint32_t)at;
}

enum byte_class { BYTE_PLAIN, BYTE_DIGIT, BYTE_POINT, BYTE_CAPITAL, BYTE_SMALL, BYTE_E3, BYTE_E5, BYTE_EF };

// Latin letters that begin First, Second, One, The … and the last bytes of Chinese stops and marks.
static const uint8_t CLASSES[256] = {
    ['0'] = BYTE_DIGIT,   ['1'] = BYTE_DIGIT,   ['2'] = BYTE_DIGIT,   ['3'] = BYTE_DIGIT,   ['4'] = BYTE_DIGIT,
    ['5'] = BYTE_DIGIT,   ['6'] = BYTE_DIGIT,   ['7'] = BYTE_DIGIT,   ['8'] = BYTE_DIGIT,   ['9'] = BYTE_DIGIT,
    ['.'] = BYTE_POINT,   ['A'] = BYTE_CAPITAL, ['B'] = BYTE_CAPITAL, ['C'] = BYTE_CAPITAL, ['D'] = BYTE_CAPITAL,
    ['E'] = BYTE_CAPITAL, ['F'] = BYTE_CAPITAL, ['G'] = BYTE_CAPITAL, ['H'] = BYTE_CAPITAL, ['I'] = BYTE_CAPITAL,
    ['J'] = BYTE_CAPITAL, ['K'] = BYTE_CAPITAL, ['L'] = BYTE_CAPITAL, ['M'] = BYTE_CAPITAL, ['N'] = BYTE_CAPITAL,
    ['O'] = BYTE_CAPITAL, ['P'] = BYTE_CAPITAL, ['Q'] = BYTE_CAPITAL, ['R'] = BYTE_CAPITAL, ['S'] = BYTE_CAPITAL,
    ['T'] = BYTE_CAPITAL, ['U'] = BYTE_CAPITAL, ['V'] = BYTE_CAPITAL, ['W'] = BYTE_CAPITAL, ['X'] = BYTE_CAPITAL,
    ['Y'] = BYTE_CAPITAL, ['Z'] = BYTE_CAPITAL, ['o'] = BYTE_SMALL,   ['t'] = BYTE_SMALL,   ['f'] = BYTE_SMALL,
    ['s'] = BYTE_SMALL,   ['e'] = BYTE_SMALL,   ['n'] = BYTE_SMALL,   [0xe3] = BYTE_E3,     [0xe5] = BYTE_E5,
    [0xef] = BYTE_EF,
};

// Does a Chinese stop or opening mark end here (。；：，“！？)?
static bool is_clause_mark(const char *p)
{
    unsigned char a = (unsigned char)p[0], b = (unsigned char)p[1], c = (unsigned char)p[2];
    if (a == 0xe3)
        return b == 0x80 && c == 0x82;
    return a == 0xef && b == 0xbc && (c == 0x9b || c == 0x9a || c == 0x8c || c == 0x81 || c == 0x9f);
}

static void find_anchors(struct gw_scan *scan)
{
    const char *text =
        scan->text
            .at; // three bytes behind any byte can be read: the text ends in a NUL and E3, E5, EF are checked in order
    size_t n;
    for (size_t i = 0; i < scan->text.bytes; i++) {
        uint8_t class = CLASSES[(unsigned char)text[i]];
        if (class == BYTE_PLAIN)
            continue;
        char before = i ? text[i - 1] : '\n';
        switch (class) {
        case BYTE_DIGIT:
            if (!gw_is_digit((unsigned char)before))
                add_anchor(scan, GW_ANCHOR_DIGITS, i);
            break;
        case BYTE_POINT:
            if (before == ' ' && gw_is_digit((unsigned char)text[i + 1]))
                add_anchor(scan, GW_ANCHOR_DIGITS, i);
            break;
        case BYTE_CAPITAL:
            if (!gw_is_alpha((unsigned char)before))
                add_anchor(scan, GW_ANCHOR_CAPITAL, i);
            // fall through
        case BYTE_SMALL:
            if (before == ' ')
                add_anchor(scan, GW_ANCHOR_CLAUSE, i);
            break;
        case BYTE_E3:
            if (text[i + 1] == '\x80' && text[i + 2] == '\x8a')
                add_anchor(scan, GW_ANCHOR_TITLE, i);
            if (text[i + 1] == '\x80' && text[i + 2] == '\x8b')
                add_anchor(scan, GW_ANCHOR_TITLE_END, i);
            if (is_clause_mark(text + i))
                add_anchor(scan, GW_ANCHOR_CLAUSE, i + 3);
            break;
        case BYTE_E5:
            if (text[i + 1] == '\xb9' && text[i + 2] == '\xb4')
                add_anchor(scan, GW_ANCHOR_YEAR, i);
            if (text[i + 1] == '\x8f' && text[i + 2] == '\xb7')
                add_anchor(scan, GW_ANCHOR_NUMBER, i);
            break;
        case BYTE_EF:
            if (gw_digit_at(scan->text, i, &n) >= 0 && (i < 3 || gw_digit_at(scan->text, i - 3, &n) < 0))
                add_anchor(scan, GW_ANCHOR_DIGITS, i);
            if (is_clause_mark(text + i))
                add_anchor(scan, GW_ANCHOR_CLAUSE, i + 3);
            break;
        default:
            break;
        }
    }
}

// ---- life

// The script of most letters; a language the document already states holds.
static void find_language(struct gw_scan *scan)
{
    const char *stated = scan->document->lang;
    if (stated && strlen(stated) >= 2) {
        memcpy(scan->lang, stated, 2);
        return;
    }
    size_t han = 0, kana = 0, latin = 0, german = 0;
    struct gw_span text = scan->text;
    for (size_t i = 0; i < text.bytes; i++) {
        unsigned char c = (unsigned char)text.at[i];
        han += c >= 0xe4 && c <= 0xe9;
        latin += gw_is_alpha(c);
        if (c == 0xe3 && i + 1 < text.bytes)
            kana += (unsigned char)text.at[i + 1] >= 0x81 && (unsigned char)text.at[i + 1] <= 0x83;
        if (c == 0xc3 && i + 1 < text.bytes)
            german += memchr("\xa4\xb6\xbc\x9f\x84\x96\x9c", text.at[i + 1], 7) != NULL;
    }
    const char *lang = kana > 10 && kana * 8 > han ? "ja" : han * 4 > latin ? "zh" : latin ? "en" : "";
    if (*lang == 'e' && german * 200 > latin)
        lang = "de";
    memcpy(scan->lang, lang, strnlen(lang, 2));
}

// Its bytes, at most `most`, cut between characters.
static size_t bounded(const char *text, size_t most)
{
    size_t n = strnlen(text, most + 1);
    if (n <= most)
        return n;
    for (n = most; n && ((unsigned char)text[n] & 0xc0) == 0x80;)
        n--;
    return n;
}

static bool writes_decimal_comma(const char *lang)
{
    static const char *const points[] = {"", "en", "zh", "ja", "ko", "hi", "th", "he", "ms", "fa", "bn", "ur"};
    for (size_t i = 0; i < GW_COUNT(points); i++)
        if (strcmp(points[i], lang) == 0)
            return false;
    return true;
}

bool gw_scan_init(struct gw_scan *scan, struct gw_arena *arena, const Gw__Source *source,
                  const struct gw_policy_options *options, Gw__Document *document)
{
    *scan = (struct gw_scan){.arena = arena, .document = document, .source = source};
    if (options) {
        scan->own_names = options->names;
        scan->reasons = options->reasons;
    }
    size_t title = bounded(document->title, TITLE_MAX), body = bounded(document->body, GW_POLICY_TEXT_MAX),
           from = bounded(document->source, TITLE_MAX);
    char *text = gw_arena_alloc(arena, title + body + from + 4);
    scan->marks = gw_arena_zalloc(arena, title + body + from + 3);
    if (!text || !scan->marks)
        return false;
    memcpy(text, document->title, title);
    text[title] = '\n';
    memcpy(text + title + 1, document->body, body);
    text[title + 1 + body] = '\n';
    scan->body_at = title + 1;
    scan->source_at = scan->body_at + body + 1;
    memcpy(text + scan->source_at, document->source, from);
    text[scan->source_at + from] = text[scan->source_at + from + 1] =
        '\0'; // two bytes can be read at the last one's place too
    scan->text = (struct gw_span){text, scan->source_at + from};
    gw_scan_mark(scan, scan->source_at, scan->text.bytes, GW_MARK_LABEL);
    find_language(scan);
    scan->decimal_comma = writes_decimal_comma(scan->lang);
    find_anchors(scan);
    gw_names_find(&gw_table_names, scan->text, keep_hit, scan);
    if (scan->own_names)
        gw_names_find(&scan->own_names->names, scan->text, keep_own, scan);
    return split_lines(scan) && !scan->full;
}
