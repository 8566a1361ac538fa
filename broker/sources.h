// SPDX-License-Identifier: Apache-2.0
// DIR/sources.d as the store knows it: looked at every second, read when a file changed. A file that cannot be read
// keeps its last good version, and that is an event of the source stream; so is its mending.
#ifndef GW_BROKER_SOURCES_H
#define GW_BROKER_SOURCES_H

#include "store/writer.h"

#include <uv.h>

struct gw_sources;

struct gw_sources_options {
    const char *dir;
    // Committed: this source was added, changed or removed.
    void (*changed)(void *arg, const char *source_id);
    void *arg;
};

// The first reading, at once, before the writer has the store.
GW_MUST_CHECK int gw_sources_new(const struct gw_sources_options *options, struct gw_store *store,
                                 struct gw_sources **ret_sources);
// From now on.
void gw_sources_watch(struct gw_sources *sources, uv_loop_t *loop, struct gw_writer *writer);
// Works that are at the writer must have come back: stop, free the writer, then this.
void gw_sources_stop(struct gw_sources *sources);
struct gw_sources *gw_sources_free(struct gw_sources *sources);

#endif
