// SPDX-License-Identifier: Apache-2.0
#include "interval.h"

#include "base/err.h"

enum { MINUTE = 60 * 1000, HOUR = 60 * MINUTE };
static const int64_t DAY = 24 * (int64_t)HOUR;

uint32_t gw_interval_poll(uint32_t interval_ms, bool news)
{
    if (!interval_ms)
        return GW_POLL_START_MS;
    uint32_t next = news ? interval_ms / 2 : interval_ms + interval_ms / 4;
    if (next < GW_POLL_MIN_MS)
        return GW_POLL_MIN_MS;
    return next > GW_POLL_MAX_MS ? GW_POLL_MAX_MS : next;
}

int64_t gw_interval_jitter(int64_t interval_ms, uint32_t random)
{
    int64_t span = interval_ms / 5;
    return interval_ms - span / 2 + (int64_t)((uint64_t)random * (uint64_t)(span + 1) >> 32);
}

// A row per failure: its name, how it is met again, and the first wait.
static const struct {
    const char *name;
    bool temporary;
    int64_t start_ms, max_ms;
} failures_[] = {
    [GW__FAILURE__FAILURE_NONE] = {"", false, 0, 0},
    [GW__FAILURE__FAILURE_TIMEOUT] = {"timeout", true, GW_BACKOFF_START_MS, GW_BACKOFF_MAX_MS},
    [GW__FAILURE__FAILURE_SERVER_ERROR] = {"server_error", true, GW_BACKOFF_START_MS, GW_BACKOFF_MAX_MS},
    [GW__FAILURE__FAILURE_RATE_LIMITED] = {"rate_limited", true, 10 * MINUTE, GW_BACKOFF_MAX_MS},
    [GW__FAILURE__FAILURE_CUT_OFF] = {"cut_off", true, GW_BACKOFF_START_MS, GW_BACKOFF_MAX_MS},
    [GW__FAILURE__FAILURE_NOT_FOUND] = {"not_found", false, HOUR, 24 * HOUR},
    [GW__FAILURE__FAILURE_GONE] = {"gone", false, 24 * HOUR, 24 * HOUR},
    [GW__FAILURE__FAILURE_TLS_LEGACY] = {"tls_legacy", false, HOUR, GW_BACKOFF_MAX_MS},
    [GW__FAILURE__FAILURE_TLS_CHAIN] = {"tls_chain", false, HOUR, GW_BACKOFF_MAX_MS},
    [GW__FAILURE__FAILURE_TLS_EXPIRED] = {"tls_expired", false, HOUR, GW_BACKOFF_MAX_MS},
    [GW__FAILURE__FAILURE_DNS] = {"dns", true, GW_BACKOFF_START_MS, GW_BACKOFF_MAX_MS},
    [GW__FAILURE__FAILURE_CONNECT] = {"connect", true, GW_BACKOFF_START_MS, GW_BACKOFF_MAX_MS},
    [GW__FAILURE__FAILURE_REDIRECT_LOOP] = {"redirect_loop", false, HOUR, GW_BACKOFF_MAX_MS},
    [GW__FAILURE__FAILURE_WRONG_TYPE] = {"wrong_type", false, 24 * HOUR, 24 * HOUR},
    [GW__FAILURE__FAILURE_PRIVATE_ADDRESS] = {"private_address", false, HOUR, GW_BACKOFF_MAX_MS},
    [GW__FAILURE__FAILURE_TOO_BIG] = {"too_big", false, 24 * HOUR, 24 * HOUR},
    [GW__FAILURE__FAILURE_BAD_ANSWER] = {"bad_answer", false, 10 * MINUTE, GW_BACKOFF_MAX_MS},
    [GW__FAILURE__FAILURE_CHALLENGE] = {"challenge", false, GW_BLOCKED_MS, 24 * HOUR},
    [GW__FAILURE__FAILURE_ROBOTS] = {"robots", false, 24 * HOUR, 24 * HOUR},
    [GW__FAILURE__FAILURE_REFUSED] = {"refused", false, GW_BLOCKED_MS, 24 * HOUR},
    [GW__FAILURE__FAILURE_READER_CRASH] = {"reader_crash", false, 24 * HOUR, 24 * HOUR},
    [GW__FAILURE__FAILURE_READER_TIME] = {"reader_time", false, 24 * HOUR, 24 * HOUR},
    [GW__FAILURE__FAILURE_READER_MEMORY] = {"reader_memory", false, 24 * HOUR, 24 * HOUR},
};

// A number of a newer schema, or one of the unused, is met as a bad answer.
static size_t row_of(Gw__Failure failure)
{
    size_t i = (size_t)failure;
    return i < GW_COUNT(failures_) && failures_[i].name ? i : (size_t)GW__FAILURE__FAILURE_BAD_ANSWER;
}

int64_t gw_interval_backoff(Gw__Failure failure, uint32_t failures)
{
    size_t row = row_of(failure);
    int64_t wait = failures_[row].start_ms;
    while (failures > 1 && wait < failures_[row].max_ms) {
        wait *= 2;
        failures--;
    }
    return wait < failures_[row].max_ms ? wait : failures_[row].max_ms;
}

bool gw_failure_is_temporary(Gw__Failure failure)
{
    return failures_[row_of(failure)].temporary;
}

const char *gw_failure_reason(Gw__Failure failure)
{
    return failures_[row_of(failure)].name;
}

int64_t gw_interval_revisit(const Gw__Source *source, int64_t age_ms, bool changed)
{
    static const int64_t hours[] = {1, 6, 24, 3 * 24, 7 * 24, 30 * 24};
    if (age_ms < 0)
        age_ms = 0;
    if (source && source->n_revisit_ms == 1)
        return (int64_t)source->revisit_ms[0];
    if (source && source->n_revisit_ms > 1) {
        for (size_t i = 0; i < source->n_revisit_ms; i++)
            if ((int64_t)source->revisit_ms[i] > age_ms)
                return (int64_t)source->revisit_ms[i] - age_ms;
        return -1;
    }
    if (changed)
        return HOUR;
    // The next of the times after first sight that is not upon us already; then each as far away again as the age.
    for (size_t i = 0; i < GW_COUNT(hours); i++)
        if (hours[i] * HOUR > age_ms + age_ms / 8)
            return hours[i] * HOUR - age_ms;
    return age_ms < 180 * DAY ? age_ms : 180 * DAY;
}
