// SPDX-License-Identifier: Apache-2.0
// The cookies of one job (RFC 6265, what a job of a few requests needs of it): a list's second request often needs the
// session that its page began, and some sites answer only who brings back what the first answer set. Nothing is kept
// behind the job, so nobody is followed around.
#ifndef GW_WORKER_JAR_H
#define GW_WORKER_JAR_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

enum { GW_JAR_COOKIES = 32, GW_JAR_BYTES = 4096 }; // of one name and value

struct gw_cookie {
    const char *name, *value, *host, *path;
    bool subdomains, secure; // also for hosts below; only over https
};

struct gw_jar {
    struct gw_arena *arena; // outlives the jar
    struct gw_cookie cookies[GW_JAR_COOKIES];
    size_t count;
};

// The values of an answer's Set-Cookie headers, one per line. True: something is new or other than before.
bool gw_jar_take(struct gw_jar *jar, const char *url, const char *set_cookies);
// The Cookie header's value for a request; NULL: none. In the arena.
const char *gw_jar_header(const struct gw_jar *jar, const char *url);

#endif
