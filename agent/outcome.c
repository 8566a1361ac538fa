// SPDX-License-Identifier: Apache-2.0
// From what was seen to the outbox: complete the observation, write it down, and only then act on it.
#include "agent_parts.h"

#include "interval.h"
#include "quarantine.h"

#include "base/clock.h"
#include "base/log.h"
#include "model/url.h"

#include <stdio.h>
#include <string.h>

// ---- quarantine

static void keep(struct gw_agent *agent, struct gw_quarantine_entry *entry)
{
    uint32_t dropped = 0;
    int rc = gw_quarantine_add(agent->quarantine_dir, agent->o.quarantine_max, entry, &dropped);
    agent->counters.quarantine_dropped += dropped;
    if (dropped)
        gw_warn("quarantine", "full", "%u of the oldest entries were dropped", dropped);
    if (rc) {
        entry->id[0] = '\0';
        gw_error("quarantine", "write", "%s: %s, its bytes are lost", entry->url, gw_reason());
        return;
    }
    agent->counters.quarantined++;
    gw_warn("quarantine", "kept", "%s %s, see: govwire quarantine show %s", entry->url, entry->reason, entry->id);
}

void gw_agent_damaged(uint64_t first, uint64_t last, const void *bytes, size_t n, void *arg)
{
    char detail[80];
    snprintf(detail, sizeof detail, "messages %llu to %llu of the outbox", (unsigned long long)first,
             (unsigned long long)last);
    struct gw_quarantine_entry entry = {.url = "",
                                        .source_id = "",
                                        .content_type = "",
                                        .reason = "outbox_damaged",
                                        .detail = detail,
                                        .when_ms = gw_clock_unix_ms(),
                                        .bytes = bytes,
                                        .length = n};
    struct gw_agent *agent = arg;
    agent->counters.tombstones += last - first + 1;
    keep(agent, &entry);
}

void gw_agent_poison(void *arg, uint64_t msgno, const char *why)
{
    struct gw_agent *agent = arg;
    struct gw_buf frame = GW_BUF(GW_OUTBOX_RECORD_MAX);
    if (gw_outbox_read(agent->outbox, msgno, &frame) == GW_OK) {
        struct gw_quarantine_entry entry = {.url = "",
                                            .source_id = "",
                                            .content_type = "application/x-govwire-frame",
                                            .reason = "refused_by_broker",
                                            .detail = why,
                                            .when_ms = gw_clock_unix_ms(),
                                            .bytes = frame.data,
                                            .length = frame.bytes};
        keep(agent, &entry);
    }
    gw_buf_fini(&frame);
    gw_outbox_bury(agent->outbox, msgno);
    agent->counters.tombstones++;
}

static const char *quarantine_page(struct gw_agent *agent, struct gw_job *job, const Gw__Observation *seen)
{
    struct gw_quarantine_entry entry = {.url = job->target->url,
                                        .source_id = job->target->watch->id,
                                        .content_type = job->content_type,
                                        .reason = gw_failure_reason(seen->failure),
                                        .detail = seen->failure_detail,
                                        .when_ms = gw_clock_unix_ms(),
                                        .bytes = gw_buf_str(&job->body),
                                        .length = job->body.bytes};
    if (seen->response && seen->response->content_type[0])
        entry.content_type = seen->response->content_type;
    keep(agent, &entry);
    char *id = gw_arena_strdup(agent->arena, entry.id);
    return id ? id : "";
}

// ---- the outbox

static void on_synced(uv_work_t *work, int status)
{
    (void)status;
    struct gw_agent *agent = work->data;
    struct gw_outbox_sync *sync = agent->sync;
    agent->sync = NULL;
    if (gw_outbox_sync_end(agent->outbox, sync)) {
        gw_error("outbox", "sync", "%s, stopping: what cannot be made durable must not be sent", gw_reason());
        gw_agent_stop(agent, GW_EXIT_IO);
        return;
    }
    gw_link_pump(agent->link);
    gw_agent_sync(agent); // what was written meanwhile
}

static void run_sync(uv_work_t *work)
{
    struct gw_agent *agent = work->data;
    gw_outbox_sync_run(agent->sync);
}

void gw_agent_sync(struct gw_agent *agent)
{
    if (agent->sync || !(agent->sync = gw_outbox_sync_begin(agent->outbox)))
        return;
    agent->sync_work.data = agent;
    gw_assert(uv_queue_work(agent->loop, &agent->sync_work, run_sync, on_synced) == 0);
}

// The frame of one observation under the next number, appended.
static int write_down(struct gw_agent *agent, const struct gw_job *job, Gw__Observation *seen, uint64_t *ret_msgno)
{
    // We held the host all the time when the newest epoch is ours: it was granted to this incarnation and no other.
    const struct gw_lease *lease = &job->host->lease;
    Gw__Publish publish = GW__PUBLISH__INIT;
    publish.msgno = gw_outbox_next(agent->outbox);
    publish.host = job->host->key;
    publish.epoch = lease->state >= GW_LEASE_FILLING ? lease->epoch : job->epoch;
    publish.observation = seen;
    struct gw_buf frame = GW_BUF(GW_FRAME_MAX);
    int rc = gw_message_check(&publish.base);
    if (rc == GW_OK)
        rc = gw_frame_pack(&frame, GW_MSG_PUBLISH, &publish);
    if (rc == GW_OK)
        rc = gw_outbox_append(agent->outbox, publish.msgno, frame.data, frame.bytes);
    gw_buf_fini(&frame);
    *ret_msgno = publish.msgno;
    return rc;
}

// What cannot be sent as it is becomes a failure that can.
static void reduce(Gw__Observation *seen, int rc)
{
    seen->reading_case = GW__OBSERVATION__READING__NOT_SET;
    seen->failure = rc == GW_ELIMIT ? GW__FAILURE__FAILURE_TOO_BIG : GW__FAILURE__FAILURE_BAD_ANSWER;
    seen->failure_detail = (char *)gw_reason();
    seen->health = NULL;
}

// ---- after it is written

static void settle_once(struct gw_agent *agent, struct gw_target *target, const Gw__Observation *seen,
                        const struct gw_observed *observed)
{
    target->tries++;
    target->failed = !observed->understood;
    target->settled =
        !observed->temporary || target->tries >= GW_ONCE_TRIES || observed->hold_host_ms > GW_ONCE_RETRY_MS;
    // A link to a file is no article that was left unread.
    if (target->settled && target->failed && (target->is_list || seen->failure != GW__FAILURE__FAILURE_WRONG_TYPE)) {
        gw_warn("agent", "unread", "%s: %s %s", target->url, gw_failure_reason(seen->failure), seen->failure_detail);
        agent->once_failed = true;
    }
}

// Rows on hosts we do not hold will be targets of whoever does: ask for them.
static void want_hosts(struct gw_agent *agent, const Gw__Observation *seen)
{
    if (seen->reading_case != GW__OBSERVATION__READING_ROWS)
        return;
    for (size_t i = 0; i < seen->rows->n_rows; i++) {
        struct gw_host *host = gw_agent_host_of(agent, seen->rows->rows[i]->url);
        if (host)
            host->wanted = true;
    }
}

static void tell(struct gw_agent *agent, const struct gw_target *target, const Gw__Observation *seen,
                 const struct gw_observed *observed)
{
    char subject[80];
    struct gw_agent_counters *n = &agent->counters;
    snprintf(subject, sizeof subject, "source:%s", target->watch->id);
    n->polls += target->is_list;
    n->reads += !target->is_list;
    n->failed += !observed->understood;
    n->unchanged += seen->reading_case == GW__OBSERVATION__READING_UNCHANGED;
    n->new_rows += observed->new_rows;
    const char *what = target->is_list ? "polled" : "read";
    if (seen->failure)
        gw_warn(subject, what, "%s failed: %s %s, trying again later", target->url, gw_failure_reason(seen->failure),
                seen->failure_detail);
    else if (seen->reading_case == GW__OBSERVATION__READING_ROWS)
        gw_info(subject, what, "rows=%zu new=%u how=%s", seen->rows->n_rows, observed->new_rows, seen->rows->how);
    else if (seen->reading_case == GW__OBSERVATION__READING_UNCHANGED)
        gw_debug(subject, what, "%s unchanged", target->url);
    else if (seen->reading_case == GW__OBSERVATION__READING_NO_ARTICLE)
        gw_info(subject, what, "%s is no article: %s", target->url, seen->no_article->reason);
    else
        gw_debug(subject, what, "%s", target->url);
    if (observed->state_changed)
        gw_info(subject, "state", "%s%s%s", gw_state_name(target->watch->health.state),
                target->watch->health.reason[0] ? " " : "", target->watch->health.reason);
}

static void publish(struct gw_agent *agent, struct gw_job *job, Gw__Observation *seen)
{
    struct gw_target *target = job->target;
    struct gw_observed observed;
    uint64_t msgno;
    Gw__Source *source = gw_watch_load(target->watch, agent->arena);
    gw_assert(source);
    seen->purpose = job->purpose;
    gw_observe(agent->arena, &agent->targets, target, source, seen, gw_clock_unix_ms(), &observed);
    int rc = write_down(agent, job, seen, &msgno);
    if (rc == GW_ELIMIT || rc == GW_EPROTO) {
        gw_warn("agent", "observation", "%s: %s, sent as a failure", target->url, gw_reason());
        reduce(seen, rc);
        gw_observe(agent->arena, &agent->targets, target, source, seen, gw_clock_unix_ms(), &observed);
        rc = write_down(agent, job, seen, &msgno);
    }
    if (rc) {
        // Nothing was acted on, so nothing is lost: it will be fetched again.
        gw_error("outbox", "write", "%s, trying again in %d s", gw_reason(), GW_FULL_RETRY_MS / 1000);
        agent->full_until_ms = gw_clock_boot_ms() + GW_FULL_RETRY_MS;
        gw_schedule_put(&agent->schedule, &target->task, job->host, agent->full_until_ms);
        return;
    }
    agent->counters.published++;
    target->crashes = 0;
    job->host->last_msgno = msgno;
    if (observed.hold_host_ms) {
        gw_pace_hold(&job->host->pace, gw_clock_boot_ms() + observed.hold_host_ms);
        gw_schedule_touch(&agent->schedule, job->host);
    }
    tell(agent, target, seen, &observed);
    want_hosts(agent, seen);
    gw_targets_put(&agent->targets, seen->target);
    if (agent->o.once)
        settle_once(agent, target, seen, &observed);
    gw_agent_schedule(agent, target, job->host);
    gw_agent_sync(agent);
}

// ---- outcomes

// The page may be innocent (a process was killed, or died over another): it gets further chances.
static bool spare(struct gw_agent *agent, struct gw_job *job, const char *how)
{
    struct gw_target *target = job->target;
    agent->counters.crashes++;
    if (++target->crashes >= GW_CRASHES_MAX)
        return false;
    gw_warn("agent", "crash", "%s: %s, trying again", target->url, how);
    gw_schedule_put(&agent->schedule, &target->task, job->host,
                    gw_clock_boot_ms() + 200 * (int64_t)target->crashes * target->crashes);
    return true;
}

void gw_agent_job_done(void *arg, struct gw_job *job, Gw__Observation *observation, bool quarantine)
{
    struct gw_agent *agent = arg;
    struct gw_target *target = job->target;
    if (!target) // dropped while it ran
        return;
    gw_schedule_end(&agent->schedule, &target->task);
    if (!target->watch || agent->stopping)
        return;
    gw_arena_reset(agent->arena);
    if (observation->failure == GW__FAILURE__FAILURE_READER_CRASH && spare(agent, job, "a reader died over it"))
        return;
    if (quarantine)
        observation->quarantine_id = (char *)quarantine_page(agent, job, observation);
    publish(agent, job, observation);
}

void gw_agent_job_lost(void *arg, struct gw_job *job, const char *how)
{
    struct gw_agent *agent = arg;
    struct gw_target *target = job->target;
    if (!target)
        return;
    gw_schedule_end(&agent->schedule, &target->task);
    if (!target->watch || agent->stopping || spare(agent, job, how))
        return;
    gw_arena_reset(agent->arena);
    Gw__Observation seen = GW__OBSERVATION__INIT;
    char detail[160];
    snprintf(detail, sizeof detail, "collectors died over it %d times, the last %s", GW_CRASHES_MAX, how);
    seen.failure = GW__FAILURE__FAILURE_READER_CRASH;
    seen.failure_detail = detail;
    seen.fetched_ms = gw_clock_unix_ms();
    seen.quarantine_id = (char *)quarantine_page(agent, job, &seen);
    publish(agent, job, &seen);
}
