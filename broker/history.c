// SPDX-License-Identifier: Apache-2.0
#include "history.h"

#include "event.h"
#include "model/url.h"

#include <stdlib.h>

enum { EVENTS_MAX = 100000 };

static int find_document(struct gw_store *store, struct gw_arena *arena, const char *url,
                         struct gw_store_document *ret_document)
{
    char *canonical = gw_url_canonical(arena, url);
    if (!canonical)
        return gw_fail_prefix(GW_EINVAL, "%s", url);
    struct gw_id id = gw_document_id(canonical);
    int rc = gw_store_document_get(store, arena, &id, ret_document);
    if (rc == GW_ENOTFOUND && (rc = gw_store_alias_get(store, canonical, &id)) == GW_OK)
        rc = gw_store_document_get(store, arena, &id, ret_document);
    return rc == GW_ENOTFOUND ? gw_fail(rc, "no document at %s", canonical) : rc;
}

// The newest first; retention may have removed the oldest.
static int find_events(struct gw_store *store, struct gw_arena *arena, struct gw_id id, struct gw_id *ids,
                       size_t *ret_count)
{
    struct gw_store_event row;
    size_t count = 0;
    int rc = GW_OK;
    for (; rc == GW_OK && !gw_id_is_none(&id) && count < EVENTS_MAX; id = row.previous) {
        gw_arena_reset(arena);
        rc = gw_store_event_get(store, arena, &id, &row);
        if (rc == GW_OK)
            ids[count++] = id;
    }
    *ret_count = count;
    return rc == GW_ENOTFOUND && count ? GW_OK : rc;
}

int gw_history(struct gw_store *store, struct gw_arena *arena, const char *url, gw_history_fn *fn, void *arg)
{
    struct gw_store_document document;
    struct gw_store_event row;
    int rc = find_document(store, arena, url, &document);
    if (rc != GW_OK)
        return rc;
    size_t count = 0;
    struct gw_id *ids = calloc(EVENTS_MAX, sizeof *ids);
    gw_assert(ids);
    rc = find_events(store, arena, document.event_id, ids, &count);
    while (count-- > 0 && rc == GW_OK) {
        gw_arena_reset(arena);
        rc = gw_store_event_get(store, arena, &ids[count], &row);
        if (rc == GW_OK)
            rc = fn(&row, arg);
    }
    free(ids);
    return rc;
}
