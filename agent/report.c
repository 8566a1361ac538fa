// SPDX-License-Identifier: Apache-2.0
// What status shows of this agent.
#include "agent_parts.h"

#include "base/hash.h"
#include "wire/frame.h"

#include <stddef.h>
#include <stdlib.h>

enum { REPORT_MS = 1000 };

static const struct {
    const char *name;
    size_t offset;
} counters[] = {
#define COUNTER(name)                                                                                                  \
    {                                                                                                                  \
        "agent_" #name, offsetof(struct gw_agent_counters, name)                                                       \
    }
    COUNTER(polls),              // lists asked for
    COUNTER(reads),              // articles asked for
    COUNTER(unchanged),          // answers that were what they had been
    COUNTER(failed),             // answers that could not be used
    COUNTER(new_rows),           // rows not known before
    COUNTER(published),          // observations written to the outbox
    COUNTER(quarantined),        // pages and frames put away
    COUNTER(quarantine_dropped), // of those, given up for room
    COUNTER(crashes),            // deaths of collectors or readers, per job
    COUNTER(dead_letters),       // messages the broker could not take
    COUNTER(tombstones),         // messages lost or given up
#undef COUNTER
};

static void fill_source(const struct gw_watch *watch, Gw__SourceReport *report, Gw__Health *health)
{
    gw__source_report__init(report);
    gw__health__init(health);
    health->state = (char *)gw_state_name(watch->health.state);
    health->reason = (char *)watch->health.reason;
    health->since_ms = watch->health.since_ms;
    report->source_id = (char *)watch->id;
    report->health = health;
    report->last_poll_ms = watch->last_poll_ms;
    report->last_success_ms = watch->last_success_ms;
    report->last_new_ms = watch->last_new_ms;
    report->next_poll_ms = watch->list->next_due_ms;
    report->rows = watch->health.rows;
    report->rows_usual = watch->health.rows_usual;
    report->pending = watch->pending;
    report->delay_ms = watch->list->task.host ? gw_pace_delay_ms(&watch->list->task.host->pace) : watch->delay_ms;
}

static void send_if_changed(struct gw_agent *agent, const Gw__Report *report)
{
    size_t n = gw__report__get_packed_size(report);
    uint8_t *bytes = malloc(n ? n : 1);
    gw_assert(bytes);
    gw__report__pack(report, bytes);
    uint64_t hash = gw_hash64(bytes, n) | 1;
    free(bytes);
    if (hash == agent->report_hashes[report->page])
        return;
    agent->report_hashes[report->page] = hash;
    gw_link_report(agent->link, report);
}

struct row {
    Gw__SourceReport report;
    Gw__Health health;
};

// The page's part of the sources, which are walked in the same order each time.
static void fill_page(struct gw_agent *agent, uint32_t *at, struct row rows[GW_REPORT_PAGE],
                      Gw__SourceReport *list[GW_REPORT_PAGE], Gw__Report *report)
{
    size_t n = 0;
    const struct gw_watch *watch;
    while (n < GW_REPORT_PAGE && (watch = gw_keyed_next(&agent->targets.watches, at))) {
        fill_source(watch, &rows[n].report, &rows[n].health);
        list[n] = &rows[n].report;
        n++;
    }
    report->sources = list;
    report->n_sources = n;
}

static void send_pages(struct gw_agent *agent, Gw__Report *report)
{
    struct row *rows = calloc(GW_REPORT_PAGE, sizeof *rows);
    Gw__SourceReport **list = calloc(GW_REPORT_PAGE, sizeof *list);
    gw_assert(rows && list);
    uint32_t at = 0, pages = (agent->targets.watches.count + GW_REPORT_PAGE - 1) / GW_REPORT_PAGE;
    report->pages = pages < GW_REPORT_PAGES_MAX ? pages : GW_REPORT_PAGES_MAX;
    for (uint32_t left = report->pages ? report->pages : 1; left > 0; left--) {
        fill_page(agent, &at, rows, list, report);
        send_if_changed(agent, report);
        uint32_t page = report->page + 1;
        gw__report__init(report);
        report->page = page;
    }
    free(rows);
    free(list);
}

void gw_agent_report(struct gw_agent *agent, int64_t now_ms)
{
    if (gw_link_state(agent->link) != GW_LINK_LIVE || now_ms - agent->reported_ms < REPORT_MS)
        return;
    agent->reported_ms = now_ms;
    Gw__Report report = GW__REPORT__INIT;
    report.hosts = gw_leases_held(&agent->leases);
    report.collectors = gw_jobs_collectors(agent->jobs);
    report.outbox = gw_outbox_next(agent->outbox) - gw_outbox_first(agent->outbox);
    report.idle = gw_agent_idle(agent);
    char *activity = (char *)agent->pressed;
    if (activity) {
        report.activity = &activity;
        report.n_activity = 1;
    }
    Gw__Counter values[GW_COUNT(counters)], *value_list[GW_COUNT(counters)];
    for (size_t i = 0; i < GW_COUNT(counters); i++) {
        value_list[i] = &values[i];
        gw__counter__init(&values[i]);
        values[i].name = (char *)counters[i].name;
        values[i].value = *(const uint64_t *)(const void *)((const char *)&agent->counters + counters[i].offset);
    }
    report.counters = value_list;
    report.n_counters = GW_COUNT(counters);
    send_pages(agent, &report);
}
