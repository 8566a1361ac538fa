// SPDX-License-Identifier: Apache-2.0
#include "permits.h"

uint32_t gw_pace_delay_ms(const struct gw_pace *pace)
{
    uint32_t crawl = pace->crawl_delay_ms < GW_CRAWL_DELAY_MAX_MS ? pace->crawl_delay_ms : GW_CRAWL_DELAY_MAX_MS;
    return pace->delay_ms > crawl ? pace->delay_ms : crawl;
}

uint32_t gw_pace_connections(const struct gw_pace *pace)
{
    return gw_pace_delay_ms(pace) ? 1 : GW_CONNECTIONS_FREE;
}

int64_t gw_pace_free_ms(const struct gw_pace *pace)
{
    return pace->hold_ms > pace->next_ms ? pace->hold_ms : pace->next_ms;
}

int gw_pace_reserve(struct gw_pace *pace, int64_t now_ms, int64_t lease_end_ms, int64_t *ret_not_before_ms,
                    int64_t *ret_not_after_ms)
{
    uint32_t delay = gw_pace_delay_ms(pace);
    int64_t from = gw_pace_free_ms(pace) > now_ms ? gw_pace_free_ms(pace) : now_ms;
    int64_t last = lease_end_ms - GW_PERMIT_LEASE_MARGIN_MS;
    int64_t to = from + (delay ? GW_PERMIT_WINDOW_MS : GW_PERMIT_WINDOW_FREE_MS);
    if (to > last && !delay)
        to = last;
    if (to > last || to <= from)
        return gw_fail(GW_EAGAIN, "the next slot in %lld ms is not within the lease", (long long)(from - now_ms));
    if (delay)
        pace->next_ms = to + delay;
    *ret_not_before_ms = from;
    *ret_not_after_ms = to;
    return GW_OK;
}

void gw_pace_hold(struct gw_pace *pace, int64_t until_ms)
{
    if (until_ms > pace->hold_ms)
        pace->hold_ms = until_ms;
}
