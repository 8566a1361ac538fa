// SPDX-License-Identifier: Apache-2.0
#include "event.h"

#include "base/clock.h"
#include "wire/frame.h"

#include <stdio.h>
#include <string.h>

// Room for DELIVER around it.
enum { EVENT_MAX = GW_FRAME_MAX - 256, KEY_MAX = 16 * 1024 };

static struct gw_id id_of(const void *key, size_t bytes)
{
    uint8_t digest[GW_SHA256_BYTES];
    gw_sha256(key, bytes, digest);
    struct gw_id id;
    memcpy(id.at, digest, sizeof id.at);
    return id;
}

struct gw_id gw_document_id(const char *url)
{
    return id_of(url, strlen(url));
}

struct gw_id gw_policy_event_id(const struct gw_id *document, uint32_t revision, const char *type)
{
    char key[GW_ID_BYTES + 64];
    memcpy(key, document->at, GW_ID_BYTES);
    int n = snprintf(key + GW_ID_BYTES, sizeof key - GW_ID_BYTES, "\n%u\n%s", revision, type);
    return id_of(key, GW_ID_BYTES + (size_t)n);
}

const char *gw_id_hex(const struct gw_id *id, char out[GW_ID_HEX])
{
    gw_hex(id->at, GW_ID_BYTES, out);
    return out;
}

int gw_event_append(struct gw_store *store, Gw__Event *event, const struct gw_id *id, const struct gw_id *previous,
                    enum gw_store_append *ret_append)
{
    char hex[GW_ID_HEX];
    event->event_id = (char *)gw_id_hex(id, hex);
    event->stored_ms = gw_clock_unix_ms();
    struct gw_buf packed = GW_BUF(EVENT_MAX);
    int rc = gw_message_pack(&packed, event);
    if (rc == GW_OK) {
        struct gw_store_event row = {
            .stream = event->stream, .stored_ms = event->stored_ms, .event = {packed.data, packed.bytes}};
        row.id = *id;
        if (previous)
            row.previous = *previous;
        rc = gw_store_append(store, &row, ret_append);
    }
    gw_buf_fini(&packed);
    event->event_id = NULL;
    return rc;
}

static struct gw_id id_of_text(const struct gw_buf *key)
{
    return id_of(gw_buf_str(key), key->bytes);
}

int gw_event_append_source(struct gw_store *store, const struct gw_source_event *source)
{
    Gw__SourceChange change = GW__SOURCE_CHANGE__INIT;
    change.state = (char *)source->state;
    change.reason = (char *)source->reason;
    change.previous = (char *)source->previous;
    change.detail = (char *)source->detail;
    change.since_ms = source->since_ms;
    Gw__Event event = GW__EVENT__INIT;
    event.stream = GW__STREAM__STREAM_SOURCE;
    event.type = (char *)source->state;
    event.source_id = (char *)source->source_id;
    event.subject = (char *)source->url;
    event.fetched_ms = source->fetched_ms;
    event.source_change = &change;
    struct gw_buf key = GW_BUF(KEY_MAX);
    gw_buf_printf(&key, "source\n%s\n%s\n%s\n%s\n%lld", source->source_id, source->previous, source->state,
                  source->reason, (long long)source->since_ms);
    struct gw_id id = id_of_text(&key);
    gw_buf_fini(&key);
    enum gw_store_append outcome;
    return gw_event_append(store, &event, &id, NULL, &outcome);
}

int gw_event_append_run(struct gw_store *store, const struct gw_store_run *run, const char *url)
{
    Gw__Coverage coverage = GW__COVERAGE__INIT;
    coverage.from_ms = run->from_ms;
    coverage.to_ms = run->to_ms;
    coverage.polls = run->polls;
    coverage.status = (char *)run->status;
    Gw__Event event = GW__EVENT__INIT;
    event.stream = GW__STREAM__STREAM_COVERAGE;
    event.type = "run";
    event.source_id = (char *)run->source_id;
    event.subject = (char *)url;
    event.coverage = &coverage;
    struct gw_buf key = GW_BUF(KEY_MAX);
    gw_buf_printf(&key, "run\n%s\n%lld\n%s", run->source_id, (long long)run->from_ms, run->status);
    struct gw_id id = id_of_text(&key);
    gw_buf_fini(&key);
    enum gw_store_append outcome;
    return gw_event_append(store, &event, &id, NULL, &outcome);
}
