// SPDX-License-Identifier: Apache-2.0
// The agent's copy of the targets of its hosts, and the sources as it watches them.
//
// DESIGN: the broker owns targets; a copy arrives after each GRANT and as new rows are made, and is replaced by what
// our own observations make of it. Whichever was fetched later wins. A target is kept packed (a few hundred bytes) with
// the few fields the schedule needs beside it, and unpacked when a job is made of it.
#ifndef GW_AGENT_TARGETS_H
#define GW_AGENT_TARGETS_H

#include "agent/health.h"
#include "agent/schedule.h"
#include "base/arena.h"
#include "base/keyed.h"
#include "schema/observation.pb-c.h"
#include "schema/source.pb-c.h"

struct gw_watch;

struct gw_target {
    struct gw_task task;
    struct gw_watch *watch; // NULL: its source is not known (yet, or any more)
    char *url;              // identity
    void *packed;           // gw.Target without url and source; NULL: a list that was never polled
    uint32_t packed_bytes;
    int64_t fetched_ms, first_seen_ms, next_due_ms; // Unix
    uint32_t reads;
    uint8_t crashes; // times a collector or reader died over it, since the last answer
    bool is_list;
    bool done;    // given up, or never to be read again
    bool backlog; // found by its source's first poll
    // One run of --once:
    uint8_t tries;
    bool settled; // nothing more will be tried in this run
    bool failed;  // the last try ended without an answer that could be read
};

// A source.
struct gw_watch {
    void *packed; // gw.Source
    uint32_t packed_bytes;
    struct gw_target *list;
    struct gw_health health;
    Gw__Poll poll;
    uint32_t poll_ms, interval_ms;
    uint32_t delay_ms;
    bool paused, ignores_robots;
    bool skips_backlog; // list.backfill: none
    bool present;       // said by the broker since the last WELCOME
    int64_t last_poll_ms, last_success_ms, last_new_ms, usual_gap_ms;
    uint32_t pending; // articles never read
    char id[];
};

struct gw_targets {
    struct gw_keyed articles; // struct gw_target by url; the lists are not in it
    struct gw_keyed watches;  // struct gw_watch by id
};

// Life. Tasks must have left the schedule, no job may be running.
void gw_targets_init(struct gw_targets *targets);
void gw_targets_fini(struct gw_targets *targets);

// Use
// A definition from the broker. *ret_moved: its list is at another URL than before (or is new), and was reset.
struct gw_watch *gw_watch_put(struct gw_targets *targets, const Gw__Source *source, bool *ret_moved);
bool gw_watch_same(const struct gw_watch *watch, const Gw__Source *source); // the definition it already has
struct gw_watch *gw_watch_find(struct gw_targets *targets, const char *id);
// Forget the source; its articles stay, watched by nobody. Its list must have left the schedule.
void gw_watch_drop(struct gw_targets *targets, struct gw_watch *watch);
// Remember what the broker or an observation says of a target. NULL: our copy is newer, or it is the list of an unknown
// source.
struct gw_target *gw_targets_put(struct gw_targets *targets, const Gw__Target *def);
struct gw_target *gw_targets_find(struct gw_targets *targets, const char *url); // of an article
void gw_targets_drop(struct gw_targets *targets, struct gw_target *target);     // of an article
void gw_watch_reset_list(struct gw_watch *watch);                               // as if it was never polled
// What the broker could not take must be read again, whatever its validators say.
void gw_target_distrust(struct gw_target *target);

// Inspect: unpacked into the arena; NULL with the reason when it does not fit.
Gw__Target *gw_target_load(const struct gw_target *target, struct gw_arena *arena);
Gw__Source *gw_watch_load(const struct gw_watch *watch, struct gw_arena *arena);
// The address a request goes to (Target.url is only a name).
const char *gw_target_address(const Gw__Target *target, const Gw__Source *source);

#endif
