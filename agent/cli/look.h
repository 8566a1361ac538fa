// SPDX-License-Identifier: Apache-2.0
// One look at a source (probe.h) shown to a person, and what it lacks.
#ifndef GW_CLI_LOOK_H
#define GW_CLI_LOOK_H

#include "base/arena.h"
#include "base/buf.h"
#include "probe.h"

enum { GW_LOOK_WARNINGS = 12 };

struct gw_look_rows {
    size_t rows, titled, dated, own; // how many; with a title, with a date, of the list's own site
    const char *newest;              // date; "" when none has one
};

// What was found, on stdout.
void gw_look_print_list(const struct gw_look *look);
void gw_look_print_article(const struct gw_look *look);
// {"list":…,"document":… and ,"warnings":[…], without the closing brace.
void gw_look_put_json(const struct gw_look *look, struct gw_buf *out);
void gw_look_put_warnings(struct gw_buf *out, const char *const *warnings, size_t count);
// What a person should know before relying on the source; texts in `arena` or static. Returns how many.
size_t gw_look_warnings(struct gw_arena *arena, const struct gw_look *look, const char *warnings[GW_LOOK_WARNINGS]);
// 0, or the exit code after a message: what could not be fetched or understood.
int gw_look_verdict(const struct gw_look *look);

// The rows of the list; NULL when it gave none.
const Gw__Rows *gw_look_rows(const struct gw_look *look);
struct gw_look_rows gw_look_count(const struct gw_look *look);

#endif
