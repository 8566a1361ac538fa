// SPDX-License-Identifier: Apache-2.0
// The link's errands: what a reader or an operator wants of the agents. Each that is there gets a TASK; what they say
// goes to whoever asked as it comes, and one outcome when all have said theirs: done, if one of them has done it.
#include "link_parts.h"

#include "base/clock.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATIENCE_MS = 5000, BYTES_MAX = 20 * 1024 * 1024 }; // of an agent; for one errand

struct gw_errand_asked {
    struct gw_errand_asked *next;
    uint64_t number;
    Gw__Errand errand;
    char subject[];
};

struct gw_errand_run {
    struct gw_errand_run *next;
    uint64_t number;
    int64_t until_ms;
    size_t bytes;
    Gw__Outcome outcome; // the best so far
    char reason[512];
    size_t count; // of the sessions that have not said all
    uint64_t sessions[];
};

// ---- from other threads

void gw_broker_link_ask(struct gw_broker_link *link, uint64_t number, Gw__Errand errand, const char *subject)
{
    size_t bytes = strlen(subject) + 1;
    struct gw_errand_asked *asked = calloc(1, sizeof *asked + bytes);
    gw_assert(asked);
    asked->number = number;
    asked->errand = errand;
    memcpy(asked->subject, subject, bytes);
    pthread_mutex_lock(&link->asked_lock);
    asked->next = link->asked;
    link->asked = asked;
    uv_async_send(&link->wake);
    pthread_mutex_unlock(&link->asked_lock);
}

static struct gw_errand_asked *take_asked(struct gw_broker_link *link)
{
    pthread_mutex_lock(&link->asked_lock);
    struct gw_errand_asked *asked = link->asked;
    link->asked = NULL;
    pthread_mutex_unlock(&link->asked_lock);
    return asked;
}

// ---- on the loop

static void answer_last(struct gw_broker_link *link, uint64_t number, Gw__Outcome outcome, const char *reason)
{
    Gw__Answer answer = GW__ANSWER__INIT;
    answer.last = true;
    answer.outcome = outcome;
    answer.reason = (char *)reason;
    link->o.answer(link->o.arg, number, &answer);
}

static void end_run(struct gw_broker_link *link, struct gw_errand_run *run)
{
    struct gw_errand_run **at = &link->runs;
    while (*at != run)
        at = &(*at)->next;
    *at = run->next;
    answer_last(link, run->number, run->outcome, run->reason);
    free(run);
}

// What was done counts before what could not be, and that before what is unknown there.
static int rank(Gw__Outcome outcome)
{
    return outcome == GW__OUTCOME__OUTCOME_DONE ? 2 : outcome != GW__OUTCOME__OUTCOME_NOT_FOUND;
}

static void settle(struct gw_broker_link *link, struct gw_errand_run *run, size_t i, Gw__Outcome outcome,
                   const char *node, const char *reason)
{
    run->sessions[i] = run->sessions[--run->count];
    if (!*run->reason || rank(outcome) > rank(run->outcome)) {
        run->outcome = outcome;
        snprintf(run->reason, sizeof run->reason, "%s%s%s", node, *reason ? ": " : "", reason);
    }
    if (run->count == 0)
        end_run(link, run);
}

static void begin_run(struct gw_broker_link *link, const struct gw_errand_asked *asked)
{
    struct gw_errand_run *run = calloc(1, sizeof *run + HASH_COUNT(link->sessions) * sizeof *run->sessions);
    gw_assert(run);
    run->number = asked->number;
    run->until_ms = gw_clock_boot_ms() + PATIENCE_MS;
    Gw__Task task = GW__TASK__INIT;
    task.task = asked->number;
    task.errand = asked->errand;
    task.subject = (char *)asked->subject;
    for (struct gw_session *s = link->sessions; s; s = s->hh.next)
        if (s->errands && !s->gone) {
            run->sessions[run->count++] = s->number;
            gw_session_say(s, GW_MSG_TASK, &task);
        }
    run->next = link->runs;
    link->runs = run;
    if (run->count)
        return;
    run->outcome = GW__OUTCOME__OUTCOME_NOT_NOW;
    snprintf(run->reason, sizeof run->reason,
             link->sessions ? "the agents are of an earlier version, which does no errands" : "no agent is connected");
    end_run(link, run);
}

void gw_broker_link_on_wake(uv_async_t *wake)
{
    struct gw_broker_link *link = wake->data;
    struct gw_errand_asked *asked = take_asked(link);
    while (asked) {
        struct gw_errand_asked *next = asked->next;
        if (!link->stopping)
            begin_run(link, asked);
        free(asked);
        asked = next;
    }
}

static struct gw_errand_run *run_of(struct gw_broker_link *link, const struct gw_session *session, uint64_t number,
                                    size_t *ret_i)
{
    for (struct gw_errand_run *run = link->runs; run; run = run->next)
        for (size_t i = 0; i < run->count; i++)
            if (run->number == number && run->sessions[i] == session->number) {
                *ret_i = i;
                return run;
            }
    return NULL;
}

void gw_broker_link_on_done(struct gw_broker_link *link, struct gw_session *session, const Gw__Done *done)
{
    size_t i;
    struct gw_errand_run *run = run_of(link, session, done->task, &i);
    if (!run) // it took too long
        return;
    Gw__Answer part = *done->answer;
    part.last = false;
    run->bytes += part.part.len;
    if (run->bytes > BYTES_MAX) {
        settle(link, run, i, GW__OUTCOME__OUTCOME_FAILED, session->node, "it answers more than is taken");
        return;
    }
    if (part.part.len)
        link->o.answer(link->o.arg, run->number, &part);
    if (done->answer->last)
        settle(link, run, i, done->answer->outcome, session->node, done->answer->reason);
    else
        run->until_ms = session->heard_ms + PATIENCE_MS;
}

void gw_broker_link_look_at_errands(struct gw_broker_link *link, int64_t now_ms)
{
    for (struct gw_errand_run *run = link->runs, *next; run; run = next) {
        next = run->next;
        if (now_ms < run->until_ms)
            continue;
        if (rank(run->outcome) < 2 || !*run->reason) {
            run->outcome = GW__OUTCOME__OUTCOME_NOT_NOW;
            snprintf(run->reason, sizeof run->reason, "an agent does not answer");
        }
        end_run(link, run);
    }
}

void gw_broker_link_forget_errands(struct gw_broker_link *link)
{
    while (link->runs)
        end_run(link, link->runs);
    for (struct gw_errand_asked *asked = take_asked(link), *next; asked; asked = next) {
        next = asked->next;
        free(asked);
    }
}
