// SPDX-License-Identifier: Apache-2.0
// Which state a source is in, and why, from the sequence of its list's observations (INTERFACE.md, "States and
// reasons"). Exactly one state at any time; each change is told once.
#ifndef GW_AGENT_HEALTH_H
#define GW_AGENT_HEALTH_H

#include "schema/observation.pb-c.h"

#include <stdbool.h>
#include <stdint.h>

enum gw_state {
    GW_STATE_NEW, // never polled
    GW_STATE_OK,
    GW_STATE_QUIET,
    GW_STATE_DEGRADED,
    GW_STATE_BROKEN,
    GW_STATE_BLOCKED,
    GW_STATE_GONE,
    GW_STATE_PAUSED,
};

enum gw_reading_verdict {
    GW_READ_FINE,
    GW_READ_EMPTY,     // no rows
    GW_READ_DRIFTED,   // far fewer than usual, or none of its own site
    GW_READ_UNDATED,   // none with a date
    GW_READ_TRUNCATED, // a part of the list
};

struct gw_health {
    enum gw_state state;
    enum gw_reading_verdict verdict; // of the last answer that was read
    const char *reason;              // static; "" when there is none
    int64_t since_ms;
    int64_t failing_since_ms; // first of the failures in a row; 0: the last poll was fine
    uint32_t failures;        // in a row
    uint32_t rows;            // of the last list that had any
    uint32_t rows_usual;      // slow average
    bool had_dates, had_own;  // rows with dates, rows on the source's own site
};

// What one poll of the list showed.
struct gw_poll_seen {
    Gw__Failure failure;
    bool unchanged; // the rows are what they were
    bool truncated;
    uint32_t rows, dated; // how many, and how many of them with a date
    uint32_t own;         // and how many lead to the source's own site
    bool wants_dates;     // the definition says where they stand
    int64_t last_new_ms;  // when a new row last came; 0: unknown
    int64_t usual_gap_ms; // between two new rows; 0: unknown
};

enum {
    GW_HEALTH_PATIENCE = 2, // temporary failures in a row before the state changes: one lost packet is no event
};

void gw_health_init(struct gw_health *health);
// From what the broker stored; unknown words give `new`.
void gw_health_restore(struct gw_health *health, const Gw__Health *stored);
// True when the state or its reason changed.
bool gw_health_observe(struct gw_health *health, const struct gw_poll_seen *seen, int64_t now_ms);
// The list is another one now, or read by other rules: what was usual says nothing any more.
void gw_health_forget(struct gw_health *health);
bool gw_health_pause(struct gw_health *health, bool paused, int64_t now_ms); // likewise

const char *gw_state_name(enum gw_state state);

#endif
