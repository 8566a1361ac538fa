// SPDX-License-Identifier: Apache-2.0
#include "jar.h"

#include "base/buf.h"
#include "base/str.h"
#include "model/url.h"

#include <string.h>

enum { HEADER_MAX = 8 * 1024 };

static bool is_https(const char *url)
{
    return gw_starts_with_nocase(gw_span_of(url), "https:");
}

static struct gw_span path_of(const char *url)
{
    const char *at = strstr(url, "://");
    at = at ? at + 3 + strcspn(at + 3, "/?#") : "/";
    size_t n = strcspn(at, "?#");
    return n ? (struct gw_span){at, n} : GW_SPAN("/");
}

// §5.1.4
static bool path_fits(const char *path, struct gw_span asked)
{
    size_t n = strlen(path);
    if (asked.bytes < n || memcmp(asked.at, path, n) != 0)
        return false;
    return asked.bytes == n || path[n - 1] == '/' || asked.at[n] == '/';
}

static bool is_below(const char *host, const char *domain)
{
    size_t n = strlen(host), m = strlen(domain);
    return n > m && strcmp(host + n - m, domain) == 0 && host[n - m - 1] == '.';
}

static bool host_fits(const struct gw_cookie *cookie, const char *host)
{
    return strcmp(cookie->host, host) == 0 || (cookie->subdomains && is_below(host, cookie->host));
}

static struct gw_span next_part(struct gw_span *rest, char separator)
{
    const char *end = memchr(rest->at, separator, rest->bytes);
    size_t n = end ? (size_t)(end - rest->at) : rest->bytes;
    struct gw_span part = gw_span_trim((struct gw_span){rest->at, n});
    rest->at += n + (end != NULL);
    rest->bytes -= n + (end != NULL);
    return part;
}

// "Domain=.example.gov": a host above the one that sets it, with a dot of its own (no public suffix is known here).
static void read_domain(struct gw_arena *arena, struct gw_span value, struct gw_cookie *cookie)
{
    if (value.bytes > 0 && *value.at == '.')
        value = (struct gw_span){value.at + 1, value.bytes - 1};
    char *domain = gw_arena_strndup(arena, value.at, value.bytes);
    for (char *c = domain; c && *c; c++)
        *c = gw_lower(*c);
    if (domain && strchr(domain, '.') && (strcmp(cookie->host, domain) == 0 || is_below(cookie->host, domain))) {
        cookie->host = domain;
        cookie->subdomains = true;
    }
}

// Returns false when the cookie is one to be forgotten. Sessions end with the job, so that no other time matters.
static bool read_attribute(struct gw_arena *arena, struct gw_span attribute, struct gw_cookie *cookie)
{
    struct gw_span value = attribute, name = next_part(&value, '=');
    value = gw_span_trim(value);
    if (gw_span_eq_nocase(name, GW_SPAN("domain")))
        read_domain(arena, value, cookie);
    else if (gw_span_eq_nocase(name, GW_SPAN("path")) && value.bytes > 0 && *value.at == '/')
        cookie->path = gw_arena_strndup(arena, value.at, value.bytes);
    else if (gw_span_eq_nocase(name, GW_SPAN("secure")))
        cookie->secure = true;
    else if (gw_span_eq_nocase(name, GW_SPAN("max-age")))
        return value.bytes > 0 && *value.at != '0' && *value.at != '-';
    else if (gw_span_eq_nocase(name, GW_SPAN("expires")))
        return gw_find(value, GW_SPAN("1970")) < 0;
    return true;
}

// One Set-Cookie value; false: it is none that can be used.
static bool read_cookie(struct gw_arena *arena, const char *host, struct gw_span line, struct gw_cookie *ret_cookie,
                        bool *ret_keep)
{
    struct gw_span value = next_part(&line, ';'), name = next_part(&value, '=');
    value = gw_span_trim(value);
    struct gw_cookie cookie = {.name = gw_arena_strndup(arena, name.at, name.bytes),
                               .value = gw_arena_strndup(arena, value.at, value.bytes),
                               .host = host,
                               .path = "/"};
    if (name.bytes == 0 || name.bytes + value.bytes > GW_JAR_BYTES || !cookie.name || !cookie.value)
        return false;
    *ret_keep = true;
    while (line.bytes > 0)
        *ret_keep &= read_attribute(arena, next_part(&line, ';'), &cookie);
    *ret_cookie = cookie;
    return cookie.path != NULL;
}

static struct gw_cookie *find(struct gw_jar *jar, const struct gw_cookie *cookie)
{
    for (size_t i = 0; i < jar->count; i++)
        if (strcmp(jar->cookies[i].name, cookie->name) == 0 && strcmp(jar->cookies[i].host, cookie->host) == 0 &&
            strcmp(jar->cookies[i].path, cookie->path) == 0)
            return &jar->cookies[i];
    return NULL;
}

bool gw_jar_take(struct gw_jar *jar, const char *url, const char *set_cookies)
{
    struct gw_span rest = gw_span_of(set_cookies);
    const char *host = gw_url_hostname(jar->arena, url);
    bool changed = false;
    while (host && rest.bytes > 0) {
        struct gw_cookie cookie;
        bool keep;
        if (!read_cookie(jar->arena, host, next_part(&rest, '\n'), &cookie, &keep))
            continue;
        struct gw_cookie *known = find(jar, &cookie);
        if (known && !keep) {
            *known = jar->cookies[--jar->count];
        } else if (known) {
            changed |= strcmp(known->value, cookie.value) != 0;
            *known = cookie;
        } else if (keep && jar->count < GW_JAR_COOKIES) {
            jar->cookies[jar->count++] = cookie;
            changed = true;
        }
    }
    return changed;
}

const char *gw_jar_header(const struct gw_jar *jar, const char *url)
{
    const char *host = jar->count ? gw_url_hostname(jar->arena, url) : NULL, *header = NULL;
    struct gw_buf out = GW_BUF(HEADER_MAX);
    for (size_t i = 0; host && i < jar->count; i++) {
        const struct gw_cookie *cookie = &jar->cookies[i];
        if (!host_fits(cookie, host) || !path_fits(cookie->path, path_of(url)) || (cookie->secure && !is_https(url)))
            continue;
        gw_buf_printf(&out, "%s%s=%s", out.bytes ? "; " : "", cookie->name, cookie->value);
    }
    if (out.bytes > 0 && gw_buf_ok(&out))
        header = gw_arena_strndup(jar->arena, out.data, out.bytes);
    gw_buf_fini(&out);
    return header;
}
