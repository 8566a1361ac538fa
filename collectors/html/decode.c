// SPDX-License-Identifier: Apache-2.0
#include "decode.h"

#include "page.h"

#include <iconv.h>
#include <string.h>
#include <uchardet/uchardet.h>

enum {
    LABEL_SEARCH = 4096,           // bytes in which a page must declare its encoding
    CONVERT_MAX = 4 * 1024 * 1024, // bytes of other encodings that are converted: all that time allows
    STATISTICS_BYTES = 64 * 1024,  // what the statistics look at
};

// ---- encodings: one row per converter, one row per name that pages use (WHATWG Encoding §4.2, the families that are
// met)

enum encoding {
    UTF8,
    UTF16LE,
    UTF16BE,
    GB18030,
    BIG5,
    SJIS,
    EUCJP,
    ISO2022JP,
    EUCKR,
    W1250,
    W1251,
    W1252,
    W1253,
    W1254,
    W1255,
    W1256,
    W1257,
    W1258,
    W874,
    L2,
    L3,
    L4,
    L5,
    L6,
    L7,
    L8,
    L10,
    L13,
    L14,
    L15,
    L16,
    KOI8R,
    KOI8U,
    CP866,
    MAC,
    ENCODINGS,
    NO_ENCODING = ENCODINGS
};

static const struct {
    const char *name;      // what evidence shows
    const char *converter; // iconv's name; NULL: none needed
} encodings[ENCODINGS] = {
    [UTF8] = {"utf-8", NULL},
    [UTF16LE] = {"utf-16le", "UTF-16LE"},
    [UTF16BE] = {"utf-16be", "UTF-16BE"},
    [GB18030] = {"gb18030", "GB18030"},
    [BIG5] = {"big5", "BIG5-HKSCS"},
    [SJIS] = {"shift_jis", "CP932"},
    [EUCJP] = {"euc-jp", "EUC-JP"},
    [ISO2022JP] = {"iso-2022-jp", "ISO-2022-JP"},
    [EUCKR] = {"euc-kr", "CP949"},
    [W1250] = {"windows-1250", "CP1250"},
    [W1251] = {"windows-1251", "CP1251"},
    [W1252] = {"windows-1252", "CP1252"},
    [W1253] = {"windows-1253", "CP1253"},
    [W1254] = {"windows-1254", "CP1254"},
    [W1255] = {"windows-1255", "CP1255"},
    [W1256] = {"windows-1256", "CP1256"},
    [W1257] = {"windows-1257", "CP1257"},
    [W1258] = {"windows-1258", "CP1258"},
    [W874] = {"windows-874", "CP874"},
    [L2] = {"iso-8859-2", "ISO-8859-2"},
    [L3] = {"iso-8859-3", "ISO-8859-3"},
    [L4] = {"iso-8859-4", "ISO-8859-4"},
    [L5] = {"iso-8859-5", "ISO-8859-5"},
    [L6] = {"iso-8859-6", "ISO-8859-6"},
    [L7] = {"iso-8859-7", "ISO-8859-7"},
    [L8] = {"iso-8859-8", "ISO-8859-8"},
    [L10] = {"iso-8859-10", "ISO-8859-10"},
    [L13] = {"iso-8859-13", "ISO-8859-13"},
    [L14] = {"iso-8859-14", "ISO-8859-14"},
    [L15] = {"iso-8859-15", "ISO-8859-15"},
    [L16] = {"iso-8859-16", "ISO-8859-16"},
    [KOI8R] = {"koi8-r", "KOI8-R"},
    [KOI8U] = {"koi8-u", "KOI8-U"},
    [CP866] = {"ibm866", "CP866"},
    [MAC] = {"macintosh", "MACINTOSH"},
};

static const struct {
    const char *label;
    enum encoding encoding;
} labels[] = {
    {"utf-8", UTF8},
    {"utf8", UTF8},
    {"unicode-1-1-utf-8", UTF8},
    {"utf-16", UTF16LE},
    {"utf-16le", UTF16LE},
    {"utf-16be", UTF16BE},
    {"ucs-2", UTF16LE},
    {"unicode", UTF16LE},
    {"gb2312", GB18030},
    {"gb_2312-80", GB18030},
    {"gb_2312", GB18030},
    {"gbk", GB18030},
    {"gb18030", GB18030},
    {"x-gbk", GB18030},
    {"chinese", GB18030},
    {"euc-cn", GB18030},
    {"hz-gb-2312", GB18030},
    {"cp936", GB18030},
    {"windows-936", GB18030},
    {"big5", BIG5},
    {"big5-hkscs", BIG5},
    {"cn-big5", BIG5},
    {"x-x-big5", BIG5},
    {"cp950", BIG5},
    {"shift_jis", SJIS},
    {"shift-jis", SJIS},
    {"sjis", SJIS},
    {"x-sjis", SJIS},
    {"ms_kanji", SJIS},
    {"windows-31j", SJIS},
    {"cp932", SJIS},
    {"euc-jp", EUCJP},
    {"x-euc-jp", EUCJP},
    {"eucjp", EUCJP},
    {"iso-2022-jp", ISO2022JP},
    {"euc-kr", EUCKR},
    {"ks_c_5601-1987", EUCKR},
    {"ksc5601", EUCKR},
    {"korean", EUCKR},
    {"uhc", EUCKR},
    {"windows-949", EUCKR},
    {"cp949", EUCKR},
    {"windows-1250", W1250},
    {"cp1250", W1250},
    {"windows-1251", W1251},
    {"cp1251", W1251},
    {"windows-1252", W1252},
    {"cp1252", W1252},
    {"iso-8859-1", W1252}, // browsers read it so; the difference is 27 punctuation marks
    {"iso8859-1", W1252},
    {"iso_8859-1", W1252},
    {"latin1", W1252},
    {"l1", W1252},
    {"ascii", W1252},
    {"us-ascii", W1252},
    {"windows-1253", W1253},
    {"windows-1254", W1254},
    {"iso-8859-9", W1254},
    {"latin5", W1254},
    {"windows-1255", W1255},
    {"windows-1256", W1256},
    {"windows-1257", W1257},
    {"windows-1258", W1258},
    {"windows-874", W874},
    {"tis-620", W874},
    {"iso-8859-11", W874},
    {"iso-8859-2", L2},
    {"latin2", L2},
    {"iso-8859-3", L3},
    {"iso-8859-4", L4},
    {"iso-8859-5", L5},
    {"iso-8859-6", L6},
    {"iso-8859-7", L7},
    {"iso-8859-8", L8},
    {"iso-8859-8-i", L8},
    {"iso-8859-10", L10},
    {"iso-8859-13", L13},
    {"iso-8859-14", L14},
    {"iso-8859-15", L15},
    {"latin9", L15},
    {"iso-8859-16", L16},
    {"koi8-r", KOI8R},
    {"koi8", KOI8R},
    {"koi8-u", KOI8U},
    {"ibm866", CP866},
    {"cp866", CP866},
    {"macintosh", MAC},
    {"mac-roman", MAC},
    {"x-mac-roman", MAC},
    // what the statistics call some of the above
    {"mac-cyrillic", W1251},
    {"x-mac-cyrillic", W1251},
    {"johab", EUCKR},
};

// What is certainly no text, by its first bytes.
static const struct {
    const char *magic;
    size_t bytes;
    const char *kind;
} binaries[] = {
    {"%PDF-", 5, "PDF"},
    {"PK\3\4", 4, "ZIP or office document"},
    {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8, "old office document"},
    {"\x1F\x8B", 2, "gzip"},
    {"BZh", 3, "bzip2"},
    {"\xFD"
     "7zXZ",
     5, "xz"},
    {"7z\xBC\xAF", 4, "7z"},
    {"Rar!", 4, "RAR"},
    {"\x89PNG", 4, "PNG image"},
    {"GIF8", 4, "GIF image"},
    {"\xFF\xD8\xFF", 3, "JPEG image"},
    {"RIFF", 4, "RIFF media"},
    {"OggS", 4, "Ogg media"},
    {"ID3", 3, "MP3 audio"},
    {"wOFF", 4, "font"},
    {"wOF2", 4, "font"},
    {"\x7F"
     "ELF",
     4, "ELF program"},
    {"MZ\x90", 3, "Windows program"},
};

static enum encoding by_label(struct gw_span label)
{
    label = gw_span_trim(label);
    for (size_t i = 0; i < GW_COUNT(labels); i++)
        if (gw_span_eq_nocase(label, gw_span_of(labels[i].label)))
            return labels[i].encoding;
    return NO_ENCODING;
}

// ---- converters: one of each per process, opened on first use or by gw_decode_warm

static iconv_t converters[ENCODINGS];
static bool opened[ENCODINGS];

static iconv_t converter(enum encoding e)
{
    if (!opened[e]) {
        converters[e] = iconv_open("UTF-8", encodings[e].converter);
        opened[e] = true;
    }
    return converters[e];
}

int gw_decode_warm(void)
{
    const char *missing = NULL;
    for (int e = 0; e < ENCODINGS; e++)
        if (encodings[e].converter && converter((enum encoding)e) == (iconv_t)-1)
            missing = encodings[e].converter;
    return missing ? gw_fail(GW_EIO, "no converter for %s on this system", missing) : GW_OK;
}

// ---- labels

// The value behind "charset" in s ("text/html; charset=gbk", `charset = "gbk"`), or the empty span.
static struct gw_span charset_value(struct gw_span s, const char *key)
{
    ptrdiff_t at = gw_find_nocase(s, gw_span_of(key));
    if (at < 0)
        return (struct gw_span){NULL, 0};
    const char *p = s.at + at + strlen(key), *end = s.at + s.bytes;
    while (p < end && gw_is_space((unsigned char)*p))
        p++;
    if (p == end || *p++ != '=')
        return (struct gw_span){NULL, 0};
    while (p < end && (gw_is_space((unsigned char)*p) || *p == '"' || *p == '\''))
        p++;
    const char *start = p;
    while (p < end && !gw_is_space((unsigned char)*p) && !strchr("\"'>;,/?", *p))
        p++;
    return (struct gw_span){start, (size_t)(p - start)};
}

static struct gw_span until(struct gw_span s, size_t from, char stop)
{
    const char *end = memchr(s.at + from, stop, s.bytes - from);
    return (struct gw_span){s.at + from, end ? (size_t)(end - s.at) - from : s.bytes - from};
}

static enum encoding by_declaration(struct gw_span head, const char **ret_why)
{
    if (gw_starts_with(head, "<?xml")) {
        enum encoding e = by_label(charset_value(until(head, 0, '>'), "encoding"));
        if (e != NO_ENCODING) {
            *ret_why = "xml";
            return e;
        }
    }
    for (size_t from = 0; from < head.bytes;) {
        ptrdiff_t at = gw_find_nocase((struct gw_span){head.at + from, head.bytes - from}, GW_SPAN("<meta"));
        if (at < 0)
            break;
        from += (size_t)at + 5;
        struct gw_span tag = until(head, from, '>');
        enum encoding e = by_label(charset_value(tag, "charset"));
        if (e != NO_ENCODING) {
            *ret_why = "meta";
            // A <meta> that could be read as ASCII is not UTF-16 (WHATWG HTML §13.2.3.2).
            return e == UTF16LE || e == UTF16BE ? UTF8 : e;
        }
    }
    return NO_ENCODING;
}

// ---- statistics

struct utf8_count {
    size_t good; // well-formed multi-byte sequences
    size_t bad;  // malformed bytes, a sequence cut by the end not counted
};

enum { COUNTED = 1024 * 1024 }; // bytes that tell well enough how much of a broken text is UTF-8

static struct utf8_count count_utf8(struct gw_span s)
{
    struct utf8_count count = {0};
    const char *at = s.at, *end = s.at + s.bytes, *enough = s.bytes > COUNTED ? s.at + COUNTED : end;
    while (at < end && (count.bad == 0 || at < enough)) {
        if (!(*at & 0x80)) {
            at++;
            continue;
        }
        const char *before = at;
        uint32_t c = gw_utf8_next(&at, end);
        if (c == 0xFFFD && at - before == 1) {
            if (end - before >= 4)
                count.bad++;
        } else {
            count.good++;
        }
    }
    return count;
}

// Two-byte characters of GB 2312 level 1 (the 3,755 common ideographs) or its punctuation rows against all others: real
// Chinese is nearly all of the first kind, text of other encodings is not.
static bool looks_like_gb(struct gw_span s)
{
    size_t common = 0, other = 0;
    for (size_t i = 0; i < s.bytes; i++) {
        unsigned char a = (unsigned char)s.at[i];
        if (a < 0x80)
            continue;
        unsigned char b = i + 1 < s.bytes ? (unsigned char)s.at[i + 1] : 0;
        if (b >= 0xA1 && ((a >= 0xB0 && a <= 0xD7) || (a >= 0xA1 && a <= 0xA3)))
            common++;
        else
            other++;
        if (b >= 0x40)
            i++;
    }
    return common >= 8 && common > other * 4;
}

static enum encoding by_statistics(struct gw_span s)
{
    if (s.bytes > STATISTICS_BYTES)
        s.bytes = STATISTICS_BYTES;
    if (looks_like_gb(s))
        return GB18030;
    uchardet_t detector = uchardet_new();
    enum encoding e = NO_ENCODING;
    if (uchardet_handle_data(detector, s.at, s.bytes) == 0) {
        uchardet_data_end(detector);
        e = by_label(gw_span_of(uchardet_get_charset(detector)));
    }
    uchardet_delete(detector);
    return e == NO_ENCODING || e == UTF16LE || e == UTF16BE ? W1252 : e;
}

// UTF-16 without a BOM: mark-up is ASCII, so every other byte of the head is zero.
static enum encoding by_zero_bytes(struct gw_span head)
{
    size_t zeros[2] = {0};
    for (size_t i = 0; i < head.bytes; i++)
        zeros[i & 1] += head.at[i] == '\0';
    size_t half = head.bytes / 2;
    if (half >= 8 && zeros[1] * 10 > half * 4 && zeros[0] * 50 < half)
        return UTF16LE;
    if (half >= 8 && zeros[0] * 10 > half * 4 && zeros[1] * 50 < half)
        return UTF16BE;
    return NO_ENCODING;
}

// ---- conversion

static int full(void)
{
    return gw_fail(GW_ELIMIT, "page memory is full while decoding");
}

static int decided(struct gw_arena *arena, enum encoding e, const char *why, struct gw_decoded *ret)
{
    ret->charset = gw_arena_printf(arena, "%s (%s)", encodings[e].name, why);
    return ret->charset ? GW_OK : full();
}

static int convert(struct gw_arena *arena, enum encoding e, struct gw_span in, struct gw_span *ret, bool *ret_truncated)
{
    iconv_t cd = converter(e);
    if (in.bytes > CONVERT_MAX) {
        in.bytes = CONVERT_MAX;
        *ret_truncated = true;
    }
    if (cd == (iconv_t)-1)
        return gw_fail(GW_EIO, "no converter for %s on this system", encodings[e].converter);
    // Two bytes give at most three, one byte at most three; most pages stay well below twice their size.
    size_t room = in.bytes * 3 + 16 < GW_BODY_MAX ? in.bytes * 3 + 16 : GW_BODY_MAX;
    char *out = gw_arena_alloc(arena, room);
    if (!out)
        return full();
    char *from = (char *)in.at, *to = out;
    size_t left = in.bytes, space = room;
    iconv(cd, NULL, NULL, NULL, NULL);
    while (left) {
        if (iconv(cd, &from, &left, &to, &space) != (size_t)-1)
            break;
        if (space < 4) {
            *ret_truncated = true;
            break;
        }
        // Malformed, or cut in the middle by the end: one mark for one byte, and on.
        size_t n = gw_utf8_put(to, 0xFFFD);
        to += n;
        space -= n;
        from++;
        left--;
    }
    *ret = (struct gw_span){out, (size_t)(to - out)};
    return GW_OK;
}

static int take_utf8(struct gw_arena *arena, struct gw_span in, bool valid, struct gw_decoded *ret)
{
    ret->truncated = in.bytes > GW_BODY_MAX;
    in.bytes = gw_utf8_cut(in.at, in.bytes, GW_BODY_MAX);
    if (valid) {
        ret->text = in;
        return GW_OK;
    }
    size_t bad = 0;
    const char *end = in.at + in.bytes;
    for (const char *at = in.at, *before = at; at < end; before = at)
        bad += gw_utf8_next(&at, end) == 0xFFFD && at - before == 1;
    char *out = gw_arena_alloc(arena, in.bytes + 2 * bad + 1);
    if (!out)
        return full();
    size_t n = 0;
    for (const char *at = in.at; at < end;)
        n += gw_utf8_put(out + n, gw_utf8_next(&at, end));
    ret->text = (struct gw_span){out, n};
    return GW_OK;
}

static int refuse_binary(struct gw_span in)
{
    for (size_t i = 0; i < GW_COUNT(binaries); i++)
        if (in.bytes >= binaries[i].bytes && memcmp(in.at, binaries[i].magic, binaries[i].bytes) == 0)
            return gw_fail(GW_EINVAL, "binary: %s", binaries[i].kind);
    return GW_OK;
}

static int refuse_controls(struct gw_span head)
{
    size_t controls = 0;
    for (size_t i = 0; i < head.bytes; i++) {
        unsigned char c = (unsigned char)head.at[i];
        controls += c < 0x20 && !gw_is_space(c) && c != 0x1B;
    }
    return controls * 32 > head.bytes ? gw_fail(GW_EINVAL, "binary: control characters") : GW_OK;
}

// The encoding of `in` and why. `*ret_valid`: it is UTF-8 as a whole.
static enum encoding decide(struct gw_span in, const struct gw_decode_input *input, const char **ret_why,
                            bool *ret_valid)
{
    struct gw_span head = {in.at, in.bytes < LABEL_SEARCH ? in.bytes : LABEL_SEARCH};
    *ret_valid = false;
    *ret_why = "zero bytes";
    enum encoding e = by_zero_bytes(head);
    if (e != NO_ENCODING)
        return e;
    struct utf8_count utf8 = count_utf8(in);
    bool cut_tail = utf8.bad == 0 && !gw_utf8_valid(in.at, in.bytes, false);
    *ret_valid = utf8.bad == 0 && !cut_tail;
    *ret_why = "valid";
    if (utf8.bad == 0 && utf8.good > 0)
        return UTF8;
    bool sources = false;
    if (input->charset && strcmp(input->charset, "auto") != 0) {
        *ret_why = "source";
        e = by_label(gw_span_of(input->charset));
        sources = e != NO_ENCODING;
    }
    if (e == NO_ENCODING && input->content_type) {
        *ret_why = "http";
        e = by_label(charset_value(gw_span_of(input->content_type), "charset"));
    }
    if (e == NO_ENCODING)
        e = by_declaration(head, ret_why);
    if (utf8.bad == 0 && !cut_tail) { // pure ASCII: every label but a stateful one says the same
        if (e == NO_ENCODING) {
            *ret_why = "ascii";
            e = UTF8;
        }
        return e == ISO2022JP ? e : UTF8;
    }
    if (sources)
        return e;
    // A few broken bytes in what is otherwise UTF-8 (a cut character, one pasted quote) do not make it something else.
    bool nearly = utf8.good > utf8.bad * 16;
    if (nearly && (e == UTF8 || e == NO_ENCODING || utf8.good > 64)) {
        *ret_why = "nearly valid";
        return UTF8;
    }
    // An UTF-8 label on bytes that are not, or a single-byte label on what is clearly Chinese, is a template's default.
    if (e == NO_ENCODING || e == UTF8 || e == UTF16LE || e == UTF16BE || (e == W1252 && looks_like_gb(in))) {
        *ret_why = "statistics";
        e = by_statistics(in);
    }
    return e;
}

static const struct {
    const char *bytes;
    size_t count;
    enum encoding encoding;
} marks[] = {{"\xEF\xBB\xBF", 3, UTF8}, {"\xFF\xFE", 2, UTF16LE}, {"\xFE\xFF", 2, UTF16BE}};

int gw_decode(struct gw_arena *arena, const struct gw_decode_input *input, struct gw_decoded *ret_decoded)
{
    struct gw_span in = {input->bytes, input->length};
    struct gw_decoded d = {0};
    if (in.bytes == 0)
        return gw_fail(GW_EINVAL, "zero bytes");
    int rc = refuse_binary(in);
    if (rc < 0)
        return rc;
    enum encoding e = NO_ENCODING;
    const char *why = "bom";
    bool valid = false;
    for (size_t i = 0; i < GW_COUNT(marks) && e == NO_ENCODING; i++)
        if (in.bytes >= marks[i].count && memcmp(in.at, marks[i].bytes, marks[i].count) == 0) {
            e = marks[i].encoding;
            in.at += marks[i].count;
            in.bytes -= marks[i].count;
            valid = e == UTF8 && gw_utf8_valid(in.at, in.bytes, false);
        }
    if (e == NO_ENCODING)
        e = decide(in, input, &why, &valid);
    if (e != UTF16LE && e != UTF16BE) {
        rc = refuse_controls((struct gw_span){in.at, in.bytes < LABEL_SEARCH ? in.bytes : LABEL_SEARCH});
        if (rc < 0)
            return rc;
    }
    rc = e == UTF8 ? take_utf8(arena, in, valid, &d) : convert(arena, e, in, &d.text, &d.truncated);
    if (rc == GW_OK)
        rc = decided(arena, e, why, &d);
    if (rc == GW_OK)
        *ret_decoded = d;
    return rc;
}
