// SPDX-License-Identifier: Apache-2.0
// DESIGN: a URL passes three steps. clean() does what browsers do to an href (white space, backslashes, raw bytes);
// split() cuts it by the grammar of RFC 3986 and has the authority judged by CURLU, whose leftovers (host case, mapped
// IPv6, trailing dots) are finished here; compose() writes it. Everything happens in buffers on the stack: the arena is
// touched last, so that its longjmp leaks nothing. Internationalised names become Punycode (RFC 3492) here and not in
// libidn2, whose result depends on the locale.
#include "url.h"

#include "base/buf.h"
#include "base/str.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

enum {
    URL_MAX = 8192,
    HOST_MAX = 253, // RFC 1035 §2.3.4
    LABEL_MAX = 63,
};

// A reference cut at its delimiters; the spans point into the cleaned text.
struct parts {
    bool https;
    bool has_authority;
    char host[HOST_MAX + 3]; // lower case, IPv6 in brackets; "" in a relative reference
    unsigned port;           // 0: the scheme's default
    struct gw_span path, query;
    bool has_query;
};

// ---- clean

static bool is_name_byte(unsigned char c)
{
    return gw_is_alpha(c) || gw_is_digit(c) || c == '-' || c == '.' || c == '_';
}

static bool is_url_byte(unsigned char c)
{
    return is_name_byte(c) || c == '/' || (c > ' ' && c != 0x7F && !strchr("\"<>\\^`{|}", c));
}

static bool is_dropped(char c)
{
    return c == '\t' || c == '\n' || c == '\r';
}

// WHATWG URL §4.4 as far as hrefs need it. Bytes over 0x7F stay for compose(), being letters in a name and octets
// elsewhere. The fragment goes: no server is ever sent one.
static int clean(const char *raw, char out[URL_MAX + 1])
{
    struct gw_span s = gw_span_of(raw);
    while (s.bytes && (unsigned char)s.at[0] <= ' ') {
        s.at++;
        s.bytes--;
    }
    while (s.bytes && (unsigned char)s.at[s.bytes - 1] <= ' ')
        s.bytes--;
    size_t n = 0;
    bool in_query = false;
    for (size_t i = 0; i < s.bytes && s.at[i] != '#'; i++) {
        char c = s.at[i];
        if (is_dropped(c))
            continue;
        in_query = in_query || c == '?';
        if (c == '\\' && !in_query)
            c = '/';
        bool plain = is_url_byte((unsigned char)c);
        if (n + (plain ? 1 : 3) > URL_MAX)
            return gw_fail(GW_ELIMIT, "URL over %d bytes", URL_MAX);
        if (plain)
            out[n++] = c;
        else
            n += (size_t)snprintf(out + n, 4, "%%%02X", (unsigned char)c);
    }
    out[n] = '\0';
    return GW_OK;
}

// ---- split

static int refuse(enum gw_rc rc, const char *what, struct gw_span at)
{
    return gw_fail(rc, "%s: '%.*s'", what, (int)gw_utf8_cut(at.at, at.bytes, 80), at.at);
}

// RFC 3492 §6.1.
static uint32_t adapt(uint32_t delta, uint32_t points, bool first)
{
    delta = first ? delta / 700 : delta / 2;
    delta += delta / points;
    uint32_t k = 0;
    for (; delta > 455; k += 36)
        delta /= 35;
    return k + 36 * delta / (delta + 38);
}

// RFC 3492 §6.3 over one label of at most LABEL_MAX code points, "xn--" included; false when it grows over LABEL_MAX.
static bool punycode(const uint32_t *label, size_t points, struct gw_buf *out)
{
    static const char digits[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    uint32_t n = 0x80, delta = 0, bias = 72;
    size_t start = out->bytes, basic = 0;
    gw_buf_puts(out, "xn--");
    for (size_t i = 0; i < points; i++)
        if (label[i] < 0x80) {
            gw_buf_putc(out, (char)label[i]);
            basic++;
        }
    size_t handled = basic;
    if (basic)
        gw_buf_putc(out, '-');
    while (handled < points) {
        uint32_t next = UINT32_MAX;
        for (size_t i = 0; i < points; i++)
            if (label[i] >= n && label[i] < next)
                next = label[i];
        delta += (next - n) * (uint32_t)(handled + 1); // fits: 0x110000 * 64
        n = next;
        for (size_t i = 0; i < points; i++) {
            if (label[i] < n)
                delta++;
            if (label[i] != n)
                continue;
            uint32_t q = delta;
            for (uint32_t k = 36;; k += 36) {
                uint32_t t = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias;
                if (q < t)
                    break;
                gw_buf_putc(out, digits[t + (q - t) % (36 - t)]);
                q = (q - t) / (36 - t);
            }
            gw_buf_putc(out, digits[q]);
            bias = adapt(delta, (uint32_t)handled + 1, handled == basic);
            delta = 0;
            handled++;
        }
        delta++;
        n++;
    }
    return gw_buf_ok(out) && out->bytes - start <= LABEL_MAX;
}

// The name in NFKC and folded case, non-ASCII labels in Punycode: UTS #46 for the names that occur, without its tables.
static bool ascii_name(struct gw_span name, struct gw_buf *out)
{
    int32_t points[HOST_MAX];
    if (name.bytes > HOST_MAX || !gw_utf8_valid(name.at, name.bytes, true))
        return false;
    const utf8proc_option_t how =
        UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
    ssize_t n = utf8proc_decompose((const uint8_t *)name.at, (ssize_t)name.bytes, points, HOST_MAX, how);
    if (n < 0 || n > HOST_MAX)
        return false;
    n = utf8proc_normalize_utf32(points, n, how);
    uint32_t label[LABEL_MAX];
    size_t length = 0;
    bool ascii = true;
    for (ssize_t i = 0; i <= n; i++) {
        uint32_t c = i == n ? '.' : (uint32_t)points[i];
        if (c == '.' || c == 0x3002 || c == ':') { // the last in front of its port
            if (!ascii && !punycode(label, length, out))
                return false;
            for (size_t k = 0; ascii && k < length; k++)
                gw_buf_putc(out, (char)label[k]);
            if (i < n)
                gw_buf_putc(out, c == ':' ? ':' : '.');
            length = 0;
            ascii = true;
            continue;
        }
        if (length == LABEL_MAX)
            return false;
        // Compatibility forms hide delimiters (U+2100 is "a/c"): a name never gains one.
        if (c < 0x80 && !gw_is_alpha((unsigned char)c) && !gw_is_digit((unsigned char)c) && !strchr("-_", (int)c))
            return false;
        label[length++] = c;
        ascii = ascii && c < 0x80;
    }
    return gw_buf_ok(out);
}

// A last label that looks like a number makes the name an IPv4 address, or wrong (WHATWG URL §3.5).
static bool numeric_end(const char *host)
{
    const char *dot = strrchr(host, '.');
    const char *label = dot ? dot + 1 : host;
    if (label[0] == '0' && (label[1] == 'x' || label[1] == 'X'))
        return true;
    return label[0] && label[strspn(label, "0123456789")] == '\0';
}

static bool ip6_host(const char *host, char out[HOST_MAX + 3])
{
    struct in6_addr address;
    char text[INET6_ADDRSTRLEN];
    size_t n = strlen(host);
    if (n < 4 || n - 2 >= sizeof text || host[n - 1] != ']')
        return false;
    memcpy(text, host + 1, n - 2);
    text[n - 2] = '\0';
    if (inet_pton(AF_INET6, text, &address) != 1)
        return false;
    if (IN6_IS_ADDR_V4MAPPED(&address))
        return inet_ntop(AF_INET, &address.s6_addr[12], out, HOST_MAX);
    if (!inet_ntop(AF_INET6, &address, text, sizeof text))
        return false;
    snprintf(out, HOST_MAX + 3, "[%s]", text);
    return true;
}

static bool named_host(const char *host, char out[HOST_MAX + 3])
{
    size_t n = strlen(host);
    if (n && host[n - 1] == '.')
        n--;
    if (n == 0 || n > HOST_MAX || host[n - 1] == '.')
        return false;
    size_t label = 0;
    for (size_t i = 0; i < n; i++) {
        char c = gw_lower(host[i]);
        label = c == '.' ? 0 : label + 1;
        if ((c == '.' && (i == 0 || host[i - 1] == '.')) || label > LABEL_MAX || !is_name_byte((unsigned char)c))
            return false;
        out[i] = c;
    }
    out[n] = '\0';
    struct in_addr address;
    return !numeric_end(out) || inet_pton(AF_INET, out, &address) == 1;
}

// Most are a name alone and no address, of which CURLU would say nothing new.
static bool plain_host(struct gw_span authority, char out[HOST_MAX + 3])
{
    char text[HOST_MAX + 2]; // with the dot of the root
    if (authority.bytes >= sizeof text)
        return false;
    for (size_t i = 0; i < authority.bytes; i++)
        if (!is_name_byte((unsigned char)authority.at[i]))
            return false;
    memcpy(text, authority.at, authority.bytes);
    text[authority.bytes] = '\0';
    return !numeric_end(text) && named_host(text, out) && !numeric_end(out);
}

// CURLU says whether the authority is one, and unpacks IPv4 in its odd spellings.
static int read_authority(struct gw_span authority, struct parts *parts)
{
    char text[HOST_MAX * 4 + 16];
    struct gw_buf name = GW_BUF(HOST_MAX + 8); // with ":port"
    if (authority.bytes == 0)
        return gw_fail(GW_EINVAL, "URL without a host");
    if (plain_host(authority, parts->host))
        return GW_OK;
    if (memchr(authority.at, '@', authority.bytes))
        return gw_fail(GW_EDENIED, "URL with a user name");
    bool ascii = true;
    for (size_t i = 0; i < authority.bytes; i++)
        ascii = ascii && (unsigned char)authority.at[i] < 0x80;
    if (authority.bytes > HOST_MAX + 8 || (!ascii && !ascii_name(authority, &name))) {
        gw_buf_fini(&name);
        return refuse(GW_EINVAL, "not a host name", authority);
    }
    snprintf(text, sizeof text, "http://%.*s/", ascii ? (int)authority.bytes : (int)name.bytes,
             ascii ? authority.at : name.data);
    gw_buf_fini(&name);

    CURLU *handle = curl_url();
    gw_assert(handle);
    char *host = NULL, *port = NULL, *zone = NULL;
    CURLUcode code = curl_url_set(handle, CURLUPART_URL, text, CURLU_DISALLOW_USER);
    if (!code)
        code = curl_url_get(handle, CURLUPART_HOST, &host, 0);
    bool fine = !code && curl_url_get(handle, CURLUPART_ZONEID, &zone, 0) == CURLUE_NO_ZONEID &&
                (host[0] == '[' ? ip6_host(host, parts->host) : named_host(host, parts->host));
    uint64_t number = 0;
    if (fine && curl_url_get(handle, CURLUPART_PORT, &port, 0) == CURLUE_OK)
        fine = gw_parse_u64(gw_span_of(port), 65535, &number) && number > 0;
    parts->port = number == (parts->https ? 443 : 80) ? 0 : (unsigned)number;
    curl_free(host);
    curl_free(port);
    curl_free(zone);
    curl_url_cleanup(handle);
    return fine ? GW_OK : refuse(GW_EINVAL, code ? curl_url_strerror(code) : "not a host name", authority);
}

// Bytes of a leading "scheme:", colon included; 0 when there is none.
static size_t scheme_bytes(const char *text)
{
    size_t n = 0;
    if (!gw_is_alpha((unsigned char)text[0]))
        return 0;
    while (gw_is_alpha((unsigned char)text[n]) || gw_is_digit((unsigned char)text[n]) ||
           (text[n] && strchr("+-.", text[n])))
        n++;
    return text[n] == ':' ? n + 1 : 0;
}

// Cut a cleaned reference. `base` gives the scheme of a relative one; NULL: it must be absolute.
static int split(const char *text, const struct parts *base, struct parts *ret)
{
    struct parts parts = {.https = base && base->https};
    size_t scheme = scheme_bytes(text);
    size_t slashes = strspn(text + scheme, "/");
    if (scheme) {
        struct gw_span name = {text, scheme - 1};
        parts.https = gw_span_eq_nocase(name, GW_SPAN("https"));
        if (!parts.https && !gw_span_eq_nocase(name, GW_SPAN("http")))
            return refuse(GW_EINVAL, "not an http or https URL", gw_span_of(text));
        // "http:page.html" is relative to a base of that scheme; "http:/host" and "http:///host" are slips of the pen.
        parts.has_authority = slashes >= 2 || !base || base->https != parts.https;
        text += scheme + (parts.has_authority ? slashes : 0);
    } else if (!base) {
        return refuse(GW_EINVAL, "not an absolute URL", gw_span_of(text));
    } else if (slashes >= 2) {
        parts.has_authority = true;
        text += slashes;
    }
    if (parts.has_authority) {
        struct gw_span authority = {text, strcspn(text, "/?")};
        int rc = read_authority(authority, &parts);
        if (rc)
            return rc;
        text += authority.bytes;
    }
    size_t path = strcspn(text, "?");
    parts.path = (struct gw_span){text, path};
    parts.has_query = text[path] == '?';
    if (parts.has_query)
        parts.query = gw_span_of(text + path + 1);
    *ret = parts;
    return GW_OK;
}

static int read_absolute(const char *url, char text[URL_MAX + 1], struct parts *ret)
{
    int rc = clean(url, text);
    return rc ? rc : split(text, NULL, ret);
}

// ---- compose

// RFC 3986 §5.2.4, in place over an absolute path; "%2e" is a dot too (WHATWG).
static size_t dot_bytes(const char *at, const char *end)
{
    if (at < end && *at == '.')
        return 1;
    return end - at >= 3 && at[0] == '%' && at[1] == '2' && (at[2] | 0x20) == 'e' ? 3 : 0;
}

static size_t remove_dots(char *path, size_t bytes)
{
    const char *end = path + bytes;
    const char *at = path;
    char *out = path;
    while (at < end) { // at a '/', the segment behind it decides
        const char *segment = at + 1;
        const char *stop = memchr(segment, '/', (size_t)(end - segment));
        if (!stop)
            stop = end;
        size_t dot = dot_bytes(segment, stop);
        size_t more = dot ? dot_bytes(segment + dot, stop) : 0;
        if (dot && (size_t)(stop - segment) == dot + more) {
            if (more)
                while (out > path && *--out != '/')
                    ;
            if (stop == end)
                *out++ = '/';
        } else {
            memmove(out, at, (size_t)(stop - at));
            out += stop - at;
        }
        at = stop;
    }
    if (out == path)
        *out++ = '/';
    return (size_t)(out - path);
}

// As it is, but for the octets a URL may not hold.
static void put_octets(struct gw_buf *out, struct gw_span s)
{
    for (size_t i = 0; i < s.bytes; i++)
        if ((unsigned char)s.at[i] < 0x80)
            gw_buf_putc(out, s.at[i]);
        else
            gw_buf_printf(out, "%%%02X", (unsigned char)s.at[i]);
}

static void put_origin(struct gw_buf *out, bool https, const char *host, unsigned port)
{
    gw_buf_puts(out, https ? "https://" : "http://");
    gw_buf_puts(out, host);
    if (port)
        gw_buf_printf(out, ":%u", port);
}

static char *finish(struct gw_arena *arena, struct gw_buf *out)
{
    char text[URL_MAX + 1];
    size_t bytes = out->bytes;
    bool fine = gw_buf_ok(out);
    if (fine)
        memcpy(text, gw_buf_str(out), bytes);
    gw_buf_fini(out);
    if (!fine) {
        gw_fail(GW_ELIMIT, "URL over %d bytes", URL_MAX);
        return NULL;
    }
    char *copy = gw_arena_strndup(arena, text, bytes);
    if (!copy)
        gw_fail(GW_ELIMIT, "no memory left for a URL");
    return copy;
}

char *gw_url_resolve(struct gw_arena *arena, const char *base, const char *reference)
{
    char base_text[URL_MAX + 1], text[URL_MAX + 1];
    struct parts from = {0}, to;
    if (base && read_absolute(base, base_text, &from) != GW_OK)
        return NULL;
    if (clean(reference, text) != GW_OK || split(text, base ? &from : NULL, &to) != GW_OK)
        return NULL;

    struct gw_buf out = GW_BUF(URL_MAX);
    const struct parts *origin = to.has_authority ? &to : &from;
    put_origin(&out, origin->https, origin->host, origin->port);
    size_t path = out.bytes;
    bool same_document = !to.has_authority && to.path.bytes == 0;
    if (same_document) {
        put_octets(&out, from.path);
    } else {
        if (!to.has_authority && to.path.at[0] != '/') { // RFC 3986 §5.2.3
            size_t keep = from.path.bytes;
            while (keep && from.path.at[keep - 1] != '/')
                keep--;
            put_octets(&out, (struct gw_span){from.path.at, keep});
        }
        if (out.bytes == path && (to.path.bytes == 0 || to.path.at[0] != '/'))
            gw_buf_putc(&out, '/');
        put_octets(&out, to.path);
    }
    if (out.bytes == path)
        gw_buf_putc(&out, '/');
    if (gw_buf_ok(&out))
        gw_buf_truncate(&out, path + remove_dots(out.data + path, out.bytes - path));
    const struct parts *asked = same_document && !to.has_query ? &from : &to;
    if (asked->has_query) {
        gw_buf_putc(&out, '?');
        put_octets(&out, asked->query);
    }
    return finish(arena, &out);
}

// ---- identity

static int hex_value(char c)
{
    return gw_is_digit((unsigned char)c)            ? c - '0'
           : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
                                                    : -1;
}

// Leading bytes that are their own normal form.
static size_t plain_bytes(const char *at, size_t bytes)
{
    size_t n = 0;
    while (n < bytes && (is_name_byte((unsigned char)at[n]) || at[n] == '/'))
        n++;
    return n;
}

// RFC 3986 §6.2.2: unreserved octets bare, all others in capital hex. A stray '%' is encoded itself, lest it form an
// escape with what follows.
static void put_normal(struct gw_buf *out, struct gw_span s)
{
    for (size_t i = 0; i < s.bytes; i++) {
        size_t plain = plain_bytes(s.at + i, s.bytes - i);
        if (plain) {
            gw_buf_add(out, s.at + i, plain);
            i += plain - 1;
            continue;
        }
        unsigned char c = (unsigned char)s.at[i];
        int high = c == '%' && i + 2 < s.bytes ? hex_value(s.at[i + 1]) : -1;
        int low = high >= 0 ? hex_value(s.at[i + 2]) : -1;
        bool escape = low >= 0;
        if (escape) {
            c = (unsigned char)(high << 4 | low);
            i += 2;
        }
        bool unreserved = gw_is_alpha(c) || gw_is_digit(c) || (c && strchr("-._~", c));
        if (unreserved || (!escape && c != '%' && c < 0x80))
            gw_buf_putc(out, (char)c);
        else
            gw_buf_printf(out, "%%%02X", c);
    }
}

// Parameters that say who passed the link on, or which visit it was; never what it shows. A name ending in '*' is a
// prefix; a value narrows the row to it.
static const struct {
    const char *name, *value;
} tracking[] = {
    {"utm_*", NULL},
    {"gclid", NULL},
    {"gclsrc", NULL},
    {"dclid", NULL},
    {"gbraid", NULL},
    {"wbraid", NULL},
    {"fbclid", NULL},
    {"msclkid", NULL},
    {"yclid", NULL},
    {"igshid", NULL},
    {"mc_cid", NULL},
    {"mc_eid", NULL},
    {"_ga", NULL},
    {"_gl", NULL},
    {"_hsenc", NULL},
    {"_hsmi", NULL},
    {"spm", NULL}, // Alibaba, and the broadcasters that took it over
    {"isappinstalled", NULL},
    {"nsukey", NULL},
    {"from", "timeline"}, // WeChat
    {"from", "singlemessage"},
    {"from", "groupmessage"},
    {"jsessionid", NULL},
    {"phpsessid", NULL},
};

static bool is_tracking(struct gw_span parameter)
{
    const char *equals = parameter.bytes ? memchr(parameter.at, '=', parameter.bytes) : NULL;
    struct gw_span name = {parameter.at, equals ? (size_t)(equals - parameter.at) : parameter.bytes};
    struct gw_span value = {equals ? equals + 1 : "", equals ? parameter.bytes - name.bytes - 1 : 0};
    for (size_t i = 0; i < GW_COUNT(tracking); i++) {
        struct gw_span row = gw_span_of(tracking[i].name);
        bool prefix = row.at[row.bytes - 1] == '*';
        if (prefix ? name.bytes >= row.bytes && gw_span_eq_nocase((struct gw_span){name.at, row.bytes - 1},
                                                                  (struct gw_span){row.at, row.bytes - 1})
                   : gw_span_eq_nocase(name, row))
            if (!tracking[i].value || gw_span_eq_nocase(value, gw_span_of(tracking[i].value)))
                return true;
    }
    return false;
}

static void put_query(struct gw_buf *out, struct gw_span query)
{
    char separator = '?';
    bool any = false;
    size_t start = out->bytes;
    for (size_t i = 0; i <= query.bytes;) {
        const char *amp = query.bytes - i ? memchr(query.at + i, '&', query.bytes - i) : NULL;
        struct gw_span one = {query.at + i, amp ? (size_t)(amp - query.at) - i : query.bytes - i};
        size_t before = out->bytes;
        i += one.bytes + 1;
        gw_buf_putc(out, separator);
        put_normal(out, one);
        if (!gw_buf_ok(out))
            return;
        if (is_tracking((struct gw_span){out->data + before + 1, out->bytes - before - 1})) {
            gw_buf_truncate(out, before);
            continue;
        }
        separator = '&';
        any = any || one.bytes;
    }
    if (!any) // "?" and "?&" ask for nothing
        gw_buf_truncate(out, start);
}

static bool is_address(const char *host)
{
    return host[0] == '[' || numeric_end(host);
}

static const char *without_www(const char *host)
{
    while (strncmp(host, "www.", 4) == 0 && strchr(host + 4, '.'))
        host += 4;
    return host;
}

// Servlet containers put the visit into the path: /a.do;jsessionid=0A1B
static void normal_path(struct gw_buf *out, struct gw_span path)
{
    size_t start = out->bytes;
    if (path.bytes == 0)
        gw_buf_putc(out, '/');
    put_normal(out, path);
    if (!gw_buf_ok(out))
        return;
    struct gw_span all = {out->data + start, out->bytes - start};
    ptrdiff_t visit = gw_find_nocase(all, GW_SPAN(";jsessionid="));
    if (visit > 0)
        all.bytes = (size_t)visit;
    gw_buf_truncate(out, start + remove_dots(out->data + start, all.bytes));
}

static char *canonical(struct gw_arena *arena, const struct parts *parts)
{
    struct gw_buf out = GW_BUF(URL_MAX);
    // Two schemes never share a port, so an explicit one leaves no doubt which it is.
    put_origin(&out, parts->port ? parts->https : true, without_www(parts->host), parts->port);
    normal_path(&out, parts->path);
    if (parts->has_query)
        put_query(&out, parts->query);
    return finish(arena, &out);
}

static char *host_key(struct gw_arena *arena, const struct parts *parts)
{
    struct gw_buf out = GW_BUF(URL_MAX);
    gw_buf_puts(&out, parts->host);
    if (parts->port)
        gw_buf_printf(&out, ":%u", parts->port);
    else
        gw_buf_puts(&out, ":443");
    return finish(arena, &out);
}

char *gw_url_canonical(struct gw_arena *arena, const char *url)
{
    char text[URL_MAX + 1];
    struct parts parts;
    return read_absolute(url, text, &parts) == GW_OK ? canonical(arena, &parts) : NULL;
}

char *gw_url_host_key(struct gw_arena *arena, const char *url)
{
    char text[URL_MAX + 1];
    struct parts parts;
    return read_absolute(url, text, &parts) == GW_OK ? host_key(arena, &parts) : NULL;
}

bool gw_url_identify(struct gw_arena *arena, const char *url, char **ret_canonical, char **ret_host_key)
{
    char text[URL_MAX + 1];
    struct parts parts;
    if (read_absolute(url, text, &parts) != GW_OK)
        return false;
    char *name = canonical(arena, &parts), *host = name ? host_key(arena, &parts) : NULL;
    if (!host)
        return false;
    *ret_canonical = name;
    *ret_host_key = host;
    return true;
}

char *gw_url_path(struct gw_arena *arena, const char *url)
{
    char text[URL_MAX + 1];
    struct parts parts;
    if (read_absolute(url, text, &parts) != GW_OK)
        return NULL;
    struct gw_buf out = GW_BUF(URL_MAX);
    if (parts.path.bytes == 0)
        gw_buf_putc(&out, '/');
    put_octets(&out, parts.path);
    return finish(arena, &out);
}

char *gw_url_hostname(struct gw_arena *arena, const char *url)
{
    char text[URL_MAX + 1];
    struct parts parts;
    if (read_absolute(url, text, &parts) != GW_OK)
        return NULL;
    struct gw_buf out = GW_BUF(URL_MAX);
    gw_buf_puts(&out, parts.host);
    return finish(arena, &out);
}

// ---- site

// Below a country's two letters these second labels are public suffixes, as are the provinces below .cn.
static const char *const suffix_labels[] = {
    "ac",   "asn", "co",   "com", "edu", "ed",  "ernet", "firm", "gc",  "go",  "gob",
    "gouv", "gov", "govt", "gub", "gv",  "id",  "in",    "info", "int", "lg",  "mi",
    "mil",  "ne",  "net",  "nhs", "nic", "nom", "or",    "org",  "re",  "res", "sch",
};
static const char *const cn_provinces[] = {
    "ah", "bj", "cq", "fj", "gd", "gs", "gx", "gz", "ha", "hb", "he", "hi", "hk", "hl", "hn", "jl", "js",
    "jx", "ln", "mo", "nm", "nx", "qh", "sc", "sd", "sh", "sn", "sx", "tj", "tw", "xj", "xz", "yn", "zj",
};

static bool in_table(struct gw_span label, const char *const *table, size_t rows)
{
    for (size_t i = 0; i < rows; i++)
        if (gw_span_eq(label, gw_span_of(table[i])))
            return true;
    return false;
}

// The label before `end` (exclusive) of host.
static struct gw_span last_label(const char *host, size_t end)
{
    size_t start = end;
    while (start && host[start - 1] != '.')
        start--;
    return (struct gw_span){host + start, end - start};
}

// The registrable domain, or the whole host when it has no more labels than its suffix.
static const char *site(const char *host)
{
    size_t bytes = strlen(host);
    struct gw_span top = last_label(host, bytes);
    if (top.at == host)
        return host;
    struct gw_span second = last_label(host, bytes - top.bytes - 1);
    bool public_second =
        top.bytes == 2 && (in_table(second, suffix_labels, GW_COUNT(suffix_labels)) ||
                           (gw_span_eq(top, GW_SPAN("cn")) && in_table(second, cn_provinces, GW_COUNT(cn_provinces))));
    if (!public_second || second.at == host)
        return second.at;
    return last_label(host, (size_t)(second.at - host) - 1).at;
}

bool gw_url_same_site(const char *a, const char *b)
{
    char text_a[URL_MAX + 1], text_b[URL_MAX + 1];
    struct parts x, y;
    if (read_absolute(a, text_a, &x) != GW_OK || read_absolute(b, text_b, &y) != GW_OK)
        return false;
    if (strcmp(x.host, y.host) == 0)
        return true;
    return !is_address(x.host) && !is_address(y.host) && strcmp(site(x.host), site(y.host)) == 0;
}
