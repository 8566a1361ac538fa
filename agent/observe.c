// SPDX-License-Identifier: Apache-2.0
#include "observe.h"

#include "interval.h"

#include "base/clock.h"
#include "base/hash.h"
#include "model/url.h"

#include <string.h>

enum {
    UNREAD_TRIES = 5,    // an article that was never there is given up after so many answers of not found
    CONFIRMATIONS = 3,   // of a suspected withdrawal, when the source says nothing
    CONFIRM_OVER_H = 24, // within so many hours
    GAP_ROWS = 3,        // dated rows needed to say how often news come
};
static const int64_t HOUR_MS = 60 * 60 * 1000;

// ---- the list

static bool parse_day(const char *date, int64_t *ret_ms)
{
    char day[11];
    if (strlen(date) < 10)
        return false;
    memcpy(day, date, 10);
    day[10] = '\0';
    return gw_rfc3339_parse(day, ret_ms) == GW_OK;
}

// How often a row was added, from the dates of the rows; returns how many have one.
static uint32_t learn_gap(struct gw_watch *watch, const Gw__Rows *rows)
{
    int64_t oldest = INT64_MAX, newest = INT64_MIN;
    uint32_t dated = 0;
    for (size_t i = 0; i < rows->n_rows; i++) {
        int64_t day;
        if (!parse_day(rows->rows[i]->date, &day))
            continue;
        dated++;
        oldest = day < oldest ? day : oldest;
        newest = day > newest ? day : newest;
    }
    if (dated >= GAP_ROWS && newest > oldest)
        watch->usual_gap_ms = (newest - oldest) / (dated - 1);
    return dated;
}

// The same from the polls that brought news, where the rows do not tell.
static void learn_gap_by_news(struct gw_watch *watch, uint32_t new_rows, int64_t now_ms)
{
    if (!watch->last_new_ms || now_ms <= watch->last_new_ms)
        return;
    int64_t gap = (now_ms - watch->last_new_ms) / new_rows;
    watch->usual_gap_ms = watch->usual_gap_ms ? (watch->usual_gap_ms * 3 + gap) / 4 : gap;
}

static uint32_t count_new(struct gw_arena *arena, struct gw_targets *targets, const Gw__Rows *rows)
{
    uint32_t n = 0;
    for (size_t i = 0; i < rows->n_rows; i++) {
        const char *url = gw_url_canonical(arena, rows->rows[i]->url);
        n += url && !gw_targets_find(targets, url);
    }
    return n;
}

static uint32_t count_own(const char *list_url, const Gw__Rows *rows)
{
    uint32_t n = 0;
    for (size_t i = 0; i < rows->n_rows; i++)
        n += gw_url_same_site(list_url, rows->rows[i]->url);
    return n;
}

static uint32_t random32(void)
{
    uint32_t r;
    gw_random(&r, sizeof r);
    return r;
}

static int64_t list_wait(struct gw_watch *watch, const Gw__Target *after, bool news)
{
    if (after->failures)
        watch->interval_ms = watch->interval_ms ? watch->interval_ms : GW_POLL_START_MS;
    else
        watch->interval_ms = gw_interval_poll(watch->interval_ms, news);
    int64_t wait = watch->poll == GW__POLL__POLL_EVERY ? watch->poll_ms : watch->interval_ms;
    if (after->failures) {
        int64_t backoff = gw_interval_backoff(after->last_failure, after->failures);
        wait = backoff > wait ? backoff : wait;
    }
    // A period that was asked for is kept; jitter is for those we chose.
    return watch->poll == GW__POLL__POLL_EVERY && !after->failures ? wait : gw_interval_jitter(wait, random32());
}

// What is wrong with the rows, in numbers.
static const char *explain(struct gw_arena *arena, const struct gw_health *health, uint32_t usual,
                           const struct gw_poll_seen *poll, const Gw__Rows *rows)
{
    const char *text = NULL;
    if (health->verdict == GW_READ_DRIFTED && poll->own == 0 && health->had_own)
        text = gw_arena_printf(arena, "all %u rows lead to other sites", poll->rows);
    else if (health->verdict == GW_READ_DRIFTED)
        text = gw_arena_printf(arena, "%u rows where %u are usual", poll->rows, usual);
    else if (health->verdict == GW_READ_UNDATED)
        text = gw_arena_printf(arena, "none of %u rows has a date", poll->rows);
    return text ? text : rows ? rows->warning : "";
}

static const char *explain_silence(struct gw_arena *arena, const struct gw_watch *watch, int64_t now_ms)
{
    const char *text = gw_arena_printf(arena, "the same rows for %lld days, news usually come within %lld hours",
                                       (long long)((now_ms - watch->last_new_ms) / (24 * HOUR_MS)),
                                       (long long)(watch->usual_gap_ms / HOUR_MS + 1));
    return text ? text : "";
}

static Gw__Health *tell_health(struct gw_arena *arena, const struct gw_watch *watch, uint32_t usual,
                               const struct gw_poll_seen *poll, const Gw__Observation *seen, int64_t now_ms)
{
    Gw__Health *health = gw_arena_alloc(arena, sizeof *health);
    if (!health)
        return NULL;
    gw__health__init(health);
    health->state = (char *)gw_state_name(watch->health.state);
    health->reason = (char *)watch->health.reason;
    health->since_ms = watch->health.since_ms;
    const Gw__Rows *rows = seen->reading_case == GW__OBSERVATION__READING_ROWS ? seen->rows : NULL;
    if (seen->failure)
        health->detail = seen->failure_detail;
    else if (watch->health.verdict == GW_READ_FINE && watch->health.state != GW_STATE_OK)
        health->detail = (char *)explain_silence(arena, watch, now_ms);
    else
        health->detail = (char *)explain(arena, &watch->health, usual, poll, rows);
    return health;
}

static void observe_list(struct gw_arena *arena, struct gw_targets *targets, struct gw_watch *watch,
                         const Gw__Source *source, bool unchanged, Gw__Observation *seen, int64_t now_ms,
                         struct gw_observed *observed)
{
    struct gw_poll_seen poll = {.failure = seen->failure, .unchanged = unchanged};
    poll.truncated = seen->response && seen->response->truncated;
    poll.wants_dates = source->list && source->list->date[0];
    if (seen->reading_case == GW__OBSERVATION__READING_ROWS && !unchanged) {
        poll.rows = (uint32_t)seen->rows->n_rows;
        poll.dated = learn_gap(watch, seen->rows);
        poll.own = count_own(source->url, seen->rows);
        observed->new_rows = count_new(arena, targets, seen->rows);
        if (observed->new_rows && poll.dated < GAP_ROWS)
            learn_gap_by_news(watch, observed->new_rows, now_ms);
    }
    watch->last_poll_ms = seen->fetched_ms;
    if (!seen->failure)
        watch->last_success_ms = seen->fetched_ms;
    if (observed->new_rows)
        watch->last_new_ms = now_ms;
    poll.last_new_ms = watch->last_new_ms;
    poll.usual_gap_ms = watch->usual_gap_ms;
    uint32_t usual = watch->health.rows_usual;
    observed->state_changed = gw_health_observe(&watch->health, &poll, now_ms);
    if (observed->state_changed)
        seen->health = tell_health(arena, watch, usual, &poll, seen, now_ms);
}

// ---- an article

static int64_t confirm_wait(const Gw__Source *source)
{
    uint32_t times = source->withdrawal ? source->withdrawal->confirmations : 0;
    int64_t over_ms = source->withdrawal ? (int64_t)source->withdrawal->over_ms : 0;
    return (over_ms ? over_ms : CONFIRM_OVER_H * HOUR_MS) / (times ? times : CONFIRMATIONS);
}

// Until the next reading; < 0: never again.
static int64_t article_wait(const Gw__Source *source, const Gw__Target *after, bool changed, int64_t now_ms)
{
    if (!after->failures)
        return gw_interval_revisit(source, now_ms - after->first_seen_ms, changed);
    bool absent =
        after->last_failure == GW__FAILURE__FAILURE_NOT_FOUND || after->last_failure == GW__FAILURE__FAILURE_GONE;
    if (absent && after->reads) // the broker decides what it means, from the confirmations
        return confirm_wait(source);
    if (absent && after->failures >= UNREAD_TRIES)
        return -1;
    if (after->last_failure >= GW__FAILURE__FAILURE_READER_CRASH)
        return -1; // in quarantine: the same bytes would only do it again
    return gw_interval_jitter(gw_interval_backoff(after->last_failure, after->failures), random32());
}

// ---- both

// What the collector says of the page (validators, digest: it knows what it understood), and what we say of the
// history.
static Gw__Target *target_after(struct gw_arena *arena, const struct gw_target *target, const Gw__Observation *seen,
                                int64_t now_ms)
{
    Gw__Target *after = gw_target_load(target, arena);
    if (!after)
        return NULL;
    after->fetched_ms = seen->fetched_ms;
    if (!after->first_seen_ms)
        after->first_seen_ms = now_ms;
    after->last_failure = seen->failure;
    if (seen->failure) {
        after->failures++;
        bool absent = seen->failure == GW__FAILURE__FAILURE_NOT_FOUND || seen->failure == GW__FAILURE__FAILURE_GONE;
        if (absent && after->reads && !after->suspect_ms && !target->is_list)
            after->suspect_ms = now_ms;
        return after;
    }
    after->failures = 0;
    after->suspect_ms = 0;
    after->reads++;
    if (seen->target) {
        after->etag = seen->target->etag;
        after->last_modified = seen->target->last_modified;
        after->digest = seen->target->digest;
        after->answer = seen->target->answer;
        after->definition = seen->target->definition;
        after->extractor = seen->target->extractor;
    }
    return after;
}

static int64_t host_hold(const Gw__Observation *seen)
{
    if (seen->response && seen->response->retry_after_ms)
        return (int64_t)seen->response->retry_after_ms;
    if (seen->failure == GW__FAILURE__FAILURE_CHALLENGE || seen->failure == GW__FAILURE__FAILURE_RATE_LIMITED)
        return gw_interval_backoff(seen->failure, 1);
    return 0;
}

void gw_observe(struct gw_arena *arena, struct gw_targets *targets, const struct gw_target *target,
                const Gw__Source *source, Gw__Observation *seen, int64_t now_ms, struct gw_observed *ret_observed)
{
    struct gw_observed observed = {0};
    seen->source_id = target->watch->id;
    if (!seen->fetched_ms)
        seen->fetched_ms = now_ms;
    // A wall in front of the page is a failure, however kindly it is worded.
    if (seen->reading_case == GW__OBSERVATION__READING_NO_ARTICLE &&
        strcmp(seen->no_article->reason, "challenge") == 0) {
        seen->reading_case = GW__OBSERVATION__READING__NOT_SET;
        seen->failure = GW__FAILURE__FAILURE_CHALLENGE;
    }

    Gw__Target *before = gw_target_load(target, arena);
    Gw__Target *after = target_after(arena, target, seen, now_ms);
    gw_assert(before && after); // a target is small; the arena is made for a whole observation
    seen->url = (char *)gw_target_address(before, source);
    seen->backlog = target->is_list ? before->reads == 0 : before->backlog;
    bool unchanged = seen->reading_case == GW__OBSERVATION__READING_UNCHANGED;
    bool changed = seen->reading_case == GW__OBSERVATION__READING_DOCUMENT && before->digest.len &&
                   before->extractor == seen->extractor;

    int64_t wait;
    if (target->is_list) {
        observe_list(arena, targets, target->watch, source, unchanged, seen, now_ms, &observed);
        after->rows_usual = target->watch->health.rows_usual;
        after->dated = target->watch->health.had_dates;
        after->on_site = target->watch->health.had_own;
        after->usual_gap_ms = (uint64_t)target->watch->usual_gap_ms;
        wait = list_wait(target->watch, after, observed.new_rows > 0);
    } else {
        wait = article_wait(source, after, changed, now_ms);
    }
    observed.hold_host_ms = host_hold(seen);
    if (observed.hold_host_ms > wait && wait >= 0)
        wait = observed.hold_host_ms;
    after->done = wait < 0;
    after->next_due_ms = wait < 0 ? 0 : now_ms + wait;
    seen->target = after;
    observed.temporary = seen->failure && gw_failure_is_temporary(seen->failure);
    observed.understood = !seen->failure;
    *ret_observed = observed;
}
