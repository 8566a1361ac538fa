// SPDX-License-Identifier: Apache-2.0
// `govwire status`: asks the running broker; when nothing runs, the store says what was last known.
#include "cli.h"

#include "base/clock.h"
#include "base/fs.h"
#include "model/json.h"
#include "states.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OUT_BYTES = 256 * 1024 * 1024 };

static uint64_t outbox(const struct gw_states *s)
{
    uint64_t n = 0;
    for (size_t i = 0; s->status && i < s->status->n_agents; i++)
        if (s->status->agents[i]->report)
            n += s->status->agents[i]->report->outbox;
    return n;
}

// ---- JSON

static void put_text(struct gw_buf *out, const char *key, const char *text)
{
    gw_buf_printf(out, ",\"%s\":", key);
    gw_json_string(out, text);
}

static void put_time(struct gw_buf *out, const char *key, int64_t unix_ms)
{
    char when[GW_RFC3339_BYTES];
    if (unix_ms)
        put_text(out, key, gw_rfc3339_ms(unix_ms, when));
}

static void put_source(struct gw_buf *out, const struct gw_source_state *row)
{
    const Gw__SourceReport *r = row->report;
    gw_buf_puts(out, "{\"id\":");
    gw_json_string(out, row->id);
    put_text(out, "state", gw_state_of(row));
    put_text(out, "reason", gw_reason_of(row));
    put_time(out, "since", row->health ? row->health->since_ms : 0);
    if (r) {
        put_time(out, "last_poll", r->last_poll_ms);
        put_time(out, "last_success", r->last_success_ms);
        put_time(out, "last_new", r->last_new_ms);
        put_time(out, "next_poll", r->next_poll_ms);
        if (!row->stored)
            gw_buf_printf(out, ",\"rows\":%u,\"delay_ms\":%" PRIu64, r->rows, r->delay_ms);
        gw_buf_printf(out, ",\"rows_usual\":%u,\"pending\":%u", r->rows_usual, r->pending);
    }
    gw_buf_putc(out, '}');
}

static void put_agent(struct gw_buf *out, const Gw__AgentStatus *agent)
{
    const Gw__Report *r = agent->report;
    gw_buf_puts(out, "{\"node\":");
    gw_json_string(out, agent->node);
    gw_buf_printf(out, ",\"connected\":%s", agent->connected ? "true" : "false");
    if (r) {
        gw_buf_printf(out, ",\"hosts\":%u,\"collectors\":%u,\"outbox\":%" PRIu64 ",\"idle\":%s", r->hosts,
                      r->collectors, r->outbox, r->idle ? "true" : "false");
        gw_buf_puts(out, ",\"activity\":[");
        for (size_t i = 0; i < r->n_activity; i++) {
            gw_buf_puts(out, i ? "," : "");
            gw_json_string(out, r->activity[i]);
        }
        gw_buf_putc(out, ']');
    }
    gw_buf_putc(out, '}');
}

static void put_counters(struct gw_buf *out, const struct gw_states *s)
{
    const char *comma = "";
    for (size_t i = 0; s->status && i < s->status->n_counters; i++, comma = ",") {
        gw_buf_puts(out, comma);
        gw_json_string(out, s->status->counters[i]->name);
        gw_buf_printf(out, ":%" PRIu64, s->status->counters[i]->value);
    }
    // An agent's counters are its own; with several of them the sum is what matters here.
    for (size_t i = 0; s->status && i < s->status->n_agents; i++) {
        const Gw__Report *r = s->status->agents[i]->report;
        for (size_t j = 0; r && s->status->n_agents == 1 && j < r->n_counters; j++, comma = ",") {
            gw_buf_puts(out, comma);
            gw_json_string(out, r->counters[j]->name);
            gw_buf_printf(out, ":%" PRIu64, r->counters[j]->value);
        }
    }
}

static void put_json(struct gw_buf *out, const struct gw_states *s)
{
    gw_buf_printf(out, "{\"running\":%s,\"seq\":%" PRIu64 ",\"outbox\":%" PRIu64 ",\"index_lag\":%" PRIu64,
                  s->status ? "true" : "false", s->seq, outbox(s), s->status ? s->status->index_lag : 0);
    gw_buf_puts(out, ",\"counters\":{");
    put_counters(out, s);
    gw_buf_puts(out, "},\"agents\":[");
    for (size_t i = 0; s->status && i < s->status->n_agents; i++) {
        gw_buf_puts(out, i ? "," : "");
        put_agent(out, s->status->agents[i]);
    }
    gw_buf_puts(out, "],\"sources\":[");
    for (size_t i = 0; i < s->count; i++) {
        gw_buf_puts(out, i ? "," : "");
        put_source(out, &s->rows[i]);
    }
    gw_buf_puts(out, "]}\n");
}

// ---- for people

// "3m ago", "in 2h", "-".
static const char *distance(int64_t unix_ms, char out[32])
{
    static const struct {
        int64_t ms;
        const char *unit;
    } units[] = {{86400000, "d"}, {3600000, "h"}, {60000, "m"}, {1000, "s"}};
    int64_t away = unix_ms - gw_clock_unix_ms(), size = away < 0 ? -away : away;
    if (!unix_ms)
        return "-";
    for (size_t i = 0; i < GW_COUNT(units); i++)
        if (size >= units[i].ms) {
            snprintf(out, 32, "%s%" PRId64 "%s%s", away > 0 ? "in " : "", size / units[i].ms, units[i].unit,
                     away < 0 ? " ago" : "");
            return out;
        }
    return "now";
}

static void print_table(const struct gw_states *s)
{
    printf("%s   seq %" PRIu64, s->status ? "running" : "not running", s->seq);
    if (s->status)
        printf("   outbox %" PRIu64 "   index lag %" PRIu64, outbox(s), s->status->index_lag);
    puts("");
    for (size_t i = 0; s->status && i < s->status->n_agents; i++) {
        const Gw__AgentStatus *agent = s->status->agents[i];
        const Gw__Report *r = agent->report;
        printf("agent %-16s %-12s", agent->node, agent->connected ? "connected" : "gone");
        if (r)
            printf(" %u hosts  %u collectors  outbox %" PRIu64 "%s", r->hosts, r->collectors, r->outbox,
                   r->idle ? "  idle" : "");
        puts("");
        for (size_t j = 0; r && agent->connected && j < r->n_activity; j++)
            printf("  %s\n", r->activity[j]);
    }
    if (s->count)
        printf("\n%-24s %-9s %-16s %-10s %-10s %-10s %6s %8s\n", "source", "state", "reason", "polled", "news", "next",
               "rows", "pending");
    for (size_t i = 0; i < s->count; i++) {
        const struct gw_source_state *row = &s->rows[i];
        const Gw__SourceReport *r = row->report;
        char polled[32], news[32], next[32];
        printf("%-24s %-9s %-16s %-10s %-10s %-10s ", row->id, gw_state_of(row),
               *gw_reason_of(row) ? gw_reason_of(row) : "-", distance(r ? r->last_poll_ms : 0, polled),
               distance(r ? r->last_new_ms : 0, news), distance(r ? r->next_poll_ms : 0, next));
        if (r)
            printf("%6u %8u\n", row->stored ? r->rows_usual : r->rows, r->pending);
        else
            printf("%6s %8s\n", "-", "-");
    }
}

// ---- the command

static int parse(int argc, char **argv, struct gw_broker_at *at, bool *ret_json)
{
    enum { DIR_ = 1, BROKER, JSON, KEY };
    static const struct option options[] = {{"dir", required_argument, NULL, DIR_},
                                            {"broker", required_argument, NULL, BROKER},
                                            {"key", required_argument, NULL, KEY},
                                            {"json", no_argument, NULL, JSON},
                                            {0}};
    opterr = 0;
    optind = 0;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == DIR_)
            at->dir = optarg;
        else if (c == BROKER)
            at->broker = optarg;
        else if (c == KEY)
            at->key_file = optarg;
        else if (c == JSON)
            *ret_json = true;
        else
            return gw_cli_usage("status", "unknown or incomplete option '%s'", argv[optind - 1]);
    }
    if (optind < argc)
        return gw_cli_usage("status", "unexpected argument '%s'", argv[optind]);
    int exit_code = gw_broker_at_check(at, "status");
    if (exit_code >= 0 || !at->dir)
        return exit_code;
    return gw_fs_exists(at->dir) ? -1 : gw_cli_error(GW_EXIT_FAILED, "%s: no such directory", at->dir);
}

int cmd_status(int argc, char **argv)
{
    struct gw_states s = {0};
    struct gw_broker_at at = {0};
    bool json = false;
    int exit_code = parse(argc, argv, &at, &json);
    if (exit_code >= 0)
        return exit_code;
    int rc = gw_states_gather(&at, &s);
    struct gw_buf out = GW_BUF(OUT_BYTES);
    if (rc != GW_OK) {
        exit_code = gw_cli_error(rc == GW_EAGAIN ? GW_EXIT_UNAVAILABLE : gw_exit_for(rc), "%s", gw_reason());
    } else if (json) {
        put_json(&out, &s);
        exit_code = fwrite(gw_buf_str(&out), 1, out.bytes, stdout) == out.bytes ? GW_EXIT_OK : GW_EXIT_IO;
    } else {
        print_table(&s);
        exit_code = GW_EXIT_OK;
    }
    gw_buf_fini(&out);
    gw_states_fini(&s);
    return exit_code;
}
