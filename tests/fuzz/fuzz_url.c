// SPDX-License-Identifier: Apache-2.0
// Two lines: a base and a reference. What resolves is absolute and ASCII, resolves to itself, and has one identity.
#include "base/err.h"
#include "model/url.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void holds(const char *url)
{
    gw_assert(strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0);
    for (const char *at = url; *at; at++)
        gw_assert(*at > ' ' && *at < 0x7F && *at != '#');
}

static void check_identity(struct gw_arena *arena, const char *url)
{
    char *again = gw_url_resolve(arena, NULL, url);
    gw_assert(again && strcmp(again, url) == 0);
    gw_assert(gw_url_same_site(url, url));
    gw_assert(gw_url_host_key(arena, url) && gw_url_hostname(arena, url) && gw_url_path(arena, url)[0] == '/');
    char *identity = gw_url_canonical(arena, url);
    if (!identity) // may grow past the limit
        return;
    holds(identity);
    again = gw_url_canonical(arena, identity);
    gw_assert(again && strcmp(again, identity) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 20000)
        return 0;
    struct gw_arena *arena = gw_arena_new(1 << 20);
    char *base = gw_arena_strndup(arena, (const char *)data, size);
    char *reference = strchr(base, '\n');
    if (reference)
        *reference++ = '\0';
    char *url = gw_url_resolve(arena, reference ? base : NULL, reference ? reference : base);
    if (url) {
        holds(url);
        check_identity(arena, url);
    }
    gw_arena_free(arena);
    return 0;
}
