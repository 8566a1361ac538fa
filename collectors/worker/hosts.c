// SPDX-License-Identifier: Apache-2.0
#include "hosts.h"

#include "base/err.h"
#include "fetch/robots.h"

#include <stdlib.h>
#include <string.h>

static const char PRODUCT[] = "govwire";

struct host {
    char *name; // NULL: free
    struct gw_robots *robots;
    enum gw_robots_state state;
    int64_t fetched_ms;
    uint64_t used; // larger is later
};

struct gw_hosts {
    struct host hosts[GW_HOSTS_MAX];
    uint64_t uses;
};

struct gw_hosts *gw_hosts_new(void)
{
    struct gw_hosts *hosts = calloc(1, sizeof *hosts);
    gw_assert(hosts);
    return hosts;
}

static void forget(struct host *host)
{
    gw_robots_free(host->robots);
    free(host->name);
    *host = (struct host){0};
}

struct gw_hosts *gw_hosts_free(struct gw_hosts *hosts)
{
    if (hosts)
        for (size_t i = 0; i < GW_HOSTS_MAX; i++)
            forget(&hosts->hosts[i]);
    free(hosts);
    return NULL;
}

static struct host *find(struct gw_hosts *hosts, const char *name)
{
    for (size_t i = 0; i < GW_HOSTS_MAX; i++) {
        struct host *host = &hosts->hosts[i];
        if (host->name && strcmp(host->name, name) == 0) {
            host->used = ++hosts->uses;
            return host;
        }
    }
    return NULL;
}

static struct host *make_room(struct gw_hosts *hosts)
{
    struct host *oldest = &hosts->hosts[0];
    for (size_t i = 1; i < GW_HOSTS_MAX; i++)
        if (hosts->hosts[i].used < oldest->used) // free ones were never used
            oldest = &hosts->hosts[i];
    return oldest;
}

void gw_hosts_put(struct gw_hosts *hosts, const char *name, uint32_t status, struct gw_span text, int64_t fetched_ms)
{
    struct host *host = find(hosts, name);
    if (host && host->fetched_ms == fetched_ms)
        return; // the copy that is held
    host = host ? host : make_room(hosts);
    forget(host);
    host->name = strdup(name);
    gw_assert(host->name);
    host->state = gw_robots_state_of(status);
    host->robots = gw_robots_new(host->state == GW_ROBOTS_READ ? text : (struct gw_span){"", 0}, PRODUCT);
    host->fetched_ms = fetched_ms;
    host->used = ++hosts->uses;
}

bool gw_hosts_knows(struct gw_hosts *hosts, const char *name, int64_t now_ms)
{
    const struct host *host = find(hosts, name);
    return host && host->state != GW_ROBOTS_DISALLOW && now_ms - host->fetched_ms < GW_ROBOTS_AGE_MS;
}

bool gw_hosts_allows(struct gw_hosts *hosts, const char *name, const char *path)
{
    const struct host *host = find(hosts, name);
    return host && gw_robots_allows(host->robots, path);
}

uint64_t gw_hosts_delay_ms(struct gw_hosts *hosts, const char *name)
{
    const struct host *host = find(hosts, name);
    return host ? gw_robots_delay_ms(host->robots) : 0;
}
