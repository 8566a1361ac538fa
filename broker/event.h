// SPDX-License-Identifier: Apache-2.0
// Events on their way into the store: their identities, their packing.
#ifndef GW_BROKER_EVENT_H
#define GW_BROKER_EVENT_H

#include "store/store.h"

enum { GW_ID_HEX = 2 * GW_ID_BYTES + 1 };

// The document first seen under this canonical URL.
struct gw_id gw_document_id(const char *url);
// H(document id, revision, type): the same observation makes the same events, whoever repeats it.
struct gw_id gw_policy_event_id(const struct gw_id *document, uint32_t revision, const char *type);
const char *gw_id_hex(const struct gw_id *id, char out[GW_ID_HEX]);

// The detail of a source's health while it is `new` a second time: its next `ok` is a recovery then, and an event.
#define GW_SOURCE_RESUMED "watched again"

// What befalls a source.
struct gw_source_event {
    const char *source_id, *url; // of its list
    const char *state, *reason, *previous, *detail;
    int64_t since_ms, fetched_ms;
};

// Each packs the event, gives it its id and time, and appends it. GW_ELIMIT: the event is over the frame limit.
GW_MUST_CHECK int gw_event_append(struct gw_store *store, Gw__Event *event, const struct gw_id *id,
                                  const struct gw_id *previous, enum gw_store_append *ret_append);
GW_MUST_CHECK int gw_event_append_source(struct gw_store *store, const struct gw_source_event *source);
GW_MUST_CHECK int gw_event_append_run(struct gw_store *store, const struct gw_store_run *run, const char *url);

#endif
