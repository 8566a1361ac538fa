// SPDX-License-Identifier: Apache-2.0
// First line: the path asked for. The rest: a robots.txt.
#include "fetch/robots.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size ? memchr(data, '\n', size) : NULL;
    size_t path_bytes = end ? (size_t)(end - data) : size;
    char *path = strndup((const char *)data, path_bytes);
    struct gw_span text = {end ? (const char *)end + 1 : "", end ? size - path_bytes - 1 : 0};
    struct gw_robots *robots = gw_robots_new(text, "govwire");
    gw_robots_allows(robots, path);
    if (!gw_robots_allows(robots, "/robots.txt") || gw_robots_delay_ms(robots) > 86400000)
        abort();
    gw_robots_free(robots);
    free(path);
    return 0;
}
