// SPDX-License-Identifier: Apache-2.0
// DESIGN: every normal form is a stream of code points through a `sink` that folds white space; so no form needs a
// second copy of the text, and a digest needs no copy at all. NFKC runs over short segments on the stack: ASCII and Han
// never join what stands before them (UAX #15 §9), so a segment may end in front of any of these.
#include "text.h"

#include "base/err.h"
#include "base/hash.h"

#include <string.h>
#include <utf8proc.h>

struct range {
    uint32_t first, last;
};

// Arithmetic on NULL is not allowed even for the empty span.
static const char *end_of(struct gw_span s)
{
    return s.bytes ? s.at + s.bytes : s.at;
}

static bool in_ranges(uint32_t c, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}

bool gw_is_han(uint32_t c)
{
    static const struct range ranges[] = {
        {0x4E00, 0x9FFF}, {0x3400, 0x4DBF}, {0x3005, 0x3007}, {0xF900, 0xFAFF}, {0x20000, 0x2FA1F}, {0x30000, 0x323AF},
    };
    return c >= 0x3005 && in_ranges(c, ranges, GW_COUNT(ranges));
}

bool gw_is_kana(uint32_t c)
{
    static const struct range ranges[] = {
        {0x3041, 0x3096}, {0x309D, 0x309F}, {0x30A1, 0x30FA},   {0x30FC, 0x30FF},
        {0x31F0, 0x31FF}, {0xFF66, 0xFF9F}, {0x1B000, 0x1B16F},
    };
    return c >= 0x3041 && in_ranges(c, ranges, GW_COUNT(ranges));
}

bool gw_is_hangul(uint32_t c)
{
    static const struct range ranges[] = {
        {0xAC00, 0xD7A3}, {0x1100, 0x11FF}, {0x3131, 0x318E}, {0xA960, 0xA97C}, {0xD7B0, 0xD7FB}, {0xFFA1, 0xFFDC},
    };
    return c >= 0x1100 && in_ranges(c, ranges, GW_COUNT(ranges));
}

bool gw_is_cjk(uint32_t c)
{
    return gw_is_han(c) || gw_is_kana(c) || gw_is_hangul(c);
}

// Without width and without meaning. U+200C and U+200D are missing: Persian and the scripts of India spell with them.
static bool is_nothing(uint32_t c)
{
    return c == 0x00AD || c == 0x200B || c == 0x2060 || c == 0xFEFF || c == 0x180E;
}

static bool is_blank(uint32_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool gw_is_wide_space(uint32_t c)
{
    return is_blank(c) || is_nothing(c) || c == 0x200C || c == 0x200D;
}

// ---- the sink

struct sink {
    struct gw_buf *out; // or, when NULL,
    struct gw_sha256 *digest;
    bool bare; // case is kept, white space is not
    bool any, gap;
    size_t held;
    char hold[512]; // on its way into the digest
};

static void put_bytes(struct sink *sink, const char *bytes, size_t n)
{
    if (sink->out) {
        gw_buf_add(sink->out, bytes, n);
        return;
    }
    if (sink->held + n > sizeof sink->hold) {
        gw_sha256_add(sink->digest, sink->hold, sink->held);
        sink->held = 0;
    }
    memcpy(sink->hold + sink->held, bytes, n);
    sink->held += n;
}

static void put_point(struct sink *sink, uint32_t c)
{
    char utf8[4];
    if (is_blank(c)) {
        sink->gap = sink->any;
        return;
    }
    if (is_nothing(c))
        return;
    if (sink->gap && !sink->bare)
        put_bytes(sink, " ", 1);
    sink->gap = false;
    sink->any = true;
    put_bytes(sink, utf8, gw_utf8_put(utf8, c));
}

void gw_text_fold_space(struct gw_span s, struct gw_buf *out)
{
    struct sink sink = {.out = out};
    for (const char *at = s.at, *end = end_of(s); at < end;)
        put_point(&sink, gw_utf8_next(&at, end));
}

// ---- NFKC and folded case

enum {
    SEGMENT = 128,  // code points; a longer run without a safe place is cut, as UAX #15 §13 does with long mark runs
    EXPANSION = 18, // the most one code point becomes (U+FDFA)
};

static bool is_inert(uint32_t c)
{
    return c < 0x80 || (c >= 0x4000 && c <= 0x9FFF);
}

// The marks of Chinese and of quotations whose form is one character that joins nothing before it, either: most of what
// stands between inert characters. The form of `at`, or 0.
static uint32_t mark_form(const char *at, const char *end)
{
    const unsigned char *c = (const unsigned char *)at;
    if (end - at < 3 || (c[1] & 0xC0) != 0x80 || (c[2] & 0xC0) != 0x80)
        return 0;
    uint32_t last = (uint32_t)(c[1] & 0x3F) << 6 | (c[2] & 0x3F);
    if (c[0] == 0xEF && last >= 0xF01 && last <= 0xF5E)
        return last - 0xEE0;                                           // U+FF01 to U+FF5E: ASCII of full width
    bool is_mark = (c[0] == 0xE3 && last >= 0x001 && last <= 0x003) || // U+3001 to U+3003: 、。〃
                   (c[0] == 0xE3 && last >= 0x008 && last <= 0x011) || // U+3008 to U+3011: 〈《「『【
                   (c[0] == 0xE3 && last >= 0x014 && last <= 0x015) || // U+3014, U+3015: 〔〕
                   (c[0] == 0xE2 && last >= 0x013 && last <= 0x014) || // U+2013, U+2014: – —
                   (c[0] == 0xE2 && last >= 0x018 && last <= 0x019) || // U+2018, U+2019
                   (c[0] == 0xE2 && last >= 0x01C && last <= 0x01D);   // U+201C, U+201D
    return is_mark ? (uint32_t)(c[0] & 0x0F) << 12 | last : 0;
}

// Whether what stands at `at` joins nothing before it. E4 to E9 begin U+4000 to U+9FFF.
static bool begins_inert(const char *at, const char *end)
{
    unsigned char byte = (unsigned char)*at;
    return byte < 0x80 || (byte >= 0xE4 && byte <= 0xE9) || mark_form(at, end);
}

static void put_segment(struct sink *sink, const char *bytes, size_t n)
{
    int32_t points[SEGMENT * EXPANSION];
    const utf8proc_option_t how =
        UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_IGNORE | (sink->bare ? 0 : UTF8PROC_CASEFOLD);
    ssize_t count = utf8proc_decompose((const uint8_t *)bytes, (ssize_t)n, points, GW_COUNT(points), how);
    gw_assert(count >= 0 && (size_t)count <= GW_COUNT(points));
    count = utf8proc_normalize_utf32(points, count, how);
    for (ssize_t i = 0; i < count; i++)
        put_point(sink, (uint32_t)points[i]);
}

// The inert characters behind ASCII are those of three bytes that begin with E4 to E9.
static bool begins_han(unsigned char byte)
{
    return byte >= 0xE4 && byte <= 0xE9;
}

static bool is_four_han(const char *at)
{
    const unsigned char *c = (const unsigned char *)at;
    uint64_t first, last; // words are little-endian, as the hosts are
    memcpy(&first, at, sizeof first);
    memcpy(&last, at + 4, sizeof last);
    return (first & 0xC000C0C000C0C000) == 0x8000808000808000 && (last & 0xC0C000C0C000C0C0) == 0x8080008080008080 &&
           begins_han(c[0]) && begins_han(c[3]) && begins_han(c[6]) && begins_han(c[9]);
}

// Bytes of the run at `at` that are in every form already, but for the case of ASCII: most of most texts. The character
// before anything else than its like is left out, for that may join it.
static size_t plain_run(const char *at, const char *end)
{
    enum { LONGEST = 256 };
    const char *from = at, *last = at;
    while (at < end && at - from < LONGEST) {
        const unsigned char *c = (const unsigned char *)at;
        if (c[0] > ' ' && c[0] < 0x7F) {
            last = at++;
        } else if (!begins_han(c[0])) {
            break;
        } else if (end - at >= 12 && is_four_han(at)) {
            last = at + 9;
            at += 12;
        } else if (end - at >= 3 && (c[1] & 0xC0) == 0x80 && (c[2] & 0xC0) == 0x80) {
            last = at;
            at += 3;
        } else {
            break;
        }
    }
    return (size_t)((at == end || begins_inert(at, end) ? at : last) - from);
}

static void put_plain(struct sink *sink, const char *bytes, size_t n)
{
    if (sink->gap && !sink->bare)
        put_bytes(sink, " ", 1);
    sink->gap = false;
    sink->any = true;
    if (sink->bare) {
        put_bytes(sink, bytes, n);
        return;
    }
    char lower[sizeof sink->hold];
    for (size_t i = 0; i < n; i++)
        lower[i] = gw_lower(bytes[i]);
    put_bytes(sink, lower, n);
}

// What needs no segment, in front of what joins nothing before it. Returns the bytes it took, 0: it is none such.
static size_t put_settled(struct sink *sink, const char *at, const char *end)
{
    size_t plain = plain_run(at, end);
    if (plain) {
        put_plain(sink, at, plain);
        return plain;
    }
    bool ascii = (unsigned char)*at < 0x80;
    uint32_t c = ascii ? (unsigned char)*at : mark_form(at, end);
    size_t bytes = ascii ? 1 : 3;
    if ((!ascii && !c) || (at + bytes < end && !begins_inert(at + bytes, end)))
        return 0;
    put_point(sink, c < 0x80 && !sink->bare ? (unsigned char)gw_lower((char)c) : c);
    return bytes;
}

static void normal_form(struct gw_span s, struct sink *sink)
{
    char segment[SEGMENT * 4];
    size_t bytes = 0, points = 0;
    for (const char *at = s.at, *end = end_of(s); at < end;) {
        const char *from = at;
        size_t settled = bytes == 0 ? put_settled(sink, at, end) : 0;
        if (settled) {
            at += settled;
            continue;
        }
        uint32_t c = gw_utf8_next(&at, end);
        if (is_inert(c) || points == SEGMENT) {
            if (bytes)
                put_segment(sink, segment, bytes);
            bytes = points = 0;
        }
        if (is_inert(c) && (at == end || begins_inert(at, end))) {
            put_point(sink, c < 0x80 && !sink->bare ? (unsigned char)gw_lower((char)c) : c);
            continue;
        }
        if (c == 0xFFFD && at - from == 1) {
            bytes += gw_utf8_put(segment + bytes, c);
        } else {
            memcpy(segment + bytes, from, (size_t)(at - from));
            bytes += (size_t)(at - from);
        }
        points++;
    }
    if (bytes)
        put_segment(sink, segment, bytes);
}

void gw_text_compare_form(struct gw_span s, struct gw_buf *out)
{
    struct sink sink = {.out = out};
    normal_form(s, &sink);
}

void gw_text_bare_form(struct gw_span s, struct gw_buf *out)
{
    struct sink sink = {.out = out, .bare = true};
    normal_form(s, &sink);
}

void gw_text_digest(struct gw_span s, uint8_t out[32])
{
    struct sink sink = {.digest = gw_sha256_new()};
    normal_form(s, &sink);
    gw_sha256_add(sink.digest, sink.hold, sink.held);
    gw_sha256_final(sink.digest, out);
}

void gw_text_narrow(struct gw_span s, struct gw_buf *out)
{
    for (const char *at = s.at, *end = end_of(s); at < end;) {
        char utf8[4];
        uint32_t c = gw_utf8_next(&at, end);
        if (c >= 0xFF01 && c <= 0xFF5E)
            c -= 0xFEE0;
        else if (c == 0x3000)
            c = ' ';
        gw_buf_add(out, utf8, gw_utf8_put(utf8, c));
    }
}

size_t gw_text_length(struct gw_span s)
{
    size_t n = 0;
    for (const char *at = s.at, *end = end_of(s); at < end;)
        n += !gw_is_wide_space(gw_utf8_next(&at, end));
    return n;
}

// ---- language

enum {
    LANG_READ = 4 * 1024, // bytes that are enough to tell
    LANG_WORD = 16,
    LANG_SHORT = 12, // words; a text up to this long needs one known word, a longer one two
};

enum script { HAN, KANA, HANGUL, LATIN, CYRILLIC, ARABIC, HEBREW, GREEK, THAI, DEVANAGARI, SCRIPTS };

static enum script script_of(uint32_t c)
{
    static const struct {
        struct range range;
        enum script script;
    } rows[] = {
        {{'A', 'Z'}, LATIN},      {{'a', 'z'}, LATIN},          {{0xC0, 0x24F}, LATIN},   {{0x1E00, 0x1EFF}, LATIN},
        {{0x370, 0x3FF}, GREEK},  {{0x400, 0x52F}, CYRILLIC},   {{0x590, 0x5FF}, HEBREW}, {{0x600, 0x6FF}, ARABIC},
        {{0x750, 0x77F}, ARABIC}, {{0x900, 0x97F}, DEVANAGARI}, {{0xE00, 0xE7F}, THAI},
    };
    if (gw_is_han(c))
        return HAN;
    if (gw_is_kana(c))
        return KANA;
    if (gw_is_hangul(c))
        return HANGUL;
    for (size_t i = 0; i < GW_COUNT(rows); i++)
        if (c >= rows[i].range.first && c <= rows[i].range.last)
            return rows[i].script;
    return SCRIPTS;
}

// Frequent words that few of the other languages here share; lower case, blank before and after each.
static const struct {
    const char *lang, *words;
} latin[] = {
    {"en", " the of and to in for on is by with that from this are was as at "},
    {"de", " der die das und ist von den des mit für zu auf im nicht eine dem bei "},
    {"fr", " le la les des et du une est dans pour sur par aux avec qui au "},
    {"es", " el los las y del una para con por que en se su es al como "},
    {"it", " il della di e per che del le dei con una nel alla sono gli è "},
    {"pt", " o os da do das dos e para com uma em não ao na no pela "},
    {"nl", " het een van en de voor met op dat zijn niet aan door bij naar "},
    {"sv", " och att det som för av på är med till den ett har inte "},
    {"da", " og at det som for af på er med til den ikke har fra blev "},
    {"no", " og å det som for av på er med til ikke har fra ble etter "},
    {"fi", " ja on ei että se oli ovat sekä mukaan myös joka kun tai "},
    {"pl", " w i na z do nie się że jest oraz dla od po przez "},
    {"cs", " a v na se je že pro do ve k z jsou podle nebo "},
    {"hu", " a az és hogy nem egy is meg volt vagy szerint "},
    {"ro", " și în de la cu pentru din este care prin sau al "},
    {"tr", " ve bir bu için ile olarak da de olan daha sonra "},
    {"id", " yang dan di dengan untuk dari pada ini dalam oleh "},
    {"vi", " và của là các cho trong có được với theo những "},
};

struct census {
    size_t letters[SCRIPTS];
    size_t persian, ukrainian; // letters that only these have among the languages of their script
    size_t words, hits[GW_COUNT(latin)];
};

static void count_word(struct census *census, const char *word, size_t bytes)
{
    census->words++;
    for (size_t i = 0; i < GW_COUNT(latin); i++)
        census->hits[i] += gw_find(gw_span_of(latin[i].words), (struct gw_span){word, bytes}) >= 0;
}

static void take_census(struct gw_span s, struct census *census)
{
    char word[LANG_WORD + 6] = " "; // blank, letters, blank
    size_t bytes = 1;
    for (const char *at = s.at, *end = end_of(s); at <= end;) {
        uint32_t c = at < end ? gw_utf8_next(&at, end) : 0;
        enum script script = script_of(c);
        if (script < SCRIPTS)
            census->letters[script]++;
        census->persian += c == 0x67E || c == 0x686 || c == 0x698 || c == 0x6AF || c == 0x6CC;
        census->ukrainian += c == 0x454 || c == 0x456 || c == 0x457 || c == 0x491;
        if (script == LATIN) {
            if (bytes <= LANG_WORD)
                bytes += gw_utf8_put(word + bytes, (uint32_t)utf8proc_tolower((int32_t)c));
            continue;
        }
        if (bytes > 1 && bytes <= LANG_WORD) {
            word[bytes] = ' ';
            count_word(census, word, bytes + 1);
        } else if (bytes > 1) {
            census->words++;
        }
        bytes = 1;
        if (c == 0 && at == end)
            break;
    }
}

static const char *latin_lang(const struct census *census)
{
    size_t best = 0, second = 0;
    for (size_t i = 1; i < GW_COUNT(latin); i++)
        if (census->hits[i] > census->hits[best])
            best = i;
    for (size_t i = 0; i < GW_COUNT(latin); i++)
        if (i != best && census->hits[i] > second)
            second = census->hits[i];
    size_t needed = census->words <= LANG_SHORT ? 1 : 2;
    return census->hits[best] >= needed && census->hits[best] > second ? latin[best].lang : "";
}

const char *gw_text_lang(struct gw_span s)
{
    struct census census = {0};
    take_census((struct gw_span){s.at, gw_utf8_cut(s.at, s.bytes, LANG_READ)}, &census);
    // One Han character says about as much as three letters.
    static const size_t weights[SCRIPTS] = {[HAN] = 3, [KANA] = 3, [HANGUL] = 2};
    size_t best = SCRIPTS, most = 3;
    for (size_t i = 0; i < SCRIPTS; i++) {
        size_t weight = census.letters[i] * (weights[i] ? weights[i] : 1);
        if (weight > most) {
            most = weight;
            best = i;
        }
    }
    switch (best) {
    case HAN:
    case KANA: // Japanese is hardly ever without kana, Chinese nearly always
        return census.letters[KANA] * 20 >= census.letters[HAN] ? "ja" : "zh";
    case HANGUL:
        return "ko";
    case LATIN:
        return latin_lang(&census);
    case CYRILLIC:
        return census.ukrainian * 50 > census.letters[CYRILLIC] ? "uk" : "ru";
    case ARABIC:
        return census.persian * 50 > census.letters[ARABIC] ? "fa" : "ar";
    case HEBREW:
        return "he";
    case GREEK:
        return "el";
    case THAI:
        return "th";
    case DEVANAGARI:
        return "hi";
    default:
        return "";
    }
}
