// SPDX-License-Identifier: Apache-2.0
#include "health.h"

#include "interval.h"

#include "base/err.h"

#include <string.h>

static const int64_t DAY_MS = 24 * 60 * 60 * (int64_t)1000;

enum { DRIFT_ROWS = 8, DRIFT_PART = 4, QUIET_GAPS = 4, QUIET_DAYS = 7, GONE_DAYS = 7 };

static const char *const state_names[] = {
    [GW_STATE_NEW] = "new",           [GW_STATE_OK] = "ok",         [GW_STATE_QUIET] = "quiet",
    [GW_STATE_DEGRADED] = "degraded", [GW_STATE_BROKEN] = "broken", [GW_STATE_BLOCKED] = "blocked",
    [GW_STATE_GONE] = "gone",         [GW_STATE_PAUSED] = "paused",
};

const char *gw_state_name(enum gw_state state)
{
    return state_names[state];
}

void gw_health_init(struct gw_health *health)
{
    *health = (struct gw_health){.state = GW_STATE_NEW, .reason = ""};
}

// Reasons that are not the name of a failure.
static const char *const reasons[] = {"frozen_list", "no_dates", "truncated", "selector_drift", "empty_list"};

static const char *static_reason(const char *text)
{
    for (size_t i = 0; i < GW_COUNT(reasons); i++)
        if (strcmp(text, reasons[i]) == 0)
            return reasons[i];
    for (int f = GW__FAILURE__FAILURE_TIMEOUT; f <= (int)GW__FAILURE__FAILURE_READER_MEMORY; f++)
        if (strcmp(text, gw_failure_reason((Gw__Failure)f)) == 0)
            return gw_failure_reason((Gw__Failure)f);
    return "";
}

void gw_health_restore(struct gw_health *health, const Gw__Health *stored)
{
    for (size_t i = 0; i < GW_COUNT(state_names); i++) {
        if (strcmp(stored->state, state_names[i]) != 0)
            continue;
        health->state = (enum gw_state)i;
        health->reason = static_reason(stored->reason);
        health->since_ms = stored->since_ms;
        if (health->state >= GW_STATE_DEGRADED && health->state <= GW_STATE_GONE) {
            health->failing_since_ms = stored->since_ms;
            health->failures = GW_HEALTH_PATIENCE;
        }
    }
}

static bool become(struct gw_health *health, enum gw_state state, const char *reason, int64_t now_ms)
{
    if (health->state == state && strcmp(health->reason, reason) == 0)
        return false;
    health->state = state;
    health->reason = reason;
    health->since_ms = now_ms;
    return true;
}

static enum gw_state state_of_failure(Gw__Failure failure, int64_t failing_ms)
{
    switch (failure) {
    case GW__FAILURE__FAILURE_TIMEOUT:
    case GW__FAILURE__FAILURE_SERVER_ERROR:
    case GW__FAILURE__FAILURE_RATE_LIMITED:
    case GW__FAILURE__FAILURE_CUT_OFF:
        return failing_ms >= DAY_MS ? GW_STATE_BROKEN : GW_STATE_DEGRADED;
    case GW__FAILURE__FAILURE_CHALLENGE:
    case GW__FAILURE__FAILURE_ROBOTS:
    case GW__FAILURE__FAILURE_REFUSED:
        return GW_STATE_BLOCKED;
    case GW__FAILURE__FAILURE_GONE:
        return GW_STATE_GONE;
    case GW__FAILURE__FAILURE_NOT_FOUND:
        return failing_ms >= GONE_DAYS * DAY_MS ? GW_STATE_GONE : GW_STATE_BROKEN;
    default:
        return GW_STATE_BROKEN;
    }
}

// A reader that died or overran has no reason of its own in the table: the answer was bad.
static const char *reason_of_failure(Gw__Failure failure, enum gw_state state)
{
    if (state == GW_STATE_GONE)
        return gw_failure_reason(GW__FAILURE__FAILURE_GONE);
    return failure >= GW__FAILURE__FAILURE_READER_CRASH ? gw_failure_reason(GW__FAILURE__FAILURE_BAD_ANSWER)
                                                        : gw_failure_reason(failure);
}

static bool observe_failure(struct gw_health *health, Gw__Failure failure, int64_t now_ms)
{
    if (!health->failing_since_ms)
        health->failing_since_ms = now_ms;
    health->failures++;
    if (gw_failure_is_temporary(failure) && health->failures < GW_HEALTH_PATIENCE)
        return false;
    enum gw_state state = state_of_failure(failure, now_ms - health->failing_since_ms);
    return become(health, state, reason_of_failure(failure, state), now_ms);
}

static bool is_quiet(const struct gw_poll_seen *seen, int64_t now_ms)
{
    if (!seen->last_new_ms || !seen->usual_gap_ms)
        return false;
    int64_t patience = QUIET_GAPS * seen->usual_gap_ms;
    if (patience < QUIET_DAYS * DAY_MS)
        patience = QUIET_DAYS * DAY_MS;
    return now_ms - seen->last_new_ms > patience;
}

static bool observe_rows(struct gw_health *health, const struct gw_poll_seen *seen, int64_t now_ms)
{
    uint32_t rows = seen->unchanged ? health->rows : seen->rows;
    if (!seen->unchanged && rows == 0) {
        if (!health->failing_since_ms)
            health->failing_since_ms = now_ms;
        return become(health, GW_STATE_BROKEN, "empty_list", now_ms);
    }
    bool drifted = health->rows_usual >= DRIFT_ROWS && !seen->unchanged && rows < health->rows_usual / DRIFT_PART;
    bool undated = health->had_dates && !seen->unchanged && seen->dated == 0;
    health->failures = 0;
    health->failing_since_ms = 0;
    health->rows = rows;
    if (!seen->unchanged) { // a list that stays short becomes the usual in a while
        health->rows_usual = health->rows_usual ? (health->rows_usual * 7 + rows) / 8 : rows;
        health->had_dates = health->had_dates || seen->dated * 2 > rows;
    }
    if (drifted)
        return become(health, GW_STATE_BROKEN, "selector_drift", now_ms);
    if (undated)
        return become(health, GW_STATE_DEGRADED, "no_dates", now_ms);
    if (seen->truncated)
        return become(health, GW_STATE_DEGRADED, "truncated", now_ms);
    return become(health, is_quiet(seen, now_ms) ? GW_STATE_QUIET : GW_STATE_OK, "", now_ms);
}

bool gw_health_observe(struct gw_health *health, const struct gw_poll_seen *seen, int64_t now_ms)
{
    if (seen->failure != GW__FAILURE__FAILURE_NONE)
        return observe_failure(health, seen->failure, now_ms);
    // Rows that could not be understood are still not understood when the page did not change.
    if (seen->unchanged && health->state == GW_STATE_BROKEN &&
        (strcmp(health->reason, "empty_list") == 0 || strcmp(health->reason, "selector_drift") == 0))
        return false;
    if (seen->unchanged && health->state == GW_STATE_DEGRADED && strcmp(health->reason, "no_dates") == 0)
        return false;
    return observe_rows(health, seen, now_ms);
}

bool gw_health_pause(struct gw_health *health, bool paused, int64_t now_ms)
{
    if (paused)
        return become(health, GW_STATE_PAUSED, "", now_ms);
    return health->state == GW_STATE_PAUSED && become(health, GW_STATE_NEW, "", now_ms);
}
