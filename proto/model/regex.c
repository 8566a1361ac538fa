// SPDX-License-Identifier: Apache-2.0
#define PCRE2_CODE_UNIT_WIDTH 8
#include "model/regex.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

enum { PATTERN_MAX = 1024, GROUPS = 10, STEPS_MAX = 200000, DEPTH_MAX = 2000, HEAP_KIB_MAX = 4096 };

struct gw_regex {
    pcre2_code *code;
    pcre2_match_data *match;
    pcre2_match_context *limits;
};

static int compile_failed(struct gw_span pattern, int code, size_t offset)
{
    unsigned char reason[128];
    int characters = 1;
    pcre2_get_error_message(code, reason, sizeof reason);
    for (const char *s = pattern.at; s < pattern.at + offset && s < pattern.at + pattern.bytes; characters++)
        gw_utf8_next(&s, pattern.at + pattern.bytes);
    return gw_fail(GW_EINVAL, "column %d: regex: %s", characters, (const char *)reason);
}

int gw_regex_new(struct gw_span pattern, bool nocase, struct gw_regex **ret_regex)
{
    if (pattern.bytes == 0)
        return gw_fail(GW_EINVAL, "column 1: regex: empty");
    if (pattern.bytes > PATTERN_MAX)
        return gw_fail(GW_EINVAL, "column %d: regex: longer than %d bytes", PATTERN_MAX, PATTERN_MAX);
    int code;
    size_t offset;
    uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C | (nocase ? PCRE2_CASELESS : 0);
    pcre2_code *compiled = pcre2_compile((PCRE2_SPTR)pattern.at, pattern.bytes, options, &code, &offset, NULL);
    if (!compiled)
        return compile_failed(pattern, code, offset);
    struct gw_regex *regex = calloc(1, sizeof *regex);
    gw_assert(regex);
    regex->code = compiled;
    regex->match = pcre2_match_data_create(GROUPS, NULL);
    regex->limits = pcre2_match_context_create(NULL);
    gw_assert(regex->match && regex->limits);
    pcre2_set_match_limit(regex->limits, STEPS_MAX);
    pcre2_set_depth_limit(regex->limits, DEPTH_MAX);
    pcre2_set_heap_limit(regex->limits, HEAP_KIB_MAX);
    pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE); // without it (a sandbox may forbid it) matching is only slower
    *ret_regex = regex;
    return 0;
}

struct gw_regex *gw_regex_free(struct gw_regex *regex)
{
    if (regex) {
        pcre2_match_context_free(regex->limits);
        pcre2_match_data_free(regex->match);
        pcre2_code_free(regex->code);
        free(regex);
    }
    return NULL;
}

static int match(const struct gw_regex *regex, struct gw_span text)
{
    return pcre2_match(regex->code, (PCRE2_SPTR)(text.at ? text.at : ""), text.bytes, 0, 0, regex->match,
                       regex->limits);
}

bool gw_regex_match(const struct gw_regex *regex, struct gw_span text)
{
    return match(regex, text) >= 0;
}

static struct gw_span group(const struct gw_regex *regex, struct gw_span text, size_t number)
{
    const PCRE2_SIZE *offsets = pcre2_get_ovector_pointer(regex->match);
    size_t start = offsets[2 * number], end = offsets[2 * number + 1];
    if (start == PCRE2_UNSET || end < start) // \K can turn them round
        return (struct gw_span){0};
    return (struct gw_span){text.at + start, end - start};
}

// Writes the filled replacement to out when it is not NULL; returns its bytes.
static size_t fill(const struct gw_regex *regex, struct gw_span text, size_t groups, struct gw_span replacement,
                   char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < replacement.bytes; i++) {
        struct gw_span piece = {replacement.at + i, 1};
        if (*piece.at == '$' && i + 1 < replacement.bytes) {
            char next = replacement.at[i + 1];
            size_t number = (size_t)(next - '0');
            if (next == '$' || gw_is_digit((unsigned char)next))
                i++;
            if (gw_is_digit((unsigned char)next))
                piece = number < groups ? group(regex, text, number) : (struct gw_span){0};
        }
        if (out && piece.bytes)
            memcpy(out + n, piece.at, piece.bytes);
        n += piece.bytes;
    }
    return n;
}

const char *gw_regex_extract(const struct gw_regex *regex, struct gw_arena *arena, struct gw_span text,
                             struct gw_span replacement)
{
    int found = match(regex, text);
    if (found < 0)
        return NULL;
    size_t groups = found == 0 ? GROUPS : (size_t)found; // 0: more groups than we keep
    size_t bytes = fill(regex, text, groups, replacement, NULL);
    char *result = gw_arena_alloc(arena, bytes + 1);
    if (!result)
        return NULL;
    fill(regex, text, groups, replacement, result);
    result[bytes] = '\0';
    return result;
}
