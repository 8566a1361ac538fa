// SPDX-License-Identifier: Apache-2.0
// DESIGN: one pass over the lines. Groups that name us are merged, groups for `*` are merged beside them, and the end
// decides which of the two holds. Paths are brought to one percent-encoding when read, so that matching compares bytes.
// A pattern is a run of literals between stars, each found leftmost: linear, whatever the file says.
#include "robots.h"

#include "base/arena.h"
#include "base/err.h"

#include <stdlib.h>
#include <string.h>

enum { ARENA_BYTES = 8 * 1024 * 1024, PATTERN_BYTES = 2048, PATH_BYTES = 2048, DAY_SECONDS = 86400 };

struct rule {
    struct rule *next;
    const char *pattern;
    uint32_t bytes;
    bool allow;
};

struct group {
    struct rule *rules;
    uint32_t count;
    uint64_t delay_ms;
    bool named; // some group had this agent line
};

struct gw_robots {
    struct gw_arena *arena;
    struct group ours, any;
};

// ---- one form for paths

static int hex_value(char c)
{
    if (gw_is_digit((unsigned char)c))
        return c - '0';
    c = gw_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_unreserved(unsigned char c)
{
    return gw_is_alpha(c) || gw_is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

static size_t put_encoded(char *out, unsigned char c)
{
    static const char HEX[] = "0123456789ABCDEF";
    out[0] = '%';
    out[1] = HEX[c >> 4];
    out[2] = HEX[c & 15];
    return 3;
}

// Unreserved characters plain, bytes outside ASCII encoded, hex digits upper case (RFC 9309 §2.2.2). Stops when out
// is full; returns the bytes written.
static size_t normalise(struct gw_span path, char *out, size_t size)
{
    size_t n = 0;
    for (size_t i = 0; i < path.bytes && n + 3 <= size; i++) {
        unsigned char c = (unsigned char)path.at[i];
        int high = -1, low = -1;
        if (c == '%' && i + 2 < path.bytes) {
            high = hex_value(path.at[i + 1]);
            low = hex_value(path.at[i + 2]);
        }
        if (high >= 0 && low >= 0) {
            unsigned char decoded = (unsigned char)(high * 16 + low);
            i += 2;
            if (is_unreserved(decoded))
                out[n++] = (char)decoded;
            else
                n += put_encoded(out + n, decoded);
        } else if (c >= 0x80) {
            n += put_encoded(out + n, c);
        } else {
            out[n++] = (char)c;
        }
    }
    return n;
}

// ---- reading

struct reader {
    struct gw_robots *robots;
    struct gw_span product;
    bool to_ours, to_any; // which groups the next rules belong to
    bool in_agents;       // the last line was a user-agent line: another one joins the same group
};

static void add_rule(struct gw_robots *robots, struct group *group, struct gw_span path, bool allow)
{
    if (path.bytes == 0 || group->count >= GW_ROBOTS_MAX_RULES)
        return;
    char pattern[PATTERN_BYTES];
    size_t bytes = normalise(path, pattern, sizeof pattern);
    struct rule *rule = gw_arena_alloc(robots->arena, sizeof *rule);
    char *copy = rule ? gw_arena_strndup(robots->arena, pattern, bytes) : NULL;
    if (!copy)
        return;
    *rule = (struct rule){.next = group->rules, .pattern = copy, .bytes = (uint32_t)bytes, .allow = allow};
    group->rules = rule;
    group->count++;
}

static void read_agent(struct reader *reader, struct gw_span value)
{
    if (!reader->in_agents)
        reader->to_ours = reader->to_any = false;
    reader->in_agents = true;
    size_t token = 0;
    while (token < value.bytes &&
           (gw_is_alpha((unsigned char)value.at[token]) || value.at[token] == '-' || value.at[token] == '_'))
        token++;
    if (value.bytes && value.at[0] == '*') {
        reader->to_any = reader->robots->any.named = true;
    } else if (gw_span_eq_nocase((struct gw_span){value.at, token}, reader->product)) {
        reader->to_ours = reader->robots->ours.named = true;
    }
}

static uint64_t read_delay_ms(struct gw_span value)
{
    char text[32];
    if (value.bytes == 0 || value.bytes >= sizeof text || !gw_is_digit((unsigned char)value.at[0]))
        return 0;
    memcpy(text, value.at, value.bytes);
    text[value.bytes] = '\0';
    double seconds = strtod(text, NULL);
    return (uint64_t)((seconds < DAY_SECONDS ? seconds : DAY_SECONDS) * 1000);
}

static void read_line(struct reader *reader, struct gw_span line)
{
    const char *comment = memchr(line.at, '#', line.bytes);
    if (comment)
        line.bytes = (size_t)(comment - line.at);
    const char *colon = line.bytes ? memchr(line.at, ':', line.bytes) : NULL;
    if (!colon)
        return;
    struct gw_span key = gw_span_trim((struct gw_span){line.at, (size_t)(colon - line.at)});
    struct gw_span value = gw_span_trim((struct gw_span){colon + 1, line.bytes - (size_t)(colon - line.at) - 1});
    if (gw_span_eq_nocase(key, GW_SPAN("user-agent"))) {
        read_agent(reader, value);
        return;
    }
    bool allow = gw_span_eq_nocase(key, GW_SPAN("allow")), disallow = gw_span_eq_nocase(key, GW_SPAN("disallow"));
    bool delay = gw_span_eq_nocase(key, GW_SPAN("crawl-delay"));
    if (!allow && !disallow && !delay)
        return; // sitemap and others belong to no group and end none (§2.2.4)
    reader->in_agents = false;
    struct group *groups[] = {reader->to_ours ? &reader->robots->ours : NULL,
                              reader->to_any ? &reader->robots->any : NULL};
    for (size_t i = 0; i < GW_COUNT(groups); i++) {
        if (!groups[i])
            continue;
        if (delay)
            groups[i]->delay_ms = read_delay_ms(value);
        else
            add_rule(reader->robots, groups[i], value, allow);
    }
}

struct gw_robots *gw_robots_new(struct gw_span text, const char *product)
{
    struct gw_robots *robots = calloc(1, sizeof *robots);
    gw_assert(robots);
    robots->arena = gw_arena_new(ARENA_BYTES);
    struct reader reader = {.robots = robots, .product = gw_span_of(product)};
    if (text.bytes > GW_ROBOTS_MAX)
        text.bytes = GW_ROBOTS_MAX;
    if (gw_starts_with(text, "\xEF\xBB\xBF"))
        text = (struct gw_span){text.at + 3, text.bytes - 3};
    for (size_t at = 0; at < text.bytes;) {
        size_t end = at;
        while (end < text.bytes && text.at[end] != '\n' && text.at[end] != '\r')
            end++;
        if (end > at)
            read_line(&reader, (struct gw_span){text.at + at, end - at});
        at = end + 1;
    }
    return robots;
}

struct gw_robots *gw_robots_free(struct gw_robots *robots)
{
    if (robots) {
        gw_arena_free(robots->arena);
        free(robots);
    }
    return NULL;
}

// ---- matching

static bool matches(const char *pattern, size_t bytes, struct gw_span path)
{
    bool anchored = bytes && pattern[bytes - 1] == '$';
    if (anchored)
        bytes--;
    size_t at = 0, from = 0;
    bool first = true;
    for (;;) {
        const char *star = memchr(pattern + from, '*', bytes - from);
        struct gw_span piece = {pattern + from, star ? (size_t)(star - pattern) - from : bytes - from};
        struct gw_span rest = {path.at + at, path.bytes - at};
        if (piece.bytes > rest.bytes)
            return false;
        if (!star && anchored) { // the last piece ends the path; a first one that is also the last must be all of it
            return (!first || piece.bytes == rest.bytes) &&
                   memcmp(rest.at + rest.bytes - piece.bytes, piece.at, piece.bytes) == 0;
        }
        ptrdiff_t found = first ? (memcmp(rest.at, piece.at, piece.bytes) == 0 ? 0 : -1) : gw_find(rest, piece);
        if (found < 0)
            return false;
        at += (size_t)found + piece.bytes;
        if (!star)
            return true;
        from = (size_t)(star - pattern) + 1;
        first = false;
    }
}

static const struct group *group_of(const struct gw_robots *robots)
{
    return robots->ours.named ? &robots->ours : &robots->any;
}

bool gw_robots_allows(const struct gw_robots *robots, const char *path)
{
    char plain[PATH_BYTES];
    // LIMIT: of a longer path its beginning is compared, so that a match stays cheap.
    struct gw_span span = {plain, normalise(gw_span_of(path), plain, sizeof plain)};
    if (gw_span_eq(span, GW_SPAN("/robots.txt")))
        return true;
    uint32_t longest = 0;
    bool allowed = true;
    for (const struct rule *rule = group_of(robots)->rules; rule; rule = rule->next) {
        bool decides = rule->bytes > longest || (rule->bytes == longest && rule->allow);
        if (decides && matches(rule->pattern, rule->bytes, span)) {
            longest = rule->bytes;
            allowed = rule->allow;
        }
    }
    return allowed;
}

uint64_t gw_robots_delay_ms(const struct gw_robots *robots)
{
    return group_of(robots)->delay_ms;
}

enum gw_robots_state gw_robots_state_of(uint32_t status)
{
    if (status >= 200 && status < 300)
        return GW_ROBOTS_READ;
    // A host that limits us is not one without rules.
    return status >= 300 && status < 500 && status != 429 ? GW_ROBOTS_ALLOW : GW_ROBOTS_DISALLOW;
}
