// SPDX-License-Identifier: Apache-2.0
// The agent: decides when, gives jobs to collectors, writes down what they saw, and delivers it.
//
// DESIGN: one loop, one thread (and libuv's pool for fsync). The parts know nothing of each other: schedule, permits
// and leases say what may be asked next; jobs talks with the collectors; observe says what follows from an answer;
// outbox and link deliver it. dispatch.c, outcome.c and session.c tie them together, report.c shows them.
#ifndef GW_AGENT_AGENT_H
#define GW_AGENT_AGENT_H

#include "base/err.h"
#include "wire/keys.h"

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct gw_agent;

struct gw_agent_options {
    const char *dir;               // DIR; everything is written below DIR/state
    const char *broker;            // endpoint
    const struct gw_key *key;      // for it; NULL: it is on this machine
    const char *jobs;              // endpoint for collectors
    const char *node;              // name of this machine
    const char *program;           // "govwire-agent 0.1.0"
    const char *collector_program; // NULL: none is started, others connect
    uint32_t collectors;
    const char *log_level, *log_format;  // of the collectors
    uint64_t outbox_max, quarantine_max; // bytes
    bool once;                           // poll each source once, read what is due, then stop
    bool revisit_all;                    // with once: every known article is due
};

// Life. Strings are borrowed until _free. GW_EEXIST: the endpoint for collectors is taken; as gw_outbox_open.
GW_MUST_CHECK int gw_agent_new(uv_loop_t *loop, const struct gw_agent_options *options, struct gw_agent **ret_agent);
// After the loop has run empty.
struct gw_agent *gw_agent_free(struct gw_agent *agent); // accepts NULL, returns NULL

// End cleanly: what was seen is made durable, the broker is told, the handles are closed, so that the loop runs empty.
void gw_agent_stop(struct gw_agent *agent, enum gw_exit exit_code);
enum gw_exit gw_agent_exit(const struct gw_agent *agent);

#endif
