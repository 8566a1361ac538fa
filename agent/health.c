// SPDX-License-Identifier: Apache-2.0
#include "health.h"

#include "interval.h"

#include "base/err.h"

#include <string.h>

static const int64_t DAY_MS = 24 * 60 * 60 * (int64_t)1000;

enum {
    DRIFT_ROWS = 8, // a list of fewer rows may lose most of them
    DRIFT_PART = 4,
    QUIET_GAPS = 4, // times the usual time between news, and at least so many days
    QUIET_DAYS = 7,
    FROZEN_GAPS =
        12, // a holiday or a summer break is over by then: the list is no longer kept, or a copy of it is served
    FROZEN_DAYS = 28,
    GONE_DAYS = 7,
};

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

static const char FROZEN[] = "frozen_list";

static const struct {
    enum gw_state state;
    const char *reason;
} verdicts[] = {
    [GW_READ_FINE] = {GW_STATE_OK, ""},
    [GW_READ_EMPTY] = {GW_STATE_BROKEN, "empty_list"},
    [GW_READ_DRIFTED] = {GW_STATE_BROKEN, "selector_drift"},
    [GW_READ_UNDATED] = {GW_STATE_DEGRADED, "no_dates"},
    [GW_READ_TRUNCATED] = {GW_STATE_DEGRADED, "truncated"},
};

static const char *static_reason(const char *text)
{
    for (size_t i = 0; i < GW_COUNT(verdicts); i++)
        if (strcmp(text, verdicts[i].reason) == 0)
            return verdicts[i].reason;
    for (int f = GW__FAILURE__FAILURE_TIMEOUT; f <= (int)GW__FAILURE__FAILURE_READER_MEMORY; f++)
        if (strcmp(text, gw_failure_reason((Gw__Failure)f)) == 0)
            return gw_failure_reason((Gw__Failure)f);
    return strcmp(text, FROZEN) == 0 ? FROZEN : "";
}

void gw_health_restore(struct gw_health *health, const Gw__Health *stored)
{
    for (size_t i = 0; i < GW_COUNT(state_names); i++) {
        if (strcmp(stored->state, state_names[i]) != 0)
            continue;
        health->state = (enum gw_state)i;
        health->reason = static_reason(stored->reason);
        health->since_ms = stored->since_ms;
        for (size_t v = 0; v < GW_COUNT(verdicts); v++)
            if (verdicts[v].reason == health->reason)
                health->verdict = (enum gw_reading_verdict)v;
        bool failing = health->verdict == GW_READ_FINE && health->reason != FROZEN;
        if (failing && health->state >= GW_STATE_DEGRADED && health->state <= GW_STATE_GONE) {
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

// No news for so many times the usual, and for so many days at least.
static bool is_silent(const struct gw_poll_seen *seen, int64_t gaps, int64_t days, int64_t now_ms)
{
    if (!seen->last_new_ms || !seen->usual_gap_ms)
        return false;
    int64_t patience = gaps * seen->usual_gap_ms;
    if (patience < days * DAY_MS)
        patience = days * DAY_MS;
    return now_ms - seen->last_new_ms > patience;
}

static enum gw_reading_verdict judge(const struct gw_health *health, const struct gw_poll_seen *seen)
{
    if (seen->rows == 0)
        return GW_READ_EMPTY;
    bool fewer = health->rows_usual >= DRIFT_ROWS && seen->rows < health->rows_usual / DRIFT_PART;
    bool strange = health->had_own && seen->own == 0; // another block of the page, or a page that was taken over
    if (fewer || strange)
        return GW_READ_DRIFTED;
    if ((health->had_dates || seen->wants_dates) && seen->dated == 0)
        return GW_READ_UNDATED;
    return seen->truncated ? GW_READ_TRUNCATED : GW_READ_FINE;
}

// A list that stays as it is becomes the usual in a while.
static void learn(struct gw_health *health, const struct gw_poll_seen *seen)
{
    health->rows = seen->rows;
    health->rows_usual = health->rows_usual ? (health->rows_usual * 7 + seen->rows) / 8 : seen->rows;
    health->had_dates = health->had_dates || seen->dated * 2 > seen->rows;
    health->had_own = health->had_own || seen->own * 2 > seen->rows;
}

bool gw_health_observe(struct gw_health *health, const struct gw_poll_seen *seen, int64_t now_ms)
{
    if (seen->failure != GW__FAILURE__FAILURE_NONE)
        return observe_failure(health, seen->failure, now_ms);
    if (!seen->unchanged) { // else what was not understood then is not understood now
        health->verdict = judge(health, seen);
        if (health->verdict != GW_READ_EMPTY)
            learn(health, seen);
    }
    health->failures = 0;
    health->failing_since_ms = 0;
    enum gw_state state = verdicts[health->verdict].state;
    const char *reason = verdicts[health->verdict].reason;
    if (state == GW_STATE_OK && is_silent(seen, FROZEN_GAPS, FROZEN_DAYS, now_ms)) {
        state = GW_STATE_DEGRADED;
        reason = FROZEN;
    } else if (state == GW_STATE_OK && is_silent(seen, QUIET_GAPS, QUIET_DAYS, now_ms)) {
        state = GW_STATE_QUIET;
    }
    return become(health, state, reason, now_ms);
}

void gw_health_forget(struct gw_health *health)
{
    health->rows = health->rows_usual = 0;
    health->had_dates = health->had_own = false;
}

bool gw_health_pause(struct gw_health *health, bool paused, int64_t now_ms)
{
    if (paused)
        return become(health, GW_STATE_PAUSED, "", now_ms);
    return health->state == GW_STATE_PAUSED && become(health, GW_STATE_NEW, "", now_ms);
}
