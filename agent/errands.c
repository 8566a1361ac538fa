// SPDX-License-Identifier: Apache-2.0
// What a reader or an operator asks this agent through the broker: to poll a source now, and what lies in quarantine.
#include "agent_parts.h"

#include "agent/quarantine.h"
#include "base/clock.h"
#include "base/log.h"
#include "wire/answer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { META_MAX = 256 * 1024, BYTES_MAX = 16 * 1024 * 1024, PART_BYTES = 512 * 1024 };

struct errand {
    struct gw_agent *agent;
    const Gw__Task *task;
    char remark[160];    // for people, when it was done
    struct gw_buf lines; // list: those that were not said yet
};

static void say_part(const struct errand *e, const void *bytes, size_t n)
{
    Gw__Answer answer = GW__ANSWER__INIT;
    answer.part = (ProtobufCBinaryData){n, (uint8_t *)bytes};
    gw_link_done(e->agent->link, e->task->task, &answer);
}

// ---- poll

// What the source waits for is over: its own pace, or its back-off. What the host waits for - delay, Retry-After - is
// not, and its robots.txt is asked as ever.
static int poll_now(struct errand *e)
{
    struct gw_agent *agent = e->agent;
    struct gw_watch *watch = gw_watch_find(&agent->targets, e->task->subject);
    struct gw_host *host = watch ? watch->list->task.host : NULL;
    int64_t now_ms = gw_clock_boot_ms();
    if (watch && watch->paused)
        return gw_fail(GW_EINVAL, "'%s' is paused; 'govwire source resume' comes first", watch->id);
    if (!watch || !host || !gw_lease_holds(host, now_ms))
        return gw_fail(GW_ENOTFOUND, "no source '%s' is watched here", e->task->subject);
    if (watch->list->task.running) {
        snprintf(e->remark, sizeof e->remark, "it is being polled");
        return GW_OK;
    }
    watch->list->done = false;
    watch->list->next_due_ms = gw_clock_unix_ms();
    gw_agent_schedule(agent, watch->list, NULL);
    int64_t wait_ms = gw_pace_free_ms(&host->pace) - now_ms;
    if (wait_ms > 0)
        snprintf(e->remark, sizeof e->remark, "it is next, in %" PRId64 " s: its host has to be left alone until then",
                 (wait_ms + 999) / 1000);
    else
        snprintf(e->remark, sizeof e->remark, "it is next");
    gw_info("agent", "poll", "source=%s asked for by an operator, %s", watch->id, e->remark);
    gw_agent_dispatch(agent);
    return GW_OK;
}

// ---- quarantine

static void say_lines(struct errand *e)
{
    if (e->lines.bytes)
        say_part(e, e->lines.data, e->lines.bytes);
    gw_buf_reset(&e->lines);
}

static int add_record(const char *id, void *arg)
{
    struct errand *e = arg;
    struct gw_buf text = GW_BUF(META_MAX);
    if (gw_quarantine_meta(e->agent->quarantine_dir, id, &text) ==
        GW_OK) { // half an entry; the others are still of use
        if (e->lines.bytes + text.bytes + 1 > PART_BYTES)
            say_lines(e);
        gw_buf_add(&e->lines, gw_buf_str(&text), text.bytes);
        gw_buf_putc(&e->lines, '\n');
    }
    gw_buf_fini(&text);
    return GW_OK;
}

static int list(struct errand *e)
{
    e->lines = GW_BUF(PART_BYTES);
    int rc = gw_quarantine_each(e->agent->quarantine_dir, add_record, e);
    say_lines(e);
    gw_buf_fini(&e->lines);
    return rc;
}

static int show(struct errand *e)
{
    struct gw_buf text = GW_BUF(META_MAX);
    int rc = gw_quarantine_meta(e->agent->quarantine_dir, e->task->subject, &text);
    if (rc == GW_OK)
        say_part(e, gw_buf_str(&text), text.bytes);
    gw_buf_fini(&text);
    return rc;
}

static int bytes(struct errand *e)
{
    struct gw_buf text = GW_BUF(BYTES_MAX);
    int rc = gw_quarantine_bytes(e->agent->quarantine_dir, e->task->subject, &text);
    for (size_t at = 0; rc == GW_OK && at < text.bytes; at += PART_BYTES)
        say_part(e, text.data + at, text.bytes - at < PART_BYTES ? text.bytes - at : PART_BYTES);
    gw_buf_fini(&text);
    return rc;
}

static int drop(struct errand *e)
{
    return gw_quarantine_drop(e->agent->quarantine_dir, e->task->subject);
}

// ---- the table

static const struct {
    Gw__Errand errand;
    int (*run)(struct errand *e);
} errands[] = {
    {GW__ERRAND__ERRAND_POLL, poll_now},        {GW__ERRAND__ERRAND_QUARANTINE_LIST, list},
    {GW__ERRAND__ERRAND_QUARANTINE_SHOW, show}, {GW__ERRAND__ERRAND_QUARANTINE_BYTES, bytes},
    {GW__ERRAND__ERRAND_QUARANTINE_DROP, drop},
};

void gw_agent_errand(void *arg, const Gw__Task *task)
{
    struct errand e = {.agent = arg, .task = task};
    int rc = gw_fail(GW_EINVAL, "this agent does not know that errand");
    for (size_t i = 0; i < GW_COUNT(errands); i++)
        if (errands[i].errand == task->errand)
            rc = errands[i].run(&e);
    Gw__Answer last;
    gw_answer_last(&last, rc, e.remark);
    gw_link_done(e.agent->link, task->task, &last);
}
