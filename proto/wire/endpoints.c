// SPDX-License-Identifier: Apache-2.0
#include "endpoints.h"

#include "base/hash.h"
#include "base/str.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const char *const names[] = {
    [GW_ENDPOINT_AGENTS] = "agents",
    [GW_ENDPOINT_CONSUMERS] = "consumers",
    [GW_ENDPOINT_JOBS] = "jobs",
};

enum { PATH_BYTES = sizeof((struct sockaddr_un){0}.sun_path), LONGEST_NAME = sizeof "/consumers", PLACES = 3 };

// Where a run directory may be, best first; "" where it cannot. The same whatever the caller's environment lacks: a
// session's program finds what a service began, and the other way round.
struct places {
    char path[PLACES][PATH_BYTES];
};

static void place_set(char out[PATH_BYTES], const char *parent, const char *name)
{
    bool usable = parent[0] == '/' && access(parent, W_OK | X_OK) == 0 &&
                  strlen(parent) + 1 + strlen(name) + LONGEST_NAME <= PATH_BYTES;
    if (usable)
        snprintf(out, PATH_BYTES, "%s/%s", parent, name);
    else
        out[0] = '\0';
}

static int places_of(const char *dir, struct places *ret_places)
{
    char *real = realpath(dir, NULL);
    if (!real && errno == ENOENT)
        return gw_fail(GW_ENOTFOUND, "%s: no such directory", dir);
    if (!real)
        return gw_fail_errno("%s", dir);
    unsigned uid = (unsigned)geteuid();
    unsigned long long hash = gw_hash64(real, strlen(real));
    free(real);
    char session[PATH_BYTES], plain[64], with_uid[64];
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    if (!runtime || !*runtime) {
        snprintf(session, sizeof session, "/run/user/%u", uid);
        runtime = session;
    }
    snprintf(plain, sizeof plain, "govwire-%016llx", hash);
    snprintf(with_uid, sizeof with_uid, "govwire-%u-%016llx", uid, hash);
    place_set(ret_places->path[0], runtime, plain);
    place_set(ret_places->path[1], "/run", with_uid);
    place_set(ret_places->path[2], "/tmp", with_uid);
    return 0;
}

// 0: a directory of ours and closed to others; GW_ENOTFOUND; GW_EDENIED.
static int place_check(const char *path)
{
    struct stat info;
    if (lstat(path, &info) != 0)
        return errno == ENOENT ? gw_fail(GW_ENOTFOUND, "%s: not there", path) : gw_fail_errno("%s", path);
    if (!S_ISDIR(info.st_mode))
        return gw_fail(GW_EDENIED, "%s: not a directory", path);
    if (info.st_uid != geteuid())
        return gw_fail(GW_EDENIED, "%s: belongs to another user", path);
    if (info.st_mode & 077)
        return gw_fail(GW_EDENIED, "%s: open to other users (mode %03o)", path, info.st_mode & 0777);
    return 0;
}

static int place_make(const char *path)
{
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return gw_fail_errno("%s", path);
    return place_check(path);
}

static const char *place_existing(const struct places *places)
{
    for (int i = 0; i < PLACES; i++)
        if (places->path[i][0] && place_check(places->path[i]) == 0)
            return places->path[i];
    return NULL;
}

int gw_endpoint(const char *dir, enum gw_endpoint which, char ret_endpoint[GW_ENDPOINT_BYTES])
{
    struct places places;
    int rc = places_of(dir, &places);
    if (rc)
        return rc;
    const char *run = place_existing(&places);
    for (int i = 0; i < PLACES && !run; i++) {
        if (!places.path[i][0])
            continue;
        rc = place_make(places.path[i]);
        if (rc)
            return rc;
        run = places.path[i];
    }
    if (!run)
        return gw_fail(GW_EIO, "no place for sockets: none of XDG_RUNTIME_DIR, /run and /tmp can be written");
    int n = snprintf(ret_endpoint, GW_ENDPOINT_BYTES, "ipc://%s/%s", run, names[which]);
    gw_assert(n < GW_ENDPOINT_BYTES); // place_set left room
    return 0;
}

bool gw_endpoint_is_ipc(const char *endpoint)
{
    return strncmp(endpoint, "ipc://", 6) == 0;
}

bool gw_endpoint_is_local(const char *endpoint)
{
    static const char tcp[] = "tcp://";
    struct in_addr four;
    struct in6_addr six;
    char host[INET6_ADDRSTRLEN + 2];
    const char *colon = strrchr(endpoint, ':');
    if (strncmp(endpoint, tcp, sizeof tcp - 1) != 0)
        return gw_endpoint_is_ipc(endpoint);
    const char *at = endpoint + sizeof tcp - 1;
    if (colon < at || (size_t)(colon - at) >= sizeof host)
        return false;
    snprintf(host, sizeof host, "%.*s", (int)(colon - at), at);
    size_t bytes = strlen(host);
    if (host[0] == '[' && host[bytes - 1] == ']') {
        host[bytes - 1] = '\0';
        return inet_pton(AF_INET6, host + 1, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
    }
    return inet_pton(AF_INET, host, &four) == 1 && ntohl(four.s_addr) >> 24 == 127;
}

int gw_endpoint_for_consumers(const char *endpoint, char *ret_endpoint, size_t bytes)
{
    const char *colon = strrchr(endpoint, ':');
    uint64_t port = 0;
    bool tcp = strncmp(endpoint, "tcp://", 6) == 0;
    if (tcp && (colon < endpoint + 7 || !gw_parse_u64(gw_span_of(colon + 1), 65534, &port)))
        return gw_fail(GW_EINVAL, "%s: not tcp://ADDRESS:PORT with a port up to 65534", endpoint);
    int n = tcp ? snprintf(ret_endpoint, bytes, "%.*s:%u", (int)(colon - endpoint), endpoint,
                           (unsigned)(port ? port + 1 : 0))
                : snprintf(ret_endpoint, bytes, "%s", endpoint);
    return n >= 0 && (size_t)n < bytes ? GW_OK : gw_fail(GW_EINVAL, "%s: too long for an endpoint", endpoint);
}

// Nobody listens at this socket any more.
static bool is_stale(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    bool stale = connect(fd, (struct sockaddr *)&address, sizeof address) != 0 && errno == ECONNREFUSED;
    close(fd);
    return stale;
}

void gw_endpoints_remove(const char *dir)
{
    struct places places;
    if (places_of(dir, &places) != 0)
        return;
    const char *run = place_existing(&places);
    for (size_t i = 0; run && i < GW_COUNT(names); i++) {
        char path[PATH_BYTES];
        int n = snprintf(path, sizeof path, "%s/%s", run, names[i]);
        gw_assert(n < PATH_BYTES);
        if (is_stale(path))
            unlink(path);
    }
    if (run)
        rmdir(run);
}
