// SPDX-License-Identifier: Apache-2.0
// What this fetcher knows of robots.txt on the hosts it met lately. The agent keeps the lasting copy; this one serves
// redirects and pages that lead to other hosts, and saves parsing the same text for each job.
#ifndef GW_WORKER_HOSTS_H
#define GW_WORKER_HOSTS_H

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum { GW_HOSTS_MAX = 128, GW_ROBOTS_AGE_MS = 24 * 3600 * 1000 };

struct gw_hosts;

struct gw_hosts *gw_hosts_new(void);
struct gw_hosts *gw_hosts_free(struct gw_hosts *hosts); // accepts NULL, returns NULL

// `host` as gw_url_host_key() gives it. The host unused for longest makes room.
void gw_hosts_put(struct gw_hosts *hosts, const char *host, uint32_t status, struct gw_span text, int64_t fetched_ms);
// A copy at most a day old is held.
bool gw_hosts_knows(struct gw_hosts *hosts, const char *host, int64_t now_ms);
// Only for a host that is known. `path` as for gw_robots_allows().
bool gw_hosts_allows(struct gw_hosts *hosts, const char *host, const char *path);
uint64_t gw_hosts_delay_ms(struct gw_hosts *hosts, const char *host);

#endif
